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
