//! The matters of the pack's own procedures in the demo: each step done by the same act as the pages use.

use std::collections::BTreeMap;

use huitong_features::base::identity;
use huitong_features::base::matters::{self, Case, Input, Plain};
use huitong_kernel::city::City;
use huitong_kernel::http::Filled;
use huitong_kernel::pack::{Control, Definition, Field};
use huitong_kernel::{Error, OrMissing, Result, Tx};
use serde_json::{Value as Json, json};

use super::register::Register;
use super::seeds::{MatterStep, Seeds};
use crate::place::person;

/// A step of a matter, with the place of the matter in the seeds.
#[derive(Debug, Clone, Copy)]
pub struct Event<'s> {
    /// When (UTC milliseconds).
    pub at: i64,
    matter: usize,
    step: &'s MatterStep,
}

/// All steps by time; at the same instant in the order of the seeds.
pub fn events(seeds: &Seeds) -> Vec<Event<'_>> {
    let all = seeds.matters.iter().enumerate();
    let steps =
        all.flat_map(|(matter, seed)| seed.steps.iter().map(move |step| Event { at: step.at, matter, step }));
    let mut events: Vec<Event<'_>> = steps.collect();
    events.sort_by_key(|event| (event.at, event.matter));
    events
}

/// The matters that were begun so far.
pub struct Matters<'s> {
    city: &'s City,
    seeds: &'s Seeds,
    register: &'s Register,
    begun: BTreeMap<usize, String>,
}

impl<'s> Matters<'s> {
    /// No matter yet.
    pub fn new(city: &'s City, seeds: &'s Seeds, register: &'s Register) -> Matters<'s> {
        Matters { city, seeds, register, begun: BTreeMap::new() }
    }

    /// Does a step at the instant that the city's clock shows; a pack without the procedure leaves its seeds out.
    pub fn perform(&mut self, event: Event<'s>) -> Result<()> {
        let seed = &self.seeds.matters[event.matter];
        let pack = self.city.pack();
        let mut definitions = pack.definitions.iter();
        let Some(of) = definitions.find(|of| [&of.key, &of.path].contains(&&seed.procedure)) else {
            return Ok(());
        };
        let act = event.step.act.as_str();
        let id = self.step(event, of).map_err(|e| {
            let wrong: Vec<String> =
                e.field_errors().iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
            Error::internal(format!("{} {act}: {e} {} {}", seed.key, wrong.join("; "), e.log_line()))
        })?;
        self.begun.insert(event.matter, id);
        Ok(())
    }

    fn step(&self, event: Event<'_>, of: &Definition) -> Result<String> {
        let (begun, step) = (self.begun.get(&event.matter), event.step);
        let system = self.city.ctx(huitong_kernel::ctx::Actor::System);
        let actor = self.city.db.read(&system, |tx| person(tx, &step.by))?;
        let actor = actor.ok_or_else(|| Error::internal(format!("nobody is called {}", step.by)))?;
        self.city.db.write(&self.city.ctx(actor), |tx| {
            let input = self.input(tx, of, step)?;
            let done = match begun {
                Some(id) => Case::<Plain>::open(tx, &of.key, id, &step.act, &input)?.perform()?,
                None => matters::begin(tx, &of.key, &step.act, &input)?,
            };
            Ok(done.id)
        })
    }

    /// The form as a program would send it: associations by their code, people by their account.
    fn input(&self, tx: &Tx, of: &Definition, step: &MatterStep) -> Result<Input> {
        let mut form = step.form.clone();
        let act = of.act(&step.act).and_then(|act| of.form_of(act));
        for (heading, cell) in &step.cells {
            let (name, part) =
                heading.rsplit_once('.').map_or((heading.as_str(), None), |(of, part)| (of, Some(part)));
            let mut asked = act.into_iter().flat_map(|form| &form.fields);
            let field = asked.find(|field| field.key == name || field.label == name);
            let field =
                field.ok_or_else(|| Error::internal(format!("{} does not ask for {name}", step.act)))?;
            match part {
                None => drop(form.insert(field.key.clone(), typed(tx, field, cell)?)),
                Some(part) => {
                    let period = form.entry(field.key.clone()).or_insert_with(|| json!({}));
                    period[if part == "起" { "from" } else { "until" }] = json!(cell);
                }
            }
        }
        let mut form = Json::Object(form);
        self.name(tx, &mut form)?;
        let mut filled = Filled::from_json(form.to_string().as_bytes())?;
        filled.strict = true;
        Ok(Input { filled, files: Vec::new() })
    }

    fn name(&self, tx: &Tx, value: &mut Json) -> Result<()> {
        match value {
            Json::Object(fields) => fields.values_mut().try_for_each(|value| self.name(tx, value)),
            Json::Array(all) => all.iter_mut().try_for_each(|value| self.name(tx, value)),
            Json::String(text) => {
                if let Some(seed) = self.seeds.associations.iter().find(|seed| seed.key == *text) {
                    *text = self.register.association_code(&seed.key)?.to_owned();
                } else if self.seeds.staff.iter().any(|staff| staff.login == *text) {
                    *text = identity::by_login(tx, text)?.or_missing()?.id.to_string();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// What a cell says, as a program would: several one by one, choices by their keys, numbers as numbers.
fn typed(tx: &Tx, field: &Field, cell: &str) -> Result<Json> {
    let pack = tx.ctx().pack()?;
    let choices = field.options.as_deref().map_or(&[][..], |list| pack.choices(list));
    let one = |text: &str| match choices.iter().find(|choice| choice.label == text) {
        Some(choice) => json!(choice.key),
        None if field.control == Control::Integer => {
            text.parse::<i64>().map_or_else(|_| json!(text), Json::from)
        }
        None => json!(text),
    };
    Ok(if field.holds_several() { cell.split('、').map(one).collect() } else { one(cell) })
}
