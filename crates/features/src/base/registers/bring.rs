//! Rows of a file become entries: new ones by the act that begins them, those that stand by the acts that change them.

mod changing;
mod settling;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use huitong_codes::resident_id;
use huitong_kernel::condition::words;
use huitong_kernel::error::{FieldError, Kind as ErrorKind};
use huitong_kernel::http::Filled;
use huitong_kernel::http::form::{self, Checked};
use huitong_kernel::pack::{Field, Form};
use huitong_kernel::{Error, Result, Tx};
use jiff::civil::Date;
use serde_json::Value as Json;

use self::settling::Settling;
use super::cells::{self, Teller};
use super::file::{ENTRY, File};
use super::standing::{Key, Standing};
use crate::base::imports::{self, BatchId, Became, Kind, Line, Reject};
use crate::base::matters::entries::batch::Turn;
use crate::base::matters::{Known, Matter as _, Plain, Rules, view};

/// What is missing or wrong in a row.
type Findings = Vec<Reject>;

/// A register, or the rows of one kind within, as a kind of import.
pub struct Bring<'p> {
    file: &'p File<'p>,
    address: String,
    /// The form by which a row is known again.
    same: Form,
    today: Date,
    known: Known,
    teller: Teller,
    standing: RefCell<Standing>,
    met: RefCell<Met>,
    pending: RefCell<Pending>,
}

/// What the rows so far were.
#[derive(Default)]
struct Met {
    /// Their places and digests, by what they are known again by.
    rows: HashMap<Key, (i64, u64)>,
    /// The entries that they are.
    entries: HashSet<String>,
    /// Rows that this batch had brought in before it was stopped, and whether they changed something.
    before: Option<HashMap<i64, bool>>,
    /// Names of columns that were left out where an entry does not show them.
    unseen: BTreeSet<String>,
}

/// What a commit will have brought once it holds.
#[derive(Default)]
struct Pending {
    turn: Option<Turn>,
    /// How many entries are new.
    new: usize,
    /// Whether acts of another kind were done.
    acted: bool,
    rows: Vec<(Key, (i64, u64))>,
    entries: Vec<String>,
    unseen: BTreeSet<String>,
    same: Vec<(Key, String)>,
    once: Vec<(Key, String)>,
    /// What a dry run would have entered.
    supposed: Vec<(Key, Plain)>,
}

/// A row that was read.
pub struct Read {
    cells: Vec<Option<String>>,
    filled: Filled,
    same: std::result::Result<Checked, Vec<FieldError>>,
    whole: std::result::Result<Checked, Vec<FieldError>>,
    digest: u64,
}

