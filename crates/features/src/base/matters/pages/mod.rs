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
use huitong_kernel::deadline::{Measure, Remaining, remaining};

use super::clocks::until;

/// Time left until something is due: words, tone of the mark.
pub fn left(ctx: &Ctx, due: Option<i64>, measure: Measure) -> (String, &'static str) {
    said(ctx, due, measure, |left| left.words.clone())
}

/// The same for lists, where room is short, with the due instant in words.
pub fn left_brief(ctx: &Ctx, due: Option<i64>, measure: Measure) -> (String, &'static str, String) {
    let (words, tone) = said(ctx, due, measure, Remaining::brief);
    (words, tone, due.map(|due| until(ctx, due, measure.pace)).unwrap_or_default())
}

fn said(
    ctx: &Ctx,
    due: Option<i64>,
    measure: Measure,
    words: impl Fn(&Remaining) -> String,
) -> (String, &'static str) {
    let left = due.map(|due| remaining(ctx.now, due, measure, ctx.calendar()));
    left.map_or((String::from("—"), "none"), |left| (words(&left), left.state.tone()))
}
