"""The panel: a piece of our own HTML in the page whose buttons reach Python.

The HTML given to it must come from the `ui.html.chat` modules, where every text is escaped or sanitised: the
component itself trusts it. In it,

- a button with `data-action` and `data-value` reports both when it is clicked; with `data-from` the value is
  that of the input beside it, where Enter does the same, and Shift+Enter goes back where there is a way;
- Ctrl+F goes to an input of the type `search`, which keeps the focus when the HTML changes; Esc empties it first;
- `data-card` (and `data-head` above it) is shown beside an element under the pointer or the focus;
- `data-copy` copies its text;
- a button with `data-menu` opens the `.menu` that follows it; Esc and a click elsewhere close it, but not other HTML in
  which what is chosen is there, too;
- `data-reveal` is scrolled into sight when it appears, above what is fixed to the page's end;
- `data-show` is scrolled to within its `.sheet`; `data-focus` takes the focus when it appears, with the value "now"
  also from what had it in this panel.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

import streamlit as st

from ui.html import chat as html_chat
from ui.page.style import SHEET
from ui.words.strings import Strings

_SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".kb");
  const report = (name, value) => setTriggerValue("action", { name, value });
  const focused = () => root.getRootNode().activeElement;
  let opened = null;  // what of an open menu is chosen, where the HTML changes under it
  if (root.kbHTML !== data.html) {
    const first = root.kbHTML === undefined;
    const open = new Map([...root.querySelectorAll("details[data-key]")].map((d) => [d.dataset.key, d.open]));
    const before = root.contains(focused()) ? { name: focused().name, ...focused().dataset } : null;
    const revealed = !!root.querySelector("[data-reveal]");
    const list = root.querySelector(".menu:popover-open");
    const item = list && (list.contains(focused()) && before.action ? focused() : list.querySelector("[data-action]"));
    const chosen = item && { ...item.dataset };
    root.innerHTML = data.html;
    root.kbHTML = data.html;
    for (const d of root.querySelectorAll("details[data-key]")) {
      if (open.has(d.dataset.key)) d.open = open.get(d.dataset.key);
    }
    const alike = before ? [...root.querySelectorAll("[data-action]:not([disabled])")]
      .filter((b) => b.dataset.action === before.action && b.checkVisibility()) : [];
    const same = alike.find((b) => b.dataset.value === before.value) || alike[0];
    const wanted = [...root.querySelectorAll("[data-focus]")].find((b) => b.checkVisibility());
    const field = before && before.name && root.querySelector(`input[name="${CSS.escape(before.name)}"]`);
    if (field) {
      field.focus({ preventScroll: true });
      field.setSelectionRange(field.value.length, field.value.length);
    } else if (wanted && (wanted.dataset.focus === "now" || !same)) {
      if (first) root.kbFrom = window.kbClicked;
      wanted.focus({ preventScroll: true });
      if (wanted.select) wanted.select();
    } else if (same) same.focus({ preventScroll: true });
    if (chosen) opened = [...root.querySelectorAll(".menu [data-action]")]
      .find((b) => b.dataset.action === chosen.action && b.dataset.value === chosen.value);
    const appeared = !first && !revealed && root.querySelector("[data-reveal]");
    if (appeared) requestAnimationFrame(() => {
      const fixed = document.querySelector('[data-testid="stBottom"]');
      appeared.style.scrollMarginBottom = ((fixed ? fixed.offsetHeight : 0) + 12) + "px";
      appeared.scrollIntoView({ block: "nearest" });
    });
    const target = root.querySelector("[data-show]");
    const box = target && target.closest(".sheet");
    const bring = () => {
      const to = target.getBoundingClientRect(), at = box.getBoundingClientRect();
      box.scrollTop += to.top - at.top - box.clientHeight / 3;
      if (to.left < at.left || to.right > at.right) box.scrollLeft += to.left - at.left - 16;
      const wide = target.closest(".scroll");
      if (wide) wide.scrollLeft += to.left - wide.getBoundingClientRect().left - 16;
    };
    if (box) {
      const image = root.querySelector("img");
      if (image && !image.complete) image.onload = bring;
      requestAnimationFrame(bring);
    }
  }
  root.kbEscape = data.escape ? () => report(data.escape, "") : null;
  const escape = () => root.kbEscape && root.kbEscape();
  document.addEventListener("kb-escape", escape);
  let card = null;
  const hide = () => { if (card) card.remove(); card = null; };
  const place = (element, at) => {
    const size = element.getBoundingClientRect();
    const below = at.bottom + 6, above = at.top - size.height - 6;
    element.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + "px";
    element.style.top = Math.max(8, below + size.height > innerHeight && above > 8 ? above : below) + "px";
  };
  const show = (event) => {
    const from = event.target.closest("[data-card]");
    hide();
    if (!from) return;
    card = document.createElement("div");
    card.className = "kb-card";
    card.popover = "manual";
    card.setAttribute("role", "tooltip");
    for (const [name, text] of [["head", from.dataset.head], ["quote", from.dataset.card]]) {
      if (!text) continue;
      const part = document.createElement("div");
      part.className = name;
      part.textContent = text;
      card.append(part);
    }
    root.append(card);
    card.showPopover();
    place(card, from.getBoundingClientRect());
  };
  const copy = async (button) => {
    const text = button.dataset.copy;
    try { await navigator.clipboard.writeText(text); }
    catch {
      const area = document.createElement("textarea");
      area.value = text;
      root.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const words = button.querySelector(".words") || button, label = words.textContent;
    if (label === button.dataset.copied) return;
    words.textContent = button.dataset.copied;
    words.classList.add("said");  // seen also where there is no room for words
    setTimeout(() => { words.textContent = label; words.classList.remove("said"); }, 1500);
  };
  const unfold = (button, list, item) => {
    list.showPopover();
    place(list, button.getBoundingClientRect());
    button.setAttribute("aria-expanded", "true");
    list.addEventListener("toggle", () => {
      if (!list.matches(":popover-open")) button.setAttribute("aria-expanded", "false");
    });
    if (item) item.focus();
  };
  const menu = (button) => {
    const list = button.nextElementSibling;
    if (list.matches(":popover-open")) { list.hidePopover(); return; }
    unfold(button, list, list.querySelector("button"));
  };
  if (opened) {
    const list = opened.closest(".menu");
    unfold(list.previousElementSibling, list, opened);
  }
  const act = (button) => {
    const list = button.closest("[popover]");
    if (list) list.hidePopover();
    window.kbClicked = button;
    const field = button.dataset.from !== undefined && button.parentElement.querySelector("input");
    report(button.dataset.action, field ? field.value : button.dataset.value);
  };
  root.onclick = (event) => {
    const button = event.target.closest("[data-action], [data-copy], [data-menu]");
    if (!button) return;
    hide();
    if (button.dataset.copy !== undefined) copy(button);
    else if (button.dataset.menu !== undefined) menu(button);
    else act(button);
  };
  root.onkeydown = (event) => {
    const list = event.target.closest("[popover]");
    if (list) {
      const items = [...list.querySelectorAll("button, a")], at = items.indexOf(focused());
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        items[(at + step + items.length) % items.length].focus();
        event.preventDefault();
      } else if (event.key === "Escape") {
        list.hidePopover();
        list.previousElementSibling.focus();
        event.preventDefault();
        event.stopPropagation();
      }
    } else if (event.key === "Escape" && event.target.matches('input[type="search"]') && event.target.value) {
      event.target.value = "";
      event.stopPropagation();
      act(event.target.parentElement.querySelector("[data-from]"));
    } else if (event.key === "Escape" && data.escape) {
      event.stopPropagation();
      report(data.escape, "");
    } else if (event.key === "Enter" && event.target.matches("input") && !event.isComposing) {
      const row = event.target.parentElement;
      const back = event.shiftKey && row.querySelector('[data-action="hit"][data-value="-1"]:enabled');
      const button = back || row.querySelector("[data-from]");
      if (button) { event.preventDefault(); act(button); }
    } else if (event.key === "f" && (event.ctrlKey || event.metaKey) && !event.target.matches("input")) {
      const field = root.querySelector('input[type="search"]');  // within it the keys are the browser's own
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    }
  };
  root.onpointerover = show;
  root.onpointerleave = hide;
  root.onfocusin = (event) => { if (event.target.matches(":focus-visible")) show(event); };
  root.onfocusout = hide;
  return () => {
    hide();
    document.removeEventListener("kb-escape", escape);
    if (root.kbFrom && root.kbFrom.isConnected && (!document.activeElement || document.activeElement === document.body))
      root.kbFrom.focus({ preventScroll: true });
  };
}
"""


