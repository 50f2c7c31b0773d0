"""The doctor: what this machine has and lacks. Opens no home, so it works while `kb up` runs."""

import os
import platform
import shutil
import sqlite3
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from ingest.ocr import ocr
from ingest.reading import confinement, reading
from kb.config import Settings, cache_dir, default_home
from kb.errors import KBError
from kb.models import llm, speed, weights
from kb.models.ollama_server import OllamaServer, same_model
from kb.privacy import SWITCHES, guard
from ui.service.auth import running_service
from ui.service.model_list import machine_form
from ui.words.strings import Strings
from ui.words.translations import localised

State = Literal["ok", "missing", "note"]
_ENGLISH = Strings("en")
_LIBRARIES = (
    "chromadb",
    "llama-index-core",
    "ollama",
    "sentence-transformers",
    "streamlit",
    "unstructured",
    "xllamacpp",
)
_FORMATS = {
    "documents": ("pdf", "docx", "doc", "odt", "ods", "odp", "rtf", "epub", "pptx", "ppt", "xlsx", "xls"),
    "data": ("txt", "md", "rst", "org", "html", "xml", "svg", "csv", "tsv", "json", "jsonl", "yaml"),
    "mail": ("eml", "msg", "zip"),
    "images": ("png, jpg, tiff, bmp", "heic", "scanned pages (OCR)"),
}


def examine(settings: Settings, home: Path | None = None, deep: bool = False, t: Strings = _ENGLISH) -> dict[str, Any]:
    """All checks, each {"name", "state": ok | missing | note, "detail"}; "missing" is what nothing works without.

    `deep` reads all weights, which takes seconds, and compares their hashes with the pinned ones. Names and details are
    in the language of `t`.
    """
    checks = [
        *_software(t),
        *_storage(home or default_home(), t),
        _service(home or default_home(), t),
        *_models(settings, t),
        *(_weights(settings, t) if deep else ()),
        *_formats(settings, t),
        _privacy(settings, t),
        _reading_processes(t),
    ]
    return {
        "checks": checks,
        **machine_form(settings.llm),
        "cache": str(cache_dir()),
        "models": str(weights.models_dir()),
    }


def _check(name: str, state: State, detail: str) -> dict[str, str]:
    return {"name": name, "state": state, "detail": detail}


def _software(t: Strings = _ENGLISH) -> list[dict[str, str]]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    machine = f"{platform.system()} {platform.machine()}"
    return [
        _check("python", "ok", t("doctor_python_on", version=platform.python_version(), machine=machine)),
        _check(t("doctor_libraries"), "ok", versions),
        _check("sqlite", "ok", sqlite3.sqlite_version),
    ]


def _storage(home: Path, t: Strings = _ENGLISH) -> list[dict[str, str]]:
    place = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(place).free / 1e9
    state = t("doctor_home_there" if (home / "catalog.db").exists() else "doctor_home_not_made")
    name = t("doctor_home")
    if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
        return [_check(name, "missing", t("doctor_home_readonly", home=home, state=state))]
    return [
        _check(name, "ok" if free > 1 else "note", t("doctor_home_free", home=home, state=state, free=f"{free:.0f}"))
    ]


def _service(home: Path, t: Strings = _ENGLISH) -> dict[str, str]:
    running = running_service(home)
    if running is None:
        return _check(t("doctor_service"), "note", t("doctor_service_stopped"))
    return _check(t("doctor_service"), "ok", t("doctor_service_running", origin=running.origin, pid=running.pid))


def _models(settings: Settings, t: Strings = _ENGLISH) -> list[dict[str, str]]:
    checks = []
    embedding_model, embedded, answers = (t(f"doctor_{name}") for name in ("embedding", "embedded", "answers"))
    embedding = settings.embedding.model
    try:
        folder = weights.embedding_folder(embedding)
        checks.append(_check(embedding_model, "ok", str(folder)))
    except KBError as error:
        checks.append(_check(embedding_model, "missing", _problem_text(error, t)))
    reachable, ollama = _ollama(settings, t)
    checks.append(ollama)
    try:
        checks.append(_check(embedded, "ok", str(weights.gguf_path(settings.llm.embedded_model))))
    except KBError as error:
        checks.append(_check(embedded, "note" if reachable else "missing", _problem_text(error, t)))
    try:
        chosen = llm.open_model(settings.llm)
        checks.append(_check(answers, "ok", f"{chosen.name} ({chosen.engine})"))
        try:
            if speed.measured(chosen.engine) is None:
                chosen.warm_up()  # which measures
        finally:
            chosen.close()
    except KBError as error:
        checks.append(_check(answers, "missing", _problem_text(error, t)))
    return checks


