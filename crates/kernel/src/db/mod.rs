//! One thin layer over the embedded engine and PostgreSQL: one SQL text, one transaction type, one row.

mod foresight;
mod known;
mod postgres;
mod snapshot;
mod sql;
mod sqlite;
pub(crate) mod standing;
mod tx;
mod value;
mod watch;
mod wire;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

pub(crate) use foresight::{Beforehand, Foresight, Reader};
pub(crate) use snapshot::Snapshot;
pub use standing::stands;
pub use tx::{Names, Tx};
pub use value::{Column, Row, Value};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::migrate::{self, Migration};
use crate::security;
use tx::Mode;

/// Further turns of an act that inserts a key which another row has: it draws or finds another, or fails.
const TAKEN_KEY: u32 = 3;

/// How a distant database is reached.
#[derive(Debug, Clone, Copy)]
pub struct Distant {
    /// Connections at most: one for each request that is worked on, and some for jobs.
    pub connections: usize,
    /// How long an answer is awaited; a request has somewhat longer.
    pub patience: Duration,
}

impl Default for Distant {
    fn default() -> Distant {
        Distant { connections: 72, patience: Duration::from_secs(25) }
    }
}

/// How a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Every change leaves a journal record in the same transaction.
    Recorded,
    /// The same, and read on every page while it hardly changes: who there is, and who answers for whom.
    Standing,
    /// Sessions, leases, cursors, counters: nothing anybody answers for.
    Plain,
}

/// Every table the migrations declare, and how it is kept.
pub type Tables = HashMap<String, Keeping>;

/// A city's database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    tables: Tables,
    /// Counts finished acts, so that followers and workers wake without polling hard.
    acts: Mutex<u64>,
    woken: Condvar,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Db {
    /// Opens a database and brings it to the newest schema. `url` is `postgres://…` or the path of a SQLite file.
    pub fn open(url: &str, migrations: &[Migration]) -> Result<Db> {
        Db::open_with(url, migrations, Distant::default())
    }

    /// The same, where it is distant in this way.
    pub fn open_with(url: &str, migrations: &[Migration], distant: Distant) -> Result<Db> {
        let db = Db::connect(url, migrations, distant)?;
        migrate::run(&db, migrations)?;
        Ok(db)
    }

    /// Opens a database at the schema that it has; [`Db::upgrade`] brings it to the newest.
    pub fn open_as_it_is(url: &str, migrations: &[Migration]) -> Result<Db> {
        Db::connect(url, migrations, Distant::default())
    }

    /// Brings the database to the newest schema.
    pub fn upgrade(&self, migrations: &[Migration]) -> Result<()> {
        migrate::run(self, migrations)
    }

    /// The migrations that have not run here.
    ///
    /// # Errors
    /// 409 where some ran that are not in the list: the database is that of a newer program.
    pub fn pending(&self, migrations: &[Migration]) -> Result<Vec<&'static str>> {
        migrate::pending(self, migrations)
    }

    /// Whether there is a table of this name.
    pub fn has_table(&self, name: &str) -> Result<bool> {
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.has_table(name),
            Engine::Postgres(engine) => engine.has_table(name),
        }
    }

    /// Whether the files of an embedded database are still those that were opened; without that nothing is committed.
    pub fn stands(&self) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.stands(),
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Looks through an embedded database for damage, as long as it may; answers whether it saw all of it.
    pub fn check(&self, at_most: Duration) -> Result<bool> {
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.check(at_most),
            Engine::Postgres(_) => Ok(true),
        }
    }

    fn connect(url: &str, migrations: &[Migration], distant: Distant) -> Result<Db> {
        let engine = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres(postgres::Postgres::open(url, distant)?)
        } else {
            Engine::Sqlite(sqlite::Sqlite::open(Path::new(url.strip_prefix("sqlite://").unwrap_or(url)))?)
        };
        let tables = migrate::tables(migrations)?;
        Ok(Db(Arc::new(Inner { engine, tables, acts: Mutex::new(0), woken: Condvar::new() })))
    }

    /// Opens an embedded database that waits for no disk: for a city that is built anew if the machine fails before it is
    /// whole. It is durable once every handle is dropped and the file was synced; open it again with [`Db::open`].
    pub fn open_to_build(path: &Path, migrations: &[Migration]) -> Result<Db> {
        let path = path.to_str().ok_or_else(|| Error::internal("the path of a database is not UTF-8"))?;
        let db = Db::open(path, migrations)?;
        db.batch("PRAGMA synchronous = OFF")?;
        Ok(db)
    }

    /// Whether this is the embedded engine.
    pub fn is_embedded(&self) -> bool {
        matches!(self.0.engine, Engine::Sqlite(_))
    }

    /// Every declared table and how it is kept.
    pub fn tables(&self) -> &Tables {
        &self.0.tables
    }

    /// Reads in one snapshot.
    pub fn read<T>(&self, ctx: &Ctx, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        self.snapshot()?.read(ctx, f)
    }

    /// A snapshot for several readings.
    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        Snapshot::open(self)
    }

    /// Runs an act; when this answers `Ok`, it is on disk. The closure may run again after a clash.
    pub fn write<T>(&self, ctx: &Ctx, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        // What a try that clashed would have noted is not what happened.
        let notes = RefCell::default();
        let result = self.change(ctx, Mode::Act, |tx| {
            let done = f(tx);
            notes.replace(tx.take_notes());
            done
        })?;
        for [event, subject, login] in notes.take() {
            security::note(ctx, &event, &subject, &login);
        }
        *self.0.acts.lock() += 1;
        self.0.woken.notify_all();
        Ok(result)
    }

    /// Changes plain tables: sessions, leases, cursors.
    pub fn keep<T>(&self, ctx: &Ctx, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        self.change(ctx, Mode::Keep, f)
    }

    /// Gives committed entries of the journal their position; answers how many. The embedded engine does it in the act.
    pub fn sequence(&self, ctx: &Ctx) -> Result<u64> {
        if self.is_embedded() {
            return Ok(0);
        }
        self.change(ctx, Mode::Order, crate::journal::sequence)
    }

    fn change<T>(&self, ctx: &Ctx, mode: Mode, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.write(ctx, &self.0.tables, mode, f),
            Engine::Postgres(engine) => engine.write(ctx, &self.0.tables, mode, f),
        }
    }

    /// Waits until an act finishes after `seen`, or the time is over; answers the count of acts now.
    pub fn wait_for_act(&self, seen: u64, at_most: std::time::Duration) -> u64 {
        let mut acts = self.0.acts.lock();
        if *acts == seen {
            self.0.woken.wait_for(&mut acts, at_most);
        }
        *acts
    }

    /// Runs statements outside of any transaction: migrations only.
    pub(crate) fn batch(&self, statements: &str) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite(engine) => engine.batch(statements),
            Engine::Postgres(engine) => engine.batch(statements),
        }
    }
}
