//! Signing in and out, and who stands behind a cookie or a token.

use huitong_kernel::clock::machine_now;
use huitong_kernel::ctx::{Actor, OfficeKind};
use huitong_kernel::http::{SessionInfo, SignedIn};
use huitong_kernel::journal::Record;
use huitong_kernel::{Ctx, Db, Error, OrMissing, Result, Tx};

use super::super::model::{Account, Session, SessionId, UserId};
use super::super::passwords;
use super::super::rules;
use super::super::store::sessions::Bearer;
use super::super::store::{accounts, posts, sessions, tokens, tries as tries_of};
use super::tries::{self, Origin, Tried};
use super::{digest, secret};

/// A try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// As typed.
    pub login: &'a str,
    /// As typed.
    pub password: &'a str,
    /// Where it comes from.
    pub from: Origin,
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
    let tried =
        login.as_deref().map_or(Ok(Vec::new()), |login| tries::spend(db, ctx, login, attempt.from))?;
    let (account, stored) = db.read(ctx, |tx| {
        let account = login.as_deref().map_or(Ok(None), |login| known_at(tx, login, attempt.from))?;
        let stored = account.as_ref().map_or(Ok(None), |a| accounts::password_of(tx, &a.id))?;
        Ok((account, stored))
    })?;
    let fits = passwords::verify(attempt.password, stored.as_deref())?;
    match (account, login) {
        (Some(account), _) if fits => open(db, ctx, account, stored.as_deref(), &tried, attempt.from),
        (account, Some(login)) => Err(tries::wrong(db, ctx, &login, &tried, account.as_ref())?),
        (_, None) => Err(tries::not_right(rules::HERE.after - 1)),
    }
}

/// The account that a login opens at a door. Who holds posts in units alone has nothing to do at the public one and is
/// unknown there, so that nobody outside can try an official's password.
fn known_at(tx: &Tx, login: &str, from: Origin) -> Result<Option<Account>> {
    let Some(account) = accounts::by_login(tx, login)?.filter(Account::is_active) else { return Ok(None) };
    let held = posts::in_force(tx, std::slice::from_ref(&account.id), tx.ctx().today())?;
    let official = !held.is_empty() && held.iter().all(|post| post.office.kind == OfficeKind::Unit);
    Ok(Some(account).filter(|_| !(from.is_public() && official)))
}

fn open(
    db: &Db,
    ctx: &Ctx,
    account: Account,
    stored: Option<&str>,
    tried: &[Tried],
    from: Origin,
) -> Result<Opened> {
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
        address: from.address.to_string(),
    };
    db.write(&ctx.acting_as(actor), |tx| {
        // What was proved above must still hold: nobody disabled the account or changed the password meanwhile.
        let still = accounts::find(tx, &account.id)?.is_some_and(|a| a.is_active());
        if !still || accounts::password_of(tx, &account.id)?.as_deref() != stored {
            return Err(Error::unmet("账户刚刚被更改，请重新登录"));
        }
        sessions::insert(tx, &digest(&cookie), &account.id, &csrf, &session)?;
        tries::clear(tx, &account.login, tried)?;
        tries_of::know(tx, &account.id, &from.network(), real)?;
        tx.record(
            Record::new("session.sign_in", session.id.as_str())
                .fact("user", account.id.as_str())
                .fact("address", session.address.as_str())
                .guarded(&account.login),
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
    let found = sessions::holder(tx, &digest(cookie), real, ctx.today())?;
    Ok(found.map(|found| signed_in(found, real, rules::SEEN_STEP)))
}

/// Who holds this API token, likewise.
pub fn bearer(tx: &Tx, ctx: &Ctx, token: &str) -> Result<Option<SignedIn>> {
    let real = machine_now();
    let found = sessions::token_holder(tx, &digest(token), real, ctx.today())?;
    Ok(found.map(|found| signed_in(found, real, rules::TOKEN_STEP)))
}

fn signed_in(found: Bearer, real: i64, step: i64) -> SignedIn {
    let touch = found.seen_at <= real - step;
    SignedIn { actor: found.actor, session: SessionInfo { id: found.id, csrf: found.csrf }, touch }
}

/// Notes that a session or token is in use.
pub fn touch(tx: &Tx, _ctx: &Ctx, session: &SessionInfo) -> Result<()> {
    match session.csrf.is_empty() {
        true => tokens::used(tx, &session.id, machine_now()),
        false => sessions::seen(tx, &session.id, machine_now()),
    }
}

/// Forgets what is over: sessions, links, wrong passwords; housekeeping calls it in `keep`.
pub fn sweep(tx: &Tx) -> Result<u64> {
    let real = machine_now();
    Ok(sessions::sweep(tx, real)? + tries_of::sweep(tx, real)?)
}
