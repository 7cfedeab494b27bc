//! Answers that are more than a text: numbers, money, dates, periods, several of a list, rows of a table.

use std::collections::BTreeMap;

use huitong_codes::text::clean;
use huitong_codes::{DocNo, Money, ResidentId, division, industry};
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::clock;
use crate::error::FieldError;
use crate::http::body::Filled;
use crate::http::form::{missing, one_of, short};
use crate::pack::{Control, Field, Pack, RelativeDay};

/// Characters of one cell of a table.
const CELL: usize = 500;
/// Places of a decimal number.
const PLACES: usize = 6;
const MILLION: i64 = 1_000_000;
/// Rows of a table where its field says nothing.
pub(super) const ROWS: usize = 50;

/// Whether a field's answer is read here.
pub(super) fn is_typed(field: &Field) -> bool {
    use Control as C;
    let text = matches!(
        field.control,
        C::Text
            | C::TextArea
            | C::Select
            | C::Radio
            | C::Check
            | C::Phone
            | C::Files
            | C::Company
            | C::Address
    );
    let one = field.control.looks_up() && !field.several;
    !text && !one
}

/// Whether parts of the answer are sent under names of their own (`problems.0.what`, `period.from`).
pub(super) fn has_parts(field: &Field) -> bool {
    matches!(field.control, Control::Table | Control::Period | Control::Money)
}

type Answer = Result<Option<Json>, Vec<FieldError>>;

/// Reads the answer of a field; nothing where it was left empty.
pub(super) fn read(field: &Field, pack: &Pack, filled: &Filled, today: Date) -> Answer {
    let reading = Reading { field, pack, filled, today };
    match field.control {
        Control::Table => reading.table(),
        Control::Period => reading.period(),
        Control::Many => reading.several(true),
        _ if field.several => reading.several(false),
        _ => reading.single(),
    }
}

struct Reading<'r> {
    field: &'r Field,
    pack: &'r Pack,
    filled: &'r Filled,
    today: Date,
}

