//! Conditions read aloud: one Chinese sentence, the same on every page that explains a rule.

use crate::clock::{day_text, minute_text};

use super::{Comparator, Condition, Constant, FactDef, FactType, Named, Test, Value};

/// The condition as a sentence without a full stop; the condition that always holds is `任何情况`.
pub fn sentence(condition: &Condition) -> String {
    match condition {
        Condition::All(parts) if parts.is_empty() => "任何情况".to_owned(),
        Condition::Any(parts) if parts.is_empty() => "任何情况都不符合".to_owned(),
        Condition::All(parts) => join(parts, "，并且"),
        Condition::Any(parts) => join(parts, "，或者"),
        Condition::Not(part) => format!("不是（{}）", sentence(part)),
        Condition::Test(test) => comparison(test),
    }
}

fn join(parts: &[Condition], word: &str) -> String {
    let part = |part: &Condition| match part {
        Condition::All(inner) | Condition::Any(inner) if parts.len() > 1 && inner.len() > 1 => {
            format!("（{}）", sentence(part))
        }
        other => sentence(other),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(word)
}

fn comparison(test: &Test) -> String {
    let label = &test.fact.label;
    let constant = constant(&test.fact, &test.constant);
    let instant = matches!(test.fact.kind, FactType::Instant | FactType::Date);
    match (test.comparator, &test.constant) {
        (Comparator::Known, Constant::Flag(true)) => format!("已有{label}"),
        (Comparator::Known, _) => format!("尚无{label}"),
        (Comparator::Is, Constant::Flag(true)) | (Comparator::IsNot, Constant::Flag(false)) => label.clone(),
        (Comparator::Is | Comparator::IsNot, Constant::Flag(_)) => format!("不是“{label}”"),
        (Comparator::Is, _) => format!("{label}是{constant}"),
        (Comparator::IsNot, _) => format!("{label}不是{constant}"),
        (Comparator::OneOf, _) => format!("{label}是{constant}之一"),
        (Comparator::NoneOf, _) => format!("{label}不是{constant}中的任何一个"),
        (Comparator::AtLeast, _) if instant => format!("{label}不早于{constant}"),
        (Comparator::AtMost, _) if instant => format!("{label}不晚于{constant}"),
        (Comparator::Above, _) if instant => format!("{label}晚于{constant}"),
        (Comparator::Below, _) if instant => format!("{label}早于{constant}"),
        (Comparator::AtLeast, _) => format!("{label}不少于{constant}"),
        (Comparator::AtMost, _) => format!("{label}不超过{constant}"),
        (Comparator::Above, _) => format!("{label}多于{constant}"),
        (Comparator::Below, _) => format!("{label}少于{constant}"),
    }
}

fn constant(fact: &FactDef, constant: &Constant) -> String {
    match constant {
        Constant::Flag(yes) => (if *yes { "是" } else { "否" }).to_owned(),
        Constant::Text(named) => format!("“{}”", named.label),
        Constant::Texts(all) => all.iter().map(|n| format!("“{}”", n.label)).collect::<Vec<_>>().join("、"),
        Constant::Number(number) => number_with_unit(fact, *number),
        Constant::Date(date) => day_text(*date),
        // A number stands apart from the words before it.
        Constant::Now { words, .. } | Constant::Day { words, .. }
            if words.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            format!(" {words}")
        }
        Constant::Now { words, .. } | Constant::Day { words, .. } => words.clone(),
        Constant::MyUnit => "本单位".to_owned(),
        Constant::Me => "本人".to_owned(),
    }
}

/// What a fact is, in words; `未知` where it is not known.
pub fn value(fact: &FactDef, value: Option<&Value>) -> String {
    match value {
        None => "未知".to_owned(),
        Some(Value::Flag(yes)) => (if *yes { "是" } else { "否" }).to_owned(),
        Some(Value::Text(key)) => label_of(fact, key),
        Some(Value::Number(number)) => number_with_unit(fact, *number),
        Some(Value::Date(date)) => day_text(*date),
        Some(Value::Instant(at)) => minute_text(*at),
    }
}

fn label_of(fact: &FactDef, key: &str) -> String {
    let found = match &fact.kind {
        FactType::Choice(all) => all.iter().find(|named: &&Named| named.key == key),
        _ => None,
    };
    found.map_or_else(|| key.to_owned(), |named| named.label.clone())
}

fn number_with_unit(fact: &FactDef, number: i64) -> String {
    match &fact.kind {
        FactType::Number(unit) => format!("{number}{unit}"),
        _ => number.to_string(),
    }
}
