//! The embedded engine: one write connection handed round as a baton with group commit, and a pool of readers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};

use crate::ctx::Ctx;
use crate::db::tx::{Conn, Mode, Tx};
use crate::db::value::{Row, Value};
use crate::db::watch::Watch;
use crate::db::{TAKEN_KEY, Tables, sql};
use crate::error::{Error, Result};

/// The most acts that share one commit.
const BATCH: usize = 256;
/// Readers kept open; more callers wait.
const READERS: usize = 16;
/// How long one waits for a reader, for the baton, or for another process that writes: who waits longer is told to come back.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same of what changes the schema.
const MIGRATING: Duration = Duration::from_secs(10);
/// How often another process that writes is asked whether it is done: an import leaves gaps that are as short.
const ASKS: Duration = Duration::from_millis(5);
/// Statements whose text a connection has at hand; lists compose theirs, so that there may be many.
const AT_HAND: usize = 2_048;

/// A connection with what it has already learnt of its statements.
pub(super) struct Link {
    conn: Connection,
    learnt: RefCell<HashMap<Box<str>, Learnt>>,
}

/// A statement as the engine reads it, and the names of its columns.
#[derive(Clone)]
struct Learnt {
    text: Arc<str>,
    columns: Arc<[String]>,
}

impl Link {
    fn learn(&self, sql: &str) -> Result<Learnt> {
        if let Some(learnt) = self.learnt.borrow().get(sql) {
            return Ok(learnt.clone());
        }
        let text = sql::numbered(sql);
        let statement = self.conn.prepare_cached(&text).map_err(|e| wrong(sql, &e))?;
        let columns = statement.column_names().map(str::to_owned).collect();
        let fresh = Learnt { text: text.as_ref().into(), columns };
        let mut learnt = self.learnt.borrow_mut();
        if learnt.len() >= AT_HAND {
            learnt.clear();
        }
        learnt.insert(sql.into(), fresh.clone());
        Ok(fresh)
    }

    fn run(&self, statement: &str) -> rusqlite::Result<usize> {
        self.conn.prepare_cached(statement)?.execute([])
    }
}

pub(super) struct Sqlite {
    writer: Mutex<Writer>,
    /// Callers that stand in line for the baton.
    line: AtomicUsize,
    readers: Mutex<Vec<Link>>,
    reader_free: Condvar,
    path: PathBuf,
    watch: Arc<Watch>,
}

struct Writer {
    conn: Link,
    batch: Option<Arc<Batch>>,
    acts: usize,
    watch: Arc<Watch>,
}

/// Acts that become durable together; each caller waits here for the outcome.
#[derive(Default)]
struct Batch {
    outcome: Mutex<Option<std::result::Result<(), String>>>,
    done: Condvar,
}

impl Batch {
    fn finish(&self, outcome: std::result::Result<(), String>) {
        *self.outcome.lock() = Some(outcome);
        self.done.notify_all();
    }

