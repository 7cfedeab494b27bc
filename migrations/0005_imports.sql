-- Files that were brought in, and what became of their rows.

-- recorded: one row a run; `finished_at` is empty while it runs or where it was stopped, and then the same file goes on
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sm3 TEXT NOT NULL,
    mapping_sm3 TEXT NOT NULL,
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    row_count BIGINT,
    accepted BIGINT,
    rejected BIGINT,
    unchanged BIGINT
);
CREATE INDEX imports_file ON imports (kind, file_sm3, started_at);

-- recorded: what a row became, and the unit that the file names for it; `digest` tells whether a row has changed since
CREATE TABLE import_rows (
    subject TEXT PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES imports (id),
    row_no BIGINT NOT NULL,
    digest TEXT NOT NULL,
    unit TEXT
);
CREATE UNIQUE INDEX import_rows_batch ON import_rows (batch, row_no);
