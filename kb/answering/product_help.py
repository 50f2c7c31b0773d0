"""Product help: greetings, and questions about this product itself, which no document answers.

A question is about the product where it speaks to the assistant ("you") and comes near one of the examples of a topic.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kb.models.embedding import Embedder
from kb.models.maxsim import Vectors
from kb.schema import Language

NEAR = 0.90  # cosine of multilingual-e5-small to an example from which on a question is about the product
_FRAME = re.compile(  # asks the assistant, and not about it
    r"^\W{0,3}(?:(?:can|could|would|will) you (?:please )?(?:tell|show|explain to|give|remind) (?:me|us)\b"
    r"|do you (?:happen to )?know\b|你(?:能不能|能|可以|可不可以)?(?:告诉我?|跟我说|和我说|说说|讲讲)|你知道(?!自己))",
    re.IGNORECASE,
)
_SECOND_PERSON = re.compile(
    r"\b(?:you|your|yours|yourself|this (?:assistant|tool|app|product))\b|[你您]|本助手|这个助手", re.I
)
_CLAUSE_END = re.compile(r"[,;?!，；？！。、]|\band\b", re.I)
_NOT_A_WORD = re.compile(r"[^\w]+|_+")
_GREETING = re.compile(
    r"(?:hello|hi|hey|hiya|good (?:morning|afternoon|evening)|greetings)(?: (?:there|all|everyone|again))?"
    r"|(?:你|您|大家|各位)好[啊呀]?|嗨|哈[喽罗啰]|(?:早上|上午|中午|下午|晚上)好|早安|在吗|在不在"
)
_THANKS = re.compile(
    r"(?:many )?(?:thanks|thank you|thx)(?: (?:a lot|so much|very much|for your help))?"
    r"|(?:非常|十分)?(?:谢谢|感谢|多谢)(?:你|您|了|啦|您的帮助|你的帮助)?|辛苦了"
)
_FAREWELL = re.compile(r"(?:good ?)?bye(?: bye)?|see you(?: later| tomorrow)?|再见|拜拜|回头见")
_FOR_HELP = ("help", "help me", "帮助", "使用帮助", "使用说明")

Said = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Help:
    """What is said without documents and model."""

    kind: Literal["greeting", "help"]
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Topic:
    examples: tuple[str, ...]
    said: Said


_POLITE: tuple[tuple[re.Pattern[str], Said], ...] = (
    (_GREETING, {"en": "Hello! Ask me something about your documents.", "zh": "您好！请就您的文档提问。"}),
    (_THANKS, {"en": "You are welcome.", "zh": "不客气。"}),
    (_FAREWELL, {"en": "Goodbye!", "zh": "再见！"}),
)
_TOPICS = (
    _Topic(
        (
            "What can you do?", "Who are you?", "What are you?", "How can you help me?", "What can I ask you?",
            "What is this assistant for?", "你是谁？", "你能做什么？", "你有什么功能？", "这个助手是做什么的？",
            "你可以怎么帮我？", "我可以问你什么？",
        ),
        {
            "en": "I am the assistant of this knowledge base. I answer questions from the documents that were added "
            "to it, in Chinese and in English, and show for each sentence the words it rests on; where the "
            "documents are silent I say so. Filters beside the question limit where I look, and you can talk to the "
            "model without documents.",
            "zh": "我是这个知识库的助手。我根据已添加的文档用中文或英文回答问题，并为每句话标出它所依据的原文；文档"
            "没有写到的，我会直接说明。问题旁边的筛选条件可以限定查找范围，也可以不用文档、直接与模型对话。",
        },
    ),
    _Topic(
        (
            "Which file types do you support?", "What file formats can you read?",
            "Can you read PDF and Word files?", "Can you read scanned pages?", "你支持哪些文件类型？",
            "你能读哪些格式的文件？", "你能读取PDF和Word文件吗？", "你能识别扫描件吗？",
        ),
        {
            "en": "I read PDF (typed or scanned), Word, PowerPoint and Excel files old and new, OpenDocument text, "
            "rich text, web pages, Markdown, reStructuredText, Org, plain text, CSV, JSON, YAML, XML, e-books "
            "(EPUB), mails (.eml, .msg) with their attachments, images (PNG, JPEG, TIFF, BMP, HEIC), and ZIP "
            "archives of these. Scanned pages are recognised in Chinese and English.",
            "zh": "我能读取 PDF（文字版或扫描件）、新旧版本的 Word、PowerPoint 和 Excel、OpenDocument 文本、RTF、网"
            "页、Markdown、reStructuredText、Org、纯文本、CSV、JSON、YAML、XML、电子书（EPUB）、邮件（.eml、.msg）及"
            "其附件、图片（PNG、JPEG、TIFF、BMP、HEIC），以及含有这些文件的 ZIP 压缩包。扫描页会识别其中的中文和英文"
            "。",
        },
    ),
    _Topic(
        (
            "How do I add documents to you?", "How can I upload my files to you?", "How do you learn new documents?",
            "怎么给你添加文档？", "我怎么把文件上传给你？", "怎么让你学习新文件？",
        ),
        {
            "en": "On the page Documents: drop files there, or name a folder of the machine that runs the service. "
            "At its terminal: `kb ingest FOLDER`. A document answers questions once it is listed there.",
            "zh": "在“文档”页面中拖入文件，或者指定运行本服务的机器上的文件夹；也可以在终端执行 `kb ingest 文件夹`。"
            "文档在列表中出现后，就可以提问了。",
        },
    ),
    _Topic(
        (
            "Do you send my data anywhere?", "Are my questions kept private by you?", "Do you store what I ask?",
            "Do you need the internet?", "你会把我的数据发到外面吗？", "你会保存我的提问吗？", "你需要联网吗？",
        ),
        {
            "en": "Documents, questions and answers stay on the machine that runs this service. It connects to "
            "nothing outside, except for hosts that its operator has listed (`privacy.allow`). Conversations are "
            "kept there until they are deleted, and a trail of what was asked is kept for audits.",
            "zh": "文档、问题和回答都留在运行本服务的机器上。除了管理员列明的主机（`privacy.allow`），它不连接任何外"
            "部地址。对话会保存在本机，直到被删除；另有一份提问记录供审计使用。",
        },
    ),
    _Topic(
        (
            "Which model are you?", "Are you ChatGPT?", "What language model do you use?", "Are you DeepSeek?",
            "你用的是什么模型？", "你是ChatGPT吗？", "你是DeepSeek吗？",
        ),
        {
            "en": "Which model wrote an answer stands below it, and the page Models shows which one is in use. It "
            "runs on this machine, or on an Ollama server that the operator has named. This text was written by no "
            "model.",
            "zh": "每个回答下方都写明由哪个模型写成，“模型”页面显示当前使用的模型。它运行在本机，或管理员指定的 "
            "Ollama 服务器上。这段说明不是模型写的。",
        },
    ),
    _Topic(
        (
            "Which languages do you speak?", "Can you answer in Chinese?", "Do you understand English?",
            "你会说哪些语言？", "你能用英文回答吗？", "你懂中文吗？",
        ),
        {
            "en": "Chinese and English. I answer in the language of the question, also where the documents are in "
            "the other one.",
            "zh": "中文和英文。我用提问的语言回答，即使文档是另一种语言。",
        },
    ),
    _Topic(
        (
            "Can I trust your answers?", "How accurate are you?", "How do you check your answers?",
            "What do the numbers in your answers mean?", "你的回答可靠吗？", "你的准确率怎么样？",
            "你怎么核对回答？", "你的回答后面的数字是什么意思？",
        ),
        {
            "en": "Check them: each number after a sentence opens the words it rests on. A sentence that nothing in "
            "the documents confirms is marked as unverified. The check compares words, numbers, dates and names; it "
            "does not understand, and a confirmed sentence may still leave out a condition.",
            "zh": "请加以核对：每句话后面的数字可以打开它所依据的原文。文档中没有任何内容能证实的句子会标为“未证实”"
            "。核对的是词语、数字、日期和名称，并不理解含义；已证实的句子也可能漏掉某个条件。",
        },
    ),
)  # fmt: skip
_EXAMPLES = [(example, topic) for topic in _TOPICS for example in topic.examples]


class ProductHelp:
    """Knows what is no question to the documents. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._examples: Vectors | None = None  # shape (examples, dimension), in their order

    def warm_up(self) -> None:
        """Embed the examples now instead of at the first question that speaks to the assistant."""
        if self._embedder.evidence_floors:
            self._vectors()

    def polite(self, question: str, language: Language) -> Help | None:
        """The reply to a greeting, to thanks or to a farewell that is nothing else."""
        bare = _bare(question)
        said = next((said for pattern, said in _POLITE if pattern.fullmatch(bare)), None)
        return Help("greeting", said[language]) if said else None

    def find(self, question: str, language: Language) -> Help | None:
        """The help on what is asked about the product; None where the question is not about it.

        The cosines are those of multilingual-e5-small: with an embedding model of one's own there is none.
        """
        if _bare(question) in _FOR_HELP:
            return Help("help", _TOPICS[0].said[language])
        if not (self._embedder.evidence_floors and _SECOND_PERSON.search(_FRAME.sub(" ", question))):
            return None
        nearest = self._nearest(question)
        if nearest is None:
            return None
        asked = [nearest]
        parts = [part.strip() for part in _CLAUSE_END.split(question) if _SECOND_PERSON.search(part)]
        if len(parts) > 1:  # each may be a question of its own
            asked = list(dict.fromkeys(topic for part in parts if (topic := self._nearest(part)))) or asked
        return Help("help", "\n\n".join(topic.said[language] for topic in asked))

    def _nearest(self, question: str) -> _Topic | None:
        """The topic with the example that is nearest to a question, where it is near."""
        cosines = self._vectors() @ self._embedder.embed_question(question).vector
        best = int(cosines.argmax())
        return _EXAMPLES[best][1] if cosines[best] >= NEAR else None

    def _vectors(self) -> Vectors:
        with self._lock:
            if self._examples is None:
                self._examples = np.stack([self._embedder.embed_question(example).vector for example, _ in _EXAMPLES])
            return self._examples


def _bare(question: str) -> str:
    """Its words alone, in lower case."""
    return _NOT_A_WORD.sub(" ", question).strip().lower()
