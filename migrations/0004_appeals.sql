-- Appeals: the case, its steps, its clocks.

-- recorded
CREATE TABLE appeals (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    version BIGINT NOT NULL,
    pack TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    disclosure TEXT NOT NULL,
    complainant_kind TEXT NOT NULL,
    source TEXT NOT NULL,
    source_number TEXT,
    contact_name TEXT,
    contact_phone TEXT,
    submitter TEXT,
    association TEXT,
    company_code TEXT,
    owner_association TEXT,
    owner_company TEXT,
    about_kind TEXT,
    about TEXT,
    tracking TEXT NOT NULL,
    verified BOOLEAN NOT NULL,
    unit TEXT,
    next_unit TEXT,
    desk_unit TEXT,
    assignee TEXT,
    approved BOOLEAN NOT NULL,
    replied_by TEXT,
    submitted_at BIGINT NOT NULL,
    accepted_at BIGINT,
    dispatched_at BIGINT,
    signed_at BIGINT,
    contacted_at BIGINT,
    replied_at BIGINT,
    answered_at BIGINT,
    closed_at BIGINT,
    due_at BIGINT,
    due_limit TEXT,
    due_order BIGINT NOT NULL,
    answer_due_at BIGINT,
    solved TEXT,
    satisfied TEXT,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX appeals_number ON appeals (number);
CREATE UNIQUE INDEX appeals_source ON appeals (source, source_number) WHERE source_number IS NOT NULL;
CREATE INDEX appeals_unit_due ON appeals (unit, due_order, id);
CREATE INDEX appeals_unit_state ON appeals (unit, state, due_order, id);
CREATE INDEX appeals_unit_answered ON appeals (unit, answered_at, id);
CREATE INDEX appeals_unit_closed ON appeals (unit, closed_at, id);
CREATE INDEX appeals_desk ON appeals (desk_unit, due_order, id) WHERE state = 'dispatched';
CREATE INDEX appeals_state ON appeals (state, due_order, id);
CREATE INDEX appeals_submitted ON appeals (submitted_at, id);
CREATE INDEX appeals_owner ON appeals (owner_association, submitted_at) WHERE owner_association IS NOT NULL;
CREATE INDEX appeals_company ON appeals (owner_company, submitted_at) WHERE owner_company IS NOT NULL;
CREATE INDEX appeals_submitter ON appeals (submitter, submitted_at) WHERE submitter IS NOT NULL;
CREATE INDEX appeals_assignee ON appeals (assignee, due_order, id) WHERE assignee IS NOT NULL;
CREATE INDEX appeals_next_unit ON appeals (next_unit) WHERE next_unit IS NOT NULL;

-- recorded: every act on a case, in order; `content` holds what its form said
CREATE TABLE appeal_steps (
    id TEXT PRIMARY KEY,
    appeal TEXT NOT NULL REFERENCES appeals (id),
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
    public_text TEXT
);
CREATE INDEX appeal_steps_of ON appeal_steps (appeal, id);

-- recorded: limits that run or ran; the rule is pinned, the arithmetic is recomputed when shown
CREATE TABLE appeal_clocks (
    id TEXT PRIMARY KEY,
    appeal TEXT NOT NULL REFERENCES appeals (id),
    limit_key TEXT NOT NULL,
    rule TEXT NOT NULL,
    pack TEXT NOT NULL,
    calendar TEXT NOT NULL,
    promise BOOLEAN NOT NULL,
    started_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    met_at BIGINT
);
CREATE INDEX appeal_clocks_of ON appeal_clocks (appeal, started_at);
