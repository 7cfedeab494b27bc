//! What a reader cannot do yet on a matter: acts that are still to come for them, each with what it waits for.

use std::collections::{BTreeSet, VecDeque};

use huitong_kernel::Ctx;
use huitong_kernel::pack::{Act, Definition};

use super::guards::{Offer, over};
use super::matter::{Matter, Rules};

/// Acts that wait for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// The verbs on their buttons.
    pub labels: Vec<String>,
    /// What they wait for, in one sentence.
    pub why: String,
}

/// The acts of these offers that are still to come, those that wait for the same thing together; what is over is left out.
pub fn coming<M: Matter>(ctx: &Ctx, rules: Rules<'_>, matter: &M, offers: &[Offer]) -> Vec<Coming> {
    let mut coming: Vec<Coming> = Vec::new();
    for offer in offers.iter().filter(|offer| !offer.allowed) {
        let Some(act) = rules.of.act(&offer.act) else { continue };
        let Some((label, why)) = waits(ctx, rules, matter, offers, (act, offer)) else { continue };
        match coming.iter_mut().find(|known| known.why == why) {
            Some(known) => known.labels.push(label),
            None => coming.push(Coming { labels: vec![label], why }),
        }
    }
    coming
}

fn waits<M: Matter>(
    ctx: &Ctx,
    rules: Rules<'_>,
    matter: &M,
    offers: &[Offer],
    (act, offer): (&Act, &Offer),
) -> Option<(String, String)> {
    let here = &matter.spine().state;
    if act.leaves(here) {
        return (!over(ctx, act, matter)).then(|| (offer.label.clone(), offer.unmet.join("；")));
    }
    let (first, place) = way(rules.of, here, act)?;
    let why = match offers.iter().find(|o| o.act == first.key) {
        Some(mine) if mine.allowed => format!("先{}", mine.label),
        Some(mine) => mine.unmet.join("；"),
        None => rules.of.state(here)?.waiting_for(matter).to_owned(),
    };
    let why = if why.is_empty() { format!("先{}", first.label_in(here)) } else { why };
    Some((act.label_in(place).to_owned(), why))
}

/// The shortest way on from a state to one where an act can be done: the first act on it, and that state. A way leads on only,
/// as the flow is written: what a return would open again is not to come.
fn way<'f>(flow: &'f Definition, from: &str, act: &Act) -> Option<(&'f Act, &'f str)> {
    let place = |key: &str| flow.states.iter().position(|state| state.key == key).unwrap_or_default();
    let ends = |key: &str| flow.state(key).is_some_and(|state| state.ends);
    let steps = |state: &str| -> Vec<(&'f Act, &'f str)> {
        let acts = flow.acts.iter().filter(|act| act.after_limit.is_none());
        let moves = acts.flat_map(|act| act.all_moves().map(move |(from, to)| (act, from, to)));
        let on =
            moves.filter(|(_, from, to)| from.as_str() == state && place(to) > place(state) && !ends(to));
        on.map(|(act, _, to)| (act, to.as_str())).collect()
    };
    let mut seen = BTreeSet::new();
    let mut queue: VecDeque<(&Act, &str)> = steps(from).into();
    while let Some((first, state)) = queue.pop_front() {
        if act.leaves(state) {
            return Some((first, state));
        }
        if seen.insert(state) {
            queue.extend(steps(state).into_iter().map(|(_, to)| (first, to)));
        }
    }
    None
}
