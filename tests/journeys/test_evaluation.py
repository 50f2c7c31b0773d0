"""The evaluation page in real Chromium, by the keyboard alone: a set of others, a gate, files, and runs of the
command."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.journeys.conftest import Running, Visitor, steady
from tests.journeys.seeing import not_chinese
from tests.journeys.test_manage import HANDBOOK, QUESTIONS, SLOW, home, product, upload
from tests.journeys.test_people import drawn
from tests.journeys.test_settings import NARROW, WIDE, by_keys, look
from ui.cli import evaluation, main

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["evaluation", "home", "product"]  # with the first the commands of `kb eval` are there

WORDS = {  # and the size of the screen
    "en-GB": (WIDE, "by kb eval, in", "is gone", "1 limit missed", "without the glossary", "kept", "missed"),
    "zh-CN": (NARROW, "由命令 kb eval 写入", "已不存在", "1 项限值未达到", "不用术语表", "达到", "未达到"),
}
GATE = 'retrieval.hit@10: ">=0.5, drop<=0"\nretrieval.ndcg@10: ">1"'


def beir(path: Path) -> Path:
    """A zip of a BEIR folder that asks the first of the questions."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("office/queries.jsonl", json.dumps({"_id": "1", "text": QUESTIONS[0]["question"]}))
        archive.writestr("office/qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\thandbook.md\t2\n")
        archive.writestr("office/corpus.jsonl", json.dumps({"_id": "lunch.md", "text": "Lunch is served at noon."}))
    return path


@pytest.mark.parametrize("locale", WORDS)
def test_a_set_of_others_is_put_under_a_gate_beside_a_run_of_the_command(
    browser: "Browser", product: Running, home: Path, tmp_path: Path, locale: str
) -> None:
    size, place, gone, missed, without, kept, not_kept = WORDS[locale]
    visitor = Visitor(browser.new_context(locale=locale, viewport=size).new_page(), product.address)  # type: ignore[arg-type]
    page = visitor.page
    visitor.open("/documents")
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    upload(page, [str(tmp_path / "handbook.md")])
    page.locator(".docs .doc .name", has_text="handbook.md").wait_for(timeout=SLOW)
    page.locator("details.recent").wait_for(timeout=SLOW)

    # A run of the command is listed with where it lies, also when that is gone.
    (tmp_path / "leave.jsonl").write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS), encoding="utf-8")
    out, at_home = tmp_path / "elsewhere", str(home / "home")
    command = ["eval", str(tmp_path / "leave.jsonl"), "--retrieval-only", "--out", str(out), "--home", at_home]
    done = CliRunner().invoke(main.app, command)
    assert done.exit_code == 0, done.output
    page.goto(f"{visitor.origin}/evaluation")
    listed = page.locator(".st-key-runs .doc", has_text="#1")
    listed.filter(has_text=f"{place} {out}").wait_for()
    shutil.rmtree(out)
    page.goto(f"{visitor.origin}/evaluation")
    listed.filter(has_text=gone).wait_for()

    # A zip of a BEIR folder; its documents are read in.
    drawn(page)
    by_keys(page, page.locator(".st-key-set-source").get_by_role("radio").last, "Space")
    steady(page.locator(".st-key-set-path input")).focus()
    page.keyboard.type(str(beir(tmp_path / "office.zip")))
    page.keyboard.press("Enter")
    page.locator(".st-key-read-set button").first.wait_for()
    drawn(page)
    by_keys(page, page.locator(".st-key-read-set button"), "Enter")
    page.locator('[data-testid="stToast"]', has_text="office").wait_for()

    # The rarer options are folded away.
    drawn(page)
    by_keys(page, page.locator(".st-key-option-retrieval input"), "Space")
    page.locator(".st-key-option-samples").wait_for(state="detached")
    drawn(page)
    by_keys(page, page.locator(".st-key-options-more summary"), "Enter")
    steady(page.locator(".st-key-option-documents textarea")).focus()
    page.keyboard.type("handbook.*")
    page.keyboard.press("Control+Enter")
    drawn(page)
    by_keys(page, page.locator(".st-key-option-glossary input"), "Space")
    drawn(page)
    steady(page.locator(".st-key-option-gate textarea")).focus()
    page.keyboard.type(GATE)
    page.keyboard.press("Control+Enter")
    base = page.locator('[class*="st-key-option-base"] input')
    base.wait_for()
    drawn(page)
    by_keys(page, base, "ArrowDown")
    page.get_by_role("option", name="#1 leave").wait_for()
    page.keyboard.type("#1")
    page.wait_for_function("() => document.querySelectorAll('[role=\"option\"]').length === 1")
    page.keyboard.press("Enter")
    page.get_by_role("option").first.wait_for(state="detached")
    drawn(page)
    look(page, "evaluation-options")
    if locale == "zh-CN":
        assert not_chinese(page) == []
    page.set_viewport_size(size)  # type: ignore[arg-type]

    # It is judged, told apart from others, and opened.
    by_keys(page, page.locator(".st-key-run-start button:enabled"), "Enter")
    run = page.locator(".st-key-runs .doc", has_text="#2")
    run.filter(has_text=missed).filter(has_text=without).filter(has_text="handbook.*").wait_for(timeout=SLOW)
    drawn(page)
    by_keys(page, run.locator('[data-action="open"]'), "Enter")
    limits = page.locator(".gate .doc")
    limits.nth(2).wait_for()
    assert [limit.locator(".status").inner_text() for limit in limits.all()] == [kept, kept, not_kept]
    drawn(page)
    look(page)
    if locale == "zh-CN":
        assert not_chinese(page) == []
    page.set_viewport_size(size)  # type: ignore[arg-type]

    # It leaves as a table and as a test report, and the command knows it by its number.
    with page.expect_download() as download:
        by_keys(page, page.locator(".st-key-csv-file button"), "Enter")
    (row,) = csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig")))
    assert (row["id"], row["verdict"]) == ("1", "right")
    with page.expect_download() as download:
        by_keys(page, page.locator(".st-key-junit-file button"), "Enter")
    assert 'name="gate" tests="3" failures="1"' in Path(download.value.path()).read_text(encoding="utf-8")
    compared = CliRunner().invoke(main.app, ["eval", "compare", "leave", "#2", "--json", "--home", at_home])
    assert json.loads(compared.stdout)["figures"]["retrieval.hit@10"]["questions"] == 1
    assert visitor.outside() == []
    assert visitor.problems == []
