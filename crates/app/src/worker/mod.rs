//! What happens after acts: positions, followers, counts, jobs, housekeeping; each step is whole by itself and can be repeated.

mod duties;
mod threads;

use std::collections::BTreeMap;
use std::time::Instant;

use huitong_kernel::capability::{Capability, Memory, Run, Work};
use huitong_kernel::city::City;
use huitong_kernel::clock::machine_now;
use huitong_kernel::followers::Follower;
use huitong_kernel::moved::Watch;
use huitong_kernel::{Result, Tx};

pub use threads::Running;

/// Housekeeping: forgets what has expired and answers how much.
#[derive(Clone, Copy)]
pub enum Sweep {
    /// Some rows a call, until none is left.
    Rows(fn(&Tx) -> Result<u64>),
    /// What lies beside the database.
    Place(fn(&City) -> Result<u64>),
}

/// The work of all capabilities. It holds no state of a city: whatever it is in the middle of stands in the database.
pub struct Worker {
    jobs: BTreeMap<&'static str, Run>,
    followers: Vec<Follower>,
    memories: Vec<Memory>,
    sweeps: Vec<Sweep>,
    /// Names this process in leases.
    holder: String,
    /// Notices that the clock was moved.
    watch: Watch,
}

impl Worker {
    /// Puts the work of the capabilities together; `holder` tells this process from others on the same database.
    pub fn new(capabilities: Vec<Capability>, sweeps: Vec<Sweep>, holder: String) -> Worker {
        let (mut jobs, mut followers, mut memories) = (BTreeMap::new(), Vec::new(), Vec::new());
        for capability in capabilities {
            jobs.extend(capability.jobs.iter().map(|Work { kind, run }| (*kind, *run)));
            followers.extend(capability.followers);
            memories.extend(capability.memories);
        }
        Worker { jobs, followers, memories, sweeps, holder, watch: Watch::new(machine_now(), Instant::now()) }
    }

    /// Does everything that is due now, until nothing is left; answers how many steps it took. For tests, the demo and
    /// commands: no threads, no waiting.
    pub fn run_once(&self, city: &City) -> Result<usize> {
        let mut steps = 0;
        loop {
            let mut done = usize::from(self.give_positions(city)? > 0);
            for follower in &self.followers {
                done += usize::from(self.follow(city, follower)? > 0);
            }
            done += usize::from(self.fold_counts(city)? > 0);
            for memory in &self.memories {
                done += usize::from(self.remember(city, memory)? > 0);
            }
            done += self.run_jobs(city)?;
            if done == 0 {
                return Ok(steps);
            }
            steps += done;
        }
    }

    /// Does the jobs that are due now, one after the other; answers how many.
    pub fn run_jobs(&self, city: &City) -> Result<usize> {
        let mut done = 0;
        while let Some(job) = self.take_job(city)? {
            self.do_job(city, &job)?;
            done += 1;
        }
        Ok(done)
    }
}
