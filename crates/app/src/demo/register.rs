//! The demo city before its first appeal: associations, their people and links, accounts with their posts.

use std::collections::BTreeMap;

use huitong_features::base::associations::{self, NewAssociation, NewPerson};
use huitong_features::base::duty::{self, NewLink};
use huitong_features::base::identity::{self, Hashed, NewPost, NewUser, Office};
use huitong_features::base::units;
use huitong_kernel::{Error, OrMissing, Result, Tx};

use super::seeds::{Company, Seeds, Staff};

/// What the appeals need to find again: keys of the seeds with what they became.
#[derive(Default)]
pub struct Register {
    associations: BTreeMap<String, (associations::AssociationId, String, String)>,
    companies: BTreeMap<String, (String, String)>,
}

impl Register {
    /// Code (统一社会信用代码) of an association.
    pub fn association_code(&self, key: &str) -> Result<&str> {
        Ok(&self.associations.get(key).ok_or_else(|| unknown(key))?.1)
    }

    /// Code (统一社会信用代码) and name of a company.
    pub fn company(&self, key: &str) -> Result<&(String, String)> {
        self.companies.get(key).ok_or_else(|| unknown(key))
    }
}

fn unknown(key: &str) -> Error {
    Error::internal(format!("the seeds name {key}, which they do not bring"))
}

fn named(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Puts associations on file with their people and links.
pub fn associations(tx: &Tx, seeds: &Seeds) -> Result<Register> {
    let mut register = Register::default();
    for Company { key, name, uscc } in &seeds.companies {
        register.companies.insert(key.clone(), (uscc.clone(), name.clone()));
    }
    for seed in &seeds.associations {
        let new = NewAssociation {
            uscc: seed.uscc.clone(),
            name: seed.name.clone(),
            management_type: seed.management_type.clone(),
            deregistered: seed.status != "active",
            founded_on: seed.founded_on,
            term_ends_on: seed.term_ends_on,
            industries: seed.industries.split('、').filter(|c| !c.is_empty()).map(str::to_owned).collect(),
            member_count: seed.member_count,
            scope: seed.scope.clone(),
            address: named(&seed.address),
            phone: named(&seed.phone),
        };
        let association = associations::record(tx, &new)?;
        register.associations.insert(seed.key.clone(), (association.id, seed.uscc.clone(), association.name));
    }
    for seed in &seeds.people {
        let new = NewPerson {
            association: register
                .associations
                .get(&seed.association)
                .ok_or_else(|| unknown(&seed.association))?
                .0
                .clone(),
            name: seed.name.clone(),
            title: seed.title.clone(),
            phone: named(&seed.phone),
            user: None,
            from_on: seed.from,
            until_on: seed.until,
        };
        associations::add_person(tx, &new)?;
    }
    for seed in &seeds.links {
        let new = NewLink {
            association: register
                .associations
                .get(&seed.association)
                .ok_or_else(|| unknown(&seed.association))?
                .0
                .clone(),
            kind: seed.kind.clone(),
            unit: units::by_key(tx, &seed.unit)?.or_missing()?.id,
            from_on: seed.from,
            until_on: seed.until,
            paper: seed.paper.clone(),
        };
        duty::add(tx, &new)?;
    }
    Ok(register)
}

/// Opens the accounts; only those with a password can sign in.
pub fn accounts(
    tx: &Tx,
    seeds: &Seeds,
    register: &Register,
    passwords: &BTreeMap<String, Hashed>,
) -> Result<()> {
    for staff in &seeds.staff {
        let post = NewPost {
            from: staff.from,
            until: staff.until,
            ..NewPost::open(&staff.role, office(tx, staff, register)?)
        };
        if let Some(account) = identity::by_login(tx, &staff.login)? {
            identity::grant(tx, &account.id, &post)?;
            continue;
        }
        let new = NewUser {
            login: staff.login.clone(),
            name: staff.name.clone(),
            phone: named(&staff.phone),
            password: passwords.get(&staff.login).cloned(),
            must_change: false,
            post: Some(post),
        };
        identity::add(tx, &new)?;
    }
    Ok(())
}

/// Where a post is held; whoever acts for the whole city sits in the unit that runs the platform.
fn office(tx: &Tx, staff: &Staff, register: &Register) -> Result<Office> {
    if let Some(key) = named(&staff.association) {
        let (id, _, name) = register.associations.get(&key).ok_or_else(|| unknown(&key))?;
        return Ok(Office::association(id.as_str(), name));
    }
    if let Some(key) = named(&staff.company) {
        let (code, name) = register.companies.get(&key).ok_or_else(|| unknown(&key))?;
        return Ok(Office::company(code, name));
    }
    let key =
        named(&staff.unit).map_or_else(|| Ok::<_, Error>(tx.ctx().pack()?.city.host_unit.clone()), Ok)?;
    Ok(Office::unit(&units::by_key(tx, &key)?.ok_or_else(|| unknown(&key))?))
}
