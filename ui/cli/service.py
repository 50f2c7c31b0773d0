"""`kb service install`: the service as a unit of systemd."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from kb import privacy
from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, app, home_place, settings_of

service = typer.Typer(help="The service as a unit of systemd.", no_args_is_help=True)
app.add_typer(service, name="service")


@service.command()
def install(
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535, help="As of `kb up`.")] = 8600,
    listen: Annotated[str | None, typer.Option("--listen", metavar="HOST:PORT", help="As of `kb up`.")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="As of `kb up`.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="As of `kb up`.")] = None,
    user: Annotated[bool, typer.Option("--user", help="A unit of your own systemd, not the system's.")] = False,
    run_as: Annotated[
        str, typer.Option("--as", metavar="USER", help="Who the system's unit runs as; whose the home is.")
    ] = "",
    path: Annotated[
        Path | None, typer.Option("--path", help="Where it is written, in place of systemd's folder.")
    ] = None,
    shown: Annotated[bool, typer.Option("--print", help="Print it, and write nothing.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also over a unit that is not as it was made here.")
    ] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the unit: it may change the home and the cache alone, and reach what the settings name. Then start it."""
    with console.errors_for_people():
        from ui.cli.systemd_unit import Unit, allowed_hosts, check_path
        from ui.service.listening import check, place_of

        config = config or (Path(os.environ["KB_CONFIG"]) if os.environ.get("KB_CONFIG") else None)
        settings = settings_of(config)
        _check_environment()
        privacy.protect(destination.host for destination in settings.destinations)
        cert, key = (file and file.expanduser().absolute() for file in (tls_cert, tls_key))
        limits = settings.service
        place = place_of(listen, port, cert, key, limits.names, limits.trusted_proxies)
        check(place, has_accounts=True)  # `kb up` looks for accounts
        if user and place.port < 1024:
            from kb.errors import UsageError

            raise UsageError("unit.low_port", port=place.port)
        from kb.config import cache_dir

        folders = (home_place(home), cache_dir().expanduser().absolute())
        owner = _check_owner(run_as, user, folders)
        program = Path(sys.executable).with_name("kb")
        file = config.expanduser().absolute() if config else None
        for each in (program, *folders, *(part for part in (file, cert, key) if part)):
            check_path(each)
        command = [str(program), "up", *(["--listen", listen] if listen else ["--port", str(port)])]
        command += ["--tls-cert", str(cert), "--tls-key", str(key)] if cert and key else []
        unit = Unit(tuple(command), *folders, file, "" if user else owner, place, allowed_hosts(settings, place))
        text = unit.text(console.strings())
        if shown:
            print(text, end="")
            return
        _write(path.expanduser().absolute() if path else _place_of_unit(user), text, replace)
        _say_what_next(user, path, listens=not place.is_local)


def _check_environment() -> None:
    """Raises UsageError for settings of the environment: the unit has none of them."""
    from kb.errors import UsageError

    lost = sorted(name for name in os.environ if name.startswith("KB_") and "__" in name)
    if lost:
        raise UsageError("unit.settings_lost", names=", ".join(lost))
    if os.environ.get("KB_SSO_CLIENT_SECRET"):
        raise UsageError("unit.secret_lost")


def _check_owner(run_as: str, user: bool, folders: tuple[Path, ...]) -> str:
    """Who the unit runs as; home and cache are there and theirs. Raises UsageError."""
    import pwd

    from kb.errors import UsageError

    if user and run_as:
        raise UsageError("unit.user_and_as")
    if not user and not run_as:
        raise UsageError("unit.name_user")
    try:
        found = pwd.getpwnam(run_as) if run_as else pwd.getpwuid(os.getuid())
    except KeyError:
        raise UsageError("unit.no_user", name=run_as[:80]) from None
    if run_as and found.pw_uid == 0:
        raise UsageError("unit.no_root")
    for folder, variable in zip(folders, ("--home", "KB_CACHE"), strict=True):
        if not folder.is_dir():
            raise UsageError("unit.no_folder", folder=folder, variable=variable, name=found.pw_name)
        if folder.stat().st_uid != found.pw_uid:
            raise UsageError("unit.foreign_folder", folder=folder, variable=variable, name=found.pw_name)
    return found.pw_name


def _place_of_unit(user: bool) -> Path:
    if not user:
        return Path("/etc/systemd/system/kb.service")
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "systemd" / "user" / "kb.service"


def _write(file: Path, text: str, replace: bool) -> None:
    """Write the unit whole, and not over one that somebody else made or changed, unless told to."""
    from kb.errors import KBError, UsageError, why
    from ui.cli.systemd_unit import is_ours

    try:
        if file.exists() or file.is_symlink():
            there = file.read_text(encoding="utf-8", errors="replace")
            if there == text:
                console.say(console.t("cli_unit_same", file=file))
                return
            if not replace and not is_ours(there):
                raise UsageError("unit.changed", file=file)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.part")
        part.write_text(text, encoding="utf-8")
        part.chmod(0o644)
        part.replace(file)
    except OSError as error:
        raise KBError("unit.not_written", file=file, why=why(error)) from None
    console.say(console.t("cli_unit_written", file=file))


def _say_what_next(user: bool, path: Path | None, *, listens: bool) -> None:
    control = "systemctl --user" if user else "systemctl"
    if path is None:
        console.say(console.t("cli_unit_start", control=control))
    if listens:
        console.say(console.t("cli_unit_accounts"))
    if user:
        console.say(console.t("cli_unit_of_user"))
