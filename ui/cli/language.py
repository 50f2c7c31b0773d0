"""The language of the command line: which one the reader wants, and help, headings and typer's own errors in it."""

import difflib
import inspect
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from typer.core import TyperGroup

from kb.schema import Language
from ui.cli import console

OPTION = "--lang"
# typer 0.29 marks what it translates (gettext) when it is imported, and the click inside of it nothing at all: its
# headings are set here, and its errors, which have no public names, are known by the names of their classes.
_HEADINGS = {
    "ARGUMENTS_PANEL_TITLE": "cli_arguments",
    "OPTIONS_PANEL_TITLE": "cli_options",
    "COMMANDS_PANEL_TITLE": "cli_commands",
    "ERRORS_PANEL_TITLE": "cli_error_title",
    "ABORTED_TEXT": "cli_aborted",
    "RICH_HELP": "cli_try_help",
    "DEFAULT_STRING": "cli_default",
    "REQUIRED_LONG_STRING": "cli_required",
}
# A line of Chinese may end after any character, but not before what closes and not after what opens.
_OPENING, _CLOSING = "（“‘《【", "。，、；：？！）”’》】…"
_HAN = "\u3400-\u9fff"
_WORD = re.compile(
    rf"\s+|(?:[{_OPENING}]*+(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]++)[{_CLOSING}]*+|[{_OPENING}{_CLOSING}]++)\s*"
)


