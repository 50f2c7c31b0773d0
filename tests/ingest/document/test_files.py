"""Finding files: what counts as a document, in which order, and what is reported instead of being opened."""

import os
import socket
from pathlib import Path

import pytest

from ingest.document import links
from ingest.document.files import FoundFile, find, hashed
from ingest.document.links import LeadsOutside
from kb.errors import DocumentError, UnsupportedFormat, UsageError


def names(found: list[FoundFile]) -> list[str]:
    return [each.path_in_root for each in found]


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_is_walked_in_sorted_order_with_paths_relative_to_it(tmp_path: Path) -> None:
    root = tmp_path / "handbook"
    for name in ("b.md", "a/z.txt", "a/b/c.txt", "c.pdf"):
        write(root / name)

    found = list(find([root]))

    assert names(found) == ["a/b/c.txt", "a/z.txt", "b.md", "c.pdf"]
    assert {each.root_name for each in found} == {"handbook"}
    assert all(each.problem is None and each.absolute_path.is_file() for each in found)


def test_a_single_file_is_in_the_folder_it_stands_in(tmp_path: Path) -> None:
    file = write(tmp_path / "policies" / "leave.md")

    (found,) = find([file])

    assert (found.root_name, found.path_in_root, found.absolute_path) == ("policies", "leave.md", file)


def test_what_programs_leave_behind_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "kept.txt")
    for name in ("~$plan.docx", ".DS_Store", "Thumbs.db", ".~lock.a.odt#", "x.swp", "._kept.txt", ".0.part"):
        write(tmp_path / name)

    assert names(list(find([tmp_path]))) == ["kept.txt"]


def test_hidden_files_backups_and_unfinished_downloads_are_listed_with_their_reason_and_not_walked(
    tmp_path: Path,
) -> None:
    for name in (".hidden", ".git/config", ".git/HEAD", "notes.txt~", "b.pdf.crdownload", "c.PART", "x.download/y.txt"):
        write(tmp_path / name)

    found = list(find([tmp_path]))

    assert all(isinstance(each.problem, UnsupportedFormat) for each in found)
    assert {each.path_in_root: str(each.problem).split(".")[0] for each in found} == {
        ".git": "It is hidden: its name begins with a dot",
        ".hidden": "It is hidden: its name begins with a dot",
        "notes.txt~": "It is a copy that an editor keeps of a file",
        "b.pdf.crdownload": "It is a download or copy that is not finished; it is read when it has its own name",
        "c.PART": "It is a download or copy that is not finished; it is read when it has its own name",
        "x.download": "It is a download or copy that is not finished; it is read when it has its own name",
    }


def test_a_home_among_the_documents_is_left_out(tmp_path: Path) -> None:
    for name in ("a.md", "kb/catalog.db", "kb/lock", "kb/originals/ab/abc"):
        write(tmp_path / "all" / name)
    a, home = find([tmp_path / "all"])
    assert (a.path_in_root, a.problem, home.path_in_root) == ("a.md", None, "kb")
    assert "home of a knowledge base" in str(home.problem)
    [itself] = find([tmp_path / "all/kb"])
    assert (itself.path_in_root, str(itself.problem)) == (".", str(home.problem))


def test_a_hidden_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    write(tmp_path / ".notes" / "a.txt")

    assert names(list(find([tmp_path / ".notes"]))) == ["a.txt"]


def test_a_missing_path_is_named_before_anything_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")

    with pytest.raises(UsageError, match=r"no file or folder .*nowhere"):
        find([tmp_path, tmp_path / "nowhere"])


def test_no_path_at_all_is_wrong_usage() -> None:
    with pytest.raises(UsageError):
        find([])


def test_two_roots_of_one_name_can_be_told_apart(tmp_path: Path) -> None:
    for side in ("east", "west"):
        write(tmp_path / side / "docs" / "a.txt", side)

    found = list(find([tmp_path / "east" / "docs", tmp_path / "west" / "docs"]))

    assert [each.root_name for each in found] == ["docs", "docs"]
    assert len({each.root for each in found}) == 2


def test_a_root_given_twice_is_walked_once(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")

    assert names(list(find([tmp_path, tmp_path / "."]))) == ["a.txt"]


def test_loops_of_links_are_reported_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "a" / "file.txt")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "gone").symlink_to("nothing")

    found = {each.path_in_root: str(each.problem) for each in find([tmp_path])}

    assert found["a/file.txt"] == "None"
    assert "folder above" in found["a/up"]
    assert "back to itself" in found["self"]
    assert "to nothing" in found["gone"]
    assert len(found) == 4


