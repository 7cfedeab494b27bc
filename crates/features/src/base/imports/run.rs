//! The import itself: rows are read one by one, decided together and committed in small steps.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use huitong_codes::text;
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::journal::Record;
use huitong_kernel::{Error, Result, Tx};
use serde_json::json;

use super::line::{Line, lines};
use super::mapping::Mapping;
use super::model::{Batch, BatchId, Fate, Reject, Summary, fate};
use super::rejects::Report;
use super::store;
use crate::base::sheets::Sheet;
use crate::base::units::UnitId;

/// What a kind of import knows: what a row means, what is there already, and the act that enters it.
pub trait Kind {
    /// A row that was understood.
    type Entry;
    /// Name of the kind, as the command line says it.
    const KEY: &'static str;
    /// The act that enters a row; who may do it may import.
    const ACT: &'static str;
    /// The column of the mapping that names a row in its source.
    const KEY_COLUMN: &'static str;

    /// Understands a row without IO, or says everything that is wrong with it; what is left out of it is a remark.
    fn read(&self, line: &Line, remarks: &mut Vec<Reject>) -> std::result::Result<Self::Entry, Vec<Reject>>;
    /// The subjects that the rows' keys already stand for, by key.
    fn known(&self, tx: &Tx, keys: &[&str]) -> Result<HashMap<String, String>>;
    /// Enters new rows by the act, in one go; a row that cannot be entered says why and keeps out no other. Without a batch
    /// everything is decided alike and nothing is written.
    fn enter(&self, tx: &Tx, rows: &[&Row<Self::Entry>], batch: Option<&BatchId>) -> Result<Vec<Entry>>;
}

/// What became of a row that was to be entered.
pub type Entry = std::result::Result<Entered, Vec<Reject>>;

/// A row that was understood, with what the mechanism needs of it.
pub struct Row<E> {
    /// Its place, first = 1.
    pub row: i64,
    /// Its name in the source.
    pub key: String,
    /// Digest of its values.
    pub digest: String,
    /// What it says.
    pub entry: E,
    remarks: Vec<Reject>,
    taken: Reject,
}

/// A row that was entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Id of the subject.
    pub subject: String,
    /// The unit that the file names for it.
    pub unit: Option<UnitId>,
    /// Number and code by which whoever brought the matter in can follow it.
    pub receipt: Option<(String, String)>,
    /// Words of optional columns that could not be read, by the name of the column: kept as they stood.
    pub unread: BTreeMap<String, String>,
    /// What the act left out beside.
    pub remarks: Vec<Reject>,
}

/// Looks at what is done so far.
pub type AfterCommit = dyn Fn(&Summary) -> Result<()>;

/// How an import is to be done.
#[derive(Default)]
pub struct Options<'a> {
    /// Look at everything, write nothing.
    pub dry_run: bool,
    /// Where findings go.
    pub rejects: Option<&'a Path>,
    /// Where numbers and codes of new subjects go.
    pub receipts: Option<&'a Path>,
    /// Called after each commit with what is done so far; an error stops the import, which can go on later.
    pub after_commit: Option<&'a AfterCommit>,
}

/// Longest a commit may take: other acts wait for it on the embedded engine.
const COMMIT: Duration = Duration::from_millis(50);
/// Rows a commit may take; a step lower or higher as the last one was slow or quick. Few sizes keep statements few.
const STEPS: [usize; 6] = [10, 25, 50, 100, 200, 500];

/// Brings a file in. A second run of the same file adds nothing; one that was stopped goes on.
pub fn run<K: Kind>(
    city: &City,
    actor: &Actor,
    kind: &K,
    (sheet, mapping): (&Sheet, &Mapping),
    options: &Options,
) -> Result<Summary> {
    let ctx = city.ctx(actor.clone());
    ctx.right(K::ACT)?;
    let notes = sheet.notes.clone();
    let mut summary = Summary { dry_run: options.dry_run, notes, ..Summary::default() };
    let batch =
        if options.dry_run { None } else { Some(start::<K>(city, actor, sheet, mapping, &mut summary)?) };
    let mut rejects = Report::rejects(options.rejects)?;
    let mut receipts = Report::receipts(options.receipts.filter(|_| !options.dry_run), summary.resumed)?;
    let mut step = 2;
    let mut waiting = Vec::new();
    // What a dry run would have entered, which the database cannot tell it.
    let mut supposed = HashMap::new();
    let mut reader = sheet.reader()?;
    let mut lines = lines(&mut reader, mapping)?;
    loop {
        let next = lines.next().transpose()?;
        let ended = next.is_none();
        if let Some(line) = next {
            summary.rows += 1;
            match understood(kind, &line) {
                Ok(row) => waiting.push(row),
                Err(found) => {
                    summary.rejected += 1;
                    rejects.row(line.place(), &found)?;
                }
            }
        }
        if waiting.len() < STEPS[step] && !ended {
            continue;
        }
        let began = Instant::now();
        let reports = (&mut summary, &mut rejects, &mut receipts);
        commit(city, actor, kind, (batch.as_ref(), &mut supposed), &waiting, reports)?;
        step = paced(step, began.elapsed());
        waiting.clear();
        if let Some(after) = options.after_commit {
            after(&summary)?;
        }
        if ended {
            break;
        }
    }
    if let Some(batch) = &batch {
        finish(city, actor, batch, &summary)?;
    }
    Ok(summary)
}

