//! What the rows of one commit become: decided together, in the order of the file, and written at the end.

use std::collections::{HashMap, HashSet};

use huitong_kernel::error::FieldError;
use huitong_kernel::http::Filled;
use huitong_kernel::pack::{CURRENT, Control, Field};
use huitong_kernel::rights::{Right, Scope};
use huitong_kernel::{OrMissing, Result, Tx};

use super::super::file::ENTRY;
use super::super::standing::{self, Key, Standing};
use crate::base::imports::{self, BatchId, Became, Reject};
use crate::base::matters::entries::{self, batch};
use crate::base::matters::sentences::IMPORT;
use crate::base::matters::{self, Case, Entry, Input, Plain, Rules};

use super::{Bring, Findings, Meant, Met, Pending, Read};

/// The rows of one commit.
pub(super) struct Settling<'s, 'a> {
    pub(super) bring: &'s Bring<'s>,
    pub(super) tx: &'s Tx<'a>,
    pub(super) rules: Rules<'a>,
    pub(super) right: Right<'a>,
    /// What whoever imports looks at from inside; none where nothing is hidden from others.
    pub(super) inside: Option<Scope<'a>>,
    pub(super) batch: Option<&'s BatchId>,
    pub(super) standing: &'s Standing,
    pub(super) met: &'s Met,
    pub(super) pending: Pending,
    /// What is written at the end: the place of its row, and what it begins.
    pub(super) new: Vec<(i64, Entry<'s, Plain>)>,
}

/// An act gets no files with a row.
static NOTHING: std::sync::LazyLock<Input> = std::sync::LazyLock::new(Input::default);

impl<'s, 'a: 's> Settling<'s, 'a> {
    pub(super) fn rows(&mut self, rows: &[(i64, Read)]) -> Result<Vec<Became>> {
        let mut meant = Vec::with_capacity(rows.len());
        let mut ids = Vec::new();
        for (_, row) in rows {
            let one = self.meant(row)?;
            if let Ok(Meant { key, .. }) = &one {
                ids.extend(self.standing.same.get(key).into_iter().flatten().map(String::as_str));
            }
            meant.push(one);
        }
        let there = if ids.is_empty() { Vec::new() } else { batch::several(self.tx, &ids)? };
        let there: HashMap<&str, &Plain> = there.iter().map(|one| (one.spine.id.as_str(), one)).collect();
        let mut here: HashMap<Key, (i64, u64)> = HashMap::new();
        let mut became = Vec::with_capacity(rows.len());
        for ((place, row), meant) in rows.iter().zip(meant) {
            let Meant { key, parent } = match meant {
                Ok(meant) => meant,
                Err(found) => {
                    became.push(Became::Rejected(found));
                    continue;
                }
            };
            let ids = self.standing.same.get(&key);
            let known: Vec<&Plain> =
                ids.into_iter().flatten().filter_map(|id| there.get(id.as_str()).copied()).collect();
            if let Some(changed) = self.met.before.as_ref().and_then(|before| before.get(place)) {
                self.pending.entries.extend(known.iter().map(|one| one.spine.id.clone()));
                here.insert(key.clone(), (*place, row.digest));
                self.pending.rows.push((key, (*place, row.digest)));
                became.push(match changed {
                    true => Became::Changed(Vec::new()),
                    false => Became::Accepted { receipt: None, remarks: Vec::new() },
                });
                continue;
            }
            let fate = match here.get(&key).or_else(|| self.met.rows.get(&key)) {
                Some((_, digest)) if *digest == row.digest => Became::Unchanged(None),
                Some((first, _)) => {
                    let why =
                        format!("和第 {first} 行数据是同一条，内容不同；只按那一行导入，请核对后留一行");
                    Became::Rejected(vec![self.bring.reject(row, &self.first_column(), why)])
                }
                None => self.fate(*place, row, (&key, parent.as_deref()), &known)?,
            };
            let first = !here.contains_key(&key) && !self.met.rows.contains_key(&key);
            if first && !matches!(fate, Became::Rejected(_)) {
                here.insert(key.clone(), (*place, row.digest));
                self.pending.rows.push((key, (*place, row.digest)));
            }
            became.push(fate);
        }
        Ok(became)
    }

    fn first_column(&self) -> String {
        self.bring.file.same_as().first().map(|column| (*column).to_owned()).unwrap_or_default()
    }

