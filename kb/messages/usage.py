"""What is told of the use of a home."""

from kb.messages.template import Template

USAGE: dict[str, Template] = {
    "usage.no_words": Template(
        "No words of questions are kept here: the setting usage.texts says so.",
        "这里不保存问题的文字：由设置 usage.texts 规定。",
    ),
    "usage.no_editor": Template(
        "{name} edits no collection. Usage is told to editors and administrators.",
        "{name} 没有可编辑的集合。使用情况仅供编辑者和管理员查看。",
    ),
    "usage.days_reversed": Template(
        "{first} comes after {last}. Name the first day first.", "{first} 晚于 {last}。请先写较早的日期。"
    ),
    "usage.no_part": Template(
        "--csv is one of {parts}, not {given!r}.", "--csv 只能是 {parts} 之一，不能是 {given!r}。"
    ),
    "usage.on_or_off": Template(
        "--words is `on` or `off`, not {given!r}.", "--words 只能是 `on` 或 `off`，不能是 {given!r}。"
    ),
}
