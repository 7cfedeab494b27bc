//! Every statement about batches and what their rows became. Only the import itself asks, by keys that it holds.

use std::collections::HashMap;

use huitong_kernel::{Result, Row, Tx, Value, args};

use super::by_key::Entered;
use super::model::{Batch, BatchId, Brought, KeptBatch, KnownRow, Summary};

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

/// Remembers what rows of a batch became, each with its place.
pub fn entered(tx: &Tx, batch: &BatchId, rows: &[(i64, &str)]) -> Result<()> {
    let rows: Vec<Vec<Value>> =
        rows.iter().map(|(row, subject)| args![*subject, batch, *row, ""].to_vec()).collect();
    tx.insert_many("import_rows", &["subject", "batch", "row_no", "digest"], &rows)
}

/// Remembers what a row of a batch changed: the subject, its version before and after.
pub fn changed(tx: &Tx, batch: &BatchId, row: i64, (subject, before, after): (&str, i64, i64)) -> Result<()> {
    tx.exec(
        "INSERT INTO import_changes (batch, row_no, subject, version_before, version_after) VALUES ($1, $2, $3, $4, $5)",
        args![batch, row, subject, before, after],
    )?;
    Ok(())
}

/// The rows of a batch that are done, by their places, and whether they changed something that stood there.
pub fn done(tx: &Tx, batch: &BatchId) -> Result<HashMap<i64, bool>> {
    let entered = tx.query("SELECT row_no FROM import_rows WHERE batch = $1", args![batch])?;
    let changed = tx.query("SELECT row_no FROM import_changes WHERE batch = $1", args![batch])?;
    let entered = entered.iter().map(|row| Ok((row.get("row_no")?, false)));
    entered.chain(changed.iter().map(|row| Ok((row.get("row_no")?, true)))).collect()
}

/// A batch by its id.
pub fn find(tx: &Tx, id: &BatchId) -> Result<Option<KeptBatch>> {
    let row = tx.one(
        "SELECT kind, file_name, started_by, started_at, finished_at, undone_at, row_count, accepted, rejected, \
         unchanged, changed, gone FROM imports WHERE id = $1",
        args![id],
    )?;
    let Some(row) = row else { return Ok(None) };
    let count = |name: &str| -> Result<u64> {
        Ok(row.get::<Option<i64>>(name)?.and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
    };
    let summary = Summary {
        rows: count("row_count")?,
        accepted: count("accepted")?,
        rejected: count("rejected")?,
        unchanged: count("unchanged")?,
        changed: count("changed")?,
        gone: count("gone")?,
        batch: Some(id.to_string()),
        ..Summary::default()
    };
    Ok(Some(KeptBatch {
        kind: row.get("kind")?,
        file_name: row.get("file_name")?,
        started_by: row.get("started_by")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        undone_at: row.get("undone_at")?,
        summary,
    }))
}

/// What the rows of a batch brought in or changed, in the order of the file.
pub fn brought(tx: &Tx, batch: &BatchId) -> Result<Vec<Brought>> {
    let entered = tx.query("SELECT subject, row_no FROM import_rows WHERE batch = $1", args![batch])?;
    let changed = tx.query(
        "SELECT subject, row_no, version_before, version_after FROM import_changes WHERE batch = $1",
        args![batch],
    )?;
    let plain = |row: &Row| -> Result<Brought> {
        Ok(Brought { row: row.get("row_no")?, subject: row.get("subject")?, versions: None })
    };
    let of_change = |row: &Row| -> Result<Brought> {
        Ok(Brought { versions: Some((row.get("version_before")?, row.get("version_after")?)), ..plain(row)? })
    };
    let all = entered.iter().map(plain).chain(changed.iter().map(of_change));
    let mut all = all.collect::<Result<Vec<Brought>>>()?;
    all.sort_by_key(|row| row.row);
    Ok(all)
}

/// Remembers that a batch was taken back.
pub fn undone(tx: &Tx, batch: &BatchId) -> Result<()> {
    tx.exec("UPDATE imports SET undone_at = $2 WHERE id = $1", args![batch, tx.ctx().now])?;
    Ok(())
}

/// Lets two imports of one kind meet, so that the second sees what the first did.
pub fn claim(tx: &Tx, kind: &str) -> Result<()> {
    tx.exec(
        "UPDATE imports SET kind = kind WHERE id = (SELECT MIN(id) FROM imports WHERE kind = $1)",
        args![kind],
    )?;
    Ok(())
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
