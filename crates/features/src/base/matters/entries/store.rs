//! Every statement about entries that matters do not share: their changes, facts, versions, and the rows within.

use std::collections::BTreeMap;

use huitong_kernel::db::Names;
use huitong_kernel::{Error, Result, Row, Tx, Value, args};
use jiff::civil::Date;

use super::super::plain::Plain;
use super::versions::{Next, Stood, Version};
use crate::base::units::UnitId;

const ENTRY: &str = Plain::LIST;
/// The associations of each entry of a list.
pub(super) const COVERED: &str = "JOIN entry_facts c ON c.entry = a.id AND c.fact = 'association'";
const ALIASED: &str = Plain::ALIASED;
static NAMES: Names = Names {
    one: "SELECT id, title AS name FROM entries WHERE id = $1",
    many: "SELECT id, title AS name FROM entries WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)",
};

/// Stores a changed entry; 409 where somebody was faster.
pub(in super::super) fn update(tx: &Tx, entry: &Plain) -> Result<()> {
    let e = &entry.spine;
    let changed = tx.exec(
        "UPDATE entries SET version = $3, state = $4, kind = $5, title = $6, association = $7, unit = $8, next_unit = $9, \
         desk_unit = $10, assignee = $11, owner_association = $12, closed_at = $13, updated_at = $14, day = $15, \
         from_on = $16, until_on = $17, amount = $18, search = $19, marks = $20, body = $21 WHERE id = $1 AND version = $2",
        args![
            &e.id,
            e.version - 1,
            e.version,
            &e.state,
            &e.kind,
            &e.title,
            &e.association,
            &e.unit,
            &e.next_unit,
            &e.desk_unit,
            &e.assignee,
            &e.owner_association,
            e.closed_at,
            e.updated_at,
            &entry.day,
            &entry.from_on,
            &entry.until_on,
            entry.amount,
            &entry.search,
            &entry.marks,
            &entry.body
        ],
    )?;
    if changed == 0 { Err(Error::conflict(e.version)) } else { Ok(()) }
}

/// Stores what follows for an entry from a change of another: what it is about. No act was done on it, so its version stays.
pub(super) fn follow(tx: &Tx, entry: &Plain) -> Result<()> {
    tx.exec(
        "UPDATE entries SET association = $2, owner_association = $3, marks = $4, title = $5, search = $6, unit = $7, \
         next_unit = $8, desk_unit = $9, assignee = $10 WHERE id = $1",
        args![
            &entry.spine.id,
            &entry.spine.association,
            &entry.spine.owner_association,
            &entry.marks,
            &entry.spine.title,
            &entry.search,
            &entry.spine.unit,
            &entry.spine.next_unit,
            &entry.spine.desk_unit,
            &entry.spine.assignee
        ],
    )?;
    Ok(())
}

/// What the journal calls an entry of a register or a row within one: its number, else its name.
pub(in super::super) fn called(tx: &Tx, family: &str, id: &str) -> Result<Option<String>> {
    let row = tx.one("SELECT procedure, number, title FROM entries WHERE id = $1", args![id])?;
    let Some(row) = row else { return Ok(None) };
    let of: String = row.get("procedure")?;
    let number: String = row.get("number")?;
    let named = if number.is_empty() { row.get("title")? } else { number };
    Ok((of.split('.').next() == Some(family)).then_some(named))
}

/// Names of entries by their ids, for a list.
pub(in super::super) fn names(tx: &Tx, ids: &[String]) -> Result<BTreeMap<String, String>> {
    tx.names(&NAMES, ids)
}

/// What a file may call an entry: its name, its number.
pub fn names_for(tx: &Tx, id: &str) -> Result<Vec<String>> {
    let row = tx.one("SELECT title, number FROM entries WHERE id = $1", args![id])?;
    row.map_or(Ok(Vec::new()), |row| Ok(vec![row.get("title")?, row.get("number")?]))
}

