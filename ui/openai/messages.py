"""Messages: the conversation that a client sends, as a question and what came before it."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from kb.schema import Message
from ui.openai.answer_text import without_sources
from ui.openai.error_form import NotTaken


class MessageForm(BaseModel):
    """A message. Its content is a text, or a list of parts of the type `text`."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


def conversation(messages: Sequence[MessageForm], *, system: bool) -> tuple[str, list[Message]]:
    """The question, which is the last message, and what was said before it, oldest first.

    `system`: whether instructions are kept, as the first message; what is answered from documents follows those of the
    product alone. Neighbours of one role are joined; what an assistant says before anybody asked is left out. Raises
    NotTaken, naming the message.
    """
    turns: list[tuple[Literal["user", "assistant"], str]] = []
    instructions: list[str] = []
    for number, message in enumerate(messages):
        text = _text(message, f"messages.{number}")
        if message.role in ("system", "developer"):
            instructions.append(text)
            continue
        role: Literal["user", "assistant"] = "user" if message.role == "user" else "assistant"
        if role == "assistant":
            text = without_sources(text)
        if turns and turns[-1][0] == role:
            turns[-1] = (role, f"{turns[-1][1]}\n\n{text}")
        elif turns or role == "user":
            turns.append((role, text))
    if not turns or turns[-1][0] != "user":
        raise NotTaken("openai.last_message", "messages", "invalid_value")
    history = [Message(role, text) for role, text in turns[:-1]]
    told = "\n\n".join(text for text in instructions if text.strip())
    return turns[-1][1], [Message("system", told), *history] if system and told else history


def _text(message: MessageForm, at: str) -> str:
    more = message.model_extra or {}
    if message.role in ("tool", "function") or more.get("tool_calls") or more.get("function_call"):
        raise NotTaken("openai.no_tools", f"{at}.role", at=at)
    if isinstance(message.content, str):
        return message.content
    if message.content is None:
        if message.role == "assistant":
            return ""
        raise NotTaken("openai.no_content", f"{at}.content", "invalid_value", at=at)
    return "\n".join(_part(part, f"{at}.content.{number}") for number, part in enumerate(message.content))


def _part(part: dict[str, Any], at: str) -> str:
    text = part.get("text")
    if part.get("type") != "text" or not isinstance(text, str):
        kind = str(part.get("type"))[:40]
        raise NotTaken("openai.texts_only", at, at=at, kind=kind)
    return text
