"""Migrations of the catalog's schema, applied in order. A landed migration is never edited; add the next one."""

import sqlite3
from collections.abc import Iterator

from kb.audit.chain import carry_over
from kb.language.language import is_english_prose

MIGRATIONS: tuple[str, ...] = (
    # 1: collections, documents and their versions, chunks with vectors and words, access classes, the audit trail.
    """
    CREATE TABLE properties (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE collections (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL
    );

    -- One row for each distinct set of readers: a JSON list, sorted. ["*"] is everyone.
    CREATE TABLE access_classes (id INTEGER PRIMARY KEY, readers TEXT NOT NULL UNIQUE);
    INSERT INTO access_classes (id, readers) VALUES (1, '["*"]');

    CREATE TABLE documents (
        id INTEGER PRIMARY KEY,
        collection_id INTEGER NOT NULL REFERENCES collections (id),
        path TEXT NOT NULL,
        root TEXT NOT NULL,             -- the folder it was found under
        source TEXT NOT NULL,           -- the file it came from, relative to root; a bundle holds many documents
        access_id INTEGER NOT NULL REFERENCES access_classes (id),
        version_id INTEGER REFERENCES versions (id),   -- the version that answers; NULL: none was ever readable
        status TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        checked_at TEXT NOT NULL,
        UNIQUE (collection_id, path)
    );

    CREATE TABLE versions (
        id INTEGER PRIMARY KEY,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,        -- from 1
        state TEXT NOT NULL CHECK (state IN ('pending', 'searchable', 'superseded')),
        sha256 TEXT NOT NULL,           -- of the content as it came
        size INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        pages TEXT NOT NULL,            -- JSON: [[number, start, end, quality], ...]
        quality REAL NOT NULL,
        ingested_at TEXT NOT NULL,
        UNIQUE (document_id, number)
    );
    CREATE INDEX versions_by_state ON versions (state) WHERE state = 'pending';
    CREATE INDEX versions_by_content ON versions (sha256);

    CREATE TABLE embeddings (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,       -- SHA-256 of the embedded text
        vector BLOB NOT NULL,           -- float32, little endian, unit length
        tokens BLOB NOT NULL            -- the token vectors (kb.maxsim), empty where the model gives none
    );

    -- Only chunks of pending and searchable versions have rows. A chunk is a candidate when live = 1.
    CREATE TABLE chunks (
        id INTEGER PRIMARY KEY,
        version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        access_id INTEGER NOT NULL REFERENCES access_classes (id),
        embedding_id INTEGER NOT NULL REFERENCES embeddings (id),
        live INTEGER NOT NULL DEFAULT 0,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        page INTEGER,
        language TEXT NOT NULL,
        section TEXT NOT NULL,
        header TEXT NOT NULL,
        text TEXT NOT NULL,
        embedded_text TEXT NOT NULL
    );
    CREATE INDEX chunks_by_version ON chunks (version_id);
    CREATE INDEX chunks_by_document ON chunks (document_id);
    CREATE INDEX chunks_by_access ON chunks (access_id);
    CREATE INDEX chunks_by_embedding ON chunks (embedding_id);

    CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'porter unicode61 remove_diacritics 2');

    -- Who asked, deleted or changed what, when, and on which evidence (JSON).
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        asker TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX audit_by_time ON audit (at);
    """,
    # 2: what a reindexing has prepared, until it takes the place of what answers.
    """
    CREATE TABLE staged (
        document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,  -- number 0; its chunks are not live
        replaces INTEGER NOT NULL,      -- the version that answered when it was prepared
        build TEXT NOT NULL             -- what it was prepared for: identity of embedding and splitting
    );
    CREATE INDEX staged_by_version ON staged (version_id);
    CREATE INDEX documents_by_version ON documents (version_id);
    """,
    # 3: conversations. The order is kept in integers: a clock that is set back changes nothing.
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        title TEXT,                     -- NULL: the first question
        used INTEGER NOT NULL,          -- grows with each question: the newest has the highest
        cleared INTEGER NOT NULL DEFAULT 0,   -- how often evidence was taken out of it, with a deleted document
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    );
    CREATE INDEX conversations_by_use ON conversations (used);

    CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,      -- from 0
        question TEXT NOT NULL,
        mode TEXT NOT NULL,
        scope TEXT NOT NULL,            -- JSON, as are passages, notices and answer
        state TEXT NOT NULL,
        searched TEXT NOT NULL,
        thinking TEXT NOT NULL,
        thought_tokens INTEGER NOT NULL,
        text TEXT NOT NULL,
        passages TEXT,                  -- NULL: not retrieved yet, or without documents
        notices TEXT NOT NULL,
        answer TEXT,
        error TEXT,
        asked_at TEXT NOT NULL,
        seconds REAL NOT NULL,
        verdict TEXT CHECK (verdict IN ('up', 'down')),
        reason TEXT NOT NULL DEFAULT '',
        judged_at TEXT NOT NULL DEFAULT '',
        judged_by TEXT NOT NULL DEFAULT '',
        UNIQUE (conversation_id, position)
    );

    -- The documents a turn rests on, for taking it back when one of them is deleted.
    CREATE TABLE turn_sources (
        turn_id TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        collection TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (turn_id, collection, path)
    ) WITHOUT ROWID;
    CREATE INDEX turn_sources_by_document ON turn_sources (collection, path);
    """,
    # 4: jobs, and the files as they were when their content was last looked at.
    """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        paths TEXT NOT NULL,            -- JSON: files and folders
        collection TEXT,
        prune INTEGER NOT NULL,
        who TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
        files_done INTEGER NOT NULL DEFAULT 0,
        files_total INTEGER NOT NULL DEFAULT 0,
        chunks INTEGER NOT NULL DEFAULT 0,
        current TEXT NOT NULL DEFAULT '',
        seconds REAL NOT NULL DEFAULT 0,
        counts TEXT,                    -- JSON: the report without its documents
        documents TEXT,                 -- JSON: the documents of the report
        refused TEXT,                   -- JSON: files turned away before the job; they stand first in its report
        error TEXT,
        created_at TEXT NOT NULL,
        revision INTEGER NOT NULL DEFAULT 0
    );

    -- Where size and times of a file are still these, its content is still that of this hash.
    CREATE TABLE seen_files (
        collection TEXT NOT NULL,
        root TEXT NOT NULL,
        source TEXT NOT NULL,           -- relative to root
        size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        changed_ns INTEGER NOT NULL,
        hashed_ns INTEGER NOT NULL,     -- when its content was hashed
        sha256 TEXT NOT NULL,
        documents INTEGER NOT NULL,     -- that it gave: 1, or those of a bundle or an archive
        PRIMARY KEY (collection, root, source)
    ) WITHOUT ROWID;

    -- Nothing names a document that was deleted.
    CREATE TRIGGER seen_files_forget AFTER DELETE ON documents BEGIN
        DELETE FROM seen_files WHERE root = old.root AND source = old.source
            AND collection = (SELECT name FROM collections WHERE id = old.collection_id);
    END;
    """,
    # 5: the chunks that can be found, for counting them without reading them.
    """
    CREATE INDEX chunks_live ON chunks (language) WHERE live = 1;
    """,
    # 6: how many tokens an answer was allowed for its reasoning.
    """
    ALTER TABLE turns ADD COLUMN think_budget INTEGER;  -- NULL: it reasoned nothing, or nobody knows
    """,
    # 7: where the words that were recognised on a page stand on its picture. What was read before has none.
    """
    CREATE TABLE recognised (
        version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
        page INTEGER NOT NULL,
        turned INTEGER NOT NULL,        -- degrees, counter-clockwise
        places TEXT NOT NULL,           -- JSON: [[start, end, left, top, right, bottom], ...]
        UNIQUE (version_id, page)
    );
    """,
    # 8: the headings of a text, also where it has none. Of what was read before, nothing is known.
    """
    CREATE TABLE headings (
        version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
        headings TEXT NOT NULL          -- JSON: [[start, level, text], ...]
    );
    """,
    # 9: code and names in a Chinese document do not make a part of it foreign.
    """
    UPDATE chunks SET language = 'zh' WHERE language = 'en' AND NOT is_english_prose(text) AND version_id IN
        (SELECT version_id FROM chunks GROUP BY version_id HAVING avg(language = 'zh') >= 0.2);
    """,
    # 10: the browsers that were let in.
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        secret_hash TEXT NOT NULL UNIQUE,   -- SHA-256 of what stands in the cookie
        label TEXT NOT NULL,
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # 11: what a file holds and nobody sees. Of what was read before, nothing is known.
    """
    CREATE TABLE hidden_texts (
        version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
        found TEXT NOT NULL             -- JSON: [[page or null, why, text], ...]
    );
    """,
    # 12: questions as a model translated them.
    """
    CREATE TABLE translations (
        key BLOB PRIMARY KEY,           -- SHA-256 of the model's digest, the language and the question
        written TEXT NOT NULL,
        at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX translations_by_age ON translations (at);
    """,
    # 13: people: accounts and groups, tokens of programs, whose a session is, and how often a password was wrong.
    """
    CREATE TABLE accounts (
        name TEXT PRIMARY KEY,
        full_name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('reader', 'editor', 'auditor', 'admin')),
        enabled INTEGER NOT NULL,
        password_hash TEXT,             -- Argon2id; NULL: no password lets this person in
        one_time_until TEXT NOT NULL DEFAULT '',    -- '': the password is of their own
        issuer TEXT NOT NULL DEFAULT '',            -- who signs this person in; '': their password
        subject TEXT NOT NULL DEFAULT '',           -- by what the issuer knows them
        created_at TEXT NOT NULL,
        signed_in_at TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX accounts_by_subject ON accounts (issuer, subject) WHERE issuer <> '';

    CREATE TABLE account_groups (name TEXT PRIMARY KEY, created_at TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE memberships (
        person TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
        group_name TEXT NOT NULL REFERENCES account_groups (name) ON DELETE CASCADE,
        PRIMARY KEY (person, group_name)
    ) WITHOUT ROWID;
    CREATE INDEX memberships_by_group ON memberships (group_name);

    -- By name, as a collection may come to be later.
    CREATE TABLE edited_collections (
        person TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
        collection TEXT NOT NULL,
        PRIMARY KEY (person, collection)
    ) WITHOUT ROWID;

    CREATE TABLE api_tokens (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        person TEXT REFERENCES accounts (name) ON DELETE CASCADE,   -- NULL: the owner's
        scopes TEXT NOT NULL,           -- JSON
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        used_at TEXT NOT NULL,
        secret_hash TEXT NOT NULL UNIQUE    -- SHA-256
    ) WITHOUT ROWID;
    CREATE INDEX api_tokens_by_person ON api_tokens (person);

    ALTER TABLE sessions ADD COLUMN person TEXT REFERENCES accounts (name) ON DELETE CASCADE;   -- NULL: the owner's
    CREATE INDEX sessions_by_person ON sessions (person);

    CREATE TABLE failed_sign_ins (
        key BLOB PRIMARY KEY,           -- SHA-256 of the name, the address, or both
        failures INTEGER NOT NULL,
        last_at TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # 14: rules who may read what. Until one says so, nobody but the owner reads anything: the class that was
    # everyone's, which all documents had, is nobody's now. That of chunks counts no more: that of their document does.
    """
    CREATE TABLE access_rules (
        collection TEXT NOT NULL,       -- '': all that no other rule names
        glob TEXT NOT NULL,             -- over the path; '': the whole collection
        readers TEXT NOT NULL,          -- JSON, sorted; as in access_classes
        PRIMARY KEY (collection, glob)
    ) WITHOUT ROWID;
    ALTER TABLE documents ADD COLUMN readers TEXT;   -- JSON: set on this document; NULL: as the rules say
    ALTER TABLE collections ADD COLUMN person TEXT;  -- whose personal collection it is; NULL: nobody's
    CREATE UNIQUE INDEX collections_by_person ON collections (person) WHERE person IS NOT NULL;
    UPDATE access_classes SET readers = '["nobody"]' WHERE readers = '[]';
    UPDATE access_classes SET readers = '[]' WHERE readers = '["*"]';
    INSERT INTO access_classes (readers) VALUES ('["*"]');
    DROP INDEX chunks_by_access;
    CREATE INDEX documents_by_access ON documents (access_id);
    CREATE INDEX documents_with_readers ON documents (id) WHERE readers IS NOT NULL;
    """,
    # 15: conversations are their person's. Those of before, whatever name a program gave, are the owner's.
    """
    UPDATE conversations SET owner = 'local';
    CREATE INDEX conversations_by_owner ON conversations (owner, used);
    -- How often it had been changed who may read what, when it was asked.
    ALTER TABLE turns ADD COLUMN access_changes INTEGER NOT NULL DEFAULT 0;
    -- JSON: [[collection, path], ...], of which the model was told before, where it was put as a follow-up.
    ALTER TABLE turns ADD COLUMN told_of TEXT NOT NULL DEFAULT '[]';
    """,
    # 16: the audit trail as a chain; what it held is carried into it.
    """
    CREATE TABLE audit_records (
        number INTEGER PRIMARY KEY,     -- from 1, without gaps; the clock does not matter
        record TEXT NOT NULL,           -- canonical JSON, see kb.audit.chain
        hash TEXT NOT NULL,             -- SHA-256 of the hash before and the record
        at TEXT NOT NULL,               -- as in the record, for lists; verifying compares
        action TEXT NOT NULL
    );
    CREATE INDEX audit_records_by_time ON audit_records (at);
    CREATE INDEX audit_records_by_action ON audit_records (action, number);
    CREATE TABLE audit_entries (
        number INTEGER NOT NULL REFERENCES audit_records (number),
        name TEXT NOT NULL,
        salt TEXT NOT NULL,             -- of the commitment that stands in the record
        value TEXT NOT NULL,            -- JSON
        PRIMARY KEY (number, name)
    ) WITHOUT ROWID;
    CREATE INDEX audit_entries_by_asker ON audit_entries (value, number) WHERE name = 'asker';
    """,
    # 17: how far a version speaks to a model; one that does so plainly is held back until an editor releases it.
    """
    CREATE TABLE order_scores (
        version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
        score REAL NOT NULL,            -- 0..1
        reasons TEXT NOT NULL,          -- JSON: [[why, score, page, text], ...]
        held INTEGER NOT NULL           -- 1: nothing finds it
    );
    CREATE INDEX order_scores_held ON order_scores (version_id) WHERE held = 1;
    -- Of the title and text that an editor released: SHA-256, see kb.access.order_scores. '': none.
    ALTER TABLE documents ADD COLUMN released TEXT NOT NULL DEFAULT '';
    """,
    # 18: what is said to a person, by its code (kb.messages) beside the text; rows from before have their text alone.
    """
    ALTER TABLE documents ADD COLUMN reason_message TEXT NOT NULL DEFAULT '';  -- JSON: code and values of the reason
    ALTER TABLE turns ADD COLUMN error_message TEXT NOT NULL DEFAULT '';       -- likewise of the error
    ALTER TABLE jobs ADD COLUMN error_message TEXT NOT NULL DEFAULT '';
    """,
    # 19: usage, as counts that name nobody; and what was asked in vain, of those alone who agreed to it.
    """
    -- On a day of this machine. kind: question, search (counted where it found nothing near enough).
    CREATE TABLE usage_counts (
        day TEXT NOT NULL,              -- ISO date
        kind TEXT NOT NULL CHECK (kind IN ('question', 'search')),
        outcome TEXT NOT NULL CHECK (outcome IN ('answered', 'uncertain', 'refused', 'stopped', 'failed')),
        reason TEXT NOT NULL,           -- why it was refused: the kind of the notice; '' for none
        times INTEGER NOT NULL,
        PRIMARY KEY (day, kind, outcome, reason)
    ) WITHOUT ROWID;

    -- In how many answers of a day a document was cited.
    CREATE TABLE usage_citations (
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        day TEXT NOT NULL,
        times INTEGER NOT NULL,
        PRIMARY KEY (document_id, day)
    ) WITHOUT ROWID;
    CREATE INDEX usage_citations_by_day ON usage_citations (day);

    -- Who agreed that editors are shown the words of what they ask in vain: an account, or ':owner'.
    CREATE TABLE usage_agreements (person TEXT PRIMARY KEY, agreed_at TEXT NOT NULL) WITHOUT ROWID;
    CREATE TRIGGER usage_agreements_end AFTER DELETE ON accounts BEGIN
        DELETE FROM usage_agreements WHERE person = old.name;
    END;

    CREATE TABLE unanswered (
        id INTEGER PRIMARY KEY,
        person TEXT NOT NULL REFERENCES usage_agreements (person) ON DELETE CASCADE,
        day TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('question', 'search')),
        words TEXT NOT NULL
    );
    CREATE INDEX unanswered_by_person ON unanswered (person);
    CREATE INDEX unanswered_by_day ON unanswered (day);

    -- The documents that came nearest: who may read them all is shown the words. With one of them the words go.
    CREATE TABLE unanswered_sources (
        unanswered_id INTEGER NOT NULL REFERENCES unanswered (id) ON DELETE CASCADE,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        PRIMARY KEY (unanswered_id, document_id)
    ) WITHOUT ROWID;
    CREATE INDEX unanswered_sources_by_document ON unanswered_sources (document_id);
    CREATE TRIGGER unanswered_forget BEFORE DELETE ON documents BEGIN
        DELETE FROM unanswered WHERE id IN
            (SELECT unanswered_id FROM unanswered_sources WHERE document_id = old.id);
    END;

    -- Judgements of a period, without reading past every answer.
    CREATE INDEX turns_by_judgement ON turns (judged_at) WHERE verdict IS NOT NULL;

    INSERT INTO properties (name, value) VALUES ('usage_since', date('now', 'localtime'));
    """,
    # 20: the glossary: terms with their other forms, the documents they were taken from, and which were looked through.
    """
    CREATE TABLE glossary_entries (
        id INTEGER PRIMARY KEY,
        term TEXT NOT NULL,
        definition TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('accepted', 'proposed', 'dismissed')),
        taken INTEGER NOT NULL,         -- 1: from documents; it goes with the last of them
        person TEXT NOT NULL,           -- who changed it last
        at TEXT NOT NULL
    );
    CREATE INDEX glossary_entries_by_state ON glossary_entries (state, term);
    CREATE TABLE glossary_forms (
        entry_id INTEGER NOT NULL REFERENCES glossary_entries (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,      -- 0: the term itself
        form TEXT NOT NULL,
        folded TEXT NOT NULL,           -- as it is compared, see kb.glossary.entries
        PRIMARY KEY (entry_id, folded)
    ) WITHOUT ROWID;
    CREATE INDEX glossary_forms_by_text ON glossary_forms (folded);
    CREATE TABLE glossary_sources (
        entry_id INTEGER NOT NULL REFERENCES glossary_entries (id) ON DELETE CASCADE,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
        start INTEGER NOT NULL,         -- characters, into the version's text
        "end" INTEGER NOT NULL,
        PRIMARY KEY (entry_id, document_id)
    ) WITHOUT ROWID;
    CREATE INDEX glossary_sources_by_document ON glossary_sources (document_id);
    CREATE INDEX glossary_sources_by_version ON glossary_sources (version_id);
    CREATE TABLE glossary_read (
        version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE
    );
    -- What was taken from documents goes with the last of them.
    CREATE TRIGGER glossary_forget AFTER DELETE ON glossary_sources BEGIN
        DELETE FROM glossary_entries WHERE id = old.entry_id AND taken = 1
            AND NOT EXISTS (SELECT 1 FROM glossary_sources WHERE entry_id = old.entry_id);
    END;
    -- JSON: the entries that its question held, with the documents they were taken from.
    ALTER TABLE turns ADD COLUMN terms TEXT NOT NULL DEFAULT '[]';
    """,
    # 21: suggested questions that an editor wrote in place of those that are made of a document's text.
    """
    CREATE TABLE suggestions (
        document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        questions TEXT NOT NULL         -- JSON: [question, ...]
    );
    """,
    # 22: what editors made of judged answers. A correction keeps places, not words: the quotes are read from the texts.
    """
    CREATE TABLE reviews (
        id TEXT PRIMARY KEY,            -- that of the turn, which may be gone meanwhile
        version INTEGER NOT NULL,       -- from 1; grows with each change
        state TEXT NOT NULL,            -- corrected, accepted, dismissed
        editor TEXT NOT NULL,
        at TEXT NOT NULL,
        questions TEXT NOT NULL,        -- JSON: the question, and other ways to ask it
        answer TEXT NOT NULL,
        scope TEXT NOT NULL,            -- JSON: the filter that the question was asked with
        curated INTEGER NOT NULL,       -- 1: it is given when the same is asked again
        vectors BLOB,                   -- of the questions, float32
        identity TEXT NOT NULL          -- of the embedding model they come from
    ) WITHOUT ROWID;
    CREATE INDEX reviews_curated ON reviews (scope) WHERE curated = 1;
    CREATE TABLE review_sources (
        review_id TEXT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,      -- from 1, as its marker
        document_id INTEGER NOT NULL,   -- stays when the document is deleted: no other ever has it
        version INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        PRIMARY KEY (review_id, position)
    ) WITHOUT ROWID;
    CREATE INDEX review_sources_by_document ON review_sources (document_id);
    CREATE TRIGGER reviews_forget_turn AFTER DELETE ON turns BEGIN
        DELETE FROM reviews WHERE id = old.id AND state <> 'accepted';
    END;
    CREATE TRIGGER reviews_forget_document AFTER DELETE ON documents BEGIN
        UPDATE reviews SET answer = '', version = version + 1
        WHERE id IN (SELECT review_id FROM review_sources WHERE document_id = old.id);
    END;
    """,
    # 23: what people prefer, to whom they show a conversation, and titles that editors gave documents.
    """
    CREATE TABLE preferences (
        person TEXT PRIMARY KEY,        -- an account, or ':owner'
        language TEXT NOT NULL,         -- of the page; '': that of the browser
        theme TEXT NOT NULL,
        think_budget INTEGER,           -- tokens; NULL: the model's own
        model TEXT NOT NULL             -- its name; '': the one in use
    ) WITHOUT ROWID;
    CREATE TRIGGER preferences_end AFTER DELETE ON accounts BEGIN
        DELETE FROM preferences WHERE person = old.name;
    END;
    CREATE TABLE conversation_shares (
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        reader TEXT NOT NULL,           -- person:NAME, group:NAME, or *: whoever is signed in and has its address
        PRIMARY KEY (conversation_id, reader)
    ) WITHOUT ROWID;
    CREATE INDEX conversation_shares_by_reader ON conversation_shares (reader);
    CREATE TRIGGER shares_end_with_person AFTER DELETE ON accounts BEGIN
        DELETE FROM conversation_shares WHERE reader = 'person:' || old.name;
    END;
    ALTER TABLE documents ADD COLUMN shown_title TEXT NOT NULL DEFAULT '';
    CREATE TRIGGER shares_end_with_group AFTER DELETE ON account_groups BEGIN
        DELETE FROM conversation_shares WHERE reader = 'group:' || old.name;
    END;
    """,
    # 24: files dropped into a conversation, until they are kept or let go. They go with the conversation.
    """
    CREATE TABLE conversation_files (
        id INTEGER PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
        name TEXT NOT NULL,             -- of the file among the uploads of the collection, and of its document
        job_id INTEGER NOT NULL,        -- that reads it; it may be forgotten meanwhile
        UNIQUE (collection_id, name)
    );
    CREATE INDEX conversation_files_by_conversation ON conversation_files (conversation_id);
    CREATE TRIGGER conversation_files_forget AFTER DELETE ON documents BEGIN
        DELETE FROM conversation_files WHERE collection_id = old.collection_id AND name = old.source AND NOT EXISTS
            (SELECT 1 FROM documents WHERE collection_id = old.collection_id AND source = old.source);
    END;
    """,
    # 25: tags that editors gave documents.
    """
    ALTER TABLE documents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';  -- JSON: [tag, ...]
    """,
    # 26: what editors did to passages, kept for the content of the file that they were made for.
    """
    CREATE TABLE passage_edits (
        id INTEGER PRIMARY KEY,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        sha256 TEXT NOT NULL,
        kind TEXT NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        before TEXT NOT NULL,           -- what the passage reads
        after TEXT NOT NULL,            -- what it reads once corrected; or the part behind the place where it was split
        person TEXT NOT NULL,
        at TEXT NOT NULL
    );
    CREATE INDEX passage_edits_by_document ON passage_edits (document_id, sha256);
    ALTER TABLE chunks ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;  -- 1: by an editor; it is not live
    ALTER TABLE documents ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;  -- how often editors changed its passages
    ALTER TABLE versions ADD COLUMN editor TEXT NOT NULL DEFAULT '';    -- who corrected its text last
    """,
)


_AUDIT_CHAIN = 16


def carry_out(db: sqlite3.Connection, number: int) -> None:
    """Carry out one migration, numbered from 1."""
    db.create_function("is_english_prose", 1, is_english_prose, deterministic=True)
    for statement in _statements(MIGRATIONS[number - 1]):
        db.execute(statement)
    if number == _AUDIT_CHAIN:
        carry_over(db)
    db.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
