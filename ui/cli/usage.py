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
            for line in _told(form):
                print(console.printable_line(line))


def counted(kb: "KnowledgeBase | RemoteKnowledgeBase", question: str, events: "Iterator[Event]") -> "Iterator[Event]":
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
    console.say("words of what you ask in vain are kept" if words == "on" else "no words of yours are kept")


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


def _told(form: dict[str, Any]) -> Iterator[str]:
    """The report in lines."""
    counts = form["counts"]
    asked = [count for count in counts if count["kind"] == "question"]
    yield f"{form['since']} to {form['until']}, counted since {form['counted_since']}"
    by_outcome: dict[str, int] = {}
    for count in asked:
        by_outcome[count["outcome"]] = by_outcome.get(count["outcome"], 0) + count["times"]
    told = ", ".join(f"{times} {outcome}" for outcome, times in sorted(by_outcome.items()))
    yield f"questions: {sum(by_outcome.values())}{f' ({told})' if told else ''}"
    yield f"searches in vain: {sum(count['times'] for count in counts if count['kind'] == 'search')}"
    gaps = [f"{gap['times']:>5}  {gap['wordings'][0]}" for gap in form["gaps"]]
    yield from _part_told("asked in vain", gaps)
    if form["without_words"]:
        yield f"  {form['without_words']} more, whose words nobody agreed to show or that are not yours to read"
    never = [f"{each['collection']}/{each['document']}" for each in form["never_cited"]]
    yield from _part_told(f"never cited: {len(never)} of {form['searchable']} documents", never)
    judged = [
        f"{each['up']:>5} helpful {each['down']:>5} not  {each['collection']}/{each['document']}"
        for each in form["feedback"]
    ]
    yield from _part_told("feedback by document", judged)


def _part_told(title: str, lines: list[str]) -> Iterator[str]:
    yield f"{title}:" if lines else f"{title}: none" if "never" not in title else title
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  … {len(lines) - _SHOWN} more: --csv has all"
