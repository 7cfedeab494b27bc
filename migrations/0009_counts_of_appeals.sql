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
