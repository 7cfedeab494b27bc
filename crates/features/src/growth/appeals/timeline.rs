//! The reply of a case: as it is drafted, sent back, and sent.

use huitong_codes::mask;
use huitong_kernel::{Ctx, Result, Tx};

use super::model::Appeal;
use super::rules::{self, Sight};
use crate::base::journal::UNNAMED;
use crate::base::matters::{self, Step};

/// The name of who took a step, as far as this reader may know: of the complainant's own steps a reader learns no more than of
/// the complainant.
pub fn actor_of(ctx: &Ctx, appeal: &Appeal, step: &Step) -> Option<String> {
    if step.actor == UNNAMED {
        return None;
    }
    let theirs = appeal.owner_user.as_deref() == Some(step.actor.as_str());
    match rules::sight(ctx, appeal) {
        Sight::Hidden if theirs => None,
        Sight::Masked | Sight::MayReveal if theirs => Some(mask::name(&step.actor_name)),
        _ => Some(step.actor_name.clone()),
    }
}

/// The act that drafts what is sent, and the one that judges the draft.
pub const REPLY: &str = "reply";
const REVIEW: &str = "review";
const RETURN: &str = "return";

/// The reply of a case as it was sent: the last one that was written.
pub fn reply_text(tx: &Tx, appeal: &Appeal) -> Result<String> {
    Ok(last_reply(&matters::steps(tx, &appeal.id)?))
}

/// A reply as it was drafted.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Id of the step that wrote it.
    pub step: String,
    /// Key of the outcome (`reply_outcome`).
    pub outcome: String,
    /// What it says.
    pub text: String,
    /// Why the leader sent it back to be changed; empty where that did not happen.
    pub returned: String,
}

/// The last reply that was drafted, sent back or not.
pub fn draft(steps: &[Step]) -> Option<Draft> {
    let place = steps.iter().rposition(|step| step.act == REPLY)?;
    let reply = steps.get(place)?;
    let review = steps.iter().skip(place).rfind(|step| step.act == REVIEW);
    let returned = review.filter(|step| step.outcome.as_deref() == Some(RETURN));
    Some(Draft {
        step: reply.id.to_string(),
        outcome: reply.said("outcome"),
        text: reply.said("text"),
        returned: returned.map(|step| step.said("opinion")).unwrap_or_default(),
    })
}

fn last_reply(steps: &[Step]) -> String {
    steps.iter().rfind(|s| s.act == REPLY).map(|s| s.said("text")).unwrap_or_default()
}

/// Evidence of a reply is the complainant's to read once the reply was sent.
pub fn may_read_file(steps: &[Step], appeal: &Appeal, step: Option<&str>) -> bool {
    let of_reply = steps.iter().any(|s| Some(s.id.as_str()) == step && s.act == REPLY);
    !of_reply || appeal.answered_at.is_some()
}
