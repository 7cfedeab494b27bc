//! The single steps of the worker; a process that dies in one of them leaves nothing half done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use huitong_kernel::capability::Memory;
use huitong_kernel::city::City;
use huitong_kernel::clock::machine_now;
use huitong_kernel::ctx::Actor;
use huitong_kernel::followers::{self, Follower};
use huitong_kernel::jobs::{self, Taken};
use huitong_kernel::{Error, Result, counters, leases, moved};

use super::{Sweep, Worker};

/// Nothing is done by time any more until an administrator has looked.
fn stop(city: &City, by: i64) -> Result<()> {
    tracing::error!(
        moved_seconds = by / 1_000,
        "the clock was moved: nothing is done by time until /admin/clock is confirmed"
    );
    city.db.write(&city.ctx(Actor::System), |tx| moved::stop(tx, by))
}

impl Worker {
    /// Gives committed entries their position; the embedded engine has done it in the act.
    pub(super) fn give_positions(&self, city: &City) -> Result<u64> {
        city.db.sequence(&city.ctx(Actor::System))
    }

    /// Lets a follower take the next entries; answers how many.
    pub(super) fn follow(&self, city: &City, follower: &Follower) -> Result<usize> {
        followers::step(&city.db, &city.ctx(Actor::System), follower)
    }

    /// Folds changes of counts; answers how many.
    pub(super) fn fold_counts(&self, city: &City) -> Result<usize> {
        counters::fold(&city.db, &city.ctx(Actor::System))
    }

    /// Brings what this process keeps in memory one step further; answers how much it took.
    pub(super) fn remember(&self, city: &City, memory: &Memory) -> Result<usize> {
        city.db.read(&city.ctx(Actor::System), memory.step)
    }

    /// Looks at the clock when a process starts: what was recorded last is before now, and not long ago.
    pub(super) fn look_at_the_clock(&self, city: &City) -> Result<()> {
        let ctx = city.ctx(Actor::System);
        // A demo lives in a time of its own.
        match city.db.read(&ctx, moved::since_last)?.filter(|_| !city.demo) {
            Some(by) => stop(city, by),
            None => Ok(()),
        }
    }

    /// Takes the next due job, if there is one; none while the clock is not to be believed.
    pub(super) fn take_job(&self, city: &City) -> Result<Option<Taken>> {
        if let Some(by) = self.watch.moved(machine_now(), Instant::now()).filter(|_| !city.demo) {
            stop(city, by)?;
        }
        if city.db.read(&city.ctx(Actor::System), moved::standing)?.is_some() {
            return Ok(None);
        }
        jobs::take(&city.db, &city.ctx(Actor::System), &self.holder)
    }

    /// Does a job in one transaction with the mark that it is done; one that fails is put back for later.
    pub(super) fn do_job(&self, city: &City, job: &Taken) -> Result<()> {
        let ctx = city.ctx(Actor::System);
        let work = self.jobs.get(job.kind.as_str());
        let run = || match work {
            Some(work) => work.perform(&city.db, &ctx, job),
            None => Err(Error::internal(format!("no capability does jobs of the kind {}", job.kind))),
        };
        let outcome =
            catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(Error::internal("the job panicked")));
        if let Err(error) = outcome {
            tracing::warn!(job = %job.id, kind = %job.kind, tries = job.tries + 1, error = %error.log_line(), "a job failed");
            jobs::failed(&city.db, &ctx, job, &error.log_line())?;
        }
        Ok(())
    }

    /// Forgets what has expired, in small steps.
    pub(super) fn sweep(&self, city: &City) -> Result<u64> {
        let ctx = city.ctx(Actor::System);
        let mut all = 0;
        for sweep in &self.sweeps {
            match sweep {
                Sweep::Place(sweep) => all += sweep(city)?,
                Sweep::Rows(sweep) => loop {
                    let gone = city.db.keep(&ctx, *sweep)?;
                    all += gone;
                    if gone == 0 {
                        break;
                    }
                },
            }
        }
        Ok(all)
    }

    /// Takes or renews the lease on a duty that only one process may have at a time.
    pub(super) fn holds(&self, city: &City, duty: &str, ms: i64) -> Result<bool> {
        city.db.keep(&city.ctx(Actor::System), |tx| leases::take(tx, duty, &self.holder, ms))
    }
}
