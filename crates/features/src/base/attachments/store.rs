//! Every statement about attachments. Whoever asks has been let into the subject by its own capability.

use std::collections::HashSet;

use huitong_kernel::{Result, Row, Tx, args};

use super::model::{Attachment, AttachmentId};

const COLUMNS: &str =
    "id, subject_kind, subject, step, name, media_type, size, digest, internal, added_by, added_at";

fn read(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.get("id")?,
        subject_kind: row.get("subject_kind")?,
        subject: row.get("subject")?,
        step: row.get("step")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        digest: row.get("digest")?,
        internal: row.get("internal")?,
        added_by: row.get("added_by")?,
        added_at: row.get("added_at")?,
    })
}

pub(super) fn find(tx: &Tx, id: &AttachmentId) -> Result<Option<Attachment>> {
    let sql = format!("SELECT {COLUMNS} FROM attachments WHERE id = $1");
    tx.one(&sql, args![id])?.as_ref().map(read).transpose()
}

/// The files of a subject, in the order in which they came; internal ones only on request.
pub fn list(tx: &Tx, subject: &str, include_internal: bool) -> Result<Vec<Attachment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM attachments WHERE subject = $1 AND (internal = FALSE OR internal = $2) \
         ORDER BY added_at, id"
    );
    tx.query(&sql, args![subject, include_internal])?.iter().map(read).collect()
}

/// Of these digests those whose content is part of any subject.
pub(super) fn known(tx: &Tx, digests: &[String]) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for digest in digests {
        if tx.one("SELECT id FROM attachments WHERE digest = $1 LIMIT 1", args![digest])?.is_some() {
            known.insert(digest.clone());
        }
    }
    Ok(known)
}

/// Whether there is any, whosever: for a start that looks for their folder.
pub fn exist(tx: &Tx) -> Result<bool> {
    Ok(tx.number("SELECT COUNT(*) FROM (SELECT id FROM attachments LIMIT 1) one", args![])? > 0)
}

pub(super) fn insert(tx: &Tx, attachment: &Attachment) -> Result<()> {
    let a = attachment;
    tx.exec(
        "INSERT INTO attachments (id, subject_kind, subject, step, name, media_type, size, digest, internal, \
         added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            &a.id,
            &a.subject_kind,
            &a.subject,
            &a.step,
            &a.name,
            &a.media_type,
            a.size,
            &a.digest,
            a.internal,
            &a.added_by,
            a.added_at
        ],
    )?;
    Ok(())
}
