//! Looking behind a mask: with a reason, by whom the rules allow, and each look in the journal.

use huitong_kernel::journal::Record;
use huitong_kernel::rights::Right;
use huitong_kernel::{Error, OrMissing, Result, Tx};

use super::case::pack_of;
use super::model::{Appeal, AppealId};
use super::rules::{self, Sight};
use super::store;
use super::view::{self, Complainant};
use crate::base::matters::KEYS;

/// Within this time a page that is sent again is the same look [D].
pub const ONE_LOOK: i64 = 10 * 60_000;

/// Shows the person behind a case (`appeal.view_identity`) and records who looked, when and why.
pub fn reveal(tx: &Tx, id: &AppealId, reason: &str) -> Result<Complainant> {
    let (appeal, right) = open(tx, id)?;
    let post = right.post_for(&KEYS, &|column| appeal.spine.key(column));
    tx.record(
        Record::new("appeal.view_identity", &appeal.id)
            .in_post(post)
            .fact("number", appeal.number.as_str())
            .fact("reason", reason),
    )?;
    view::revealed(tx, pack_of(tx.ctx(), &appeal)?, &appeal)
}

/// The person once more, for a look that was recorded just now.
pub fn again(tx: &Tx, id: &AppealId) -> Result<Complainant> {
    let (appeal, _) = open(tx, id)?;
    view::revealed(tx, pack_of(tx.ctx(), &appeal)?, &appeal)
}

/// The case, where the reader may look behind its mask.
fn open<'c>(tx: &Tx<'c>, id: &AppealId) -> Result<(Appeal, Right<'c>)> {
    let ctx = tx.ctx();
    let right = ctx.right("appeal.view_identity")?;
    let seen = ctx.may("appeal.view").unwrap_or_else(|| right.clone());
    let appeal = store::find(tx, &seen.scope(&KEYS), id.as_str())?.or_missing()?;
    if !matches!(rules::sight(ctx, &appeal), Sight::MayReveal | Sight::Own) {
        return Err(Error::denied("您不能查看这件诉求的诉求人身份"));
    }
    Ok((appeal, right))
}
