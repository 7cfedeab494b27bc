//! The pages of every procedure of the pack: its list, a matter, an act, how it came to stand so.

mod act;
mod desk;
mod entry;
mod history;
mod list;
mod paper;
mod show;

pub use act::{begin, fill, form, perform};
pub use desk::{Block, Waiting, blocks};
pub use history::history;
pub use list::{Row, list, remind};
pub use paper::{Cell, Paper, course, filled};
pub use show::{ended, show, stages};

use huitong_kernel::Ctx;
use huitong_kernel::deadline::{self, Measure, Remaining, remaining};

use super::clocks::until;

/// How a limit stands, as lists and cases draw it.
#[derive(Clone)]
pub struct Left {
    /// Which limit, in a word before the time left: 受理, 答复; empty where none is named.
    pub limit: String,
    /// `剩 3 小时 24 分`, `已超期 5 小时 12 分`.
    pub words: String,
    /// calm soon over none.
    pub tone: &'static str,
    /// Share of the limit that is used (1–100); 0 where its length is not known.
    pub percent: i64,
    /// The due instant in words.
    pub due: String,
}

impl Left {
    /// The same under the name of its limit.
    pub fn of_limit(self, title: &str) -> Left {
        Left { limit: title.strip_suffix("时限").unwrap_or(title).to_owned(), ..self }
    }

    /// The same for lists, where room is short.
    pub fn brief(self) -> Left {
        Left { words: deadline::brief(&self.words), ..self }
    }
}

/// Time left until something is due.
pub fn left(ctx: &Ctx, due: Option<i64>, measure: Measure) -> Left {
    let Some(due) = due else {
        let (limit, due) = (String::new(), String::new());
        return Left { limit, words: String::from("—"), tone: "none", percent: 0, due };
    };
    let Remaining { state, words, used } = remaining(ctx.now, due, measure, ctx.calendar());
    let (limit, due) = (String::new(), until(ctx, due, measure.pace));
    Left { limit, words, tone: state.tone(), percent: used, due }
}
