"""Questions, answers, conversations and what is said of them."""

from kb.messages.template import Template

ANSWERS: dict[str, Template] = {
    "question.empty": Template(
        "The question is empty. Write what you want to know.", "问题是空的，请写下您想了解的内容。"
    ),
    "question.too_long": Template(
        "The question has {count:,} characters; at most {most:,} can be asked. Put a long text into a "
        "document and ask about it.",
        "问题有 {count:,} 个字符，最多 {most:,} 个。请把长文本放进文档，再就它提问。",
    ),
    "answer.without_result": Template("The answer ended without a result.", "回答没有结果就结束了。"),
    "answer.access_changed": Template(
        "Who may read the documents that this answer rests on was changed meanwhile. Ask again.",
        "其间该回答所依据的文档的读者有了变化。请重新提问。",
    ),
    "question.no_day": Template(
        "{written} is not a day. Write it as year-month-day, such as 2026-11-25.",
        "{written} 不是日期。请写成“年-月-日”，例如 2026-11-25。",
    ),
    "answer.empty": Template(
        "The model ended without an answer, also when it was led to one. Ask again, or another way.",
        "模型没有给出回答，引导后仍然没有。请重试，或换一种问法。",
    ),
    "conversation.not_found": Template(
        "There is no conversation {id!r}. It may have been deleted in another tab.",
        "没有对话 {id!r}，可能已在另一个标签页中删除。",
        page_zh="没有这个对话，可能已在另一个标签页中删除。",
    ),
    "conversation.full": Template(
        "A conversation holds {most} questions. Begin a new one.", "一个对话最多 {most} 个问题。请新建对话。"
    ),
    "conversation.too_many": Template(
        "There are {most} conversations, and no more are kept. Delete some first.",
        "已有 {most} 个对话，不能再保存更多。请先删除一些。",
    ),
    "conversation.many_files": Template(
        "At most {most} files can be dropped into a conversation. Keep or let go of some first.",
        "一个对话最多放入 {most} 个文件。请先保留或移除一些。",
    ),
    "conversation.no_files": Template(
        "{name!r} has no collection of their own, so no file can be dropped into a conversation.",
        "{name!r} 没有自己的集合，不能在对话中放入文件。",
    ),
    "conversation.no_file": Template(
        "There is no file {name!r} in this conversation. It may have been kept or let go of.",
        "这个对话中没有文件 {name!r}，可能已被保留或移除。",
    ),
    "conversation.file_not_read": Template("{name} cannot be asked about: {why}", "无法就 {name} 提问：{why}"),
    "conversation.file_still_read": Template(
        "{name} is still being read and could not be stopped. Try again in a minute.",
        "{name} 仍在读取中，未能停止。请一分钟后重试。",
    ),
    "conversation.reading_stopped": Template(
        "Its reading was stopped. Let it go and drop it again.", "读取已被停止。请移除后重新放入。"
    ),
    "conversation.search_too_long": Template(
        "{count:,} characters cannot be searched for; at most {most:,} can.",
        "不能查找 {count:,} 个字符，最多 {most:,} 个。",
    ),
    "conversation.title_too_long": Template(
        "The title has {count:,} characters; at most {most} can be kept. Shorten it.",
        "标题有 {count:,} 个字符，最多 {most} 个，请缩短。",
    ),
    "feedback.no_verdict": Template(
        "The verdict is `up` or `down`, not {verdict!r}.", "评价只能是 `up` 或 `down`，不能是 {verdict!r}。"
    ),
    "feedback.reason_too_long": Template(
        "The reason has {count:,} characters; at most {most:,} can be kept. Shorten it.",
        "理由有 {count:,} 个字符，最多 {most:,} 个，请缩短。",
    ),
    "conversation.turn_not_found": Template(
        "There is no turn {id!r}. It may have been deleted.",
        "没有问答 {id!r}，可能已被删除。",
        page_zh="没有这一轮问答，可能已被删除。",
    ),
    "answer.not_being_made": Template("No answer {name!r} is being made.", "没有正在生成的回答 {name!r}。"),
    "conversation.busy": Template(
        "A question of this conversation is being answered. Wait for it, or stop it.",
        "这个对话的一个问题正在回答中。请等它结束，或将其停止。",
    ),
    "conversation.gone": Template(
        "There is no conversation {id!r}. It may have been deleted.", "没有对话 {id!r}，可能已被删除。"
    ),
    "question.none": Template("There is no question.", "没有问题。"),
    "feedback.no_passage": Template(
        "The answer has no passage {number}; it has {n}. `kb feedback show` lists them; --source and --quote name "
        "others.",
        "这个回答没有第 {number} 段，它共有 {n} 个段落。`kb feedback show` 可列出它们；"
        "其他段落用 --source 或 --quote 指定。",
    ),
    "feedback.source_form": Template(
        "--source is COLLECTION/PATH@START-END, not {given!r}.", "--source 的写法是 集合/路径@起-止，而不是 {given!r}。"
    ),
    "feedback.quote_form": Template(
        "--quote is COLLECTION/PATH=WORDS, not {given!r}.", "--quote 的写法是 集合/路径=原文，而不是 {given!r}。"
    ),
    "feedback.words_times": Template(
        "These words stand {times} times in {path!r}, not once. Copy more of them, or name the place by --source.",
        "这些文字在 {path!r} 中出现 {times} 次，而不是一次。请多复制一些，或用 --source 指定位置。",
    ),
    "feedback.not_written": Template(
        "{out} cannot be written: {why}. Name a new file.", "{out} 无法写入：{why}。请给出一个新文件的名称。"
    ),
    "feedback.no_verdict_option": Template(
        "--verdict is `up` or `down`, not {verdict!r}.", "--verdict 只能是 `up` 或 `down`，不能是 {verdict!r}。"
    ),
    "conversation.no_position": Template(
        "There is no turn {position} in conversation {id!r}; turns count from 0.",
        "对话 {id!r} 中没有第 {position} 轮问答（从 0 数起）。",
    ),
    "conversation.deleted_source": Template(
        "A document this answer rested on was deleted, and the answer with it.",
        "该回答所依据的文档已被删除，回答也随之删除。",
    ),
    "conversation.not_readable": Template(
        "This answer rests on documents that you may not read any more.", "该回答所依据的文档，您已无权阅读。"
    ),
    "conversation.not_readable_here": Template(
        "This answer is not shown: it rests on documents that you may not read.",
        "该回答不予显示：它所依据的文档，您无权阅读。",
    ),
    "answer.own_help": Template(
        "This is from the product's own help, not from your documents.", "以上内容来自产品自带的说明，而不是您的文档。"
    ),
    "answer.weak": Template(
        "No document is close enough to the question; the model was not asked.",
        "没有与问题足够接近的文档，未调用模型。",
    ),
    "answer.found_nothing": Template(
        "The model read the passages and found no answer in them.", "模型阅读了段落，没有找到答案。"
    ),
    "answer.unsupported": Template(
        "The model's answer was withheld: nothing in the documents supports it.",
        "模型的回答没有得到文档的任何支持，未予显示。",
    ),
    "answer.quoted": Template(
        "The model's own words were not confirmed. This is what the documents say.",
        "模型自己的表述没有得到证实，以下是文档中的内容。",
    ),
    "answer.not_stated": Template(
        "The model read the passages and judged that they do not state the answer.",
        "模型阅读了段落，判断其中没有写明答案。",
    ),
    "answer.uncertain": Template(
        "Uncertain: the passages may not state the answer to exactly this question. Check the sources.",
        "不确定：段落可能没有写明这个问题的确切答案，请核对来源。",
    ),
    "answer.none": Template("The model gave no answer.", "模型没有给出答案。"),
    "answer.stopped": Template("Stopped.", "已停止。"),
    "answer.left_out": Template(
        "Only the first {fit} of {count} passages fit into the model's context.",
        "模型的上下文只容得下 {count} 个段落中的前 {fit} 个。",
    ),
    "answer.orders": Template(
        "A document tries to give the model orders; that part was neither obeyed nor used.",
        "有文档试图向模型下达指令，这部分内容既未执行，也未采用。",
    ),
    "answer.older_edition": Template(
        "{path} is an older edition; the newest is {newest}.", "{path} 是较旧的版本，最新的是 {newest}。"
    ),
    "answer.false_marker": Template(
        "Removed {markers}: there is no passage of that number.", "引用 {markers} 没有对应的段落，已删除。"
    ),
    "answer.marker_moved": Template(
        "Some citations were moved to the passage that holds the words.", "部分引用已改为真正载有该内容的段落。"
    ),
    "answer.disagreement": Template(
        "The documents disagree: {first} and {second} do not say the same. Both are cited.",
        "文档的说法不一致：{first} 与 {second} 所说不同，两处均已引用。",
    ),
    "answer.unconfirmed_left_out": Template(
        "Left out, as no passage states it: {count} of {all} sentences.",
        "已略去没有段落写明的内容：共 {all} 句，略去 {count} 句。",
    ),
    "answer.address_withheld": Template(
        "Left out what names a link, an address or a command that the cited words do not hold.",
        "已略去含有链接、地址或命令的内容：所引原文中没有这些链接、地址或命令。",
    ),
    "answer.think_budget": Template(
        "The reasoning was ended at its budget of {tokens} tokens.", "思考已达到 {tokens} 个词元的上限，到此为止。"
    ),
    "answer.cut": Template(
        "The answer was cut at its limit of {tokens} tokens.", "回答已达到 {tokens} 个词元的上限，在此截断。"
    ),
    "answer.repeats": Template(
        "The model began to repeat itself; the answer was ended there.", "模型开始重复已说过的话，回答到此为止。"
    ),
    "answer.also_chinese": Template(
        "Documents in Chinese were searched too, for: {question}", "也检索了中文文档，检索的问题：{question}"
    ),
    "answer.also_english": Template(
        "Documents in English were searched too, for: {question}", "也检索了英文文档，检索的问题：{question}"
    ),
    "answer.also_parts": Template(
        "No passage near states this figure itself. What it is calculated from was searched for, too: {names}",
        "邻近的段落都没有直接给出这一指标，因此还检索了计算它所用的项目：{names}",
    ),
    "answer.document_deleted": Template(
        "{documents} was deleted, or taken from you, while it was being read.",
        "{documents} 在阅读过程中被删除，或您已无权阅读。",
    ),
    "answer.matching_rows": Template(
        "Of the {count} rows of this table, those that match {words} are listed.",
        "该表共有 {count} 行，这里只列出与{words}相符的。",
    ),
    "answer.more_elsewhere": Template(
        "This may not be all: {path} has a list of the kind too.", "可能并不完整：{path} 中也有类似的列表。"
    ),
    "answer.items_cut_off": Template(
        "Only the first {shown} of {count} items are shown.", "只显示 {count} 项中的前 {shown} 项。"
    ),
    "answer.by_meaning": Template(
        "None of these documents has the words themselves; they come near in meaning.",
        "这些文档都没有出现原词，只是含义相近。",
    ),
    "answer.not_all_listed": Template(
        "Only the best {shown} of {count} documents are listed.", "只列出 {count} 个文档中最相关的 {shown} 个。"
    ),
    "answer.read_in_part": Template(
        "{read} of {count} sections of {path} were read, evenly spread over it.",
        "{path} 共有 {count} 个部分，均匀选读了其中 {read} 个。",
    ),
    "answer.both_silent": Template("The documents say nothing of either side.", "文档没有说到其中任何一方。"),
    "answer.one_sided": Template(
        "The documents say nothing about “{name}”: there is nothing to compare with.",
        "文档没有说到“{name}”，因此无从比较。",
    ),
    "answer.nothing_confirmed": Template(
        "The model wrote nothing that the document confirms. Try another model, or ask about a part of it.",
        "模型没有写出原文能够证实的内容。请换一个模型，或就其中一部分提问。",
    ),
    "answer.read_until": Template(
        "Stopped after {read} of {count} sections.", "已停止，读了 {count} 个部分中的 {read} 个。"
    ),
    "answer.sampled": Template(
        "The document is long: {read} of its {count} sections were read, evenly spread over it.",
        "文档很长：均匀选读了 {count} 个部分中的 {read} 个。",
    ),
    "answer.sentences_left_out": Template(
        "Sentences that the text does not confirm were left out: {count}.", "原文未能证实的句子已略去：{count} 句。"
    ),
    "answer.votes": Template(
        "{agree} of {samples} answers agree with this one.", "{samples} 次回答中有 {agree} 次与此一致。"
    ),
    "scope.nothing_there": Template(
        "There is no document yet that you may read. Add some first.", "还没有您可阅读的文档。请先添加文档。"
    ),
    "scope.nothing_matches": Template(
        "The filter matches no document: {filter}. Remove it, or choose another. There are documents in: {there}.",
        "没有文档符合筛选条件：{filter}。请取消筛选，或更换条件。现有文档的集合：{there}。",
    ),
    "scope.nothing_matches_of_many": Template(
        "The filter matches no document: {filter}. Remove it, or choose another. There are documents in: "
        "{there} and {more} more collections.",
        "没有文档符合筛选条件：{filter}。请取消筛选，或更换条件。现有文档的集合：{there}等，另有 {more} 个集合。",
    ),
    "scope.collection_of": Template("{name} ({count})", "{name}（{count}）"),
    "scope.how_paths_match": Template(
        "A path filter matches a document's path, or its collection and path: {path}, or {full}.",
        "路径条件匹配文档的路径，或“集合/路径”，例如 {path} 或 {full}。",
    ),
    "scope.paths": Template("path {value}", "路径 {value}"),
    "scope.collections": Template("collection {value}", "集合 {value}"),
    "scope.types": Template("type {value}", "类型 {value}"),
    "scope.tags": Template("tag {value}", "标签 {value}"),
    "scope.since": Template("since {value}", "自 {value} 起"),
    "scope.until": Template("until {value}", "至 {value} 止"),
    "answer.internal_error": Template(
        "An internal error ended it. What `kb up` printed on stderr says more.",
        "因内部错误而结束，详情见 `kb up` 在标准错误上的输出。",
    ),
}
