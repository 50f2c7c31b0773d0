"""Documents, collections, jobs and uploads."""

from kb.messages.template import Template

DOCUMENTS: dict[str, Template] = {
    "document.title": Template(
        "The title has {count} characters, or some that cannot be printed. Write one line of at most {most}.",
        "标题有 {count} 个字符，或含有无法显示的字符。请写成不超过 {most} 个字符的一行。",
    ),
    "document.no_tag": Template(
        "{tag!r} cannot be a tag. Write 1 to {most} characters on one line, without a comma.",
        "{tag!r} 不能作为标签。请写一行 1 至 {most} 个字符，不含逗号。",
    ),
    "document.many_tags": Template(
        "There are {n} tags; a document has at most {most}. Leave some out.",
        "共有 {n} 个标签；每个文档最多 {most} 个。请删减。",
    ),
    "document.name_tags": Template(
        "Name the tags the document shall have, or say --none to take them all away.",
        "请给出文档应有的标签，或用 --none 全部取消。",
    ),
    "move.synced": Template(
        "{path!r} was not uploaded: it comes from a folder, which gives it its place. Give it a title to show instead, "
        "or move it at its source and ingest that again.",
        "{path!r} 不是上传的：它来自一个文件夹，位置由该文件夹决定。请为其设置显示标题，或在来源处移动后重新导入。",
    ),
    "move.part": Template(
        "{path!r} is part of {container!r} and has no place of its own. Upload it by itself, or move what holds it.",
        "{path!r} 是 {container!r} 的一部分，没有自己的位置。请单独上传，或移动包含它的文件。",
    ),
    "move.no_text": Template(
        "{path!r} could not be read, so there is nothing to move. Upload it where it shall stand.",
        "{path!r} 未能读取，没有可移动的内容。请直接上传到目标位置。",
    ),
    "move.being_read": Template(
        "{path!r} is being read, or waits for it. Move it when that is done.",
        "{path!r} 正在读取或等待读取。请在完成后再移动。",
    ),
    "move.same": Template(
        "{path!r} stands there already, in {collection!r}. Give another path or another collection.",
        "{path!r} 已在集合 {collection!r} 的该位置。请给出另一个路径或集合。",
    ),
    "move.other_type": Template(
        "{path!r} ends otherwise than the document, whose type does not change. Let it end with {suffix!r}.",
        "{path!r} 的后缀与文档不同，而文档类型不会改变。请以 {suffix!r} 结尾。",
    ),
    "move.own_readers": Template(
        "{path!r} has readers of its own, which are set in {collection!r} alone. Take them away first, on the page "
        "Documents or by `kb access remove`, then move it.",
        "{path!r} 有单独设置的读者，仅在集合 {collection!r} 中有效。"
        "请先在“文档”页或用 `kb access remove` 取消，再移动。",
    ),
    "move.taken": Template(
        "Something stands at {path!r} in {collection!r} already, or above or below it. Give another path, or delete "
        "that first.",
        "集合 {collection!r} 的 {path!r} 处或其上、下级已有内容。请换一个路径，或先删除它。",
    ),
    "move.no_path": Template(
        "{path!r} cannot be a document's path. Write names parted by '/', of at most {most} characters in all, without "
        '< > : " \\ | ? * and without a dot or space at the ends of a name.',
        "{path!r} 不能作为文档的路径。请用“/”分隔各级名称，总长不超过 {most} 个字符，"
        '不含 < > : " \\ | ? *，且名称首尾不能是点或空格。',
    ),
    "document.many_questions": Template(
        "There are {n} questions; at most {most} are kept for a document. Leave some out.",
        "共有 {n} 个问题；每个文档最多保存 {most} 个。请删减。",
    ),
    "document.long_question": Template(
        "The question {question!r} has {n} characters; at most {most} are kept. Shorten it.",
        "问题 {question!r} 有 {n} 个字符，最多保存 {most} 个。请缩短。",
    ),
    "document.not_called": Template(
        "Nothing that you may read is called {name!r}; it may have been deleted. Write another name, or a space after "
        "the sign where it means no document or collection.",
        "您可阅读的内容中没有名为 {name!r} 的文档或集合，它可能已被删除。"
        "请改写名称；若该符号不指文档或集合，请在其后加一个空格。",
    ),
    "document.no_original": Template(
        "No original file was kept for {path!r}: it is a record of a bundle.",
        "没有保留 {path!r} 的原文件：它是数据包中的一条记录。",
    ),
    "document.deleted_meanwhile": Template(
        "{path!r} was deleted while it was being read.", "{path!r} 在阅读过程中被删除。"
    ),
    "document.not_found": Template(
        "There is no document {path!r}. `kb docs list` shows what there is.",
        "没有文档 {path!r}。`kb docs list` 会列出现有文档。",
        page_en="There is no document {path!r}. It may have been deleted.",
        page_zh="没有文档 {path!r}，可能已被删除。",
    ),
    "document.in_several": Template(
        "{path!r} stands in several collections ({names}). Name one with --collection.",
        "{path!r} 在多个集合中都有（{names}）。请用 --collection 指明集合。",
        page_zh="{path!r} 在多个集合中都有（{names}）。请指明集合。",
    ),
    "document.id_not_found": Template(
        "There is no document with id {id} any more. Look at the list again.",
        "编号为 {id} 的文档已不存在，请重新查看列表。",
    ),
    "document.embedding_gone": Template(
        "An embedding of {path!r} was removed meanwhile. Run the command again.",
        "{path!r} 的一个向量在此期间被移除。请重新运行该命令。",
    ),
    "document.not_in_collection": Template(
        "There is no document {path!r} in collection {collection!r}. `kb docs list` shows what there is.",
        "集合 {collection!r} 中没有文档 {path!r}。`kb docs list` 会列出现有文档。",
        page_zh="集合 {collection!r} 中没有文档 {path!r}。",
    ),
    "document.not_in_quarantine": Template(
        "{path!r} is not in quarantine: questions find it already.", "{path!r} 未被隔离，提问已能找到它。"
    ),
    "collection.no_name": Template(
        "{name!r} cannot be the name of a collection: {why}. Choose another name.",
        "{name!r} 不能用作集合名称：{why}。请另取名称。",
    ),
    "ingest.name_something": Template("Name at least one file or folder to ingest.", "请至少指定一个文件或文件夹。"),
    "job.not_found": Template("There is no job {id}.", "没有任务 {id}，可能已被清理。"),
    "job.not_written": Template(
        "What became of job {id} could not be written to the catalog yet. Try again.",
        "任务 {id} 的结果还未能写入目录库，请稍后再试。",
    ),
    "collection.of_other_folder": Template(
        "The collection {name!r} holds the documents of {other}; {root} is another folder of the same name. "
        "Give it a name of its own with --collection.",
        "集合 {name!r} 中是文件夹 {other} 的文档；{root} 是另一个同名文件夹。请用 --collection 为它另取集合名。",
        page_zh="集合 {name!r} 属于文件夹 {other}；{root} 是另一个同名文件夹。请为它另取集合名。",
    ),
    "document.name_twice": Template(
        "The name {path!r} came twice in this run; the first one was kept.",
        "名称 {path!r} 在本次任务中重复，保留第一个。",
    ),
    "document.name_taken": Template(
        "The collection {name!r} already holds a document {path!r} from {root}. Use another --collection for "
        "this folder.",
        "集合 {name!r} 中已有来自 {root} 的文档 {path!r}。请用 --collection 为这个文件夹另取集合名。",
        page_zh="集合 {name!r} 中已有来自 {root} 的文档 {path!r}。请为这个文件夹另取集合名。",
    ),
    "ingest.name_folder": Template("Name at least one folder to watch.", "请至少指定一个要监视的文件夹。"),
    "document.no_pictures": Template(
        "{path!r} is neither a PDF nor an image: it has no page pictures.",
        "{path!r} 既不是 PDF 也不是图像，没有页面图。",
    ),
    "document.no_page": Template(
        "{path!r} has no page {page}; it has {pages}.", "{path!r} 没有第 {page} 页；它共有 {pages} 页。"
    ),
    "document.gone": Template(
        "There is no document {path!r} in collection {collection!r} any more.",
        "集合 {collection!r} 中已没有文档 {path!r}。",
    ),
    "document.page_not_drawn": Template(
        "Page {page} of {path!r} cannot be drawn: {why}.", "{path!r} 的第 {page} 页无法绘出：{why}。"
    ),
    "upload.form": Template(
        "Files are sent as multipart/form-data, one part with a file name for each.",
        "文件须以 multipart/form-data 发送，每个文件一个带文件名的部分。",
    ),
    "upload.no_file": Template(
        "The request holds no file. Send each as a part with a file name.",
        "请求中没有文件。请把每个文件作为带文件名的部分发送。",
    ),
    "upload.cut_off_request": Template(
        "The upload was cut off; nothing was kept. Send the files again.",
        "上传中断，未保留任何内容。请重新发送这些文件。",
    ),
    "upload.over_limit": Template(
        "{name!r} is over the limit of {limit} MB, and nothing of the request was kept. Split it, or raise "
        "ingest.max_file_mb in the settings.",
        "{name!r} 超过 {limit} MB 的上限，请求中的任何内容都未保留。请拆分文件，或在设置中调高 ingest.max_file_mb。",
    ),
    "upload.unreadable": Template(
        "The request is no multipart/form-data that can be read: {why}", "该请求不是可读取的 multipart/form-data：{why}"
    ),
    "upload.not_kept": Template(
        "The uploaded files cannot be kept ({why}). Check that the home can be written.",
        "上传的文件无法保存（{why}）。请检查主目录是否可写。",
    ),
    "upload.too_many": Template(
        "The request holds more than {most:,} files, and nothing of it was kept. Send them in parts.",
        "请求中的文件超过 {most:,} 个，全部未保留。请分几次发送。",
    ),
    "upload.disk_full_request": Template(
        "The disk has no room for the uploaded files; none was kept. Free some space and send them again.",
        "磁盘空间不足，上传的文件全部未保留。请腾出空间后重新发送。",
    ),
    "job.not_ended": Template(
        "Job {id} is {state} and has not ended. The page's document list shows it.",
        "任务 {id} 的状态是 {state}，尚未结束。页面的文档列表会显示它。",
    ),
    "document.name_some": Template(
        "Name the documents to delete: their paths, or --id.", "请指明要删除的文档：给出路径，或用 --id。"
    ),
    "document.count_differs": Template(
        "Nothing was deleted: it would be {documents}, and --count says {count}.",
        "未删除任何内容：将被删除的是 {documents}，而 --count 为 {count}。",
    ),
    "document.say_yes": Template(
        "Nothing was deleted: add --yes to delete without being asked.",
        "未删除任何内容：加上 --yes 可不经询问直接删除。",
    ),
    "ingest.watch_json": Template(
        "--watch and --json do not go together: a watch has many reports.",
        "--watch 与 --json 不能同用：监视会产生多份报告。",
    ),
    "document.no_resource": Template(
        "There is no resource {uri!r}. They are named {template}; list_documents tells them.",
        "没有资源 {uri!r}。资源名的形式是 {template}；list_documents 会列出它们。",
    ),
    "document.quarantined": Template(
        "{path!r} is in quarantine, since it speaks to a model: no agent is given its text.",
        "{path!r} 因含有写给模型的文字而被隔离，不会提供给任何智能体。",
    ),
    "document.too_long_for_resource": Template(
        "{path!r} has {count:,} characters; a resource of at most {most:,} is given at once. Read it in "
        "parts with read_document.",
        "{path!r} 有 {count:,} 个字符；一次最多给出 {most:,} 个字符的资源。请用 read_document 分段读取。",
    ),
    "document.start_outside": Template(
        "start = {start} lies outside of the text, whose characters are {first} to {last}.",
        "start = {start} 超出了文字的范围，其字符为 {first} 至 {last}。",
    ),
    "ingest.write_path": Template(
        "Write the path of a folder or file on this machine.", "请写出本机上文件夹或文件的路径。"
    ),
    "ingest.path_not_whole": Template(
        "{path} is not a whole path. Write it from the root on, such as /srv/documents.",
        "{path} 不是完整路径。请从根目录写起，例如 /srv/documents。",
    ),
    "ingest.path_no_permission": Template(
        "{path} may not be read: the service's user has no permission.", "无权读取 {path}：运行服务的用户没有权限。"
    ),
    "ingest.path_holds_home": Template(
        "{path} holds the knowledge base itself. Choose a folder of documents.",
        "{path} 包含知识库本身。请选择文档所在的文件夹。",
    ),
    "ingest.path_not_looked_at": Template("{path} cannot be looked at: {why}.", "{path} 无法查看：{why}。"),
    "ingest.folder_gone": Template(
        "The folder {root}, from which these documents came, is not there any more.",
        "这些文档所在的文件夹 {root} 已不存在。",
    ),
    "upload.disk_full": Template(
        "The disk has no room for the uploaded files. Free some space and upload them again.",
        "磁盘空间不足，无法保存上传的文件。请腾出空间后重新上传。",
    ),
    "upload.cut_off_at": Template(
        "The upload was cut off after {size:,} of {total:,} bytes; nothing was kept. Upload it again.",
        "上传在 {total:,} 字节中的第 {size:,} 字节处中断，未保留任何内容。请重新上传。",
    ),
    "upload.cut_off": Template(
        "The upload was cut off; nothing was kept. Upload the file again.",
        "上传中断，未保留任何内容。请重新上传该文件。",
    ),
    "upload.file_over_limit": Template(
        "The file is over the limit of {limit} MB and was not kept. Split it, or raise ingest.max_file_mb in "
        "the settings.",
        "文件超过 {limit} MB 的上限，未保留。请拆分文件，或在设置中调高 ingest.max_file_mb。",
    ),
    "document.no_text": Template("{path!r} has no readable text.", "{path!r} 没有可读的文字。"),
    "document.no_text_in_version": Template(
        "{path!r} has no readable text in version {version}.", "{path!r} 的第 {version} 版没有可读的文字。"
    ),
    "document.version_before": Template("The version read before still answers.", "先前读入的版本仍可检索。"),
    "document.held": Template(
        "In quarantine: it speaks to a model. No question finds it until an editor releases it. It says: {words}",
        "已隔离：其中有写给模型的文字，在编辑者放行之前提问找不到它。原文：{words}",
    ),
    "passage.changed": Template(
        "The passages of {path!r} were changed meanwhile, and nothing was changed now. Look at them again.",
        "{path!r} 的段落在此期间已被更改，本次没有更改任何内容。请重新查看。",
    ),
    "passage.not_found": Template(
        "{path!r} has no passage from {start:,} to {end:,} any more. Look at its passages again.",
        "{path!r} 中已没有从 {start:,} 到 {end:,} 的段落。请重新查看其段落。",
    ),
    "passage.left_out_already": Template("This passage is left out already.", "该段落已被排除。"),
    "passage.not_left_out": Template("This passage is not left out.", "该段落并未被排除。"),
    "passage.edited_meanwhile": Template(
        "Passages of {path!r} were changed again and again while it was read. Read it again.",
        "读取 {path!r} 时其段落不断被更改。请重新读取。",
    ),
    "passage.empty": Template(
        "The corrected passage is empty. Write what it should say, or leave the passage out.",
        "更正后的段落为空。请写出它应有的内容，或将该段落排除。",
    ),
    "passage.same": Template("The passage reads so already.", "该段落的内容本来就是这样。"),
    "passage.too_long": Template(
        "The corrected passage has {count:,} tokens; a passage has at most {most:,}. Split it first, or write less.",
        "更正后的段落有 {count:,} 个词元；一个段落最多 {most:,} 个。请先拆分该段落，或缩短内容。",
    ),
    "passage.too_long_joined": Template(
        "Joined, the passage would have {count:,} tokens; a passage has at most {most:,}. Both parts stay as they are.",
        "合并后该段落将有 {count:,} 个词元；一个段落最多 {most:,} 个。两个部分保持不变。",
    ),
    "passage.split_edge": Template(
        "A passage is split between two of its words: from {start:,} to {end:,} there is none at {at:,}.",
        "段落只能在其文字之间拆分：{start:,} 至 {end:,} 之中，{at:,} 处两侧并非都有文字。",
    ),
    "passage.split_left_out": Template(
        "This passage is left out. Bring it back before it is split.", "该段落已被排除。请先将其恢复，再拆分。"
    ),
    "passage.not_split": Template(
        "This passage is no part of one that was split, or its other part was split again. Join those parts first.",
        "该段落不是拆分而成的部分，或其另一部分又被拆分。请先合并那些部分。",
    ),
    "passage.join_left_out": Template(
        "One of the two parts is left out. Bring it back before they are joined.",
        "两个部分之一已被排除。请先将其恢复，再合并。",
    ),
    "passage.no_number": Template(
        "{path!r} has {count:,} passages, and none of the number {number}. `kb docs passages list` shows them.",
        "{path!r} 有 {count:,} 个段落，没有第 {number} 个。`kb docs passages list` 可列出全部段落。",
    ),
    "passage.split_words": Template(
        "The words {words!r} stand {times} times in the passage. Give more of the words that its second part begins "
        "with, as they stand in it.",
        "“{words}”在该段落中出现 {times} 次。请按原文给出第二部分开头的更多文字。",
    ),
    "passage.set_aside": Template(
        "The file changed: {count} changes that editors made to its passages hold no more.",
        "文件已更改：编辑者对其段落所做的 {count} 处更改不再生效。",
    ),
    "document.moved": Template("Moved from {path}.", "从 {path} 移来。"),
    "job.internal_error": Template("An internal error ended the job.", "任务因内部错误而结束。"),
}
