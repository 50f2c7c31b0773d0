"""Confinement: what a process that reads files of others may see and reach: its own file, and nothing else.

A parser that a hostile file takes over, or a reader of the user's own, has no network, starts no program, touches no
other process, and sees no file but those Python is made of, as far as the kernel of this machine allows.
"""

import importlib.machinery
import importlib.util
import json
import mimetypes
import os
import pkgutil
import site
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from ingest.reading import linux_sandbox

_OF_THE_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/fonts", "/usr/local/share/fonts",
    "/usr/share/mime", "/usr/share/zoneinfo", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime",
    "/etc/ssl/openssl.cnf", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
    "/proc/sys/vm/overcommit_memory", "/sys/bus/pci", "/sys/devices", "/sys/fs/cgroup", "/dev/urandom", "/dev/zero",
)  # fmt: skip
_DEVICES = ("/dev/null",)
_PROBE_SECONDS = 30.0
_PROBE = (
    "import sys; sys.path[:] = sys.argv[1:]; from ingest.reading.confinement import print_confinement; "
    "print_confinement()"
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a process may see of the files of this machine besides the libraries it is made of.

    `readable` files and folders can be read; what lies in the folder `own` can be changed. `modules` are those that
    hold readers of the user's own.
    """

    readable: tuple[str, ...] = ()
    own: str = ""
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds of a process: "" for each part that does, else why it does not."""

    network: str = ""  # it is in a network namespace with nothing in it
    calls: str = ""  # seccomp: it has no system call for a network, another process or another program
    files: str = ""  # Landlock: it sees what `Sight` says
    landlock: int = 0  # the version of Landlock

    @property
    def holds(self) -> bool:
        return not (self.network or self.calls or self.files)


def confine(sight: Sight, parent: int = 0) -> Confinement:
    """Confine this process for good, as far as the kernel allows. With `parent`, end when that process ends.

    What it needs of modules besides the standard library and what is installed must be imported before, or be named in
    `sight`. Raises RuntimeError in a process with several threads.
    """
    if sys.platform != "linux":
        only = "only Linux has it"
        return Confinement(only, only, only)
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a process can only be confined before it starts threads")
    with suppress(OSError):  # messages are written to the terminal, and what is typed there is not read
        os.dup2(os.open(os.ttyname(2), os.O_WRONLY | os.O_NOCTTY), 2)
    foreign = _Foreign(sight.modules)
    sys.meta_path.append(foreign)
    network = linux_sandbox.leave_network()
    kept = linux_sandbox.drop_capabilities()
    if parent:
        linux_sandbox.die_with(parent)
    readable = (*_OF_THE_SYSTEM, *map(str, mimetypes.knownfiles), *_installed(), *foreign.places, *sight.readable)
    landlock = linux_sandbox.landlock_version()
    files = linux_sandbox.see_only(readable, (sight.own,) if sight.own else (), _DEVICES)
    calls = kept or linux_sandbox.call_only()
    return Confinement(network, calls, files, 0 if files else landlock)


def _installed() -> Iterator[str]:
    """Where Python, the packages that are installed, and the product are."""
    yield from (str(Path(prefix, name)) for prefix in (sys.prefix, sys.base_prefix) for name in ("lib", "lib64"))
    yield from (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    yield from site.getsitepackages()
    yield site.getusersitepackages()
    for name in ("kb", "ingest", "ui"):
        module = sys.modules.get(name)
        if module is not None:
            yield from module.__path__


class _Foreign:
    """Finds the modules of a reader of the user's own, and those that lie beside it on Python's path.

    The folder they lie in is not seen as a whole: it may be where somebody works, with all their documents. What can
    be imported from it is looked up before the process is confined, and remembered.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._specs: dict[str, ModuleSpec] = {}
        if names:
            beside = [path for path in sys.path if not _is_under(path, tuple(_installed()))]
            for module in pkgutil.iter_modules(beside):
                if isinstance(module.module_finder, importlib.machinery.FileFinder):
                    self._remember(module.module_finder.find_spec(module.name))
        for name in names:
            top = name.partition(".")[0]
            if top not in self._specs and top not in sys.modules:
                self._remember(importlib.util.find_spec(top))

    def _remember(self, spec: ModuleSpec | None) -> None:
        if spec is not None:
            if spec.submodule_search_locations is not None:
                spec.submodule_search_locations = list(spec.submodule_search_locations)
            self._specs[spec.name] = spec

    @property
    def places(self) -> list[str]:
        """Where they are."""
        packages = [place for spec in self._specs.values() for place in spec.submodule_search_locations or ()]
        return packages + [spec.origin for spec in self._specs.values() if spec.origin and spec.has_location]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As Python's import system asks for it."""
        return self._specs.get(name) if path is None else None


def _is_under(path: str, folders: Sequence[str]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


# ---- what holds here


@cache
def examined() -> Confinement:
    """What holds of confined processes on this machine: one is started, and tries what it must not be able to do."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, *sys.path], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_PROBE_SECONDS, check=True,
        )  # fmt: skip
        return Confinement(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        why = f"no process could be confined to see ({error})"
        return Confinement(why, why, why)


def print_confinement() -> None:
    """Confine this process, try what it must not be able to do, and print what holds as JSON."""
    found = asdict(confine(Sight()))
    if not found["files"] and _works(lambda: os.close(os.open("/etc/passwd", os.O_RDONLY))):
        found["files"] = "Landlock let a file be opened all the same"
    if not found["calls"] and _works(lambda: socket.socket().close()):
        found["calls"] = "seccomp let a socket be made all the same"
    print(json.dumps(found))


def _works(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except PermissionError:
        return False
    return True
