//! Checks a filled form against its definition in the pack: every finding at its field, all at once, in Chinese.

use std::collections::BTreeMap;

use huitong_codes::text::{clean, signs};
use huitong_codes::{Phone, Uscc, resident_id};
use jiff::civil::Date;
use serde_json::Value as Json;

use crate::error::{Error, FieldError, OrMissing, Result};
use crate::http::answers;
use crate::http::body::{Content, Filled, Upload};
use crate::http::call::Call;
pub use crate::http::form_schema::schema;
pub use crate::http::formview::{FieldView, FormView};
use crate::pack::{Control, Field, Form, Pack, Stop};

/// Characters at most where the form says nothing (a choice, a name that was looked up).
const SHORT: usize = 200;
/// Names that every form may carry beside its fields.
const OURS: [&str; 3] = ["csrf", "submit_token", "version"];

/// A form that holds: trimmed, in one written form, hidden fields left out.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    values: BTreeMap<String, Json>,
    files: Vec<Upload>,
}

impl Checked {
    /// The text of a field; "" where it was left empty or is not shown.
    pub fn text(&self, key: &str) -> &str {
        self.values.get(key).and_then(Json::as_str).unwrap_or_default()
    }

    /// The answer of a field as programs read it; none where it was left empty or is not shown.
    pub fn json(&self, key: &str) -> Option<&Json> {
        self.values.get(key)
    }

    /// Puts what was meant in the place of what was typed: an account for its name.
    pub fn mean(&mut self, key: &str, value: &str) {
        self.values.insert(key.to_owned(), Json::from(value));
    }

    /// The same of any type: accounts for their names.
    pub fn mean_json(&mut self, key: &str, value: Json) {
        self.values.insert(key.to_owned(), value);
    }

    /// Takes back what was said in a field.
    pub fn leave_out(&mut self, key: &str) {
        self.values.remove(key);
        self.values.remove(&format!("{key}_id"));
    }

    /// The text of a field that may be left empty.
    pub fn some(&self, key: &str) -> Option<&str> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    /// The key behind a looked-up name (`association_id` beside `association`), where one was picked from the list.
    pub fn id(&self, key: &str) -> Option<&str> {
        self.some(&format!("{key}_id"))
    }

    /// Whether a box was ticked.
    pub fn flag(&self, key: &str) -> bool {
        self.text(key) == "1"
    }

    /// A date.
    pub fn date(&self, key: &str) -> Option<Date> {
        self.text(key).parse().ok()
    }

    /// Files of a field.
    pub fn files<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Upload> {
        self.files.iter().filter(move |f| f.field == key)
    }

    /// All answers by field.
    pub fn values(&self) -> &BTreeMap<String, Json> {
        &self.values
    }
}

impl Call {
    /// The form of the route, checked; 422 with every finding where it does not hold.
    pub fn checked(&self) -> Result<Checked> {
        let pack = self.ctx.pack()?;
        let form = self.route.form.as_deref().and_then(|key| pack.form(key)).or_missing()?;
        let filled = self.filled()?;
        let unsaid = self.route.defaults.iter().filter(|(key, _)| filled.get(key).trim().is_empty());
        let unsaid: Vec<_> = unsaid.collect();
        if unsaid.is_empty() {
            return check(form, pack, filled, self.ctx.today()).map_err(Error::fields);
        }
        let mut filled = filled.clone();
        for (key, value) in unsaid {
            filled.values.insert(key.to_string(), value.to_string());
        }
        check(form, pack, &filled, self.ctx.today()).map_err(Error::fields)
    }
}

