"""One's own conversations: whose they are, and what is seen of them once documents may not be read any more."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.errors import ConversationNotFound, GroupNotFound, PersonNotFound, UsageError
from kb.people.accounts import People
from kb.schema import AskOptions, Principal, Scope
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, opened
from ui.service.conversations import Conversation
from ui.service.export import as_json, as_markdown
from ui.service.own_conversations import WITHHELD
from ui.service.runtime import Service
from ui.service.turns import Turn

SOON = 60
HOURS = "When does the office in Utrecht open?"
HANDBOOK_MD, MENU = Place("document", "docs", "handbook.md"), Place("document", "docs", "menu.md")
OWNER, LI, ANNA = Principal("local", unlimited=True), Principal("li"), Principal("anna")
ADMIN = Principal("boss", unlimited=True)
SECRETS = ("7:45", "handbook", "Utrecht opens", "Badges")


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel([REPLY], completions=[HOURS] * 20)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two documents that everyone may read, and three accounts."""
    place = tmp_path_factory.mktemp("ready")
    with opened(place / "home") as kb:
        ingest(kb, [write(place / "docs", {"handbook.md": HANDBOOK, "menu.md": "Soup is served at noon."})])
        kb.catalog.set_readers("owner", Place("default"), ["*"])
        people = People(kb.catalog)
        for name in ("boss", "li", "anna"):
            people.add(name, by="owner")
    return place / "home"


@pytest.fixture
def service(ready: Path, tmp_path: Path, model: ScriptedModel) -> Iterator[Service]:
    with opened(shutil.copytree(ready, tmp_path / "home"), model) as kb:
        service = Service.of(kb)
        yield service
        service.conversations.close()


def asked(service: Service, asker: Principal, question: str, **how: Any) -> tuple[Conversation, Turn]:
    """A question, answered, in a conversation that is made for it or given as `within`."""
    own = service.own(asker)
    conversation = how.pop("within", None) or own.new()
    turn = own.ask(conversation, question, how.pop("mode", "documents"), **how)
    assert turn is not None
    assert turn.running.finishes(SOON)
    assert turn.running.join(SOON)
    return conversation, turn


def seen(service: Service, asker: Principal, id: str) -> str:
    """All that is shown and exported of a conversation."""
    found = service.own(asker).get(id)
    assert found is not None
    return as_markdown(found, "en") + as_markdown(found, "zh") + repr(as_json(found))


def take(kb: KnowledgeBase, place: Place = HANDBOOK_MD) -> None:
    kb.catalog.set_readers("owner", place, [])


def give(kb: KnowledgeBase, place: Place = HANDBOOK_MD) -> None:
    kb.catalog.set_readers("owner", place, None)


def test_a_conversation_belongs_to_its_person(service: Service) -> None:
    made = {asker: asked(service, asker, HOURS)[0].id for asker in (LI, ANNA, ADMIN, OWNER)}
    for asker, id in made.items():
        own = service.own(asker)
        assert [c.id for c in own.list()] == [id]
        assert own.get(id) is not None
        for other in set(made.values()) - {id}:
            assert own.get(other) is None
            foreign = service.conversations.get(other)
            assert foreign is not None
            with pytest.raises(ConversationNotFound):
                own.delete(other)
            with pytest.raises(ConversationNotFound):
                own.rename(other, "mine")
            with pytest.raises(ConversationNotFound):
                own.ask(foreign, HOURS, "chat")
            with pytest.raises(ConversationNotFound):
                own.again(foreign, 0)
            with pytest.raises(ConversationNotFound):
                own.feedback(foreign, foreign.turns[0], "up")
    assert service.own(LI).list(owner="anna") == service.own(ADMIN).list(owner="local") == []


def test_the_owner_has_what_programs_asked_by_names_that_no_account_has(service: Service) -> None:
    program = Principal("mail robot", unlimited=True)
    id = asked(service, program, HOURS)[0].id
    assert [c.id for c in service.own(OWNER).list()] == [c.id for c in service.own(program).list()] == [id]
    People(service.kb.catalog).add("mail", by="owner")
    assert service.own(Principal("mail")).list() == []


def test_an_account_does_not_inherit_what_a_program_asked_by_its_name(service: Service) -> None:
    asked(service, Principal("robot", unlimited=True), HOURS)
    People(service.kb.catalog).add("robot", by="owner")
    assert service.own(Principal("robot")).list() == []
    assert [c.owner for c in service.own(OWNER).list()] == ["local"]


