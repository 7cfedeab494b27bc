//! Lists on both engines: filters, orders, pages and going on, against the same done in memory.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests say what went wrong by failing")]

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};

use huitong_kernel::http::Pairs;
use huitong_kernel::list::{Asked, ColumnKind, Filter, FilterKind, ListDef, Listed, OrderBy, Query, Sort};
use huitong_kernel::migrate::Migration;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Ctx, Db, MIGRATION, Result, Row, Value, args};

const CASES: Migration = Migration {
    name: "0002_cases",
    sql: "-- plain\nCREATE TABLE cases (\n  id TEXT PRIMARY KEY,\n  title TEXT NOT NULL,\n  unit TEXT NOT NULL,\n  \
          due_at BIGINT,\n  received_at BIGINT NOT NULL,\n  urgent BOOLEAN NOT NULL\n);\n\
          -- plain\nCREATE TABLE units (id TEXT PRIMARY KEY, name TEXT NOT NULL);\n",
};

static LIST: ListDef = ListDef {
    select: Cow::Borrowed("c.id, c.title, c.due_at, u.name AS unit_name"),
    from: Cow::Borrowed("cases c"),
    joins: Cow::Borrowed("LEFT JOIN units u ON u.id = c.unit"),
    key: Cow::Borrowed("c.id"),
    filters: Cow::Borrowed(&[
        Filter::of("q", "标题", "c.title LIKE $1 ESCAPE '\\'", FilterKind::Part),
        Filter::of("unit", "单位", "c.unit = $1", FilterKind::Text),
        Filter::of("urgent", "紧急", "c.urgent = $1", FilterKind::Flag),
        Filter::of("since", "起", "c.received_at >= $1", FilterKind::Since),
        Filter::of("until", "止", "c.received_at < $1", FilterKind::Until),
    ]),
    sorts: Cow::Borrowed(&[
        Sort::of("received_at", "c.received_at", ColumnKind::Number),
        Sort::of("due_at", "c.due_at", ColumnKind::Number).nullable(),
        Sort::of("title", "c.title", ColumnKind::Text),
    ]),
    sort: Cow::Borrowed("due_at"),
};

/// Opens a database with 57 cases; none where PostgreSQL was not given.
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
        let name = format!("lists_{}_{}", std::process::id(), NTH.fetch_add(1, Ordering::SeqCst));
        let mut admin = postgres::Client::connect(&format!("{base}/postgres"), postgres::NoTls).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        format!("{base}/{name}")
    };
    let db = Db::open(&url, &[MIGRATION, CASES]).unwrap();
    db.keep(&Ctx::system(), |tx| {
        tx.exec("INSERT INTO units (id, name) VALUES ($1, $2)", args!["u1", "一局"])?;
        let rows: Vec<Vec<Value>> = cases().into_iter().map(|c| c.to_vec()).collect();
        tx.insert_many("cases", &["id", "title", "unit", "due_at", "received_at", "urgent"], &rows)
    })
    .unwrap();
    Some((db, dir))
}

fn cases() -> Vec<[Value; 6]> {
    (0..57i64)
        .map(|n| {
            let due = if n % 5 == 0 { Value::Null } else { Value::Int(n * 7 % 10) };
            let title = if n == 3 { "100%_x".to_owned() } else { format!("Case {}", n % 4) };
            [
                Value::from(format!("c{n:02}")),
                Value::from(title),
                Value::from(format!("u{}", n % 3)),
                due,
                Value::Int(n / 2),
                Value::Bool(n % 2 == 0),
            ]
        })
        .collect()
}

fn ask(query: &str) -> Result<Asked> {
    Asked::read(&LIST, &Pairs::parse(query).unwrap())
}

#[expect(clippy::needless_pass_by_value, reason = "a list gives its rows away")]
fn id(row: Row) -> Result<String> {
    row.get("id")
}

fn list(db: &Db, query: &str) -> Result<Listed<String>> {
    let asked = ask(query)?;
    db.read(&Ctx::system(), |tx| Query::new(&LIST, &asked).scope(&Scope::all()).page(tx, id))
}

