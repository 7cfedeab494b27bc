//! What was filled in, read aloud: choices by their words, people and units by their names, dates as people write them.

use huitong_codes::{Money, division, industry};
use huitong_kernel::clock::{day_text, minute_text, parse_instant};
use huitong_kernel::condition::Value as FactValue;
use huitong_kernel::pack::{Control, Field, Pack};
use huitong_kernel::{Id, Result, Tx};
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use super::entries;
use crate::base::{associations, identity, units};

/// An answer as conditions read it; of several only that there are some.
pub fn fact(json: &Json) -> Option<FactValue> {
    match json {
        Json::Null => None,
        Json::Bool(yes) => Some(FactValue::Flag(*yes)),
        Json::Number(number) => number.as_i64().map(FactValue::Number),
        Json::String(text) if text.is_empty() => None,
        Json::String(text) => {
            Some(match (text.len(), text.parse::<Date>(), text.parse::<jiff::Timestamp>()) {
                (10, Ok(day), _) => FactValue::Date(day),
                (_, _, Ok(at)) => FactValue::Instant(at.as_millisecond()),
                _ => FactValue::Text(text.clone()),
            })
        }
        Json::Array(all) if all.is_empty() => None,
        Json::Array(_) => Some(FactValue::Text(json.to_string())),
        Json::Object(object) => {
            let fen = object.get("fen").and_then(Json::as_i64);
            Some(fen.map_or_else(|| FactValue::Text(json.to_string()), FactValue::Number))
        }
    }
}

/// An answer that is a text; empty where there is none.
pub fn plain(json: Option<&Json>) -> &str {
    json.and_then(Json::as_str).unwrap_or_default()
}

/// An answer as a number; money in 分.
pub fn number(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.get("fen").and_then(Json::as_i64))
}

/// An answer in words; empty where there is none.
pub fn say(tx: &Tx, pack: &Pack, field: &Field, answer: Option<&Json>) -> Result<String> {
    let Some(answer) = answer else { return Ok(String::new()) };
    Ok(match answer {
        Json::Array(all) if field.control == Control::Table => format!("{} 项", all.len()),
        Json::Array(all) => {
            let all: Result<Vec<String>> = all.iter().map(|one| say(tx, pack, field, Some(one))).collect();
            all?.join("、")
        }
        Json::String(text) => text_of(tx, pack, field, text)?,
        Json::Number(number) if field.unit.is_empty() => number.to_string(),
        Json::Number(number) => format!("{number} {}", field.unit),
        Json::Object(object) => object_of(object),
        Json::Bool(yes) => String::from(if *yes { "是" } else { "否" }),
        Json::Null => String::new(),
    })
}

fn text_of(tx: &Tx, pack: &Pack, field: &Field, text: &str) -> Result<String> {
    let choice = field.options.as_deref().and_then(|list| pack.label(list, text));
    Ok(match field.control {
        _ if choice.is_some() => choice.unwrap_or_default().to_owned(),
        Control::Check => String::from(if text == "1" { "是" } else { "否" }),
        Control::Date => text.parse().map_or_else(|_| text.to_owned(), day_text),
        Control::Instant => parse_instant(text).map_or_else(|| text.to_owned(), minute_text),
        Control::Association => associations::name_of(tx, &Id::stored(text.to_owned()))?,
        Control::Unit => units::name_of(tx, &Id::stored(text.to_owned()))?,
        Control::Handler => identity::name_of(tx, &Id::stored(text.to_owned()))?,
        Control::Entry => entries::name_of(tx, text)?,
        Control::Industry => {
            industry::find(text).map_or_else(|| text.to_owned(), |known| known.name.to_owned())
        }
        Control::Division => division::find(text).map_or_else(|| text.to_owned(), |known| known.full_name()),
        Control::IdNumber => huitong_codes::mask::id(text),
        Control::Phone if field.personal => huitong_codes::mask::phone(text),
        Control::Percent => format!("{text}%"),
        Control::Decimal if !field.unit.is_empty() => format!("{text} {}", field.unit),
        _ if field.personal => huitong_codes::mask::name(text),
        _ => text.to_owned(),
    })
}

