//! The work after acts: done once, resumed after a fall, stopped within a second, on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use huitong_app::worker::Worker;
use huitong_kernel::capability::{Capability, Run, Work};
use huitong_kernel::city::{City, Limits, Setup};
use huitong_kernel::clock::{Clock, Random};
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Error;
use huitong_kernel::followers::Follower;
use huitong_kernel::journal::{Kept, Record};
use huitong_kernel::pack::read_files;
use huitong_kernel::{Db, Result, Tx, args};
use huitong_testkit::db_test;

const START: i64 = 1_741_915_800_000;

fn city(db: &Db) -> Arc<City> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pack/chengdu");
    let setup = Setup {
        db: db.clone(),
        clock: Clock::manual(START),
        random: Random::system(),
        data: std::env::temp_dir(),
        demo: false,
        limits: Limits::default(),
        house: huitong_features::house(),
    };
    Arc::new(City::open(setup, &read_files(root.as_ref()).unwrap()).unwrap())
}

/// Leaves a trace that can be counted: a line in the journal.
fn trace(tx: &Tx, body: &str) -> Result<()> {
    tx.record(Record::new("pack.publish", body)).map(drop)
}

fn traces(city: &City, body: &str) -> i64 {
    let count = |tx: &Tx| tx.number("SELECT COUNT(*) FROM journal WHERE subject = $1", args![body]);
    city.db.read(&city.ctx(Actor::System), count).unwrap()
}

fn fails(_: &Tx, _: &str) -> Result<()> {
    Err(Error::internal("it always fails"))
}

fn panics(tx: &Tx, body: &str) -> Result<()> {
    trace(tx, body)?;
    panic!("it always panics")
}

/// Copies every entry's subject into a plain table, once; falls over now and then.
fn copy(tx: &Tx, entries: &[Kept]) -> Result<()> {
    for entry in entries {
        let (id, position) = (entry.id.as_str(), entry.position.unwrap_or_default());
        tx.exec("INSERT INTO leases (name, holder, until) VALUES ($1, 'copy', $2)", args![id, position])?;
    }
    static TURNS: AtomicUsize = AtomicUsize::new(0);
    match TURNS.fetch_add(1, SeqCst) % 4 {
        1 => Err(Error::internal("the follower fell")),
        2 => panic!("the follower panicked"),
        _ => Ok(()),
    }
}

fn worker(name: &str) -> Worker {
    let jobs = vec![
        Work { kind: "trace", run: Run::Act(trace) },
        Work { kind: "fails", run: Run::Act(fails) },
        Work { kind: "panics", run: Run::Act(panics) },
    ];
    Worker::new(vec![Capability { name: "test", jobs, ..Capability::default() }], Vec::new(), name.to_owned())
}

fn following() -> Worker {
    let followers = vec![Follower { name: "copy", take: copy }];
    Worker::new(vec![Capability { name: "test", followers, ..Capability::default() }], Vec::new(), "w".into())
}

fn enqueue(city: &City, kind: &str, body: &str, at: i64) {
    let ctx = city.ctx(Actor::System);
    city.db.write(&ctx, |tx| tx.enqueue(kind, body, at, None)).unwrap();
}

fn job(city: &City, body: &str) -> Option<(String, i64, i64)> {
    let sql = "SELECT state, tries, run_at FROM jobs WHERE body = $1";
    let row = city.db.read(&city.ctx(Actor::System), |tx| tx.one(sql, args![body])).unwrap()?;
    Some((row.get("state").unwrap(), row.get("tries").unwrap(), row.get("run_at").unwrap()))
}

