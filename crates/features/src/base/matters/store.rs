//! Every statement about the steps and clocks of matters, and about matters that have no table of their own.

use huitong_kernel::rights::Scope;
use huitong_kernel::{Error, Result, Row, Tx, Value, args};

use super::entries;
use super::plain::Plain;
use super::spine::{RunningLimit, Step};

const MATTER: &str = Plain::LIST;
const STEP: &str = Step::LIST;
const CLOCK: &str = RunningLimit::LIST;

/// A matter within reach.
pub(super) fn find(tx: &Tx, scope: &Scope, id: &str) -> Result<Option<Plain>> {
    let sql = match entries::is_entry(id) {
        true => format!("SELECT {MATTER} FROM entries WHERE id = $1"),
        false => format!("SELECT {MATTER} FROM matters WHERE id = $1"),
    };
    let found = tx.one(&sql, args![id])?.map(Plain::read).transpose()?;
    Ok(found.filter(|matter| entries::admitted(scope, matter)))
}

/// Number of a matter by its id: how the journal names it; an entry without a number by its name.
pub(super) fn number_of(tx: &Tx, procedure: &str, id: &str) -> Result<Option<String>> {
    if entries::is_entry(id) {
        return entries::called(tx, procedure, id);
    }
    let row = tx.one("SELECT number FROM matters WHERE id = $1 AND procedure = $2", args![id, procedure])?;
    row.map(|row| row.get("number")).transpose()
}

/// Id and definition of the matter or entry with this number, or with this id. Whether the asker may know it is for the caller
/// to say.
pub(super) fn named(tx: &Tx, typed: &str) -> Result<Option<(String, String)>> {
    let row = tx.one(
        "SELECT id, procedure FROM matters WHERE number = $1 OR id = $1 \
         UNION ALL SELECT id, procedure FROM entries WHERE id = $1 \
         UNION ALL SELECT id, procedure FROM entries WHERE number <> '' AND number = $1",
        args![typed],
    )?;
    row.map(|row| Ok((row.get("id")?, row.get("procedure")?))).transpose()
}

/// The matters of a procedure that have not ended and are about this association; for "only one open".
pub(super) fn open_about(tx: &Tx, procedure: &str, association: Option<&str>) -> Result<Vec<Plain>> {
    let sql = format!(
        "SELECT {MATTER} FROM matters WHERE procedure = $1 AND closed_at IS NULL \
         AND (CAST($2 AS TEXT) IS NULL OR association = $2) ORDER BY began_at, id"
    );
    rows(tx, &sql, args![procedure, association], Plain::read)
}

/// The matters of a procedure that have not ended and came of this one or of this entry.
pub(super) fn open_of(tx: &Tx, procedure: &str, parent: &str) -> Result<Vec<Plain>> {
    let sql = format!(
        "SELECT {MATTER} FROM matters WHERE parent = $1 AND procedure = $2 AND closed_at IS NULL ORDER BY began_at, id"
    );
    rows(tx, &sql, args![parent, procedure], Plain::read)
}

/// The same, those that have ended among them.
pub(super) fn of_parent(tx: &Tx, procedure: &str, parent: &str) -> Result<Vec<Plain>> {
    let sql =
        format!("SELECT {MATTER} FROM matters WHERE parent = $1 AND procedure = $2 ORDER BY began_at, id");
    rows(tx, &sql, args![parent, procedure], Plain::read)
}

pub(super) fn insert(tx: &Tx, matters: &[&Plain]) -> Result<()> {
    let rows = matters.iter().map(|m| m.values()).collect::<Vec<_>>();
    match matters.iter().any(|matter| entries::is_entry(&matter.spine.id)) {
        true => tx.insert_many("entries", Plain::COLUMNS, &rows),
        false => tx.insert_many("matters", Plain::COLUMNS, &rows),
    }
}

/// Stores a changed matter; 409 where somebody was faster.
pub(super) fn update(tx: &Tx, matter: &Plain) -> Result<()> {
    let m = &matter.spine;
    if entries::is_entry(&m.id) {
        return entries::update(tx, matter);
    }
    let changed = tx.exec(
        "UPDATE matters SET version = $3, state = $4, kind = $5, title = $6, association = $7, unit = $8, next_unit = $9, \
         desk_unit = $10, assignee = $11, owner_user = $12, owner_association = $13, owner_company = $14, due_at = $15, \
         due_limit = $16, due_order = $17, closed_at = $18, updated_at = $19, day = $20, search = $21, marks = $22, body = $23 \
         WHERE id = $1 AND version = $2",
        args![
            &m.id,
            m.version - 1,
            m.version,
            &m.state,
            &m.kind,
            &m.title,
            &m.association,
            &m.unit,
            &m.next_unit,
            &m.desk_unit,
            &m.assignee,
            &m.owner_user,
            &m.owner_association,
            &m.owner_company,
            m.due_at,
            &m.due_limit,
            m.due_order,
            m.closed_at,
            m.updated_at,
            &matter.day,
            &matter.search,
            &matter.marks,
            &matter.body
        ],
    )?;
    if changed == 0 { Err(Error::conflict(m.version)) } else { Ok(()) }
}

