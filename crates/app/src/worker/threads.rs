//! The worker's threads: each wakes when something may be due, survives its errors and stops within a second.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use huitong_kernel::Result;
use huitong_kernel::city::City;
use huitong_kernel::jobs::Taken;
use parking_lot::Mutex;

use super::Worker;

/// How long a duty is ours after we last took it (milliseconds): so long nobody does it after its process was killed.
const LEASE: i64 = 3_000;
/// How often we take a duty again that is ours, and ask for one that another process has.
const RENEW: Duration = Duration::from_secs(1);
/// Threads that do jobs.
const JOB_THREADS: usize = 8;
/// The longest wait in which a stop is not noticed.
const NOTICE: Duration = Duration::from_millis(400);
/// How long a stop waits for what is in the middle of something.
const ENDING: Duration = Duration::from_secs(5);
/// After an act the followers wait a moment, so that they take a burst of acts in one transaction.
const GATHER: Duration = Duration::from_millis(25);

/// Threads at work; [`Running::stop`] ends them.
pub struct Running {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Ends the threads after what they are in the middle of; who waits for a database that says nothing is left behind.
    pub fn stop(mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        let began = Instant::now();
        while !self.threads.is_empty() && began.elapsed() < ENDING {
            self.threads.retain(|thread| !thread.is_finished());
            thread::sleep(Duration::from_millis(5));
        }
        for thread in self.threads {
            tracing::warn!(
                duty = thread.thread().name(),
                "a duty was still at work at the stop and was cut off"
            );
        }
    }
}

/// One loop: what it is called, how long it rests, and what it does when it is its turn; answers whether more is waiting.
struct Duty {
    name: String,
    /// Wakes at latest after this, and as soon as an act was done where `on_acts`.
    rest: Duration,
    on_acts: bool,
    /// Whether only one process at a time does it. The embedded engine has one process, and one writer in any case.
    leased: bool,
    turn: Turn,
}

/// One turn of a duty; answers whether more is waiting.
type Turn = Box<dyn FnMut(&Worker, &City) -> Result<bool> + Send>;

impl Worker {
    /// Starts the threads.
    pub fn start(self: Arc<Self>, city: &Arc<City>) -> std::io::Result<Running> {
        self.look_at_the_clock(city).map_err(std::io::Error::other)?;
        let stopping = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        let (hand, take) = sync_channel::<Taken>(0);
        let take = Arc::new(Mutex::new(take));
        let mut duties = self.duties(city);
        duties.push(Duty {
            name: String::from("jobs"),
            rest: NOTICE,
            on_acts: false,
            leased: false,
            turn: Box::new(move |worker, city| match worker.take_job(city)? {
                Some(job) => Ok(hand.send(job).is_ok()),
                None => Ok(false),
            }),
        });
        for number in 0..JOB_THREADS {
            let (worker, city, take) = (self.clone(), city.clone(), take.clone());
            let work = move || do_jobs(&worker, &city, &take);
            threads.push(thread::Builder::new().name(format!("job-{number}")).spawn(work)?);
        }
        for duty in duties {
            let (worker, city, stopping) = (self.clone(), city.clone(), stopping.clone());
            let name = duty.name.clone();
            threads.push(
                thread::Builder::new().name(name).spawn(move || go_on(&worker, &city, duty, &stopping))?,
            );
        }
        Ok(Running { stopping, threads })
    }

