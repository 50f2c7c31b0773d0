"""Words of the page Usage."""

from collections.abc import Mapping

from ui.words.text import Text

OUTCOMES: Mapping[str, Text] = {
    "answered": Text("已回答", "Answered"),
    "uncertain": Text("不确定", "Uncertain"),
    "refused": Text("未找到答案", "No answer found"),
    "stopped": Text("已停止", "Stopped"),
    "failed": Text("失败", "Failed"),
}
REASONS: Mapping[str, Text] = {
    "nothing_to_search": Text("没有可检索的文档", "Nothing to search"),
    "nothing_matches": Text("筛选无匹配文档", "Filter matches nothing"),
    "weak_evidence": Text("没有足够接近的内容", "Nothing near enough"),
    "not_stated": Text("文档未写明", "Not stated"),
    "model_found_nothing": Text("模型未找到", "Model found nothing"),
    "unsupported_answer": Text("回答无依据，未显示", "Unsupported, withheld"),
    "empty_answer": Text("模型没有作答", "Model said nothing"),
    "other": Text("其他", "Other"),
    "search": Text("检索：内容不够接近", "Searches in vain"),
}

TEXTS: Mapping[str, Text] = {
    "page_usage": Text("使用情况", "Usage"),
    "usage_title": Text("使用情况与缺口", "Usage and gaps"),
    "usage_intro": Text(
        "每天问了多少，哪些没有答案，哪些文档从未被引用。数字不含姓名；文字只来自同意共享的人。",
        "What is asked each day, what finds no answer, and which documents nobody needed. Counts name nobody; "
        "words are those of people who agreed.",
    ),
    "usage_failed": Text("无法显示使用情况", "Usage cannot be shown"),
    "usage_period": Text("时段", "Period"),
    "usage_days": Text("{n} 天", "{n} days"),
    "usage_days_one": Text("1 天", "1 day"),
    "usage_counted_since": Text(
        "{since} 至 {until}；自 {counted} 起计数。", "{since} to {until}; counting began on {counted}."
    ),
    "usage_asked": Text("提问", "Questions"),
    "usage_found": Text("已回答", "Answered"),
    "usage_in_vain": Text("未找到答案", "No answer found"),
    "usage_searches": Text("落空的检索", "Searches in vain"),
    "usage_by_day": Text("每天的提问", "Questions a day"),
    "usage_by_week": Text("每周的提问", "Questions a week"),
    "usage_reasons": Text("为什么没有答案", "Why there was no answer"),
    "usage_gaps": Text("最常问而没有答案的", "Asked most without an answer"),
    "usage_gaps_none": Text("没有可显示的文字。", "There are no words to show."),
    "usage_without_words": Text(
        "另有 {n} 次：提问者未同意共享文字，或您无权阅读相关文档。",
        "{n} more: nobody agreed to show their words, or they rest on documents that you may not read.",
    ),
    "usage_without_words_one": Text(
        "另有 1 次：提问者未同意共享文字，或您无权阅读相关文档。",
        "1 more: nobody agreed to show its words, or it rests on documents that you may not read.",
    ),
    "usage_times": Text("{n} 次", "{n} times"),
    "usage_times_one": Text("1 次", "once"),
    "usage_last": Text("最近：{day}", "last on {day}"),
    "usage_wordings": Text("其他问法", "Other wordings"),
    "usage_never": Text("从未被引用的文档", "Documents never cited"),
    "usage_never_of": Text("可检索的 {total} 个文档中有 {n} 个", "{n} of {total} searchable documents"),
    "usage_never_none": Text("每个文档都被引用过。", "Every document was cited."),
    "usage_more": Text("另有 {n} 项，见 CSV。", "{n} more: the CSV has all."),
    "usage_more_one": Text("另有 1 项，见 CSV。", "1 more: the CSV has all."),
    "usage_feedback": Text("按文档的评价", "Feedback by document"),
    "usage_feedback_none": Text("此时段没有评价。", "No answer was judged in this period."),
    "usage_up": Text("有帮助", "Helpful"),
    "usage_down": Text("没有帮助", "Not helpful"),
    "usage_document": Text("文档", "Document"),
    "usage_day": Text("日期", "Day"),
    "usage_week": Text("周（起始日）", "Week from"),
    "usage_reason": Text("原因", "Reason"),
    "usage_count": Text("次数", "Times"),
    "usage_table": Text("表格", "As a table"),
    "usage_csv": Text("CSV", "CSV"),
    "usage_csv_of": Text("下载 CSV：{part}", "Download as CSV: {part}"),
    "usage_agree": Text("共享我没有得到答案的问题", "Share my questions that find no answer"),
    "usage_agree_help": Text(
        "编辑者会看到这些问题的文字，不含姓名，且仅当他们可阅读最接近的文档。收回时，已保存的文字立即删除。",
        "Editors see their words, without your name, where they may read the documents that came nearest. "
        "Taken back, what was kept is deleted at once.",
    ),
    **{f"usage_outcome_{name}": text for name, text in OUTCOMES.items()},
    **{f"usage_reason_{name}": text for name, text in REASONS.items()},
}
