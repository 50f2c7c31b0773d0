"""The MCP server: tools and resources, whatever carries the messages. Each request is answered for its own asker."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from anyio import from_thread
from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from kb.errors import DocumentNotFound, KBError, RefusedByPolicy, UsageError
from kb.models.cancellation import Cancellation
from kb.schema import Principal
from kb.store.conversations import clean
from kb.store.document_queries import DocumentQuery, select
from ui.api.common import VERSION
from ui.api.stream import in_thread
from ui.mcp.addresses import TEMPLATE, named_by, uri_of
from ui.mcp.library import Library, text_for_agents
from ui.mcp.tools import TOOLS, Call

LISTED = 100  # resources at a time
MOST_TEXT = 1_000_000  # characters of one resource; longer documents are read in parts
INSTRUCTIONS = (
    "The user's own documents, on this machine. Use search to find passages, read_document to read around them, and "
    "ask for a checked answer. Cite documents by path and page."
)

Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where is read for them. `origin` is the page's; None where none is served."""

    library: Library
    asker: Principal
    origin: str | None


def server_of(reader_of: Callable[[Any], Caller]) -> Server[Any]:
    """A server. `reader_of(request)` tells for whom a request is answered; it is given the HTTP request, or None."""
    here = partial(_reader, reader_of)
    server: Server[Any] = Server(
        "kb",
        version=VERSION,
        title="Private knowledge base",
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=partial(_call_tool, here),
        on_list_resources=partial(_list_resources, here),
        on_list_resource_templates=_list_templates,
        on_read_resource=partial(_read_resource, here),
        get_tool_input_schema=lambda name: TOOLS[name].given.model_json_schema() if name in TOOLS else None,
    )
    server.middleware.clear()  # what is there by default would trace each message
    return server


def _reader(reader_of: Callable[[Any], Caller], context: Context) -> Caller:
    try:
        return reader_of(context.request)
    except KBError as error:
        raise _refusal(error) from None


async def _list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[tool.described() for tool in TOOLS.values()])


async def _call_tool(
    here: Callable[[Context], Caller], context: Context, params: types.CallToolRequestParams
) -> types.CallToolResult:
    tool = TOOLS.get(params.name)
    if tool is None:
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name!r}. There are: {', '.join(TOOLS)}.")
    reader, stop = here(context), Cancellation()
    try:
        given = tool.given.model_validate(params.arguments or {})
        call = Call(reader.library, reader.asker, reader.origin, _reporting(context), stop)
        data, text = await _in_thread(partial(tool.run, call, given), stop)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors())
        return _failed(f"{tool.name} cannot use these arguments: {problems}.")
    except KBError as error:
        return _failed(str(error))
    except UnicodeEncodeError:
        return _failed("The arguments hold half of a surrogate pair, which is no text. Send whole ones.")
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=clean(text))], structured_content=_cleaned(data.model_dump())
    )


async def _list_resources(
    here: Callable[[Context], Caller], context: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourcesResult:
    reader = here(context)
    cursor = (params.cursor if params else None) or "0"
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise MCPError(types.INVALID_PARAMS, "That cursor was not given by this server. Begin without one.")
    offset = int(cursor)
    try:
        listed = await _in_thread(partial(reader.library.documents, reader.asker))
    except KBError as error:
        raise _refusal(error) from None
    found = select(listed, DocumentQuery(statuses=("ready",), limit=LISTED, offset=offset))
    end = offset + len(found.documents)
    return types.ListResourcesResult(
        resources=[
            types.Resource(
                uri=uri_of(each.collection, each.path), name=clean(f"{each.collection}/{each.path}"),
                title=clean(each.shown_title or each.title) or None, mime_type="text/plain",
            )
            for each in found.documents
        ],
        next_cursor=str(end) if end < found.total else None,
    )  # fmt: skip


async def _list_templates(
    context: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    template = types.ResourceTemplate(
        uri_template=TEMPLATE, name="document", title="A document", mime_type="text/plain",
        description="The text of a document, by collection and path.",
    )  # fmt: skip
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def _read_resource(
    here: Callable[[Context], Caller], context: Context, params: types.ReadResourceRequestParams
) -> types.ReadResourceResult:
    reader = here(context)
    try:
        collection, path = named_by(params.uri)
        stored = await _in_thread(partial(text_for_agents, reader.library, reader.asker, collection, path))
        if len(stored.text) > MOST_TEXT:
            raise UsageError("document.too_long_for_resource", path=path, count=len(stored.text), most=MOST_TEXT)
    except KBError as error:
        raise _refusal(error, params.uri) from None
    content = types.TextResourceContents(uri=params.uri, mime_type="text/plain", text=clean(stored.text))
    return types.ReadResourceResult(contents=[content])


def _refusal(error: KBError, uri: str = "") -> MCPError:
    theirs = isinstance(error, UsageError | DocumentNotFound | RefusedByPolicy)
    code = types.INVALID_PARAMS if theirs else types.INTERNAL_ERROR
    return MCPError(code, str(error), {"uri": uri} if uri else None)


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=clean(message))], is_error=True)


def _reporting(context: Context) -> Callable[[str], None]:
    """Tells the client how far a call is, from the thread that does the work."""
    steps = 0

    def report(stage: str) -> None:
        nonlocal steps
        steps += 1
        from_thread.run(context.session.report_progress, float(steps), None, stage)

    return report


async def _in_thread(work: Callable[[], Any], stop: threading.Event | None = None) -> Any:
    """Do the work in a thread. Where the request is given up meanwhile, `stop` is set and nobody waits for it."""
    try:
        return await in_thread(work)
    except anyio.get_cancelled_exc_class():
        if stop is not None:
            stop.set()
        raise


def _cleaned(data: Any) -> Any:
    """The data with half characters replaced, which names of files may hold."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {name: _cleaned(value) for name, value in data.items()}
    return [_cleaned(each) for each in data] if isinstance(data, list) else data
