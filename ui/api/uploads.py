"""Routes of the API: files sent to the service. They are written to disk as they come, and never held in memory."""

import errno
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from kb.access.rules import PERSONAL
from kb.errors import HomeError, KBError, StorageFull, UsageError, why
from kb.people.permissions import check_editing
from kb.schema import Principal
from kb.store.collection_names import collection_name
from ui.api.common import Asker, ServiceHere
from ui.api.jobs import JobForm, job_form
from ui.api.permissions import needs
from ui.api.stream import Json

if TYPE_CHECKING:
    from ingest.sync.jobs import Job
    from ui.service.runtime import Service

router = APIRouter(prefix="/documents", tags=["documents"])

CollectionName = Annotated[str, Query(min_length=1, max_length=1000, description="`~`: one's own")]

MOST_FILES = 1_000  # of one request
_MEGABYTE = 1 << 20
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


class UploadTooLarge(KBError):
    """A file over the limit, or one too many; what follows it was not read."""


@router.post("/upload", response_model=JobForm, status_code=202, openapi_extra=BODY)
@needs("ingest")
async def upload(
    request: Request, service: ServiceHere, asker: Asker, collection: CollectionName = "uploads"
) -> Response:
    """Send files (multipart/form-data, any number of parts with a file name); a job reads them in.

    A file over `ingest.max_file_mb` refuses the whole request (413); nothing is kept of a request that is cut off.
    """
    collection = await run_in_threadpool(_checked, service, asker, collection)
    try:
        async with received(request, service) as files:
            job = await run_in_threadpool(_add, service, files, collection, asker.name)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    return Json(job_form(job), 202)


@asynccontextmanager
async def received(request: Request, service: "Service") -> AsyncIterator[list[tuple[str, Path]]]:
    """The files of a multipart request, as the name that was sent and where its content is, while the `with` lasts.

    Raises UploadTooLarge, UsageError, StorageFull, HomeError, and ClientDisconnect where the connection ended.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise UsageError("upload.form")
    folder = await run_in_threadpool(_folder, service)
    try:
        incoming = Incoming(folder, boundary, service.kb.settings.ingest.max_file_mb)
        try:
            async for block in request.stream():
                await run_in_threadpool(incoming.write, block)
            incoming.end()
        finally:
            incoming.close()
        yield incoming.files
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)


def _checked(service: "Service", asker: Principal, given: str) -> str:
    """The collection that is meant; `~` is the asker's own. Raises RefusedByPolicy, UsageError."""
    account = service.people.get(asker.name)
    name = account.own_collection if given == PERSONAL and account is not None else given
    name = collection_name(service.kb.catalog, name)
    check_editing(asker, name)
    return name


def _folder(service: "Service") -> Path:
    """Where the files of one request are put while they come: on the disk of the home."""
    place = service.kb.home.incoming
    place.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=place))


def _add(service: "Service", files: list[tuple[str, Path]], collection: str, who: str) -> "Job":
    job = service.uploads.add(opened(files), collection=collection, who=who)
    if job is None:
        raise UsageError("upload.no_file")
    return job


def opened(files: list[tuple[str, Path]]) -> Iterator[tuple[str, IO[bytes]]]:
    """One open file at a time: there may be more of them than the system lets a process open."""
    for name, path in files:
        with path.open("rb") as file:
            yield name, file


class Incoming:
    """The files of a multipart body, written to a folder as the body comes."""

    def __init__(self, folder: Path, boundary: bytes, max_file_mb: int) -> None:
        self.files: list[tuple[str, Path]] = []  # the name as it was sent, and where its content is
        self._folder = folder
        self._limit = max_file_mb
        self._out: IO[bytes] | None = None
        self._size = 0
        self._field = self._value = b""
        self._disposition = b""
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self.close,
                "on_end": self._on_end,
            },
        )

    def write(self, block: bytes) -> None:
        """Take the next piece of the body. Raises UploadTooLarge, UsageError, StorageFull."""
        try:
            self._parser.write(block)
        except FormParserError as error:
            raise UsageError("upload.unreadable", why=error) from None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("upload.disk_full_request") from error
            raise HomeError("upload.not_kept", why=why(error)) from error

    def end(self) -> None:
        """The body has ended. Raises UsageError where its last boundary did not come."""
        if not self._complete:
            raise UsageError("upload.cut_off_request")

    def close(self) -> None:
        """Close the file that is being written."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def _begin(self) -> None:
        self._field = self._value = self._disposition = b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        if name:  # a part without one is a field of a form, of which there are none
            if len(self.files) == MOST_FILES:
                raise UploadTooLarge("upload.too_many", most=MOST_FILES)
            path = self._folder / str(len(self.files))
            self._out, self._size = path.open("wb"), 0
            self.files.append((name.decode("utf-8", "replace"), path))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._out is None:
            return
        self._size += end - start
        if self._size > self._limit * _MEGABYTE:
            raise UploadTooLarge("upload.over_limit", name=self.files[-1][0], limit=self._limit)
        self._out.write(data[start:end])

    def _on_end(self) -> None:
        self._complete = True
