"""Words of the page Review."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    "page_review": Text("审阅", "Review"),
    "review_title": Text("审阅回答", "Review of answers"),
    "review_intro": Text(
        "读者评价过的回答。更正它，标出写明答案的段落，再采纳：它可以成为精选回答、评测题目和训练数据。",
        "The answers that readers judged. Correct one, mark the passage that states it, and accept it: it can become a "
        "curated answer, a test question, and training data.",
    ),
    "review_failed": Text("未能完成", "It could not be done"),
    "review_state_open": Text("待审阅", "To review"),
    "review_state_corrected": Text("已更正", "Corrected"),
    "review_state_accepted": Text("已采纳", "Accepted"),
    "review_state_dismissed": Text("已搁置", "Dismissed"),
    "review_curated": Text("精选回答", "Curated answers"),
    "review_none": Text("这里没有回答。", "There are no answers here."),
    "review_shown": Text("显示哪些回答", "Which answers"),
    "review_up": Text("有帮助", "Helpful"),
    "review_down": Text("没有帮助", "Not helpful"),
    "review_gone": Text("对话已删除", "Its conversation was deleted"),
    "review_look": Text("审阅", "Review"),
    "review_back": Text("返回列表", "Back to the list"),
    "review_reload": Text("重新载入", "Load again"),
    "review_by": Text("{editor}，{day}", "{editor}, {day}"),
    "review_given": Text("精选回答", "Curated answer"),
    "review_withdrawn_changed": Text("已撤下：文档已更改", "Withdrawn: a document changed"),
    "review_withdrawn_deleted": Text("已撤下：文档已删除", "Withdrawn: a document was deleted"),
    "review_withdrawn_quarantined": Text("已撤下：文档处于隔离中", "Withdrawn: a document is in quarantine"),
    "review_withdrawn_left_out": Text("已撤下：段落已被排除", "Withdrawn: a passage was left out"),
    "review_withdrawn": Text(
        "{n} 个精选回答因文档更改或删除而撤下。请重新更正并采纳，或彻底撤回。",
        "{n} curated answers were withdrawn, since a document changed or is gone. Correct and accept them anew, or "
        "withdraw them for good.",
    ),
    "review_withdrawn_one": Text(
        "1 个精选回答因文档更改或删除而撤下。请重新更正并采纳，或彻底撤回。",
        "1 curated answer was withdrawn, since a document changed or is gone. Correct and accept it anew, or "
        "withdraw it for good.",
    ),
    "review_answer": Text("回答", "Answer"),
    "review_no_answer": Text("回答已随文档删除。", "The answer went with a document that was deleted."),
    "review_reason": Text("{who}：{reason}", "{who}: {reason}"),
    "review_passages": Text("找到的段落", "Passages that were found"),
    "review_sources": Text("更正的出处", "Sources of the correction"),
    "review_question": Text("问题", "Question"),
    "review_question_help": Text("不看对话也能读懂的问题。", "As it is understood without the conversation."),
    "review_right": Text("应有的回答", "What should have been answered"),
    "review_right_help": Text(
        "[1] 表示第一个标出的段落，[2] 表示第二个。", "[1] names the first passage that is marked, [2] the second."
    ),
    "review_also": Text("其他问法（每行一个）", "Other ways to ask it (one a line)"),
    "review_also_help": Text(
        "用户这样问时，也给出这个回答；中文、英文均可。",
        "Where people ask it so, the answer is given too; in Chinese or English.",
    ),
    "review_marks": Text("写明答案的段落", "Passages that state the answer"),
    "review_marks_none": Text("选择段落", "Choose passages"),
    "review_words": Text("只用其中这些文字（可不填）", "Only these words of it (optional)"),
    "review_words_help": Text(
        "从段落中原样复制；不填则整段作为出处。",
        "Copied from the passage as they stand; without them the whole passage is the source.",
    ),
    "review_find": Text("查找其他段落", "Find other passages"),
    "review_find_example": Text("关键词或问题", "Words, or a question"),
    "review_save": Text("保存更正", "Save the correction"),
    "review_accept": Text("采纳", "Accept"),
    "review_accept_curated": Text("采纳为精选回答", "Accept as a curated answer"),
    "review_dismiss": Text("搁置", "Dismiss the answer"),
    "review_withdraw": Text("撤回精选回答", "Withdraw the curated answer"),
    "review_done": Text("已保存。", "Saved."),
    "review_format": Text("导出为", "Export as"),
    "review_format_sft": Text("训练数据（SFT）", "Training data (SFT)"),
    "review_format_dpo": Text("偏好数据（DPO）", "Preference data (DPO)"),
    "review_format_questions": Text("评测题目", "Question set"),
    "review_export": Text("导出", "Export"),
}
