//! The same behaviour on both engines: placeholders, types, records, counters, followers, jobs, crashes of closures.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing, and what it skips"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use huitong_kernel::counters::{self, Count};
use huitong_kernel::db::Keeping;
use huitong_kernel::followers::{self, Follower};
use huitong_kernel::idempotency::{Key, once};
use huitong_kernel::journal::{self, Record};
use huitong_kernel::migrate::Migration;
use huitong_kernel::{ANSWERS, COUNTS, Ctx, Db, MIGRATION, Value, args, jobs, leases};

const THINGS: Migration = Migration {
    name: "0002_things",
    sql: "-- recorded\nCREATE TABLE things (\n  id TEXT PRIMARY KEY,\n  n BIGINT,\n  b BOOLEAN,\n  r DOUBLE PRECISION,\n  \
          raw BYTEA\n);\n-- recorded\nCREATE TABLE owners (id TEXT PRIMARY KEY, version BIGINT NOT NULL);\n-- plain\nCREATE TABLE cursors (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n-- standing: owners\n\
          INSERT INTO counter_folds (name, folds) VALUES ('standing', 1);\n",
};

/// Opens an empty database on the engine; none where PostgreSQL was not given.
fn open(engine: &str) -> Option<(Db, tempfile::TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    let migrations = [MIGRATION, COUNTS, ANSWERS, THINGS];
    if engine == "sqlite" {
        let path = dir.path().join("city.db");
        return Some((Db::open(path.to_str().unwrap(), &migrations).unwrap(), dir));
    }
    let Ok(base) = std::env::var("HUITONG_TEST_PG") else {
        println!("skipped: HUITONG_TEST_PG names no PostgreSQL");
        return None;
    };
    static NTH: AtomicI64 = AtomicI64::new(0);
    let name = format!("kernel_{}_{}", std::process::id(), NTH.fetch_add(1, Ordering::SeqCst));
    let mut admin = postgres::Client::connect(&format!("{base}/postgres"), postgres::NoTls).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    Some((Db::open(&format!("{base}/{name}"), &migrations).unwrap(), dir))
}

macro_rules! both {
    ($($name:ident($db:ident) $body:block)*) => {
        $(mod $name {
            use super::*;
            fn run($db: &Db) $body
            #[test]
            fn sqlite() { let (db, _dir) = open("sqlite").unwrap(); run(&db); }
            #[test]
            fn postgres() { if let Some((db, _dir)) = open("postgres") { run(&db); } }
        })*
    };
}

fn add(db: &Db, id: &str, n: i64) {
    db.write(&Ctx::system(), |tx| {
        tx.exec("INSERT INTO things (n, id) VALUES ($2, $1)", args![id, n])?;
        tx.count(Count { name: "things", keys: ["all", "", "", "", "", "", "", ""] }, 1)?;
        tx.record(Record::new("thing.add", id))?;
        Ok(())
    })
    .unwrap();
}

fn number(db: &Db, sql: &str) -> i64 {
    db.read(&Ctx::system(), |tx| tx.number(sql, args![])).unwrap()
}

/// Gives positions where the engine does not do it in the act.
fn sequence(db: &Db) {
    while db.sequence(&Ctx::system()).unwrap() > 0 {}
}

