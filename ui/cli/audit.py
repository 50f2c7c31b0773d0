"""`kb audit`: who did what and when, and whether that record of it is whole."""

import json as json_module
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, ListByDefault, app, local_user, opened

audit = typer.Typer(cls=ListByDefault, help="Who did what and when, and whether the record of it is whole.")
app.add_typer(audit, name="audit")

HeadOption = Annotated[
    Path | None,
    typer.Option(
        "--head", metavar="FILE", help="A head, or an export, that was kept elsewhere: the trail must lead to it."
    ),
]


@audit.command("list")
def list_rows(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many rows at most.")] = 50,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="From this day on: 2026-11-25.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Up to this day, and with it.")] = "",
    who: Annotated[str, typer.Option("--who", "--asker", metavar="NAME", help="Only what this one did.")] = "",
    action: Annotated[
        str, typer.Option("--action", metavar="NAME", help="Only this, such as ask, ingest, delete, access or sign_in.")
    ] = "",
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Who did what, when, how it ended, and on which evidence; newest first."""
    with opened(home, config) as kb:
        rows = kb.trail.rows(limit, since=since, until=until, asker=who, action=action)
        if json:
            console.print_json({"audit": rows})
            return
        for row in rows:
            print(console.printable_line(_line(row)))
        if not rows:
            console.say(console.t("cli_no_rows"))


@audit.command()
def head(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A new file to write it into.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The signed head of the trail. Keep it where nobody of this machine writes: `verify --head` compares with it."""
    with opened(home, config) as kb:
        from kb.audit.heads import head_form

        form = head_form(kb.trail.head())
        if out is not None:
            _write(out, [form])
            console.say(f"{out}: {console.t('cli_head_of', n=form['number'])}")
        if json or out is None:
            console.print_json(form)


@audit.command()
def verify(
    head: HeadOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Verify an export instead; no home is needed.")
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Whether the trail is whole: no record was changed, taken out, added or moved. Exit code 1 where it is not."""
    with console.errors_for_people():
        from kb.audit.heads import read_head
        from kb.audit.trail import verify_export
        from kb.audit.verification import verdict_form

        kept = None if head is None else read_head(head)
        if file is not None:
            verdict = verify_export(file, kept)
        else:
            with opened(home, config) as kb:
                verdict = kb.trail.verify(kept)
        if json:
            console.print_json(verdict_form(verdict))
        else:
            for problem in verdict.problems:
                print(console.printable_line(console.localized(problem.what)))
            if verdict.whole:
                compared = "" if verdict.head is None else console.t("cli_leads_to_head", n=verdict.head)
                print(console.t("cli_whole", records=console.count("cli_records", verdict.records), compared=compared))
        if not verdict.whole:
            console.say(console.t("cli_not_whole"))
            raise typer.Exit(1)


@audit.command()
def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file.", show_default=False)],
    without_texts: Annotated[
        bool, typer.Option("--without-texts", help="The records alone, which name nobody and no document.")
    ] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the whole trail into a file: a record a line (JSON Lines), and last its signed head."""
    with opened(home, config) as kb:
        count = _write(out, kb.trail.export(local_user().name, texts=not without_texts)) - 1
        if json:
            console.print_json({"file": str(out), "records": count})
            return
        console.say(f"{out}: {console.t('cli_and_head', records=console.count('cli_records', count))}")


@audit.command()
def erase(
    before: Annotated[str, typer.Option("--before", metavar="DAY", help="2025-11-25.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Erase names and texts of the records written before a day. The records stay, and one more says so."""
    with opened(home, config) as kb:
        if not yes and not console.confirm(console.t("cli_erase_ask", day=before)):
            raise typer.Abort
        records = kb.trail.erase(local_user().name, before)
        if json:
            console.print_json({"records": records})
            return
        console.say(console.count("cli_erased", records))


def _write(out: Path, lines: Any) -> int:
    """Write lines of JSON into a new file (mode 0600), whole or not at all. Returns how many. Raises UsageError."""
    from kb.errors import UsageError, why

    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    count = 0
    try:
        if os.path.lexists(out):
            raise UsageError("audit.exists", file=out)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                for line in lines:
                    file.write(json_module.dumps(line) + "\n")
                    count += 1
                file.flush()
                os.fsync(file.fileno())
            os.rename(part, out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError("file.not_written", file=out, why=why(error)) from None
    return count


def _line(row: dict[str, Any]) -> str:
    """A row of the audit trail: what was asked stands last but for the documents it was answered from."""
    detail = row["detail"]
    supported: dict[str, bool] = {}  # documents that were cited
    for citation in detail.get("citations", []):
        name = citation["document"]
        supported[name] = supported.get(name, False) or citation["supported"]
    unsupported = console.t("cli_unsupported")
    evidence = ", ".join(f"{name}{'' if holds else unsupported}" for name, holds in sorted(supported.items()))
    model = detail.get("model") or (console.t("cli_no_model") if row["action"] == "ask" else "")
    parts = (row["at"], row["asker"], _action(row["action"]), _outcome(row["outcome"]), model, row["subject"])
    return "  ".join([*filter(None, map(str, parts)), *([f"[{evidence}]"] if evidence else [])])


def _action(action: str) -> str:
    """An action as `--action` names it, and in Chinese as the page calls it too."""
    from ui.words.strings_audit import ACTIONS

    named = ACTIONS.get(action)
    return action if named is None or console.language() == "en" else f"{named.zh}（{action}）"


def _outcome(outcome: str) -> str:
    from ui.words.strings_audit import TEXTS

    named = TEXTS.get(f"audit_outcome_{outcome}")
    return outcome if named is None or console.language() == "en" else named.zh
