"""The page Review: judged answers with their evidence, which editors correct, mark, accept or dismiss."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from kb.errors import KBError, UsageError
from kb.review.reviews import STATES, Mark, Review
from kb.review.training import FORMATS, export, line_of
from kb.schema import Passage, Principal
from ui.html import chat as html_chat
from ui.html import reviews as html_reviews
from ui.html.blocks import block, heading
from ui.page import session
from ui.page.panel import panel, show_html, show_problem
from ui.page.session import ShownPlace
from ui.service import runtime
from ui.words.strings import Strings

_OPEN, _PROBLEM, _DONE, _FOUND = "review-open", "review-problem", "review-done", "review-found"
_MOST = 200  # reviews of the list
_SNIPPET = 90  # characters of a passage in the field that marks them
_CURATED = "curated"


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    session.check(service, "review")
    show_html(heading(t("review_title"), t("review_intro")))
    show_problem(_PROBLEM, "review_failed", t)
    if st.session_state.pop(_DONE, False):
        show_html(block("notice", t("review_done"), "status"))
    try:
        opened = st.session_state.get(_OPEN)
        if opened is None:
            _list(service, t)
        else:
            id, seen = opened
            _one(service, id, seen, t)
    except KBError as error:
        st.session_state.pop(_OPEN, None)
        show_html(html_chat.problem(t("review_failed"), t.message(error)))
        st.button(t("review_back"), key="review-back")


def _list(service: runtime.Service, t: Strings) -> None:
    reviews, asker = service.kb.reviews, session.asker(service)
    if withdrawn := [r for r in reviews.listed(asker, curated=True, limit=_MOST) if r.withdrawn]:
        words = t.count("review_withdrawn", len(withdrawn))
        show_html(block("notice warn", words, "status"))
    names: dict[str, str] = {state: t(f"review_state_{state}") for state in STATES}
    names[_CURATED] = t("review_curated")
    shown = st.segmented_control(
        t("review_shown"), list(names), format_func=names.__getitem__, default="open", required=True,
        key="review-part", label_visibility="collapsed",
    )  # fmt: skip
    state = next((each for each in STATES if each == shown), None)
    found = reviews.listed(asker, state=state, curated=shown == _CURATED, limit=_MOST)

    def look(_name: str, id: str) -> None:
        try:
            _open(reviews.get(session.asker(service), id))
        except KBError as error:
            st.session_state[_PROBLEM] = t.message(error)

    panel(html_reviews.listed(found, t), key="reviews", on_action=look)
    _exporting(service, t)


def _exporting(service: runtime.Service, t: Strings) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom", key="review-export-row")
    form = row.selectbox(
        t("review_format"), list(FORMATS), format_func=lambda name: t(f"review_format_{name}"), key="review-format",
        width=260,
    )  # fmt: skip

    def lines() -> str:
        session.check(service, "review")
        return "".join(map(line_of, export(service.kb.reviews, service.kb.catalog, session.asker(service), form)))

    row.download_button(
        t("review_export"), lines, f"feedback-{form}.jsonl", "application/x-ndjson", key="review-export",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _open(review: Review) -> None:
    """Look at a review, as it is in this version."""
    st.session_state[_OPEN] = (review.id, review.version)
    st.session_state.pop(_FOUND, None)


def _close() -> None:
    st.session_state.pop(_OPEN, None)


# ---- one answer


def _one(service: runtime.Service, id: str, seen: int, t: Strings) -> None:
    review = service.kb.reviews.get(session.asker(service), id)
    row = st.container(horizontal=True, key="review-top")
    row.button(t("review_back"), key="review-back", icon=":material/arrow_back:", on_click=_close)
    if review.version != seen:
        row.button(t("review_reload"), key="review-reload", on_click=lambda: _open(review))

    def show(name: str, number: str) -> None:
        places = _places_of(review) if name == "source" else _sources_of(review.passages)
        at = next((i for i, place in enumerate(places) if place.marker == int(number)), 0)
        session.show_sources(places, at)

    panel(html_reviews.one(review, t), key=f"review-{id}", on_action=show)
    _form(service, review, seen, t)


def _sources_of(passages: Sequence[Passage]) -> list[ShownPlace]:
    return [
        ShownPlace(p.collection, p.document, p.version, p.page, p.start, p.end, p.section, p.rank) for p in passages
    ]


def _places_of(review: Review) -> list[ShownPlace]:
    sources = review.correction.sources if review.correction else ()
    return [
        ShownPlace(s.collection, s.document, s.version, s.page, s.start, s.end, "", s.marker)
        for s in sources
        if s.document
    ]


def _form(service: runtime.Service, review: Review, seen: int, t: Strings) -> None:
    reviews, correction = service.kb.reviews, review.correction

    def key(field: str) -> str:  # other fields for another version: what was typed does not hide what is kept
        return f"review-{field}-{review.id}-{seen}"

    offered = _offered(service, review)
    answer = correction.answer if correction else review.judged.answer if review.judged else ""
    question = correction.question if correction else review.searched or review.question
    kept = [mark for mark in offered if correction and mark in [_mark(s) for s in correction.sources]]
    st.text_area(t("review_question"), question, key=key("question"), help=t("review_question_help"), height=68)
    st.text_area(t("review_right"), answer, key=key("answer"), help=t("review_right_help"), height=140)
    with st.form(f"review-find-{review.id}", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom", key="review-find-row")
        row.text_input(t("review_find"), key=key("find"), placeholder=t("review_find_example"))
        row.form_submit_button(
            t("review_find"),
            key="review-find",
            on_click=lambda: _find(service, st.session_state.get(key("find"), ""), t),
        )
    st.multiselect(
        t("review_marks"), list(offered), default=kept, format_func=lambda mark: offered[mark], key=key("marks"),
        placeholder=t("review_marks_none"),
    )  # fmt: skip
    st.text_input(t("review_words"), key=key("words"), help=t("review_words_help"))
    also = "\n".join(correction.also) if correction else ""
    st.text_area(t("review_also"), also, key=key("also"), help=t("review_also_help"), height=68)

    def value(field: str) -> Any:
        return st.session_state.get(key(field))

    def save(asker: Principal) -> Review:
        marks = _narrowed(service, asker, value("marks") or [], value("words") or "")
        return reviews.correct(
            asker, review.id, seen, question=value("question") or "", answer=value("answer") or "", marks=marks,
            also=(value("also") or "").splitlines(),
        )  # fmt: skip

    def changed() -> bool:
        typed = (value("question"), value("answer"), value("also"), value("marks") or [], value("words") or "")
        return typed != (question, answer, also, kept, "")

    def accept(asker: Principal, curated: bool) -> Review:
        """Accept what stands in the fields; what was typed is kept first."""
        version = save(asker).version if changed() else seen
        return reviews.accept(asker, review.id, version, curated=curated)

    row = st.container(horizontal=True, key="review-acts")
    acts: list[tuple[str, Callable[[Principal], Review], bool]] = [
        ("save", save, False),
        ("accept", lambda asker: accept(asker, False), False),
        ("accept_curated", lambda asker: accept(asker, True), True),
        ("dismiss", lambda asker: reviews.dismiss(asker, review.id, seen), False),
    ]
    if review.curated:
        acts.append(("withdraw", lambda asker: reviews.withdraw(asker, review.id, seen), False))
    for name, act, first in acts:
        row.button(
            t(f"review_{name}"), key=f"review-{name}", type="primary" if first else "secondary",
            on_click=_do, args=(service, t, act, name == "save"),
        )  # fmt: skip


def _do(service: runtime.Service, t: Strings, act: Callable[[Principal], Review], stay: bool) -> None:
    """Do what an editor asked for. What is refused is told, and what they typed stays."""
    try:
        session.check(service, "review")
        review = act(session.asker(service))
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
        return
    st.session_state[_DONE] = True
    if stay:
        _open(review)
    else:
        _close()


def _find(service: runtime.Service, words: str, t: Strings) -> None:
    """Look for other passages, which are offered to be marked."""
    try:
        found = service.kb.search(words, session.asker(service), 10)
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
        return
    st.session_state[_FOUND] = found.passages


def _offered(service: runtime.Service, review: Review) -> dict[Mark, str]:
    """The passages that can be marked, with what stands in the field for each: those of the correction, those that were
    found for the question, and those that the editor found."""
    found: Sequence[Passage] = (*review.passages, *st.session_state.get(_FOUND, ()))
    offered: dict[Mark, str] = {}
    for source in review.correction.sources if review.correction else ():
        if source.standing == "current":
            offered[_mark(source)] = _place_label(source.document, source.quote)
    for passage in found:
        mark = Mark(passage.collection, passage.document, passage.start, passage.end, passage.version)
        offered.setdefault(mark, _place_label(passage.document, passage.text))
    return offered


def _mark(source: Any) -> Mark:
    return Mark(source.collection, source.document, source.start, source.end, source.version)


def _place_label(document: str, text: str) -> str:
    words = " ".join(text.split())
    return f"{document.rpartition('/')[2]}: {words if len(words) <= _SNIPPET else f'{words[:_SNIPPET]}…'}"


def _narrowed(service: runtime.Service, asker: Principal, marks: Sequence[Mark], words: str) -> list[Mark]:
    """The marks; where words are given, those passages that hold them are narrowed down to them."""
    words = words.strip()
    if not words:
        return [*marks]
    narrowed, met = [], False
    for mark in marks:
        text = service.kb.stored_text(asker, mark.collection, mark.document, mark.version).text
        at = text.find(words, mark.start, mark.end)
        met = met or at >= 0
        narrowed.append(mark if at < 0 else Mark(mark.collection, mark.document, at, at + len(words), mark.version))
    if not met:
        raise UsageError("review.no_words")
    return narrowed
