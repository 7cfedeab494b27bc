//! A file that was handed in: which column is what, what would become of every row, and the confirmation.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use askama::Template;
use huitong_codes::resident_id;
use huitong_kernel::error::{FieldError, Kind as ErrorKind};
use huitong_kernel::http::page::{Choice, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::Pack;
use huitong_kernel::{OrMissing, Result};

use super::super::draft::{self, Draft};
use super::super::{Bring, File};
use super::fates::{self, Fates, RowFate, SHOWN};
use super::{file, said, upload};
use crate::base::imports::{self, Became, Options, Part, Reject, Summary};
use crate::base::sheets::{Format, Sheet, Writer};

#[derive(Template)]
#[template(path = "base/registers/pages/check.html")]
struct CheckPage {
    shell: Shell,
    list: String,
    place: String,
    draft: String,
    file: String,
    said: String,
    notes: Vec<String>,
    findings: Vec<String>,
    /// The sheets of a workbook to choose from.
    sheets: Vec<Choice>,
    /// Whether some of the columns are guessed.
    guessed: bool,
    columns: Vec<ColumnField>,
    fates: Fates,
    /// Whether anything would come in.
    brings: u64,
    rejected: u64,
}

/// A column of ours and the columns of the file to choose from.
struct ColumnField {
    name: String,
    label: String,
    /// That it is guessed, with what stands in it.
    hint: String,
    optional: bool,
    error: String,
    choices: Vec<Choice>,
}

/// Said of a file that somebody confirmed a moment ago.
const TAKEN: &str =
    "这份文件正在导入，结果在“最近的导入”里。过后仍没有导完的，是中断了：再上传同一个文件，接着导。";

/// What is to be done about a file that was handed in.
pub(super) fn look(c: &Call, file: &File<'_>, draft: &Draft) -> Result<Reply> {
    match &draft.about.batch {
        Some(batch) => c.see(&result(file, batch, &draft.id)),
        None if draft.taken() => c.see_saying(&format!("{}/import", file.place()), TAKEN),
        None => check(c, file, draft, &[]),
    }
}

fn result(file: &File<'_>, batch: &str, draft: &str) -> String {
    format!("{}/import/batch?batch={batch}&draft={draft}", file.place())
}

/// `POST /{path}/import`: the steps of one form: the file, the columns, the confirmation.
pub fn steps(c: &Call) -> Result<Reply> {
    let file = file(c)?;
    let filled = c.filled()?;
    c.ctx.right(&file.act.name)?;
    let address = |draft: &Draft| format!("{}/import?draft={}", file.place(), draft.id);
    let Some(id) = Some(filled.get("draft")).filter(|id| !id.is_empty()) else {
        let Some(sent) = c.files("file")?.into_iter().next() else {
            return Ok(upload::ask(c, &file, "请选择要导入的文件")?.status(422));
        };
        return match Draft::keep(&c.city, &c.ctx, &file, sent) {
            Ok(draft) => c.see(&address(&draft)),
            Err(error) if error.kind() == ErrorKind::Malformed => {
                Ok(upload::ask(c, &file, error.message())?.status(422))
            }
            Err(error) => Err(error),
        };
    };
    let mut draft = Draft::open(&c.city.data, &c.ctx, &file.address(), id)?;
    if draft.about.batch.is_some() || draft.taken() {
        return look(c, &file, &draft);
    }
    if filled.get("step") == "columns" {
        let sheet = filled.get("sheet");
        if !sheet.is_empty() && draft.sheet(&file)?.sheet() != Some(sheet) {
            return c.see(&address(&draft.on_sheet(&file, sheet)?));
        }
        let picked = file.columns.iter().filter_map(|column| {
            Some((column.key.clone(), filled.get(&format!("c.{}", column.key)).parse::<usize>().ok()?))
        });
        let columns: BTreeMap<String, usize> = picked.collect();
        draft.about.columns = Some(columns.clone());
        if let Err(error) = file.checked(columns) {
            return c.again(error, |errors| check(c, &file, &draft, errors));
        }
        draft.save()?;
        return c.see(&address(&draft));
    }
    // Who confirms twice at once brings it in once.
    if !draft.take()? {
        return look(c, &file, &draft);
    }
    match run(c, &file, &draft, false) {
        Ok((_, summary)) => {
            let batch = summary.batch.or_missing()?;
            draft.became(&batch)?;
            c.see(&result(&file, &batch, &draft.id))
        }
        Err(error) => draft.give_back().and(Err(error)),
    }
}

/// What a run says of its rows: how many become what, and the first ones behind a place of each.
#[derive(Default)]
struct Seen {
    after: i64,
    parts: [(u64, Vec<RowFate>); 4],
    reasons: HashMap<i64, String>,
}

const ORDER: [Part; 4] = [Part::Rejected, Part::Changed, Part::New, Part::Unchanged];

impl Seen {
    fn see(&mut self, row: i64, name: &str, became: &Became) {
        let (part, why) = match became {
            Became::Accepted { remarks, .. } => (Part::New, Reject::sentence(remarks)),
            Became::Changed(changes) => {
                let shown = |change: &&Reject| !resident_id::stands_in(&change.value);
                let told = changes.iter().filter(shown);
                let told = told.map(|one| format!("{}：{}，现在是“{}”", one.column, one.reason, one.value));
                (Part::Changed, told.collect::<Vec<_>>().join("；"))
            }
            Became::Unchanged(_) => (Part::Unchanged, String::new()),
            Became::Rejected(found) => {
                let why = Reject::sentence(found);
                self.reasons.insert(row, why.clone());
                (Part::Rejected, why)
            }
        };
        let after = self.after;
        let kept = ORDER.iter().position(|known| *known == part);
        let Some((count, rows)) = kept.and_then(|nth| self.parts.get_mut(nth)) else { return };
        *count += 1;
        // One more than is shown tells that there are more.
        if row > after && rows.len() <= SHOWN {
            let (tone, fate) = fates::label(part, false);
            rows.push(RowFate {
                place: row,
                row,
                name: name.to_owned(),
                href: String::new(),
                tone,
                fate,
                why,
            });
        }
    }

    fn shown(mut self, c: &Call, address: &str) -> Fates {
        let counts = self.parts.each_ref().map(|(count, _)| *count);
        let nth = |part: Part| ORDER.iter().position(|known| *known == part);
        let count = |part: Part| nth(part).map_or(0, |nth| counts[nth]);
        let part = fates::asked(c.query("part"), &ORDER, &count);
        let mut rows = nth(part).map(|nth| std::mem::take(&mut self.parts[nth].1)).unwrap_or_default();
        // What cannot be read as a row at all is told before its neighbours are decided.
        rows.sort_by_key(|row| row.row);
        Fates::of((part, false), &count, rows, address)
    }
}

/// Brings a draft in, or says what would become of it; keeps the rows that cannot come in beside it.
fn run(c: &Call, file: &File<'_>, draft: &Draft, dry_run: bool) -> Result<(Seen, Summary)> {
    let sheet = draft.sheet(file)?;
    let (mapping, notes) = match &draft.about.columns {
        Some(columns) => (file.checked(columns.clone())?, Vec::new()),
        None => file.mapping(&sheet.heading, true)?,
    };
    let mapping = mapping.on_sheet(draft.about.sheet.as_deref());
    let bring = Bring::of(file, c.ctx.today());
    let seen = RefCell::new(Seen { after: fates::after(c.query("after")), ..Seen::default() });
    let see = |row: i64, name: &str, became: &Became| seen.borrow_mut().see(row, name, became);
    let options = Options { dry_run, fates: Some(&see), ..Options::default() };
    c.end_reading();
    let mut summary = imports::run(&c.city, &c.ctx.actor, &bring, (&sheet, &mapping), &options)?;
    summary.notes.extend(notes.into_iter().chain(bring.notes()));
    let seen = seen.into_inner();
    keep_rejected(file.pack, &sheet, draft, &seen.reasons)?;
    Ok((seen, summary))
}

/// The rows that did not come in, as they stand in the file, with why: to be put right and handed in again.
fn keep_rejected(pack: &Pack, sheet: &Sheet, draft: &Draft, reasons: &HashMap<i64, String>) -> Result<()> {
    let heading: Vec<&str> = sheet.heading.iter().map(String::as_str).chain(["原因"]).collect();
    let mut table = Vec::new();
    let mut writer = Writer::new(Format::Csv, &mut table, &heading)?;
    let mut reader = sheet.reader()?;
    for row in reader.rows()? {
        let row = row?;
        if let Some(why) = reasons.get(&i64::try_from(row.line).unwrap_or(i64::MAX)) {
            let mut cells: Vec<String> = row.cells.into_iter().map(|cell| spread(pack, cell)).collect();
            cells.resize(sheet.heading.len(), String::new());
            cells.push(why.clone());
            writer.row(&cells)?;
        }
    }
    writer.finish()?;
    draft::private(&draft.rejected(), &table)
}

/// A cell as it may stand in a further file.
fn spread(pack: &Pack, cell: String) -> String {
    match (resident_id::stands_in(&cell), pack.stop(&cell)) {
        (true, _) => String::from("（含身份证号码，不写出）"),
        (_, Some(_)) => String::from("（含涉密标志，不写出）"),
        _ => cell,
    }
}

/// Shows which column is what, and what would become of every row.
fn check(c: &Call, file: &File<'_>, draft: &Draft, errors: &[FieldError]) -> Result<Reply> {
    c.ctx.right(&file.act.name)?;
    let sheet = draft.sheet(file)?;
    let proposal = file.propose(&sheet.heading);
    let (mut picked, mut findings, mut guesses) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    match &draft.about.columns {
        Some(columns) => picked.clone_from(columns),
        None => {
            findings = proposal.wrong(true);
            picked.extend(proposal.columns.into_iter().chain(proposal.guesses.clone()));
            guesses = proposal.guesses;
        }
    }
    let sheets = sheet.sheets.iter().map(|name| Choice {
        checked: sheet.sheet() == Some(name),
        value: name.clone(),
        label: name.clone(),
        ..Choice::default()
    });
    let told = findings.is_empty() && errors.is_empty();
    let (seen, summary) = if told { run(c, file, draft, true)? } else { Default::default() };
    let mut notes = sheet.notes.clone();
    notes.extend(summary.notes.iter().filter(|note| !sheet.notes.contains(note)).cloned());
    c.page(&CheckPage {
        shell: c.shell(&format!("导入{}", file.of.title))?,
        list: format!("/{}", file.register().path),
        place: file.place(),
        draft: draft.id.clone(),
        file: draft.about.name.clone(),
        said: if told { said(&summary, false) } else { String::new() },
        notes,
        findings,
        sheets: sheets.collect(),
        guessed: !guesses.is_empty(),
        columns: columns(file, &sheet, (&picked, &guesses), errors)?,
        fates: seen.shown(c, &format!("{}/import?draft={}&", file.place(), draft.id)),
        brings: summary.accepted + summary.changed,
        rejected: summary.rejected,
    })
}

fn columns(
    file: &File<'_>,
    sheet: &Sheet,
    (picked, guesses): (&BTreeMap<String, usize>, &BTreeMap<String, usize>),
    errors: &[FieldError],
) -> Result<Vec<ColumnField>> {
    let sample = sheet.reader()?.rows()?.next().transpose()?.map(|row| row.cells).unwrap_or_default();
    let guess = |place: &usize| match sample.get(*place).filter(|cell| !cell.is_empty()) {
        Some(cell) => format!("猜的，请核对。这一列第一行是“{cell}”。"),
        None => String::from("猜的，请核对。这一列第一行是空的。"),
    };
    let choices = |key: &str| {
        let named = sheet.heading.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let choices = named.map(|(nth, name)| Choice {
            value: nth.to_string(),
            label: name.clone(),
            checked: picked.get(key) == Some(&nth),
            ..Choice::default()
        });
        choices.collect()
    };
    let wrong = |key: &str| errors.iter().find(|error| error.field == key);
    let all = file.wanted().into_iter().map(|column| ColumnField {
        name: format!("c.{}", column.key),
        hint: guesses.get(&column.key).map(guess).unwrap_or_default(),
        optional: !column.required,
        error: wrong(&column.key).map(|error| error.message.clone()).unwrap_or_default(),
        choices: choices(&column.key),
        label: column.label,
    });
    Ok(all.collect())
}

/// `GET /{path}/import/rejected.csv`: the rows of a draft that did not or would not come in.
pub fn rejected(c: &Call) -> Result<Reply> {
    let file = file(c)?;
    let draft = Draft::open(&c.city.data, &c.ctx, &file.address(), c.query("draft").unwrap_or_default())?;
    let table = std::fs::read(draft.rejected()).ok().or_missing()?;
    let name = format!("未导入-{}.csv", draft.about.name.trim_end_matches(".xlsx").trim_end_matches(".csv"));
    Reply::file(&name, "text/csv; charset=utf-8", table, false)?.header("cache-control", "private, no-store")
}