    /// What a row is about, or why that cannot be said; then all that is wrong with it is said with it.
    fn meant(&self, row: &Read) -> Result<std::result::Result<Meant, Findings>> {
        let mut wrong: Vec<FieldError> = Vec::new();
        let parent = self.parent(row)?;
        let mut said = match &row.same {
            Ok(said) => said.clone(),
            Err(found) => {
                let whole = self.whole(row);
                let found = if whole.is_empty() { found } else { &whole };
                let parent = parent.err().into_iter().collect::<Vec<Reject>>();
                return Ok(Err(parent.into_iter().chain(self.bring.rejects(row, found)).collect()));
            }
        };
        let settled = matters::settle_row(self.tx, &self.bring.same, &mut said, None, &self.bring.known);
        if let Err(error) = settled {
            if error.field_errors().is_empty() {
                return Err(error);
            }
            wrong.extend(error.field_errors().iter().cloned());
            wrong.extend(self.whole(row));
        }
        Ok(match (parent, wrong.is_empty()) {
            (Ok(parent), true) => {
                let columns = self.bring.file.same_as();
                let key = standing::key_of(&columns, parent.as_deref(), &|field| said.json(field));
                Ok(Meant { key, parent })
            }
            (parent, _) => {
                let parent = parent.err().into_iter();
                Err(parent.chain(self.bring.rejects(row, &wrong)).collect())
            }
        })
    }

    /// What is wrong with a row in the columns that the file has: whether it has to say more is not known yet.
    fn whole(&self, row: &Read) -> Vec<FieldError> {
        let wrong = row.whole.as_ref().err().into_iter().flatten();
        wrong.filter(|error| self.bring.has(row, &error.field)).cloned().collect()
    }

    /// The entry within which a row lies.
    fn parent(&self, row: &Read) -> Result<std::result::Result<Option<String>, Reject>> {
        let Some(parent) = self.bring.file.parent else { return Ok(Ok(None)) };
        let typed = row.cells.first().and_then(Option::as_deref).unwrap_or_default().trim();
        if typed.is_empty() {
            return Ok(Err(self.bring.reject(row, ENTRY, format!("请写明是哪一条“{}”", parent.title))));
        }
        let field = Field {
            key: ENTRY.to_owned(),
            control: Control::Entry,
            register: Some(parent.key.clone()),
            ..Field::default()
        };
        let found = matters::find_once(self.tx, &field, typed, None, &self.bring.known)?.or_missing()?;
        Ok(found.map(Some).map_err(|why| self.bring.reject(row, ENTRY, why)))
    }

    fn fate(
        &mut self,
        place: i64,
        row: &Read,
        (key, parent): (&Key, Option<&str>),
        known: &[&Plain],
    ) -> Result<Became> {
        // What has ended is the same only where nothing else would be.
        let current = known.iter().filter(|one| one.spine.state == CURRENT).copied();
        let mut candidates: Vec<&Plain> = current.collect();
        if candidates.is_empty() {
            candidates = known.to_vec();
        }
        let Some(first) = candidates.first() else { return self.begin(place, row, (key, parent)) };
        for one in &candidates {
            if self.differing(row, one)?.is_empty() {
                self.pending.entries.push(one.spine.id.clone());
                return Ok(Became::Unchanged(Some(one.spine.id.clone())));
            }
        }
        self.pending.entries.extend(candidates.iter().map(|one| one.spine.id.clone()));
        if candidates.len() > 1 {
            let why = format!("台账里有 {} 条和这一行是同一条，不知道该改哪一条", candidates.len());
            return Ok(Became::Rejected(vec![self.bring.reject(row, &self.first_column(), why)]));
        }
        self.change(place, row, first)
    }

    /// A row that is not there yet.
    fn begin(&mut self, place: i64, row: &Read, (key, parent): (&Key, Option<&str>)) -> Result<Became> {
        let mut said = match &row.whole {
            Ok(said) => said.clone(),
            Err(wrong) => return Ok(Became::Rejected(self.bring.rejects(row, wrong))),
        };
        let unasked = self.bring.not_asked(row, said.values());
        if !unasked.is_empty() {
            return Ok(Became::Rejected(unasked));
        }
        let masked = self.bring.file.form.fields.iter().filter(|field| field.personal);
        let masked: Findings = masked
            .filter(|field| said.text(&field.key).contains('*'))
            .map(|field| self.bring.reject(row, &field.key, format!("“{}”是遮盖过的，请写全", field.label)))
            .collect();
        if !masked.is_empty() {
            return Ok(Became::Rejected(masked));
        }
        if let Some(parent) = parent {
            return self.within(place, row, (key, parent));
        }
        let (tx, form) = (self.tx, &self.bring.file.form);
        if let Err(error) = matters::settle_row(tx, form, &mut said, None, &self.bring.known) {
            return Ok(Became::Rejected(self.bring.refused(row, error)?));
        }
        if let Some(batch) = self.batch {
            said.mean(IMPORT, batch.as_str());
        }
        let act = self.rules.of.act(&self.bring.file.act.key).or_missing()?;
        let answers = said.clone();
        let beside = |entry: &mut Plain| {
            let asked = self.rules.of.form_of(act);
            let more = form
                .fields
                .iter()
                .filter(|field| asked.is_none_or(|asked| asked.field(&field.key).is_none()));
            for field in more {
                if let Some(answer) = answers.json(&field.key) {
                    entry.set(field, Some(answer));
                }
            }
        };
        // What is new changes no name.
        tx.remember_names(true);
        let begun = matters::decided(tx, self.rules, (act, form, said), &self.right, &NOTHING, &beside);
        let mut entry = match begun {
            Ok(begun) => begun.entry,
            Err(error) => return Ok(Became::Rejected(self.bring.refused(row, error)?)),
        };
        if let Err(error) = self.once(&entry.matter) {
            return Ok(Became::Rejected(self.bring.refused(row, error)?));
        }
        if let Some(batch) = self.batch {
            entry.record = entry.record.fact(IMPORT, batch.as_str()).fact("row", place);
        }
        self.pending.same.push((key.clone(), entry.matter.spine.id.clone()));
        self.pending.entries.push(entry.matter.spine.id.clone());
        self.new.push((place, entry));
        Ok(Became::Accepted { receipt: None, remarks: Vec::new() })
    }

