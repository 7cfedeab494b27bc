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
