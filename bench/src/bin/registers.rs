//! A million entries of six registers against a table made by hand: `registers [ENTRIES]`, on the embedded engine, and on
//! PostgreSQL where HUITONG_TEST_PG names one. A page of twenty by a fact, by unit, by both, by a number; one association's file.

#![expect(clippy::print_stdout, reason = "its figures are what it is for")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use huitong_features::base::matters::entries::list;
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::city::{City, Limits, Setup};
use huitong_kernel::clock::{Clock, Random};
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Pairs;
use huitong_kernel::journal::Record;
use huitong_kernel::migrate::Migration;
use huitong_kernel::{Ctx, Db, Error, Result, Tx, Value, args, pack};

const BATCH: u64 = 5_000;
const REGISTERS: u64 = 6;
const UNITS: u64 = 40;
const ASSOCIATIONS: u64 = 12_000;
const ROUNDS: usize = 200;

/// A register with a unit, a kind and three facts of its own.
fn register(n: u64) -> String {
    format!(
        r#"key = "bench_{n}"
title = "台账{n}"
path = "bench-{n}"
basis = "系统默认"
source_kind = "D"
[fields]
association = {{ label = "协会", type = "协会", stands_for = "协会", required = true }}
unit = {{ label = "单位", type = "单位", stands_for = "单位" }}
grade = {{ label = "等次", type = "单行文本", max = 20, indexed = true }}
rare = {{ label = "标记", type = "单行文本", max = 20, indexed = true }}
amount = {{ label = "数量", type = "整数", indexed = true }}
theme = {{ label = "内容", type = "单行文本", max = 60, required = true }}
[acts.add]
label = "登记"
does = "新增"
form = ["association", "unit", "grade", "rare", "amount", "theme"]
[may]
"bench_{n}.view" = {{ city = ["supervisor"] }}
"bench_{n}.add" = {{ city = ["supervisor"] }}
[sentences]
name = "{{theme}}"
summary = "{{theme}}"
empty = "没有。"
"#
    )
}

fn story(n: u64) -> String {
    format!(
        r#"of = "bench_{n}"
[[stories]]
title = "登记一条"
given = {{ associations = {{ tea = {{ name = "玉溪河茶业协会", links = {{ registration_authority = "civil_affairs" }} }} }} }}
cast = {{ "督办" = "supervisor@social_work" }}
steps = [{{ at = "2025-03-03 09:00", who = "督办", act = "add", form = {{ association = "tea", theme = "一条" }} }}]
"#
    )
}

fn city(db: Db, folder: &Path) -> Result<City> {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack");
    let read =
        |name: &str| pack::read_files(&packs.join(name)).map_err(|f| Error::internal(format!("{f:?}")));
    let mut files: BTreeMap<String, String> = read("chengdu")?;
    for n in 0..REGISTERS {
        files.insert(format!("registers/bench_{n}.toml"), register(n));
        files.insert(format!("examples/bench_{n}.toml"), story(n));
    }
    let setup = Setup {
        db,
        clock: Clock::manual(1_741_915_800_000),
        random: Random::system(),
        data: folder.to_owned(),
        demo: true,
        limits: Limits::default(),
        house: huitong_features::house(),
    };
    City::open(setup, &files)
}

/// What stands in a generated entry.
struct Made {
    id: String,
    register: u64,
    unit: String,
    association: String,
    grade: String,
    rare: Option<String>,
    amount: Option<i64>,
    day: String,
}

fn made(ctx: &Ctx, n: u64) -> Made {
    // Four tenths lie in the first register.
    let register = if n % 10 < 4 { 0 } else { 1 + n % (REGISTERS - 1) };
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17;
    Made {
        id: ctx.id::<huitong_features::base::matters::entries::Entry>().to_string(),
        register,
        unit: format!("unt_{:02}", mixed % UNITS),
        association: format!("asc_{:05}", mixed / 7 % ASSOCIATIONS),
        grade: format!("g{:02}", mixed / 11 % 40),
        rare: (mixed / 13).is_multiple_of(1_000).then(|| String::from("yes")),
        amount: (!(mixed / 17).is_multiple_of(10))
            .then(|| i64::try_from(mixed / 19 % 1_000_000).unwrap_or(0)),
        day: format!("20{:02}-{:02}-{:02}", 10 + mixed / 23 % 16, 1 + mixed / 29 % 12, 1 + mixed / 31 % 28),
    }
}

const SPINE: [&str; 32] = [
    "id",
    "procedure",
    "number",
    "version",
    "pack",
    "state",
    "kind",
    "title",
    "association",
    "unit",
    "next_unit",
    "desk_unit",
    "assignee",
    "owner_user",
    "owner_association",
    "owner_company",
    "source",
    "source_number",
    "began_at",
    "due_at",
    "due_limit",
    "due_order",
    "closed_at",
    "updated_at",
    "day",
    "parent",
    "from_on",
    "until_on",
    "amount",
    "search",
    "marks",
    "body",
];

