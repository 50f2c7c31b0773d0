"""What the command line says of its own: headings of help, errors of usage, tables, progress, summaries, questions.

Its help is in `strings_help`; what it shares with the page is in the modules of the page.
"""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    # help and usage
    "cli_usage": Text("用法：", "Usage: "),
    "cli_usage_options": Text("[选项]", "[OPTIONS]"),
    "cli_usage_command": Text("命令 [参数]...", "COMMAND [ARGS]..."),
    "cli_arguments": Text("参数", "Arguments"),
    "cli_options": Text("选项", "Options"),
    "cli_commands": Text("命令", "Commands"),
    "cli_error_title": Text("错误", "Error"),
    "cli_aborted": Text("已中止。", "Aborted."),
    "cli_try_help": Text(
        "运行 [blue]'{command_path} {help_option}'[/] 查看帮助。",
        "Try [blue]'{command_path} {help_option}'[/] for help.",
    ),
    "cli_default": Text("[默认：{}]", "[default: {}]"),
    "cli_required": Text("[必填]", "[required]"),
    "cli_missing_argument": Text("缺少参数 {name}。", "Missing argument {name}."),
    "cli_missing_option": Text("缺少选项 {name}。", "Missing option {name}."),
    "cli_no_option": Text("没有选项 {name}。", "No such option: {name}"),
    "cli_no_command": Text("没有命令 {name}。", "No such command {name}."),
    "cli_no_command_named": Text("缺少命令。", "Missing command."),
    "cli_near": Text("您是不是想用 {names}？", " Did you mean {names}?"),
    "cli_option_value": Text("选项 {name} 需要一个值。", "Option {name} requires an argument."),
    "cli_option_no_value": Text("选项 {name} 不接受值。", "Option {name} does not take a value."),
    "cli_too_many": Text("多余的参数：{words}。", "Got unexpected extra argument(s) ({words})"),
    "cli_bad_value": Text("{name} 的值无效：{why}", "Invalid value for {name}: {why}"),
    "cli_bad_choice": Text("应为 {names} 之一。", "Choose one of {names}."),
    "cli_bad_least": Text("不能小于 {n}。", "It is less than {n}."),
    "cli_bad_most": Text("不能大于 {n}。", "It is more than {n}."),
    "cli_bad_int": Text("不是整数。", "It is no integer."),
    # of all commands
    "cli_comma": Text("，", ", "),
    "cli_colon": Text("：", ": "),
    "cli_brackets": Text("（{words}）", "({words})"),
    "cli_error": Text("错误：{why}", "error: {why}"),
    "cli_note": Text("注意：{words}", "note: {words}"),
    "cli_not_utf8": Text(
        "{name} 含有不是 UTF-8 文本的字节。请指定其他名称，或将其改名。",
        "{name} holds bytes that are no text in UTF-8. Name something else, or rename it.",
    ),
    "cli_stopped": Text("已停止", "stopped"),
    "cli_stopping": Text(
        "当前步骤完成后停止；再按一次 Ctrl-C 立即停止",
        "stopping after the current step; press Ctrl-C again to stop at once",
    ),
    "cli_waiting": Text("排队中：前面还有 {n} 个", "waiting: {n} come first"),
    "cli_waiting_one": Text("排队中：前面还有另一个回答", "waiting: another answer comes first"),
    "cli_confirm": Text("{question} [y(是)/N(否)]", "{question} [y/N]"),
    "cli_confirm_again": Text("请回答 y（是）或 n（否）。", "Answer y (yes) or n (no)."),
    "cli_chunks": Text("{n} 个片段", "{n} chunks"),
    "cli_chunks_one": Text("1 个片段", "1 chunk"),
    "cli_documents": Text("{n} 个文档", "{n} documents"),
    "cli_documents_one": Text("1 个文档", "1 document"),
    "cli_originals": Text("{n} 个原文件", "{n} originals"),
    "cli_originals_one": Text("1 个原文件", "1 original"),
    "cli_uploads": Text("{n} 个上传文件", "{n} uploads"),
    "cli_uploads_one": Text("1 个上传文件", "1 upload"),
    "cli_records": Text("{n} 条记录", "{n} records"),
    "cli_records_one": Text("1 条记录", "1 record"),
    # kb up
    "cli_up_api": Text(
        "API 位于 {origin}/api   （令牌在 {token}；按 Ctrl-C 停止）",
        "The API is at {origin}/api   (its token: {token}; Ctrl-C stops it)",
    ),
    "cli_up_people": Text(
        "网页位于 {origin}   （在网页上登录；按 Ctrl-C 停止）",
        "The page is at {origin}   (people sign in there; Ctrl-C stops it)",
    ),
    "cli_up_page": Text(
        "网页位于 {address}\n（此地址只能用一次，十分钟内有效；`kb open` 可显示另一个；按 Ctrl-C 停止）",
        "The page is at {address}\n"
        "(this address works once, for ten minutes; `kb open` prints another; Ctrl-C stops it)",
    ),
    "cli_up_log": Text(
        "网页位于 {origin}   （`kb open` 会显示浏览器可由此进入的地址）",
        "The page is at {origin}   (`kb open` prints an address that lets a browser in)",
    ),
    # answers
    "cli_weak_evidence": Text(
        "依据不足：`kb ask` 会拒答这个问题。", "The evidence is weak: `kb ask` would refuse this question."
    ),
    "cli_no_model_called": Text("未调用模型", "no model called"),
    "cli_seconds": Text("{n} 秒", "{n} s"),
    "cli_passages_found": Text("找到 {n} 个段落", "{n} passages found"),
    "cli_passages_found_one": Text("找到 1 个段落", "1 passage found"),
    "cli_seconds_left": Text("，约还需 {n} 秒", ", about {n} s left"),
    "cli_reading": Text(
        "正在阅读第 {number} 部分，共 {total} 部分{left}：{part}", "reading section {number} of {total}{left}: {part}"
    ),
    "cli_chat_begins": Text(
        "{model}（{engine}）。输入 /bye 或按 Ctrl-D 结束对话；按 Ctrl-C 停止回答。",
        "{model} ({engine}). /bye or Ctrl-D ends the chat; Ctrl-C stops an answer.",
    ),
    "cli_claim_not_found": Text("未证实", "unverified"),
    "cli_claim_contradicted": Text("与文档不符", "contradicted by the source"),
    "cli_claim_unchecked": Text("无法核对", "could not be checked"),
    "cli_page": Text("，第 {n} 页", ", p. {n}"),
    "cli_no_support": Text("（不能证实这句话）", " (does not support the claim)"),
    "cli_reason": Text("理由：{words}", "reason: {words}"),
    "cli_answer": Text("回答：{words}", "answer: {words}"),
    "cli_judged_up": Text("有帮助", "up"),
    "cli_judged_down": Text("没有帮助", "down"),
    # kb feedback
    "cli_correction": Text("更正：{words}", "correction: {words}"),
    "cli_review_line": Text("{id}：{state}（第 {version} 版）", "{id}: {state} (version {version})"),
    "cli_review_state_open": Text("待审阅", "open"),
    "cli_review_state_corrected": Text("已更正", "corrected"),
    "cli_review_state_accepted": Text("已采纳", "accepted"),
    "cli_review_state_dismissed": Text("已搁置", "dismissed"),
    "cli_review_by": Text("{state}（{editor}）", "{state} by {editor}"),
    "cli_review_curated": Text("{state}，为精选回答", "{state}, curated answer"),
    "cli_review_curated_gone": Text("{state}，精选回答已撤下：{why}", "{state}, curated answer withdrawn: {why}"),
    "cli_review_given_again": Text(
        "{state}，再有人问同样的问题时会给出", "{state}, and given when the same is asked again"
    ),
    "cli_curated_given": Text("有效", "given"),
    "cli_curated_withdrawn": Text("已撤下：{why}", "withdrawn: {why}"),
    "cli_source_current": Text("现行", "current"),
    "cli_source_changed": Text("文档已更改", "changed"),
    "cli_source_deleted": Text("文档已删除", "deleted"),
    "cli_source_quarantined": Text("文档处于隔离中", "quarantined"),
    "cli_source_left_out": Text("段落已被排除", "passage left out"),
    "cli_review_source": Text(
        "出处 {marker}（{standing}）：{place}  {words}", "source {marker} ({standing}): {place}  {words}"
    ),
    "cli_curated_gone": Text(
        "{n} 个精选回答已撤下，因为所依据的文档已更改、删除或处于隔离中。请重新更正并采纳，或彻底撤回。",
        "{n} curated answers withdrawn, since a document changed, was deleted or is in quarantine. Correct and accept "
        "anew, or withdraw for good.",
    ),
    "cli_curated_gone_one": Text(
        "1 个精选回答已撤下，因为所依据的文档已更改、删除或处于隔离中。请重新更正并采纳，或彻底撤回。",
        "1 curated answer withdrawn, since a document changed, was deleted or is in quarantine. Correct and accept "
        "anew, or withdraw for good.",
    ),
    "cli_records_exported": Text("已导出 {n} 条记录", "{n} records exported"),
    "cli_records_exported_one": Text("已导出 1 条记录", "1 record exported"),
    # documents
    "cli_ingesting": Text("正在读入", "ingesting"),
    "cli_reindexing": Text("正在重建索引", "reindexing"),
    "cli_unit_files": Text("个文件", "files"),
    "cli_unit_documents": Text("个文档", "documents"),
    "cli_chunk_rate": Text("{n} 个片段，每秒 {rate} 个", "{n} chunks, {rate}/s"),
    "cli_ingested": Text(
        "新增 {added}，更新 {changed}，未变 {unchanged}，删除 {deleted}，失败 {failed}，跳过 {skipped}，"
        "用时 {seconds} 秒",
        "{added} added, {changed} changed, {unchanged} unchanged, {deleted} deleted, {failed} failed, "
        "{skipped} skipped in {seconds} s",
    ),
    "cli_status_added": Text("新增", "added"),
    "cli_status_changed": Text("更新", "changed"),
    "cli_status_unchanged": Text("未变", "unchanged"),
    "cli_status_deleted": Text("已删除", "deleted"),
    "cli_status_failed": Text("失败", "failed"),
    "cli_status_skipped": Text("已跳过", "skipped"),
    "cli_status_quarantined": Text("已隔离", "quarantined"),
    "cli_column_collection": Text("集合", "collection"),
    "cli_column_document": Text("文档", "document"),
    "cli_column_status": Text("状态", "status"),
    "cli_column_version": Text("版本", "v"),
    "cli_column_pages": Text("页数", "pages"),
    "cli_column_chunks": Text("片段", "chunks"),
    "cli_column_quality": Text("可读性", "quality"),
    "cli_column_reason": Text("原因", "reason"),
    "cli_poor_pages": Text("{n} 页难以辨认", "{n} poor"),
    "cli_ocr_pages": Text("{n} 页为文字识别", "{n} OCR"),
    "cli_poor": Text("难以辨认（{n}）", "poor ({n})"),
    "cli_ocr": Text("文字识别", "OCR"),
    "cli_on_page": Text("第 {n} 页：", "page {n}: "),
    "cli_on_pages": Text("第 {first}-{last} 页：", "pages {first}-{last}: "),
    "cli_speaks": Text("写给模型的文字（{score}）：{words}", "speaks to a model ({score}): {words}"),
    "cli_in_quarantine": Text(
        "已隔离：在运行 `kb docs release {path}` 之前，提问找不到它",
        "in quarantine: no question finds it until `kb docs release {path}`",
    ),
    "cli_titled": Text("{name} 显示为“{title}”", "{name} is shown as “{title}”"),
    "cli_tagged": Text("{name} 的标签：{tags}", "tags of {name}: {tags}"),
    "cli_no_tags": Text("无", "none"),
    "cli_moved": Text("{path} 现为 {name}", "{path} is {name} now"),
    "cli_released": Text("已放行 {name}", "released {name}"),
    "cli_hidden": Text(
        "{page}隐藏文字（{why}），不参与检索：{words}", "{page}hidden text ({why}), not searched: {words}"
    ),
    "cli_kept_in": Text(
        "{name} 仍保留在 {container} 的原件中；要彻底删除，请一并删除 {container}",
        "{name} is still inside {container}, which is kept: to be rid of it, delete {container} too",
    ),
    "cli_deleted": Text("已删除 {name}", "deleted {name}"),
    "cli_these_documents": Text("这 {n} 个文档", "these {n} documents"),
    "cli_these_documents_one": Text("这个文档", "this document"),
    "cli_whole_collection": Text("整个集合“{name}”", "all of collection {name}"),
    "cli_delete_ask": Text("删除{what}及其所有版本？", "Delete {what} with all versions?"),
    "cli_delete_type": Text(
        "请输入 {words}，以确认删除{what}及其所有版本", "Type {words} to delete {what} with all versions"
    ),
    "cli_typed_otherwise": Text("没有删除：输入的内容不符。", "Nothing was deleted: that is not what was to be typed."),
    "cli_unfinished": Text("{n} 个未完成的版本", "{n} unfinished versions"),
    "cli_unfinished_one": Text("1 个未完成的版本", "1 unfinished version"),
    "cli_unused": Text("{n} 个不再使用的原文件", "{n} unused originals"),
    "cli_unused_one": Text("1 个不再使用的原文件", "1 unused original"),
    "cli_repaired": Text(
        "已重建 {chunks}的索引；已发布 {versions}；已删除 {originals}",
        "{chunks} indexed again; {versions} published; {originals} removed",
    ),
    "cli_reindex_stopped": Text(
        "已停止：旧索引仍供检索；再次运行 `kb reindex` 可继续",
        "stopped: the old index still answers; run `kb reindex` again to go on",
    ),
    "cli_reindexed": Text(
        "{documents}，{chunks}（其中 {embedded} 个重新向量化），用时 {seconds} 秒",
        "{documents}, {chunks} ({embedded} embedded) in {seconds} s",
    ),
    # backups
    "cli_runs": Text("{n} 个评测文件", "{n} files of evaluations"),
    "cli_runs_one": Text("1 个评测文件", "1 file of evaluations"),
    "cli_as_of": Text("{counts}，即 {at} 时的状态", "{counts}, as they were at {at}"),
    "cli_unproved": Text("，未经证明", ", unproved"),
    "cli_restore_ask": Text("仍要恢复吗？", "Restore it all the same?"),
    "cli_problem": Text("问题", "PROBLEM"),
    "cli_checked": Text(
        "{held}；片段：目录库 {chunks} 个，词语索引 {words} 个，向量索引 {vectors} 个",
        "{held}; chunks: {chunks} in the catalog, {words} in the word index, {vectors} in the vector index",
    ),
    # who may read what
    "cli_level_document": Text("文档", "document"),
    "cli_level_path": Text("路径", "path"),
    "cli_level_collection": Text("集合", "collection"),
    "cli_level_default": Text("默认", "default"),
    "cli_nobody": Text("无人", "nobody"),
    "cli_no_rules": Text(
        "还没有规则：除所有者和管理员外，无人可读任何内容。用 `kb access set` 创建规则。",
        "There are no rules: nobody but the owner and admins reads anything. `kb access set` makes one.",
    ),
    "cli_rule_of": Text("由 {place} 的规则决定", "the rule of {place}"),
    "cli_no_rule": Text("没有规则提到它", "no rule"),
    "cli_other_readers": Text("{n} 个文档的读者已更改", "{n} documents with other readers now"),
    "cli_other_readers_one": Text("1 个文档的读者已更改", "1 document with other readers now"),
    # the audit trail
    "cli_no_rows": Text("没有符合条件的审计记录。", "The audit trail holds no such row."),
    "cli_head_of": Text("第 {n} 条记录的链首", "the head of record {n}"),
    "cli_whole": Text("审计记录完整：{records}{compared}。", "The audit trail is whole: {records}{compared}."),
    "cli_leads_to_head": Text("，并与第 {n} 条记录的链首相接", ", and leads to the head of record {n}"),
    "cli_not_whole": Text("审计记录不完整。", "The audit trail is not whole."),
    "cli_and_head": Text("{records}和链首", "{records} and the head"),
    "cli_erase_ask": Text(
        "清除 {day} 之前所有记录中的名称和文字？", "Erase names and texts of all records before {day}?"
    ),
    "cli_erased": Text("已清除 {n} 条记录中的名称和文字", "names and texts of {n} records erased"),
    "cli_erased_one": Text("已清除 1 条记录中的名称和文字", "names and texts of 1 record erased"),
    "cli_unsupported": Text("（未证实）", " (unsupported)"),
    "cli_no_model": Text("未用模型", "no model"),
    # people
    "cli_no_accounts": Text(
        "还没有账号：这个主目录只有一位所有者。用 `kb users add NAME` 创建第一个账号，即管理员的账号。",
        "There are no accounts: this home has one owner. `kb users add NAME` makes the first, an admin's.",
    ),
    "cli_account_is": Text("{name} 是{role}", "{name} is {role}"),
    "cli_is_reader": Text("读者", "a reader"),
    "cli_is_editor": Text("编辑", "an editor"),
    "cli_is_auditor": Text("审计员", "an auditor"),
    "cli_is_admin": Text("管理员", "an admin"),
    "cli_first_account": Text(
        "这是第一个账号，因此是管理员。从现在起须用用户名和密码登录。",
        "It is the first account, and so an admin's. From now on people sign in with name and password.",
    ),
    "cli_password_set": Text("{name} 的密码已更改", "{name} has another password"),
    "cli_delete_account_ask": Text("删除 {name} 及其所有对话？", "Delete {name} with all their conversations?"),
    "cli_name_deleted": Text("已删除 {name}", "{name} deleted"),
    "cli_name_added": Text("已添加 {name}", "{name} added"),
    "cli_no_groups": Text(
        "还没有组。用 `kb groups add NAME` 添加。", "There are no groups. `kb groups add NAME` makes one."
    ),
    "cli_joined": Text("{names} 已加入 {group}", "{names} joined {group}"),
    "cli_left": Text("{names} 已退出 {group}", "{names} left {group}"),
    "cli_edits": Text("（负责 {names}）", " of {names}"),
    "cli_in_groups": Text("属于 {names}", "in {names}"),
    "cli_by_issuer": Text("通过 {issuer} 登录", "by {issuer}"),
    "cli_one_time_password": Text("一次性密码：{password}", "one-time password: {password}"),
    "cli_shown_once": Text("只显示这一次，有效至 {day}。", "It is not shown again, and works until {day}."),
    "cli_token_made": Text(
        "{id}，有效至 {day}。请立即保存：以后不再显示。", "{id}, until {day}. Keep it now: it is not shown again."
    ),
    "cli_owner": Text("（所有者）", "(owner)"),
    "cli_until": Text("有效至 {day}", "until {day}"),
    "cli_used": Text("上次使用 {day}", "used {day}"),
    "cli_never_used": Text("从未使用", "never used"),
    "cli_no_tokens": Text(
        "还没有令牌。用 `kb tokens create` 创建。", "There are no tokens. `kb tokens create` makes one."
    ),
    "cli_revoked": Text("已撤销 {n} 个令牌", "{n} tokens revoked"),
    "cli_revoked_one": Text("已撤销 1 个令牌", "1 token revoked"),
    "cli_session": Text("登录于 {since}  最近 {seen}  有效至 {until}", "since {since}  seen {seen}  until {until}"),
    "cli_sessions_ended": Text("已结束 {n} 个登录", "{n} sessions ended"),
    "cli_sessions_ended_one": Text("已结束 1 个登录", "1 session ended"),
    # what may leave the machine
    "cli_comes_in": Text("：允许进入", ": comes in"),
    "cli_nothing_reached": Text("除本机外，不能连接任何主机。", "Nothing besides this machine may be reached."),
    "cli_proving": Text(
        "正在观察之下运行本产品，需要几分钟", "running the product under observation; this takes some minutes"
    ),
    "cli_passed": Text("通过", "passed"),
    "cli_signed": Text("由 {signer} 签名，时间 {at}", "signed by {signer}, at {at}"),
    "cli_signed_by_other": Text("由另一密钥签名：{signer}", "signed by another key: {signer}"),
    "cli_unsigned": Text("未签名，或此后被改动", "not signed, or changed since"),
    "cli_unit_description": Text("私有知识库，主目录 {home}", "Private knowledge base in {home}"),
    "cli_unit_writes": Text(
        "它只写入主目录和模型缓存。", "It writes into its home and the cache of models, and nowhere else."
    ),
    "cli_unit_reaches": Text(
        "不与其他任何地址往来，本机代码也不例外。",
        "Nothing goes to another address or comes from one, native code included.",
    ),
    "cli_unit_no_right": Text(
        "（由系统的 systemd 执行；用户的 systemd 无权这样做。）",
        "(The system's systemd does that; a user's has no right to.)",
    ),
    "cli_unit_name_server": Text("域名服务器", "name server"),
    "cli_unit_same": Text("{file} 已是应有的样子", "{file} is as it should be"),
    "cli_unit_written": Text("已写入 {file}", "{file} written"),
    "cli_unit_start": Text(
        "启动：  {control} daemon-reload && {control} enable --now kb",
        "Start it:  {control} daemon-reload && {control} enable --now kb",
    ),
    "cli_unit_accounts": Text(
        "有了账号才会启动：`kb users add NAME`。",
        "It starts only when somebody has an account: `kb users add NAME`.",
    ),
    "cli_unit_of_user": Text(
        "用户自己的 systemd 不能阻止它使用网络（IPAddressDeny=）；系统的可以：--as USER。",
        "A user's systemd cannot keep it from the network (IPAddressDeny=); the system's can: --as USER.",
    ),
    # models
    "cli_offered": Text("可获取", "offered"),
    "cli_to_download": Text("下载 {size} GB  许可：{licence}", "{size} GB to download  licence: {licence}"),
    "cli_sizes": Text(
        "{memory} GB 内存上的 DeepSeek-R1（通过 Ollama）：", "DeepSeek-R1 on {memory} GB of memory, through Ollama:"
    ),
    "cli_size": Text(
        "下载 {download} GB；需要 {needs} GB 内存", "{download} GB to download; needs {needs} GB of memory"
    ),
    "cli_too_big": Text("：对本机太大", ": too big"),
    "cli_best_size": Text("；够快的最大规格", "; the largest that fits and answers in time"),
    "cli_pace_unknown": Text(
        "还不知道速度如何：装有模型时，`kb doctor` 会测量。",
        "How fast they would be is not known yet: `kb doctor` measures it where a model is installed.",
    ),
    "cli_pace": Text(
        "；每秒约 {rate} 个词元，一次典型的回答需 {seconds} 秒",
        "; about {rate} tokens/s, a typical answer takes {seconds} s",
    ),
    "cli_pull_stopped": Text(
        "已停止；`kb models pull {name}` 会接着拉取", "stopped; `kb models pull {name}` goes on where it stopped"
    ),
    "cli_answers_now": Text("现在由 {name}（{engine}）作答", "{name} ({engine}) answers from now on"),
    "cli_answers_instead": Text("改由 {name}（{engine}）作答", "{name} ({engine}) answers in its place"),
    "cli_no_model_left": Text(
        "没有设置所指的模型了：请用 `kb models use` 选择，或拉取一个",
        "no model that the settings name is left: choose one with `kb models use`, or pull one",
    ),
    # kb glossary
    "cli_term_removed": Text("已删除 {term}", "removed {term}"),
    "cli_terms_written": Text(
        "新增 {added} 条，更改 {changed} 条，未变 {unchanged} 条，删除 {removed} 条",
        "{added} added, {changed} changed, {unchanged} unchanged, {removed} removed",
    ),
    "cli_terms_proposed": Text("提出候选新术语 {n} 条", "new terms proposed: {n}"),
    # kb usage
    "cli_usage_words_on": Text("未找到答案的提问会保留文字", "words of what you ask in vain are kept"),
    "cli_usage_words_off": Text("不保留您的任何文字", "no words of yours are kept"),
    "cli_usage_days": Text("{since} 至 {until}，自 {counted} 起计数", "{since} to {until}, counted since {counted}"),
    "cli_usage_questions": Text("提问：{n}", "questions: {n}"),
    "cli_usage_of_these": Text("（{words}）", " ({words})"),
    "cli_usage_searches": Text("落空的检索：{n}", "searches in vain: {n}"),
    "cli_usage_gaps": Text("最常问而没有答案的", "asked in vain"),
    "cli_usage_without_words": Text(
        "另有 {n} 次：提问者未同意共享文字，或您无权阅读相关文档",
        "{n} more, whose words nobody agreed to show or that are not yours to read",
    ),
    "cli_usage_never_cited": Text("从未被引用：{n} 个，共 {total} 个文档", "never cited: {n} of {total} documents"),
    "cli_usage_judged": Text("{up:>5} 有帮助 {down:>5} 没有帮助", "{up:>5} helpful {down:>5} not"),
    "cli_usage_feedback": Text("按文档的评价", "feedback by document"),
    "cli_usage_part": Text("{title}：", "{title}:"),
    "cli_usage_none": Text("{title}：无", "{title}: none"),
    "cli_usage_more": Text("… 另有 {n} 项：--csv 可列出全部", "… {n} more: --csv has all"),
    # kb doctor
    "doctor_state_ok": Text("正常", "ok"),
    "doctor_state_note": Text("注意", "note"),
    "doctor_state_missing": Text("缺失", "MISSING"),
    "doctor_python_on": Text("{version}，{machine}", "{version} on {machine}"),
    "doctor_libraries": Text("软件库", "libraries"),
    "doctor_home": Text("主目录", "home"),
    "doctor_home_there": Text("已建立", "there"),
    "doctor_home_not_made": Text("尚未建立", "not made yet"),
    "doctor_home_readonly": Text(
        "{home}（{state}）无法写入；请用 --home 指定其他位置",
        "{home} ({state}) cannot be written to; choose another with --home",
    ),
    "doctor_home_free": Text("{home}（{state}），空闲 {free} GB", "{home} ({state}), {free} GB free"),
    "doctor_service": Text("服务", "service"),
    "doctor_service_stopped": Text("没有运行；用 `kb up` 启动", "not running; `kb up` starts it"),
    "doctor_service_running": Text("{origin}，进程 {pid}", "{origin}, process {pid}"),
    "doctor_embedding": Text("向量模型", "embedding model"),
    "doctor_embedded": Text("内置引擎", "embedded engine"),
    "doctor_answers": Text("作答的模型", "answers come from"),
    "doctor_weights": Text("权重 {name}", "weights {name}"),
    "doctor_weights_changed": Text(
        "{folder} 中的 {files} 缺失或 SHA-256 不同；`kb models pull {name}`",
        "{files} in {folder} is missing or has another SHA-256; `kb models pull {name}`",
    ),
    "doctor_files": Text("{n} 个文件", "{n} files"),
    "doctor_as_pinned": Text("与锁定的相符：{files}", "as pinned: {files}"),
    "doctor_no_models": Text("没有模型", "no models"),
    "doctor_ollama": Text("{version}，地址 {host}：{held}", "{version} at {host}: {held}"),
    "doctor_pull": Text(
        "；`kb models pull {model}` 可拉取设置中的模型", "; `kb models pull {model}` fetches the one of the settings"
    ),
    "doctor_formats_documents": Text("格式：文档", "formats, documents"),
    "doctor_formats_data": Text("格式：文本与数据", "formats, text and data"),
    "doctor_formats_mail": Text("格式：邮件与压缩包", "formats, mail and archives"),
    "doctor_formats_images": Text("格式：图像", "formats, images"),
    "doctor_scans": Text("扫描页（文字识别）", "scanned pages (OCR)"),
    "doctor_needs_package": Text(
        "{name} 需要 Python 软件包 {packages}，但没有安装",
        "{name} needs the Python package {packages}, which is not installed",
    ),
    "doctor_ocr_off": Text(
        "{name} 不会读取：文字识别已关闭（设置 ingest.ocr）",
        "{name} is not read: text recognition is switched off (ingest.ocr in the settings)",
    ),
    "doctor_ocr_models": Text(
        "{name} 需要 Python 软件包 rapidocr 的模型，但没有找到：请重新安装",
        "{name} needs the models of the Python package rapidocr, which are not there: install it again",
    ),
    "doctor_and": Text("；", "; "),
    "doctor_none": Text("无", "none"),
    "doctor_privacy": Text("隐私", "privacy"),
    "doctor_guard": Text(
        "已设置 {switches} 个开关，守卫拒绝向外的连接（至今 {refusals} 次），允许：{allowed}",
        "{switches} switches set, the guard refuses outside connections ({refusals} so far), allowed: {allowed}",
    ),
    "doctor_reading_processes": Text("读取进程", "reading processes"),
    "doctor_namespace": Text("网络命名空间", "network namespace"),
    "doctor_no_sockets": Text(
        "没有套接字，不能启动其他程序或进程（seccomp）", "no sockets, no other programs or processes (seccomp)"
    ),
    "doctor_no_network": Text("没有网络（网络命名空间）", "no network (network namespace)"),
    "doctor_no_files": Text("看不到其他文件（Landlock ABI {version}）", "no other files (Landlock ABI {version})"),
    "doctor_lacking": Text("缺少 {name}：{why}", "{name} is missing: {why}"),
    # evaluation
    "cli_unit_answers": Text("个回答", "answers"),
    "cli_unit_questions": Text("个问题", "questions"),
    "cli_evaluating": Text("正在评测", "evaluating"),
    "cli_judging": Text("正在判断", "judging"),
    "cli_failed": Text("{n} 个失败", "{n} failed"),
    "cli_question_failed": Text("失败：问题 {id}：{why}", "failed: question {id}: {why}"),
    "cli_gate_missed": Text("未达到限值：{what}", "gate missed: {what}"),
    "cli_gate_met": Text("限值：全部 {n} 项均已达到", "gate: all {n} limits met"),
    "cli_gate_met_one": Text("限值：已达到", "gate: its limit is met"),
    "cli_run_not_listed": Text(
        "网页不会列出这次评测，因为主目录无法写入：{why}",
        "the page will not list this run, the home cannot be written: {why}",
    ),
    "cli_runs_differ": Text("两次评测的不同：{names}", "the runs differ in {names}"),
    "cli_compared": Text(
        "{n} 个问题有变化；* 表示差别超出偶然（p < {noise}）",
        "{n} questions changed; * differs by more than chance (p < {noise})",
    ),
    "cli_column_figure": Text("指标", "figure"),
    "cli_column_difference": Text("差别", "difference"),
    "cli_column_questions": Text("问题", "questions"),
    "cli_column_value": Text("值", "value"),
    "cli_column_over": Text("总数", "over"),
    "cli_column_part": Text("部分", "part"),
    "cli_better": Text("* 变好", "* better"),
    "cli_worse": Text("* 变差", "* worse"),
    "cli_run_title": Text("{questions} 个问题，{failed} 个失败", "{questions} questions, {failed} failed"),
    "cli_stopped_at": Text("（停在第 {done} 个，共 {total} 个）", " (stopped at {done} of {total})"),
    "cli_as_before": Text("，沿用 {n} 个回答", ", {n} as answered before"),
    "cli_over": Text("共 {n}", "of {n}"),
    "cli_section_retrieval": Text("检索", "Retrieval"),
    "cli_section_answers": Text("回答", "Answers"),
    "cli_section_claims": Text("句子", "Claims"),
    "cli_section_citations": Text("引用", "Citations"),
    "cli_section_seconds": Text("用时（秒）", "Seconds"),
    "cli_refused_kind": Text("拒答，{kind}", "refused, {kind}"),
    "cli_figure_retrieval_below_floor_answerable": Text("有答案但依据不足", "below floor answerable"),
    "cli_figure_retrieval_below_floor_unanswerable": Text("无答案且依据不足", "below floor unanswerable"),
    "cli_figure_seconds_retrieval": Text("检索", "retrieval"),
    "cli_figure_seconds_first_word": Text("首字", "first word"),
    "cli_figure_seconds_total": Text("全程", "total"),
    "cli_slices_title": Text("按问题类别、语言、集合、文件类型和标签", "by kind, language, collection, type and tag"),
    "cli_by_kind": Text("问题类别", "kind"),
    "cli_by_language": Text("语言", "language"),
    "cli_by_collection": Text("集合", "collection"),
    "cli_by_type": Text("文件类型", "type"),
    "cli_by_tag": Text("标签", "tag"),
    "cli_calibrated": Text(
        "{language}：低于 {floor_refuse} 拒答，低于 {floor_answer} 不确定（AUC {auc}，共 {n} 个问题）",
        "{language}: refused under {floor_refuse}, uncertain under {floor_answer} (AUC {auc} over {n} questions)",
    ),
}