    fn duties(&self, city: &City) -> Vec<Duty> {
        let mut duties = Vec::new();
        let mut duty = |name: String, rest, on_acts, turn: Turn| {
            duties.push(Duty { name, rest, on_acts, leased: !city.db.is_embedded(), turn });
        };
        if !city.db.is_embedded() {
            let turn = |worker: &Worker, city: &City| Ok(worker.give_positions(city)? > 0);
            duty(String::from("sequencer"), Duration::from_millis(150), true, Box::new(turn));
        }
        // Elsewhere entries get their position a moment after the act, and by another process.
        let rest = if city.db.is_embedded() { NOTICE } else { Duration::from_millis(200) };
        for place in 0..self.followers.len() {
            let name = format!("follower-{}", self.followers[place].name);
            let turn =
                move |worker: &Worker, city: &City| Ok(worker.follow(city, &worker.followers[place])? > 0);
            duty(name, rest, true, Box::new(turn));
        }
        // Each process answers by the pack that it knows: it looks for a newer one itself.
        let packs = |worker: &Worker, city: &City| {
            let taken = city.take_up()?;
            // A calendar may have arrived with it.
            if taken {
                worker.sweep(city)?;
            }
            Ok(taken)
        };
        let fold = |worker: &Worker, city: &City| Ok(worker.fold_counts(city)? > 0);
        duty(String::from("counts"), Duration::from_secs(1), false, Box::new(fold));
        let mut swept: Option<Instant> = None;
        let sweep = move |worker: &Worker, city: &City| {
            if swept.is_none_or(|at| at.elapsed() > Duration::from_secs(3_600)) {
                worker.sweep(city)?;
                swept = Some(Instant::now());
            }
            Ok(false)
        };
        duty(String::from("sweep"), Duration::from_secs(60), false, Box::new(sweep));
        for place in 0..self.memories.len() {
            let turn =
                move |worker: &Worker, city: &City| Ok(worker.remember(city, &worker.memories[place])? > 0);
            // Each process has a memory of its own.
            duties.push(Duty {
                name: format!("memory-{}", self.memories[place].name),
                rest,
                on_acts: true,
                leased: false,
                turn: Box::new(turn),
            });
        }
        duties.push(Duty {
            name: String::from("packs"),
            rest: Duration::from_secs(2),
            on_acts: false,
            leased: false,
            turn: Box::new(packs),
        });
        duties
    }
}

/// Takes turns until the stop; an error is logged and followed by a longer rest.
fn go_on(worker: &Worker, city: &City, mut duty: Duty, stopping: &AtomicBool) {
    let (mut ours_since, mut errors, mut seen) = (None::<Instant>, 0_u32, 0);
    while !stopping.load(Ordering::Relaxed) {
        let turn = AssertUnwindSafe(|| -> Result<bool> {
            if duty.leased && ours_since.is_none_or(|at| at.elapsed() > RENEW) {
                ours_since = worker.holds(city, &duty.name, LEASE)?.then(Instant::now);
            }
            if duty.leased && ours_since.is_none() { Ok(false) } else { (duty.turn)(worker, city) }
        });
        let more = match catch_unwind(turn) {
            Ok(Ok(more)) => {
                errors = 0;
                more
            }
            Ok(Err(error)) => {
                errors += 1;
                tracing::warn!(duty = %duty.name, error = %error.log_line(), "a duty failed and will be tried again");
                false
            }
            Err(_) => {
                errors += 1;
                tracing::error!(duty = %duty.name, "a duty panicked and will be tried again");
                false
            }
        };
        if duty.leased && ours_since.is_none() && errors == 0 {
            seen = pause(city, seen, RENEW, false, stopping);
        } else if !more {
            let rest =
                duty.rest.max(Duration::from_millis(250) * 2_u32.pow(errors.min(7)) * u32::from(errors > 0));
            seen = pause(city, seen, rest, duty.on_acts && errors == 0, stopping);
        }
    }
    // Whoever comes next need not wait until the lease runs out.
    if ours_since.is_some() {
        let _ = worker.holds(city, &duty.name, 0);
    }
}

/// Rests, in pieces short enough to notice a stop; where acts wake it, answers the count of acts it woke at.
fn pause(city: &City, seen: u64, rest: Duration, on_acts: bool, stopping: &AtomicBool) -> u64 {
    let began = Instant::now();
    while let Some(left) = rest.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
        if stopping.load(Ordering::Relaxed) {
            return seen;
        }
        if !on_acts {
            thread::sleep(left.min(NOTICE));
            continue;
        }
        let now = city.db.wait_for_act(seen, left.min(NOTICE));
        if now != seen {
            thread::sleep(GATHER);
            return now;
        }
    }
    seen
}

/// Does the jobs that are handed over, until no more can come.
fn do_jobs(worker: &Worker, city: &City, take: &Mutex<Receiver<Taken>>) {
    loop {
        let job = take.lock().recv();
        let Ok(job) = job else { return };
        if let Err(error) = worker.do_job(city, &job) {
            // Its lease runs out, then it is taken again.
            tracing::warn!(job = %job.id, error = %error.log_line(), "a failed job could not be put back");
        }
    }
}