@cache
def _component() -> Any:
    return st.components.v2.component(
        "kb_panel",
        html='<div class="kb"></div>',
        css=f":host {{ display: block; }}{SHEET}",
        js=_SCRIPT,
    )


def panel(html: str, *, key: str, on_action: Callable[[str, str], None] | None = None, escape: str = "") -> None:
    """Draw `html`. `on_action(name, value)` runs before the page is drawn again after a click.

    `escape` is the action of the Esc key, where it stops no answer.
    """

    def clicked() -> None:
        action = st.session_state[key].get("action") if key in st.session_state else None
        if on_action is not None and action:
            on_action(str(action["name"]), str(action["value"]))

    _component()(data={"html": html, "escape": escape}, key=key, on_action_change=clicked)


_FOLLOW = """
export default function ({ data, parentElement }) {
  const main = document.querySelector('[data-testid="stMain"]');
  if (!main) return;
  const left = () => main.scrollHeight - main.scrollTop - main.clientHeight;
  const near = left() < main.clientHeight / 2;
  const state = (parentElement.kbFollow ??= { stick: data.jump || near, last: 0, settled: false });
  if (state.drop) state.drop();
  if (state.settled) return;
  const down = () => {
    if (!parentElement.isConnected) state.drop();  // another page is in its place
    else if (state.stick) main.scrollTop = main.scrollHeight;
  };
  const scrolled = () => {
    if (main.scrollTop < state.last - 4) state.stick = false;
    if (left() < 40) state.stick = true;
    state.last = main.scrollTop;
  };
  const grown = new ResizeObserver(down);
  state.drop = () => { grown.disconnect(); main.removeEventListener("scroll", scrolled); };
  main.addEventListener("scroll", scrolled, { passive: true });
  down();
  if (data.live) grown.observe(main.querySelector('[data-testid="stMainBlockContainer"]') || main.firstElementChild);
  else {
    state.settled = true;
    for (const wait of [60, 250, 700]) setTimeout(down, wait);
    setTimeout(state.drop, 800);
  }
  return () => state.drop();
}
"""


