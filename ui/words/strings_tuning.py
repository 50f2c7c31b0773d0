"""Words of `kb tune`: what it says, and its help in Chinese."""

from collections.abc import Mapping

from ui.words.text import Text

TEXTS: Mapping[str, Text] = {
    "cli_tune_goes_on": Text("继续训练 {name}。", "Going on with the training of {name}."),
    "cli_tune_steps": Text("步", "steps"),
    "cli_tune_loss": Text("损失 {loss}", "loss {loss}"),
    "cli_tune_stopped": Text(
        "已停止。`kb tune run {name}` 可从这里继续。", "Stopped. `kb tune run {name}` goes on from here."
    ),
    "cli_tune_unfinished": Text("{name}：训练尚未完成", "{name}: its training has not ended"),
    "cli_tune_line": Text(
        "{name}：基于 {base}，留作检验的回答的损失 {before} → {after}",
        "{name}: over {base}, loss on held-out answers {before} → {after}",
    ),
    "cli_tune_data": Text(
        "数据：{pairs} 对，来自 {source}；用于训练 {trained}，留作检验 {held}，因过长而略去 {long}；SHA-256 {sha256}",
        "data: {pairs} pairs of {source}; {trained} trained on, {held} held out, {long} left out as too long; SHA-256 "
        "{sha256}",
    ),
    "cli_tune_word": Text("采纳者：{editors}；训练者：{by}，{at}", "accepted by: {editors}; trained by: {by}, {at}"),
    "cli_tune_base": Text("基础模型：{base}，SHA-256 {sha256}", "base: {base}, SHA-256 {sha256}"),
    "cli_tune_how": Text("{epochs} 轮，{steps} 步，秩 {rank}", "{epochs} epochs, {steps} steps, rank {rank}"),
}

HELP = (
    Text("适配器：用编辑已采纳的回答微调模型。", "Adapters: a model is tuned on answers that editors accepted."),
    Text("适配器的名称。", "Of the adapter."),
    Text(
        "训练一个适配器；被中断的训练从上一个检查点继续。",
        "Train an adapter; what was interrupted goes on from its last checkpoint.",
    ),
    Text(
        "内置模型、GGUF 文件，或 `transformers` 可读取的文件夹。",
        "An embedded model, a GGUF, or a folder that `transformers` reads.",
    ),
    Text(
        "导出的文件（`sft`），代替本主目录中已采纳的回答。",
        "An export (`sft`) in place of what is accepted in this home.",
    ),
    Text("采纳了文件中回答的编辑。", "The editor who accepted what is in FILE."),
    Text("只用于检验的比例。", "The share that is only measured."),
    Text("每对数据用几遍。", "How often each pair is seen."),
    Text("适配器矩阵的秩。", "Of the adapter's matrices."),
    Text("更长的数据不用。", "Longer pairs are left out."),
    Text("列出本主目录中的适配器。", "The adapters of this home."),
    Text(
        "适配器的说明卡：用什么数据、在哪个模型之上、经谁认可而训练，效果如何。",
        "The card of an adapter: what it was trained on, over which model, on whose word, and what came of it.",
    ),
    Text(
        "从现在起用一个适配器回答，在内置引擎中或 Ollama 服务器上。`off` 可还原。",
        "Answer with an adapter from now on, in the embedded engine or on the Ollama server. `off` goes back.",
    ),
    Text(
        "GGUF 形式的基础模型；适配器是在文件夹之上训练的时给出。",
        "The base as GGUF, where it was trained over a folder.",
    ),
    Text("在 Ollama 服务器上用它创建一个模型。", "Make a model of it on the Ollama server."),
    Text("Ollama 服务器上已有的基础模型。", "The base, where the Ollama server has it."),
    Text(
        "恢复使用启用适配器之前的模型。",
        "Answer with the model again that answered before an adapter was used.",
    ),
    Text(
        "删除一个适配器，或一次尚未完成的训练。用它在 Ollama 服务器上创建的模型不受影响。",
        "Delete an adapter, or a training that has not ended. A model made of it on an Ollama server stays there.",
    ),
)
