//! A form as templates draw it: each field with its value, its error and its choices ready for the macros.

use std::collections::BTreeSet;

use huitong_codes::Money;
use jiff::civil::Date;

use crate::clock;
use crate::error::FieldError;
use crate::http::answers;
use crate::http::body::Filled;
use crate::http::page::Choice;
use crate::pack::{Control, Field, Form, Pack};

#[cfg(test)]
mod tests;

/// A form with what was typed and what is wrong.
#[derive(Debug, Clone, Default)]
pub struct FormView {
    /// Key in the pack.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// One or two sentences above the fields; may be empty.
    pub intro: String,
    /// Warning that stands at every free text (涉密不上网); its first words and the rest.
    pub secrecy: (String, String),
    /// All fields, also those not shown with what is filled in so far.
    pub fields: Vec<FieldView>,
    /// For the error summary.
    pub errors: Vec<FieldError>,
}

/// One field.
#[derive(Debug, Clone, Default)]
pub struct FieldView {
    /// Name of the control.
    pub key: String,
    /// Visible label.
    pub label: String,
    /// Sentence under the label; may be empty.
    pub hint: String,
    /// What was typed; the first day of a period.
    pub value: String,
    /// Key of what was picked, for a combo.
    pub id_value: String,
    /// What is wrong; "" where nothing is.
    pub error: String,
    /// text, textarea, number, select, radio, check, checks, phone, date, instant, period, table, files or combo.
    pub control: &'static str,
    /// Type of the `<input>` of a day or an instant: `text` where what was typed is none, for it would not come back.
    pub kind: &'static str,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Characters at most; 0 = not said.
    pub max: i64,
    /// What can be chosen, with what is chosen.
    pub choices: Vec<Choice>,
    /// Every one of several that was chosen.
    pub chosen: Vec<String>,
    /// Whether a box is ticked.
    pub checked: bool,
    /// Whether it is shown with what is filled in so far.
    pub visible: bool,
    /// When it is to be filled in, in words; "" = always.
    pub when: String,
    /// The field whose choice says so, and the choices with which it is, parted by `|`; none where more than one says it.
    pub with: Option<(String, String)>,
    /// Whether the warning stands here.
    pub free_text: bool,
    /// How much of the warning stands here: `whole` where it stands first in the form, then `short`; "" where none does.
    pub warning: &'static str,
    /// Where a combo asks for suggestions; set by [`FormView::suggest`].
    pub src: String,
    /// Headings of a table.
    pub columns: Vec<String>,
    /// Rows of a table: those filled in, and some empty ones.
    pub rows: Vec<Row>,
    /// Rows that a table can have.
    pub most: usize,
    /// The last day of a period.
    pub until: String,
    /// What a number counts.
    pub unit: String,
    /// Whether it is 工作秘密: the page marks it 内部.
    pub internal: bool,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number, from 1.
    pub number: usize,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Name of its control.
    pub name: String,
    /// Heading of its column.
    pub label: String,
    /// What was typed.
    pub value: String,
    /// What is wrong; "" where nothing is.
    pub error: String,
}

impl FieldView {
    /// Whether something is wrong anywhere in it.
    pub fn is_wrong(&self) -> bool {
        !self.error.is_empty()
            || self.rows.iter().flat_map(|row| &row.cells).any(|cell| !cell.error.is_empty())
    }
}

impl FormView {
    /// A form of the pack with what was typed and what is wrong with it.
    pub fn new(form: &Form, pack: &Pack, filled: &Filled, errors: &[FieldError]) -> FormView {
        let warning = pack.warning("no_secrets");
        let mut fields: Vec<FieldView> = form
            .fields
            .iter()
            .map(|field| FieldView { with: with(form, pack, field), ..view(field, pack, filled, errors) })
            .collect();
        let warned = fields.iter_mut().filter(|f| f.free_text || ["files", "table"].contains(&f.control));
        for (nth, field) in warned.enumerate() {
            field.warning = if nth == 0 { "whole" } else { "short" };
        }
        FormView {
            key: form.key.clone(),
            title: form.title.clone(),
            intro: form.intro.clone(),
            secrecy: warning.map(|w| (w.title.clone(), w.text.clone())).unwrap_or_default(),
            fields,
            errors: errors.to_vec(),
        }
    }

