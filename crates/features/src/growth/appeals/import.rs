//! Appeals of another system: each row of its file becomes a case by the act `appeal.register`, under its own number.

use std::collections::HashMap;
use std::path::Path;

use huitong_kernel::city::City;
use huitong_kernel::clock::{civil_date, instant, parse_instant};
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Filled;
use huitong_kernel::http::form::{self, Checked};
use huitong_kernel::pack::{Finding, Form, Pack};
use huitong_kernel::{OrMissing, Result, Tx};
use jiff::civil::{Date, Time};

use super::{entry, policy, store, submit};
use crate::base::imports::{
    self, BatchId, Entered, Entry, Kind, Line, Mapping, Options, Reject, Row, Rules, Sheet, Summary,
    UnitNames, Words,
};
use crate::base::units::UnitId;

/// The form a row is held to: looser than that of intake, for what was said elsewhere cannot be said again.
const FORM: &str = "appeal_import";
/// Characters of the text that make a title where the file has none.
const TITLE: usize = 30;
/// Columns of the mapping that are no fields of the form.
const OWN: [(&str, bool); 5] =
    [("number", true), ("date", true), ("time", false), ("category_path", false), ("unit", false)];
/// What must come from the file or from the mapping.
const EITHER: [&str; 3] = ["kind", "disclosure", "time"];

/// What to import and how.
pub struct Request<'a> {
    /// The file.
    pub file: &'a Path,
    /// The mapping file.
    pub mapping: &'a Path,
    /// Enter units that the file names and the city does not know.
    pub create_units: bool,
    /// The rest.
    pub options: Options<'a>,
}

/// Imports a file of appeals (`appeal.register` for each row).
///
/// # Errors
/// 400 with all findings where file or mapping cannot be used; a row that is wrong is a reject and no error.
pub fn run(city: &City, actor: &Actor, request: &Request) -> Result<Summary> {
    let policy = city.policy();
    let pack = policy.pack.as_deref().or_missing()?;
    let form = pack.form(FORM).ok_or_else(|| {
        let remedy = format!("请在 appeals/forms.toml 中补上 [forms.{FORM}]");
        imports::refused(&[finding("appeals/forms.toml", 0, "政策包中没有“导入诉求”表单", &remedy)])
    })?;
    let sheet = Sheet::open(request.file)?;
    let ctx = city.ctx(actor.clone());
    let mapping = mapping(request.mapping, &sheet, pack, form, civil_date(ctx.now))?;
    let mut units = city.db.read(&ctx, UnitNames::load)?;
    let mut created = Vec::new();
    let mut assumed = Vec::new();
    if request.create_units && mapping.column("unit").is_some() {
        let unknown = units.unknown(&sheet, &mapping, "unit")?;
        created = unknown.iter().cloned().collect();
        match request.options.dry_run {
            true => assumed.clone_from(&created),
            false => units.create(city, actor, &unknown)?,
        }
    }
    let rules = mapping.rules("category");
    let source = mapping.supplied("source").unwrap_or_default();
    let appeals = Appeals { pack, form, units, assumed, rules, source, now: ctx.now };
    let mut summary = imports::run(city, actor, &appeals, (&sheet, &mapping), &request.options)?;
    summary.units_created = created;
    Ok(summary)
}

fn finding(file: &str, line: usize, message: &str, suggestion: &str) -> Finding {
    let at = huitong_kernel::pack::At { file: file.to_owned(), line, key: String::new() };
    at.finding(message, suggestion)
}

/// Reads the mapping and holds what it supplies to the pack, so that one mistake there is said once.
fn mapping(path: &Path, sheet: &Sheet, pack: &Pack, form: &Form, today: Date) -> Result<Mapping> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path)
        .map_err(|e| imports::refused(&[finding(&name, 0, &format!("读不了映射文件：{e}"), "请核对路径")]))?;
    let fields = || form.fields.iter().map(|f| f.key.as_str()).filter(|key| *key != "source_number");
    let words = Words {
        columns: OWN
            .into_iter()
            .chain(fields().filter(|f| *f != "source").map(|f| (f, f == "text")))
            .collect(),
        supply: fields()
            .chain(["time", "title_characters"])
            .filter(|f| !["title", "text"].contains(f))
            .collect(),
        either: EITHER.to_vec(),
        rules: vec!["category"],
    };
    let mapping = Mapping::read(&name, &text, &sheet.heading, &words)?;
    let findings = held_to_pack(&mapping, pack, form, &name, today);
    if findings.is_empty() { Ok(mapping) } else { Err(imports::refused(&findings)) }
}

