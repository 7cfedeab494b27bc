//! Every statement in the sources, and every filter with every order of every list, is prepared on both engines.
#![expect(clippy::expect_used, reason = "a test says what is wrong by failing")]

mod literals;
mod plans;

use std::path::{Path, PathBuf};

use huitong_features::base::{identity, matters};
use huitong_features::growth::appeals;
use huitong_kernel::pack::Pack;
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
    let defined = pack.procedures.iter().filter(|of| !of.coded).map(matters::list::def);
    for list in lists.chain(defined) {
        found.extend(list.samples().into_iter().map(|(sql, _)| (PathBuf::from(&*list.from), sql)));
    }
    found
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
