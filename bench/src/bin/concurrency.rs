//! How much more many callers do than one on a distant PostgreSQL: acts of four reads and five writes, a delay before each batch.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use huitong_bench::delay_proxy::DelayProxy;
use huitong_kernel::journal::Record;
use huitong_kernel::migrate::Migration;
use huitong_kernel::{Ctx, Db, MIGRATION, Result, args};

const CASES: Migration = Migration {
    name: "0002_bench",
    sql: "-- recorded\nCREATE TABLE cases (id TEXT PRIMARY KEY, state TEXT NOT NULL, version BIGINT NOT NULL);\n\
          -- recorded\nCREATE TABLE steps (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, at BIGINT NOT NULL);\n\
          CREATE INDEX steps_of ON steps (case_id);\n",
};

struct Case;
impl huitong_kernel::Named for Case {
    const PREFIX: &'static str = "cas";
}

fn act(db: &Db, ctx: &Ctx) -> Result<()> {
    db.write(ctx, |tx| {
        let id = ctx.id::<Case>();
        let other = ctx.id::<Case>();
        for key in [&id, &other] {
            tx.one("SELECT state FROM cases WHERE id = $1", args![key])?;
            tx.query("SELECT id FROM steps WHERE case_id = $1", args![key])?;
        }
        tx.exec("INSERT INTO cases (id, state, version) VALUES ($1, 'new', 1)", args![&id])?;
        tx.exec("INSERT INTO steps (id, case_id, at) VALUES ($1, $2, $3)", args![&other, &id, ctx.now])?;
        tx.exec("UPDATE cases SET state = 'done', version = 2 WHERE id = $1 AND version = 1", args![&id])?;
        tx.enqueue("bench.wake", id.as_str(), ctx.now, None)?;
        tx.record(Record::new("case.add", id.as_str()))?;
        Ok(())
    })
}

fn rate(db: &Db, callers: usize, time: Duration) -> f64 {
    let done = AtomicU64::new(0);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                while start.elapsed() < time {
                    let mut ctx = Ctx::system();
                    ctx.now = huitong_kernel::clock::machine_now();
                    if act(db, &ctx).is_ok() {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

fn main() -> Result<()> {
    let Ok(url) = std::env::var("HUITONG_TEST_PG") else {
        return say(
            "HUITONG_TEST_PG names no PostgreSQL; run: scripts/postgres run cargo run --bin concurrency",
        );
    };
    let delay = Duration::from_millis(5);
    let upstream =
        url.rsplit('@').next().unwrap_or_default().split('/').next().unwrap_or_default().to_owned();
    let proxy = DelayProxy::start(upstream, delay)?;
    let far = proxy.url(&url).unwrap_or_default();
    let db = Db::open(&far, &[MIGRATION, CASES])?;
    let time = Duration::from_secs(8);
    rate(&db, 64, Duration::from_secs(2));
    let one = rate(&db, 1, time);
    say(&format!("1 caller: {one:.1} acts/s"))?;
    for callers in [16, 64] {
        let many = rate(&db, callers, time);
        say(&format!("{callers} callers: {many:.1} acts/s, {:.1} times one", many / one))?;
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}").map_err(Into::into)
}
