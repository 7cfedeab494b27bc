-- Lists of the journal follow its positions: a clock that was moved changes neither what came first nor what is found.

DROP INDEX journal_actor;
DROP INDEX journal_act;
DROP INDEX journal_subject;
CREATE INDEX journal_actor ON journal (actor, position);
CREATE INDEX journal_act ON journal (act, position);
CREATE INDEX journal_subject ON journal (subject, position);
