"""`kb usage`: what is asked, and what the documents leave unanswered."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, local_user, opened

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.schema import Event, Retrieval
    from kb.usage.tables import Part
    from ui.cli.client import RemoteKnowledgeBase

_SHOWN = 20  # lines of a part


@app.command()
def usage(
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="From this day on: 2026-11-25.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Up to this day, and with it.")] = "",
    csv: Annotated[
        str | None,
        typer.Option("--csv", metavar="PART", help="Print questions, gaps, never-cited or feedback as CSV."),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            "--words", metavar="on|off", help="Keep the words of what you ask in vain, or forget them and keep none."
        ),
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Questions a day, what was asked in vain, documents never cited, and feedback by document; the last 30 days."""
    with opened(home, config) as kb:
        if words is not None:
            _agree(kb, words)
            return
        part = _part(csv)
        form = _form(kb, since, until)
        if part is not None:
            from kb.usage.tables import as_csv

            print(as_csv(form, part), end="")
        elif json:
            console.print_json(form)
        else:
            for line in _report_lines(form):
                print(console.printable_line(line))


def counted_events(
    kb: "KnowledgeBase | RemoteKnowledgeBase", question: str, events: "Iterator[Event]"
) -> "Iterator[Event]":
    """The events of an answer. Where no service counts the question, it is counted here."""
    from ui.cli.client import RemoteKnowledgeBase

    return events if isinstance(kb, RemoteKnowledgeBase) else kb.usage.followed(events, local_user(), question)


def count_search(kb: "KnowledgeBase | RemoteKnowledgeBase", found: "Retrieval") -> None:
    """Count a search, where no service did."""
    from ui.cli.client import RemoteKnowledgeBase

    if not isinstance(kb, RemoteKnowledgeBase):
        kb.usage.searched(local_user(), found)


def _agree(kb: "KnowledgeBase | RemoteKnowledgeBase", words: str) -> None:
    from kb.errors import UsageError
    from ui.cli.client import RemoteKnowledgeBase

    if words not in ("on", "off"):
        raise UsageError("usage.on_or_off", given=words[:80])
    asking = kb if isinstance(kb, RemoteKnowledgeBase) else kb.usage
    asking.agree(local_user(), words == "on")
    console.say(console.t(f"cli_usage_words_{words}"))


def _part(csv: str | None) -> "Part | None":
    from kb.errors import UsageError
    from kb.usage.tables import PARTS

    if csv is None:
        return None
    for part in PARTS:
        if part == csv:
            return part
    raise UsageError("usage.no_part", parts=PARTS, given=csv[:80])


def _form(kb: "KnowledgeBase | RemoteKnowledgeBase", since: str, until: str) -> dict[str, Any]:
    from ui.cli.client import RemoteKnowledgeBase

    if isinstance(kb, RemoteKnowledgeBase):
        return kb.usage_form(local_user(), since, until)
    from kb.usage.report import report
    from kb.usage.tables import report_form

    return report_form(report(kb.catalog, kb.settings.usage, local_user(), since, until))


def _report_lines(form: dict[str, Any]) -> Iterator[str]:
    """The report in lines."""
    counts = form["counts"]
    asked = [count for count in counts if count["kind"] == "question"]
    t = console.t
    yield t("cli_usage_days", since=form["since"], until=form["until"], counted=form["counted_since"])
    by_outcome: dict[str, int] = {}
    for count in asked:
        by_outcome[count["outcome"]] = by_outcome.get(count["outcome"], 0) + count["times"]
    told = t("cli_comma").join(f"{times} {_outcome(outcome)}" for outcome, times in sorted(by_outcome.items()))
    questions = t("cli_usage_questions", n=sum(by_outcome.values()))
    yield f"{questions}{t('cli_usage_of_these', words=told) if told else ''}"
    yield t("cli_usage_searches", n=sum(count["times"] for count in counts if count["kind"] == "search"))
    gaps = [f"{gap['times']:>5}  {gap['wordings'][0]}" for gap in form["gaps"]]
    yield from _part_told(t("cli_usage_gaps"), gaps)
    if form["without_words"]:
        yield f"  {t('cli_usage_without_words', n=form['without_words'])}"
    never = [f"{each['collection']}/{each['document']}" for each in form["never_cited"]]
    cited = t("cli_usage_never_cited", n=len(never), total=form["searchable"])
    yield from _part_told(cited, never, cited)
    judged = [
        f"{t('cli_usage_judged', up=each['up'], down=each['down'])}  {each['collection']}/{each['document']}"
        for each in form["feedback"]
    ]
    yield from _part_told(t("cli_usage_feedback"), judged)


def _outcome(outcome: str) -> str:
    from ui.words.strings_usage import OUTCOMES

    named = OUTCOMES.get(outcome)
    return outcome if named is None or console.language() == "en" else named.zh


def _part_told(title: str, lines: list[str], without: str = "") -> Iterator[str]:
    """A part under its title; `without` is what is said where it has no lines."""
    yield console.t("cli_usage_part", title=title) if lines else without or console.t("cli_usage_none", title=title)
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  {console.t('cli_usage_more', n=len(lines) - _SHOWN)}"
