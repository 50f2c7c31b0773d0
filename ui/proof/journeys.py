"""What is run under observation: the product as people use it, and then with leaks planted in it."""

import json
import os
import selectors
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from ui.proof import planted_leaks as planted
from ui.proof import syscall_trace
from ui.proof.findings import Findings
from ui.proof.observation import KB, Observation, Observed, OutOfTime, interrupt
from ui.proof.packet_capture import Capture
from ui.proof.page_client import Browser, PageContents
from ui.service import addresses
from ui.service.auth import running_service

JOURNEYS = ("ingest", "search", "ask", "eval", "page")
STEPS = ("control", *JOURNEYS, "leaks")
QUESTION = "How long are access logs kept?"
_DOCUMENTS = {
    "security.md": "# Access logs\n\nAccess logs are kept for 90 days. Only the security officer may read them.\n",
    "leave.txt": "Annual leave is 25 days. It is asked for two weeks before.\n\n年假为 25 天，须提前两周申请。\n",
    "visitors.html": "<h1>Visitors</h1><p>Visitors sign in at the desk and wear a badge.</p>",
    "rooms.csv": "room,seats\nAtrium,40\nLibrary,12\n",
}
_QUESTIONS = {
    "id": "logs", "question": QUESTION, "answers": ["90 days"], "lang": "en",
    "evidence": [{"doc": "security.md", "text": "Access logs are kept for 90 days."}],
}  # fmt: skip
_REMOTE = f"http://{planted.NETWORK}{planted.IN_DOCUMENT}"
_REMOTE_DOCUMENTS = {
    "remote.html": f'<h1>Offer</h1><link rel="stylesheet" href="{_REMOTE}/a.css"><p>Our offer holds for a week.</p>'
    f'<img src="{_REMOTE}/a.png"><iframe src="{_REMOTE}/a.html"></iframe><script src="{_REMOTE}/a.js"></script>',
    "remote.md": f"# Plan\n\nThe plan holds for a year. ![plan]({_REMOTE}/b.png) <img src='{_REMOTE}/c.png'>\n",
    "remote.svg": f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><text>A drawing '
    f'of the hall</text><image xlink:href="{_REMOTE}/d.png" href="{_REMOTE}/d.png"/></svg>',
    "remote.xml": f'<!DOCTYPE note SYSTEM "{_REMOTE}/e.dtd" [<!ENTITY far SYSTEM "{_REMOTE}/f">]><note>Rooms are '
    "booked at the desk</note>",
    "remote.eml": "From: a@example.org\nTo: b@example.org\nSubject: Lunch\nMIME-Version: 1.0\n"
    f'Content-Type: text/html\n\n<p>Lunch is at noon.</p><img src="{_REMOTE}/g.gif">\n',
}  # fmt: skip
_DOCX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats'
    '-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
    f'Target="{_REMOTE}/h.png" TargetMode="External"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/'
    f'officeDocument/2006/relationships/attachedTemplate" Target="{_REMOTE}/i.dotm" TargetMode="External"/>'
    "</Relationships>",
    "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:a='
    '"http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships"><w:body><w:p><w:r><w:t>The garage closes at ten.</w:t></w:r><w:r><w:drawing><a:blip '
    'r:link="r2"/></w:drawing></w:r></w:p></w:body></w:document>',
}  # fmt: skip


class JourneyFailed(Exception):
    """A journey did not come to its end; the text says why."""