def _problem_text(error: KBError, t: Strings) -> str:
    return localised(error, t.language)


def _weights(settings: Settings, t: Strings = _ENGLISH) -> list[dict[str, str]]:
    """What the files of the weights on this machine hash to, read now."""
    checks = []
    for name, weight in weights.WEIGHTS.items():
        folder = weights.models_dir() / name
        if not folder.is_dir():
            continue
        if changed := weights.changed(name):
            is_used = name in (settings.embedding.model, settings.llm.embedded_model)
            detail = t("doctor_weights_changed", files=", ".join(changed), folder=folder, name=name)
            checks.append(_check(t("doctor_weights", name=name), "missing" if is_used else "note", detail))
        else:
            several = len(weight.files) > 1
            files = t("doctor_files", n=len(weight.files)) if several else f"SHA-256 {weight.sha256}"
            checks.append(_check(t("doctor_weights", name=name), "ok", t("doctor_as_pinned", files=files)))
    return checks


def _ollama(settings: Settings, t: Strings = _ENGLISH) -> tuple[bool, dict[str, str]]:
    """Whether Ollama has the model of the settings, and what to say of it."""
    server = OllamaServer(settings.llm.ollama_host, timeout_seconds=10)
    try:
        version = server.version()
        names = [model.name for model in server.models()]
    except KBError as error:
        return False, _check("ollama", "note", _problem_text(error, t))
    has = any(same_model(settings.llm.model, name) for name in names)
    held = ", ".join(names) or t("doctor_no_models")
    hint = "" if has else t("doctor_pull", model=settings.llm.model)
    detail = t("doctor_ollama", version=version, host=settings.llm.ollama_host, held=held)
    return has, _check("ollama", "ok" if has else "note", f"{detail}{hint}")


def _formats(settings: Settings, t: Strings = _ENGLISH) -> list[dict[str, str]]:
    """What of the formats can be read, in groups."""
    packages = reading.capabilities().items()
    lacking = {
        name: t("doctor_needs_package", name=_format(name, t), packages=", ".join(held))
        for name, held in packages
        if held
    }
    without = "doctor_ocr_off" if not settings.ingest.ocr else "" if ocr.available() else "doctor_ocr_models"
    if without:
        lacking = {name: t(without, name=_format(name, t)) for name in _FORMATS["images"]} | lacking
    checks = []
    for group, names in _FORMATS.items():
        told = t("doctor_and").join(lacking[name] for name in names if name in lacking)
        named = ", ".join(_format(name, t) for name in names)
        checks.append(_check(t(f"doctor_formats_{group}"), "note" if told else "ok", told or named))
    return checks


def _format(name: str, t: Strings) -> str:
    return t("doctor_scans") if name == "scanned pages (OCR)" else name


def _privacy(settings: Settings, t: Strings = _ENGLISH) -> dict[str, str]:
    allowed = ", ".join(destination.host for destination in settings.destinations) or t("doctor_none")
    refusals = sum(guard.refusals.values())
    detail = t("doctor_guard", switches=len(SWITCHES), refusals=refusals, allowed=allowed)
    return _check(t("doctor_privacy"), "ok", detail)


def _reading_processes(t: Strings = _ENGLISH) -> dict[str, str]:
    """What keeps those who read files from all else: one is started, and tries."""
    found = confinement.examined()
    parts = (
        ("seccomp", found.calls, t("doctor_no_sockets")),
        (t("doctor_namespace"), found.network, t("doctor_no_network")),
        ("Landlock", found.files, t("doctor_no_files", version=found.landlock)),
    )
    held = [what for _, missing, what in parts if not missing]
    lacking = [t("doctor_lacking", name=name, why=why) for name, why, _ in parts if why]
    told = t("doctor_and").join([*held, *lacking])
    return _check(t("doctor_reading_processes"), "note" if lacking else "ok", told)
