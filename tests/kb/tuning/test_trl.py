"""Exports as TRL takes them: loaded by `datasets`, a step of its trainers."""

import copy
from pathlib import Path
from typing import Any

import pytest

from kb.assistant import KnowledgeBase
from kb.review.training import export, line_of
from kb.tuning import base_model
from tests.kb.people.conftest import quick_hashes
from tests.kb.review.test_training import ADMIN, kb

__all__ = ["kb", "quick_hashes"]


@pytest.mark.filterwarnings("ignore")  # of the libraries
@pytest.mark.parametrize("form", ["sft", "dpo"])
def test_an_export_makes_a_step_of_trls_trainer(kb: KnowledgeBase, tmp_path: Path, form: str) -> None:
    from datasets import load_dataset
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.dpo_trainer import DPOTrainer
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    records = export(kb.reviews, kb.catalog, ADMIN, form)
    file = tmp_path / f"{form}.jsonl"
    file.write_text("".join(map(line_of, records)), encoding="utf-8")
    data = load_dataset("json", data_files=str(file), split="train", cache_dir=str(tmp_path / "cache"))
    assert len(data) == len(records) > 0
    place = base_model.base_named("smollm2-135m").place
    tokenizer = AutoTokenizer.from_pretrained(place.parent, gguf_file=place.name, local_files_only=True)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
        )
    )
    options: dict[str, Any] = {
        "output_dir": str(tmp_path / "out"), "max_steps": 1, "per_device_train_batch_size": 1, "report_to": "none",
        "use_cpu": True, "bf16": False, "save_strategy": "no", "disable_tqdm": True,
    }  # fmt: skip
    trainer: Any = (
        SFTTrainer(model=model, args=SFTConfig(**options), train_dataset=data, processing_class=tokenizer)
        if form == "sft"
        else DPOTrainer(
            model=model,
            ref_model=copy.deepcopy(model),
            args=DPOConfig(**options),
            train_dataset=data,
            processing_class=tokenizer,
        )
    )
    trainer.train()
    assert trainer.state.global_step == 1
    assert trainer.state.log_history[-1]["train_loss"] > 0
