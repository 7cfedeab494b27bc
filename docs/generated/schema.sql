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

-- Who there is: packs in force, units, accounts with their posts, sessions and tokens.

-- recorded: published policy packs, whole and never changed
CREATE TABLE packs (
    version TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    files TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    published_at BIGINT NOT NULL
);

-- recorded: departments, towns, parks and every other body of the city that can answer for something
CREATE TABLE units (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    kinds TEXT NOT NULL,
    functions TEXT NOT NULL,
    phone TEXT,
    parent TEXT,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX units_key ON units (key);
CREATE UNIQUE INDEX units_name ON units (name);

-- recorded: accounts; the password is an argon2id string
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    password TEXT,
    disabled_at BIGINT,
    must_change BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_login ON users (login);

-- recorded: roles held in offices, with dates; `until_on` is the last day, `ended_at` is set where it ended at once.
-- An office is a unit or an association by its id, a company by its code; its name stands here as it was last told.
CREATE TABLE posts (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    office_kind TEXT NOT NULL,
    office TEXT NOT NULL,
    office_name TEXT NOT NULL,
    from_on TEXT NOT NULL,
    until_on TEXT,
    ended_at BIGINT,
    paper TEXT
);
CREATE INDEX posts_user ON posts (user_id);
CREATE INDEX posts_office ON posts (office, role);
CREATE INDEX posts_role ON posts (role);

-- plain: wrong passwords lately, for the lockout
CREATE TABLE login_failures (
    login TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    locked_until BIGINT
);

-- plain: sessions by the digest of their secret; they live in real time
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL
);
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- recorded: bearer tokens of the API by the digest of their secret; they live in real time
CREATE TABLE tokens (
    digest TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX tokens_id ON tokens (id);
CREATE INDEX tokens_user ON tokens (user_id);

-- plain: one-time links for the first administrator, by digest, with the unit of the post; they live in real time
CREATE TABLE invitations (
    digest TEXT PRIMARY KEY,
    office TEXT NOT NULL,
    office_name TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The register as far as "who answers for whom" needs it, files, and notices.

-- recorded
CREATE TABLE associations (
    id TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    management_type TEXT NOT NULL,
    status TEXT NOT NULL,
    founded_on TEXT,
    term_ends_on TEXT,
    industries TEXT NOT NULL,
    member_count BIGINT,
    scope TEXT NOT NULL,
    address TEXT,
    phone TEXT,
    version BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX associations_uscc ON associations (uscc);
CREATE INDEX associations_name ON associations (name);

-- recorded: who holds which office in an association; posts only, no files on persons
CREATE TABLE association_people (
    id TEXT PRIMARY KEY,
    association TEXT NOT NULL REFERENCES associations (id),
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    phone TEXT,
    user_id TEXT,
    from_on TEXT NOT NULL,
    until_on TEXT
);
CREATE INDEX association_people_of ON association_people (association, title);

-- recorded: the responsibility relation; `until_on` is the last day
CREATE TABLE links (
    id TEXT PRIMARY KEY,
    association TEXT NOT NULL REFERENCES associations (id),
    kind TEXT NOT NULL,
    unit TEXT NOT NULL REFERENCES units (id),
    from_on TEXT NOT NULL,
    until_on TEXT,
    paper TEXT NOT NULL,
    end_paper TEXT,
    version BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX links_of ON links (association, kind, from_on);
CREATE INDEX links_unit ON links (unit, kind);

-- recorded: files by digest; the content lies in the store, not here
CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    step TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    digest TEXT NOT NULL,
    internal BOOLEAN NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE INDEX attachments_of ON attachments (subject, added_at);

-- plain: notices in the application, rebuilt from the journal by their follower
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    entry TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE UNIQUE INDEX notices_once ON notices (entry, user_id, kind);
CREATE INDEX notices_of ON notices (user_id, at);
CREATE INDEX notices_unread ON notices (user_id) WHERE read_at IS NULL;

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

-- Whether kept content belongs to anything is asked by its digest.
CREATE INDEX attachments_by_digest ON attachments (digest);

-- What its complainant judged as unsolved, the newest first.
CREATE INDEX appeals_solved ON appeals (solved, closed_at, id) WHERE solved IS NOT NULL;

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

-- Appeals counted by everything that a queue asks of them but the time, and indexes by which a queue is read from its first
-- row to its last and nothing else.

INSERT INTO counters (name, k1, k2, k3, k4, k5, k6, k7, k8, n, fold)
SELECT 'appeals', state, kind, COALESCE(unit, ''), COALESCE(next_unit, ''), COALESCE(desk_unit, ''),
    COALESCE(assignee, ''), CASE WHEN approved THEN '1' ELSE '0' END, COALESCE(solved, ''), COUNT(*), 0
FROM appeals
GROUP BY 2, 3, 4, 5, 6, 7, 8, 9;

DROP INDEX appeals_desk;
CREATE INDEX appeals_desk ON appeals (desk_unit, state, due_order, id);
DROP INDEX appeals_assignee;
CREATE INDEX appeals_assignee ON appeals (assignee, state, due_order, id) WHERE assignee IS NOT NULL;
DROP INDEX appeals_next_unit;
CREATE INDEX appeals_next_unit ON appeals (next_unit, submitted_at, id) WHERE next_unit IS NOT NULL;
DROP INDEX appeals_unit_answered;
CREATE INDEX appeals_unit_answered ON appeals (unit, state, answered_at, id);
CREATE INDEX appeals_unit_submitted ON appeals (unit, submitted_at, id);

-- With unit and kind behind the order, so that what is overdue is counted unit by unit, and one kind is picked out, without
-- a look at the rows.
DROP INDEX appeals_state;
CREATE INDEX appeals_state ON appeals (state, due_order, id, unit, kind);
DROP INDEX appeals_unit_state;
CREATE INDEX appeals_unit_state ON appeals (unit, state, due_order, id, kind);

-- What somebody has not read is found by the page that it leads to, which puts it away.
DROP INDEX notices_unread;
CREATE INDEX notices_unread ON notices (user_id, link) WHERE read_at IS NULL;

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

-- recorded, kept by its key: items of the pack that are our own default, confirmed by the department with its paper. An item
-- is known by what it says: said otherwise, it has to be confirmed again.
CREATE TABLE confirmations (
    item TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    paper TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL
);

-- Words of a file that nobody could read are kept as they stood, as JSON: the name of the column and what it said.

ALTER TABLE import_rows ADD COLUMN unread TEXT;

-- What accounts and appeals are found by, in the form in which texts are compared; older rows get what a statement can make of it.
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE users SET search = LOWER(login || ' ' || name);
ALTER TABLE appeals ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE appeals SET search = LOWER(number || ' ' || title || ' ' || COALESCE(source_number, ''));
-- What anybody was told about a page, for whoever has dealt with it.
CREATE INDEX notices_of_page ON notices (link) WHERE read_at IS NULL;

-- What the company is called on whose behalf an appeal is. Older rows get it from the register, which is public, and where the
-- complainant is vouched for from the post that was given last in the company; anybody may have typed the code of the others.
ALTER TABLE appeals ADD COLUMN company_name TEXT;
UPDATE appeals SET company_name = COALESCE(
    (SELECT a.name FROM associations a WHERE a.uscc = appeals.company_code),
    CASE WHEN verified THEN (SELECT p.office_name FROM posts p
        WHERE p.office_kind = 'company' AND p.office = appeals.company_code ORDER BY p.id DESC LIMIT 1) END)
    WHERE company_code IS NOT NULL AND association IS NULL;
-- In the form in which texts are compared, as far as a statement can make it.
UPDATE appeals SET search = search || ' ' || LOWER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(company_name,
    ' ', ''), '（', '('), '）', ')'), '＆', '&'), '．', '.'), '－', '-'), '—', '-'))
    WHERE company_name IS NOT NULL AND disclosure = 'named' AND (about_kind IS NULL OR about_kind = 'words');

