"""Words of who may read what, on the documents page."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    "only_me": Text("仅自己可读", "Only me"),
    "access": Text("谁可以阅读", "Who may read it"),
    "access_of": Text("谁可以阅读“{name}”", "Who may read “{name}”"),
    "access_readers": Text("读者", "Readers"),
    "access_choose": Text("选择组或人员", "Choose groups or people"),
    "access_everyone": Text("所有人", "Everyone"),
    "access_group": Text("组：{name}", "Group: {name}"),
    "access_nobody": Text("除所有者和管理员外，无人可读", "Nobody but the owner and admins"),
    "access_by_document": Text("由该文档自身的规则决定。", "The document's own rule says so."),
    "access_by_mail": Text("由其所在文档 {name} 的规则决定。", "The rule of {name}, which it is part of, says so."),
    "access_by_path": Text("由路径 {name} 的规则决定。", "The rule of the path {name} says so."),
    "access_by_collection": Text("由集合 {name} 的规则决定。", "The rule of the collection {name} says so."),
    "access_by_default": Text("由适用于其余一切内容的规则决定。", "The rule for all that has no other rule says so."),
    "access_by_none": Text("没有规则提到它。", "No rule names it."),
    "access_paths": Text("该集合中另有规则的路径和文档：", "Paths and documents of it with rules of their own:"),
    "access_editors": Text(
        "编辑该集合的人可以阅读其中全部内容。更改自下一次请求起生效。",
        "Who edits the collection reads all of it. A change holds from the next request on.",
    ),
    "access_save": Text("保存", "Save"),
    "access_remove": Text("删除这条规则", "Take this rule away"),
    "access_saved": Text("已更改读者：{name}", "Readers changed: {name}"),
    "access_failed": Text("读者未更改", "The readers were not changed"),
    "access_personal": Text(
        "这是个人集合，只有本人可以阅读。", "This collection is personal: its person alone reads it."
    ),
}
