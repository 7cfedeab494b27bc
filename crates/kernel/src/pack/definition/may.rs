//! `[may]`: which roles do which act, and how far that reaches; it stands beside the definition.

use super::Definition;
use crate::pack::closed::Closed as _;
use crate::pack::desk::Ref;
use crate::pack::roles::{Grant, Reach, Role};
use crate::pack::table::Tab;

/// One line of `[may]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May {
    /// `opinion.view`.
    pub act: String,
    /// Key of the role.
    pub role: String,
    /// How far.
    pub reach: Reach,
    /// For what a unit's links with the association reach: kinds of links; all where empty.
    pub by: Vec<Party>,
}

/// A kind of link by its key: as which party a unit answers for an association.
pub type Party = String;

/// The key that stands for all acts not named.
const OTHERS: &str = "others";

/// Reads `[may]`.
pub(super) fn read(tab: &Tab<'_>, procedure: &Definition) -> Vec<May> {
    let mut lines: Vec<May> = Vec::new();
    let mut named: Vec<String> = Vec::new();
    let mut others: Vec<(String, Reach, Vec<Party>)> = Vec::new();
    let export = |name: &str| procedure.is_register() && name == procedure.export();
    let known = |name: &str| name == procedure.view() || export(name) || procedure.act_named(name).is_some();
    for (name, line) in tab.entries("may") {
        if name != OTHERS && !known(&name) {
            let acts: Vec<String> = std::iter::once(procedure.view())
                .chain(procedure.acts.iter().map(|act| act.name.clone()))
                .collect();
            let near = crate::pack::did_you_mean(&name, acts.iter().map(String::as_str));
            tab.desk.say(&line.at(""), format!("没有“{name}”这一步，不能写谁能做"), near);
        }
        let grants = grants(&line);
        if name == OTHERS {
            others = grants;
            continue;
        }
        lines.extend(grants.into_iter().map(|(role, reach, by)| May { act: name.clone(), role, reach, by }));
        named.push(name);
    }
    for act in procedure
        .acts
        .iter()
        .filter(|act| act.after_limit.is_none() && !act.by_program && !named.contains(&act.name))
    {
        let rest = others.iter().cloned();
        lines.extend(rest.map(|(role, reach, by)| May { act: act.name.clone(), role, reach, by }));
    }
    lines
}

fn grants(line: &Tab<'_>) -> Vec<(String, Reach, Vec<Party>)> {
    let mut grants = Vec::new();
    for (word, reach) in Reach::WORDS {
        if *reach == Reach::Linked && line.is_table(word) {
            let Some(narrow) = line.table(word) else { continue };
            let by = narrow.refer_all("by", Ref::LINK_KIND);
            let roles = narrow.refer_all("roles", Ref::ROLE);
            grants.extend(roles.into_iter().map(|role| (role, *reach, by.clone())));
            continue;
        }
        let roles = line.refer_all(word, Ref::ROLE);
        grants.extend(roles.into_iter().map(|role| (role, *reach, Vec::new())));
    }
    grants
}

/// Enters the lines of all procedures into the roles.
pub(in crate::pack) fn enter(roles: &mut [Role], procedures: &[Definition]) {
    for line in procedures.iter().flat_map(|procedure| &procedure.may) {
        if let Some(role) = roles.iter_mut().find(|role| role.key == line.role) {
            role.grants.push(Grant { act: line.act.clone(), reach: line.reach, by: line.by.clone() });
        }
    }
}