    /// Says where the combo of a field asks for suggestions.
    #[must_use]
    pub fn suggest(mut self, key: &str, address: &str) -> FormView {
        if let Some(field) = self.fields.iter_mut().find(|f| f.key == key) {
            address.clone_into(&mut field.src);
        }
        self
    }

    /// Gives a select its choices, where they are rows and no list of the pack.
    #[must_use]
    pub fn choices(mut self, key: &str, choices: Vec<Choice>) -> FormView {
        if let Some(field) = self.fields.iter_mut().find(|f| f.key == key) {
            let picked = if field.id_value.is_empty() { &field.value } else { &field.id_value };
            let several = field.control == "checks";
            let checked =
                |c: &Choice| if several { field.chosen.contains(&c.value) } else { c.value == *picked };
            field.choices = choices.into_iter().map(|c| Choice { checked: checked(&c), ..c }).collect();
        }
        self
    }

    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&FieldView> {
        self.fields.iter().find(|f| f.key == key)
    }
}

fn view(field: &Field, pack: &Pack, filled: &Filled, errors: &[FieldError]) -> FieldView {
    let (value, until) = typed(field, filled);
    let chosen = chosen(field, filled);
    let choices = field.options.as_deref().map(|list| pack.choices(list)).unwrap_or_default().iter();
    let choice = |c: &crate::pack::Choice| Choice {
        checked: chosen.contains(&c.key),
        value: c.key.clone(),
        label: c.label.clone(),
        hint: c.explain.clone(),
    };
    let inside = format!("{}.", field.key);
    let here = |e: &&FieldError| {
        e.field == field.key || field.control != Control::Table && e.field.starts_with(&inside)
    };
    FieldView {
        key: field.key.clone(),
        label: field.ask.clone(),
        hint: hint(field),
        id_value: filled.get(&format!("{}_id", field.key)).to_owned(),
        error: errors.iter().find(here).map(|e| e.message.clone()).unwrap_or_default(),
        control: control(field),
        kind: kind(field, &value, &until),
        optional: !field.required,
        max: field.bounds.max.and_then(|max| i64::try_from(max).ok()).unwrap_or(0),
        choices: with_nothing(field, choices.map(choice).collect()),
        checked: ["1", "true", "on", "是"].contains(&value.as_str()),
        visible: field.visible(&filled.values),
        when: field.visible_if.as_ref().map(crate::condition::words::sentence).unwrap_or_default(),
        free_text: field.free_text,
        with: None,
        warning: "",
        src: String::new(),
        columns: field.columns.iter().map(|(_, heading)| heading.clone()).collect(),
        rows: rows(field, filled, errors),
        most: most(field),
        unit: unit(field).to_owned(),
        internal: field.work_secret,
        chosen,
        value,
        until,
    }
}

/// The one choice before a field with which it is asked for.
fn with(form: &Form, pack: &Pack, field: &Field) -> Option<(String, String)> {
    let tests = field.visible_if.as_ref()?.tests();
    let key = tests.first().map(|test| test.fact.key.as_str())?;
    let other = form.field(key).filter(|_| tests.iter().all(|test| test.fact.key == key))?;
    let choices = pack.choices(other.options.as_deref()?).iter().map(|choice| choice.key.clone());
    let shown = choices.filter(|choice| field.visible(&[(other.key.clone(), choice.clone())].into()));
    Some((other.key.clone(), shown.collect::<Vec<_>>().join("|")))
}

