//! The one condition language: `{fact, comparator, constant}` in all/any/not groups over declared, typed facts.
//!
//! The same tree is evaluated in memory, with a trace ([`evaluate`]) or without ([`truth`]), read aloud as a Chinese sentence ([`words`])
//! and turned into SQL where its facts are columns ([`sql`]). Logic is three-valued: a fact that is not known
//! gives [`Truth::Unknown`] (需补数据), never a silent "no".

mod evaluate;
mod fact;
pub mod sql;
pub mod words;

#[cfg(test)]
mod tests;

pub use evaluate::{Facts, Frame, Trace, Truth, evaluate, truth};
pub use fact::{FactDef, FactType, NEVER, Value};

/// A rule that holds, does not hold, or cannot be told yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every part holds (an empty group holds).
    All(Vec<Condition>),
    /// At least one part holds (an empty group does not hold).
    Any(Vec<Condition>),
    /// The part does not hold.
    Not(Box<Condition>),
    /// One fact compared with one constant.
    Test(Test),
}

/// One comparison; it carries its fact's declaration, so that it can be read aloud and composed into SQL alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The declared fact.
    pub fact: FactDef,
    /// How the fact is compared.
    pub comparator: Comparator,
    /// What it is compared with.
    pub constant: Constant,
}

/// The closed list of comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// Equal.
    Is,
    /// Known and different.
    IsNot,
    /// Equal to one of several.
    OneOf,
    /// Known and equal to none of several.
    NoneOf,
    /// Greater or equal; for instants: at or after.
    AtLeast,
    /// Less or equal; for instants: at or before.
    AtMost,
    /// Greater; for instants: after.
    Above,
    /// Less; for instants: before.
    Below,
    /// Whether the fact is known at all; never unknown itself.
    Known,
}

/// What a fact is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Yes or no.
    Flag(bool),
    /// A text, or one of the fact's choices.
    Text(Named),
    /// Several texts or choices.
    Texts(Vec<Named>),
    /// A number in the unit the fact declares.
    Number(i64),
    /// A civil date.
    Date(jiff::civil::Date),
    /// The day of asking, moved by so many days; the words are those of the pack (`今天`, `7 日后`).
    Day { offset: i64, words: String },
    /// The instant of asking, moved by so many milliseconds; the words are those of the pack (`24 小时后`).
    Now { offset_ms: i64, words: String },
    /// The unit of the person who asks (`本单位`).
    MyUnit,
    /// The person who asks (`本人`).
    Me,
}

/// A key with the word people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Key as it is stored.
    pub key: String,
    /// Word on the screen.
    pub label: String,
}

impl Comparator {
    /// The comparators with the keys they have in the pack.
    pub const ALL: &[(&str, Comparator)] = &[
        ("is", Comparator::Is),
        ("is_not", Comparator::IsNot),
        ("one_of", Comparator::OneOf),
        ("none_of", Comparator::NoneOf),
        ("at_least", Comparator::AtLeast),
        ("at_most", Comparator::AtMost),
        ("above", Comparator::Above),
        ("below", Comparator::Below),
        ("known", Comparator::Known),
    ];

    /// Its key in the pack.
    pub fn key(self) -> &'static str {
        Comparator::ALL.iter().find(|(_, c)| *c == self).map_or("", |(key, _)| key)
    }
}

impl Condition {
    /// The condition that always holds.
    pub fn always() -> Condition {
        Condition::All(Vec::new())
    }

    /// All comparisons in it, in the order written.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().flat_map(Condition::tests).collect()
            }
            Condition::Not(part) => part.tests(),
            Condition::Test(test) => vec![test],
        }
    }
}