fn write(tx: &Tx, batch: &[Made], version: &str) -> Result<()> {
    let none = || Value::Null;
    let entry = |m: &Made| -> Vec<Value> {
        let body = format!(
            r#"{{"association":"{}","unit":"{}","grade":"{}","amount":{},"theme":"第{}条，{}"}}"#,
            m.association,
            m.unit,
            m.grade,
            m.amount.map_or_else(|| String::from("null"), |n| n.to_string()),
            m.id,
            "内容若干，".repeat(30)
        );
        let key = format!("bench_{}", m.register);
        let mut row: Vec<Value> =
            args![&m.id, &key, "", 1_i64, version, "current", "", &m.id, &m.association, &m.unit].to_vec();
        row.extend([
            none(),
            Value::from(m.unit.as_str()),
            none(),
            none(),
            Value::from(m.association.as_str()),
            none(),
        ]);
        row.extend(
            args![
                "",
                Option::<String>::None,
                1_i64,
                Option::<i64>::None,
                Option::<String>::None,
                9_000_000_000_000_i64
            ]
            .to_vec(),
        );
        row.extend(args![Option::<i64>::None, 1_i64, &m.day].to_vec());
        row.extend([none(), none(), none(), none()]);
        row.extend(args![&m.id, "{}", &body].to_vec());
        row
    };
    tx.insert_many("entries", &SPINE, &batch.iter().map(entry).collect::<Vec<_>>())?;
    let facts = |m: &Made| -> Vec<Vec<Value>> {
        let key = format!("bench_{}", m.register);
        let row = |fact: &str, text: Option<&str>, number: Option<i64>| {
            args![&m.id, fact, 0_i64, &key, &m.association, text, number, &m.day].to_vec()
        };
        let mut all = vec![row("grade", Some(&m.grade), None), row("amount", None, m.amount)];
        all.extend(m.rare.as_deref().map(|rare| row("rare", Some(rare), None)));
        all
    };
    let columns = ["entry", "fact", "nth", "procedure", "association", "text", "number", "day"];
    tx.insert_many("entry_facts", &columns, &batch.iter().flat_map(facts).collect::<Vec<_>>())?;
    let typed = |m: &Made| -> Vec<Value> {
        args![
            &m.id,
            i64::try_from(m.register).unwrap_or(0),
            &m.unit,
            &m.association,
            &m.grade,
            &m.rare,
            m.amount,
            &m.day,
            "内容若干，".repeat(30)
        ]
        .to_vec()
    };
    let columns = ["id", "register", "unit", "association", "grade", "rare", "amount", "day", "theme"];
    tx.insert_many("bench_typed", &columns, &batch.iter().map(typed).collect::<Vec<_>>())?;
    tx.record(Record::new("bench.fill", "all")).map(drop)
}

/// The table that somebody would make by hand for one register.
const TYPED: Migration = Migration {
    name: "bench_typed",
    sql: "-- recorded\nCREATE TABLE bench_typed (id TEXT PRIMARY KEY, register BIGINT NOT NULL, unit TEXT NOT NULL, \
          association TEXT NOT NULL, grade TEXT NOT NULL, rare TEXT, amount BIGINT, day TEXT NOT NULL, theme TEXT NOT NULL);\n\
          CREATE INDEX bench_grade ON bench_typed (register, grade, day, id);\n\
          CREATE INDEX bench_rare ON bench_typed (register, rare, day, id);\n\
          CREATE INDEX bench_unit ON bench_typed (register, unit, day, id);\n\
          CREATE INDEX bench_both ON bench_typed (register, unit, grade, day, id);\n\
          CREATE INDEX bench_amount ON bench_typed (register, amount, id);\n\
          CREATE INDEX bench_association ON bench_typed (association, register, day);\n",
};

/// Middle of many rounds, in microseconds.
fn middle(mut round: impl FnMut(usize) -> Result<usize>) -> Result<(f64, usize)> {
    let (mut times, mut rows) = (Vec::new(), 0);
    for n in 0..ROUNDS {
        let began = Instant::now();
        rows = round(n)?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[ROUNDS / 2], rows))
}

/// One question, to the engine and to the table made by hand.
struct Asked {
    name: &'static str,
    pairs: &'static [(&'static str, &'static str)],
    typed: &'static str,
}

