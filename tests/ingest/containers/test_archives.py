"""Archives and mails: every document inside is listed, read or with its reason; nothing leads out, nothing explodes."""

import stat
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from ingest.containers import archives
from ingest.reading.reading import Content, members, read, read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError, UnsupportedFormat
from tests.ingest import binary

SETTINGS = IngestSettings(ocr=False)


def packed(entries: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def mail(attachments: Mapping[str, bytes], subject: str = "Offer") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@x.test", "bo@x.test", subject
    message.set_content("See what is attached.")
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def found(folder: Path, name: str, data: bytes, settings: IngestSettings = SETTINGS) -> dict[str, str]:
    """The text of each member, or the reason why it has none."""
    path = folder / name
    path.write_bytes(data)
    result: dict[str, str] = {}
    for member in members(Content(path.read_bytes(), name), settings):
        try:
            if member.problem:
                raise member.problem
            result[member.name] = read_bytes(member.open(), settings, name=member.name).text.strip()
        except DocumentError as error:
            result[member.name] = f"! {error}"
    return result


def test_each_file_of_an_archive_is_a_document_those_of_archives_inside_too(tmp_path: Path) -> None:
    inner = packed({"b.txt": b"bee", "mail.eml": mail({"c.csv": b"x,y\n1,2\n"})})

    texts = found(
        tmp_path, "all.zip", packed({"a.md": b"# Ay", "folder/inner.zip": inner, ".hidden": b"x", "__MACOSX/a": b"x"})
    )

    assert {name: text.split("\n")[0] for name, text in texts.items()} == {
        "a.md": "# Ay",
        "folder/inner.zip/b.txt": "bee",
        "folder/inner.zip/mail.eml": "From: ann@x.test",
        "folder/inner.zip/mail.eml/c.csv": "x | y",
        ".hidden": "! It is hidden: its name begins with a dot. It was left out; rename it to have it read.",
    }


def test_what_is_a_container_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(packed({"a.txt": b"a"}))

    archive, sent = Content(path.read_bytes(), "data.bin"), Content(mail({}), "mail.eml")
    assert archive.is_container
    assert archive.is_archive
    assert sent.is_container
    assert not sent.is_archive
    assert Content(binary.message({0x37: "x"}), "mail.msg").is_container
    assert not Content(packed({"word/document.xml": b"x", "[Content_Types].xml": b"x"}), "a.docx").is_container
    assert not Content(b"From: words that only look like mail", "notes.txt").is_container
    with pytest.raises(DocumentError, match="holds a ZIP archive"):
        read(path, SETTINGS)


def test_attachments_of_mails_are_documents_of_their_own(tmp_path: Path) -> None:
    assert found(tmp_path, "a.eml", mail({"plan.txt": b"the plan", "../x\\plan.txt": b"another"})) == {
        "plan.txt": "the plan",
        "plan (2).txt": "another",
    }
    assert found(tmp_path, "a.msg", binary.message({0x37: "x"}, [("plan.txt", b"the plan" + b" " * 5000)])) == {
        "plan.txt": "the plan"
    }


def test_names_made_on_a_chinese_windows_are_readable(tmp_path: Path) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("placeholder-name", "文字")
    name = "员工请假制度说明".encode("gbk")
    data = buffer.getvalue().replace(b"placeholder-name", name)

    assert list(found(tmp_path, "a.zip", data)) == ["员工请假制度说明"]


def test_a_name_that_leads_out_is_not_read(tmp_path: Path) -> None:
    texts = found(
        tmp_path, "a.zip", packed({"../../etc/passwd": b"root", "/abs.txt": b"x", "C:\\w.txt": b"x", "ok.txt": b"ok"})
    )

    assert texts.pop("ok.txt") == "ok"
    assert list(texts) == ["etc/passwd", "abs.txt", "C:/w.txt"]
    assert all("leads out of the archive" in text for text in texts.values())


def test_a_link_and_an_encrypted_member_say_so(tmp_path: Path) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("secret.txt", "words")
    data = bytearray(buffer.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rfind(mark)
        data[at + place] |= 1

    texts = found(tmp_path, "a.zip", bytes(data))

    assert "symbolic link" in texts["link.txt"]
    assert "encrypted" in texts["secret.txt"]


def test_a_bomb_is_listed_and_not_opened(tmp_path: Path) -> None:
    bomb = packed({"zeros.txt": b"\0" * (40 * 1024 * 1024), "large.txt": b"x" * 3_000_000, "ok.txt": b"ok"})

    texts = found(tmp_path, "bomb.zip", bomb, IngestSettings(ocr=False, max_file_mb=50))

    assert "archive bomb" in texts["zeros.txt"]
    assert texts["ok.txt"] == "ok"
    limited = found(tmp_path, "bomb.zip", bomb, IngestSettings(ocr=False, max_file_mb=1))
    assert "the limit is 1 MB" in limited["large.txt"]
    assert limited["ok.txt"] == "ok"


def test_archives_within_archives_end_somewhere(tmp_path: Path) -> None:
    data = packed({"deep.txt": b"deep"})
    for number in range(6):
        data = packed({f"{number}.zip": data, f"{number}.txt": b"here"})

    texts = found(tmp_path, "deep.zip", data)

    assert sum(text == "here" for text in texts.values()) == archives.MAX_DEPTH
    (reason,) = [text for text in texts.values() if text != "here"]
    assert "deep in others" in reason


def test_the_attachments_of_a_mail_deep_in_others_are_said_to_be_left(tmp_path: Path) -> None:
    data = mail({"deep.txt": b"deep"})
    for number in range(archives.MAX_DEPTH):
        data = packed({f"{number}.eml" if number == 0 else f"{number}.zip": data})

    texts = found(tmp_path, "deep.zip", data)

    (reason,) = [text for name, text in texts.items() if name.endswith("0.eml/…")]
    assert "its attachments were not read" in reason


def test_parts_nested_too_deeply_in_a_mail_are_said_to_be_left(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "core"
    message.set_content("The core.")
    for number in range(8):
        outer = EmailMessage()
        outer["From"], outer["Subject"] = "a@x.test", f"level {number}"
        outer.set_content("See below.")
        outer.add_attachment(message)
        message = outer

    texts = found(tmp_path, "nested.eml", message.as_bytes())

    (reason,) = texts.values()
    assert "more than 10 deep in others" in reason


def test_a_mail_that_its_parser_fails_on_costs_its_archive_nothing_else(tmp_path: Path) -> None:
    """Python's own parser recurses once for each part inside another."""
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("deep.eml", f"Subject: deep\n{parts}\nwords")
        archive.writestr("z.txt", "Words after it.")
    found = {member.name: member for member in archives.members(place.read_bytes(), "zip", 10)}
    assert list(found) == ["deep.eml", "deep.eml/…", "z.txt"]
    with pytest.raises(DocumentError, match="attached to the eml file cannot be read"):
        found["deep.eml/…"].open()


def test_a_small_picture_in_the_text_of_a_mail_is_skipped_where_it_has_no_words(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@x.test", "Offer"
    message.set_content("<p>Yours <img src='cid:logo@x'></p>", subtype="html")
    message.add_related(b"\x89PNG\r\n\x1a\nlogo", "image", "png", cid="<logo@x>")
    message.add_attachment(b"\x89PNG\r\n\x1a\nscan", "image", "png", filename="scan.png")
    path = tmp_path / "a.eml"
    path.write_bytes(message.as_bytes())

    logo, scan = members(Content(path.read_bytes(), path.name), SETTINGS)

    assert isinstance(logo.reason(DocumentError("No text was recognised in the image.")), UnsupportedFormat)
    assert str(scan.reason(DocumentError("It is damaged."))) == "It is damaged."


def test_ten_thousand_attachments_are_cut_off_with_a_reason(tmp_path: Path) -> None:
    part = b'--b\nContent-Disposition: attachment; filename="%d.txt"\n\nword\n'
    data = b"From: a@x.test\nSubject: many\nContent-Type: multipart/mixed; boundary=b\n\n"
    data += b"".join(part % number for number in range(10_000)) + b"--b--\n"

    texts = found(tmp_path, "many.eml", data)

    assert len(texts) == archives.MAX_ATTACHMENTS + 1
    assert "more than 500 attachments" in texts["…"]
    assert len(read(tmp_path / "many.eml", SETTINGS).text) < 5_000


def test_too_many_members_are_cut_off_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)

    texts = found(tmp_path, "a.zip", packed({f"{number}.txt": b"x" for number in range(9)}))

    assert len(texts) == 6
    assert "more than 5 files; 4 were left" in texts["…"]


def test_a_damaged_archive_or_member_says_so(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": b"some words, some more words" * 50, "b.txt": b"fine"}))
    data[45:60] = b"\xff" * 15

    texts = found(tmp_path, "a.zip", bytes(data))

    assert "damaged" in texts["a.txt"]
    assert texts["b.txt"] == "fine"
    with pytest.raises(DocumentError, match="damaged"):
        found(tmp_path, "torn.zip", bytes(data[:-30]))
    with pytest.raises(DocumentError, match="empty"):
        found(tmp_path, "none.zip", packed({}))


def test_messages_nested_too_deeply_in_an_outlook_message_are_said_to_be_left(tmp_path: Path) -> None:
    streams, place = {"__properties_version1.0": b"\0" * 32}, ""
    for _ in range(7):
        place += "__attach_version1.0_#00000000/"
        streams[f"{place}__properties_version1.0"] = b"\0" * 8
        place += "__substg1.0_3701000D/"
        streams[f"{place}__properties_version1.0"] = b"\0" * 24

    (reason,) = found(tmp_path, "a.msg", binary.compound(streams)).values()

    assert "more than 5 deep in others" in reason


def test_a_small_picture_in_the_text_of_an_outlook_message_is_an_ornament(tmp_path: Path) -> None:
    place = "__attach_version1.0_#00000000"
    streams = {
        "__properties_version1.0": b"\0" * 32,
        f"{place}/__properties_version1.0": b"\0" * 8,
        f"{place}/__substg1.0_3707001F": "logo.png".encode("utf-16-le"),
        f"{place}/__substg1.0_3712001F": "logo@x".encode("utf-16-le"),
        f"{place}/__substg1.0_37010102": b"\x89PNG\r\n\x1a\nlogo",
    }
    path = tmp_path / "a.msg"
    path.write_bytes(binary.compound(streams))

    (logo,) = members(Content(path.read_bytes(), path.name), SETTINGS)

    assert (logo.name, logo.is_ornament) == ("logo.png", True)
