"""What is said of documents that could not be read, as it is raised and in Chinese; see `ui.words.error_messages`."""

DOCUMENTS: tuple[tuple[str, str], ...] = (
    ("The version read before still answers.", "先前读入的版本仍可检索。"),
    (
        "In quarantine: it speaks to a model. No question finds it until an editor releases it. It says: {words}",
        "已隔离：其中有写给模型的文字，在编辑者放行之前提问找不到它。原文：{words}",
    ),
    ("No text was found in the file.", "文件中没有找到文字。"),
    (
        "Its text makes {chunks} chunks; the limit is {limit}, as to embed so many takes very long. Split the file, or "
        "raise ingest.max_chunks in the settings.",
        "其文字会分成 {chunks} 段，上限为 {limit} 段：处理更多的段要很长时间。请拆分文件，或在设置中调高 "
        "ingest.max_chunks。",
    ),
    ("The file is empty.", "文件是空的。"),
    (
        "The process that read it was ended from outside by {how}, as where memory is short. Run it again.",
        "读取该文件的进程被外部以 {how} 终止（例如内存不足），请重新读取。",
    ),
    (
        "The process that read it was ended by {how}: the file is damaged or hostile.",
        "读取该文件的进程以 {how} 结束：文件已损坏，或带有恶意内容。",
    ),
    (
        "The process that read it told what is not in the file, and was ended: the file, or its reader, is damaged or "
        "hostile.",
        "读取该文件的进程报告了文件中没有的内容，已被终止：文件或其读取器已损坏，或带有恶意内容。",
    ),
    ("What is attached to the {kind} file cannot be read ({why}).", "无法读取该 {kind} 文件的附件（{why}）。"),
    ("The process that read it went silent.", "读取该文件的进程没有响应。"),
    (
        "It is a question set for `kb eval`, not a document; it was left out.",
        "这是供 `kb eval` 使用的题集，不是文档，未读入。",
    ),
    ("The file vanished before it could be read.", "文件在读取之前消失了。"),
    ("The file vanished.", "文件消失了。"),
    ("The file may not be read: this user has no permission.", "无权读取该文件：当前用户没有权限。"),
    ("The file may not be looked at: this user has no permission.", "无权查看该文件：当前用户没有权限。"),
    ("The folder may not be opened: this user has no permission.", "无权打开该文件夹：当前用户没有权限。"),
    ("The file cannot be read: {why}.", "文件无法读取：{why}。"),
    ("The file cannot be looked at: {why}.", "文件无法查看：{why}。"),
    ("The folder cannot be opened: {why}.", "文件夹无法打开：{why}。"),
    ("The file changed while it was being read. Run the command again.", "文件在读取过程中被修改，请重新读取。"),
    (
        "The file is {size} MB; the limit is {limit} MB. Split it, or raise ingest.max_file_mb in the settings.",
        "文件大小为 {size} MB，上限为 {limit} MB。请拆分文件，或在设置中调高 ingest.max_file_mb。",
    ),
    ("The file is gone; it still answers. --prune removes it.", "原文件已不存在，但内容仍可检索；可在此删除该文档。"),
    (
        "The whole folder is empty, as where a drive is not mounted; it still answers. `kb docs delete` removes it.",
        "整个文件夹为空（例如磁盘未挂载），内容仍可检索；可在此删除该文档。",
    ),
    ("The file is gone.", "原文件已不存在。"),
    (
        "It is the home of a knowledge base, and no folder of documents. It was left out.",
        "这是知识库自己的数据目录，不是文档文件夹，已略过。",
    ),
    (
        "It lies in the home of a knowledge base, which holds no documents of yours to add. It was left out.",
        "它位于知识库自己的数据目录中，那里没有可添加的文档，已略过。",
    ),
    (
        "It is a link that leads out of its folder; it was not followed. Add what it leads to under its own path.",
        "这是指向所在文件夹之外的链接，未跟随。如需读入，请按其真实路径添加。",
    ),
    (
        "A link above it leads out of its folder, or into the home of a knowledge base; it was not followed.",
        "其上级中有链接指向文件夹之外或知识库的数据目录，未跟随。",
    ),
    ("It is a folder, not a file.", "这是文件夹，不是文件。"),
    ("It is a device, pipe or socket, not a file.", "这是设备、管道或套接字，不是文件。"),
    ("It is {kind}, not a file; it was not opened.", "这是{kind}，不是文件，未打开。"),
    ("The link leads back to a folder above it; it was not followed.", "该链接指回上级文件夹，未跟随。"),
    ("The link leads back to itself.", "该链接指向自身。"),
    ("The link leads to nothing.", "该链接指向的文件不存在。"),
    ("The file holds binary data, not text.", "文件内容是二进制数据，不是文本。"),
    (
        "The file is not readable text (it breaks off as {encoding}).",
        "文件不是可读的文本（按 {encoding} 解码时中断）。",
    ),
    (
        "The file is named .eml but holds no mail: there are no mail headers.",
        "文件名为 .eml，但内容不是邮件：没有邮件头。",
    ),
    (
        "The file is named {suffix} but holds an old Office file; save it as {again} first.",
        "文件名为 {suffix}，但内容是旧版 Office 文件；请先另存为 {again}。",
    ),
    (
        "The file is named {suffix} but holds a ZIP archive, not a document.",
        "文件名为 {suffix}，但内容是 ZIP 压缩包，不是文档。",
    ),
    ("The file holds a ZIP archive, not a document.", "文件是 ZIP 压缩包，不是文档。"),
    ("The file is named {suffix} but holds {kind}.", "文件名为 {suffix}，但内容是{kind}。"),
    (
        "The document is encrypted: save a copy without the password and add that.",
        "文档已加密：请另存一份不带密码的副本再添加。",
    ),
    (
        "The PDF is encrypted: save a copy without the password and add that.",
        "PDF 已加密：请另存一份不带密码的副本再添加。",
    ),
    (
        "The PDF is damaged: pdfium cannot open it. Save it again or export it anew.",
        "PDF 已损坏，无法打开。请重新保存或重新导出。",
    ),
    ("The PDF is damaged: none of its pages can be read. Export it anew.", "PDF 已损坏，没有一页可读。请重新导出。"),
    (
        "The PDF is a scan without text ({pages} pages of images). Run it through text recognition (OCR) and add the "
        "result.",
        "这份 PDF 是没有文字的扫描件（{pages} 页图像）。请先做文字识别（OCR），再添加结果。",
    ),
    ("It is of another kind.", "它是另一种格式。"),
    ("The PDF is a scan without text.", "这份 PDF 是没有文字的扫描件。"),
    (
        "The {kind} file would expand from {packed} MB to {size} MB (an archive bomb, or a far too large document); "
        "it was not opened.",
        "{kind} 文件解压后会从 {packed} MB 膨胀到 {size} MB（压缩炸弹或过大的文档），未打开。",
    ),
    ("The {kind} file is damaged: its archive cannot be opened.", "{kind} 文件已损坏：无法打开其压缩结构。"),
    (
        "The {kind} file is damaged or not quite of its kind ({why}).",
        "{kind} 文件已损坏，或与其格式不完全相符（{why}）。",
    ),
    ("A sheet has more than {rows} rows; split it.", "有工作表超过 {rows} 行，请拆分。"),
    ("The table cannot be read: {why}.", "表格无法读取：{why}。"),
    ("Line {number} of the bundle was left out: {why}.", "数据包第 {number} 行被跳过：{why}。"),
    ("The bundle cannot be read: {why}.", "数据包无法读取：{why}。"),
    (
        "None of its first records is a document: a bundle needs `text`, and `doc` or `_id`, in each.",
        "开头的记录都不是文档：数据包的每条记录须有 `text`，以及 `doc` 或 `_id`。",
    ),
    (
        "The format of a name without a suffix is not supported; supported: {formats}.",
        "不支持没有后缀名的文件；支持：{formats}。",
    ),
    ("The format {suffix} is not supported; supported: {formats}.", "不支持 {suffix} 格式；支持：{formats}。"),
    ("The reader {where} failed: {kind}: {why}", "读取器 {where} 出错：{kind}：{why}"),
    ("The name {path} came twice in this run; the first one was kept.", "名称 {path} 在本次任务中重复，保留第一个。"),
    (
        "The collection {name} already holds a document {path} from {root}. Use another --collection for this folder.",
        "集合 {name} 中已有来自 {root} 的文档 {path}。请为这个文件夹另取集合名。",
    ),
    (
        "{name} cannot be the name of a collection: {reason}. Choose another name.",
        "{name} 不能用作集合名称：{reason}。请另取名称。",
    ),
    (
        "The collection {name} holds the documents of {other}; {root} is another folder of the same name. Give it a "
        "name of its own with --collection.",
        "集合 {name} 属于文件夹 {other}；{root} 是另一个同名文件夹。请为它另取集合名。",
    ),
    ("Name at least one file or folder to ingest.", "请至少指定一个文件或文件夹。"),
    ("There is no file or folder {path}.", "没有这个文件或文件夹：{path}。"),
    (
        "The folder {root}, from which these documents came, is not there any more.",
        "这些文档所在的文件夹 {root} 已不存在。",
    ),
    ("Write the path of a folder or file on this machine.", "请写出本机上文件夹或文件的路径。"),
    (
        "{path} is not a whole path. Write it from the root on, such as /srv/documents.",
        "{path} 不是完整路径。请从根目录写起，例如 /srv/documents。",
    ),
    ("{path} cannot be looked at: {why}.", "{path} 无法查看：{why}。"),
    ("{path} may not be read: the service's user has no permission.", "无权读取 {path}：运行服务的用户没有权限。"),
    (
        "{path} holds the knowledge base itself. Choose a folder of documents.",
        "{path} 包含知识库本身。请选择文档所在的文件夹。",
    ),
    # archives, packed and old formats, images
    ("The archive is empty.", "压缩包是空的。"),
    (
        "The archive expands to more than {size} MB; unpack it and add the folder.",
        "压缩包解压后超过 {size} MB；请解压后添加文件夹。",
    ),
    (
        "It expands to more than {size} MB, the limit of ingest.max_file_mb.",
        "解压后超过 {size} MB，即 ingest.max_file_mb 的上限。",
    ),
    (
        "Its name in the archive, {name}, leads out of the archive; it was not read.",
        "它在压缩包中的名称 {name} 指向包外，未读取。",
    ),
    ("It is a symbolic link in the archive; it was not followed.", "它是压缩包中的符号链接，未跟随。"),
    (
        "It is encrypted in the archive: pack it without a password and add that.",
        "它在压缩包中已加密：请不带密码重新打包后添加。",
    ),
    (
        "It would expand to {size} MB; the limit is {limit} MB. Unpack it, or raise ingest.max_file_mb in the "
        "settings.",
        "解压后会有 {size} MB，上限为 {limit} MB。请先解压，或在设置中调高 ingest.max_file_mb。",
    ),
    (
        "It would expand from {packed} MB to {size} MB (an archive bomb); it was not opened.",
        "会从 {packed} MB 膨胀到 {size} MB（压缩炸弹），未打开。",
    ),
    (
        "It is packed in a way that is not supported; pack it as usual ZIP and add that.",
        "不支持它的压缩方式；请用普通 ZIP 重新打包后添加。",
    ),
    ("It is damaged in the archive ({why}).", "它在压缩包中已损坏（{why}）。"),
    ("The epub file is damaged: it has no list of its parts.", "epub 文件已损坏：没有内容清单。"),
    (
        "The epub file is damaged: none of its chapters can be read ({why}).",
        "epub 文件已损坏：没有一章可读（{why}）。",
    ),
    ("The book is protected against copying (DRM): it cannot be read.", "这本书有版权保护（DRM），无法读取。"),
    (
        "The XML file's entities expand without bounds, as those of an XML bomb do; it was not read. Save it with its "
        "entities replaced.",
        "XML 文件的实体会无限膨胀（如 XML 炸弹），未读取。请展开实体后另存。",
    ),
    (
        "The XML file refers to other files; it was not read. Save it with what they hold in their place.",
        "XML 文件引用了其他文件，未读取。请把引用的内容写入文件后另存。",
    ),
    (
        "It is {what} that is not supported: export it as PDF and add that.",
        "这是{what}，不支持；请导出为 PDF 后添加。",
    ),
    (
        "It is a binary workbook (.xlsb): save it as .xlsx and add that.",
        "这是二进制工作簿（.xlsb）；请另存为 .xlsx 后添加。",
    ),
    (
        "It is an archive more than {depth} deep in others; unpack it and add that.",
        "它是嵌套超过 {depth} 层的压缩包；请解压后添加。",
    ),
    (
        "The {kind} is more than {depth} deep in others: its attachments were not read. Save it and add that.",
        "它嵌套超过 {depth} 层，其附件未读取；请另存后添加。",
    ),
    (
        "A part of the mail is more than {depth} deep in others; it was not read.",
        "邮件中有嵌套超过 {depth} 层的部分，未读取。",
    ),
    (
        "It is a small picture in the text of the mail, such as a logo, without words.",
        "这是邮件正文中的小图片（如徽标），其中没有文字。",
    ),
    (
        "The {kind} has more than {most} attachments; the others were left.",
        "附件超过 {most} 个，其余未读取。",
    ),
    (
        "The archive holds more than {most} files; {left} were left.",
        "压缩包中的文件超过 {most} 个，有 {left} 个未读取。",
    ),
    (
        "It is hidden: its name begins with a dot. It was left out; rename it to have it read.",
        "这是隐藏文件（名称以点开头），未读入；改名后即可读入。",
    ),
    (
        "It is a copy that an editor keeps of a file. It was left out; rename it to have it read.",
        "这是编辑器留下的备份文件，未读入；改名后即可读入。",
    ),
    (
        "It is a download or copy that is not finished; it is read when it has its own name.",
        "这是尚未完成的下载或复制；完成并改回原名后即会读入。",
    ),
    (
        "It is an image, and text recognition is switched off (ingest.ocr in the settings).",
        "这是图像，而文字识别已关闭（设置 ingest.ocr）。",
    ),
    (
        "The SVG drawing has no text: if it shows words, they are drawn as shapes. Save it as PNG and add that.",
        "SVG 图形中没有文字：如果图中有字，则是以形状绘成的。请另存为 PNG 后再添加。",
    ),
    ("No text was recognised in the image.", "图像中没有识别出文字。"),
    ("The image has more than {limit} pixels; make it smaller.", "图像超过 {limit} 像素，请缩小。"),
    (
        "The image claims to have {count} frames; the limit is {limit}. Split it.",
        "图像声称有 {count} 帧，上限为 {limit} 帧。请拆分。",
    ),
    (
        "It holds pictures ({count}) and no text, and none was recognised in them. If they hold text, see that text "
        "recognition is installed and switched on (ingest.ocr in the settings).",
        "文档只有图片（{count} 张），没有文字，图片中也没有识别出文字。如果图片中有文字，请确认文字识别已安装并已开启"
        "（设置 ingest.ocr）。",
    ),
    ("The image has {width} x {height} pixels; make it smaller.", "图像有 {width} x {height} 像素，请缩小。"),
    ("The image is damaged: it cannot be opened ({why}).", "图像已损坏，无法打开（{why}）。"),
    ("The text of the image cannot be recognised ({why}).", "图像中的文字无法识别（{why}）。"),
    (
        "It holds images of text, and text recognition is not installed: install the Python package rapidocr with its "
        "models, or switch it off (ingest.ocr).",
        "其中的文字是图像，而文字识别没有安装：请安装 Python 软件包 rapidocr 及其模型，或关闭它（ingest.ocr）。",
    ),
    ("The {kind} is damaged: its archive cannot be opened ({why}).", "{kind} 已损坏：无法打开其压缩结构（{why}）。"),
    ("The {kind} is damaged: its archive cannot be opened.", "{kind} 已损坏：无法打开其压缩结构。"),
    ("The old Office file is damaged: it cannot be opened ({why}).", "旧版 Office 文件已损坏，无法打开（{why}）。"),
    ("The {kind} file is damaged: it cannot be opened ({why}).", "{kind} 文件已损坏，无法打开（{why}）。"),
    (
        "The workbook is encrypted: save a copy without the password and add that.",
        "工作簿已加密：请另存一份不带密码的副本再添加。",
    ),
    (
        "The presentation is encrypted: save a copy without the password and add that.",
        "演示文稿已加密：请另存一份不带密码的副本再添加。",
    ),
    ("The ppt file is damaged: it does not say where its last version stands.", "ppt 文件已损坏：找不到最后一个版本。"),
    ("The ppt file is damaged: its document part is missing.", "ppt 文件已损坏：缺少文档部分。"),
    ("The ppt file is damaged: it does not say where its slides stand.", "ppt 文件已损坏：找不到幻灯片。"),
    (
        "The doc file is of Word 6 or 95 and was saved in pieces: save it as docx and add that.",
        "doc 文件是 Word 6 或 95 的分段格式：请另存为 docx 后添加。",
    ),
    ("The doc file is damaged: it does not begin as Word documents do.", "doc 文件已损坏：开头不是 Word 文档。"),
    ("The doc file is damaged: its table stream is missing.", "doc 文件已损坏：缺少表流。"),
    ("The doc file is damaged: it has no piece table.", "doc 文件已损坏：没有片段表。"),
    ("The doc file is damaged: its piece table is out of order.", "doc 文件已损坏：片段表次序混乱。"),
    ("The {kind} file is damaged: it has no text part.", "{kind} 文件已损坏：没有正文部分。"),
    ("The OpenDocument file is nested too deeply.", "OpenDocument 文件嵌套过深。"),
    ("The attachment is empty.", "附件是空的。"),
    ("The attachment is damaged.", "附件已损坏。"),
    (
        "The attachment has {size} MB; the limit is {limit} MB. Raise ingest.max_file_mb in the settings.",
        "附件大小为 {size} MB，上限为 {limit} MB。请在设置中调高 ingest.max_file_mb。",
    ),
    (
        "The PDF has more than {most} attachments; the others were left.",
        "PDF 的附件超过 {most} 个，其余未读取。",
    ),
    (
        "The PDF is more than {depth} deep in others: its attachments were not read. Save it and add that.",
        "这个 PDF 嵌套超过 {depth} 层，其附件未读取；请另存后添加。",
    ),
    (
        "The PDF claims to have {pages} pages; the limit is {limit}. Split it.",
        "PDF 声称有 {pages} 页，上限为 {limit} 页。请拆分。",
    ),
    (
        "Reading it needed more than {size} MB of memory and was ended. Split the file, or raise "
        "ingest.file_mb_memory in the settings.",
        "读取它所需的内存超过 {size} MB，已中止。请拆分文件，或在设置中调高 ingest.file_mb_memory。",
    ),
    (
        "Reading it with all it holds took longer than {seconds} s, {times} times ingest.file_seconds, and was ended. "
        "Split the file, or raise that setting.",
        "读取它及其全部内容超过 {seconds} 秒（ingest.file_seconds 的 {times} 倍），已中止。请拆分文件，或调高该设置。",
    ),
    (
        "Reading it took longer than {seconds} s and was ended. Split the file, or raise ingest.file_seconds in the "
        "settings.",
        "读取超过 {seconds} 秒，已中止。请拆分文件，或在设置中调高 ingest.file_seconds。",
    ),
    # uploads
    (
        "The upload was cut off after {size} of {total} bytes; nothing was kept. Upload it again.",
        "上传在 {total} 字节中的第 {size} 字节处中断，未保留任何内容。请重新上传。",
    ),
    (
        "The upload was cut off; nothing was kept. Upload the file again.",
        "上传中断，未保留任何内容。请重新上传该文件。",
    ),
    (
        "The file is over the limit of {limit} MB and was not kept. Split it, or raise ingest.max_file_mb in the "
        "settings.",
        "文件超过 {limit} MB 的上限，未保留。请拆分文件，或在设置中调高 ingest.max_file_mb。",
    ),
    (
        "The uploaded files cannot be kept ({why}). Check that the home can be written.",
        "上传的文件无法保存（{why}）。请检查主目录是否可写。",
    ),
)
