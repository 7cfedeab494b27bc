//! Bringing a file in by hand: hand it in, see which column is what and what becomes of every row, confirm, and take it back.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::error::{FieldError, Kind as ErrorKind};
use huitong_kernel::http::page::{Choice, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::Definition;
use huitong_kernel::{Error, Id, OrMissing, Result};

use super::draft::Draft;
use super::{Bring, File, Undone, Wanted, queue, undo};
use crate::base::identity;
use crate::base::imports::{self, BatchId, Became, Options, Reject, Summary};
use crate::base::sheets::{Format, Limits, Sheet, Writer};

/// Rows whose fate a page shows; all that are wrong are in the file beside.
const SHOWN: usize = 100;

fn definition(c: &Call) -> Result<&Definition> {
    c.ctx.pack()?.definition(c.route.of.as_deref().unwrap_or_default()).or_missing()
}

/// `GET /{path}/export.xlsx` and `.csv`: what the list shows, as far as the reader may take it out.
pub fn export(c: &Call) -> Result<Reply> {
    let file = File::of(c.ctx.pack()?, definition(c)?)?;
    let format = if c.path().ends_with(".csv") { Format::Csv } else { Format::Xlsx };
    let wanted =
        Wanted { file: &file, pairs: c.queries(), queue: queue(&c.ctx, &file, c.queries())?, format };
    let (table, count) = c.read(|tx| {
        let mut table = Vec::new();
        let count = wanted.write(tx, &mut table)?;
        Ok((table, count))
    })?;
    c.end_reading();
    c.city.db.write(&c.ctx, |tx| wanted.record(tx, count))?;
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    Reply::file(&wanted.name(&c.ctx), kind, table, false)?.header("cache-control", "private, no-store")
}

#[derive(Template)]
#[template(path = "base/registers/pages/upload.html")]
struct UploadPage {
    shell: Shell,
    title: String,
    path: String,
    /// Which of the files of this register: itself, and what lies within.
    kinds: Vec<Choice>,
    columns: Vec<(String, bool)>,
    error: String,
}

#[derive(Template)]
#[template(path = "base/registers/pages/check.html")]
struct CheckPage {
    shell: Shell,
    path: String,
    draft: String,
    kind: String,
    file: String,
    said: String,
    notes: Vec<String>,
    findings: Vec<String>,
    columns: Vec<ColumnField>,
    rows: Vec<RowFate>,
    more: u64,
    /// Whether anything would come in.
    brings: u64,
    rejected: u64,
}

/// A column of ours and the columns of the file to choose from.
struct ColumnField {
    name: String,
    label: String,
    optional: bool,
    error: String,
    choices: Vec<Choice>,
}

/// What becomes of a row, in words.
struct RowFate {
    row: i64,
    tone: &'static str,
    fate: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "base/registers/pages/batch.html")]
struct BatchPage {
    shell: Shell,
    title: String,
    path: String,
    batch: String,
    draft: String,
    said: String,
    file: String,
    by: String,
    at: String,
    gone: u64,
    rejected: u64,
    /// What can be taken back.
    brought: u64,
    undone_at: String,
    kept: Vec<(i64, String)>,
}

/// The files of a register, one of which is chosen.
fn kinds(c: &Call, of: &Definition, chosen: &str) -> Result<Vec<Choice>> {
    let pack = c.ctx.pack()?;
    let own = super::addresses(pack).into_iter().filter(|(_, known)| known.family() == of.key);
    let may = own.filter_map(|(address, known)| {
        let file = File::of(pack, known).ok()?;
        c.ctx.may(&file.act.name)?;
        Some(Choice {
            checked: address == chosen,
            value: address,
            label: known.title.clone(),
            ..Choice::default()
        })
    });
    Ok(may.collect())
}

/// The file that a form or an address names, of this register.
fn chosen<'c>(c: &'c Call, of: &Definition, kind: &str) -> Result<File<'c>> {
    let address = if kind.is_empty() { of.path.as_str() } else { kind };
    let file = File::at(c.ctx.pack()?, address)?;
    if file.of.family() == of.key { Ok(file) } else { Err(Error::missing()) }
}

