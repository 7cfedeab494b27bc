//! Every statement about units. Units are public facts, so their finders need no scope.

use std::collections::BTreeMap;

use huitong_kernel::db::Names;
use huitong_kernel::{Result, Row, Tx, args};

use super::model::{Unit, UnitId};

const COLUMNS: &str = "id, key, name, short_name, kinds, functions, phone, parent, active, version";
static NAMES: Names = Names {
    one: "SELECT id, name FROM units WHERE id = $1",
    many: "SELECT id, name FROM units WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)",
};

fn read(row: &Row) -> Result<Unit> {
    let list = |name: &str| -> Result<Vec<String>> { Ok(serde_json::from_str(&row.get::<String>(name)?)?) };
    Ok(Unit {
        id: row.get("id")?,
        key: row.get("key")?,
        name: row.get("name")?,
        short_name: row.get("short_name")?,
        kinds: list("kinds")?,
        functions: list("functions")?,
        phone: row.get("phone")?,
        parent: row.get("parent")?,
        active: row.get("active")?,
        version: row.get("version")?,
    })
}

/// A unit by its id.
pub fn find(tx: &Tx, id: &UnitId) -> Result<Option<Unit>> {
    tx.one(&format!("SELECT {COLUMNS} FROM units WHERE id = $1"), args![id])?.as_ref().map(read).transpose()
}

/// A unit by the key of the city file.
pub fn by_key(tx: &Tx, key: &str) -> Result<Option<Unit>> {
    tx.one(&format!("SELECT {COLUMNS} FROM units WHERE key = $1"), args![key])?.as_ref().map(read).transpose()
}

/// A unit by its exact name.
pub fn by_name(tx: &Tx, name: &str) -> Result<Option<Unit>> {
    tx.one(&format!("SELECT {COLUMNS} FROM units WHERE name = $1"), args![name])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Every unit, in the order in which they were entered.
pub fn all(tx: &Tx) -> Result<Vec<Unit>> {
    tx.query(&format!("SELECT {COLUMNS} FROM units ORDER BY id"), args![])?.iter().map(read).collect()
}

/// The active units that perform a function, the first entered first.
pub fn performing(tx: &Tx, function: &str) -> Result<Vec<Unit>> {
    Ok(all(tx)?.into_iter().filter(|u| u.active && u.functions.iter().any(|f| f == function)).collect())
}

/// Name of a unit; the id itself where there is none any more.
pub fn name_of(tx: &Tx, id: &UnitId) -> Result<String> {
    tx.name(&NAMES, id.as_str())
}

/// Lets two acts that decide on what a unit has meet.
pub fn claim(tx: &Tx, id: &UnitId) -> Result<()> {
    tx.claim("units", id.as_str())
}

pub(super) fn insert(tx: &Tx, unit: &Unit) -> Result<()> {
    tx.exec(
        "INSERT INTO units (id, key, name, short_name, kinds, functions, phone, parent, active, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            &unit.id,
            &unit.key,
            &unit.name,
            &unit.short_name,
            serde_json::to_string(&unit.kinds)?,
            serde_json::to_string(&unit.functions)?,
            &unit.phone,
            &unit.parent,
            unit.active,
            unit.version,
            tx.ctx().now
        ],
    )?;
    Ok(())
}

/// Names of several units by their ids, for a list.
pub fn names(tx: &Tx, ids: &[String]) -> Result<BTreeMap<String, String>> {
    tx.names(&NAMES, ids)
}
