//! Every statement in the sources, and every filter with every order of every list, is prepared on both engines.
#![expect(clippy::expect_used, reason = "a test says what is wrong by failing")]

mod literals;
mod plans;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use huitong_features::base::{identity, matters};
use huitong_features::growth::appeals;
use huitong_kernel::db::{Keeping, stands};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::ListDef;
use huitong_kernel::pack::{Definition, Pack};
use huitong_testkit::db;

/// Statements as they stand in the sources, with the file they stand in.
fn statements() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates").to_path_buf();
    let mut found = Vec::new();
    for source in ["kernel/src", "features/src"] {
        walk(&root.join(source), &mut |file, text| {
            // Its statements are examples for its own tests.
            if file.ends_with("db/sql.rs") {
                return;
            }
            for literal in literals::of(text) {
                if let Some(sql) = literals::statement(&literal) {
                    found.push((file.to_path_buf(), sql));
                }
            }
        });
    }
    let lists = std::iter::once(&appeals::APPEALS).chain(identity::LISTS.iter().copied()).cloned();
    let pack = Pack::read_dir(&root.join("../pack/chengdu"), &huitong_features::house().vocabulary)
        .expect("the pack");
    let defined = pack.definitions.iter().filter(|of| !of.coded).map(matters::list::def);
    let led = pack.definitions.iter().filter(|of| of.is_register() && of.stands_alone()).flat_map(led);
    for list in lists.chain(defined).chain(led) {
        found.extend(list.samples().into_iter().map(|(sql, _)| (PathBuf::from(&*list.from), sql)));
    }
    found
}

/// The lists of a register as addresses make them: led by a fact that is asked for or ordered by, and of what is void.
fn led(of: &Definition) -> Vec<ListDef> {
    let whole = matters::list::def(of);
    let by_filter = whole.filters.iter().map(|filter| (filter.name.to_string(), String::from("x")));
    let by_order = whole.sorts.iter().map(|sort| (String::from("sort"), sort.name.to_string()));
    let void = (String::from("state"), String::from("void"));
    let asked = by_filter.chain(by_order).chain([void]);
    let lists = asked.map(|(name, value)| {
        matters::entries::list::asked_for(of, &Pairs::of([(name.as_str(), value.as_str())]), true)
    });
    let lists: Vec<ListDef> = lists.collect();
    assert!(lists.iter().any(|list| list.from.contains("entry_facts")), "no fact leads a list of {}", of.key);
    lists
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            walk(&path, visit);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            visit(&path, &std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn sqlite() {
    let city = db::open_sqlite();
    let conn = rusqlite::Connection::open(city.dir.path().join("city.db")).expect("the same database");
    let all = statements();
    assert!(
        all.len() > 100,
        "only {} statements were found: does the reader of literals still work?",
        all.len()
    );
    let wrong: Vec<String> = all
        .iter()
        .filter_map(|(file, sql)| {
            let numbered = sql.replace('$', "?");
            conn.prepare(&numbered).err().map(|e| format!("{}: {e} in {sql}", file.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The tables that the engine opens for a statement.
fn opened(conn: &rusqlite::Connection, sql: &str) -> BTreeSet<String> {
    let asked = format!("EXPLAIN {}", sql.replace('$', "?"));
    let mut plan = conn.prepare(&asked).expect("a statement that was prepared before");
    let (mut rows, mut roots) = (plan.raw_query(), Vec::new());
    while let Some(row) = rows.next().expect("a plan") {
        if row.get::<_, String>("opcode").expect("its step") == "OpenRead" {
            roots.push(row.get::<_, i64>("p2").expect("what it opens"));
        }
    }
    let table = |root: i64| {
        conn.query_row("SELECT tbl_name FROM sqlite_master WHERE rootpage = ?1", [root], |row| row.get(0))
            .ok()
    };
    roots.into_iter().filter_map(table).collect()
}

#[test]
fn what_counts_as_standing_reads_nothing_that_moves() {
    let city = db::open_sqlite();
    let conn = rusqlite::Connection::open(city.dir.path().join("city.db")).expect("the same database");
    let tables = city.db.tables();
    let standing: Vec<_> = statements().into_iter().filter(|(_, sql)| stands(tables, sql)).collect();
    assert!(standing.len() > 10, "only {} statements stand: are their tables read?", standing.len());
    for (file, sql) in standing {
        let opened = opened(&conn, &sql);
        let moves = opened.iter().find(|table| tables.get(*table) != Some(&Keeping::Standing));
        assert!(!opened.is_empty() && moves.is_none(), "{}: {moves:?} in {sql}", file.display());
        assert!(!sql.contains("password"), "{}: a secret stays in memory: {sql}", file.display());
    }
    for moving in [
        "SELECT 1 FROM units u , appeals a",
        "SELECT 1 FROM units u JOIN appeals a ON a.unit = u.id",
        "SELECT id FROM appeals",
    ] {
        assert!(!stands(tables, moving), "{moving}");
    }
}

#[test]
fn postgresql() {
    let Some((url, _drop)) = db::create_postgres() else { return };
    let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("the test's database");
    let mut wrong = Vec::new();
    for (file, sql) in statements() {
        if let Err(error) = client.prepare(&sql) {
            let why = error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().to_owned());
            wrong.push(format!("{}: {why} in {sql}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
