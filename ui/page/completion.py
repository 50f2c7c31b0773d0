"""Completion: while `@` or `#` is being written in the question, the documents or collections that may be meant."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import streamlit as st

from ui.words.strings import Strings

_SCRIPT = r"""
export default function ({ data }) {
  const box = () => document.querySelector('[data-testid="stChatInputTextArea"]');
  const shown = 8, pause = 120;
  let list = null, timer = 0, asked = 0, from = 0;
  const close = () => {
    asked++;
    clearTimeout(timer);
    if (list) list.remove();
    list = null;
    if (!box()) return;
    box().setAttribute("aria-expanded", "false");
    box().removeAttribute("aria-activedescendant");
  };
  const items = () => [...list.children];
  const current = () => list.querySelector('[aria-selected="true"]');
  const select = (item) => {
    for (const each of items()) each.setAttribute("aria-selected", String(each === item));
    item.scrollIntoView({ block: "nearest" });
    box().setAttribute("aria-activedescendant", item.id);
  };
  const choose = (item) => {
    const area = box(), end = area.selectionStart;
    area.focus();
    area.setRangeText(item.dataset.name + " ", from, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  const show = (found) => {
    if (list) list.remove();
    list = null;
    if (!found.length) return close();
    const area = box(), at = area.closest('[data-testid="stChatInput"]').getBoundingClientRect();
    list = document.createElement("ul");
    list.className = "kb-complete";
    list.id = "kb-complete";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", data.label);
    found.forEach(({ name, said, where }, i) => {
      const item = document.createElement("li");
      item.id = `kb-complete-${i}`;
      item.setAttribute("role", "option");
      item.dataset.name = name;
      for (const [kind, text] of [["name", said], ["where", where]]) {
        const part = document.createElement("span");
        part.className = kind;
        part.textContent = text;
        item.append(part);
      }
      item.onpointerdown = (event) => { event.preventDefault(); choose(item); };
      list.append(item);
    });
    document.body.append(list);
    list.style.left = at.left + "px";
    list.style.width = at.width + "px";
    list.style.bottom = innerHeight - at.top + 6 + "px";
    list.style.maxHeight = Math.max(80, at.top - 16) + "px";
    area.setAttribute("role", "combobox");
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-expanded", "true");
    select(list.firstElementChild);
  };
  const collections = (begun) => data.collections.filter((name) => name.toLowerCase().includes(begun.toLowerCase()))
    .slice(0, shown).map((name) => ({ name, said: name, where: data.collection }));
  const documents = async (begun) => {
    const query = new URLSearchParams({ search: begun, status: "ready", limit: shown, sort: "name" });
    const reply = await fetch(`/api/documents?${query}`);
    if (!reply.ok) return [];
    return (await reply.json()).documents.map(({ collection, document, title, shown_title }) => {
      const where = [shown_title || title, collection].filter(Boolean).join(" · ");
      return { name: `${collection}/${document}`, said: document, where };
    });
  };
  const written = (event) => {
    const area = event.target;
    if (area !== box() || event.isComposing) return;
    const before = area.value.slice(0, area.selectionStart);
    const begun = before.match(/(?:^|[^A-Za-z0-9_.+\-/&@＠#＃])([@＠#＃])([^\s@＠#＃]{0,80})$/);
    if (!begun) return close();
    from = before.length - begun[2].length;
    const mine = ++asked;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const found = "#＃".includes(begun[1]) ? collections(begun[2]) : await documents(begun[2]).catch(() => []);
      if (mine === asked && document.activeElement === area) show(found);
    }, pause);
  };
  const pressed = (event) => {
    if (!list || event.target !== box() || event.isComposing) return;
    const all = items(), at = all.indexOf(current());
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) select(all[(at + step + all.length) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") choose(current());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const left = (event) => { if (event.target === box()) close(); };
  document.addEventListener("input", written);
  document.addEventListener("compositionend", written);
  document.addEventListener("focusout", left);
  addEventListener("keydown", pressed, true);
  addEventListener("resize", close);
  return () => {
    close();
    document.removeEventListener("input", written);
    document.removeEventListener("compositionend", written);
    document.removeEventListener("focusout", left);
    removeEventListener("keydown", pressed, true);
    removeEventListener("resize", close);
  };
}
"""


@cache
def _component() -> Any:
    return st.components.v2.component("kb_completion", html="<span></span>", js=_SCRIPT)


def completion(collections: Sequence[str], t: Strings) -> None:
    """Offer readable documents at `@` and these collections at `#` while the question is written. Up and Down choose,
    Enter and Tab take, Esc leaves."""
    words = {"label": t("complete"), "collection": t("complete_collection")}
    _component()(key="completion", data={"collections": list(collections), **words})
