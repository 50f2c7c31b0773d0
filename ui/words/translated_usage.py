"""What is said of usage, as it is raised and in Chinese; see `ui.words.error_messages`."""

USAGE: tuple[tuple[str, str], ...] = (
    (
        "No words of questions are kept here: the setting usage.texts says so.",
        "这里不保存问题的文字：由设置 usage.texts 规定。",
    ),
    (
        "{name} edits no collection. Usage is told to editors and administrators.",
        "{name} 没有可编辑的集合。使用情况仅供编辑者和管理员查看。",
    ),
    ("{since} comes after {until}. Name the first day first.", "{since} 晚于 {until}。请先写较早的日期。"),
)
