//! The steps of the appeals, done by the same acts as the pages use.

use std::collections::BTreeMap;

use huitong_features::base::attachments::{self, Sender};
use huitong_features::base::identity;
use huitong_features::base::matters::Input;
use huitong_features::base::units;
use huitong_features::growth::appeals::{self, AppealId, Receipt};
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::{Filled, Upload};
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};

use super::events::{Event, Who};
use super::register::Register;
use super::seeds::{Appeal, Seeds};
use crate::place::person;

/// The appeals that were brought in so far.
pub struct Cases<'s> {
    city: &'s City,
    seeds: &'s Seeds,
    register: &'s Register,
    receipts: BTreeMap<usize, Receipt>,
    people: BTreeMap<&'s str, Actor>,
}

impl<'s> Cases<'s> {
    /// No appeal yet.
    pub fn new(city: &'s City, seeds: &'s Seeds, register: &'s Register) -> Cases<'s> {
        Cases { city, seeds, register, receipts: BTreeMap::new(), people: BTreeMap::new() }
    }

    /// Does a step at the instant that the city's clock shows.
    pub fn perform(&mut self, event: &Event<'s>) -> Result<()> {
        let seed = &self.seeds.appeals[event.appeal];
        let done = match event.act {
            "submit" | "register" => self.begin(event, seed),
            _ => self.go_on(event, seed),
        };
        done.map_err(|e| Error::internal(format!("{} {}: {e} {}", seed.key, event.act, e.log_line())))
    }

    fn begin(&mut self, event: &Event<'s>, seed: &'s Appeal) -> Result<()> {
        let ctx = self.city.ctx(self.actor(event, seed)?);
        let pack = self.city.pack();
        let uploads: Vec<Upload> = seed.attachments.iter().map(upload).collect();
        let files = attachments::take(self.city, &pack, &Sender::named(true, "demo"), &uploads)?;
        let form = self.form(seed)?;
        let pairs: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let input = Input { filled: Filled::of(&pairs), files };
        let receipt = self.city.db.write(&ctx, |tx| match event.act {
            "register" => appeals::register(tx, &input, None),
            _ => appeals::submit(tx, &input),
        })?;
        self.receipts.insert(event.appeal, receipt);
        Ok(())
    }

    fn form(&self, seed: &Appeal) -> Result<Vec<(&'static str, String)>> {
        let mut form = vec![
            ("kind", seed.kind.clone()),
            ("title", seed.title.clone()),
            ("text", seed.text.clone()),
            ("disclosure", seed.disclosure.clone()),
        ];
        let said = [
            ("source", &seed.source),
            ("source_number", &seed.source_number),
            ("contact_name", &seed.contact_name),
            ("contact_phone", &seed.contact_phone),
        ];
        form.extend(said.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))));
        if let Some(key) = &seed.association {
            form.push(("association", self.register.association_code(key)?.to_owned()));
        }
        if let Some(key) = &seed.company {
            let (code, name) = self.register.company(key)?.clone();
            form.extend([("company_code", code), ("company_name", name)]);
        }
        if let Some(about) = &seed.about {
            let named =
                if about.kind == "unit" { &about.key } else { self.register.association_code(&about.key)? };
            form.push(("about", named.to_owned()));
        }
        Ok(form)
    }

    fn go_on(&mut self, event: &Event<'s>, seed: &'s Appeal) -> Result<()> {
        let actor = self.actor(event, seed)?;
        let ctx = self.city.ctx(actor);
        let receipt = self.receipts.get(&event.appeal).or_missing()?;
        let id: AppealId = Id::parse(&receipt.id).or_missing()?;
        let tracked = event.who == Who::Complainant && seed.channel != "desk";
        self.city.db.write(&ctx, |tx| {
            let input = input(tx, event)?;
            let (number, code) = (receipt.number.as_str(), receipt.tracking_code.as_str());
            match tracked {
                true => appeals::act_tracked(tx, (number, code), event.act, &input),
                false => appeals::act(tx, &id, event.act, &input),
            }
        })?;
        Ok(())
    }

    fn actor(&mut self, event: &Event<'s>, seed: &'s Appeal) -> Result<Actor> {
        let login = match event.who {
            Who::Login(login) => login,
            Who::Complainant => match &seed.by {
                Some(login) if seed.channel == "desk" => login,
                _ => return Ok(Actor::Public),
            },
        };
        if let Some(actor) = self.people.get(login) {
            return Ok(actor.clone());
        }
        let ctx = self.city.ctx(Actor::System);
        let found = self.city.db.read(&ctx, |tx| person(tx, login))?;
        let actor = found.ok_or_else(|| Error::internal(format!("nobody is called {login}")))?;
        self.people.insert(login, actor.clone());
        Ok(actor)
    }
}

/// The form of a step; the seeds name units and handlers by key and login, the form by id.
fn input(tx: &Tx, event: &Event<'_>) -> Result<Input> {
    let mut filled = Filled::default();
    for (key, value) in &event.form {
        let id = match *key {
            "unit" => Some(units::by_key(tx, value)?.or_missing()?.id.to_string()),
            "handler" => Some(identity::by_login(tx, value)?.or_missing()?.id.to_string()),
            _ => None,
        };
        if let Some(id) = &id {
            filled.values.insert(format!("{key}_id"), id.clone());
        }
        filled.values.insert((*key).to_owned(), id.unwrap_or_else(|| (*value).to_owned()));
    }
    Ok(Input { filled, files: Vec::new() })
}

fn upload(file: &super::seeds::File) -> Upload {
    Upload {
        field: String::from("files"),
        name: file.name.clone(),
        content_type: String::from("text/plain"),
        content: file.text.clone().into(),
    }
}
