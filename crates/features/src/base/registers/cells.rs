//! Answers as cells of a file, and back: what is written is read again as the same.

use std::cell::RefCell;
use std::collections::HashMap;

use huitong_codes::Moment;
use huitong_codes::text::clean;
use huitong_kernel::clock::{civil, parse_instant};
use huitong_kernel::http::Filled;
use huitong_kernel::pack::{Control, Field, Pack};
use huitong_kernel::{Id, Result, Tx};
use jiff::civil::Time;
use serde_json::{Map, Value as Json};

use super::file::Column;
use crate::base::matters::{self, Known, words};
use crate::base::{associations, identity, units};

/// What stands between the parts of a row of a table, and what lets it stand in a part.
const BETWEEN: char = '｜';
const ESCAPE: char = '\\';

/// Puts a cell where the readers of forms look for it.
pub fn put(filled: &mut Filled, pack: &Pack, column: &Column<'_>, cell: &str) {
    let Some(field) = column.field else { return };
    let cell = clean(cell).trim().to_owned();
    if cell.is_empty() {
        return;
    }
    let mut put = |key: &str, text: String| drop(filled.values.insert(key.to_owned(), text));
    let list = field.options.as_deref().map(|list| pack.choices(list)).unwrap_or_default();
    let key_of = |word: &str| {
        let found = list.iter().find(|choice| choice.label == word);
        found.map_or_else(|| word.to_owned(), |choice| choice.key.clone())
    };
    match field.control {
        Control::Date | Control::Period => put(&column.key, day(&cell)),
        Control::Instant => put(&column.key, moment(&cell)),
        Control::Integer | Control::Score | Control::Decimal if !field.unit.is_empty() => {
            put(&column.key, cell.strip_suffix(field.unit.as_str()).unwrap_or(&cell).trim().to_owned());
        }
        Control::Select | Control::Radio => put(&column.key, key_of(&cell)),
        Control::Many => {
            let keys: Vec<String> = cell.split('、').map(|word| key_of(word.trim())).collect();
            put(&column.key, keys.join("、"));
        }
        Control::Table => {
            for (nth, row) in cell.lines().filter(|line| !line.trim().is_empty()).enumerate() {
                for (text, (part, _)) in parts(row).into_iter().zip(&field.columns) {
                    put(&format!("{}.{nth}.{part}", field.key), text);
                }
            }
        }
        _ => put(&column.key, cell),
    }
}

/// A day as forms take it; what cannot be read stays as it is, for the form to refuse.
fn day(cell: &str) -> String {
    let read = Moment::parse(cell).ok();
    let read = read.filter(|read| read.time.is_none_or(|time| time == Time::midnight()));
    read.map_or_else(|| cell.to_owned(), |read| read.date.to_string())
}

fn moment(cell: &str) -> String {
    match Moment::parse(cell) {
        Ok(read) if parse_instant(cell).is_none() => format!("{} {}", read.date, read.civil().time()),
        _ => cell.to_owned(),
    }
}

/// The parts of a row of a table.
fn parts(row: &str) -> Vec<String> {
    let (mut all, mut escaped) = (vec![String::new()], false);
    for c in row.chars() {
        let last = all.len() - 1;
        match c {
            'n' if escaped => all[last].push('\n'),
            c if escaped => all[last].push(c),
            ESCAPE => {}
            BETWEEN => all.push(String::new()),
            c => all[last].push(c),
        }
        escaped = c == ESCAPE && !escaped;
    }
    all
}

fn row(field: &Field, cells: &Map<String, Json>) -> String {
    let part = |key: &String| {
        let text = cells.get(key).and_then(Json::as_str).unwrap_or_default();
        let text = text.replace(ESCAPE, "\\\\").replace(BETWEEN, "\\｜");
        text.replace('\n', "\\n")
    };
    field.columns.iter().map(|(key, _)| part(key)).collect::<Vec<_>>().join("｜")
}

/// Tells answers as cells. What a name stands for is asked once.
#[derive(Default)]
pub struct Teller {
    known: Known,
    told: RefCell<HashMap<(String, String), String>>,
}

impl Teller {
    /// An answer as the cell of a column; what is personal is masked.
    pub fn tell(&self, tx: &Tx, pack: &Pack, column: &Column<'_>, answer: Option<&Json>) -> Result<String> {
        let (Some(field), Some(answer)) = (column.field, answer) else { return Ok(String::new()) };
        if field.personal {
            return words::say(tx, pack, field, Some(answer));
        }
        Ok(match answer {
            Json::Array(rows) if field.control == Control::Table => {
                let rows = rows.iter().filter_map(Json::as_object).map(|cells| row(field, cells));
                rows.collect::<Vec<_>>().join("\n")
            }
            Json::Array(all) => {
                let all = all.iter().map(|one| self.one(tx, pack, field, one));
                all.collect::<Result<Vec<String>>>()?.join("、")
            }
            Json::Object(parts) if field.control == Control::Period => {
                let part = if column.key.ends_with(".from") { "from" } else { "until" };
                parts.get(part).and_then(Json::as_str).unwrap_or_default().to_owned()
            }
            one => self.one(tx, pack, field, one)?,
        })
    }