@pytest.mark.parametrize("reload", [False, True], ids=["open", "read again"])
def test_an_answer_is_withheld_while_its_sources_may_not_be_read_and_comes_back(service: Service, reload: bool) -> None:
    conversation, turn = asked(service, LI, HOURS)
    assert turn.running.snapshot.answer is not None
    assert all(word in seen(service, LI, conversation.id) for word in SECRETS)
    take(service.kb)
    if reload:
        service.conversations._open.clear()
        service.conversations._open_conversations.clear()
    told = seen(service, LI, conversation.id)
    assert not any(word in told for word in SECRETS)
    assert HOURS in told
    assert "This answer rests on documents that you may not read any more." in told
    found = service.own(LI).get(conversation.id)
    assert found is not None
    assert [n.kind for n in found.turns[0].running.snapshot.notices] == [WITHHELD]
    assert service.own(LI).list(search="7:45") == []
    assert len(service.own(LI).list(search="Utrecht")) == 1  # their own words
    give(service.kb)
    assert all(word in seen(service, LI, conversation.id) for word in SECRETS)
    assert len(service.own(LI).list(search="7:45")) == 1


def test_what_leaves_with_a_group_is_withheld_too(service: Service) -> None:
    service.kb.catalog.set_readers("owner", HANDBOOK_MD, ["group:hr"])
    member = Principal("li", frozenset({"hr"}))
    conversation, _ = asked(service, member, HOURS)
    assert "7:45" in seen(service, member, conversation.id)
    assert "7:45" not in seen(service, LI, conversation.id)


def test_follow_ups_that_were_made_with_withheld_words_are_withheld_and_later_ones_are_not(
    service: Service, model: ScriptedModel
) -> None:
    conversation, _ = asked(service, LI, HOURS)
    asked(service, LI, "And on Sundays?", within=conversation, mode="chat")
    take(service.kb)
    assert not any(word in seen(service, LI, conversation.id) for word in SECRETS)
    model.requests.clear()
    model._replies.clear()
    model._replies.append("Nobody knows.")
    asked(service, LI, "What else?", within=conversation, mode="chat")
    assert not any(word in repr(model.requests) for word in SECRETS)  # the model was not told
    shown = service.own(LI).get(conversation.id)
    assert shown is not None
    assert [bool(turn.running.snapshot.text) for turn in shown.turns] == [False, False, True]
    give(service.kb)
    shown = service.own(LI).get(conversation.id)
    assert shown is not None
    assert all(turn.running.snapshot.text for turn in shown.turns)


def test_an_answer_that_is_being_written_ends_when_its_sources_are_taken(
    service: Service, model: ScriptedModel
) -> None:
    gate = threading.Event()
    model._replies.clear()
    model._replies.append(["The office opens ", gate, "at 7:45 [1]."])
    own = service.own(LI)
    conversation = own.new()
    turn = own.ask(conversation, HOURS, "documents")
    assert turn is not None
    snapshot = turn.running.snapshot
    while not snapshot.text:
        snapshot = turn.running.wait(snapshot.revision, SOON)
    take(service.kb)
    shown = own.get(conversation.id)
    assert shown is not None
    assert shown.turns[0].running.snapshot.finished
    gate.set()
    assert turn.running.join(SOON)
    assert not any(word in seen(service, LI, conversation.id) for word in SECRETS)


def test_an_answer_outside_of_conversations_ends_when_its_sources_are_taken(
    service: Service, model: ScriptedModel
) -> None:
    gate = threading.Event()
    model._replies.clear()
    model._replies.append(["The office opens ", gate, "at 7:45 [1]."])
    running = service.conversations.run("documents", HOURS, asker=LI)
    snapshot = running.snapshot
    while not snapshot.text:
        snapshot = running.wait(snapshot.revision, SOON)
    take(service.kb)
    gate.set()
    assert running.join(SOON)
    assert running.snapshot.state == "failed"
    assert "7:45" not in running.snapshot.text
    assert "was changed meanwhile" in (running.snapshot.error or "")


