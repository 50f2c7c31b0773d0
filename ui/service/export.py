"""Exporting: a conversation as Markdown for people, and as JSON for programs; one answer as text to be pasted.

What a model or a document says stays text: a viewer of the Markdown finds no image, link or HTML in it to load.
"""

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from kb.messages.coded_text import fields
from kb.schema import Answer, Citation, Language
from kb.serialization import answer_form, notice_form, passage_form, scope_form
from ui.service.conversations import Conversation, Turn
from ui.words.text import Text

_TEXTS = {
    "untitled": Text("新对话", "New conversation"),
    "question": Text("问题 {n}", "Question {n}"),
    "answer": Text("回答", "Answer"),
    "refused": Text("回答（文档中没有答案）", "Answer (the documents do not answer this)"),
    "chat": Text("回答（未使用文档）", "Answer (without documents)"),
    "sources": Text("来源", "Sources"),
    "source": Text("- [{n}] {place}：“{quote}”{remark}", "- [{n}] {place}: “{quote}”{remark}"),
    "source_page": Text(
        "- [{n}] {place}，第 {page} 页：“{quote}”{remark}", "- [{n}] {place}, page {page}: “{quote}”{remark}"
    ),
    "unsupported": Text("（来源不支持此句）", "(not supported by the sources)"),
    "contradicted": Text("（与来源不符）", "(contradicted by the source)"),
    "unchecked": Text("（无法核对）", "(could not be checked)"),
    "searched": Text("检索的问题：{text}", "Searched for: {text}"),
    "model": Text("由 {model} 回答", "Answered by {model}"),
    "failed": Text("未能完成：{text}", "Not completed: {text}"),
    "stopped": Text("已停止，以下为已写出的内容。", "Stopped; this is what was written."),
    "interrupted": Text("服务中断，以下为已写出的内容。", "The service was interrupted; this is what was written."),
    "running": Text("仍在回答中。", "Still being answered."),
}
# What begins an image, a link or a definition of one. A citation's [n] stays, unless an address follows it.
_LINK = re.compile(r"!?\[(?!\d{1,3}\](?![(\[:]))")
_SIGNS = re.compile(r"([\\`*_\[\]<>|~&$])")
_LEAD = re.compile(r"^(#|[-+=](?=[-+=\s])|\d{1,9}(?=[.)]))")  # begins a heading, a list or a rule
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*%\s]+')  # what one file system or another does not take
_LONGEST_NAME = 60  # characters, of up to four bytes; names of files have 255 bytes

_Form = Callable[[str], str]  # how a text is written


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Any text on one line, as the characters it is made of."""
    return _SIGNS.sub(r"\\\1", _one_line(text))


def _emphasised(text: str) -> str:
    return f"*{text}*"


def file_name(conversation: Conversation, language: Language, suffix: str) -> str:
    """A name that any system takes: the conversation's title, and the day on which something was last asked in it."""
    title = "".join(c for c in conversation.title or _text("untitled", language) if c.isprintable() or c.isspace())
    title = _NOT_IN_NAMES.sub(" ", title).strip(" .")[:_LONGEST_NAME].strip(" .") or _text("untitled", language)
    asked = [turn.asked_at for turn in conversation.turns if turn.asked_at]
    day = datetime.fromisoformat(asked[-1]).astimezone().date().isoformat() if asked else ""
    return f"{title} {day}".strip() + f".{suffix}"


def as_markdown(conversation: Conversation, language: Language) -> str:
    """Questions and answers with their `[n]`; under each answer its sources: document, page and quote."""
    title = conversation.title or _text("untitled", language)
    parts = [f"# {_plain(title)}"]
    for number, turn in enumerate(conversation.turns, 1):
        parts += _turn(turn, number, language)
    return "\n\n".join(parts) + "\n"


def as_text(answer: Answer, language: Language) -> str:
    """One answer as text to be pasted anywhere: with the remarks and the sources of the Markdown, without its signs."""
    text = _marked(answer, language, str).strip()
    return f"{text}\n\n{_text('sources', language)}\n{_sources(answer, language, _one_line, str)}"


