//! A transaction: the only way to the rows, and the keeper of "no change without a record".

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::ctx::Ctx;
use crate::db::known::{Known, Question};
use crate::db::postgres::PgConn;
use crate::db::value::{Row, Value};
use crate::db::{Keeping, Tables, postgres, sql, sqlite, standing};
use crate::error::{Error, Result};

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads a snapshot.
    Read,
    /// An act: changes recorded tables and must leave a record.
    Act,
    /// Housekeeping: touches plain tables only (sessions, leases, cursors).
    Keep,
    /// Gives committed journal entries their position; touches nothing else.
    Order,
}

pub(super) enum Conn<'a> {
    Sqlite(&'a sqlite::Link),
    Postgres(RefCell<&'a mut PgConn>),
}

/// The statements that ask a table for names; both select `id, name`.
#[derive(Debug)]
pub struct Names {
    /// `WHERE id = $1`.
    pub one: &'static str,
    /// `WHERE id IN ($1, …, $8)`.
    pub many: &'static str,
}

/// A running transaction; acts and finders take it as their first argument.
pub struct Tx<'a> {
    conn: Conn<'a>,
    ctx: &'a Ctx,
    mode: Mode,
    tables: &'a Tables,
    wrote: RefCell<Option<String>>,
    /// Whether it changed what stands otherwise.
    moved: Cell<bool>,
    records: Cell<u32>,
    /// Lines for the security log, once what was done is saved: event, subject, login.
    notes: RefCell<Vec<[String; 3]>>,
    position: Cell<Option<i64>>,
    /// Whether an act asks for no name twice.
    remembers: Cell<bool>,
    /// What this snapshot has read already; stays empty in an act.
    pub(crate) known: RefCell<Known>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: Conn<'a>, ctx: &'a Ctx, mode: Mode, tables: &'a Tables) -> Tx<'a> {
        let (wrote, records) = (RefCell::new(None), Cell::new(0));
        let (moved, position, known) = (Cell::new(false), Cell::new(None), RefCell::default());
        let remembers = Cell::new(mode == Mode::Read);
        let notes = RefCell::default();
        Tx { conn, ctx, mode, tables, wrote, moved, records, notes, position, remembers, known }
    }

    /// Who acts, when, by which request.
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// Real time by the one clock that all who share the database share (UTC milliseconds).
    pub fn real_now(&self) -> Result<i64> {
        match &self.conn {
            Conn::Sqlite(_) => Ok(crate::clock::machine_now()),
            Conn::Postgres(conn) => postgres::real_now(&mut conn.borrow_mut()),
        }
    }

    /// Runs a reading statement (or one that returns rows) and gives all of its rows.
    #[track_caller]
    pub fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        self.guard(sql)?;
        let conn = match &self.conn {
            Conn::Sqlite(conn) => return sqlite::query(conn, sql, args),
            Conn::Postgres(conn) => conn,
        };
        // A snapshot answers the same question always the same, and here each costs a message there and back. The embedded
        // engine answers as fast as the memory.
        if let Some(rows) = self.known.borrow_mut().answer(sql, args) {
            return Ok(rows);
        }
        if !self.is_reading() {
            return postgres::query(&mut conn.borrow_mut(), sql, args);
        }
        let asked = standing::asked(self, self.tables, sql, args)?;
        if let Some(rows) = asked.as_ref().and_then(|asked| standing::kept(self, asked)) {
            return Ok(rows);
        }
        let rows = self.ask(&mut conn.borrow_mut(), sql, args)?;
        match asked {
            Some(asked) => standing::keep(self, asked, &rows),
            None => self.known.borrow_mut().keep(sql, args, &rows),
        }
        Ok(rows)
    }

    /// Asks, and with the question all that was foreseen, in one message.
    fn ask(&self, conn: &mut PgConn, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let mut questions = std::mem::take(&mut self.known.borrow_mut().ahead);
        if questions.is_empty() {
            return postgres::query(conn, sql, args);
        }
        questions.retain(|question| *question.sql != *sql || question.args != args);
        questions.insert(0, Question { sql: sql.into(), args: args.to_vec() });
        let mut answers = postgres::query_all(conn, questions)?.into_iter();
        let asked = answers.next().map(|(_, rows)| rows).unwrap_or_default();
        answers.for_each(|(question, rows)| self.known.borrow_mut().foresee(question, rows));
        Ok(asked)
    }

    /// Whether a question without arguments was answered or foreseen in this snapshot.
    pub(crate) fn knows(&self, sql: &str) -> bool {
        self.known.borrow().answers().iter().any(|known| *known.question.sql == *sql)
    }

    /// The first row of an answer, if there is one.
    #[track_caller]
    pub fn one(&self, sql: &str, args: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, args)?.into_iter().next())
    }

    /// A single number: a count or a sum.
    #[track_caller]
    pub fn number(&self, sql: &str, args: &[Value]) -> Result<i64> {
        let row = self.one(sql, args)?.ok_or_else(|| Error::internal("a count gave no row"))?;
        match row.values.first() {
            Some(Value::Int(n)) => Ok(*n),
            other => Err(Error::internal(format!("a count gave {other:?}"))),
        }
    }

    /// Runs a writing statement; answers how many rows it changed.
    #[track_caller]
    pub fn exec(&self, sql: &str, args: &[Value]) -> Result<u64> {
        self.guard(sql)?;
        match &self.conn {
            Conn::Sqlite(conn) => sqlite::exec(conn, sql, args),
            Conn::Postgres(conn) => postgres::exec(&mut conn.borrow_mut(), sql, args),
        }
    }

    /// From now on an act asks for no name twice, as a snapshot does; it changes none until it says so here again.
    pub fn remember_names(&self, remembers: bool) {
        self.remembers.set(remembers || self.is_reading());
        if !self.remembers.get() {
            self.known.borrow_mut().names.clear();
        }
    }

    /// Names by ids for a list. A snapshot asks for none twice, so a page that first asks for all that its rows name reads
    /// them one by one for nothing.
    #[track_caller]
    pub fn names(&self, of: &'static Names, ids: &[String]) -> Result<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        let mut missing: Vec<&String> = Vec::new();
        for id in ids {
            match self.known.borrow().names.get(&(of.many, id.clone())) {
                Some(Some(name)) => drop(found.insert(id.clone(), name.clone())),
                Some(None) => {}
                None => missing.push(id),
            }
        }
        for chunk in missing.chunks(8) {
            let rows = match chunk {
                [one] => self.query(of.one, &[Value::from(*one)])?,
                _ => {
                    // A short chunk repeats its first id, so that there is one statement only.
                    let padded = (0..8).filter_map(|n| chunk.get(n).or(chunk.first()));
                    self.query(of.many, &padded.map(|id| Value::from(*id)).collect::<Vec<_>>())?
                }
            };
            for row in rows {
                found.insert(row.get("id")?, row.get("name")?);
            }
        }
        if self.remembers.get() {
            let fresh = missing.into_iter().map(|id| ((of.many, id.clone()), found.get(id).cloned()));
            self.known.borrow_mut().names.extend(fresh);
        }
        Ok(found)
    }

    /// One of them; the id itself where there is none.
    #[track_caller]
    pub fn name(&self, of: &'static Names, id: &str) -> Result<String> {
        let key = (of.many, id.to_owned());
        if let Some(known) = self.known.borrow().names.get(&key) {
            return Ok(known.clone().unwrap_or(key.1));
        }
        let row = self.one(of.one, &[Value::from(id)])?;
        let name: Option<String> = row.map(|row| row.get("name")).transpose()?;
        if self.remembers.get() {
            self.known.borrow_mut().names.insert(key, name.clone());
        }
        Ok(name.unwrap_or_else(|| id.to_owned()))
    }

    /// Inserts many rows at once; the one way for bulk work on both engines.
    #[track_caller]
    pub fn insert_many(&self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Result<()> {
        // A statement takes at most 65,535 arguments; 200 rows keep its text small.
        let step = (30_000 / columns.len().max(1)).clamp(1, 200);
        for chunk in rows.chunks(step) {
            let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
            let mut args = Vec::with_capacity(chunk.len() * columns.len());
            for (nth, row) in chunk.iter().enumerate() {
                if row.len() != columns.len() {
                    return Err(Error::internal(format!(
                        "{} values for {} columns",
                        row.len(),
                        columns.len()
                    )));
                }
                let holders: Vec<String> =
                    (1..=columns.len()).map(|k| format!("${}", nth * columns.len() + k)).collect();
                sql.push_str(if nth == 0 { "(" } else { ", (" });
                sql.push_str(&holders.join(", "));
                sql.push(')');
                args.extend(row.iter().cloned());
            }
            self.exec(&sql, &args)?;
        }
        Ok(())
    }

    /// Makes two acts that decide on the same set of rows (the links of an association, the posts of a person) clash,
    /// so that the second sees what the first did: both touch the row that the set belongs to.
    #[track_caller]
    pub fn claim(&self, table: &str, id: &str) -> Result<()> {
        let moved = self.moved.get();
        let claimed =
            self.exec(&format!("UPDATE {table} SET version = version WHERE id = $1"), &[id.into()])?;
        self.moved.set(moved);
        match claimed {
            0 => Err(Error::missing()),
            _ => Ok(()),
        }
    }

    /// Whether this transaction runs on the embedded engine: there the journal gets its position at once.
    pub fn is_embedded(&self) -> bool {
        matches!(self.conn, Conn::Sqlite(_))
    }

    /// Whether this is a snapshot that nothing changes while it is read.
    pub(crate) fn is_reading(&self) -> bool {
        self.mode == Mode::Read
    }

    pub(crate) fn set_position(&self, last: i64) {
        self.position.set(Some(last));
    }

    pub(crate) fn position(&self) -> Option<i64> {
        self.position.get()
    }

    pub(crate) fn count_record(&self) {
        self.records.set(self.records.get() + 1);
    }

    pub(crate) fn note(&self, event: &str, subject: &str, login: &str) {
        self.notes.borrow_mut().push([event, subject, login].map(str::to_owned));
    }

    pub(super) fn take_notes(&self) -> Vec<[String; 3]> {
        self.notes.take()
    }

    /// Refuses a change that this kind of transaction may not make.
    #[track_caller]
    fn guard(&self, sql: &str) -> Result<()> {
        let Some(table) = sql::written_table(sql) else { return Ok(()) };
        match (self.mode, self.tables.get(table)) {
            (Mode::Read, _) => Err(Error::internal(format!("a read may not write {table}"))),
            (_, None) => Err(Error::internal(format!("table {table} is declared in no migration"))),
            (_, Some(Keeping::Plain)) => Ok(()),
            (Mode::Order, Some(_)) if table == "journal" => Ok(()),
            (Mode::Keep | Mode::Order, Some(_)) => {
                Err(Error::internal(format!("{table} is recorded: change it in an act")))
            }
            (Mode::Act, Some(keeping)) => {
                self.moved.set(self.moved.get() || *keeping == Keeping::Standing);
                self.wrote.borrow_mut().get_or_insert_with(|| table.to_owned());
                Ok(())
            }
        }
    }

    /// What an act does last: no recorded change without a record, and whoever keeps in memory what stands learns of a change.
    pub(super) fn end_act(&self) -> Result<()> {
        self.check_recorded()?;
        if self.moved.get() && !self.is_embedded() { standing::turn(self) } else { Ok(()) }
    }

    fn check_recorded(&self) -> Result<()> {
        match self.wrote.borrow().as_deref() {
            Some(table) if self.records.get() == 0 => {
                Err(Error::internal(format!("{table} was changed without a journal record")))
            }
            _ => Ok(()),
        }
    }
}
