//! The pages of every procedure of the pack: its list, a matter, an act, how it came to stand so.

mod act;
mod desk;
mod history;
mod list;
mod show;

pub use act::{begin, fill, form, perform};
pub use desk::{Block, Waiting, blocks};
pub use history::history;
pub use list::{Row, list};
pub use show::{ended, show, stages};

use huitong_kernel::Ctx;
use huitong_kernel::deadline::{Urgency, remaining, remaining_of};

/// How a limit stands, as lists and cases draw it.
pub struct Left {
    /// Which limit, in a word before the time left: 受理, 答复; empty where none is named.
    pub limit: String,
    /// `剩 3时24分`, `已超期 5时12分`.
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
}

/// Time left until something is due, in working time; `whole` is the length of the limit where it is known.
pub fn left(ctx: &Ctx, due: Option<i64>, whole: Option<i64>) -> Left {
    let none =
        Left {
            limit: String::new(), words: String::from("—"), tone: "none", percent: 0, due: String::new()
        };
    let Some(due) = due else { return none };
    let left = match whole {
        Some(whole) => remaining_of(ctx.now, due, whole, ctx.calendar()),
        None => remaining(ctx.now, due, ctx.calendar()),
    };
    let tone = match left.state {
        Urgency::Calm => "calm",
        Urgency::Soon => "soon",
        Urgency::Overdue => "over",
    };
    let used = |whole: i64| whole.saturating_sub(left.millis).saturating_mul(100) / whole.max(1);
    Left {
        percent: whole.map_or(0, |whole| used(whole).clamp(1, 100)),
        words: left.words,
        tone,
        due: format!("{} 前", huitong_kernel::clock::minute_text(due)),
        ..none
    }
}
