//! Statements about sessions and one-time links; all of them live in real time.

use huitong_kernel::ctx::{Actor, Post};
use huitong_kernel::{Id, Result, Row, Tx, args};
use jiff::civil::Date;

use super::super::model::{Office, Session, SessionId, UserId};
use super::super::rules;
use super::posts::read_office;

/// Who stands behind a secret, with the posts in force.
pub struct Bearer {
    /// Id of the session or token.
    pub id: String,
    /// The person with the posts in force on the day.
    pub actor: Actor,
    /// Secret of the forms; empty for a token.
    pub csrf: String,
    /// When it was last used.
    pub seen_at: i64,
    /// Whether the password is somebody else's choice.
    must_change: bool,
}

impl Bearer {
    fn without_posts(mut self) -> Bearer {
        if let Actor::Person { posts, .. } = &mut self.actor {
            posts.clear();
        }
        self
    }
}

/// Who holds the session with this digest. Every request asks it, so that what hardly changes, the person, is asked apart.
pub fn holder(tx: &Tx, digest: &str, real: i64, today: Date) -> Result<Option<Bearer>> {
    let session = tx.one(
        "SELECT id AS bearer, user_id, csrf, seen_at FROM sessions WHERE digest = $1 AND expires_at > $2 AND seen_at > $3 \
         AND expires_at <= $4",
        args![digest, real, real - rules::SESSION_IDLE, latest(real)],
    )?;
    let Some(found) = session.map_or(Ok(None), |session| bearer(tx, &session, today))? else {
        return Ok(None);
    };
    // Until a password that somebody else set is changed, the posts rest: one's own account can be reached, no more.
    Ok(Some(if found.must_change { found.without_posts() } else { found }))
}

/// When a session that began just now is over at the latest: one that lasts longer was opened by a clock that was wrong.
fn latest(real: i64) -> i64 {
    real + rules::SESSION_LIFE + rules::CLOCK_SLACK
}

/// Who holds the token with this digest.
pub fn token_holder(tx: &Tx, digest: &str, real: i64, today: Date) -> Result<Option<Bearer>> {
    let token = tx.one(
        "SELECT t.id AS bearer, t.user_id, '' AS csrf, COALESCE(u.used_at, 0) AS seen_at FROM tokens t \
         LEFT JOIN token_uses u ON u.token = t.id WHERE t.digest = $1 AND t.expires_at > $2 AND t.revoked_at IS NULL",
        args![digest, real],
    )?;
    token.map_or(Ok(None), |token| bearer(tx, &token, today))
}

/// The person of a session or token with the posts that hold today; none where the account is closed.
fn bearer(tx: &Tx, borne: &Row, today: Date) -> Result<Option<Bearer>> {
    let rows = tx.query(
        "SELECT u.id, u.login, u.name, u.must_change, p.role, p.office_kind, p.office, p.office_name \
         FROM users u LEFT JOIN posts p ON p.user_id = u.id AND p.ended_at IS NULL AND p.from_on <= $2 \
         AND (p.until_on IS NULL OR p.until_on >= $2) \
         WHERE u.id = $1 AND u.disabled_at IS NULL ORDER BY p.id",
        args![borne.get::<String>("user_id")?, today],
    )?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut posts = Vec::new();
    for row in &rows {
        // Somebody without a post has one row without a role.
        if let Some(role) = row.get::<Option<String>>("role")? {
            let office = read_office(row)?;
            posts.push(Post { role, kind: office.kind, office: office.id, office_name: office.name });
        }
    }
    let actor =
        Actor::Person { user: first.get("id")?, login: first.get("login")?, name: first.get("name")?, posts };
    let (id, csrf, seen_at) = (borne.get("bearer")?, borne.get("csrf")?, borne.get("seen_at")?);
    Ok(Some(Bearer { id, actor, csrf, seen_at, must_change: first.get("must_change")? }))
}

pub fn insert(tx: &Tx, digest: &str, user: &UserId, csrf: &str, session: &Session) -> Result<()> {
    tx.exec(
        "INSERT INTO sessions (digest, id, user_id, csrf, created_at, seen_at, expires_at, address) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            digest,
            &session.id,
            user,
            csrf,
            session.created_at,
            session.seen_at,
            session.expires_at,
            &session.address
        ],
    )?;
    Ok(())
}

/// The sessions of an account that are not over, the newest first.
pub fn of_user(tx: &Tx, user: &UserId, real: i64) -> Result<Vec<Session>> {
    let rows = tx.query(
        "SELECT id, created_at, seen_at, expires_at, address FROM sessions \
         WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 AND expires_at <= $4 ORDER BY created_at DESC, id",
        args![user, real, real - rules::SESSION_IDLE, latest(real)],
    )?;
    let read = |row: &Row| -> Result<Session> {
        Ok(Session {
            id: row.get("id")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
            expires_at: row.get("expires_at")?,
            address: row.get("address")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Notes that a session is in use.
pub fn seen(tx: &Tx, id: &str, real: i64) -> Result<()> {
    tx.exec("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2", args![id, real])?;
    Ok(())
}

/// Ends one session of an account; answers whether there was one.
pub fn end(tx: &Tx, user: &UserId, id: &SessionId) -> Result<bool> {
    Ok(tx.exec("DELETE FROM sessions WHERE id = $1 AND user_id = $2", args![id, user])? == 1)
}

/// Ends every session of an account but one; answers how many.
pub fn end_all(tx: &Tx, user: &UserId, but: Option<&SessionId>) -> Result<u64> {
    let but = but.map_or("", Id::as_str);
    tx.exec("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", args![user, but])
}

/// Forgets sessions and links that are over.
pub fn sweep(tx: &Tx, real: i64) -> Result<u64> {
    let sessions = tx.exec(
        "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2 OR expires_at > $3",
        args![real, real - rules::SESSION_IDLE, latest(real)],
    )?;
    Ok(sessions + tx.exec("DELETE FROM invitations WHERE expires_at <= $1", args![real])?)
}

/// Puts a one-time link in the place of all earlier ones.
pub fn put_invitation(tx: &Tx, digest: &str, office: &Office, expires_at: i64) -> Result<()> {
    tx.exec("DELETE FROM invitations", args![])?;
    tx.exec(
        "INSERT INTO invitations (digest, office, office_name, expires_at) VALUES ($1, $2, $3, $4)",
        args![digest, &office.id, &office.name, expires_at],
    )?;
    Ok(())
}

/// The unit of a one-time link that still works.
pub fn invitation(tx: &Tx, digest: &str, real: i64) -> Result<Option<Office>> {
    let row = tx.one(
        "SELECT 'unit' AS office_kind, office, office_name FROM invitations WHERE digest = $1 AND expires_at > $2",
        args![digest, real],
    )?;
    row.as_ref().map(read_office).transpose()
}

/// Uses a one-time link up.
pub fn take_invitation(tx: &Tx, digest: &str) -> Result<()> {
    tx.exec("DELETE FROM invitations WHERE digest = $1", args![digest])?;
    Ok(())
}
