"""Words of the files that are dropped into a conversation."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    "files_title": Text("此对话中的文件", "Files of this conversation"),
    "file_waiting": Text("等待读取", "waiting to be read"),
    "file_reading": Text("正在读取…", "being read…"),
    "file_failed": Text("无法提问", "cannot be asked about"),
    "file_open": Text("查看原文", "Show it"),
    "file_ask": Text("只问它", "Ask only this"),
    "file_keep": Text("保留", "Keep"),
    "file_let_go": Text("移除", "Let go"),
    "file_kept": Text("{name} 已保留在“仅自己可读”集合中。", "{name} is kept in your collection Only me."),
    "file_go_title": Text("移除文件？", "Let go of the file?"),
    "file_go_text": Text(
        "文件以及从中读取的一切都会永久删除；以它为依据的回答会失去文字，问题会保留。",
        "The file and all that was read from it are deleted for good. Answers that rest on it lose their words; the "
        "questions stay.",
    ),
    "file_not_added": Text("文件未放入", "The files were not added"),
    "state_file": Text("正在读取 {name}…", "Reading {name}…"),
}