class LocalisedGroup(TyperGroup):
    """The root of the commands, in the language of who types them; each of them takes --lang."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        option = next(parameter for parameter in self.params if OPTION in parameter.opts)
        for command in _all_below(self):
            command.params.append(option)

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        """Run the command that `args` name; those of the process where they are None."""
        given = [*(sys.argv[1:] if args is None else args)]
        if given and not _others(given):
            given.append("--help")
        with _spoken(wanted(given, os.environ)), _headings():
            if console.language() != "en":
                names = SimpleNamespace(help_option_names=self.context_settings["help_option_names"])
                for command in [self, *_all_below(self)]:
                    _localise(command, names)
            return super().main(given, *others, **named)

    def make_context(self, *args: Any, **named: Any) -> Any:
        with _localised_errors():
            return super().make_context(*args, **named)

    def invoke(self, ctx: Any) -> Any:
        with _localised_errors():
            return super().invoke(ctx)


def wanted(args: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language that the arguments name, else KB_LANG, else the locale's; English where that is another one, or
    where the terminal cannot show Chinese."""
    from ui.words.strings import locale_language

    named: Language | None = None
    for name, value in _option_values(args):
        if name == OPTION and value in ("zh", "en"):
            named = "zh" if value == "zh" else "en"
    set_by = next((environment[v] for v in ("KB_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if environment.get(v)), None)
    language = named or locale_language(set_by)
    return language if all(_shows(stream, "中文") for stream in (sys.stdout, sys.stderr)) else "en"


def _option_values(args: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(what stands there, its value): of `--lang` the language, of all else nothing."""
    left = iter(args)
    for argument in left:
        if argument == "--":
            yield argument, ""
            return
        name, sign, value = argument.partition("=")
        if name == OPTION:
            yield OPTION, value if sign else next(left, "")
        else:
            yield argument, ""


def _others(args: Sequence[str]) -> bool:
    """Whether the arguments name more than a language."""
    return any((name, value in ("zh", "en")) != (OPTION, True) for name, value in _option_values(args))


def _shows(stream: Any, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _all_below(group: Any) -> Iterator[Any]:
    for command in group.commands.values():
        yield command
        if hasattr(command, "commands"):
            yield from _all_below(command)


def whole_lines(text: str) -> str:
    """A help text as it is looked up: paragraphs, each in one line."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def _localise(command: Any, names: Any) -> None:
    """Put a command's help, names of values and usage into Chinese. It was made for this one run."""
    from ui.words.strings_help import HELP, PLACES

    command.help = HELP.get(whole_lines(command.help or ""), command.help)
    command.options_metavar = console.t("cli_usage_options")
    if hasattr(command, "commands"):
        command.subcommand_metavar = console.t("cli_usage_command")
        command.resolve_command = _resolving(command)
    command.format_usage = _usage_of(command)
    command.parse_args = _parsing(command)
    shown = command.get_help_option(names)
    for parameter in [*command.params, *([shown] if shown else [])]:
        if "display_type" in vars(parameter):  # --lang is of all commands
            continue
        if parameter.help:
            parameter.help = HELP.get(whole_lines(parameter.help), parameter.help)
        if parameter.metavar or parameter.param_type_name == "argument":
            name = parameter.metavar or parameter.name
            parameter.metavar = PLACES.get(name, name)
        parameter.display_type = _type_of(parameter)


def _type_of(parameter: Any) -> Any:
    from ui.words.strings_help import PLACES

    english = parameter.display_type

    def display_type(ctx: Any) -> str:
        shown: str = english(ctx)
        return PLACES.get(shown, shown)

    return display_type


def _usage_of(command: Any) -> Any:
    def format_usage(ctx: Any, formatter: Any) -> None:
        pieces = " ".join(command.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=console.t("cli_usage"))

    return format_usage


def _parsing(command: Any) -> Any:
    english = command.parse_args

    def parse_args(ctx: Any, args: list[str]) -> Any:
        try:
            return english(ctx, args)
        except Exception as error:
            if getattr(error, "ctx", ctx) is None:  # the parser of options tells no command
                vars(error)["ctx"] = ctx
            raise

    return parse_args


def _resolving(group: Any) -> Any:
    english = group.resolve_command

    def resolve_command(ctx: Any, args: list[str]) -> Any:
        try:
            return english(ctx, args)
        except Exception as error:
            if type(error).__name__ == "UsageError" and args:
                near = difflib.get_close_matches(args[0], group.commands)
                said = console.t("cli_no_command", name=console.printable_line(args[0]))
                _say_instead(error, said + (console.t("cli_near", names="、".join(near)) if near else ""))
            raise

    return resolve_command


@contextmanager
def _spoken(language: Language) -> Iterator[None]:
    before = console.language()
    console.speak(language)
    try:
        yield
    finally:
        console.speak(before)


@contextmanager
def _headings() -> Iterator[None]:
    """typer's headings in Chinese, for as long as the command runs, and lines that end where those of Chinese do: rich
    15 takes a whole sentence for one word, and cuts it where it is longer than its column."""
    if console.language() == "en":
        yield
        return
    from rich import _wrap
    from typer import rich_utils

    before = {name: getattr(rich_utils, name) for name in _HEADINGS}
    words = _wrap.re_word
    for name, key in _HEADINGS.items():
        setattr(rich_utils, name, console.t(key))
    _wrap.re_word = _WORD
    try:
        yield
    finally:
        for name, text in before.items():
            setattr(rich_utils, name, text)
        _wrap.re_word = words


@contextmanager
def _localised_errors() -> Iterator[None]:
    """Errors of usage that typer raises, in the reader's language."""
    try:
        yield
    except Exception as error:
        if console.language() != "en" and "format_message" not in vars(error) and (said := _usage_error_text(error)):
            _say_instead(error, said)
        raise


def _say_instead(error: Exception, text: str) -> None:
    vars(error)["format_message"] = lambda: text


def _usage_error_text(error: Any) -> str:
    """What an error of usage says; "" for any other error, and for one that is not known."""
    parameter = getattr(error, "param", None)
    match type(error).__name__:
        case "MissingParameter" if parameter is not None:
            key = "cli_missing_argument" if parameter.param_type_name == "argument" else "cli_missing_option"
            return console.t(key, name=parameter.get_error_hint())
        case "NoSuchOption":
            name = console.t("cli_no_option", name=console.printable_line(error.option_name))
            near = "、".join(sorted(error.possibilities or ()))
            return name + (console.t("cli_near", names=near) if near else "")
        case "BadOptionUsage":
            named = (each for each in error.ctx.command.params if error.option_name in each.opts)
            takes = not any(each.is_flag for each in named)
            return console.t("cli_option_value" if takes else "cli_option_no_value", name=error.option_name)
        case "BadParameter" if parameter is not None:
            return console.t("cli_bad_value", name=parameter.get_error_hint(), why=_why_bad(error, parameter))
        case "UsageError" if hasattr(error.ctx.command, "commands"):
            return console.t("cli_no_command_named")
        case "UsageError":
            return console.t("cli_too_many", words=error.message.partition(" (")[2].removesuffix(")"))
    return ""


def _why_bad(error: Any, parameter: Any) -> str:
    """Why a value cannot be used: pydantic, which typer asks, has a name for each reason."""
    if choices := getattr(parameter.type_descriptor, "choices", None):
        return console.t("cli_bad_choice", names="、".join(map(str, choices)))
    found: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    kind, context = (found[0]["type"], found[0].get("ctx", {})) if found else ("", {})
    if kind == "greater_than_equal":
        return console.t("cli_bad_least", n=context["ge"])
    if kind == "less_than_equal":
        return console.t("cli_bad_most", n=context["le"])
    if kind.startswith("int_"):
        return console.t("cli_bad_int")
    return str(error.message)
