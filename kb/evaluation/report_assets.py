"""The style and the script of the evaluation's report, which are written into the page."""

STYLE = """
:root{--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6675;--line:#e1e5ea;--accent:#2f5fd0;--good:#18794e;
--good-bg:#e3f5ec;--bad:#b3261e;--bad-bg:#fdeceb;--warn:#8a5a00;--warn-bg:#fdf2d8;--gold:#7a5c00;--gold-bg:#fbeec0}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e6eaf0;--soft:#97a3b3;--line:#2c3542;
--accent:#8fb0ff;--good:#6fd3a3;--good-bg:#12352a;--bad:#ff9c94;--bad-bg:#431f1d;--warn:#f0c368;--warn-bg:#3d2f10;
--gold:#f2d675;--gold-bg:#3f3610}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--bg);color:var(--ink);line-height:1.55;
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",
sans-serif}
header,main{max-width:1080px;margin:0 auto;padding:0 20px}
header{padding-top:32px}
h1{font-size:26px;margin:0;letter-spacing:-.01em}
header p{margin:4px 0 20px;color:var(--soft)}
h2{font-size:13px;margin:0 0 8px;color:var(--soft);font-weight:600;text-transform:uppercase;letter-spacing:.06em}
h3{font-size:12px;margin:0 0 4px;color:var(--soft);font-weight:600;text-transform:uppercase;letter-spacing:.06em}
.figures{columns:2 420px;column-gap:16px;margin-bottom:16px}
.card:last-child{margin-bottom:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;margin:0 0 16px;
break-inside:avoid}
table{border-collapse:collapse;width:100%}
th,td{padding:3px 0;text-align:left;font-weight:400;vertical-align:middle}
.value{font-variant-numeric:tabular-nums;font-weight:600;text-align:right;padding:0 12px;white-space:nowrap}
.meter{width:84px}
.times{color:var(--soft);text-align:right;font-variant-numeric:tabular-nums}
.count{color:var(--soft);font-size:13px;text-align:right;white-space:nowrap;width:72px}
.bar,.bar i{display:block;height:6px;border-radius:3px}
.bar{background:var(--line)}
.bar i{background:var(--accent)}
.run{background:var(--card);border:1px solid var(--line);border-radius:10px;margin-bottom:24px}
.run>summary{padding:12px 18px}
.run dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:2px 24px;margin:0;
padding:0 18px 14px}
.run dl div{display:flex;justify-content:space-between;gap:12px;min-width:0}
dt{color:var(--soft);white-space:nowrap}
dd{margin:0;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;overflow-wrap:anywhere;text-align:right}
summary{cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.tools{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:12px;position:sticky;top:0;padding:10px 0;background:var(--bg);
z-index:1}
button,input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:999px;
padding:4px 14px}
button{cursor:pointer}
button b{color:var(--soft);font-weight:600}
button[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--card)}
button[aria-pressed=true] b{color:inherit}
input{flex:1;min-width:150px}
#none{color:var(--soft);text-align:center;padding:32px}
#outcomes{background:var(--card);border:1px solid var(--line);border-radius:10px;margin-bottom:48px;overflow:hidden}
.outcome+.outcome{border-top:1px solid var(--line)}
.outcome>summary{display:flex;gap:12px;align-items:baseline;padding:10px 18px;list-style:none}
.outcome>summary::-webkit-details-marker{display:none}
.outcome>summary:hover{background:var(--bg)}
.outcome[open]>summary{border-bottom:1px solid var(--line);font-weight:600}
.q{flex:1;min-width:0;overflow-wrap:anywhere}
.facts{color:var(--soft);font-size:13px;font-weight:400;white-space:nowrap;font-variant-numeric:tabular-nums}
.badge{display:inline-block;border-radius:6px;padding:1px 8px;font-size:12px;font-weight:600;white-space:nowrap}
.outcome>summary>.badge{min-width:76px;text-align:center}
.good{color:var(--good);background:var(--good-bg)}
.bad{color:var(--bad);background:var(--bad-bg)}
.warn{color:var(--warn);background:var(--warn-bg)}
.gold{color:var(--gold);background:var(--gold-bg)}
.quiet{color:var(--soft);background:var(--bg)}
.body{padding:14px 18px 18px;display:grid;gap:14px}
.body>*{min-width:0}
.body p,.body ul,.body ol{margin:0}
.body ul{padding-left:20px}
.answer,.thinking,blockquote,.error,.body li{white-space:pre-wrap;overflow-wrap:anywhere}
.claim{border-bottom:2px solid;padding-bottom:1px}
.claim.ok{border-color:var(--good)}
.claim.no{border-color:var(--bad);border-bottom-style:dashed;background:var(--bad-bg)}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
li:target{background:var(--gold-bg)}
.where,small{color:var(--soft);font-size:13px}
code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px}
.plain{list-style:none;padding:0;display:grid;gap:10px}
blockquote{margin:4px 0 0;padding:6px 12px;border-left:3px solid var(--line);color:var(--soft);font-size:14px;
max-height:16em;overflow:auto}
.fold>summary{color:var(--accent);font-size:14px}
.fold>:not(summary){margin-top:8px}
.thinking{color:var(--soft);font-size:14px;border-left:3px solid var(--line);padding-left:12px}
.error{color:var(--bad)}
@media (max-width:700px){.outcome>summary{flex-wrap:wrap}.facts{width:100%}.meter{display:none}}
@media print{.tools{display:none}}
"""

SCRIPT = """
(function () {
  var state = "all", words = "";
  var outcomes = Array.prototype.slice.call(document.querySelectorAll(".outcome"));
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
"""
