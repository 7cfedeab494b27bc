//! How an entry's body is read aloud: what changed, and the facts about the act.

use huitong_kernel::http::page::{Change, Fact};
use serde_json::Value as Json;

/// The word for a field; the field's own name where there is none.
fn word<'a>(fields: &'a [(&'a str, &'a str)], key: &'a str) -> &'a str {
    fields.iter().find(|(known, _)| *known == key).map_or(key, |(_, label)| label)
}

/// Says what a text of an entry means where it is an id or a key; none where it stands for itself.
pub type Meaning<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A value as people read it.
pub fn words(value: &Json, meaning: &Meaning) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(true) => String::from("是"),
        Json::Bool(false) => String::from("否"),
        Json::String(text) => meaning(text).unwrap_or_else(|| text.clone()),
        Json::Array(values) => values.iter().map(|v| words(v, meaning)).collect::<Vec<_>>().join("、"),
        Json::Number(number) => number.to_string(),
        Json::Object(parts) => parts
            .iter()
            .map(|(key, value)| format!("{key}：{}", words(value, meaning)))
            .collect::<Vec<_>>()
            .join("，"),
    }
}

/// What changed, field by field.
pub fn changes(body: &Json, fields: &[(&str, &str)], meaning: &Meaning) -> Vec<Change> {
    let part = |name: &str| body.get(name).and_then(Json::as_object);
    let Some(after) = part("after") else { return Vec::new() };
    let before = part("before");
    let row = |(key, value): (&String, &Json)| Change {
        field: word(fields, key).to_owned(),
        before: before.and_then(|b| b.get(key)).map(|v| words(v, meaning)).unwrap_or_default(),
        after: words(value, meaning),
    };
    after.iter().map(row).collect()
}

/// Facts about the act that are no change.
pub fn facts(body: &Json, fields: &[(&str, &str)], meaning: &Meaning) -> Vec<Fact> {
    let Some(parts) = body.as_object() else { return Vec::new() };
    let others = parts.iter().filter(|(key, _)| !["before", "after"].contains(&key.as_str()));
    let fact = |(key, value): (&String, &Json)| Fact {
        label: word(fields, key).to_owned(),
        value: words(value, meaning),
        wide: true,
        ..Fact::default()
    };
    others.map(fact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_is_read_as_changes_and_facts() {
        let body = json!({
            "before": {"until_on": null},
            "after": {"until_on": "2025-03-31", "functions": ["市场监管", "价格"]},
            "paper": "某发〔2025〕1号",
        });
        let fields = [("until_on", "截止日"), ("paper", "来源文件")];
        let meaning = |text: &str| (text == "价格").then(|| String::from("价格监管"));
        let changed = changes(&body, &fields, &meaning);
        let row = |nth: usize| [&changed[nth].field, &changed[nth].before, &changed[nth].after];
        assert_eq!(row(0), ["截止日", "", "2025-03-31"]);
        assert_eq!(row(1), ["functions", "", "市场监管、价格监管"]);
        let facts = facts(&body, &fields, &meaning);
        assert_eq!((facts[0].label.as_str(), facts[0].value.as_str()), ("来源文件", "某发〔2025〕1号"));
        assert_eq!(facts.len(), 1);
    }
}
