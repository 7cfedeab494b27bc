//! A question that counts alone can answer: conditions, reach and filters over the keys of a tally.

use crate::condition::{Comparator, Condition, Constant, Frame, Test, Truth};
use crate::counters::Tally;
use crate::rights::Scope;

/// Which rows are meant, by the keys they are counted under. It answers as the same question in SQL does: of a row that
/// lacks what is asked for, neither it nor its opposite is true.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ask {
    /// All of these.
    All(Vec<Ask>),
    /// Any of these.
    Any(Vec<Ask>),
    /// Not this.
    Not(Box<Ask>),
    /// The key at this place is one of these.
    OneOf(usize, Vec<String>),
    /// The key at this place is there, or is not.
    Known(usize, bool),
}

impl Ask {
    /// A condition of the pack; none where it asks for more than the tally counts by.
    pub fn condition(tally: &Tally, condition: &Condition, frame: &Frame) -> Option<Ask> {
        let parts = |parts: &[Condition]| -> Option<Vec<Ask>> {
            parts.iter().map(|part| Ask::condition(tally, part, frame)).collect()
        };
        Some(match condition {
            Condition::All(all) => Ask::All(parts(all)?),
            Condition::Any(any) => Ask::Any(parts(any)?),
            Condition::Not(part) => Ask::Not(Box::new(Ask::condition(tally, part, frame)?)),
            Condition::Test(test) => Ask::test(tally, test, frame)?,
        })
    }

    fn test(tally: &Tally, test: &Test, frame: &Frame) -> Option<Ask> {
        let place = tally.place(test.fact.column.as_deref()?)?;
        let values = match &test.constant {
            Constant::Flag(known) if test.comparator == Comparator::Known => {
                return Some(Ask::Known(place, *known));
            }
            Constant::Flag(yes) => vec![String::from(if *yes { "1" } else { "0" })],
            Constant::Text(text) => vec![text.key.clone()],
            Constant::Texts(texts) => texts.iter().map(|text| text.key.clone()).collect(),
            Constant::MyUnit if !frame.my_units.is_empty() => {
                frame.my_units.iter().map(|unit| (*unit).to_owned()).collect()
            }
            Constant::Me => vec![frame.me?.to_owned()],
            Constant::MyUnit
            | Constant::Number(_)
            | Constant::Date(_)
            | Constant::Day { .. }
            | Constant::Now { .. } => {
                return None;
            }
        };
        match test.comparator {
            Comparator::Is | Comparator::OneOf => Some(Ask::OneOf(place, values)),
            Comparator::IsNot | Comparator::NoneOf => Some(Ask::Not(Box::new(Ask::OneOf(place, values)))),
            _ => None,
        }
    }

    /// What a reader reaches; none where that is told by a column which is not counted by.
    pub fn scope(tally: &Tally, scope: &Scope) -> Option<Ask> {
        let Some(ways) = scope.ways() else { return Some(Ask::All(Vec::new())) };
        let ways = ways.map(|(column, value)| Ask::equal(tally, column, value));
        Some(Ask::Any(ways.collect::<Option<_>>()?))
    }

    /// A column that holds this.
    pub fn equal(tally: &Tally, column: &str, value: &str) -> Option<Ask> {
        Some(Ask::OneOf(tally.place(column)?, vec![value.to_owned()]))
    }

    /// Whether the rows under these keys are meant.
    pub(super) fn fits<'k>(&self, key: &impl Fn(usize) -> &'k str) -> bool {
        self.truth(key) == Truth::Yes
    }

    fn truth<'k>(&self, key: &impl Fn(usize) -> &'k str) -> Truth {
        let told = |yes: bool| if yes { Truth::Yes } else { Truth::No };
        match self {
            Ask::All(parts) => parts.iter().fold(Truth::Yes, |so_far, part| match so_far {
                Truth::No => Truth::No,
                so_far => so_far.and(part.truth(key)),
            }),
            Ask::Any(parts) => parts.iter().fold(Truth::No, |so_far, part| match so_far {
                Truth::Yes => Truth::Yes,
                so_far => so_far.or(part.truth(key)),
            }),
            Ask::Not(part) => match part.truth(key) {
                Truth::Yes => Truth::No,
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
            },
            Ask::Known(place, known) => told(key(*place).is_empty() != *known),
            Ask::OneOf(place, values) => match key(*place) {
                "" => Truth::Unknown,
                key => told(values.iter().any(|value| value == key)),
            },
        }
    }
}

impl Tally {
    /// Where a column stands among the keys; the name of its table before it does not matter.
    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        let bare = column.rsplit('.').next().unwrap_or(column);
        self.columns.iter().position(|known| *known == bare)
    }
}
