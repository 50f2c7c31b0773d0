"""`kb feedback`: what readers said of the answers they got, and what editors make of that."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, ListByDefault, app, local_user, opened

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.review.forms import ReviewForms
    from kb.review.reviews import Mark
    from ui.cli.client import RemoteKnowledgeBase
    from ui.remote.reviews import RemoteReviews

Form = dict[str, Any]

feedback = typer.Typer(cls=ListByDefault, help="What readers said of answers, and what editors make of that.")
app.add_typer(feedback, name="feedback")

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Of a judged answer, as `list` has it.")]
SeenOption = Annotated[
    int | None,
    typer.Option("--seen", metavar="N", min=0, help="The version it was decided on; without it, the present one."),
]


@feedback.command("list")
def list_judged(
    verdict: Annotated[
        str | None, typer.Option("--verdict", metavar="up|down", help="Only those judged so.", show_default=False)
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="STATE", help="Only those open, corrected, accepted or dismissed."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 100,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The answers that readers judged, with their reasons; the last judged first."""
    with opened(home, config) as kb:
        from kb.errors import UsageError

        if verdict not in ("up", "down", None):
            raise UsageError("feedback.no_verdict_option", verdict=verdict)
        found = reviews_of(kb).listed(local_user(), state=state, verdict=verdict, limit=limit)
        if json:
            console.print_json({"feedback": found})
            return
        for judged in found:
            _print_judged(judged)
        _tell_withdrawn(found)