    /// Refuses a new entry of which there is one already.
    fn once(&mut self, entry: &Plain) -> Result<()> {
        if self.rules.of.once.is_none() {
            return Ok(());
        }
        self.clash(entry)?;
        let key = standing::key(&standing::among(self.bring.file), entry);
        match self.batch {
            Some(_) => self.pending.once.push((key, entry.spine.id.clone())),
            None => self.pending.supposed.push((key, standing::bare(entry))),
        }
        Ok(())
    }

    /// Holds an entry to those that stand and to those of this file.
    pub(super) fn clash(&self, entry: &Plain) -> Result<()> {
        let key = standing::key(&standing::among(self.bring.file), entry);
        let ids: Vec<&str> = self.standing.once.get(&key).into_iter().flatten().map(String::as_str).collect();
        let others = if ids.is_empty() { Vec::new() } else { batch::several(self.tx, &ids)? };
        let here: HashSet<&str> =
            self.pending.once.iter().filter(|(known, _)| *known == key).map(|(_, id)| id.as_str()).collect();
        let new = self.new.iter().map(|(_, new)| &new.matter);
        let new = new.filter(|new| here.contains(new.spine.id.as_str()));
        let supposed =
            self.pending.supposed.iter().filter(|(known, _)| *known == key).map(|(_, entry)| entry);
        let supposed = supposed.chain(self.standing.supposed.get(&key).into_iter().flatten());
        let all = others.iter().chain(new).chain(supposed);
        entries::clash(self.rules, entry, all, self.bring.today)
    }

    /// A row within an entry: the act of that entry.
    fn within(&mut self, place: i64, row: &Read, (key, parent): (&Key, &str)) -> Result<Became> {
        let register = self.bring.file.register();
        // A program has its own way not to repeat itself.
        let filled = Filled { strict: true, ..row.filled.clone() };
        let input = Input { filled, files: Vec::new() };
        self.tx.remember_names(false);
        self.pending.acted = true;
        let done = Case::<Plain>::open(self.tx, &register.key, parent, &self.bring.file.act.key, &input)
            .and_then(|case| match self.batch {
                None => case.rehearse().map(|()| None),
                Some(batch) => batch::perform(case, batch.as_str()).map(|(_, row)| row),
            });
        match (done, self.batch) {
            (Ok(Some(id)), Some(batch)) => {
                imports::entered(self.tx, batch, &[(place, &id)])?;
                self.pending.entries.push(id.clone());
                self.pending.same.push((key.clone(), id));
                Ok(Became::Accepted { receipt: None, remarks: Vec::new() })
            }
            (Ok(_), _) => Ok(Became::Accepted { receipt: None, remarks: Vec::new() }),
            (Err(error), _) => Ok(Became::Rejected(self.bring.refused(row, error)?)),
        }
    }

    /// Writes what is new.
    pub(super) fn write(&mut self) -> Result<()> {
        let new = std::mem::take(&mut self.new);
        let Some(batch) = self.batch.filter(|_| !new.is_empty()) else {
            // A dry run leaves nothing behind that later rows would look for.
            if self.batch.is_none() {
                self.pending.same.clear();
            }
            return Ok(());
        };
        // Two imports into one register meet here, and with whoever enters the same by a form.
        imports::claim(self.tx, &self.bring.address)?;
        let mut about = HashSet::new();
        for (_, entry) in new.iter().filter(|_| self.rules.of.once.is_some()) {
            let spine = &entry.matter.spine;
            if about.insert((spine.association.clone(), spine.unit.clone())) {
                entries::claim(self.tx, &entry.matter)?;
            }
        }
        self.pending.new = new.len();
        let ids: Vec<(i64, String)> =
            new.iter().map(|(place, entry)| (*place, entry.matter.spine.id.clone())).collect();
        let entries = new.into_iter().map(|(_, entry)| entry).collect();
        matters::write_begun(self.tx, self.rules.of, entries)?;
        let ids: Vec<(i64, &str)> = ids.iter().map(|(place, id)| (*place, id.as_str())).collect();
        imports::entered(self.tx, batch, &ids)
    }
}
