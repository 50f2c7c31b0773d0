"""The home: one directory that holds everything, owned by one process at a time.

The file `lock` is held by the owner and holds its process id. It is emptied when the home is closed in order, so that
the next owner knows whether there may be leftovers.
"""

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kb.errors import HomeError, HomeInUse, StorageFull, why
from kb.store.catalog_names import is_hash


class Home:
    """An open, locked home directory (mode 0700). Raises HomeInUse, StorageFull, HomeError.

    `left_in_disorder` says that the last owner was killed, or ended with an error.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.opened_at = time.time()
        self.left_in_disorder = False
        self._lock = self._acquire()
        self._clear()  # after who had it before
        self._close_to_others()

    @property
    def catalog(self) -> Path:
        return self.path / "catalog.db"

    @property
    def chroma(self) -> Path:
        return self.path / "chroma"

    @property
    def originals(self) -> Path:
        return self.path / "originals"

    @property
    def uploads(self) -> Path:
        return self.path / "uploads"

    @property
    def incoming(self) -> Path:
        """Uploads on their way."""
        return self.path / "incoming"

    @property
    def reading(self) -> Path:
        """What ingestions under way have read, and temporary files of their reading processes."""
        return self.path / "reading"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder below `reading`, which goes with all in it when it is left. Raises StorageFull, HomeError."""
        try:
            self.reading.mkdir(mode=0o700, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self.reading))
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def original(self, sha256: str) -> Path:
        """Where the original content with this hash is kept. Raises HomeError for what is no hash."""
        if not is_hash(sha256):
            raise HomeError("home.no_hash", path=self.path, name=sha256[:80])
        return self.originals / sha256[:2] / sha256

    @property
    def answers(self) -> Path:
        """What evaluations were answered, to be taken again: a folder among the runs, and cleared as they are."""
        return self.runs / "answers"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def adapters(self) -> Path:
        """What was trained here, a folder each."""
        return self.path / "adapters"

    def close(self, in_order: bool = True) -> None:
        """Give the home up; `in_order` says that nothing was interrupted."""
        if self._lock >= 0:
            self._clear()
            self._close_to_others()
            if in_order:
                os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = -1

    def _clear(self) -> None:
        """Remove what was on its way."""
        for folder in (self.incoming, self.reading):
            shutil.rmtree(folder, ignore_errors=True)

    def _close_to_others(self) -> None:
        """Let nobody else read the files, whatever made them: Chroma's, and those of earlier versions.

        The home's own mode keeps others out; this is for who copies it to another place.
        """
        for folder, folders, names in os.walk(self.path):
            if folder == str(self.path) and self.originals.name in folders:
                folders.remove(self.originals.name)  # there may be very many, and they are made so
            for name in names:
                with suppress(OSError):  # one that goes meanwhile
                    file = os.path.join(folder, name)
                    mode = os.lstat(file).st_mode
                    if stat.S_ISREG(mode) and mode & 0o077:
                        os.chmod(file, 0o600)

    def _acquire(self) -> int:
        try:
            self._refuse_another_folder()
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(lock)
            raise HomeInUse("home.in_use", path=self.path, owner=owner) from None
        try:
            self.left_in_disorder = os.fstat(lock).st_size > 0
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            os.close(lock)
            raise StorageFull("home.disk_full", path=self.path) from error
        return lock

    def _refuse_another_folder(self) -> None:
        """Keep from making a home of a folder in use, such as the working folder where `--home` was left empty.

        Nor is one begun anew whose catalog is gone: all originals would be taken for leftovers.
        """
        names = {each.name for each in self.path.iterdir()} if self.path.is_dir() else set()
        if self.catalog.name in names:
            return
        if "originals" in names and any(self.originals.iterdir()):
            raise HomeError("home.catalog_gone", path=self.path)
        if "lock" not in names and any(name[0] != "." and name != "lost+found" for name in names):
            raise HomeError("home.not_empty", path=self.path)

    def _unusable(self, error: OSError) -> HomeError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StorageFull("home.disk_full", path=self.path)
        return HomeError("home.unusable", path=self.path, why=why(error))
