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
