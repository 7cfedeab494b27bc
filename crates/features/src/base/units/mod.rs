//! Units: departments, towns, parks and every other body of the city that can answer for something.

mod acts;
mod model;
mod store;
mod subject;

pub use acts::{NewUnit, add};
pub use model::{Unit, UnitId};
pub use store::{all, by_key, by_name, claim, find, name_of, names, performing};

use huitong_kernel::capability::Capability;

use crate::base::journal::Kind;
use crate::base::places::{self, under};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[("unit.add", "增加单位")];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability::named("units", ACTS)
        .hands(Kind::new(subject::UnitSubject))
        .hands(under(places::ACCOUNTS, &["unit"]))
}
