//! Appeals (诉求): from whoever brings them in to their judged answer.

mod acts;
mod api;
mod case;
mod clocks;
mod counts;
mod days;
mod desk;
mod entry;
mod facts;
mod house;
pub mod import;
mod jobs;
pub mod learning;
mod looks;
mod model;
mod notices;
mod number;
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

pub use acts::{ACTS, act, judge_tracked, named_unit, withdraw_tracked};
pub use case::{Done, Input, Offer, offers};
pub use counts::began;
pub use house::{ACT_NAMES, capability};
pub use model::{Appeal, AppealId, ClockId, NOT_DUE, RunningLimit, Step, StepId};
pub use queue::{
    APPEALS, count_statement as queue_count_statement, statement as queue_statement,
    units_statement as queue_units_statement,
};
pub use submit::{Receipt, register, submit};
