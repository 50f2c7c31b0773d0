"""Migrations of the catalog's schema, applied in order. A landed migration is never edited; add the next one."""

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
)
