"""Greetings and questions about the product are told from questions to the documents, with the real embedding model."""

import pytest

from kb.answering.product_help import ProductHelp
from kb.config import Settings
from kb.language.language import language_of
from kb.models.embedders import open_embedder
from tests.kb.storage import SeededEmbedder


@pytest.fixture(scope="module")
def product() -> ProductHelp:
    return ProductHelp(open_embedder(Settings().embedding))


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "Hi there!",
        "Good morning.",
        "你好",
        "您好！",
        "早上好",
        "在吗？",
        "hey 👋",
        "你好呀",
        "Hello, everyone",
    ],
)
def test_a_greeting_is_greeted_back(product: ProductHelp, message: str) -> None:
    found = product.polite(message, language_of(message))
    assert found is not None
    assert (found.kind, found.text[:2]) == ("greeting", "您好" if language_of(message) == "zh" else "He")


@pytest.mark.parametrize("message", ["Thanks a lot!", "thank you", "谢谢你", "非常感谢！", "bye", "再见", "Goodbye."])
def test_thanks_and_farewells_are_answered(product: ProductHelp, message: str) -> None:
    found = product.polite(message, language_of(message))
    assert found is not None
    assert found.text in ("You are welcome.", "不客气。", "Goodbye!", "再见！")


ABOUT_THE_PRODUCT = [
    ("What can you do, and which file types do you support?", "PDF"),
    ("你是谁？", "知识库的助手"),
    ("hello, who are you", "assistant of this knowledge base"),
    ("介绍一下你自己", "知识库的助手"),
    ("你都会些什么", "知识库的助手"),
    ("What's your name?", "assistant of this knowledge base"),
    ("你叫什么名字", "知识库的助手"),
    ("What kind of questions can I ask you?", "assistant of this knowledge base"),
    ("which formats can you ingest", "EPUB"),
    ("are you able to read scanned pdfs?", "scanned"),
    ("你能看懂扫描件吗", "扫描"),
    ("can you speak Chinese?", "Chinese and English"),
    ("你会英语吗？", "中文和英文"),
    ("Are my chats stored by you?", "stay on the machine"),
    ("你会不会把我们的文件传出去？", "留在"),
    ("How do I teach you new documents?", "Documents"),
    ("怎样才能让你读到新的文件", "kb ingest"),
    ("你靠谱吗", "核对"),
    ("how reliable are your answers", "Check them"),
    ("你是哪个大模型？", "由哪个模型"),
    ("help", "assistant of this knowledge base"),
    ("帮助", "知识库的助手"),
]


def test_questions_about_the_product_have_the_help_on_them(product: ProductHelp) -> None:
    """One in ten may be missed."""
    found = {question: product.find(question, language_of(question)) for question, _ in ABOUT_THE_PRODUCT}
    missed = [
        question
        for question, said in ABOUT_THE_PRODUCT
        if said not in (help_.text if (help_ := found[question]) else "")
    ]
    assert len(missed) <= len(ABOUT_THE_PRODUCT) // 10, missed
    assert {help_.kind for help_ in found.values() if help_} == {"help"}


@pytest.mark.parametrize(
    "question",
    [
        "Can you carry over vacation days?", "How do you request parental leave?", "你怎么申请年假？",
        "What do you do if you lose your laptop?", "How can you join the pension plan?", "您如何重置密码？",
        "Can you bring your dog to the office?", "Who do you contact for payroll questions?",
        "What should you do in an emergency?", "你需要提前几天请假？", "How do you upload receipts to the portal?",
        "怎么上传报销单？", "Which browsers do you need for the portal?", "Could you summarise the leave policy?",
        "你能告诉我年假有几天吗？", "Can you tell me how many vacation days I get?", "你知道食堂几点开门吗？",
        "Which file types does the portal support?", "你们公司的年假有几天？", "Where is the help desk?",
    ],
)  # fmt: skip
def test_a_question_to_the_documents_is_left_to_them(product: ProductHelp, question: str) -> None:
    assert product.polite(question, language_of(question)) is None
    assert product.find(question, language_of(question)) is None


def test_two_questions_about_the_product_are_both_answered(product: ProductHelp) -> None:
    found = product.find("What can you do, and which file types do you support?", "en")
    assert found is not None
    assert [part[:4] for part in found.text.split("\n\n")] == ["I am", "I re"]
    again = product.find("你是谁？你是谁？", "zh")
    assert again is not None
    assert "\n" not in again.text


def test_with_another_embedding_model_only_what_is_certain_is_taken_for_no_question() -> None:
    product = ProductHelp(SeededEmbedder())
    product.warm_up()
    assert product.find("Who are you?", "en") is None
    assert product.find("help", "en") is not None
    assert product.polite("hello", "en") is not None
