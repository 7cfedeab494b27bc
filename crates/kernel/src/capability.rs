//! What a capability hands to the house: its acts, routes, jobs, followers, and what other capabilities ask it for.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use crate::ctx::Ctx;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::followers::Follower;
use crate::http::Route;
use crate::jobs::{self, Taken};
use crate::pack::{Pack, Vocabulary, words};
use crate::policy::Policy;

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
    /// What it hands to other capabilities.
    pub handed: Handed,
}

impl Capability {
    /// A capability with nothing but a name and its acts, each with its Chinese name.
    pub fn named(name: &'static str, acts: &[(&'static str, &'static str)]) -> Capability {
        let vocabulary = Vocabulary { acts: words(acts), ..Vocabulary::default() };
        Capability { name, vocabulary, ..Capability::default() }
    }

    /// Hands something to whoever asks the house for things of its type: a subject to the journal, a place to the frame.
    #[must_use]
    pub fn hands<T: Any + Send + Sync>(mut self, thing: T) -> Capability {
        self.handed.add(thing);
        self
    }
}

/// What a capability hands to others, who alone know its types; found by type, in the order it was added.
#[derive(Default)]
pub struct Handed(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Handed {
    fn add<T: Any + Send + Sync>(&mut self, thing: T) {
        let things = self.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(Vec::<T>::new()));
        if let Some(things) = things.downcast_mut::<Vec<T>>() {
            things.push(thing);
        }
    }

    /// Everything of one type.
    pub fn all<T: Any>(&self) -> &[T] {
        let things = self.0.get(&TypeId::of::<T>());
        things.and_then(|things| things.downcast_ref::<Vec<T>>()).map_or(&[], Vec::as_slice)
    }
}

/// Something that serves the rows of one kind of subject: names them, owns their files, tells of them.
pub trait OfKind: Any + Clone + Send + Sync {
    /// The kind, as the journal writes it (`link`).
    fn kind(&self) -> &str;
}

/// Serves the kinds that nobody serves by name: those that a pack defines.
pub struct Others<T> {
    /// Serves one kind, if a definition has it.
    pub of: fn(&Policy, &str) -> Option<T>,
    /// Serves each kind that the definitions have, where a row is looked for and its kind is not known.
    pub all: fn(&Policy) -> Vec<T>,
}
