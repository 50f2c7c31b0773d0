"""The command that lets agents reach the documents over stdio: `kb mcp`."""

from typing import TYPE_CHECKING

from ui.cli.common import ConfigOption, HomeOption, app, local_user, opened

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from ui.cli.client import RemoteKnowledgeBase


@app.command()
def mcp(home: HomeOption = None, config: ConfigOption = None) -> None:
    """Let an agent search, ask and read the documents: a server of the Model Context Protocol on stdin and stdout.

    It speaks to the running service of the home, or else opens the home itself.
    """
    with opened(home, config) as kb:
        import anyio

        anyio.run(_serve, kb)


async def _serve(kb: "KnowledgeBase | RemoteKnowledgeBase") -> None:
    """Answer until stdin ends."""
    from mcp.server.stdio import stdio_server

    from ui.cli.client import RemoteKnowledgeBase
    from ui.mcp.server import Caller, server_of

    origin = kb.origin if isinstance(kb, RemoteKnowledgeBase) else None
    reader = Caller(kb, local_user(), origin)
    server = server_of(lambda request: reader)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
