-- Counts by more than three keys, so that a queue is counted from them and not from its rows. What was counted before is
-- counted anew from the rows by whoever owns them.

DROP TABLE counter_deltas;
DROP TABLE counters;

-- plain, kept by its key: maintained counts, folded; `fold` is the fold that changed a row last, by which whoever keeps
-- counts in memory reads no more than what is new
CREATE TABLE counters (
    name TEXT NOT NULL,
    k1 TEXT NOT NULL,
    k2 TEXT NOT NULL,
    k3 TEXT NOT NULL,
    k4 TEXT NOT NULL,
    k5 TEXT NOT NULL,
    k6 TEXT NOT NULL,
    k7 TEXT NOT NULL,
    k8 TEXT NOT NULL,
    n BIGINT NOT NULL,
    fold BIGINT NOT NULL,
    PRIMARY KEY (name, k1, k2, k3, k4, k5, k6, k7, k8)
);
CREATE INDEX counters_fold ON counters (name, fold);

-- plain, kept by its key: changes of counts that are not folded yet; append-only, so that no two acts touch one row
CREATE TABLE counter_deltas (
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    k1 TEXT NOT NULL,
    k2 TEXT NOT NULL,
    k3 TEXT NOT NULL,
    k4 TEXT NOT NULL,
    k5 TEXT NOT NULL,
    k6 TEXT NOT NULL,
    k7 TEXT NOT NULL,
    k8 TEXT NOT NULL,
    delta BIGINT NOT NULL,
    PRIMARY KEY (name, id)
);

-- plain: how often the changes of each count were folded
CREATE TABLE counter_folds (
    name TEXT PRIMARY KEY,
    folds BIGINT NOT NULL
);
