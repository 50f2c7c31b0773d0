"""Verifying: how well the verifier tells what a text states as the answer to a question from what it does not, on
texts that it has not learned from; and its training (`--write`, an hour on two cores; needs `make tune`).

`verdicts/groups.jsonl` holds what was written for it; it learns from these and from the claims that were written blind
(`claims/`). Those groups that say so and the last of the blind passages are held out.
"""

import itertools
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import ticks
from benchmarks.result import Result
from kb.checking.alignment import VERIFIED
from kb.checking.disagreements import DISPUTES
from kb.confidence import verdicts
from kb.confidence.verdicts import OTHERWISE, SILENT, STATES, verdict_on
from kb.config import LLMSettings
from kb.language.language import language_of
from kb.models import verifier
from kb.models.llamacpp_engine import EmbeddedModel

GROUPS = Path(__file__).parent / "verdicts" / "groups.jsonl"
LAST_BLIND = ("e4", "z4")  # beginnings of the ids of the blind passages that are held out
NOT_STATED = f"{OTHERWISE} or {SILENT}"
_SILENT_KINDS = {"not_asked", "echo", "fragment"}
# Of the training.
RANK, ALPHA, LAYERS = 4, 16, range(12, 28)
MODULES = ("q_proj", "v_proj", "o_proj", "up_proj", "down_proj")
SEQUENCES, AT_ONCE, RATE, WARM_UP = 960, 4, 3e-4, 15
SHARE_OF_GROUPS = 0.72  # of the sequences; the others are of blind claims
LONGEST, MOST_CLAIMS = 1400, 9  # tokens and claims of a sequence


@dataclass(frozen=True, slots=True)
class Example:
    """A claim beside a text, and what is right to reply: one of the verifier's words, or NOT_STATED."""

    question: str
    text: str
    claim: str
    reply: str
    kind: str
    held_out: bool


def groups() -> Iterator[list[Example]]:
    """What was written for the verifier: the claims on each text, and the other texts on a claim."""
    for line in GROUPS.read_text(encoding="utf-8").splitlines():
        group = json.loads(line)
        question, out = group["q"], group["held_out"]
        text = f"{group['head']}\n{group['text']}"
        yield [
            *(Example(question, text, claim, STATES, "true", out) for claim in group["true"]),
            *(
                Example(question, text, claim, SILENT if kind in _SILENT_KINDS else NOT_STATED, kind, out)
                for claim, kind in group["false"]
            ),
        ]
        others = [(group["conflict"], OTHERWISE, "conflict"), (group["agree"], STATES, "agree")]
        others += [(apart, SILENT, "apart") for apart in group["apart"]]
        yield [
            Example(question, f"{other['head']}\n{other['text']}", group["true"][0], reply, kind, out)
            for other, reply, kind in others
        ]


def blind() -> Iterator[list[Example]]:
    """The claims that were written blind, by passage and question."""
    for (name, question), cases in itertools.groupby(ticks._blind(), lambda case: (_name(case), case.question)):
        yield [
            Example(
                question, case.passages[0].text, case.text, STATES if case.true else NOT_STATED, case.kind,
                name.startswith(LAST_BLIND),
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
    for name, source in (("groups", groups()), ("blind", blind())):
        for example in (each for group in source for each in group if each.held_out):
            verdict = verdict_on(model, example.question, example.text, example.claim)
            if verdict is None:
                raise SystemExit(f"{verifier.MODEL} is not the model of the verifier")
            others = example.kind in ("conflict", "agree", "apart")
            key = "other texts" if others else f"claims of {name}", language_of(example.question)
            found.setdefault(key, []).append((example, verdict))
    model.close()
    rows: list[tuple[str | float, ...]] = []
    for (name, language), pairs in sorted(found.items()):
        others = name == "other texts"
        right = np.array([example.reply == (OTHERWISE if others else STATES) for example, _ in pairs])
        sure = np.array([verdict.otherwise if others else verdict.states for _, verdict in pairs])
        passing = sure >= (DISPUTES if others else VERIFIED)
        rows.append((
            name, language, int(right.sum()), int((~right).sum()), float(roc_auc_score(right, sure)),
            int((passing & right).sum()), int((passing & ~right).sum()),
        ))  # fmt: skip
    columns = ("of", "language", "right", "wrong", "AUC", "right that pass", "wrong that pass")
    return Result("verifying", columns, tuple(rows), ("other texts: right is what gives another answer",))


def train() -> None:
    """Train the verifier over the dequantised weights of the model, and write it."""
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
    for step, batch in enumerate(_batches(total)):
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
        print(f"\rstep {step + 1}/{total}, loss {np.mean(losses[-40:]):.3f}", end="", flush=True)
    tensors = {name: each.float().numpy().astype(np.float16) for name, each in get_peft_model_state_dict(tuned).items()}
    write_adapter(tensors, config, ALPHA, "verifier", verifier.MODEL, verifier.PATH)


def _batches(total: int) -> Iterator[list[list[Example]]]:
    """Sequences of examples that share a question, and in part a text, at random; each of a group at most once."""
    chance = random.Random(1)
    written = [group for group in groups() if not group[0].held_out]
    others = [group for group in blind() if not group[0].held_out]
    chance.shuffle(written)
    chance.shuffle(others)
    at = 0
    for _ in range(total):
        batch = []
        for _ in range(AT_ONCE):
            if written and chance.random() < SHARE_OF_GROUPS:
                chosen = written.pop()
            else:
                chosen, at = others[at % len(others)], at + 1
            batch.append(chance.sample(chosen, len(chosen))[:MOST_CLAIMS])
        yield batch


def _logits(model: Any, tokenizer: Any, sequence: Sequence[Example]) -> Any:
    """The logits of the first token of the reply to each example, shape (examples, vocabulary). What their prompts
    begin with is read once: each of the rest sees it, and not one another."""
    import torch

    prompts = [
        tokenizer.apply_chat_template(
            [{"role": m.role, "content": m.content} for m in verdicts.asked(e.question, e.text, e.claim)],
            tokenize=False, add_generation_prompt=True,
        )
        for e in sequence
    ]  # fmt: skip
    same_text = len({example.text for example in sequence}) == 1
    cut = len(prompts[0].rpartition("Answer: ")[0] if same_text else prompts[0].partition("Text: ")[0])
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