/// Checks what was filled in; days said from today are counted from `today`.
///
/// # Errors
/// Every finding, in the order of the fields.
pub fn check(
    form: &Form,
    pack: &Pack,
    filled: &Filled,
    today: Date,
) -> std::result::Result<Checked, Vec<FieldError>> {
    let (mut checked, mut wrong) = (Checked::default(), Vec::new());
    for field in &form.fields {
        if field.retired.is_some_and(|day| day <= today) || !field.visible_among(&checked.values) {
            continue;
        }
        let result = match field.control {
            Control::Files => files(field, pack, filled, &mut checked),
            _ if answers::is_typed(field) => match answers::read(field, pack, filled, today) {
                Ok(answer) => {
                    checked.values.extend(answer.map(|answer| (field.key.clone(), answer)));
                    Ok(())
                }
                Err(found) => {
                    wrong.extend(found);
                    Ok(())
                }
            },
            _ => value(field, pack, filled, &mut checked),
        };
        if let Err(message) =
            result.and_then(|()| few(field, &checked)).and_then(|()| open_to_many(field, &checked))
        {
            wrong.push(FieldError { field: field.key.clone(), message });
        }
    }
    wrong.extend(disordered(form, &checked, &|_| None));
    if filled.strict {
        let strange = unknown(form, filled);
        // Who sent something of another type is told that, not that nothing was sent.
        wrong.retain(|one| !strange.iter().any(|other| other.field == one.field));
        wrong.extend(strange);
    }
    if wrong.is_empty() { Ok(checked) } else { Err(wrong) }
}

/// Days that stand in the wrong order; `beside` says those that the form does not ask for, with what they are called.
pub fn disordered(
    form: &Form,
    checked: &Checked,
    beside: &dyn Fn(&str) -> Option<(String, Date)>,
) -> Vec<FieldError> {
    let other = |key: &str| match form.field(key) {
        Some(field) => Some((field.label.clone(), checked.date(key)?)),
        None => beside(key),
    };
    let mut wrong = Vec::new();
    for field in &form.fields {
        let Some(day) = checked.date(&field.key) else { continue };
        let sides =
            [(&field.bounds.not_before_of, "不早于", true), (&field.bounds.not_after_of, "不晚于", false)];
        for (bound, word, before) in sides {
            let Some((label, bound)) = bound.as_deref().and_then(&other) else { continue };
            if if before { day < bound } else { day > bound } {
                let message = format!("“{}”{word}“{label}”（{bound}）", field.label);
                wrong.push(FieldError { field: field.key.clone(), message });
            }
        }
    }
    wrong
}

/// What was filled in for fields that are not asked for by what else was filled in: it would be lost without a word.
/// `kept` says the answers that stand and that a page shows beforehand.
pub fn unasked(form: &Form, filled: &Filled, kept: &dyn Fn(&Field) -> bool) -> Vec<FieldError> {
    let said = |field: &&Field| {
        let texts = filled.all(&field.key).into_iter().chain(filled.all(&format!("{}_id", field.key)));
        texts.map(str::trim).any(|text| !text.is_empty() && text != "0")
    };
    let hidden = form.fields.iter().filter(|field| !field.visible(&filled.values));
    let lost = hidden.filter(said).filter(|field| !kept(field)).map(|field| {
        let when = field.visible_if.as_ref().map(crate::condition::words::sentence).unwrap_or_default();
        let message = format!("“{}”只在{when}时填写，现在填的不算，请清空，或者核对前面的选择", field.label);
        FieldError { field: field.key.clone(), message }
    });
    lost.collect()
}

/// What a stop marking demands that stands in a text of the form or in the name of a file: nothing that came with it may be
/// kept, not even until the form is checked.
pub fn stopped(form: &Form, pack: &Pack, filled: &Filled, files: &[Upload]) -> Option<Stop> {
    let written = |name: &str| {
        let field = name.split_once('.').map_or(name, |(table, _)| table);
        form.field(field).is_some_and(Field::takes_words)
    };
    let texts = filled.values.iter().filter(|(name, _)| written(name)).map(|(_, text)| text.as_str());
    texts.chain(files.iter().map(|file| file.name.as_str())).find_map(|text| pack.stop(text))
}

