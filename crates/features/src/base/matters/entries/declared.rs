//! What conditions and sentences may ask of every entry.

use huitong_kernel::clock::day_text;
use huitong_kernel::condition::FactDef;
use huitong_kernel::pack::{Field, StandsFor, Take};
use huitong_kernel::{Result, Tx};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::super::matter::Rules;
use super::super::plain::Plain;
use super::super::sentences::Facts;
use super::{derived, facts};

/// The facts that every entry has, whatever its register; those with a column may stand in queues.
pub fn declared() -> Vec<FactDef> {
    vec![
        FactDef::choice_of("state", "状态", "states").column("a.state"),
        FactDef::text("kind", "分类").column("a.kind"),
        FactDef::unit("unit", "单位").column("a.unit"),
        FactDef::person("assignee", "经办人").column("a.assignee"),
        FactDef::person("owner", "登记人").column("a.owner_user"),
        FactDef::text("association", "协会").column("a.association"),
        FactDef::date("from_on", "起始日").column("a.from_on"),
        FactDef::date("until_on", "截止日").column("a.until_on"),
        FactDef::instant("began_at", "登记时间").column("a.began_at"),
        FactDef::instant("updated_at", "更新时间").column("a.updated_at"),
        FactDef::text("number", "编号").column("a.number"),
        FactDef::text("name", "名称").column("a.title"),
    ]
}

/// The column in which lists find what a field says: that which it stands for, else a look at its fact.
pub fn column(field: &Field) -> Option<String> {
    let stands = field.stands_for.map(|stands| match stands {
        StandsFor::Association => "a.association",
        StandsFor::Unit => "a.unit",
        StandsFor::OtherUnit => "a.next_unit",
        StandsFor::Assignee => "a.assignee",
        StandsFor::Kind => "a.kind",
        StandsFor::Day => "a.day",
        StandsFor::Validity => "a.from_on",
        StandsFor::Amount => "a.amount",
    });
    if let Some(column) = stands {
        return Some(column.to_owned());
    }
    let single = facts::is_fact(field) && !field.holds_several();
    single.then(|| looked_at(&field.key, facts::counts(field)))
}

/// A look at a fact of an entry, in a list that the entries lead.
pub fn looked_at(fact: &str, number: bool) -> String {
    let value = if number { "number" } else { "text" };
    format!("(SELECT f.{value} FROM entry_facts f WHERE f.entry = a.id AND f.fact = '{fact}' AND f.nth = 0)")
}

/// What sentences may say of an entry beside its fields: from when until when it holds, and what its rows say.
pub(in super::super) fn sentence_facts(tx: &Tx, rules: Rules<'_>, entry: &Plain) -> Result<Facts> {
    let mut said = Facts::new();
    let day = |text: Option<&str>| {
        let day: Option<Date> = text.and_then(|text| text.parse().ok());
        day.map(day_text).unwrap_or_default()
    };
    said.insert(String::from("from_on"), day(entry.from_on.as_deref()));
    said.insert(String::from("until_on"), day(entry.until_on.as_deref()));
    for one in rules.of.register.iter().flat_map(|register| &register.derived) {
        let now;
        let value = match one.this_year && !entry.marks.derived.contains_key(&one.key) {
            true => {
                now = derived::value(tx, rules, entry, one)?;
                now.as_ref()
            }
            false => entry.marks.derived.get(&one.key),
        };
        let unit = rules.of.facts.iter().find(|fact| fact.key == one.key).map(|fact| &fact.kind);
        let text = match (one.take, value) {
            (Take::Latest | Take::Earliest, value) => day(value.and_then(Json::as_str)),
            (Take::Any, value) => {
                String::from(if value.and_then(Json::as_i64) == Some(1) { "有" } else { "没有" })
            }
            (Take::Count | Take::Sum, value) => {
                let number = value.and_then(Json::as_i64).unwrap_or_default();
                match unit {
                    Some(huitong_kernel::condition::FactType::Number(unit)) if !unit.is_empty() => {
                        format!("{number} {unit}")
                    }
                    _ => number.to_string(),
                }
            }
        };
        said.insert(one.key.clone(), text);
    }
    Ok(said)
}
