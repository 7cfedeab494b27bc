-- What accounts and appeals are found by, in the form in which texts are compared; older rows get what a statement can make of it.
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE users SET search = LOWER(login || ' ' || name);
ALTER TABLE appeals ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE appeals SET search = LOWER(number || ' ' || title || ' ' || COALESCE(source_number, ''));
-- What anybody was told about a page, for whoever has dealt with it.
CREATE INDEX notices_of_page ON notices (link) WHERE read_at IS NULL;
