//! PostgreSQL over its synchronous client: acts and reads in snapshots, clashing acts retried.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use futures_util::future::try_join_all;
use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, Config, Statement};

use crate::ctx::Ctx;
use crate::db::known::Question;
use crate::db::tx::{Conn, Mode, Tx};
use crate::db::value::{Row, Value};
use crate::db::wire::{Way, Wire, causes};
use crate::db::{Distant, TAKEN_KEY, Tables};
use crate::error::{Error, Kind, Result};

/// How long one waits for a connection: who waits longer is told to come back.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer is awaited by what changes the schema.
const MIGRATING: Duration = Duration::from_secs(3_600);
/// How often an act is run again after a clash before the caller is told to come back.
const RETRIES: u32 = 24;
/// How long the end of a snapshot waits for a next question to travel with.
const LINGER: Duration = Duration::from_millis(5);

pub(super) struct Postgres {
    config: Config,
    way: Way,
    distant: Distant,
    pool: Arc<Pool>,
}

#[derive(Default)]
struct Pool {
    state: Mutex<State>,
    /// A connection has come back.
    free: Condvar,
    /// A connection has come back with something unsent, or the pool is closed.
    unsent: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<PgConn>,
    open: usize,
    /// Whether whoever sends ends has none to wait for.
    asleep: bool,
    closed: bool,
}

/// A connection with its prepared statements.
pub(super) struct PgConn {
    wire: Wire,
    statements: HashMap<String, (Statement, Arc<[String]>)>,
    /// Since when the end of its last snapshot waits to be sent.
    unsent: Option<Instant>,
}

/// Reads an address. `sslmode=require` asks for TLS; it is never believed blindly, so that `sslrootcert` names the file of who
/// signed the certificate, as elsewhere; `connections` says how many there may be at most.
fn address(url: &str) -> Result<(Config, Way, Option<usize>)> {
    let (base, asked) = url.split_once('?').unwrap_or((url, ""));
    let wrong = |why: String| Error::busy(format!("database address: {why}"));
    let (mut authorities, mut connections, mut rest) = (None, None, Vec::new());
    for pair in asked.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslrootcert", path)) => authorities = Some(PathBuf::from(path)),
            Some(("connections", most)) => {
                let most = most.parse().ok().filter(|most| *most > 0);
                connections = Some(most.ok_or_else(|| wrong(format!("{pair} is no number of connections")))?);
            }
            Some(("sslmode", "verify-full" | "verify-ca")) => rest.push("sslmode=require"),
            _ => rest.push(pair),
        }
    }
    let config: Config = format!("{base}?{}", rest.join("&")).parse().map_err(|e| wrong(causes(&e)))?;
    let way = match (config.get_ssl_mode(), authorities) {
        (SslMode::Require, Some(path)) => Way::sealed(&path)?,
        (SslMode::Require, None) => {
            return Err(wrong(String::from(
                "sslmode=require needs sslrootcert=FILE, who signed the certificate",
            )));
        }
        _ => Way::Clear,
    };
    Ok((config, way, connections))
}

