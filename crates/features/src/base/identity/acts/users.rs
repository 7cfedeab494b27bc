//! Opening, closing and reopening accounts, and their passwords.

use huitong_kernel::clock::machine_now;
use huitong_kernel::error::FieldError;
use huitong_kernel::journal::Record;
use huitong_kernel::{Ctx, Db, Error, OrMissing, Result, Tx};
use serde_json::json;

use super::super::model::{Account, SessionId, UserId};
use super::super::passwords::{self, Hashed};
use super::super::rules;
use super::super::store::{accounts, posts, sessions, tokens, tries as tries_of};
use super::{NewPost, city_right, tries};

/// What is said of an account when it is opened.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// Name to sign in with.
    pub login: String,
    /// Name as shown to colleagues.
    pub name: String,
    /// Office telephone.
    pub phone: Option<String>,
    /// Password; without one nobody can sign in until one is set.
    pub password: Option<Hashed>,
    /// Whether a new password must be chosen first.
    pub must_change: bool,
    /// The first post.
    pub post: Option<NewPost>,
}

/// Opens an account (`user.add`), with its first post (`post.grant`) where one is given.
pub fn add(tx: &Tx, new: &NewUser) -> Result<Account> {
    let right = city_right(tx.ctx(), "user.add")?;
    let account = enter(tx, new, |record| record.in_post(right.first_post()))?;
    if let Some(post) = &new.post {
        super::grant(tx, &account.id, post)?;
    }
    Ok(account)
}

/// What is wrong with the login and the name of a new account.
pub fn wrong_names(login: &str, name: &str) -> Vec<FieldError> {
    let wrong = [("login", rules::new_login(login).err()), ("name", rules::name(name).err())];
    let said = |(field, fault): (&str, Option<&str>)| {
        fault.map(|message| FieldError { field: field.into(), message: message.into() })
    };
    wrong.into_iter().filter_map(said).collect()
}

/// Checks and stores a new account; `record` says by which right.
pub(super) fn enter(tx: &Tx, new: &NewUser, record: impl Fn(Record) -> Record) -> Result<Account> {
    let (login, name) = (rules::new_login(&new.login), rules::name(&new.name));
    let (Ok(login), Ok(name)) = (&login, &name) else {
        return Err(Error::fields(wrong_names(&new.login, &new.name)));
    };
    if accounts::by_login(tx, login)?.is_some() {
        return Err(Error::invalid("login", format!("用户名“{login}”已被使用，请换一个")));
    }
    let account = Account {
        id: tx.ctx().id(),
        login: login.clone(),
        name: name.clone(),
        phone: new.phone.as_deref().map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned),
        disabled_at: None,
        must_change: new.must_change,
        has_password: new.password.is_some(),
        version: 1,
        created_at: tx.ctx().now,
    };
    accounts::insert(tx, &account, new.password.as_ref())?;
    let after = json!({
        "version": account.version, "login": account.login, "name": account.name,
        "has_password": account.has_password,
    });
    tx.record(record(Record::new("user.add", account.id.as_str()).change(json!({}), after)))?;
    Ok(account)
}

/// Refuses to go on where an account or its posts changed since somebody opened them; callers without a page name no version.
pub fn unchanged(tx: &Tx, user: &UserId, opened: Option<i64>) -> Result<()> {
    let account = accounts::find(tx, user)?.or_missing()?;
    match opened {
        Some(version) if version != account.version => Err(Error::conflict(account.version)),
        _ => Ok(()),
    }
}

/// Shuts an account out at once (`user.disable`): its sessions end, its tokens are taken back, its posts rest.
pub fn disable(tx: &Tx, user: &UserId, reason: &str) -> Result<Account> {
    let right = city_right(tx.ctx(), "user.disable")?;
    let account = accounts::find(tx, user)?.or_missing()?;
    if !account.is_active() {
        return Err(Error::unmet("该账户已经停用"));
    }
    if tx.ctx().user() == Some(user) {
        return Err(Error::unmet("不能停用自己的账户，请由另一位系统管理员办理"));
    }
    refuse_without_administrator(tx, user)?;
    accounts::set_disabled(tx, user, Some(tx.ctx().now))?;
    let ended = sessions::end_all(tx, user, None)?;
    let revoked = tokens::revoke_all(tx, user, machine_now())?;
    tx.record(
        Record::new("user.disable", user.as_str())
            .in_post(right.first_post())
            .change(
                json!({"version": account.version, "active": true}),
                json!({"version": account.version + 1, "active": false}),
            )
            .fact("reason", reason.trim())
            .fact("sessions_ended", ended)
            .fact("tokens_revoked", revoked),
    )?;
    accounts::find(tx, user)?.or_missing()
}