    fn one(&self, tx: &Tx, pack: &Pack, field: &Field, answer: &Json) -> Result<String> {
        Ok(match answer {
            Json::String(text) => self.text(tx, pack, field, text)?,
            Json::Bool(yes) => String::from(if *yes { "是" } else { "否" }),
            Json::Object(parts) => parts.get("fen").and_then(Json::as_i64).map(yuan).unwrap_or_default(),
            Json::Null => String::new(),
            other => other.to_string(),
        })
    }

    fn text(&self, tx: &Tx, pack: &Pack, field: &Field, text: &str) -> Result<String> {
        if let Some(list) = field.options.as_deref() {
            // A word that stands for two, or that would be taken for several, is no name.
            let choices = pack.choices(list);
            let word = choices.iter().find(|choice| choice.key == text).map(|choice| choice.label.as_str());
            let alone = |word: &&str| {
                let plain = field.control != Control::Many || !word.contains('、');
                plain && choices.iter().filter(|one| one.label == **word || one.key == **word).count() == 1
            };
            return Ok(word.filter(alone).unwrap_or(text).to_owned());
        }
        match field.control {
            Control::Check => Ok(String::from(if text == "1" { "是" } else { "否" })),
            Control::Instant => {
                let at = parse_instant(text).map(|at| civil(at).to_string().replace('T', " "));
                Ok(at.unwrap_or_else(|| text.to_owned()))
            }
            _ => self.name(tx, field, text),
        }
    }

    /// The name by which a reader of the file finds the same again: the name where it is the only one, else a code, else the id.
    fn name(&self, tx: &Tx, field: &Field, id: &str) -> Result<String> {
        let key = (field.key.clone(), id.to_owned());
        if let Some(told) = self.told.borrow().get(&key) {
            return Ok(told.clone());
        }
        let names: Vec<String> = match field.control {
            Control::Association => {
                let found = associations::find(tx, &Id::stored(id.to_owned()))?;
                found.map(|found| vec![found.name, found.uscc.to_string()]).unwrap_or_default()
            }
            Control::Unit => {
                let found = units::find(tx, &Id::stored(id.to_owned()))?;
                found.map(|found| vec![found.name, found.key]).unwrap_or_default()
            }
            Control::Handler => vec![identity::name_of(tx, &Id::stored(id.to_owned()))?],
            Control::Entry => matters::entries::names_for(tx, id)?,
            _ => return Ok(id.to_owned()),
        };
        let mut told = None;
        for name in names.iter().filter(|name| !(name.is_empty() || field.several && name.contains('、'))) {
            if matters::find_once(tx, field, name, None, &self.known)? == Some(Ok(id.to_owned())) {
                told = Some(name.clone());
                break;
            }
        }
        // Of a colleague elsewhere the name says more than an account.
        let told = match (told, field.control) {
            (Some(told), _) => told,
            (None, Control::Handler) => names.into_iter().next().unwrap_or_default(),
            (None, _) => id.to_owned(),
        };
        self.told.borrow_mut().insert(key, told.clone());
        Ok(told)
    }
}

/// Money in 元 with two places and nothing else.
fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn table() -> Field {
        let columns = vec![("a".into(), "甲".into()), ("b".into(), "乙".into())];
        Field {
            key: "t".into(), label: "明细".into(), control: Control::Table, columns, ..Field::default()
        }
    }

    #[test]
    fn money_has_two_places() {
        for (fen, told) in [(123_450, "1234.50"), (5, "0.05"), (-5, "-0.05"), (0, "0.00")] {
            assert_eq!(yuan(fen), told);
        }
    }

    #[test]
    fn days_are_read_however_they_are_written() {
        for (cell, read) in [
            ("2025/3/14", "2025-03-14"),
            ("2025年3月14日", "2025-03-14"),
            ("2025-03-14 00:00", "2025-03-14"),
            ("待定", "待定"),
        ] {
            assert_eq!(day(cell), read);
        }
    }

    proptest! {
        #[test]
        fn rows_of_a_table_come_back(cells in prop::collection::vec(("[^\r]{1,8}", "[^\r]{0,8}"), 1..4)) {
            let field = table();
            let rows: Vec<String> = cells.iter().map(|(a, b)| row(&field, json!({"a": a, "b": b}).as_object().unwrap())).collect();
            for ((a, b), row) in cells.iter().zip(&rows) {
                prop_assert!(!row.contains('\n'));
                let read = parts(row);
                prop_assert_eq!(&read, &vec![a.clone(), b.clone()]);
            }
        }
    }
}
