//! Every statement about appeals; finders take the reader's scope.

use std::collections::HashMap;

use huitong_kernel::rights::Scope;
use huitong_kernel::{Error, Result, Tx, Value, args};

use super::model::{Appeal, AppealId};

const CASE: &str = Appeal::LIST;
/// A case within reach.
pub fn find(tx: &Tx, scope: &Scope, id: &str) -> Result<Option<Appeal>> {
    let sql = format!("SELECT {CASE} FROM appeals WHERE id = $1");
    let found = tx.one(&sql, args![id])?.map(Appeal::read).transpose()?;
    Ok(found.filter(|appeal| scope.admits(&|column| appeal.spine.key(column))))
}

/// A case by the number and the digest of the tracking code its complainant holds.
pub fn tracked(tx: &Tx, number: &str, digest: &str) -> Result<Option<Appeal>> {
    let sql = format!("SELECT {CASE} FROM appeals WHERE number = $1 AND tracking = $2");
    tx.one(&sql, args![number, digest])?.map(Appeal::read).transpose()
}

/// The cases in which an account complains of one of these units or associations.
pub(super) fn brought_in_against(tx: &Tx, account: &str, offices: &[String]) -> Result<Vec<String>> {
    let rows = tx.query("SELECT id, about FROM appeals WHERE owner_user = $1", args![account])?;
    let mut against = Vec::new();
    for row in rows {
        if row.get::<Option<String>>("about")?.is_some_and(|about| offices.contains(&about)) {
            against.push(row.get("id")?);
        }
    }
    Ok(against)
}

/// The case that a source system already gave us, if it did.
pub fn by_source(tx: &Tx, source: &str, number: &str) -> Result<Option<AppealId>> {
    let row =
        tx.one("SELECT id FROM appeals WHERE source = $1 AND source_number = $2", args![source, number])?;
    row.map(|r| r.get("id")).transpose()
}

/// Number of a case by its id: how the journal names it.
pub(super) fn number_of(tx: &Tx, id: &str) -> Result<Option<String>> {
    tx.one("SELECT number FROM appeals WHERE id = $1", args![id])?.map(|r| r.get("number")).transpose()
}

/// Id of the case with this number, or with this id.
pub(super) fn named(tx: &Tx, typed: &str) -> Result<Option<String>> {
    tx.one("SELECT id FROM appeals WHERE number = $1 OR id = $1", args![typed])?
        .map(|r| r.get("id"))
        .transpose()
}

/// The cases that a source system already gave us, by its numbers; the import asks for many at once.
pub(super) fn by_source_numbers(
    tx: &Tx,
    source: &str,
    numbers: &[&str],
) -> Result<HashMap<String, AppealId>> {
    let mut found = HashMap::new();
    for asked in numbers.chunks(16) {
        let filled = asked.iter().chain(std::iter::repeat(&asked[0])).take(16);
        let args: Vec<Value> =
            std::iter::once(&source).chain(filled).map(|text| Value::from(*text)).collect();
        let rows = tx.query(
            "SELECT id, source_number FROM appeals WHERE source = $1 AND source_number IN \
             ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            &args,
        )?;
        for row in &rows {
            found.insert(row.get("source_number")?, row.get("id")?);
        }
    }
    Ok(found)
}

pub(super) fn insert(tx: &Tx, appeals: &[&Appeal]) -> Result<()> {
    tx.insert_many("appeals", Appeal::COLUMNS, &appeals.iter().map(|a| a.values()).collect::<Vec<_>>())
}

/// Stores a changed case; 409 where somebody was faster.
pub(super) fn update(tx: &Tx, appeal: &Appeal) -> Result<()> {
    let a = appeal;
    let changed = tx.exec(
        "UPDATE appeals SET version = $3, state = $4, kind = $5, category = $6, verified = $7, unit = $8, \
         next_unit = $9, desk_unit = $10, assignee = $11, approved = $12, accepted_at = $13, dispatched_at = $14, \
         signed_at = $15, contacted_at = $16, replied_at = $17, answered_at = $18, closed_at = $19, due_at = $20, \
         due_limit = $21, answer_due_at = $22, solved = $23, satisfied = $24, updated_at = $25, \
         contact_name = $26, contact_phone = $27, replied_by = $28, due_order = $29, \
         owner_association = $30, owner_company = $31, proposed = $32, complainant_kind = $33 \
         WHERE id = $1 AND version = $2",
        args![
            &a.id,
            a.version - 1,
            a.version,
            &a.state,
            &a.kind,
            &a.category,
            a.verified,
            &a.unit,
            &a.next_unit,
            &a.desk_unit,
            &a.assignee,
            a.approved,
            a.accepted_at,
            a.dispatched_at,
            a.signed_at,
            a.contacted_at,
            a.replied_at,
            a.answered_at,
            a.closed_at,
            a.due_at,
            &a.due_limit,
            a.answer_due_at,
            &a.solved,
            &a.satisfied,
            a.updated_at,
            &a.contact_name,
            &a.contact_phone,
            &a.replied_by,
            a.due_order,
            &a.owner_association,
            &a.owner_company,
            &a.proposed,
            &a.complainant_kind
        ],
    )?;
    if changed == 0 { Err(Error::conflict(a.version)) } else { Ok(()) }
}
