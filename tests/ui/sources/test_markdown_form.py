"""Markdown with its form: nothing of the text is lost, the cited words alone are marked, and nothing leads anywhere."""

import random
import re
from pathlib import Path
from time import perf_counter

import pytest

from ingest.plain.markdown_text import tight_heading
from tests.ui.html.test_sanitise import HOSTILE
from tests.ui.sources.reading import Read
from ui.sources import markdown_form
from ui.sources.marking import Marks, Writer

ROOT = Path(__file__).parents[3]
ALLOWED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "em", "strong", "s", "code", "pre", "blockquote",
           "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "mark", "i", "span", "div"}  # fmt: skip
PIECES = (
    "# Leave", "##请假", "Every *employee* has **25 days**", "- one\n- two\n  - `three`",
    "1. first\n2. second\n\n   more", "```python\nif x:\n    y = '*'\n```", "~~~\n# no heading", "    code\n\tmore",
    "> quoted **words**\n> go on", "> | a | b |\n> |---|--:|\n> | 1 | `2` |",
    "| item | price |\n|---|:-:|\n| tea \\| herbs | 3 |\n| | *4* |\n| a | b | c |",
    "[the label](http://outside.example/x \"a title\")", "![a picture](http://outside.example/p.png)",
    "a\\*b\\_c &amp; &lt;b&gt; &nbsp;x", "<b onclick=alert(1)>bold</b>",
    "line one\nline two  \nline three\\\nline four", "***both*** and ~~gone~~ ~~~~~",
    "[ref]: http://outside.example/ref", "a [ref] b", "Title\n=====", "Sub\n---", "---", "年假共\n十五天",
    "*a **b*** c",
    "``a ` b`` `` c `` ` d `", "http://outside.example <http://outside.example>", "- [ ] open\n- [x] done",
    "snake_case_name 2*3*4", "##tag #tag", "+ x\n\n+ y", "| no | table", "\u202ehidden\u200f", "C# #", "# C# #",
    "\t- deep\n\t\t- deeper", "[](x)", "![](x) [![in](a)](b)", "a  \n  b", "  \n", "",
)  # fmt: skip


def drawn(text: str, cited: tuple[int, int] = (0, 0), bounds: tuple[int, int] | None = None) -> str:
    writer = Writer(text, *(bounds or (0, len(text))), Marks(cited))
    markdown_form.write(markdown_form.blocks(text), writer)
    return writer.html()


def visible(text: str) -> str:
    return re.sub("[\u202e\u200f]", "\ufffd", text)


@pytest.mark.parametrize("seed", range(400))
def test_nothing_is_lost_and_what_is_marked_is_exactly_what_is_cited(seed: int) -> None:
    chance = random.Random(seed)
    joined = chance.choice(("\n", "\n\n"))
    text = joined.join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))
    start = chance.randint(0, len(text))
    end = chance.randint(start, len(text))
    read = Read(drawn(text, (start, end)))
    assert read.text == visible(text)
    assert read.cited == visible(text[start:end])
    assert {tag for tag, _ in read.elements} <= ALLOWED
    if "&" not in text:  # an entity is seen as the sign it stands for
        assert re.findall(r"[^\W\d_]", read.cited_and_seen) == re.findall(r"[^\W\d_]", text[start:end])


@pytest.mark.parametrize("seed", range(100))
def test_a_part_of_a_text_is_all_there(seed: int) -> None:
    chance = random.Random(seed)
    text = "\n\n".join(chance.choice(PIECES) for _ in range(40))
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    first, last = sorted(chance.sample(lines, 2))
    whole = Read(drawn(text, bounds=(first, last))).text
    assert whole in (visible(f"{header}{text[first:last]}") for header in ("", "itemprice", "ab"))


def test_files_of_the_project_are_drawn_block_by_block() -> None:
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "sample_docs").rglob("*.md")]
    assert len(files) > 20
    for file in files:
        text = file.read_text(encoding="utf-8")
        read = Read(drawn(text, (40, 200)))
        assert read.text == visible(text)
        assert read.cited == text[40:200]
        assert not any(attributes.get("class") == "lines" for _, attributes in read.elements), file


