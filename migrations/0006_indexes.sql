-- Whether kept content belongs to anything is asked by its digest.
CREATE INDEX attachments_by_digest ON attachments (digest);

-- What its complainant judged as unsolved, the newest first.
CREATE INDEX appeals_solved ON appeals (solved, closed_at, id) WHERE solved IS NOT NULL;
