//! Every statement about models, and the closed cases that are learned from. Models say nothing of a person, so their finders need
//! no scope; cases are read here by the program itself, to be learned from.

use huitong_kernel::{Error, Result, Tx, args};

use super::super::model::{Appeal, AppealId};
use super::model::{DispatchModel, IN_FORCE, ModelId, REPLACED};
use crate::base::units::UnitId;

const MODEL: &str = DispatchModel::LIST;

/// The model in force, if there is one.
pub fn in_force(tx: &Tx) -> Result<Option<DispatchModel>> {
    let sql = format!("SELECT {MODEL} FROM dispatch_models WHERE state = $1");
    tx.one(&sql, args![IN_FORCE])?.map(DispatchModel::read).transpose()
}

/// A model by its id.
pub fn find(tx: &Tx, id: &ModelId) -> Result<Option<DispatchModel>> {
    let sql = format!("SELECT {MODEL} FROM dispatch_models WHERE id = $1");
    tx.one(&sql, args![id])?.map(DispatchModel::read).transpose()
}

/// A model by its number, as people say it.
pub fn numbered(tx: &Tx, number: i64) -> Result<Option<ModelId>> {
    let row = tx.one("SELECT id FROM dispatch_models WHERE number = $1", args![number])?;
    row.map(|row| row.get("id")).transpose()
}

/// The newest models, the newest first.
pub fn newest(tx: &Tx, most: i64) -> Result<Vec<DispatchModel>> {
    let sql = format!("SELECT {MODEL} FROM dispatch_models ORDER BY number DESC LIMIT $1");
    tx.query(&sql, args![most])?.into_iter().map(DispatchModel::read).collect()
}

/// The model that answered before a number and can answer again.
pub fn before(tx: &Tx, number: i64) -> Result<Option<DispatchModel>> {
    let sql = format!(
        "SELECT {MODEL} FROM dispatch_models WHERE state = $1 AND number < $2 AND content IS NOT NULL \
         ORDER BY number DESC LIMIT 1"
    );
    tx.one(&sql, args![REPLACED, number])?.map(DispatchModel::read).transpose()
}

/// What a model consists of; nothing where only its figures were kept.
pub fn content(tx: &Tx, id: &ModelId) -> Result<Vec<u8>> {
    let row =
        tx.one("SELECT content FROM dispatch_models WHERE id = $1 AND content IS NOT NULL", args![id])?;
    row.map_or(Ok(Vec::new()), |row| row.get("content"))
}

/// Up to which closing cases were learned from or compared on, whatever came of it.
pub fn learned_until(tx: &Tx) -> Result<i64> {
    let none = i64::MIN;
    tx.number("SELECT COALESCE(MAX(learned_until), $1) FROM dispatch_models", args![none])
}

/// Enters a model; one that may answer with its content.
pub fn insert(tx: &Tx, model: &DispatchModel, content: Option<&[u8]>) -> Result<()> {
    let mut values = model.values();
    values.push(content.into());
    let columns: Vec<&str> = DispatchModel::COLUMNS.iter().copied().chain(["content"]).collect();
    tx.insert_many("dispatch_models", &columns, &[values])
}

/// Moves a model to another state; 409 where somebody was faster.
pub fn set_state(tx: &Tx, id: &ModelId, from: &str, to: &str) -> Result<()> {
    let changed =
        tx.exec("UPDATE dispatch_models SET state = $3 WHERE id = $1 AND state = $2", args![id, from, to])?;
    if changed == 0 { Err(Error::conflict(1)) } else { Ok(()) }
}

/// Lets the content of all models go but that of the newest so many that have one; their figures stay.
pub fn keep_content(tx: &Tx, most: i64) -> Result<()> {
    tx.exec(
        "UPDATE dispatch_models SET content = NULL WHERE content IS NOT NULL AND number < COALESCE(( \
           SELECT number FROM dispatch_models WHERE content IS NOT NULL ORDER BY number DESC LIMIT 1 OFFSET $1 \
         ), 0)",
        args![most - 1],
    )?;
    Ok(())
}

/// A closed case, to be learned from.
pub struct Closed {
    /// What was told, in one piece.
    pub text: String,
    /// The unit that answered in the end.
    pub unit: UnitId,
    /// The unit that was proposed when it was dispatched first.
    pub proposed: Option<UnitId>,
    /// When it was closed.
    pub closed_at: i64,
}

/// Closed cases that a unit answered, the newest first.
pub fn closed(tx: &Tx, most: i64) -> Result<Vec<Closed>> {
    let rows = tx.query(
        "SELECT title, text, unit, proposed, closed_at FROM appeals \
         WHERE state = 'closed' AND unit IS NOT NULL AND closed_at IS NOT NULL \
         ORDER BY closed_at DESC, id DESC LIMIT $1",
        args![most],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Closed {
                text: told(&row.get::<String>("title")?, &row.get::<String>("text")?),
                unit: row.get("unit")?,
                proposed: row.get("proposed")?,
                closed_at: row.get("closed_at")?,
            })
        })
        .collect()
}

/// How many cases are closed and were answered by a unit, up to a number.
pub fn closed_since(tx: &Tx, since: i64, most: i64) -> Result<i64> {
    tx.number(
        "SELECT COUNT(*) FROM (SELECT id FROM appeals WHERE state = 'closed' AND unit IS NOT NULL \
         AND closed_at > $1 LIMIT $2) AS fresh",
        args![since, most],
    )
}

/// A case as the memory of past cases knows it.
pub struct Past {
    /// The case.
    pub id: AppealId,
    /// What was told, in one piece.
    pub text: String,
    /// When it came in.
    pub submitted_at: i64,
}

/// Behind which case the newest so many begin; none where there are not so many.
pub fn past_begin(tx: &Tx, most: i64) -> Result<Option<(i64, String)>> {
    let row = tx.one(
        "SELECT began_at, id FROM appeals ORDER BY began_at DESC, id DESC LIMIT 1 OFFSET $1",
        args![most],
    )?;
    row.map(|row| Ok((row.get("began_at")?, row.get("id")?))).transpose()
}

/// The next cases behind one that were not withdrawn, in the order in which they came in.
pub fn past(tx: &Tx, after: &(i64, String), most: i64) -> Result<Vec<Past>> {
    let rows = tx.query(
        "SELECT id, title, text, began_at FROM appeals WHERE (began_at, id) > ($1, $2) AND state <> 'withdrawn' \
         ORDER BY began_at, id LIMIT $3",
        args![after.0, &after.1, most],
    )?;
    let read = |row: &huitong_kernel::Row| {
        Ok(Past {
            id: row.get("id")?,
            text: told(&row.get::<String>("title")?, &row.get::<String>("text")?),
            submitted_at: row.get("began_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// What a case tells in one piece: its title where that says more than the beginning of its text.
pub fn told(title: &str, text: &str) -> String {
    let beginning = title.trim_end_matches('…');
    if text.starts_with(beginning) { text.to_owned() } else { format!("{title}\n{text}") }
}

/// The same of a case at hand.
pub fn told_by(appeal: &Appeal) -> String {
    told(&appeal.title, &appeal.text)
}
