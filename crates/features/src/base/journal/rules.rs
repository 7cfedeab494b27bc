//! How an entry's body is read aloud: what changed, the facts about the act, and what several entries changed together.

use huitong_kernel::http::page::{Change, Fact};
use serde_json::Value as Json;

/// The words of one entry: for a field by its path, and for a value that is an id or a key.
pub struct Words<'a> {
    /// The word for a field; its own name where there is none.
    pub field: &'a dyn Fn(&str) -> String,
    /// Where a field stands among the others.
    pub rank: &'a dyn Fn(&str) -> usize,
    /// What a text stands for; none where it stands for itself.
    pub meaning: &'a dyn Fn(&str, &str) -> Option<String>,
}

/// A value as people read it; `path` names its field.
pub fn read_aloud(value: &Json, path: &str, words: &Words) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(true) => String::from("是"),
        Json::Bool(false) => String::from("否"),
        Json::String(text) => (words.meaning)(path, text).unwrap_or_else(|| text.clone()),
        Json::Array(values) => {
            let mark = if values.iter().any(Json::is_object) { "；" } else { "、" };
            values.iter().map(|v| read_aloud(v, path, words)).collect::<Vec<_>>().join(mark)
        }
        Json::Number(number) => number.to_string(),
        Json::Object(parts) => {
            let part = |(key, value): (&String, &Json)| {
                let path = format!("{path}.{key}");
                format!("{}：{}", (words.field)(&path), read_aloud(value, &path, words))
            };
            parts.iter().map(part).collect::<Vec<_>>().join("，")
        }
    }
}

/// Counts versions; says nothing to people.
const VERSION: &str = "version";

/// The version of the subject after an entry, where the entry changed its version.
pub fn version_after(body: &Json) -> Option<i64> {
    body.get("after")?.get(VERSION)?.as_i64()
}

/// What changed, field by field, with the fields' own names.
pub fn changed(body: &Json, words: &Words) -> Vec<(String, Change)> {
    let part = |name: &str| body.get(name).and_then(Json::as_object);
    let Some(after) = part("after") else { return Vec::new() };
    let before = part("before");
    let row = |(key, value): (&String, &Json)| {
        let was = before.and_then(|b| b.get(key)).map(|v| read_aloud(v, key, words));
        let change = Change {
            field: (words.field)(key),
            before: was.unwrap_or_default(),
            after: read_aloud(value, key, words),
        };
        (key.clone(), change)
    };
    let mut rows: Vec<_> = after.iter().filter(|(key, _)| *key != VERSION).map(row).collect();
    rows.sort_by_key(|(key, _)| (words.rank)(key));
    rows
}

/// What changed, without what was empty before and after.
pub fn changes(body: &Json, words: &Words) -> Vec<Change> {
    let said = changed(body, words).into_iter().map(|(_, change)| change);
    said.filter(|change| change.before != change.after).collect()
}

/// Facts about the act that are no change; those of a form stand one by one.
pub fn facts(body: &Json, words: &Words) -> Vec<Fact> {
    let Some(parts) = body.as_object() else { return Vec::new() };
    let fact = |path: &str, value: &Json| Fact {
        label: (words.field)(path),
        value: read_aloud(value, path, words),
        wide: true,
        ..Fact::default()
    };
    let mut facts = Vec::new();
    for (key, value) in parts.iter().filter(|(key, _)| !["before", "after"].contains(&key.as_str())) {
        match value {
            Json::Object(inner) => facts.extend(inner.iter().map(|(k, v)| fact(&format!("{key}.{k}"), v))),
            Json::Array(empty) if empty.is_empty() => {}
            Json::String(empty) if empty.is_empty() => {}
            _ => facts.push(fact(key, value)),
        }
    }
    // What was looked up stands in a form twice: as it was typed, and as what was picked.
    let mut seen = Vec::new();
    facts.retain(|fact| {
        let known = seen.contains(&(fact.label.clone(), fact.value.clone()));
        seen.push((fact.label.clone(), fact.value.clone()));
        !known
    });
    facts
}

/// A field that others changed since a reader opened the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// The field's own name.
    pub key: String,
    /// In words.
    pub field: String,
    /// What it said when the reader opened it.
    pub opened: String,
    /// What it says now.
    pub now: String,
    /// Who changed it last.
    pub who: String,
    /// When.
    pub time: String,
    /// What the reader typed in the same field; empty where the form has none.
    pub typed: String,
}

/// Adds what one more entry changed, the oldest entry first; a field that is back where it was is no difference.
pub fn drift(so_far: &mut Vec<Drift>, changed: Vec<(String, Change)>, who: &str, time: &str) {
    for (key, Change { field, before, after }) in changed {
        let place = so_far.iter().position(|d| d.key == key && d.field == field);
        let opened = place.map_or(before, |place| so_far.remove(place).opened);
        if opened != after {
            let (who, time) = (who.to_owned(), time.to_owned());
            so_far.push(Drift { key, field, opened, now: after, who, time, typed: String::new() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(read: impl FnOnce(&Words)) {
        let field = |path: &str| match path {
            "until_on" => String::from("截止日"),
            "paper" => String::from("来源文件"),
            "form.reason" => String::from("理由"),
            other => other.to_owned(),
        };
        let meaning = |_: &str, text: &str| (text == "价格").then(|| String::from("价格监管"));
        let rank = |path: &str| usize::from(path != "until_on");
        read(&Words { field: &field, rank: &rank, meaning: &meaning });
    }

    #[test]
    fn a_body_is_read_as_changes_and_facts() {
        let body = json!({
            "before": {"until_on": null, "version": 1, "note": null},
            "after": {"until_on": "2025-03-31", "functions": ["市场监管", "价格"], "version": 2, "note": ""},
            "paper": "某发〔2025〕1号",
            "form": {"reason": "价格"},
            "files": [],
        });
        words(|words| {
            let changed = changes(&body, words);
            let rows: Vec<_> = changed.iter().map(|c| [&c.field, &c.before, &c.after]).collect();
            assert_eq!(rows, [["截止日", "", "2025-03-31"], ["functions", "", "市场监管、价格监管"]]);
            let facts: Vec<_> = facts(&body, words).into_iter().map(|f| (f.label, f.value)).collect();
            let fact = |label: &str, value: &str| (label.to_owned(), value.to_owned());
            assert_eq!(facts, [fact("来源文件", "某发〔2025〕1号"), fact("理由", "价格监管")]);
            assert_eq!(version_after(&body), Some(2));
        });
    }

    #[test]
    fn several_entries_differ_from_what_was_opened_first() {
        let change = |before: &str, after: &str| {
            let (field, before, after) = (String::from("状态"), before.to_owned(), after.to_owned());
            vec![(String::from("state"), Change { field, before, after })]
        };
        let mut found = Vec::new();
        drift(&mut found, change("待受理", "待派单"), "甲", "09:00");
        drift(&mut found, change("待派单", "待签收"), "乙", "10:00");
        let row = |d: &Drift| [d.opened.clone(), d.now.clone(), d.who.clone(), d.time.clone()];
        assert_eq!(found.iter().map(row).collect::<Vec<_>>(), [["待受理", "待签收", "乙", "10:00"]]);
        drift(&mut found, change("待签收", "待受理"), "丙", "11:00");
        assert!(found.is_empty(), "back where it was");
    }
}
