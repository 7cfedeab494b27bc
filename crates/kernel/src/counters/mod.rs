//! Maintained counts: acts append deltas, the worker folds them; a count is what is folded plus what is not yet.
//!
//! What is folded is kept in memory by each process ([`memory`]), so that a page which counts ten queues reads the few
//! changes that are not folded, and nothing else.

mod ask;
mod memory;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use ask::Ask;

use crate::args;
use crate::db::{Db, Row, Tx, standing};
use crate::error::{Error, Result};
use crate::id::Named;

/// Keys of a count at most.
pub const DEPTH: usize = 8;

/// The keys of one count; empty where a key is unused or the subject has none.
pub type Keys<'a> = [&'a str; DEPTH];

/// A change of a count that is not folded yet.
struct Delta;
impl Named for Delta {
    const PREFIX: &'static str = "cnt";
}

/// What is counted of the rows of a table, and by which of its columns, in the order of the keys. A flag stands as `1` or
/// `0`, an empty column as nothing. Every act that changes a row leaves a change of its count, if only by zero: what is kept
/// of other questions about the rows holds until then.
#[derive(Debug, PartialEq, Eq)]
pub struct Tally {
    /// Its name among the counts.
    pub name: &'static str,
    /// The columns, [`DEPTH`] at most.
    pub columns: &'static [&'static str],
}

/// Which count: its name and keys of the *subject*, never of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count<'a> {
    /// What is counted.
    pub name: &'a str,
    /// Its keys.
    pub keys: Keys<'a>,
}

/// What a snapshot holds beside what is folded, by the name of the count: how often was folded, and the changes that are not.
#[derive(Debug, Default)]
pub(crate) struct Unfolded {
    folds: BTreeMap<String, i64>,
    changes: BTreeMap<String, Vec<([String; DEPTH], i64)>>,
}

impl Unfolded {
    fn folds(&self, name: &str) -> i64 {
        self.folds.get(name).copied().unwrap_or_default()
    }

    fn changes(&self, name: &str) -> &[([String; DEPTH], i64)] {
        self.changes.get(name).map_or(&[], Vec::as_slice)
    }
}

/// In the order of the key: PostgreSQL then walks the index and marks what was folded as gone. Without an order it looks at every
/// row folded since the last vacuum, on each page that counts something.
const UNFOLDED: &str = "SELECT FALSE AS folded, name, k1, k2, k3, k4, k5, k6, k7, k8, n FROM ( \
     SELECT name, k1, k2, k3, k4, k5, k6, k7, k8, delta AS n FROM counter_deltas ORDER BY name, id) fresh \
     UNION ALL SELECT TRUE, name, '', '', '', '', '', '', '', '', folds FROM counter_folds";

/// Tells two states of counted rows apart: how often their counts were folded, and how many changes are not.
pub(crate) type Stamp = (i64, usize);

impl Tx<'_> {
    /// What stamps the rows of a tally as this transaction sees them.
    pub(crate) fn stamp(&self, tally: &'static Tally) -> Result<Stamp> {
        let unfolded = self.unfolded()?;
        Ok((unfolded.folds(tally.name), unfolded.changes(tally.name).len()))
    }

    /// Which turn of the standing tables this transaction sees; none before the city has any. Where counts are read anyway, it
    /// costs no question of its own.
    pub(crate) fn turn(&self) -> Result<Option<i64>> {
        if self.knows(UNFOLDED) {
            return Ok(self.unfolded()?.folds.get(standing::TURN).copied());
        }
        let turn = self.one("SELECT folds FROM counter_folds WHERE name = $1", args![standing::TURN])?;
        turn.map(|row| row.get("folds")).transpose()
    }

    /// Changes a count in the transaction of the act.
    pub fn count(&self, count: Count, delta: i64) -> Result<()> {
        self.count_all(&[(count, delta)])
    }

    /// Changes many counts in the transaction of their acts.
    pub fn count_all(&self, changes: &[(Count, i64)]) -> Result<()> {
        let row = |(count, delta): &(Count, i64)| {
            let [k1, k2, k3, k4, k5, k6, k7, k8] = count.keys;
            args![count.name, &self.ctx().id::<Delta>(), k1, k2, k3, k4, k5, k6, k7, k8, *delta].to_vec()
        };
        let columns = ["name", "id", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "delta"];
        let rows: Vec<_> = changes.iter().map(row).collect();
        self.insert_many("counter_deltas", &columns, &rows)
    }

    /// How many rows of a tally fit, exactly, as this transaction sees them.
    pub fn tally(&self, tally: &'static Tally, ask: &Ask) -> Result<i64> {
        let unfolded = self.unfolded()?;
        let fits = |keys: &[String; DEPTH]| ask.fits(&|place| keys[place].as_str());
        let fresh: i64 =
            unfolded.changes(tally.name).iter().filter(|(keys, _)| fits(keys)).map(|(_, n)| n).sum();
        // What an act has not committed may be undone; only what a snapshot shows goes into the memory of the process.
        let kept = if self.is_reading() {
            memory::folded(self, tally, unfolded.folds(tally.name), ask)?
        } else {
            None
        };
        let folded = match kept {
            Some(folded) => folded,
            None => self.folded(tally.name)?.iter().filter(|(keys, _)| fits(keys)).map(|(_, n)| n).sum(),
        };
        Ok(folded + fresh)
    }

    /// Every count of a name with its keys, exactly: for whoever compares counts with rows.
    pub fn counts(&self, name: &str) -> Result<Vec<([String; DEPTH], i64)>> {
        let mut sums = BTreeMap::<[String; DEPTH], i64>::new();
        let fresh = self.read_unfolded()?.changes.remove(name).unwrap_or_default();
        for (keys, n) in self.folded(name)?.into_iter().chain(fresh) {
            *sums.entry(keys).or_default() += n;
        }
        Ok(sums.into_iter().filter(|(_, n)| *n != 0).collect())
    }

    fn folded(&self, name: &str) -> Result<Vec<([String; DEPTH], i64)>> {
        let sql = "SELECT k1, k2, k3, k4, k5, k6, k7, k8, n FROM counters WHERE name = $1";
        self.query(sql, args![name])?.into_iter().map(read).collect()
    }

    /// What is not folded; a snapshot is asked once, however many counts a page shows.
    fn unfolded(&self) -> Result<Arc<Unfolded>> {
        if !self.is_reading() {
            return Ok(Arc::new(self.read_unfolded()?));
        }
        if let Some(known) = &self.known.borrow().unfolded {
            return Ok(known.clone());
        }
        let fresh = Arc::new(self.read_unfolded()?);
        self.known.borrow_mut().unfolded = Some(fresh.clone());
        Ok(fresh)
    }

    fn read_unfolded(&self) -> Result<Unfolded> {
        let mut unfolded = Unfolded::default();
        for mut row in self.query(UNFOLDED, args![])? {
            let (folded, name) = (row.get("folded")?, row.take("name")?);
            if folded {
                unfolded.folds.insert(name, row.get("n")?);
            } else {
                unfolded.changes.entry(name).or_default().push(read(row)?);
            }
        }
        Ok(unfolded)
    }
}

