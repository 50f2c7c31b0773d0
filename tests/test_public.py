"""What `import kb` offers to programs, and that it costs next to nothing."""

import subprocess
import sys
import typing

import pytest

import kb
from kb import schema

MEMBERS = {
    "KnowledgeBase", "Principal", "Settings", "load_settings", "KBError",
    "Answer", "AskOptions", "Citation", "Claim", "Document", "Message", "Passage", "Retrieval",
    "Event", "Progress", "Retrieved", "Thought", "Token", "Notice", "Revised", "Done", "Failed",
}  # fmt: skip


def test_these_are_the_public_names() -> None:
    assert set(kb.__all__) == MEMBERS
    assert list(kb.__all__) == sorted(kb.__all__)
    assert set(dir(kb)) >= MEMBERS


def test_every_public_name_can_be_had_and_says_what_it_is() -> None:
    for name in MEMBERS - {"Event"}:
        assert getattr(kb, name).__name__ == name
        assert getattr(kb, name).__doc__


def test_every_event_of_an_answer_is_public() -> None:
    assert {event.__name__ for event in typing.get_args(schema.Event)} <= MEMBERS
    assert typing.get_args(kb.Event) == typing.get_args(schema.Event)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        kb.Nothing  # noqa: B018


def test_importing_it_loads_no_library_and_switches_telemetry_off() -> None:
    script = (
        "import sys; before = set(sys.modules); import kb, os; "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)));"
        "print(os.environ['ANONYMIZED_TELEMETRY'], os.environ['HF_HUB_OFFLINE'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["kb", "False 1"]