/// The city must keep somebody who can open accounts.
pub(super) fn refuse_without_administrator(tx: &Tx, user: &UserId) -> Result<()> {
    let holders = posts::holders_anywhere(tx, rules::ADMINISTRATOR, tx.ctx().today())?;
    if !holders.iter().any(|h| h.user == *user) {
        return Ok(());
    }
    // Two who end each other's role at once must clash: each rests on the other staying.
    for holder in &holders {
        tx.claim("users", holder.user.as_str())?;
    }
    if holders.iter().all(|h| h.user == *user) {
        return Err(Error::unmet("这是最后一位在任的系统管理员，请先授予另一人系统管理员的任职"));
    }
    Ok(())
}

/// Lets a disabled account in again (`user.enable`).
pub fn enable(tx: &Tx, user: &UserId) -> Result<Account> {
    let right = city_right(tx.ctx(), "user.enable")?;
    let account = accounts::find(tx, user)?.or_missing()?;
    if account.is_active() {
        return Err(Error::unmet("该账户没有停用"));
    }
    accounts::set_disabled(tx, user, None)?;
    tx.record(Record::new("user.enable", user.as_str()).in_post(right.first_post()).change(
        json!({"version": account.version, "active": false}),
        json!({"version": account.version + 1, "active": true}),
    ))?;
    accounts::find(tx, user)?.or_missing()
}

/// Sets somebody's password (`user.password`): it must be changed at the next sign-in, sessions and tokens end, a locked
/// login opens.
pub fn set_password(tx: &Tx, user: &UserId, password: &Hashed) -> Result<()> {
    let right = city_right(tx.ctx(), "user.password")?;
    let account = accounts::find(tx, user)?.or_missing()?;
    accounts::set_password(tx, user, password, true)?;
    sessions::end_all(tx, user, None)?;
    let revoked = tokens::revoke_all(tx, user, machine_now())?;
    tries_of::forget_all(tx, &account.login, machine_now())?;
    tx.record(
        Record::new("user.password", user.as_str())
            .in_post(right.first_post())
            .change(
                json!({"version": account.version, "must_change": account.must_change}),
                json!({"version": account.version + 1, "must_change": true}),
            )
            .fact("by", "administrator")
            .guarded(&account.login)
            .fact("tokens_revoked", revoked),
    )?;
    Ok(())
}

/// Changes one's own password (`user.password`): the old one is asked for and tries are counted as at sign-in; other
/// sessions and all tokens end, and it answers how many of these. Opens its own transactions, because hashing must not
/// happen inside one.
pub fn change_own_password(
    db: &Db,
    ctx: &Ctx,
    keep: Option<&SessionId>,
    old: &str,
    new: &str,
) -> Result<u64> {
    let user = ctx.user().ok_or_else(Error::sign_in)?;
    let (account, stored) =
        db.read(ctx, |tx| Ok((accounts::find(tx, user)?.or_missing()?, accounts::password_of(tx, user)?)))?;
    let tried = tries::spend_own(db, ctx, &account.login)?;
    if !passwords::verify(old, stored.as_deref())? {
        return Err(Error::invalid("old_password", "原密码不正确"));
    }
    if old == new {
        return Err(Error::invalid("new_password", "新密码不能与原密码相同"));
    }
    let hashed = passwords::hash("new_password", new, &account.login, &account.name)?;
    db.write(ctx, |tx| {
        // Somebody may have set another one meanwhile: what was proved above no longer holds then.
        if accounts::password_of(tx, user)? != stored {
            return Err(Error::unmet("密码刚刚被更改，请重新登录"));
        }
        accounts::set_password(tx, user, &hashed, false)?;
        tries::clear(tx, &account.login, &tried)?;
        sessions::end_all(tx, user, keep)?;
        let revoked = tokens::revoke_all(tx, user, machine_now())?;
        tx.record(
            Record::new("user.password", user.as_str())
                .change(
                    json!({"version": account.version, "must_change": account.must_change}),
                    json!({"version": account.version + 1, "must_change": false}),
                )
                .fact("by", "self")
                .guarded(&account.login)
                .fact("tokens_revoked", revoked),
        )?;
        Ok(revoked)
    })
}
