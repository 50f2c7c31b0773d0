"""Handling: from a question to the answer of the request that it is."""

import re
from collections.abc import Generator, Sequence
from dataclasses import replace

from kb.answering.follow_up import put_alone
from kb.answering.prompts import few_shot
from kb.answering.replacements import place_of
from kb.checking.year_mismatch import names_editions
from kb.errors import DocumentNotFound
from kb.language.language import listed
from kb.messages.coded_text import text_in
from kb.requests.comparison import compare
from kb.requests.desk import Desk
from kb.requests.document_names import documents_named, documents_told, share_named
from kb.requests.listing import list_all
from kb.requests.mentions import find_documents
from kb.requests.recognition import Compare, FindDocuments, ListAll, Request, Summarise, bare_name, recognise
from kb.requests.referents import asked_back, without_referent
from kb.requests.summary import summarise
from kb.requests.understanding import understood
from kb.schema import Answer, Document, Event, Language, Message, Notice
from kb.store.scopes import nothing_found

_BEHIND_NAME = re.compile(r"[:;] |[：；，]|, ")  # what a summary shall say of it
_SECTION_OF = re.compile(  # "the section on fees of …", …里赔偿这一章, …的第三章
    r"^(?:section|chapter|part|article|clause)\b.{0,60}? (?:of|in) "
    r"|(?:里面|里|中)?的?(?:第.{1,4}[章节条部]分?|[^里中的]{1,12}[这那]?[一]?(?:章|节|部分|条))$",
    re.I,
)
_REFERS = re.compile(  # to what was said before
    r"\b(?:it|its|them|they|this|that|these|those|ones?)\b|[它那这其该]|上述|前面|刚才", re.I
)
_COMPARES = re.compile(
    r"\bcompar|\bdiffer|\bside by side\b|\bwhat(?:'s| is| has| have)?(?: been)? (?:changed|new)\b"
    r"|对比|比较|区别|不同|改了|变了",
    re.I,
)
NAMED = 0.4  # share of what was said that must stand in the name of a document that is found by it
_MOST_NAMED = 6  # documents that are offered where a name fits several

WHICH = {
    "en": "Which document do you mean? Name one of them, or choose it in the filter: {}.",
    "zh": "您指的是哪个文档？请写明其中一个，或在筛选条件中选定：{}。",
}
_TRANSLATE: dict[Language, str] = {
    "en": "Translate this title of a document into Chinese. Write only the translation.\n{}",
    "zh": "把这个文档标题译成英文，只写译文。\n{}",
}
_TRANSLATED: dict[Language, tuple[str, str]] = {
    "en": ("canteen rules", "食堂管理办法"),
    "zh": ("食堂管理办法", "canteen rules"),
}


def handled(desk: Desk, history: Sequence[Message]) -> Generator[Event, None, Answer | None]:
    """The answer where the question is a request; None for an ordinary question, before any event."""
    draft = desk.draft
    if history and (told := _told_last(recognise(draft.question), history, desk)) is not None:
        return (yield from _summarised(told, desk))
    if history and not _is_plain(draft.question):
        put_alone(draft, desk.open_model, history, desk.options)
    match _request(desk):
        case FindDocuments() as asked:
            return (yield from find_documents(asked, desk))
        case ListAll() as asked:
            return (yield from list_all(asked, desk))
        case Summarise() as asked:
            return (yield from _summary(asked, desk, history))
        case Compare() as asked:
            return (yield from _comparison(asked, desk))
    if not history and (word := without_referent(draft.question)) and len(desk.documents()) != 1:
        return replace(draft.finished(asked_back(word, draft.language)), kind="clarify")
    return None


def _is_plain(question: str) -> bool:
    """Whether a question in a conversation is a request by itself."""
    asked = recognise(question)
    return asked is not None and getattr(asked, "sure", True) and not _REFERS.search(question)


def _request(desk: Desk) -> Request | None:
    """What is plainly asked; else what the classifier and the model take it for."""
    plain = recognise(desk.draft.searched)
    match plain:
        case Summarise(sure=False):
            return understood(desk, "summary") or plain
        case ListAll(sure=False):
            return understood(desk, "list") or plain
    question = desk.draft.searched
    compares = names_editions(question) or _COMPARES.search(question)
    return plain or understood(desk, "comparison" if compares else "fact")


def _comparison(asked: Compare, desk: Desk) -> Generator[Event, None, Answer | None]:
    try:
        return (yield from compare(asked, desk))
    except DocumentNotFound:
        said = "; ".join(dict.fromkeys(passage.document for passage in desk.draft.passages))
        return desk.draft.found_nothing(
            [Notice("document_deleted", text_in(desk.language, "answer.document_deleted", documents=said))]
        )


def _summary(asked: Summarise, desk: Desk, history: Sequence[Message]) -> Generator[Event, None, Answer | None]:
    draft, documents = desk.draft, desk.documents()
    if not documents:
        return draft.found_nothing([nothing_found(desk.scope, desk.catalog.documents(desk.asker), desk.language)])
    if asked.name:
        meant = (
            documents_named(asked.name, documents)
            or documents_named(_BEHIND_NAME.split(asked.name)[0], documents)
            or documents_named(bare_name(_SECTION_OF.sub("", asked.name)), documents)
            or _found_by_subject(asked.name, asked, documents, desk)
            or _named_otherwise(asked, documents, desk)
        )
    else:
        meant = (documents_told(draft.searched, documents) if not history else []) or documents
    if len(meant) == 1:
        return (yield from _summarised(meant[0], desk))
    if not meant or history or not asked.sure:  # a subject, or something of the conversation
        return None
    names = [f"“{document.path}”" for document in meant[:_MOST_NAMED]]
    text = WHICH[desk.language].format(listed(names, desk.language))
    return replace(draft.finished(text), kind="clarify")


def _summarised(document: Document, desk: Desk) -> Generator[Event, None, Answer]:
    try:
        return (yield from summarise(document, desk))
    except DocumentNotFound:
        return desk.draft.found_nothing(
            [Notice("document_deleted", text_in(desk.language, "answer.document_deleted", documents=document.path))]
        )


def _told_last(asked: Request | None, history: Sequence[Message], desk: Desk) -> Document | None:
    """The document that the answer before named, where a summary of "that document" is asked for; None where it named
    several, or none."""
    if not isinstance(asked, Summarise) or asked.name:
        return None
    last = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    told = [document for document in desk.documents() if document.path in last]
    return told[0] if len(told) == 1 else None


def _found_by_subject(said: str, asked: Summarise, documents: Sequence[Document], desk: Desk) -> list[Document]:
    """The document that the search finds first for what was said, where its name has enough of it: "the incident
    report on the outage"."""
    if not asked.sure or not said:
        return []
    passages = desk.search(said, 1, desk.scope).passages
    found = [each for each in documents if passages and (each.collection, each.path) == place_of(passages[0])]
    return found if found and share_named(said, found[0]) >= NAMED else []


def _named_otherwise(asked: Summarise, documents: Sequence[Document], desk: Desk) -> list[Document]:
    """The documents whose name in the other language is meant, by the model's translation."""
    if not asked.sure:
        return []
    language = desk.language
    example, translated = _TRANSLATED[language]
    task = _TRANSLATE[language]
    messages = few_shot([(task.format(example), translated)], task.format(asked.name))
    desk.options.take_turn()
    said = desk.open_model().complete(messages, answer_tokens=32, stop=desk.options.stop)
    name = next(iter(said.strip().splitlines()), "")
    return documents_named(name, documents) or _found_by_subject(name, asked, documents, desk)
