-- The slowest exchanges of a run, and the first failures of each kind. Detail is a document of JSON, pressed as details of
-- points are.
CREATE TABLE exchanges (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    standing TEXT NOT NULL,
    unix_ms INTEGER NOT NULL,
    duration_ns INTEGER NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    status INTEGER NOT NULL,
    code INTEGER NOT NULL,
    detail BLOB NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
