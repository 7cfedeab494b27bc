//! Facts: what may be asked about a subject, declared by the code that knows it, with type, unit and column.

use std::borrow::Cow;

use super::Named;

/// A declared fact.
#[derive(Clone, Debug, PartialEq)]
pub struct FactDef {
    /// Its key in the pack (`state`, `due_at`).
    pub key: String,
    /// Its name as people read it.
    pub label: String,
    /// Type and unit.
    pub kind: FactType,
    /// The column it is stored in; only such facts may stand in queues.
    pub column: Option<String>,
    /// A second column with the same instant that is never empty: where the fact is not known it holds [`NEVER`], so that
    /// an index alone gives an order and a range.
    pub order: Option<String>,
}

/// What stands in a column that orders ([`FactDef::ordered_by`]) where the instant is not known; after every instant there is.
pub const NEVER: i64 = 9_000_000_000_000;

/// The closed list of types.
#[derive(Clone, Debug, PartialEq)]
pub enum FactType {
    /// Yes or no.
    Flag,
    /// Free text or a key that the pack does not list.
    Text,
    /// One of these.
    Choice(Vec<Named>),
    /// One of a list of the pack, resolved while the pack is read (`states`, a list's key).
    ChoiceOf(Cow<'static, str>),
    /// A whole number counted in this unit (`件`, `分`, `工作日`).
    Number(Cow<'static, str>),
    /// An instant, UTC milliseconds.
    Instant,
    /// A civil date.
    Date,
    /// A unit's id; compared with `本单位` only.
    Unit,
    /// A person's id; compared with `本人` only.
    Person,
}

/// What a fact is, for one subject.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// Text, choice key, or id.
    Text(String),
    /// A number in the fact's unit.
    Number(i64),
    /// UTC milliseconds.
    Instant(i64),
    /// A civil date.
    Date(jiff::civil::Date),
}

impl FactDef {
    fn new(key: &str, label: &str, kind: FactType) -> FactDef {
        FactDef { key: key.to_owned(), label: label.to_owned(), kind, column: None, order: None }
    }

    /// A yes-or-no fact.
    pub fn flag(key: &str, label: &str) -> FactDef {
        FactDef::new(key, label, FactType::Flag)
    }

    /// A fact of free text.
    pub fn text(key: &str, label: &str) -> FactDef {
        FactDef::new(key, label, FactType::Text)
    }

    /// A fact with choices `(key, word)` fixed in code.
    pub fn choice(key: &str, label: &str, choices: &[(&str, &str)]) -> FactDef {
        let choices = choices.iter().map(|(k, l)| Named { key: (*k).to_owned(), label: (*l).to_owned() });
        FactDef::new(key, label, FactType::Choice(choices.collect()))
    }

    /// A fact whose choices are a list of the pack.
    pub fn choice_of(key: &str, label: &str, list: impl Into<Cow<'static, str>>) -> FactDef {
        FactDef::new(key, label, FactType::ChoiceOf(list.into()))
    }

    /// A number counted in `unit`.
    pub fn number(key: &str, label: &str, unit: impl Into<Cow<'static, str>>) -> FactDef {
        FactDef::new(key, label, FactType::Number(unit.into()))
    }

    /// An instant.
    pub fn instant(key: &str, label: &str) -> FactDef {
        FactDef::new(key, label, FactType::Instant)
    }

    /// A civil date.
    pub fn date(key: &str, label: &str) -> FactDef {
        FactDef::new(key, label, FactType::Date)
    }

    /// A unit.
    pub fn unit(key: &str, label: &str) -> FactDef {
        FactDef::new(key, label, FactType::Unit)
    }

    /// A person.
    pub fn person(key: &str, label: &str) -> FactDef {
        FactDef::new(key, label, FactType::Person)
    }

    /// Says which column stores it, as it stands in SQL.
    #[must_use]
    pub fn column(mut self, column: &str) -> FactDef {
        self.column = Some(column.to_owned());
        self
    }

    /// Says which column holds the same instant for ordering: [`NEVER`] where the fact is not known.
    #[must_use]
    pub fn ordered_by(mut self, column: &str) -> FactDef {
        self.order = Some(column.to_owned());
        self
    }
}
