-- Words of a file that nobody could read are kept as they stood, as JSON: the name of the column and what it said.

ALTER TABLE import_rows ADD COLUMN unread TEXT;
