-- Who there is and who answers for whom is read on every page and changed once in a while. What was read of it stays in memory as
-- long as none of these tables changes; each act that changes one leaves a new turn.
--
-- standing: units, users, posts, links, associations
INSERT INTO counter_folds (name, folds) VALUES ('standing', 1);
