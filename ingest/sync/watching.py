"""Watching: a folder is followed; what is added, changed or taken away in it is brought in while it happens.

What the system reports only says where to look; what happened is found out by an ordinary ingestion of the folder,
which opens nothing that is unchanged. A file that is still being written is left until it is whole
(`ingest.sync.copy_settling`); that it grows starts no ingestion.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ingest.document import files, links
from ingest.sync.copy_settling import Arriving
from ingest.sync.pipeline import IngestProgress, IngestReport, ingest
from kb.assistant import KnowledgeBase
from kb.errors import UsageError

_DEBOUNCE_MS = 400  # changes within it are taken together
_POLL_SECONDS = 0.25


Leave = Callable[[files.FoundFile], bool]


def watch(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    prune: bool = False,
    stop: threading.Event,
    progress: Callable[[IngestProgress], None] | None = None,
    poll: bool = False,
    by: str = "ingest",
) -> Iterator[IngestReport]:
    """Ingest `paths`, then follow them until `stop` is set: a report for the first run and one for each change.

    A report that says that nothing happened is not given, but for the first. With `prune` a document whose file is
    gone is removed. `poll` looks at the files instead of asking the system, for network drives. Raises what `ingest`
    raises.
    """

    def run(leave: Leave) -> IngestReport:
        return ingest(kb, paths, collection=collection, prune=prune, progress=progress, stop=stop, leave=leave, by=by)

    return follow(paths, run, stop=stop, poll=poll)


def follow(
    paths: Sequence[Path], run: Callable[[Leave], IngestReport], *, stop: threading.Event, poll: bool = False
) -> Iterator[IngestReport]:
    """As `watch`, with `run` in the place of `ingest`. It is given which files to leave for a later run."""
    roots = [Path(os.path.abspath(path)) for path in paths]
    files.find(roots)
    return _follow(roots, run, stop, poll)


def _follow(
    roots: Sequence[Path], run: Callable[[Leave], IngestReport], stop: threading.Event, poll: bool
) -> Iterator[IngestReport]:
    watched = _followed(roots, stop, poll)
    next(watched)  # from here on nothing is missed
    first, known, arriving = True, dict[str, str](), Arriving()
    while True:
        report = run(arriving.is_young)
        if first or _is_news(report, known):
            yield report
        first = False
        known.update({document.path: document.reason for document in report.documents if document.reason})
        if not _awaited(watched, arriving):
            return
        while not all(os.path.lexists(root) for root in roots):  # a drive that was taken out is no reason to delete
            if stop.wait(_POLL_SECONDS):
                return


def _awaited(watched: Iterator[set[Path]], arriving: Arriving) -> bool:
    """Wait until something has changed besides files that are arriving, or one of these is whole. False at the end."""
    return any(changed - arriving.young_files or arriving.is_any_ready() for changed in watched)


def _is_news(report: IngestReport, known: dict[str, str]) -> bool:
    """Whether a report says more than the ones before it: failures that are listed already are no news."""
    if report.added or report.changed or report.deleted:
        return True
    return any(document.reason and known.get(document.path) != document.reason for document in report.documents)


def _is_below(changed: Path, root: Path) -> bool:
    """Whether a file is below a root, not behind a link out of it, and not in a home, which each ingestion changes."""
    if not changed.is_relative_to(root) or links.is_home(root):
        return False
    try:
        links.resolved(changed.parent, root)
    except links.LeadsOutside:
        return False
    return True


def _followed(roots: Sequence[Path], stop: threading.Event, poll: bool) -> Iterator[set[Path]]:
    """Yields once when it watches, then what has changed under the roots, or nothing, about twice a second; ends when
    `stop` is set."""
    import watchfiles

    ours = {root for root in roots if not root.is_dir()}
    folders = sorted({root if root.is_dir() else root.parent for root in roots})
    if not folders:
        raise UsageError("ingest.name_folder")

    def wanted(_: object, path: str) -> bool:
        changed = Path(path)
        if files.is_hidden(changed.name) or files.is_left_behind(changed.name):
            return False
        return changed in ours or any(_is_below(changed, root) for root in roots if root not in ours)

    changes = watchfiles.watch(
        *folders, watch_filter=wanted, debounce=_DEBOUNCE_MS, step=100, stop_event=stop, rust_timeout=500,
        yield_on_timeout=True, raise_interrupt=False, force_polling=poll or None, ignore_permission_denied=True,
    )  # fmt: skip
    next(changes, None)  # it has begun when the first of its waits has passed
    yield set()
    for batch in changes:
        yield {Path(path) for _, path in batch}
