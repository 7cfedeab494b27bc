//! A snapshot that stays open from one reading to the next: what one request reads is all of one moment.

use crate::ctx::Ctx;
use std::sync::Arc;

use crate::db::foresight::{Beforehand, Foresight};
use crate::db::known::Known;
use crate::db::tx::{Conn, Mode, Tx};
use crate::db::{Db, Engine, postgres, sqlite};
use crate::error::Result;

/// An open snapshot; its connection goes back when it is dropped.
pub(crate) struct Snapshot {
    db: Db,
    held: Option<Held>,
    known: Known,
    expected: Option<Expected>,
}

/// What was known before a reading whose questions were foreseen, and how much had been asked by then.
struct Expected {
    foresight: Arc<Foresight>,
    before: Beforehand,
    from: usize,
}

enum Held {
    Sqlite(sqlite::Link),
    Postgres(postgres::PgConn),
}

impl Snapshot {
    pub(super) fn open(db: &Db) -> Result<Snapshot> {
        let held = match &db.0.engine {
            Engine::Sqlite(engine) => Held::Sqlite(engine.begin_reading()?),
            Engine::Postgres(engine) => Held::Postgres(engine.begin_reading()?),
        };
        Ok(Snapshot { db: db.clone(), held: Some(held), known: Known::default(), expected: None })
    }

    /// Whether each question costs a message there and back.
    pub(crate) fn is_distant(&self) -> bool {
        matches!(self.held, Some(Held::Postgres(_)))
    }

    /// Reads ahead, with the next question, what a reading of this kind will ask one by one.
    pub(crate) fn foresee(&mut self, ctx: &Ctx, before: Beforehand) {
        if self.expected.as_ref().is_some_and(|expected| expected.before == before) {
            return;
        }
        self.learn();
        let foresight = ctx.shelf.of::<Foresight>();
        self.known.ahead = foresight.guess(&before);
        self.expected = Some(Expected { foresight, before, from: self.known.answers().len() });
    }

    fn learn(&mut self) {
        if let Some(Expected { foresight, before, from }) = self.expected.take() {
            foresight.learn(&before, self.known.answers().get(from..).unwrap_or_default());
        }
    }

    /// Reads in it. After an error it is of no more use: one engine answers nothing further.
    pub(crate) fn read<T>(&mut self, ctx: &Ctx, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        let conn = match self.held.as_mut() {
            Some(Held::Sqlite(conn)) => Conn::Sqlite(conn),
            Some(Held::Postgres(conn)) => Conn::Postgres(conn.into()),
            None => return Err(crate::Error::internal("the snapshot is over")),
        };
        let tx = Tx::new(conn, ctx, Mode::Read, &self.db.0.tables);
        tx.known.replace(std::mem::take(&mut self.known));
        let result = f(&tx);
        self.known = tx.known.take();
        result
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.learn();
        match (self.held.take(), &self.db.0.engine) {
            (Some(Held::Sqlite(conn)), Engine::Sqlite(engine)) => engine.end_reading(conn),
            (Some(Held::Postgres(conn)), Engine::Postgres(engine)) => engine.end_reading(conn),
            _ => {}
        }
    }
}
