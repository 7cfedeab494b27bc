//! Leases: what only one process may do at a time, taken for a while and taken over when the holder is gone.

use crate::args;
use crate::db::Tx;
use crate::error::Result;

/// No lease runs longer than this (milliseconds): one that does was taken by a clock that was wrong, and is over.
pub(crate) const LONGEST: i64 = 30 * 60_000;

/// Takes or renews a lease for `ms` of the database's time; answers whether it is ours.
pub fn take(tx: &Tx, name: &str, holder: &str, ms: i64) -> Result<bool> {
    let now = tx.real_now()?;
    let changed = tx.exec(
        "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
         WHERE leases.holder = excluded.holder OR leases.until < $4 OR leases.until > $5",
        args![name, holder, now + ms, now, now + LONGEST],
    )?;
    Ok(changed == 1)
}
