"""A trial of access: people, groups and documents with words of their own, rules that change, and requests at random.

Whatever a request gives back is searched for words that belong to documents its asker may not read at that moment. Who
may read what is told by `Expected`, which knows nothing of how the product does it.
"""

import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from kb.access.rules import EVERYONE, PERSON, Level, Place
from kb.assistant import KnowledgeBase
from kb.config import EmbeddingSettings, RetrievalSettings, ServiceSettings, Settings
from kb.errors import DocumentNotFound, KBError, RefusedByPolicy
from kb.glossary.csv_form import text_of
from kb.glossary.entries import NewEntry
from kb.models.reasoning_stream import Output
from kb.people.shares import share
from kb.requests import suggestions
from kb.review.forms import ReviewForms
from kb.review.reviews import Mark
from kb.schema import (
    EVERYTHING,
    AskOptions,
    Chunk,
    DocumentText,
    Message,
    PageSpan,
    Permission,
    Principal,
    Scope,
    Thought,
    Token,
)
from kb.serialization import answer_form, document_form, retrieval_form, stored_text_form
from kb.store.catalog import NewVersion, SplitDocument
from kb.store.document_queries import DocumentQuery, count, select
from kb.store.uploads import folder_of
from kb.usage.report import report
from kb.usage.tables import PARTS, as_csv, report_form
from ui.service.answer_task import RunningAnswer, Snapshot
from ui.service.export import as_json, as_markdown
from ui.service.runtime import Service

PEOPLE, GROUPS, COLLECTIONS = 50, 20, 8
SETTINGS = Settings(
    embedding=EmbeddingSettings(llamaindex_class="benchmarks.access_trial:PairEmbedding"),
    retrieval=RetrievalSettings(evidence_floor=0.0),
    service=ServiceSettings(questions_a_minute=0, searches_a_minute=0, requests_a_minute=0),
)
SUBJECTS = ("budget", "vacation", "laptop", "warranty", "travel", "canteen", "parking", "training")
_CANARY = re.compile(r"[cd]anary\d+x")
_SOON = 120.0  # seconds in which an answer has ended, however busy the machine is
_DIMENSION = 64
_OWNER = Principal("trial", unlimited=True)


class PairEmbedding:
    """Hashed pairs of characters: no weights, and the same in every run."""

    def get_query_embedding(self, text: str) -> list[float]:
        return self._vector(text)

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        counts = [1.0] + [0.0] * (_DIMENSION - 1)
        for first, second in pairwise(text.lower()):
            counts[zlib.crc32(f"{first}{second}".encode()) % _DIMENSION] += 1.0
        return counts


class EchoModel:
    """Says again all that it is told, in its reasoning and in its answer; what it was told is kept in `told`."""

    engine, name, context_tokens, think_budget, reasons = "embedded", "echo", 8192, 32, True

    def __init__(self) -> None:
        self.told: list[str] = []

    def digest(self) -> str:
        return "0" * 64

    def count_tokens(self, text: str) -> int:
        return len(text) // 3

    def warm_up(self) -> None:
        pass

    def generate(self, messages: Sequence[Message], **_: Any) -> Iterator[Output]:
        text = "\n".join(message.content for message in messages)
        self.told.append(text)
        yield Thought(text[:400])
        yield Token(text[-2_000:])

    def complete(self, messages: Sequence[Message], **_: Any) -> str:
        self.told.append("\n".join(message.content for message in messages))
        return messages[-1].content

    def preference(
        self, messages: Sequence[Message], options: Sequence[str], stop: Any = None, by: str | None = None
    ) -> dict[str, float] | None:
        """As sure as the text decides: one in four is refused. It has no adapters."""
        if by is not None:
            return None
        text = messages[-1].content
        self.told.append(text)
        sure = 0.01 if zlib.crc32(text.encode()) % 4 == 0 else 0.95
        return {options[0]: sure, options[1]: 1 - sure}

    def close(self) -> None:
        pass


