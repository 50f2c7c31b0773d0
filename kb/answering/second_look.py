"""The second look: an answer that the model's judgement refuses, written out of sight, and kept where the verifier is
sure of it."""

import logging
from collections.abc import Callable, Iterable

from kb.answering import prompts
from kb.answering.answer_builder import Draft
from kb.answering.judgement import STATED
from kb.checking.citations import CheckedAnswer
from kb.errors import ModelError
from kb.messages.coded_text import text_in
from kb.schema import AskOptions, Event

log = logging.getLogger(__name__)


def second_look(
    draft: Draft,
    write: Callable[[Draft], Iterable[Event]],
    check: Callable[[str, Draft], CheckedAnswer],
    options: AskOptions,
) -> tuple[CheckedAnswer | None, str]:
    """What the model writes, checked, if the documents surely state every sentence of it; the draft then goes on with
    it. Else None, the draft is as it was but for the tokens, and what was written is for the audit trail.

    `check` is strict (`kb.checking.citations.cite`). Raises ModelError where the reader stops it.
    """
    trial, text, cited = draft.apart(), "", None
    try:
        for _ in write(trial):
            pass
        text = prompts.without_task("".join(trial.text), draft.language, trial.prompt_passages)
        if text and not prompts.says_only_not_found(text):
            cited = check(text, trial)
    except ModelError as error:  # it was refused before
        log.warning("an answer that was refused was not looked at again (%s)", type(error).__name__)
    draft.usage = trial.usage
    if options.stopped:
        raise ModelError(text_in(draft.language, "answer.stopped"))
    if cited is None or not _is_sure(cited):
        return None, text
    draft.take_over(trial)
    return cited, text


def _is_sure(cited: CheckedAnswer) -> bool:
    return (
        cited.stated >= STATED
        and cited.grounded
        and not cited.superseded
        and all(claim.supported or claim.reason == "conflict" for claim in cited.claims)
    )
