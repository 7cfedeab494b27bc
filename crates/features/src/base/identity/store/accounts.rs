//! Statements about accounts. They are no subject of their own scope: a reader reaches the accounts that hold a post in
//! an office within reach.

use std::collections::BTreeMap;

use huitong_kernel::{Result, Row, Tx, Value, args};

use super::super::model::{Account, UserId};
use super::super::passwords::Hashed;

const COLUMNS: &str = "id, login, name, phone, disabled_at, must_change, password IS NOT NULL AS has_password, \
     version, created_at";

fn read(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.get("id")?,
        login: row.get("login")?,
        name: row.get("name")?,
        phone: row.get("phone")?,
        disabled_at: row.get("disabled_at")?,
        must_change: row.get("must_change")?,
        has_password: row.get("has_password")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
    })
}

/// An account by its id.
pub fn find(tx: &Tx, id: &UserId) -> Result<Option<Account>> {
    tx.one(&format!("SELECT {COLUMNS} FROM users WHERE id = $1"), args![id])?.as_ref().map(read).transpose()
}

/// An account by its login.
pub fn by_login(tx: &Tx, login: &str) -> Result<Option<Account>> {
    tx.one(&format!("SELECT {COLUMNS} FROM users WHERE login = $1"), args![login])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Every account, by login.
pub fn all(tx: &Tx) -> Result<Vec<Account>> {
    tx.query(&format!("SELECT {COLUMNS} FROM users ORDER BY login"), args![])?.iter().map(read).collect()
}

/// The stored hash of an account's password.
pub fn password_of(tx: &Tx, id: &UserId) -> Result<Option<String>> {
    let row = tx.one("SELECT password FROM users WHERE id = $1", args![id])?;
    row.map_or(Ok(None), |r| r.get("password"))
}

/// How many ids one statement asks for; fixed, so that one prepared statement serves every list.
const NAMES: usize = 8;

/// Names by account.
pub fn names(tx: &Tx, ids: &[UserId]) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(NAMES) {
        // A short list repeats its first id.
        let padded = (0..NAMES).map(|n| chunk.get(n).or(chunk.first()));
        let ids: Vec<Value> = padded.flatten().map(Value::from).collect();
        let rows =
            tx.query("SELECT id, name FROM users WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)", &ids)?;
        for row in rows {
            found.insert(row.get("id")?, row.get("name")?);
        }
    }
    Ok(found)
}

pub fn insert(tx: &Tx, account: &Account, password: Option<&Hashed>) -> Result<()> {
    tx.exec(
        "INSERT INTO users (id, login, name, phone, password, disabled_at, must_change, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8)",
        args![
            &account.id,
            &account.login,
            &account.name,
            &account.phone,
            password.map(Hashed::as_str),
            account.must_change,
            account.version,
            account.created_at
        ],
    )?;
    Ok(())
}

/// Shuts an account out or lets it in again.
pub fn set_disabled(tx: &Tx, id: &UserId, at: Option<i64>) -> Result<()> {
    tx.exec("UPDATE users SET disabled_at = $2, version = version + 1 WHERE id = $1", args![id, at])?;
    Ok(())
}

/// Puts another password.
pub fn set_password(tx: &Tx, id: &UserId, password: &Hashed, must_change: bool) -> Result<()> {
    tx.exec(
        "UPDATE users SET password = $2, must_change = $3, version = version + 1 WHERE id = $1",
        args![id, password.as_str(), must_change],
    )?;
    Ok(())
}
