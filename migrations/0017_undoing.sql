-- What an import changed of what was there, so that a batch can be taken back whole.

ALTER TABLE imports ADD COLUMN changed BIGINT;
ALTER TABLE imports ADD COLUMN gone BIGINT;
ALTER TABLE imports ADD COLUMN undone_at BIGINT;
ALTER TABLE imports ADD COLUMN places TEXT;

-- recorded: rows of a batch that changed something which stood there; the versions of the subject before and after
-- because: which versions a row of a file stands between belongs to the batch, not to the entry
CREATE TABLE import_changes (
    batch TEXT NOT NULL REFERENCES imports (id),
    row_no BIGINT NOT NULL,
    subject TEXT NOT NULL,
    version_before BIGINT NOT NULL,
    version_after BIGINT NOT NULL,
    PRIMARY KEY (batch, row_no)
);

-- plain: what a page says of rows of a batch that brought nothing: the entry that says the same already, or why there is none
-- because: a row that became nothing has no subject that could tell of it
CREATE TABLE import_passed (
    batch TEXT NOT NULL REFERENCES imports (id),
    row_no BIGINT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT,
    why TEXT,
    PRIMARY KEY (batch, row_no)
);

-- plain: rows of a batch that was taken back, and why one stayed; what was taken back is told by the records of the subjects
-- because: a row that stayed changed nothing, and why it stayed is told of the batch
CREATE TABLE import_undone (
    batch TEXT NOT NULL REFERENCES imports (id),
    row_no BIGINT NOT NULL,
    why TEXT,
    PRIMARY KEY (batch, row_no)
);