def lead(
    found: Findings,
    folder: Path,
    capture: Capture | None,
    deadline: float,
    chosen: Sequence[str],
    save: Callable[[], None],
) -> None:
    """Run the steps that are chosen into `found`, saving before each; what was not come to is told in it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    environment |= {"KB_HOME": str(folder / "home"), "TMPDIR": str(_make_folder(folder / "tmp")), "KB_LANG": "en"}
    environment["PYTHONPATH"] = os.pathsep.join(each for each in sys.path if each)
    observation = Observation(_make_folder(folder / "work"), environment, capture, deadline)
    found.confinement = _confinement()
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("control", lambda: _control(found, observation, capture)),
        *((name, partial(_journey, found, observation, name)) for name in JOURNEYS),
        ("leaks", lambda: _leaks(found, observation, capture is not None)),
    )
    left = [name for name, _ in steps]
    for name, step in steps:
        if name not in chosen:
            continue
        found.unfinished = ", ".join(left)
        save()
        try:
            step()
        except OutOfTime:
            return
        left.remove(name)
    found.unfinished = ", ".join(left)


def _confinement() -> dict[str, Any]:
    """What confines processes that read documents on this machine."""
    from ingest.reading.confinement import examined

    return asdict(examined())


def _control(found: Findings, observation: Observation, capture: Capture | None) -> None:
    """Do what nobody stops, to see whether it is seen. Where packets would leave, the calls are made to fail first."""
    if capture is None and not syscall_trace.strace():
        return
    fail_with = "" if capture is not None else "ENETUNREACH"
    seen = observation.run([sys.executable, planted.__file__], fail_with=fail_with)
    wanted = {*(f"{planted.NETWORK}{number}" for number in planted.CONTROL.values()), planted.CONTROL6}
    if capture is not None:
        sent = {packet.address for packet in seen.packets}
        found.controls["packets"] = wanted <= sent and any(p.name == planted.LOOK_UP for p in seen.packets)
    if seen.trace is not None:
        called = {each.address for each in seen.trace.reached}
        found.controls["calls"] = wanted <= called and any(each.is_look_up for each in seen.trace.reached)


# ---- journeys


def _journey(found: Findings, observation: Observation, name: str) -> None:
    """Run one, and keep what was seen of it."""
    problem, seen = "", Observed()
    if name == "page":
        seen, problem = _page(observation)
    else:
        seen = observation.run([*KB, *_command(observation.folder, name), "--json"])
        try:
            _check(name, seen, found)
        except (JourneyFailed, ValueError, LookupError, TypeError) as error:
            problem = f"{type(error).__name__}: {error}" if not isinstance(error, JourneyFailed) else str(error)
    found.journeys.append(_form(name, seen, problem))


def _form(name: str, seen: Observed, problem: str) -> dict[str, Any]:
    return {
        "name": name,
        "done": not problem,
        "problem": problem,
        "seconds": round(seen.seconds, 1),
        "packets": len(seen.packets),
        "calls": seen.trace.calls if seen.trace is not None else {},
        "look_ups": seen.look_ups,
        "destinations": seen.destinations,
    }


def _command(folder: Path, name: str) -> list[str]:
    if name == "ingest":
        documents = _make_folder(folder / "handbook")
        for file, text in _DOCUMENTS.items():
            (documents / file).write_text(text, encoding="utf-8")
        return ["ingest", str(documents)]
    if name == "eval":
        questions = folder / "questions.jsonl"
        questions.write_text(json.dumps(_QUESTIONS) + "\n", encoding="utf-8")
        return ["eval", str(questions), "--limit", "1", "--out", str(folder / "eval")]
    return [name, QUESTION]


def _check(name: str, seen: Observed, found: Findings) -> None:
    """Whether a command did what it is for. Raises Failed."""
    if seen.code != 0:
        raise JourneyFailed(f"exit code {seen.code}: {seen.err.strip()[-500:]}")
    told = json.loads(seen.out)
    if name == "ingest" and told["added"] != len(_DOCUMENTS):
        raise JourneyFailed(f"{told['added']} of {len(_DOCUMENTS)} documents were ingested")
    if name == "search" and not told["passages"]:
        raise JourneyFailed("no passage was found")
    if name == "ask":
        found.run |= {"engine": told["engine"], "model": told["model"]}
        if not told["answer"].strip():
            raise JourneyFailed("there was no answer")
    if name == "eval":
        found.run |= {
            key: told["run"][key] for key in ("commit", "model_digest", "settings_hash") if key in told["run"]
        }
        if told["questions"] != 1:
            raise JourneyFailed("no question was evaluated")


def _page(observation: Observation) -> tuple[Observed, str]:
    """The page with a browser: its views, a question, and the answer as it is shown."""
    with observation.started([*KB, "up", "--port", "0"]) as (process, seen):
        try:
            service = _Service(observation, process)
            try:
                shown = [service.browser.view(""), service.browser.view("documents")]
                conversation, answer = service.ask(QUESTION)
                shown.append(service.browser.view("", f"c={conversation}"))
            finally:
                service.close()
            seen.code = interrupt(process)
            problem = _wrong_with_page(shown, answer, service.origin)
            if not problem and seen.code != 0:
                problem = f"the service ended with exit code {seen.code}"
        except (JourneyFailed, OSError, httpx.HTTPError) as error:
            problem = f"{type(error).__name__}: {error}"
    return seen, problem


def _wrong_with_page(shown: list[PageContents], answer: str, origin: str) -> str:
    if not answer.strip():
        return "there was no answer on the page"
    if not shown[1].holds("security.md"):
        return "the page did not show the documents"
    if not shown[2].holds(QUESTION):
        return "the page did not show the question"
    elsewhere = sorted({address for each in shown for address in each.loads_from(origin)})
    return f"the page would have a browser load {', '.join(elsewhere)}" if elsewhere else ""


class _Service:
    """A service that has just been started, and a browser that is let in. Raises Failed, OutOfTime, OSError."""

    def __init__(self, observation: Observation, process: "subprocess.Popen[str]", home: Path | None = None) -> None:
        self._observation = observation
        line = _line_of(process, observation)
        self.origin = next((word for word in line.split() if word.startswith("http://")), "")
        service = running_service(home or observation.home)
        if not self.origin or service is None:
            raise JourneyFailed(f"the service did not start: {line.strip() or _error_of(process)}")
        headers = {"authorization": f"Bearer {service.token}"}
        self.api = httpx.Client(base_url=f"{self.origin}/api/", headers=headers, trust_env=False, timeout=60)
        self.browser = Browser(self.origin, self.api.post("sessions/address").raise_for_status().json()["address"])

    def ask(self, question: str) -> tuple[str, str]:
        """Ask in a new conversation. Returns its id, and the answer."""
        conversation = self.api.post("conversations").raise_for_status().json()["id"]
        place = f"conversations/{conversation}/turns"
        position = self.api.post(place, json={"question": question}).raise_for_status().json()["position"]
        with self.api.stream("GET", f"{place}/{position}/events", timeout=self._observation.seconds_left) as events:
            for _ in events.iter_lines():
                _ = self._observation.seconds_left
        turns = self.api.get(f"conversations/{conversation}").raise_for_status().json()["turns"]
        if turns[-1]["state"] != "done":
            raise JourneyFailed(f"the answer ended as {turns[-1]['state']}: {turns[-1]['error']}")
        return conversation, str(turns[-1]["text"])

    def close(self) -> None:
        self.browser.close()
        self.api.close()


def _line_of(process: "subprocess.Popen[str]", observation: Observation) -> str:
    """The first line that a service prints; "" where it ended without. Raises OutOfTime."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(observation.seconds_left):
            raise OutOfTime
    return process.stdout.readline()


