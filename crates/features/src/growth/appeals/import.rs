//! Appeals of another system: each row of its file becomes a case by the act `appeal.register`, under its own number.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use huitong_codes::{Moment, moment, resident_id, text};
use huitong_kernel::city::City;
use huitong_kernel::clock::{civil_date, instant};
use huitong_kernel::ctx::{Actor, Post};
use huitong_kernel::http::Filled;
use huitong_kernel::http::form::{self, Checked};
use huitong_kernel::pack::{Finding, Form, Pack};
use huitong_kernel::{OrMissing, Result, Tx};
use jiff::civil::{Date, Time};
use serde_json::json;

use super::model::BODY;
use super::{entry, policy, store, submit};
use crate::base::imports::{
    self, BatchId, ByKey, Entered, Entry, Keyed, Line, Mapping, Options, Reject, Row, Rules, Summary,
    UnitNames, Unknown, Words,
};
use crate::base::matters::sentences::IMPORT;
use crate::base::sheets::{Limits, Pick, Sheet};
use crate::base::units::UnitId;

/// The form a row is held to: looser than that of intake, for what was said elsewhere cannot be said again.
pub const FORM: &str = "appeal_import";
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
    /// Enter also those whose name is near that of another unit.
    pub create_near: bool,
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
    let sheet = Sheet::open(request.file, &Limits::of_operator(), &Pick::FIRST)?;
    let ctx = city.ctx(actor.clone());
    let mapping = mapping(request.mapping, &sheet, pack, form, civil_date(ctx.now))?;
    let mut units = city.db.read(&ctx, UnitNames::load)?;
    let mut unknown = Unknown::default();
    let mut assumed = Vec::new();
    if (request.create_units || request.create_near) && mapping.column("unit").is_some() {
        unknown = units.unknown(&sheet, &mapping, "unit")?;
        if request.create_near {
            unknown.new.extend(std::mem::take(&mut unknown.near).into_iter().map(|(name, _)| name));
        }
        match request.options.dry_run {
            true => assumed = unknown.new.iter().map(|name| text::same(name)).collect(),
            false => units.create(city, actor, &unknown.new)?,
        }
    }
    let rules = mapping.rules("category");
    let source = mapping.supplied("source").unwrap_or_default();
    let near = unknown.near.iter().map(|(name, known)| (text::same(name), known.clone())).collect();
    let appeals = Appeals { pack, form, units, assumed, near, rules, source, now: ctx.now };
    let mut summary = imports::run(city, actor, &ByKey::of(&appeals), (&sheet, &mapping), &request.options)?;
    (summary.units_created, summary.units_near) = (unknown.new, unknown.near);
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
            "time" => moment::time(text).is_err(),
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
    /// Names that nobody has confirmed, with the name of the unit that may be meant.
    near: HashMap<String, String>,
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
    unread: BTreeMap<String, String>,
}