def test_headings_lists_emphasis_code_and_tables_have_their_form() -> None:
    html = drawn(
        "# Leave\n\nEvery **employee** has\n*25* days.\n\n- one\n- two\n\n3. three\n\n```\nif x:\n    y\n```\n"
    )
    assert Read(html).seen == "LeaveEvery employee has\n25 days.onetwothreeif x:\n    y\n"
    for part in ("<h1>", "<strong>employee</strong>", "<ul>", '<li value="3">', "<pre><code>", "<em>25</em>"):
        assert part in re.sub(r"<i hidden>[^<]*</i>", "", html)
    html = re.sub(r"<i hidden>[^<]*</i>", "", drawn("|a|b|\n|---|--:|\n|1|**2**|"))
    assert '<th>a</th><th class="right">b</th>' in html
    assert '<td>1</td><td class="right"><strong>2</strong></td>' in html


def test_the_words_of_a_link_and_of_a_picture_are_shown_without_their_addresses() -> None:
    text = "See [the rules](http://outside.example/a) and ![a map](http://outside.example/b.png)."
    read = Read(drawn(text))
    assert read.seen == "See the rules and a map."
    assert not any({"href", "src", "style"} & set(attributes) for _, attributes in read.elements)


def test_an_address_that_is_cited_is_seen() -> None:
    text = "See [the rules](http://outside.example/a) first."
    start, end = text.index("the rules"), text.index(" first")
    assert Read(drawn(text, (start, end))).cited_and_seen == text[start:end]


def test_chinese_headings_without_a_space_are_headings_and_wrapped_chinese_has_no_gap() -> None:
    html = drawn("##请假\n年假共\n十五天")
    assert "<h2>" in html
    assert Read(html).seen == "请假年假共十五天"


def test_the_front_matter_is_shown_as_it_is() -> None:
    text = "---\ntitle: Leave\n---\n# Leave\n"
    html = drawn(text)
    assert html.startswith("<pre><code>---\ntitle: Leave\n---\n</code></pre>")
    assert Read(html).text == text


def test_entities_are_shown_as_the_signs_they_stand_for() -> None:
    assert Read(drawn("R&amp;D &lt;1&gt; &nbsp;x \\*")).seen == "R&D <1> \xa0x *"


def test_the_header_of_a_long_table_stays_above_its_rows() -> None:
    text = "| name | days |\n|---|---|\n" + "".join(f"| person {n} | {n} |\n" for n in range(500))
    at = text.index("| person 300")
    read = Read(drawn(text, bounds=(at, text.index("| person 310"))))
    assert read.seen.startswith("namedaysperson 300300person 301")
    assert "person 299" not in read.text
    assert "person 310" not in read.text


@pytest.mark.parametrize("unit", [
    "[", "![", "[a](", "*a ", "*a**b_", "`a``", "> ", "- \n", "  - a\n", "|a|b|\n", "~~a ", "<a ", "&amp;", "\\*",
    "#a ", "_", "[a]: b\n", "<!--\n", "1) a\n   ", "***a***", "##标",
])  # fmt: skip
def test_hostile_signs_take_no_more_than_their_share_of_time(unit: str) -> None:
    begun = perf_counter()
    text = unit * (30_000 // len(unit))
    assert Read(drawn(f"|a|b|\n|-|-|\n{text}", (10, 40))).cited
    assert Read(drawn(text + text, (10, 40))).cited
    assert perf_counter() - begun < 20  # quadratic, it would be minutes


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_an_element_or_an_attribute_of_its_own(hostile: str) -> None:
    for text in (hostile, f"# {hostile}", f"| {hostile} |\n|---|\n| {hostile} |", f"> - {hostile}", f"[{hostile}](x)"):
        for tag, attributes in Read(drawn(text)).elements:
            assert tag in ALLOWED
            assert set(attributes) <= {"class", "hidden", "value", "data-as"}


@pytest.mark.parametrize("line", ["##请假##", "##请假 ## ", "##请假"])
def test_a_heading_whose_signs_touch_it_has_the_words_that_are_stored_of_it(line: str) -> None:
    read = Read(drawn(f"{line}\n\n十天。", (0, len(line))))
    assert tight_heading(line) == (2, "请假")
    assert re.findall(r"\w", read.cited_and_seen) == ["请", "假"]
    assert "#" not in read.cited_and_seen