@dataclass
class Expected:
    """Who may read what, told from the rules alone: document, longest path, collection, default, nobody."""

    collection_of: dict[int, str]
    path_of: dict[int, str]
    rules: dict[Place, tuple[str, ...]] = field(default_factory=dict)

    def readable(self, asker: Principal) -> set[int]:
        """The documents, by number, that somebody may read."""
        keys = {"*", f"person:{asker.name}", *(f"group:{group}" for group in asker.groups)}
        return {
            number
            for number, collection in self.collection_of.items()
            if collection in asker.edits or keys & self._readers(collection, self.path_of[number])
        }

    def _readers(self, collection: str, path: str) -> set[str]:
        own = self.rules.get(Place("document", collection, path))
        if own is not None:
            return set(own)
        fits = {
            place.path: readers
            for place, readers in self.rules.items()
            if place.level == "path" and place.collection == collection and fnmatchcase(path, place.path)
        }
        if fits:
            longest = max(len(re.sub(r"[*?\[\]]", "", glob)) for glob in fits)
            named = [set(r) for glob, r in fits.items() if len(re.sub(r"[*?\[\]]", "", glob)) == longest]
            everyone = [each for each in named if "*" not in each]
            return set.intersection(*everyone) if everyone else {"*"}
        for place in (Place("collection", collection), Place("default")):
            if place in self.rules:
                return set(self.rules[place])
        return set()


@dataclass(frozen=True)
class Leak:
    """Words that the asker may not see, and where they stood."""

    request: str
    asker: str
    words: tuple[str, ...]