fn read(mut row: Row) -> Result<([String; DEPTH], i64)> {
    let keys = [
        row.take("k1")?,
        row.take("k2")?,
        row.take("k3")?,
        row.take("k4")?,
        row.take("k5")?,
        row.take("k6")?,
        row.take("k7")?,
        row.take("k8")?,
    ];
    Ok((keys, row.take("n")?))
}

/// Folds up to 2,000 deltas; answers how many. Only one folder runs at a time (it holds a lease).
pub fn fold(db: &Db, ctx: &crate::ctx::Ctx) -> Result<usize> {
    db.keep(ctx, |tx| {
        let rows = tx.query(
            "SELECT name, id, k1, k2, k3, k4, k5, k6, k7, k8, delta AS n FROM counter_deltas \
             ORDER BY name, id LIMIT 2000",
            args![],
        )?;
        let folded = rows.len();
        let mut sums = BTreeMap::<(String, [String; DEPTH]), i64>::new();
        for row in rows {
            let (name, id) = (row.get::<String>("name")?, row.get::<String>("id")?);
            // A lease can run out while its holder is slow: what another folded meanwhile is not counted again.
            if tx.exec("DELETE FROM counter_deltas WHERE name = $1 AND id = $2", args![&name, id])? == 0 {
                return Err(Error::busy("another process folds the same counts"));
            }
            let (keys, n) = read(row)?;
            *sums.entry((name, keys)).or_default() += n;
        }
        let mut turn = (String::new(), 0);
        for ((name, [k1, k2, k3, k4, k5, k6, k7, k8]), n) in sums {
            if turn.0 != name {
                turn = (name.clone(), begin_fold(tx, &name)?);
            }
            tx.exec(
                "INSERT INTO counters (name, k1, k2, k3, k4, k5, k6, k7, k8, n, fold) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                 ON CONFLICT (name, k1, k2, k3, k4, k5, k6, k7, k8) \
                 DO UPDATE SET n = counters.n + excluded.n, fold = excluded.fold",
                args![name, k1, k2, k3, k4, k5, k6, k7, k8, n, turn.1],
            )?;
        }
        Ok(folded)
    })
}

/// Numbers a fold; once in a while forgets the counts that came to nothing long before any memory reads from.
fn begin_fold(tx: &Tx, name: &str) -> Result<i64> {
    let row = tx.one(
        "INSERT INTO counter_folds (name, folds) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET folds = counter_folds.folds + 1 RETURNING folds",
        args![name],
    )?;
    let folds: i64 = row.ok_or_else(|| Error::internal("a fold got no number"))?.get("folds")?;
    if folds % memory::REACH == 0 {
        tx.exec(
            "DELETE FROM counters WHERE name = $1 AND fold < $2 AND n = 0",
            args![name, folds - memory::REACH],
        )?;
    }
    Ok(folds)
}
