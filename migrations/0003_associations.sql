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
