"""The report is one finished page that loads nothing and runs nothing of what it shows."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kb.errors import KBError
from kb.evaluation import report
from kb.evaluation.evaluation import EvalOptions, Evidence, Outcome, Question, Ranked, Report, score
from kb.schema import Answer, Citation, Claim, Notice, Passage

RUN: dict[str, Any] = {
    "commit": None,
    "engine": "ollama",
    "model": "deepseek-r1:1.5b",
    "samples": 1,
    "retrieval_only": False,
    "page_slack": 0,
    "seed": 0,
}
ATTACK = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>\"'&\x00"
OPTIONS = EvalOptions()


def outcome(question: Question, answer: Answer | None, ranked: tuple[Ranked, ...] = (), error: str = "") -> Outcome:
    bare = Outcome(question, 0, ranked, True, 0.1, answer, error)
    return Outcome(question, 0, ranked, True, 0.1, answer, error, score(bare, OPTIONS))


def answer(text: str, refused: bool = False, **parts: Any) -> Answer:
    values: dict[str, Any] = {"claims": (), "citations": (), "passages": (), "notices": (), "thinking": ""} | parts
    return Answer("q", "q", text, refused=refused, language="en", engine="e", model="m", seconds=2.0,
                  first_word_seconds=0.5, **values)  # fmt: skip


def page_of(*outcomes: Outcome, **run: Any) -> str:
    return report.render(Report(RUN | run, outcomes, len(outcomes)))


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the pairs that do not close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, tag: str, cls: str = "") -> list[dict[str, str | None]]:
        return [a for t, a in self.found if t == tag and (not cls or cls in (a.get("class") or "").split())]


GOLD = Question("leave", "How many days?", ("15 days",), (Evidence("hr.pdf", 2),))
PASSAGES = (
    Passage(1, 1, "c", "hr.pdf", 1, 2, 0, 30, "Employees have 15 days.", "", "", "", 0.9),
    Passage(2, 2, "c", "it.md", 1, None, 0, 30, "Unrelated.", "", "", "", 0.4),
)
CITED = answer(
    "You get 15 days [1]. They never expire [2].",
    claims=(Claim(0, 20, True, (1,)), Claim(21, 43, False, (2,))),
    citations=(
        Citation(1, "c", "hr.pdf", 1, 2, 0, 23, "Employees have 15 days.", True, 0),
        Citation(2, "c", "it.md", 1, None, 0, 10, "Unrelated.", False, 1),
    ),
    passages=PASSAGES,
    notices=(Notice("think_budget", "The reasoning was cut."),),
    thinking="Let me see.",
)


def test_claims_are_marked_and_markers_lead_to_quotes() -> None:
    page = page_of(outcome(GOLD, CITED))
    elements = Elements(page)
    assert elements.open == []
    assert [span["title"] for span in elements.named("span", "claim")] == ["supported", "not supported"]
    targets = {li.get("id") for li in elements.named("li")}
    links = [a["href"] for a in elements.named("a")]
    assert len(links) == 2
    assert {str(link)[1:] for link in links} <= targets
    assert page.count('<span class="badge gold">gold</span>') == 2  # the citation and the passage
    for text in ("Let me see.", "The reasoning was cut.", "Employees have 15 days.", "not supported", "15 days"):
        assert text in page


def test_the_report_has_every_word_of_a_questions_block() -> None:
    template = Path(report.__file__).with_name("results.html.j2").read_text(encoding="utf-8")
    asked = {word for call in re.findall(r"\bt\(([^)]+)\)", template) for word in re.findall(r'"(\w+)"', call)}
    assert {"reasoning", "is_supported", "not_supported"} <= asked
    assert asked <= set(report._WORDS)


def test_every_text_of_documents_and_models_is_escaped() -> None:
    question = Question(ATTACK, ATTACK, (ATTACK,), (Evidence(ATTACK, 1, ATTACK),), kind=ATTACK)
    hostile = answer(
        ATTACK,
        claims=(Claim(0, len(ATTACK), True, (1,)),),
        citations=(Citation(1, "c", ATTACK, 1, 1, 0, 1, ATTACK, True, 0),),
        passages=(Passage(1, 1, "c", ATTACK, 1, 1, 0, 1, ATTACK, "", "", "", 1.0),),
        notices=(Notice(ATTACK, ATTACK),),
        thinking=ATTACK,
    )
    ranked = (Ranked("c", ATTACK, 1, 0, 1, 1.0, ATTACK),)
    refuse = Question("r", ATTACK, refuse=True, kind=ATTACK)
    page = page_of(outcome(question, hostile, ranked, ATTACK), outcome(refuse, hostile), engine=ATTACK, model=ATTACK)
    elements = Elements(page)
    assert elements.open == []
    assert len(elements.named("script")) == 1
    assert elements.named("img") == []
    assert all(not name.startswith("on") for _, attributes in elements.found for name in attributes)
    assert "\x00" not in page


def test_the_page_needs_nothing_from_outside() -> None:
    page = page_of(outcome(GOLD, CITED))
    elements = Elements(page)
    assert not [a for _, a in elements.found if "src" in a or str(a.get("href", "#"))[0] != "#"]
    assert "url(" not in page
    assert "@import" not in page
    policy = next(a["content"] for a in elements.named("meta") if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert re.search(r"script-src 'sha256-[\w+/=]+'", policy)


@pytest.mark.parametrize(
    ("made", "states", "badge"),
    [
        (outcome(GOLD, CITED, (Ranked("c", "hr.pdf", 2, 0, 1, 1.0),)), "right unsupported", "right"),
        (outcome(GOLD, answer("10 days")), "wrong missed", "wrong"),
        (outcome(GOLD, answer("I do not know.", refused=True)), "refused missed", "refused, answerable"),
        (outcome(Question("x", "x", refuse=True), answer("No.", refused=True)), "refused right", "refused"),
        (outcome(Question("x", "x", refuse=True), answer("Yes.")), "wrong", "should refuse"),
        (outcome(GOLD, None, error="ModelError: it died"), "failed wrong missed", "failed"),
        (outcome(Question("x", "x"), answer("Yes.")), "", "not scored"),
    ],
)
def test_questions_are_filed_under_what_became_of_them(made: Outcome, states: str, badge: str) -> None:
    page = page_of(made)
    assert Elements(page).named("details", "question")[0]["data-states"] == states
    assert re.search(rf'<summary><span class="badge \w+">{badge}</span>', page)


def test_a_search_without_answers_shows_the_rank_of_the_gold() -> None:
    ranked = (Ranked("c", "it.md", None, 0, 1, 0.9, "one"), Ranked("c", "hr.pdf", 2, 0, 1, 0.8, "two"))
    options = EvalOptions(retrieval_only=True)
    bare = Outcome(GOLD, 0, ranked, True, 0.1)
    page = page_of(Outcome(GOLD, 0, ranked, True, 0.1, scores=score(bare, options)), retrieval_only=True)
    assert ">rank 2</span>" in page
    assert "retrieval only" in page


def test_figures_have_their_intervals_and_the_curve_is_drawn() -> None:
    """Three answered, the two with the nearest evidence right: the curve ends at one third wrong, all answered."""
    asked = [replace(GOLD, id=str(n), kind=kind) for n, kind in enumerate(("table", "table", ATTACK))]
    texts = ["15 days", "15 days", "10 days"]
    made = [
        replace(outcome(question, answer(text)), evidence=1 - n / 10)
        for n, (question, text) in enumerate(zip(asked, texts, strict=True))
    ]
    page = page_of(*made)
    elements = Elements(page)
    assert elements.open == []
    (line,) = elements.named("polyline", "curve")
    points = [tuple(map(float, point.split(","))) for point in str(line["points"]).split()]
    assert points == [(210.0, 210.0), (380.0, 210.0), (550.0, pytest.approx(143.3))]
    assert '<td class="between" title="95 % interval">0.000 – 1.000</td>' in page
    assert len(elements.named("table", "slices")) == 1
    assert "&lt;script&gt;alert(1)" in page
    assert elements.named("img") == []
    assert Elements(page_of(outcome(GOLD, CITED))).named("polyline") == []  # one answer is no curve


def test_a_page_that_cannot_be_written_is_an_error_and_the_old_one_stays(tmp_path: Path) -> None:
    whole = Report(RUN, (outcome(GOLD, CITED),), 1)
    report.write(whole, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(KBError, match="cannot be written"):
        report.write(whole, tmp_path / "absent" / "report.html")
