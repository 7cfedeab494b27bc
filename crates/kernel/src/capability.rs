//! What a capability hands to the house: its acts, routes, jobs and followers, as data.

use crate::ctx::Ctx;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::followers::Follower;
use crate::http::Route;
use crate::jobs::{self, Taken};
use crate::pack::{Pack, Vocabulary};

/// Work that is due.
#[derive(Clone, Copy)]
pub struct Work {
    /// Kind of the job.
    pub kind: &'static str,
    /// Does it; the body is what was enqueued.
    pub run: Run,
}

/// How work is done.
#[derive(Clone, Copy)]
pub enum Run {
    /// In an act's transaction, in which the job is also marked as done.
    Act(fn(&Tx, &str) -> Result<()>),
    /// What takes long is prepared from a snapshot, in which nobody waits for it; only the change that comes of it is an act.
    Apart(fn(&Tx, &str) -> Result<Change>),
}

/// How long a job may take that is prepared apart (real time, milliseconds).
const LONG: i64 = 15 * 60_000;

impl Run {
    /// Does a job that a worker has taken, in one transaction with the mark that it is done.
    pub fn perform(self, db: &Db, ctx: &Ctx, job: &Taken) -> Result<()> {
        match self {
            Run::Act(run) => db.write(ctx, |tx| {
                jobs::done(tx, &job.id)?;
                run(tx, &job.body)
            }),
            Run::Apart(prepare) => {
                if !jobs::hold(db, ctx, job, LONG)? {
                    return Ok(());
                }
                let change = db.read(ctx, |tx| prepare(tx, &job.body))?;
                db.write(ctx, |tx| {
                    jobs::done(tx, &job.id)?;
                    change(tx)
                })
            }
        }
    }
}

/// A change that was prepared and is still to be made, where it still fits.
pub type Change = Box<dyn Fn(&Tx) -> Result<()> + Send>;

/// What each process keeps in memory ([`crate::shelf`]), brought up to date after acts.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Name of the duty.
    pub name: &'static str,
    /// Takes the next part of what is new into account, read in a snapshot; answers how much there was.
    pub step: fn(&Tx) -> Result<usize>,
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
    /// Makes the rows of the definitions of a pack that it serves; each names its definition ([`Route::of`]).
    pub expand: Option<fn(&Pack) -> Vec<Route>>,
    /// Jobs it enqueues.
    pub jobs: Vec<Work>,
    /// What it builds from the journal.
    pub followers: Vec<Follower>,
    /// What it keeps in memory.
    pub memories: Vec<Memory>,
}
