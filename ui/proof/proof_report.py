"""The report of a proof as people read it: Markdown, in English and then in Chinese. Programs read its JSON."""

import json
import re
from collections.abc import Iterator
from typing import Any

from ui.words.strings import Strings

Report = dict[str, Any]


def as_markdown(report: Report) -> str:
    """The report as a page, in both languages."""
    return "\n".join([*_page(report, Strings("en")), "", "---", "", *_page(report, Strings("zh"))]) + "\n"


def reasons(report: Report, t: Strings) -> str:
    """Why it did not pass, in words; "" where it did."""
    bad_leaks = [leak["name"] for leak in report["leaks"] if leak["expected"] and leak["state"] not in _GOOD]
    bad_journeys = [j["name"] for j in report["journeys"] if not j["done"]]
    told = (
        ("blind", "" if report["observation"]["by"] else "-"),
        ("destinations", ", ".join(report["destinations"])),
        ("leaks", ", ".join(t(f"proof_leak_{name}") for name in bad_leaks)),
        ("journeys", ", ".join(t(f"proof_journey_{name}") for name in bad_journeys)),
        ("unfinished", report["unfinished"]),
        ("lost", str(report["observation"]["lost_packets"] or "")),
    )
    return "; ".join(t(f"proof_reason_{name}", what=_line(what)) for name, what in told if what)


_GOOD = ("stopped", "not tried")


def _page(report: Report, t: Strings) -> Iterator[str]:
    yield f"# {t('proof_title')}"
    yield ""
    verdict = t("proof_passed") if report["passed"] else t("proof_failed", reasons=reasons(report, t))
    yield f"**{verdict}**"
    yield ""
    yield t("proof_when", at=report["at"], seconds=str(report["seconds"]))
    yield from _observation(report, t)
    yield from _heading(t("proof_seen_by"))
    hosts = ", ".join(report["text_seen_by"])
    yield t("proof_seen_by_hosts", what=_line(hosts)) if hosts else t("proof_seen_by_nobody")
    yield from _heading(t("proof_journeys"))
    yield from _table(t("proof_journeys_head"), (_journey(each, t) for each in report["journeys"]))
    yield from _heading(t("proof_leaks"))
    yield from _table(t("proof_leaks_head"), (_leak(each, t) for each in report["leaks"] if each["expected"]))
    beyond = [_leak(each, t) for each in report["leaks"] if not each["expected"]]
    if beyond:
        yield from _heading(t("proof_beyond"))
        yield t("proof_beyond_text")
        yield ""
        yield from _table(t("proof_leaks_head"), iter(beyond))
    yield from _heading(t("proof_confinement"))
    for part in ("network", "calls", "files"):
        why = report["confinement"].get(part, "?")
        yield f"- {t(f'proof_part_{part}')}: {t('proof_lacking', why=_line(why)) if why else t('proof_holds')}"
    yield from _heading(t("proof_run"))
    yield "```json"
    yield json.dumps(report["run"], ensure_ascii=False, indent=1)
    yield "```"
    yield ""
    signature = report.get("signature")
    yield t("proof_signed", public=_line(signature["key"])) if signature else t("proof_unsigned")


def _observation(report: Report, t: Strings) -> Iterator[str]:
    seen = report["observation"]
    yield from _heading(t("proof_observed"))
    for name in seen["by"]:
        yield f"- {t(f'proof_by_{name}')}"
    if seen["by"]:
        yield f"- {t('proof_control')}"
    yield from _heading(t("proof_not_observed"))
    for name, why in seen["not"].items():
        yield f"- {t(f'proof_not_{name}', why=_line(why))}"
    if any("io_uring_setup" in journey["calls"] for journey in report["journeys"]):
        yield f"- {t('proof_not_uring')}"
    for name in ("namespace", "unix", "ollama", "browser"):
        yield f"- {t(f'proof_not_{name}')}"


def _journey(journey: Report, t: Strings) -> tuple[str, ...]:
    worked = t("proof_yes") if journey["done"] else f"{t('proof_no')}: {journey['problem']}"
    calls = ", ".join(f"{name} {count}" for name, count in sorted(journey["calls"].items()))
    outside = ", ".join(journey["destinations"])
    return (
        t(f"proof_journey_{journey['name']}"), worked, str(journey["seconds"]), calls or "0",
        str(journey["look_ups"]), outside or t("proof_none"),
    )  # fmt: skip


def _leak(leak: Report, t: Strings) -> tuple[str, ...]:
    state = "seen" if leak["state"] == "got through" and not leak["expected"] else leak["state"].replace(" ", "_")
    return t(f"proof_leak_{leak['name']}"), t(f"proof_state_{state}"), leak["by"]


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    columns = head.split(" | ")
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(_line(cell) for cell in row)} |"


_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!])")


def _line(text: str) -> str:
    """A text of programs within a line of Markdown: characters, and nothing that is read as form."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
