//! Maintained counts: acts append deltas, a follower folds them; a count is what is folded plus what is not yet.

use crate::args;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::id::Named;

/// A change of a count that is not folded yet.
struct Delta;
impl Named for Delta {
    const PREFIX: &'static str = "cnt";
}

/// Which count: its name and up to three keys of the *subject*, never of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count<'a> {
    /// What is counted.
    pub name: &'a str,
    /// Keys, coarse to fine; empty where unused.
    pub keys: [&'a str; 3],
}

impl Tx<'_> {
    /// Changes a count in the transaction of the act.
    pub fn count(&self, count: Count, delta: i64) -> Result<()> {
        self.count_all(&[(count, delta)])
    }

    /// Changes many counts in the transaction of their acts.
    pub fn count_all(&self, changes: &[(Count, i64)]) -> Result<()> {
        let row = |(count, delta): &(Count, i64)| {
            let [k1, k2, k3] = count.keys;
            args![&self.ctx().id::<Delta>(), count.name, k1, k2, k3, *delta].to_vec()
        };
        let rows: Vec<_> = changes.iter().map(row).collect();
        self.insert_many("counter_deltas", &["id", "name", "k1", "k2", "k3", "delta"], &rows)
    }

    /// All counts of a name under its first key, by the second and third.
    pub fn counts(&self, name: &str, k1: &str) -> Result<Vec<(String, String, i64)>> {
        let rows = self.query(
            "SELECT k2, k3, CAST(SUM(n) AS BIGINT) AS n FROM ( \
               SELECT k2, k3, n FROM counters WHERE name = $1 AND k1 = $2 \
               UNION ALL SELECT k2, k3, delta FROM counter_deltas WHERE name = $1 AND k1 = $2 \
             ) c GROUP BY k2, k3 ORDER BY k2, k3",
            args![name, k1],
        )?;
        rows.iter().map(|r| Ok((r.get("k2")?, r.get("k3")?, r.get("n")?))).collect()
    }

    /// The same over all first keys.
    pub fn counts_everywhere(&self, name: &str) -> Result<Vec<(String, String, i64)>> {
        let rows = self.query(
            "SELECT k2, k3, CAST(SUM(n) AS BIGINT) AS n FROM ( \
               SELECT k2, k3, n FROM counters WHERE name = $1 \
               UNION ALL SELECT k2, k3, delta FROM counter_deltas WHERE name = $1 \
             ) c GROUP BY k2, k3 ORDER BY k2, k3",
            args![name],
        )?;
        rows.iter().map(|r| Ok((r.get("k2")?, r.get("k3")?, r.get("n")?))).collect()
    }
}

/// Folds up to 2,000 deltas; answers how many. Only one folder runs at a time (it holds a lease).
pub fn fold(db: &Db, ctx: &crate::ctx::Ctx) -> Result<usize> {
    db.keep(ctx, |tx| {
        let rows = tx.query(
            "SELECT id, name, k1, k2, k3, delta FROM counter_deltas ORDER BY id LIMIT 2000",
            args![],
        )?;
        let mut sums = std::collections::BTreeMap::<[String; 4], i64>::new();
        for row in &rows {
            let key = [row.get("name")?, row.get("k1")?, row.get("k2")?, row.get("k3")?];
            *sums.entry(key).or_default() += row.get::<i64>("delta")?;
            // A lease can run out while its holder is slow: what another folded meanwhile is not counted again.
            if tx.exec("DELETE FROM counter_deltas WHERE id = $1", args![row.get::<String>("id")?])? == 0 {
                return Err(Error::busy("another process folds the same counts"));
            }
        }
        for ([name, k1, k2, k3], n) in sums {
            tx.exec(
                "INSERT INTO counters (name, k1, k2, k3, n) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (name, k1, k2, k3) DO UPDATE SET n = counters.n + excluded.n",
                args![name, k1, k2, k3, n],
            )?;
        }
        Ok(rows.len())
    })
}
