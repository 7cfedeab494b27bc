//! Appeals (诉求): from whoever brings them in to their judged answer.

mod acts;
mod api;
mod case;
mod clocks;
mod counts;
mod days;
mod desk;
mod facts;
mod jobs;
mod looks;
mod model;
mod notices;
mod number;
mod proposals;
mod queue;
mod rules;
mod sentences;
mod store;
mod submit;
mod view;

pub use acts::{ACTS, act, named_unit};
pub use case::{Done, Input, Offer, offers};
pub use model::{Appeal, AppealId};
pub use submit::{Receipt, register, submit};
