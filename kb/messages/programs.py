"""What programs ask in the manner of OpenAI."""

from kb.messages.template import Template

PROGRAMS: dict[str, Template] = {
    "openai.one_answer": Template(
        "n = {n} is not taken: there is one answer. Leave it out, or send 1.",
        "不接受 n = {n}：只有一个回答。请省略它，或发送 1。",
    ),
    "openai.not_taken": Template("{name} is not taken: {why}", "不接受 {name}：{why}"),
    "openai.no_embedding_model": Template(
        "There is no embedding model {model!r} here. There is {own!r}.", "这里没有向量模型 {model!r}。有 {own!r}。"
    ),
    "openai.dimensions": Template(
        "dimensions = {dimensions} is not taken: the vectors of {own} have {count}. Leave it out.",
        "不接受 dimensions = {dimensions}：{own} 的向量有 {count} 维。请省略它。",
    ),
    "openai.input_empty": Template("input is empty. Send at least one text.", "input 是空的。请至少发送一段文字。"),
    "openai.too_many_inputs": Template(
        "input holds {count:,} texts; at most {most:,} are taken at once. Send fewer.",
        "input 有 {count:,} 段文字；一次最多接受 {most:,} 段。请少发一些。",
    ),
    "openai.input_tokens": Template(
        "input holds numbers of tokens, which are those of another model. Send texts (in LangChain: "
        "check_embedding_ctx_length=False).",
        "input 中是词元编号，属于另一个模型。请发送文字（LangChain 中用 check_embedding_ctx_length=False）。",
    ),
    "openai.input_empty_text": Template("input holds an empty text. Leave it out.", "input 中有空的文字。请去掉它。"),
    "openai.last_message": Template(
        "The last message must be the user's: it is what is answered.", "最后一条消息必须是用户的：回答的就是它。"
    ),
    "openai.no_tools": Template(
        "{at}: calls of tools are not taken. Send texts of the user and the assistant; agents reach the "
        "documents by MCP, at /mcp.",
        "{at}：不接受工具调用。请发送用户与助手的文字；智能体可通过 MCP（/mcp）访问文档。",
    ),
    "openai.no_content": Template(
        "{at}: the message has no content. Send a text.", "{at}：这条消息没有内容。请发送文字。"
    ),
    "openai.texts_only": Template(
        "{at}: a part of the type {kind!r} is not taken: only texts are. Put files into the knowledge base "
        "with `kb ingest` or on its page, and ask about them.",
        "{at}：不接受类型为 {kind!r} 的部分：只接受文字。请用 `kb ingest` 或在页面上把文件放进知识库，再就它们提问。",
    ),
    "openai.no_model": Template("There is no model {name!r}. There are: {names}.", "没有模型 {name!r}。有：{names}。"),
    "openai.no_functions": Template(
        "the model calls no tools. Leave it out (in Open WebUI: set Function Calling of the model to "
        "Legacy); agents reach the documents by MCP, at /mcp.",
        "模型不调用工具。请省略它（在 Open WebUI 中把该模型的 Function Calling 设为 Legacy）；智能体可通过 "
        "MCP（/mcp）访问文档。",
    ),
    "openai.no_probabilities": Template(
        "the engines tell no probabilities of words. Leave it out.", "引擎不提供词语的概率。请省略它。"
    ),
    "openai.no_bias": Template("the engines take none. Leave it out.", "引擎不接受它。请省略它。"),
    "openai.no_stop": Template(
        "an answer is checked as a whole. Leave it out; closing the connection stops an answer.",
        "回答是整体核对的。请省略它；断开连接即可停止回答。",
    ),
    "openai.no_documents": Template(
        "this model answers without documents. Leave it out, or ask the model kb.",
        "该模型不使用文档。请省略它，或改用模型 kb。",
    ),
    "openai.text_alone": Template("answers are text. Leave it out.", "回答是文字。请省略它。"),
}
