//! Acting once: a repeated request with the same key gets the first answer again. The answer may hold the number and the code of
//! somebody who stays unnamed, so that the database alone can neither read it nor tell whose it is: the caller's key does.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::args;
use crate::clock::{DAY, Random, machine_now};
use crate::db::Tx;
use crate::digest::{hex, sm3_all};
use crate::error::{Error, Result};

/// Bytes of the number that makes each sealing another one, though the key is the same.
const NONCE: usize = 12;

/// The key a caller gave, and what it was given for.
#[derive(Clone)]
pub struct Key {
    /// The row; says nothing of what it is made from.
    id: String,
    /// What the answer is enciphered with.
    secret: [u8; 32],
    /// Digest of what was sent; the same key with other content is refused.
    sent: [u8; 32],
}

impl Key {
    /// Puts a key together: who asks (an account, or the address of a caller without one), method and path of the route, the
    /// caller's key or the token that a page carried, and what the request sent.
    pub fn new(principal: &str, route: &str, key: &str, content: &[u8]) -> Key {
        let parts = serde_json::json!([principal, route, key]).to_string();
        let of = |purpose: &str, content: &[u8]| sm3_all(&[purpose.as_bytes(), parts.as_bytes(), content]);
        Key { id: hex(&of("row ", b"")), secret: of("answer ", b""), sent: of("sent ", content) }
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.secret.into())
    }

    /// Seals what was sent and what was answered.
    fn seal(&self, answer: &str) -> Result<Vec<u8>> {
        let plain = [&self.sent[..], answer.as_bytes()].concat();
        let nonce: [u8; NONCE] = std::array::from_fn({
            let random = Random::system().bytes32();
            move |place| random[place]
        });
        let payload = Payload { msg: &plain, aad: self.id.as_bytes() };
        let sealed = self.cipher().encrypt(&nonce.into(), payload);
        let sealed = sealed.map_err(|_| Error::internal("an answer that could not be sealed"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens it again: the answer, if the same was sent.
    fn open(&self, sealed: &[u8]) -> Result<Option<String>> {
        let broken = || Error::internal("a kept answer that cannot be opened");
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: self.id.as_bytes() };
        let plain = self.cipher().decrypt(&(*nonce).into(), payload).map_err(|_| broken())?;
        let (sent, answer) = plain.split_first_chunk::<32>().ok_or_else(broken)?;
        let answer = (*sent == self.sent).then(|| String::from_utf8(answer.to_vec()));
        answer.transpose().map_err(|_| broken())
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
    let known =
        tx.one("SELECT answer FROM idempotency WHERE id = $1 AND expires_at > $2", args![&key.id, now])?;
    if let Some(row) = known {
        let other = || Error::invalid("Idempotency-Key", "这个幂等键已用于另一份内容，请换一个键再提交");
        let answer = key.open(&row.get::<Vec<u8>>("answer")?)?.ok_or_else(other)?;
        return Ok(serde_json::from_str(&answer)?);
    }
    let answer = act(tx)?;
    tx.exec(
        "INSERT INTO idempotency (id, answer, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET answer = excluded.answer, expires_at = excluded.expires_at",
        args![&key.id, key.seal(&serde_json::to_string(&answer)?)?, now + DAY],
    )?;
    Ok(answer)
}

/// Forgets answers older than a day, 1,000 at a time.
pub fn sweep(tx: &Tx) -> Result<u64> {
    tx.exec(
        "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE expires_at < $1 LIMIT 1000)",
        args![machine_now()],
    )
}