impl<'p> Bring<'p> {
    /// Begins to bring a file in.
    pub fn of(file: &'p File<'p>, today: Date) -> Bring<'p> {
        let keys: Vec<&str> =
            file.same_as().into_iter().map(|column| column.split('.').next().unwrap_or(column)).collect();
        let mut same = file.form.clone();
        same.fields.retain(|field| keys.contains(&field.key.as_str()));
        for field in &mut same.fields {
            field.visible_if = None;
        }
        Bring {
            file,
            address: file.address(),
            same,
            today,
            known: Known::default(),
            teller: Teller::default(),
            standing: RefCell::default(),
            met: RefCell::default(),
            pending: RefCell::default(),
        }
    }

    fn rules<'a>(&self, tx: &Tx<'a>) -> Result<Rules<'a>> {
        Rules::now(tx.ctx(), &self.file.of.key)
    }

    /// A finding about a field, with what stands in the file.
    fn reject(&self, row: &Read, field: &str, reason: impl Into<String>) -> Reject {
        let column = |key: &str| self.file.columns.iter().position(|column| column.key == key);
        let key = field.split('.').next().unwrap_or(field);
        let nth = column(field).or_else(|| column(key)).or_else(|| column(&format!("{key}.from")));
        Reject {
            column: nth.map(|nth| self.file.columns[nth].label.clone()).unwrap_or_default(),
            value: nth.and_then(|nth| row.cells[nth].clone()).unwrap_or_default(),
            reason: reason.into(),
        }
    }

    fn rejects(&self, row: &Read, wrong: &[FieldError]) -> Findings {
        let reason = |error: &FieldError| {
            let absent = self.file.form.field(&error.field).filter(|_| !self.has(row, &error.field));
            let absent = absent.map(|field| format!("文件里没有“{}”一列，新增的要有", field.label));
            absent.or_else(|| self.no_choice(row, error)).unwrap_or_else(|| error.message.clone())
        };
        let mut found: Findings =
            wrong.iter().map(|error| self.reject(row, &error.field, reason(error))).collect();
        // What must not be on this network is not written into a further file either.
        for reject in found.iter_mut().filter(|reject| self.file.pack.stop(&reject.value).is_some()) {
            reject.value = String::from("（含涉密标志，不写出）");
        }
        found
    }

    /// What can be chosen, by the words that people know; a form names the keys, for programs.
    fn no_choice(&self, row: &Read, error: &FieldError) -> Option<String> {
        let field = self.file.form.field(&error.field)?;
        let choices = self.file.pack.choices(field.options.as_deref()?);
        let said = self.reject(row, &error.field, "").value;
        let known = |word: &str| choices.iter().any(|choice| choice.label == word || choice.key == word);
        let strange = said.split('、').map(str::trim).find(|word| !word.is_empty() && !known(word))?;
        let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
        Some(format!("没有“{strange}”这一项，可以选：{}", labels.join("、")))
    }

    /// What an act said against a row; what went wrong on our side is no finding.
    fn refused(&self, row: &Read, error: Error) -> Result<Findings> {
        match error.kind() {
            ErrorKind::Invalid if !error.field_errors().is_empty() => {
                Ok(self.rejects(row, error.field_errors()))
            }
            ErrorKind::Internal | ErrorKind::Busy => Err(error),
            _ => Ok(vec![self.reject(row, "", error.message())]),
        }
    }

    /// Whether the file has a column of a field.
    fn has(&self, row: &Read, field: &str) -> bool {
        !self.cells_of(row, field).is_empty()
    }

    /// What a row says that is not asked where the answers are these: it would be lost.
    fn not_asked(&self, row: &Read, answers: &BTreeMap<String, Json>) -> Findings {
        let said = |field: &Field| self.cells_of(row, &field.key).iter().any(|(_, cell)| !cell.is_empty());
        let fields = self.file.form.fields.iter();
        let unasked = fields.filter(|field| !field.visible_among(answers) && said(field));
        let why = |field: &Field| {
            let when = field.visible_if.as_ref().map(words::sentence).unwrap_or_default();
            self.reject(row, &field.key, format!("“{}”只在{when}时填写", field.label))
        };
        unasked.map(why).collect()
    }

    /// What is to be said of the file as a whole once its rows were decided.
    pub fn notes(&self) -> Vec<String> {
        let note =
            |label: &String| format!("“{label}”一列对您不公开，已有的各条没有读这一列，原来的内容不变");
        self.met.borrow().unseen.iter().map(note).collect()
    }

    /// The columns of a field that the file has, by their places among ours.
    fn cells_of<'r>(&self, row: &'r Read, field: &str) -> Vec<(usize, &'r str)> {
        let of = |nth: &usize| self.file.columns[*nth].field.is_some_and(|known| known.key == field);
        let all = (0..self.file.columns.len()).filter(of);
        all.filter_map(|nth| Some((nth, row.cells[nth].as_deref()?))).collect()
    }
}

/// A row of which it is known what it is about.
struct Meant {
    key: Key,
    parent: Option<String>,
}

