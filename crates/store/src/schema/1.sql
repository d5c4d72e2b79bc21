-- One row a run. A run without an end is under way, or was killed: written_ms tells when it was last heard of.
CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    script_path TEXT,
    script_sha256 TEXT,
    started_ms INTEGER NOT NULL,
    written_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    load_ns INTEGER,
    options TEXT NOT NULL,
    scenarios TEXT NOT NULL,
    exit_code INTEGER,
    incomplete TEXT,
    lost_frames INTEGER NOT NULL DEFAULT 0,
    trust TEXT,
    program TEXT NOT NULL,
    git_commit TEXT,
    host TEXT NOT NULL,
    kernel TEXT NOT NULL,
    cpu TEXT NOT NULL,
    cpus INTEGER NOT NULL
) STRICT;

-- A metric with one set of tags, which are an object of JSON.
CREATE TABLE series (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    metric TEXT NOT NULL,
    kind TEXT NOT NULL,
    contains TEXT NOT NULL,
    tags TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- What a series measured in one second of the run, which may have several rows: they add up. Second -1 is setup().
CREATE TABLE points (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    second INTEGER NOT NULL,
    series INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum REAL,
    min REAL,
    max REAL,
    detail BLOB
) STRICT;
CREATE INDEX points_of_run ON points (run, second);

CREATE TABLE checks (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    passes INTEGER NOT NULL,
    fails INTEGER NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE thresholds (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    metric TEXT NOT NULL,
    source TEXT NOT NULL,
    ok INTEGER NOT NULL,
    value REAL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

-- The figures at the end as the run itself worked them out.
CREATE TABLE summaries (
    run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;