both! {
    an_act_that_drew_a_taken_key_draws_again(db) {
        add(db, "a", 1);
        let drawn = AtomicI64::new(0);
        let put = |keys: &[&str]| {
            db.write(&Ctx::system(), |tx| {
                let nth = drawn.fetch_add(1, Ordering::SeqCst) as usize;
                let id = keys[nth.min(keys.len() - 1)];
                tx.exec("INSERT INTO things (id, n) VALUES ($1, 2)", args![id])?;
                tx.record(Record::new("thing.add", id))?;
                Ok(())
            })
        };
        put(&["a", "a", "b"]).unwrap();
        assert_eq!(drawn.swap(0, Ordering::SeqCst), 3);
        assert!(put(&["a"]).is_err(), "a key that stays taken is a mistake of ours, and is told");
        assert!(drawn.load(Ordering::SeqCst) < 10);
        sequence(db);
        assert_eq!(number(db, "SELECT COUNT(*) FROM things"), 2);
        assert_eq!(number(db, "SELECT COUNT(*) FROM journal"), 2);
    }

    placeholders_out_of_order_and_repeated(db) {
        add(db, "a", 1);
        let changed = db.write(&Ctx::system(), |tx| {
            tx.record(Record::new("thing.change", "a"))?;
            tx.exec("UPDATE things SET n = $2 WHERE id = $1 AND (n = $3 OR n = $3 + 100)", args!["a", 7i64, 1i64])
        }).unwrap();
        assert_eq!(changed, 1);
        assert_eq!(number(db, "SELECT n FROM things"), 7);
    }

    every_type_comes_back(db) {
        let raw = vec![0u8, 255, 7];
        db.write(&Ctx::system(), |tx| {
            tx.record(Record::new("thing.add", "x"))?;
            tx.insert_many("things", &["id", "n", "b", "r", "raw"], &[
                vec!["x".into(), i64::MAX.into(), true.into(), 0.5.into(), raw.clone().into()],
                vec!["y".into(), Value::Null, false.into(), Value::Null, Value::Null],
            ])
        }).unwrap();
        let rows = db.read(&Ctx::system(), |tx| tx.query("SELECT * FROM things ORDER BY id", args![])).unwrap();
        assert_eq!(rows[0].get::<i64>("n").unwrap(), i64::MAX);
        assert!(rows[0].get::<bool>("b").unwrap());
        assert_eq!(rows[0].get::<f64>("r").unwrap(), 0.5);
        assert_eq!(rows[0].get::<Vec<u8>>("raw").unwrap(), raw);
        assert_eq!(rows[1].get::<Option<i64>>("n").unwrap(), None);
        assert!(!rows[1].get::<bool>("b").unwrap());
        assert!(rows[1].get::<i64>("n").is_err(), "nothing is not a number");
    }

    what_stands_is_read_anew_once_any_process_changed_it(db) {
        let process = || Ctx::system().with_shelf(Arc::default());
        let (one, other) = (process(), process());
        let set = |version: i64| {
            db.write(&process(), |tx| {
                tx.exec("DELETE FROM owners", args![])?;
                tx.exec("INSERT INTO owners (id, version) VALUES ('o', $1)", args![version])?;
                tx.record(Record::new("owner.set", "o"))?;
                Ok(())
            })
            .unwrap();
        };
        let asks = "SELECT version FROM owners WHERE id = $1";
        let read = |ctx: &Ctx| db.read(ctx, |tx| tx.number(asks, args!["o"])).unwrap();
        let there = |ctx: &Ctx| db.read(ctx, |tx| tx.one(asks, args!["o"])).unwrap().is_some();
        assert_eq!((there(&one), there(&other), there(&one)), (false, false, false));
        set(1);
        assert_eq!((read(&one), read(&other), read(&one)), (1, 1, 1));
        let seen = db.read(&one, |tx| {
            let before = tx.number("SELECT COUNT(*) FROM owners", args![])?;
            set(2);
            Ok((before, read(&other), tx.number(asks, args!["o"])?))
        });
        assert_eq!(seen.unwrap(), (1, 2, 1), "a snapshot that is older than the change sees what was");
        assert_eq!((read(&one), read(&other)), (2, 2));
        let failed = db.write(&one, |tx| {
            tx.exec("UPDATE owners SET version = 9", args![])?;
            Err::<(), _>(huitong_kernel::Error::missing())
        });
        assert!(failed.is_err());
        assert_eq!(read(&one), 2);
        db.write(&one, |tx| tx.claim("owners", "o").and_then(|()| tx.record(Record::new("owner.see", "o")))).unwrap();
        assert_eq!(read(&other), 2);
    }

    a_change_without_a_record_is_refused(db) {
        let result = db.write(&Ctx::system(), |tx| {
            tx.exec("INSERT INTO things (id, n) VALUES ($1, $2)", args!["a", 1i64])
        });
        assert!(result.unwrap_err().log_line().contains("without a journal record"));
        assert_eq!(number(db, "SELECT COUNT(*) FROM things"), 0);
    }

    housekeeping_touches_plain_tables_only(db) {
        let ctx = Ctx::system();
        db.keep(&ctx, |tx| tx.exec("INSERT INTO cursors (id, n) VALUES ($1, $2)", args!["a", 1i64])).unwrap();
        assert!(db.keep(&ctx, |tx| tx.exec("DELETE FROM things", args![])).is_err());
        assert!(db.read(&ctx, |tx| tx.exec("DELETE FROM cursors", args![])).is_err(), "a read does not write");
        assert!(db.write(&ctx, |tx| tx.exec("DELETE FROM nowhere", args![])).is_err());
        assert_eq!(db.tables().get("things"), Some(&Keeping::Recorded));
    }

    an_error_or_a_panic_leaves_nothing(db) {
        let ctx = Ctx::system();
        let half = |fail: bool| -> huitong_kernel::Result<()> { db.write(&ctx, move |tx| {
            tx.exec("INSERT INTO things (id, n) VALUES ($1, $2)", args!["a", 1i64])?;
            tx.record(Record::new("thing.add", "a"))?;
            if fail { Err(huitong_kernel::Error::invalid("n", "不行")) } else { panic!("in the closure") }
        }) };
        assert!(half(true).is_err());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| half(false))).is_err());
        assert_eq!(number(db, "SELECT COUNT(*) FROM things"), 0);
        assert_eq!(number(db, "SELECT COUNT(*) FROM journal"), 0);
        add(db, "b", 1);
        sequence(db);
        assert_eq!(number(db, "SELECT MAX(position) FROM journal"), 1, "a position is not lost by a rollback");
    }

    many_callers_at_once_lose_nothing(db) {
        std::thread::scope(|scope| {
            for t in 0..16 {
                scope.spawn(move || for n in 0..20 { add(db, &format!("{t}-{n}"), n); });
            }
        });
        sequence(db);
        assert_eq!(number(db, "SELECT COUNT(*) FROM things"), 320);
        assert_eq!(number(db, "SELECT MAX(position) FROM journal"), 320);
        let found = journal::verify(db, &Ctx::system()).unwrap();
        assert!(found.ok && found.entries == 320 && found.waiting == 0, "{found:?}");
        let count = || db.read(&Ctx::system(), |tx| tx.counts("things")).unwrap()[0].1;
        assert_eq!(count(), 320);
        while counters::fold(db, &Ctx::system()).unwrap() > 0 {}
        assert_eq!(count(), 320);
        assert_eq!(number(db, "SELECT COUNT(*) FROM counter_deltas"), 0);
    }

    tampering_is_found(db) {
        add(db, "a", 1);
        add(db, "b", 2);
        sequence(db);
        db.write(&Ctx::system(), |tx| {
            tx.exec("UPDATE journal SET body = $1 WHERE subject = 'a'", args!["{\"n\":2}"])?;
            tx.record(Record::new("thing.tamper", "a"))
        }).unwrap();
        sequence(db);
        let found = journal::verify(db, &Ctx::system()).unwrap();
        assert!(!found.ok && found.first_bad.unwrap().contains("第 1 条"));
    }

    a_removed_entry_is_found(db) {
        for id in ["a", "b", "c"] { add(db, id, 1); }
        sequence(db);
        db.write(&Ctx::system(), |tx| {
            // Entries of one millisecond have no order of their own; the one in the middle leaves a gap.
            tx.exec("DELETE FROM journal WHERE position = 2", args![])?;
            tx.record(Record::new("thing.tamper", "a"))
        }).unwrap();
        sequence(db);
        assert!(journal::verify(db, &Ctx::system()).unwrap().first_bad.unwrap().contains("不连续"));
    }

    tampering_with_what_has_no_position_is_found(db) {
        add(db, "a", 1);
        add(db, "b", 2);
        db.write(&Ctx::system(), |tx| {
            // The embedded engine numbers in the act: there the forger takes the number away as well.
            tx.exec("UPDATE journal SET body = $1, position = NULL WHERE subject = 'a'", args!["{\"n\":2}"])?;
            tx.record(Record::new("thing.tamper", "a"))
        }).unwrap();
        let found = journal::verify(db, &Ctx::system()).unwrap();
        assert!(!found.ok && found.waiting > 0 && found.first_bad.unwrap().contains("未编号"));
    }

    an_empty_journal_is_none(db) {
        let found = journal::verify(db, &Ctx::system()).unwrap();
        assert!(!found.ok && found.first_bad.unwrap().contains("一条记录也没有"));
    }

    two_folders_count_each_change_once(db) {
        for n in 0..300 { add(db, &format!("t{n}"), n); }
        std::thread::scope(|scope| {
            for _ in 0..4 {
                // Whoever comes second is refused or finds nothing; what is left is folded by the next turn.
                scope.spawn(|| { let _ = counters::fold(db, &Ctx::system()); });
            }
        });
        while counters::fold(db, &Ctx::system()).unwrap() > 0 {}
        assert_eq!(number(db, "SELECT n FROM counters WHERE name = 'things'"), 300);
    }

    followers_read_each_entry_once(db) {
        fn take(tx: &huitong_kernel::Tx, entries: &[journal::Kept]) -> huitong_kernel::Result<()> {
            for entry in entries {
                tx.exec("INSERT INTO cursors (id, n) VALUES ($1, $2)", args![&entry.subject, entry.position])?;
            }
            Ok(())
        }
        let follower = Follower { name: "test", take };
        for n in 0..450 { add(db, &format!("t{n:03}"), n); }
        sequence(db);
        let ctx = Ctx::system();
        while followers::step(db, &ctx, &follower).unwrap() > 0 {}
        assert_eq!(number(db, "SELECT COUNT(*) FROM cursors"), 450);
        assert_eq!(db.read(&ctx, |tx| followers::behind(tx, "test")).unwrap(), 0);
    }

    a_repeated_request_acts_once(db) {
        let ctx = Ctx::system();
        let submit = |content: &str| {
            let key = Key::new("usr_1", "POST /things", "k1", content.as_bytes());
            db.write(&ctx, |tx| once(tx, Some(&key), |tx| {
                let id = format!("t{}", tx.number("SELECT COUNT(*) FROM things", args![])?);
                tx.exec("INSERT INTO things (id) VALUES ($1)", args![&id])?;
                tx.record(Record::new("thing.add", &id))?;
                Ok(id)
            }))
        };
        assert_eq!(submit("same").unwrap(), submit("same").unwrap());
        assert_eq!(number(db, "SELECT COUNT(*) FROM things"), 1);
        assert_eq!(submit("other").unwrap_err().status(), 422);
    }

    jobs_run_once_and_come_back(db) {
        let mut ctx = Ctx::system();
        db.write(&ctx, |tx| {
            tx.enqueue("wake", "{}", tx.ctx().now + 1000, Some("u"))?;
            tx.enqueue("wake", "{}", tx.ctx().now + 1000, Some("u"))
        }).unwrap();
        assert!(jobs::take(db, &ctx, "w1").unwrap().is_none(), "not due yet");
        ctx.now += 2000;
        let job = jobs::take(db, &ctx, "w1").unwrap().unwrap();
        assert!(jobs::take(db, &ctx, "w2").unwrap().is_none(), "held by the other");
        jobs::failed(db, &ctx, &job, "why").unwrap();
        ctx.now += 60_000;
        let again = jobs::take(db, &ctx, "w2").unwrap().unwrap();
        assert_eq!((again.id.clone(), again.tries), (job.id, 1));
        db.keep(&ctx, |tx| jobs::done(tx, &again.id)).unwrap();
        assert_eq!(number(db, "SELECT COUNT(*) FROM jobs"), 0);
    }

    deciding_on_a_set_is_safe_under_a_claim(db) {
        db.write(&Ctx::system(), |tx| {
            tx.exec("INSERT INTO owners (id, version) VALUES ('o', 1)", args![])?;
            tx.record(Record::new("owner.add", "o"))
        }).unwrap();
        let added: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|t| scope.spawn(move || {
                db.write(&Ctx::system(), |tx| {
                    tx.claim("owners", "o")?;
                    if tx.number("SELECT COUNT(*) FROM things", args![])? > 0 {
                        tx.record(Record::new("thing.refuse", "t"))?;
                        return Ok(0);
                    }
                    tx.exec("INSERT INTO things (id) VALUES ($1)", args![format!("t{t}")])?;
                    tx.record(Record::new("thing.add", "t"))?;
                    Ok(1)
                }).unwrap_or(0)
            })).collect();
            threads.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!((added, number(db, "SELECT COUNT(*) FROM things")), (1, 1), "at most one main department");
    }

    a_lease_has_one_holder(db) {
        let ctx = Ctx::system();
        let take = |who: &str, ms| db.keep(&ctx, |tx| leases::take(tx, "l", who, ms)).unwrap();
        assert!(take("a", 60_000) && take("a", -1), "the holder renews");
        assert!(take("b", 60_000), "a lapsed lease is taken over");
        assert!(!take("a", 60_000));
        let ahead = 2 * 3_600_000;
        db.keep(&ctx, |tx| {
            let until = args![huitong_kernel::clock::machine_now() + ahead];
            tx.exec("UPDATE leases SET until = $1", until)
        }).unwrap();
        assert!(take("a", 60_000), "who was two hours ahead and is gone holds nothing for two hours");
    }

    a_job_of_a_clock_that_was_ahead_is_taken_again(db) {
        let ctx = Ctx::system();
        db.write(&ctx, |tx| {
            tx.record(huitong_kernel::journal::Record::new("thing.add", "t"))?;
            tx.enqueue("kind", "", ctx.now, None)
        }).unwrap();
        assert!(jobs::take(db, &ctx, "w").unwrap().is_some());
        assert!(jobs::take(db, &ctx, "v").unwrap().is_none(), "w does it");
        db.keep(&ctx, |tx| tx.exec("UPDATE jobs SET lease_until = lease_until + 7200000", args![])).unwrap();
        assert!(jobs::take(db, &ctx, "v").unwrap().is_some());
    }
}

