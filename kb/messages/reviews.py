"""What is said of reviews and curated answers."""

from kb.messages.template import Template

REVIEWS: dict[str, Template] = {
    "review.no_editor": Template(
        "{name} may not review answers: that is for editors.", "{name} 无权审阅回答：这是编辑的工作。"
    ),
    "review.not_found": Template(
        "There is no judged answer {id!r}. `kb feedback list` shows what there is.",
        "没有编号为 {id!r} 的已评价回答，它可能已被删除。`kb feedback list` 可列出现有的。",
        page_en="There is no judged answer {id!r}; it may have been deleted.",
        page_zh="没有编号为 {id!r} 的已评价回答，它可能已被删除。",
    ),
    "review.changed": Template(
        "This answer was reviewed by {by} meanwhile (version {now}, not {seen}), and nothing was changed now. Look at "
        "it again.",
        "{by} 已在此期间审阅了这个回答（当前版本 {now}，您看到的是 {seen}），本次没有更改任何内容。请重新查看。",
    ),
    "review.no_source": Template(
        "A correction needs its source. Mark the passage of a document that states the answer; where none does, add "
        "the document first, or dismiss the answer.",
        "更正需要出处。请标出写明答案的文档段落；如果没有这样的文档，请先添加文档，或者搁置这个回答。",
    ),
    "review.many_sources": Template(
        "A correction has at most {most} sources, not {n}. Mark fewer passages.",
        "一个更正最多有 {most} 个出处，而不是 {n} 个。请少标一些段落。",
    ),
    "review.many_questions": Template(
        "A correction has at most {most} ways to ask it, not {n}.",
        "一个更正最多有 {most} 种问法，而不是 {n} 种。",
    ),
    "review.source_changed": Template(
        "{document!r} was changed since: the passage is of version {then}, and version {now} answers. Mark the passage "
        "anew.",
        "{document!r} 已经更改：该段落属于第 {then} 版，而现在使用的是第 {now} 版。请重新标出段落。",
    ),
    "review.source_held": Template(
        "{document!r} is in quarantine. Release it before an answer rests on it.",
        "{document!r} 处于隔离中。请先放行，再把它作为出处。",
    ),
    "review.source_left_out": Template(
        "An editor left this passage of {document!r} out of the search. Bring it back, or mark another passage.",
        "编辑者已将 {document!r} 的这一段落排除在检索之外。请将其恢复，或标出其他段落。",
    ),
    "review.no_passage": Template(
        "{start} to {end} is no passage of {document!r}, whose text has {n:,} characters. Mark the words that state "
        "the answer.",
        "{start} 到 {end} 不是 {document!r} 中的段落，其文字共 {n:,} 个字符。请标出写明答案的文字。",
    ),
    "review.long_source": Template(
        "The passage marked in {document!r} has {n:,} characters; at most {most:,} can be marked. Mark the words that "
        "state the answer.",
        "{document!r} 中标出的段落有 {n:,} 个字符，最多可标 {most:,} 个。请只标写明答案的文字。",
    ),
    "review.empty_answer": Template(
        "The corrected answer is empty. Write what should have been answered.",
        "更正后的回答是空的。请写出应有的回答。",
    ),
    "review.long_answer": Template(
        "The corrected answer has {n:,} characters; at most {most:,} can be kept. Shorten it.",
        "更正后的回答有 {n:,} 个字符，最多可保存 {most:,} 个。请缩短。",
    ),
    "review.unmarked_number": Template(
        "The corrected answer cites [{number}], and {n} passages are marked. Mark it, or take the number out.",
        "更正后的回答引用了 [{number}]，而标出的段落只有 {n} 个。请标出该段落，或去掉这个编号。",
    ),
    "review.judged_unhelpful": Template(
        "This answer was judged not helpful. Correct it and mark the passage that states the answer, then accept it; "
        "or dismiss it.",
        "这个回答被评为没有帮助。请先更正并标出写明答案的段落，再采纳；或者搁置它。",
    ),
    "review.rests_on_changed": Template(
        "A document that the correction rests on was changed since. Mark the passage in its new version.",
        "更正所依据的文档已经更改。请在新版本中重新标出段落。",
    ),
    "review.rests_on_deleted": Template(
        "A document that the correction rests on was deleted. Correct the answer from another, or dismiss it.",
        "更正所依据的文档已被删除。请依据其他文档更正，或者搁置它。",
    ),
    "review.rests_on_held": Template(
        "A document that the correction rests on is in quarantine. Release it, or mark another passage.",
        "更正所依据的文档处于隔离中。请放行它，或标出其他段落。",
    ),
    "review.rests_on_left_out": Template(
        "A passage that the correction rests on was left out of the search. Bring it back, or mark another passage.",
        "更正所依据的段落已被排除在检索之外。请将其恢复，或标出其他段落。",
    ),
    "review.not_curated": Template(
        "{id!r} is no curated answer. `kb feedback curated` lists those there are.",
        "{id!r} 不是精选回答。`kb feedback curated` 可列出现有的。",
        page_en="{id!r} is no curated answer.",
        page_zh="{id!r} 不是精选回答。",
    ),
    "review.no_words": Template(
        "None of the marked passages holds these words. Copy them as they stand in it.",
        "标出的段落中都没有这些文字。请从段落中原样复制。",
    ),
    "review.no_state": Template(
        "{name!r} is no state of a review. The states are {names}.",
        "审阅没有 {name!r} 这种状态。可用的状态：{names}。",
    ),
    "review.no_format": Template(
        "{name!r} is no format. The formats are {names}.", "没有 {name!r} 这种格式。可用的格式：{names}。"
    ),
    "review.curated": Template(
        "Curated answer: {editor} wrote or accepted it on {day}; no model was asked.",
        "精选回答：由 {editor} 于 {day} 撰写或认可，未调用模型。",
    ),
    "review.curated_judged": Template(
        "Curated answer to “{question}”: {editor} wrote or accepted it on {day}. The model judged that it answers your "
        "question, too.",
        "“{question}”的精选回答：由 {editor} 于 {day} 撰写或认可；模型判断它也回答了您的问题。",
    ),
}
