//! Statements about posts: who holds which role where, from when until when.

use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::{Error, Result, Row, Tx, args};
use jiff::civil::Date;

use super::super::model::{HeldPost, Holder, Office, PostId, UserId};

const COLUMNS: &str =
    "id, user_id, role, office_kind, office, office_name, from_on, until_on, ended_at, paper";

fn read(row: &Row) -> Result<HeldPost> {
    Ok(HeldPost {
        id: row.get("id")?,
        user: row.get("user_id")?,
        role: row.get("role")?,
        office: read_office(row)?,
        from: row.get("from_on")?,
        until: row.get("until_on")?,
        ended_at: row.get("ended_at")?,
        paper: row.get("paper")?,
    })
}

/// Reads the office out of a row of posts.
pub fn read_office(row: &Row) -> Result<Office> {
    let kind: String = row.get("office_kind")?;
    let kind =
        OfficeKind::parse(&kind).ok_or_else(|| Error::internal(format!("no kind of office: {kind}")))?;
    Ok(Office { kind, id: row.get("office")?, name: row.get("office_name")? })
}

/// A post by its id.
pub fn find(tx: &Tx, id: &PostId) -> Result<Option<HeldPost>> {
    tx.one(&format!("SELECT {COLUMNS} FROM posts WHERE id = $1"), args![id])?.as_ref().map(read).transpose()
}

/// Every post of an account, past ones too, the newest first.
pub fn of_user(tx: &Tx, user: &UserId) -> Result<Vec<HeldPost>> {
    let sql = format!("SELECT {COLUMNS} FROM posts WHERE user_id = $1 ORDER BY from_on DESC, id DESC");
    tx.query(&sql, args![user])?.iter().map(read).collect()
}

/// The posts of several accounts (at most 100) that are in force on a day, in the order in which they were given.
pub fn in_force(tx: &Tx, users: &[UserId], day: Date) -> Result<Vec<HeldPost>> {
    let mut found = Vec::new();
    for user in users {
        let sql = format!(
            "SELECT {COLUMNS} FROM posts WHERE user_id = $1 AND ended_at IS NULL AND from_on <= $2 \
             AND (until_on IS NULL OR until_on >= $2) ORDER BY id"
        );
        for row in tx.query(&sql, args![user, day])? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Active accounts that hold a role in an office on a day, in the order in which they came to it.
pub fn holders(tx: &Tx, office: &str, role: &str, day: Date) -> Result<Vec<Holder>> {
    let rows = tx.query(
        "SELECT DISTINCT u.id, u.name, p.role, p.office FROM posts p JOIN users u ON u.id = p.user_id \
         WHERE p.office = $1 AND p.role = $2 AND p.from_on <= $3 AND (p.until_on IS NULL OR p.until_on >= $3) \
         AND p.ended_at IS NULL AND u.disabled_at IS NULL ORDER BY u.id",
        args![office, role, day],
    )?;
    rows.iter().map(read_holder).collect()
}

/// Active accounts that hold a role anywhere on a day.
pub fn holders_anywhere(tx: &Tx, role: &str, day: Date) -> Result<Vec<Holder>> {
    let rows = tx.query(
        "SELECT DISTINCT u.id, u.name, p.role, p.office FROM posts p JOIN users u ON u.id = p.user_id \
         WHERE p.role = $1 AND p.from_on <= $2 AND (p.until_on IS NULL OR p.until_on >= $2) \
         AND p.ended_at IS NULL AND u.disabled_at IS NULL ORDER BY u.id, p.office",
        args![role, day],
    )?;
    rows.iter().map(read_holder).collect()
}

fn read_holder(row: &Row) -> Result<Holder> {
    Ok(Holder {
        user: row.get("id")?,
        name: row.get("name")?,
        role: row.get("role")?,
        office: row.get("office")?,
    })
}

pub fn insert(tx: &Tx, post: &HeldPost) -> Result<()> {
    tx.exec(
        "INSERT INTO posts (id, user_id, role, office_kind, office, office_name, from_on, until_on, ended_at, paper) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)",
        args![
            &post.id,
            &post.user,
            &post.role,
            post.office.kind.key(),
            &post.office.id,
            &post.office.name,
            post.from,
            post.until,
            &post.paper
        ],
    )?;
    Ok(())
}

/// Sets the last day, or the instant at which it ended.
pub fn set_end(tx: &Tx, id: &PostId, until: Option<Date>, ended_at: Option<i64>) -> Result<()> {
    tx.exec("UPDATE posts SET until_on = $2, ended_at = $3 WHERE id = $1", args![id, until, ended_at])?;
    Ok(())
}

/// Gives an office its new name on every post in it.
pub fn rename_office(tx: &Tx, kind: OfficeKind, office: &str, name: &str) -> Result<u64> {
    tx.exec(
        "UPDATE posts SET office_name = $3 WHERE office = $1 AND office_kind = $2",
        args![office, kind.key(), name],
    )
}

/// What the company of a code is called on the post that was given last in it.
pub fn company_name(tx: &Tx, code: &str) -> Result<Option<String>> {
    let row = tx.one(
        "SELECT office_name FROM posts WHERE office = $1 AND office_kind = 'company' ORDER BY id DESC LIMIT 1",
        args![code],
    )?;
    row.map(|row| row.get("office_name")).transpose()
}

/// How many have ever held a role.
pub fn ever_held(tx: &Tx, role: &str) -> Result<i64> {
    tx.number("SELECT COUNT(*) FROM posts WHERE role = $1", args![role])
}