/// Follows `next` to the end.
fn whole(db: &Db, query: &str) -> Vec<String> {
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let page = list(db, &format!("{query}&page_size=7&next={next}")).unwrap();
        assert_eq!(page.total, Some(57));
        ids.extend(page.items);
        match page.next {
            Some(more) => next = more,
            None => return ids,
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
    every_statement_runs(db) {
        for (sql, args) in LIST.samples() {
            db.read(&Ctx::system(), |tx| tx.query(&sql, &args)).unwrap();
        }
    }

    going_on_gives_every_row_once_in_order(db) {
        for sort in ["due_at", "-due_at", "received_at", "-received_at", "title", "-title"] {
            let mut wanted = cases();
            let column = match sort.trim_start_matches('-') { "due_at" => 3, "received_at" => 4, _ => 1 };
            let number = |v: &Value| match v { Value::Int(n) => Some(*n), _ => None };
            let text = |v: &Value| match v { Value::Text(t) => t.clone(), _ => String::new() };
            wanted.sort_by(|a, b| {
                let (x, y) = (&a[column], &b[column]);
                let empty = (*x == Value::Null).cmp(&(*y == Value::Null));
                let order = number(x).cmp(&number(y)).then(text(x).cmp(&text(y)));
                let order = order.then(text(&a[0]).cmp(&text(&b[0])));
                if sort.starts_with('-') && empty.is_eq() { order.reverse() } else { empty.then(order) }
            });
            let wanted: Vec<String> = wanted.iter().map(|c| text(&c[0])).collect();
            let got = whole(db, &format!("sort={sort}"));
            assert_eq!(got.len(), 57);
            if sort.ends_with("title") {
                // The order of texts is the engine's own; that nothing is lost or doubled is not.
                let sorted = |mut ids: Vec<String>| { ids.sort(); ids };
                assert_eq!(sorted(got), sorted(wanted));
            } else {
                assert_eq!(got, wanted, "{sort}");
            }
        }
    }

    pages_and_going_on_agree(db) {
        let all = whole(db, "sort=-received_at");
        for page in 1..=3 {
            let rows = list(db, &format!("sort=-received_at&page_size=20&page={page}")).unwrap();
            let from = (page - 1) * 20;
            assert_eq!(rows.items, all[from..(from + 20).min(57)]);
            assert_eq!(rows.next.is_none(), page == 3);
        }
    }

    filters_narrow_and_wildcards_are_letters(db) {
        assert_eq!(list(db, "unit=u1&urgent=1").unwrap().total, Some(9));
        assert_eq!(list(db, "q=100%25_").unwrap().items, ["c03"]);
        assert_eq!(list(db, "q=1_0").unwrap().total, Some(0));
        assert_eq!(list(db, "q=%25").unwrap().items, ["c03"]);
        assert_eq!(list(db, "since=1970-01-01T08:00:00.010%2B08:00&until=1970-01-01").unwrap().total, Some(37));
        let scope = {
            let asked = ask("urgent=true").unwrap();
            db.read(&Ctx::system(), |tx| {
                Query::new(&LIST, &asked).and("c.unit = $1 AND c.received_at > $2", args!["u2", 5i64]).scope(&Scope::none()).page(tx, id)
            })
        };
        assert_eq!(scope.unwrap().total, Some(0));
    }

    a_queue_may_mix_directions(db) {
        let asked = ask("page_size=10").unwrap();
        let order = || vec![
            OrderBy::new("c.urgent", ColumnKind::Flag).down(true),
            OrderBy::new("c.due_at", ColumnKind::Number).nullable(),
        ];
        let page = |asked: &Asked| {
            db.read(&Ctx::system(), |tx| Query::new(&LIST, asked).order(order()).untotalled().page(tx, id)).unwrap()
        };
        let (mut ids, mut asked) = (Vec::new(), asked);
        loop {
            let rows = page(&asked);
            assert_eq!(rows.total, None);
            ids.extend(rows.items);
            let Some(next) = rows.next else { break };
            asked = ask(&format!("page_size=10&next={next}")).unwrap();
        }
        assert_eq!(ids.len(), 57);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 57);
    }

    a_forged_cursor_is_refused(db) {
        let cursor = |values: &str| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(values)
        };
        for bad in ["junk", &cursor("[1]"), &cursor("[\"a\",\"b\"]"), &cursor("{}"), &cursor("[null,null]")] {
            let refused = list(db, &format!("sort=received_at&next={bad}")).unwrap_err();
            assert_eq!((refused.status(), refused.field_errors()[0].field.as_str()), (422, "next"), "{bad}");
        }
    }
}

#[test]
fn what_cannot_be_asked_is_said_in_words() {
    for (query, field, word) in [
        ("sort=color", "sort", "received_at、due_at、title"),
        ("page=0", "page", "不小于 1"),
        ("page=x", "page", "整数"),
        ("page_size=101", "page_size", "1–100"),
        ("page=101&page_size=100", "page", "next"),
        ("page=9223372036854775807&page_size=100", "page", "next"),
        ("urgent=maybe", "urgent", "true"),
        ("since=yesterday", "since", "2025-03-14"),
    ] {
        let error = ask(query).unwrap_err();
        assert_eq!((error.status(), error.field_errors()[0].field.as_str()), (422, field), "{query}");
        assert!(error.field_errors()[0].message.contains(word), "{query}: {error}");
    }
    let strict = Asked::read_strict(&LIST, &Pairs::parse("unti=u1").unwrap(), &[]).unwrap_err();
    assert!(strict.field_errors()[0].message.contains("unit"), "{strict}");
}

#[test]
fn links_keep_the_filters() {
    let pairs = Pairs::parse("unit=u1&sort=due_at&page=3").unwrap();
    let asked = Asked::read(&LIST, &pairs).unwrap();
    assert_eq!(asked.sort_link("due_at", "/x", &pairs), ("/x?unit=u1&sort=-due_at".to_owned(), "asc"));
    assert_eq!(asked.sort_link("title", "/x", &pairs).0, "/x?unit=u1&sort=title");
    let pager = asked.pager(123_456, "件", "/x", &pairs);
    assert_eq!((pager.total, pager.links.last().map(|l| l.gap)), (123_456, Some(true)));
    assert_eq!(pager.next.as_deref(), Some("/x?unit=u1&sort=due_at&page=4"));
}
