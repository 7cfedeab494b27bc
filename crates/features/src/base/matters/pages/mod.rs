//! The pages of every procedure of the pack: its list, a matter, an act, how it came to stand so.

mod act;
mod desk;
mod history;
mod list;
mod paper;
mod show;

pub use act::{begin, fill, form, perform};
pub use desk::{Block, Waiting, blocks};
pub use history::history;
pub use list::{Row, list};
pub use paper::{Cell, Paper, course, filled};
pub use show::{ended, show, stages};

use huitong_kernel::Ctx;
use huitong_kernel::deadline::{Urgency, remaining, remaining_of};

/// Time left until something is due, in working time: words, tone of the mark, due instant in words. `whole` is the length of the
/// limit where it is known.
pub fn left(ctx: &Ctx, due: Option<i64>, whole: Option<i64>) -> (String, &'static str, String) {
    let Some(due) = due else { return (String::from("—"), "none", String::new()) };
    let left = match whole {
        Some(whole) => remaining_of(ctx.now, due, whole, ctx.calendar()),
        None => remaining(ctx.now, due, ctx.calendar()),
    };
    let tone = match left.state {
        Urgency::Calm => "calm",
        Urgency::Soon => "soon",
        Urgency::Overdue => "over",
    };
    (left.words, tone, format!("{} 前", huitong_kernel::clock::minute_text(due)))
}