/// `GET /{path}/import`: hand a file in, or look at one that was handed in.
pub fn import(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    match c.query("draft") {
        None => ask(c, of, c.query("kind").unwrap_or_default(), ""),
        Some(id) => {
            let file = chosen(c, of, c.query("kind").unwrap_or_default())?;
            let draft = Draft::open(&c.city.data, &c.ctx, &file.address(), id)?;
            match &draft.about.batch {
                Some(batch) => c.see(&result(of, batch, &draft.id)),
                None => check(c, &file, &draft, &[]),
            }
        }
    }
}

fn result(of: &Definition, batch: &str, draft: &str) -> String {
    format!("/{}/import/batch?batch={batch}&draft={draft}", of.path)
}

fn ask(c: &Call, of: &Definition, kind: &str, error: &str) -> Result<Reply> {
    let file = chosen(c, of, kind)?;
    c.ctx.right(&file.act.name)?;
    let wanted = file.wanted();
    c.page(&UploadPage {
        shell: c.shell(&format!("导入{}", of.title))?,
        title: file.of.title.clone(),
        path: of.path.clone(),
        kinds: kinds(c, of, &file.address())?,
        columns: wanted.into_iter().map(|column| (column.label, column.required)).collect(),
        error: error.to_owned(),
    })
}

/// `POST /{path}/import`: the steps of one form: the file, the columns, the confirmation.
pub fn steps(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let filled = c.filled()?;
    let file = chosen(c, of, filled.get("kind"))?;
    c.ctx.right(&file.act.name)?;
    let Some(id) = Some(filled.get("draft")).filter(|id| !id.is_empty()) else {
        let Some(upload) = c.files("file")?.into_iter().next() else {
            return Ok(ask(c, of, filled.get("kind"), "请选择要导入的文件")?.status(422));
        };
        let draft = Draft::keep(&c.city, &c.ctx, &file.address(), upload)?;
        // What cannot be read at all is said at once, and the file goes.
        if let Err(error) = Sheet::open(&draft.file(), &Limits::default()) {
            draft.discard()?;
            return match error.kind() {
                ErrorKind::Malformed => Ok(ask(c, of, filled.get("kind"), error.message())?.status(422)),
                _ => Err(error),
            };
        }
        return c.see(&format!("/{}/import?kind={}&draft={}", of.path, file.address(), draft.id));
    };
    let mut draft = Draft::open(&c.city.data, &c.ctx, &file.address(), id)?;
    if let Some(batch) = &draft.about.batch {
        return c.see(&result(of, batch, &draft.id));
    }
    if filled.get("step") == "columns" {
        let picked = file.columns.iter().filter_map(|column| {
            Some((column.key.clone(), filled.get(&format!("c.{}", column.key)).parse::<usize>().ok()?))
        });
        let columns: BTreeMap<String, usize> = picked.collect();
        draft.about.columns = Some(columns.clone());
        if let Err(error) = file.checked(columns) {
            return c.again(error, |errors| check(c, &file, &draft, errors));
        }
        draft.save()?;
        return c.see(&format!("/{}/import?kind={}&draft={}", of.path, file.address(), draft.id));
    }
    let (_, summary) = run(c, &file, &draft, false)?;
    let batch = summary.batch.or_missing()?;
    draft.became(&batch)?;
    c.see(&result(of, &batch, &draft.id))
}

/// What a run says of its rows: the first ones that a page shows, what is wrong before what is right.
#[derive(Default)]
struct Fates {
    wrong: Vec<RowFate>,
    right: Vec<RowFate>,
    reasons: HashMap<i64, String>,
}

impl Fates {
    fn see(&mut self, row: i64, became: &Became, written: bool) {
        let say = |found: &[Reject]| {
            let one = |reject: &Reject| match reject.column.as_str() {
                "" => reject.reason.clone(),
                column if reject.reason.contains(column) => reject.reason.clone(),
                column => format!("{column}：{}", reject.reason),
            };
            found.iter().map(one).collect::<Vec<_>>().join("；")
        };
        let done = |past: &'static str, future: &'static str| if written { past } else { future };
        let (tone, fate, why) = match became {
            Became::Accepted { remarks, .. } => ("done", done("已导入", "将新增"), say(remarks)),
            Became::Changed(changes) => {
                let told = changes
                    .iter()
                    .map(|change| format!("{}：{}，现在是“{}”", change.column, change.reason, change.value));
                ("doing", done("已更新", "将更新"), told.collect::<Vec<_>>().join("；"))
            }
            Became::Unchanged => ("", "已有，不变", String::new()),
            Became::Rejected(found) => {
                let why = say(found);
                self.reasons.insert(row, why.clone());
                ("over", done("没有导入", "不能导入"), why)
            }
        };
        let list = if matches!(became, Became::Rejected(_) | Became::Changed(_)) {
            &mut self.wrong
        } else {
            &mut self.right
        };
        if list.len() < SHOWN {
            list.push(RowFate { row, tone, fate, why });
        }
    }