fn held_to_pack(mapping: &Mapping, pack: &Pack, form: &Form, name: &str, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    let supplied: Vec<(&str, &str)> = mapping.supply().map(|(key, text, _)| (key, text)).collect();
    let wrong = form::check(form, pack, &Filled::of(&supplied), today).err().unwrap_or_default();
    for (key, text, at) in mapping.supply() {
        let here = wrong.iter().filter(|e| e.field == key);
        findings.extend(here.map(|e| at.finding(e.message.clone(), "请改成政策包中有的值")));
        let odd = match key {
            "time" => time(text).is_none(),
            "title_characters" => !text.parse::<usize>().is_ok_and(|n| (4..=60).contains(&n)),
            _ => false,
        };
        if odd {
            findings.push(at.finding(format!("看不懂“{text}”"), "时间写成 \"09:00\"，标题字数写 4 至 60"));
        }
    }
    if mapping.supplied("source").is_none() {
        let message = "没有说明 source";
        findings.push(finding(name, 1, message, "请在 [supply] 写 source = \"hotline\"（受理渠道的代码）"));
    }
    for (code, at) in
        mapping.rules("category").words().filter(|(code, _)| policy::of(pack).category(code).is_none())
    {
        let near = huitong_kernel::pack::did_you_mean(
            code,
            policy::of(pack).categories.iter().map(|c| c.code.as_str()),
        );
        findings.push(at.finding(format!("诉求分类中没有“{code}”"), near));
    }
    findings
}

/// Appeals as a kind of import.
struct Appeals<'a> {
    pack: &'a Pack,
    form: &'a Form,
    units: UnitNames,
    /// Units that a dry run supposes to be there.
    assumed: Vec<String>,
    rules: Rules,
    source: &'a str,
    now: i64,
}

/// A row that was understood.
struct Understood {
    said: Checked,
    received_at: i64,
    unit: Option<UnitId>,
    unit_name: String,
}

impl Kind for Appeals<'_> {
    type Entry = Understood;
    const KEY: &'static str = "appeals";
    const ACT: &'static str = "appeal.register";
    const KEY_COLUMN: &'static str = "number";

    fn read(&self, line: &Line) -> std::result::Result<Understood, Vec<Reject>> {
        let mut rejects = Vec::new();
        let received_at = received_at(line).map_err(|reject| rejects.push(reject)).unwrap_or_default();
        if received_at > self.now {
            rejects.push(line.reject("date", "日期在现在之后，请核对"));
        }
        let unit_name = line.text("unit").to_owned();
        let unit = self.units.get(&unit_name).cloned();
        if unit.is_none() && !unit_name.is_empty() && !self.assumed.contains(&unit_name) {
            let reason = format!("没有名为“{unit_name}”的单位；请先新增，或者加上 --create-units 一并新增");
            rejects.push(line.reject("unit", reason));
        }
        let path = line.texts("category_path");
        if path.iter().any(|part| !part.is_empty()) && self.rules.word(&path).is_none() {
            let reason = "对照表里没有这个分类；请在 [category] 补上一行，或者写 default";
            rejects.push(line.reject("category_path", reason));
        }
        match form::check(self.form, self.pack, &self.filled(line), civil_date(self.now)) {
            Ok(said) if rejects.is_empty() => return Ok(Understood { said, received_at, unit, unit_name }),
            Ok(_) => {}
            Err(wrong) => {
                rejects.extend(wrong.into_iter().map(|e| line.reject(column_of(&e.field, line), e.message)));
            }
        }
        // What must not be on this network is not written into a further file either.
        for reject in rejects.iter_mut().filter(|reject| self.pack.stop(&reject.value).is_some()) {
            reject.value = String::from("（含涉密标志，不写出）");
        }
        Err(rejects)
    }

    fn known(&self, tx: &Tx, keys: &[&str]) -> Result<HashMap<String, String>> {
        let known = store::by_source_numbers(tx, self.source, keys)?;
        Ok(known.into_iter().map(|(number, id)| (number, id.to_string())).collect())
    }

    fn enter(&self, tx: &Tx, rows: &[&Row<Understood>], batch: &BatchId) -> Result<Vec<Entry>> {
        let right = tx.ctx().right(Self::ACT)?;
        let mut answers = Vec::with_capacity(rows.len());
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let Understood { said, received_at, unit_name, .. } = &row.entry;
            match submit::entry(
                tx,
                "register",
                said,
                &[],
                right.first_post(),
                self.source,
                Some(*received_at),
            ) {
                Ok(mut entry) => {
                    let facts = [("import", batch.as_str().into()), ("row", row.row.into())];
                    for (key, value) in facts.into_iter().chain([("source_unit", unit_name.as_str().into())])
                    {
                        let value: serde_json::Value = value;
                        entry.matter.record = entry.matter.record.fact(key, value);
                    }
                    entries.push(entry);
                    answers.push(Ok(()));
                }
                Err(error) if error.field_errors().is_empty() => return Err(error),
                Err(error) => answers.push(Err(rejects_of(&error))),
            }
        }
        let mut receipts = entry::write(tx, entries)?.into_iter();
        let mut entered = |row: &Row<Understood>| {
            let receipt = receipts.next().or_missing()?;
            let unit = row.entry.unit.clone();
            Ok(Entered { subject: receipt.id, unit, receipt: Some((receipt.number, receipt.tracking_code)) })
        };
        let pairs = rows.iter().zip(answers);
        pairs.map(|(row, answer)| answer.map_or_else(|r| Ok(Err(r)), |()| entered(row).map(Ok))).collect()
    }
}

