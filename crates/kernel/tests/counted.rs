//! Counts that are kept, and lists read along indexes, against the same asked of the rows; on both engines.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests say what went wrong by failing")]

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};

use huitong_kernel::condition::{Comparator, Condition, Constant, FactDef, Frame, Named, Test};
use huitong_kernel::counters::{self, Ask, Count, Keys, Tally};
use huitong_kernel::ctx::{OfficeKind, Post};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{
    Asked, ColumnKind, Filter, FilterKind, Index, ListDef, OrderBy, Plan, Query, Sort,
};
use huitong_kernel::migrate::Migration;
use huitong_kernel::pack::Reach;
use huitong_kernel::rights::{Right, Scope, SubjectKeys, Through};
use huitong_kernel::{COUNTS, Ctx, Db, MIGRATION, Result, Row, Value, args};

const CASES: Migration = Migration {
    name: "0002_cases",
    sql: "-- plain\nCREATE TABLE cases (\n  id TEXT PRIMARY KEY,\n  state TEXT NOT NULL,\n  unit TEXT,\n  next_unit TEXT,\n  \
          done BOOLEAN NOT NULL,\n  due_order BIGINT NOT NULL\n);\n",
};

static TALLY: Tally = Tally { name: "cases", columns: &["state", "unit", "next_unit", "done"] };

static PLAN: Plan = Plan {
    tally: &TALLY,
    indexes: &[
        Index { equal: &["unit", "state"], order: "due_order" },
        Index { equal: &["unit"], order: "due_order" },
        Index { equal: &["next_unit"], order: "due_order" },
        Index { equal: &["state"], order: "due_order" },
    ],
};

static LIST: ListDef = ListDef {
    select: Cow::Borrowed("c.id"),
    from: Cow::Borrowed("cases c"),
    joins: Cow::Borrowed(""),
    key: Cow::Borrowed("c.id"),
    filters: Cow::Borrowed(&[Filter::of("state", "状态", "c.state = $1", FilterKind::Text)]),
    sorts: Cow::Borrowed(&[Sort::of("due", "c.due_order", ColumnKind::Number)]),
    sort: Cow::Borrowed("due"),
};

const KEYS: SubjectKeys = SubjectKeys {
    units: &["c.unit", "c.next_unit"],
    assignee: None,
    owner_user: None,
    owner_association: None,
    owner_company: None,
    association: None,
};

fn open(engine: &str) -> Option<(Db, tempfile::TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    let url = if engine == "sqlite" {
        dir.path().join("city.db").to_str().unwrap().to_owned()
    } else {
        let Ok(base) = std::env::var("HUITONG_TEST_PG") else {
            println!("skipped: HUITONG_TEST_PG names no PostgreSQL");
            return None;
        };
        static NTH: AtomicI64 = AtomicI64::new(0);
        let name = format!("counted_{}_{}", std::process::id(), NTH.fetch_add(1, Ordering::SeqCst));
        let mut admin = postgres::Client::connect(&format!("{base}/postgres"), postgres::NoTls).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        format!("{base}/{name}")
    };
    Some((Db::open(&url, &[MIGRATION, COUNTS, CASES]).unwrap(), dir))
}

/// State, unit, next unit, whether done: every combination comes up.
fn keys(n: i64) -> [&'static str; 4] {
    [
        ["new", "open", "held", "over"][(n % 4) as usize],
        ["", "u1", "u2"][(n / 4 % 3) as usize],
        ["", "u1", "u2", "u3"][(n / 12 % 4) as usize],
        ["0", "1"][(n / 5 % 2) as usize],
    ]
}

/// Enters cases with their counts.
fn add(db: &Db, ctx: &Ctx, numbers: std::ops::Range<i64>) {
    db.keep(ctx, |tx| {
        let (mut rows, mut counts) = (Vec::new(), Vec::new());
        for n in numbers.clone() {
            let [state, unit, next, done] = keys(n);
            let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
            let (id, due) = (format!("c{n:04}"), n * 7 % 50);
            rows.push(vec![
                Value::from(id),
                Value::from(state),
                text(unit),
                text(next),
                Value::Bool(done == "1"),
                Value::Int(due),
            ]);
            let all: Keys = [state, unit, next, done, "", "", "", ""];
            counts.push((Count { name: "cases", keys: all }, 1));
        }
        tx.insert_many("cases", &["id", "state", "unit", "next_unit", "done", "due_order"], &rows)?;
        tx.count_all(&counts)
    })
    .unwrap();
}

fn one_of(column: &str, values: &[&str]) -> Condition {
    let named = |v: &&str| Named { key: (*v).to_owned(), label: (*v).to_owned() };
    Condition::Test(Test {
        fact: FactDef::text(column, column).column(column),
        comparator: Comparator::OneOf,
        constant: Constant::Texts(values.iter().map(named).collect()),
    })
}

