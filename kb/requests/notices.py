"""Notices of requests: what is said of how an answer to one came about, in both languages."""

SAMPLED = {
    "en": "The document is long: {} of its {} sections were read, evenly spread over it.",
    "zh": "文档很长：均匀选读了 {1} 个部分中的 {0} 个。",
}
READ_UNTIL = {"en": "Stopped after {} of {} sections.", "zh": "已停止，读了 {1} 个部分中的 {0} 个。"}
LEFT_OUT = {
    "en": "Sentences that the text does not confirm were left out: {}.",
    "zh": "原文未能证实的句子已略去：{} 句。",
}
ONE_SIDED = {
    "en": "The documents say nothing about “{}”: there is nothing to compare with.",
    "zh": "文档没有说到“{}”，因此无从比较。",
}
BOTH_SILENT = {
    "en": "The documents say nothing of either side.",
    "zh": "文档没有说到其中任何一方。",
}
READ_IN_PART = {
    "en": "{} of {} sections of {} were read, evenly spread over it.",
    "zh": "{2} 共有 {1} 个部分，均匀选读了其中 {0} 个。",
}
MATCHING = {
    "en": "Of the {} rows of this table, those that match {} are listed.",
    "zh": "该表共有 {} 行，这里只列出与{}相符的。",
}
MORE_ELSEWHERE = {
    "en": "This may not be all: {} has a list of the kind too.",
    "zh": "可能并不完整：{} 中也有类似的列表。",
}
CUT_OFF = {"en": "Only the first {} of {} items are shown.", "zh": "只显示 {1} 项中的前 {0} 项。"}
BY_MEANING = {
    "en": "None of these documents has the words themselves; they come near in meaning.",
    "zh": "这些文档都没有出现原词，只是含义相近。",
}
NOT_ALL = {"en": "Only the best {} of {} documents are listed.", "zh": "只列出 {1} 个文档中最相关的 {0} 个。"}
DELETED = {
    "en": "{} was deleted, or taken from you, while it was being read.",
    "zh": "{} 在阅读过程中被删除，或您已无权阅读。",
}
