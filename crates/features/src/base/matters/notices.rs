//! Whom an act on a matter is told to: the definition names relations to the matter, this finds the people behind them.

use huitong_kernel::ctx::User;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::{Definition, Office, Reach, Role, Telling, fill};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Id, Result, Tx};

use super::entries::reminders::REMINDER;
use super::matter::{Matter, Rules};
use super::{sentences, store};
use crate::base::identity::{self, Holder};
use crate::base::notices::{Addressed, Told};

/// The relations that notices of every procedure can be addressed to; beside them any role by its key.
pub const RECIPIENTS: &[(&str, &str)] = &[
    ("提出人", "提出这件事的人"),
    ("经办人", "经办人"),
    ("承办单位", "承办单位的经办人和负责人"),
    ("派往单位", "现在所在单位的经办人和负责人"),
    ("单位负责人", "承办单位的负责人"),
    ("协会", "协会的秘书长"),
];

/// The role that leads a unit.
const LEADER: &str = "unit_leader";
/// The role that speaks for an association.
const SECRETARY: &str = "association_secretary";

/// Roles that a unit's notices go to: those that see what their own unit has.
fn roles_of_unit<'c>(tx: &'c Tx, of: &Definition) -> Vec<&'c str> {
    let (roles, view) = (tx.ctx().roles(), of.view());
    let sees =
        |role: &&Role| role.office == Office::Unit && roles.granted(&role.key, &view).contains(&Reach::Unit);
    roles.all().iter().filter(sees).map(|role| role.key.as_str()).collect()
}

/// Where the pages of a matter lie, for those inside and for those who follow it as their own.
pub struct Pages {
    /// For those inside.
    pub inside: String,
    /// For those outside.
    pub outside: String,
}

/// Computes whom an entry of the journal is told to.
pub fn recipients<M: Matter>(tx: &Tx, entry: &Kept, pages: &dyn Fn(&M) -> Pages) -> Result<Told> {
    let Some(matter) = M::find(tx, &Scope::all(), &entry.subject)? else { return Ok(Told::default()) };
    let rules = Rules::of(tx.ctx(), matter.spine())?;
    let Some(act) = rules.of.act_named(&entry.act) else { return reminded(tx, rules, entry, &matter, pages) };
    // The version that the entry wrote down is that of its step.
    let version = entry.body.pointer("/after/version").and_then(serde_json::Value::as_i64).unwrap_or(1);
    let step = store::step_of(tx, &entry.subject, version)?.filter(|step| step.act == act.key);
    let links = pages(&matter);
    // Whoever moved it has done what the others were told to do.
    let moved = step.as_ref().is_some_and(|step| step.state_before != step.state_after);
    let over = Some(links.inside.clone()).filter(|_| moved);
    if act.notify.is_empty() {
        return Ok(Told { people: Vec::new(), over });
    }
    let values = sentences::of_notice(tx, rules, &matter, act, step.as_ref())?;
    let mut told: Vec<Addressed> = Vec::new();
    for (nth, notify) in act.notify.iter().enumerate() {
        let (kind, text) = match &notify.say {
            Telling::Notice(key) => match rules.of.notice(key) {
                Some(notice) => (notice.key.clone(), notice.title.as_str()),
                None => continue,
            },
            Telling::Sentence(text) => (format!("{}.{nth}", act.name), text.as_str()),
        };
        let title = fill(text, &|name| values.get(name).map(String::as_str).or(Some("")));
        let (people, outside) = people(tx, rules.of, &matter, &notify.who)?;
        let link = if outside { &links.outside } else { &links.inside };
        for user in people {
            if !told.iter().any(|t| t.user == user && t.kind == kind) {
                told.push(Addressed { user, kind: kind.clone(), title: title.clone(), link: link.clone() });
            }
        }
    }
    Ok(Told { people: told, over })
}

/// Whom a reminder of an entry is told to.
fn reminded<M: Matter>(
    tx: &Tx,
    rules: Rules<'_>,
    entry: &Kept,
    matter: &M,
    pages: &dyn Fn(&M) -> Pages,
) -> Result<Told> {
    let key = entry.body.get(REMINDER).and_then(serde_json::Value::as_str).unwrap_or_default();
    let all = rules.of.register.iter().flat_map(|register| &register.reminders);
    let Some(reminder) = all.into_iter().find(|one| one.key == key) else { return Ok(Told::default()) };
    let values = M::sentence_facts(tx, rules, matter)?;
    let title = fill(&reminder.notice, &|name| values.get(name).map(String::as_str).or(Some("")));
    let links = pages(matter);
    let mut told: Vec<Addressed> = Vec::new();
    for who in &reminder.who {
        let (people, outside) = people(tx, rules.of, matter, who)?;
        let link = if outside { &links.outside } else { &links.inside };
        for user in
            people.into_iter().filter(|user| told.iter().all(|known| known.user != *user)).collect::<Vec<_>>()
        {
            told.push(Addressed { user, kind: entry.act.clone(), title: title.clone(), link: link.clone() });
        }
    }
    Ok(Told { people: told, over: None })
}

/// The people behind a word, and whether they look from outside.
fn people<M: Matter>(tx: &Tx, of: &Definition, matter: &M, who: &str) -> Result<(Vec<Id<User>>, bool)> {
    let spine = matter.spine();
    let unit = |unit: &Option<crate::base::units::UnitId>, roles: &[&str]| -> Result<Vec<Id<User>>> {
        match unit {
            Some(unit) => Ok(users(identity::users_of_unit(tx, unit.as_str(), roles)?)),
            None => Ok(Vec::new()),
        }
    };
    let one = |user: &Option<String>| -> Vec<Id<User>> {
        user.iter().map(|user| Id::stored(user.clone())).collect()
    };
    Ok(match who {
        "提出人" => (one(&spine.owner_user), spine.owner_association.is_some() || M::OWNED),
        "经办人" => (one(&spine.assignee), false),
        "派往单位" => (unit(&spine.desk_unit, &roles_of_unit(tx, of))?, false),
        "承办单位" => (unit(&spine.unit, &roles_of_unit(tx, of))?, false),
        "单位负责人" => (unit(&spine.unit, &[LEADER])?, false),
        "协会" => {
            let mut told = Vec::new();
            // Whom it does not reach yet is told nothing of it.
            for association in matter.owner_associations() {
                told.extend(users(identity::users_of_unit(tx, &association, &[SECRETARY])?));
            }
            (told, true)
        }
        role => (users(identity::people_with_role(tx, role)?), false),
    })
}

fn users(holders: Vec<Holder>) -> Vec<Id<User>> {
    holders.into_iter().map(|h| h.user).collect()
}
