-- What an import changed of what was there, so that a batch can be taken back whole.

ALTER TABLE imports ADD COLUMN changed BIGINT;
ALTER TABLE imports ADD COLUMN gone BIGINT;
ALTER TABLE imports ADD COLUMN undone_at BIGINT;

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
