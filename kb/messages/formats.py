"""Files of a format that cannot be read."""

from kb.messages.template import Template

FORMATS: dict[str, Template] = {
    "office.xlsb": Template(
        "It is a binary workbook (.xlsb): save it as .xlsx and add that.",
        "这是二进制工作簿（.xlsb）；请另存为 .xlsx 后添加。",
    ),
    "office.bomb": Template(
        "The {kind} file would expand from {packed:.1f} MB to {size:.0f} MB (an archive bomb, or a far too "
        "large document); it was not opened.",
        "{kind} 文件解压后会从 {packed:.1f} MB 膨胀到 {size:.0f} MB（压缩炸弹或过大的文档），未打开。",
    ),
    "office.old_damaged": Template(
        "The old Office file is damaged: it cannot be opened ({why}).", "旧版 Office 文件已损坏，无法打开（{why}）。"
    ),
    "office.pictures_alone": Template(
        "It holds pictures ({count}) and no text, and none was recognised in them. If they hold text, see "
        "that text recognition is installed and switched on (ingest.ocr in the settings).",
        "文档只有图片（{count} 张），没有文字，图片中也没有识别出文字。如果图片中有文字，请确认文字识别已安装"
        "并已开启（设置 ingest.ocr）。",
    ),
    "image.damaged": Template("The image is damaged: it cannot be opened ({why}).", "图像已损坏，无法打开（{why}）。"),
    "image.ocr_off": Template(
        "It is an image, and text recognition is switched off (ingest.ocr in the settings).",
        "这是图像，而文字识别已关闭（设置 ingest.ocr）。",
    ),
    "image.too_many_frames": Template(
        "The image claims to have {count:,} frames; the limit is {most:,}. Split it.",
        "图像声称有 {count:,} 帧，上限为 {most:,} 帧。请拆分。",
    ),
    "image.size": Template(
        "The image has {width} x {height} pixels; make it smaller.", "图像有 {width} x {height} 像素，请缩小。"
    ),
    "image.too_many_pixels": Template(
        "The image has more than {limit:,} pixels; make it smaller.", "图像超过 {limit:,} 像素，请缩小。"
    ),
    "ocr.not_installed": Template(
        "It holds images of text, and text recognition is not installed: install the Python package rapidocr "
        "with its models, or switch it off (ingest.ocr).",
        "其中的文字是图像，而文字识别没有安装：请安装 Python 软件包 rapidocr 及其模型，或关闭它（ingest.ocr）。",
    ),
    "ocr.failed": Template("The text of the image cannot be recognised ({why}).", "图像中的文字无法识别（{why}）。"),
    "image.svg_no_text": Template(
        "The SVG drawing has no text: if it shows words, they are drawn as shapes. Save it as PNG and add that.",
        "SVG 图形中没有文字：如果图中有字，则是以形状绘成的。请另存为 PNG 后再添加。",
    ),
    "office.word_6": Template(
        "The doc file is of Word 6 or 95 and was saved in pieces: save it as docx and add that.",
        "doc 文件是 Word 6 或 95 的分段格式：请另存为 docx 后添加。",
    ),
    "office.doc_begin": Template(
        "The doc file is damaged: it does not begin as Word documents do.", "doc 文件已损坏：开头不是 Word 文档。"
    ),
    "office.encrypted": Template(
        "The document is encrypted: save a copy without the password and add that.",
        "文档已加密：请另存一份不带密码的副本再添加。",
    ),
    "office.doc_table_stream": Template(
        "The doc file is damaged: its table stream is missing.", "doc 文件已损坏：缺少表流。"
    ),
    "office.doc_no_pieces": Template("The doc file is damaged: it has no piece table.", "doc 文件已损坏：没有片段表。"),
    "office.doc_pieces_disordered": Template(
        "The doc file is damaged: its piece table is out of order.", "doc 文件已损坏：片段表次序混乱。"
    ),
    "epub.no_chapter": Template(
        "The epub file is damaged: none of its chapters can be read ({why}).",
        "epub 文件已损坏：没有一章可读（{why}）。",
    ),
    "epub.no_list": Template(
        "The epub file is damaged: it has no list of its parts.", "epub 文件已损坏：没有内容清单。"
    ),
    "epub.protected": Template(
        "The book is protected against copying (DRM): it cannot be read.", "这本书有版权保护（DRM），无法读取。"
    ),
    "office.too_many_rows": Template(
        "A sheet has more than {rows:,} rows; split it.", "有工作表超过 {rows:,} 行，请拆分。"
    ),
    "office.no_text_part": Template(
        "The {kind} file is damaged: it has no text part.", "{kind} 文件已损坏：没有正文部分。"
    ),
    "office.too_deep": Template("The OpenDocument file is nested too deeply.", "OpenDocument 文件嵌套过深。"),
    "office.ppt_last_version": Template(
        "The ppt file is damaged: it does not say where its last version stands.",
        "ppt 文件已损坏：找不到最后一个版本。",
    ),
    "office.ppt_encrypted": Template(
        "The presentation is encrypted: save a copy without the password and add that.",
        "演示文稿已加密：请另存一份不带密码的副本再添加。",
    ),
    "office.ppt_no_document": Template(
        "The ppt file is damaged: its document part is missing.", "ppt 文件已损坏：缺少文档部分。"
    ),
    "office.ppt_no_slides": Template(
        "The ppt file is damaged: it does not say where its slides stand.", "ppt 文件已损坏：找不到幻灯片。"
    ),
    "office.xls_damaged": Template(
        "The xls file is damaged: it cannot be opened ({why}).", "xls 文件已损坏，无法打开（{why}）。"
    ),
    "office.xls_encrypted": Template(
        "The workbook is encrypted: save a copy without the password and add that.",
        "工作簿已加密：请另存一份不带密码的副本再添加。",
    ),
    "pdf.too_many_pages": Template(
        "The PDF claims to have {count:,} pages; the limit is {most:,}. Split it.",
        "PDF 声称有 {count:,} 页，上限为 {most:,} 页。请拆分。",
    ),
    "pdf.no_page": Template(
        "The PDF is damaged: none of its pages can be read. Export it anew.", "PDF 已损坏，没有一页可读。请重新导出。"
    ),
    "pdf.damaged": Template(
        "The PDF is damaged: pdfium cannot open it. Save it again or export it anew.",
        "PDF 已损坏，无法打开。请重新保存或重新导出。",
    ),
    "pdf.encrypted": Template(
        "The PDF is encrypted: save a copy without the password and add that.",
        "PDF 已加密：请另存一份不带密码的副本再添加。",
    ),
    "table.unreadable": Template("The table cannot be read: {why}.", "表格无法读取：{why}。"),
    "xml.refers": Template(
        "The XML file refers to other files; it was not read. Save it with what they hold in their place.",
        "XML 文件引用了其他文件，未读取。请把引用的内容写入文件后另存。",
    ),
    "xml.bomb": Template(
        "The XML file's entities expand without bounds, as those of an XML bomb do; it was not read. Save it "
        "with its entities replaced.",
        "XML 文件的实体会无限膨胀（如 XML 炸弹），未读取。请展开实体后另存。",
    ),
    "image.no_text": Template("No text was recognised in the image.", "图像中没有识别出文字。"),
    "pdf.empty": Template(
        "No text was found in the PDF: its pages ({pages}) are empty.",
        "PDF 中没有文字：其各页（共 {pages} 页）是空白的。",
    ),
    "pdf.ocr_off": Template(
        "The PDF is a scan without text ({scanned} of {pages} pages are images), and text recognition is "
        "switched off (ingest.ocr in the settings).",
        "这份 PDF 是没有文字的扫描件（{pages} 页中有 {scanned} 页是图像），而文字识别已关闭（设置 ingest.ocr）。",
    ),
    "pdf.nothing_recognised": Template(
        "The PDF has no text, and none was recognised on its {pages} pages.",
        "PDF 没有文字，在其 {pages} 页上也没有识别出文字。",
    ),
}
