"""Routes of the API: the state of the service, repair, and the doctor."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from kb.backups.backup import BackupReport, CheckReport
from kb.errors import KBError, UsageError
from ui.api.common import VERSION, Body, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json

router = APIRouter(tags=["home"])


class StatusForm(BaseModel):
    """The service. `models` tells whether the models are loaded; `engine` and `model` are null where none can be."""

    version: str
    pid: int
    home: str
    models: Literal["loading", "ready", "failed"]
    engine: str | None
    model: str | None
    problem: str | None
    answering: int
    job: int | None
    settings: dict[str, Any]


class RepairedForm(BaseModel):
    """What a repair did."""

    chunks: int
    published: int
    originals_removed: int


class BackupRequest(Body):
    """Where to write a backup: the absolute path of a new file, or of a folder, on the machine of the service."""

    target: str


class CheckForm(BaseModel):
    """One check of the doctor; nothing works without what is `missing`."""

    name: str
    state: Literal["ok", "missing", "note"]
    detail: str


class DoctorForm(BaseModel):
    """What this machine has and lacks."""

    checks: list[CheckForm]
    memory_gb: float
    deepseek_r1: list[dict[str, Any]]
    cache: str
    models: str


@router.get("/status", response_model=StatusForm)
@needs("admin")
def status(service: ServiceHere) -> Response:
    """What the service is doing."""
    problem = service.warm_up.error or None
    try:
        model = service.kb.model
        engine, name = model.engine, model.name
    except KBError as error:
        engine, name, problem = None, None, error.message
    job = service.jobs.running
    return Json(
        {
            "version": VERSION,
            "pid": os.getpid(),
            "home": str(service.kb.home.path),
            "models": service.warm_up.state,
            "engine": engine,
            "model": name,
            "problem": problem,
            "answering": len(service.conversations.running()),
            "job": job.id if job else None,
            "settings": service.kb.settings.model_dump(mode="json"),
        }
    )


@router.post("/repair", response_model=RepairedForm)
@needs("admin")
def repair(service: ServiceHere) -> Response:
    """Build the vector and word indexes again from the catalog. No document is read."""
    return Json(service.kb.repair())


@router.post("/backup", response_model=BackupReport)
@needs("admin")
def backup(service: ServiceHere, request: BackupRequest) -> Response:
    """Write all of the home that cannot be built again into one file. The service goes on meanwhile."""
    if not Path(request.target).is_absolute():
        raise UsageError("request.target_not_absolute", target=request.target)
    from kb.backups.backup import target_path

    report = service.kb.backup(target_path(request.target))
    return Json({**asdict(report), "file": str(report.file)})


@router.get("/check", response_model=CheckReport)
@needs("admin")
def check(service: ServiceHere, deep: bool = False) -> Response:
    """Whether the catalog is whole, the indexes agree with it, and the originals are there; `deep` reads those."""
    return Json(asdict(service.kb.check(deep)))


@router.get("/doctor", response_model=DoctorForm)
@needs("admin")
def doctor(service: ServiceHere, deep: bool = False) -> Response:
    """What is installed, reachable and missing, and which DeepSeek-R1 fits this machine; `deep` hashes the weights."""
    from ui.service.doctor import examine

    return Json(examine(service.kb.settings, service.kb.home.path, deep))
