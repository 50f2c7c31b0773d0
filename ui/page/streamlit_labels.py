"""Streamlit's own words, which are English, in the page's language and manner.

The product's own HTML (`.kb`, and what stands inside components) is left alone: it is in the right language already,
and it holds what documents and models say.
"""

from functools import cache
from typing import Any

import streamlit as st

from ui.words.strings import Strings
from ui.words.text import Text

# Within which elements, what Streamlit writes there (a JavaScript pattern of all of it), and what is said instead.
# Single words have a place of their own, for a collection or file may be called so. The versions are pinned.
_ANYWHERE = "body"
_FILES = '[data-testid="stFileUploader"], [data-testid="stFileChip"]'
_INPUT = '[data-testid="stChatInput"]'
_REFUSED = f':is({_FILES}) [role="alert"], [data-testid="stTooltipErrorContent"]'  # a file that did not arrive
_CHOICES = '[role="listbox"], [role="option"]'
_FIELDS = '[data-testid="stSelectbox"], [data-testid="stMultiSelect"], [data-testid="stNumberInput"]'
_DAYS = '[data-testid="stDateInput"], [data-testid="stDateInputCalendar"]'
_BUTTON = "button"
_DIALOG = '[role="dialog"]'
_SIDEBAR = '[data-testid="stSidebar"]'

PHRASES: tuple[tuple[str, str, Text], ...] = (
    (f":is({_FILES}) {_BUTTON}", "Upload", Text("选择文件", "Choose files")),
    (f":is({_FILES}) {_BUTTON}", "Add files", Text("添加文件", "Add files")),
    (_FILES, "file upload", Text("选择文件", "Choose files")),
    (_FILES, "Drag and drop (?:files|a file) here", Text("松开鼠标即可添加", "Drop to add")),
    (_FILES, "Remove (.+)", Text("移除 $1", "Remove $1")),
    (_FILES, "Click to retry upload", Text("点按可重新上传", "Press to try again")),
    (_FILES, "Cancel upload of (.+)", Text("取消上传 $1", "Cancel the upload of $1")),
    (_FILES, "Error: ", Text("未添加：", "Not added: ")),
    (
        _ANYWHERE,
        r"File must be ([\d.]+?)(?:\.0)? ?([KMGT]?B) or smaller\.",
        Text("文件超过上限 $1 $2。请拆分后再添加。", "the file is over the limit of $1 $2. Split it first."),
    ),
    (_ANYWHERE, r"Only one file is allowed\.", Text("这里只能选择一个文件。", "only one file can be chosen here.")),
    (
        _REFUSED,
        r"(?:Unexpected error\. Please try again\.|Request failed with status code \d+|Network Error|Upload failed|"
        r"[A-Z]\w+Error: .+)",
        Text("上传没有完成。请移除后重新选择。", "the upload did not arrive. Remove it and choose it again."),
    ),
    (_FIELDS, "Choose an option", Text("请选择", "Choose")),
    (_CHOICES, "Add: (.*)", Text("新建：$1", "New: $1")),
    (_CHOICES, "No results", Text("没有匹配的选项", "Nothing matches")),
    (_CHOICES, "Select all", Text("全选", "Select all")),
    (_CHOICES, r"Select (\d+) matches", Text("选择匹配的 $1 项", "Select $1 matches")),
    (_ANYWHERE, r"(\d+) options? available\.", Text("有 $1 个选项。", "$1 to choose from.")),
    (_ANYWHERE, "Show suggestions", Text("显示选项", "Show the options")),
    (_ANYWHERE, "Suggestions", Text("选项", "Options")),
    (_FIELDS, "Open", Text("展开", "Open")),
    (_FIELDS, "Clear (?:value|all|entry)", Text("清除", "Clear")),
    (_FIELDS, "Selected values", Text("已选", "Selected")),
    (_FIELDS, "Remove (.+)", Text("移除 $1", "Remove $1")),
    (_FIELDS, "Increment", Text("增加", "More")),
    (_FIELDS, "Decrement", Text("减少", "Less")),
    ('[data-testid="stTooltipErrorContent"]', "Error", Text("提示：", "Note: ")),
    (
        _ANYWHERE,
        r"(?:Error: |: )?Number is outside the allowed range\. Please enter a value between (.+) and (.+)\.",
        Text("请输入 $1 到 $2 之间的数。", "Write a number from $1 to $2."),
    ),
    (
        _ANYWHERE,
        r"(?:Error: |: )?Number is below the allowed range\. Please enter a value greater than or equal to (.+)\.",
        Text("请输入不小于 $1 的数。", "Write a number not under $1."),
    ),
    (
        _ANYWHERE,
        r"(?:Error: |: )?Number is above the allowed range\. Please enter a value less than or equal to (.+)\.",
        Text("请输入不大于 $1 的数。", "Write a number not over $1."),
    ),
    (
        _ANYWHERE,
        r"(?:Error: |: )?Date set outside allowed range\. Please select a date between (.+) and (.+)\.",
        Text("请选择 $1 到 $2 之间的日期。", "Choose a day from $1 to $2."),
    ),
    (_DAYS, "Choose date", Text("选择日期", "Choose a day")),
    (_DAYS, "Clear date", Text("清除日期", "Clear the day")),
    (_DAYS, "Previous month", Text("上个月", "Previous month")),
    (_DAYS, "Next month", Text("下个月", "Next month")),
    (
        _DAYS,
        r"Use arrow keys to navigate dates\. Enter to select\. Escape to close\.",
        Text("用方向键移动，回车选择，Esc 关闭。", "Arrow keys move, Enter chooses, Esc closes."),
    ),
    (_DAYS, "yyyy", Text("年", "yyyy")),
    (_DAYS, "mm", Text("月", "mm")),
    (_DAYS, "dd", Text("日", "dd")),
    (_DAYS, "year, (.*)", Text("年，$1", "year, $1")),
    (_DAYS, "month, (.*)", Text("月，$1", "month, $1")),
    (_DAYS, "day, (.*)", Text("日，$1", "day, $1")),
    (_INPUT, "Send message", Text("发送", "Send")),
    (_INPUT, "Upload (?:files|a file)", Text("放入文件", "Add files")),
    (_INPUT, "Drag and drop (?:files|a file) here", Text("松开即可放入对话", "Drop to add to the conversation")),
    (_ANYWHERE, "Upload or drag and drop (?:files|a file)", Text("放入文件，或拖放、粘贴", "Add, drop or paste files")),
    (_BUTTON, "Dismiss", Text("关闭", "Close")),
    (_BUTTON, "Close", Text("关闭", "Close")),
    (_BUTTON, "Expand sidebar", Text("展开侧栏", "Open the sidebar")),
    (_BUTTON, "Collapse sidebar", Text("收起侧栏", "Close the sidebar")),
    (_SIDEBAR, "Sidebar", Text("侧栏", "Sidebar")),
    (_ANYWHERE, "Notifications", Text("通知", "Notifications")),
    (_ANYWHERE, "Skip to main content", Text("跳到正文", "Skip to the content")),
    ('[data-testid="stIconMaterial"]', ".+ icon", Text("图标", "icon")),
    (_DIALOG, "Page not found", Text("没有这个页面", "There is no such page")),
    (
        _DIALOG,
        r"(?:The page that you have requested|You have requested page) .+",
        Text(
            "地址有误，或者您无权打开它。这里是“对话”页。",
            "The address is wrong, or not yours to open. This is the page Chat.",
        ),
    ),
    (_ANYWHERE, "Help", Text("说明", "Help")),
    (_ANYWHERE, "Help for (.+)", Text("“$1”的说明", "Help for $1")),
)