fn object_of(object: &Map<String, Json>) -> String {
    let date = |key: &str| object.get(key).and_then(Json::as_str).and_then(|day| day.parse().ok());
    if let Some(fen) = object.get("fen").and_then(Json::as_i64) {
        return Money::from_fen(fen).to_string();
    }
    match (date("from"), date("until")) {
        (Some(from), Some(until)) => format!("{}至{}", day_text(from), day_text(until)),
        (Some(from), None) => format!("{}起", day_text(from)),
        _ => object.values().filter_map(Json::as_str).collect::<Vec<_>>().join("，"),
    }
}

/// The rows of a table, each in one line.
pub fn rows(field: &Field, rows: &[Json]) -> Vec<String> {
    let cell = |row: &Json, key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let line = |(nth, row): (usize, &Json)| {
        let cells = field.columns.iter().map(|(key, heading)| (heading, cell(row, key)));
        let said: Vec<String> = cells
            .filter(|(_, text)| !text.is_empty())
            .map(|(heading, text)| format!("{heading}：{text}"))
            .collect();
        format!("{}. {}", nth + 1, said.join("；"))
    };
    rows.iter().enumerate().map(line).collect()
}

/// Characters of what was there and what is to be that are shown beside each other.
const SHOWN: usize = 200;

/// An answer in one line beside another.
pub fn brief(tx: &Tx, pack: &Pack, field: &Field, answer: Option<&Json>) -> Result<String> {
    let text = match answer.and_then(Json::as_array).filter(|_| field.control == Control::Table) {
        Some(rows) => self::rows(field, rows).join("；"),
        None => say(tx, pack, field, answer)?,
    };
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(match text.is_empty() {
        true => String::from("（空）"),
        false => text.chars().take(SHOWN).collect(),
    })
}

/// Under which name the words of an answer stand beside it, where it is a key or an id.
pub fn beside(field: &Field) -> Option<&'static str> {
    match field.control {
        _ if field.personal => None,
        Control::Association | Control::Unit | Control::Handler | Control::Entry => Some("name"),
        control if control.chooses() => Some("label"),
        _ => None,
    }
}

/// An answer as programs read it: keys and ids under their own name, their words beside; a personal one masked.
pub fn json(tx: &Tx, pack: &Pack, field: &Field, answer: &Json, into: &mut Map<String, Json>) -> Result<()> {
    if field.personal {
        into.insert(field.key.clone(), json!({"masked": say(tx, pack, field, Some(answer))?}));
        return Ok(());
    }
    let shown = match (field.control, answer.as_str()) {
        (Control::Check, Some(text)) => json!(text == "1"),
        _ => answer.clone(),
    };
    into.insert(field.key.clone(), shown);
    if let Some(beside) = beside(field) {
        into.insert(format!("{}_{beside}", field.key), json!(say(tx, pack, field, Some(answer))?));
    }
    Ok(())
}

/// An answer as a form carries it.
pub fn flat(field: &Field, answer: &Json) -> Vec<(String, String)> {
    let (key, mut pairs) = (&field.key, Vec::new());
    match answer {
        Json::String(text) => pairs.push((key.clone(), text.clone())),
        Json::Number(number) => pairs.push((key.clone(), number.to_string())),
        Json::Array(all) => {
            for (nth, one) in all.iter().enumerate() {
                match one {
                    Json::String(text) => pairs.push((key.clone(), text.clone())),
                    Json::Object(row) => {
                        let cell = |(column, value): (&String, &Json)| {
                            Some((format!("{key}.{nth}.{column}"), value.as_str()?.to_owned()))
                        };
                        pairs.extend(row.iter().filter_map(cell));
                    }
                    _ => {}
                }
            }
        }
        Json::Object(object) => match object.get("fen").and_then(Json::as_i64) {
            Some(fen) => pairs.push((key.clone(), Money::from_fen(fen).to_string())),
            None => {
                let part = |(name, value): (&String, &Json)| {
                    Some((format!("{key}.{name}"), value.as_str()?.to_owned()))
                };
                pairs.extend(object.iter().filter_map(part));
            }
        },
        Json::Bool(_) | Json::Null => {}
    }
    pairs
}
