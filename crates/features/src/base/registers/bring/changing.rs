//! A row that stands there already: what it says otherwise, and the acts that change it.

use std::collections::BTreeMap;

use huitong_kernel::error::FieldError;
use huitong_kernel::http::Filled;
use huitong_kernel::http::form::{self, Checked};
use huitong_kernel::pack::{Act, Control, Field, Keeping};
use huitong_kernel::{OrMissing, Result};
use serde_json::{Map, Value as Json};

use super::settling::Settling;
use super::{Findings, Read};
use crate::base::imports::{self, Became, Reject};
use crate::base::matters::entries::{self, batch};
use crate::base::matters::{self, Case, Input, Matter as _, Plain};

impl<'s, 'a: 's> Settling<'s, 'a> {
    /// Whether an entry shows whoever imports all that it says.
    fn sees(&self, entry: &Plain) -> bool {
        self.inside.as_ref().is_none_or(|inside| entries::admitted(inside, entry))
    }

    /// The fields of which a row says something else than what stands, as far as can be told from the words.
    pub(super) fn differing(&mut self, row: &Read, entry: &Plain) -> Result<Vec<&'s Field>> {
        let mut fields = Vec::new();
        let (file, sees) = (self.bring.file, self.sees(entry));
        for field in &file.form.fields {
            let cells = self.bring.cells_of(row, &field.key);
            // To compare what somebody may not see would tell it.
            if !sees && file.of.hides(field) {
                if cells.iter().any(|(_, cell)| !cell.is_empty()) {
                    self.pending.unseen.insert(field.label.clone());
                }
                continue;
            }
            let mut differs = false;
            for (nth, cell) in cells {
                let answer = entry.said(&field.key);
                let told = self.bring.teller.tell(self.tx, file.pack, &file.columns[nth], answer)?;
                let silent = field.personal && cell.is_empty();
                differs |= !silent && huitong_codes::text::clean(cell).trim() != told.trim();
            }
            if differs {
                fields.push(field);
            }
        }
        if fields.is_empty() {
            return Ok(fields);
        }
        // Other words may mean the same.
        let answers = self.answers(row, entry, &fields)?;
        fields.retain(|field| match &answers {
            Ok(said) => entries::plain(field, said.json(&field.key)).as_ref() != entry.said(&field.key),
            Err(_) => true,
        });
        Ok(fields)
    }

    /// What a row says in some fields alone of an entry that says the rest.
    fn answers(
        &self,
        row: &Read,
        entry: &Plain,
        fields: &[&Field],
    ) -> Result<std::result::Result<Checked, Vec<FieldError>>> {
        let file = self.bring.file;
        let of_row = |answers: Option<&Answers>| {
            let mut form = file.form.clone();
            form.fields.retain(|field| fields.iter().any(|one| one.key == field.key));
            for field in &mut form.fields {
                field.required &= answers.is_some_and(|answers| field.visible_among(answers));
                field.visible_if = None;
            }
            form::check(&form, file.pack, &row.filled, self.bring.today).map(|said| (form, said))
        };
        // What must be said depends on what else is said.
        let checked = of_row(None).and_then(|(_, said)| of_row(Some(&as_said(entry, fields, &said))));
        let (form, mut said) = match checked {
            Ok(checked) => checked,
            Err(wrong) => return Ok(Err(wrong)),
        };
        match matters::settle_row(self.tx, &form, &mut said, None, &self.bring.known) {
            Ok(()) => Ok(Ok(said)),
            Err(error) if error.field_errors().is_empty() => Err(error),
            Err(error) => Ok(Err(error.field_errors().to_vec())),
        }
    }

    /// A row that stands there and says something else: the acts that change it, each with what it changes.
    pub(super) fn change(&mut self, place: i64, row: &Read, entry: &Plain) -> Result<Became> {
        let fields = self.differing(row, entry)?;
        let masked = fields.iter().filter(|field| {
            field.personal && self.bring.cells_of(row, &field.key).iter().any(|(_, cell)| cell.contains('*'))
        });
        let masked: Findings = masked
            .map(|field| {
                self.bring.reject(row, &field.key, format!("“{}”是遮盖过的，不能写回台账", field.label))
            })
            .collect();
        if !masked.is_empty() {
            return Ok(Became::Rejected(masked));
        }
        let said = match self.answers(row, entry, &fields)? {
            Ok(said) => said,
            Err(wrong) => return Ok(Became::Rejected(self.bring.rejects(row, &wrong))),
        };
        let unasked = self.bring.not_asked(row, &as_said(entry, &fields, &said));
        if !unasked.is_empty() {
            return Ok(Became::Rejected(unasked));
        }
        let (acts, left) = self.acts_for(&fields);
        let mut told = Vec::new();
        for field in &fields {
            told.push(self.told(row, entry, field)?);
        }
        if !left.is_empty() {
            let why = |mut reject: Reject| {
                reject.reason = format!("{}；这一项不能由导入改动，请在台账里打开这一条更正", reject.reason);
                reject
            };
            let left = told.into_iter().zip(&fields).filter(|(_, field)| left.contains(&field.key.as_str()));
            return Ok(Became::Rejected(left.map(|(reject, _)| why(reject)).collect()));
        }
        let refused = acts.iter().map(|act| self.perform(entry, act, (&fields, &said), false).err());
        let refused = refused.flatten().next();
        if let Some(error) = refused.or_else(|| self.once_changed(entry, &fields, &said).err()) {
            return Ok(Became::Rejected(self.bring.refused(row, error)?));
        }
        self.tx.remember_names(false);
        let (before, mut after) = (entry.spine.version, entry.spine.version);
        for act in acts.iter().filter(|_| self.batch.is_some()) {
            self.pending.acted = true;
            after = self.perform(entry, act, (&fields, &said), true)?;
        }
        if let Some(batch) = self.batch {
            imports::changed(self.tx, batch, place, (&entry.spine.id, before, after))?;
        }
        Ok(Became::Changed(told))
    }

    fn told(&self, row: &Read, entry: &Plain, field: &Field) -> Result<Reject> {
        let mut parts = Vec::new();
        for (nth, _) in self.bring.cells_of(row, &field.key) {
            let column = &self.bring.file.columns[nth];
            let text =
                self.bring.teller.tell(self.tx, self.bring.file.pack, column, entry.said(&field.key))?;
            parts.push(if text.is_empty() { String::from("空") } else { text });
        }
        let cells: Vec<&str> =
            self.bring.cells_of(row, &field.key).into_iter().map(|(_, cell)| cell).collect();
        Ok(Reject {
            column: field.label.clone(),
            value: cells.join("至"),
            reason: format!("原来是“{}”", parts.join("至")),
        })
    }

    /// The acts that change these fields and that whoever imports may do, and the fields that none of them changes.
    fn acts_for<'f>(&self, fields: &[&'f Field]) -> (Vec<&'a Act>, Vec<&'f str>) {
        let mut left: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
        let mut chosen = Vec::new();
        let acts: Vec<&Act> =
            self.rules.of.acts.iter().filter(|act| act.keeping == Some(Keeping::Change)).collect();
        loop {
            let covers = |act: &&Act| {
                let form = self.rules.of.form_of(act);
                left.iter().filter(|key| form.is_some_and(|form| form.field(key).is_some())).count()
            };
            let may = |act: &&&Act| self.tx.ctx().may(&act.name).is_some();
            let best = acts.iter().filter(may).rev().max_by_key(|act| covers(act)).copied();
            let Some(act) = best.filter(|act| covers(act) > 0) else { return (chosen, left) };
            let form = self.rules.of.form_of(act);
            left.retain(|key| form.is_none_or(|form| form.field(key).is_none()));
            chosen.push(act);
        }
    }

    /// Whether an entry may stand as it is after a change.
    fn once_changed(&self, entry: &Plain, fields: &[&Field], said: &Checked) -> Result<()> {
        if self.rules.of.once.is_none() {
            return Ok(());
        }
        let mut changed = entry.clone();
        for field in fields {
            changed.set(field, said.json(&field.key));
        }
        changed.settle(self.tx, self.rules)?;
        self.clash(&changed)
    }

    /// Does an act that changes an entry, or sees whether it could be done; answers the version at which the entry is then.
    fn perform(
        &self,
        entry: &Plain,
        act: &Act,
        (changed, said): (&[&Field], &Checked),
        does: bool,
    ) -> Result<i64> {
        let form = self.rules.of.form_of(act).or_missing()?;
        let mut filled = Map::new();
        for field in form.fields.iter().filter(|field| !field.step_only && field.control != Control::Files) {
            // Of several acts each leaves what another has changed.
            let answer = match changed.iter().any(|one| one.key == field.key) {
                true => said.json(&field.key),
                // What is personal and stays as it is says nothing.
                false => entry.said(&field.key).filter(|_| !field.personal),
            };
            filled.extend(answer.map(|answer| (field.key.clone(), answer.clone())));
        }
        let filled = Filled::from_json(serde_json::to_string(&filled)?.as_bytes())?;
        let input = Input { filled, files: Vec::new() };
        let family = self.rules.of.family();
        let case = Case::<Plain>::open(self.tx, family, &entry.spine.id, &act.key, &input)?;
        match self.batch.filter(|_| does) {
            None => case.rehearse().map(|()| entry.spine.version),
            Some(batch) => Ok(batch::perform(case, batch.as_str())?.0.version),
        }
    }
}

/// Answers as forms look at them, by field.
type Answers = BTreeMap<String, Json>;

/// What an entry says once some fields of it say what a row says.
fn as_said(entry: &Plain, fields: &[&Field], said: &Checked) -> Answers {
    let as_filled = |answer: &Json| match answer {
        Json::Bool(yes) => Json::from(if *yes { "1" } else { "0" }),
        other => other.clone(),
    };
    let mut answers: Answers =
        entry.body.0.iter().map(|(key, answer)| (key.clone(), as_filled(answer))).collect();
    for field in fields {
        match said.json(&field.key) {
            Some(answer) => drop(answers.insert(field.key.clone(), answer.clone())),
            None => drop(answers.remove(&field.key)),
        }
    }
    answers
}