class Trial:
    """A home with documents, and what was set in it. `leaks` are what was seen that may not be."""

    def __init__(self, home: Path, documents: int) -> None:
        self.kb = KnowledgeBase.open(home, SETTINGS)
        self.model = EchoModel()
        self.kb._model = self.model
        self.service = Service.of(self.kb)
        self.documents = documents
        self.collections = [f"danary{n}x" for n in range(COLLECTIONS)]
        self.expected = Expected(
            {n: self.collections[n % COLLECTIONS] for n in range(documents)},
            {n: f"{SUBJECTS[n % 5]}/{n % 3}/canary{n}x.txt" for n in range(documents)},
        )
        self.people = [Principal(f"p{n}") for n in range(PEOPLE)]
        self.leaks: list[Leak] = []
        self.requests: Counter[str] = Counter()
        self.shown = 0  # words of documents that were rightly given back
        self.curated = 0  # curated answers that were given
        self.in_vain: list[tuple[str, frozenset[int]]] = []  # questions that were refused, and what came nearest
        self.shared: list[str] = []  # conversations that were
        if not self.kb.catalog.count_live():
            self._fill()

    def close(self) -> None:
        self.service.shut_down()
        self.kb.close()

    def _fill(self) -> None:
        for first in range(0, self.documents, 100):
            numbers = range(first, min(first + 100, self.documents))
            self.kb.indexes.publish([self._document(number) for number in numbers])
        for document in self.kb.documents(_OWNER)[::3]:  # the others have questions by rule
            name = PurePosixPath(document.path).stem
            suggestions.write(self.kb.catalog, document, [f"What does {name} say of it?"], _OWNER)
        for number in range(0, self.documents, 3):
            path, collection = self.expected.path_of[number], self.expected.collection_of[number]
            self.kb.set_tags(_OWNER, collection, path, [f"canary{number}x", SUBJECTS[0]])
        self.kb.glossary.bring_in(_OWNER, [self._entry(number) for number in range(0, self.documents, 2)])
        self.kb.glossary.propose()  # of the other documents

    def _document(self, number: int) -> NewVersion:
        subject = SUBJECTS[number % len(SUBJECTS)]
        text = (
            f"The {subject} rule of canary{number}x. The {subject} of project canary{number}x is {number} thousand "
            f"euros. Ask canary{number}x about it.\n"
        )
        text += f"It is the {self._term(number)} ({self._short(subject)}).\n"
        title = f"{subject} canary{number}x"
        chunk = Chunk(0, len(text), text, f"{title}\n{text}", 1, f"Section canary{number}x", "")
        content = DocumentText(text, title, "text/plain", (PageSpan(1, 0, len(text)),))
        path = self.expected.path_of[number]
        document = SplitDocument(path, f"{number:064x}", len(text), content, (chunk,))
        embeddings = tuple(self.kb.embedder.embed_passages([chunk.embedded_text]))
        collection = self.expected.collection_of[number]
        root = str(folder_of(self.kb.home.uploads, collection))  # as if it was uploaded, so that it can be moved
        return NewVersion(collection, root, path, document, embeddings, self.kb.indexes.identity)

    def _term(self, number: int) -> str:
        return f"canary{number}x {SUBJECTS[number % len(SUBJECTS)]} rule"

    def _short(self, subject: str) -> str:
        return f"C{subject[0].upper()}R"

    def _entry(self, number: int) -> NewEntry:
        """A term that an editor took from a document."""
        source = f"{self.expected.collection_of[number]}/{self.expected.path_of[number]}"
        short = self._short(SUBJECTS[number % len(SUBJECTS)])
        return NewEntry(self._term(number), (short,), f"What canary{number}x says.", (source,))

    # ---- what changes

    def reset(self) -> None:
        """No rule, no group, no conversation, no correction, and nothing that was asked in vain."""
        for review in self.kb.reviews.listed(_OWNER, curated=True, limit=10_000):
            self.kb.reviews.withdraw(_OWNER, review.id, review.version)
        for agrees in (False, True):  # one who is no account is the owner, whoever asks
            self.kb.usage.agree(self.people[0], agrees)
        self.in_vain.clear()
        self.shared.clear()
        for place in list(self.expected.rules):
            self.set(place, None)
        self.people = [Principal(person.name) for person in self.people]
        for person in self.people:
            for listed in self.service.own(person).list(limit=1_000):
                self.service.conversations.delete(listed.id)

    def set(self, place: Place, readers: Sequence[str] | None) -> None:
        """Set who may read something, in the home and in what is expected of it."""
        self.kb.catalog.set_readers("trial", place, readers)
        if readers is None:
            self.expected.rules.pop(place, None)
        else:
            self.expected.rules[place] = tuple(readers)

    def change(self, drawn: random.Random) -> None:
        """Change a rule, who is in which groups, who edits what, or where a document stands."""
        kind = drawn.choice(("rule", "rule", "rule", "groups", "edits", "move"))
        if kind == "move":
            self._move(drawn.randrange(self.documents), drawn)
            return
        if kind == "rule":
            number = drawn.randrange(self.documents)
            collection, path = self.expected.collection_of[number], self.expected.path_of[number]
            globs = [path, path.rpartition("/")[0] + "/*", path.partition("/")[0] + "/*", f"*canary{number % 10}*", "*"]
            level: Level = drawn.choice(("document", "path", "path", "collection", "collection", "default"))
            place = Place(
                level, "" if level == "default" else collection,
                path if level == "document" else drawn.choice(globs) if level == "path" else "",
            )  # fmt: skip
            named = [f"group:g{drawn.randrange(GROUPS)}" for _ in range(drawn.randrange(4))]
            named += [f"person:p{drawn.randrange(PEOPLE)}" for _ in range(drawn.randrange(3))]
            readers = drawn.choice((named, named, named, ["*"], None))
            self.set(place, readers)
            return
        at = drawn.randrange(PEOPLE)
        groups = frozenset(f"g{drawn.randrange(GROUPS)}" for _ in range(drawn.randrange(5)))
        edits = (
            frozenset(drawn.sample(self.collections, 1)) if kind == "edits" and drawn.random() < 0.3 else frozenset()
        )
        reviews: frozenset[Permission] = frozenset({"review"}) if edits else frozenset()
        self.people[at] = replace(self.people[at], groups=groups, edits=edits, permissions=reviews)

    def _move(self, number: int, drawn: random.Random) -> None:
        """Give a document another path, in the home and in what is expected of it; readers set on it move along."""
        collection, path = self.expected.collection_of[number], self.expected.path_of[number]
        new = f"{drawn.choice(SUBJECTS[:5])}/{drawn.randrange(3)}/canary{number}x.txt"
        if new == path:
            return
        self.kb.move_document(_OWNER, collection, path, new)
        self.expected.path_of[number] = new
        own = self.expected.rules.pop(Place("document", collection, path), None)
        if own is not None:
            self.expected.rules[Place("document", collection, new)] = own

    # ---- what is asked

    def request(self, drawn: random.Random) -> None:
        """One request by somebody, and a look at what it gave."""
        asker = drawn.choice(self.people)
        name = drawn.choice([each for each in dir(self) if each.startswith("_ask_")])
        subject, number = drawn.choice(SUBJECTS), drawn.randrange(self.documents)
        self.model.told.clear()
        said, own = getattr(self, name)(asker, subject, number, drawn)
        self.requests[name.removeprefix("_ask_")] += 1
        self._look(name, asker, said, own)

    def _look(self, name: str, asker: Principal, said: object, own: str) -> None:
        """Search what was given, and what the model was told, for words that the asker may not see. `own` are words of
        theirs, which they are told again."""
        readable = self.expected.readable(asker)
        allowed = {f"canary{number}x" for number in readable}
        allowed |= {self.expected.collection_of[number] for number in readable}
        given = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
        found = set(_CANARY.findall(given + "\n".join(self.model.told)))
        self.shown += len(found & allowed)
        wrong = found - allowed - set(_CANARY.findall(own))
        if wrong:
            self.leaks.append(Leak(name, asker.name, tuple(sorted(wrong))))

    def _ask_search(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        scopes = (Scope(paths=("*/1/*",)), Scope(types=("txt",)), Scope(tags=(SUBJECTS[0], f"CANARY{number}X")))
        scope = drawn.choice((EVERYTHING, EVERYTHING, *scopes))
        question = f"What is the {subject} rule?"
        return retrieval_form(self.kb.search(question, asker, drawn.choice((3, 50)), scope)), question

    def _ask_dense(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        """The nearest by vector are those of an exact scan of what the asker may read, and no others."""
        vector = self.kb.embedder.embed_question(f"{subject} canary{number}x").vector
        ids = self.kb.catalog.document_ids(asker)
        found = self.kb._retriever._scan.select(ids).nearest(vector, 10)
        readable = self.expected.readable(asker)
        names = {(self.expected.collection_of[n], self.expected.path_of[n]) for n in readable}
        rows = self.kb.catalog.db.execute(
            "SELECT k.id, c.name, d.path, e.vector FROM chunks k JOIN documents d ON d.id = k.document_id "
            "JOIN collections c ON c.id = d.collection_id JOIN embeddings e ON e.id = k.embedding_id WHERE k.live = 1"
        )
        scores = {r[0]: float(np.frombuffer(r[3], "<f4") @ vector) for r in rows if (r[1], r[2]) in names}
        best = sorted(scores.values(), reverse=True)[:10]
        same = len(found) == len(best) and np.allclose([score for _, score in found], best, atol=1e-5)
        if not same or any(abs(scores.get(i, -9.0) - score) > 1e-5 for i, score in found):  # ties in any order
            self.leaks.append(Leak("_ask_dense", asker.name, ("another ranking than that of an exact scan",)))
        return "", ""

    def _ask_ask(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        question = drawn.choice((
            f"What is the {subject} rule of the project?", f"Which documents mention {subject}?",
            f"Summarise the {subject} rule", f"List all {subject} rules", f"Compare {subject} and {SUBJECTS[0]}",
            f"How much is the {subject} of project canary{number}x?", "Summarise this document",
            f"What is the {self._short(subject)}?",
        ))  # fmt: skip
        scope = drawn.choice((EVERYTHING, EVERYTHING, Scope(paths=("none/*",)), Scope(paths=("*/2/*",))))
        running = self.service.conversations.run("documents", question, AskOptions(scope), asker=asker)
        snapshot = self._ended(running)
        self._note_refusal(question, snapshot)
        given = [asdict(snapshot), answer_form(snapshot.answer) if snapshot.answer else None]
        return given, question

    def _ask_glossary(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        """The glossary as it is listed, searched, exported, opened, and found in a question; what is proposed, too."""
        glossary, readable = self.kb.glossary, self.expected.readable(asker)
        listed, total = glossary.entries(asker)
        if {entry.term for entry in listed} != {self._term(n) for n in readable if n % 2 == 0} or total != len(listed):
            self.leaks.append(Leak("_ask_glossary", asker.name, ("other terms than those of what may be read",)))
        question = f"What is the {self._short(subject)}?"
        said: list[object] = [
            [asdict(entry) for entry in listed], text_of(listed), glossary.state_of(asker),
            [asdict(term) for _, term in glossary.terms_in(question, asker)],
            retrieval_form(self.kb.search(question, asker, 3)),
        ]  # fmt: skip
        named = f"canary{number}x"
        found, _ = glossary.entries(asker, search=named)
        if any(named in entry.term for entry in found) and number not in readable:
            self.leaks.append(Leak("_ask_glossary", asker.name, (f"a search for {named} found something",)))
        for ask in (
            lambda: glossary.entries(asker, "proposed")[0], lambda: [glossary.entry(asker, 1 + number)],
            lambda: [glossary.entry_of_term(asker, self._term(number))],
        ):  # fmt: skip
            try:
                said.append([asdict(entry) for entry in ask()])
            except KBError as error:
                said.append(str(error))
        return said, self._term(number)

    def _ask_list(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        listed = self.kb.documents(asker)
        wanted = DocumentQuery(
            search=drawn.choice(("", subject, f"canary{number}x")), tags=drawn.choice(((), (SUBJECTS[0],)))
        )
        found = select(listed, wanted)
        tagged = {n for n in self.expected.readable(asker) if n % 3 == 0}
        tags = {f"canary{n}x": 1 for n in tagged} | ({SUBJECTS[0]: len(tagged)} if tagged else {})
        if self.kb.tags(asker) != tags:
            self.leaks.append(Leak("_ask_list", asker.name, ("other tags than those of what may be read",)))
        if {d.path for d in listed} != {self.expected.path_of[n] for n in self.expected.readable(asker)}:
            self.leaks.append(Leak("_ask_list", asker.name, ("another list than that of what may be read",)))
        return [document_form(d) for d in found.documents] + [asdict(count(listed))], wanted.search

    def _ask_open(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        """Text, chunks, versions and original of one document; it is not there where it may not be read."""
        collection, path = self.expected.collection_of[number], self.expected.path_of[number]
        named = drawn.choice((collection, None))
        is_readable = number in self.expected.readable(asker)
        try:
            stored = self.kb.stored_text(asker, named, path)
            listed = next(d for d in self.kb.documents(asker) if d.path == path)
            said = [stored_text_form(stored, listed, 1, ()), self.kb.chunks(asker, named, path),
                    self.kb.versions(asker, named, path)]  # fmt: skip
            if not is_readable:
                self.leaks.append(Leak("_ask_open", asker.name, (path,)))
        except DocumentNotFound as error:
            said = [str(error)]
            if is_readable:
                self.leaks.append(Leak("_ask_open", asker.name, ("what may be read was not there",)))
        try:
            self.kb.original(asker, named, path)
        except KBError as error:
            said.append(str(error) if is_readable else str(error).replace(path, ""))
        return said, f"{collection} {path}"

    def _ask_conversation(
        self, asker: Principal, subject: str, number: int, drawn: random.Random
    ) -> tuple[object, str]:
        """One's conversations, old and new, as they are listed, shown, exported, searched and continued; and those of
        others that are shared."""
        own = self.service.own(asker)
        listed = own.list(limit=1_000)
        if not listed or drawn.random() < 0.4:
            conversation = own.new()
        else:
            found = own.get(drawn.choice(listed).id)
            assert found is not None
            conversation = found
        if drawn.random() < 0.5:
            question = drawn.choice(
                (f"What is the {subject} rule?", "And how much is it?", f"Summarise the {subject} rule")
            )
            turn = own.ask(conversation, question, drawn.choice(("documents", "documents", "chat")))
            assert turn is not None
            self._note_refusal(turn.question, self._ended(turn.running), turn.told_of)
        if drawn.random() < 0.6:
            readers = [f"{PERSON}{each.name}" for each in drawn.sample(self.people, 5)]
            share(self.kb.catalog, conversation.id, drawn.choice([readers, [*readers, EVERYONE], []]), asker.name)
            self.shared.append(conversation.id)
        shown = [own.get(each.id) for each in (*own.list(limit=1_000), *own.shared(1_000))]
        shown += [own.get(id) for id in self.shared]  # by their addresses
        words = [each for each in shown if each is not None]
        said = [*(as_json(each) for each in words), *(as_markdown(each, "en") for each in words)]
        found_by = own.list(search=f"canary{number}x")
        if found_by and number not in self.expected.readable(asker):
            self.leaks.append(Leak("_ask_conversation", asker.name, (f"a search for canary{number}x found something",)))
        return [said, [each.title for each in own.list()]], ""

    def _ask_usage(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        """What documents leave unanswered, which were never cited, and how they were judged, as an editor is told.

        Words are compared with what was asked in vain; they are their asker's own, and may name any document.
        """
        self._judge(drawn)
        readable = self.expected.readable(asker)
        try:
            told = report(self.kb.catalog, self.kb.settings.usage, asker)
        except RefusedByPolicy:
            if asker.edits:
                self.leaks.append(Leak("_ask_usage", asker.name, ("an editor was refused",)))
            return "", ""
        if not asker.edits:
            self.leaks.append(Leak("_ask_usage", asker.name, ("usage was told to somebody who edits nothing",)))
        wanted = [question for question, sources in self.in_vain if sources <= readable]
        words = {each for gap in told.gaps for each in gap.wordings}
        if sum(gap.times for gap in told.gaps) != len(wanted) or not words <= set(wanted):
            self.leaks.append(Leak("_ask_usage", asker.name, tuple(sorted(words))))
        form = report_form(told)
        csv = [as_csv(form, part) for part in PARTS if part != "gaps"]
        return [{**form, "gaps": []}, csv], ""

    def _ended(self, running: RunningAnswer) -> Snapshot:
        """What is known of an answer at its end. Raises TimeoutError: what it tells later would count as another's."""
        if not running.join(_SOON):
            raise TimeoutError("an answer has not ended")
        return running.snapshot

    def _note_refusal(self, question: str, snapshot: Snapshot, told_of: Sequence[tuple[str, str]] = ()) -> None:
        """Keep a question that was refused with all documents that it rests on, as the conversations know them."""
        answer = snapshot.answer
        if answer is None or not answer.refused:
            return
        paths = {p.document for p in (*answer.passages, *(snapshot.passages or ()))}
        paths |= {path for term in snapshot.terms for _, path in term.documents}
        if snapshot.searched != question:
            paths |= {path for _, path in told_of}
        numbers = {path: number for number, path in self.expected.path_of.items()}
        self.in_vain.append((question, frozenset(numbers[path] for path in paths)))

    def _ask_suggested(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        """Questions that the empty chat suggests."""
        said = suggestions.suggested(self.kb.catalog, self.kb.documents(asker), "en", 5, str(number))
        return [asdict(each) for each in said], ""

    def _ask_review(self, asker: Principal, subject: str, number: int, drawn: random.Random) -> tuple[object, str]:
        """Judged answers as an editor sees and exports them, and a curated answer asked for. Another editor made it, of
        two documents."""
        self._judge(drawn)
        forms = ReviewForms(self.kb.reviews, self.kb.catalog)
        question = f"What is the curated {subject} rule?"
        if drawn.random() < 0.5:
            own = self.service.own(drawn.choice(self.people))
            conversation = own.new()
            turn = own.ask(conversation, f"What is the {subject} rule?", "documents")
            assert turn is not None
            self._note_refusal(turn.question, self._ended(turn.running), turn.told_of)
            own.feedback(conversation, turn, "down")
            readable = sorted(self.expected.readable(asker)) or [number]
            sources = [drawn.choice((number, drawn.choice(readable))), drawn.choice(readable)]
            answer = " ".join(f"The rule of canary{n}x [{i}]." for i, n in enumerate(sources, 1))
            marks = [Mark(self.expected.collection_of[n], self.expected.path_of[n], 0, 30) for n in sources]
            review = forms.get(_OWNER, turn.id)
            made = forms.correct(_OWNER, turn.id, review["version"], question=question, answer=answer, marks=marks)
            forms.accept(_OWNER, turn.id, made["version"], curated=True)
            self.model.told.clear()
        try:
            listed = forms.listed(asker, limit=20)
            said: list[object] = [*listed, [forms.get(asker, each["id"]) for each in listed]]
            said += [forms.export(asker, form) for form in ("sft", "dpo", "questions")]
        except RefusedByPolicy:
            said = []
            if asker.edits:
                self.leaks.append(Leak("_ask_review", asker.name, ("an editor was refused",)))
        snapshot = self._ended(self.service.conversations.run("documents", question, asker=asker))
        self._note_refusal(question, snapshot)
        if snapshot.answer is not None:
            self.curated += any(notice.kind == "curated" for notice in snapshot.answer.notices)
            said += [asdict(snapshot), answer_form(snapshot.answer)]
        return said, ""

    def _judge(self, drawn: random.Random) -> None:
        """Somebody judges an answer of theirs."""
        asker = drawn.choice(self.people)
        own = self.service.own(asker)
        for listed in own.list(limit=3):
            conversation = own.get(listed.id)
            assert conversation is not None
            for turn in conversation.turns:
                own.feedback(conversation, turn, drawn.choice(("up", "down", None)))