/// One of a few that need not be chosen can also be taken back.
fn with_nothing(field: &Field, mut choices: Vec<Choice>) -> Vec<Choice> {
    if field.control == Control::Radio && !field.required && !choices.is_empty() {
        choices.push(Choice::nothing(&choices));
    }
    choices
}

/// What was typed or is known, as the control shows it; beside it the last day of a period.
fn typed(field: &Field, filled: &Filled) -> (String, String) {
    let part = |name: &str| filled.get(&format!("{}.{name}", field.key)).to_owned();
    let text = filled.get(&field.key).to_owned();
    let value = match field.control {
        Control::Period => return (part("from"), part("until")),
        Control::Money => money(&text, &part("fen")),
        Control::Instant => match clock::parse_instant(text.trim()) {
            Some(at) => clock::minute_text(at).replace(' ', "T"),
            None => text,
        },
        Control::Many => chosen(field, filled).join("、"),
        _ if field.several => chosen(field, filled).join("、"),
        _ => text,
    };
    (value, String::new())
}

/// 元 stand behind the control and need not stand in it.
fn money(text: &str, fen: &str) -> String {
    if let (true, Ok(fen)) = (text.is_empty(), fen.parse()) {
        return money(&Money::from_fen(fen).to_string(), "");
    }
    let bare = text.strip_suffix('元').filter(|bare| Money::parse(bare) == Money::parse(text));
    bare.unwrap_or(text).to_owned()
}

/// What was chosen, told apart as the check tells it apart.
fn chosen(field: &Field, filled: &Filled) -> Vec<String> {
    let several = field.several || field.control == Control::Many;
    let picked = if several { filled.all(&format!("{}_id", field.key)) } else { Vec::new() };
    let sent = filled.all(&field.key).into_iter().chain(picked);
    let mut all: Vec<String> = Vec::new();
    for text in sent.flat_map(|text| text.split(|c| several && c == '、')) {
        let text = if several { text.trim() } else { text };
        if !text.is_empty() && !all.iter().any(|one| one == text) {
            all.push(text.to_owned());
        }
    }
    all
}

/// The sentence under the label, with the bounds that can be said beforehand.
fn hint(field: &Field) -> String {
    let bounds = &field.bounds;
    let (least, most, verb, unit) = match (field.control, control(field)) {
        (_, "number") => (bounds.at_least, bounds.at_most, "", unit(field)),
        (Control::Table, _) => (whole(bounds.least), whole(bounds.most), "写", "行"),
        (_, "checks") => (whole(bounds.least), whole(bounds.most), "选", "项"),
        (_, "text") if field.several => (whole(bounds.least), whole(bounds.most), "写", "个"),
        (Control::Date | Control::Instant | Control::Period, _) => return day_hint(field),
        (Control::TextArea, _) => (whole(bounds.min), None, "写", "个字"),
        _ => return field.hint.clone(),
    };
    let said = match (least, most) {
        (Some(least), Some(most)) => format!("{verb} {least} 至 {most} {unit}"),
        (Some(least), None) => format!("至少{verb} {least} {unit}"),
        (None, Some(most)) => format!("最多{verb} {most} {unit}"),
        (None, None) => String::new(),
    };
    let apart = if control(field) == "text" { "有几个的，用顿号（、）分开" } else { "" };
    let parts = [field.hint.trim_end_matches('。'), said.trim(), apart];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.len() == 1 && parts[0].len() + '。'.len_utf8() == field.hint.len() {
        return field.hint.clone();
    }
    parts.join("；")
}

/// The same of a day.
fn day_hint(field: &Field) -> String {
    let bounds = [(&field.bounds.not_before, "不早于"), (&field.bounds.not_after, "不晚于")];
    let said = bounds.into_iter().filter_map(|(day, words)| Some(format!("{words}{}", day.as_ref()?.said())));
    let working = field.bounds.working.then(|| String::from("选工作日"));
    let said = said.chain(working).collect::<Vec<_>>().join("，");
    match (said.is_empty(), field.hint.is_empty()) {
        (true, _) => field.hint.clone(),
        (false, true) => format!("{said}。"),
        (false, false) => format!("{}{said}。", field.hint),
    }
}

