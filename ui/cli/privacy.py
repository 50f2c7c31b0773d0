"""`kb privacy`: which hosts may be reached or reach the product; the proof that nothing else is, and its check."""

import json as json_module
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, ListByDefault, app, home_place, settings_of

privacy = typer.Typer(cls=ListByDefault, help="What may leave this machine and to whom; proves that nothing else does.")
app.add_typer(privacy, name="privacy")


@privacy.command("list")
def list_destinations(json: JsonOption = False, config: ConfigOption = None) -> None:
    """The hosts that may be reached (that of single sign-on by the service alone), and the networks let in."""
    with console.errors_for_people():
        settings = settings_of(config)
        found, reached = settings.destinations, settings.service
        let_in = {"service.clients": reached.clients, "service.trusted_proxies": reached.trusted_proxies}
        networks = [(network, name) for name, given in let_in.items() for network in given]
        if json:
            console.print_json({
                "destinations": [{"host": d.host, "settings": list(d.settings)} for d in found],
                "let_in": [{"network": network, "settings": [name]} for network, name in networks],
            })  # fmt: skip
            return
        for destination in found:
            print(console.printable_line(f"{destination.host}  ({', '.join(destination.settings)})"))
        for network, name in networks:
            print(console.printable_line(f"{network}  ({name}{console.t('cli_comes_in')})"))
        if not found:
            console.say(console.t("cli_nothing_reached"))


@privacy.command()
def prove(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The folder for the report; it is made if it is not there.")
    ] = Path(),
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the product under observation in a home of its own, with leaks planted in it, and write a report.

    It takes a few minutes, at most eight. The home is not touched; its key signs the report. Exit code 1 where
    something got out, or could not be shown.
    """
    with console.errors_for_people():
        from kb.errors import UsageError, why
        from ui.proof.proof_report import as_markdown, reasons
        from ui.proof.proving import prove as proved

        settings = settings_of(config)
        name = f"privacy-proof-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        try:
            out.mkdir(parents=True, exist_ok=True)
            (out / f".{name}").touch(exist_ok=False)
            (out / f".{name}").unlink()
        except OSError as error:
            raise UsageError(f"{out} cannot be written: {why(error)}. Choose another folder with --out.") from None
        console.say(console.t("cli_proving"))
        report = proved(settings, home_place(home), config)
        file = (out / f"{name}.json").absolute()
        try:
            file.write_text(json_module.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            file.with_suffix(".md").write_text(as_markdown(report), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {why(error)}. Choose another folder with --out.") from None
        told = reasons(report, console.strings())
        if json:
            console.print_json({**report, "report": str(file)})
        else:
            passed, failed = console.t("cli_passed"), console.t("proof_failed", reasons=told)
            print(passed if report["passed"] else console.printable_line(failed))
            print(file.with_suffix(".md"))
            print(file)
        if not report["passed"]:
            raise typer.Exit(1)


@privacy.command()
def check(
    report: Annotated[Path, typer.Argument(metavar="FILE", help="The .json file of a report.", show_default=False)],
    key: Annotated[
        str, typer.Option("--key", help="The public key it must be signed by, as `kb audit head` names it.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Whether a report is as it was signed, and by which key. Exit code 1 where it is not."""
    with console.errors_for_people():
        from ui.proof.proving import read_report, signed_by

        found = read_report(report)
        signer = signed_by(found)
        good = bool(signer) and key in ("", signer)
        if json:
            console.print_json({"signed": good, "key": signer, "passed": found["passed"], "at": found.get("at", "")})
        elif good:
            print(console.printable_line(console.t("cli_signed", signer=signer, at=found.get("at", ""))))
        else:
            said = console.t("cli_signed_by_other", signer=signer) if signer else console.t("cli_unsigned")
            print(console.printable_line(f"{report}: {said}"))
        if not good:
            raise typer.Exit(1)
