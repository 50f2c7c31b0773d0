"""What an eye would see in a page, asked of the browser: what sticks out, what is too faint, what is not Chinese."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Every text in sight with its element, within components too. `visit(text node, element)`.
_TEXTS = """
const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const each = (root, visit) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.ELEMENT_NODE) { if (node.shadowRoot) each(node.shadowRoot, visit); continue; }
    const element = node.parentElement;
    if (!element || !node.data.trim() || element.closest("style, script, noscript, title") || !shown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width > 1 && box.height > 1) visit(node, element, box);
  }
};
"""

_STICKING_OUT = (
    "() => {" + _TEXTS + """
  const found = [], width = document.documentElement.scrollWidth;
  if (width > innerWidth) found.push(`the page is ${width} wide`);
  const inside = (e) => {  // within something that scrolls sideways, or is cut on purpose
    for (let at = e; at; at = at.parentElement || at.getRootNode().host)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(at).overflowX) && at !== document.body) {
        if (at.getBoundingClientRect().right <= innerWidth + 1) return true;
      }
    return false;
  };
  each(document.body, (node, element, box) => {
    const out = box.right > innerWidth + 1 && box.left < innerWidth;
    if (out && !inside(element)) found.push(node.data.trim().slice(0, 60));
  });
  return found;
}"""
)  # fmt: skip

# The contrast of WCAG 2: 4.5 for text, 3 for large text. What is disabled has no need of it.
_TOO_FAINT = (
    "() => {" + _TEXTS + """
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 1;
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.assignedSlot || at.parentElement || at.getRootNode().host) {
      const layer = rgba(getComputedStyle(at).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  each(document.body, (node, element) => {
    if (element.closest(":disabled, [aria-disabled='true'], [aria-hidden='true']")) return;
    const style = getComputedStyle(element), under = behind(element), size = parseFloat(style.fontSize);
    const [a, b] = [light(over(rgba(style.color), under)), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${node.data.trim().slice(0, 50)}`);
  });
  return found;
}"""
)  # fmt: skip

# Where the words are those of documents, people and models, and what is called the same in every language.
_CONTENT = (
    ".suggested, .bubble, .answer, .passage, .sheet, .thinking, .found .end, .chat .open, .searched, .name, .named, "
    ".facts .wrap, "
    ".where, code, .question .what, blockquote, .said, .expected, .sides .side, .job b, .jobs .what, .recent .end, "
    ".cardhead > b, "
    ".origin .title, .note, [role='option'], [data-tag], [data-testid*='Icon'], [data-testid='stFileChip'], img"
)
_SAME = (
    r"^(English|Ollama( · \S+)?|uploads|MRR@10|nDCG@10|F1|Markdown|JSON|[A-Z]{2,5}( \(\d+\))?|[\d.,]+ ?[KMGT]?B|"
    r"\S+\.\w{2,6}|\S*[\w.]+:[\w.]+|/srv/\S+)$"
)
_NOT_CHINESE = (
    "([content, same]) => {" + _TEXTS + """
  const known = new RegExp(same), found = new Set();
  const foreign = (words) => {
    const text = words.replace(/\\u2060/g, "").trim();
    if (/[A-Za-z]{2}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text) && !known.test(text)) found.add(text.slice(0, 90));
  };
  each(document.body, (node, element) => { if (!element.closest(content)) foreign(node.data); });
  const attributes = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) attributes(element.shadowRoot);
      if (!shown(element) || element.closest(content)) continue;
      for (const name of ["aria-label", "placeholder", "title", "alt"]) {
        const words = element.getAttribute(name);
        if (words) foreign(words);
      }
    }
  };
  attributes(document.body);
  return [...found];
}"""
)  # fmt: skip


def sticking_out(page: "Page") -> list[str]:
    """What is wider than the screen."""
    return list(page.evaluate(_STICKING_OUT))


def too_faint(page: "Page") -> list[str]:
    """Texts that stand out too little from what is behind them, each with its contrast."""
    return list(page.evaluate(_TOO_FAINT))


def not_chinese(page: "Page") -> list[str]:
    """Words and labels in sight, of the page and not of its content, without a Chinese sign."""
    return list(page.evaluate(_NOT_CHINESE, [_CONTENT, _SAME]))
