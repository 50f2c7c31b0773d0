"""The audit trail."""

from kb.messages.template import Template

AUDIT: dict[str, Template] = {
    "audit.record_unreadable": Template(
        "Record {number} of the audit trail cannot be read: it was changed. `kb audit verify` says more.",
        "审计记录第 {number} 条无法读取：它被改动过。`kb audit verify` 会说明详情。",
        page_zh="审计记录第 {number} 条无法读取：它被改动过。检验会说明详情。",
    ),
    "audit.no_head": Template(
        "{file} holds no head of an audit trail. Take a file that `kb audit head --out` wrote.",
        "{file} 中没有审计记录的链首。请使用 `kb audit head --out` 写出的文件。",
    ),
    "audit.file_unreadable": Template("{file} cannot be read: {why}.", "{file} 无法读取：{why}。"),
    "audit.key_damaged": Template(
        "{file} holds no key of the audit trail, which is 64 hexadecimal digits. Put it back, or delete it: "
        "the next head is signed with another one, and the trail tells so.",
        "{file} 中没有审计记录的密钥（应为 64 位十六进制数）。请放回原文件，或将其删除：下一个链首会用另一把"
        "密钥签名，审计记录会写明这一点。",
    ),
    "audit.name_day": Template(
        "Name the day before which names and texts of the audit trail are erased.",
        "请指明日期：清除该日之前审计记录中的名称和文字。",
    ),
    "audit.no_export": Template(
        "{file} is no export of an audit trail: line {number} is no record. Take a file that `kb audit export` wrote.",
        "{file} 不是审计记录的导出文件：第 {number} 行不是记录。请使用 `kb audit export` 写出的文件。",
    ),
    "audit.exists": Template("{file} exists already. Name a new file.", "{file} 已存在。请指定新文件。"),
    "audit.hash": Template(
        "Record {n} was changed, or the one before it: its hash does not fit.",
        "第 {n} 条记录或其前一条被改动：哈希不符。",
    ),
    "audit.other_number": Template(
        "Record {n} was changed: it was written under another number or form.", "第 {n} 条记录被改动：编号或形式不符。"
    ),
    "audit.unreadable": Template("Record {n} cannot be read: it was changed.", "第 {n} 条记录无法读取：它被改动过。"),
    "audit.one_missing": Template("Record {n} is missing.", "缺少第 {n} 条记录。"),
    "audit.some_missing": Template("Records {n} to {m} are missing.", "缺少第 {n} 至 {m} 条记录。"),
    "audit.wrong_place": Template("Record {n} stands in the wrong place.", "第 {n} 条记录的位置不对。"),
    "audit.filed": Template(
        "Record {n}: the time or the action by which it is found was changed.",
        "第 {n} 条记录：用于查找的时间或动作被改动。",
    ),
    "audit.put_beside": Template(
        "Record {n}: {name!r} was put beside it afterwards.", "第 {n} 条记录：{name!r} 是事后添加的。"
    ),
    "audit.value_changed": Template("Record {n}: {name!r} was changed.", "第 {n} 条记录：{name!r} 被改动。"),
    "audit.taken_away": Template(
        "Record {n}: {name!r} was taken away, and no record says so.",
        "第 {n} 条记录：{name!r} 被取走，且没有记录说明。",
    ),
    "audit.head_changed": Template("The head was changed: its signature does not fit.", "链首被改动：签名不符。"),
    "audit.after_missing": Template(
        "The records after {n} are missing: the head is that of record {m}.",
        "第 {n} 条之后的记录缺失：链首是第 {m} 条记录的。",
    ),
    "audit.not_of_head": Template(
        "Record {n} is not the one of the head: it, or one before, was changed.",
        "第 {n} 条记录与链首不符：它或之前的某条被改动。",
    ),
    "audit.other_key": Template(
        "The head is signed with a key that no record up to it names: it is another home's.",
        "链首所用的密钥未见于其之前的记录：它属于另一个主目录。",
    ),
}
