"""The models as API and command line tell them: what is here, what can be fetched, and what to expect of each."""

from typing import Any

from kb.config import LLMSettings
from kb.errors import ModelMissing
from kb.models import hardware, llm, speed, weights


def models_form(settings: LLMSettings) -> dict[str, Any]:
    """Models that can be used now, those the product can fetch, and which sizes of DeepSeek-R1 suit this machine."""
    installed, problem = llm.installed_models(settings)
    return {
        "installed": [
            {
                "engine": m.engine,
                "name": m.name,
                "bytes": m.size,
                "detail": m.detail,
                "digest": m.digest,
                **hardware.speed_form(speed.expected(m.engine, m.size)),
            }
            for m in installed
        ],
        "offered": [
            {
                "name": w.name,
                "kind": w.kind,
                "bytes": w.size,
                "licence": w.licence,
                **hardware.speed_form(speed.expected("embedded", w.size) if w.kind == "gguf" else None),
            }
            for w in weights.WEIGHTS.values()
            if not weights.present(w.name)
        ],
        "ollama_problem": problem or None,
        **machine_form(settings),
    }


def installed_model(settings: LLMSettings, name: str) -> tuple[str, str]:
    """Engine and name of a model that can be used now. Raises ModelMissing for a name that none of them has."""
    found = next(((m.engine, m.name) for m in llm.installed_models(settings)[0] if m.name == name), None)
    if found is None:
        raise ModelMissing(f"There is no model {name!r} here. `kb models list` names those there are.")
    return found


def machine_form(settings: LLMSettings) -> dict[str, Any]:
    """This machine's memory, and the sizes of DeepSeek-R1 on it."""
    fits = hardware.deepseek_fits(context_tokens=settings.context_tokens)
    return {"memory_gb": round(hardware.total_memory() / 1e9, 1), "deepseek_r1": hardware.fits_form(fits)}
