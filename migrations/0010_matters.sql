-- Matters of every procedure: those of the pack in a table of their own, the acts and clocks of all in one.

ALTER TABLE appeals RENAME COLUMN submitter TO owner_user;
ALTER TABLE appeals RENAME COLUMN submitted_at TO began_at;
ALTER TABLE appeals ADD COLUMN procedure TEXT NOT NULL DEFAULT 'appeal';

-- recorded: matters of every procedure that has no table of its own; what lists and rights ask for has a column, the rest is the body
CREATE TABLE matters (
    id TEXT PRIMARY KEY,
    procedure TEXT NOT NULL,
    number TEXT NOT NULL,
    version BIGINT NOT NULL,
    pack TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    association TEXT,
    unit TEXT,
    next_unit TEXT,
    desk_unit TEXT,
    assignee TEXT,
    owner_user TEXT,
    owner_association TEXT,
    owner_company TEXT,
    source TEXT NOT NULL,
    source_number TEXT,
    began_at BIGINT NOT NULL,
    due_at BIGINT,
    due_limit TEXT,
    due_order BIGINT NOT NULL,
    closed_at BIGINT,
    updated_at BIGINT NOT NULL,
    day TEXT,
    search TEXT NOT NULL,
    marks TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX matters_number ON matters (number);
CREATE INDEX matters_state ON matters (procedure, state, due_order, id);
CREATE INDEX matters_unit_state ON matters (procedure, unit, state, due_order, id);
CREATE INDEX matters_desk ON matters (procedure, desk_unit, state, due_order, id);
CREATE INDEX matters_assignee ON matters (procedure, assignee, state, due_order, id);
CREATE INDEX matters_association ON matters (association, procedure, began_at, id);
CREATE INDEX matters_owner ON matters (owner_association, procedure, began_at, id);
CREATE INDEX matters_began ON matters (procedure, began_at, id);
CREATE INDEX matters_unit_began ON matters (procedure, unit, began_at, id);
CREATE INDEX matters_unit_day ON matters (procedure, unit, day, id);
CREATE INDEX matters_closed ON matters (procedure, unit, closed_at, id);

-- recorded, kept by its key: what lists ask of a matter that is no column of it
CREATE TABLE matter_facts (
    matter TEXT NOT NULL,
    fact TEXT NOT NULL,
    nth BIGINT NOT NULL,
    procedure TEXT NOT NULL,
    association TEXT,
    text TEXT,
    number BIGINT,
    day TEXT,
    PRIMARY KEY (matter, fact, nth)
);
CREATE INDEX matter_facts_text ON matter_facts (procedure, fact, text, matter) WHERE text IS NOT NULL;
CREATE INDEX matter_facts_number ON matter_facts (procedure, fact, number, matter) WHERE number IS NOT NULL;
CREATE INDEX matter_facts_day ON matter_facts (procedure, fact, day, matter) WHERE day IS NOT NULL;

-- recorded, kept by its key: one act on a matter each, in the order of the versions they produced; `content` holds what its form said
CREATE TABLE matter_steps (
    matter TEXT NOT NULL,
    version BIGINT NOT NULL,
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
    PRIMARY KEY (matter, version)
);
INSERT INTO matter_steps
SELECT appeal, ROW_NUMBER() OVER (PARTITION BY appeal ORDER BY id), id, at, act, actor, actor_name, role, office, office_name,
    state_before, state_after, outcome, content, public_text
FROM appeal_steps;
DROP TABLE appeal_steps;
-- A limit that passed left a step and no version: it counts as one from now on.
UPDATE appeals SET version = (SELECT MAX(s.version) FROM matter_steps s WHERE s.matter = appeals.id)
WHERE version < (SELECT MAX(s.version) FROM matter_steps s WHERE s.matter = appeals.id);

-- recorded, kept by its key: limits that run or ran; the rule and its changes are pinned, the arithmetic is recomputed when shown
CREATE TABLE matter_clocks (
    matter TEXT NOT NULL,
    nth BIGINT NOT NULL,
    id TEXT NOT NULL,
    procedure TEXT NOT NULL,
    limit_key TEXT NOT NULL,
    rule TEXT NOT NULL,
    pack TEXT NOT NULL,
    calendar TEXT NOT NULL,
    promise BOOLEAN NOT NULL,
    started_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    met_at BIGINT,
    ended_by TEXT,
    changes TEXT NOT NULL,
    PRIMARY KEY (matter, nth)
);
INSERT INTO matter_clocks
SELECT appeal, ROW_NUMBER() OVER (PARTITION BY appeal ORDER BY started_at, id), id, 'appeal', limit_key, rule, pack, calendar,
    promise, started_at, due_at, met_at, ended_by, changes
FROM appeal_clocks;
DROP TABLE appeal_clocks;
CREATE UNIQUE INDEX matter_clocks_by_id ON matter_clocks (id);
