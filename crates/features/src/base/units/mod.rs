//! Units: departments, towns, parks and every other body of the city that can answer for something.

mod acts;
mod model;
mod store;

pub use acts::{NewUnit, add};
pub use model::{Unit, UnitId};
pub use store::{all, by_key, by_name, find, name_of, names, performing};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[("unit.add", "增加单位")];
