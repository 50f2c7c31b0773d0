"""The panel: a piece of our own HTML in the page whose buttons reach Python.

The HTML given to it must come from `ui.markup`, where every text is escaped or sanitised: the component
itself trusts it. An element with `data-action` and `data-value` reports both when it is clicked; `data-card`
is shown beside an element under the pointer; `data-copy` copies its text.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from ui.style import SHEET

_SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".kb");
  if (root.kbHTML !== data.html) {
    const open = new Map([...root.querySelectorAll("details[data-key]")].map((d) => [d.dataset.key, d.open]));
    root.innerHTML = data.html;
    root.kbHTML = data.html;
    for (const d of root.querySelectorAll("details[data-key]")) {
      if (open.has(d.dataset.key)) d.open = open.get(d.dataset.key);
    }
    const target = root.querySelector("[data-show]");
    const box = target && target.closest(".sheet");
    if (box) requestAnimationFrame(() => {
      box.scrollTop += target.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    });
  }
  let card = null;
  const hide = () => { if (card) card.remove(); card = null; };
  const show = (event) => {
    const from = event.target.closest("[data-card]");
    hide();
    if (!from) return;
    card = document.createElement("div");
    card.className = "kb-card";
    card.setAttribute("role", "tooltip");
    card.textContent = from.dataset.card;
    root.append(card);
    const at = from.getBoundingClientRect(), size = card.getBoundingClientRect();
    const above = at.top - size.height - 8;
    card.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + "px";
    card.style.top = (above > 8 ? above : at.bottom + 8) + "px";
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
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 1500);
  };
  root.onclick = (event) => {
    const button = event.target.closest("[data-action], [data-copy]");
    if (!button) return;
    hide();
    if (button.dataset.copy !== undefined) copy(button);
    else setTriggerValue("action", { name: button.dataset.action, value: button.dataset.value });
  };
  root.onpointerover = show;
  root.onpointerleave = hide;
  root.onfocusin = (event) => { if (event.target.matches(":focus-visible")) show(event); };
  root.onfocusout = hide;
  return hide;
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


def panel(html: str, *, key: str, on_action: Callable[[str, str], None] | None = None) -> None:
    """Draw `html`. `on_action(name, value)` runs before the page is drawn again after a click."""

    def clicked() -> None:
        action = st.session_state[key].get("action") if key in st.session_state else None
        if on_action is not None and action:
            on_action(str(action["name"]), str(action["value"]))

    _component()(data={"html": html}, key=key, on_action_change=clicked)


_FOLLOW = """
export default function ({ data, parentElement }) {
  const main = document.querySelector('[data-testid="stMain"]');
  const state = (parentElement.kbFollow ??= { stick: true, last: 0, settled: false });
  if (!main || state.settled) return;
  const down = () => { if (state.stick) main.scrollTop = main.scrollHeight; };
  down();
  if (!data.live) {
    state.settled = true;
    for (const wait of [60, 250, 700]) setTimeout(down, wait);
    return;
  }
  const scrolled = () => {
    if (main.scrollTop < state.last - 4) state.stick = false;
    if (main.scrollHeight - main.scrollTop - main.clientHeight < 40) state.stick = true;
    state.last = main.scrollTop;
  };
  const grown = new ResizeObserver(down);
  grown.observe(main.querySelector('[data-testid="stMainBlockContainer"]') || main.firstElementChild);
  main.addEventListener("scroll", scrolled, { passive: true });
  return () => { grown.disconnect(); main.removeEventListener("scroll", scrolled); };
}
"""


@cache
def _follower() -> Any:
    return st.components.v2.component("kb_follow", html="<span></span>", js=_FOLLOW)


def follow(key: str, *, live: bool) -> None:
    """Bring the end of the page into sight, and keep it there while it is `live`, until the reader scrolls up."""
    _follower()(key=key, data={"live": live})


_ARRIVE = """
export default function ({ data, parentElement }) {
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


def arrive(key: str, *, top: bool) -> None:
    """On coming to another place (`key`): show its top, and on a narrow screen close the sidebar that covers it."""
    _arriver()(key=key, data={"top": top})
