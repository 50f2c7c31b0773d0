"""Ingestion and deletion killed by SIGKILL, then run again: nothing is lost, doubled or half there.

A child process ingests a folder as `kb ingest` does, and writes a line at every step that changes what is stored,
before and after it. The test kills it at lines drawn with a fixed seed: one in each kind of step, so that the moments
lie in all phases, and some more anywhere. The embedding model is a tiny one (tests/tiny.py), which the configuration
puts in the place of the real one: a child starts in two seconds, and what is tested is in storage, not in the vectors.
Catalog, Chroma, the word index and the originals are the real ones.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import Settings, load_settings
from kb.errors import StorageFull
from kb.schema import Scope
from tests import tiny
from tests.knowledge import OWNER, write

ROOT = Path(__file__).parents[2]
SEED = 20251017
KILLS = int(os.environ.get("KB_KILLS", "10"))  # 50 take a quarter of an hour
FULL_DISKS = int(os.environ.get("KB_FULL_DISKS", "3"))  # 10 take some minutes
SEVERAL = ("02.md", "03.md", "04.md")  # are deleted together
STEPS = {
    "kb.assistant:KnowledgeBase": ("remove",),
    "kb.store.catalog:Catalog": (
        "add_versions",
        "publish",
        "delete_documents",
        "_delete_document",
        "record_outcome",
        "set_property",
        "wipe",
    ),
    "kb.store.file_tracking:Sync": ("store_ahead", "keep_seen", "move", "drop_ahead"),
    "kb.store.vectors:VectorIndex": ("add", "delete", "close"),
    "ingest.sync.pipeline:_Run": ("_begin", "_take"),
    "tests.tiny:TinyEmbedding": ("get_text_embedding_batch",),
}


def child(command: str, home: str, *arguments: str) -> None:
    """What the killed process does."""
    from kb.models.embedding import load_class

    def announced(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(step)
        def run(*args: Any, **options: Any) -> Any:
            told(f"before {name}")
            result = step(*args, **options)
            told(f"after {name}")
            return result

        return run

    for place, names in STEPS.items():
        owner = load_class(place, "step")
        for name in names:
            setattr(owner, name, announced(name.strip("_"), getattr(owner, name)))
    with KnowledgeBase.open(Path(home), load_settings()) as kb:
        told("before everything")
        if command == "delete":
            kb.delete_documents(OWNER, [("many", path) for path in arguments])
        else:
            ingest(kb, [Path(arguments[0])], prune=True)
        told("after everything")


def told(line: str) -> None:
    """Print a line, and wait until the parent, which may kill this process here, has read it."""
    print(line, flush=True)
    sys.stdin.readline()


def run(*arguments: str, kill_at: int | None = None) -> list[str]:
    """The lines of a child, killed after so many of them."""
    script = "import sys; from tests.journeys.test_killed import child; child(*sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, **tiny.ENVIRONMENT},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.strip())
        if len(lines) == kill_at:
            process.send_signal(signal.SIGKILL)
            break
        process.stdin.write("\n")
        process.stdin.flush()
    process.stdout.read()
    assert process.wait() == (0 if kill_at is None else -signal.SIGKILL)
    process.stdin.close()
    process.stdout.close()
    return lines


def settings() -> Settings:
    return load_settings(env=dict(tiny.ENVIRONMENT))


def room(n: int, paragraphs: int = 8, code: int = 0) -> str:
    """A document that no other is like: several chunks, and a word that only it has."""
    lines = (
        f"Paragraph {p} of room {n}: the key with number {n * 31 + p} hangs on hook {p * 7 + n}. " * 6
        for p in range(paragraphs)
    )
    return f"# Room {n}\n\nThe word of this room is zebra{n:03}code{code}.\n\n" + "\n\n".join(lines)


def ticket(n: int, text: str) -> str:
    return json.dumps({"doc": f"tickets/{n}", "title": f"Ticket {n}", "text": f"{text} ticketword{n:03}"})


def pack(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`before`: a home over a folder; the folder has changed since. `after`: what an undisturbed run makes of it."""
    place = tmp_path_factory.mktemp("killed")
    folder = place / "many"
    write(folder, {f"{n:02}.md": room(n) for n in range(6)})
    write(folder, {"gone.md": room(98), "tickets.jsonl": "\n".join(ticket(n, "It leaks.") for n in range(8))})
    write(folder, {"old/place.md": room(97), "same/a.md": room(96)})
    pack(folder / "packed.zip", {"in/1.md": room(90), "in/2.md": room(91)})
    with KnowledgeBase.open(place / "before", settings()) as kb:
        ingest(kb, [folder])
    (folder / "gone.md").unlink()
    (folder / "old/place.md").rename(folder / "moved.md")
    write(folder, {"same/b.md": room(96)})
    pack(folder / "packed.zip", {"in/1.md": room(90), "in/3.md": room(92)})
    write(folder, {f"{n:02}.md": room(n, code=n % 2) for n in range(4)})
    write(folder, {f"new/{n:02}.{'md' if n % 2 else 'html'}": room(n) for n in range(10, 50)})
    write(folder, {"tickets.jsonl": "\n".join(ticket(n, "It leaks no more.") for n in range(2, 14))})
    write(folder, {"empty.md": "", "unknown.xyz": "?", "中文.md": "# 房间\n\n钥匙挂在门后，编号是四十二。"})
    return place


