//! What is to be done at an instant: enqueued in the transaction of the act, run by a worker that holds a lease on it.

use crate::args;
use crate::ctx::Ctx;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::id::{Id, Named};
use crate::leases::LONGEST;

/// A job.
pub struct Job;
impl Named for Job {
    const PREFIX: &'static str = "job";
}

/// A job that a worker has taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id.
    pub id: Id<Job>,
    /// Which kind of work.
    pub kind: String,
    /// What the work needs to know, as text of the kind's own making.
    pub body: String,
    /// How often it was tried before.
    pub tries: i64,
}

/// How long a worker may hold a job before another takes it over (real time, milliseconds).
const LEASE: i64 = 60_000;
/// Tries before a job is laid aside for a person to look at.
const TRIES: i64 = 8;

impl Tx<'_> {
    /// Enqueues work for an instant of the city's time. A `unique` key that is already waiting is not enqueued twice.
    pub fn enqueue(&self, kind: &str, body: &str, run_at: i64, unique: Option<&str>) -> Result<()> {
        let id: Id<Job> = self.ctx().id();
        self.exec(
            "INSERT INTO jobs (id, kind, body, run_at, tries, state, unique_key) \
             VALUES ($1, $2, $3, $4, 0, 'ready', $5) ON CONFLICT DO NOTHING",
            args![&id, kind, body, run_at, unique],
        )?;
        Ok(())
    }

    /// Enqueues the same kind of work for many things, each with its body and instant.
    pub fn enqueue_all(&self, kind: &str, work: &[(&str, i64)]) -> Result<()> {
        let row = |(body, run_at): &(&str, i64)| {
            args![&self.ctx().id::<Job>(), kind, *body, *run_at, 0_i64, "ready"].to_vec()
        };
        let rows: Vec<_> = work.iter().map(row).collect();
        self.insert_many("jobs", &["id", "kind", "body", "run_at", "tries", "state"], &rows)
    }
}

/// Takes the next due job, if there is one; `ctx.now` decides what is due.
pub fn take(db: &Db, ctx: &Ctx, worker: &str) -> Result<Option<Taken>> {
    db.keep(ctx, |tx| {
        let real = tx.real_now()?;
        let row = tx.one(
            "UPDATE jobs SET lease = $1, lease_until = $2, tries = tries + 1 WHERE id = ( \
               SELECT id FROM jobs WHERE state = 'ready' AND run_at <= $3 \
               AND (lease_until IS NULL OR lease_until < $4 OR lease_until > $5) ORDER BY run_at, id LIMIT 1 \
             ) AND state = 'ready' AND (lease_until IS NULL OR lease_until < $4 OR lease_until > $5) \
             RETURNING id, kind, body, tries",
            args![worker, real + LEASE, ctx.now, real, real + LONGEST],
        )?;
        row.map(|r| {
            let tries = r.get::<i64>("tries")? - 1;
            Ok(Taken { id: r.get("id")?, kind: r.get("kind")?, body: r.get("body")?, tries })
        })
        .transpose()
    })
}

/// Keeps a job that takes longer, for so long (real time, milliseconds); answers whether it is still this worker's.
pub fn hold(db: &Db, ctx: &Ctx, job: &Taken, ms: i64) -> Result<bool> {
    db.keep(ctx, |tx| {
        let until = tx.real_now()? + ms.min(LONGEST);
        let held = tx.exec(
            "UPDATE jobs SET lease_until = $1 WHERE id = $2 AND tries = $3",
            args![until, &job.id, job.tries + 1],
        )?;
        Ok(held > 0)
    })
}

/// Marks a job as done; called in the transaction of what it does, which then fails where another worker took the job
/// over and has done it already.
pub fn done(tx: &Tx, job: &Id<Job>) -> Result<()> {
    match tx.exec("DELETE FROM jobs WHERE id = $1", args![job])? {
        0 => Err(Error::busy("another worker has done this job")),
        _ => Ok(()),
    }
}

/// When the next job that is ready falls due (city's time, UTC milliseconds).
pub fn next_due(tx: &Tx) -> Result<Option<i64>> {
    let row = tx.one("SELECT run_at FROM jobs WHERE state = 'ready' ORDER BY run_at, id LIMIT 1", args![])?;
    row.map(|r| r.get("run_at")).transpose()
}

/// Puts a failed job back for later, or lays it aside after too many tries.
pub fn failed(db: &Db, ctx: &Ctx, job: &Taken, why: &str) -> Result<()> {
    let again = ctx.now + 1_000 * (1 << job.tries.clamp(0, 12));
    let state = if job.tries + 1 >= TRIES { "failed" } else { "ready" };
    db.keep(ctx, |tx| {
        tx.exec(
            // Whoever took the job over meanwhile has counted one more try.
            "UPDATE jobs SET state = $1, run_at = $2, lease = NULL, lease_until = NULL, error = $3 \
             WHERE id = $4 AND tries = $5",
            args![state, again, why, &job.id, job.tries + 1],
        )
    })?;
    Ok(())
}