fn paced(step: usize, took: Duration) -> usize {
    match took {
        took if took > COMMIT => step.saturating_sub(1),
        took if took * 3 < COMMIT => (step + 1).min(STEPS.len() - 1),
        _ => step,
    }
}

fn understood<K: Kind>(kind: &K, line: &Line) -> std::result::Result<Row<K::Entry>, Vec<Reject>> {
    if let Some(torn) = line.torn() {
        return Err(vec![torn]);
    }
    let key = line.key(K::KEY_COLUMN);
    if text::signs(&key) == 0 {
        return Err(vec![line.reject(K::KEY_COLUMN, "没有编号，无法判断是否已经导入过")]);
    }
    let reason = "这个编号已经录入，内容与这一行不同；导入不改动已有记录，请核对";
    let taken = line.reject(K::KEY_COLUMN, reason);
    let mut remarks = Vec::new();
    let entry = kind.read(line, &mut remarks)?;
    Ok(Row { row: line.place(), key, digest: line.digest(K::KEY_COLUMN), entry, remarks, taken })
}

/// Begins a batch (`import.start`), or goes on with the one of the same file and mapping that was stopped.
fn start<K: Kind>(
    city: &City,
    actor: &Actor,
    sheet: &Sheet,
    mapping: &Mapping,
    summary: &mut Summary,
) -> Result<BatchId> {
    let ctx = city.ctx(actor.clone());
    let batch = Batch {
        id: ctx.id(),
        kind: K::KEY,
        file_name: sheet.name.clone(),
        file_sm3: sheet.sm3.clone(),
        mapping_sm3: mapping.sm3.clone(),
    };
    let id = city.db.write(&ctx, |tx| {
        if let Some(stopped) = store::unfinished(tx, &batch)? {
            return Ok(stopped);
        }
        store::insert(tx, &batch)?;
        let post = ctx.right(K::ACT)?.first_post();
        tx.record(
            Record::new("import.start", batch.id.as_str())
                .in_post(post)
                .fact("kind", batch.kind)
                .fact("file", batch.file_name.as_str())
                .fact("file_sm3", batch.file_sm3.as_str())
                .fact("mapping_sm3", batch.mapping_sm3.as_str()),
        )?;
        Ok(batch.id.clone())
    })?;
    summary.resumed = id != batch.id;
    summary.batch = Some(id.to_string());
    Ok(id)
}

/// Ends a batch (`import.finish`) with its figures.
fn finish(city: &City, actor: &Actor, batch: &BatchId, summary: &Summary) -> Result<()> {
    let ctx = city.ctx(actor.clone());
    let figures = json!({
        "rows": summary.rows, "accepted": summary.accepted,
        "rejected": summary.rejected, "unchanged": summary.unchanged,
    });
    city.db.write(&ctx, |tx| {
        store::finish(tx, batch, summary)?;
        tx.record(Record::new("import.finish", batch.as_str()).change(json!({}), figures.clone()))?;
        Ok(())
    })
}

type Reports<'r> = (&'r mut Summary, &'r mut Report, &'r mut Report);