@pytest.fixture(scope="module")
def undisturbed(place: Path) -> list[str]:
    shutil.copytree(place / "before", place / "after")
    return run("ingest", str(place / "after"), str(place / "many"))


def contents(kb: KnowledgeBase) -> dict[str, Any]:
    """All that a home holds for its users."""
    documents = kb.documents(OWNER)
    return {
        "documents": [(d.collection, d.path, d.version, d.sha256, d.chunks, bool(d.reason)) for d in documents],
        "texts": {d.path: kb.stored_text(OWNER, d.collection, d.path).text for d in documents if d.version},
        "chunks": {
            d.path: [(c.start, c.end, c.text, c.embedded_text) for c in kb.chunks(OWNER, d.collection, d.path)]
            for d in documents
        },
        "originals": sorted(file.name for file in kb.home.originals.rglob("*") if file.is_file()),
    }


def is_sound(kb: KnowledgeBase) -> bool:
    """Whether the catalog is whole, and both indexes hold exactly what can be found."""
    live = kb.catalog.live_ids()
    held = {chunk_id for chunk_id, _ in kb.indexes.vectors.nearest(kb.embedder.embed_question("room").vector, 10_000)}
    assert kb.indexes.vectors.count() == kb.catalog.count_live() == kb.catalog.count_words() == len(live)
    assert held == live
    assert kb.catalog.pending() == []
    with sqlite3.connect(kb.home.catalog) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        unused = "SELECT count(*) FROM embeddings WHERE id NOT IN (SELECT embedding_id FROM chunks)"
        assert db.execute(unused).fetchone() == (0,)
    db.close()
    return True


def found_by(kb: KnowledgeBase, word: str, *paths: str) -> set[str]:
    """The documents whose passages hold a word, among those that a search for it finds: in all, or in those of paths.

    Of copies a search gives one.
    """
    return {p.document for p in kb.search(word, OWNER, 5, Scope(paths=paths)).passages if word in p.text}


@pytest.fixture(scope="module")
def then(place: Path, undisturbed: list[str]) -> dict[str, Any]:
    """What the undisturbed run made."""
    with KnowledgeBase.open(place / "after", settings()) as kb:
        return contents(kb)


def moments(lines: list[str]) -> list[int]:
    """Line numbers, from 1: one for as many kinds of step as there are kills, chosen with the seed."""
    chance = random.Random(SEED)
    kinds = sorted(set(lines[:-1]))
    chosen = chance.sample(kinds, min(len(kinds), KILLS - 2))
    numbered = list(enumerate(lines[:-1], 1))
    of_kinds = [chance.choice([n for n, line in numbered if line == kind]) for kind in chosen]
    others = [n for n, _ in numbered if n not in of_kinds]
    return sorted([*of_kinds, *chance.sample(others, KILLS - len(of_kinds))])


def test_the_steps_in_which_it_is_killed_are_in_all_phases(undisturbed: list[str]) -> None:
    """Reading, embedding, and the three stores: the undisturbed run goes through all of them, some several times."""
    assert {line.partition(" ")[2] for line in undisturbed} >= {
        "begin", "take", "get_text_embedding_batch", "store_ahead", "add_versions", "set_property", "add", "publish",
        "delete", "delete_documents", "record_outcome", "move", "keep_seen", "drop_ahead",
    }  # fmt: skip
    assert undisturbed.count("after publish") >= 2
    assert len(set(moments(undisturbed))) == KILLS


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_run_again_it_is_as_if_nothing_had_happened(
    place: Path, undisturbed: list[str], then: dict[str, Any], tmp_path: Path, number: int
) -> None:
    at = moments(undisturbed)[number]
    home = shutil.copytree(place / "before", tmp_path / "home")
    assert run("ingest", str(home), str(place / "many"), kill_at=at) == undisturbed[:at]
    with KnowledgeBase.open(home, settings()) as kb:
        ingest(kb, [place / "many"], prune=True)
        kb.repair()
        now = contents(kb)
        assert is_sound(kb)
        assert found_by(kb, "zebra010code0") == {"new/10.html"}
        assert found_by(kb, "zebra001code1") == {"01.md"}
        assert found_by(kb, "ticketword013") == {"tickets/13"}
        assert found_by(kb, "zebra001code0") == found_by(kb, "zebra098code0") == set()
        assert found_by(kb, "zebra097code0") == {"moved.md"}
        for copied in ("same/a.md", "same/b.md"):
            assert found_by(kb, "zebra096code0", copied) == {copied}
        assert found_by(kb, "zebra092code0") == {"packed.zip/in/3.md"}
        assert found_by(kb, "zebra091code0") == set()
    assert [d for d in now["documents"] if d not in then["documents"]] == []
    assert now == then