@pytest.mark.parametrize("what", ["left", "disabled", "deleted", "demoted", "renamed"])
def test_an_answer_ends_when_whoever_asked_may_not_read_its_sources_any_more(
    service: Service, model: ScriptedModel, what: str
) -> None:
    people = People(service.kb.catalog)
    people.add_group("hr", by="owner")
    people.add("second", by="owner", role="admin")
    name = "second" if what == "demoted" else "anna"
    people.change("anna", by="owner", groups=["hr"])
    service.kb.catalog.set_readers("owner", HANDBOOK_MD, ["group:hr"])
    account = people.get(name)
    assert account is not None
    gate = threading.Event()
    model._replies.clear()
    model._replies.append(["The office opens ", gate, "at 7:45 [1]."])
    running = service.conversations.run("documents", HOURS, asker=account.principal)
    snapshot = running.snapshot
    while not snapshot.text:
        snapshot = running.wait(snapshot.revision, SOON)
    if what == "deleted":
        people.delete("anna", by="owner")
    else:
        changes: dict[str, dict[str, Any]] = {
            "left": {"groups": []}, "disabled": {"enabled": False}, "demoted": {"role": "reader"},
            "renamed": {"full_name": "Anna"},
        }  # fmt: skip
        people.change(name, by="owner", **changes[what])
    gate.set()
    assert running.join(SOON)
    if what == "renamed":
        assert running.snapshot.state == "done"
        return
    assert running.snapshot.state == "failed"
    assert "7:45" not in running.snapshot.text
    assert "was changed meanwhile" in (running.snapshot.error or "")


@pytest.mark.parametrize(
    ("question", "scope"),
    [("Summarise this document", Scope(paths=("*.md",))), (HOURS, Scope(paths=("none/*",)))],
    ids=["which document is meant", "what there is"],
)
def test_names_that_were_told_without_a_source_are_withheld_after_a_change(
    service: Service, question: str, scope: Scope
) -> None:
    conversation, turn = asked(service, LI, question, options=AskOptions(scope))
    assert "menu.md" in turn.running.snapshot.text or "docs (2)" in turn.running.snapshot.text
    assert turn.running.snapshot.text in texts_of(service, LI, conversation.id)
    take(service.kb, MENU)
    assert texts_of(service, LI, conversation.id) == [""]
    assert "menu.md" not in seen(service, LI, conversation.id)


def texts_of(service: Service, asker: Principal, id: str) -> list[str]:
    found = service.own(asker).get(id)
    assert found is not None
    return [turn.running.snapshot.text for turn in found.turns]


def test_whoever_reads_everything_sees_all_of_their_own(service: Service) -> None:
    conversation, _ = asked(service, ADMIN, HOURS)
    take(service.kb)
    assert all(word in seen(service, ADMIN, conversation.id) for word in SECRETS)


def test_a_person_that_is_deleted_leaves_no_conversation(service: Service) -> None:
    conversation, _ = asked(service, LI, HOURS)
    People(service.kb.catalog).delete("li", by="owner")
    assert service.conversations.get(conversation.id) is None


def test_who_it_is_shared_with_reads_it_and_changes_nothing(service: Service) -> None:
    id = asked(service, LI, HOURS)[0].id
    own, foreign = service.own(ANNA), service.conversations.get(id)
    assert foreign is not None
    service.own(LI).feedback(foreign, foreign.turns[0], "down", "lis own words")
    assert own.get(id) is None
    service.own(LI).share(id, ["person:anna"])
    assert service.own(LI).readers(id) == ("person:anna",)
    assert [each.id for each in own.shared()] == [id]
    assert own.list() == service.own(LI).shared() == service.own(ADMIN).shared() == []
    assert "7:45" in seen(service, ANNA, id)
    assert "lis own words" not in seen(service, ANNA, id)
    assert "lis own words" in seen(service, LI, id)
    shown = own.get(id)
    assert shown is not None
    assert not own.owns(shown)
    for act in (
        lambda: own.rename(id, "mine"), lambda: own.delete(id), lambda: own.ask(shown, HOURS, "documents"),
        lambda: own.again(shown, 0), lambda: own.edit(shown, 0, HOURS, "documents"),
        lambda: own.feedback(shown, shown.turns[0], "up"), lambda: own.share(id, ["*"]), lambda: own.readers(id),
    ):  # fmt: skip
        with pytest.raises(ConversationNotFound):
            act()
    service.own(LI).share(id, [])
    assert own.get(id) is None
    assert own.shared() == []
    told = [row["detail"] for row in service.kb.catalog.audit_rows(action="conversation_shared")]
    assert told == [{"id": id, "readers": []}, {"id": id, "readers": ["person:anna"]}]


