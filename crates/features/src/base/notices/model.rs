//! A notice in the application: one line for one person about one entry of the journal.

use huitong_kernel::ctx::User;
use huitong_kernel::{Id, Named};

impl Named for Notice {
    const PREFIX: &'static str = "ntc";
}

/// Id of a notice.
pub type NoticeId = Id<Notice>;

/// A notice as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Id.
    pub id: NoticeId,
    /// Whose it is.
    pub user: Id<User>,
    /// Key of the pack's notice.
    pub kind: String,
    /// The line.
    pub title: String,
    /// Page it leads to.
    pub link: String,
    /// When what it tells happened (UTC milliseconds).
    pub at: i64,
    /// Whether its reader has put it away.
    pub read: bool,
}

/// What an entry means to those who are told things: whom it is told to, and what is over with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Who is told what.
    pub people: Vec<Addressed>,
    /// The page of which nothing told before waits any more, because what was to be done there has been done.
    pub over: Option<String>,
}

/// What a capability wants to be told to somebody because of one entry; never the identity of a confidential person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// Who is told.
    pub user: Id<User>,
    /// Key of the pack's notice.
    pub kind: String,
    /// The line.
    pub title: String,
    /// Page it leads to, inside this site.
    pub link: String,
}
