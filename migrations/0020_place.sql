-- Which city a database holds, so that a start does not take another, or none, for it.

-- plain: the id that `city.toml` beside the files repeats, and the last proof that what is given is kept
-- because: it is read before any pack is, to tell whose database this is
CREATE TABLE place (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