fn whole(number: Option<usize>) -> Option<i64> {
    number.and_then(|number| i64::try_from(number).ok())
}

/// What a number counts.
fn unit(field: &Field) -> &str {
    match field.control {
        Control::Money => "元",
        Control::Percent if field.unit.is_empty() => "%",
        Control::Score if field.unit.is_empty() => "分",
        _ => &field.unit,
    }
}

/// A browser's own control of days shows nothing but days.
fn kind(field: &Field, value: &str, until: &str) -> &'static str {
    let is_day = |text: &str| text.is_empty() || text.len() == 10 && text.parse::<Date>().is_ok();
    match field.control {
        Control::Date | Control::Period if is_day(value) && is_day(until) => "date",
        Control::Instant if value.is_empty() || clock::parse_instant(value).is_some() => "datetime-local",
        _ => "text",
    }
}

/// Rows that a table can have.
fn most(field: &Field) -> usize {
    field.bounds.most.unwrap_or(answers::ROWS).max(1)
}

/// Rows of a table as they were filled in, each under its own number, with empty ones between and below: it is complete
/// without script.
fn rows(field: &Field, filled: &Filled, errors: &[FieldError]) -> Vec<Row> {
    if field.columns.is_empty() {
        return Vec::new();
    }
    let start = format!("{}.", field.key);
    let nth = |name: &str| name.strip_prefix(&start)?.split_once('.')?.0.parse::<usize>().ok();
    let sent = filled.values.iter().filter(|(_, text)| !text.trim().is_empty());
    let used: BTreeSet<usize> = sent.filter_map(|(name, _)| nth(name)).collect();
    let most = most(field);
    let free = |end: usize| (0..end.min(most)).filter(|nth| !used.contains(nth));
    let between = used.last().map_or(0, |last| free(*last).count());
    let asked = field.bounds.least.unwrap_or(0).saturating_sub(used.len());
    let empty = between.max(SPARE).max(asked).min(most.saturating_sub(used.len()));
    let mut shown: Vec<usize> = used.iter().copied().chain(free(most).take(empty)).collect();
    shown.sort_unstable();
    let cell = |row: usize, (key, heading): &(String, String)| {
        let name = format!("{start}{row}.{key}");
        let error = errors.iter().find(|e| e.field == name).map(|e| e.message.clone());
        Cell {
            label: heading.clone(),
            value: filled.get(&name).to_owned(),
            error: error.unwrap_or_default(),
            name,
        }
    };
    let row = |nth: usize| Row {
        number: nth.saturating_add(1),
        cells: field.columns.iter().map(|column| cell(nth, column)).collect(),
    };
    shown.into_iter().map(row).collect()
}

/// Empty rows that a table shows.
const SPARE: usize = 3;

/// The word by which templates choose the macro.
fn control(field: &Field) -> &'static str {
    match field.control {
        Control::Text
        | Control::Company
        | Control::Matter
        | Control::DocNo
        | Control::Url
        | Control::Email
        | Control::IdNumber
        | Control::Industry
        | Control::Division
        | Control::Address => "text",
        Control::Integer | Control::Decimal | Control::Money | Control::Percent | Control::Score => "number",
        Control::Unit | Control::Handler | Control::Officeholder if field.several => "checks",
        Control::Association if field.several => "text",
        Control::Officeholder => "radio",
        Control::Many => "checks",
        Control::Instant => "instant",
        Control::Period => "period",
        Control::Table => "table",
        Control::TextArea => "textarea",
        Control::Select => "select",
        Control::Radio => "radio",
        Control::Check => "check",
        Control::Phone => "phone",
        Control::Date => "date",
        Control::Files => "files",
        Control::Association
        | Control::AssociationOrUnit
        | Control::Unit
        | Control::Handler
        | Control::Entry => "combo",
    }
}