def as_json(conversation: Conversation) -> dict[str, Any]:
    """The conversation with everything that is kept of it, in the forms of `kb.serialization`."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "owner": conversation.owner,
        "turns": [turn_form(turn) for turn in conversation.turns],
    }


def turn_form(turn: Turn) -> dict[str, Any]:
    """One question and what came of it."""
    s = turn.running.snapshot
    return {
        "id": turn.id,
        "position": turn.position,
        "question": turn.question,
        "mode": turn.mode,
        "scope": scope_form(turn.scope),
        "state": s.state,
        "ahead": s.ahead,
        "searched": s.searched,
        "thinking": s.thinking,
        "thought_tokens": s.thought_tokens,
        "think_budget": turn.think_budget,
        "text": s.text,
        "passages": None if s.passages is None else [passage_form(passage) for passage in s.passages],
        "notices": [notice_form(notice) for notice in s.notices],
        "answer": None if s.answer is None else answer_form(s.answer),
        "error": s.error,
        **fields(s.error, "error_"),
        "asked_at": turn.asked_at,
        "seconds": round(turn.running.seconds, 3),
        "feedback": None if turn.feedback is None else asdict(turn.feedback),
    }


def _turn(turn: Turn, number: int, language: Language) -> list[str]:
    s = turn.running.snapshot
    parts = [f"## {_text('question', language, n=number)}", _lines(turn.question)]
    searched = s.answer.searched if s.answer else s.searched
    if searched and searched != turn.question:
        parts.append(f"*{_text('searched', language, text=_plain(searched))}*")
    kind = "refused" if s.answer and s.answer.refused else "chat" if turn.mode == "chat" else "answer"
    parts.append(f"### {_text(kind, language)}")
    if s.state == "failed":
        parts.append(f"*{_text('failed', language, text=_plain(s.error or '?'))}*")
    elif s.state != "done":
        parts.append(f"*{_text(s.state if s.finished else 'running', language)}*")
    text = _marked(s.answer, language) if s.answer else s.text
    if text.strip():
        parts.append(_inert(text).strip())
    parts += [f"*{_plain(notice.text)}*" for notice in (s.answer.notices if s.answer else s.notices)]
    if s.answer and s.answer.citations:
        parts += [f"### {_text('sources', language)}", _sources(s.answer, language)]
    if s.answer and s.answer.model:
        parts.append(f"*{_text('model', language, model=_plain(s.answer.model))}*")
    return parts


def _marked(answer: Answer, language: Language, remark: _Form = _emphasised) -> str:
    """The answer's text, with a remark behind each claim that its sources do not support."""
    text = answer.text
    for claim in sorted(answer.claims, key=lambda claim: claim.end, reverse=True):
        if not claim.supported:
            end = claim.start + len(text[claim.start : claim.end].rstrip())
            words = _text(claim.state if claim.state in ("contradicted", "unchecked") else "unsupported", language)
            text = f"{text[:end]} {remark(words)}{text[end:]}"
    return text


def _sources(answer: Answer, language: Language, plain: _Form = _plain, remark: _Form = _emphasised) -> str:
    lines: dict[str, None] = {}  # each but once, in order
    for citation in sorted(answer.citations, key=lambda citation: citation.marker):
        lines[_source(citation, language, plain, remark)] = None
    return "\n".join(lines)


def _source(citation: Citation, language: Language, plain: _Form, remark: _Form) -> str:
    return _text(
        "source" if citation.page is None else "source_page",
        language,
        n=citation.marker,
        place=f"{plain(citation.collection)}/{plain(citation.document)}",
        page=citation.page,
        quote=plain(citation.quote),
        remark="" if citation.supported else f" {remark(_text('unsupported', language))}",
    )


def _lines(text: str) -> str:
    return "\n\n".join(_LEAD.sub(_escaped, _plain(line)) for line in text.splitlines() if line.strip())


def _escaped(lead: re.Match[str]) -> str:
    return f"{lead[0]}\\" if lead[0].isdigit() else f"\\{lead[0]}"


def _inert(text: str) -> str:
    """Markdown in which nothing loads or leads anywhere, and no block of code goes on behind it."""
    text = _LINK.sub(lambda match: "".join(f"\\{sign}" for sign in match[0]), text.replace("<", "&lt;"))
    fences = _FENCE.findall(text)
    return text if len(fences) % 2 == 0 else f"{text.rstrip()}\n{fences[-1]}"


def _text(key: str, language: Language, **values: object) -> str:
    return getattr(_TEXTS[key], language).format(**values)  # type: ignore[no-any-return]
