-- The unit that the words of a case spoke for when it was dispatched first; empty where they spoke for none. Where another unit
-- answered in the end, the proposal was corrected.
ALTER TABLE appeals ADD COLUMN proposed TEXT;

-- What was closed last is what is learned from.
CREATE INDEX appeals_closed ON appeals (state, closed_at, id) WHERE closed_at IS NOT NULL;

-- recorded: models that propose units, learned from closed cases; at most one is in force, and only the newest keep their content
CREATE TABLE dispatch_models (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    learned_at BIGINT NOT NULL,
    learned_until BIGINT NOT NULL,
    cases BIGINT NOT NULL,
    corrections BIGINT NOT NULL,
    words BIGINT NOT NULL,
    quality TEXT NOT NULL,
    held_out BIGINT NOT NULL,
    right_now BIGINT NOT NULL,
    right_before BIGINT NOT NULL,
    content BYTEA
);
CREATE UNIQUE INDEX dispatch_models_number ON dispatch_models (number);
CREATE UNIQUE INDEX dispatch_models_in_force ON dispatch_models (state) WHERE state = 'in_force';
