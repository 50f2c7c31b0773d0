"""The help of moving and tagging documents on the command line, in English and Chinese."""

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
)
