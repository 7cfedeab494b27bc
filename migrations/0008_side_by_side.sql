-- A case is read with all of its steps and clocks; kept in the order of their key they lie side by side, and one reach
-- brings them instead of one for each.

-- recorded, kept by its key: one act on a case each
CREATE TABLE case_steps (
    appeal TEXT NOT NULL REFERENCES appeals (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    act TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    role TEXT NOT NULL,
    office TEXT NOT NULL,
    office_name TEXT NOT NULL,
    state_before TEXT NOT NULL,
    state_after TEXT NOT NULL,
    outcome TEXT,
    content TEXT NOT NULL,
    public_text TEXT,
    PRIMARY KEY (appeal, id)
);
INSERT INTO case_steps
SELECT appeal, id, at, act, actor, actor_name, role, office, office_name, state_before, state_after, outcome, content,
    public_text
FROM appeal_steps;
DROP TABLE appeal_steps;
ALTER TABLE case_steps RENAME TO appeal_steps;

-- recorded, kept by its key: limits that run or ran; the rule and its changes are pinned, the arithmetic is recomputed
-- when shown
CREATE TABLE case_clocks (
    appeal TEXT NOT NULL REFERENCES appeals (id),
    started_at BIGINT NOT NULL,
    id TEXT NOT NULL,
    limit_key TEXT NOT NULL,
    rule TEXT NOT NULL,
    pack TEXT NOT NULL,
    calendar TEXT NOT NULL,
    promise BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    met_at BIGINT,
    ended_by TEXT,
    changes TEXT NOT NULL,
    PRIMARY KEY (appeal, started_at, id)
);
INSERT INTO case_clocks
SELECT appeal, started_at, id, limit_key, rule, pack, calendar, promise, due_at, met_at, NULL, '[]' FROM appeal_clocks;
DROP TABLE appeal_clocks;
ALTER TABLE case_clocks RENAME TO appeal_clocks;
CREATE UNIQUE INDEX appeal_clocks_by_id ON appeal_clocks (id);
