//! An empty, migrated database for one test, on either engine; gone afterwards.

use std::sync::atomic::{AtomicU64, Ordering};

use huitong_features::migrations::MIGRATIONS;
pub use huitong_kernel::Db;
use huitong_kernel::digest::sm3_hex;
use postgres::{Client, NoTls};

/// A database of one test.
pub struct TestDb {
    /// The database at the newest schema.
    pub db: Db,
    /// Folder of the test: the embedded database, and room for files.
    pub dir: tempfile::TempDir,
    _drop: Option<DropDatabase>,
}

/// Opens an embedded database.
pub fn open_sqlite() -> TestDb {
    let dir = tempfile::tempdir().expect("a folder for the test");
    let path = dir.path().join("city.db");
    let db = Db::open(path.to_str().expect("a path in UTF-8"), MIGRATIONS).expect("an embedded database");
    TestDb { db, dir, _drop: None }
}

/// Opens a PostgreSQL database; says why and gives none where `HUITONG_TEST_PG` names no cluster.
pub fn open_postgres() -> Option<TestDb> {
    let url = create_postgres()?;
    let db = Db::open(&url.0, MIGRATIONS).expect("a PostgreSQL database");
    Some(TestDb { db, dir: tempfile::tempdir().expect("a folder for the test"), _drop: Some(url.1) })
}

/// A migrated PostgreSQL database for who opens it elsewhere (another process): its address, and what drops it.
pub fn create_postgres() -> Option<(String, DropDatabase)> {
    let Ok(base) = std::env::var("HUITONG_TEST_PG") else {
        println!("skipped: HUITONG_TEST_PG names no PostgreSQL");
        return None;
    };
    static NTH: AtomicU64 = AtomicU64::new(0);
    let nth = NTH.fetch_add(1, Ordering::SeqCst);
    let name = format!("test_{}_{nth}_{}", std::process::id(), started());
    let mut admin = admin(&base);
    let template = template(&base, &mut admin);
    // The server lets go of a template's last reader a moment after it is gone.
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    retry(|| admin.batch_execute(&create));
    Some((format!("{base}/{name}"), DropDatabase { base, name }))
}

/// Tells runs of the same process number apart.
fn started() -> u64 {
    static AT: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *AT.get_or_init(|| u64::try_from(huitong_kernel::clock::machine_now()).unwrap_or(0))
}

/// The migrated database that all others are copied from, made once for each list of migrations.
fn template(base: &str, admin: &mut Client) -> String {
    let all: String = MIGRATIONS.iter().map(|m| m.sql).collect();
    let name = format!("template_{}", &sm3_hex(all.as_bytes())[..16]);
    // Test processes run side by side: one makes it, the others wait.
    admin.batch_execute("SELECT pg_advisory_lock(4711)").expect("the lock of the template");
    let known = admin.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).expect("the databases");
    if known.is_empty() {
        let half = format!("{name}_half");
        admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)"))
            .expect("no half template");
        admin.batch_execute(&format!("CREATE DATABASE {half}")).expect("a template");
        drop(Db::open(&format!("{base}/{half}"), MIGRATIONS).expect("a migrated template"));
        retry(|| admin.batch_execute(&format!("ALTER DATABASE {half} RENAME TO {name}")));
    }
    admin.batch_execute("SELECT pg_advisory_unlock(4711)").expect("the lock of the template");
    name
}

fn admin(base: &str) -> Client {
    Client::connect(&format!("{base}/postgres"), NoTls).expect("the PostgreSQL of HUITONG_TEST_PG")
}

fn retry(mut f: impl FnMut() -> std::result::Result<(), postgres::Error>) {
    for _ in 0..100 {
        if f().is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    f().expect("a database that nobody else uses");
}

/// Drops a database at the end of its test.
pub struct DropDatabase {
    base: String,
    name: String,
}

impl Drop for DropDatabase {
    fn drop(&mut self) {
        if let Ok(mut admin) = Client::connect(&format!("{}/postgres", self.base), NoTls) {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Runs a test on both engines: `db_test! { fn name(db) { … } }` with `db: &Db`, empty and migrated.
#[macro_export]
macro_rules! db_test {
    ($(fn $name:ident($db:ident) $body:block)*) => {
        $(mod $name {
            use super::*;
            fn run($db: &$crate::db::Db) $body
            #[test]
            fn sqlite() {
                run(&$crate::db::open_sqlite().db);
            }
            #[test]
            fn postgres() {
                if let Some(test) = $crate::db::open_postgres() {
                    run(&test.db);
                }
            }
        })*
    };
}
