//! Acting once: a repeated request with the same key gets the first answer again.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::args;
use crate::clock::{DAY, machine_now};
use crate::db::Tx;
use crate::digest::sm3_hex;
use crate::error::{Error, Result};

/// The key a caller gave, and what it was given for.
#[derive(Debug, Clone)]
pub struct Key {
    /// Who: an account, or the address of a caller without one.
    pub principal: String,
    /// Method and path of the route.
    pub route: String,
    /// The caller's key, or the token that a page carried.
    pub key: String,
    /// Digest of what was sent; the same key with other content is refused.
    pub digest: String,
}

impl Key {
    /// Puts a key together; `content` is what the request sent.
    pub fn new(principal: &str, route: &str, key: &str, content: &[u8]) -> Key {
        Key { principal: principal.into(), route: route.into(), key: key.into(), digest: sm3_hex(content) }
    }
}

/// Runs an act once per key: the answer is kept for 24 hours in the act's own transaction.
pub fn once<T: Serialize + DeserializeOwned>(
    tx: &Tx,
    key: Option<&Key>,
    act: impl FnOnce(&Tx) -> Result<T>,
) -> Result<T> {
    let Some(key) = key else { return act(tx) };
    let now = machine_now();
    let known = tx.one(
        "SELECT digest, answer FROM idempotency WHERE principal = $1 AND route = $2 AND key = $3 AND expires_at > $4",
        args![&key.principal, &key.route, &key.key, now],
    )?;
    if let Some(row) = known {
        if row.get::<String>("digest")? != key.digest {
            return Err(Error::invalid("Idempotency-Key", "这个幂等键已用于另一份内容，请换一个键再提交"));
        }
        return Ok(serde_json::from_str(&row.get::<String>("answer")?)?);
    }
    let answer = act(tx)?;
    tx.exec(
        "INSERT INTO idempotency (principal, route, key, digest, answer, expires_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (principal, route, key) DO UPDATE \
         SET digest = excluded.digest, answer = excluded.answer, expires_at = excluded.expires_at",
        args![&key.principal, &key.route, &key.key, &key.digest, serde_json::to_string(&answer)?, now + DAY],
    )?;
    Ok(answer)
}

/// Forgets answers older than a day, 1,000 at a time.
pub fn sweep(tx: &Tx) -> Result<u64> {
    tx.exec(
        "DELETE FROM idempotency WHERE (principal, route, key) IN ( \
           SELECT principal, route, key FROM idempotency WHERE expires_at < $1 LIMIT 1000)",
        args![machine_now()],
    )
}
