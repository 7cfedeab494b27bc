//! The import itself: rows are read one by one, decided together and committed in small steps.

use std::path::Path;
use std::time::{Duration, Instant};

use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::{Error, Kind as ErrorKind};
use huitong_kernel::http::form;
use huitong_kernel::journal::Record;
use huitong_kernel::{Result, Tx};
use serde_json::json;

use super::line::{Line, lines};
use super::mapping::Mapping;
use super::model::{Batch, BatchId, Passed, Reject, Summary};
use super::rejects::Report;
use super::store;
use crate::base::sheets::Sheet;

/// What a kind of import knows: what a row means, and what becomes of it.
pub trait Kind {
    /// A row that was understood.
    type Row;
    /// Name of the kind, as the command line says it.
    fn key(&self) -> &str;
    /// The act that enters a row; who may do it may import.
    fn act(&self) -> &str;
    /// Understands a row without IO, or says everything that is wrong with it.
    fn read(&self, line: &Line) -> std::result::Result<Self::Row, Vec<Reject>>;
    /// What a row is called in the file, where a page shows later what became of it; none where no page does.
    fn name(&self, line: &Line) -> Option<String> {
        let _ = line;
        None
    }
    /// Decides the rows of one commit, each with its row of the file, and enters those that are to be entered; a row that cannot be
    /// says why and keeps out no other. Without a batch everything is decided alike and nothing is written. It may be asked
    /// again for the same rows where a commit did not hold.
    fn settle(&self, tx: &Tx, batch: Option<&BatchId>, rows: &[(i64, Self::Row)]) -> Result<Vec<Became>>;
    /// Learns what became of rows once the commit holds.
    fn settled(&self, rows: &[(i64, Self::Row)], became: &[Became], written: bool) {
        let _ = (rows, became, written);
    }
    /// The longest that a commit may take, for others wait for it. The more rows a commit has, the less each costs.
    fn longest(&self) -> Duration {
        COMMIT
    }
    /// Once every row was decided: how many subjects stand that the file does not have.
    fn gone(&self, tx: &Tx) -> Result<u64> {
        let _ = tx;
        Ok(0)
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It was entered.
    Accepted {
        /// Key of the row, with number and code by which whoever brought the matter in can follow it.
        receipt: Option<(String, String, String)>,
        /// What was left out of it.
        remarks: Vec<Reject>,
    },
    /// It stands there and says something else now: what, column by column.
    Changed(Vec<Reject>),
    /// It is there already: the subject, where it is known.
    Unchanged(Option<String>),
    /// It was kept out.
    Rejected(Vec<Reject>),
}

/// Looks at what is done so far.
pub type AfterCommit<'a> = dyn Fn(&Summary) -> Result<()> + 'a;

/// Looks at what became of a row of the file: its number, and what it is called there.
pub type Fates<'a> = dyn Fn(i64, &str, &Became) + 'a;

/// How an import is to be done.
#[derive(Default)]
pub struct Options<'a> {
    /// Look at everything, write nothing.
    pub dry_run: bool,
    /// Where findings go.
    pub rejects: Option<&'a Path>,
    /// Where numbers and codes of new subjects go.
    pub receipts: Option<&'a Path>,
    /// Told what became of each row, once its commit holds.
    pub fates: Option<&'a Fates<'a>>,
    /// Called after each commit with what is done so far; an error stops the import, which can go on later.
    pub after_commit: Option<&'a AfterCommit<'a>>,
}

/// Longest a commit takes where its kind says nothing else: other acts wait for it on the embedded engine.
const COMMIT: Duration = Duration::from_millis(50);
/// Rows that are kept out before they are told.
const PASSED: usize = 4000;
/// Rows a commit may take; a step lower or higher as the last one was slow or quick. Few sizes keep statements few.
const STEPS: [usize; 9] = [10, 25, 50, 100, 200, 500, 1000, 2000, 4000];

/// Brings a file in. A second run of the same file adds nothing; one that was stopped goes on.
pub fn run<K: Kind>(
    city: &City,
    actor: &Actor,
    kind: &K,
    (sheet, mapping): (&Sheet, &Mapping),
    options: &Options,
) -> Result<Summary> {
    let ctx = city.ctx(actor.clone());
    ctx.right(kind.act())?;
    // The journal names the file.
    if let Some(why) = form::misnamed(ctx.pack()?, &sheet.name) {
        return Err(Error::new(ErrorKind::Malformed, format!("文件名{why}")));
    }
    let notes = sheet.notes.clone();
    let mut summary = Summary { dry_run: options.dry_run, notes, ..Summary::default() };
    let batch =
        if options.dry_run { None } else { Some(start(city, actor, kind, (sheet, mapping), &mut summary)?) };
    let mut rejects = Report::rejects(options.rejects)?;
    let mut receipts = Report::receipts(options.receipts.filter(|_| !options.dry_run), summary.resumed)?;
    let mut step = 2;
    let mut waiting = Waiting::default();
    let mut reader = sheet.reader()?;
    let mut lines = lines(&mut reader, mapping)?;
    loop {
        let next = lines.next().transpose()?;
        let ended = next.is_none();
        if let Some(line) = next {
            summary.rows += 1;
            summary.places.see(line.place(), line.line());
            let name = kind.name(&line);
            match line.torn().map_or_else(|| kind.read(&line), |torn| Err(vec![torn])) {
                Ok(row) => {
                    waiting.rows.push((line.place(), row));
                    waiting.names.push(name);
                }
                Err(found) => {
                    summary.rejected += 1;
                    rejects.row(line.place(), &found)?;
                    let became = Became::Rejected(found);
                    if let Some(fates) = options.fates {
                        fates(line.line(), name.as_deref().unwrap_or_default(), &became);
                    }
                    waiting.passed.extend(passed(line.place(), name.as_deref(), &became));
                }
            }
        }
        if waiting.rows.len() < STEPS[step] && waiting.passed.len() < PASSED && !ended {
            continue;
        }
        let began = Instant::now();
        let reports = (&mut summary, &mut rejects, &mut receipts);
        commit(city, actor, kind, (batch.as_ref(), options.fates), &waiting, reports)?;
        step = paced(step, began.elapsed(), kind.longest());
        waiting = Waiting::default();
        if let Some(after) = options.after_commit {
            after(&summary)?;
        }
        if ended {
            break;
        }
    }
    summary.gone = city.db.read(&ctx, |tx| kind.gone(tx))?;
    if let Some(batch) = &batch {
        finish(city, actor, batch, &summary)?;
    }
    Ok(summary)
}