def test_links_within_a_folder_are_followed_and_links_out_of_it_are_not(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.txt")
    root = tmp_path / "root"
    write(root / "inside" / "b.txt")
    (root / "to inside").symlink_to("inside", target_is_directory=True)
    (root / "to file.txt").symlink_to(root / "inside" / "b.txt")
    (root / "folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (root / "file.txt").symlink_to("../elsewhere/a.txt")
    (root / "two steps.txt").symlink_to("file.txt")
    (root / "nowhere.txt").symlink_to(tmp_path / "nothing")  # not even whether it is there is said
    (root / "inside" / "above").symlink_to(tmp_path, target_is_directory=True)

    found = {each.path_in_root: each.problem for each in find([root])}

    assert [name for name, problem in found.items() if problem is None] == [
        "inside/b.txt", "to file.txt", "to inside/b.txt",
    ]  # fmt: skip
    left_out = {name for name, problem in found.items() if isinstance(problem, LeadsOutside)}
    assert left_out == {"folder", "file.txt", "two steps.txt", "nowhere.txt", "inside/above", "to inside/above"}


def test_a_folder_that_is_a_link_itself_is_walked(tmp_path: Path) -> None:
    write(tmp_path / "mounted" / "a.txt")
    (tmp_path / "docs").symlink_to("mounted", target_is_directory=True)

    assert [(each.path_in_root, each.problem) for each in find([tmp_path / "docs"])] == [("a.txt", None)]


def test_a_single_file_that_is_a_link_out_of_its_folder_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.txt")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.txt").symlink_to("../elsewhere/a.txt")

    [found] = find([tmp_path / "docs" / "notes.txt"])

    assert isinstance(found.problem, LeadsOutside)


def test_nothing_in_a_home_is_found_by_whatever_way(tmp_path: Path) -> None:
    home = tmp_path / "docs" / "home"
    for name in ("catalog.db", "lock", "token", "originals/ab/abc", "uploads/hr-1/sent.txt"):
        write(home / name)
    write(tmp_path / "docs" / "a.txt")
    (tmp_path / "docs" / "b.txt").symlink_to("home/token")
    (tmp_path / "docs" / "c").symlink_to("home/originals", target_is_directory=True)

    def problems(*paths: Path) -> dict[str, str]:
        return {each.path_in_root: str(each.problem) for each in find(paths)}

    from_above = problems(tmp_path / "docs")
    assert from_above.pop("a.txt") == "None"
    assert set(from_above) == {"home", "b.txt", "c"}
    assert all("home of a knowledge base" in problem for problem in from_above.values())
    for place in (home, home / "originals", home / "originals" / "ab", home / "token", home / "originals/ab/abc"):
        assert ["home of a knowledge base" in problem for problem in problems(place).values()] == [True]
    assert problems(home / "uploads" / "hr-1" / "sent.txt") == {"sent.txt": "None"}  # what the service was sent


@pytest.mark.parametrize("swapped", ["inner/a.txt", "inner"])
def test_a_link_put_in_the_place_of_a_file_or_folder_that_was_found_is_not_followed(
    tmp_path: Path, swapped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, secret = tmp_path / "docs", write(tmp_path / "secret" / "a.txt", "secret").parent
    file = write(root / "inner" / "a.txt", "words")

    def swap() -> None:
        (root / swapped).rename(root / "aside")
        (root / swapped).symlink_to(secret / "a.txt" if swapped.endswith("txt") else secret)

    [found] = find([root])
    assert hashed(file, 1, root)[1] == 5
    resolve = links.resolved

    def slowly(path: str | Path, root: str | Path) -> str:  # the link comes between the look and the opening
        real = resolve(path, root)
        swap()
        return real

    monkeypatch.setattr(links, "resolved", slowly)
    with pytest.raises(DocumentError, match="changed while it was being read"):
        hashed(found.absolute_path, 1, root)
    monkeypatch.setattr(links, "resolved", resolve)
    with pytest.raises(LeadsOutside):  # it was there before the look
        hashed(found.absolute_path, 1, root)


def test_pipes_and_sockets_are_reported_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.txt"))
        found = {each.path_in_root: str(each.problem) for each in find([tmp_path])}

    assert "a pipe" in found["pipe.txt"]
    assert "a socket" in found["socket.txt"]


def test_a_folder_without_permission_is_reported_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = write(tmp_path / "closed" / "a.txt").parent
    write(tmp_path / "open.txt")
    list_folder = os.listdir

    def refusing(folder: int) -> list[str]:  # root, who may run the tests, is refused nothing by the system
        if os.path.samestat(os.fstat(folder), closed.stat()):
            raise PermissionError(13, "Permission denied")
        return list_folder(folder)

    monkeypatch.setattr(os, "listdir", refusing)
    found = list(find([tmp_path]))

    assert names(found) == ["closed", "open.txt"]
    assert "no permission" in str(found[0].problem)


def test_odd_names_are_found_and_reported_as_valid_text(tmp_path: Path) -> None:
    for name in ("line\nbreak.txt", "emoji 😀.txt", "假期 制度.txt"):
        write(tmp_path / name)
    raw = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    with open(raw, "wb") as file:
        file.write(b"text")

    found = {each.path_in_root: each for each in find([tmp_path])}

    assert set(found) == {"line\nbreak.txt", "emoji 😀.txt", "假期 制度.txt", r"caf\xe9.txt"}
    assert found[r"caf\xe9.txt"].absolute_path.read_bytes() == b"text"


def test_folders_nested_deeper_than_python_recurses_are_walked(tmp_path: Path) -> None:
    here, depth = os.getcwd(), 1100
    os.chdir(tmp_path)
    try:
        for _ in range(depth):  # one step at a time: Python's own helpers recurse
            os.mkdir("d")
            os.chdir("d")
        Path("deep.txt").write_text("text", encoding="utf-8")

        found = list(find([tmp_path]))

        os.unlink("deep.txt")
        for _ in range(depth):
            os.chdir("..")
            os.rmdir("d")
    finally:
        os.chdir(here)
    assert len(found) == 1
    assert found[0].path_in_root.endswith("d/deep.txt")
