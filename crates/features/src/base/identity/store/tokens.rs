//! Statements about bearer tokens.

use huitong_kernel::{Result, Row, Tx, args};

use super::super::model::{Token, TokenId, UserId};

const TOKENS: &str = "SELECT t.id, t.user_id, t.created_at, t.expires_at, t.revoked_at, u.used_at FROM tokens t \
     LEFT JOIN token_uses u ON u.token = t.id";

fn read(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.get("id")?,
        user: row.get("user_id")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
        used_at: row.get("used_at")?,
    })
}

/// A token by its id.
pub fn find(tx: &Tx, id: &TokenId) -> Result<Option<Token>> {
    tx.one(&format!("{TOKENS} WHERE t.id = $1"), args![id])?.as_ref().map(read).transpose()
}

/// Every token of an account, the newest first.
pub fn of_user(tx: &Tx, user: &UserId) -> Result<Vec<Token>> {
    let sql = format!("{TOKENS} WHERE t.user_id = $1 ORDER BY t.created_at DESC, t.id");
    tx.query(&sql, args![user])?.iter().map(read).collect()
}

pub fn insert(tx: &Tx, digest: &str, token: &Token) -> Result<()> {
    tx.exec(
        "INSERT INTO tokens (digest, id, user_id, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, NULL)",
        args![digest, &token.id, &token.user, token.created_at, token.expires_at],
    )?;
    Ok(())
}

/// Takes a token back.
pub fn revoke(tx: &Tx, id: &TokenId, real: i64) -> Result<()> {
    tx.exec("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", args![id, real])?;
    Ok(())
}

/// Takes every working token of an account back; answers how many.
pub fn revoke_all(tx: &Tx, user: &UserId, real: i64) -> Result<u64> {
    tx.exec(
        "UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2",
        args![user, real],
    )
}

/// Notes that a token is in use.
pub fn used(tx: &Tx, id: &str, real: i64) -> Result<()> {
    tx.exec(
        "INSERT INTO token_uses (token, used_at) VALUES ($1, $2) \
         ON CONFLICT (token) DO UPDATE SET used_at = excluded.used_at",
        args![id, real],
    )?;
    Ok(())
}
