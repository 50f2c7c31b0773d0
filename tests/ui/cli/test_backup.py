"""The commands of backups: what they say and print where a backup is proved, and where it is not."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests import tiny
from tests.knowledge import write
from ui.cli import console, main


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write(tmp_path / "docs", {"canteen.md": "# Canteen\n\nIt serves soup.\n"})
    assert kb("ingest", str(tmp_path / "docs"), "--home", str(tmp_path / "home")).exit_code == 0
    assert kb("backup", str(tmp_path / "b.tar"), "--home", str(tmp_path / "home")).exit_code == 0
    return tmp_path / "b.tar"


def kb(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(main.app, arguments, env={**os.environ, **tiny.ENVIRONMENT}, input=said)


def restored(file: Path, name: str, *options: str) -> Result:
    return kb("restore", str(file), "--home", str(file.with_name(name)), *options)


def test_a_backup_is_proved_where_its_home_is_and_elsewhere_by_its_key(file: Path, tmp_path: Path) -> None:
    here = restored(file, "new", "--json")
    assert (here.exit_code, json.loads(here.stdout)["proved"], here.stderr) == (0, True, "")

    key = kb("backup-key", "--home", str(tmp_path / "home")).stdout
    write(tmp_path, {"key.txt": key})
    (tmp_path / "home").rename(tmp_path / "lost")

    elsewhere = restored(file, "unproved")
    assert elsewhere.exit_code == 0
    assert elsewhere.stdout.rstrip().endswith("unproved")
    assert "--key" in elsewhere.stderr
    assert json.loads(restored(file, "proved", "--json", "--key", str(tmp_path / "key.txt")).stdout)["proved"]
    assert json.loads(restored(file, "too", "--json", "--key", str(tmp_path / "lost")).stdout)["proved"]
    assert restored(file, "none", "--key", str(tmp_path / "nothing")).exit_code == 2


def test_a_backup_of_another_key_is_refused_and_can_be_forced(file: Path, tmp_path: Path) -> None:
    write(tmp_path, {"key.txt": "0" * 64})
    refused = restored(file, "new", "--key", str(tmp_path / "key.txt"))
    assert refused.exit_code == 3
    assert "Nothing was restored" in refused.stderr
    assert not (tmp_path / "new").exists()
    forced = restored(file, "new", "--key", str(tmp_path / "key.txt"), "--unproved", "--json")
    assert (forced.exit_code, json.loads(forced.stdout)["proved"]) == (0, False)


@pytest.mark.parametrize(("answer", "code"), [("n", 3), ("y", 0)])
def test_at_a_terminal_it_is_asked_whether_to_restore_what_is_not_proved(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    (tmp_path / "home").rename(tmp_path / "lost")
    monkeypatch.setattr(console, "has_a_person", lambda: True)
    done = kb("restore", str(file), "--home", str(tmp_path / "new"), said=f"{answer}\n")
    assert "all the same?" in done.stderr
    assert (done.exit_code, (tmp_path / "new").exists()) == (code, code == 0)


def test_the_key_is_made_once_and_is_the_owner_s(file: Path, tmp_path: Path) -> None:
    first, second = (json.loads(kb("backup-key", "--json", "--home", str(tmp_path / "home")).stdout) for _ in "12")
    assert first == second
    assert stat.S_IMODE(Path(first["file"]).stat().st_mode) == 0o600
    assert kb("backup-key", "--home", str(tmp_path / "docs")).exit_code == 2
