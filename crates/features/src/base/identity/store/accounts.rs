//! Statements about accounts. They take no scope: whoever may see them at all sees those of the whole city.

use std::borrow::Cow;
use std::collections::BTreeMap;

use huitong_kernel::db::Names;
use huitong_kernel::list::{Asked, ColumnKind, Filter, FilterKind, ListDef, Listed, Query, Sort};
use huitong_kernel::{OrMissing, Result, Row, Tx, args};
use jiff::civil::Date;

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

/// Accounts whose holder is called so.
pub fn by_name(tx: &Tx, name: &str) -> Result<Vec<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE name = $1 ORDER BY login LIMIT 20");
    tx.query(&sql, args![name])?.iter().map(read).collect()
}

/// Accounts as the administrator's list asks for them.
pub static LIST: ListDef = ListDef {
    select: Cow::Borrowed(COLUMNS),
    from: Cow::Borrowed("users u"),
    joins: Cow::Borrowed(""),
    key: Cow::Borrowed("u.id"),
    filters: Cow::Borrowed(&[
        Filter::of("q", "姓名或用户名", "u.search LIKE $1 ESCAPE '\\'", FilterKind::Part),
        Filter::of("active", "可登录", "(u.disabled_at IS NULL) = $1", FilterKind::Flag),
        // As the list says it: 正常, 未设密码, 已停用.
        Filter::of(
            "standing",
            "状态：normal 正常、unset 未设密码、disabled 已停用",
            "CASE WHEN u.disabled_at IS NOT NULL THEN 'disabled' WHEN u.password IS NULL THEN 'unset' \
             ELSE 'normal' END = $1",
            FilterKind::Text,
        ),
    ]),
    sorts: Cow::Borrowed(&[
        Sort::of("login", "u.login", ColumnKind::Text),
        Sort::of("name", "u.name", ColumnKind::Text),
        Sort::of("created_at", "u.created_at", ColumnKind::Number),
    ]),
    sort: Cow::Borrowed("login"),
};

/// One page of the list, narrowed to who holds a role or a post in an office on a day; "" = any.
pub fn list(tx: &Tx, asked: &Asked, role: &str, office: &str, day: Date) -> Result<Listed<Account>> {
    let mut query = Query::new(&LIST, asked);
    if !role.is_empty() || !office.is_empty() {
        query = query.and(
            "EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id AND ($1 = '' OR p.role = $1) \
             AND ($2 = '' OR p.office = $2) AND p.ended_at IS NULL AND p.from_on <= $3 \
             AND (p.until_on IS NULL OR p.until_on >= $3))",
            args![role, office, day],
        );
    }
    query.page(tx, |row| read(&row))
}

/// The stored hash of an account's password.
pub fn password_of(tx: &Tx, id: &UserId) -> Result<Option<String>> {
    let row = tx.one("SELECT password FROM users WHERE id = $1", args![id])?;
    row.map_or(Ok(None), |r| r.get("password"))
}

static NAMES: Names = Names {
    one: "SELECT id, name FROM users WHERE id = $1",
    many: "SELECT id, name FROM users WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)",
};

/// Names by account.
pub fn names(tx: &Tx, ids: &[UserId]) -> Result<BTreeMap<String, String>> {
    tx.names(&NAMES, &ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// The name of one account; the id itself where there is none.
pub fn name(tx: &Tx, id: &UserId) -> Result<String> {
    tx.name(&NAMES, id.as_str())
}

pub fn insert(tx: &Tx, account: &Account, password: Option<&Hashed>) -> Result<()> {
    tx.exec(
        "INSERT INTO users (id, login, name, phone, password, disabled_at, must_change, version, created_at, search) \
         VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8, $9)",
        args![
            &account.id,
            &account.login,
            &account.name,
            &account.phone,
            password.map(Hashed::as_str),
            account.must_change,
            account.version,
            account.created_at,
            huitong_codes::search::stored(&[&account.login, &account.name])
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

/// Counts a change of what belongs to an account, its posts: two who change them at once clash here, and the slower of two
/// pages is told. Answers the version now.
pub fn changed(tx: &Tx, id: &UserId) -> Result<i64> {
    let row = tx.one("UPDATE users SET version = version + 1 WHERE id = $1 RETURNING version", args![id])?;
    row.or_missing()?.get("version")
}
