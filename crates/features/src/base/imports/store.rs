//! Every statement about batches and what their rows became. Only the import itself asks, by keys that it holds.

use std::collections::{HashMap, HashSet};

use huitong_kernel::{Error, Result, Row, Tx, Value, args};

use super::by_key::Entered;
use super::model::{Batch, BatchId, Brought, Counts, KeptBatch, KnownRow, Outcome, Part, Passed, Summary};

/// The batch of the same file and mapping that whoever asks began and that was stopped before its end.
pub(super) fn unfinished(tx: &Tx, batch: &Batch) -> Result<Option<BatchId>> {
    let row = tx.one(
        "SELECT id FROM imports WHERE kind = $1 AND file_sm3 = $2 AND mapping_sm3 = $3 AND finished_at IS NULL \
         AND undone_at IS NULL AND started_by = $4 ORDER BY started_at, id LIMIT 1",
        args![&batch.kind, &batch.file_sm3, &batch.mapping_sm3, tx.ctx().principal()],
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
         changed = $7, gone = $8, places = $9 WHERE id = $1",
        args![
            batch,
            tx.ctx().now,
            count(summary.rows),
            count(summary.accepted),
            count(summary.rejected),
            count(summary.unchanged),
            count(summary.changed),
            count(summary.gone),
            serde_json::to_string(&summary.places)?
        ],
    )?;
    Ok(())
}

/// Lets a run and its undoing meet: what was taken back gets no further rows.
fn hold(tx: &Tx, batch: &BatchId) -> Result<()> {
    let held = tx.exec("UPDATE imports SET kind = kind WHERE id = $1 AND undone_at IS NULL", args![batch])?;
    if held == 0 { Err(Error::unmet("这次导入已经撤销，后面的行没有导入")) } else { Ok(()) }
}

