//! Appeals (诉求): from whoever brings them in to their judged answer.

mod acts;
mod api;
mod case;
mod counts;
mod desk;
mod entry;
mod facts;
mod house;
pub mod import;
pub mod learning;
mod looks;
mod matter;
mod model;
mod notices;
mod number;
mod paper;
pub mod policy;
pub mod proposals;
pub mod public;
mod queue;
mod rules;
mod sentences;
mod store;
mod subject;
mod submit;
mod timeline;
mod view;
mod wording;

pub use acts::act;
pub use case::act_tracked;
pub use house::{ACT_NAMES, capability};
pub use model::{Appeal, AppealId};
pub use queue::{
    APPEALS, count_statement as queue_count_statement, statement as queue_statement,
    units_statement as queue_units_statement,
};
pub use submit::{Receipt, register, submit};

use huitong_kernel::pack::{Definition, Pack};

/// Key of the procedure.
pub const PROCEDURE: &str = "appeal";

/// The procedure of a pack; a pack without one is not read by a house that has appeals.
pub fn flow(pack: &Pack) -> &Definition {
    static NONE: std::sync::LazyLock<Definition> = std::sync::LazyLock::new(Definition::default);
    pack.definition(PROCEDURE).unwrap_or(&NONE)
}