def _error_of(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    process.kill()
    return process.stderr.read().strip()[-500:]


# ---- planted leaks


def _leaks(found: Findings, observation: Observation, cut_off: bool) -> None:
    """Plant them, in a home of their own. Where nothing is cut off, none is tried that nothing would stop."""
    folder = _make_folder(observation.folder / "planted")
    shutil.copyfile(planted.__file__, folder / "planted_leaks.py")
    documents = _make_folder(observation.folder / "offers")
    holds = not (found.confinement["calls"] or found.confinement["files"])
    in_reader = [name for name in planted.IN_READER if cut_off or holds]
    for name in in_reader:
        (documents / f"{name}{planted.SUFFIX}").write_text(name, encoding="utf-8")
    for name, text in _REMOTE_DOCUMENTS.items():
        (documents / name).write_text(text, encoding="utf-8")
    with zipfile.ZipFile(documents / "remote.docx", "w") as packed:
        for name, text in _DOCX.items():
            packed.writestr(name, text)
    told = folder / "told.json"
    in_product = [*planted.IN_PRODUCT, *(planted.NOT_STOPPED if cut_off else ())]
    more = {
        "KB_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join((str(folder), observation.python_path)),
        "KB_EMBEDDING__LLAMAINDEX_CLASS": "planted_leaks:Embedding",
        "KB_EMBEDDING__LLAMAINDEX_OPTIONS": json.dumps({"told": str(told), "names": in_product}),
        "KB_INGEST__READERS": json.dumps({planted.SUFFIX: "planted_leaks:Reader"}),
        "KB_LLM__ENGINE": "llamaindex",
        "KB_LLM__LLAMAINDEX_CLASS": "planted_leaks:Model",
        "KB_RETRIEVAL__EVIDENCE_FLOOR": "0",
    }
    logs = documents / "security.md"
    logs.write_text(_DOCUMENTS["security.md"], encoding="utf-8")
    ingested = observation.run([*KB, "ingest", str(documents), "--json"], more)
    outcomes = _read(told)
    seen = [ingested]
    shown: list[PageContents] = []
    origin = problem = ""
    with observation.started([*KB, "up", "--port", "0"], more) as (process, served):
        seen.append(served)
        try:
            service = _Service(observation, process, Path(more["KB_HOME"]))
            origin = service.origin
            try:
                for name in in_reader:
                    outcomes |= _outcome(service.api, name)
                conversation, _ = service.ask(QUESTION)
                shown.append(service.browser.view("", f"c={conversation}"))
                shown += [_source(service, name) for name in (*_REMOTE_DOCUMENTS, "remote.docx")]
            finally:
                service.close()
            interrupt(process)
        except (JourneyFailed, OSError, httpx.HTTPError) as error:
            problem = f"{type(error).__name__}: {error}"
    for name, number in (planted.IN_READER | planted.IN_PRODUCT | planted.NOT_STOPPED).items():
        found.leaks.append(_verdict(name, number, outcomes.get(name), seen, cut_off))
    rest = problem or _unread(ingested)
    found.leaks.append(_shown_verdict("document_image", planted.IN_DOCUMENT, seen, shown[1:], origin, rest))
    found.leaks.append(_shown_verdict("answer_image", planted.IN_ANSWER, seen, shown[:1], origin, rest))


def _unread(ingested: Observed) -> str:
    """Why planted documents were not looked at; "" where they were. One that is refused, and so not read, was."""
    try:
        documents = {each["path"]: each["status"] for each in json.loads(ingested.out)["documents"]}
    except (ValueError, LookupError):
        return ingested.err.strip()[-500:] or "nothing was ingested"
    failed = [path for path in (*_REMOTE_DOCUMENTS, "remote.docx") if documents.get(path) not in ("added", "failed")]
    read = sum(status == "added" for status in documents.values())
    return f"{', '.join(failed)} were not read" if failed or read < len(_REMOTE_DOCUMENTS) else ""


def _outcome(api: httpx.Client, name: str) -> dict[str, str]:
    """What a planted reader wrote of its attempt."""
    got = api.get("documents/text", params={"path": f"{name}{planted.SUFFIX}"})
    before, found, outcome = str(got.json().get("text", "")).strip().partition(" = ")
    return {name: outcome} if found and before == name else {}


def _source(service: _Service, name: str) -> PageContents:
    """A document as the page shows it."""
    named = {addresses.SOURCE: name, addresses.SOURCE_IN: "offers"}
    return service.browser.view("documents", urlencode(named))


def _verdict(name: str, number: int, outcome: str | None, seen: list[Observed], cut_off: bool) -> dict[str, Any]:
    """`stopped`, `got through` or `not tried`, by what was seen and not by what the leak says of itself alone."""
    address, asked = f"{planted.NETWORK}{number}", f"leak-{number}.proof.invalid"
    looked_up = any(packet.name == asked for each in seen for packet in each.packets)
    got_through = looked_up or any(each.reached(address) for each in seen) or outcome == "done"
    if got_through:
        state = "got through"
    elif outcome is None:
        not_tried = not cut_off and (name in planted.NOT_STOPPED or name in planted.IN_READER)
        state = "not tried" if not_tried else "not shown"
    else:
        state = "stopped"
    return {"name": name, "state": state, "expected": name not in planted.NOT_STOPPED, "by": outcome or ""}


def _shown_verdict(
    name: str, number: int, seen: list[Observed], shown: list[PageContents], origin: str, problem: str
) -> dict[str, Any]:
    """Whether an image elsewhere was fetched by the product, or would be by a browser that is shown the page."""
    address = f"{planted.NETWORK}{number}"
    loads = [each for view in shown for each in view.loads_from(origin)]
    fetched = [each.destinations for each in seen if each.reached(address)]
    if fetched or loads:
        state, by = "got through", f"the page would load {', '.join(loads)}" if loads else "it was fetched"
    elif problem or not shown:
        state, by = "not shown", problem
    elif name == "answer_image" and not shown[0].holds(address):  # the check of answers takes it out
        state, by = ("stopped", "left out of the answer") if shown[0].holds(planted.SUPPORTED) else ("not shown", "")
    else:
        allowed = "img-src 'self' data: blob:" in shown[0].policy
        state, by = "stopped", "shown as characters; the page's policy would let no browser load it" if allowed else ""
    return {"name": name, "state": state, "expected": True, "by": by}


def _read(told: Path) -> dict[str, str]:
    try:
        outcomes: dict[str, str] = json.loads(told.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return outcomes


def _make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