pub(super) fn insert_rows(tx: &Tx, batch: &BatchId, rows: &[(i64, &str, &Entered)]) -> Result<()> {
    let values = |(row, digest, entered): &(i64, &str, &Entered)| {
        let unread = serde_json::to_string(&entered.unread).ok().filter(|_| !entered.unread.is_empty());
        args![&entered.subject, batch, *row, *digest, &entered.unit, unread].to_vec()
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(values).collect();
    if !rows.is_empty() {
        hold(tx, batch)?;
    }
    tx.insert_many("import_rows", &["subject", "batch", "row_no", "digest", "unit", "unread"], &rows)
}

/// Remembers what rows of a batch became, each with its place.
pub fn entered(tx: &Tx, batch: &BatchId, rows: &[(i64, &str)]) -> Result<()> {
    hold(tx, batch)?;
    let rows: Vec<Vec<Value>> =
        rows.iter().map(|(row, subject)| args![*subject, batch, *row, ""].to_vec()).collect();
    tx.insert_many("import_rows", &["subject", "batch", "row_no", "digest"], &rows)
}

/// Remembers what a row of a batch changed: the subject, its version before and after.
pub fn changed(tx: &Tx, batch: &BatchId, row: i64, (subject, before, after): (&str, i64, i64)) -> Result<()> {
    hold(tx, batch)?;
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

/// Remembers what is said of rows of a batch that brought nothing.
pub(super) fn passed(tx: &Tx, batch: &BatchId, rows: &[Passed]) -> Result<()> {
    let values = |row: &Passed| args![batch, row.row, &row.name, &row.subject, &row.why].to_vec();
    let rows: Vec<Vec<Value>> = rows.iter().map(values).collect();
    tx.insert_many("import_passed", &["batch", "row_no", "name", "subject", "why"], &rows)
}

/// Forgets it: a run that goes on decides every row again.
pub(super) fn forget_passed(tx: &Tx, batch: &BatchId) -> Result<()> {
    tx.exec("DELETE FROM import_passed WHERE batch = $1", args![batch]).map(drop)
}

const BATCH: &str = "id, kind, file_name, started_by, started_at, finished_at, undone_at, row_count, accepted, rejected, \
                     unchanged, changed, gone, places";

fn batch_of(row: &Row) -> Result<KeptBatch> {
    let count = |name: &str| -> Result<u64> {
        Ok(row.get::<Option<i64>>(name)?.and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
    };
    let id: BatchId = row.get("id")?;
    let places: Option<String> = row.get("places")?;
    let summary = Summary {
        rows: count("row_count")?,
        accepted: count("accepted")?,
        rejected: count("rejected")?,
        unchanged: count("unchanged")?,
        changed: count("changed")?,
        gone: count("gone")?,
        batch: Some(id.to_string()),
        places: places.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        ..Summary::default()
    };
    Ok(KeptBatch {
        id,
        kind: row.get("kind")?,
        file_name: row.get("file_name")?,
        started_by: row.get("started_by")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        undone_at: row.get("undone_at")?,
        summary,
    })
}

/// A batch by its id. Whoever asks decides who may see it.
pub fn find(tx: &Tx, id: &BatchId) -> Result<Option<KeptBatch>> {
    let row = tx.one(&format!("SELECT {BATCH} FROM imports WHERE id = $1"), args![id])?;
    row.as_ref().map(batch_of).transpose()
}

/// The latest batches of a kind, the last first: those that somebody began, or everybody's.
pub fn recent(tx: &Tx, kind: &str, by: Option<&str>, most: i64) -> Result<Vec<KeptBatch>> {
    let rows = tx.query(
        &format!(
            "SELECT {BATCH} FROM imports WHERE kind = $1 AND (CAST($2 AS TEXT) IS NULL OR started_by = $2) \
             ORDER BY started_at DESC, id DESC LIMIT $3"
        ),
        args![kind, by, most],
    )?;
    rows.iter().map(batch_of).collect()
}

/// What the rows of a batch brought in or changed and was not taken back yet, in the order of the file.
pub fn brought(tx: &Tx, batch: &BatchId) -> Result<Vec<Brought>> {
    let entered = tx.query("SELECT subject, row_no FROM import_rows WHERE batch = $1", args![batch])?;
    let changed = tx.query(
        "SELECT subject, row_no, version_before, version_after FROM import_changes WHERE batch = $1",
        args![batch],
    )?;
    let went = tx.query("SELECT row_no FROM import_undone WHERE batch = $1 AND why IS NULL", args![batch])?;
    let went = went.iter().map(|row| row.get("row_no")).collect::<Result<HashSet<i64>>>()?;
    let plain = |row: &Row| -> Result<Brought> {
        Ok(Brought { row: row.get("row_no")?, subject: row.get("subject")?, versions: None })
    };
    let of_change = |row: &Row| -> Result<Brought> {
        Ok(Brought { versions: Some((row.get("version_before")?, row.get("version_after")?)), ..plain(row)? })
    };
    let all = entered.iter().map(plain).chain(changed.iter().map(of_change));
    let mut all = all.collect::<Result<Vec<Brought>>>()?;
    all.retain(|row| !went.contains(&row.row));
    all.sort_by_key(|row| row.row);
    Ok(all)
}

/// Closes a batch that is taken back: it gets no further rows, and the same file begins anew.
pub fn close(tx: &Tx, batch: &BatchId) -> Result<()> {
    tx.exec("UPDATE imports SET undone_at = $2 WHERE id = $1", args![batch, tx.ctx().now])?;
    Ok(())
}

/// Remembers which rows of a batch were taken back, and why others stayed.
pub fn undone(tx: &Tx, batch: &BatchId, rows: &[(i64, Option<&str>)]) -> Result<()> {
    for (row, why) in rows {
        tx.exec(
            "INSERT INTO import_undone (batch, row_no, why) VALUES ($1, $2, $3) \
             ON CONFLICT (batch, row_no) DO UPDATE SET why = excluded.why",
            args![batch, *row, *why],
        )?;
    }
    Ok(())
}

/// How many rows of a batch are what by now.
pub fn counts(tx: &Tx, batch: &BatchId) -> Result<Counts> {
    let of =
        |sql: &str| -> Result<u64> { Ok(u64::try_from(tx.number(sql, args![batch])?).unwrap_or_default()) };
    Ok(Counts {
        new: of("SELECT COUNT(*) FROM import_rows WHERE batch = $1")?,
        changed: of("SELECT COUNT(*) FROM import_changes WHERE batch = $1")?,
        unchanged: of("SELECT COUNT(*) FROM import_passed WHERE batch = $1 AND why IS NULL")?,
        rejected: of("SELECT COUNT(*) FROM import_passed WHERE batch = $1 AND why IS NOT NULL")?,
        undone: of("SELECT COUNT(*) FROM import_undone WHERE batch = $1 AND why IS NULL")?,
        kept: of("SELECT COUNT(*) FROM import_undone WHERE batch = $1 AND why IS NOT NULL")?,
    })
}

/// The rows of a batch of one kind behind a place, in the order of the file.
pub fn outcomes(tx: &Tx, batch: &BatchId, part: Part, (after, most): (i64, i64)) -> Result<Vec<Outcome>> {
    let args = args![batch, after, most];
    let rows = match part {
        Part::New => tx.query(
            "SELECT r.row_no, r.subject, u.row_no AS gone, u.why FROM import_rows r LEFT JOIN import_undone u \
             ON u.batch = r.batch AND u.row_no = r.row_no WHERE r.batch = $1 AND r.row_no > $2 ORDER BY r.row_no LIMIT $3",
            args,
        ),
        Part::Changed => tx.query(
            "SELECT r.row_no, r.subject, u.row_no AS gone, u.why FROM import_changes r LEFT JOIN import_undone u \
             ON u.batch = r.batch AND u.row_no = r.row_no WHERE r.batch = $1 AND r.row_no > $2 ORDER BY r.row_no LIMIT $3",
            args,
        ),
        Part::Unchanged => tx.query(
            "SELECT row_no, name, subject, why FROM import_passed WHERE batch = $1 AND why IS NULL AND row_no > $2 \
             ORDER BY row_no LIMIT $3",
            args,
        ),
        Part::Rejected => tx.query(
            "SELECT row_no, name, subject, why FROM import_passed WHERE batch = $1 AND why IS NOT NULL \
             AND row_no > $2 ORDER BY row_no LIMIT $3",
            args,
        ),
        Part::Kept => tx.query(
            "SELECT u.row_no, COALESCE(r.subject, c.subject) AS subject, u.row_no AS gone, u.why FROM import_undone u \
             LEFT JOIN import_rows r ON r.batch = u.batch AND r.row_no = u.row_no \
             LEFT JOIN import_changes c ON c.batch = u.batch AND c.row_no = u.row_no \
             WHERE u.batch = $1 AND u.why IS NOT NULL AND u.row_no > $2 ORDER BY u.row_no LIMIT $3",
            args,
        ),
    }?;
    let passed = matches!(part, Part::Unchanged | Part::Rejected);
    let outcome = |row: &Row| -> Result<Outcome> {
        let why: Option<String> = row.get("why")?;
        let gone = if passed { None } else { row.get::<Option<i64>>("gone")? };
        Ok(Outcome {
            row: row.get("row_no")?,
            name: if passed { row.get("name")? } else { String::new() },
            subject: row.get("subject")?,
            undone: gone.is_some() && why.is_none(),
            why: why.unwrap_or_default(),
        })
    };
    rows.iter().map(outcome).collect()
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
