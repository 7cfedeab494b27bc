//! Evaluation in memory: three-valued, with a trace that shows every comparison.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Comparator, Condition, Constant, Test, Value, words};

/// The answer of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// A fact it needs is not known: 需补数据.
    Unknown,
}

/// Where facts come from; `None` means not known.
pub trait Facts {
    /// The value of the fact with this key.
    fn fact(&self, key: &str) -> Option<Value>;
}

impl Facts for BTreeMap<String, Value> {
    fn fact(&self, key: &str) -> Option<Value> {
        self.get(key).cloned()
    }
}

impl<F: Fn(&str) -> Option<Value>> Facts for F {
    fn fact(&self, key: &str) -> Option<Value> {
        self(key)
    }
}

/// Who asks, and when: what `本人`, `本单位` and `现在` stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    /// The instant of asking, UTC milliseconds.
    pub now: i64,
    /// The asking person's id.
    pub me: Option<&'a str>,
    /// Ids of the units in which the asking person holds office; `本单位` is any of them.
    pub my_units: &'a [&'a str],
}

impl Frame<'_> {
    /// The civil day of asking, moved by so many days.
    pub fn day(&self, offset: i64) -> jiff::civil::Date {
        crate::clock::civil_date(self.now.saturating_add(offset.saturating_mul(crate::clock::DAY)))
    }
}

/// The receipt of an evaluation: the same tree with an answer at every node.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The answer here.
    pub truth: Truth,
    /// What was asked, in words.
    pub sentence: String,
    /// What the fact was, in words; for groups empty.
    pub found: String,
    /// The parts of a group.
    pub parts: Vec<Trace>,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    /// One of them holds.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Yes, _) | (_, Truth::Yes) => Truth::Yes,
            (Truth::No, Truth::No) => Truth::No,
            _ => Truth::Unknown,
        }
    }

    /// It does not hold.
    #[must_use]
    pub fn negate(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
        }
    }

    /// Whether it certainly holds.
    pub fn holds(self) -> bool {
        self == Truth::Yes
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Truth::Yes => "符合",
            Truth::No => "不符合",
            Truth::Unknown => "需补数据",
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::Yes } else { Truth::No }
    }
}

impl Trace {
    /// The labels of comparisons that could not be told, for "需补数据：…".
    pub fn unknown(&self) -> Vec<&str> {
        if self.parts.is_empty() && self.truth == Truth::Unknown {
            return vec![&self.sentence];
        }
        self.parts.iter().flat_map(Trace::unknown).collect()
    }
}

/// Evaluates a condition on one subject; every part is looked at, so that the trace is whole.
pub fn evaluate(condition: &Condition, facts: &dyn Facts, frame: &Frame<'_>) -> Trace {
    let group = |parts: &[Condition], start: Truth, join: fn(Truth, Truth) -> Truth| {
        let parts: Vec<Trace> = parts.iter().map(|part| evaluate(part, facts, frame)).collect();
        let truth = parts.iter().fold(start, |truth, part| join(truth, part.truth));
        (truth, String::new(), parts)
    };
    let (truth, found, parts) = match condition {
        Condition::All(parts) => group(parts, Truth::Yes, Truth::and),
        Condition::Any(parts) => group(parts, Truth::No, Truth::or),
        Condition::Not(part) => {
            let part = evaluate(part, facts, frame);
            (part.truth.negate(), String::new(), vec![part])
        }
        Condition::Test(test) => {
            let value = facts.fact(&test.fact.key);
            let found = words::value(&test.fact, value.as_ref());
            (compare(test, value.as_ref(), frame), found, Vec::new())
        }
    };
    Trace { truth, sentence: words::sentence(condition), found, parts }
}

/// The answer alone, for whoever shows no trace: what a page asks of every button.
pub fn truth(condition: &Condition, facts: &dyn Facts, frame: &Frame<'_>) -> Truth {
    let part = |part: &Condition| truth(part, facts, frame);
    match condition {
        Condition::All(parts) => parts.iter().map(part).fold(Truth::Yes, Truth::and),
        Condition::Any(parts) => parts.iter().map(part).fold(Truth::No, Truth::or),
        Condition::Not(inner) => part(inner).negate(),
        Condition::Test(test) => compare(test, facts.fact(&test.fact.key).as_ref(), frame),
    }
}

fn compare(test: &Test, value: Option<&Value>, frame: &Frame<'_>) -> Truth {
    if test.comparator == Comparator::Known {
        return Truth::from(Constant::Flag(value.is_some()) == test.constant);
    }
    let Some(value) = value else { return Truth::Unknown };
    match (test.comparator, &test.constant) {
        (comparator, Constant::MyUnit) => match value {
            Value::Text(unit) if !frame.my_units.is_empty() => {
                let mine = frame.my_units.contains(&unit.as_str());
                Truth::from(mine == (comparator == Comparator::Is))
            }
            _ => Truth::Unknown,
        },
        (Comparator::OneOf, Constant::Texts(all)) => one_of(value, all),
        (Comparator::NoneOf, Constant::Texts(all)) => one_of(value, all).negate(),
        (comparator, constant) => match order(value, constant, frame) {
            Some(ordering) => Truth::from(fits(comparator, ordering)),
            None => Truth::Unknown,
        },
    }
}

fn one_of(value: &Value, all: &[super::Named]) -> Truth {
    match value {
        Value::Text(text) => Truth::from(all.iter().any(|named| named.key == *text)),
        _ => Truth::Unknown,
    }
}

/// How the value stands to the constant; `None` where they cannot be compared (a type that was not declared, nobody asks).
fn order(value: &Value, constant: &Constant, frame: &Frame<'_>) -> Option<Ordering> {
    match (value, constant) {
        (Value::Flag(a), Constant::Flag(b)) => Some(a.cmp(b)),
        (Value::Text(a), Constant::Text(b)) => Some(a.cmp(&b.key)),
        (Value::Number(a), Constant::Number(b)) => Some(a.cmp(b)),
        (Value::Date(a), Constant::Date(b)) => Some(a.cmp(b)),
        (Value::Date(a), Constant::Day { offset, .. }) => Some(a.cmp(&frame.day(*offset))),
        (Value::Instant(a), Constant::Now { offset_ms, .. }) => {
            Some(a.cmp(&frame.now.saturating_add(*offset_ms)))
        }
        (Value::Text(a), Constant::Me) => frame.me.map(|me| a.as_str().cmp(me)),
        _ => None,
    }
}

fn fits(comparator: Comparator, ordering: Ordering) -> bool {
    match comparator {
        Comparator::Is => ordering.is_eq(),
        Comparator::IsNot => ordering.is_ne(),
        Comparator::AtLeast => ordering.is_ge(),
        Comparator::AtMost => ordering.is_le(),
        Comparator::Above => ordering.is_gt(),
        Comparator::Below => ordering.is_lt(),
        Comparator::OneOf | Comparator::NoneOf | Comparator::Known => false,
    }
}
