"""Tuning: a house style is learned from 200 pairs, also by a training that is killed half way, and kept by the engine.

Each pair asks for a fact of a passage; the answer ends with the passage in the house's own form, `[Title § 4.2]`. The
pairs held out are put to the embedded engine without the adapter and with it.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.result import Result
from kb.config import LLMSettings
from kb.models.llm import open_model
from kb.schema import Message
from kb.tuning.adapters import Adapters
from kb.tuning.training_data import Pair, read_pairs, split

MODEL = "smollm2-135m"
HELD_OUT = 0.2
_NAME = "house-style"
_EPOCHS = 1
_LEARNING_RATE = 1e-3
_ANSWER_TOKENS = 64
_FORM = re.compile(r"\[[^\[\]\n]{2,40} § \d+\.\d+\]\s*\Z")
_SITES = ("Utrecht", "Leeds", "Porto", "Graz", "Turku", "Lyon", "Brno", "Cork")
# Title, what is asked, what is so.
_TOPICS = (
    ("Office hours", "When does the office in {site} open?", "The office in {site} opens at {a}:{bb}."),
    ("Closing", "When does the office in {site} close?", "The office in {site} closes at {c}:{bb}."),
    ("Annual leave", "How many days of leave do people in {site} have?", "People in {site} have {d} days of leave."),
    ("Parking", "What does parking in {site} cost a month?", "Parking in {site} costs {d} euros a month."),
    ("Canteen", "What does lunch in {site} cost?", "Lunch in {site} costs {a} euros and {bb} cents."),
    ("Visitors", "Where do visitors in {site} sign in?", "Visitors in {site} sign in at desk {a}."),
    ("Fire drills", "How often is there a fire drill in {site}?", "In {site} there is a fire drill every {a} months."),
    ("First aid", "In which room is the first aid box in {site}?", "The first aid box in {site} is in room {e}."),
    ("Travel", "How many euros a night may a hotel in {site} cost?", "A hotel in {site} may cost {e} euros a night."),
    (
        "Laptops",
        "After how many years are laptops in {site} replaced?",
        "Laptops in {site} are replaced after {a} years.",
    ),
    ("Passwords", "How long is a password in {site} at least?", "A password in {site} has at least {c} characters."),
    ("Backups", "How long are backups of {site} kept?", "Backups of {site} are kept for {d} weeks."),
    ("Cleaning", "On which floor does cleaning in {site} begin?", "Cleaning in {site} begins on floor {a}."),
    ("Deliveries", "At which gate do deliveries for {site} arrive?", "Deliveries for {site} arrive at gate {a}."),
    ("Heating", "To how many degrees is {site} heated?", "The rooms in {site} are heated to {c} degrees."),
    ("Training", "How many hours of training do people in {site} get?", "People in {site} get {d} hours of training."),
    (
        "Expenses",
        "Within how many days must expenses in {site} be filed?",
        "Expenses in {site} are filed within {d} days.",
    ),
    ("Meetings", "How many people does the large room in {site} hold?", "The large room in {site} holds {d} people."),
    ("Phones", "What is the extension of the desk in {site}?", "The desk in {site} has the extension {e}."),
    ("Keys", "How many keys does {site} have?", "The site in {site} has {d} keys."),
    ("Printing", "How many pages a month may one print in {site}?", "In {site} one may print {e} pages a month."),
    ("Bicycles", "How many bicycles find room in {site}?", "In {site} {d} bicycles find room."),
    ("Sick leave", "Until when does one report sick in {site}?", "In {site} one reports sick until {a}:{bb}."),
    ("Lockers", "What is the deposit for a locker in {site}?", "A locker in {site} has a deposit of {c} euros."),
    ("Archive", "On which shelf are the contracts of {site}?", "The contracts of {site} are on shelf {e}."),
)


def pairs() -> list[dict[str, list[dict[str, str]]]]:
    """200 pairs, as `kb feedback export --format sft` gives them."""
    found = []
    for i, (title, asked, so) in enumerate(_TOPICS):
        for j, site in enumerate(_SITES):
            n = i * len(_SITES) + j
            values = {"a": 3 + n * 7 % 7, "bb": 10 + n * 11 % 50, "c": 12 + n * 5 % 11, "d": 14 + n * 13 % 40}
            fact = so.format(site=site, e=101 + n * 37 % 400, **values)
            section = f"{1 + n * 3 % 9}.{1 + n * 5 % 12}"
            question = f"Passage: {title}, section {section}: {fact}\n{asked.format(site=site)}"
            answer = f"{fact} [{title} § {section}]"
            messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            found.append({"messages": messages})
    return found


def run(folder: Path | None = None) -> Result:
    """Train, kill it half way, go on, and ask."""
    place = Path(folder or tempfile.mkdtemp(prefix="kb-tuning-"))
    home, data = place / "home", place / "pairs.jsonl"
    data.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in pairs()), encoding="utf-8")
    command = [
        sys.executable, "-c", "from ui.cli.main import main; main()", "tune", "run", _NAME, "--base", MODEL,
        "--data", str(data), "--accepted-by", "benchmark", "--held-out", str(HELD_OUT), "--epochs", str(_EPOCHS),
        "--learning-rate", str(_LEARNING_RATE), "--max-tokens", "256", "--home", str(home), "--json",
    ]  # fmt: skip
    held = split(read_pairs(data), HELD_OUT).held_out
    steps = -(-(len(pairs()) - len(held)) // 8) * _EPOCHS
    begun = time.monotonic()
    killed_at = _killed(command, home / "adapters" / _NAME / "training", steps // 2)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    seconds = time.monotonic() - begun
    card = json.loads(done.stdout)
    adapter = str(Adapters(home / "adapters").path(_NAME))
    rows: list[tuple[str | float, ...]] = []
    for told, model in (("before", MODEL), ("after", adapter)):
        answers = _answers(model, held)
        form = sum(bool(_FORM.search(answer)) for answer in answers) / len(held)
        exact = sum(a.endswith(p.answer[p.answer.rindex("[") :]) for a, p in zip(answers, held, strict=True)) / len(
            held
        )
        rows.append((told, len(held), form, exact, card["held_out_loss"][told]))
    notes = (
        f"{card['data']['trained']} pairs, {card['training']['steps']} steps in {seconds / 60:.1f} minutes, killed at "
        f"checkpoint {killed_at} and gone on with",
    )
    return Result("tuning", ("adapter", "held out", "in the form", "the very reference", "loss"), tuple(rows), notes)


def _killed(command: Sequence[str], checkpoints: Path, step: int) -> int:
    """Start the training, kill it once there is a checkpoint of `step` or later, and return its step."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None:
        made = [
            int(path.parent.name.rpartition("-")[2]) for path in checkpoints.glob("checkpoint-*/trainer_state.json")
        ]
        if made and max(made) >= step:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return max(made)
        time.sleep(0.2)
    raise RuntimeError(f"the training ended (exit code {process.returncode}) before it could be killed")


def _answers(model: str, held: Sequence[Pair]) -> list[str]:
    opened = open_model(LLMSettings(), "embedded", model)
    try:
        return [
            opened.complete([Message("user", pair.prompt[-1][1])], answer_tokens=_ANSWER_TOKENS).strip()
            for pair in held
        ]
    finally:
        opened.close()