db_test! {
    fn nothing_is_done_by_time_until_somebody_has_looked_at_a_clock_that_was_moved(db) {
        let city = city(db);
        city.db.write(&city.ctx(Actor::System), |tx| trace(tx, "before")).unwrap();
        while city.db.sequence(&city.ctx(Actor::System)).unwrap() > 0 {}
        enqueue(&city, "trace", "due", START + 1_000);
        city.clock.set(START - 3_600_000);
        let running = Arc::new(worker("w")).start(&city).unwrap();
        running.stop();
        city.clock.set(START + 10_000);
        assert_eq!(worker("w").run_jobs(&city).unwrap(), 0);
        assert_eq!(traces(&city, "due"), 0, "it is due by a clock that nobody has looked at");
        let ctx = city.ctx(Actor::CommandLine);
        let stop = city.db.read(&ctx, huitong_kernel::moved::standing).unwrap().unwrap();
        assert_eq!(stop.moved, -3_600_000);
        city.db.write(&ctx, huitong_kernel::moved::confirm).unwrap();
        assert_eq!(worker("w").run_jobs(&city).unwrap(), 1);
        assert_eq!(traces(&city, "due"), 1);
    }

    fn a_job_is_done_when_it_is_due(db) {
        let (city, worker) = (city(db), worker("one"));
        enqueue(&city, "trace", "now", START);
        enqueue(&city, "trace", "later", START + 5_000);
        worker.run_once(&city).unwrap();
        assert_eq!((traces(&city, "now"), traces(&city, "later")), (1, 0));
        city.clock.set(START + 5_000);
        worker.run_once(&city).unwrap();
        worker.run_once(&city).unwrap();
        assert_eq!((traces(&city, "now"), traces(&city, "later"), job(&city, "later")), (1, 1, None));
    }

    fn a_job_that_fails_comes_back_later_and_less_often(db) {
        let (city, worker) = (city(db), worker("one"));
        for (kind, body) in [("fails", "fails"), ("panics", "panics"), ("unknown", "unknown")] {
            enqueue(&city, kind, body, START);
        }
        worker.run_once(&city).unwrap();
        let mut last = 0;
        for _ in 0..20 {
            let Some((state, _, run_at)) = job(&city, "fails").filter(|job| job.0 == "ready") else { break };
            assert!(state == "ready" && run_at - city.clock.now() > last, "each rest is longer than the last");
            last = run_at - city.clock.now();
            city.clock.set(run_at);
            worker.run_once(&city).unwrap();
        }
        for body in ["fails", "panics", "unknown"] {
            let (state, tries, _) = job(&city, body).unwrap();
            assert_eq!((state.as_str(), tries), ("failed", 8), "{body} is laid aside for a person to look at");
        }
        assert_eq!(traces(&city, "panics"), 0, "what a job did before it fell is undone");
    }

    fn a_job_whose_worker_died_is_done_by_another_and_only_once(db) {
        let (city, other) = (city(db), worker("two"));
        enqueue(&city, "trace", "left", START);
        let ctx = city.ctx(Actor::System);
        let taken = huitong_kernel::jobs::take(&city.db, &ctx, "one").unwrap().unwrap();
        other.run_once(&city).unwrap();
        assert_eq!(traces(&city, "left"), 0, "the lease still runs");
        city.db.keep(&ctx, |tx| tx.exec("UPDATE jobs SET lease_until = 0", args![])).unwrap();
        other.run_once(&city).unwrap();
        assert_eq!((traces(&city, "left"), job(&city, "left")), (1, None));
        // The first one wakes up after all: its work is undone, because the job is gone.
        let again = city.db.write(&ctx, |tx| {
            huitong_kernel::jobs::done(tx, &taken.id)?;
            trace(tx, &taken.body)
        });
        assert!(again.is_err() && traces(&city, "left") == 1);
        huitong_kernel::jobs::failed(&city.db, &ctx, &taken, "late").unwrap();
        assert_eq!(job(&city, "left"), None);
    }

    fn threads_do_everything_once_and_stop_quickly(db) {
        let city = city(db);
        for nth in 0..40 {
            enqueue(&city, "trace", &format!("job-{nth}"), START);
        }
        let running: Vec<_> = ["one", "two"].map(|name| Arc::new(worker(name)).start(&city).unwrap()).into();
        let began = Instant::now();
        while (0..40).any(|nth| traces(&city, &format!("job-{nth}")) == 0) && began.elapsed() < Duration::from_secs(30) {
            thread::sleep(Duration::from_millis(20));
        }
        let stopping = Instant::now();
        running.into_iter().for_each(huitong_app::worker::Running::stop);
        assert!(stopping.elapsed() < Duration::from_secs(2), "{:?}", stopping.elapsed());
        assert!((0..40).all(|nth| traces(&city, &format!("job-{nth}")) == 1));
    }

    fn a_follower_that_falls_resumes_and_takes_each_entry_once(db) {
        let city = city(db);
        let ctx = city.ctx(Actor::System);
        // A process that was killed still has the duty for a moment.
        let ghost = |tx: &Tx| huitong_kernel::leases::take(tx, "follower-copy", "ghost", 1_500);
        assert!(city.db.keep(&ctx, ghost).unwrap());
        let running = Arc::new(following()).start(&city).unwrap();
        for nth in 0..30 {
            city.db.write(&ctx, |tx| trace(tx, &format!("entry-{nth}"))).unwrap();
            thread::sleep(Duration::from_millis(5));
        }
        let behind = |tx: &Tx| {
            let waiting = tx.number("SELECT COUNT(*) FROM journal WHERE position IS NULL", args![])?;
            Ok(huitong_kernel::followers::behind(tx, "copy")? + waiting)
        };
        let began = Instant::now();
        while city.db.read(&ctx, behind).unwrap() > 0 && began.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(50));
        }
        running.stop();
        let counts = |tx: &Tx| {
            let copied = tx.number("SELECT COUNT(*) FROM leases WHERE holder = 'copy'", args![])?;
            Ok((copied, tx.number("SELECT COUNT(*) FROM journal", args![])?))
        };
        let (copied, entries) = city.db.read(&ctx, counts).unwrap();
        assert!(entries > 30 && copied == entries, "{copied} of {entries}");
    }
}
