"""What is said of tuning and of adapters."""

from kb.messages.template import Template

TUNING: dict[str, Template] = {
    "tuning.not_installed": Template(
        "Tuning needs packages that are not installed ({names}). Run `make tune`.",
        "微调需要的软件包尚未安装（{names}）。请运行 `make tune`。",
    ),
    "tuning.name": Template(
        "{name!r} is no name of an adapter: small letters, digits, and . _ - after the first; at most 40.",
        "{name!r} 不能作为适配器的名称：只能用小写字母和数字，首字符之后还可用 . _ -，最多 40 个字符。",
    ),
    "tuning.not_found": Template(
        "There is no adapter {name!r}. `kb tune list` shows what there is.",
        "没有名为 {name!r} 的适配器。`kb tune list` 可列出现有的。",
    ),
    "tuning.exists": Template(
        "There is an adapter {name!r} already. Give another name, or delete it with `kb tune rm {name}`.",
        "已有名为 {name!r} 的适配器。请换一个名称，或用 `kb tune rm {name}` 删除它。",
    ),
    "tuning.unfinished": Template(
        "The training of {name!r} has not ended. `kb tune run {name}` goes on with it.",
        "{name!r} 的训练尚未完成。`kb tune run {name}` 可继续训练。",
    ),
    "tuning.under_way": Template(
        "{name!r} is being trained by another process. Wait for its end, or stop it there.",
        "另一个进程正在训练 {name!r}。请等它结束，或在那里停止。",
    ),
    "tuning.other_run": Template(
        "The training of {name!r} has begun with other data or another base. Go on with it by `kb tune run {name}` "
        "alone, or give another name.",
        "{name!r} 的训练是用另外的数据或另一个基础模型开始的。只输入 `kb tune run {name}` 可继续训练，或者换一个名称。",
    ),
    "tuning.no_plan": Template(
        "The training of {name!r} cannot be gone on with ({why}). Delete it with `kb tune rm {name}`, and begin anew.",
        "{name!r} 的训练无法继续（{why}）。请用 `kb tune rm {name}` 删除后重新开始。",
    ),
    "tuning.base_changed": Template(
        "{base} is not the model any more that {name!r} was begun with. Bring that model back, or train anew.",
        "{base} 已不是 {name!r} 开始训练时的模型。请恢复原来的模型，或重新训练。",
    ),
    "tuning.data_changed": Template(
        "The pairs that {name!r} was begun with were changed. Delete it with `kb tune rm {name}`, and begin anew.",
        "{name!r} 开始训练时的数据已被更改。请用 `kb tune rm {name}` 删除后重新开始。",
    ),
    "tuning.no_word": Template(
        "Nothing is trained on without an editor's word. Name who accepted the answers in {file}: --accepted-by NAME.",
        "未经编辑认可，不会用任何数据训练。请注明由谁采纳了 {file} 中的回答：--accepted-by 姓名。",
    ),
    "tuning.data_unreadable": Template("{file} cannot be read: {why}.", "{file} 无法读取：{why}。"),
    "tuning.no_json": Template(
        "Line {line} of {file} is no JSON. Each line must be an object, as `kb feedback export --format sft` writes "
        "it.",
        "{file} 第 {line} 行不是 JSON。每行应是一个对象，如 `kb feedback export --format sft` 所输出。",
    ),
    "tuning.other_form": Template(
        "Line {line} of {file} has another form (it has {names}): training needs `messages` of system, user and "
        "assistant, as `kb feedback export --format sft` writes them.",
        "{file} 第 {line} 行的格式不符（其中有 {names}）：训练需要含 system、user 和 assistant 的 `messages`，如 "
        "`kb feedback export --format sft` 所输出。",
    ),
    "tuning.no_message": Template(
        "Line {line} of {file} has a message that is none: each needs a `role` (system, user or assistant) and a "
        "`content` of text.",
        "{file} 第 {line} 行有一条消息不符合要求：每条都需要 `role`（system、user 或 assistant）和文本 `content`。",
    ),
    "tuning.no_answer": Template(
        "Line {line} of {file} does not end with a question of the user and an answer of the assistant.",
        "{file} 第 {line} 行没有以用户的提问和助手的回答结束。",
    ),
    "tuning.chat_markers": Template(
        "Line {line} of {file} has {marker!r}, a mark of one model's own form of conversations. Give the plain words: "
        "the base's own marks are put around them.",
        "{file} 第 {line} 行含有 {marker!r}，这是某个模型自己的对话标记。请只给出文字内容："
        "基础模型自己的标记会自动加上。",
    ),
    "tuning.few": Template(
        "There are {n} different questions with an accepted answer; at least {fewest} are needed, of which a part is "
        "held out. Accept more answers first (`kb feedback`).",
        "有已采纳回答的不同问题只有 {n} 个，至少需要 {fewest} 个，其中一部分留作检验。"
        "请先采纳更多回答（`kb feedback`）。",
    ),
    "tuning.all_long": Template(
        "None of {n} pairs (or none of those held out) fits {most} tokens. Raise --max-tokens, or shorten them.",
        "{n} 对数据（或其中留作检验的部分）都超过 {most} 个词元。请调高 --max-tokens，或缩短内容。",
    ),
    "tuning.no_base": Template(
        "{name} is no model that can be tuned: it needs config.json and weights (.safetensors), or be a GGUF.",
        "{name} 不是可以微调的模型：文件夹中应有 config.json 和权重（.safetensors），或者它应是 GGUF 文件。",
    ),
    "tuning.base_unreadable": Template("{name} cannot be read: {why}.", "{name} 无法读取：{why}。"),
    "tuning.architecture": Template(
        "{name} is of the kind {found!r}; adapters can be made for {known}.",
        "{name} 属于 {found!r} 类型；目前可以为 {known} 制作适配器。",
    ),
    "tuning.not_loaded": Template(
        "{name} cannot be loaded for training: {why}. Check that it is whole, and that transformers reads it.",
        "{name} 无法载入以供训练：{why}。请检查文件是否完整，以及 transformers 能否读取。",
    ),
    "tuning.no_template": Template(
        "{name} has no chat template, or no token that ends an answer. Tune an instruct model.",
        "{name} 没有对话模板，或没有表示回答结束的词元。请微调指令模型。",
    ),
    "tuning.disk_full": Template(
        "The disk of {folder} is full. What was trained up to the last checkpoint is kept: free some room, and run the "
        "same command again.",
        "{folder} 所在的磁盘已满。到上一个检查点为止的训练已保留：请腾出空间，再运行同一命令。",
    ),
    "tuning.not_written": Template("{folder} cannot be written: {why}.", "{folder} 无法写入：{why}。"),
    "tuning.failed": Template(
        "The training failed ({why}). What was trained up to the last checkpoint is kept.",
        "训练失败（{why}）。到上一个检查点为止的训练已保留。",
    ),
    "tuning.other_base": Template(
        "{name!r} was trained over {base}, and {given} is another model: it would answer nonsense. Name its base.",
        "{name!r} 是在 {base} 之上训练的，而 {given} 是另一个模型，用它会答非所问。请给出原来的基础模型。",
    ),
    "tuning.no_gguf": Template(
        "{name!r} was trained over the folder {base}; the engines need the same model as GGUF. Name it: "
        "`kb tune use {name} --on FILE.gguf`, or a model of the Ollama server with --ollama-base.",
        "{name!r} 是在文件夹 {base} 之上训练的，而引擎需要同一模型的 GGUF。请指明："
        "`kb tune use {name} --on FILE.gguf`，"
        "或用 --ollama-base 指明 Ollama 服务器上的模型。",
    ),
    "tuning.not_in_use": Template("No adapter is used.", "没有正在使用的适配器。"),
    "tuning.in_use": Template(
        "{name!r} answers now. Go back with `kb tune off` before it is deleted.",
        "{name!r} 正在使用中。请先用 `kb tune off` 还原，再删除它。",
    ),
    "adapter.other_base": Template(
        "{path} was trained over another model than {base} is now (SHA-256 {wanted:.12}, not {found:.12}). Bring that "
        "model back, or go back with `kb tune off`.",
        "{path} 是在另一个模型之上训练的，而不是现在的 {base}（SHA-256 应为 {wanted:.12}，实为 {found:.12}）。"
        "请恢复原来的模型，或用 `kb tune off` 还原。",
    ),
    "adapter.changed": Template(
        "{path} is not the adapter that its card describes. Train it anew, or go back with `kb tune off`.",
        "{path} 与其说明卡不符。请重新训练，或用 `kb tune off` 还原。",
    ),
    "adapter.no_base": Template(
        "{path} was trained over the folder {base}; the embedded engine needs the same model as GGUF. Name it: "
        "`kb tune use NAME --on FILE.gguf`.",
        "{path} 是在文件夹 {base} 之上训练的，而内置引擎需要同一模型的 GGUF。请指明："
        "`kb tune use 名称 --on FILE.gguf`。",
    ),
    "adapter.card_unreadable": Template(
        "{file}, the card of an adapter, cannot be read: {why}.", "适配器的说明卡 {file} 无法读取：{why}。"
    ),
    "adapter.no_card": Template(
        "{file} is no card of an adapter. Train the adapter anew.", "{file} 不是适配器的说明卡。请重新训练该适配器。"
    ),
}