def test_before_anything_is_run_again_the_home_answers_and_is_sound(
    place: Path, undisturbed: list[str], tmp_path: Path
) -> None:
    """Killed between Chroma and the catalog, opened by a search and by nothing else."""
    home = shutil.copytree(place / "before", tmp_path / "home")
    at = undisturbed.index("before publish") + 1
    run("ingest", str(home), str(place / "many"), kill_at=at)
    with KnowledgeBase.open(home, settings()) as kb:
        assert found_by(kb, "zebra001code1") == {"01.md"}
        assert is_sound(kb)


def megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / (1 << 20)


@pytest.mark.parametrize("number", range(FULL_DISKS))
def test_a_disk_that_fills_up_and_is_given_room_is_as_if_nothing_had_happened(
    place: Path, then: dict[str, Any], small_disk: Callable[[int], Path], number: int
) -> None:
    """The disk has room for a part of what is to be added, another one each time."""
    before, after = megabytes(place / "before"), megabytes(place / "after")
    room = before + (after - before) * (number + 0.5) / FULL_DISKS
    disk = small_disk(32)
    home = shutil.copytree(place / "before", disk / "home")
    subprocess.run(["mount", "-o", f"remount,size={int(room * 1024)}k", str(disk)], check=True)
    with pytest.raises(StorageFull), KnowledgeBase.open(home, settings()) as kb:
        ingest(kb, [place / "many"], prune=True)
    subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
    with KnowledgeBase.open(home, settings()) as kb:
        assert is_consistent(kb)
        ingest(kb, [place / "many"], prune=True)
        kb.repair()
        now = contents(kb)
        assert is_sound(kb)
    assert now == then


def is_consistent(kb: KnowledgeBase) -> bool:
    """Whether catalog, words and Chroma agree, with nothing done but opening them."""
    return kb.indexes.vectors.count() == kb.catalog.count_live() == kb.catalog.count_words()


@pytest.fixture(scope="module")
def undisturbed_deletion(place: Path) -> list[str]:
    shutil.copytree(place / "before", place / "without")
    return run("delete", str(place / "without"), *SEVERAL)


@pytest.mark.parametrize(
    "step",
    ["before delete_documents", "in the transaction", "after delete_documents", "before delete", "after delete",
     "before wipe", "before close"],
)  # fmt: skip
def test_a_deletion_of_several_that_was_killed_took_all_or_none(
    place: Path, undisturbed_deletion: list[str], tmp_path: Path, step: str
) -> None:
    home = shutil.copytree(place / "before", tmp_path / "home")
    within = undisturbed_deletion.index("before delete_document") + 3  # the second of them
    at = within if step == "in the transaction" else undisturbed_deletion.index(step) + 1
    run("delete", str(home), *SEVERAL, kill_at=at)
    with KnowledgeBase.open(home, settings()) as kb:
        there = set(SEVERAL) & {d.path for d in kb.documents(OWNER)}
        assert there in (set(), set(SEVERAL))
        assert bool(there) == (step in ("before delete_documents", "in the transaction"))
        for n in range(2, 5):
            assert found_by(kb, f"zebra{n:03}code0") == ({f"{n:02}.md"} if there else set())
        assert is_sound(kb)
        if there:
            kb.delete_documents(OWNER, [("many", path) for path in SEVERAL])
            assert is_sound(kb)
        kb.repair()
        assert len(list(kb.home.originals.glob("*/*"))) == len(kb.catalog.content_hashes() - bundled(kb))
    assert [file for file in home.rglob("*") if file.is_file() and b"zebra003code0" in file.read_bytes()] == []


def bundled(kb: KnowledgeBase) -> set[str]:
    """Hashes of the records of bundles: of them no original is kept."""
    return {d.sha256 for d in kb.documents(OWNER) if d.path.startswith("tickets/")}
