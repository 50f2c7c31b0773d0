"""Follow-ups: a question rewritten by the model so that it stands alone. The rewriting must ask the same, and bring
nothing in that nobody asked about."""

import re
import threading
from collections.abc import Callable, Sequence

from kb.answering import prompts
from kb.answering.answer_builder import Draft
from kb.language.content_terms import content_of, is_number
from kb.language.language import CJK, nfkc, squeezed
from kb.language.proper_names import codes_in
from kb.models.llm import Model
from kb.schema import AskOptions, Language, Message

_ASKS = re.compile(  # what makes a sentence a question, or a request
    r"[?？]\W{0,3}$|^\W{0,3}(?:and |or |but |so )?(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do"
    r"|does|did|can|could|may|must|should|shall|will|would|has|have|had|am|list|name|tell|show|give|explain|describe"
    r"|compare|summari[sz]e|find)\b|什么|怎|如何|多少|多久|多长|多大|几|谁|哪|吗|呢|是否|何时|为何|请|有没有|能否|列出|列一|说明|介绍|比较|对比|总结|概括|归纳",
    re.I,
)
_REFERS = re.compile(
    r"\b(?:these|those|them|they)\b|其中|这些|那些|上述|[它他她]们", re.IGNORECASE
)  # and stands not alone
_LEANS = re.compile(
    r"^\W*(?:and|or|but|so|also|then|what about|how about)\b|\b(?:it|its|they|them|their|he|she|his|hers?|him|this|that"
    r"|these|those|ones?|there|same|other)\b|[它他她那这其该]|^(?:还有|换|跟|再)|也|一样|呢\W*$",
    re.IGNORECASE,
)
FEWEST_WORDS = 2.0  # weight of the words of a question that stands by itself; see `content_of`
LONGEST_BEFORE = 200  # characters of the question before a follow-up that no rewriting is found for
_TOKENS = 96  # that a rewriting may take
_ROOT = 4  # letters that two forms of one word share: "reimburse", "reimbursement"


def put_alone(draft: Draft, model: Callable[[], Model], history: Sequence[Message], options: AskOptions) -> None:
    """Make what is searched for a follow-up self-contained, once. Raises ModelError."""
    if not draft.stands_alone:
        options.take_turn()
        draft.searched = standalone(model(), draft.question, history, draft.language, options.stop)
        draft.stands_alone = True


def standalone(
    model: Model, question: str, history: Sequence[Message], language: Language, stop: threading.Event | None
) -> str:
    """A follow-up question made self-contained by the model. Where the rewriting says more than was asked, answers it,
    or refers to what was said, the model is asked once more, and shown the earlier questions alone; where that fails,
    too, the question, with the one before it where it leans on that."""
    for with_answers in (True, False):
        asked = prompts.standalone(question, history, language, with_answers=with_answers)
        rewritten = model.complete(asked, answer_tokens=_TOKENS, stop=stop)
        line = next((line.strip() for line in rewritten.splitlines() if line.strip()), "")
        fits = len(line) <= 4 * len(question) + 200 and not _REFERS.search(line)
        if line and fits and keeps_to(line, question, history):
            return line
    before = next((turn.content for turn in reversed(history) if turn.role == "user"), "")
    joined = before and len(before) <= LONGEST_BEFORE and _leans_on(question)
    return f"{before} {question}" if joined else question


def _leans_on(question: str) -> bool:
    """Whether a question says too little by itself, or names something by what was said before."""
    return bool(_LEANS.search(question)) or sum(content_of(question).values()) <= FEWEST_WORDS


def keeps_to(rewriting: str, question: str, history: Sequence[Message]) -> bool:
    """Whether a rewriting is a question, and each of its words stands in the question or in the conversation.

    It is no earlier question again. A number must stand in a question: one that only an answer gave would ask for what
    was answered already. A name with a digit in it, such as P2, may come from an answer.
    """
    earlier = {squeezed(turn.content) for turn in history if turn.role == "user"}
    if not _ASKS.search(rewriting.strip()) or squeezed(rewriting) in earlier - {squeezed(question)}:
        return False
    asked = "\n".join([question, *(turn.content for turn in history if turn.role == "user")])
    said = "\n".join([asked, *(turn.content for turn in history if turn.role == "assistant")])
    asked_content, said_content = content_of(asked), content_of(said)
    codes = codes_in(said)
    said_letters = nfkc(said).casefold()
    for token in content_of(rewriting):
        if is_number(token):
            if token not in asked_content and not any(token[1:] in code for code in codes):
                return False
        elif token not in said_content and not _is_known(token, said_content, said_letters):
            return False
    return codes_in(rewriting) <= codes


def _is_known(token: str, said: dict[str, float], letters: str) -> bool:
    """Whether a token stands in what was said in another form. Of Chinese a pair may be cut across two words."""
    if CJK.search(token):
        return all(character in letters for character in token)
    root = token[: max(_ROOT, len(token) - 3)]
    return len(token) > _ROOT and any(known.startswith(root) for known in said)
