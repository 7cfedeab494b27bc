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
