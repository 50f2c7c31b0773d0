"""The command line in Chinese: which language it speaks, its help, its errors, what it prints; JSON is the same."""

import json
import os
import re
import shutil
import sqlite3
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from rich.cells import cell_len
from typer.main import get_command
from typer.testing import CliRunner

from kb.messages.coded_text import text_in
from kb.schema import Answer, Done, Notice, Passage, Retrieved
from tests import tiny
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, LEAVE, write
from ui.cli import console, docs, evaluation, main
from ui.cli.language import wanted, whole_lines
from ui.cli.terminal import print_events
from ui.words.strings import TEXTS
from ui.words.strings_help import HELP, PLACES

__all__ = ["quick_hashes"]
ROOT = Path(__file__).parents[3]
LANGUAGE_OF_THE_MACHINE = ("KB_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")
# What is the same in every language: names of products, forms and files, keys, values that are typed as they stand.
NAMES = set(
    "kb API BEIR Bearer CMRC Ctrl DeepSeek JSON Lines jsonl json questions LlamaIndex MCP Ollama PEM SQuAD TLS TOKEN "
    "Authorization shell systemd tar up down zh en group person editor reader auditor admin auto ollama embedded "
    "llamaindex ask ingest delete access sign_in search cons pass runs calibration IPAddressDeny KB_HOME KB_CONFIG "
    "on off CSV UTF gaps never cited feedback term forms definition sources "
    "TRL GGUF sft dpo open corrected accepted dismissed "
    "KB_LANG docs list eval compare audit verify head users groups tokens sessions backup".split()
)
Kb = Callable[..., Result]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All commands and groups with what is typed to call them."""
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


ALL = dict(commands(get_command(main.complete())))


def helps() -> Iterator[tuple[str, str]]:
    """(where it stands, the English help) of all commands, arguments and options."""
    for path, command in ALL.items():
        if command.help:
            yield " ".join(path), whole_lines(command.help)
        for parameter in command.params:
            if parameter.help:
                yield f"{' '.join(path)} {parameter.opts[0]}", whole_lines(parameter.help)


HELPS = {english: where for where, english in reversed([*helps()])}


def code_in(text: str) -> set[str]:
    """What is typed or named in a text: code, options, variables, placeholders."""
    options = re.findall(r"(?<![\w`-])--[a-z][a-z-]*", text)
    holes = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    return {*re.findall(r"`[^`]+`", text), *options, *re.findall(r"KB_[A-Z]+", text), *holes}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("KB_") and name not in ("KB_CACHE", "KB_OLLAMA")]:
        monkeypatch.delenv(name)
    chosen = {"KB_LLM__ENGINE": "embedded", "KB_LLM__EMBEDDED_MODEL": "smollm2-135m", "USER": "owner"}
    for name, value in {**tiny.ENVIRONMENT, **chosen}.items():
        monkeypatch.setenv(name, value)
    yield
    assert console.language() == "en"  # a command leaves the language as it was


@pytest.fixture
def chinese() -> Iterator[None]:
    console.speak("zh")
    yield
    console.speak("en")


@pytest.fixture(scope="module")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ready")
    files = write(place / "docs", {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE, "empty.md": ""})
    with pytest.MonkeyPatch.context() as patch:
        for name, value in tiny.ENVIRONMENT.items():
            patch.setenv(name, value)
        CliRunner().invoke(main.app, ["ingest", str(files), "--home", str(place / "home")])
    return place / "home"


@pytest.fixture
def home(ready_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ready_home, tmp_path / "home")


@pytest.fixture
def kb(home: Path) -> Kb:
    """Runs a command on the home, in Chinese unless it says otherwise."""

    def run(*arguments: str, language: str = "zh", stdin: str | None = None) -> Result:
        return CliRunner().invoke(
            main.app, [*arguments, "--home", str(home)], input=stdin, env={"KB_LANG": language}
        )  # fmt: skip

    return run


# ---- which language


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "C"}, "en"),
        ([], {"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"),
        ([], {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"KB_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"KB_LANG": "zh", "LC_ALL": "en_US.UTF-8"}, "zh"),
        (["--lang", "zh", "ask", "Why?"], {"KB_LANG": "en"}, "zh"),
        (["ask", "Why?", "--lang=en"], {"KB_LANG": "zh"}, "en"),
        (["ask", "--lang", "en", "--lang", "zh"], {}, "zh"),
        (["ask", "--lang", "de"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["ask", "--", "--lang", "zh"], {}, "en"),
        (["ask", "--lang"], {}, "en"),
    ],
)
def test_the_language_is_the_arguments_then_the_variables_then_the_locales(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert wanted(arguments, environment) == language


def test_a_terminal_that_cannot_show_chinese_gets_english(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, "w", encoding="latin-1") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert wanted(["--lang", "zh"], {}) == "en"


def test_the_locale_alone_gives_chinese_help() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in LANGUAGE_OF_THE_MACHINE}
    done = subprocess.run(
        [sys.executable, "-c", "from ui.cli.main import main; main()", "--help"],
        env={**environment, "LANG": "zh_CN.UTF-8"}, capture_output=True, cwd=ROOT, check=True, timeout=120,
    )  # fmt: skip
    told = done.stdout.decode()
    for words in ("用法：", "选项", "命令", "提问；回答会注明所依据的文档。", "显示本帮助并退出。"):
        assert words in told
    assert "Usage" not in told


def test_a_language_is_taken_before_a_command_and_after_it() -> None:
    for arguments in (["--lang", "zh", "docs", "list", "-h"], ["docs", "--lang=zh", "list", "-h"],
                      ["docs", "list", "--lang", "zh", "-h"], ["audit", "--lang", "zh", "-h"]):  # fmt: skip
        done = CliRunner().invoke(main.app, arguments)
        assert (done.exit_code, "用法：" in done.stdout) == (0, True), arguments
    alone = CliRunner().invoke(main.app, ["--lang", "zh"])
    assert (alone.exit_code, "命令" in alone.stdout) == (0, True)


# ---- help


@pytest.mark.parametrize(("english", "where"), list(HELPS.items()), ids=list(HELPS.values()))
def test_every_help_text_is_there_in_chinese_and_names_the_same(english: str, where: str) -> None:
    assert english in HELP, f"{where}: write the Chinese of {english!r} into ui/words/strings_help.py"
    assert code_in(HELP[english]) == code_in(english)
    assert re.search("[一-鿿]", HELP[english]) or not re.search("[A-Za-z]{3} [a-z]{3}", english)


def test_no_help_text_and_no_name_of_a_value_is_kept_that_no_command_has() -> None:
    used = {*HELPS, "Show this message and exit."}
    assert set(HELP) - used == set()
    shown = {"OPTIONS"}
    for command in ALL.values():
        for parameter in command.params:
            shown |= {parameter.display_type(None), parameter.metavar or parameter.name}
    assert set(PLACES) - shown == set()


@pytest.mark.parametrize("path", list(ALL), ids=" ".join)
def test_the_chinese_help_of_a_command_has_no_english(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main.app, [*path, "--help", "--lang", "zh"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    names = {name for command in ALL.values() for name in getattr(command, "commands", {})}
    text = re.sub(r"`[^`]+`|(?<![\w-])--?[a-z][a-z-]*", " ", done.stdout)
    left = (
        set(re.findall(r"[A-Za-z][A-Za-z_]{1,}", text)) - NAMES - {part for name in names for part in name.split("-")}
    )
    assert left == set(), done.stdout


def test_the_boxes_of_chinese_help_are_straight() -> None:
    done = CliRunner().invoke(main.app, ["eval", "run", "--help", "--lang", "zh"], env={"COLUMNS": "80"})
    boxes = [line for line in done.stdout.splitlines() if line[:1] in "╭│╰" and line]
    assert len(boxes) > 20
    assert {cell_len(line) for line in boxes} == {80}
    assert "…" not in done.stdout  # nothing is cut


def test_a_line_of_chinese_does_not_begin_with_what_closes() -> None:
    for columns in range(60, 100, 3):
        done = CliRunner().invoke(main.app, ["--help", "--lang", "zh"], env={"COLUMNS": str(columns)})
        texts = [line[1:].strip() for line in done.stdout.splitlines() if line.startswith("│")]
        assert [text for text in texts if text[:1] in tuple("，。；：、）”")] == []


def test_english_help_is_as_typer_writes_it() -> None:
    told = CliRunner().invoke(main.app, ["ask", "--help", "--lang", "en"]).stdout
    for words in ("Usage: ", "Arguments", "Options", "[required]", "[default: 1]", "<int>"):
        assert words in told


# ---- errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["docs", "show", "nothing.md"], "没有文档 'nothing.md'"),
        (["docs", "release", "handbook.md"], "'handbook.md' 未被隔离"),
        (["search", " "], "问题是空的"),
        (["chat", "x" * 100_000], "问题有 100,000 个字符"),
        (["users", "role", "nobody", "reader"], "没有账号 'nobody'"),
        (["groups", "delete", "nothing"], "没有组 'nothing'"),
        (["tokens", "create", "--name", "n", "--scope", "all"], "'all' 不是令牌的权限范围"),
        (["tokens", "revoke", "nothing"], "没有令牌 'nothing'"),
        (["access", "set", "*", "everyone"], "'everyone' 不是读者"),
        (["audit", "erase", "--before", "soon", "--yes"], "soon 不是日期"),
        (["audit", "verify", "--file", "/nothing/here"], "/nothing/here 无法读取：文件或文件夹不存在"),
        (["ingest", "/nothing/here"], "没有这个文件或文件夹：/nothing/here"),
        (["eval", "/nothing/here.jsonl"], "没有题集 /nothing/here.jsonl"),
        (["eval", "compare", "/nothing/a", "/nothing/b"], "没有文件夹 '/nothing/a'"),
        (["models", "use", "nothing.gguf"], "nothing.gguf 既不是 GGUF 文件"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_an_error_is_told_in_chinese_and_ends_as_in_english(kb: Kb, arguments: list[str], said: str) -> None:
    told = kb(*arguments)
    assert "错误：" in told.stderr
    assert said in told.stderr
    english = kb(*arguments, language="en")
    assert "error: " in english.stderr
    assert not re.search("[一-鿿]", english.stderr)
    assert told.exit_code == english.exit_code != 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask"], "缺少参数 '问题'。"),
        (["tokens", "create"], "缺少选项 '--name'。"),
        (["nonsense"], "没有命令 nonsense。"),
        (["serch", "x"], "没有命令 serch。您是不是想用 search"),
        (["docs", "lst"], "没有命令 lst。您是不是想用 list"),
        (["ask", "q", "--hom", "x"], "没有选项 --hom。您是不是想用 --home"),
        (["ask", "q", "--model"], "选项 --model 需要一个值。"),
        (["ask", "q", "--json=1"], "选项 --json 不接受值。"),
        (["docs", "list", "a", "b"], "多余的参数：a b。"),
        (["search", "q", "-k", "0"], "'-k' 的值无效：不能小于 1。"),
        (["search", "q", "-k", "1001"], "'-k' 的值无效：不能大于 1000。"),
        (["search", "q", "-k", "x"], "'-k' 的值无效：不是整数。"),
        (["docs", "list", "--lang", "de"], "'--lang' 的值无效：应为 zh、en 之一。"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_in_chinese(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main.app, arguments, env={"KB_LANG": "zh", "COLUMNS": "120"})
    assert done.exit_code == 2
    assert said in done.stderr
    for words in ("用法：kb", "查看帮助", "错误"):
        assert words in done.stderr
    assert not re.search(r"Usage|Error|Try|Invalid|Missing", done.stderr)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("llm: {engin: ollama}", "llm.engin：没有这个设置"),
        ("embedding: {backend: gpu}", "embedding.backend：应为 'auto', 'torch', 'onnx' 之一"),
        ("retrieval: {passages: 0}", "retrieval.passages：至少为 1"),
        ("retrieval: {dense_weight: 2}", "retrieval.dense_weight：至多为 1"),
        ("retrieval: {passages: many}", "retrieval.passages：应为整数"),
        ("retrieval: {dense_weight: much}", "retrieval.dense_weight：应为数字"),
        ("llm: {timeout_seconds: 0}", "llm.timeout_seconds：应大于 0"),
        ("llm: {model: [a]}", "llm.model：应为文字"),
        ("privacy: {allow: 3}", "privacy.allow：应为列表"),
        ("privacy: 3", "privacy：应由名称和值组成"),
        ("people: {sso: {issuer: 'http://x.example'}}", "people.sso：issuer 'http://x.example' 应以 https:// 开头"),
    ],
)
def test_what_is_wrong_with_settings_is_told_in_chinese(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    arguments = ["docs", "list", "--home", str(tmp_path), "--config", str(tmp_path / "bad.yaml")]
    done = CliRunner().invoke(main.app, arguments, env={"KB_LANG": "zh"})
    assert done.exit_code == 2
    assert said in done.stderr
    assert not re.search(r"Input|should|must|error", done.stderr)


def test_what_is_wrong_with_an_option_of_the_model_is_told_in_chinese(kb: Kb) -> None:
    assert "--engine：应为 'auto', 'ollama'" in kb("ask", "When?", "--engine", "gpt").stderr


def test_what_a_check_finds_is_told_in_chinese(kb: Kb, home: Path) -> None:
    with sqlite3.connect(home / "catalog.db") as db:
        db.execute("INSERT INTO staged VALUES (999, 999, 1, '')")
    db.close()
    for file in home.rglob("originals/**/*"):
        if file.is_file():
            file.unlink()
    told, english = kb("check"), kb("check", language="en")
    for words in ("行指向不存在的行", "缺少 docs/handbook.md 的原件"):
        assert words in told.stdout
    assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", told.stdout)
    assert "rows refer to others" in english.stdout
    assert told.exit_code == english.exit_code == 1
    assert any("is missing" in problem for problem in json.loads(kb("check", "--json").stdout)["problems"])


# ---- what is printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["docs", "list"], ["docs", "show", "handbook.md"], ["search", "When does it open?"], ["users", "list"],
        ["groups", "list"], ["tokens", "list"], ["access", "list"], ["access", "show", "docs/handbook.md"],
        ["audit", "list"], ["audit", "verify"], ["check"], ["repair"], ["feedback"], ["sessions", "list"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_json_is_the_same_in_every_language(kb: Kb, arguments: list[str]) -> None:
    documents = []
    for language in ("en", "zh"):
        done = kb(*arguments, "--json", language=language)
        assert done.exit_code == 0, done.stderr
        form = json.loads(done.stdout)
        form.pop("seconds", None)
        documents.append(form)
    assert documents[0] == documents[1]


def test_the_doctor_speaks_chinese_and_its_json_does_not(kb: Kb) -> None:
    assert re.search(r"主目录：.*已建立.*空闲", kb("doctor").stdout)
    checks = json.loads(kb("doctor", "--json").stdout)["checks"]
    assert not re.search("[一-鿿]", json.dumps(checks, ensure_ascii=False))


def test_a_report_names_in_chinese_what_needs_a_look(kb: Kb, tmp_path: Path) -> None:
    done = kb("ingest", str(write(tmp_path / "new", {"empty.md": "", "a.md": "# A\n\nWords."})))
    assert done.stdout.splitlines()[0] == "失败     empty.md: 文件是空的。"
    assert re.match(r"新增 1，更新 0，未变 0，删除 0，失败 1，跳过 0，用时 [\d.]+ 秒", done.stdout.splitlines()[1])
    assert "2/2 个文件" in done.stderr


def test_the_columns_of_a_list_are_straight(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, chinese: None
) -> None:
    from kb.assistant import KnowledgeBase
    from kb.config import load_settings
    from ui.cli.common import local_user

    with KnowledgeBase.open(home, load_settings()) as kb:
        listed = kb.documents(local_user())
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    docs._print_list(listed)
    head, *rows = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()
    assert head.split() == ["集合", "文档", "状态", "版本", "页数", "片段", "可读性", "原因"]
    at = cell_len(head[: head.index("状态")])
    assert {row.split()[2] for row in rows} == {"新增", "失败"}
    assert {cell_len(row[: re.search("新增|失败", row).start()]) for row in rows} == {at}  # type: ignore[union-attr]


def test_a_question_is_answered_in_either_language(kb: Kb) -> None:
    kb("users", "add", "li", "--role", "admin")
    for language, answer in (("zh", "maybe\n是\n"), ("en", "是\n"), ("zh", "y\n"), ("en", "YES\n")):
        kb("users", "add", "anna", language=language)
        done = kb("users", "delete", "anna", language=language, stdin=answer)
        assert (done.exit_code, "anna" in done.stdout) == (0, True), done.output
    for answer in ("\n", "n\n", "否\n", ""):
        kept = kb("users", "delete", "li", stdin=answer)
        assert (kept.exit_code, "已中止。" in kept.stderr) == (1, True)
    asked = kb("users", "delete", "li", stdin="maybe\nn\n").stderr
    assert asked.count("删除 li 及其所有对话？ [y(是)/N(否)]") == 2
    assert "请回答 y（是）或 n（否）。" in asked


def test_an_action_is_called_as_on_the_page_and_as_the_option_names_it(kb: Kb) -> None:
    kb("groups", "add", "hr")
    assert "新增组（group_added）  完成  hr" in kb("audit", "--action", "group_added").stdout
    assert "group_added  done  hr" in kb("audit", "--action", "group_added", language="en").stdout


# ---- answers

PASSAGE = Passage(1, 1, "docs", "handbook.md", 1, 3, 0, 20, "It opens at 7:45 on weekdays.", "", "", "", 0.4, "en")


def refusal(language: Any, notice: Notice) -> Answer:
    question = "When does the cafeteria close?" if language == "en" else "食堂几点关门？"
    return Answer(
        question, question, "its own text", "", True, language, (), (), (PASSAGE,), (notice,), "", "", 1.0, None
    )


def test_a_refusal_and_its_notices_are_in_the_readers_language(
    chinese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    weak = {language: text_in(language, "answer.weak") for language in ("en", "zh")}
    notice = Notice("weak_evidence", weak["en"])
    print_events(iter([Retrieved((PASSAGE,)), Done(refusal("en", notice))]))
    out, err = capsys.readouterr()
    assert out.startswith("文档没有回答这个问题。最接近的文档：handbook.md (p. 3)。")
    assert "cafeteria" in out  # what no passage has is named
    assert err.splitlines() == ["找到 1 个段落", f"注意：{weak['zh']}", "未调用模型  1.0 秒"]
    console.speak("en")
    print_events(iter([Retrieved((PASSAGE,)), Done(refusal("zh", Notice("weak_evidence", weak["zh"])))]))
    out, err = capsys.readouterr()
    assert out.startswith("The documents do not answer this question.")
    assert f"note: {weak['en']}" in err


def test_an_answer_stays_in_the_language_of_its_question(chinese: None, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.ui.cli.test_terminal import SOURCES, TEXT, answer

    print_events(iter([Retrieved((PASSAGE,)), Done(answer())]))
    out = capsys.readouterr().out.splitlines()
    assert out == [TEXT, f"  (未证实) {TEXT}", SOURCES[1].replace(", p. 3", "，第 3 页")]


# ---- evaluation


def test_the_table_of_a_run_names_figures_as_the_page_does(tmp_path: Path) -> None:
    from rich.console import Console

    from kb.evaluation.evaluation import EvalOptions, evaluate
    from tests.kb.evaluation import test_evaluation

    report = evaluate(test_evaluation.base(), test_evaluation.ALL, EvalOptions(), tmp_path)  # type: ignore[arg-type]
    told = {}
    for language in ("en", "zh"):
        console.speak("zh" if language == "zh" else "en")
        shown = Console(width=110, record=True, file=(tmp_path / "shown").open("w"))
        shown.print(evaluation.as_table(report))
        told[language] = shown.export_text()
        shown.file.close()
    console.speak("en")
    assert "4 questions, 0 failed" in told["en"]
    for row in ("hit@10", "refused, near miss", "first word"):
        assert row in told["en"]
    right = next(line for line in told["en"].splitlines() if " right " in line)
    assert "0.500" in right
    assert "of 2" in right
    assert "4 个问题，0 个失败" in told["zh"]
    for row in ("前 10 命中", "有答案却拒答", "拒答，near miss", "首字", "共 2"):
        assert row in told["zh"]
    first = told["zh"].split("\n└")[0].splitlines()
    assert len({cell_len(line.rstrip()) for line in first if line[:1] in "┃│"}) == 1


def test_every_text_that_is_asked_for_by_a_part_of_its_name_exists() -> None:
    from kb.evaluation.metrics import DIMENSIONS, LABELS
    from kb.people.permissions import ROLES

    wanted = {f"cli_is_{role}" for role in ROLES} | {f"role_{role}" for role in ROLES}
    wanted |= {f"cli_section_{name}" for name in LABELS} | {f"cli_by_{name}" for name in DIMENSIONS}
    wanted |= {f"cli_claim_{state}" for state in ("not_found", "contradicted", "unchecked")}
    wanted |= {
        f"cli_status_{name}"
        for name in ("added", "changed", "unchanged", "deleted", "failed", "skipped", "quarantined")
    }
    assert wanted - TEXTS.keys() == set()


@pytest.mark.parametrize("key", ["cli_up_api", "cli_up_people", "cli_up_page", "cli_up_log"])
def test_the_address_of_the_service_is_a_word_of_its_own(key: str) -> None:
    for text in TEXTS[key]:
        told = text.format(origin="http://127.0.0.1:8600", address="http://127.0.0.1:8600/?code=x", token="token")
        assert any(word.startswith("http://127.0.0.1:8600") for word in told.split())  # for programs that start it
