"""Forms of words: what a question asks for, and what speaks of something that was named before."""

import re

_HOW_MANY = "多少|几[个天年月日点次人名小岁倍项种]"
OPEN_QUESTION = re.compile(  # what no "yes" answers
    r"\b(?:what|how|when|where|who|whom|whose|why|which)\b|什么|怎|" + _HOW_MANY + r"|何时|哪|谁|为何|如何",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    r"(?:\A|[,:;.!?。！？]\s*|\b(?:and|but|so)\s+)(?:(?:ca|wo|sha)(?=n['’]t)|is|are|am|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should"
    r"|will|would|need)(?:n['’]t)?\s(?!.*\bor\b)"
    r"|吗|(?<![什怎多这那])[么嘛不][?？\s]*\Z|有无|是否|[能可会]否|((?!时)[一-鿿])[不没]\1",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\b(?:what|how|who|whom|whose|why|which)\b|什么|怎|哪|为何|如何", re.IGNORECASE)
_TELLING = re.compile(  # "can you tell me when"
    r"\b(?:tell|know|explain|show|say|describe)\b|告诉|知道|说明|介绍|解释|请问", re.IGNORECASE
)
ASKS = re.compile(r"[?？][\s*_]*\Z")  # a question
ALTERNATIVES = re.compile(r"\bor\b|\bwhich of\b|还是|哪个|哪一|哪种", re.IGNORECASE)
PRONOUN = re.compile(r"\b(?:he|she|it|they|his|her|its|their|this|these)\b|[他她它其该此]", re.IGNORECASE)
WHEN_ASKED = re.compile(
    r"\b(?:when|(?:what|which) (?:time|date|day|month|year)|how (?:soon|late|early)|until|since|by what)\b"
    r"|何时|什么时[候间]|[几哪]一?[点天日号年月]|何年|年份|多会儿|时间|日期|多久|截[止至]|到期|早上|下午|晚上",
    re.IGNORECASE,
)


def asks_whether(question: str) -> bool:
    """Whether a question is answered by yes or no."""
    asked = _WHETHER.search(question)
    if asked is None or _OPENS.search(question[: asked.start()]):
        return False
    telling = _TELLING.search(question)
    return not (telling and OPEN_QUESTION.search(question, telling.end()))
