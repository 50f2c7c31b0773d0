"""Courses: the training of the adapters that come with the product, over the dequantised weights of its model."""

import hashlib
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.places import home
from kb.models import shipped_adapters
from kb.schema import Message

RANK, ALPHA = 4, 16
MODULES = ("q_proj", "v_proj", "o_proj", "up_proj", "down_proj")
AT_ONCE, WARM_UP = 4, 15  # sequences of a step, and steps
LONGEST = 1400  # tokens of a sequence
_KEPT_EVERY = 20  # steps

Item = TypeVar("Item")
# A conversation, and what is right to reply: any of some words as the beginning, or one reply to its end. A sequence
# is of such as begin alike.
Asked = tuple[Sequence[Message], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Course:
    """What an adapter learns: in what `layers`, from how many `sequences`; how replies begin, or all that is to be
    `written`. From `invocation` on, the words of a prompt, it acts; from the first token on without one."""

    name: str
    file: Path
    layers: range
    total: int
    rate: float
    data: str  # what tells what it learns from from what another one does
    sequences: Callable[[], Iterator[Sequence[Asked]]]
    invocation: str = ""
    written: bool = False

    def digest(self) -> str:
        """What tells it from another course."""
        numbers = (
            RANK, ALPHA, MODULES, AT_ONCE, WARM_UP, LONGEST, self.layers, self.total, self.rate, self.invocation,
            self.written,
        )  # fmt: skip
        return hashlib.sha256(repr((numbers, self.data)).encode()).hexdigest()


def train(course: Course) -> None:
    """Train an adapter, and write it. A training that was interrupted goes on where it was kept last."""
    import torch
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

    from kb.tuning import base_model
    from kb.tuning.adapter_gguf import write_adapter

    model, tokenizer = base_model.load(base_model.base_named(shipped_adapters.MODEL))
    model.to(torch.bfloat16)
    config = model.config
    lora = LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=list(MODULES),
        layers_to_transform=[*course.layers], layers_pattern="layers", task_type="CAUSAL_LM",
    )  # fmt: skip
    tuned = get_peft_model(model, lora, autocast_adapter_dtype=False)
    weights = [each for each in tuned.parameters() if each.requires_grad]
    # The steps are too small for bfloat16: they are added up in float32.
    exact = [each.detach().float().clone().requires_grad_(True) for each in weights]
    optimiser = torch.optim.AdamW(exact, lr=course.rate, weight_decay=0.01, betas=(0.9, 0.98))
    total = course.total // AT_ONCE
    losses: list[float] = []
    kept, first, of = home(course.name).with_suffix(".pt"), 0, course.digest()
    if kept.exists() and (state := torch.load(kept))["of"] == of:
        first = state["steps"]
        optimiser.load_state_dict(state["optimiser"])
        with torch.no_grad():
            for master, weight, was in zip(exact, weights, state["weights"], strict=True):
                master.copy_(was)
                weight.copy_(was)
    sequences = course.sequences()
    for step in range(total):
        batch = [*itertools.islice(sequences, AT_ONCE)]
        if step < first:
            continue
        for sequence in batch:
            loss = _loss(tuned, tokenizer, sequence, course) / AT_ONCE
            loss.backward()
            losses.append(float(loss.detach()) * AT_ONCE)
        rate = min(1.0, (step + 1) / WARM_UP) * (0.05 + 0.475 * (1 + math.cos(math.pi * step / total)))
        for group in optimiser.param_groups:
            group["lr"] = course.rate * rate
        for master, weight in zip(exact, weights, strict=True):
            master.grad, weight.grad = weight.grad.float(), None
        torch.nn.utils.clip_grad_norm_(exact, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        with torch.no_grad():
            for master, weight in zip(exact, weights, strict=True):
                weight.copy_(master)
        if (step + 1) % _KEPT_EVERY == 0:
            kept.parent.mkdir(parents=True, exist_ok=True)
            made = kept.with_suffix(".part")
            torch.save({"of": of, "steps": step + 1, "weights": exact, "optimiser": optimiser.state_dict()}, made)
            made.replace(kept)
        print(f"\rstep {step + 1}/{total}, loss {np.mean(losses[-40:]):.3f}", end="", flush=True)
    tensors = {name: each.float().numpy().astype(np.float16) for name, each in get_peft_model_state_dict(tuned).items()}
    invocation = tokenizer(course.invocation, add_special_tokens=False)["input_ids"] if course.invocation else ()
    write_adapter(tensors, config, ALPHA, course.name, shipped_adapters.MODEL, course.file, invocation)
    kept.unlink(missing_ok=True)


def again(items: Sequence[Item], chance: random.Random) -> Iterator[Item]:
    """All of them at random, before one comes again."""
    while True:
        yield from chance.sample(items, len(items))


def _loss(tuned: Any, tokenizer: Any, sequence: Sequence[Asked], course: Course) -> Any:
    """Nats a token that is to be replied."""
    import torch

    logits, right = _replies(tuned, tokenizer, sequence, course)
    chances = logits.float().log_softmax(-1)
    return -torch.stack([torch.logsumexp(row[of], 0) for row, of in zip(chances, right, strict=True)]).mean()


def _replies(
    tuned: Any, tokenizer: Any, sequence: Sequence[Asked], course: Course
) -> tuple[Any, Sequence[Sequence[int]]]:
    """The logits of what is replied to each, shape (tokens, vocabulary), as many as LONGEST holds, and the tokens of
    which any is right at each place. What the conversations begin with is read once, without the adapter where there is
    an invocation: each of the rest sees it, and not one another."""
    import torch

    def tokens(text: str) -> list[int]:
        found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        return found

    prompts = [
        tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in messages],
            tokenize=False, add_generation_prompt=True,
        )
        for messages, _ in sequence
    ]  # fmt: skip
    if course.invocation:
        cut = prompts[0].rindex(f"\n{course.invocation}")
    else:
        alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(min(prompts), max(prompts), strict=False))
        cut = prompts[0].rindex("\n", 0, sum(1 for _ in alike)) + 1 if len(prompts) > 1 else 0
    if any(not prompt.startswith(prompts[0][:cut]) for prompt in prompts):
        raise ValueError("a sequence is of conversations that begin alike")
    beginning = tokens(prompts[0][:cut])
    first = len(beginning)
    ids, places, parts, ends, right = list[int](), list[int](), list[int](), list[int](), list[list[int]]()
    for number, (prompt, (_, replies)) in enumerate(zip(prompts, sequence, strict=True)):
        rest = tokens(prompt[cut:])
        reply = tokens(f"{replies[0]}{tokenizer.eos_token}") if course.written else []
        if ends and first + len(ids) + len(rest) + len(reply) > LONGEST:
            break
        right += [[token] for token in reply] or [[tokens(word)[0] for word in replies]]
        read = [*rest, *reply[:-1]]
        ends += range(len(ids) + len(rest) - 1, len(ids) + len(read))
        ids += read
        places += range(first, first + len(read))
        parts += [number] * len(read)
    part, order = torch.tensor([-1] * first + parts), torch.arange(first + len(ids))
    seen = (order[None] <= order[:, None]) & ((part[None] == -1) | (part[None] == part[:, None]))
    mask = torch.zeros(seen.shape, dtype=torch.bfloat16).masked_fill(~seen, torch.finfo(torch.bfloat16).min)[None, None]
    model = tuned.base_model.model
    if course.invocation:
        with torch.no_grad(), tuned.disable_adapter():
            before = model.model(input_ids=torch.tensor([beginning]), use_cache=True).past_key_values
        hidden = model.model(
            input_ids=torch.tensor([ids]), position_ids=torch.tensor([places]), attention_mask=mask[:, :, first:],
            past_key_values=before, use_cache=True,
        ).last_hidden_state[0, ends]  # fmt: skip
    else:
        hidden = model.model(
            input_ids=torch.tensor([beginning + ids]), position_ids=torch.tensor([[*range(first), *places]]),
            attention_mask=mask, use_cache=False,
        ).last_hidden_state[0, [first + end for end in ends]]  # fmt: skip
    return model.lm_head(hidden), right
