"""Files that are not read, and what holds other files."""

from kb.messages.template import Template

FILES: dict[str, Template] = {
    "file.not_written": Template(
        "{file} cannot be written: {why}. Choose another place.", "{file} 无法写入：{why}。请换一个位置。"
    ),
    "mail.small_picture": Template(
        "It is a small picture in the text of the mail, such as a logo, without words.",
        "这是邮件正文中的小图片（如徽标），其中没有文字。",
    ),
    "archive.expands_over_limit": Template(
        "It expands to more than {limit} MB, the limit of ingest.max_file_mb.",
        "解压后超过 {limit} MB，即 ingest.max_file_mb 的上限。",
    ),
    "file.empty": Template("The file is empty.", "文件是空的。"),
    "archive.leads_out": Template(
        "Its name in the archive, {name!r}, leads out of the archive; it was not read.",
        "它在压缩包中的名称 {name!r} 指向包外，未读取。",
    ),
    "archive.is_link": Template(
        "It is a symbolic link in the archive; it was not followed.", "它是压缩包中的符号链接，未跟随。"
    ),
    "archive.entry_encrypted": Template(
        "It is encrypted in the archive: pack it without a password and add that.",
        "它在压缩包中已加密：请不带密码重新打包后添加。",
    ),
    "archive.entry_too_large": Template(
        "It would expand to {size:.1f} MB; the limit is {limit} MB. Unpack it, or raise ingest.max_file_mb "
        "in the settings.",
        "解压后会有 {size:.1f} MB，上限为 {limit} MB。请先解压，或在设置中调高 ingest.max_file_mb。",
    ),
    "archive.bomb": Template(
        "It would expand from {packed:.2f} MB to {size:.0f} MB (an archive bomb); it was not opened.",
        "会从 {packed:.2f} MB 膨胀到 {size:.0f} MB（压缩炸弹），未打开。",
    ),
    "archive.too_large": Template(
        "The archive expands to more than {size} MB; unpack it and add the folder.",
        "压缩包解压后超过 {size} MB；请解压后添加文件夹。",
    ),
    "archive.attachments_unreadable": Template(
        "What is attached to the {kind} file cannot be read ({why}).", "无法读取该 {kind} 文件的附件（{why}）。"
    ),
    "archive.packing": Template(
        "It is packed in a way that is not supported; pack it as usual ZIP and add that.",
        "不支持它的压缩方式；请用普通 ZIP 重新打包后添加。",
    ),
    "archive.entry_damaged": Template("It is damaged in the archive ({why}).", "它在压缩包中已损坏（{why}）。"),
    "archive.empty": Template("The archive is empty.", "压缩包是空的。"),
    "mail.no_headers": Template(
        "The file is named .eml but holds no mail: there are no mail headers.",
        "文件名为 .eml，但内容不是邮件：没有邮件头。",
    ),
    "mail.too_deep": Template(
        "A part of the mail is more than {depth} deep in others; it was not read.",
        "邮件中有嵌套超过 {depth} 层的部分，未读取。",
    ),
    "attachment.empty": Template("The attachment is empty.", "附件是空的。"),
    "bundle.unreadable": Template("The bundle cannot be read: {why}.", "数据包无法读取：{why}。"),
    "bundle.line_left_out": Template(
        "Line {number} of the bundle was left out: {why}.", "数据包第 {number} 行被跳过：{why}。"
    ),
    "file.binary": Template("The file holds binary data, not text.", "文件内容是二进制数据，不是文本。"),
    "file.no_text_as": Template(
        "The file is not readable text (it breaks off as {encoding}).",
        "文件不是可读的文本（按 {encoding} 解码时中断）。",
    ),
    "archive.damaged": Template(
        "The {kind} is damaged: its archive cannot be opened.", "{kind} 已损坏：无法打开其压缩结构。"
    ),
    "archive.damaged_why": Template(
        "The {kind} is damaged: its archive cannot be opened ({why}).", "{kind} 已损坏：无法打开其压缩结构（{why}）。"
    ),
    "file.kind_not_supported": Template(
        "It is {kind} that is not supported: export it as PDF and add that.",
        "这是{kind}，不支持；请导出为 PDF 后添加。",
    ),
    "file.too_large": Template(
        "The file is {size:.1f} MB; the limit is {limit} MB. Split it, or raise ingest.max_file_mb in the settings.",
        "文件大小为 {size:.1f} MB，上限为 {limit} MB。请拆分文件，或在设置中调高 ingest.max_file_mb。",
    ),
    "file.is_kind": Template("It is {kind}, not a file; it was not opened.", "这是{kind}，不是文件，未打开。"),
    "file.not_found": Template("There is no file or folder {path}.", "没有这个文件或文件夹：{path}。"),
    "file.unreadable": Template("The file cannot be read: {why}.", "文件无法读取：{why}。"),
    "file.vanished_before": Template("The file vanished before it could be read.", "文件在读取之前消失了。"),
    "file.no_permission": Template(
        "The file may not be read: this user has no permission.", "无权读取该文件：当前用户没有权限。"
    ),
    "file.not_looked_at": Template("The file cannot be looked at: {why}.", "文件无法查看：{why}。"),
    "file.is_device": Template("It is a device, pipe or socket, not a file.", "这是设备、管道或套接字，不是文件。"),
    "file.changed": Template(
        "The file changed while it was being read. Run the command again.",
        "文件在读取过程中被修改。请重新运行该命令。",
        page_en="The file changed while it was being read. Read it in again.",
        page_zh="文件在读取过程中被修改，请重新读取。",
    ),
    "link.loop": Template("The link leads back to itself.", "该链接指向自身。"),
    "file.no_permission_to_look": Template(
        "The file may not be looked at: this user has no permission.", "无权查看该文件：当前用户没有权限。"
    ),
    "link.leads_back": Template(
        "The link leads back to a folder above it; it was not followed.", "该链接指回上级文件夹，未跟随。"
    ),
    "folder.no_permission": Template(
        "The folder may not be opened: this user has no permission.", "无权打开该文件夹：当前用户没有权限。"
    ),
    "folder.not_opened": Template("The folder cannot be opened: {why}.", "文件夹无法打开：{why}。"),
    "file.another_kind": Template("It is of another kind.", "它是另一种格式。"),
    "attachment.too_large": Template(
        "The attachment has {size:.1f} MB; the limit is {limit} MB. Raise ingest.max_file_mb in the settings.",
        "附件大小为 {size:.1f} MB，上限为 {limit} MB。请在设置中调高 ingest.max_file_mb。",
    ),
    "attachment.damaged": Template("The attachment is damaged.", "附件已损坏。"),
    "file.question_set": Template(
        "It is a question set for `kb eval`, not a document; it was left out.",
        "这是供 `kb eval` 使用的题集，不是文档，未读入。",
    ),
    "reader.failed": Template("The reader {reader} failed: {kind}: {why}", "读取器 {reader} 出错：{kind}：{why}"),
    "reader.not_started": Template(
        "The reading process did not start ({why}). What it said stands above.",
        "读取进程没有启动（{why}）。它输出的内容见上文。",
    ),
    "reader.process_failed": Template(
        "The reading process failed: {why}. Run it again.", "读取进程出错：{why}。请重试。"
    ),
    "reader.too_much_memory": Template(
        "Reading it needed more than {size} MB of memory and was ended. Split the file, or raise "
        "ingest.file_mb_memory in the settings.",
        "读取它所需的内存超过 {size} MB，已中止。请拆分文件，或在设置中调高 ingest.file_mb_memory。",
    ),
    "file.no_text": Template("No text was found in the file.", "文件中没有找到文字。"),
    "file.too_many_chunks": Template(
        "Its text makes {chunks} chunks; the limit is {limit}, as to embed so many takes very long. Split "
        "the file, or raise ingest.max_chunks in the settings.",
        "其文字会分成 {chunks} 段，上限为 {limit} 段：处理更多的段要很长时间。请拆分文件，或在设置中调高 "
        "ingest.max_chunks。",
    ),
    "file.named_but_holds": Template(
        "The file is named {suffix} but holds {kind}.", "文件名为 {suffix}，但内容是{kind}。"
    ),
    "file.damaged": Template(
        "The {kind} file is damaged or not quite of its kind ({why}).",
        "{kind} 文件已损坏，或与其格式不完全相符（{why}）。",
    ),
    "file.is_folder": Template("It is a folder, not a file.", "这是文件夹，不是文件。"),
    "file.hidden": Template(
        "It is hidden: its name begins with a dot. It was left out; rename it to have it read.",
        "这是隐藏文件（名称以点开头），未读入；改名后即可读入。",
    ),
    "file.backup": Template(
        "It is a copy that an editor keeps of a file. It was left out; rename it to have it read.",
        "这是编辑器留下的备份文件，未读入；改名后即可读入。",
    ),
    "file.unfinished": Template(
        "It is a download or copy that is not finished; it is read when it has its own name.",
        "这是尚未完成的下载或复制；完成并改回原名后即会读入。",
    ),
    "file.vanished": Template("The file vanished.", "文件消失了。"),
    "file.gone": Template("The file is gone.", "原文件已不存在。"),
    "file.gone_answers": Template(
        "The file is gone; it still answers. --prune removes it.",
        "原文件已不存在，但内容仍可检索。用 --prune 可将其移除。",
        page_en="The file is gone; it still answers. The document can be deleted here.",
        page_zh="原文件已不存在，但内容仍可检索；可在此删除该文档。",
    ),
    "file.format": Template(
        "The format {suffix} is not supported; supported: {formats}.", "不支持 {suffix} 格式；支持：{formats}。"
    ),
    "file.format_and_kind": Template(
        "The format {suffix} ({kind}) is not supported; supported: {formats}.",
        "不支持 {suffix} 格式（{kind}）；支持：{formats}。",
    ),
    "file.no_suffix": Template(
        "The format of a name without a suffix is not supported; supported: {formats}.",
        "不支持没有后缀名的文件；支持：{formats}。",
    ),
    "file.no_suffix_and_kind": Template(
        "The format of a name without a suffix ({kind}) is not supported; supported: {formats}.",
        "不支持没有后缀名的文件（{kind}）；支持：{formats}。",
    ),
    "file.named_but_archive": Template(
        "The file is named {suffix} but holds a ZIP archive, not a document.",
        "文件名为 {suffix}，但内容是 ZIP 压缩包，不是文档。",
    ),
    "archive.no_document": Template("The file holds a ZIP archive, not a document.", "文件是 ZIP 压缩包，不是文档。"),
    "archive.too_many": Template(
        "The archive holds more than {most:,} files; {left:,} were left.",
        "压缩包中的文件超过 {most:,} 个，有 {left:,} 个未读取。",
    ),
    "archive.too_deep": Template(
        "It is an archive more than {depth} deep in others; unpack it and add that.",
        "它是嵌套超过 {depth} 层的压缩包；请解压后添加。",
    ),
    "attachment.too_many": Template(
        "The {kind} has more than {most} attachments; the others were left.", "{kind}的附件超过 {most} 个，其余未读取。"
    ),
    "attachment.too_deep": Template(
        "The {kind} is more than {depth} deep in others: its attachments were not read. Save it and add that.",
        "这份{kind}嵌套超过 {depth} 层，其附件未读取；请另存后添加。",
    ),
    "folder.is_home": Template(
        "It is the home of a knowledge base, and no folder of documents. It was left out.",
        "这是知识库自己的数据目录，不是文档文件夹，已略过。",
    ),
    "folder.empty": Template(
        "The whole folder is empty, as where a drive is not mounted; it still answers. `kb docs delete` removes it.",
        "整个文件夹为空（例如磁盘未挂载），内容仍可检索。用 `kb docs delete` 可将其删除。",
        page_en=(
            "The whole folder is empty, as where a drive is not mounted; it still answers. The document can be "
            "deleted here."
        ),
        page_zh="整个文件夹为空（例如磁盘未挂载），内容仍可检索；可在此删除该文档。",
    ),
    "link.leads_out": Template(
        "It is a link that leads out of its folder; it was not followed. Add what it leads to under its own path.",
        "这是指向所在文件夹之外的链接，未跟随。如需读入，请按其真实路径添加。",
    ),
    "link.in_home": Template(
        "It lies in the home of a knowledge base, which holds no documents of yours to add. It was left out.",
        "它位于知识库自己的数据目录中，那里没有可添加的文档，已略过。",
    ),
    "link.above_not_followed": Template(
        "A link above it leads out of its folder, or into the home of a knowledge base; it was not followed.",
        "其上级中有链接指向文件夹之外或知识库的数据目录，未跟随。",
    ),
    "link.to_nothing": Template("The link leads to nothing.", "该链接指向的文件不存在。"),
    "reader.told_too_much": Template(
        "The process that read it told what is not in the file, and was ended: the file, or its reader, is "
        "damaged or hostile.",
        "读取该文件的进程报告了文件中没有的内容，已被终止：文件或其读取器已损坏，或带有恶意内容。",
    ),
    "reader.whole_too_slow": Template(
        "Reading it with all it holds took longer than {seconds} s, {times} times ingest.file_seconds, and "
        "was ended. Split the file, or raise that setting.",
        "读取它及其全部内容超过 {seconds} 秒（ingest.file_seconds 的 {times} 倍），已中止。请拆分文件，或调高该设置。",
    ),
    "reader.too_slow": Template(
        "Reading it took longer than {seconds} s and was ended. Split the file, or raise ingest.file_seconds "
        "in the settings.",
        "读取超过 {seconds} 秒，已中止。请拆分文件，或在设置中调高 ingest.file_seconds。",
    ),
    "reader.silent": Template("The process that read it went silent.", "读取该文件的进程没有响应。"),
    "reader.ended_from_outside": Template(
        "The process that read it was ended from outside by {how}, as where memory is short. Run it again.",
        "读取该文件的进程被外部以 {how} 终止（例如内存不足），请重新读取。",
    ),
    "reader.ended": Template(
        "The process that read it was ended by {how}: the file is damaged or hostile.",
        "读取该文件的进程以 {how} 结束：文件已损坏，或带有恶意内容。",
    ),
    "bundle.no_utf8": Template("it is not UTF-8", "它不是 UTF-8 文本"),
    "bundle.no_json": Template("it is not valid JSON", "它不是有效的 JSON"),
    "bundle.no_object": Template(
        "it is not an object with `text` and `doc` or `_id`", "它不是含有 `text` 以及 `doc` 或 `_id` 的对象"
    ),
    "bundle.no_name": Template("it has no `doc` or `_id`", "它没有 `doc` 或 `_id`"),
    "bundle.no_text": Template("it has no `text`", "它没有 `text`"),
    "bundle.text_empty": Template("the text of {name!r} is empty", "{name!r} 的文字是空的"),
}