fn flag(column: &str, yes: bool) -> Condition {
    Condition::Test(Test {
        fact: FactDef::flag(column, column).column(column),
        comparator: Comparator::Is,
        constant: Constant::Flag(yes),
    })
}

fn known(column: &str, yes: bool) -> Condition {
    Condition::Test(Test {
        fact: FactDef::text(column, column).column(column),
        comparator: Comparator::Known,
        constant: Constant::Flag(yes),
    })
}

fn before(column: &str, offset_ms: i64) -> Condition {
    timed(column, Comparator::Below, offset_ms)
}

fn since(column: &str, offset_ms: i64) -> Condition {
    timed(column, Comparator::AtLeast, offset_ms)
}

fn timed(column: &str, comparator: Comparator, offset_ms: i64) -> Condition {
    Condition::Test(Test {
        fact: FactDef::instant(column, column).column(column).ordered_by(column),
        comparator,
        constant: Constant::Now { offset_ms, words: "现在".into() },
    })
}

/// The same process at another time.
fn at(ctx: &Ctx, now: i64) -> Ctx {
    let mut ctx = ctx.clone();
    ctx.now = now;
    ctx
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn questions() -> Vec<Condition> {
    vec![
        Condition::always(),
        one_of("state", &["new"]),
        one_of("state", &["new", "open", "held"]),
        not(one_of("unit", &["u1"])),
        Condition::Any(vec![one_of("unit", &["u2"]), not(one_of("next_unit", &["u3"]))]),
        Condition::All(vec![one_of("state", &["open", "held"]), one_of("unit", &["u1"]), flag("done", true)]),
        Condition::All(vec![one_of("unit", &["u1", "u2"]), known("next_unit", false)]),
        not(Condition::All(vec![known("unit", true), one_of("next_unit", &["u1"])])),
    ]
}

fn post(unit: &str) -> Post {
    Post { role: "r".into(), kind: OfficeKind::Unit, office: unit.into(), office_name: unit.into() }
}

/// Everybody's reach: the city, two units, one.
fn scopes(posts: &[Post; 2]) -> Vec<Scope<'_>> {
    let through = |post| Through { reach: Reach::Unit, post: Some(post), user: None, by: &[], among: None };
    vec![
        Scope::all(),
        Right { through: vec![through(&posts[0])] }.scope(&KEYS),
        Right { through: posts.iter().map(through).collect() }.scope(&KEYS),
    ]
}

#[expect(clippy::needless_pass_by_value, reason = "a list gives its rows away")]
fn id(row: Row) -> Result<String> {
    row.get("id")
}

