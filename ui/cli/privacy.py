"""`kb privacy`: which hosts besides this machine the product may reach or may reach it, and which settings say so."""

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, JsonOption, ListByDefault, app, settings_of

privacy = typer.Typer(cls=ListByDefault, help="What may leave this machine, and to whom.")
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
            print(console.printable_line(f"{network}  ({name}: comes in)"))
        if not found:
            console.say("Nothing besides this machine may be reached.")