-- Who there is and who answers for whom is read on every page and changed once in a while. What was read of it stays in memory as
-- long as none of these tables changes; each act that changes one leaves a new turn.
--
-- standing: units, users, posts, links, associations
INSERT INTO counter_folds (name, folds) VALUES ('standing', 1);

-- Entries of registers beside matters of procedures: the same row, reached otherwise. What moves is found by what is due; what
-- holds is found by its day, its association and how long it holds.

ALTER TABLE matters ADD COLUMN parent TEXT;
ALTER TABLE matters ADD COLUMN from_on TEXT;
ALTER TABLE matters ADD COLUMN until_on TEXT;
ALTER TABLE matters ADD COLUMN amount BIGINT;
CREATE INDEX matters_parent ON matters (parent, procedure) WHERE parent IS NOT NULL;

-- recorded: entries of every register (台账) as they stand, and the rows within them; `procedure` is the key of the definition
CREATE TABLE entries (
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
    day TEXT NOT NULL,
    parent TEXT,
    from_on TEXT,
    until_on TEXT,
    amount BIGINT,
    search TEXT NOT NULL,
    marks TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX entries_day ON entries (procedure, day, id);
CREATE INDEX entries_unit ON entries (procedure, unit, day, id);
CREATE INDEX entries_kind ON entries (procedure, kind, day, id);
CREATE INDEX entries_association ON entries (association, procedure, day, id);
CREATE INDEX entries_until ON entries (procedure, until_on, id) WHERE until_on IS NOT NULL;
CREATE INDEX entries_parent ON entries (parent, procedure, day, id) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX entries_number ON entries (number) WHERE number <> '';

-- recorded, kept by its key: what lists ask of an entry that is no column of it, with the day that orders them; an entry that is
-- void has none
CREATE TABLE entry_facts (
    entry TEXT NOT NULL,
    fact TEXT NOT NULL,
    nth BIGINT NOT NULL,
    procedure TEXT NOT NULL,
    association TEXT,
    text TEXT,
    number BIGINT,
    day TEXT NOT NULL,
    PRIMARY KEY (entry, fact, nth)
);
CREATE INDEX entry_facts_text ON entry_facts (procedure, fact, text, day, entry);
CREATE INDEX entry_facts_number ON entry_facts (procedure, fact, number, entry);
CREATE INDEX entry_facts_association ON entry_facts (text, entry) WHERE fact = 'association';

-- recorded, kept by its key: reminders of registers that an office has turned on for itself
CREATE TABLE reminders (
    procedure TEXT NOT NULL,
    reminder TEXT NOT NULL,
    office TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (procedure, reminder, office)
);

-- recorded, kept by its key: every version of an entry, whole. `since_on` is from when it is true, `at` when it was known,
-- `said` which fields the act said; of the versions known at T and true by D the one with the greatest `since_on` counts, then
-- that with the greatest `version`
CREATE TABLE entry_versions (
    entry TEXT NOT NULL,
    version BIGINT NOT NULL,
    since_on TEXT NOT NULL,
    procedure TEXT NOT NULL,
    at BIGINT NOT NULL,
    act TEXT NOT NULL,
    said TEXT NOT NULL,
    stood TEXT NOT NULL,
    PRIMARY KEY (entry, version, since_on)
);
CREATE INDEX entry_versions_register ON entry_versions (procedure, entry);

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

-- Wrong passwords are counted where they come from, so that nobody locks anybody else out; tokens know their last use.

DROP TABLE login_failures;

-- plain: wrong passwords lately by login and place, for the lock of that pair; all instants are real time
-- because: guessing at a login, known or not, belongs to no entry of the city and is forgotten within a day
CREATE TABLE sign_in_tries (
    login TEXT NOT NULL,
    place TEXT NOT NULL,
    tries BIGINT NOT NULL,
    counts_until BIGINT NOT NULL,
    locked_until BIGINT,
    PRIMARY KEY (login, place)
);
CREATE INDEX sign_in_tries_end ON sign_in_tries (counts_until);

-- plain: networks from which somebody signed in lately
-- because: it is asked before a password is looked at, and belongs to the account alone
CREATE TABLE known_networks (
    user_id TEXT NOT NULL,
    network TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, network)
);
CREATE INDEX known_networks_seen ON known_networks (seen_at);

