//! Every statement about associations and their people. What is kept here is public, so finders need no scope.

use std::collections::BTreeMap;

use huitong_codes::Uscc;
use huitong_codes::search::Terms;
use huitong_kernel::db::Names;
use huitong_kernel::{Error, Result, Row, Tx, args};
use jiff::civil::Date;

use super::model::{Association, AssociationId, Person, Status, search_text};

const COLUMNS: &str = "id, uscc, name, management_type, status, founded_on, term_ends_on, industries, member_count, \
     scope, address, phone, version";
static NAMES: Names = Names {
    one: "SELECT id, name FROM associations WHERE id = $1",
    many: "SELECT id, name FROM associations WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)",
};

fn read(row: &Row) -> Result<Association> {
    let (uscc, status) = (row.get::<String>("uscc")?, row.get::<String>("status")?);
    Ok(Association {
        id: row.get("id")?,
        uscc: Uscc::parse(&uscc).map_err(|e| Error::internal(format!("stored code {uscc}: {e}")))?,
        name: row.get("name")?,
        management_type: row.get("management_type")?,
        status: Status::parse(&status).ok_or_else(|| Error::internal(format!("stored status {status}")))?,
        founded_on: row.get("founded_on")?,
        term_ends_on: row.get("term_ends_on")?,
        industries: serde_json::from_str(&row.get::<String>("industries")?)?,
        member_count: row.get("member_count")?,
        scope: row.get("scope")?,
        address: row.get("address")?,
        phone: row.get("phone")?,
        version: row.get("version")?,
    })
}

/// An association by its id.
pub fn find(tx: &Tx, id: &AssociationId) -> Result<Option<Association>> {
    let sql = format!("SELECT {COLUMNS} FROM associations WHERE id = $1");
    tx.one(&sql, args![id])?.as_ref().map(read).transpose()
}

/// An association by its unified social credit code.
pub fn by_uscc(tx: &Tx, uscc: &Uscc) -> Result<Option<Association>> {
    let sql = format!("SELECT {COLUMNS} FROM associations WHERE uscc = $1");
    tx.one(&sql, args![uscc.as_str()])?.as_ref().map(read).transpose()
}

/// The associations of exactly this name: in the register of a city there may be two levels of it.
pub fn by_name(tx: &Tx, name: &str) -> Result<Vec<Association>> {
    let sql = format!("SELECT {COLUMNS} FROM associations WHERE name = $1 ORDER BY id");
    tx.query(&sql, args![name])?.iter().map(read).collect()
}

/// Name of an association; the id itself where there is none.
pub fn name_of(tx: &Tx, id: &AssociationId) -> Result<String> {
    tx.name(&NAMES, id.as_str())
}

/// What is said where several associations fit what was typed: some of their names, and what to do.
pub fn several_fit(tx: &Tx, typed: &str, some: &[Association]) -> Result<String> {
    let (typed, total) = (typed.trim(), count(tx, &Terms::of(typed))?);
    let names: Vec<&str> = some.iter().map(|one| one.name.as_str()).collect();
    let more = if usize::try_from(total).is_ok_and(|total| total > names.len()) { "等" } else { "" };
    Ok(format!("有 {total} 家协会符合“{typed}”：{}{more}，请写全名称", names.join("、")))
}

/// One page of the associations whose name or code holds every word, in the order of their names.
pub fn search(tx: &Tx, terms: &Terms, limit: i64, skip: i64) -> Result<Vec<Association>> {
    let [a, b, c] = terms.three();
    let sql = format!(
        "SELECT {COLUMNS} FROM associations WHERE search LIKE $1 ESCAPE '\\' AND search LIKE $2 ESCAPE '\\' \
         AND search LIKE $3 ESCAPE '\\' ORDER BY name, id LIMIT $4 OFFSET $5"
    );
    tx.query(&sql, args![a, b, c, limit, skip])?.iter().map(read).collect()
}

/// How many associations [`search`] finds on all pages.
pub fn count(tx: &Tx, terms: &Terms) -> Result<i64> {
    let [a, b, c] = terms.three();
    tx.number(
        "SELECT COUNT(*) FROM associations WHERE search LIKE $1 ESCAPE '\\' AND search LIKE $2 ESCAPE '\\' \
         AND search LIKE $3 ESCAPE '\\'",
        args![a, b, c],
    )
}

/// Makes acts that decide on what belongs to one association clash, so that the second sees what the first did; 404
/// where there is no such association.
pub fn claim(tx: &Tx, id: &AssociationId) -> Result<()> {
    tx.claim("associations", id.as_str())
}

pub(super) fn insert(tx: &Tx, association: &Association) -> Result<()> {
    let a = association;
    tx.exec(
        "INSERT INTO associations (id, uscc, name, search, management_type, status, founded_on, term_ends_on, \
         industries, member_count, scope, address, phone, version, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        args![
            &a.id,
            a.uscc.as_str(),
            &a.name,
            search_text(&a.name, a.uscc.as_str()),
            &a.management_type,
            a.status.key(),
            a.founded_on,
            a.term_ends_on,
            serde_json::to_string(&a.industries)?,
            a.member_count,
            &a.scope,
            &a.address,
            &a.phone,
            a.version,
            tx.ctx().now
        ],
    )?;
    Ok(())
}

/// Who holds an office in an association on a day, in the order in which they were entered.
pub fn people(tx: &Tx, association: &AssociationId, on: Date) -> Result<Vec<Person>> {
    let rows = tx.query(
        "SELECT id, association, name, title, phone, user_id, from_on, until_on FROM association_people \
         WHERE association = $1 AND from_on <= $2 AND (until_on IS NULL OR until_on >= $2) ORDER BY id",
        args![association, on],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Person {
                id: row.get("id")?,
                association: row.get("association")?,
                name: row.get("name")?,
                title: row.get("title")?,
                phone: row.get("phone")?,
                user: row.get("user_id")?,
                from_on: row.get("from_on")?,
                until_on: row.get("until_on")?,
            })
        })
        .collect()
}

pub(super) fn insert_person(tx: &Tx, person: &Person) -> Result<()> {
    tx.exec(
        "INSERT INTO association_people (id, association, name, title, phone, user_id, from_on, until_on) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            &person.id,
            &person.association,
            &person.name,
            &person.title,
            &person.phone,
            &person.user,
            person.from_on,
            person.until_on
        ],
    )?;
    Ok(())
}

/// Names of several associations by their ids, for a list.
pub fn names(tx: &Tx, ids: &[String]) -> Result<BTreeMap<String, String>> {
    tx.names(&NAMES, ids)
}
