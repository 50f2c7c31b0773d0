"""Coded text: what is said to a person, with the code and the values from which it can be said in each language."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter
from typing import Any

from kb.messages.catalogue import TEMPLATES
from kb.messages.template import Language

_DEEPEST = 9  # texts within texts, of what comes from outside
_JOINED = {"en": ", ", "zh": "、"}


class CodedText(str):
    """A text in one language, which it is, with the `code` of its template in the catalogue and the `values` in it.

    A value is a text, a number, a coded text itself, or a list of these. What is made of the text by other means
    (`f"{text}!"`) has no code.
    """

    code: str
    values: Mapping[str, Any]
    language: Language | None  # None: it was kept, and nobody knows

    def __new__(cls, code: str, /, **values: object) -> "CodedText":
        """The text of that code in English. An error stands for its own message, and a path for its name.

        Raises KeyError for a code that the catalogue does not have, and for other values than its template needs.
        """
        return _text_of(code, {name: _value(value) for name, value in values.items()}, "en")

    def to(self, language: Language) -> "CodedText":
        """The same in a language."""
        return self if language == self.language else _text_of(self.code, self.values, language)

    def on_page(self, language: Language) -> str:
        """The same in a language, with what the page has instead of commands."""
        return _filled(self.code, self.values, language, page=True)

    def form(self) -> dict[str, Any]:
        """Code and values as JSON has them."""
        return {"code": self.code, "values": {name: _form(value) for name, value in self.values.items()}}

    def __reduce__(self) -> tuple[Any, ...]:
        return _coded_text, (str(self), self.code, dict(self.values), self.language)

    def __deepcopy__(self, memo: Any) -> "CodedText":
        return self


def text_in(language: Language, code: str, /, **values: object) -> CodedText:
    """A coded text in a language. Raises what CodedText raises."""
    return CodedText(code, **values).to(language)


def together(*texts: str, language: Language = "en") -> str:
    """The sentences one after the other; empty ones are left out."""
    said = [text for text in texts if text]
    if len(said) < 2:
        return said[0] if said else ""
    return text_in(language, "together.both", first=said[0], rest=together(*said[1:], language=language))


def in_words(texts: Sequence[str], language: Language) -> str:
    """Some texts in one line, as they stand in a template."""
    return str(_value_text(texts, language, page=False))


def fields(text: str | None, prefix: str = "") -> dict[str, Any]:
    """Code and values as they stand beside the text in JSON: "" and none for a text without a code."""
    form = text.form() if isinstance(text, CodedText) else {"code": "", "values": {}}
    return {f"{prefix}{name}": value for name, value in form.items()}


def of_fields(text: str, form: Mapping[str, Any], prefix: str = "") -> str:
    """The text with the code and the values beside it, where these have a meaning here: the JSON may come from another
    version, or from somebody who means no good."""
    try:
        code, values = form[f"{prefix}code"], form[f"{prefix}values"]
        made = _of_form({"code": code, "values": values}, _DEEPEST)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return text
    return _coded_text(text, made.code, made.values, None)


def stored(text: str | None) -> str:
    """Code and values as they are kept beside a text in SQLite; "" for one without a code."""
    return json.dumps(text.form(), separators=(",", ":")) if isinstance(text, CodedText) else ""


def of_stored(text: str, form: str) -> str:
    """The text that was kept, with its code and values."""
    return of_fields(text, json.loads(form)) if form else text


def holes(template: str) -> set[str]:
    """The names of the values that a template needs."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _text_of(code: str, values: Mapping[str, Any], language: Language) -> CodedText:
    if values.keys() != _holes_of(code):
        raise KeyError(f"{code} needs {sorted(_holes_of(code))}, not {sorted(values)}")
    return _coded_text(_filled(code, values, language), code, values, language)


def _coded_text(said: str, code: str, values: Mapping[str, Any], language: Language | None) -> CodedText:
    text = str.__new__(CodedText, said)
    text.code, text.values, text.language = code, values, language
    return text


@cache
def _holes_of(code: str) -> set[str]:
    return holes(TEMPLATES[code].en)


def _filled(code: str, values: Mapping[str, Any], language: Language, page: bool = False) -> str:
    template = TEMPLATES[code].text(language, page)
    return template.format_map({name: _value_text(value, language, page) for name, value in values.items()})


def _value_text(value: Any, language: Language, page: bool) -> Any:
    if isinstance(value, CodedText):
        return value.on_page(language) if page else str(value.to(language))
    if isinstance(value, str | int | float):
        return value
    return _JOINED[language].join(str(_value_text(each, language, page)) for each in value)


def _value(value: object) -> Any:
    if isinstance(value, Exception):  # that of an error of ours has a code
        said = next(iter(value.args), "")
        return said if isinstance(said, CodedText) else str(value)
    if isinstance(value, list | tuple):
        return tuple(map(_value, value))
    return value if isinstance(value, str | int | float) else str(value)


def _form(value: Any) -> Any:
    if isinstance(value, CodedText):
        return value.form()
    return [_form(each) for each in value] if isinstance(value, tuple) else value


def _of_form(form: Any, depth: int) -> CodedText:
    return _text_of(form["code"], {name: _of_value(value, depth) for name, value in form["values"].items()}, "en")


def _of_value(value: Any, depth: int) -> Any:
    if depth == 0:
        raise ValueError("too deep")
    if isinstance(value, dict):
        return _of_form(value, depth - 1)
    if isinstance(value, list):
        return tuple(_of_value(each, depth - 1) for each in value)
    if not isinstance(value, str | int | float):
        raise ValueError("no value of a text")
    return value