/// Name of an entry; the id itself where there is none.
pub(in super::super) fn name_of(tx: &Tx, id: &str) -> Result<String> {
    tx.name(&NAMES, id)
}

/// The entries of a register that are called so, or have this number, void ones apart; two at the most. Whether the asker may
/// know them is for the caller to say.
pub(in super::super) fn find_by(tx: &Tx, register: &str, words: &str) -> Result<Vec<Plain>> {
    let sql = format!(
        "SELECT {ENTRY} FROM entries WHERE procedure = $1 AND state <> 'void' AND (number = $2 OR title = $2) ORDER BY id LIMIT 2"
    );
    rows(tx, &sql, args![register, words])
}

/// Entries of a register of which one of several columns says the same, void ones apart: among them stands what would be twice.
pub(super) fn alike(tx: &Tx, register: &str, entry: &Plain) -> Result<Vec<Plain>> {
    let spine = &entry.spine;
    let (association, unit) = (spine.association.as_deref(), spine.unit.as_ref());
    if let Some(association) = association {
        let sql = format!(
            "SELECT {ENTRY} FROM entries WHERE association = $1 AND procedure = $2 AND state <> 'void' ORDER BY day, id"
        );
        return rows(tx, &sql, args![association, register]);
    }
    if let Some(unit) = unit {
        let sql = format!(
            "SELECT {ENTRY} FROM entries WHERE procedure = $1 AND unit = $2 AND state <> 'void' ORDER BY day, id"
        );
        return rows(tx, &sql, args![register, unit]);
    }
    let sql =
        format!("SELECT {ENTRY} FROM entries WHERE procedure = $1 AND state <> 'void' ORDER BY day, id");
    rows(tx, &sql, args![register])
}

/// The associations that entries of a register link to a unit on a day. That a unit answers for them is public.
pub(super) fn linked_to(tx: &Tx, register: &str, unit: &UnitId, on: Date) -> Result<Vec<String>> {
    let rows = tx.query(
        "SELECT COALESCE(f.text, e.association) AS linked FROM entries e \
         LEFT JOIN entry_facts f ON f.entry = e.id AND f.fact = 'association' \
         WHERE e.procedure = $1 AND e.unit = $2 AND e.state <> 'void' AND (e.from_on IS NULL OR e.from_on <= $3) \
         AND (e.until_on IS NULL OR e.until_on >= $3)",
        args![register, unit, on],
    )?;
    let linked: Result<Vec<Option<String>>> = rows.iter().map(|row| row.get("linked")).collect();
    Ok(linked?.into_iter().flatten().collect())
}

/// The entries of a register about an association, past and present, void ones apart; for the caller to say who may know them.
pub(super) fn about(tx: &Tx, register: &str, association: &str, several: bool) -> Result<Vec<Plain>> {
    let sql = if several {
        format!(
            "SELECT {ALIASED} FROM entry_facts f CROSS JOIN entries a WHERE f.fact = 'association' AND f.text = $2 \
             AND a.id = f.entry AND a.procedure = $1 AND a.state <> 'void' ORDER BY a.day, a.id"
        )
    } else {
        format!(
            "SELECT {ENTRY} FROM entries WHERE procedure = $1 AND association = $2 AND state <> 'void' ORDER BY day, id"
        )
    };
    rows(tx, &sql, args![register, association])
}

/// The rows of one kind within an entry, the latest first, void ones apart.
pub fn children(tx: &Tx, parent: &str, of: &str) -> Result<Vec<Plain>> {
    let sql = format!(
        "SELECT {ENTRY} FROM entries WHERE parent = $1 AND procedure = $2 AND state <> 'void' ORDER BY day DESC, id DESC"
    );
    rows(tx, &sql, args![parent, of])
}

/// Every row of one kind that was ever within an entry, void ones among them, the latest first.
pub(super) fn ever_within(tx: &Tx, parent: &str, of: &str) -> Result<Vec<Plain>> {
    let sql = format!(
        "SELECT {ENTRY} FROM entries WHERE parent = $1 AND procedure = $2 ORDER BY day DESC, id DESC"
    );
    rows(tx, &sql, args![parent, of])
}

