//! National codes and calendars of China: pure functions and tables, no clock, no database, usable alone.

pub mod calendar;
pub mod check;
pub mod division;
pub mod doc_no;
mod error;
pub mod industry;
pub mod mask;
pub mod moment;
pub mod money;
pub mod org_code;
pub mod phone;
pub mod resident_id;
pub mod search;
pub mod text;
pub mod uscc;

pub use calendar::{Calendar, Day, OfficeHours};
pub use check::{Checked, Kind, check};
pub use doc_no::DocNo;
pub use error::CodeError;
pub use moment::Moment;
pub use money::Money;
pub use org_code::OrgCode;
pub use phone::Phone;
pub use resident_id::ResidentId;
pub use uscc::Uscc;
