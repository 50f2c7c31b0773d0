"""`kb open` and `kb sessions`: who may use the page in a browser."""

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console
from ui.cli.common import (
    ConfigOption,
    HomeOption,
    JsonOption,
    app,
    home_place,
    local_user,
    opened,
    running_at,
    settings_of,
)

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from ui.cli.client import RemoteKnowledgeBase, RemoteSessions
    from ui.service.sessions import Sessions

sessions = typer.Typer(help="The browsers that were let in.", no_args_is_help=True)
app.add_typer(sessions, name="sessions")


@app.command("open")
def open_page(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Print an address of the running service that lets a browser in: once, within ten minutes."""
    with console.errors_for_people():
        settings_of(config)
        service = running_at(home)
        if service is None:
            from kb.errors import UsageError

            raise UsageError(f"No service runs for the home {home_place(home)}. Start it with `kb up`.")
        with service as remote:
            form = remote.sessions.new_address()
        if json:
            console.print_json(form)
        else:
            print(form["address"])


@sessions.command("list")
def list_sessions(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The sessions of browsers, oldest first."""
    with opened(home, config) as kb:
        found = _of(kb).all()
        if json:
            from dataclasses import asdict

            console.print_json({"sessions": [asdict(session) for session in found]})
            return
        from kb.language.local_days import local

        for session in found:
            times = {"since": session.created_at, "seen": session.seen_at, "until": session.expires_at}
            told = console.t("cli_session", **{name: local(at) for name, at in times.items()})
            print(console.printable_line(f"{session.id}  {told}  {session.label}"))


@sessions.command("revoke")
def revoke_sessions(
    ids: Annotated[
        list[str] | None, typer.Argument(help="As `kb sessions list` names them.", show_default=False)
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """End sessions: their browsers are let in no more, and pages that are open are cut."""
    with opened(home, config) as kb:
        if bool(ids) == everyone:
            from kb.errors import UsageError

            raise UsageError("Name sessions, or give --all. `kb sessions list` names those there are.")
        known = _of(kb)
        ended = [session.id for session in known.all()] if everyone else ids or []
        for id in ended:
            known.revoke(id, local_user().name)
        print(console.count("cli_sessions_ended", len(ended)))


def _of(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "Sessions | RemoteSessions":
    from ui.cli.client import RemoteKnowledgeBase

    if isinstance(kb, RemoteKnowledgeBase):
        return kb.sessions
    from ui.service.sessions import Sessions

    return Sessions(kb.catalog)