impl Keyed for Appeals<'_> {
    type Entry = Understood;
    const KEY: &'static str = "appeals";
    const ACT: &'static str = "appeal.register";
    const KEY_COLUMN: &'static str = "number";

    fn read(&self, line: &Line, remarks: &mut Vec<Reject>) -> std::result::Result<Understood, Vec<Reject>> {
        let mut rejects = Vec::new();
        let received_at = self.received_at(line).map_err(|reject| rejects.push(reject)).unwrap_or_default();
        let unit_name = imports::unit_name(line.text("unit"));
        let unit = self.units.get(&unit_name).cloned();
        if unit.is_none() && !unit_name.is_empty() {
            rejects.extend(self.unknown_unit(&unit_name).map(|reason| line.reject("unit", reason)));
        }
        let path = line.texts("category_path");
        if path.iter().any(|part| !part.is_empty()) && self.rules.word(&path).is_none() {
            let reason = "对照表里没有这个分类；请在 [category] 补上一行，或者写 default";
            rejects.push(line.reject("category_path", reason));
        }
        let mut filled = self.filled(line);
        let today = civil_date(self.now);
        let mut left_out = Vec::new();
        let mut checked = form::check(self.form, self.pack, &filled, today);
        if let Err(wrong) = &checked {
            for error in wrong.iter().filter(|error| self.optional(&error.field)) {
                let words = filled.values.remove(&error.field).unwrap_or_default();
                // What must not be on this network keeps the row out, in whatever column it stands.
                if self.pack.stop(&words).is_some() {
                    filled.values.insert(error.field.clone(), words);
                    continue;
                }
                left_out.push((error.field.clone(), words, error.message.clone()));
            }
            checked = form::check(self.form, self.pack, &filled, today);
        }
        match checked {
            Ok(mut said) if rejects.is_empty() => {
                let mut unread = BTreeMap::new();
                for (field, words, why) in left_out {
                    remarks
                        .push(line.reject(column_of(&field, line), self.unread_words(&field, &words, &why)));
                    self.keep(&mut said, &mut unread, &field, &words);
                }
                return Ok(Understood { said, received_at, unit, unit_name, unread });
            }
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

    fn enter(&self, tx: &Tx, rows: &[&Row<Understood>], batch: Option<&BatchId>) -> Result<Vec<Entry>> {
        let right = tx.ctx().right(Self::ACT)?;
        let mut answers = Vec::with_capacity(rows.len());
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            answers.push(match self.decided(tx, row, right.first_post())? {
                Ok((entry, unread, remarks)) => {
                    entries.extend(batch.map(|batch| with_batch(entry, batch, row)));
                    Ok((unread, remarks))
                }
                Err(rejects) => Err(rejects),
            });
        }
        let mut receipts = match batch {
            Some(_) => entry::write(tx, entries)?,
            None => Vec::new(),
        }
        .into_iter();
        let mut entered = |row: &Row<Understood>, (unread, remarks)| {
            let unit = row.entry.unit.clone();
            let (subject, receipt) = match batch {
                Some(_) => {
                    let receipt = receipts.next().or_missing()?;
                    (receipt.id, Some((receipt.number, receipt.tracking_code)))
                }
                None => (String::new(), None),
            };
            Ok(Entered { subject, unit, receipt, unread, remarks })
        };
        let pairs = rows.iter().zip(answers);
        pairs
            .map(|(row, answer)| answer.map_or_else(|r| Ok(Err(r)), |kept| entered(row, kept).map(Ok)))
            .collect()
    }
}

/// Where the case came from, in its record and in its first step.
fn with_batch<'f>(mut entry: entry::Entry<'f>, batch: &BatchId, row: &Row<Understood>) -> entry::Entry<'f> {
    entry.matter.record = entry
        .matter
        .record
        .fact(IMPORT, batch.as_str())
        .fact("row", row.row)
        .fact("source_unit", row.entry.unit_name.as_str());
    entry.matter.step.content = json!({IMPORT: batch.as_str()}).to_string();
    entry
}

/// A case that can be entered, words of it that could not be read, and what is to be said of them.
type Decided<'f> = (entry::Entry<'f>, BTreeMap<String, String>, Vec<Reject>);