impl Reading<'_> {
    fn wrong<T>(&self, message: String) -> Result<T, Vec<FieldError>> {
        Err(vec![FieldError { field: self.field.key.clone(), message }])
    }

    fn sent(&self, key: &str) -> String {
        clean(self.filled.get(key)).trim().to_owned()
    }

    fn empty(&self) -> Answer {
        if self.field.required { self.wrong(missing(self.field)) } else { Ok(None) }
    }

    fn single(&self) -> Answer {
        let key = &self.field.key;
        let fen = self.sent(&format!("{key}.fen"));
        if self.field.control == Control::Money && !fen.is_empty() {
            return match fen.parse::<i64>() {
                Ok(fen) => self.amount(fen, 100).map(|()| Some(json!({"fen": fen}))),
                Err(_) => self.wrong(format!("“{}”的 fen 须是整数，以分计", self.field.label)),
            };
        }
        let text = self.sent(key);
        if text.is_empty() {
            return self.empty();
        }
        if self.filled.strict && self.filled.repeated.iter().any(|(name, _)| name == key) {
            return self.wrong(format!("“{}”只能有一个值，不能是列表", self.field.label));
        }
        self.value(&text).map(Some)
    }

    fn value(&self, text: &str) -> Result<Json, Vec<FieldError>> {
        let label = &self.field.label;
        let unless = |why: String| self.wrong(format!("“{label}”有误：{why}"));
        match self.field.control {
            Control::Integer | Control::Score => match text.parse::<i64>() {
                Ok(number) => self.amount(number, 1).map(|()| Json::from(number)),
                Err(_) => self.wrong(format!("“{label}”须是整数，例如 12")),
            },
            Control::Decimal | Control::Percent => match decimal(text) {
                Some((plain, millionths)) => self.amount(millionths, MILLION).map(|()| Json::from(plain)),
                None => self.wrong(format!("“{label}”须是数字，例如 12.5")),
            },
            Control::Money => match Money::parse(text) {
                Ok(money) => self.amount(money.fen(), 100).map(|()| json!({"fen": money.fen()})),
                Err(error) => unless(error.to_string()),
            },
            Control::Date => Ok(Json::from(self.day(text, label)?.to_string())),
            Control::Instant => match clock::parse_instant(text).or_else(|| local(text)) {
                Some(at) => {
                    self.within(clock::civil_date(at), label)?;
                    Ok(Json::from(clock::rfc3339(at)))
                }
                None => self.wrong(format!("“{label}”请写成 2025-03-14 09:30 这样的时间")),
            },
            Control::DocNo => {
                DocNo::parse(text).map(|no| Json::from(no.to_string())).or_else(|e| unless(e.to_string()))
            }
            Control::IdNumber => match ResidentId::parse(text, self.today) {
                Ok(id) => Ok(Json::from(id.reveal())),
                Err(error) => unless(error.to_string()),
            },
            Control::Industry => {
                industry::parse(text).map(|known| Json::from(known.code)).or_else(|e| unless(e.to_string()))
            }
            Control::Division => {
                division::parse(text).map(|known| Json::from(known.code)).or_else(|e| unless(e.to_string()))
            }
            Control::Url => match text.starts_with("https://") || text.starts_with("http://") {
                true if !text.contains(char::is_whitespace) && text.len() <= 300 => Ok(Json::from(text)),
                _ => self.wrong(format!("“{label}”请写成 https:// 开头的网址")),
            },
            Control::Email => match text.split_once('@') {
                Some((name, host))
                    if !name.is_empty() && host.contains('.') && text.is_ascii() && text.len() <= 200 =>
                {
                    Ok(Json::from(text))
                }
                _ => self.wrong(format!("“{label}”请写成 name@example.cn 这样的邮箱")),
            },
            _ => match text.chars().count() {
                1..=100 if !text.contains('\n') => Ok(Json::from(text)),
                _ => self.wrong(format!("“{label}”太长，请核对")),
            },
        }
    }

    /// Holds a number to its bounds, which are written in units of `one`: 100 分 to the 元.
    fn amount(&self, number: i64, one: i64) -> Result<(), Vec<FieldError>> {
        let (field, bounds) = (self.field, &self.field.bounds);
        let unit = if field.control == Control::Money { "元" } else { field.unit.as_str() };
        match (bounds.at_least, bounds.at_most) {
            (Some(least), _) if number < least.saturating_mul(one) => {
                self.wrong(format!("“{}”不少于 {least} {unit}", field.label))
            }
            (_, Some(most)) if number > most.saturating_mul(one) => {
                self.wrong(format!("“{}”不超过 {most} {unit}", field.label))
            }
            _ => Ok(()),
        }
    }

    fn day(&self, text: &str, label: &str) -> Result<Date, Vec<FieldError>> {
        let day: Option<Date> = text.parse().ok().filter(|_| text.len() == 10);
        match day {
            Some(day) => self.within(day, label).map(|()| day),
            None => self.wrong(format!("“{label}”请写成 2025-03-14 这样的日期")),
        }
    }

    /// Holds a day to its bounds, which are said from today.
    fn within(&self, day: Date, label: &str) -> Result<(), Vec<FieldError>> {
        let bounds = &self.field.bounds;
        let on = |bound: &RelativeDay| bound.on(self.today, &self.pack.calendar);
        if let Some(bound) = bounds.not_before.as_ref().filter(|bound| day < on(bound)) {
            return self.wrong(format!("“{label}”不能早于{}（{}）", bound.said(), on(bound)));
        }
        if let Some(bound) = bounds.not_after.as_ref().filter(|bound| day > on(bound)) {
            return self.wrong(format!("“{label}”不能晚于{}（{}）", bound.said(), on(bound)));
        }
        if bounds.working && !self.pack.calendar.is_working_day(day) {
            return self.wrong(format!("“{label}”要选工作日，{day} 不是"));
        }
        Ok(())
    }

    fn period(&self) -> Answer {
        let (key, label) = (&self.field.key, &self.field.label);
        let (from, until) = (self.sent(&format!("{key}.from")), self.sent(&format!("{key}.until")));
        if from.is_empty() && until.is_empty() {
            return self.empty();
        }
        let from = self.day(&from, &format!("{label}的起始日"))?;
        let until = match until.is_empty() {
            true => None,
            false => Some(self.day(&until, &format!("{label}的截止日"))?),
        };
        if until.is_some_and(|until| until < from) {
            return self.wrong(format!("“{label}”的截止日早于起始日"));
        }
        Ok(Some(json!({"from": from.to_string(), "until": until.map(|day| day.to_string())})))
    }

    fn several(&self, of_list: bool) -> Answer {
        let field = self.field;
        let picked = format!("{}_id", field.key);
        let mut all: Vec<String> = Vec::new();
        let sent = self.filled.all(&field.key).into_iter().chain(self.filled.all(&picked));
        for text in sent.flat_map(|text| text.split('、')).map(|text| clean(text).trim().to_owned()) {
            if text.chars().count() > CELL {
                return self.wrong(format!("“{}”里有一项太长，请核对", field.label));
            }
            // What is looked up one by one has an end, whatever a body holds.
            if all.len() == field.bounds.most.unwrap_or(ROWS) + 1 {
                break;
            }
            if !text.is_empty() && !all.contains(&text) {
                all.push(if of_list {
                    one_of(field, self.pack, text).or_else(|why| self.wrong(why))?
                } else {
                    text
                });
            }
        }
        if all.is_empty() {
            return self.empty();
        }
        if field.bounds.most.is_none() && all.len() > ROWS {
            return self.wrong(format!("“{}”不超过 {ROWS} 项", field.label));
        }
        self.count(all.len(), "项").map(|()| Some(Json::from(all)))
    }

    fn count(&self, number: usize, unit: &str) -> Result<(), Vec<FieldError>> {
        let (label, bounds) = (&self.field.label, &self.field.bounds);
        match (bounds.least, bounds.most) {
            (Some(least), _) if number < least => {
                self.wrong(format!("“{label}”不少于 {least} {unit}，现在 {number} {unit}"))
            }
            (_, Some(most)) if number > most => {
                self.wrong(format!("“{label}”不超过 {most} {unit}，现在 {number} {unit}"))
            }
            _ => Ok(()),
        }
    }

    fn table(&self) -> Answer {
        let field = self.field;
        let start = format!("{}.", field.key);
        let mut rows: BTreeMap<usize, Map<String, Json>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (name, text) in self.filled.values.iter().filter(|(name, _)| name.starts_with(&start)) {
            let text = clean(text).trim().to_owned();
            let place = name[start.len()..].split_once('.');
            let place = place.and_then(|(nth, column)| Some((nth.parse::<usize>().ok()?, column)));
            let Some((nth, column)) = place.filter(|(_, c)| field.columns.iter().any(|(key, _)| key == c))
            else {
                wrong.push(FieldError {
                    field: field.key.clone(),
                    message: format!("“{}”没有“{}”这一栏", field.label, short(name)),
                });
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let count = text.chars().count();
            if count > CELL {
                let message = format!(
                    "“{}”第 {} 行不超过 {CELL} 个字，现在 {count} 个字",
                    field.label,
                    nth.saturating_add(1)
                );
                wrong.push(FieldError { field: name.clone(), message });
            } else if let Some(stop) = self.pack.stop(&text) {
                wrong.push(FieldError { field: name.clone(), message: stop.message });
            }
            rows.entry(nth).or_default().insert(column.to_owned(), Json::String(text));
        }
        // What must be filled in is filled in whole; else the first column says what a row is about.
        let needed = if field.required { field.columns.len() } else { 1 };
        for (nth, row) in &rows {
            for (column, heading) in
                field.columns.iter().take(needed).filter(|(key, _)| !row.contains_key(key))
            {
                let message = format!("“{}”第 {} 行没有写“{heading}”", field.label, nth.saturating_add(1));
                wrong.push(FieldError { field: format!("{start}{nth}.{column}"), message });
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        if rows.is_empty() {
            return self.empty();
        }
        if field.bounds.most.is_none() && rows.len() > ROWS {
            return self.wrong(format!("“{}”不超过 {ROWS} 行", field.label));
        }
        self.count(rows.len(), "行")?;
        Ok(Some(Json::Array(rows.into_values().map(Json::Object).collect())))
    }
}

/// A decimal number as it is kept, and as a whole number of millionths.
fn decimal(text: &str) -> Option<(String, i64)> {
    let plain = text.strip_suffix('%').unwrap_or(text).trim();
    let (whole, places) = plain.split_once('.').unwrap_or((plain, "0"));
    let fits = (1..=PLACES).contains(&places.len()) && places.bytes().all(|b| b.is_ascii_digit());
    let whole: i64 = whole.parse().ok().filter(|_| fits)?;
    let part: i64 = format!("{places:0<PLACES$}").parse().ok()?;
    let part = if plain.starts_with('-') { -part } else { part };
    Some((plain.to_owned(), whole.checked_mul(MILLION)?.checked_add(part)?))
}

/// `2025-03-14T09:30` as a browser sends it, `2025-03-14 09:30` as people write it.
fn local(text: &str) -> Option<i64> {
    text.replace(' ', "T").parse().ok().map(clock::instant)
}
