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