@cache
def _follower() -> Any:
    return st.components.v2.component("kb_follow", html="<span></span>", js=_FOLLOW)


def follow(key: str, *, live: bool, jump: bool = True) -> None:
    """Bring the end of the page into sight, and keep it there while it is `live`, until the reader scrolls up.

    Without `jump` only if the end is nearly in sight.
    """
    _follower()(key=key, data={"live": live, "jump": jump})


_ARRIVE = """
export default function ({ data, parentElement }) {
  document.cookie = `kb_language=${data.language};path=/;max-age=31536000;samesite=strict`;
  document.documentElement.lang = data.language;
  document.body.classList.toggle("kb-beside", data.beside);
  const theme = { light: "Light", dark: "Dark" }[data.theme] ?? "System";
  const name = (path) => `stActiveTheme-${path}-v2`;  // where Streamlit reads it when a page is loaded
  const kept = () => JSON.parse(localStorage.getItem(name(location.pathname))) ?? "System";
  try {
    if (kept() !== theme) {
      for (const path of [location.pathname, ...data.paths]) localStorage.setItem(name(path), JSON.stringify(theme));
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const wanted = theme === "System" ? (dark ? "dark" : "light") : data.theme;
      if (kept() === theme && wanted !== data.shown) location.reload();
    }
  } catch {}  // a browser that keeps nothing has its own theme
  if (parentElement.kbArrived) return;
  parentElement.kbArrived = true;
  const main = document.querySelector('[data-testid="stMain"]');
  if (main && data.top) for (const wait of [0, 80, 250]) setTimeout(() => { main.scrollTop = 0; }, wait);
  const open = document.querySelector('[data-testid="stSidebar"][data-collapsed="false"]');
  const button = open && open.querySelector('[data-testid="stSidebarCollapseButton"] button');
  if (button && innerWidth <= 768) button.click();
}
"""


@cache
def _arriver() -> Any:
    return st.components.v2.component("kb_arrive", html="<span></span>", js=_ARRIVE)


def arrive(
    key: str, *, top: bool, language: str, beside: bool, theme: str, shown: str, paths: Sequence[str]
) -> None:  # fmt: skip
    """On coming to another place (`key`): show its top, and on a narrow screen close the sidebar that covers it.

    Remembers the language of the page in a cookie. `beside`: a source is open and takes its part of the width. Where
    the `theme` that is wanted is not the one `shown`, it is noted for all `paths` of the page, which is loaded anew.
    """
    data = {"top": top, "language": language, "beside": beside, "theme": theme, "shown": shown, "paths": [*paths]}
    _arriver()(key=key, data=data)


