//! Followers: what is built from the journal afterwards, each with its own cursor; killed, they resume.

use crate::args;
use crate::ctx::Ctx;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::journal::{COLUMNS, Kept};

/// Something that reads every entry of the journal once, in order.
pub struct Follower {
    /// Name of its cursor.
    pub name: &'static str,
    /// Takes entries into account; touches plain tables only and runs in the transaction that moves the cursor.
    pub take: fn(&Tx, &[Kept]) -> Result<()>,
}

/// Entries a follower takes in one transaction.
const STEP: i64 = 200;

/// Lets a follower take the next entries; answers how many there were.
pub fn step(db: &Db, ctx: &Ctx, follower: &Follower) -> Result<usize> {
    db.keep(ctx, |tx| {
        let row = tx.one("SELECT position FROM followers WHERE name = $1", args![follower.name])?;
        let cursor: i64 = row.map(|r| r.get("position")).transpose()?.unwrap_or(0);
        let entries = entries_after(tx, cursor)?;
        let Some(last) = entries.last().and_then(|e| e.position) else { return Ok(0) };
        (follower.take)(tx, &entries)?;
        // The guard on the old cursor keeps two workers from counting an entry twice.
        let moved = tx.exec(
            "INSERT INTO followers (name, position) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE followers.position = $3",
            args![follower.name, last, cursor],
        )?;
        if moved == 0 {
            return Err(crate::error::Error::busy("another worker moved this cursor"));
        }
        Ok(entries.len())
    })
}

/// The next entries after a position, for what is kept in memory and has its cursor there.
pub fn entries_after(tx: &Tx, position: i64) -> Result<Vec<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE position > $1 ORDER BY position LIMIT $2");
    tx.query(&sql, args![position, STEP])?.iter().map(Kept::read).collect()
}

/// The position of the last entry; 0 where there is none.
pub fn last_position(tx: &Tx) -> Result<i64> {
    tx.number("SELECT COALESCE(MAX(position), 0) FROM journal", args![])
}

/// How many entries a follower has not taken yet.
pub fn behind(tx: &Tx, name: &str) -> Result<i64> {
    tx.number(
        "SELECT COALESCE((SELECT MAX(position) FROM journal), 0) - \
         COALESCE((SELECT position FROM followers WHERE name = $1), 0)",
        args![name],
    )
}
