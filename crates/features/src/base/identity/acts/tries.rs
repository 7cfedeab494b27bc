//! Wrong passwords: counted where they come from, so that a stranger locks out nobody but himself.
//!
//! A login is locked for the network that the wrong passwords came from, and nowhere else. Who guesses from many networks
//! meets a second, wider count, which never stops a network that the account has signed in from before. Tries at the public
//! door are counted apart from those at the inner one.

use std::net::IpAddr;

use huitong_kernel::clock::machine_now;
use huitong_kernel::error::Kind;
use huitong_kernel::http::{Listener, neighbourhood};
use huitong_kernel::journal::Record;
use huitong_kernel::{Ctx, Db, Error, OrMissing, Result, Tx, security};

use super::super::model::{Account, UserId};
use super::super::rules::{self, Meter};
use super::super::store::{accounts, tries};
use super::city_right;

/// Where somebody comes from who tries a password.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Address of the caller.
    pub address: IpAddr,
    /// By which door.
    pub listener: Listener,
}

impl Origin {
    /// Whether it is the door of the public, where posts in units count for nothing.
    pub(super) fn is_public(&self) -> bool {
        self.listener == Listener::Public
    }

    /// The network at its door.
    pub(super) fn network(&self) -> String {
        self.at_door(&neighbourhood(self.address).to_string())
    }

    fn at_door(&self, place: &str) -> String {
        if self.is_public() { format!("public {place}") } else { place.to_owned() }
    }
}

/// A try that was counted at a place.
#[derive(Clone)]
pub(super) struct Tried {
    place: String,
    meter: &'static Meter,
    number: i64,
    locked_until: Option<i64>,
}

impl Tried {
    fn count(tx: &Tx, login: &str, place: String, meter: &'static Meter, real: i64) -> Result<Tried> {
        let tries::Count { number, locked_until } = tries::count(tx, login, &place, meter, real)?;
        Ok(Tried { place, meter, number, locked_until })
    }

    /// How many more may be wrong.
    fn left(&self) -> i64 {
        self.meter.after - self.number
    }

    /// For how long the password is not looked at; tries that overtook the one which will lock the login wait, too.
    fn waits(&self, real: i64) -> Option<i64> {
        self.locked_until.map(|until| until - real).or_else(|| (self.left() < 0).then_some(rules::LOCK_TIME))
    }
}

/// Counts one try at a login before its password is looked at; refuses where it is locked.
pub(super) fn spend(db: &Db, ctx: &Ctx, login: &str, from: Origin) -> Result<Vec<Tried>> {
    counted(db, ctx, login, |tx, real| {
        let here = Tried::count(tx, login, from.network(), &rules::HERE, real)?;
        // What a network is refused is no try: else one alone could fill the count of all.
        if here.waits(real).is_some() || tries::is_known(tx, login, &here.place)? {
            return Ok(vec![here]);
        }
        let everywhere = Tried::count(tx, login, from.at_door("everywhere"), &rules::EVERYWHERE, real)?;
        Ok(vec![here, everywhere])
    })
}

/// The same for somebody who is signed in and is asked for the password once more.
pub(super) fn spend_own(db: &Db, ctx: &Ctx, login: &str) -> Result<Vec<Tried>> {
    let inside = || String::from("signed in");
    counted(db, ctx, login, |tx, real| Ok(vec![Tried::count(tx, login, inside(), &rules::HERE, real)?]))
}

fn counted(
    db: &Db,
    ctx: &Ctx,
    login: &str,
    count: impl Fn(&Tx, i64) -> Result<Vec<Tried>>,
) -> Result<Vec<Tried>> {
    let real = machine_now();
    let tried = db.keep(ctx, |tx| count(tx, real))?;
    let Some(ms) = tried.iter().find_map(|one| one.waits(real)) else { return Ok(tried) };
    security::note(ctx, "refused", "session.sign_in", login);
    Err(locked(ms))
}

fn locked(ms: i64) -> Error {
    let minutes = (ms + rules::MINUTE - 1) / rules::MINUTE;
    let seconds = u32::try_from(ms / 1000).unwrap_or(1).max(1);
    Error::too_many(seconds, format!("密码连续输错次数过多，已暂停登录，请 {minutes} 分钟后再试"))
}

/// What a wrong password comes to: the login is locked where no try is left. A lock is recorded of an account only
/// (`session.lock`), so that strangers cannot fill the journal; what was typed is not recorded, it may be a password.
pub(super) fn wrong(
    db: &Db,
    ctx: &Ctx,
    login: &str,
    tried: &[Tried],
    account: Option<&Account>,
) -> Result<Error> {
    security::note(ctx, "session.wrong", "-", login);
    let left = tried.iter().map(Tried::left).min().unwrap_or(rules::HERE.after - 1);
    if left > 0 {
        return Ok(not_right(left));
    }
    let until = machine_now() + rules::LOCK_TIME;
    let lock = |tx: &Tx| {
        let mut full = tried.iter().filter(|one| one.left() <= 0);
        full.try_for_each(|one| tries::lock(tx, login, &one.place, until))
    };
    match account {
        None => {
            db.keep(ctx, lock)?;
            security::note(ctx, "session.lock", "-", login);
        }
        Some(account) => db.write(ctx, |tx| {
            lock(tx)?;
            let minutes = rules::LOCK_TIME / rules::MINUTE;
            let entry = Record::new("session.lock", account.id.as_str()).fact("minutes", minutes);
            tx.record(entry.guarded(login)).map(drop)
        })?,
    }
    Ok(locked(rules::LOCK_TIME))
}

/// What is said of a wrong password, whether the login exists or not.
pub(super) fn not_right(left: i64) -> Error {
    let words = format!("用户名或密码不正确。再错 {left} 次，将暂停登录 30 分钟。");
    Error::new(Kind::Invalid, words)
}

/// A right password clears what was counted on the way to it.
pub(super) fn clear(tx: &Tx, login: &str, tried: &[Tried]) -> Result<()> {
    tried.iter().try_for_each(|one| tries::forget(tx, login, &one.place))
}

/// Opens a login that wrong passwords have locked, everywhere (`user.unlock`); answers at how many places it was locked.
pub fn unlock(tx: &Tx, user: &UserId) -> Result<i64> {
    let right = city_right(tx.ctx(), "user.unlock")?;
    let account = accounts::find(tx, user)?.or_missing()?;
    let locked = tries::forget_all(tx, &account.login, machine_now())?;
    let entry = Record::new("user.unlock", user.as_str()).in_post(right.first_post()).fact("locked", locked);
    tx.record(entry.guarded(&account.login))?;
    Ok(locked)
}
