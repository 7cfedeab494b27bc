-- Whether kept content belongs to anything is asked by its digest.
CREATE INDEX attachments_by_digest ON attachments (digest);
