-- What every capability stands on: the journal, its followers, jobs, leases, idempotency and counters.

-- recorded: it is the record itself
CREATE TABLE journal (
    id TEXT PRIMARY KEY,
    position BIGINT,
    format BIGINT NOT NULL,
    at BIGINT NOT NULL,
    act TEXT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    office TEXT NOT NULL,
    behalf TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    request TEXT NOT NULL,
    pack TEXT NOT NULL,
    salt BYTEA NOT NULL,
    body TEXT NOT NULL,
    leaf BYTEA NOT NULL
);
CREATE UNIQUE INDEX journal_position ON journal (position);
CREATE INDEX journal_waiting ON journal (id) WHERE position IS NULL;
CREATE INDEX journal_subject ON journal (subject, id);
CREATE INDEX journal_actor ON journal (actor, id);
CREATE INDEX journal_act ON journal (act, id);

-- plain: how far each follower has read
CREATE TABLE followers (
    name TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);

-- plain: what is to be done at an instant
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    state TEXT NOT NULL,
    unique_key TEXT,
    lease TEXT,
    lease_until BIGINT,
    error TEXT
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'ready';
CREATE UNIQUE INDEX jobs_unique ON jobs (unique_key) WHERE state = 'ready';

-- plain: who may do a thing that only one process does
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- plain: answers kept for repeated requests
CREATE TABLE idempotency (
    principal TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- plain: maintained counts, folded
CREATE TABLE counters (
    name TEXT NOT NULL,
    k1 TEXT NOT NULL,
    k2 TEXT NOT NULL,
    k3 TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (name, k1, k2, k3)
);

-- plain: maintained counts, changes not folded yet; append-only, so that no two acts touch one row
CREATE TABLE counter_deltas (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    k1 TEXT NOT NULL,
    k2 TEXT NOT NULL,
    k3 TEXT NOT NULL,
    delta BIGINT NOT NULL
);
CREATE INDEX counter_deltas_key ON counter_deltas (name, k1);