/// Why a file cannot be taken in under its name, as the rest of a sentence that names it: the name is shown and journalled.
pub fn misnamed(pack: &Pack, name: &str) -> Option<String> {
    let stopped = pack.stop(name).map(|stop| stop.of_name().to_owned());
    let numbered = || String::from("里有身份证号码，请给文件改名，去掉号码再上传");
    stopped.or_else(|| resident_id::stands_in(name).then(numbered))
}

type Finding = std::result::Result<(), String>;

/// Refuses more entries than there may be in this case.
fn few(field: &Field, checked: &Checked) -> Finding {
    match field.too_many(&checked.values) {
        Some((most, when)) => {
            let case = crate::condition::words::sentence(when);
            Err(format!("{case}的，“{}”最多 {most} 项", field.label))
        }
        None => Ok(()),
    }
}

fn files(field: &Field, pack: &Pack, filled: &Filled, checked: &mut Checked) -> Finding {
    let sent: Vec<&Upload> = filled.files.iter().filter(|f| f.field == field.key).collect();
    if sent.is_empty() && field.required {
        return Err(format!("请上传“{}”", field.label));
    }
    for file in sent {
        if let Content::Lost(why) = &file.content {
            return Err(why.message().to_owned());
        }
        if let Some(why) = misnamed(pack, &file.name) {
            return Err(format!("附件名称{why}"));
        }
        checked.files.push(file.clone());
    }
    Ok(())
}

/// Refuses an identity number where it is not asked for: only a field of personal data is kept from those who need not see it.
fn open_to_many(field: &Field, checked: &Checked) -> Finding {
    fn holds(answer: &Json) -> bool {
        match answer {
            Json::String(text) => resident_id::stands_in(text),
            Json::Array(all) => all.iter().any(holds),
            Json::Object(parts) => parts.values().any(holds),
            _ => false,
        }
    }
    let meant = field.personal || field.control == Control::IdNumber;
    if !meant && checked.values.get(&field.key).is_some_and(holds) {
        return Err(format!("“{}”里有身份证号码，这一栏许多人能看到，请删去号码再提交", field.label));
    }
    Ok(())
}

fn value(field: &Field, pack: &Pack, filled: &Filled, checked: &mut Checked) -> Finding {
    let text = clean(filled.get(&field.key)).trim().to_owned();
    if filled.strict && filled.repeated.iter().any(|(name, _)| *name == field.key) {
        return Err(format!("“{}”只能有一个值，不能是列表", field.label));
    }
    let id = format!("{}_id", field.key);
    let picked = if field.control.looks_up() { filled.get(&id) } else { "" };
    let picked = clean(picked).trim().to_owned();
    if text.is_empty() && picked.is_empty() {
        return if field.required { Err(missing(field)) } else { Ok(()) };
    }
    one_line(field, &text)?;
    length(field, &text)?;
    let text = match field.control {
        Control::Check => tick(field, &text)?,
        Control::Phone => Phone::parse(&text).map_err(|e| format!("“{}”有误：{e}", field.label))?.to_string(),
        Control::Company => {
            Uscc::parse(&text).map_err(|e| format!("“{}”有误：{e}", field.label))?.to_string()
        }
        Control::Select | Control::Radio => one_of(field, pack, text)?,
        // What is not in the register may be kept as it was typed: it is a text like any other.
        Control::Text | Control::TextArea | Control::Address | Control::AssociationOrUnit => {
            match pack.stop(&text) {
                Some(stop) => return Err(stop.message),
                None => text,
            }
        }
        _ => text,
    };
    checked.values.insert(field.key.clone(), Json::String(text));
    if !picked.is_empty() {
        checked.values.insert(id, Json::String(picked));
    }
    Ok(())
}

