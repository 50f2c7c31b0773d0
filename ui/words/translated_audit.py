"""What is said of the audit trail, as it is raised and in Chinese; see `ui.words.error_messages`."""

AUDIT: tuple[tuple[str, str], ...] = (
    (
        "Record {n} was changed, or the one before it: its hash does not fit.",
        "第 {n} 条记录或其前一条被改动：哈希不符。",
    ),
    ("Record {n} was changed: it was written under another number or form.", "第 {n} 条记录被改动：编号或形式不符。"),
    ("Record {n} cannot be read: it was changed.", "第 {n} 条记录无法读取：它被改动过。"),
    (
        "Record {n} of the audit trail cannot be read: it was changed. `kb audit verify` says more.",
        "审计记录第 {n} 条无法读取：它被改动过。检验会说明详情。",
    ),
    ("Record {n} is missing.", "缺少第 {n} 条记录。"),
    ("Records {n} to {m} are missing.", "缺少第 {n} 至 {m} 条记录。"),
    ("Record {n} stands in the wrong place.", "第 {n} 条记录的位置不对。"),
    (
        "Record {n}: the time or the action by which it is found was changed.",
        "第 {n} 条记录：用于查找的时间或动作被改动。",
    ),
    ("Record {n}: {name} was put beside it afterwards.", "第 {n} 条记录：{name} 是事后添加的。"),
    ("Record {n}: {name} was changed.", "第 {n} 条记录：{name} 被改动。"),
    ("Record {n}: {name} was taken away, and no record says so.", "第 {n} 条记录：{name} 被取走，且没有记录说明。"),
    ("The head was changed: its signature does not fit.", "链首被改动：签名不符。"),
    (
        "The records after {n} are missing: the head is that of record {m}.",
        "第 {n} 条之后的记录缺失：链首是第 {m} 条记录的。",
    ),
    (
        "Record {n} is not the one of the head: it, or one before, was changed.",
        "第 {n} 条记录与链首不符：它或之前的某条被改动。",
    ),
    (
        "The head is signed with a key that no record up to it names: it is another home's.",
        "链首所用的密钥未见于其之前的记录：它属于另一个主目录。",
    ),
    (
        "Name the day before which names and texts of the audit trail are erased.",
        "请指明日期：清除该日之前审计记录中的名称和文字。",
    ),
    (
        "{file} holds no head of an audit trail. Take a file that `kb audit head --out` wrote.",
        "{file} 中没有审计记录的链首。请使用 `kb audit head --out` 写出的文件。",
    ),
    (
        "{file} is no export of an audit trail: line {n} is no record. Take a file that `kb audit export` wrote.",
        "{file} 不是审计记录的导出文件：第 {n} 行不是记录。请使用 `kb audit export` 写出的文件。",
    ),
    ("{file} cannot be read: {why}.", "{file} 无法读取：{why}。"),
)