impl Postgres {
    pub(super) fn open(url: &str, distant: Distant) -> Result<Postgres> {
        let (mut config, way, connections) = address(url)?;
        let distant = Distant { connections: connections.unwrap_or(distant.connections), ..distant };
        config
            .application_name("huitong")
            .connect_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(15));
        let postgres = Postgres { config, way, distant, pool: Arc::default() };
        let first = postgres.take()?;
        postgres.pool.put_back(first);
        let pool = postgres.pool.clone();
        std::thread::Builder::new()
            .name(String::from("ends-of-snapshots"))
            .spawn(move || pool.send_ends())
            .map_err(|e| Error::busy(format!("a thread for the database: {e}")))?;
        Ok(postgres)
    }

    pub(super) fn has_table(&self, name: &str) -> Result<bool> {
        let mut conn = self.take()?.ended();
        let asked = "SELECT to_regclass($1) IS NOT NULL AS there";
        let found = query(&mut conn, asked, &[name.into()]);
        self.pool.put_back(conn);
        found?.first().ok_or_else(|| Error::internal("a question about a table gave no row"))?.get("there")
    }

    pub(super) fn batch(&self, statements: &str) -> Result<()> {
        // What changes the schema of a large city takes its time.
        let mut conn = PgConn::connect(&self.config, &self.way, MIGRATING)?;
        conn.wire.wait(|client| client.batch_execute(statements)).map_err(|e| wrong("", &e))
    }

    /// A connection in a snapshot; whoever takes it gives it back with [`Postgres::end_reading`]. Neither costs a message: the
    /// snapshot begins with what is read first, and its end travels with what the connection is asked next, if that is soon.
    pub(super) fn begin_reading(&self) -> Result<PgConn> {
        let mut conn = self.take()?;
        // The one that ends says already how the next one reads.
        let begin = match conn.unsent.take() {
            Some(_) => "COMMIT AND CHAIN",
            None => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        conn.wire.leave(begin);
        Ok(conn)
    }

    pub(super) fn end_reading(&self, mut conn: PgConn) {
        conn.unsent = Some(Instant::now());
        self.pool.put_back(conn);
    }

    pub(super) fn write<T>(
        &self,
        ctx: &Ctx,
        tables: &Tables,
        mode: Mode,
        f: impl Fn(&Tx) -> Result<T>,
    ) -> Result<T> {
        // Measured with `bench/concurrency`: serializable locks whole index pages, so that acts on neighbouring cases
        // abort each other (64 callers did 6 times what one does; in snapshots 37 times). Two acts on one subject
        // still clash, because each changes or claims the subject's row. Housekeeping uses guarded single statements.
        let begin = match mode {
            Mode::Act => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            _ => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        for attempt in 0..RETRIES {
            match self.run(begin, ctx, tables, mode, &f) {
                // A key that is still taken after a few turns is no clash but a mistake of ours.
                Err(error) if error.is_retryable() && (error.kind() == Kind::Busy || attempt < TAKEN_KEY) => {
                    let spread = ctx.random.below(1 << attempt.min(6)) + 1;
                    std::thread::sleep(Duration::from_millis(spread));
                }
                other => return other,
            }
        }
        Err(Error::busy("too many clashes between transactions"))
    }

    fn run<T>(
        &self,
        begin: &str,
        ctx: &Ctx,
        tables: &Tables,
        mode: Mode,
        f: &impl Fn(&Tx) -> Result<T>,
    ) -> Result<T> {
        ctx.fate.awaited()?;
        let mut conn = self.take()?.ended();
        let result = catch_unwind(AssertUnwindSafe(|| {
            // Nothing was asked yet: what fails here may be begun again on another connection.
            let begun = conn.wire.wait(|client| client.batch_execute(begin));
            begun.map_err(|e| wrong(begin, &e).retryable())?;
            let tx = Tx::new(Conn::Postgres((&mut conn).into()), ctx, mode, tables);
            let value = f(&tx)?;
            tx.end_act()?;
            ctx.fate.seal()?;
            Ok(value)
        }));
        let end = if matches!(result, Ok(Ok(_))) { "COMMIT" } else { "ROLLBACK" };
        let ended = conn.wire.wait(|client| client.batch_execute(end));
        self.pool.put_back(conn);
        let value: T = match result {
            Err(panic) => resume_unwind(panic),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(value)) => value,
        };
        match ended {
            Ok(()) => {
                ctx.fate.saved(mode == Mode::Act);
                Ok(value)
            }
            // The engine said no. Without a word of the engine the connection was lost on the way there or back.
            Err(error) if error.code().is_some() => {
                ctx.fate.undone();
                Err(wrong(end, &error))
            }
            Err(error) => Err(Error::unsure(format!("commit: {error}"))),
        }
    }

    fn take(&self) -> Result<PgConn> {
        let until = Instant::now() + PATIENCE;
        let mut state = self.pool.state.lock();
        loop {
            if let Some(mut conn) = state.idle.pop() {
                if !MutexGuard::unlocked(&mut state, || conn.wire.has_ended()) {
                    return Ok(conn);
                }
                // The others most likely ended with it; each is looked at when it is taken.
                state.open -= 1;
                continue;
            }
            if state.open < self.distant.connections {
                state.open += 1;
                break;
            }
            if self.pool.free.wait_until(&mut state, until).timed_out() {
                return Err(Error::busy("no connection to the database came free"));
            }
        }
        drop(state);
        PgConn::connect(&self.config, &self.way, self.distant.patience).inspect_err(|_| {
            self.pool.state.lock().open -= 1;
            self.pool.free.notify_one();
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock();
        state.closed = true;
        state.idle.clear();
        self.pool.unsent.notify_one();
    }
}

impl Pool {
    fn put_back(&self, conn: PgConn) {
        let mut state = self.state.lock();
        let wakes = state.asleep && conn.unsent.is_some();
        if conn.wire.is_closed() || state.closed {
            // The others fell with it: a database that was started anew knows none of them.
            state.open -= 1 + state.idle.len();
            state.idle.clear();
        } else {
            state.idle.push(conn);
        }
        self.free.notify_one();
        if wakes {
            state.asleep = false;
            self.unsent.notify_one();
        }
    }

    /// Sends the ends of snapshots with which no question travelled: a snapshot that stays open keeps the database from
    /// clearing away what is over.
    fn send_ends(&self) {
        let mut state = self.state.lock();
        while !state.closed {
            let waiting = state.idle.iter().filter_map(|conn| conn.unsent).min();
            match waiting.map(|since| LINGER.saturating_sub(since.elapsed())) {
                None => {
                    state.asleep = true;
                    self.unsent.wait(&mut state);
                }
                Some(Duration::ZERO) => {
                    let due = |conn: &mut PgConn| conn.unsent.is_some_and(|since| since.elapsed() >= LINGER);
                    let ends: Vec<PgConn> = state.idle.extract_if(.., due).collect();
                    MutexGuard::unlocked(&mut state, || {
                        ends.into_iter().for_each(|conn| self.put_back(conn.sent()));
                    });
                }
                Some(left) => drop(self.unsent.wait_for(&mut state, left)),
            }
        }
    }
}

impl PgConn {
    fn connect(config: &Config, way: &Way, patience: Duration) -> Result<PgConn> {
        let mut wire = Wire::connect(config, way, patience)?;
        // The engine gives up before we do, and says why: on a statement, on a lock, on a transaction whose owner is gone.
        let limits = format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}",
            patience.mul_f32(0.8).as_millis(),
            PATIENCE.as_millis(),
            (patience * 2).as_millis(),
        );
        wire.wait(|client| client.batch_execute(&limits)).map_err(|e| wrong(&limits, &e))?;
        // As on the embedded engine a statement is planned for its words once, never for its values again: planning took a third
        // of the time of a desk. An engine that does not know the setting plans as it likes.
        let _ = wire.wait(|client| client.batch_execute("SET plan_cache_mode = force_generic_plan"));
        Ok(PgConn { wire, statements: HashMap::new(), unsent: None })
    }

    /// The connection outside of its last snapshot; the end of that is sent with what is asked next.
    fn ended(mut self) -> PgConn {
        if self.unsent.take().is_some() {
            self.wire.leave("COMMIT");
        }
        self
    }

    fn sent(self) -> PgConn {
        let mut conn = self.ended();
        conn.wire.flush();
        conn
    }

    fn prepared(&mut self, sql: &str) -> Result<(Statement, Arc<[String]>)> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.wire.wait(|client| client.prepare(sql)).map_err(|e| wrong(sql, &e))?;
        let names: Arc<[String]> = statement.columns().iter().map(|c| c.name().to_owned()).collect();
        let entry = (statement, names);
        self.statements.insert(sql.to_owned(), entry.clone());
        Ok(entry)
    }
}