    fn shown(self) -> Vec<RowFate> {
        let mut all: Vec<RowFate> = self.wrong.into_iter().chain(self.right).take(SHOWN).collect();
        // What is wrong stands first, each part in the order of the file.
        all.sort_by_key(|one| (one.tone != "over", one.tone != "doing", one.row));
        all
    }
}

/// Brings a draft in, or says what would become of it; keeps the rows that cannot come in beside it.
fn run(c: &Call, file: &File<'_>, draft: &Draft, dry_run: bool) -> Result<(Fates, Summary)> {
    let sheet = Sheet::open(&draft.file(), &Limits::default())?;
    let (mapping, notes) = match &draft.about.columns {
        Some(columns) => (file.checked(columns.clone())?, Vec::new()),
        None => file.mapping(&sheet.heading)?,
    };
    let bring = Bring::of(file, c.ctx.today());
    let fates = RefCell::new(Fates::default());
    let see = |row: i64, became: &Became| fates.borrow_mut().see(row, became, !dry_run);
    let options = Options { dry_run, fates: Some(&see), ..Options::default() };
    c.end_reading();
    let mut summary = imports::run(&c.city, &c.ctx.actor, &bring, (&sheet, &mapping), &options)?;
    summary.notes.extend(notes);
    let fates = fates.into_inner();
    keep_rejected(&sheet, draft, &fates.reasons)?;
    Ok((fates, summary))
}

/// The rows that did not come in, as they stand in the file, with why: to be put right and handed in again.
fn keep_rejected(sheet: &Sheet, draft: &Draft, reasons: &HashMap<i64, String>) -> Result<()> {
    let heading: Vec<&str> = sheet.heading.iter().map(String::as_str).chain(["原因"]).collect();
    let mut table = Vec::new();
    let mut writer = Writer::new(Format::Csv, &mut table, &heading)?;
    let mut reader = sheet.reader()?;
    for row in reader.rows()? {
        let row = row?;
        if let Some(why) = reasons.get(&row.place) {
            let mut cells = row.cells;
            cells.resize(sheet.heading.len(), String::new());
            cells.push(why.clone());
            writer.row(&cells)?;
        }
    }
    writer.finish()?;
    super::draft::private(&draft.rejected(), &table)
}

/// Shows which column is what, and what would become of every row.
fn check(c: &Call, file: &File<'_>, draft: &Draft, errors: &[FieldError]) -> Result<Reply> {
    c.ctx.right(&file.act.name)?;
    let of = definition(c)?;
    let sheet = Sheet::open(&draft.file(), &Limits::default())?;
    let proposal = file.propose(&sheet.heading);
    let picked = draft.about.columns.clone().unwrap_or_else(|| proposal.columns.clone());
    let findings = if draft.about.columns.is_none() { proposal.findings.clone() } else { Vec::new() };
    let told = findings.is_empty() && errors.is_empty();
    let (fates, summary) = if told { run(c, file, draft, true)? } else { Default::default() };
    let wanted = file.wanted();
    let columns = wanted.iter().map(|column| ColumnField {
        name: format!("c.{}", column.key),
        label: column.label.clone(),
        optional: !column.required,
        error: errors
            .iter()
            .find(|error| error.field == column.key)
            .map(|error| error.message.clone())
            .unwrap_or_default(),
        choices: sheet
            .heading
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
            .map(|(nth, name)| Choice {
                value: nth.to_string(),
                label: name.clone(),
                checked: picked.get(&column.key) == Some(&nth),
                ..Choice::default()
            })
            .collect(),
    });
    let rows = fates.shown();
    let mut notes = sheet.notes.clone();
    notes.extend(summary.notes.iter().filter(|note| !sheet.notes.contains(note)).cloned());
    c.page(&CheckPage {
        shell: c.shell(&format!("导入{}", file.of.title))?,
        path: of.path.clone(),
        draft: draft.id.clone(),
        kind: file.address(),
        file: draft.about.name.clone(),
        said: if told { said(&summary, false) } else { String::new() },
        notes,
        findings,
        columns: columns.collect(),
        more: summary.rows.saturating_sub(rows.len() as u64),
        rows,
        brings: summary.accepted + summary.changed,
        rejected: summary.rejected,
    })
}

