"""What the product is made of: the bill of materials names all of it, and torch's small build is locked by hash too."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from kb.models.weights import WEIGHTS

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sbom")
    subprocess.run([sys.executable, ".ci/sbom.py", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def bill(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "sbom.cdx.json").read_text(encoding="utf-8"))
    return found


def entries(name: str) -> Iterator[tuple[Requirement, str, list[str]]]:
    """What a locked list names, with the version and the hashes of each."""
    text = (ROOT / "configs" / "lock" / f"{name}.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text.strip()):
        requirement = Requirement(entry.partition("\\")[0])
        version = str(requirement.specifier).removeprefix("==")
        yield requirement, version, re.findall(r"--hash=sha256:(\w+)", entry)


def locked() -> dict[tuple[str, str], set[str]]:
    """The hashes by name and version of all packages that running the product installs."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in ("uv", "torch", "runtime"):
        for requirement, version, hashes in entries(name):
            found.setdefault((requirement.name, version), set()).update(hashes)
    return found


def test_every_locked_package_is_in_the_bill_of_materials_with_its_hashes(bill: dict[str, Any]) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    told = {
        (part["name"], part["version"]): {each["content"] for each in part["hashes"]}
        for part in bill["components"]
        if part["type"] == "library"
    }
    assert told == locked()
    assert len(told) > 200


def test_every_pinned_model_is_in_it_with_hash_licence_and_source(bill: dict[str, Any]) -> None:
    told = {part["name"]: part for part in bill["components"] if part["type"] == "machine-learning-model"}
    assert set(told) == set(WEIGHTS)
    for name, weight in WEIGHTS.items():
        part = told[name]
        assert [each["content"] for each in part["hashes"]] == [weight.sha256]
        assert part["licenses"]
        packages = {(each["name"], each["version"], each["hashes"][0]["content"]) for each in part["components"]}
        assert packages == {(package.name, package.version, package.sha256) for package in weight.packages}


def test_the_notices_hold_what_the_installed_packages_say_of_their_licences(out: Path, bill: dict[str, Any]) -> None:
    notices = (out / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    for name, version in locked():
        assert f"\n{name} {version}\n" in notices
    for weight in WEIGHTS.values():
        assert f"{weight.title}\nLicence: {weight.licence}\n" in notices
    [numpy] = [file for file in metadata.files("numpy") or () if re.search(r"dist-info/.*LICENSE\.txt$", str(file))][:1]
    assert numpy.read_text().strip() in notices
    assert str(ROOT) not in notices
    assert str(ROOT) not in json.dumps(bill)


def unset() -> dict[str, str]:
    """The environment, without what tells uv and pip of other indexes and settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}


# ---- torch's small build


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """The address of an index that serves a small torch."""
    folder = tmp_path / "index" / "torch"
    folder.mkdir(parents=True)
    version = re.search(r"^torch==(\S+)", (ROOT / "configs/lock/torch.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    wheel(folder, f"{version[1]}+cpu", b"")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder.parent))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def wheel(folder: Path, version: str, content: bytes) -> None:
    """Write a wheel of torch, and the page of the index that names it with its hash."""
    info, name = f"torch-{version}.dist-info", f"torch-{version}-py3-none-any.whl"
    files = {
        "torch/__init__.py": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for path, data in files.items()
    )
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "index.html").write_text(f'<a href="{name}#sha256={sha256}">{name}</a>', encoding="utf-8")


def test_the_small_build_of_torch_is_installed_by_the_hash_it_had_when_it_was_locked(
    index: str, tmp_path: Path
) -> None:
    locks, folder = tmp_path / "lock", tmp_path / "index" / "torch"
    locks.mkdir()
    (locks / "torch.txt").write_bytes((ROOT / "configs" / "lock" / "torch.txt").read_bytes())
    environment = {
        **unset(),
        "UV": str(UV), "TORCH_INDEX": index, "UV_CACHE_DIR": str(tmp_path / "cache"),
    }  # fmt: skip

    def lock() -> str:
        subprocess.run(["bash", ".ci/lock_torch_cpu.sh", str(locks)], cwd=ROOT, env=environment, check=True)
        return (locks / "torch-cpu.txt").read_text(encoding="utf-8")

    def install(place: str) -> "subprocess.CompletedProcess[str]":
        environment["UV_CACHE_DIR"] = str(tmp_path / f"cache of {place}")
        return subprocess.run(
            [UV, "pip", "install", "--python", sys.executable, "--target", str(tmp_path / place), "--no-deps",
             "--default-index", index, "--require-hashes", "-r", str(locks / "torch-cpu.txt")],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    first = lock()
    assert "+cpu" in first
    assert "--hash=sha256:" in first
    assert install("one").returncode == 0
    version = next(folder.glob("*.whl")).name.split("-")[1]
    wheel(folder, version, b"print('another')")
    assert lock() == first  # what is locked stays so
    refused = install("two")
    assert refused.returncode != 0
    assert "hash" in refused.stderr.lower()


def test_the_makefile_installs_no_torch_without_a_hash() -> None:
    commands = re.findall(r"uv pip install .*", (ROOT / "Makefile").read_text(encoding="utf-8"))
    torch = [command for command in commands if "torch" in command]
    assert len(torch) == 2
    assert all("--require-hashes" in command for command in torch)


@pytest.mark.parametrize("name", ["torch", "runtime", "tune", "dev"])
def test_what_is_locked_is_installed_though_the_index_has_newer_versions(tmp_path: Path, name: str) -> None:
    """``uv pip install`` reads the project's own settings, and overrides there took the place of a locked version."""
    wanted, links = set(), []
    for requirement, version, hashes in entries(name):
        stem = requirement.name.replace("-", "_")
        links += [f"{stem}-{version}-py3-none-any.whl#sha256={hashes[0]}", f"{stem}-99999-py3-none-any.whl"]
        if requirement.marker is None or requirement.marker.evaluate():
            wanted.add(f"{requirement.name}=={version}")
    page = tmp_path / "index.html"
    page.write_text("".join(f'<a href="{link}">{link}</a>' for link in links), encoding="utf-8")
    done = subprocess.run(
        [UV, "pip", "install", "--python", sys.executable, "--target", str(tmp_path / "packages"), "--dry-run",
         "--no-deps", "--no-index", "--find-links", str(page), "--require-hashes", "-r", f"configs/lock/{name}.txt"],
        cwd=ROOT, capture_output=True, text=True, check=False, env=unset(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"^ \+ (\S+)", done.stderr, re.MULTILINE)) == wanted


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0, "1 packages asked for, 0 known holes"),
        (
            {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]},
            1, "a 1: CVE-1, mended in 2",
        ),
        ({"dependencies": [{"name": "a", "version": "1", "skip_reason": "not found"}]}, 2, "is not known"),
        ({"dependencies": []}, 2, "is not known"),
        (None, 2, "Nothing could be asked: no route"),
    ],
)  # fmt: skip
def test_known_holes_are_told_and_no_answer_is_not_taken_for_none(
    tmp_path: Path, told: object, code: int, words: str
) -> None:
    """With a program in uv's place that says what pip-audit would."""
    (tmp_path / "said").write_text("" if told is None else json.dumps(told), encoding="utf-8")
    fake = tmp_path / "uv"
    fake.write_text(f"#!/bin/sh\ncat {tmp_path}/said\necho no route >&2\n", encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(
        [sys.executable, ".ci/audit.py", "a.txt"], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"UV": str(fake)},
    )  # fmt: skip
    assert done.returncode == code
    assert words in done.stdout + done.stderr