_SAY = """
const NAMES = ["aria-label", "title", "placeholder"];
export default function ({ data }) {
  const rules = data.phrases.map(([where, said, words]) => [where, new RegExp(`^(?:${said})$`, "s"), words]);
  const known = (window.kbSaid ??= new WeakMap());  // a text or an element: what Streamlit wrote, and what we put there
  const say = (holder, element, name, now, put) => {
    const before = (known.get(holder) ?? {})[name];
    const said = before && before.words === now ? before.said : now;
    const rule = rules.find(([where, pattern]) => pattern.test(said) && element.closest(where));
    const words = rule ? said.replace(rule[1], rule[2]) : said;
    if (words === now) return;
    known.set(holder, { ...known.get(holder), [name]: { said, words } });
    put(words);
  };
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.parentElement) say(node, node.parentElement, "text", node.data, (words) => { node.data = words; });
    } else for (const name of NAMES) {
      const now = node.getAttribute(name);
      if (now) say(node, node, name, now, (words) => node.setAttribute(name, words));
    }
  };
  const ours = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches(".kb, style, script"));
  const walk = (root) => {
    if (root.nodeType !== Node.ELEMENT_NODE && root.nodeType !== Node.TEXT_NODE) return;
    if ((root.parentElement && root.parentElement.closest(".kb")) || ours(root)) return;
    look(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
      (node) => (ours(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    while (walker.nextNode()) look(walker.currentNode);
  };
  const lost = () => {  // a dialog about the lost connection, whose words differ by browser and moment
    for (const text of document.querySelectorAll('section[role="dialog"] > h2 + div > div')) {
      if (!/streamlit/i.test(text.textContent)) continue;
      text.parentElement.previousElementSibling.textContent = data.title;
      text.textContent = data.text;
    }
  };
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(walk);
      else if (!change.target.parentElement?.closest(".kb")) look(change.target);
    }
    lost();
  });
  if (window.kbSayer) window.kbSayer.disconnect();  // two that speak different languages would never end
  window.kbSayer = observer;
  walk(document.body);
  observer.observe(document.body, { childList: true, characterData: true, subtree: true, attributes: true,
    attributeFilter: NAMES });
  return () => observer.disconnect();
}
"""


@cache
def _sayer() -> Any:
    return st.components.v2.component("kb_say", html="<span></span>", js=_SAY)


def speak(t: Strings) -> None:
    """Have all that Streamlit writes into the page said in its language, also while no service answers."""
    phrases = [[where, said, getattr(words, t.language)] for where, said, words in PHRASES]
    _sayer()(
        key="streamlit-words",
        data={"phrases": phrases, "title": t("connection_lost"), "text": t("connection_lost_text")},
    )