impl Appeals<'_> {
    /// The form as the row fills it in.
    fn filled(&self, line: &Line) -> Filled {
        let mut filled = Filled::default();
        for field in &self.form.fields {
            filled.values.insert(field.key.clone(), line.text(&field.key).replace("\r\n", "\n"));
        }
        let mut put = |key: &str, value: String| filled.values.insert(key.to_owned(), value);
        put("source_number", line.text("number").to_owned());
        if line.text("title").is_empty() {
            let length = line.text("title_characters").parse().unwrap_or(TITLE);
            put("title", title(line.text("text"), length));
        }
        if line.text("category").is_empty()
            && let Some(code) = self.rules.word(&line.texts("category_path"))
        {
            put("category", code.to_owned());
        }
        filled
    }
}

/// The beginning of a text as one line.
fn title(text: &str, length: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// The key of the mapping that a field of the form is filled from.
fn column_of<'a>(field: &'a str, line: &Line) -> &'a str {
    match field {
        "source_number" => "number",
        "title" if line.text("title").is_empty() => "text",
        "category" if line.text("category").is_empty() => "category_path",
        field => field,
    }
}

/// What keeps out a row whose names nobody in the register goes by.
fn rejects_of(error: &huitong_kernel::Error) -> Vec<Reject> {
    let of = |e: &huitong_kernel::error::FieldError| Reject {
        column: e.field.clone(),
        value: String::new(),
        reason: e.message.clone(),
    };
    error.field_errors().iter().map(of).collect()
}

/// When the matter came in there: a date, with the time in the same column, in another, or supplied.
fn received_at(line: &Line) -> std::result::Result<i64, Reject> {
    let text = line.text("date").replace('/', "-");
    if text.len() > 10
        && let Some(at) = parse_instant(&text)
    {
        return Ok(at);
    }
    let wrong = "没有这个日期；日期应写成 2025-03-14 或者 2025/3/14";
    let date = date(&text).ok_or_else(|| line.reject("date", wrong))?;
    let time = time(line.text("time")).ok_or_else(|| line.reject("time", "时间应写成 09:00"))?;
    Ok(instant(date.to_datetime(time)))
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(|part| part.parse::<i16>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let small = |n: i16| i8::try_from(n).ok();
    Date::new(year, small(month)?, small(day)?).ok().filter(|_| parts.next().is_none())
}

fn time(text: &str) -> Option<Time> {
    let full = if text.len() == 4 { format!("0{text}") } else { text.to_owned() };
    full.parse().ok()
}