    fn wait(&self) -> std::result::Result<(), String> {
        let mut outcome = self.outcome.lock();
        while outcome.is_none() {
            self.done.wait(&mut outcome);
        }
        outcome.clone().unwrap_or(Ok(()))
    }
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Sqlite> {
        make(path)?;
        let conn = connect(path, OpenFlags::default())?;
        // Whoever begins to write asks by itself, as long as it may wait.
        conn.conn.busy_timeout(Duration::ZERO).map_err(failed)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(connect(path, OpenFlags::default())?);
        }
        let watch = Arc::new(Watch::of(path)?);
        Ok(Sqlite {
            path: path.to_owned(),
            writer: Mutex::new(Writer { conn, batch: None, acts: 0, watch: watch.clone() }),
            watch,
            line: AtomicUsize::new(0),
            readers: Mutex::new(readers),
            reader_free: Condvar::new(),
        })
    }

    pub(super) fn has_table(&self, name: &str) -> Result<bool> {
        self.writer.lock().conn.conn.table_exists(None, name).map_err(failed)
    }

    pub(super) fn stands(&self) -> Result<()> {
        self.watch.stands().map_err(Error::busy)
    }

    /// Looks through the whole file for damage, as long as it may; answers whether that was long enough.
    pub(super) fn check(&self, at_most: Duration) -> Result<bool> {
        let conn = connect(&self.path, OpenFlags::default())?.conn;
        let stop = conn.get_interrupt_handle();
        let (ended, waits) = mpsc::channel::<()>();
        std::thread::scope(|threads| {
            threads.spawn(move || {
                if waits.recv_timeout(at_most) == Err(mpsc::RecvTimeoutError::Timeout) {
                    stop.interrupt();
                }
            });
            let found = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
            drop(ended);
            match found {
                Ok(words) if words == "ok" => Ok(true),
                Ok(words) => Err(Error::internal(words)),
                Err(error)
                    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) =>
                {
                    Ok(false)
                }
                Err(error) => Err(failed(error)),
            }
        })
    }

    pub(super) fn batch(&self, statements: &str) -> Result<()> {
        let writer = self.writer.lock();
        let conn = &writer.conn.conn;
        conn.busy_timeout(MIGRATING).map_err(failed)?;
        let result = conn.execute_batch(statements).map_err(failed);
        conn.busy_timeout(Duration::ZERO).map_err(failed)?;
        result
    }

    /// A reader in a snapshot; whoever takes it gives it back with [`Sqlite::end_reading`].
    pub(super) fn begin_reading(&self) -> Result<Link> {
        let until = Instant::now() + PATIENCE;
        let conn = {
            let mut readers = self.readers.lock();
            loop {
                match readers.pop() {
                    Some(conn) => break conn,
                    None if self.reader_free.wait_until(&mut readers, until).timed_out() => {
                        return Err(Error::busy("no reader came free"));
                    }
                    None => {}
                }
            }
        };
        match conn.run("BEGIN DEFERRED") {
            Ok(_) => Ok(conn),
            Err(error) => {
                self.end_reading(conn);
                Err(failed(error))
            }
        }
    }

    pub(super) fn end_reading(&self, conn: Link) {
        let _ = conn.run("ROLLBACK");
        self.readers.lock().push(conn);
        self.reader_free.notify_one();
    }

    /// Runs one act on the caller's own thread; answers when it is on disk.
    pub(super) fn write<T>(
        &self,
        ctx: &Ctx,
        tables: &Tables,
        mode: Mode,
        f: impl Fn(&Tx) -> Result<T>,
    ) -> Result<T> {
        self.line.fetch_add(1, Ordering::SeqCst);
        let until = Instant::now() + PATIENCE;
        let mut writer = self.writer.lock();
        self.line.fetch_sub(1, Ordering::SeqCst);
        let batch = writer.join(ctx, until)?;
        let result = catch_unwind(AssertUnwindSafe(|| writer.turns(ctx, tables, mode, f)));
        writer.acts += 1;
        writer.end_if_undone();
        // The last in line commits for all; whoever stands in line now will be the last after us.
        if self.line.load(Ordering::SeqCst) == 0 || writer.acts >= BATCH {
            writer.commit();
        }
        drop(writer);
        let outcome = batch.wait();
        match result {
            Err(panic) => resume_unwind(panic),
            Ok(Err(error)) => Err(error),
            Ok(Ok(value)) => match outcome {
                Ok(()) => {
                    ctx.fate.saved(mode == Mode::Act);
                    Ok(value)
                }
                Err(why) => {
                    ctx.fate.undone();
                    Err(Error::busy(why))
                }
            },
        }
    }
}

impl Writer {
    /// Those who waited in line for another process that writes wait no longer than the first of them.
    fn join(&mut self, ctx: &Ctx, until: Instant) -> Result<Arc<Batch>> {
        if let Some(batch) = &self.batch {
            return Ok(batch.clone());
        }
        loop {
            ctx.fate.awaited()?;
            match self.run("BEGIN IMMEDIATE") {
                Ok(_) => break,
                Err(error) if is_in_use(&error) && Instant::now() < until => std::thread::sleep(ASKS),
                Err(error) => return Err(Error::busy(error.to_string())),
            }
        }
        let batch = Arc::new(Batch::default());
        self.batch = Some(batch.clone());
        self.acts = 0;
        Ok(batch)
    }

    /// An act that drew a key which is taken draws again, as it does on the other engine.
    fn turns<T>(&self, ctx: &Ctx, tables: &Tables, mode: Mode, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        for _ in 0..TAKEN_KEY {
            match self.act(ctx, tables, mode, &f) {
                Err(error) if error.is_retryable() => {}
                other => return other,
            }
        }
        self.act(ctx, tables, mode, &f)
    }

    fn act<T>(&self, ctx: &Ctx, tables: &Tables, mode: Mode, f: &impl Fn(&Tx) -> Result<T>) -> Result<T> {
        self.run("SAVEPOINT act").map_err(failed)?;
        let back = Rollback { writer: self, armed: true };
        let tx = Tx::new(Conn::Sqlite(&self.conn), ctx, mode, tables);
        let value = f(&tx)?;
        tx.end_act()?;
        ctx.fate.seal()?;
        back.release().inspect_err(|_| ctx.fate.undone())?;
        Ok(value)
    }