const ALL: [Asked; 7] = [
    Asked {
        name: "one fact, newest",
        pairs: &[("grade", "g{n}")],
        typed: "grade = 'g{n}' ORDER BY day DESC, id DESC",
    },
    Asked {
        name: "a rare fact, newest",
        pairs: &[("rare", "yes")],
        typed: "rare = 'yes' ORDER BY day DESC, id DESC",
    },
    Asked {
        name: "one unit, newest",
        pairs: &[("unit", "unt_{n}")],
        typed: "unit = 'unt_{n}' ORDER BY day DESC, id DESC",
    },
    Asked {
        name: "by a number, least",
        pairs: &[("sort", "amount")],
        typed: "amount IS NOT NULL ORDER BY amount, id",
    },
    Asked {
        name: "by a number, most",
        pairs: &[("sort", "-amount")],
        typed: "amount IS NOT NULL ORDER BY amount DESC, id DESC",
    },
    Asked {
        name: "one association, newest",
        pairs: &[("association", "asc_000{n}")],
        typed: "association = 'asc_000{n}' ORDER BY day DESC, id DESC",
    },
    Asked {
        name: "unit and fact (reported)",
        pairs: &[("unit", "unt_{n}"), ("grade", "g{n}")],
        typed: "unit = 'unt_{n}' AND grade = 'g{n}' ORDER BY day DESC, id DESC",
    },
];

fn ask(city: &City) -> Result<()> {
    let ctx = city.ctx(Actor::System);
    let of = ctx.pack()?.definition("bench_0").cloned().ok_or_else(Error::missing)?;
    for one in &ALL {
        let filled = |text: &str, n: usize| text.replace("{n}", &format!("{:02}", n % 40));
        let (ours, rows) = middle(|n| {
            let pairs: Vec<(&str, String)> = one.pairs.iter().map(|(k, v)| (*k, filled(v, n))).collect();
            let pairs = Pairs::of(pairs.iter().map(|(k, v)| (*k, v.as_str())));
            city.db.read(&ctx, |tx| {
                let (sql, args) = list::statement(tx, &of, None, &pairs)?;
                Ok(tx.query(&sql, &args)?.len())
            })
        })?;
        let (typed, known) = middle(|n| {
            let sql =
                format!("SELECT * FROM bench_typed WHERE register = 0 AND {} LIMIT 21", filled(one.typed, n));
            city.db.read(&ctx, |tx| Ok(tx.query(&sql, args![])?.len()))
        })?;
        println!(
            "{:<26} {ours:>9.0} µs ({rows} rows)   by hand {typed:>9.0} µs ({known})   {:.1} times",
            one.name,
            ours / typed
        );
    }
    let (file, rows) = middle(|n| {
        city.db.read(&ctx, |tx| {
            let mut rows = 0;
            for register in 0..REGISTERS {
                let of = ctx.pack()?.definition(&format!("bench_{register}")).ok_or_else(Error::missing)?;
                let association = format!("asc_{:05}", n * 7);
                let (sql, args) = list::statement(
                    tx,
                    of,
                    None,
                    &Pairs::of([("association", association.as_str()), ("page_size", "3")]),
                )?;
                rows += tx.query(&sql, &args)?.len();
            }
            Ok(rows)
        })
    })?;
    println!("{:<26} {file:>9.0} µs ({rows} rows of {REGISTERS} registers)", "an association's file");
    Ok(())
}

fn fill(city: &City, count: u64) -> Result<()> {
    let began = Instant::now();
    for from in (0..count).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let ctx = city.ctx(Actor::System);
        let batch: Vec<Made> = (from..(from + BATCH).min(count)).map(|n| made(&ctx, n)).collect();
        let version = ctx.pack()?.version.clone();
        city.db.write(&ctx, |tx| write(tx, &batch, &version))?;
    }
    println!("{count} entries in {:?}", began.elapsed());
    Ok(())
}

fn run(name: &str, url: &str, count: u64) -> Result<()> {
    println!("\n{name}");
    let folder = std::env::temp_dir().join(format!("huitong-registers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| Error::internal(e.to_string()))?;
    let url =
        if url.is_empty() { folder.join("city.db").to_string_lossy().into_owned() } else { url.to_owned() };
    let migrations: Vec<Migration> = MIGRATIONS.iter().cloned().chain([TYPED]).collect();
    let db = Db::open(&url, &migrations)?;
    let city = Arc::new(city(db, &folder)?);
    fill(&city, count)?;
    if url.starts_with("postgres") {
        city.db.keep(&city.ctx(Actor::System), |tx| tx.exec("ANALYZE", args![]).map(drop))?;
    }
    let asked = ask(&city);
    let _ = std::fs::remove_dir_all(&folder);
    asked
}

fn main() -> Result<()> {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let mut said = String::new();
    let _ = write!(said, "{count} entries, middle of {ROUNDS} rounds, one connection");
    println!("{said}");
    run("SQLite", "", count)?;
    match std::env::var("HUITONG_BENCH_PG") {
        Ok(url) => run("PostgreSQL", &url, count),
        Err(_) => Ok(()),
    }
}