pub(super) fn query(conn: &mut PgConn, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
    let (statement, names) = conn.prepared(sql)?;
    let answer = conn.wire.wait(|client| ask(client, &statement, args)).map_err(|e| wrong(sql, &e))?;
    rows(&answer, &names, sql)
}

/// Real time by the engine's clock (UTC milliseconds), which all its callers share.
pub(super) fn real_now(conn: &mut PgConn) -> Result<i64> {
    let asked = "SELECT CAST(date_part('epoch', clock_timestamp()) * 1000 AS BIGINT) AS now";
    query(conn, asked, &[])?
        .first()
        .ok_or_else(|| Error::internal("a question about the time gave no row"))?
        .get("now")
}

/// Asks several questions in one message; none waits for the answer to another.
pub(super) fn query_all(conn: &mut PgConn, questions: Vec<Question>) -> Result<Vec<(Question, Vec<Row>)>> {
    let prepared = questions.iter().map(|q| conn.prepared(&q.sql)).collect::<Result<Vec<_>>>()?;
    let asked = || questions.iter().zip(&prepared);
    let answers = conn
        .wire
        .wait(|client| try_join_all(asked().map(|(q, (statement, _))| ask(client, statement, &q.args))))
        .map_err(|e| wrong("what was foreseen", &e))?;
    let found = asked().zip(&answers).map(|((q, (_, names)), answer)| rows(answer, names, &q.sql));
    let found = found.collect::<Result<Vec<_>>>()?;
    Ok(questions.into_iter().zip(found).collect())
}

