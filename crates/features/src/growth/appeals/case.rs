//! A case as its complainant opens it, and what the journal keeps of it.

use huitong_kernel::error::Kind;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Ctx, Error, OrMissing, Result, Tx};
use serde_json::{Value as Json, json};

use super::model::Appeal;
use super::number::{Keys, tracking_digest};
use super::store;
use crate::base::matters::{Case, Done, Input, Offer, Rules};

/// The case that number and code open; a number that cannot be one of ours is not looked up at all.
pub fn tracked(tx: &Tx, keys: &Keys) -> Result<Appeal> {
    match &keys.wrong {
        Some(wrong) => Err(Error::new(Kind::Missing, wrong.clone())),
        None => store::tracked(tx, &keys.number, &tracking_digest(&keys.number, &keys.code))?.or_missing(),
    }
}

/// Does an act on a case for its complainant, who holds the number and the tracking code.
pub fn act_tracked(tx: &Tx, (number, code): (&str, &str), act: &str, input: &Input) -> Result<Done> {
    Case::by_code(tx, tracked(tx, &Keys::read(number, code))?, act, input)?.perform()
}

/// The pack that a case began under.
pub fn pack_of<'a>(ctx: &'a Ctx, appeal: &Appeal) -> Result<&'a Pack> {
    Ok(Rules::of(ctx, &appeal.spine)?.pack)
}

/// What whoever holds number and code can do now: what the definition lets everybody do with what is their own.
pub fn tracked_offers(ctx: &Ctx, rules: Rules<'_>, appeal: &Appeal) -> Vec<Offer> {
    let own = |act: &&huitong_kernel::pack::Act| {
        let reaches = ctx.roles().granted(huitong_kernel::rights::PUBLIC, &act.name);
        reaches.contains(&huitong_kernel::pack::Reach::Own) && act.is_done_by_people()
    };
    let acts = rules.of.acts.iter().filter(own).filter(|act| act.leaves(&appeal.state));
    let main = rules.of.state(&appeal.state).map(|state| state.primary.as_slice()).unwrap_or_default();
    acts.map(|act| Offer { primary: main.contains(&act.key), ..Offer::of(ctx, rules, act, appeal) }).collect()
}

/// What the journal keeps of a case: nothing that names a person.
pub fn journal_view(a: &Appeal) -> Json {
    json!({
        "version": a.version, "state": a.state, "kind": a.kind, "category": a.category, "verified": a.verified, "unit": a.unit,
        "next_unit": a.next_unit, "proposed": a.proposed, "assignee": a.assignee, "approved": a.approved,
        "due_at": a.due_at.map(huitong_kernel::clock::rfc3339), "due_limit": a.due_limit,
        "answer_due_at": a.answer_due_at.map(huitong_kernel::clock::rfc3339),
        "solved": a.solved, "satisfied": a.satisfied,
    })
}
