"""The picture of the rooms and their arrows in docs/architecture.md, made from the import graph.

    python .ci/rooms.py        write docs/images/rooms.svg; needs `dot` of Graphviz

An arrow leads from a room to one that it imports. What follows from others is not drawn: where a room imports a second
one that imports a third, its own import of the third.
"""

import hashlib
import subprocess
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "rooms.svg"
LAYERS = {"ui": "#e8eefc", "ingest": "#e9f6ec", "kb": "#fdf3e1"}  # from high to low
_STYLE = """\
digraph rooms {
  rankdir=TB; ranksep=0.5; nodesep=0.25; newrank=true; bgcolor="white";
  node [shape=box, style="rounded,filled", fillcolor="white", color="#8a93a5", fontname="Helvetica", fontsize=12];
  node [height=0.36];
  edge [color="#6b7486", arrowsize=0.6];
"""


def imports() -> dict[str, set[str]]:
    """Room -> rooms that it imports."""
    graph = grimp.build_graph(*LAYERS, exclude_type_checking_imports=True, cache_dir=None)
    modules = {module for module in graph.modules if not graph.find_children(module)}  # without the packages' faces
    found: dict[str, set[str]] = {room_of(module): set() for module in modules}
    for module in modules:
        others = {room_of(other) for other in graph.find_modules_directly_imported_by(module) & modules}
        found[room_of(module)] |= others - {room_of(module)}
    return found


def room_of(module: str) -> str:
    """The room of a module: ui.api for ui.api.routes; a module at the top of its layer is a room by itself."""
    return ".".join(module.split(".")[:2])


def drawn(arrows: dict[str, set[str]]) -> set[tuple[str, str]]:
    """The arrows that do not follow from others (the transitive reduction of a graph without circles)."""

    def reached(room: str) -> set[str]:
        found: set[str] = set()
        waiting = [room]
        while waiting:
            for other in arrows.get(waiting.pop(), set()) - found:
                found.add(other)
                waiting.append(other)
        return found

    return {
        (room, other)
        for room, others in arrows.items()
        for other in others
        if not any(other in reached(between) for between in others - {other})
    }


def dot_text() -> str:
    """The picture in Graphviz's language."""
    arrows = imports()
    lines = [_STYLE]
    for layer, colour in LAYERS.items():
        rooms = sorted(room for room in arrows if room.split(".")[0] == layer)
        lines.append(f'  subgraph "cluster_{layer}" {{ label="{layer}/"; labeljust=l; fontname="Helvetica-Bold";')
        lines.append(f'    style="rounded,filled"; color="{colour}"; fillcolor="{colour}";')
        lines += [f'    "{room}" [label="{room.partition(".")[2]}"];' for room in rooms]
        lines.append("  }")
    lines += [f'  "{room}" -> "{other}";' for room, other in sorted(drawn(arrows))]
    return "\n".join([*lines, "}\n"])


def fingerprint(text: str) -> str:
    """What tells whether a picture was made from a text."""
    return f"<!-- made by .ci/rooms.py from {hashlib.sha256(text.encode()).hexdigest()} -->"


def main() -> None:
    text = dot_text()
    svg = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True).stdout
    PICTURE.write_text(svg[svg.index("<svg") :].rstrip() + f"\n{fingerprint(text)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
