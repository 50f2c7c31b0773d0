"""The models page and the evaluation page: their markup."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kb.evaluation.comparison import Difference, compare
from kb.evaluation.evaluation import Evidence, Outcome, Question, Ranked, Scores
from kb.messages.coded_text import CodedText, together
from kb.models.hardware import deepseek_fits
from kb.models.llm import InstalledModel
from kb.models.speed import Measured
from kb.models.weights import WEIGHTS, Weight
from kb.schema import Answer, Citation, Claim, Passage
from tests.fakes import ScriptedModel
from tests.ui.html.test_sanitise import HOSTILE, elements
from tests.zones import SHANGHAI
from ui.html import evaluation as html_evaluation
from ui.html import models as html_models
from ui.service.model_downloads import Pull
from ui.service.runs import Run, RunOptions
from ui.words.strings import Strings

EN, ZH = Strings("en"), Strings("zh")
GB = 1_000_000_000
_UNKNOWN = together(CodedText("ollama.no_such_model", tag="x"), CodedText("ollama.did_you_mean", tag="y"))
_WITHOUT_RESULT = CodedText("evaluation.question_failed", kind="ModelError", why=CodedText("answer.without_result"))
ANSWER = Answer("q", "q", "It is so.", "", False, "en", (), (), (), (), "embedded", "m", 1.0, 0.5)
QUESTION = Question("1", "How many?", ("25",), (Evidence("a.md", 2),))
RIGHT = Outcome(
    QUESTION, 0, (Ranked("c", "a.md", 2, 0, 5, 0.9),), answer=ANSWER, scores=Scores(right=True, refused=False)
)
WRONG = replace(RIGHT, scores=Scores(right=False, refused=False))
FIGURES = {
    "retrieval": {"hit@10": 0.95, "of": {"questions": 20}},
    "answers": {"right": 0.5, "cons@5": 0.6, "empty": 0.0, "of": {"answers": 20, "right": 18, "cons@5": 4}},
    "claims": {"supported": None, "of": {"claims": 0}},
    "seconds": {"total": {"p50": 1.25}},
    "run": {"seed": 0},
}
RUN = Run("ab", "set", "stopped", RunOptions(limit=20), 20, "2026-11-25T10:00:00", 3, "embedded", "m", 5, 20, 1,
          "How many?", 30.0, FIGURES)  # fmt: skip


def test_the_model_in_use_is_shown_with_its_sizes() -> None:
    text = elements(html_models.in_use(ScriptedModel(), "ready", "", 8192, EN)).text
    for words in ("Embedded · scripted", "Ready", "4,096 tokens (set to 8,192; this model uses less)", "48 tokens"):
        assert words in text


def test_a_model_that_cannot_be_used_says_why_in_the_readers_language() -> None:
    problem = CodedText("ollama.no_server", address="127.0.0.1:1")
    html = html_models.in_use(None, "failed", problem, 8192, ZH)
    assert "没有 Ollama 服务应答" in html
    assert "<code>ollama serve</code>" in html
    assert "没有可用的模型" in html


def test_the_model_in_use_has_no_button_to_use_it() -> None:
    models = [InstalledModel("ollama", "a:1b", GB, "1B Q4", "0"), InstalledModel("embedded", "b", 98_000_000, "", "0")]
    html = html_models.installed(models, ("ollama", "a:1b"), EN)
    assert 'data-action="use" data-value="1"' in html
    assert 'data-action="use" data-value="0"' not in html
    assert "1.0 GB" in html
    assert "98 MB" in html


def test_what_fits_the_machine_is_said_and_the_largest_that_fits() -> None:
    fits = deepseek_fits(memory=16 * GB, known=Measured("m", "embedded", GB, 120.0, 24.0))
    html = html_models.suggestions(
        fits, [WEIGHTS["smollm2-135m"]], ["deepseek-r1:1.5b"], ["deepseek-r1:7b"], 16 * GB, EN, ollama=True
    )
    rows = {row.partition('class="name">')[2].partition("<")[0]: row for row in html.split("<li")[1:]}
    told = {name: elements(row).text for name, row in rows.items()}
    assert "Too big for this machine" in told["deepseek-r1:32b"]
    assert "tokens/s" not in told["deepseek-r1:32b"]
    assert "Fits, but slow" in told["deepseek-r1:14b"]
    assert "Fits this machine" in told["deepseek-r1:8b"]
    assert "4.7 GB to download" in told["deepseek-r1:7b"]
    assert "about 5.1 tokens/s, an answer in about 1 min 20 s" in told["deepseek-r1:7b"]
    assert [name for name, text in told.items() if "Largest that fits" in text] == ["deepseek-r1:8b"]
    assert "Installed" in told["deepseek-r1:1.5b"]
    assert "98 MB to download" in told["smollm2-135m"]
    assert "licence: Apache-2.0" in told["smollm2-135m"]
    assert html.count(" disabled") == 1
    pullable = [name for name, row in rows.items() if 'data-action="pull"' in row]
    assert pullable == ["deepseek-r1:7b", "deepseek-r1:8b", "deepseek-r1:14b", "smollm2-135m"]


def test_without_an_ollama_server_nothing_is_offered_that_needs_one() -> None:
    fits = deepseek_fits(memory=16 * GB, known=Measured("m", "embedded", GB, 120.0, 24.0))
    html = html_models.suggestions(fits, [WEIGHTS["smollm2-135m"]], [], [], 16 * GB, EN, ollama=False)
    assert html.count('data-action="pull"') == 1
    assert 'data-action="pull" data-value="smollm2-135m"' in html
    assert html.count("needs Ollama") == 4


@pytest.mark.parametrize("t", [EN, ZH], ids=["en", "zh"])
def test_how_to_get_ollama_is_told_as_text_and_does_not_point_to_this_page(t: Strings) -> None:
    problem = CodedText("ollama.no_server", address="127.0.0.1:1")
    html = html_models.ollama("http://127.0.0.1:1", problem, t)
    for command in ("ollama.com/install.sh | sh", "brew install ollama", "winget install", "~/.ollama/models"):
        assert command in html
    assert "<code>http://127.0.0.1:1</code>" in html
    assert "<a" not in html
    assert "page Models" not in html
    assert "kb models" not in html
    missing = together(CodedText("ollama.absent", tag="a:7b", address="x"), CodedText("ollama.pull", tag="a:7b"))
    assert "page Models" not in html_models.in_use(None, "failed", missing, 8192, t)
    there = html_models.ollama("http://127.0.0.1:1", "", t)
    assert "127.0.0.1:1" in there
    assert "brew" not in there


@pytest.mark.parametrize(
    ("pull", "words", "acts"),
    [
        (
            Pull("x", "running", "pulling", GB, 4 * GB, 1e8),
            "1.0 GB of 4.0 GB · 100.0 MB/s · about 30 s left",
            ["stop-pull"],
        ),
        (Pull("x", "running"), "Preparing", ["stop-pull"]),
        (Pull("x", "stopped"), "What has arrived is kept", ["pull", "dismiss"]),
        (Pull("x", "failed", error=""), "internal error", ["pull", "dismiss"]),
        (
            Pull(
                "x",
                "failed",
                error=_UNKNOWN,
            ),
            "Did you mean y?",
            ["pull", "dismiss"],
        ),
        (Pull("x", "done"), "Installed", ["dismiss"]),
    ],
)
def test_a_pull_shows_how_it_stands_and_what_can_be_done(pull: Pull, words: str, acts: list[str]) -> None:
    html = html_models.pulls([pull], EN)
    assert words in elements(html).text
    assert [part.partition('"')[0] for part in html.split('data-action="')[1:]] == acts


def test_a_run_under_way_shows_how_far_it_is() -> None:
    text = elements(html_evaluation.running(replace(RUN, state="running"), EN)).text
    for words in ("5 of 20 questions", "1 failed", "about 1 min 30 s left", "Last: How many?", "95.0%", "50.0%"):
        assert words in text


def test_a_run_is_listed_with_its_figures_and_options() -> None:
    html = html_evaluation.runs([RUN], "", EN)
    text = elements(html).text
    for words in ("#3", "Stopped", "first 20", "Embedded · m", "right 50.0%"):
        assert words in text
    assert 'data-action="resume"' in html
    failed = html_evaluation.runs([replace(RUN, error=CodedText("evaluation.no_questions"))], "", ZH)
    assert "没有可评测的问题" in failed


def test_figures_are_laid_out_with_what_they_are_of_and_their_intervals() -> None:
    figures = {**FIGURES, "intervals": {"answers.right": [0.4123, 0.6], "answers.cons@4": [0.1, 0.9]}}
    text = elements(html_evaluation.figures_table(figures, EN)).text
    for words in ("95.0%", "of 20", "right by majority", "60.0%", "1.25", "41.2% – 60.0%", "10.0% – 90.0%"):
        assert words in text
    assert "95.0%" in elements(html_evaluation.figures_table(FIGURES, EN)).text  # of a run kept by an earlier version


def test_figures_of_parts_of_the_questions_are_laid_out() -> None:
    kinds = {"table": {"questions": 12, "answers.right": 0.5}, HOSTILE[0]: {"questions": 3}}
    slices = {"language": {"en": {"questions": 15}}, "kind": kinds}
    html = html_evaluation.slices_table({"slices": slices}, EN)
    text = elements(html).text
    for words in ("Kind", "table", "12", "50.0%", HOSTILE[0]):
        assert words in text
    assert "Language" not in text  # there is one only: it is the whole
    assert html_evaluation.slices_table({}, EN) == ""


def test_differences_are_coloured_only_beyond_chance() -> None:
    html = html_evaluation.differences_table(
        {
            "answers.right": Difference(0.5, 0.75, 0.25, 0.001, 40),
            "answers.empty": Difference(0.0, 0.1, 0.1, 0.01, 40),
            "answers.f1": Difference(0.5, 0.6, 0.1, 0.3, 40),
            "claims.cited": Difference(0.5, 0.5, 0.0, 1.0, 40),
        },
        EN,
    )
    assert '<span class="delta up">▲ +25.0</span>' in html
    assert '<span class="delta down">▲ +10.0</span>' in html  # more empty answers are worse
    assert '<span class="delta">▲ +10.0</span>' in html
    assert '<span class="delta">=</span>' in html
    assert "0.001" in html


def test_what_differs_between_two_runs_is_told_in_words() -> None:
    before = {"model": "a", "seed": 0, "retrieval_only": True, "settings_hash": "1", "scope": {"collections": []}}
    after = {"model": None, "seed": 3, "retrieval_only": False, "settings_hash": "2", "scope": {"collections": ["hr"]}}
    told = html_evaluation.differences(sorted(before), before, after, ZH)
    assert told == "两次的不同：模型 a → –；只评检索 是 → 否；查找范围 – → hr；随机种子 0 → 3；设置"
    assert "seed 0 → 3; settings" in html_evaluation.differences(sorted(before), before, after, EN)


def test_a_run_is_listed_with_the_time_of_the_machines_place(zone: Callable[[str], None]) -> None:
    zone(SHANGHAI)
    assert ">2026-11-26 06:00<" in html_evaluation.runs([replace(RUN, created_at="2026-11-25T22:00:00+00:00")], "", EN)


@pytest.mark.parametrize(
    "weight", [weight for weight in WEIGHTS.values() if weight.kind == "gguf"], ids=lambda w: w.name
)
def test_what_weights_are_is_said_in_chinese(weight: Weight) -> None:
    told = html_models.suggestions([], [weight], [], [], 16 * GB, ZH, ollama=False)
    assert "for tests" not in told
    assert weight.title.partition(":")[0].partition(",")[0] in told


def test_questions_show_what_was_expected_and_answered() -> None:
    text = elements(html_evaluation.questions([RIGHT], 0, EN)).text
    for words in (
        "How many?",
        "✓ right",
        "Expected: 25",
        "Stands in: a.md · page 2",
        "Found: a.md · page 2",
        "It is so.",
    ):
        assert words in text
    failed = replace(
        RIGHT,
        answer=None,
        error=_WITHOUT_RESULT,
    )
    assert "回答没有结果就结束了" in html_evaluation.questions([failed], 0, ZH)


def test_a_question_shows_its_claims_citations_reasoning_evidence_and_scores() -> None:
    passage = Passage(1, 1, "c", "a.md", 1, 3, 0, 30, "It is\nso.", "", "", "", 0.9)
    given = replace(
        ANSWER,
        claims=(Claim(0, 9, True, (1,)),),
        citations=(Citation(1, "c", "a.md", 1, 3, 0, 5, "It is", False, 0),),
        passages=(passage,),
        thinking="Let me\nsee.",
    )
    scores = Scores(right=True, refused=False, gold_units=1, first_hit=2, f1=0.5, claims=1, claims_supported=1)
    asked = replace(RIGHT, answer=given, scores=scores)
    html = html_evaluation.questions([asked], 1, ZH)
    assert '<span class="claim ok" title="有依据">It is so.</span>' in html
    assert "<a" not in html  # what a page's address names is the page's
    assert "Let me\nsee." in html
    assert "It is\nso." in html
    assert html.count("标准出处</span>") == 2  # a page late, which the run allows
    assert "标准出处</span>" not in html_evaluation.questions([asked], 0, ZH)
    text = elements(html).text
    for words in ("标准出处排第 2 · F1 0.50 · 1/1 句有依据 · 1.0 秒", "没有依据", "思考过程", "交给模型的段落（1）"):
        assert words in text


def test_a_search_without_an_answer_shows_what_it_found() -> None:
    asked = replace(RIGHT, answer=None, ranked=(Ranked("c", "a.md", 2, 0, 5, 0.9, "It is."),))
    text = elements(html_evaluation.questions([asked], 0, EN)).text
    assert "Search, first 1 of 1 chunks" in text
    assert "It is." in text


def test_changes_show_both_answers() -> None:
    found = compare([RIGHT], [WRONG])
    text = elements(html_evaluation.changes(found.rows, 0, EN)).text
    assert text.index("✓ right") < text.index("✗ wrong")
    assert text.count("It is so.") == 2
    assert "Before" in text
    only = compare([], [RIGHT])
    assert "(no answer)" in elements(html_evaluation.changes(only.rows, 0, EN)).text
    assert elements(html_evaluation.outcome_tiles(found, EN)).text.startswith("0")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_out_of_its_place(hostile: str) -> None:
    model = ScriptedModel(name=hostile)
    question = replace(QUESTION, id=hostile, question=hostile, answers=(hostile,), evidence=(Evidence(hostile),))
    outcome = replace(
        RIGHT, question=question, answer=replace(ANSWER, text=hostile), ranked=(Ranked(hostile, hostile, 1, 0, 1, 1),)
    )
    run = replace(RUN, name=hostile, current=hostile, model=hostile, error=hostile, created_at=hostile)
    drawn = [
        html_models.in_use(model, "failed", hostile, 1, EN),
        html_models.installed([InstalledModel("ollama", hostile, 1, hostile, hostile)], ("", ""), EN),
        html_models.pulls([Pull(hostile, "failed", hostile, error=hostile), Pull(hostile, "running", hostile)], EN),
        html_evaluation.running(run, EN),
        html_evaluation.runs([run], "", EN),
        html_evaluation.questions([outcome, replace(outcome, answer=None, error=hostile)], 0, EN),
        html_evaluation.changes(compare([outcome], [outcome]).rows, 0, EN),
    ]
    for html in drawn:
        for tag, attributes in elements(html).elements:
            assert tag not in ("img", "a", "iframe", "script", "style", "svg", "link", "form", "input", "object")
            assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attributes)
