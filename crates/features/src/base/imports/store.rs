//! Every statement about batches and what their rows became. Only the import itself asks, by keys that it holds.

use std::collections::HashMap;

use huitong_kernel::{Result, Tx, Value, args};

use super::by_key::Entered;
use super::model::{Batch, BatchId, KnownRow, Summary};

/// The batch of the same file and mapping that was stopped before its end.
pub(super) fn unfinished(tx: &Tx, batch: &Batch) -> Result<Option<BatchId>> {
    let row = tx.one(
        "SELECT id FROM imports WHERE kind = $1 AND file_sm3 = $2 AND mapping_sm3 = $3 AND finished_at IS NULL \
         ORDER BY started_at, id LIMIT 1",
        args![&batch.kind, &batch.file_sm3, &batch.mapping_sm3],
    )?;
    row.map(|r| r.get("id")).transpose()
}

pub(super) fn insert(tx: &Tx, batch: &Batch) -> Result<()> {
    tx.exec(
        "INSERT INTO imports (id, kind, file_name, file_sm3, mapping_sm3, started_by, started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            &batch.id,
            &batch.kind,
            &batch.file_name,
            &batch.file_sm3,
            &batch.mapping_sm3,
            tx.ctx().principal(),
            tx.ctx().now
        ],
    )?;
    Ok(())
}

pub(super) fn finish(tx: &Tx, batch: &BatchId, summary: &Summary) -> Result<()> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    tx.exec(
        "UPDATE imports SET finished_at = $2, row_count = $3, accepted = $4, rejected = $5, unchanged = $6, \
         changed = $7, gone = $8 WHERE id = $1",
        args![
            batch,
            tx.ctx().now,
            count(summary.rows),
            count(summary.accepted),
            count(summary.rejected),
            count(summary.unchanged),
            count(summary.changed),
            count(summary.gone)
        ],
    )?;
    Ok(())
}

pub(super) fn insert_rows(tx: &Tx, batch: &BatchId, rows: &[(i64, &str, &Entered)]) -> Result<()> {
    let values = |(row, digest, entered): &(i64, &str, &Entered)| {
        let unread = serde_json::to_string(&entered.unread).ok().filter(|_| !entered.unread.is_empty());
        args![&entered.subject, batch, *row, *digest, &entered.unit, unread].to_vec()
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(values).collect();
    tx.insert_many("import_rows", &["subject", "batch", "row_no", "digest", "unit", "unread"], &rows)
}

/// What imports know of subjects, by subject; one that was not imported is not there.
pub fn rows_of(tx: &Tx, subjects: &[&str]) -> Result<HashMap<String, KnownRow>> {
    let mut found = HashMap::new();
    for asked in subjects.chunks(16) {
        let filled = asked.iter().chain(std::iter::repeat(&asked[0])).take(16);
        let args: Vec<Value> = filled.map(|subject| Value::from(*subject)).collect();
        let rows = tx.query(
            "SELECT subject, batch, row_no, digest, unit, unread FROM import_rows WHERE subject IN \
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            &args,
        )?;
        for row in &rows {
            let known = KnownRow {
                batch: row.get("batch")?,
                row: row.get("row_no")?,
                digest: row.get("digest")?,
                unit: row.get("unit")?,
                unread: row
                    .get::<Option<String>>("unread")?
                    .and_then(|text| serde_json::from_str(&text).ok())
                    .unwrap_or_default(),
            };
            found.insert(row.get("subject")?, known);
        }
    }
    Ok(found)
}