pub(super) fn missing(field: &Field) -> String {
    let verb = match field.control {
        Control::Check => "勾选",
        Control::Select
        | Control::Radio
        | Control::Many
        | Control::Date
        | Control::Instant
        | Control::Period
        | Control::Unit
        | Control::Handler
        | Control::Officeholder => "选择",
        _ => "填写",
    };
    format!("请{verb}“{}”", field.label)
}

fn one_line(field: &Field, text: &str) -> Finding {
    if text.contains('\n') && field.control != Control::TextArea {
        return Err(format!("“{}”只能写一行，请去掉换行", field.label));
    }
    Ok(())
}

fn length(field: &Field, text: &str) -> Finding {
    let (count, said) = (text.chars().count(), signs(text));
    let label = &field.label;
    // Dots, strokes and pictures do not make a text longer.
    if let Some(min) = field.bounds.min.filter(|min| said < *min) {
        let why = if count < min { "" } else { "（标点和符号不算）" };
        return Err(format!("“{label}”不少于 {min} 个字，现在 {said} 个字{why}"));
    }
    if said == 0 && field.required && field.control.writes() {
        return Err(format!("“{label}”里没有文字，请写明"));
    }
    let max = field.bounds.max.unwrap_or(SHORT);
    if count > max {
        return Err(format!("“{label}”不超过 {max} 个字，现在 {count} 个字，请删减 {} 个字", count - max));
    }
    Ok(())
}

fn tick(field: &Field, text: &str) -> std::result::Result<String, String> {
    match text {
        "1" | "true" | "on" | "是" => Ok("1".to_owned()),
        "0" | "false" | "否" if field.required => Err(missing(field)),
        "0" | "false" | "否" => Ok("0".to_owned()),
        _ => Err(format!("“{}”只能勾选或不勾选（true、false）", field.label)),
    }
}

pub(super) fn one_of(field: &Field, pack: &Pack, text: String) -> std::result::Result<String, String> {
    let choices = field.options.as_deref().map(|list| pack.choices(list)).unwrap_or_default();
    if choices.iter().any(|c| c.key == text) {
        return Ok(text);
    }
    let some: Vec<&str> = choices.iter().take(8).map(|c| c.key.as_str()).collect();
    let more = if choices.len() > some.len() { " 等" } else { "" };
    Err(format!("“{}”没有“{}”这一项，可以选：{}{more}", field.label, short(&text), some.join("、")))
}

pub(super) fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

/// Keys of a JSON body that the form does not have; each names what may have been meant.
fn unknown(form: &Form, filled: &Filled) -> Vec<FieldError> {
    let is_id = |key: &str| {
        let field = key.strip_suffix("_id").and_then(|key| form.field(key));
        field.is_some_and(|field| field.control.looks_up())
    };
    let is_text = |key: &str| form.field(key).is_some_and(|field| field.control != Control::Files);
    let is_part = |key: &str| {
        let field = key.split_once('.').and_then(|(key, _)| form.field(key));
        field.is_some_and(answers::has_parts)
    };
    let known = |key: &str| is_text(key) || OURS.contains(&key) || is_id(key) || is_part(key);
    let wrong = filled.values.keys().filter(|key| !known(key));
    let mut found: Vec<FieldError> = wrong
        .map(|key| {
            let whole = key.split_once('.').and_then(|(whole, _)| form.field(whole));
            if let Some(field) = whole.filter(|field| field.control != Control::Files) {
                let message = format!("“{}”须是文字、数字或 true/false", field.key);
                return FieldError { field: field.key.clone(), message };
            }
            let near = crate::pack::did_you_mean(key, form.fields.iter().map(|f| f.key.as_str()));
            let message = match form.field(key) {
                Some(_) => "附件不能放在 JSON 里，请用 multipart/form-data 发送".to_owned(),
                None => format!("这里没有“{}”这个字段。{near}", short(key)),
            };
            FieldError { field: key.clone(), message }
        })
        .collect();
    found.dedup_by(|one, other| one.field == other.field);
    found
}
