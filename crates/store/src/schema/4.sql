-- A search for how much a target carries. Its trials are the runs of the collection of its id.
CREATE TABLE searches (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    script_path TEXT,
    started_ms INTEGER NOT NULL,
    written_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    exit_code INTEGER,
    aim TEXT NOT NULL,
    outcome TEXT
) STRICT;

-- What each trial said for the decision. Detail is a document of JSON, pressed as details of points are.
CREATE TABLE trials (
    search TEXT NOT NULL REFERENCES searches (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    detail BLOB NOT NULL,
    PRIMARY KEY (search, number)
) STRICT, WITHOUT ROWID;
