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
use huitong_kernel::deadline::{Urgency, remaining};

/// Time left until something is due, in working time: words, tone of the mark, due instant in words.
pub fn left(ctx: &Ctx, due: Option<i64>) -> (String, &'static str, String) {
    let Some(due) = due else { return (String::from("—"), "none", String::new()) };
    let left = remaining(ctx.now, due, ctx.calendar());
    let tone = match left.state {
        Urgency::Calm => "calm",
        Urgency::Soon => "soon",
        Urgency::Overdue => "over",
    };
    (left.words, tone, format!("{} 前", huitong_kernel::clock::minute_text(due)))
}
