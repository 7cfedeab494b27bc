//! Whether an act can be done on a matter now, and why not: the conditions of the definition and of the code.

use huitong_kernel::Ctx;
use huitong_kernel::condition::{Frame, truth};
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::pack::{Act, Check, Guard};
use huitong_kernel::{Result, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use super::matter::{KEYS, Matter, Rules};

/// Why an act is not available now, in sentences; empty where it is.
pub fn unmet<M: Matter>(ctx: &Ctx, rules: Rules<'_>, act: &Act, matter: &M) -> Vec<String> {
    let here = &matter.spine().state;
    if !act.leaves(here) {
        let state = rules.of.state(here).map_or(here.as_str(), |s| &s.label);
        return vec![format!("现在是“{state}”，不能“{}”", act.label)];
    }
    let often = act.most.filter(|most| matter.times(&act.key) >= *most).map(|most| match most {
        1 => format!("已经{}过一次，不能再{}", act.label, act.label),
        most => format!("已经{}过 {most} 次，不能再{}", act.label, act.label),
    });
    let failing = failing(ctx, act, matter).into_iter();
    failing.map(|guard| guard.unmet.clone()).chain(often).chain(matter.barred(ctx, act)).collect()
}

/// Whether an act is over for good on a matter: what has been done need not be offered, not even with its reason.
pub fn over<M: Matter>(ctx: &Ctx, act: &Act, matter: &M) -> bool {
    failing(ctx, act, matter).iter().any(|guard| guard.over)
}

/// The conditions of the definition that do not hold; one that cannot be told yet does not.
fn failing<'f, M: Matter>(ctx: &Ctx, act: &'f Act, matter: &M) -> Vec<&'f Guard> {
    if act.guards.is_empty() {
        return Vec::new();
    }
    let units = ctx.posts().iter().filter(|p| p.kind == OfficeKind::Unit).map(|p| p.office.as_str());
    let units: Vec<&str> = units.collect();
    let me = ctx.user().map(|u| u.as_str());
    let frame = Frame { now: ctx.now, me, my_units: &units };
    let holds = |guard: &&Guard| match &guard.check {
        Check::When(condition) => truth(condition, matter, &frame).holds(),
        Check::Named(name) => matter.holds(ctx, name),
        Check::NotSameAs(act) => me.is_none() || matter.doer(act) != me,
    };
    act.guards.iter().filter(|guard| !holds(guard)).collect()
}

/// One act on offer for a matter: what the button and the API say.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Offer {
    /// Key of the act.
    pub act: String,
    /// The verb on the button.
    pub label: String,
    /// Whether it can be done now.
    pub allowed: bool,
    /// What is missing, in sentences.
    pub unmet: Vec<String>,
    /// Whether it is the main thing to do in this state.
    pub primary: bool,
}

impl Offer {
    /// An act with what is missing for it.
    pub fn of<M: Matter>(ctx: &Ctx, rules: Rules<'_>, act: &Act, matter: &M) -> Offer {
        let unmet = unmet(ctx, rules, act, matter);
        let label = act.label_in(&matter.spine().state).to_owned();
        Offer { act: act.key.clone(), label, allowed: unmet.is_empty(), unmet, primary: false }
    }
}

/// Whether this reader has the right to an act on this matter, whatever its state.
fn entitled<M: Matter>(tx: &Tx, act: &Act, matter: &M) -> Result<bool> {
    let Some(right) = tx.ctx().may(&act.name) else { return Ok(false) };
    Ok(matter.admitted(&M::reach(tx, right)?.scope(&KEYS)))
}

/// The acts that this reader has the right to on this matter, with what is missing.
pub fn offers<M: Matter>(tx: &Tx, rules: Rules<'_>, matter: &M) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for act in rules.of.acts.iter().filter(|act| act.is_done_by_people()) {
        if entitled(tx, act, matter)? {
            offers.push(Offer::of(tx.ctx(), rules, act, matter));
        }
    }
    let main = rules.of.state(&matter.spine().state).map(|s| s.primary.as_slice()).unwrap_or_default();
    let first = main.iter().find_map(|key| offers.iter().position(|o| o.act == *key && o.allowed));
    if let Some(offer) = first.and_then(|place| offers.get_mut(place)) {
        offer.primary = true;
    }
    Ok(offers)
}

/// The main thing that this reader can do on a matter now: for a row of a list, which says no more.
pub fn primary<M: Matter>(tx: &Tx, rules: Rules<'_>, matter: &M) -> Result<Option<Offer>> {
    let main = rules.of.state(&matter.spine().state).map(|s| s.primary.as_slice()).unwrap_or_default();
    for act in main.iter().filter_map(|key| rules.of.act(key)).filter(|act| act.is_done_by_people()) {
        if unmet(tx.ctx(), rules, act, matter).is_empty() && entitled(tx, act, matter)? {
            return Ok(Some(Offer { primary: true, ..Offer::of(tx.ctx(), rules, act, matter) }));
        }
    }
    Ok(None)
}