async fn ask(
    client: &Client,
    statement: &Statement,
    args: &[Value],
) -> std::result::Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|a| a as &(dyn ToSql + Sync)).collect();
    client.query(statement, &args).await
}

fn rows(answer: &[tokio_postgres::Row], names: &Arc<[String]>, sql: &str) -> Result<Vec<Row>> {
    let row = |row| {
        let values = (0..names.len()).map(|place| cell(row, place, sql)).collect::<Result<Vec<_>>>()?;
        Ok(Row::new(names.clone(), values))
    };
    answer.iter().map(row).collect()
}

pub(super) fn exec(conn: &mut PgConn, sql: &str, args: &[Value]) -> Result<u64> {
    let (statement, _) = conn.prepared(sql)?;
    let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|a| a as &(dyn ToSql + Sync)).collect();
    conn.wire.wait(|client| client.execute(&statement, &args)).map_err(|e| wrong(sql, &e))
}

fn cell(row: &tokio_postgres::Row, place: usize, sql: &str) -> Result<Value> {
    let column = &row.columns()[place];
    let read = match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(place).map(Value::from),
        Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<String>>(place).map(Value::from),
        Type::BOOL => row.try_get::<_, Option<bool>>(place).map(Value::from),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(place).map(Value::from),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(place).map(Value::from),
        ref other => {
            let name = column.name();
            return Err(Error::internal(format!("column {name} is {other}, not portable: cast it in {sql}")));
        }
    };
    read.map_err(|e| Error::internal(format!("{e} in {sql}")))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Text(v) if matches!(*ty, Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN) => {
                v.to_sql(ty, out)
            }
            Value::Int(v) if *ty == Type::INT8 => v.to_sql(ty, out),
            Value::Bool(v) if *ty == Type::BOOL => v.to_sql(ty, out),
            Value::Real(v) if *ty == Type::FLOAT8 => v.to_sql(ty, out),
            Value::Bytes(v) if *ty == Type::BYTEA => v.as_slice().to_sql(ty, out),
            other => Err(format!("{other:?} given for {ty}: cast the argument").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// Clashes may be repeated, a lost connection may come back, everything else is a mistake of ours.
#[track_caller]
fn wrong(sql: &str, error: &tokio_postgres::Error) -> Error {
    use tokio_postgres::error::SqlState;
    let detail = format!("{} in {sql}", causes(error));
    match error.code() {
        Some(code)
            if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED =>
        {
            Error::busy(detail).retryable()
        }
        // Two acts that insert the same key at once: the second, run again, sees the first.
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => Error::internal(detail).retryable(),
        // Too many callers, a lock that did not come, an engine that ends or was told to stop.
        Some(code) if ["53", "55", "57"].iter().any(|class| code.code().starts_with(class)) => {
            Error::busy(detail)
        }
        None => Error::busy(detail),
        _ => Error::internal(detail),
    }
}
