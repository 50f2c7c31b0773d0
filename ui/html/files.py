"""Markup of the files that were dropped into a conversation: how each stands, and what can be done with it."""

from collections.abc import Sequence

from ui.html.templates import ToolButton, draw
from ui.service.uploading import DroppedFile
from ui.words.strings import Strings


def files(dropped: Sequence[DroppedFile], t: Strings) -> str:
    """The files of a conversation, each with the ways to open, ask, keep and let go of it. A click reports its name."""
    rows = []
    for file in dropped:
        ready = file.state == "ready"
        acts = [ToolButton("file-ask", file.name, t("file_ask"), file.name)] if ready else []
        acts += [ToolButton("file-keep", file.name, t("file_keep"), file.name)] if ready else []
        acts += [ToolButton("file-go", file.name, t("file_let_go"), file.name)]
        rows.append((file, "" if ready else t(f"file_{file.state}"), t.message(file.reason), acts))
    return draw("files.files", rows, t)