#[test]
fn a_full_disk_takes_back_no_acknowledged_act() {
    let (db, _dir) = open("sqlite").unwrap();
    add(&db, "first", 1);
    let limit = |pages: i64| {
        db.keep(&Ctx::system(), |tx| tx.query(&format!("PRAGMA max_page_count = {pages}"), args![])).unwrap();
    };
    limit(number(&db, "PRAGMA page_count") + 40);
    let long = "x".repeat(3_000);
    let try_add = |id: &str| {
        let done = db.write(&Ctx::system(), |tx| {
            tx.exec("INSERT INTO things (id, n) VALUES ($1, 1)", args![id])?;
            tx.record(Record::new("thing.add", "t"))
        });
        done.is_ok().then(|| id.to_owned())
    };
    let (try_add, long) = (&try_add, &long);
    let kept: Vec<String> = std::thread::scope(|scope| {
        let one = |t: i32| move || (0..20).filter_map(|n| try_add(&format!("{t}-{n}-{long}"))).collect();
        let threads: Vec<_> = (0..8).map(|t| scope.spawn(one(t))).collect();
        threads.into_iter().flat_map(|thread| -> Vec<String> { thread.join().unwrap() }).collect()
    });
    assert!((1..160).contains(&kept.len()), "some acts found room, some did not: {}", kept.len());
    limit(1_000_000);
    add(&db, "last", 1);
    for id in &kept {
        let there =
            db.read(&Ctx::system(), |tx| tx.one("SELECT n FROM things WHERE id = $1", args![id])).unwrap();
        assert!(there.is_some(), "an acknowledged act is gone");
    }
    assert_eq!(number(&db, "SELECT COUNT(*) FROM things"), kept.len() as i64 + 2, "a refused act was kept");
    assert!(journal::verify(&db, &Ctx::system()).unwrap().ok);
}

