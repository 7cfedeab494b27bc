//! Notices in the application: built from the journal, read by their own reader only, put away when the reader wants to.

mod follower;
mod model;
mod pages;
mod rules;
mod store;

pub use follower::{FOLLOWER, Recipients, Teller};
pub use model::{Addressed, Notice, NoticeId, Told};
pub use pages::arrived;
pub use store::{count, list, unread, unread_to_a_hundred};

use huitong_kernel::capability::Capability;

use crate::base::places::{self, under};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[("notice.view", "查看消息")];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { routes: pages::routes(), followers: vec![FOLLOWER], ..Capability::named("notices", ACTS) }
        .hands(under(places::DESK, &["notice"]))
}
