"""Verifying: how well the verifier tells what a text states as the answer to a question from what it does not, on
texts that it has not learned from; and its training (`--write`, three hours on two cores; needs `make tune`). The
file that ships was trained in three goes, each from the file before, as the data came; `--write` trains one afresh
on all of it.

`verdicts/` holds what was written for it: `groups.jsonl` texts with right and wrong claims, `relations.jsonl`
sentences of other documents that disagree with a claim, agree with it, or only seem to, and `elsewhere.jsonl` what
a search brings for a claim, mostly of something else: sentences of all of these and of sample_docs, and places that
a check has read. It learns from these and from the claims that were written blind (`claims/`). Those groups that
say so and the last of the blind passages are held out.
"""

import hashlib
import itertools
import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import ticks
from benchmarks.places import home
from benchmarks.result import Result
from kb.checking.alignment import VERIFIED
from kb.checking.disagreements import DISPUTES
from kb.confidence import verdicts
from kb.confidence.verdicts import OTHERWISE, SILENT, STATES
from kb.config import LLMSettings
from kb.language.language import language_of
from kb.models import verifier
from kb.models.llamacpp_engine import EmbeddedModel
from kb.schema import Message

_FOLDER = Path(__file__).parent / "verdicts"
GROUPS, RELATIONS, ELSEWHERE, STEPS, PASSAGES = (
    _FOLDER / f"{name}.jsonl" for name in ("groups", "relations", "elsewhere", "steps", "passages")
)
NOT_STATED = f"{OTHERWISE} or {SILENT}"
_SILENT_KINDS = {"not_asked", "echo", "fragment"}
_OTHER_KINDS = {"conflict", "agree", "apart", "elsewhere"}
# Of the training.
RANK, ALPHA, LAYERS = 4, 16, range(12, 28)
MODULES = ("q_proj", "v_proj", "o_proj", "up_proj", "down_proj")
SEQUENCES, AT_ONCE, RATE, WARM_UP = 3000, 4, 3e-4, 15
SHARE_OF_GROUPS = 0.8  # of the sequences; the others are of blind claims
KEPT_EVERY = 20  # steps
LONGEST, MOST_CLAIMS = 1400, 10  # tokens and claims, or questions, of a sequence
# What is asked before there is a claim.
TASK_OF_ALL = (
    "Do the texts state the answer to exactly this question? Reply yes or silent.\n\n{texts}\n\nQuestion: {question}"
)


_Text = Mapping[str, str]  # "head" and "text"


@dataclass(frozen=True, slots=True)
class Example:
    """A claim beside a text, and what is right to reply: one of the verifier's words, or NOT_STATED. Without a claim
    the text is all that was found, and the reply whether it states the answer."""

    question: str
    text: str
    claim: str
    reply: str
    kind: str
    held_out: bool


def groups() -> Iterator[list[Example]]:
    """What was written for the verifier: the claims on each text, and the other texts on a claim."""
    for group in _read(GROUPS):
        question, out = group["q"], group["held_out"]
        yield _claims(group)
        yield _others(question, group["true"][0], [group["conflict"]], [group["agree"]], group["apart"], out)
    for group in _read(RELATIONS):
        texts = group["conflict"], group["agree"], group["apart"]
        yield _others(group["q"], group["claim"], *texts, group["held_out"])
    for group in _read(ELSEWHERE):
        yield [
            _beside(group["q"], group["claim"], text, text["reply"], "elsewhere", group["held_out"])
            for text in group["texts"]
        ]


def of_several() -> Iterator[list[Example]]:
    """What was written on questions that one sentence does not answer: the parts of an answer, and other texts."""
    for group in _read(STEPS):
        yield _claims(group)
        yield _others(group["q"], group["true"][0], [], [], group["apart"], group["held_out"])


def of_passages() -> Iterator[list[Example]]:
    """What was written for the judgement: the questions on the passages of each block."""
    for block in _read(PASSAGES):
        texts = "\n\n".join(f"[{at}] {each['head']}\n{each['text']}" for at, each in enumerate(block["passages"], 1))
        yield [
            Example(each["q"], texts, "", STATES if each["yes"] else SILENT, each["kind"], block["held_out"])
            for each in block["questions"]
        ]


def _claims(group: Mapping[str, Any]) -> list[Example]:
    said = [
        *((claim, STATES, "true") for claim in group["true"]),
        *((claim, SILENT if kind in _SILENT_KINDS else NOT_STATED, kind) for claim, kind in group["false"]),
    ]
    return [_beside(group["q"], claim, group, reply, kind, group["held_out"]) for claim, reply, kind in said]