#[test]
fn a_changed_migration_is_refused() {
    let (db, dir) = open("sqlite").unwrap();
    drop(db);
    let changed = Migration { name: THINGS.name, sql: "-- plain\nCREATE TABLE other (id TEXT);\n" };
    let path = dir.path().join("city.db");
    let error =
        Db::open(path.to_str().unwrap(), &[MIGRATION, COUNTS, ANSWERS, changed]).map(|_| ()).unwrap_err();
    assert!(error.log_line().contains("changed after it ran"));
}

#[test]
fn ids_are_shared_between_threads() {
    let ctx = Arc::new(Ctx::system());
    struct Thing;
    impl huitong_kernel::Named for Thing {
        const PREFIX: &'static str = "thg";
    }
    assert_ne!(ctx.id::<Thing>(), ctx.id::<Thing>());
}

/// Ends every connection of the database but that of the question itself, as a restart does.
fn restart(base: &str, name: &str) {
    let mut admin = postgres::Client::connect(&format!("{base}/postgres"), postgres::NoTls).unwrap();
    admin
        .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", &[&name])
        .unwrap();
}

#[test]
fn a_database_that_was_started_anew_is_found_again() {
    let Some((db, _dir)) = open("postgres") else { return };
    let base = std::env::var("HUITONG_TEST_PG").unwrap();
    let name: String = db
        .read(&Ctx::system(), |tx| tx.one("SELECT current_database() AS n", args![])?.unwrap().get("n"))
        .unwrap();
    add(&db, "a", 1);
    let count = || db.read(&Ctx::system(), |tx| tx.number("SELECT COUNT(*) FROM things", args![]));
    let (told, hears) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Several lie idle, some with the end of a snapshot unsent.
            std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| count().unwrap()))));
            restart(&base, &name);
            let failed = (0..20).filter(|_| count().is_err()).count();
            assert!(failed <= 1, "{failed} readings failed for connections that were gone");
            restart(&base, &name);
            add(&db, "b", 2);
            let cut = db.write(&Ctx::system(), |tx| {
                tx.number("SELECT COUNT(*) FROM things", args![])?;
                restart(&base, &name);
                tx.number("SELECT COUNT(*) FROM owners", args![])
            });
            assert!(cut.is_err(), "an act that was cut off in the middle says so");
            add(&db, "c", 3);
            told.send(count().unwrap()).unwrap();
        });
        assert_eq!(
            hears.recv_timeout(std::time::Duration::from_secs(30)),
            Ok(3),
            "nothing waits for what is gone"
        );
    });
}
