//! Looking entries up: one by its id, or the newest first under a filter, page by page.

use super::{COLUMNS, Entry, Kept};
use crate::args;
use crate::db::{Tx, Value};
use crate::error::Result;
use crate::id::Id;

/// What is looked for; nothing set means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Name of the act.
    pub act: Option<String>,
    /// Account, or the word for who has none.
    pub actor: Option<String>,
    /// Id of the subject.
    pub subject: Option<String>,
    /// From this instant on (UTC milliseconds).
    pub from: Option<i64>,
    /// Before this instant (UTC milliseconds).
    pub before: Option<i64>,
    /// Not about these subjects.
    pub without: Vec<String>,
}

impl Filter {
    /// The condition, composed of fixed pieces; values are arguments. Ids sort by time, so a stretch of time is one of ids.
    fn condition(&self, args: &mut Vec<Value>) -> String {
        let bound = |at: i64| Id::<Entry>::new(at, 0).to_string();
        let pieces = [
            ("act =", self.act.clone()),
            ("actor =", self.actor.clone()),
            ("subject =", self.subject.clone()),
            ("id >=", self.from.map(bound)),
            ("id <", self.before.map(bound)),
        ];
        let mut condition = String::from("TRUE");
        for (piece, value) in pieces {
            if let Some(value) = value {
                args.push(Value::Text(value));
                condition.push_str(&format!(" AND {piece} ${}", args.len()));
            }
        }
        for subject in &self.without {
            args.push(Value::from(subject));
            condition.push_str(&format!(" AND subject <> ${}", args.len()));
        }
        condition
    }
}

/// An entry by its id.
pub fn find(tx: &Tx, id: &Id<Entry>) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE id = $1");
    tx.one(&sql, args![id])?.as_ref().map(Kept::read).transpose()
}

/// Where a page of entries begins.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// At the newest but so many.
    Newest(i64),
    /// Behind the last entry of the page before.
    After(Id<Entry>),
}

/// Entries under a filter, the newest first: those that have no position yet, then by position, whatever the clock said.
pub fn list(tx: &Tx, filter: &Filter, from: &From, limit: i64) -> Result<Vec<Kept>> {
    let mut args = Vec::new();
    let mut condition = filter.condition(&mut args);
    let skipped = match from {
        From::Newest(skipped) => *skipped,
        From::After(last) => {
            match find(tx, last)?.and_then(|last| last.position) {
                Some(position) => {
                    args.push(position.into());
                    condition.push_str(&format!(" AND position < ${}", args.len()));
                }
                None => {
                    args.push(last.into());
                    condition.push_str(&format!(" AND (position IS NOT NULL OR id < ${})", args.len()));
                }
            }
            0
        }
    };
    args.extend([Value::Int(limit), Value::Int(skipped)]);
    let (limit, skipped) = (args.len() - 1, args.len());
    let sql = format!(
        "SELECT {COLUMNS} FROM journal WHERE {condition} ORDER BY position DESC, id DESC LIMIT ${limit} OFFSET ${skipped}"
    );
    tx.query(&sql, &args)?.iter().map(Kept::read).collect()
}

/// How many entries there are under a filter.
pub fn count(tx: &Tx, filter: &Filter) -> Result<i64> {
    let mut args = Vec::new();
    let condition = filter.condition(&mut args);
    tx.number(&format!("SELECT COUNT(*) FROM journal WHERE {condition}"), &args)
}