/// One fact of a matter that lists ask for.
pub(super) struct FactRow<'m> {
    /// The matter.
    pub matter: &'m Plain,
    /// The fact.
    pub fact: String,
    /// Which of its values.
    pub nth: i64,
    /// A text, key or id.
    pub text: Option<String>,
    /// A number.
    pub number: Option<i64>,
    /// A day.
    pub day: Option<String>,
}

/// Puts the facts of a matter in the place of those it had.
pub(super) fn set_facts(tx: &Tx, matter: &Plain, facts: &[FactRow<'_>]) -> Result<()> {
    tx.exec("DELETE FROM matter_facts WHERE matter = $1", args![&matter.spine.id])?;
    let columns = ["matter", "fact", "nth", "procedure", "association", "text", "number", "day"];
    let row = |fact: &FactRow<'_>| -> Vec<Value> {
        args![
            &fact.matter.spine.id,
            &fact.fact,
            fact.nth,
            &fact.matter.spine.procedure,
            &fact.matter.spine.association,
            &fact.text,
            fact.number,
            &fact.day
        ]
        .to_vec()
    };
    tx.insert_many("matter_facts", &columns, &facts.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn insert_steps(tx: &Tx, steps: &[&Step]) -> Result<()> {
    tx.insert_many("matter_steps", Step::COLUMNS, &steps.iter().map(|s| s.values()).collect::<Vec<_>>())
}

/// The steps of a matter in the order in which they were taken, whatever the clock showed.
pub fn steps(tx: &Tx, matter: &str) -> Result<Vec<Step>> {
    let sql = format!("SELECT {STEP} FROM matter_steps WHERE matter = $1 ORDER BY version");
    rows(tx, &sql, args![matter], Step::read)
}

/// The steps of a matter after a version, the next one first.
pub(super) fn steps_after(tx: &Tx, matter: &str, version: i64) -> Result<Vec<Step>> {
    let sql = format!("SELECT {STEP} FROM matter_steps WHERE matter = $1 AND version > $2 ORDER BY version");
    rows(tx, &sql, args![matter, version], Step::read)
}

/// The step that produced a version of a matter.
pub fn step_of(tx: &Tx, matter: &str, version: i64) -> Result<Option<Step>> {
    let sql = format!("SELECT {STEP} FROM matter_steps WHERE matter = $1 AND version = $2");
    tx.one(&sql, args![matter, version])?.map(Step::read).transpose()
}

pub(super) fn insert_clocks(tx: &Tx, clocks: &[RunningLimit]) -> Result<()> {
    let rows: Vec<_> = clocks.iter().map(RunningLimit::values).collect();
    tx.insert_many("matter_clocks", RunningLimit::COLUMNS, &rows)
}

/// The clocks of a matter in the order they began.
pub fn clocks(tx: &Tx, matter: &str) -> Result<Vec<RunningLimit>> {
    let sql = format!("SELECT {CLOCK} FROM matter_clocks WHERE matter = $1 ORDER BY nth");
    rows(tx, &sql, args![matter], RunningLimit::read)
}

pub(super) fn end_clock(tx: &Tx, clock: &RunningLimit) -> Result<()> {
    tx.exec(
        "UPDATE matter_clocks SET met_at = $3, ended_by = $4 WHERE matter = $1 AND nth = $2",
        args![&clock.matter, clock.nth, clock.met_at, &clock.ended_by],
    )?;
    Ok(())
}

pub(super) fn change_clock(tx: &Tx, clock: &RunningLimit) -> Result<()> {
    tx.exec(
        "UPDATE matter_clocks SET rule = $3, due_at = $4, changes = $5, calendar = $6 WHERE matter = $1 AND nth = $2",
        args![&clock.matter, clock.nth, &clock.rule, clock.due_at, &clock.changes, &clock.calendar],
    )?;
    Ok(())
}

/// The running clocks that were counted by another calendar than this one.
pub(super) fn counted_otherwise(tx: &Tx, calendar: &str) -> Result<Vec<RunningLimit>> {
    let sql = format!(
        "SELECT {CLOCK} FROM matter_clocks WHERE met_at IS NULL AND calendar <> $1 ORDER BY matter, nth"
    );
    rows(tx, &sql, args![calendar], RunningLimit::read)
}

/// A clock by its id.
pub(super) fn clock(tx: &Tx, id: &str) -> Result<Option<RunningLimit>> {
    let sql = format!("SELECT {CLOCK} FROM matter_clocks WHERE id = $1");
    tx.one(&sql, args![id])?.map(RunningLimit::read).transpose()
}

fn rows<T>(tx: &Tx, sql: &str, args: &[Value], read: fn(Row) -> Result<T>) -> Result<Vec<T>> {
    tx.query(sql, args)?.into_iter().map(read).collect()
}