def _read(file: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _others(
    question: str, claim: str, conflict: Sequence[_Text], agree: Sequence[_Text], apart: Sequence[_Text], out: bool
) -> list[Example]:
    return [
        _beside(question, claim, text, reply, kind, out)
        for texts, reply, kind in (
            (conflict, OTHERWISE, "conflict"), (agree, STATES, "agree"), (apart, SILENT, "apart")
        )
        for text in texts
    ]  # fmt: skip


def _beside(question: str, claim: str, text: _Text, reply: str, kind: str, out: bool) -> Example:
    return Example(question, f"{text['head']}\n{text['text']}", claim, reply, kind, out)


def blind() -> Iterator[list[Example]]:
    """The claims that were written blind, by passage and question."""
    for (name, question), cases in itertools.groupby(ticks._blind(), lambda case: (_name(case), case.question)):
        yield [
            Example(
                question, case.passages[0].text, case.text, STATES if case.true else NOT_STATED, case.kind,
                name.startswith(ticks.LAST_BLIND),
            )
            for case in cases
        ]  # fmt: skip


def _name(case: ticks.Case) -> str:
    return case.passages[0].document


def run(write: bool = False) -> Result:
    """The area under the ROC curve, of claims and of other texts, by language; and what the floors let pass."""
    if write:
        train()
    model = EmbeddedModel(LLMSettings(embedded_model=verifier.MODEL))
    found: dict[tuple[str, str], list[tuple[Example, verdicts.Verdict]]] = {}
    claims = (("groups", groups()), ("several", of_several()), ("blind", blind()))
    for name, source in (*((f"claims of {name}", each) for name, each in claims), ("passages", of_passages())):
        for example in (each for group in source for each in group if each.held_out):
            verdict = _verdict(model, example)
            if verdict is None:
                raise SystemExit(f"{verifier.MODEL} is not the model of the verifier")
            key = "other texts" if example.kind in _OTHER_KINDS else name, language_of(example.question)
            found.setdefault(key, []).append((example, verdict))
    model.close()
    rows: list[tuple[str | float, ...]] = []
    for (name, language), pairs in sorted(found.items()):
        others = name == "other texts"
        right = np.array([example.reply == (OTHERWISE if others else STATES) for example, _ in pairs])
        sure = np.array([verdict.otherwise if others else verdict.states for _, verdict in pairs])
        passing = sure >= (DISPUTES if others else VERIFIED["words"])
        rows.append((
            name, language, int(right.sum()), int((~right).sum()), float(roc_auc_score(right, sure)),
            int((passing & right).sum()), int((passing & ~right).sum()),
        ))  # fmt: skip
    columns = ("of", "language", "right", "wrong", "AUC", "right that pass", "wrong that pass")
    return Result("verifying", columns, tuple(rows), ("other texts: right is what gives another answer",))


def _verdict(model: EmbeddedModel, example: Example) -> verdicts.Verdict | None:
    found = model.verdict(_asked(example), (STATES, OTHERWISE, SILENT) if example.claim else (STATES, SILENT))
    return None if found is None else verdicts.Verdict(found[STATES], found.get(OTHERWISE, 0.0))


def train() -> None:
    """Train the verifier over the dequantised weights of the model, and write it. A training that was interrupted goes
    on where it was kept last."""
    import torch
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

    from kb.tuning import base_model
    from kb.tuning.adapter_gguf import write_adapter

    model, tokenizer = base_model.load(base_model.base_named(verifier.MODEL))
    model.to(torch.bfloat16)
    config = model.config
    lora = LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=list(MODULES), layers_to_transform=[*LAYERS],
        layers_pattern="layers", task_type="CAUSAL_LM",
    )  # fmt: skip
    tuned = get_peft_model(model, lora, autocast_adapter_dtype=False)
    weights = [each for each in tuned.parameters() if each.requires_grad]
    # The steps are too small for bfloat16: they are added up in float32.
    exact = [each.detach().float().clone().requires_grad_(True) for each in weights]
    optimiser = torch.optim.AdamW(exact, lr=RATE, weight_decay=0.01, betas=(0.9, 0.98))
    replies = {word: tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in (STATES, OTHERWISE, SILENT)}
    total = SEQUENCES // AT_ONCE
    losses: list[float] = []
    kept, first, learned_from = home("verifier").with_suffix(".pt"), 0, _learned_from()
    if kept.exists() and (state := torch.load(kept))["of"] == learned_from:
        first = state["steps"]
        optimiser.load_state_dict(state["optimiser"])
        with torch.no_grad():
            for master, weight, was in zip(exact, weights, state["weights"], strict=True):
                master.copy_(was)
                weight.copy_(was)
    for step, batch in enumerate(_batches(total)):
        if step < first:
            continue
        for sequence in batch:
            logits = _logits(tuned.base_model.model, tokenizer, sequence)
            loss = _loss(logits.float().log_softmax(-1), sequence, replies) / AT_ONCE
            loss.backward()
            losses.append(float(loss) * AT_ONCE)
        rate = min(1.0, (step + 1) / WARM_UP) * (0.05 + 0.475 * (1 + math.cos(math.pi * step / total)))
        for group in optimiser.param_groups:
            group["lr"] = RATE * rate
        for master, weight in zip(exact, weights, strict=True):
            master.grad, weight.grad = weight.grad.float(), None
        torch.nn.utils.clip_grad_norm_(exact, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        with torch.no_grad():
            for master, weight in zip(exact, weights, strict=True):
                weight.copy_(master)
        if (step + 1) % KEPT_EVERY == 0:
            kept.parent.mkdir(parents=True, exist_ok=True)
            made = kept.with_suffix(".part")
            state = {"of": learned_from, "steps": step + 1, "weights": exact, "optimiser": optimiser.state_dict()}
            torch.save(state, made)
            made.replace(kept)
        print(f"\rstep {step + 1}/{total}, loss {np.mean(losses[-40:]):.3f}", end="", flush=True)
    tensors = {name: each.float().numpy().astype(np.float16) for name, each in get_peft_model_state_dict(tuned).items()}
    write_adapter(tensors, config, ALPHA, "verifier", verifier.MODEL, verifier.PATH)
    kept.unlink(missing_ok=True)


def _batches(total: int) -> Iterator[list[list[Example]]]:
    """Sequences of examples that share a question, and in part a text, at random; of each kind all before one again."""
    chance = random.Random(1)
    sources = *groups(), *of_several(), *of_passages()
    written = _again([each for each in sources if not each[0].held_out], chance)
    others = _again([group for group in blind() if not group[0].held_out], chance)
    for _ in range(total):
        chosen = [next(written if chance.random() < SHARE_OF_GROUPS else others) for _ in range(AT_ONCE)]
        yield [chance.sample(group, len(group))[:MOST_CLAIMS] for group in chosen]


def _again(groups: Sequence[list[Example]], chance: random.Random) -> Iterator[list[Example]]:
    while True:
        yield from chance.sample(groups, len(groups))


def _learned_from() -> str:
    """What tells one training from another: its data and numbers."""
    numbers = RANK, ALPHA, LAYERS, MODULES, SEQUENCES, AT_ONCE, RATE, WARM_UP, SHARE_OF_GROUPS, LONGEST, MOST_CLAIMS
    sources = groups(), of_several(), of_passages(), blind()
    texts = [example for source in sources for group in source for example in group]
    return hashlib.sha256(repr((numbers, texts)).encode()).hexdigest()


def _logits(model: Any, tokenizer: Any, sequence: Sequence[Example]) -> Any:
    """The logits of the first token of the reply to each example, shape (examples, vocabulary). What their prompts
    begin with is read once: each of the rest sees it, and not one another."""
    import torch

    prompts = [
        tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in _asked(example)],
            tokenize=False, add_generation_prompt=True,
        )
        for example in sequence
    ]  # fmt: skip
    alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(min(prompts), max(prompts), strict=False))
    cut = prompts[0].rindex("\n", 0, sum(1 for _ in alike)) + 1 if len(prompts) > 1 else 0
    ids = tokenizer(prompts[0][:cut], add_special_tokens=False)["input_ids"]
    first = len(ids)
    places, parts, ends = list(range(first)), [0] * first, list[int]()
    for number, prompt in enumerate(prompts, 1):
        rest = tokenizer(prompt[cut:], add_special_tokens=False)["input_ids"]
        if ends and len(ids) + len(rest) > LONGEST:
            break
        ids += rest
        places += range(first, first + len(rest))
        parts += [number] * len(rest)
        ends.append(len(ids) - 1)
    part, order = torch.tensor(parts), torch.arange(len(ids))
    seen = (order[None] <= order[:, None]) & ((part[None] == 0) | (part[None] == part[:, None]))
    mask = torch.zeros(len(ids), len(ids), dtype=torch.bfloat16).masked_fill(~seen, torch.finfo(torch.bfloat16).min)
    hidden = model.model(
        input_ids=torch.tensor([ids]), position_ids=torch.tensor([places]), attention_mask=mask[None, None],
        use_cache=False,
    ).last_hidden_state[0, ends]  # fmt: skip
    return model.lm_head(hidden)


def _asked(example: Example) -> list[Message]:
    if example.claim:
        return verdicts.asked(example.question, example.text, example.claim)
    task = TASK_OF_ALL.format(question=example.question, texts=example.text)
    return [Message("system", verdicts.SYSTEM), Message("user", task)]


def _loss(chances: Any, sequence: Sequence[Example], replies: dict[str, int]) -> Any:
    """Nats a reply; of NOT_STATED either of the two will do."""
    import torch

    of_each = [
        torch.logsumexp(row[[replies[OTHERWISE], replies[SILENT]]], 0)
        if example.reply == NOT_STATED
        else row[replies[example.reply]]
        for row, example in zip(chances, sequence, strict=False)
    ]
    return -torch.stack(of_each).mean()
