//! Statements about wrong passwords, by login and place, and about the networks that people sign in from; in real time.

use huitong_kernel::{Error, Result, Tx, args};

use super::super::model::UserId;
use super::super::rules::{self, Meter};

/// What a try at a login came to at a place.
pub struct Count {
    /// The how many-th in a row this is.
    pub number: i64,
    /// Until when the login is locked there.
    pub locked_until: Option<i64>,
}

/// Counts a try before the password is looked at, so that many at once cannot try more often; one statement, so that
/// none is lost between two servers. A locked login is not counted further. What lies further ahead than a count or a lock
/// lasts was written by a clock that was wrong: the count is over, the lock is as long as one that begins now.
pub fn count(tx: &Tx, login: &str, place: &str, meter: &Meter, real: i64) -> Result<Count> {
    let row = tx.one(
        "INSERT INTO sign_in_tries (login, place, tries, counts_until, locked_until) VALUES ($1, $2, 1, $4, NULL) \
         ON CONFLICT (login, place) DO UPDATE SET \
         tries = CASE WHEN sign_in_tries.locked_until > $3 THEN sign_in_tries.tries \
           WHEN sign_in_tries.locked_until IS NOT NULL OR sign_in_tries.counts_until <= $3 \
             OR sign_in_tries.counts_until > $6 THEN 1 \
           ELSE sign_in_tries.tries + 1 END, \
         counts_until = $4, \
         locked_until = CASE WHEN sign_in_tries.locked_until > $5 THEN $5 \
           WHEN sign_in_tries.locked_until > $3 THEN sign_in_tries.locked_until END \
         RETURNING tries, locked_until",
        args![
            login,
            place,
            real,
            real + meter.window,
            real + rules::LOCK_TIME,
            real + meter.window + rules::CLOCK_SLACK
        ],
    )?;
    let row = row.ok_or_else(|| Error::internal("a try was not counted"))?;
    Ok(Count { number: row.get("tries")?, locked_until: row.get("locked_until")? })
}

/// Locks a login at a place.
pub fn lock(tx: &Tx, login: &str, place: &str, until: i64) -> Result<()> {
    tx.exec(
        "UPDATE sign_in_tries SET locked_until = $3 WHERE login = $1 AND place = $2",
        args![login, place, until],
    )?;
    Ok(())
}

/// Forgets the wrong passwords of a login at a place.
pub fn forget(tx: &Tx, login: &str, place: &str) -> Result<()> {
    tx.exec("DELETE FROM sign_in_tries WHERE login = $1 AND place = $2", args![login, place])?;
    Ok(())
}

/// Forgets the wrong passwords of a login everywhere; answers at how many places it was locked.
pub fn forget_all(tx: &Tx, login: &str, real: i64) -> Result<i64> {
    let locked = tx.number(
        "SELECT COUNT(*) FROM sign_in_tries WHERE login = $1 AND locked_until > $2",
        args![login, real],
    )?;
    tx.exec("DELETE FROM sign_in_tries WHERE login = $1", args![login])?;
    Ok(locked)
}

/// Whether the account of a login signed in from a network before.
pub fn is_known(tx: &Tx, login: &str, network: &str) -> Result<bool> {
    let found = tx.number(
        "SELECT COUNT(*) FROM known_networks k JOIN users u ON u.id = k.user_id WHERE u.login = $1 AND k.network = $2",
        args![login, network],
    )?;
    Ok(found > 0)
}

/// Notes that somebody signed in from a network.
pub fn know(tx: &Tx, user: &UserId, network: &str, real: i64) -> Result<()> {
    tx.exec(
        "INSERT INTO known_networks (user_id, network, seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, network) DO UPDATE SET seen_at = excluded.seen_at",
        args![user, network, real],
    )?;
    Ok(())
}

/// Forgets wrong passwords that count no more and networks of long ago.
pub fn sweep(tx: &Tx, real: i64) -> Result<u64> {
    let tries = tx.exec(
        "DELETE FROM sign_in_tries WHERE counts_until <= $1 OR counts_until > $2",
        args![real - rules::LOCK_TIME, real + rules::EVERYWHERE.window + rules::CLOCK_SLACK],
    )?;
    let networks =
        tx.exec("DELETE FROM known_networks WHERE seen_at <= $1", args![real - rules::NETWORK_LIFE])?;
    Ok(tries + networks)
}