/// Rows that wait for their commit.
struct Waiting<R> {
    rows: Vec<(i64, R)>,
    names: Vec<Option<String>>,
    /// Those that nothing comes of.
    passed: Vec<Passed>,
}

impl<R> Default for Waiting<R> {
    fn default() -> Waiting<R> {
        Waiting { rows: Vec::new(), names: Vec::new(), passed: Vec::new() }
    }
}

/// What a page says later of a row that brought nothing.
fn passed(row: i64, name: Option<&str>, became: &Became) -> Option<Passed> {
    let (subject, why) = match became {
        Became::Unchanged(subject) => (subject.clone(), None),
        Became::Rejected(found) => (None, Some(Reject::sentence(found))),
        Became::Accepted { .. } | Became::Changed(_) => return None,
    };
    Some(Passed { row, name: name?.to_owned(), subject, why })
}

fn paced(step: usize, took: Duration, longest: Duration) -> usize {
    match took {
        took if took > longest => step.saturating_sub(1),
        took if took * 3 < longest => (step + 1).min(STEPS.len() - 1),
        _ => step,
    }
}

/// Begins a batch (`import.start`), or goes on with the one of the same file and mapping that was stopped.
fn start<K: Kind>(
    city: &City,
    actor: &Actor,
    kind: &K,
    (sheet, mapping): (&Sheet, &Mapping),
    summary: &mut Summary,
) -> Result<BatchId> {
    let ctx = city.ctx(actor.clone());
    let batch = Batch {
        id: ctx.id(),
        kind: kind.key().to_owned(),
        file_name: sheet.name.clone(),
        file_sm3: sheet.sm3.clone(),
        mapping_sm3: mapping.sm3.clone(),
    };
    let id = city.db.write(&ctx, |tx| {
        if let Some(stopped) = store::unfinished(tx, &batch)? {
            store::forget_passed(tx, &stopped)?;
            return Ok(stopped);
        }
        store::insert(tx, &batch)?;
        let post = ctx.right(kind.act())?.first_post();
        tx.record(
            Record::new("import.start", batch.id.as_str())
                .in_post(post)
                .fact("kind", batch.kind.as_str())
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
        "rows": summary.rows, "accepted": summary.accepted, "changed": summary.changed, "gone": summary.gone,
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
    (batch, told): (Option<&BatchId>, Option<&Fates<'_>>),
    waiting: &Waiting<K::Row>,
    (summary, rejects, receipts): Reports,
) -> Result<()> {
    let Waiting { rows, names, passed: wrong } = waiting;
    if rows.is_empty() && wrong.is_empty() {
        return rejects.flush();
    }
    let ctx = city.ctx(actor.clone());
    let settle = |tx: &Tx| if rows.is_empty() { Ok(Vec::new()) } else { kind.settle(tx, batch, rows) };
    let fates = match batch {
        Some(id) => city.db.write(&ctx, |tx| {
            let fates = settle(tx)?;
            let of_row = rows.iter().zip(names).zip(&fates);
            let beside =
                of_row.filter_map(|(((row, _), name), became)| passed(*row, name.as_deref(), became));
            store::passed(tx, id, &wrong.iter().cloned().chain(beside).collect::<Vec<_>>())?;
            Ok(fates)
        })?,
        None => city.db.read(&ctx, settle)?,
    };
    kind.settled(rows, &fates, batch.is_some());
    for (((place, _), name), became) in rows.iter().zip(names).zip(fates) {
        if let Some(told) = told {
            told(summary.places.line(*place), name.as_deref().unwrap_or_default(), &became);
        }
        match became {
            Became::Accepted { receipt, remarks } => {
                summary.accepted += 1;
                let done = if batch.is_some() { "已导入" } else { "可以导入" };
                let remarks: Vec<Reject> = remarks.iter().map(|remark| remark.after(done)).collect();
                summary.remarked += u64::from(!remarks.is_empty());
                rejects.row(*place, &remarks)?;
                if let Some((key, number, code)) = receipt.filter(|_| batch.is_some()) {
                    receipts.line(&[&place.to_string(), &key, &number, &code])?;
                }
            }
            Became::Changed(changes) => {
                summary.changed += 1;
                let done = if batch.is_some() { "已更新" } else { "将更新" };
                let told: Vec<Reject> = changes.iter().map(|change| change.after(done)).collect();
                rejects.row(*place, &told)?;
            }
            Became::Unchanged(_) => summary.unchanged += 1,
            Became::Rejected(found) => {
                summary.rejected += 1;
                rejects.row(*place, &found)?;
            }
        }
    }
    rejects.flush()?;
    receipts.flush()
}
