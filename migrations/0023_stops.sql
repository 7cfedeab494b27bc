-- recorded: the clock was moved, and nothing is done by time until somebody has looked at it; one row, none while all is well
-- because: the engine asks it before it does anything by time, whatever the pack says
CREATE TABLE clock_stops (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    moved BIGINT NOT NULL
);
