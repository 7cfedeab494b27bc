//! Lists: the one place, beside conditions, where SQL is put together; filters and orders are declared, never typed in.

mod asked;
mod order;
mod passed;
mod plan;
mod query;

pub use asked::{Asked, MAX_DEPTH, MAX_SIZE};
pub use order::{ColumnKind, OrderBy};
pub use plan::{Index, Plan};
pub use query::{Listed, Query};

use std::borrow::Cow;

use crate::db::Value;
use crate::http::Name;

/// A list of one capability.
#[derive(Debug, Clone)]
pub struct ListDef {
    /// Columns of a row.
    pub select: Name,
    /// The table that filters and orders look at: `opinions o`.
    pub from: Name,
    /// LEFT JOINs that only add columns to show; not run for counting. "" = none.
    pub joins: Name,
    /// The column that tells rows apart: `a.id`. Last in every order.
    pub key: Name,
    /// What can be asked for by name in the address.
    pub filters: Cow<'static, [Filter]>,
    /// In which orders.
    pub sorts: Cow<'static, [Sort]>,
    /// The order where none is asked for: `-due_at`.
    pub sort: Name,
}

/// A filter that an address may name.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Name in the address.
    pub name: Name,
    /// What it is, in Chinese.
    pub about: Name,
    /// Condition with `$1`: `a.state = $1`.
    pub sql: Name,
    /// How the value is read.
    pub kind: FilterKind,
}

/// How a filter's value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// As it stands.
    Text,
    /// Part of a text: `a.search LIKE $1 ESCAPE '\'`; the column holds lower case.
    Part,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// From the beginning of this day, or from this instant: `a.received_at >= $1`.
    Since,
    /// To the end of this day, or to this instant: `a.received_at < $1`.
    Until,
    /// A civil date kept as text.
    Date,
}

/// An order that an address may name: `sort=due_at` upwards, `sort=-due_at` downwards.
#[derive(Debug, Clone)]
pub struct Sort {
    /// Name in the address.
    pub name: Name,
    /// Column.
    pub column: Name,
    /// What the column holds.
    pub kind: ColumnKind,
    /// Whether it may be empty; empty ones come last either way.
    pub nullable: bool,
}

impl Filter {
    /// A filter whose words stand in the code: name, what it is in Chinese, condition, how the value is read.
    pub const fn of(name: &'static str, about: &'static str, sql: &'static str, kind: FilterKind) -> Filter {
        Filter { name: Cow::Borrowed(name), about: Cow::Borrowed(about), sql: Cow::Borrowed(sql), kind }
    }
}

impl Sort {
    /// An order whose words stand in the code, by a column that is never empty.
    pub const fn of(name: &'static str, column: &'static str, kind: ColumnKind) -> Sort {
        Sort { name: Cow::Borrowed(name), column: Cow::Borrowed(column), kind, nullable: false }
    }

    /// The column may be empty.
    #[must_use]
    pub const fn nullable(mut self) -> Sort {
        self.nullable = true;
        self
    }
}

impl ListDef {
    /// Every statement this list can make with one filter and one order, with fitting arguments; a test prepares them all.
    pub fn samples(&self) -> Vec<(String, Vec<Value>)> {
        let mut samples = Vec::new();
        for sort in self.sorts.iter() {
            for descending in [false, true] {
                for filter in self.filters.iter().map(Some).chain([None]) {
                    let asked = Asked::sample(sort, descending, filter);
                    for with_cursor in [false, true] {
                        let query = Query::new(self, &asked);
                        let query = if with_cursor { query.after_sample() } else { query };
                        samples.push(query.rows_sql());
                        samples.push(query.count_sql());
                    }
                }
            }
        }
        samples
    }
}
