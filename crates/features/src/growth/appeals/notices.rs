//! Whom an act on a case is told to: the pack's flow names the recipients, this finds the people behind the words.

use huitong_kernel::ctx::User;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Pack;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Id, Result, Tx};

use super::model::{Appeal, Step};
use super::{sentences, store};
use crate::base::identity::{self, Holder};
use crate::base::notices::{Addressed, of_act};

/// Computes whom an entry of the journal is told to (`appeal.…`).
pub fn recipients(tx: &Tx, entry: &Kept, pack: &Pack) -> Result<Vec<Addressed>> {
    let Some(act) = pack.flow.acts.iter().find(|a| a.name == entry.act) else { return Ok(Vec::new()) };
    if act.notify.is_empty() {
        return Ok(Vec::new());
    }
    let Some(appeal) = store::find(tx, &Scope::all(), &Id::stored(entry.subject.clone()))? else {
        return Ok(Vec::new());
    };
    let step = store::steps(tx, &appeal.id)?.into_iter().rfind(|s| s.at == entry.at && s.act == act.key);
    let mut values = sentences::facts(tx, pack, &appeal)?;
    let said = step.as_ref().map(Step::words).unwrap_or_default();
    let (reason, outcome) = sentences::said_words(pack, act, &|field| said.text(field));
    values.insert("reason", reason.to_owned());
    values.insert("outcome", outcome.to_owned());
    let before = step.as_ref().map_or("", |s| s.state_before.as_str());
    values.insert("verb", act.label_in(before).to_owned());
    values.insert("opinion", said.text("opinion").to_owned());
    // The notice is written afterwards by the follower: whoever acted is named by the step.
    values.insert("actor", step.as_ref().map_or_else(String::new, |s: &Step| s.actor_name.clone()));
    let inside = format!("/appeals/{}", appeal.id);
    let mut told = Vec::new();
    for outside in [true, false] {
        let link = if outside { format!("/my/appeals/{}", appeal.id) } else { inside.clone() };
        let people = |word: &str| match (word == "complainant", outside) {
            (true, true) => Ok(appeal.submitter.iter().map(|u| Id::stored(u.clone())).collect()),
            (false, false) => insiders(tx, &appeal, word),
            _ => Ok(Vec::new()),
        };
        told.extend(of_act(act, &pack.notices, &values, &link, &people)?);
    }
    Ok(told)
}

fn insiders(tx: &Tx, appeal: &Appeal, word: &str) -> Result<Vec<Id<User>>> {
    let unit = |unit: &Option<crate::base::units::UnitId>, roles: &[&str]| match unit {
        Some(unit) => Ok(users(identity::users_of_unit(tx, unit.as_str(), roles)?)),
        None => Ok(Vec::new()),
    };
    match word {
        "intake" => Ok(users(identity::people_with_role(tx, "intake")?)),
        "dispatched_unit" => unit(&appeal.desk_unit, &["handler", "unit_leader"]),
        "responsible_unit" => unit(&appeal.unit, &["handler", "unit_leader"]),
        "leader" => unit(&appeal.unit, &["unit_leader"]),
        "handler" => Ok(appeal.assignee.iter().map(|u| Id::stored(u.clone())).collect()),
        _ => Ok(Vec::new()),
    }
}

fn users(holders: Vec<Holder>) -> Vec<Id<User>> {
    holders.into_iter().map(|h| h.user).collect()
}
