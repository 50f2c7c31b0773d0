"""Documents: the part of a knowledge base that lists, shows, deletes and keeps them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection

from kb.access.rules import GROUP, PERSON, PERSONAL, Place, Readers, Rule, checked_readers, place_text
from kb.backups.backup import BackupReport, CheckReport, back_up, check
from kb.editing import passages
from kb.editing.passages import DocumentPassages
from kb.errors import DocumentNotFound, RefusedByPolicy, UsageError
from kb.filing import moving
from kb.filing.tags import checked_tags, tag_counts
from kb.people.accounts import People
from kb.people.permissions import may_edit
from kb.schema import (
    Chunk,
    Document,
    Heading,
    HiddenText,
    PlannedDeletion,
    Principal,
    RecognisedPage,
    StoredText,
    Target,
)
from kb.store import beside_text, heading_paths
from kb.store.catalog import UNSEEN, Catalog, Unseen
from kb.store.collection_names import collection_name
from kb.store.deletion import Deletion
from kb.store.deletion_plan import planned_deletions
from kb.store.document_queries import VersionFacts, versions
from kb.store.home import Home
from kb.store.index_sync import Indexes

LONGEST_TITLE = 200  # characters


class Documents:
    """What a `KnowledgeBase` can do without a question."""

    home: Home
    catalog: Catalog
    indexes: Indexes
    deletion: Deletion

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list, as far as the asker may read it."""
        return self.catalog.documents(asker, collection)

    def stored_text(
        self, asker: Principal, collection: str | None, path: str, version: int | None = None
    ) -> StoredText:
        """The text of a document: the version that answers, or an earlier one. `collection` may be None."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return self.catalog.stored_text(document_id, version)

    def chunks(self, asker: Principal, collection: str | None, path: str) -> list[Chunk]:
        """The chunks of a document, in reading order."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return self.catalog.chunks(document_id)

    def versions(self, asker: Principal, collection: str | None, path: str) -> list[VersionFacts]:
        """The versions of a document, newest first."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return versions(self.catalog.db, document_id)

    def original(self, asker: Principal, collection: str | None, path: str, version: int | None = None) -> Path:
        """The file as it was ingested. Raises DocumentNotFound where none was kept (a record of a bundle)."""
        return self.original_of(self.stored_text(asker, collection, path, version))

    def original_of(self, stored: StoredText) -> Path:
        """The file that a stored text was read from. Raises DocumentNotFound where none was kept."""
        file = self.home.original(stored.sha256)
        if not file.is_file():
            raise DocumentNotFound("document.no_original", path=stored.path)
        return file

    def recognised(self, stored: StoredText, page: int) -> RecognisedPage | None:
        """Where the words that were recognised on a page of a stored text stand; None where there are none, or it was
        read by a version that did not keep them."""
        return beside_text.find_recognised(self.catalog.db, stored, page)

    def headings(self, stored: StoredText) -> tuple[Heading, ...]:
        """The headings of a stored text, in order; none where it was read by a version that did not keep them."""
        return heading_paths.find(self.catalog.db, stored) or ()

    def hidden(self, stored: StoredText) -> tuple[HiddenText, ...]:
        """What the file of a stored text holds and nobody sees; it is not in the text. None is known of files that were
        read by a version of the product that did not look for it."""
        return beside_text.find_hidden(self.catalog.db, stored)

    def section_at(self, stored: StoredText, offset: int) -> str | None:
        """The path of headings that a place of a stored text stands under, joined by " > "; "" where there are none,
        None where it was read by a version that did not keep them."""
        headings = heading_paths.find(self.catalog.db, stored)
        return None if headings is None else heading_paths.path_at(stored, headings, offset)

    # ---- who may read what

    def access_rules(self, asker: Principal) -> list[Rule]:
        """The rules who may read what, of the collections that the asker may change."""
        rules = [rule for rule in self.catalog.access_rules() if not rule.personal]
        return [rule for rule in rules if may_edit(asker, rule.place.collection)]

    def readers_of(self, asker: Principal, collection: str | None, path: str) -> Readers:
        """Who may read a document, and which rule says so. Raises DocumentNotFound where the asker may not read it, and
        RefusedByPolicy where they may not know."""
        document_id, name = self.catalog.find_document(asker, path, collection)
        self._check_change(asker, Place("document", name, path))
        return self.catalog.readers_of(document_id)

    def set_readers(
        self, asker: Principal, place: Place, readers: Iterable[str] | None,
        seen: Sequence[str] | Unseen | None = UNSEEN,
    ) -> int:  # fmt: skip
        """Set who may read what lies at a place, or (None) leave that to the other rules. It holds from the next
        request on, and nothing is embedded again. Returns how many documents have other readers now; see
        `Catalog.set_readers`.

        Raises RefusedByPolicy where the asker may not change the collection, DocumentNotFound for a document that is
        not there, or that they may not read, and PersonNotFound and GroupNotFound for a reader that is not there.
        """
        self._check_change(asker, place)
        if place.level == "document":
            place = replace(
                place, collection=self.catalog.find_document(asker, place.path, place.collection or None)[1]
            )
            self._check_change(asker, place)
        elif place.level != "default":
            place = replace(place, collection=collection_name(self.catalog, place.collection))
        self.catalog.refuse_personal(place)  # first: whoever may set nothing learns nothing of who there is
        known = None if readers is None else self._known_readers(readers)
        return self.catalog.set_readers(asker.name, place, known, seen)

    def release(self, asker: Principal, collection: str | None, path: str) -> str:
        """Let a document out of quarantine; it stays out while its title and text are the same. Returns its collection.

        Raises RefusedByPolicy where the asker does not edit its collection, DocumentNotFound, and UsageError where it
        is not in quarantine.
        """
        document_id, name = self.catalog.find_document(asker, path, collection)
        if not may_edit(asker, name):
            raise RefusedByPolicy("access.no_release", name=asker.name, collection=name)
        self.indexes.release(document_id, asker.name)
        return name

    def set_title(self, asker: Principal, collection: str | None, path: str, title: str) -> str:
        """Give a document a title, which is shown in place of its path; "" takes it away. What is found and what is
        read stays as it is. Returns its collection.

        Raises RefusedByPolicy where the asker does not edit its collection, DocumentNotFound, and UsageError for a
        title that is no line of at most 200 characters.
        """
        document_id, name = self.catalog.find_document(asker, path, collection)
        if not may_edit(asker, name):
            raise RefusedByPolicy("access.no_title", name=asker.name, collection=name)
        line = " ".join(title.split())
        if len(line) > LONGEST_TITLE or not line.isprintable():
            raise UsageError("document.title", most=LONGEST_TITLE, count=len(line))
        self.catalog.set_title(document_id, line, asker.name)
        return name

    def set_tags(self, asker: Principal, collection: str | None, path: str, tags: Iterable[str]) -> str:
        """Give a document these tags in place of those it has; by them lists are filtered and searches limited. Returns
        its collection.

        Raises RefusedByPolicy where the asker does not edit its collection, DocumentNotFound, and UsageError for what
        is no tag, or too many.
        """
        document_id, name = self.catalog.find_document(asker, path, collection)
        if not may_edit(asker, name):
            raise RefusedByPolicy("access.no_tags", name=asker.name, collection=name)
        self.catalog.set_tags(document_id, checked_tags(tags), asker.name)
        return name

    def tags(self, asker: Principal) -> dict[str, int]:
        """The tags of the documents that the asker may read, with how many of these have each."""
        return tag_counts(self.documents(asker))

    def check_movable(self, asker: Principal, collection: str | None, path: str) -> None:
        """Raises what `move_document` raises where a document cannot be moved wherever to."""
        document_id, _ = self._to_be_moved(asker, collection, path)
        moving.check_movable(self.catalog, self.home.uploads, document_id)

    def move_document(
        self, asker: Principal, collection: str | None, path: str, to: str | None = None,
        to_collection: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """Give an uploaded document another path, another collection (`~`: the asker's own), or both; None leaves one
        as it is. Nothing is read or embedded anew; who may read it is what the rules say of its new place. Returns its
        collection and path.

        Raises RefusedByPolicy where the asker does not edit both collections, DocumentNotFound, also where somebody
        else moved it meanwhile, UsageError where it came from a folder, is part of something else, is being read, or
        something stands there, and StorageFull.
        """
        document_id, name = self._to_be_moved(asker, collection, path)
        there = name
        if to_collection is not None:
            account = People(self.catalog).get(asker.name)
            own = to_collection == PERSONAL and account is not None
            there = account.own_collection if own and account else collection_name(self.catalog, to_collection)
            if not may_edit(asker, there):
                raise RefusedByPolicy("access.no_adding", name=asker.name, collection=to_collection)
        new = (there, path if to is None else moving.checked_path(to))
        with self.deletion.lock:  # one at a time, and not while a backup is written
            moving.move(self.catalog, self.home.uploads, document_id, (name, path), new, asker.name)
        return new

    def _to_be_moved(self, asker: Principal, collection: str | None, path: str) -> tuple[int, str]:
        found = self.catalog.find_document(asker, path, collection)
        if not may_edit(asker, found[1]):
            raise RefusedByPolicy("access.no_move", name=asker.name, collection=found[1])
        return found

    # ---- passages

    def passages(self, asker: Principal, collection: str | None, path: str) -> DocumentPassages:
        """The passages of a document with what its editors made of them. Raises DocumentNotFound, and RefusedByPolicy
        where the asker does not edit its collection."""
        return passages.passages_of(self.catalog, self.document_to_edit(asker, collection, path))

    def leave_out(
        self, asker: Principal, collection: str | None, path: str, seen: int, start: int, end: int, left_out: bool
    ) -> DocumentPassages:
        """Take the passage `text[start:end]` out of all that is found and answered from, or bring it back; kept while
        the file's content is the same. `seen` is the count of edits that it was decided on.

        Raises what `passages` raises, PassagesChanged, PassageNotFound, and UsageError where it is so already.
        """
        document_id = self.document_to_edit(asker, collection, path)

        def change(db: Connection) -> int:
            return passages.leave_out(self.catalog, db, document_id, seen, (start, end), left_out, asker.name)

        self.indexes.leave_out(document_id, left_out, change)
        return passages.passages_of(self.catalog, document_id)

    def forget_edits(self, asker: Principal, collection: str | None, path: str) -> DocumentPassages:
        """Forget the edits of a document that were made for another content of its file. Raises as `passages` does."""
        document_id = self.document_to_edit(asker, collection, path)
        passages.forget_set_aside(self.catalog, document_id, asker.name)
        return passages.passages_of(self.catalog, document_id)

    def set_aside(self, asker: Principal) -> list[tuple[Document, int]]:
        """The documents that the asker edits whose file changed after their passages were edited, and how many edits
        hold no more."""
        counts = dict(passages.documents_set_aside(self.catalog.db))
        if not counts:
            return []
        found = self.documents(asker)
        return [(each, counts[each.id]) for each in found if each.id in counts and may_edit(asker, each.collection)]

    def document_to_edit(self, asker: Principal, collection: str | None, path: str) -> int:
        """The id of a document whose passages the asker may change. Raises DocumentNotFound and RefusedByPolicy."""
        document_id, name = self.catalog.find_document(asker, path, collection)
        if not may_edit(asker, name):
            raise RefusedByPolicy("access.no_passages", name=asker.name, collection=name)
        return document_id

    def _known_readers(self, given: Iterable[str]) -> list[str]:
        """Readers by the names of accounts and groups. Raises UsageError, PersonNotFound and GroupNotFound."""
        people = People(self.catalog)

        def known_reader(reader: str) -> str:
            if reader.startswith(PERSON):
                return PERSON + people.find(reader.removeprefix(PERSON)).name
            return GROUP + people.find_group(reader.removeprefix(GROUP)) if reader.startswith(GROUP) else reader

        return [known_reader(reader) for reader in checked_readers(given)]

    def _check_change(self, asker: Principal, place: Place) -> None:
        if not may_edit(asker, place.collection):
            raise RefusedByPolicy("access.no_change", name=asker.name, place=place_text(place))

    # ---- deletion

    def delete_document(self, asker: Principal, collection: str | None, path: str) -> None:
        """Delete a document with all its versions, and every trace of it. Only who edits its collection may."""
        self.delete_documents(asker, [(collection, path)])

    def planned_deletions(self, asker: Principal, targets: Iterable[Target]) -> list[PlannedDeletion]:
        """What goes with these, each given by its id or as (collection or None, path).

        What is inside a mail, or comes from an archive or bundle, goes with it; an archive, which is no document, is
        named by its path. An attachment that is deleted alone is still in the mail, which is why `kept_in` says so.
        Raises DocumentNotFound.
        """
        return self._planned_deletions(asker, targets, alone=False)

    def delete_documents(self, asker: Principal, targets: Iterable[Target]) -> list[PlannedDeletion]:
        """Delete documents as one act, and scrub once. Returns what was deleted.

        Those given by id, and no other, so that what was shown to somebody is what goes; with those given as
        (collection or None, path) all that `planned_deletions` says. When it returns, nothing of them is in the files
        of the home but hashes in the audit trail, and what `kept_in` names. All or none is found: DocumentNotFound is
        raised before anything is deleted, and a crash leaves all or none. Raises what `Deletion.scrub` raises too.
        """
        found = self._planned_deletions(asker, targets, alone=True)
        self.remove([each.id for each in found], asker.name)
        self.scrub()
        return found

    def _planned_deletions(self, asker: Principal, targets: Iterable[Target], alone: bool) -> list[PlannedDeletion]:
        if not asker.unlimited and not asker.edits:
            raise RefusedByPolicy("access.no_deletion", name=asker.name)
        found = planned_deletions(self.catalog, self.home.uploads, asker, targets, alone=alone)
        for each in found:
            if not may_edit(asker, each.collection):
                raise RefusedByPolicy("access.no_deletion_in", name=asker.name, collection=each.collection)
        return found

    def remove(self, document_ids: Sequence[int], asker: str) -> None:
        """Remove documents as one act, so that nothing finds them. Call `scrub` when all that shall go is removed."""
        self.deletion.remove(document_ids, asker)

    def scrub(self) -> None:
        """Overwrite every trace of what was removed; see `Deletion.scrub`. Does nothing where nothing was."""
        self.deletion.scrub()

    def repair(self) -> dict[str, int]:
        """Build the derived indexes again from the catalog, and drop originals that no version names."""
        self.deletion.scrub()
        repaired = self.indexes.repair(rebuild=True)
        removed = self.deletion.sweep()
        return {"chunks": self.catalog.count_live(), "published": repaired.published, "originals_removed": removed}

    def backup(self, target: Path) -> BackupReport:
        """Write all of the home that cannot be built again into one file, while it is in use; see `kb.backups`."""
        self.scrub()
        return back_up(self.home, self.catalog, target, self.deletion.lock)

    def check(self, deep: bool = False) -> CheckReport:
        """Whether catalog, indexes and originals are whole and agree; `deep` reads every original."""
        return check(self.home, self.catalog, self.indexes, deep)