impl Kind for Bring<'_> {
    type Row = Read;

    fn key(&self) -> &str {
        &self.address
    }

    fn act(&self) -> &str {
        &self.file.act.name
    }

    fn read(&self, line: &Line) -> std::result::Result<Read, Findings> {
        let mut filled = Filled::default();
        let cells: Vec<Option<String>> = self
            .file
            .columns
            .iter()
            .map(|column| line.has_column(&column.key).then(|| line.text(&column.key).to_owned()))
            .collect();
        for (column, cell) in self.file.columns.iter().zip(&cells) {
            if let Some(cell) = cell {
                cells::put(&mut filled, self.file.pack, column, cell);
            }
        }
        let check = |form: &Form| form::check(form, self.file.pack, &filled, self.today);
        let whole = check(&self.file.form);
        // What the whole form reads is not read twice.
        let same = match &whole {
            Ok(said) if self.same.fields.iter().all(|field| said.json(&field.key).is_some()) => {
                Ok(said.clone())
            }
            _ => check(&self.same),
        };
        Ok(Read { digest: digest(&cells), cells, same, whole, filled })
    }

    fn name(&self, line: &Line) -> Option<String> {
        let personal =
            |key: &str| self.file.column(key).and_then(|column| column.field).is_some_and(|f| f.personal);
        let known_by = self.file.parent.map(|_| ENTRY).into_iter().chain(self.file.same_as());
        let said =
            known_by.filter(|key| !personal(key)).map(|key| line.text(key)).filter(|text| !text.is_empty());
        let name = said.collect::<Vec<_>>().join("，");
        let hidden = self.file.pack.stop(&name).is_some() || resident_id::stands_in(&name);
        Some(if hidden { String::new() } else { name })
    }

    fn settle(&self, tx: &Tx, batch: Option<&BatchId>, rows: &[(i64, Read)]) -> Result<Vec<Became>> {
        let turn = Turn::now(tx, self.file.of, self.standing.borrow().turn)?;
        if let Some(batch) = batch {
            let mut met = self.met.borrow_mut();
            if met.before.is_none() {
                met.before = Some(imports::done(tx, batch)?);
            }
        }
        if self.standing.borrow().turn != Some(turn) {
            *self.standing.borrow_mut() = Standing::read(tx, self.file, turn)?;
            self.known.forget();
        }
        let (standing, met) = (self.standing.borrow(), self.met.borrow());
        let hides = self.file.of.fields.iter().any(|field| self.file.of.hides(field));
        let mut settling = Settling {
            inside: hides.then(|| view::inside_scope::<Plain>(tx, self.file.of)).transpose()?,
            bring: self,
            tx,
            rules: self.rules(tx)?,
            right: Plain::reach(tx, tx.ctx().right(self.act())?)?,
            batch,
            standing: &standing,
            met: &met,
            pending: Pending::default(),
            new: Vec::new(),
        };
        let became = settling.rows(rows)?;
        settling.write()?;
        let mut pending = settling.pending;
        pending.turn = Some(match (batch, pending.acted) {
            (None, _) => turn,
            (Some(_), false) => turn.after(tx, pending.new)?,
            (Some(_), true) => Turn::now(tx, self.file.of, None)?,
        });
        *self.pending.borrow_mut() = pending;
        Ok(became)
    }

    fn settled(&self, _: &[(i64, Read)], _: &[Became], _: bool) {
        let pending = self.pending.take();
        let (mut met, mut standing) = (self.met.borrow_mut(), self.standing.borrow_mut());
        met.rows.extend(pending.rows);
        met.entries.extend(pending.entries);
        met.unseen.extend(pending.unseen);
        standing.turn = pending.turn;
        for (key, id) in pending.same {
            standing.same.entry(key).or_default().push(id);
        }
        for (key, entry) in pending.supposed {
            standing.supposed.entry(key).or_default().push(entry);
        }
        for (key, id) in pending.once {
            standing.once.entry(key).or_default().push(id);
        }
    }

    /// Tables of a hundred thousand rows are brought in: rows go into many indexes, whose pages a large commit writes once.
    fn longest(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn gone(&self, tx: &Tx) -> Result<u64> {
        let turn = Turn::now(tx, self.file.of, self.standing.borrow().turn)?;
        if self.standing.borrow().turn != Some(turn) {
            *self.standing.borrow_mut() = Standing::read(tx, self.file, turn)?;
        }
        let (standing, met) = (self.standing.borrow(), self.met.borrow());
        Ok(standing.current.iter().filter(|id| !met.entries.contains(*id)).count() as u64)
    }
}

fn digest(cells: &[Option<String>]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    cells.hash(&mut hasher);
    hasher.finish()
}