impl Appeals<'_> {
    /// The case of a row, without the optional fields that nobody in the registers goes by.
    fn decided<'f>(
        &self,
        tx: &'f Tx,
        row: &Row<Understood>,
        post: Option<&Post>,
    ) -> Result<std::result::Result<Decided<'f>, Vec<Reject>>> {
        let Understood { said, received_at, unread, .. } = &row.entry;
        let begun =
            |said: &Checked| submit::entry(tx, "register", said, &[], post, self.source, Some(*received_at));
        let error = match begun(said) {
            Ok(entry) => return Ok(Ok((entry, unread.clone(), Vec::new()))),
            Err(error) if error.field_errors().is_empty() => return Err(error),
            Err(error) => error,
        };
        let (mut said, mut unread, mut remarks) = (said.clone(), unread.clone(), Vec::new());
        for wrong in error.field_errors() {
            let label = self.form.field(&wrong.field).map_or(&wrong.field, |field| &field.label);
            let reject =
                |reason| Reject { column: label.clone(), value: said.text(&wrong.field).to_owned(), reason };
            if !self.optional(&wrong.field) {
                return Ok(Err(vec![reject(wrong.message.clone())]));
            }
            let words = said.text(&wrong.field).to_owned();
            remarks.push(reject(self.unread_words(&wrong.field, &words, &wrong.message)));
            said.leave_out(&wrong.field);
            self.keep(&mut said, &mut unread, &wrong.field, &words);
        }
        match begun(&said) {
            Ok(entry) => Ok(Ok((entry, unread, remarks))),
            Err(error) if error.field_errors().is_empty() => Err(error),
            Err(error) => Ok(Err(rejects_of(&error))),
        }
    }

    /// Whether a row may lack the field: then what stands there and cannot be read never keeps the row out.
    fn optional(&self, field: &str) -> bool {
        self.form.field(field).is_some_and(|field| !field.required)
    }

    fn unread_words(&self, field: &str, words: &str, why: &str) -> String {
        let label = self.form.field(field).map_or(field, |field| &field.label);
        let kept = if resident_id::stands_in(words) { "没有留存" } else { "按原文留存" };
        format!("“{label}”未能识别，{kept}：{why}")
    }

    /// Keeps words that could not be read as they stood: those about a person with the person, where they are masked and every
    /// look is recorded; whose case it is only where the complainant is named.
    fn keep(&self, said: &mut Checked, unread: &mut BTreeMap<String, String>, field: &str, words: &str) {
        let personal = self.form.field(field).is_some_and(|field| field.personal);
        let identity = BODY.contains(&field);
        if text::is_nothing(words) || (identity && said.text("disclosure") != "named") {
            return;
        }
        match personal {
            true => said.mean(field, words),
            // Many see it there.
            false if resident_id::stands_in(words) => {}
            false => drop(unread.insert(field.to_owned(), words.to_owned())),
        }
    }

    fn unknown_unit(&self, name: &str) -> Option<String> {
        let same = text::same(name);
        if self.assumed.contains(&same) {
            return None;
        }
        Some(match self.near.get(&same) {
            Some(known) => format!(
                "没有名为“{name}”的单位，相近的有“{known}”；是同一单位的请在文件中改成它的名称，确是另一单位的加上 --create-near-units"
            ),
            None if resident_id::stands_in(name) => {
                String::from("单位名称里有身份证号码；请改成单位全称，或者留空")
            }
            None if !name.chars().any(text::is_han) => {
                format!("“{name}”不是单位名称；请改成单位全称，或者留空")
            }
            None => format!("没有名为“{name}”的单位；请先新增，或者加上 --create-units 一并新增"),
        })
    }

    /// When the matter came in there: a date, with the time in the same column, in another, or supplied.
    fn received_at(&self, line: &Line) -> std::result::Result<i64, Reject> {
        let read = Moment::parse(line.text("date")).map_err(|e| line.reject("date", e.message))?;
        // A column of dates alone is written with the time 0:00 by some programs.
        let beside = line.has("time") && read.time.is_none_or(|time| time == Time::midnight());
        let time = match read.time.filter(|_| !beside) {
            Some(time) => time,
            None => moment::time(line.text("time")).map_err(|e| line.reject("time", e.message))?,
        };
        let (first, year) = (self.pack.plausible_from, read.date.year());
        if year < first {
            let why = format!("年份 {year} 早于 {first} 年，请核对；年份写成四位");
            return Err(line.reject("date", why));
        }
        let at = instant(read.date.to_datetime(time));
        if at > self.now { Err(line.reject("date", "日期在现在之后，请核对")) } else { Ok(at) }
    }

    /// The form as the row fills it in.
    fn filled(&self, line: &Line) -> Filled {
        let mut filled = Filled::default();
        for field in &self.form.fields {
            filled.values.insert(field.key.clone(), line.text(&field.key).to_owned());
        }
        let mut put = |key: &str, value: String| filled.values.insert(key.to_owned(), value);
        put("source_number", line.key("number"));
        if line.text("title").is_empty() {
            let length = line.text("title_characters").parse().unwrap_or(TITLE);
            put("title", title_of(line.text("text"), length));
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
fn title_of(text: &str, length: usize) -> String {
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
