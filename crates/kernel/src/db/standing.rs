//! What stands from one snapshot to the next: answers that were read of tables which hardly change, kept by each process until an
//! act of any process changes one of them. Such an act counts up the turn in its own transaction; a snapshot reads the turn
//! beside the counts it needs anyway, and is given only what was read in the same turn. The embedded engine needs none of it.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;

use crate::args;
use crate::clock::machine_now;
use crate::db::value::{Row, Value};
use crate::db::{Keeping, Tables, Tx, sql};
use crate::error::Result;

/// The row of the counts' folds that holds the turn.
pub(crate) const TURN: &str = "standing";
/// Answers kept; beyond, all are forgotten.
const ANSWERS: usize = 8_192;
/// Of what is not there so many are kept, apart: whoever tries names must not push out what is there.
const ABSENT: usize = 1_024;
/// An answer with more rows is not kept.
const ROWS: usize = 256;

#[derive(Default)]
struct Standing(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    turn: i64,
    answers: HashMap<Question, Vec<Row>>,
    absent: HashSet<Question>,
}

/// A statement and its arguments: texts all of them, which can be looked up.
type Question = (String, Vec<String>);

/// A question whose answer stands as long as the turn does.
pub(super) struct Asked {
    turn: i64,
    question: Question,
}

/// Whether what a statement reads hardly changes: it asks standing tables alone. Secrets are not kept, nor what was searched for.
pub fn stands(tables: &Tables, sql: &str) -> bool {
    let mut read = sql::read_tables(sql).peekable();
    let kept = !sql.contains("password") && !sql.contains(" LIKE ");
    kept && read.peek().is_some() && read.all(|table| tables.get(table) == Some(&Keeping::Standing))
}

/// The question, where its answer stands and it is asked by texts.
pub(super) fn asked(tx: &Tx, tables: &Tables, sql: &str, args: &[Value]) -> Result<Option<Asked>> {
    if !stands(tables, sql) {
        return Ok(None);
    }
    let text = |arg: &Value| if let Value::Text(text) = arg { Some(text.clone()) } else { None };
    let Some(args) = args.iter().map(text).collect() else { return Ok(None) };
    Ok(tx.turn()?.map(|turn| Asked { turn, question: (sql.to_owned(), args) }))
}

/// What was read of it in this turn.
pub(super) fn kept(tx: &Tx, asked: &Asked) -> Option<Vec<Row>> {
    let standing = tx.ctx().shelf.of::<Standing>();
    let kept = standing.0.lock();
    if kept.turn != asked.turn {
        return None;
    }
    let absent = || kept.absent.contains(&asked.question).then(Vec::new);
    kept.answers.get(&asked.question).cloned().or_else(absent)
}

/// Keeps what was read. A snapshot of an earlier turn keeps nothing: it would speak of what is over.
pub(super) fn keep(tx: &Tx, asked: Asked, rows: &[Row]) {
    let standing = tx.ctx().shelf.of::<Standing>();
    let mut kept = standing.0.lock();
    if rows.len() > ROWS || asked.turn < kept.turn {
        return;
    }
    if asked.turn > kept.turn {
        *kept = Kept { turn: asked.turn, ..Kept::default() };
    }
    if rows.is_empty() {
        if kept.absent.len() >= ABSENT {
            kept.absent.clear();
        }
        kept.absent.insert(asked.question);
    } else {
        if kept.answers.len() >= ANSWERS {
            kept.answers.clear();
        }
        kept.answers.insert(asked.question, rows.to_vec());
    }
}

/// Begins a new turn, last of all in an act that changed a standing table.
pub(super) fn turn(tx: &Tx) -> Result<()> {
    // Not the next number alone: after a restore or a failover a number that was lost would come again with other rows.
    tx.exec(
        "UPDATE counter_folds SET folds = CASE WHEN folds < $2 THEN $2 ELSE folds + 1 END WHERE name = $1",
        args![TURN, machine_now()],
    )
    .map(drop)
}
