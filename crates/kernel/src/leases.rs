//! Leases: what only one process may do at a time, taken for a while and taken over when the holder is gone.

use crate::args;
use crate::clock::machine_now;
use crate::db::Tx;
use crate::error::Result;

/// Takes or renews a lease for `ms` of real time; answers whether it is ours.
pub fn take(tx: &Tx, name: &str, holder: &str, ms: i64) -> Result<bool> {
    let now = machine_now();
    let changed = tx.exec(
        "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
         WHERE leases.holder = excluded.holder OR leases.until < $4",
        args![name, holder, now + ms, now],
    )?;
    Ok(changed == 1)
}
