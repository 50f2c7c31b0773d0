"""The evaluation page: choosing a question set, watching a run, its figures and answers, and comparing two runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

import ui
from kb.errors import KBError
from kb.evaluation.comparison import Difference, compare, differences, verdict
from kb.evaluation.questions import MAX_SET_MB
from kb.evaluation.results_log import differing
from kb.schema import Scope
from ui.html import evaluation as html_evaluation
from ui.html.blocks import block, heading, paragraph
from ui.html.documents import fit
from ui.html.templates import draw
from ui.page import session
from ui.page.confirm_dialog import confirm
from ui.page.panel import panel, show_html, show_problem
from ui.page.question_bar import BUDGETS, budget_words
from ui.page.style import uploader_hint
from ui.pictures.cache import RecentValues
from ui.service import runtime
from ui.service.evaluation_runs import ExportForm
from ui.service.runs import Run, RunOptions
from ui.words.strings import Strings

if TYPE_CHECKING:
    from kb.evaluation.evaluation import Outcome
    from kb.evaluation.outcome import Report

_OPENED, _DELETING, _PROBLEM, _SEEN, _SHOWN = "run-open", "run-deleting", "run-problem", "run-seen", "questions-shown"
_FORMS: tuple[tuple[ExportForm, str, str], ...] = (  # of a run as a file: form, suffix, type
    ("html", "html", "text/html"),
    ("jsonl", "jsonl", "application/jsonl"),
    ("csv", "csv", "text/csv"),
    ("junit", "xml", "application/xml"),
)
_EVERY = 0.8  # seconds between two looks at a run
_PAGE = 20

_Item = TypeVar("_Item")

_reports: "RecentValues[tuple[str, int], Report | None]" = RecentValues(4)
_exports: "RecentValues[tuple[str, int, str], bytes | None]" = RecentValues(4)
_differences: "RecentValues[tuple[str, int, str, int], Mapping[str, Difference]]" = RecentValues(4)


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    session.check(service, "admin")
    show_html(heading(t("evaluation_title"), t("evaluation_intro")))
    show_problem(_PROBLEM, "run_failed_start", t)
    run = service.evaluations.running
    st.session_state[_SEEN] = run.id if run else None
    if run is not None:
        _live(service, t)
    else:
        _new(service, t)
    _runs(service, t)
    _compare(service, t)
    doomed = st.session_state.get(_DELETING)
    if doomed is not None:
        _confirm(service, doomed, t)


# ---- a new run


def sample_set() -> Path | None:
    """The questions about the sample documents, beside the package or in the working folder; None without them."""
    for root in (Path(ui.__file__).parents[1], Path.cwd()):
        path = root / "sample_docs" / "questions.jsonl"
        if path.is_file():
            return path
    return None


def _new(service: runtime.Service, t: Strings) -> None:
    sample = sample_set()
    sources = {"sample": t("set_sample")} if sample else {}
    sources |= {"upload": t("set_upload"), "path": t("set_path")}
    with st.container(border=True, key="new-run"):
        show_html(block("sub first", t("run_new")))
        source = st.segmented_control(
            t("set_source"), list(sources), format_func=sources.__getitem__, default=next(iter(sources)),
            required=True, key="set-source",
        )  # fmt: skip
        chosen = _chosen_set(service, source or next(iter(sources)), sample, t)
        only = st.toggle(t("option_retrieval"), key="option-retrieval")
        row = st.container(horizontal=True, key="option-row")
        draw, limit = (
            row.number_input(
                t(f"option_{name}"), min_value=1, value=None, step=1, key=f"option-{name}",
                placeholder=t("option_all"), width=180, help=t(f"option_{name}_help"),
            )
            for name in ("sample", "limit")
        )  # fmt: skip
        samples = 1
        if not only:
            count = row.number_input(
                t("option_samples"), min_value=1, max_value=64, value=1, key="option-samples", width=180
            )
            samples = int(count)
        options = _more_options(service, only, t)
        if (
            st.button(
                t("run_start"), type="primary", icon=":material/play_arrow:", key="run-start", disabled=chosen is None
            )
            and chosen is not None
        ):
            _start(service, chosen, replace(options, limit=limit, sample=draw, samples=samples), t)


def _chosen_set(
    service: runtime.Service, source: str, sample: Path | None, t: Strings
) -> tuple[Path | bytes, str] | None:
    """The set and its name; None while there is none."""
    if source == "sample" and sample is not None:
        with sample.open("rb") as file:
            count = sum(1 for line in file if line.strip())
        show_html(block("side", t("set_sample_help", n=count)))
        if sample.parent.name not in service.kb.catalog.collections():
            st.button(t("set_sample_read"), icon=":material/drive_folder_upload:", key="read-sample",
                      on_click=lambda: _read(service, sample.parent, t))  # fmt: skip
        return sample, ""
    show_html(block("side", t("set_form")))
    if source == "path":
        written = st.text_input(t("set_path_label"), key="set-path", placeholder="/srv/questions.jsonl").strip()
        path = Path(written).expanduser()
        if written:
            _documents_too(service, path, path.name, t)
        return (path, "") if written else None
    st.html(draw("blocks.style", uploader_hint(t("set_hint", mb=MAX_SET_MB))))
    sent = st.file_uploader(t("set_choose"), key="set-file", max_upload_size=MAX_SET_MB)
    if sent is None:
        return None
    _documents_too(service, sent.getvalue(), sent.name, t)
    return sent.getvalue(), sent.name


def _documents_too(service: runtime.Service, source: Path | bytes, name: str, t: Strings) -> None:
    """Offer to read in the documents that a set of others asks about, into a collection of its name."""
    of_others = Path(name).suffix.lower() in (".zip", ".json", ".tsv")
    if not of_others and not (isinstance(source, Path) and source.is_dir()):
        return
    collection = Path(name).stem or "documents"

    def read() -> None:
        try:
            session.check(service, "admin")
            if isinstance(source, Path):
                service.check_set(source)
            service.read_set(source, name, collection, session.asker(service).name)
        except (KBError, OSError) as error:
            st.session_state[_PROBLEM] = t.message(error)
            return
        st.toast(t("set_documents_reading", collection=collection), icon=":material/check:")

    st.button(
        t("set_documents_read", collection=collection), icon=":material/drive_folder_upload:", key="read-set",
        on_click=read,
    )  # fmt: skip


def _read(service: runtime.Service, folder: Path, t: Strings) -> None:
    """Read the sample documents in; the page of documents shows how far that is."""
    try:
        session.check(service, "admin")
        service.jobs.ingest([folder])
    except (KBError, OSError) as error:
        st.session_state[_PROBLEM] = t.message(error)
        return
    st.toast(t("set_sample_reading"), icon=":material/check:")


def _more_options(service: runtime.Service, only: bool, t: Strings) -> RunOptions:
    """What is rarely chosen: where to look, who answers and how, what is taken from before, and the gate."""
    with st.expander(t("options_more"), icon=":material/tune:", key="options-more"):
        scope = _scope(service, t)
        row = st.container(horizontal=True, key="more-row")
        seed = row.number_input(t("option_seed"), min_value=0, value=0, step=1, key="option-seed", width=150)
        slack = row.number_input(t("option_slack"), min_value=0, value=0, step=1, key="option-slack", width=190)
        parallel = row.number_input(
            t("option_parallel"), min_value=1, max_value=64, value=1, step=1, key="option-parallel", width=190,
            help=t("option_parallel_help"),
        )  # fmt: skip
        budget = model = None
        if not only:
            budget = row.selectbox(
                t("think_budget"), BUDGETS, format_func=lambda n: budget_words(n, t),
                key=f"option-budget-{t.language}", width=220,
            )  # fmt: skip
            model = row.selectbox(
                t("option_model"), [None, *session.models(service)], format_func=lambda n: n or t("option_model_used"),
                key=f"option-model-{t.language}", width=260,
            )  # fmt: skip
        cache = st.toggle(t("option_cache"), value=True, key="option-cache", help=t("option_cache_help"))
        glossary = st.toggle(t("option_glossary"), value=True, key="option-glossary", help=t("option_glossary_help"))
        gate, base = _gate(service, t)
    return RunOptions(
        only, seed=int(seed), think_budget=budget, page_slack=int(slack), scope=scope, cache=cache, glossary=glossary,
        model=model, parallel=int(parallel), gate=gate, base=base,
    )  # fmt: skip


def _scope(service: runtime.Service, t: Strings) -> Scope:
    """Where questions look that do not say it themselves."""
    collections = st.multiselect(
        t("option_collections"), service.kb.catalog.shared_collections(), key="option-collections",
        placeholder=t("filter_all"),
    )  # fmt: skip
    tags: list[str] = []
    if held := session.holdings(service).tags:
        tags = st.multiselect(t("filter_tags"), held, key="option-tags", placeholder=t("filter_all"))
    paths = st.text_area(
        t("option_documents"), key="option-documents", placeholder="reports/handbook.md", height=68,
        help=t("option_documents_help"),
    )  # fmt: skip
    globs = tuple(line.strip() for line in paths.splitlines() if line.strip())
    return Scope(paths=globs, collections=tuple(collections), tags=tuple(tags))


def _gate(service: runtime.Service, t: Strings) -> tuple[str, str | None]:
    """The limits of a gate, and the run that its drops are measured from."""
    gate = st.text_area(
        t("option_gate"), key="option-gate", height=96, help=t("option_gate_help"),
        placeholder=t("option_gate_example"),
    )  # fmt: skip
    if not gate.strip():
        return "", None
    known = {run.id: run for run in service.evaluations.list() if run.state != "running" and run.figures is not None}
    base = st.selectbox(
        t("option_base"), [None, *known], key=f"option-base-{t.language}",
        format_func=lambda id: _called(known[id], t) if id in known else t("option_base_none"),
    )  # fmt: skip
    return gate, base


def _called(run: Run, t: Strings) -> str:
    """A run among others."""
    return f"#{run.number} {run.name} · {html_evaluation.settings(run, t)}"


def _start(service: runtime.Service, chosen: tuple[Path | bytes, str], options: RunOptions, t: Strings) -> None:
    content, name = chosen
    try:
        session.check(service, "admin")
        with st.spinner(t("upload_starting")):
            if isinstance(content, Path) and st.session_state.get("set-source") == "path":
                service.check_set(content)
            service.evaluations.start(content, options, name)
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
    st.rerun()


@st.fragment(run_every=_EVERY)
def _live(service: runtime.Service, t: Strings) -> None:
    run = service.evaluations.running
    if run is None or run.id != st.session_state.get(_SEEN) or not session.may(service, "admin"):
        st.rerun()

    def stop(_name: str, value: str) -> None:
        session.check(service, "admin")
        service.evaluations.stop(value)

    panel(fit(html_evaluation.running(run, t)), key="running", on_action=stop)


# ---- the runs


def _runs(service: runtime.Service, t: Strings) -> None:
    listed = [run for run in service.evaluations.list() if run.state != "running"]
    show_html(block("sub", t("runs")))
    show_html(block("side", t("runs_elsewhere")))
    if not listed:
        show_html(block("notice", t("runs_none")))
        return
    opened = str(st.session_state.get(_OPENED) or "")

    def on_action(name: str, value: str) -> None:
        if name == "open":
            st.session_state[_OPENED] = None if st.session_state.get(_OPENED) == value else value
            st.session_state[_SHOWN] = _PAGE
        elif name == "delete":
            st.session_state[_DELETING] = value
        elif name == "resume":
            try:
                session.check(service, "admin")
                service.evaluations.resume(value)
            except KBError as error:
                st.session_state[_PROBLEM] = t.message(error)

    panel(fit(html_evaluation.runs(listed, opened, t)), key="runs", on_action=on_action)
    run = next((run for run in listed if run.id == opened), None)
    if run is not None and run.figures is not None:
        _open(service, run, t)


def _open(service: runtime.Service, run: Run, t: Strings) -> None:
    """One run: its figures, its files, and every question."""
    assert run.figures is not None
    show_html(draw("blocks.run_name", run.number, run.name))
    if run.done < run.total:
        words = t("run_incomplete", done=f"{run.done:,}", total=f"{run.total:,}")
        show_html(block("notice", words))
    if run.figures.get("cached"):
        words = t("run_cached", n=f"{run.figures['cached']:,}")
        show_html(block("side", words))
    show_html(html_evaluation.tiles(run.figures, t))
    if run.gate:
        with st.expander(t("gate"), expanded=bool(run.missed), key=f"gate-{run.id}"):
            show_html(html_evaluation.gate(run, t))
    with st.expander(t("figures"), expanded=True, key=f"figures-{run.id}"):
        show_html(html_evaluation.figures_table(run.figures, t))
    parts = html_evaluation.slices_table(run.figures, t)
    if parts:
        with st.expander(t("slices"), key=f"slices-{run.id}"):
            show_html(parts)
    _files(service, run, t)
    found = outcomes_of(service, run)
    if not found:
        show_html(block("notice", t("run_answers_gone")))
        return
    by: dict[str, list[Outcome]] = {"all": [*found]}
    for outcome in found:
        by.setdefault(verdict(outcome), []).append(outcome)
    show_html(block("sub", t("questions_title")))
    names = [name for name in ("all", "wrong", "refused", "failed", "right") if by.get(name)]
    name = _choice("questions-of", names, {n: t(f"show_{n}", n=f"{len(by[n]):,}") for n in names}, t)
    slack = run.options.page_slack
    _paged(by.get(name, []), lambda part: html_evaluation.questions(part, slack, t), f"questions-{run.id}-{name}", t)


def _files(service: runtime.Service, run: Run, t: Strings) -> None:
    """The run as files; what must be made is made once."""
    row = st.container(horizontal=True, key="files-row")
    for form, suffix, kind in _FORMS:
        make = partial(service.evaluations.exported, run.id, form)
        content = _exports.get((run.id, run.revision, form), make) if form in ("csv", "junit") else make()
        if content is not None:
            row.download_button(
                t(f"run_file_{form}"), content, f"{run.name}-{run.number}.{suffix}", kind, key=f"{form}-file",
                icon=":material/download:" if form == "html" else None, on_click="ignore",
            )  # fmt: skip


def _choice(key: str, names: Sequence[str], words: dict[str, str], t: Strings) -> str:
    if st.session_state.get(key) not in names:
        st.session_state.pop(key, None)
    chosen = st.segmented_control(
        t("filter"), list(names), format_func=words.__getitem__, default=names[0], required=True, key=key,
        label_visibility="collapsed", on_change=lambda: st.session_state.update({_SHOWN: _PAGE}),
    )  # fmt: skip
    return str(chosen or names[0])


def _paged(items: Sequence[_Item], draw: Callable[[Sequence[_Item]], str], key: str, t: Strings) -> None:
    shown = st.session_state.setdefault(_SHOWN, _PAGE)
    if not items:
        show_html(block("notice", t("nothing_here")))
        return
    panel(fit(draw(items[:shown])), key=key)
    if len(items) > shown:
        st.button(t("more_questions"), key=f"more-{key}", type="tertiary",
                  on_click=lambda: st.session_state.update({_SHOWN: shown + 5 * _PAGE}))  # fmt: skip


def outcomes_of(service: runtime.Service, run: Run) -> "Sequence[Outcome]":
    """The outcomes of a run that has ended, from memory where they were read lately."""
    report = _report_of(service, run)
    return report.outcomes if report else ()


def _report_of(service: runtime.Service, run: Run) -> "Report | None":
    return _reports.get((run.id, run.revision), lambda: service.evaluations.report(run.id))


def paired(service: runtime.Service, before: Run, after: Run) -> "Mapping[str, Difference]":
    """The differences of two runs that have ended, from memory where they were computed lately."""

    def compute() -> "Mapping[str, Difference]":
        a, b = _report_of(service, before), _report_of(service, after)
        return differences(a, b) if a and b else {}

    return _differences.get((before.id, before.revision, after.id, after.revision), compute)


def _confirm(service: runtime.Service, run_id: str, t: Strings) -> None:
    def delete() -> None:
        session.check(service, "admin")
        service.evaluations.delete(run_id)

    confirm(
        t("run_delete_title"), paragraph(t('run_delete_text')), t, key="run-delete",
        delete=delete, close=lambda: st.session_state.pop(_DELETING, None),
    )  # fmt: skip


# ---- comparing


def _compare(service: runtime.Service, t: Strings) -> None:
    listed = [run for run in service.evaluations.list() if run.state != "running" and run.figures is not None]
    if len(listed) < 2:
        return
    show_html(block("sub", t("compare")))
    known = {run.id: run for run in listed}
    words = {run.id: _called(run, t) for run in listed}
    row = st.container(horizontal=True, key="compare-row")
    chosen = []
    for key, label_, index in (("compare-before", t("compare_before"), 1), ("compare-after", t("compare_after"), 0)):
        if st.session_state.get(key) not in known:
            st.session_state.pop(key, None)
        chosen.append(
            row.selectbox(label_, list(known), index=index, format_func=words.__getitem__, key=key, width=340)
        )
    before, after = known[chosen[0]], known[chosen[1]]
    if before is after:
        show_html(block("notice", t("compare_same_run")))
        return
    with st.expander(t("questions_title"), key="comparison", on_change="rerun") as form:
        if form.open:
            _comparison(service, before, after, t)


def _comparison(service: runtime.Service, before: Run, after: Run, t: Strings) -> None:
    assert before.figures is not None
    assert after.figures is not None
    found = compare(outcomes_of(service, before), outcomes_of(service, after))
    show_html(html_evaluation.outcome_tiles(found, t))
    names = differing(before.figures["run"], after.figures["run"])
    if "questions_hash" in names:
        show_html(block("notice warn", t("compare_other_set")))
    if names:
        told = html_evaluation.differences(names, before.figures["run"], after.figures["run"], t)
        show_html(block("side", told))
    figures = paired(service, before, after)
    if figures:
        show_html(html_evaluation.differences_table(figures, t))
        show_html(block("side", t("compare_noise")))
    by = {
        "better": [row for row in found.rows if row.change == "better"],
        "worse": [row for row in found.rows if row.change == "worse"],
        "same": [row for row in found.rows if row.change == "same"],
        "only": [row for row in found.rows if row.change.startswith("only")],
    }
    names = [name for name in by if by[name] or name in ("better", "worse")]
    name = _choice("changes-of", names, {n: t(f"show_{n}", n=f"{len(by[n]):,}") for n in names}, t)
    slack = after.options.page_slack
    _paged(by[name], lambda part: html_evaluation.changes(part, slack, t), f"changes-{name}", t)
