-- Runs that a user gave a name to, to compare others with; place is their order.
CREATE TABLE baselines (
    baseline TEXT NOT NULL,
    place INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    set_ms INTEGER NOT NULL,
    PRIMARY KEY (baseline, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX baselines_of_run ON baselines (run);

-- Runs that were made together: round i of every variant under the same conditions.
CREATE TABLE members (
    collection TEXT NOT NULL,
    variant TEXT NOT NULL,
    round INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    PRIMARY KEY (collection, variant, round)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_of_run ON members (run);
