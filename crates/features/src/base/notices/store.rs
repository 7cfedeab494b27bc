//! Every statement about notices. The reader's account is an argument of every finder: nobody sees another's.

use huitong_kernel::ctx::User;
use huitong_kernel::journal::Kept;
use huitong_kernel::{Id, Result, Tx, args};

use super::model::{Addressed, Notice, NoticeId};

/// The notices of a person, the newest first.
pub fn list(tx: &Tx, user: &Id<User>, limit: i64, skip: i64) -> Result<Vec<Notice>> {
    let rows = tx.query(
        "SELECT id, user_id, kind, title, link, at, read_at FROM notices WHERE user_id = $1 \
         ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3",
        args![user, limit, skip],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                id: row.get("id")?,
                user: row.get("user_id")?,
                kind: row.get("kind")?,
                title: row.get("title")?,
                link: row.get("link")?,
                at: row.get("at")?,
                read: row.get::<Option<i64>>("read_at")?.is_some(),
            })
        })
        .collect()
}

/// How many notices a person has.
pub fn count(tx: &Tx, user: &Id<User>) -> Result<i64> {
    tx.number("SELECT COUNT(*) FROM notices WHERE user_id = $1", args![user])
}

/// How many of them are unread; for the badge of the top bar.
pub fn unread(tx: &Tx, user: &Id<User>) -> Result<i64> {
    tx.number("SELECT COUNT(*) FROM notices WHERE user_id = $1 AND read_at IS NULL", args![user])
}

/// The same for a mark that says no more than "many": counted to a hundred. The order is the index's: without one PostgreSQL
/// expects a hundred rows anywhere in the table and reads all of it for somebody who has none.
pub fn unread_to_a_hundred(tx: &Tx, user: &Id<User>) -> Result<i64> {
    tx.number(
        "SELECT COUNT(*) FROM (SELECT user_id FROM notices WHERE user_id = $1 AND read_at IS NULL \
         ORDER BY link LIMIT 100) waiting",
        args![user],
    )
}

/// Writes a notice once for each entry, person and kind, however often the entry is taken.
pub(super) fn insert(tx: &Tx, entry: &Kept, notice: &Addressed) -> Result<()> {
    let id: NoticeId = Id::new(entry.at, tx.ctx().random.bits());
    tx.exec(
        "INSERT INTO notices (id, user_id, entry, kind, title, link, at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (entry, user_id, kind) DO NOTHING",
        args![&id, &notice.user, &entry.id, &notice.kind, &notice.title, &notice.link, entry.at],
    )?;
    Ok(())
}

/// Puts one notice away; answers where it leads, none where it is not this person's.
pub(super) fn set_read(tx: &Tx, user: &Id<User>, id: &NoticeId) -> Result<Option<String>> {
    let row = tx.one(
        "UPDATE notices SET read_at = COALESCE(read_at, $1) WHERE id = $2 AND user_id = $3 RETURNING link",
        args![tx.ctx().now, id, user],
    )?;
    row.map(|r| r.get("link")).transpose()
}

/// Puts all notices of a person away; answers how many there were.
pub(super) fn set_all_read(tx: &Tx, user: &Id<User>) -> Result<u64> {
    tx.exec(
        "UPDATE notices SET read_at = $1 WHERE user_id = $2 AND read_at IS NULL",
        args![tx.ctx().now, user],
    )
}

/// Puts away what anybody was told about a page before an instant: it has been dealt with.
pub(super) fn set_over(tx: &Tx, link: &str, before: i64) -> Result<u64> {
    tx.exec(
        "UPDATE notices SET read_at = $1 WHERE link = $2 AND at < $3 AND read_at IS NULL",
        args![tx.ctx().now, link, before],
    )
}

/// How many notices of a person that lead to a page are unread.
pub(super) fn unread_about(tx: &Tx, user: &Id<User>, link: &str) -> Result<i64> {
    tx.number(
        "SELECT COUNT(*) FROM notices WHERE user_id = $1 AND link = $2 AND read_at IS NULL",
        args![user, link],
    )
}

/// Puts the notices of a person away that lead to a page; answers how many there were.
pub(super) fn set_read_about(tx: &Tx, user: &Id<User>, link: &str) -> Result<u64> {
    tx.exec(
        "UPDATE notices SET read_at = $1 WHERE user_id = $2 AND link = $3 AND read_at IS NULL",
        args![tx.ctx().now, user, link],
    )
}