/// Entries of a register or rows within, void ones among them, in the order of their ids after one.
pub(super) fn after(tx: &Tx, of: &str, id: &str, most: i64) -> Result<Vec<Plain>> {
    let sql = format!("SELECT {ENTRY} FROM entries WHERE procedure = $1 AND id > $2 ORDER BY id LIMIT $3");
    rows(tx, &sql, args![of, id, most])
}

/// Entries by their ids.
pub(super) fn several(tx: &Tx, ids: &[&str]) -> Result<Vec<Plain>> {
    let mut found = Vec::with_capacity(ids.len());
    for asked in ids.chunks(16) {
        let filled = asked.iter().chain(std::iter::repeat(&asked[0])).take(16);
        let args: Vec<Value> = filled.map(|id| Value::from(*id)).collect();
        let sql = format!(
            "SELECT {ENTRY} FROM entries WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        );
        found.extend(rows(tx, &sql, &args)?);
    }
    Ok(found)
}

/// How many versions the entries of a register have in all: every act adds one, so that it tells whether anything happened.
pub(super) fn turns(tx: &Tx, of: &str) -> Result<i64> {
    tx.number("SELECT COUNT(*) FROM entry_versions WHERE procedure = $1", args![of])
}

/// The row within an entry that was entered last.
pub(super) fn newest_child(tx: &Tx, parent: &str, of: &str) -> Result<Option<String>> {
    let row = tx.one(
        "SELECT id FROM entries WHERE parent = $1 AND procedure = $2 ORDER BY began_at DESC, id DESC LIMIT 1",
        args![parent, of],
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// Every row within an entry, void ones among them.
pub(super) fn rows_within(tx: &Tx, parent: &str) -> Result<Vec<Plain>> {
    let sql = format!("SELECT {ENTRY} FROM entries WHERE parent = $1 ORDER BY procedure, day, id");
    rows(tx, &sql, args![parent])
}

/// The entries that name this one in a field, void ones apart.
pub fn referring(tx: &Tx, register: &str, field: &str, id: &str) -> Result<Vec<Plain>> {
    let sql = format!(
        "SELECT {ENTRY} FROM entries WHERE id IN (SELECT f.entry FROM entry_facts f \
         WHERE f.procedure = $1 AND f.fact = $2 AND f.text = $3) ORDER BY id"
    );
    rows(tx, &sql, args![register, field, id])
}

/// One fact of an entry that lists ask for.
pub(super) struct FactRow {
    /// The entry.
    pub entry: String,
    /// The fact.
    pub fact: String,
    /// Which of its values.
    pub nth: i64,
    /// Key of the definition.
    pub procedure: String,
    /// The association it is about.
    pub association: Option<String>,
    /// A text, key, id or day.
    pub text: Option<String>,
    /// A number.
    pub number: Option<i64>,
    /// The day that orders the entry.
    pub day: String,
}

pub(super) fn forget_facts(tx: &Tx, entry: &str) -> Result<()> {
    tx.exec("DELETE FROM entry_facts WHERE entry = $1", args![entry])?;
    Ok(())
}

pub(super) fn insert_facts(tx: &Tx, facts: &[FactRow]) -> Result<()> {
    let columns = ["entry", "fact", "nth", "procedure", "association", "text", "number", "day"];
    let row = |f: &FactRow| -> Vec<Value> {
        args![&f.entry, &f.fact, f.nth, &f.procedure, &f.association, &f.text, f.number, &f.day].to_vec()
    };
    tx.insert_many("entry_facts", &columns, &facts.iter().map(row).collect::<Vec<_>>())
}

/// Writes versions of entries, each with its entry, the version its act produced, and when.
pub(super) fn insert_versions(tx: &Tx, versions: &[(&Plain, &str, Next)]) -> Result<()> {
    let columns = ["entry", "version", "since_on", "procedure", "at", "act", "said", "stood"];
    let row = |(entry, act, next): &(&Plain, &str, Next)| -> Result<Vec<Value>> {
        let e = &entry.spine;
        Ok(args![
            &e.id,
            e.version,
            next.since_on,
            &e.procedure,
            e.updated_at,
            *act,
            serde_json::to_string(&next.said)?,
            serde_json::to_string(&next.stood)?
        ]
        .to_vec())
    };
    let rows: Result<Vec<Vec<Value>>> = versions.iter().map(row).collect();
    tx.insert_many("entry_versions", &columns, &rows?)
}

const VERSION: &str = "entry, version, since_on, at, act, said, stood";

fn version(row: &Row) -> Result<(String, Version)> {
    let (said, stood): (String, String) = (row.get("said")?, row.get("stood")?);
    let version = Version {
        version: row.get("version")?,
        since_on: row.get("since_on")?,
        at: row.get("at")?,
        act: row.get("act")?,
        said: serde_json::from_str(&said)?,
        stood: serde_json::from_str::<Stood>(&stood)?,
    };
    Ok((row.get("entry")?, version))
}

/// The versions of an entry, by day and then as they became known.
pub(in super::super) fn versions_of(tx: &Tx, entry: &str) -> Result<Vec<Version>> {
    let sql = format!("SELECT {VERSION} FROM entry_versions WHERE entry = $1 ORDER BY since_on, version");
    tx.query(&sql, args![entry])?.iter().map(|row| Ok(version(row)?.1)).collect()
}

/// The versions of every entry of a register, entry by entry.
pub(in super::super) fn versions_in(tx: &Tx, register: &str) -> Result<BTreeMap<String, Vec<Version>>> {
    let sql = format!(
        "SELECT {VERSION} FROM entry_versions WHERE procedure = $1 ORDER BY entry, since_on, version"
    );
    let mut all: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for row in tx.query(&sql, args![register])? {
        let (entry, version) = version(&row)?;
        all.entry(entry).or_default().push(version);
    }
    Ok(all)
}

/// Whether an office has turned a reminder on.
pub(super) fn is_reminded(tx: &Tx, register: &str, reminder: &str, office: &str) -> Result<bool> {
    let row = tx.one(
        "SELECT since FROM reminders WHERE procedure = $1 AND reminder = $2 AND office = $3",
        args![register, reminder, office],
    )?;
    Ok(row.is_some())
}

/// The offices that have turned a reminder on.
pub(super) fn reminded(tx: &Tx, register: &str, reminder: &str) -> Result<Vec<String>> {
    let rows = tx.query(
        "SELECT office FROM reminders WHERE procedure = $1 AND reminder = $2 ORDER BY office",
        args![register, reminder],
    )?;
    rows.iter().map(|row| row.get("office")).collect()
}

pub(super) fn turn_reminder(tx: &Tx, register: &str, reminder: &str, office: &str, on: bool) -> Result<()> {
    if !on {
        tx.exec(
            "DELETE FROM reminders WHERE procedure = $1 AND reminder = $2 AND office = $3",
            args![register, reminder, office],
        )?;
        return Ok(());
    }
    tx.exec(
        "INSERT INTO reminders (procedure, reminder, office, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        args![register, reminder, office, tx.ctx().now],
    )?;
    Ok(())
}

/// How many entries a register has, void ones among them.
pub(in super::super) fn size(tx: &Tx, register: &str) -> Result<i64> {
    tx.number("SELECT COUNT(*) FROM entries WHERE procedure = $1", args![register])
}

/// Every entry of a register, void ones among them.
pub(in super::super) fn whole(tx: &Tx, register: &str) -> Result<Vec<Plain>> {
    let sql = format!("SELECT {ENTRY} FROM entries WHERE procedure = $1 ORDER BY day DESC, id DESC");
    rows(tx, &sql, args![register])
}

fn rows(tx: &Tx, sql: &str, args: &[Value]) -> Result<Vec<Plain>> {
    tx.query(sql, args)?.into_iter().map(Plain::read).collect()
}
