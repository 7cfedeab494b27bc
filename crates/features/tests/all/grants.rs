//! What the roles' file grants, read anew from the file itself: the expectation owes nothing to the code it judges.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_kernel::ctx::OfficeKind;
use huitong_testkit::door::Person as Somebody;

use crate::cases::Keys;

/// Who asks, as far as rights look: nobody has neither account nor office.
pub trait Asker {
    /// Role key.
    fn role(&self) -> &str;
    /// Id of the unit, association or company.
    fn office(&self) -> &str;
    /// Id of the account.
    fn account(&self) -> &str;
    /// Whether the office is a unit of the city.
    fn is_inside(&self) -> bool;
}

impl Asker for Somebody {
    fn is_inside(&self) -> bool {
        self.office.kind == OfficeKind::Unit
    }

    fn role(&self) -> &str {
        &self.role
    }

    fn office(&self) -> &str {
        &self.office.id
    }

    fn account(&self) -> &str {
        self.account.id.as_str()
    }
}

/// Which acts a role may do, each with how far.
pub struct Grants(BTreeMap<String, Vec<Grant>>);

struct Grant {
    reach: String,
    act: String,
    /// Where it reaches by links: the kinds that count; all where empty.
    by: Vec<String>,
}

fn texts(said: &toml::Value) -> Vec<String> {
    said.as_array().into_iter().flatten().map(|one| one.as_str().unwrap().to_owned()).collect()
}

impl Grants {
    /// Reads the shipped files: that of the roles, and `[may]` of every definition.
    pub fn read() -> Grants {
        let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pack/chengdu");
        let read = |path: &Path| -> toml::Table { std::fs::read_to_string(path).unwrap().parse().unwrap() };
        let file = read(&Path::new(pack).join("roles.toml"));
        let roles = file["roles"].as_table().unwrap().iter();
        let granted = |may: &toml::Value| -> Vec<Grant> {
            let may = may.as_table().unwrap().iter();
            let one = |reach: &str, act: String| Grant { reach: reach.to_owned(), act, by: Vec::new() };
            may.flat_map(|(reach, acts)| {
                texts(acts).into_iter().map(|act| one(reach, act)).collect::<Vec<_>>()
            })
            .collect()
        };
        let mut grants = Grants(roles.map(|(role, said)| (role.clone(), granted(&said["may"]))).collect());
        for folder in ["procedures", "registers"] {
            for entry in std::fs::read_dir(Path::new(pack).join(folder)).unwrap() {
                grants.enter(&read(&entry.unwrap().path()));
            }
        }
        grants
    }

    /// Adds what a definition says of its own acts; those it does not name are for whom it calls `others`.
    fn enter(&mut self, of: &toml::Table) {
        let (key, may) = (of["key"].as_str().unwrap(), of["may"].as_table().unwrap());
        let acts = of["acts"].as_table().unwrap().iter();
        let by_people = acts.filter(|(_, said)| said.get("after_limit").is_none());
        let mut lines: Vec<(String, &toml::Value)> = Vec::new();
        let (view, export) = (format!("{key}.view"), format!("{key}.export"));
        for name in by_people.map(|(act, _)| format!("{key}.{act}")).chain([view.clone(), export.clone()]) {
            let said = may.get(&name).or(may.get("others").filter(|_| name != view && name != export));
            lines.extend(said.map(|said| (name, said)));
        }
        for (act, said) in lines {
            for (reach, who) in said.as_table().unwrap() {
                let narrow = who.as_table();
                let roles = texts(narrow.map_or(who, |narrow| &narrow["roles"]));
                let by = narrow.map(|narrow| texts(&narrow["by"])).unwrap_or_default();
                for role in roles {
                    let grant = Grant { reach: reach.clone(), act: act.clone(), by: by.clone() };
                    self.0.get_mut(&role).unwrap().push(grant);
                }
            }
        }
    }

    /// Every role.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn of<'a>(&'a self, role: &str, act: &'a str) -> impl Iterator<Item = &'a Grant> {
        self.0.get(role).into_iter().flatten().filter(move |grant| grant.act == act)
    }

    /// Whether somebody may do an act at all: by the role held, or because everybody may.
    pub fn may(&self, actor: &impl Asker, act: &str) -> bool {
        self.of(actor.role(), act).next().is_some() || self.of("public", act).next().is_some()
    }

    /// Whether it reaches this case.
    pub fn reaches(&self, actor: &impl Asker, act: &str, case: &Keys) -> bool {
        let own = !actor.account().is_empty() && actor.account() == case.submitter;
        let body = !actor.office().is_empty() && case.is_of(actor.office());
        let by_link = |by: &[String]| {
            let theirs = |(kind, unit): &(String, String)| {
                unit == actor.office() && (by.is_empty() || by.contains(kind))
            };
            case.links.iter().any(theirs)
        };
        let by_post = self.of(actor.role(), act).any(|grant| match grant.reach.as_str() {
            "linked" => by_link(&grant.by),
            "city" | "public" => true,
            "unit" => case.units.iter().any(|unit| unit == actor.office()),
            "assigned" => !actor.account().is_empty() && actor.account() == case.assignee,
            "own" => !actor.account().is_empty() && (own || body),
            other => panic!("unknown reach {other}"),
        });
        by_post
            || self.of("public", act).any(|grant| match grant.reach.as_str() {
                "public" => true,
                "own" => own,
                other => panic!("the public has {other}"),
            })
    }

    /// Whether somebody may know of a case at all.
    pub fn sees(&self, actor: &impl Asker, case: &Keys) -> bool {
        self.reaches(actor, "appeal.view", case)
    }
}

/// What somebody may learn of the person behind a case they see.
#[derive(Debug, PartialEq, Eq)]
pub enum Person {
    /// Everything: their own.
    All,
    /// Masked; the association or company by name.
    Masked,
    /// Nothing, not even whose association or company.
    Nothing,
}

impl Grants {
    /// Decides from the words of the domain: one's own all; confidential nothing, complained of nothing, else masked.
    pub fn person(&self, actor: &impl Asker, case: &Keys) -> Person {
        if !actor.office().is_empty() && actor.office() == case.about {
            return Person::Nothing;
        }
        if !actor.account().is_empty() && actor.account() == case.submitter {
            return Person::All;
        }
        if case.disclosure == "named" { Person::Masked } else { Person::Nothing }
    }
}
