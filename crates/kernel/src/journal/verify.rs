//! Computing the journal anew: every leaf from its entry, the positions without a gap.

use super::{COLUMNS, FORMAT, Header};
use crate::ctx::Ctx;
use crate::db::{Db, Row, Tx, Value};
use crate::error::Result;

/// Entries looked at in one snapshot.
const STEP: usize = 1_000;

/// Acts that run side by side are committed in another order than they began, by no more than this (milliseconds).
const CLOSE: i64 = 60_000;

/// What a verification of leaves and positions found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Every leaf fits its entry and the positions have no gap.
    pub ok: bool,
    /// Entries with a position that were looked at.
    pub entries: i64,
    /// Entries that were looked at and have no position yet; the embedded engine gives it in the act, so that there is none.
    pub waiting: i64,
    /// The first entry that does not fit, and why.
    pub first_bad: Option<String>,
    /// Entries that say an earlier time than the one before them: a clock was moved back, which changes no order.
    pub backwards: i64,
    /// What the entry before said (UTC milliseconds).
    #[serde(skip)]
    before: i64,
}

impl Verified {
    fn bad(&mut self, what: String) {
        self.first_bad.get_or_insert(what);
        self.ok = false;
    }
}

/// Verifies the whole journal in steps, each in a snapshot of its own; works beside a running server.
pub fn verify(db: &Db, ctx: &Ctx) -> Result<Verified> {
    let mut found =
        Verified { ok: true, entries: 0, waiting: 0, first_bad: None, backwards: 0, before: i64::MIN };
    // What is given its position meanwhile is met there: the entries that wait are looked at first.
    let mut after = Some(String::new());
    while let Some(last) = after {
        (found, after) = step(db, ctx, &found, |tx, found| waiting(tx, &last, found))?;
    }
    let mut after = Some(0);
    while let Some(last) = after {
        (found, after) = step(db, ctx, &found, |tx, found| numbered(tx, last, found))?;
    }
    if found.entries + found.waiting == 0 {
        found.bad(String::from("一条记录也没有；建立城市时就会留下记录"));
    }
    Ok(found)
}

fn step<T>(
    db: &Db,
    ctx: &Ctx,
    before: &Verified,
    look: impl Fn(&Tx, &mut Verified) -> Result<T>,
) -> Result<(Verified, T)> {
    db.read(ctx, |tx| {
        let mut found = before.clone();
        let next = look(tx, &mut found)?;
        Ok((found, next))
    })
}

/// Looks at entries with a position from `after` on; answers the last position seen.
fn numbered(tx: &Tx, after: i64, found: &mut Verified) -> Result<Option<i64>> {
    let rows = rows(tx, "position > $1 ORDER BY position", after.into())?;
    let mut last = after;
    for row in &rows {
        let (position, id): (i64, String) = (row.get("position")?, row.get("id")?);
        found.entries += 1;
        let gap = (position != last + 1).then_some("序号不连续，中间有记录缺失");
        let at: i64 = row.get("at")?;
        found.backwards += i64::from(at + CLOSE < found.before);
        found.before = at;
        if let Some(why) = gap.map_or_else(|| wrong_with(row), |gap| Ok(Some(gap)))? {
            found.bad(format!("第 {position} 条（{id}）：{why}"));
        }
        last = position;
    }
    Ok((!rows.is_empty()).then_some(last))
}

/// Looks at entries without a position from `after` on; answers the last id seen.
fn waiting(tx: &Tx, after: &str, found: &mut Verified) -> Result<Option<String>> {
    let rows = rows(tx, "position IS NULL AND id > $1 ORDER BY id", after.into())?;
    let mut last = None;
    for row in &rows {
        let id: String = row.get("id")?;
        found.waiting += 1;
        let none = tx.is_embedded().then_some("没有序号；这种数据库在保存时就编号，序号是后来去掉的");
        if let Some(why) = none.map_or_else(|| wrong_with(row), |none| Ok(Some(none)))? {
            found.bad(format!("未编号的一条（{id}）：{why}"));
        }
        last = Some(id);
    }
    Ok(last)
}

fn rows(tx: &Tx, which: &str, after: Value) -> Result<Vec<Row>> {
    tx.query(&format!("SELECT {COLUMNS} FROM journal WHERE {which} LIMIT {STEP}"), &[after])
}

fn wrong_with(row: &Row) -> Result<Option<&'static str>> {
    if row.get::<i64>("format")? != FORMAT {
        return Ok(Some("记录格式号未知"));
    }
    let text = |name: &str| row.get::<String>(name);
    let (id, act, actor, role, office) =
        (text("id")?, text("act")?, text("actor")?, text("role")?, text("office")?);
    let (behalf, kind, subject) = (text("behalf")?, text("subject_kind")?, text("subject")?);
    let (request, pack, body) = (text("request")?, text("pack")?, text("body")?);
    let header = Header {
        id: &id,
        at: row.get("at")?,
        act: &act,
        actor: &actor,
        role: &role,
        office: &office,
        behalf: &behalf,
        subject_kind: &kind,
        subject: &subject,
        request: &request,
        pack: &pack,
    };
    let leaf = header.leaf(&row.get::<Vec<u8>>("salt")?, &body);
    Ok((leaf.as_slice() != row.get::<Vec<u8>>("leaf")?).then_some("内容与校验值不符，记录被改动过"))
}