@feedback.command()
def curated(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The curated answers, and those that were withdrawn because a document changed or is gone."""
    with opened(home, config) as kb:
        found = reviews_of(kb).listed(local_user(), curated=True, limit=10_000)
        if json:
            console.print_json({"feedback": found})
            return
        for each in found:
            correction = each["correction"]
            state = console.t("cli_curated_given")
            if each["withdrawn"]:
                state = console.t("cli_curated_withdrawn", why=console.t(f"cli_source_{each['withdrawn']}"))
            print(console.printable_line(f"{each['id']}  {state}  {each['editor']}  {correction['question']}"))
        _tell_withdrawn(found)


@feedback.command()
def show(id: IdArgument, json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """A judged answer with the passages that were found for it, and its correction."""
    with opened(home, config) as kb:
        judged = reviews_of(kb).get(local_user(), id)
        if json:
            console.print_json(judged)
            return
        _print_judged(judged)
        for passage in judged["passages"]:
            place = f"{passage['collection']}/{passage['document']}@{passage['start']}-{passage['end']}"
            print(console.printable_line(f"    [{passage['rank']}] {place}  {' '.join(passage['text'].split())[:300]}"))
        for source in (judged["correction"] or {"sources": []})["sources"]:
            place = f"{source['collection']}/{source['document']}@{source['start']}-{source['end']}"
            told = console.t(
                "cli_review_source", marker=source["marker"], standing=console.t(f"cli_source_{source['standing']}"),
                place=place, words=" ".join(source["quote"].split())[:300],
            )  # fmt: skip
            print(console.printable_line(f"    {told}"))


@feedback.command()
def correct(
    id: IdArgument,
    answer: Annotated[str, typer.Option("--answer", help="What should have been answered; [1] names a source.")],
    passage: Annotated[
        list[int] | None, typer.Option("--passage", metavar="N", help="A passage of the answer that states it.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="COLLECTION/PATH@START-END", help="A place that states it.")
    ] = None,
    quote: Annotated[
        list[str] | None,
        typer.Option("--quote", metavar="COLLECTION/PATH=WORDS", help="Words of a document that state it."),
    ] = None,
    question: Annotated[str | None, typer.Option("--question", help="The question, where it is put otherwise.")] = None,
    also: Annotated[list[str] | None, typer.Option("--also", help="Another way to ask it, in either language.")] = None,
    seen: SeenOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep what should have been answered, and the passages that state it."""
    with opened(home, config) as kb:
        reviews = reviews_of(kb)
        judged = reviews.get(local_user(), id)
        marks = [_of_passage(judged, n) for n in passage or ()]
        marks += [_of_place(each) for each in source or ()]
        marks += [_of_words(kb, each) for each in quote or ()]
        asked = question or judged["searched"] or judged["question"]
        made = reviews.correct(
            local_user(), id, judged["version"] if seen is None else seen, question=asked, answer=answer, marks=marks,
            also=also or (),
        )  # fmt: skip
        _tell(made, json)


@feedback.command()
def accept(
    id: IdArgument,
    curated: Annotated[bool, typer.Option("--curated", help="Give it when the same is asked again.")] = False,
    seen: SeenOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Accept a correction, or an answer that was judged helpful as it is."""
    with opened(home, config) as kb:
        reviews = reviews_of(kb)
        _tell(reviews.accept(local_user(), id, _seen_version(reviews, id, seen), curated=curated), json)


@feedback.command()
def dismiss(
    id: IdArgument, seen: SeenOption = None, json: JsonOption = False, home: HomeOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """Leave a judged answer as it is: nothing comes of it."""
    with opened(home, config) as kb:
        reviews = reviews_of(kb)
        _tell(reviews.dismiss(local_user(), id, _seen_version(reviews, id, seen)), json)


@feedback.command()
def withdraw(
    id: IdArgument, seen: SeenOption = None, json: JsonOption = False, home: HomeOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """Give a curated answer no more."""
    with opened(home, config) as kb:
        reviews = reviews_of(kb)
        _tell(reviews.withdraw(local_user(), id, _seen_version(reviews, id, seen)), json)


@feedback.command()
def export(
    format: Annotated[str, typer.Option("--format", metavar="sft|dpo|questions", help="For TRL, or for `kb eval`.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A new file to write it into.")] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Accepted corrections as training data, or as a question set; one JSON object a line."""
    with opened(home, config) as kb:
        from kb.errors import KBError, why
        from kb.review.training import line_of

        records = reviews_of(kb).export(local_user(), format)
        lines = "".join(map(line_of, records))
        if out is None:
            sys.stdout.write(lines)
        else:
            try:
                with out.open("x", encoding="utf-8") as file:
                    file.write(lines)
            except OSError as error:
                raise KBError("feedback.not_written", out=out, why=why(error)) from None
        console.say(console.count("cli_records_exported", len(records)))


def reviews_of(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "ReviewForms | RemoteReviews":
    """The reviews of the home, or of the service that owns it."""
    from ui.cli.client import RemoteKnowledgeBase

    if isinstance(kb, RemoteKnowledgeBase):
        return kb.reviews
    from kb.review.forms import ReviewForms

    return ReviewForms(kb.reviews, kb.catalog)


def _seen_version(reviews: "ReviewForms | RemoteReviews", id: str, seen: int | None) -> int:
    return int(reviews.get(local_user(), id)["version"]) if seen is None else seen


def _of_passage(judged: Form, number: int) -> "Mark":
    from kb.errors import UsageError
    from kb.review.reviews import Mark

    found = next((each for each in judged["passages"] if each["rank"] == number), None)
    if found is None:
        raise UsageError("feedback.no_passage", number=number, n=len(judged["passages"]))
    return Mark(found["collection"], found["document"], found["start"], found["end"], found["version"])


def _of_place(given: str) -> "Mark":
    from kb.errors import UsageError
    from kb.review.reviews import Mark

    name, at, span = given.rpartition("@")
    start, dash, end = span.partition("-")
    collection, slash, path = name.partition("/")
    if not (at and dash and slash and start.isdecimal() and end.isdecimal()):
        raise UsageError("feedback.source_form", given=given[:200])
    return Mark(collection, path, int(start), int(end))


def _of_words(kb: "KnowledgeBase | RemoteKnowledgeBase", given: str) -> "Mark":
    from kb.errors import UsageError
    from kb.review.reviews import Mark

    name, equals, words = given.partition("=")
    collection, slash, path = name.partition("/")
    if not (equals and slash and words.strip()):
        raise UsageError("feedback.quote_form", given=given[:200])
    stored = kb.stored_text(local_user(), collection, path)
    times = stored.text.count(words)
    if times != 1:
        raise UsageError("feedback.words_times", times=times, path=path)
    start = stored.text.index(words)
    return Mark(collection, path, start, start + len(words), stored.version)


def _tell(review: Form, json: bool) -> None:
    if json:
        console.print_json(review)
        return
    state = console.t(f"cli_review_state_{review['state']}")
    if review["curated"]:
        state = console.t("cli_review_given_again", state=state)
    console.say(console.t("cli_review_line", id=review["id"], state=state, version=review["version"]))


def _print_judged(judged: Form) -> None:
    verdict = console.t(f"cli_judged_{judged['verdict']}") if judged["verdict"] else "-"
    print(console.printable_line(f"{judged['at']}  {judged['who']}  {verdict}  {judged['question']}"))
    for name in ("reason", "answer"):
        if judged[name]:
            words = " ".join(judged[name].split())
            print(console.printable_line(f"    {console.t(f'cli_{name}', words=words)}"))
    if judged["correction"]:
        words = " ".join(judged["correction"]["answer"].split())
        print(console.printable_line(f"    {console.t('cli_correction', words=words)}"))
    state = console.t(f"cli_review_state_{judged['state']}")
    if judged["editor"]:
        state = console.t("cli_review_by", state=state, editor=judged["editor"])
    if judged["withdrawn"]:
        why = console.t(f"cli_source_{judged['withdrawn']}")
        state = console.t("cli_review_curated_gone", state=state, why=why)
    elif judged["curated"]:
        state = console.t("cli_review_curated", state=state)
    line = console.t("cli_review_line", id=judged["id"], state=state, version=judged["version"])
    print(console.printable_line(f"    {line}"))


def _tell_withdrawn(found: list[Form]) -> None:
    if withdrawn := [each for each in found if each["withdrawn"]]:
        console.say(console.count("cli_curated_gone", len(withdrawn)))
