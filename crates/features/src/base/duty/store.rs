//! Every statement about links. Who answers for an association is public, so the finders need no scope.

use huitong_kernel::{Result, Row, Tx, args};
use jiff::civil::Date;

use super::model::{Link, LinkId};
use crate::base::associations::AssociationId;
use crate::base::units::UnitId;

const COLUMNS: &str = "id, association, kind, unit, from_on, until_on, paper, version";

fn read(row: &Row) -> Result<Link> {
    Ok(Link {
        id: row.get("id")?,
        association: row.get("association")?,
        kind: row.get("kind")?,
        unit: row.get("unit")?,
        from_on: row.get("from_on")?,
        until_on: row.get("until_on")?,
        paper: row.get("paper")?,
        version: row.get("version")?,
    })
}

/// A link by its id.
pub fn find(tx: &Tx, id: &LinkId) -> Result<Option<Link>> {
    tx.one(&format!("SELECT {COLUMNS} FROM links WHERE id = $1"), args![id])?.as_ref().map(read).transpose()
}

/// All links of an association, past and present, by kind and first day.
pub fn of_association(tx: &Tx, association: &AssociationId) -> Result<Vec<Link>> {
    let sql = format!("SELECT {COLUMNS} FROM links WHERE association = $1 ORDER BY kind, from_on, id");
    tx.query(&sql, args![association])?.iter().map(read).collect()
}

/// The links that a unit holds on a day, by kind and association.
pub fn of_unit(tx: &Tx, unit: &UnitId, on: Date) -> Result<Vec<Link>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM links WHERE unit = $1 AND from_on <= $2 AND (until_on IS NULL OR until_on >= $2) \
         ORDER BY kind, association, id"
    );
    tx.query(&sql, args![unit, on])?.iter().map(read).collect()
}

pub(super) fn insert(tx: &Tx, link: &Link) -> Result<()> {
    tx.exec(
        "INSERT INTO links (id, association, kind, unit, from_on, until_on, paper, version, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            &link.id,
            &link.association,
            &link.kind,
            &link.unit,
            link.from_on,
            link.until_on,
            &link.paper,
            link.version,
            tx.ctx().now
        ],
    )?;
    Ok(())
}

/// Sets the last day; answers false where somebody was faster.
pub(super) fn set_end(tx: &Tx, id: &LinkId, version: i64, until: Date, paper: &str) -> Result<bool> {
    let changed = tx.exec(
        "UPDATE links SET until_on = $1, end_paper = $2, version = version + 1 WHERE id = $3 AND version = $4",
        args![until, paper, id, version],
    )?;
    Ok(changed == 1)
}
