"""What docs/privacy.md says of the product, and the tests that show it: one list, equal to the page."""

import ast
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests import tiny

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "privacy.md"

PRIVACY = "kb/test_privacy.py"
CONFINED = "ingest/reading/test_confinement.py"
OFFLINE = "journeys/test_offline.py"
SERVER = "ui/test_server.py"
PROOF = "ui/proof/test_proving.py"
LACKING = f"{CONFINED}::test_what_holds_where_the_kernel_lacks_a_part"
TRACED = (
    f"{OFFLINE}::test_under_a_trace_ingestion_and_answers_reach_nothing_outside",
    f"{OFFLINE}::test_under_a_trace_the_page_reaches_nothing_outside",
)
SWITCHED = f"{PRIVACY}::test_importing_the_product_switches_telemetry_off_for_children"

CLAIMS: dict[str, tuple[str, ...]] = {
    "S1": (SWITCHED,),
    "S2": (SWITCHED,),
    "S3": (SWITCHED, *TRACED),
    "S4": (SWITCHED, *TRACED, "ingest/plain/test_markup.py::test_reading_html_loads_no_torch"),
    "S5": (SWITCHED, *TRACED, "kb/store/test_vectors.py::test_chroma_is_given_no_text"),
    "S6": (SWITCHED, *TRACED, f"{OFFLINE}::test_without_a_network_one_can_search_ask_and_evaluate"),
    "S7": (SWITCHED, TRACED[1], "journeys/test_page_moments.py::test_hostile_answers_are_only_text"),
    "S8": (SWITCHED,),
    "G1": (f"{PRIVACY}::test_the_pages_and_commands_are_guarded_and_a_program_that_imports_the_knowledge_base_is_not",),
    "G2": (
        f"{PRIVACY}::test_each_event_of_sockets_is_refused_where_it_reaches_outside_and_nowhere_else",
        f"{PRIVACY}::test_what_is_allowed_may_be_reached_in_every_way",
        f"{PRIVACY}::test_asyncio_is_guarded_too",
    ),
    "G3": (
        f"{PRIVACY}::test_an_event_that_is_not_known_is_refused",
        f"{PRIVACY}::test_these_are_all_events_that_this_python_can_raise",
        f"{PRIVACY}::test_each_event_of_sockets_is_refused_where_it_reaches_outside_and_nowhere_else",
    ),
    "G4": (f"{PRIVACY}::test_a_name_in_an_address_is_not_looked_up_before_it_is_refused",),
    "G5": (
        f"{PRIVACY}::test_each_event_of_sockets_is_refused_where_it_reaches_outside_and_nowhere_else",
        f"{PRIVACY}::test_the_service_listens_where_whoever_started_it_says_and_reaches_no_more_for_that",
    ),
    "G6": (f"{PRIVACY}::test_each_event_of_sockets_is_refused_where_it_reaches_outside_and_nowhere_else",),
    "G7": (f"{PRIVACY}::test_the_module_that_asked_is_named",),
    "G8": (f"{PRIVACY}::test_native_code_is_not_seen",),
    "G9": (f"{PRIVACY}::test_a_model_of_ones_own_reaches_what_is_allowed_and_no_more",),
    "G10": (f"{PRIVACY}::test_a_name_that_is_allowed_may_move_and_takes_no_other_with_it",),
    "G11": (
        "kb/test_config.py::test_the_hosts_that_may_be_reached_are_those_allowed_and_the_providers",
        "ui/cli/test_privacy.py::test_the_hosts_are_listed_with_the_settings_that_name_them",
        "ui/sso/test_reach.py::test_the_service_reaches_the_providers_host_and_what_is_allowed",
    ),
    "R1": ("test_privacy_claims.py::test_no_parser_runs_in_the_products_own_process",),
    "R2": (f"{CONFINED}::test_a_plugin_has_no_network",),
    "R3": (f"{CONFINED}::test_a_plugin_starts_no_program",),
    "R4": (f"{CONFINED}::test_a_plugin_touches_no_other_process",),
    "R5": (
        f"{CONFINED}::test_a_plugin_sees_no_file_but_its_own",
        f"{CONFINED}::test_a_plugin_gets_no_other_view_of_the_machine",
    ),
    "R6": (
        f"{CONFINED}::test_a_plugin_changes_no_file_but_its_own",
        f"{CONFINED}::test_what_a_plugin_leaves_is_gone_before_the_next_file",
    ),
    "R7": (
        f"{CONFINED}::test_a_plugin_may_do_what_reading_needs",
        f"{CONFINED}::test_a_plugin_sees_no_file_but_its_own",
    ),
    "R8": (
        f"{CONFINED}::test_what_is_not_of_the_file_ends_the_process_and_becomes_no_document",
        f"{CONFINED}::test_a_document_keeps_no_content_but_that_of_its_hash",
        "ingest/reading/test_messages.py::test_nothing_that_is_not_of_the_file_is_taken",
    ),
    "R9": (
        f"{CONFINED}::test_a_message_that_never_ends_is_the_files_time",
        "ingest/reading/test_process_pool.py::test_a_hostile_file_is_ended_with_its_reason_and_its_neighbours_are_read",
    ),
    "R10": (
        "ui/pictures/test_render_pool.py::test_the_processes_are_confined",
        "ui/pictures/test_render_pool.py::test_how_a_word_document_is_printed_is_read_by_such_a_process",
    ),
    "R11": (
        "ui/service/test_doctor.py::test_what_confines_reading_processes_is_told",
        "ui/service/test_doctor.py::test_what_the_kernel_lacks_for_it_is_told_with_its_reason",
    ),
    "R12": (f"{CONFINED}::test_what_a_plugin_can_do_all_the_same",),
    "R13": (f"{CONFINED}::test_what_a_plugin_can_do_all_the_same",),
    "R14": (
        "ingest/reading/test_process_pool.py::test_one_process_reads_many_files_and_starts_only_when_there_is_one",
    ),
    "K1": (LACKING, f"{CONFINED}::test_the_filter_judges_numbers_arguments_and_architectures"),
    "K2": (LACKING,),
    "K3": (LACKING,),
    "K4": (LACKING,),
    "A1": (
        f"{SERVER}::test_without_the_token_neither_page_nor_websocket_nor_api_answers",
        f"{SERVER}::test_a_websocket_is_opened_with_a_session_alone_and_cut_when_it_ends",
        "ui/service/test_auth.py::test_a_code_works_once_and_begins_a_session_whose_secret_is_no_token",
        "ui/service/test_auth.py::test_nothing_else_in_an_address_lets_in",
        "ui/service/test_auth.py::test_who_has_the_token_passes",
        "ui/service/test_auth.py::test_anybody_else_gets_401",
        "ui/service/test_listening.py::test_the_network_is_refused_without_accounts_and_without_tls",
        "ui/service/test_sign_in.py::test_name_and_password_begin_a_session_that_is_the_persons",
        "ui/service/test_sign_in.py::test_a_session_ends_when_it_is_idle_and_at_the_latest_after_its_hours",
    ),
    "A2": (f"{SERVER}::test_any_other_host_or_origin_is_refused",),
    "A3": (f"{SERVER}::test_the_policy_names_no_outside_origin",),
    "A4": (
        "ui/html/test_chat.py::test_nothing_hostile_gets_out_of_its_place",
        "ui/page/test_html_source.py::test_nothing_hostile_gets_out_of_its_place",
        "ui/sources/test_markdown_form.py::test_nothing_hostile_gets_an_element_or_an_attribute_of_its_own",
        "ui/html/test_sanitise.py::test_hostile_markdown_gives_only_allowed_elements_without_attributes",
        "journeys/test_page_moments.py::test_hostile_answers_are_only_text",
    ),
    "A5": (
        "kb/checking/test_prompt_injection.py::test_an_order_is_neither_shown_to_the_model_nor_a_source",
        "kb/checking/test_prompt_injection.py::test_an_order_is_taken_out_wherever_it_stands",
        "kb/checking/test_prompt_injection.py::test_an_order_confirms_no_claim",
        "kb/models/test_llm.py::test_a_document_cannot_speak_as_the_system",
    ),
    "A6": (
        "ui/test_named_paths.py::test_what_is_no_file_is_refused_to_requests",
        "ui/test_named_paths.py::test_a_request_reads_within_ingest_roots_and_never_the_home",
        "ui/test_named_paths.py::test_without_roots_requests_read_what_this_user_may_but_not_the_home",
    ),
    "A7": (
        "kb/store/test_hidden_texts.py::test_hidden_text_is_not_searched_and_is_listed",
        "ingest/plain/test_hidden_html.py::test_hidden_by_its_style",
        "ingest/pdf/test_hidden.py::test_what_nobody_sees_is_listed_and_not_read",
        "ingest/office/test_hidden.py::test_what_nobody_sees_in_a_word_document",
    ),
    "N1": (f"{PRIVACY}::test_native_code_is_not_seen", f"{OFFLINE}::test_without_a_network_the_page_answers"),
    "N2": ("test_privacy_claims.py::test_the_product_starts_no_other_programs_than_the_page_names",),
    "N3": ("kb/models/test_weights.py::test_weights_that_are_here_are_not_fetched_again",),
    "N4": (
        "kb/models/test_ollama.py::test_a_host_outside_is_refused_unless_allowed",
        "ui/cli/test_main.py::test_an_ollama_outside_this_machine_is_refused_by_policy",
    ),
    "N5": (
        "kb/store/test_home.py::test_a_home_is_private",
        "ui/service/test_auth.py::test_the_token_is_made_once_and_readable_by_its_owner_only",
    ),
    "N6": ("ui/sso/test_provider.py::test_the_provider_is_sent_the_sign_in_and_nothing_else",),
    "V1": (
        f"{OFFLINE}::test_the_namespace_has_loopback_and_nothing_else",
        f"{OFFLINE}::test_without_a_network_one_can_search_ask_and_evaluate",
        f"{OFFLINE}::test_without_a_network_the_page_answers",
    ),
    "V2": (f"{OFFLINE}::test_a_trace_shows_look_ups_and_outside_connections", TRACED[0]),
    "V3": (TRACED[1],),
    "V4": (TRACED[1],),
    "V5": (
        f"{PROOF}::test_it_passes_here_by_packets_and_by_system_calls",
        f"{PROOF}::test_a_journey_works_and_reaches_nothing_outside",
        f"{PROOF}::test_a_planted_leak_is_stopped",
        f"{PROOF}::test_a_product_that_leaks_does_not_pass",
        f"{PROOF}::test_it_can_be_interrupted_and_leaves_nothing",
        f"{PROOF}::test_it_is_signed_with_the_homes_key_and_a_changed_one_is_told",
    ),
    "V6": (
        f"{PROOF}::test_who_else_sees_the_text_is_named",
        "ui/page/test_sidebar.py::test_the_machine_that_sees_the_text_is_named_where_it_is_another",
    ),
}


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@cache
def functions_of(file: str) -> dict[str, ast.FunctionDef]:
    """The tests of a file by name."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_statement_of_the_page_has_its_tests_and_no_other_has() -> None:
    named = re.findall(r"\*\*([A-Z]\d+)\*\*|\(([A-Z]\d+)\)", page())
    names = [first or second for first, second in named]
    assert sorted(names) == sorted(set(names)), "a name stands at two places"
    assert set(names) == set(CLAIMS)


def test_no_item_and_no_row_of_the_page_is_without_a_name() -> None:
    for line in page().splitlines():
        if line.startswith("- ") or (line.startswith("| ") and not line.startswith("| | ")):
            assert re.match(r"(?:- |\| )\*\*[A-Z]\d+\*\*", line), line


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_shows_a_statement_is_a_test_that_runs(claim: str) -> None:
    assert CLAIMS[claim]
    for where in CLAIMS[claim]:
        file, _, name = where.partition("::")
        found = functions_of(file).get(name)
        assert found is not None, f"{claim}: there is no test {where}"
        assert name.startswith("test_")
        marks = [ast.unparse(each) for each in found.decorator_list]
        assert not any("skip" in mark or "xfail" in mark for mark in marks), f"{claim}: {where} may be left out"


# ---- what is shown here


_STARTS = re.compile(
    r"\bsubprocess\.(?:run|Popen|call|check_\w+)\(|\bos\.(?:system|popen|exec\w+|spawn\w+|posix_spawn\w*|fork)\("
)


def test_the_product_starts_no_other_programs_than_the_page_names() -> None:
    starting = {
        path.relative_to(ROOT).as_posix()
        for package in ("kb", "ingest", "ui")
        for path in (ROOT / package).rglob("*.py")
        if _STARTS.search(path.read_text(encoding="utf-8"))
    }
    assert starting == {
        "kb/evaluation/evaluation.py",  # git
        "kb/models/wheel_download.py",  # uv or pip
        "ingest/reading/confined_process.py",  # itself, confined
        "ingest/reading/confinement.py",  # itself, to see what holds
        "ui/proof/observation.py",  # itself, and strace
        "ui/proof/planted_leaks.py",  # itself: a leak
        "ui/proof/proving.py",  # itself, as the stage
    }


def test_no_parser_runs_in_the_products_own_process(tmp_path: Path) -> None:
    code = (
        "import sys, ui\nfrom pathlib import Path\nfrom ingest.sync.pipeline import ingest\n"
        "from kb.assistant import KnowledgeBase\nfrom kb.config import load_settings\n"
        "def main():\n"
        "    with KnowledgeBase.open(Path(sys.argv[1]), load_settings()) as kb:\n"
        "        for _ in range(2):\n"
        "            report = ingest(kb, [Path(sys.argv[2])], check=True)\n"
        "        print(report.unchanged, report.failed, sorted(set(sys.argv[3].split()) & set(sys.modules)))\n"
        "main()"
    )
    parsers = (
        "pypdfium2 pypdfium2_raw lxml.etree olefile docx pptx openpyxl xlrd unstructured rapidocr cv2 pillow_heif bs4 "
        "ingest.pdf.pdf ingest.office.docx ingest.ocr.ocr ingest.plain.html"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "home"), str(ROOT / "sample_docs"), parsers],
        cwd=ROOT, check=True, capture_output=True, text=True, env=os.environ | tiny.ENVIRONMENT,
    )  # fmt: skip
    unchanged, failed, loaded = done.stdout.split(maxsplit=2)
    assert int(unchanged) > 20
    assert int(failed) == 0
    assert loaded.strip() == "[]"