/// Decides and enters some rows in one commit, then says what became of them.
fn commit<K: Kind>(
    city: &City,
    actor: &Actor,
    kind: &K,
    (batch, supposed): (Option<&BatchId>, &mut HashMap<String, String>),
    rows: &[Row<K::Entry>],
    (summary, rejects, receipts): Reports,
) -> Result<()> {
    if rows.is_empty() {
        return rejects.flush();
    }
    let ctx = city.ctx(actor.clone());
    let fates = match batch {
        Some(batch) => city.db.write(&ctx, |tx| settle(tx, kind, Some(batch), rows, supposed))?,
        None => city.db.read(&ctx, |tx| settle(tx, kind, None, rows, supposed))?,
    };
    for (row, became) in rows.iter().zip(fates) {
        match became {
            Became::Accepted(receipt, further) => {
                summary.accepted += 1;
                if batch.is_none() {
                    supposed.insert(row.key.clone(), row.digest.clone());
                }
                let done = if batch.is_some() { "已导入" } else { "可以导入" };
                let remarks: Vec<Reject> =
                    row.remarks.iter().chain(&further).map(|r| r.after(done)).collect();
                summary.remarked += u64::from(!remarks.is_empty());
                rejects.row(row.row, &remarks)?;
                if let Some((number, code)) = receipt {
                    receipts.line(&[&row.row.to_string(), &row.key, &number, &code])?;
                }
            }
            Became::Unchanged => summary.unchanged += 1,
            Became::Rejected(found) => {
                summary.rejected += 1;
                rejects.row(row.row, &found)?;
            }
        }
    }
    rejects.flush()?;
    receipts.flush()
}

#[derive(Clone)]
enum Became {
    Accepted(Option<(String, String)>, Vec<Reject>),
    Unchanged,
    Rejected(Vec<Reject>),
}

/// Decides the rows of one commit. A key may stand in several of them: the first that can be entered has it, the others are
/// held against that one.
fn settle<K: Kind>(
    tx: &Tx,
    kind: &K,
    batch: Option<&BatchId>,
    rows: &[Row<K::Entry>],
    supposed: &HashMap<String, String>,
) -> Result<Vec<Became>> {
    let mut became: Vec<Option<Became>> = vec![None; rows.len()];
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let known = kind.known(tx, &keys)?;
    let subjects: Vec<&str> = known.values().map(String::as_str).collect();
    let before = store::rows_of(tx, &subjects)?;
    let mut held: HashMap<&str, &str> = HashMap::new();
    loop {
        let mut keys = HashSet::new();
        let mut new = Vec::new();
        for (nth, row) in
            rows.iter().enumerate().filter(|(nth, _)| became[*nth].is_none()).collect::<Vec<_>>()
        {
            let here = held.get(row.key.as_str()).copied().or(supposed.get(&row.key).map(String::as_str));
            let subject = known.get(&row.key).map(|subject| before.get(subject));
            let fate = match here {
                Some(digest) if digest == row.digest => Fate::Unchanged,
                Some(_) => Fate::Taken,
                None => fate(batch, row.row, &row.digest, subject),
            };
            became[nth] = match fate {
                Fate::New => {
                    if keys.insert(row.key.as_str()) {
                        new.push((nth, row));
                    }
                    None
                }
                Fate::Ours => Some(Became::Accepted(None, Vec::new())),
                Fate::Unchanged => Some(Became::Unchanged),
                Fate::Taken => Some(Became::Rejected(vec![row.taken.clone()])),
            };
        }
        if new.is_empty() {
            break;
        }
        let entered = enter(tx, kind, batch, &new.iter().map(|(_, row)| *row).collect::<Vec<_>>())?;
        for ((nth, row), answer) in new.into_iter().zip(entered) {
            if matches!(answer, Became::Accepted(..)) {
                held.insert(&row.key, &row.digest);
            }
            became[nth] = Some(answer);
        }
    }
    let all: Option<Vec<Became>> = became.into_iter().collect();
    all.ok_or_else(|| Error::internal("a new row was not entered"))
}

fn enter<K: Kind>(
    tx: &Tx,
    kind: &K,
    batch: Option<&BatchId>,
    rows: &[&Row<K::Entry>],
) -> Result<Vec<Became>> {
    let entries = kind.enter(tx, rows, batch)?;
    if let Some(batch) = batch {
        let kept = rows.iter().zip(&entries);
        let kept: Vec<(i64, &str, &Entered)> = kept
            .filter_map(|(row, entry)| Some((row.row, row.digest.as_str(), entry.as_ref().ok()?)))
            .collect();
        store::insert_rows(tx, batch, &kept)?;
    }
    let became = entries.into_iter().map(|entry| match entry {
        Ok(entered) => Became::Accepted(entered.receipt, entered.remarks),
        Err(found) => Became::Rejected(found),
    });
    Ok(became.collect())
}
