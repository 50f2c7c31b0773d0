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

State = Literal["ok", "missing", "note"]
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
    "text and data": ("txt", "md", "rst", "org", "html", "xml", "svg", "csv", "tsv", "json", "jsonl", "yaml"),
    "mail and archives": ("eml", "msg", "zip"),
    "images": ("png, jpg, tiff, bmp", "heic", "scanned pages (OCR)"),
}


def examine(settings: Settings, home: Path | None = None, deep: bool = False) -> dict[str, Any]:
    """All checks, each {"name", "state": ok | missing | note, "detail"}; "missing" is what nothing works without.

    `deep` reads all weights, which takes seconds, and compares their hashes with the pinned ones.
    """
    checks = [
        *_software(),
        *_storage(home or default_home()),
        _service(home or default_home()),
        *_models(settings),
        *(_weights(settings) if deep else ()),
        *_formats(settings),
        _privacy(settings),
        _reading_processes(),
    ]
    return {
        "checks": checks,
        **machine_form(settings.llm),
        "cache": str(cache_dir()),
        "models": str(weights.models_dir()),
    }


def _check(name: str, state: State, detail: str) -> dict[str, str]:
    return {"name": name, "state": state, "detail": detail}


def _software() -> list[dict[str, str]]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    return [
        _check("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        _check("libraries", "ok", versions),
        _check("sqlite", "ok", sqlite3.sqlite_version),
    ]


def _storage(home: Path) -> list[dict[str, str]]:
    place = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(place).free / 1e9
    state = "there" if (home / "catalog.db").exists() else "not made yet"
    if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_RDONLY:
        return [_check("home", "missing", f"{home} ({state}) cannot be written to; choose another with --home")]
    return [_check("home", "ok" if free > 1 else "note", f"{home} ({state}), {free:.0f} GB free")]


def _service(home: Path) -> dict[str, str]:
    running = running_service(home)
    if running is None:
        return _check("service", "note", "not running; `kb up` starts it")
    return _check("service", "ok", f"{running.origin}, process {running.pid}")


def _models(settings: Settings) -> list[dict[str, str]]:
    checks = []
    embedding = settings.embedding.model
    try:
        folder = weights.embedding_folder(embedding)
        checks.append(_check("embedding model", "ok", str(folder)))
    except KBError as error:
        checks.append(_check("embedding model", "missing", error.message))
    reachable, ollama = _ollama(settings)
    checks.append(ollama)
    try:
        checks.append(_check("embedded engine", "ok", str(weights.gguf_path(settings.llm.embedded_model))))
    except KBError as error:
        checks.append(_check("embedded engine", "note" if reachable else "missing", error.message))
    try:
        chosen = llm.open_model(settings.llm)
        checks.append(_check("answers come from", "ok", f"{chosen.name} ({chosen.engine})"))
        try:
            if speed.measured(chosen.engine) is None:
                chosen.warm_up()  # which measures
        finally:
            chosen.close()
    except KBError as error:
        checks.append(_check("answers come from", "missing", error.message))
    return checks


def _weights(settings: Settings) -> list[dict[str, str]]:
    """What the files of the weights on this machine hash to, read now."""
    checks = []
    for name, weight in weights.WEIGHTS.items():
        folder = weights.models_dir() / name
        if not folder.is_dir():
            continue
        if changed := weights.changed(name):
            is_used = name in (settings.embedding.model, settings.llm.embedded_model)
            detail = f"{', '.join(changed)} in {folder} is missing or has another SHA-256; `kb models pull {name}`"
            checks.append(_check(f"weights {name}", "missing" if is_used else "note", detail))
        else:
            files = f"{len(weight.files)} files" if len(weight.files) > 1 else f"SHA-256 {weight.sha256}"
            checks.append(_check(f"weights {name}", "ok", f"as pinned: {files}"))
    return checks


def _ollama(settings: Settings) -> tuple[bool, dict[str, str]]:
    """Whether Ollama has the model of the settings, and what to say of it."""
    server = OllamaServer(settings.llm.ollama_host, timeout_seconds=10)
    try:
        version = server.version()
        names = [model.name for model in server.models()]
    except KBError as error:
        return False, _check("ollama", "note", error.message)
    has = any(same_model(settings.llm.model, name) for name in names)
    held = ", ".join(names) or "no models"
    hint = "" if has else f"; `kb models pull {settings.llm.model}` fetches the one of the settings"
    return has, _check("ollama", "ok" if has else "note", f"{version} at {settings.llm.ollama_host}: {held}{hint}")


def _formats(settings: Settings) -> list[dict[str, str]]:
    """What of the formats can be read, in groups."""
    able = reading.capabilities()
    without = ""
    if not settings.ingest.ocr:
        without = "is not read: text recognition is switched off (ingest.ocr in the settings)"
    elif not ocr.available():
        without = "needs the models of the Python package rapidocr, which are not there: install it again"
    if without:
        able |= {name: without for name in _FORMATS["images"] if able[name] == "ok"}
    checks = []
    for group, names in _FORMATS.items():
        lacking = "; ".join(f"{name} {able[name]}" for name in names if able[name] != "ok")
        checks.append(_check(f"formats, {group}", "note" if lacking else "ok", lacking or ", ".join(names)))
    return checks


def _privacy(settings: Settings) -> dict[str, str]:
    allowed = ", ".join(destination.host for destination in settings.destinations) or "none"
    refusals = sum(guard.refusals.values())
    return _check(
        "privacy",
        "ok",
        f"{len(SWITCHES)} switches set, the guard refuses outside connections ({refusals} so far), allowed: {allowed}",
    )


def _reading_processes() -> dict[str, str]:
    """What keeps those who read files from all else: one is started, and tries."""
    found = confinement.examined()
    parts = (
        ("seccomp", found.calls, "no sockets, no other programs or processes (seccomp)"),
        ("network namespace", found.network, "no network (network namespace)"),
        ("Landlock", found.files, f"no other files (Landlock ABI {found.landlock})"),
    )
    held = [what for _, missing, what in parts if not missing]
    lacking = [f"{name} is missing: {why}" for name, why, _ in parts if why]
    return _check("reading processes", "note" if lacking else "ok", "; ".join([*held, *lacking]))
