//! Proposals as the dispatch page shows them: one card a unit, whoever proposes it.

use super::super::learning::TextProposal;
use super::super::proposals::{Proposal, Proposals, TEXT};

/// Cards shown at most: whom a source points to stands first, and there are three sources.
const SHOWN: usize = 3;

/// One unit with all that speaks for it.
pub(super) struct Card {
    pub unit: String,
    pub unit_name: String,
    /// Who proposes it, in words.
    pub from: String,
    /// What the catalogue and the relation say.
    pub listed: Vec<Proposal>,
    /// What the words of the case say.
    pub told: Option<TextProposal>,
    /// Whether the words are as good as certain of it.
    pub certain: bool,
    /// What stands as the reason where it is chosen with one press.
    pub reason: String,
}

/// The units proposed: first whom the most sources point to.
pub(super) fn cards(proposals: &Proposals) -> Vec<Card> {
    let listed = proposals.items.iter().map(|item| (&item.unit, &item.unit_name));
    let told = proposals.text.items.iter().map(|item| (&item.unit, &item.unit_name));
    let pointed = proposals.pointed();
    let first = pointed.iter().map(|one| (&one.unit, &one.unit_name));
    let mut units: Vec<(&String, &String)> = Vec::new();
    for unit in first.chain(listed).chain(told) {
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    let card = |(unit, name): (&String, &String)| {
        let listed: Vec<Proposal> =
            proposals.items.iter().filter(|item| item.unit == *unit).cloned().collect();
        let told = proposals.text.items.iter().find(|item| item.unit == *unit).cloned();
        // A source puts one unit first; what else it names would only help.
        let first = |from: &str| pointed.iter().any(|one| one.unit == *unit && one.from.contains(&from));
        let names = listed.iter().map(|item| item.from).chain(told.iter().map(|_| TEXT));
        let sources: Vec<String> =
            names.map(|from| if first(from) { from.to_owned() } else { format!("{from}备选") }).collect();
        let agreeing = pointed.iter().find(|one| one.unit == *unit && one.from.len() > 1);
        let reasons =
            listed.iter().map(|item| item.reason.as_str()).chain(told.iter().map(|item| item.why.as_str()));
        Card {
            unit: unit.clone(),
            unit_name: name.clone(),
            from: agreeing.map_or_else(|| sources.join("、"), |one| format!("{}都指向", one.from.join("、"))),
            reason: reasons.collect::<Vec<_>>().join("；"),
            certain: proposals.text.certain
                && proposals.text.items.first().is_some_and(|item| item.unit == *unit),
            listed,
            told,
        }
    };
    units.into_iter().take(SHOWN).map(card).collect()
}
