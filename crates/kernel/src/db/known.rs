//! What a snapshot has read already and will read again the same: on an engine that is a message away, no question twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::counters::Unfolded;
use crate::db::value::{Row, Value};

/// A statement with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    pub sql: Arc<str>,
    pub args: Vec<Value>,
}

/// A question of a snapshot and what became of it.
pub(super) struct Answer {
    pub question: Question,
    /// Whether somebody asked it, and it was not only foreseen.
    pub asked: bool,
    /// The rows, as long as they are kept.
    rows: Option<Vec<Row>>,
}

/// What a snapshot knows.
#[derive(Default)]
pub(crate) struct Known {
    /// What counts have not folded yet, once it was read.
    pub(crate) unfolded: Option<Arc<Unfolded>>,
    /// Names by the statement that asks for them and the id; none where nobody has that id.
    pub(super) names: BTreeMap<(&'static str, String), Option<String>>,
    /// Questions to be asked with the next one.
    pub(super) ahead: Vec<Question>,
    answers: Vec<Answer>,
}

impl Known {
    /// So many questions are noted: those of one page.
    const ANSWERS: usize = 64;
    /// An answer with more rows is given once and not kept.
    const ROWS: usize = 8;

    /// The answer to a question that was answered or foreseen.
    pub(super) fn answer(&mut self, sql: &str, args: &[Value]) -> Option<Vec<Row>> {
        let same = |known: &&mut Answer| *known.question.sql == *sql && known.question.args == args;
        let known = self.answers.iter_mut().find(same)?;
        known.asked = true;
        if known.rows.as_ref()?.len() > Known::ROWS { known.rows.take() } else { known.rows.clone() }
    }

    /// Notes a question that was asked, with its answer where that is short.
    pub(super) fn keep(&mut self, sql: &str, args: &[Value], rows: &[Row]) {
        let question = Question { sql: sql.into(), args: args.to_vec() };
        let rows = (rows.len() <= Known::ROWS).then(|| rows.to_vec());
        self.note(Answer { question, asked: true, rows });
    }

    /// Notes an answer that nobody has asked for yet.
    pub(super) fn foresee(&mut self, question: Question, rows: Vec<Row>) {
        self.note(Answer { question, asked: false, rows: Some(rows) });
    }

    fn note(&mut self, answer: Answer) {
        if self.answers.len() < Known::ANSWERS {
            self.answers.push(answer);
        }
    }

    /// Everything noted so far, in its order.
    pub(super) fn answers(&self) -> &[Answer] {
        &self.answers
    }
}
