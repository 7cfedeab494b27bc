//! What a capability hands to the house: its acts, routes, jobs and followers, as data.

use crate::db::Tx;
use crate::error::Result;
use crate::followers::Follower;
use crate::http::Route;
use crate::pack::Vocabulary;

/// Work that is due: runs in an act's transaction, in which the job is also marked as done.
#[derive(Clone, Copy)]
pub struct Work {
    /// Kind of the job.
    pub kind: &'static str,
    /// Does it; the body is what was enqueued.
    pub run: fn(&Tx, &str) -> Result<()>,
}

/// One capability, as the house sees it.
#[derive(Default)]
pub struct Capability {
    /// Folder name.
    pub name: &'static str,
    /// What the pack may name of it: acts, facts, guards, recipients, placeholders.
    pub vocabulary: Vocabulary,
    /// Its rows of the route table.
    pub routes: Vec<Route>,
    /// Jobs it enqueues.
    pub jobs: Vec<Work>,
    /// What it builds from the journal.
    pub followers: Vec<Follower>,
}