_LEAVE = """
export default function ({ data }) {
  const what = data.everywhere ? "/api/sessions" : "/api/sessions/current";
  fetch(what, { method: "DELETE" }).finally(() => location.assign("/"));
}
"""


@cache
def _leaver() -> Any:
    return st.components.v2.component("kb_leave", html="<span></span>", js=_LEAVE)


def sign_out(*, everywhere: bool = False) -> None:
    """End this browser's session, or all of its person, and go where that is seen."""
    _leaver()(key="leave", data={"everywhere": everywhere})


_KEYS = """
export default function ({ data }) {
  const running = () => document.querySelector(".st-key-stop button");
  const open = () => document.querySelector('[role="dialog"], [data-testid="stPopoverBody"]');
  const box = () => document.querySelector('[data-testid="stChatInputTextArea"]');
  const failed = () => document.querySelector('[data-testid="stChatInput"] [aria-invalid="true"]');  // a file
  const hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (failed()) failed().focus();
  };
  const early = (event) => {  // Enter while an answer is being written: the words stay for afterwards
    const sent = event.key === "Enter" && !event.shiftKey && !event.isComposing;  // Enter also ends a word of an IME
    if (sent && event.target === box() && (running() || failed())) hold(event);
  };
  const pressed = (event) => {  // Streamlit would send the words without the file that they are about
    if (failed() && event.target.closest('[data-testid="stChatInputSubmitButton"]')) hold(event);
  };
  const late = (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape" && !open()) {
      if (running()) running().click();
      else document.dispatchEvent(new CustomEvent("kb-escape"));
    }
    if (event.key === "/" && box() && (!document.activeElement || document.activeElement === document.body)) {
      event.preventDefault();
      box().focus();
    }
  };
  if (data.focus !== (window.kbFocused ?? 0)) {
    window.kbFocused = data.focus;
    if (box()) box().focus();
  }
  document.addEventListener("keydown", early, true);
  document.addEventListener("keydown", late);
  document.addEventListener("click", pressed, true);
  return () => {
    document.removeEventListener("keydown", early, true);
    document.removeEventListener("keydown", late);
    document.removeEventListener("click", pressed, true);
  };
}
"""


def show_html(html: str) -> None:
    """Draw HTML in which nothing is clicked."""
    st.html(html_chat.wrap(html))


def show_problem(key: str, title: str, t: Strings) -> None:
    """Tell, once, what failed in the run before and was kept under `key` of the session."""
    problem = st.session_state.pop(key, None)
    if isinstance(problem, str):
        show_html(html_chat.problem(t(title), problem or t("failed_unknown")))


def cancel_button(row: Any, key: str, close: Callable[[], None], t: Strings) -> None:
    """The button of a dialog that leaves all as it was."""
    if row.button(t("cancel"), key=key):
        close()
        st.rerun()


def key_of(form: str, field: str) -> str:
    """The key of a field of a form; another one once the form was emptied."""
    return f"{form}-{field}-{st.session_state.get(f'{form}-emptied', 0)}"


def value_of(form: str, field: str) -> Any:
    """What stands in a field when a button is clicked, which may be more than when the page was drawn."""
    return st.session_state.get(key_of(form, field))


def empty_form(form: str) -> None:
    """Empty the fields of a form: they have other keys from now on."""
    st.session_state[f"{form}-emptied"] = st.session_state.get(f"{form}-emptied", 0) + 1


def day_of(chosen: object) -> str:
    """The ISO date of a field of dates; "" where it is empty."""
    return chosen.isoformat() if isinstance(chosen, date) else ""


def words_of(chosen: object) -> tuple[str, ...]:
    """What is chosen in a field of several words."""
    return tuple(map(str, chosen)) if isinstance(chosen, Sequence) and not isinstance(chosen, str) else ()


@cache
def _keyboard() -> Any:
    return st.components.v2.component("kb_keys", html="<span></span>", js=_KEYS)


def keyboard(focus: int = 0) -> None:
    """The keys: Esc stops the answer, or else closes the source; `/` goes to the input; Enter sends when none runs.

    Each new `focus` gives the focus to the input.
    """
    _keyboard()(key="keyboard", data={"focus": focus})