def test_who_it_is_shared_with_sees_only_what_they_may_read(service: Service, model: ScriptedModel) -> None:
    conversation, _ = asked(service, LI, HOURS)
    asked(service, LI, "And on Fridays?", within=conversation)
    service.own(LI).share(conversation.id, ["person:anna"])
    service.kb.catalog.set_readers("owner", HANDBOOK_MD, ["person:li"])
    told = seen(service, ANNA, conversation.id)
    assert not any(secret in told for secret in SECRETS if secret not in HOURS)
    assert told.count("not shown") >= 2
    assert "7:45" in seen(service, LI, conversation.id)
    assert "7:45" in seen(service, ADMIN, asked_and_shared(service, "person:boss"))
    give(service.kb)
    assert "7:45" in seen(service, ANNA, conversation.id)


def asked_and_shared(service: Service, reader: str) -> str:
    """A conversation of li's, shared with somebody."""
    id = asked(service, LI, HOURS)[0].id
    service.own(LI).share(id, [reader])
    return id


@pytest.mark.parametrize(
    ("question", "scope"),
    [
        ("Summarise the handbook or menu", Scope()),  # which of them is meant is asked, with their names
        ("What is said of parking?", Scope(paths=("nowhere/*",))),  # nothing matches, and what there is
        (HOURS, Scope(paths=("docs/handbook.md",))),  # the filter names it
    ],
)
def test_names_of_documents_are_not_shared(service: Service, question: str, scope: Scope) -> None:
    """Not even while access was never changed, for the one with whom it is shared never had it."""
    service.kb.catalog.set_readers("owner", HANDBOOK_MD, ["person:li"])
    service.kb.catalog.set_readers("owner", MENU, ["person:li"])
    conversation, _ = asked(service, LI, question, options=AskOptions(scope))
    service.own(LI).share(conversation.id, ["*"])
    told = seen(service, ANNA, conversation.id).replace(question, "")
    assert "handbook" not in told
    assert "menu" not in told


def test_an_answer_being_written_is_shown_once_it_is_finished_and_nobody_stops_it(
    service: Service, model: ScriptedModel
) -> None:
    gate = threading.Event()
    model._replies.clear()
    model._replies.append(["The office opens ", gate, "at 7:45 [1]."])
    service.kb.catalog.set_readers("owner", HANDBOOK_MD, ["person:li"])
    own = service.own(LI)
    conversation = own.new()
    own.share(conversation.id, ["*"])
    turn = own.ask(conversation, HOURS, "documents")
    assert turn is not None
    snapshot = turn.running.snapshot
    while not snapshot.text:
        snapshot = turn.running.wait(snapshot.revision, SOON)
    shown = service.own(ANNA).get(conversation.id)
    assert shown is not None
    assert shown.turns == []
    gate.set()
    assert turn.running.join(SOON)
    assert turn.running.snapshot.state == "done"
    assert "7:45" not in seen(service, ANNA, conversation.id)


def test_everyone_with_the_address_is_shown_it_and_it_is_listed_for_nobody(service: Service) -> None:
    id = asked_and_shared(service, "*")
    for asker in (ANNA, ADMIN, OWNER):
        assert "7:45" in seen(service, asker, id)
        assert service.own(asker).shared() == []


def test_it_is_shared_with_groups_that_one_is_in_and_people_that_are_there(service: Service) -> None:
    people = People(service.kb.catalog)
    for group in ("staff", "board"):
        people.add_group(group, by="owner")
    people.join("staff", ["li", "anna"], by="owner")
    li, anna = (people.find(name).principal for name in ("li", "anna"))
    id = asked(service, li, HOURS)[0].id
    own = service.own(li)
    own.share(id, ["group:staff"])
    assert [each.id for each in service.own(anna).shared()] == [id]
    errors = []
    for group in ("board", "nosuch"):  # the same words, whether it is there or not
        with pytest.raises(GroupNotFound) as raised:
            own.share(id, [f"group:{group}"])
        errors.append(str(raised.value).replace(group, "?"))
    assert errors[0] == errors[1]
    with pytest.raises(PersonNotFound):
        own.share(id, ["person:nobody"])
    with pytest.raises(UsageError):
        own.share(id, ["staff"])
    assert own.readers(id) == ("group:staff",)
    people.leave("staff", ["anna"], by="owner")
    assert service.own(people.find("anna").principal).get(id) is None
    own.share(id, ["group:staff", "person:anna"])
    people.delete_group("staff", by="owner")
    people.delete("anna", by="owner")
    assert own.readers(id) == ()  # neither comes back with an account or a group of that name