/// Each question for each reader: the kept count is that of the rows.
fn counts_agree(db: &Db, ctx: &Ctx) {
    let posts = [post("u1"), post("u3")];
    let asked = Asked::read(&LIST, &Pairs::default()).unwrap();
    for scope in scopes(&posts) {
        for question in questions() {
            let query = || Query::new(&LIST, &asked);
            let (kept, rows) = db
                .read(ctx, |tx| {
                    let frame = Frame::default();
                    assert!(Ask::condition(&TALLY, &question, &frame).is_some());
                    let kept = query().on(&PLAN).scope(&scope).when(&question, &frame)?.count(tx)?;
                    Ok((kept, query().scope(&scope).when(&question, &frame)?.count(tx)?))
                })
                .unwrap();
            assert_eq!(kept, rows, "{question:?} for {scope:?}");
        }
    }
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

both! {
    kept_counts_are_those_of_the_rows_folded_or_not(db) {
        let (here, elsewhere) = (Ctx::system(), Ctx::system());
        counts_agree(db, &here);
        for turn in 0..4 {
            add(db, &here, turn * 60..turn * 60 + 60);
            counts_agree(db, &here);
            // Another server has a memory of its own, and folds what this one has counted.
            while counters::fold(db, &elsewhere).unwrap() > 0 {}
            counts_agree(db, &here);
            counts_agree(db, &elsewhere);
        }
        let all: i64 = db.read(&here, |tx| tx.counts("cases")).unwrap().iter().map(|(_, n)| n).sum();
        assert_eq!(all, 240);
    }

    a_snapshot_that_is_older_than_the_memory_counts_as_of_its_time(db) {
        let ctx = Ctx::system();
        let open = Ask::equal(&TALLY, "state", "open").unwrap();
        let now = |ctx: &Ctx| db.read(ctx, |tx| tx.tally(&TALLY, &open)).unwrap();
        add(db, &ctx, 0..40);
        while counters::fold(db, &ctx).unwrap() > 0 {}
        db.read(&ctx, |tx| {
            assert_eq!(tx.number("SELECT COUNT(*) FROM cases", args![])?, 40);
            for turn in 1..4 {
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        add(db, &ctx, turn * 40..turn * 40 + 40);
                        while counters::fold(db, &ctx).unwrap() > 0 {}
                        assert_eq!(now(&ctx), 10 * (turn + 1));
                    });
                });
            }
            assert_eq!(tx.tally(&TALLY, &open)?, 10, "the snapshot was taken before the others came");
            Ok(())
        })
        .unwrap();
        assert_eq!(now(&ctx), 40);
    }

    what_has_passed_since_it_was_counted_is_counted_too(db) {
        let first = at(&Ctx::system(), 10);
        let open = || one_of("state", &["open", "held"]);
        let asked = Asked::read(&LIST, &Pairs::default()).unwrap();
        // What is late; what is late soon, in both orders; what is not late; what no count has a key for.
        let questions = [
            (Condition::All(vec![open(), before("due_order", 0)]), ""),
            (Condition::All(vec![open(), since("due_order", 0), before("due_order", 15)]), ""),
            (Condition::All(vec![before("due_order", 15), since("due_order", -5), open()]), ""),
            (Condition::All(vec![open(), since("due_order", 15), before("due_order", 0)]), ""),
            (Condition::All(vec![open(), since("due_order", 0)]), ""),
            (open(), "c.due_order % 3 = 0"),
        ];
        let agrees = |now: i64| {
            let ctx = at(&first, now);
            let frame = Frame { now, ..Frame::default() };
            for (question, more) in &questions {
                let query = |planned: bool| {
                    let query = Query::new(&LIST, &asked);
                    let query = if planned { query.on(&PLAN) } else { query };
                    let query = if more.is_empty() { query } else { query.and(more, args![]) };
                    query.when(question, &frame)
                };
                db.read(&ctx, |tx| {
                    assert_eq!(query(true)?.count(tx)?, query(false)?.count(tx)?, "{question:?} at {now}");
                    assert_eq!(query(true)?.count_by(tx, "c.unit")?, query(false)?.count_by(tx, "c.unit")?);
                    Ok(())
                })
                .unwrap();
            }
        };
        for turn in 0..3 {
            add(db, &first, turn * 60..turn * 60 + 60);
            for now in [10, 10, 14, 17, 40, 12, 60, 61, 61_000, 130_000, 20] {
                agrees(now);
            }
            while counters::fold(db, &first).unwrap() > 0 {}
            agrees(30);
            db.keep(&first, |tx| {
                // A case that stays under its keys leaves a change by zero.
                tx.exec("UPDATE cases SET due_order = due_order + 3 WHERE state = 'open'", args![])?;
                tx.count(Count { name: "cases", keys: ["open", "", "", "0", "", "", "", ""] }, 0)
            })
            .unwrap();
            agrees(30);
        }
    }

    an_act_counts_what_it_has_changed_itself_and_leaves_no_trace_when_it_fails(db) {
        let ctx = Ctx::system();
        let open = Ask::equal(&TALLY, "state", "open").unwrap();
        add(db, &ctx, 0..40);
        let failed: Result<()> = db.keep(&ctx, |tx| {
            tx.count(Count { name: "cases", keys: ["open", "", "", "0", "", "", "", ""] }, 5)?;
            assert_eq!(tx.tally(&TALLY, &open)?, 15);
            Err(huitong_kernel::Error::invalid("n", "不行"))
        });
        assert!(failed.is_err());
        assert_eq!(db.read(&ctx, |tx| tx.tally(&TALLY, &open)).unwrap(), 10);
    }

    ranges_of_indexes_give_the_same_rows_as_the_whole_in_order(db) {
        let ctx = Ctx::system();
        add(db, &ctx, 0..240);
        let posts = [post("u1"), post("u3")];
        for scope in scopes(&posts) {
            for question in questions() {
                for (down, filter) in [(false, ""), (true, ""), (false, "&state=held")] {
                    let order = || vec![OrderBy::new("c.due_order", ColumnKind::Number).down(down)];
                    let list = |planned: bool, asked: &str| {
                        let asked = Asked::read(&LIST, &Pairs::parse(&format!("{asked}{filter}")).unwrap()).unwrap();
                        db.read(&ctx, |tx| {
                            let query = Query::new(&LIST, &asked);
                            let query = if planned { query.on(&PLAN) } else { query };
                            query.scope(&scope).when(&question, &Frame::default())?.order(order()).page(tx, id)
                        })
                        .unwrap()
                    };
                    let (mut next, mut gone) = (String::new(), 0);
                    loop {
                        let asked = format!("page_size=17&next={next}");
                        let (planned, whole) = (list(true, &asked), list(false, &asked));
                        assert_eq!(planned.items, whole.items, "{question:?} for {scope:?}");
                        assert_eq!((planned.total, &planned.next), (whole.total, &whole.next));
                        gone += whole.items.len();
                        let Some(more) = whole.next else { break };
                        next = more;
                    }
                    let third = (list(true, "page_size=10&page=3"), list(false, "page_size=10&page=3"));
                    assert_eq!(third.0.items, third.1.items, "{gone} in all");
                }
            }
        }
    }
}
