"""Moving, tagging and editing documents: the help on the command line, and what is said, in English and Chinese."""

from ui.words.text import Text

HELP = (
    Text(
        "为上传的文档更改路径、集合或两者。不会重新读取；谁可以阅读由新位置的规则决定。",
        "Give an uploaded document another path, another collection, or both. Nothing is read anew; who may read it is "
        "what the rules say of its new place.",
    ),
    Text("此后的路径。", "Its path from then on."),
    Text("移入的集合。", "The collection it moves to."),
    Text(
        "为文档设置这些标签，取代原有标签。列表可按标签筛选，检索可按标签限定。",
        "Give a document these tags in place of those it has. Lists are filtered by them, and searches limited.",
    ),
    Text("文档的标签。", "Its tags."),
    Text("取消文档的全部标签。", "Take all its tags away."),
    Text("只列出带有此标签的文档；可多次给出。", "Only documents with this tag; may be given several times."),
    Text(
        "只在带有此标签的文档中查找；可多次给出。",
        "Look only into documents with this tag; may be given several times.",
    ),
    Text("文档的段落，以及编辑者对其所做的更改。", "The passages of a document, and what editors make of them."),
    Text("段落的编号，见 `list`。", "Of the passage, as `list` has it."),
    Text("作出决定时的 `edits`；不给出则取当前值。", "The `edits` it was decided on; without it, the present ones."),
    Text("按阅读顺序列出段落，包括已排除的。", "The passages in reading order, also those that were left out."),
    Text(
        "将一个段落排除在所有检索和回答之外。文档的文字及其文件保持不变。",
        "Leave a passage out of all that is found and answered from. The document's text and its file stay as they "
        "are.",
    ),
    Text("让已排除的段落可再次检索。", "Let a passage that was left out be found again."),
    Text(
        "更正段落的内容：生成文档文字的新版本，文件保持不变。",
        "Correct what a passage says: a new version of the document's text. The file stays as it is.",
    ),
    Text("段落的内容；`-` 表示从标准输入读取。", "What it says; `-` reads it from stdin."),
    Text("将一个段落拆分为二，分别检索。", "Split a passage in two, which are found apart."),
    Text("第二部分开头的文字，须与原文一致。", "What its second part begins with, as it stands there."),
    Text(
        "将拆分的段落的两个部分合并，给出其中任一个即可。",
        "Join the two parts of a passage that was split; either is named.",
    ),
    Text(
        "不再保留针对文件先前内容所做、已不再生效的段落更改。",
        "Forget what was done to the passages of an earlier content of the file, and holds no more.",
    ),
)

TEXTS = {
    "cli_passage_of": Text("{name} 的段落 {n}", "passage {n} of {name}"),
    "cli_passage_part": Text("与 [{n}] 由同一段落拆分而成", "split from one passage with [{n}]"),
    "cli_passage_left_out": Text("{name}：已排除", "{name}: left out"),
    "cli_passage_brought_back": Text("{name}：可再次检索", "{name}: searched again"),
    "cli_passage_corrected": Text("{name}：已更正", "{name}: corrected"),
    "cli_passage_split": Text("{name}：已拆分为二", "{name}: it is two now"),
    "cli_passage_joined": Text("{name}：已与其另一部分合并", "{name}: joined with its other part"),
    "cli_passages_forgotten": Text("{name}：不再保留已失效的更改", "{name}: changes that hold no more are forgotten"),
    "passage_show": Text("在文档中查看", "Show in the document"),
    "passage_join": Text("合并", "Join"),
    "source_edit": Text("编辑该段落", "Edit this passage"),
}
