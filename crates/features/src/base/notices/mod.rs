//! Notices in the application: built from the journal, read by their own reader only, put away when the reader wants to.

mod follower;
mod model;
mod pages;
mod rules;
mod store;

pub use follower::{Recipients, Teller, Tellers, follower};
pub use model::{Addressed, Notice, NoticeId};
pub use pages::{arrived, routes};
pub use rules::of_act;
pub use store::{count, list, unread, unread_to_a_hundred};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[("notice.view", "查看消息")];
