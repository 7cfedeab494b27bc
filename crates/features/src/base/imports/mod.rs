//! Imports: rows of a file become subjects by the same acts as everywhere, in small commits, once each, resumably.
//!
//! The mechanism knows no kind. A kind says what a row means ([`Kind`]); the mapping file says which column is what and
//! supplies what the file lacks ([`Mapping`]).

mod by_key;
mod line;
mod mapping;
mod model;
mod rejects;
mod run;
mod store;
mod subject;
mod unit_names;

pub use by_key::{ByKey, Entered, Entry, Keyed, Row};
pub use line::Line;
pub use mapping::{Mapping, Rules, Words, refused};
pub use model::{Batch, BatchId, Brought, Counts, KeptBatch, KnownRow, Outcome, Part, Reject, Summary};
pub use run::{Became, Kind, Options, run};
pub use store::rows_of;
pub use store::{brought, changed, claim, close, counts, done, entered, find, outcomes, recent, undone};
pub use unit_names::{UnitNames, Unknown, unit_name};

use huitong_kernel::capability::Capability;

use crate::base::journal;
use crate::base::places::{self, under};

/// What the journal calls the two ends of a batch; the rows themselves are acts of their own.
pub const ACTS: &[(&str, &str)] = &[
    ("import.start", "开始导入"),
    ("import.finish", "导入完成"),
    ("import.undo", "撤销导入"),
    ("import.undone", "撤销完成"),
];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability::named("imports", ACTS)
        .hands(journal::Kind::new(subject::ImportSubject))
        .hands(under(places::EXCHANGE, &["import"]))
}
