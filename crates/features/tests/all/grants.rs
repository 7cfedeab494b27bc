//! What the roles' file grants, read anew from the file itself: the expectation owes nothing to the code it judges.

use std::collections::BTreeMap;

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
}

impl Asker for Somebody {
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
pub struct Grants(BTreeMap<String, Vec<(String, String)>>);

impl Grants {
    /// Reads the shipped file.
    pub fn read() -> Grants {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pack/chengdu/roles.toml");
        let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let roles = file["roles"].as_table().unwrap().iter();
        Grants(
            roles
                .map(|(role, said)| {
                    let may = said["may"].as_table().unwrap().iter();
                    let acts = may.flat_map(|(reach, acts)| {
                        acts.as_array()
                            .unwrap()
                            .iter()
                            .map(|act| (reach.clone(), act.as_str().unwrap().to_owned()))
                    });
                    (role.clone(), acts.collect())
                })
                .collect(),
        )
    }

    /// Every role.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn of<'a>(&'a self, role: &str, act: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.0.get(role).into_iter().flatten();
        all.filter(move |(_, granted)| granted == act).map(|(reach, _)| reach.as_str())
    }

    /// Whether somebody may do an act at all: by the role held, or because everybody may.
    pub fn may(&self, actor: &impl Asker, act: &str) -> bool {
        self.of(actor.role(), act).next().is_some() || self.of("public", act).next().is_some()
    }

    /// Whether it reaches this case.
    pub fn reaches(&self, actor: &impl Asker, act: &str, case: &Keys) -> bool {
        let own = !actor.account().is_empty() && actor.account() == case.submitter;
        let body = !actor.office().is_empty()
            && [&case.association, &case.company].contains(&&actor.office().to_owned());
        let by_post = self.of(actor.role(), act).any(|reach| match reach {
            "city" | "public" => true,
            "unit" => case.units.iter().any(|unit| unit == actor.office()),
            "assigned" => !actor.account().is_empty() && actor.account() == case.assignee,
            "own" => !actor.account().is_empty() && (own || body),
            other => panic!("unknown reach {other}"),
        });
        by_post
            || self.of("public", act).any(|reach| match reach {
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
