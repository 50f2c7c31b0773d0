"""Every word of page and command line, in Chinese and English."""

from collections.abc import Mapping

from kb.schema import Language
from ui.words.strings_access import TEXTS as ACCESS
from ui.words.strings_audit import TEXTS as AUDIT
from ui.words.strings_cli import TEXTS as CLI
from ui.words.strings_files import TEXTS as FILES
from ui.words.strings_filing import TEXTS as FILING
from ui.words.strings_glossary import TEXTS as GLOSSARY
from ui.words.strings_pages import TEXTS as PAGES
from ui.words.strings_people import TEXTS as PEOPLE
from ui.words.strings_proof import TEXTS as PROOF
from ui.words.strings_review import TEXTS as REVIEW
from ui.words.strings_tuning import TEXTS as TUNING
from ui.words.strings_usage import TEXTS as USAGE
from ui.words.text import Text
from ui.words.translations import localised

TEXTS: Mapping[str, Text] = {
    **PAGES,
    **ACCESS,
    **AUDIT,
    **CLI,
    **FILES,
    **FILING,
    **GLOSSARY,
    **PEOPLE,
    **PROOF,
    **TUNING,
    **USAGE,
    **REVIEW,
    # the frame
    "page_failed": Text("页面无法显示", "The page could not be shown"),
    "product": Text("知识库助手", "Knowledge base"),
    "tagline": Text(
        "答案有据，数据不出本机",
        "Answers from your documents, nothing leaves this machine",
    ),
    "tagline_elsewhere": Text("答案有据，可查原文", "Answers from your documents, with their sources"),
    "page_chat": Text("对话", "Chat"),
    "page_documents": Text("文档", "Documents"),
    "language": Text("界面语言", "Language"),
    "sign_out": Text("退出登录", "Sign out"),
    "new_conversation": Text("新对话", "New conversation"),
    "conversations_search": Text("搜索对话", "Search conversations"),
    "conversations_none": Text("没有找到对话", "No conversation found"),
    "conversations_more": Text("显示更多", "Show more"),
    "conversation_menu": Text("“{title}”的菜单", "Menu of “{title}”"),
    "conversation_rename": Text("重命名", "Rename"),
    "conversation_remove": Text("删除", "Delete"),
    "conversation_gone": Text(
        "这个对话已被删除（可能在另一个标签页中），或不再与您共享。这里是一个新对话。",
        "This conversation was deleted, perhaps in another tab, or is not shared with you. Here is a new one.",
    ),
    "conversation_share": Text("共享", "Share"),
    "share": Text("共享对话", "Share this conversation"),
    "share_hint": Text(
        "他们可以阅读，不能更改；依据其无权阅读的文档写成的回答不会显示。您可以随时收回。",
        "They read it and change nothing; answers that rest on documents they may not read are withheld. You can "
        "take it back at any time.",
    ),
    "share_with": Text("共享给", "Share with"),
    "share_choose": Text("选择人员或组", "Choose people or groups"),
    "share_everyone": Text("所有登录后持有链接的人", "Everyone who is signed in and has the link"),
    "share_copy": Text("复制链接", "Copy the link"),
    "share_saved": Text("对话已共享", "The conversation is shared"),
    "share_ended": Text("对话不再共享", "The conversation is not shared any more"),
    "share_failed": Text("共享没有更改", "Nothing was changed in how it is shared"),
    "share_by_owner": Text("知识库所有者", "the owner"),
    "shared_with_you": Text("与您共享", "Shared with you"),
    "shared_by": Text("由 {name} 共享，仅供阅读。", "Shared by {name}, to read only."),
    "shared_hint": Text(
        "依据您无权阅读的文档写成的回答不会显示。要提问，请开始新对话。",
        "Answers that rest on documents you may not read are withheld. To ask, begin a new conversation.",
    ),
    "rename_label": Text("标题（留空则用第一个问题）", "Title (empty: its first question)"),
    "save": Text("保存", "Save"),
    "export_md": Text("导出为 Markdown", "Export as Markdown"),
    "export_json": Text("导出为 JSON", "Export as JSON"),
    "remove_title": Text("删除对话？", "Delete this conversation?"),
    "remove_text": Text(
        "其中的问题、回答、评价以及放入而未保留的文件都会删除，无法撤销。",
        "Its questions, answers and feedback are deleted, with the files dropped into it and not kept. "
        "This cannot be undone.",
    ),
    "age_0": Text("今天", "Today"),
    "age_1": Text("昨天", "Yesterday"),
    "age_2": Text("七天内", "Previous 7 days"),
    "age_3": Text("更早", "Earlier"),
    "untitled": Text("新对话", "New conversation"),
    "document_count": Text("{n} 个文档可供检索", "{n} documents searchable"),
    "document_count_one": Text("1 个文档可供检索", "1 document searchable"),
    # model
    "model": Text("模型", "Model"),
    "engine_auto": Text("自动", "Automatic"),
    "engine_ollama": Text("Ollama", "Ollama"),
    "engine_embedded": Text("内置引擎", "Embedded"),
    "engine_llamaindex": Text("LlamaIndex", "LlamaIndex"),
    "model_switching": Text("正在加载模型…", "Loading the model…"),
    "model_loading": Text("正在加载模型", "Loading models"),
    "model_loading_hint": Text(
        "首次启动需要一点时间。您可以先提问，模型就绪后会立即作答。",
        "The first start takes a moment. Ask already; the answer begins as soon as the models are ready.",
    ),
    "model_failed": Text("模型无法加载", "The models could not be loaded"),
    "retry": Text("重试", "Try again"),
    "page_models": Text("模型", "Models"),
    "page_evaluation": Text("评测", "Evaluation"),
    "models_open": Text("模型设置", "Model settings"),
    "think_short": Text("思考：{words}", "Thinking: {words}"),
    "think_help": Text(
        "模型作答前最多思考多少词元；只对本次会话有效。要长期有效，请在“个人设置”中选择。",
        "How many tokens the model may think before it answers. Kept for this session; in Settings for good.",
    ),
    "think_budget": Text("思考预算（词元）", "Thinking budget (tokens)"),
    "settings": Text("个人设置", "Settings"),
    "settings_hint": Text(
        "保存在服务端，在其他浏览器登录后同样生效。",
        "Kept on the service: another browser follows at its next sign-in.",
    ),
    "settings_as_browser": Text("跟随浏览器", "As the browser"),
    "settings_failed": Text("设置没有保存", "The settings were not saved"),
    "settings_model_used": Text("当前使用的模型", "The one in use"),
    "settings_model_gone": Text("{name}（已不在本机）", "{name} (not here any more)"),
    "settings_model_help": Text(
        "由这个模型回答您的问题。与当前使用的不同时，每次回答前需要先加载。",
        "It answers your questions. Where it is not the one in use, it is loaded for each answer.",
    ),
    "theme": Text("主题", "Theme"),
    "theme_system": Text("跟随系统", "As the system"),
    "theme_light": Text("浅色", "Light"),
    "theme_dark": Text("深色", "Dark"),
    "think_default": Text("默认", "Default"),
    "think_off": Text("不思考", "No thinking"),
    # asking
    "ask_placeholder": Text(
        "就您的文档提问…（@ 文档，# 集合）", "Ask about your documents… (@ document, # collection)"
    ),
    "complete": Text("文档和集合", "Documents and collections"),
    "complete_collection": Text("集合", "Collection"),
    "chat_placeholder": Text("给模型发消息（不查文档）…", "Message the model, without documents…"),
    "without_documents": Text("不查文档", "Without documents"),
    "without_documents_help": Text(
        "模型只凭自身知识回答，没有出处。",
        "The model answers from what it learnt; there are no sources.",
    ),
    "filters": Text("筛选", "Filters"),
    "filters_on": Text("筛选 ({n})", "Filters ({n})"),
    "filter_collections": Text("集合", "Collections"),
    "filter_tags": Text("标签", "Tags"),
    "limit_tag": Text("标签：{name}", "tag {name}"),
    "filter_types": Text("类型", "Types"),
    "filter_since": Text("入库不早于", "Added since"),
    "filter_until": Text("入库不晚于", "Added until"),
    "filter_all": Text("全部", "All"),
    "filter_clear": Text("清除筛选", "Clear filters"),
    "limit_collection": Text("集合：{name}", "in {name}"),
    "limit_since": Text("{date} 起", "since {date}"),
    "limit_until": Text("{date} 止", "until {date}"),
    "limit_drop": Text("去掉筛选：{name}", "Remove filter: {name}"),
    "dates_turned": Text("结束日期早于开始日期。", "The end is before the beginning."),
    "earlier": Text("显示之前的 {n} 轮对话", "Show {n} earlier turns"),
    "earlier_one": Text("显示之前的 1 轮对话", "Show 1 earlier turn"),
    "busy": Text("请等这个回答写完。", "Wait until this answer is finished."),
    "hero_title": Text("想了解什么？", "What would you like to know?"),
    "hero_text": Text(
        "回答中的每一句话都可以点开，查看文档里的原文。",
        "Every sentence of an answer opens at the words of the document it rests on.",
    ),
    "suggestions": Text("可以这样问", "You could ask"),
    "hero_empty": Text(
        "知识库里还没有文档。请先在“文档”页添加文件。",
        "There are no documents yet. Add some files on the Documents page first.",
    ),
    "hero_documents": Text("添加文档", "Add documents"),
    "you": Text("您", "You"),
    "assistant": Text("助手", "Assistant"),
    "stop": Text("停止 (Esc)", "Stop (Esc)"),
    "state_searching": Text("正在检索文档…", "Searching the documents…"),
    "state_queued": Text("排队中…", "Waiting for its turn…"),
    "state_ahead": Text("排队中，前面还有 {n} 个", "Waiting, {n} before you"),
    "state_waiting": Text("正在等待模型…", "Waiting for the model…"),
    "state_reading": Text("正在阅读段落…", "Reading the passages…"),
    "state_thinking": Text("正在思考…", "Thinking…"),
    "state_answering": Text("正在作答…", "Answering…"),
    "state_part": Text(
        "正在阅读第 {number} 部分，共 {total} 部分：{part}", "Reading section {number} of {total}: {part}"
    ),
    "seconds_left": Text("（约还需 {n} 秒）", " (about {n} s left)"),
    "minutes_left": Text("（约还需 {n} 分钟）", " (about {n} min left)"),
    "passages_found": Text("找到 {n} 个段落", "{n} passages found"),
    "passages_found_one": Text("找到 1 个段落", "1 passage found"),
    "passages_none": Text("没有找到相关段落", "No passages found"),
    "searched_as": Text("检索用的问题：{question}", "Searched for: {question}"),
    "score": Text("相关度 {score}", "score {score}"),
    "page": Text("第 {n} 页", "page {n}"),
    "reasoning": Text("思考过程", "Reasoning"),
    "reasoning_tokens": Text("{n} 个词元", "{n} tokens"),
    "reasoning_budget": Text("{n} / {budget} 个词元", "{n} of {budget} tokens"),
    "state_not_found": Text("未证实", "unverified"),
    "state_contradicted": Text("与文档不符", "contradicted"),
    "state_unchecked": Text("无法核对", "not checkable"),
    "unverified_help": Text(
        "所引段落不能证实这句话，请核对。",
        "The cited passages do not confirm this sentence; check it.",
    ),
    "not_found_count": Text("{n} 句话未能由文档证实", "{n} sentences not confirmed by the documents"),
    "not_found_count_one": Text("1 句话未能由文档证实", "1 sentence not confirmed by the documents"),
    "contradicted_count": Text("{n} 句话与文档不符", "{n} sentences contradicted by the documents"),
    "contradicted_count_one": Text("1 句话与文档不符", "1 sentence contradicted by the documents"),
    "unchecked_count": Text("{n} 句话无法核对", "{n} sentences that could not be checked"),
    "unchecked_count_one": Text("1 句话无法核对", "1 sentence that could not be checked"),
    "list_separator": Text("，", ", "),
    "claim_words": Text("文档中没有这样写。", "The documents do not say this."),
    "claim_number": Text("其中的数字或日期不在所引之处。", "A number or date of it is not in the cited place."),
    "claim_name": Text("其中的名称不在所引之处。", "A name in it is not in the cited place."),
    "claim_language": Text(
        "其中的名称无法跨语言核对，请查看原文。",
        "It names something that cannot be compared between languages; look at the source.",
    ),
    "claim_sign": Text("原文中的数值为负。", "The source gives a negative number."),
    "claim_negation": Text("原文的说法与此相反。", "The source says the opposite."),
    "claim_quantifier": Text(
        "原文没有说适用于全部，或仅适用于此。", "The source does not say this of all, or of this alone."
    ),
    "claim_column": Text("该数值属于另一列。", "The value belongs to another column."),
    "claim_row": Text("该数值属于另一行。", "The value belongs to another row."),
    "claim_year": Text("原文说的是另一年份或月份。", "The source is of another year or month."),
    "claim_unit": Text("原文用的是另一单位或限度。", "The source has another unit or limit."),
    "claim_neighbour": Text("该数值说的是旁边的另一件事。", "The value is said of something else beside it."),
    "claim_rival": Text("另一处更接近所问的内容。", "Another place stands nearer to what was asked."),
    "claim_replaced": Text("原文说这已被取代。", "The source says that this was replaced."),
    "claim_conflict": Text("另一份文档的说法与此不同。", "Another document says otherwise."),
    "claim_asked": Text("原文没有写明说的就是所问的对象。", "The source does not name what was asked."),
    "claim_relation": Text("原文没有用它回答所问的事。", "The source does not say of it what was asked."),
    "claim_forecast": Text("原文只是预测。", "The source only expects this."),
    "claim_part": Text("其中一部分文档没有写。", "A part of it is not in the documents."),
    "claim_order": Text("原文的先后或主次与此不同。", "The source has another order, or others who do it."),
    "claim_uncertain": Text(
        "原文有此说法，但不确定说的是不是所问的内容。", "The source says this, but perhaps not of what was asked."
    ),
    "claim_wording": Text(
        "原文的措辞差别较大，无法确定说的正是这个意思。",
        "The source is worded too differently to tell whether it says just this.",
    ),
    "claim_verdict": Text(
        "再读一遍原文时，模型没有看到它这样回答所问。",
        "Reading the sources again, the model does not find that they say just this of what was asked.",
    ),
    "claim_echo": Text("这句话没有回答问题。", "It does not answer the question."),
    "verified_all": Text("每句话都有文档依据", "Every sentence is confirmed by the documents"),
    "uncertain": Text("不确定是否答到所问", "not sure that this answers the question"),
    "refused": Text("文档中没有答案", "Your documents do not answer this"),
    "refused_filter": Text("没有文档符合筛选条件", "The filter matches no document"),
    "refused_empty": Text("还没有可检索的文档", "There is nothing to search yet"),
    "refused_help": Text(
        "可改用文档中的词语、写明所指的事物再问，或打开最接近的文档。",
        "Ask with the words of the documents, name the thing you mean, or open the nearest document.",
    ),
    "nearest": Text("最接近的文档", "Nearest documents"),
    "stopped": Text("已停止，已写出的内容保留。", "Stopped. What was written is kept."),
    "stopped_before": Text("在第一个字之前已停止。", "Stopped before the first word."),
    "connection_lost": Text("与服务的连接已断开", "The service does not answer"),
    "connection_lost_text": Text(
        "正在重新连接；服务恢复后，本页会自动继续，对话不会丢失。如果服务已经停止，请用 kb up 重新启动。",
        "Connecting again. When the service is back this page goes on by itself, and no conversation is lost. "
        "If it was stopped, start it again with kb up.",
    ),
    "interrupted": Text("服务重新启动，这个回答没有写完。", "The service was restarted; this answer was not finished."),
    "failed": Text("未能完成回答", "The answer could not be completed"),
    "failed_unknown": Text(
        "发生内部错误，详情见日志。请重试。",
        "An internal error occurred; the log has the details. Try again.",
    ),
    "no_sources": Text("未查文档，没有出处", "Without documents, no sources"),
    "copy": Text("复制", "Copy"),
    "copy_help": Text("复制回答及出处", "Copy the answer with its sources"),
    "judge_up": Text("有帮助", "Helpful"),
    "judge_down": Text("没有帮助", "Not helpful"),
    "judged": Text("感谢您的评价。", "Thank you for your feedback."),
    "judged_as": Text("您的评价：{reason}", "Your feedback: {reason}"),
    "reason_up": Text("好在哪里？（可不填）", "What was good? (optional)"),
    "reason_down": Text("问题在哪里？（可不填）", "What was wrong? (optional)"),
    "reason_right": Text("正确", "Correct"),
    "reason_clear": Text("清楚", "Clear"),
    "reason_wrong": Text("答案错误", "Wrong answer"),
    "reason_source": Text("出处不对", "Wrong source"),
    "reason_incomplete": Text("不完整", "Incomplete"),
    "reason_unclear": Text("不清楚", "Unclear"),
    "reason_placeholder": Text("用您自己的话…", "In your own words…"),
    "send": Text("发送", "Send"),
    "again": Text("再问一次", "Ask again"),
    "again_help": Text("用同样的问题再问一次", "Ask the same question once more"),
    "again_with": Text("换思考预算或模型再问", "Ask again with another budget or model"),
    "again_think": Text("思考至多 {n} 个词元", "Thinking: at most {n} tokens"),
    "again_vote": Text("回答 {n} 次，取多数一致的", "{n} answers, and what most agree on"),
    "again_model": Text("模型 {name}", "Model {name}"),
    "edit": Text("修改", "Edit"),
    "edit_help": Text("修改这个问题，重新提问", "Change this question and ask it anew"),
    "editing": Text(
        "正在修改问题。发送后，它的回答和之后的 {n} 轮问答将被删除。",
        "You are changing a question. When you send it, its answer and the {n} questions after it are "
        "deleted with theirs.",
    ),
    "editing_one": Text(
        "正在修改问题。发送后，它的回答和之后的 1 轮问答将被删除。",
        "You are changing a question. When you send it, its answer and the question after it are deleted.",
    ),
    "editing_last": Text(
        "正在修改问题。发送后，原来的回答将被删除。",
        "You are changing a question. When you send it, its answer is deleted.",
    ),
    "editing_leave": Text("不修改", "Leave as it is"),
    "copied": Text("已复制", "Copied"),
    "took": Text("{seconds} 秒", "{seconds} s"),
    "cite_label": Text("出处 {n}：{document}", "Source {n}: {document}"),
    "cite_label_weak": Text(
        "出处 {n}：{document}（未能证实这句话）", "Source {n}: {document} (does not confirm the sentence)"
    ),
    "question_shortened": Text("…（共 {n} 个字符）", "… ({n} characters)"),
    # source viewer
    "source": Text("原文", "Source"),
    "back": Text("返回回答", "Back to the answer"),
    "close_source": Text("关闭原文", "Close the source"),
    "page_of": Text("第 {n} / {total} 页", "page {n} of {total}"),
    "page_before": Text("上一页", "Previous page"),
    "page_after": Text("下一页", "Next page"),
    "view": Text("显示方式", "View"),
    "find": Text("在原文中查找", "Find in this source"),
    "find_go": Text("查找", "Find"),
    "find_keys": Text("Enter：下一处；Shift+Enter：上一处", "Enter: next; Shift+Enter: previous"),
    "find_position": Text("第 {n} / {total} 处", "{n} of {total}"),
    "find_none": Text("没有找到", "Not found"),
    "find_previous": Text("上一处", "Previous place"),
    "find_next": Text("下一处", "Next place"),
    "zoom_in": Text("放大", "Zoom in"),
    "zoom_out": Text("缩小", "Zoom out"),
    "view_form": Text("版式", "Formatted"),
    "open_original": Text("打开原文件", "Open the original"),
    "source_position": Text("{n} / {total}", "{n} of {total}"),
    "previous": Text("上一处", "Previous"),
    "next": Text("下一处", "Next"),
    "version": Text("版本 {n}", "version {n}"),
    "view_text": Text("文本", "Text"),
    "view_page": Text("页面", "Page"),
    "source_gone": Text(
        "这份文档已被删除或无法打开：{reason}",
        "This document is gone or cannot be opened: {reason}",
    ),
    "text_shortened": Text("（此处省略部分文字）", "(text left out here)"),
    "page_unavailable": Text("无法绘制这一页，请看文本。", "This page cannot be drawn; see the text."),
    "page_drawn": Text("正在打开这一页…", "Opening the page…"),
    "words_not_marked": Text(
        "在这一页的图像上没有找到所引文字的位置，请看文本。",
        "The place of the cited words was not found on the picture of this page; see the text.",
    ),
    "page_alt": Text("{document} 第 {n} 页", "{document}, page {n}"),
    # documents
    "documents_title": Text("文档", "Documents"),
    "documents_intro": Text(
        "这里列出知识库中的所有文档。上传的文件只保存在本机。",
        "Everything the knowledge base holds. Uploaded files stay on this machine.",
    ),
    "upload_label": Text("拖放文件到这里，或点击选择", "Drop files here, or browse"),
    "upload_hint": Text(
        "PDF、Office、HTML、Markdown、文本、表格、邮件、图片、ZIP 等；每个文件不超过 {mb} MB",
        "PDF, Office, HTML, Markdown, text, tables, mail, images, ZIP and more; up to {mb} MB each",
    ),
    "upload_button": Text("添加 {n} 个文件", "Add {n} files"),
    "upload_button_one": Text("添加 1 个文件", "Add 1 file"),
    "upload_lost": Text(
        "服务重新启动，选好的文件没有保留。请重新选择。",
        "The service was restarted, and the files that had been chosen are gone. Choose them again.",
    ),
    "upload_starting": Text("正在准备…", "Preparing…"),
    "upload_done": Text(
        "完成：新增 {added}，更新 {changed}，未变 {unchanged}，失败 {failed}",
        "Done: {added} added, {changed} changed, {unchanged} unchanged, {failed} failed",
    ),
    "upload_dismiss": Text("关闭", "Dismiss"),
    "filter": Text("筛选", "Filter"),
    "filter_none": Text("没有符合筛选条件的文档。", "No document matches the filter."),
    "documents_reading": Text(
        "正在读取第一批文件，读完的文档会出现在这里。",
        "The first files are being read. The documents appear here as they are done.",
    ),
    "documents_none": Text("还没有文档。请在上方添加文件。", "No documents yet. Add files above."),
    "status_added": Text("可检索", "Ready"),
    "status_changed": Text("可检索", "Ready"),
    "status_unchanged": Text("可检索", "Ready"),
    "status_deleted": Text("已删除", "Deleted"),
    "status_failed": Text("失败", "Failed"),
    "status_skipped": Text("已跳过", "Skipped"),
    "result_added": Text("新增", "Added"),
    "result_changed": Text("更新", "Changed"),
    "result_unchanged": Text("未变", "Unchanged"),
    "result_deleted": Text("已删除", "Deleted"),
    "result_failed": Text("失败", "Failed"),
    "result_skipped": Text("已跳过", "Skipped"),
    "pages": Text("{n} 页", "{n} pages"),
    "pages_one": Text("1 页", "1 page"),
    "chunks": Text("{n} 个片段", "{n} chunks"),
    "chunks_one": Text("1 个片段", "1 chunk"),
    "preview": Text("预览", "Preview"),
    "delete": Text("删除", "Delete"),
    "delete_title": Text("删除文档？", "Delete this document?"),
    "delete_text": Text(
        "它们的内容和所有版本都会从知识库中删除，无法撤销。",
        "Their text and all their versions leave the knowledge base. This cannot be undone.",
    ),
    "delete_text_one": Text(
        "其内容和所有版本都会从知识库中删除，无法撤销。",
        "Its text and all its versions leave the knowledge base. This cannot be undone.",
    ),
    "delete_confirm": Text("删除", "Delete"),
    "cancel": Text("取消", "Cancel"),
    "deleted": Text("已删除 {name}", "Deleted {name}"),
    "delete_failed": Text("未能删除：{reason}", "Could not delete: {reason}"),
}


class Strings:
    """The page's words in one language: `t("page", n=3)`."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        text = getattr(TEXTS[key], self.language)
        return str(text.format(**values)) if values else str(text)

    def message(self, said: str | Exception) -> str:
        """An error, or a text with a code, in this language and as the page says it."""
        return localised(said, self.language, page=True)

    def count(self, key: str, n: int) -> str:
        """The string for `n` things; `key_one` where there is a form for exactly one."""
        one = f"{key}_one"
        return self(one) if n == 1 and one in TEXTS else self(key, n=f"{n:,}")


def locale_language(locale: str | None) -> Language:
    """The page's language for a browser's locale."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"
