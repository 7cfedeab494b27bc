//! Signing in and out, and who stands behind a cookie or a token.

use huitong_kernel::clock::machine_now;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::http::{SessionInfo, SignedIn};
use huitong_kernel::journal::Record;
use huitong_kernel::{Ctx, Db, Error, OrMissing, Result, Tx};

use super::super::model::{Account, Session, SessionId, UserId};
use super::super::passwords;
use super::super::rules;
use super::super::store::sessions::Bearer;
use super::super::store::{accounts, sessions};
use super::{digest, secret};

/// A try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// As typed.
    pub login: &'a str,
    /// As typed.
    pub password: &'a str,
    /// Where it comes from.
    pub address: &'a str,
}

/// A session that was opened.
pub struct Opened {
    /// Value of the cookie; only its digest is kept.
    pub cookie: String,
    /// Who signed in.
    pub account: Account,
}

/// Signs somebody in (`session.sign_in`). Opens its own transactions, because hashing must not happen inside one. What is
/// said of a wrong try never depends on whether the login exists.
pub fn sign_in(db: &Db, ctx: &Ctx, attempt: Attempt) -> Result<Opened> {
    // What cannot be a login is handled like an unknown one, without being counted: its text may be a password.
    let login = rules::login(attempt.login).ok();
    let number = match &login {
        Some(login) => spend_try(db, ctx, login)?,
        None => 1,
    };
    let (account, stored) = db.read(ctx, |tx| {
        let account = login.as_deref().map_or(Ok(None), |login| accounts::by_login(tx, login))?;
        let account = account.filter(Account::is_active);
        let stored = account.as_ref().map_or(Ok(None), |a| accounts::password_of(tx, &a.id))?;
        Ok((account, stored))
    })?;
    let fits = passwords::verify(attempt.password, stored.as_deref())?;
    match account {
        Some(account) if fits => open(db, ctx, account, stored.as_deref(), attempt.address),
        other => {
            let left = rules::LOCK_AFTER - number;
            if let (Some(login), true) = (&login, left <= 0) {
                lock(db, ctx, login, other.as_ref())?;
                return Err(locked(rules::LOCK_TIME));
            }
            Err(Error::new(
                Kind::Invalid,
                format!("用户名或密码不正确。再错 {left} 次，将暂停登录 30 分钟。"),
            ))
        }
    }
}

/// Counts one try at a login before its password is looked at; refuses where it is locked.
pub(super) fn spend_try(db: &Db, ctx: &Ctx, login: &str) -> Result<i64> {
    let real = machine_now();
    let tried = db.keep(ctx, |tx| sessions::count_try(tx, login, real))?;
    match tried.locked_until {
        Some(until) => Err(locked(until - real)),
        // Tries that overtook the one which will lock the login.
        None if tried.number > rules::LOCK_AFTER => Err(locked(rules::LOCK_TIME)),
        None => Ok(tried.number),
    }
}

fn locked(ms: i64) -> Error {
    let minutes = (ms + rules::MINUTE - 1) / rules::MINUTE;
    let seconds = u32::try_from(ms / 1000).unwrap_or(1).max(1);
    Error::too_many(seconds, format!("密码连续输错次数过多，已暂停登录，请 {minutes} 分钟后再试"))
}

/// Locks a login and records it (`session.lock`); what was typed is not recorded, it may be a password.
fn lock(db: &Db, ctx: &Ctx, login: &str, account: Option<&Account>) -> Result<()> {
    let until = machine_now() + rules::LOCK_TIME;
    let subject = account.map_or("unknown", |a| a.id.as_str());
    db.write(ctx, |tx| {
        sessions::lock(tx, login, until)?;
        tx.record(Record::new("session.lock", subject).fact("minutes", rules::LOCK_TIME / rules::MINUTE))
    })?;
    Ok(())
}

fn open(db: &Db, ctx: &Ctx, account: Account, stored: Option<&str>, address: &str) -> Result<Opened> {
    let (cookie, csrf, real) = (secret(), secret(), machine_now());
    let actor = Actor::Person {
        user: account.id.clone(),
        login: account.login.clone(),
        name: account.name.clone(),
        posts: Vec::new(),
    };
    let session = Session {
        id: ctx.id(),
        created_at: real,
        seen_at: real,
        expires_at: real + rules::SESSION_LIFE,
        address: address.chars().take(64).collect(),
    };
    db.write(&ctx.acting_as(actor), |tx| {
        // What was proved above must still hold: nobody disabled the account or changed the password meanwhile.
        let still = accounts::find(tx, &account.id)?.is_some_and(|a| a.is_active());
        if !still || accounts::password_of(tx, &account.id)?.as_deref() != stored {
            return Err(Error::unmet("账户刚刚被更改，请重新登录"));
        }
        sessions::insert(tx, &digest(&cookie), &account.id, &csrf, &session)?;
        sessions::unlock(tx, &account.login)?;
        tx.record(
            Record::new("session.sign_in", session.id.as_str())
                .fact("user", account.id.as_str())
                .fact("address", session.address.as_str()),
        )
    })?;
    Ok(Opened { cookie, account })
}

/// Ends the session in hand (`session.sign_out`).
pub fn sign_out(tx: &Tx, session: &SessionId) -> Result<()> {
    let user = tx.ctx().user().ok_or_else(Error::sign_in)?;
    if sessions::end(tx, user, session)? {
        tx.record(Record::new("session.sign_out", session.as_str()).fact("user", user.as_str()))?;
    }
    Ok(())
}

/// Ends another of one's own sessions (`session.sign_out`).
pub fn end_session(tx: &Tx, session: &SessionId) -> Result<()> {
    let user = tx.ctx().user().ok_or_else(Error::sign_in)?;
    sessions::end(tx, user, session)?.then_some(()).or_missing()?;
    tx.record(
        Record::new("session.sign_out", session.as_str())
            .fact("user", user.as_str())
            .fact("from_elsewhere", true),
    )?;
    Ok(())
}

/// One's own sessions that are not over.
pub fn sessions_of(tx: &Tx, user: &UserId) -> Result<Vec<Session>> {
    sessions::of_user(tx, user, machine_now())
}

/// Who holds the session cookie with this value, with the posts in force today.
pub fn session(tx: &Tx, ctx: &Ctx, cookie: &str) -> Result<Option<SignedIn>> {
    let real = machine_now();
    Ok(sessions::holder(tx, &digest(cookie), real, ctx.today())?.map(|found| signed_in(found, real)))
}

/// Who holds this API token, likewise.
pub fn bearer(tx: &Tx, ctx: &Ctx, token: &str) -> Result<Option<SignedIn>> {
    let real = machine_now();
    let found = sessions::token_holder(tx, &digest(token), real, ctx.today())?;
    Ok(found.map(|found| SignedIn { touch: false, ..signed_in(found, real) }))
}

fn signed_in(found: Bearer, real: i64) -> SignedIn {
    let touch = found.seen_at <= real - rules::SEEN_STEP;
    SignedIn { actor: found.actor, session: SessionInfo { id: found.id, csrf: found.csrf }, touch }
}

/// Notes that a session is in use.
pub fn touch(tx: &Tx, _ctx: &Ctx, session: &SessionInfo) -> Result<()> {
    sessions::seen(tx, &session.id, machine_now())
}

/// Forgets what is over: sessions, links, wrong passwords; housekeeping calls it in `keep`.
pub fn sweep(tx: &Tx) -> Result<u64> {
    sessions::sweep(tx, machine_now())
}