-- plain: when a token was last used, to the hour
-- because: it changes with each use and is no act, so that it stands beside the recorded token
CREATE TABLE token_uses (
    token TEXT PRIMARY KEY,
    used_at BIGINT NOT NULL
);

-- Which city a database holds, so that a start does not take another, or none, for it.

-- plain: the id that `city.toml` beside the files repeats, and the last proof that what is given is kept
-- because: it is read before any pack is, to tell whose database this is
CREATE TABLE place (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Lists of the journal follow its positions: a clock that was moved changes neither what came first nor what is found.

DROP INDEX journal_actor;
DROP INDEX journal_act;
DROP INDEX journal_subject;
CREATE INDEX journal_actor ON journal (actor, position);
CREATE INDEX journal_act ON journal (act, position);
CREATE INDEX journal_subject ON journal (subject, position);

DROP TABLE idempotency;

-- plain: answers kept for repeated requests; whose it is, what was sent and what was answered is known only to who has the
-- caller's key
-- because: it must know less than any entry does, and is forgotten within a day
CREATE TABLE idempotency (
    id TEXT PRIMARY KEY,
    answer BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- recorded: the clock was moved, and nothing is done by time until somebody has looked at it; one row, none while all is well
-- because: the engine asks it before it does anything by time, whatever the pack says
CREATE TABLE clock_stops (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    moved BIGINT NOT NULL
);
