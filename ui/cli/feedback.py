"""`kb feedback`: what readers said of the answers they got."""

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, opened

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.store.conversations import Judged, Verdict
    from ui.cli.client import RemoteKnowledgeBase


@app.command()
def feedback(
    verdict: Annotated[
        str | None, typer.Option("--verdict", metavar="up|down", help="Only those judged so.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 100,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The answers that readers judged, with their reasons; the last judged first."""
    with opened(home, config) as kb:
        found = _judged(kb, verdict, limit)
        if json:
            from dataclasses import asdict

            console.print_json({"feedback": [asdict(judged) for judged in found]})
            return
        for judged in found:
            said = console.t(f"cli_judged_{judged.verdict}")
            print(console.printable_line(f"{judged.at}  {judged.who}  {said}  {judged.question}"))
            for name, text in (("cli_reason", judged.reason), ("cli_answer", judged.answer)):
                if text:
                    print(console.printable_line(f"    {console.t(name, words=' '.join(text.split()))}"))


def _judged(kb: "KnowledgeBase | RemoteKnowledgeBase", verdict: str | None, limit: int) -> "list[Judged]":
    from kb.errors import UsageError
    from ui.cli.client import RemoteKnowledgeBase

    if verdict not in ("up", "down", None):
        raise UsageError("feedback.no_verdict_option", verdict=verdict)
    wanted: Verdict | None = "up" if verdict == "up" else "down" if verdict else None
    if isinstance(kb, RemoteKnowledgeBase):
        return kb.judged(wanted, limit)
    from kb.store.conversations import ConversationStore

    return ConversationStore(kb.catalog).judged(wanted, limit)
