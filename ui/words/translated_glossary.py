"""What is said of the glossary, as it is raised and in Chinese; see `ui.words.error_messages`."""

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("An entry of the glossary has no term ({place}). Write one.", "术语表中有一条没有术语（{place}）。请填写。"),
    ("An entry of the glossary has no term. Write one.", "术语表中有一条没有术语。请填写。"),
    (
        "The term {term} has {n} other forms; {most} are kept at most.",
        "术语 {term} 有 {n} 种其他写法；最多保存 {most} 种。",
    ),
    ("The term {term} has an empty form. Take it out.", "术语 {term} 有一种写法是空的。请删除。"),
    (
        "A form of {term} has {n} characters; a form has {most} at most.",
        "{term} 的一种写法有 {n} 个字符，最多 {most} 个。",
    ),
    (
        "{form}, a form of {term}, is a single character, which stands in too many questions. Write a longer one.",
        "{form}（{term} 的一种写法）只有一个字，会出现在太多问题中。请写得更长。",
    ),
    ("The term {term} has the form {form} twice. Take one out.", "术语 {term} 的写法 {form} 重复。请删除一个。"),
    (
        "The definition of {term} has {n} characters; it has {most} at most.",
        "{term} 的释义有 {n} 个字符，最多 {most} 个。",
    ),
    (
        "The term {term} is there twice, first as {first}. Put all its forms into one entry.",
        "术语 {term} 出现了两次，第一次是 {first}。请将所有写法合并到一条。",
    ),
    (
        "These terms are forms of each other, in a circle: {circle}. Put them into one entry.",
        "这些术语互为写法，形成循环：{circle}。请将它们合并到一条。",
    ),
    ("The glossary has the term {term} already. Change that entry.", "术语表中已有术语 {term}。请修改那一条。"),
    (
        "The glossary has the term {term} already. Add the form to that entry, or dismiss this one.",
        "术语表中已有术语 {term}。请把这种写法加入那一条，或忽略此建议。",
    ),
    (
        "There are {n} entries; a glossary holds {most} at most. Keep the terms of the house.",
        "共有 {n} 条；术语表最多 {most} 条。请只保留本单位的术语。",
    ),
    (
        "The glossary would have {n} entries; it holds {most} at most. Remove some.",
        "术语表将有 {n} 条，最多 {most} 条。请先删除一些。",
    ),
    (
        "The term {term} names the source {name}, which is no document. Name it as COLLECTION/PATH, or leave the "
        "source out.",
        "术语 {term} 的来源 {name} 不是文档。请写成 集合/路径，或不写来源。",
    ),
    ("The term {term} names the source {name}, which has no text.", "术语 {term} 的来源 {name} 没有文字。"),
    (
        "{name} may not change the glossary: that is for who edits a collection.",
        "{name} 无权更改术语表：只有编辑集合的人可以更改。",
    ),
    ("There is no entry {id} in the glossary. Look at the list again.", "术语表中没有第 {id} 条。请重新查看列表。"),
    (
        "The glossary has no term {term}. `kb glossary list` shows what it has.",
        "术语表中没有术语 {term}。",
    ),
    (
        "The glossary file is larger than {most} MB. Keep the terms of the house.",
        "术语表文件超过 {most} MB。请只保留本单位的术语。",
    ),
    (
        "The glossary file is no text in UTF-8, UTF-16 or GB18030. Save it as CSV (UTF-8).",
        "术语表文件不是 UTF-8、UTF-16 或 GB18030 编码的文本。请另存为 CSV（UTF-8）。",
    ),
    (
        "The glossary file is empty. Its first row names the columns: term, forms, definition.",
        "术语表文件是空的。第一行应写明各列：term、forms、definition。",
    ),
    ("The glossary file is no CSV in {line}: {why}.", "术语表文件在 {line} 处不是 CSV：{why}。"),
    (
        "The glossary file has the column {name}, which is not known. Its first row names the columns: {names}.",
        "术语表文件中有未知的列 {name}。第一行应写明各列：{names}。",
    ),
    (
        "The glossary file must have one column `term`. Its first row names the columns.",
        "术语表文件必须有一列 `term`。第一行应写明各列。",
    ),
    (
        "The glossary file has more than {most} rows, which is all that a glossary holds. Keep the terms of the house.",
        "术语表文件超过 {most} 行，术语表最多只能有这么多条。请只保留本单位的术语。",
    ),
    (
        'The glossary file has {n} cells in {line}, and {m} columns. A cell with a comma in it stands between " and ".',
        '术语表文件在 {line} 处有 {n} 个单元格，而只有 {m} 列。含逗号的单元格须放在 " 与 " 之间。',
    ),
    (
        "The glossary file has no term in {line}. Write one, or take the line out.",
        "术语表文件在 {line} 处没有术语。请填写，或删除该行。",
    ),
)