/// What came of a file, or would come of it, in a sentence or two.
fn said(summary: &Summary, done: bool) -> String {
    let Summary { rows, accepted, changed, rejected, unchanged, .. } = summary;
    let will = if done { "" } else { "将" };
    let parts = [
        (accepted, format!("{will}新增 {accepted} 条")),
        (changed, format!("{will}更新 {changed} 条")),
        (unchanged, format!("{unchanged} 条已有、不变")),
        (rejected, format!("{rejected} 行{}", if done { "没有导入" } else { "不能导入" })),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| **n > 0).map(|(_, text)| text).collect();
    match parts.is_empty() {
        true => String::from("文件里没有数据行。"),
        false => format!("共 {rows} 行：{}。", parts.join("，")),
    }
}

/// `GET /{path}/import/rejected.csv`: the rows of a draft that did not or would not come in.
pub fn rejected(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let file = chosen(c, of, c.query("kind").unwrap_or_default())?;
    let draft = Draft::open(&c.city.data, &c.ctx, &file.address(), c.query("draft").unwrap_or_default())?;
    let table = std::fs::read(draft.rejected()).ok().or_missing()?;
    let name = format!("未导入-{}.csv", draft.about.name.trim_end_matches(".xlsx").trim_end_matches(".csv"));
    Reply::file(&name, "text/csv; charset=utf-8", table, false)?.header("cache-control", "private, no-store")
}

/// The batch that an address or a form names, of this register.
fn batch<'c>(c: &'c Call, of: &Definition, id: &str) -> Result<(BatchId, imports::KeptBatch, File<'c>)> {
    let id: BatchId = Id::parse(id).or_missing()?;
    let kept = c.read(|tx| imports::find(tx, &id))?.or_missing()?;
    let file = chosen(c, of, &kept.kind).map_err(|_| Error::missing())?;
    c.ctx.right(&file.act.name)?;
    Ok((id, kept, file))
}

/// `GET /{path}/import/batch`: what came of a batch, and that it can be taken back.
pub fn came(c: &Call) -> Result<Reply> {
    show(c, c.query("batch").unwrap_or_default(), None)
}

/// `POST /{path}/import/undo`: takes a batch back.
pub fn take_back(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let id = c.filled()?.get("batch").to_owned();
    let (batch, ..) = batch(c, of, &id)?;
    c.end_reading();
    let undone = undo(&c.city, &c.ctx.actor, &batch)?;
    show(c, &id, Some(undone))
}

fn show(c: &Call, id: &str, undone: Option<Undone>) -> Result<Reply> {
    let of = definition(c)?;
    let (id, kept, file) = batch(c, of, id)?;
    let by = c.read(|tx| match Id::parse(&kept.started_by) {
        Some(user) => identity::name_of(tx, &user),
        None => Ok(String::from("命令行")),
    })?;
    let summary = &kept.summary;
    let draft = c.query("draft").and_then(|id| Draft::open(&c.city.data, &c.ctx, &file.address(), id).ok());
    let told = match &undone {
        Some(undone) => format!("已撤回 {} 行。", undone.undone),
        None => said(summary, true),
    };
    c.page(&BatchPage {
        shell: c.shell(&format!("导入{}", of.title))?,
        title: file.of.title.clone(),
        path: of.path.clone(),
        batch: id.to_string(),
        draft: draft.map(|draft| format!("kind={}&draft={}", file.address(), draft.id)).unwrap_or_default(),
        said: told,
        file: kept.file_name.clone(),
        by,
        at: minute_text(kept.started_at),
        gone: summary.gone,
        rejected: summary.rejected,
        brought: summary.accepted + summary.changed,
        undone_at: kept.undone_at.map(minute_text).unwrap_or_default(),
        kept: undone
            .map(|undone| undone.kept.into_iter().map(|kept| (kept.row, kept.because)).collect())
            .unwrap_or_default(),
    })
}
