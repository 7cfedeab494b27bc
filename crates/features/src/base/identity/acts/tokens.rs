//! Bearer tokens of the API.

use huitong_kernel::clock::{civil_date, instant, machine_now};
use huitong_kernel::journal::Record;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::ToSpan;
use serde_json::json;

use super::super::model::{Token, TokenId, UserId};
use super::super::rules;
use super::super::store::{accounts, tokens};
use super::{city_right, digest, secret};

/// Makes a token with a person's rights (`token.create`); answers it once, it is not kept. It works through its last
/// day, `days` from today in real time.
pub fn create_token(tx: &Tx, user: &UserId, days: i64) -> Result<(Token, String)> {
    let right = city_right(tx.ctx(), "token.create")?;
    let account = accounts::find(tx, user)?.or_missing()?;
    if !account.is_active() {
        return Err(Error::unmet("该账户已停用，不能签发令牌"));
    }
    if !(1..=rules::TOKEN_DAYS).contains(&days) {
        return Err(Error::invalid("days", format!("有效天数须为 1 至 {}", rules::TOKEN_DAYS)));
    }
    let now = machine_now();
    let after_last = civil_date(now).saturating_add((days + 1).days());
    let token = Token {
        id: tx.ctx().id(),
        user: user.clone(),
        created_at: now,
        expires_at: instant(after_last.to_datetime(jiff::civil::Time::midnight())),
        revoked_at: None,
        used_at: None,
    };
    let secret = format!("ht_{}", secret());
    tokens::insert(tx, &digest(&secret), &token)?;
    let until = civil_date(token.expires_at - 1).to_string();
    tx.record(
        Record::new("token.create", token.id.as_str())
            .in_post(right.first_post())
            .change(json!({}), json!({"user": user.as_str(), "until": until}))
            .guarded(&account.login),
    )?;
    Ok((token, secret))
}

/// Takes a token back at once (`token.revoke`); answers whose it was.
pub fn revoke_token(tx: &Tx, id: &TokenId) -> Result<UserId> {
    let right = city_right(tx.ctx(), "token.revoke")?;
    let token = tokens::find(tx, id)?.or_missing()?;
    revoke(tx, &token, |record| record.in_post(right.first_post()))?;
    Ok(token.user)
}

/// Takes a token of one's own back (`token.revoke`).
pub fn revoke_own_token(tx: &Tx, id: &TokenId) -> Result<()> {
    let user = tx.ctx().user().ok_or_else(Error::sign_in)?;
    let token = tokens::find(tx, id)?.filter(|token| token.user == *user).or_missing()?;
    revoke(tx, &token, |record| record)
}

fn revoke(tx: &Tx, token: &Token, record: impl Fn(Record) -> Record) -> Result<()> {
    if token.revoked_at.is_some() {
        return Err(Error::unmet("这个令牌已经收回"));
    }
    tokens::revoke(tx, &token.id, machine_now())?;
    let entry = Record::new("token.revoke", token.id.as_str())
        .change(json!({"revoked": false}), json!({"revoked": true}))
        .fact("user", token.user.as_str())
        .guarded("");
    tx.record(record(entry)).map(drop)
}

/// One's own tokens, the newest first.
pub fn own_tokens(tx: &Tx) -> Result<Vec<Token>> {
    tokens::of_user(tx, tx.ctx().user().ok_or_else(Error::sign_in)?)
}

/// Every token of an account, the newest first; a reader needs the right to the list of accounts.
pub fn tokens_of(tx: &Tx, user: &UserId) -> Result<Vec<Token>> {
    city_right(tx.ctx(), "user.list")?;
    tokens::of_user(tx, user)
}
