"""Answer judge: whether a curated answer answers a question that was put in other words, as the language model judges.

The model is asked for a plain yes or no ("do the passages state the answer to exactly this question?"), with the answer
as the only passage; by no judge, which has learned from documents. Where it must lie was measured for the model that
comes with the product; others are not asked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from kb.answering import judgement, prompts
from kb.errors import KBError
from kb.language.language import language_of
from kb.models.llm import Model
from kb.schema import DEFAULT_OPTIONS, AskOptions, Passage

log = logging.getLogger(__name__)

SURE_OF_SHIPPED = 0.82
SURE: Mapping[str, float] = {"qwen2.5-coder-1.5b": SURE_OF_SHIPPED}
"""The probability of "yes" from which on the answer is given. The benchmark's 160 near misses have less, or share more
words with their question than `kb.review.same_question.in_other_words` admits."""


class AnswerJudge:
    """Asks the model that `model` opens at first need; none where it is None."""

    def __init__(self, model: Callable[[], Model] | None) -> None:
        self._model = model

    def answers(self, answer: str, questions: Sequence[str], options: AskOptions = DEFAULT_OPTIONS) -> bool:
        """Whether an answer surely answers each of these questions. False where no model can tell."""
        if self._model is None:
            return False
        try:
            model = self._model()
            if model.name not in SURE:
                return False
            options.take_turn()
            return all(
                (_probability(model, answer, question, options) or 0.0) >= SURE[model.name] for question in questions
            )
        except KBError as error:  # the question is answered as if there were no curated answer
            log.warning("no curated answer was judged (%s)", type(error).__name__)
            return False


def _probability(model: Model, answer: str, question: str, options: AskOptions) -> float | None:
    passage = Passage(
        rank=1, chunk_id=0, collection="", document="", version=0, page=None, start=0, end=len(answer), text=answer,
        section="", header="", title="", score=1.0, language=language_of(answer),
    )  # fmt: skip
    language = language_of(question)
    asked = prompts.judging(question, [passage], language)
    return judgement.probability_of_yes(model, asked, language, options.stop)
