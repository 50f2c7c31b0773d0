"""Language models, embedding models and their weights."""

from kb.messages.template import Template

MODELS: dict[str, Template] = {
    "model.not_here": Template(
        "There is no model {name!r} here. `kb models list` names those there are.",
        "这里没有模型 {name!r}。`kb models list` 列出可用的模型。",
        page_en="There is no model {name!r} here. The page Models names those there are.",
        page_zh="这里没有模型 {name!r}。「模型」页列出可用的模型。",
    ),
    "embedding.no_folder": Template(
        "embedding.model = {folder} is not a sentence-transformers folder: it needs modules.json and tokenizer.json.",
        "embedding.model = {folder} 不是 sentence-transformers 文件夹：缺少 modules.json 和 tokenizer.json。",
    ),
    "embedding.not_loaded": Template(
        "The embedding model in {folder} cannot be loaded ({why}). Delete the folder and run `kb models pull "
        "multilingual-e5-small`, or set embedding.model to another local folder.",
        "{folder} 中的向量模型无法加载（{why}）。请删除该文件夹并运行 `kb models pull "
        "multilingual-e5-small`，或把 embedding.model 设为另一个本地文件夹。",
    ),
    "engine.failed": Template("The embedded engine failed: {why}", "内置引擎出错：{why}"),
    "engine.prompt_too_long": Template(
        "The prompt has {used} tokens, and with room for an answer it does not fit the {size} of the "
        "embedded model. Ask a shorter question, or set retrieval.passages lower.",
        "提示词有 {used} 个词元，加上回答的余量超出内置模型的 {size}。请缩短问题，或调低 retrieval.passages。",
    ),
    "engine.not_loaded": Template(
        "The embedded engine cannot load {path}: {why}. Check that the file is a whole GGUF model and that "
        "{size:.1f} GB of memory are free.",
        "内置引擎无法加载 {path}：{why}。请检查文件是否为完整的 GGUF 模型，以及是否有 {size:.1f} GB 空闲内存。",
    ),
    "engine.no_answer": Template(
        "The embedded engine does not answer ({route}: {why}). Start the program again.",
        "内置引擎没有应答（{route}：{why}）。请重新启动程序。",
    ),
    "llamaindex.no_class": Template(
        "llm.llamaindex_class is {name!r}; it must be `module:Class` of a LlamaIndex LLM.",
        "llm.llamaindex_class 是 {name!r}；应写成 LlamaIndex LLM 的 `module:Class`。",
    ),
    "llamaindex.no_llm": Template(
        "llm.llamaindex_class {name} is not a LlamaIndex LLM.", "llm.llamaindex_class {name} 不是 LlamaIndex LLM。"
    ),
    "llamaindex.not_imported": Template(
        "llm.llamaindex_class {name} cannot be imported: {why}. Is its package installed?",
        "llm.llamaindex_class {name} 无法导入：{why}。是否安装了它的软件包？",
    ),
    "llamaindex.not_made": Template(
        "The LlamaIndex model {name} cannot be made from its options: {why}",
        "无法按选项创建 LlamaIndex 模型 {name}：{why}",
    ),
    "llamaindex.failed": Template("The LlamaIndex model {name} failed: {why}", "LlamaIndex 模型 {name} 出错：{why}"),
    "engine.not_found": Template(
        "There is no engine {name!r}; there are {names}.", "没有引擎 {name!r}；可用：{names}。"
    ),
    "engine.none_usable": Template(
        "No language model can be used. {absent} {missing}", "没有可用的语言模型。{absent}{missing}"
    ),
    "weights.unknown_form": Template(
        "The packed embedding model has an unknown form; fetch the weights again.",
        "打包的向量模型格式未知，请重新获取权重。",
    ),
    "weights.other_blocks": Template(
        "The packed embedding model has blocks of {found}, not {wanted}.",
        "打包的向量模型分块为 {found}，应为 {wanted}。",
    ),
    "ollama.broke_off": Template(
        "The Ollama server at {address} broke off in mid-answer. Ask again.",
        "{address} 的 Ollama 服务在回答中途断开。请重试。",
    ),
    "ollama.failed": Template(
        "The Ollama server at {address} failed with {tag}: {why}", "{address} 的 Ollama 服务处理 {tag} 时出错：{why}"
    ),
    "ollama.not_here": Template(
        "The Ollama server {host} is not on this machine. If it is yours, list {name} in privacy.allow.",
        "Ollama 服务 {host} 不在本机。如果是您自己的，请把 {name} 列入设置 privacy.allow。",
    ),
    "ollama.create_ended": Template(
        "The Ollama server stopped making {tag} before it was done. Try again.",
        "Ollama 服务器在创建 {tag} 完成之前中断。请重试。",
    ),
    "ollama.pull_ended": Template(
        "The pull of {tag} ended early. Run it again: it goes on where it stopped.",
        "{tag} 的拉取提前中断。再拉取一次即可接着下载。",
    ),
    "ollama.prompt_too_long": Template(
        "The prompt does not fit the context of {tag}: {why}. Ask a shorter question.",
        "提示词超出 {tag} 的上下文：{why}。请缩短问题。",
    ),
    "ollama.cannot_reason": Template(
        "{tag} cannot reason apart from its answer: {why}", "{tag} 不能把思考与回答分开：{why}"
    ),
    "ollama.no_server": Template(
        "No Ollama server answers at {address}. Start it with `ollama serve`, or use `--engine embedded`.",
        "{address} 没有 Ollama 服务应答。请用 `ollama serve` 启动它，或使用 `--engine embedded`。",
        page_en=(
            "No Ollama server answers at {address}. Start it with `ollama serve`, or choose an embedded model on "
            "the page Models."
        ),
        page_zh="{address} 没有 Ollama 服务应答。请用 `ollama serve` 启动它，或改用内置引擎。",
    ),
    "ollama.silent": Template(
        "The Ollama server at {address} was silent for too long. A large model may need more than "
        "llm.timeout_seconds ({seconds:g}) on this machine; or take a smaller one.",
        "{address} 的 Ollama 服务长时间没有响应。大模型在本机上可能需要比 llm.timeout_seconds（{seconds:g}）"
        "更久；也可换用较小的模型。",
    ),
    "ollama.broken": Template(
        "The Ollama server at {address} broke off ({why}). See its log, and ask again.",
        "{address} 的 Ollama 服务中断（{why}）。请查看其日志后重试。",
    ),
    "ollama.no_such_model": Template("The Ollama library has no {tag}.", "Ollama 模型库里没有 {tag}。"),
    "embedding.graph_not_loaded": Template(
        "The embedding model {file} cannot be loaded ({why}). Delete the file and run `kb models pull "
        "multilingual-e5-small`, which makes it again, or set embedding.backend to torch.",
        "向量模型 {file} 无法加载（{why}）。请删除该文件并运行 `kb models pull multilingual-e5-small` 重新生"
        "成，或把 embedding.backend 设为 torch。",
    ),
    "weights.not_stored": Template(
        "The weights {name} cannot be stored in {folder}: {why}.", "权重 {name} 无法保存到 {folder}：{why}。"
    ),
    "weights.cache_unusable": Template(
        "The cache of models cannot be used: {path}: {why}. Give the user who runs kb the right to read and "
        "write {cache}, or name another folder in KB_CACHE.",
        "模型缓存无法使用：{path}：{why}。请让运行 kb 的用户有权读写 {cache}，或在 KB_CACHE 中指定其他文件夹。",
    ),
    "embedding.unknown": Template(
        "{name} is not a sentence-transformers folder (no config.json or modules.json in it), nor one of "
        "{names}. Check embedding.model.",
        "{name} 不是 sentence-transformers 文件夹（没有 config.json 或 modules.json），也不是 {names} 之一。"
        "请检查 embedding.model。",
    ),
    "engine.model_unknown": Template(
        "{name} is neither a GGUF file nor one of {names}. Check llm.embedded_model.",
        "{name} 既不是 GGUF 文件，也不是 {names} 之一。请检查 llm.embedded_model。",
    ),
    "engine.no_gguf": Template(
        "{name} is not a GGUF file. Check llm.embedded_model.", "{name} 不是 GGUF 文件。请检查 llm.embedded_model。"
    ),
    "weights.absent": Template(
        "The weights {name} are not on this machine; `kb models list` shows what is.",
        "本机没有权重 {name}；`kb models list` 会列出已有的权重。",
        page_zh="本机没有权重 {name}。",
    ),
    "weights.unknown": Template(
        "There are no weights {name!r}; there are {names}.", "没有名为 {name!r} 的权重；有：{names}。"
    ),
    "weights.disk_full": Template(
        "No room left for the weights {name} in {folder}.", "{folder} 没有空间存放权重 {name}。"
    ),
    "weights.other_kind": Template(
        "{name} is a model of another kind ({kind}, not {wanted}).", "{name} 是另一种模型（{kind}，不是 {wanted}）。"
    ),
    "weights.missing": Template(
        "The weights {name} are not on this machine. Run `kb models pull {name}` ({size:,.0f} MB), or copy "
        "the folder {folder} from a machine that has it.",
        "本机没有权重 {name}。请运行 `kb models pull {name}`（{size:,.0f} MB），或从有它的机器复制文件夹 {folder}。",
        page_zh="本机没有权重 {name}。请在“模型”页获取（{size:,.0f} MB），或从有它的机器复制文件夹 {folder}。",
    ),
    "weights.too_little_room": Template(
        "The weights {name} need {need:.1f} GB in {folder}, and {free:.1f} GB are free.",
        "权重 {name} 需要 {folder} 有 {need:.1f} GB 空间，目前空闲 {free:.1f} GB。",
    ),
    "weights.not_in_package": Template(
        "The package {package} {version} holds no {file}.", "软件包 {package} {version} 中没有 {file}。"
    ),
    "weights.arrived_changed": Template(
        "The weights {name} that arrived are not the ones pinned: their SHA-256 is {found}, not {wanted}. "
        "They were thrown away. Check the package index that served them.",
        "收到的权重 {name} 与登记的不符：SHA-256 是 {found}，应为 {wanted}，已丢弃。请检查提供它的软件包索引。",
    ),
    "engine.model_unreadable": Template(
        "{name} cannot be read: {why}. Check llm.embedded_model.", "{name} 无法读取：{why}。请检查 llm.embedded_model。"
    ),
    "weights.changed": Template(
        "The weights {name} in {folder} are not the ones pinned: {files} is missing or has another SHA-256. "
        "Run `kb models pull {name}`, or copy the folder again.",
        "{folder} 中的权重 {name} 与锁定的不符：{files} 缺失或 SHA-256 不同。请运行 `kb models pull {name}`，"
        "或重新复制该文件夹。",
        page_zh=(
            "{folder} 中的权重 {name} 与锁定的不符：{files} 缺失或 SHA-256 不同。请重新下载 {name}，或重新复制该"
            "文件夹。"
        ),
    ),
    "weights.no_installer": Template(
        "Neither uv nor pip is on this machine, and one is needed to fetch weights. Install uv.",
        "本机既没有 uv 也没有 pip，获取权重需要其一。请安装 uv。",
    ),
    "models.write_name": Template(
        "Write the name of a model, such as deepseek-r1:1.5b.", "请写模型的名称，例如 deepseek-r1:1.5b。"
    ),
    "models.being_fetched": Template(
        "{name} is being fetched. Wait for it, or stop it, before it is deleted.",
        "{name} 正在拉取。请等它完成或先停止，再删除。",
    ),
    "models.in_use": Template(
        "{name} is the embedding model of this service. Stop the service before it is deleted.",
        "{name} 是本服务使用的向量模型。请先停止服务，再删除。",
    ),
    "engine.closed": Template(
        "The embedded engine was closed in mid-answer. Ask again.", "内置引擎在回答中途被关闭。请重试。"
    ),
    "ollama.did_you_mean": Template("Did you mean {tag}?", "您是不是想找 {tag}？"),
    "ollama.absent": Template(
        "{tag} is not on the Ollama server at {address}.", "{address} 的 Ollama 服务上没有 {tag}。"
    ),
    "ollama.then_pull": Template(
        "Then run `kb models pull {tag}`, or use `--engine embedded`.",
        "那么请运行 `kb models pull {tag}`，或使用 `--engine embedded`。",
        page_en="Then pull {tag} on the page Models, or choose an embedded model there.",
        page_zh="请在“模型”页拉取 {tag}，或改用内置引擎。",
    ),
    "ollama.pull": Template(
        "Run `kb models pull {tag}`, or use `--engine embedded`.",
        "请运行 `kb models pull {tag}`，或使用 `--engine embedded`。",
        page_en="Pull {tag} on the page Models, or choose an embedded model there.",
        page_zh="请在“模型”页拉取 {tag}，或改用内置引擎。",
    ),
    "ollama.it_has": Template("It has: {names}.", "上面有：{names}。"),
    "weights.not_fetched": Template(
        "The weights {name} could not be fetched (package {package}):\n{log}\nCheck the network and the "
        "package index, run the command again (it goes on where it stopped), or copy the folder {folder} "
        "from a machine that has it.",
        "权重 {name} 未能获取（软件包 {package}）：\n{log}\n请检查网络与软件包索引后再试（会接着下载），或从有"
        "它的机器复制文件夹 {folder}。",
    ),
    "weights.waiting": Template("waiting for another fetch of {name}", "等待另一处下载 {name}"),
    "weights.fetching": Template("fetching {name}", "正在下载 {name}"),
    "weights.checking": Template("checking {name}", "正在核对 {name}"),
    "weights.quantising": Template("quantising {name}", "正在量化 {name}"),
    "weights.unpacking": Template("unpacking {name}", "正在展开 {name}"),
    "weights.for_tests": Template("{name}: for tests, too weak to answer well", "{name}：仅供测试，答不好问题"),
}