    fn run(&self, statement: &str) -> rusqlite::Result<usize> {
        self.conn.run(statement)
    }

    /// A full disk makes the engine undo the whole transaction by itself: then nothing of the batch is kept, and what came
    /// next would be a transaction of its own.
    fn end_if_undone(&mut self) {
        if self.conn.conn.is_autocommit()
            && let Some(batch) = self.batch.take()
        {
            batch.finish(Err(String::from("the engine undid the transaction")));
        }
    }

    fn commit(&mut self) {
        let Some(batch) = self.batch.take() else { return };
        let kept = self.watch.stands().and_then(|()| self.run("COMMIT").map_err(|e| format!("commit: {e}")));
        let outcome = kept.map(|_| ()).inspect_err(|_| {
            let _ = self.run("ROLLBACK");
        });
        batch.finish(outcome);
    }
}

/// Undoes the caller's own savepoint unless it was released: on an error and on a panic alike.
struct Rollback<'a> {
    writer: &'a Writer,
    armed: bool,
}

impl Rollback<'_> {
    fn release(mut self) -> Result<()> {
        self.writer.run("RELEASE act").map_err(failed)?;
        self.armed = false;
        Ok(())
    }
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if self.armed {
            let _ = self.writer.run("ROLLBACK TO act");
            let _ = self.writer.run("RELEASE act");
        }
    }
}

/// Makes the file of a new city for its owner alone: it holds names and telephone numbers.
fn make(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::busy(format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Link> {
    let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    conn.busy_timeout(PATIENCE).map_err(failed)?;
    conn.set_prepared_statement_cache_capacity(256);
    // Otherwise a prepared statement is planned anew whenever its arguments change, which took half of each request.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    // Not mapped into memory: a file that somebody cuts would then end the process without a word.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000; \
         PRAGMA wal_autocheckpoint = 4000",
    )
    .map_err(failed)?;
    Ok(Link { conn, learnt: RefCell::default() })
}

pub(super) fn query(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
    let Learnt { text, columns } = link.learn(sql)?;
    let mut statement = link.conn.prepare_cached(&text).map_err(|e| wrong(sql, &e))?;
    let mut answer = statement.query(rusqlite::params_from_iter(args)).map_err(|e| wrong(sql, &e))?;
    let mut rows = Vec::new();
    while let Some(row) = answer.next().map_err(|e| wrong(sql, &e))? {
        let mut values = Vec::with_capacity(columns.len());
        for place in 0..columns.len() {
            values.push(match row.get_ref(place).map_err(|e| wrong(sql, &e))? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(v) => Value::Int(v),
                ValueRef::Real(v) => Value::Real(v),
                ValueRef::Text(v) => Value::Text(words(v)),
                ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
            });
        }
        rows.push(Row::new(columns.clone(), values));
    }
    Ok(rows)
}

fn words(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_owned)
}

pub(super) fn exec(link: &Link, sql: &str, args: &[Value]) -> Result<u64> {
    let Learnt { text, .. } = link.learn(sql)?;
    let mut statement = link.conn.prepare_cached(&text).map_err(|e| wrong(sql, &e))?;
    let changed = statement.execute(rusqlite::params_from_iter(args)).map_err(|e| wrong(sql, &e))?;
    Ok(changed as u64)
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Bool(v) => ValueRef::Integer(i64::from(*v)),
            Value::Real(v) => ValueRef::Real(*v),
            Value::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn failed(error: rusqlite::Error) -> Error {
    wrong("", &error)
}

/// A full disk, one that takes nothing or an I/O error can be tried again later; everything else is a mistake of ours.
#[track_caller]
fn wrong(sql: &str, error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        CannotOpen, ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly, SystemIoFailure,
    };
    let detail = format!("{error} in {sql}");
    match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked | DiskFull | ReadOnly | SystemIoFailure | CannotOpen) => {
            Error::busy(detail)
        }
        Some(ConstraintViolation) if is_taken(error) => Error::internal(detail).retryable(),
        _ => Error::internal(detail),
    }
}

/// Whether another process writes.
fn is_in_use(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

/// Whether a statement failed since another row has the key.
fn is_taken(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let code = error.sqlite_error().map(|e| e.extended_code);
    matches!(code, Some(SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY))
}
