(function () {
  var state = "all", words = "";
  var outcomes = Array.prototype.slice.call(document.querySelectorAll(".question"));
  var buttons = Array.prototype.slice.call(document.querySelectorAll("[data-filter]"));
  function show() {
    var any = false;
    outcomes.forEach(function (o) {
      var fits = state === "all" || o.dataset.states.split(" ").indexOf(state) >= 0;
      o.hidden = !(fits && o.dataset.find.indexOf(words) >= 0);
      any = any || !o.hidden;
    });
    document.getElementById("none").hidden = any;
    document.getElementById("outcomes").hidden = !any;
  }
  buttons.forEach(function (b) {
    b.addEventListener("click", function () {
      state = b.dataset.filter;
      buttons.forEach(function (c) { c.setAttribute("aria-pressed", String(c === b)); });
      show();
    });
  });
  document.getElementById("find").addEventListener("input", function (e) {
    words = e.target.value.toLowerCase();
    show();
  });
})();
