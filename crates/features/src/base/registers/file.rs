//! What a file of a register has: its columns, and the form that a row fills in.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_kernel::digest::sm3_hex;
use huitong_kernel::error::Kind;
use huitong_kernel::pack::{Act, Control, Definition, Field, Form, Keeping, Pack};
use huitong_kernel::{Error, OrMissing, Result};

use crate::base::imports::Mapping;
use crate::base::sheets::{Limits, Pick, Proposal, Sheet, Wanted, propose};

/// The column that names the entry within which a row lies.
pub const ENTRY: &str = "entry";

/// A column of a file.
#[derive(Debug, Clone)]
pub struct Column<'p> {
    /// Its key: that of its field, with `.from` and `.until` where it is half a period; [`ENTRY`].
    pub key: String,
    /// As export writes it.
    pub label: String,
    /// Its field; none where it names the entry.
    pub field: Option<&'p Field>,
}

/// The file of a register, or of the rows of one kind within its entries.
pub struct File<'p> {
    /// The pack.
    pub pack: &'p Pack,
    /// What its rows are.
    pub of: &'p Definition,
    /// The register within whose entries they lie; none where they stand for themselves.
    pub parent: Option<&'p Definition>,
    /// The act that a row is.
    pub act: &'p Act,
    /// Everything that a row can say.
    pub form: Form,
    /// Its columns in the order in which export writes them.
    pub columns: Vec<Column<'p>>,
}

/// What can be imported and exported: the address of each register and, behind a dot, of each kind of rows within.
pub fn addresses(pack: &Pack) -> Vec<(String, &Definition)> {
    let registers = pack.definitions.iter().filter(|of| of.is_register() && of.stands_alone());
    let all = registers.flat_map(|of| {
        let within = of.register.iter().flat_map(|register| &register.within);
        let within = within.filter_map(|key| pack.definition(key));
        let within = within.map(|row| (format!("{}.{}", of.path, row.short()), row));
        std::iter::once((of.path.clone(), of)).chain(within)
    });
    all.collect()
}

impl<'p> File<'p> {
    /// The file of an address: `pairings`, `pairings.activity`.
    ///
    /// # Errors
    /// 404 where the pack has no such register, naming those it has.
    pub fn at(pack: &'p Pack, address: &str) -> Result<File<'p>> {
        let all = addresses(pack);
        let found = all.iter().find(|(known, _)| known == address).map(|(_, of)| *of);
        match found {
            Some(of) => File::of(pack, of),
            None => {
                let names: Vec<String> =
                    all.iter().map(|(address, of)| format!("{address}（{}）", of.title)).collect();
                let message = format!("政策包里没有台账“{address}”。可以是：{}", names.join("、"));
                Err(Error::new(Kind::Missing, message))
            }
        }
    }

    /// The file of a register, or of the rows of one kind within.
    pub fn of(pack: &'p Pack, of: &'p Definition) -> Result<File<'p>> {
        let parent = (of.family() != of.key).then(|| pack.definition(of.family())).flatten();
        let act = match parent {
            None => of.acts.iter().find(|act| act.keeping == Some(Keeping::Add)),
            Some(parent) => {
                parent.acts.iter().find(|act| act.keeping == Some(Keeping::Within) && act.key == of.short())
            }
        };
        let act = act.or_missing()?;
        let asked = parent.unwrap_or(of).form_of(act).or_missing()?;
        let mut form = asked.clone();
        // An entry that comes in may bring along what other acts say of it later.
        form.fields = of.fields.iter().filter(|field| stays(field)).cloned().collect();
        for field in &mut form.fields {
            field.required &= asked.field(&field.key).is_some();
        }
        let mut columns = Vec::new();
        if let Some(parent) = parent {
            columns.push(Column { key: ENTRY.to_owned(), label: parent.title.clone(), field: None });
        }
        for field in of.fields.iter().filter(|field| stays(field)) {
            let column = |part: &str, word: &str| Column {
                key: format!("{}{part}", field.key),
                label: format!("{}{word}", field.label),
                field: Some(field),
            };
            match field.control {
                Control::Period => columns.extend([column(".from", "（起）"), column(".until", "（止）")]),
                _ => columns.push(column("", "")),
            }
        }
        Ok(File { pack, of, parent, act, form, columns })
    }

    /// The column with a key.
    pub fn column(&self, key: &str) -> Option<&Column<'p>> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// The register itself, or the one within whose entries the rows lie.
    pub fn register(&self) -> &'p Definition {
        self.parent.unwrap_or(self.of)
    }

    /// What it is called.
    pub fn title(&self) -> String {
        match self.parent {
            Some(parent) => format!("{}-{}", parent.title, self.of.title),
            None => self.of.title.clone(),
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        match self.parent {
            Some(parent) => format!("{}.{}", parent.path, self.of.short()),
            None => self.of.path.clone(),
        }
    }

    /// Where pages take it out and bring it in: `/pairings`, `/pairings/activity`.
    pub fn place(&self) -> String {
        format!("/{}", self.address().replace('.', "/"))
    }

    /// What a row is known again by: columns.
    pub fn same_as(&self) -> Vec<&str> {
        let said = self.said_same();
        if !said.is_empty() {
            return said;
        }
        let required = self.form.fields.iter().filter(|field| field.required && field.visible_if.is_none());
        let required: Vec<&str> = required.map(|field| field.key.as_str()).collect();
        if required.is_empty() {
            self.form.fields.iter().map(|field| field.key.as_str()).collect()
        } else {
            required
        }
    }

    /// The same where the register says it.
    fn said_same(&self) -> Vec<&str> {
        let said = self.of.register.iter().flat_map(|register| &register.same_as);
        said.map(String::as_str).collect()
    }

    /// Opens a file: of a workbook the sheet that is named, else the one whose heading fits best.
    ///
    /// # Errors
    /// 400 with what to do.
    pub fn open(&self, path: &Path, limits: &Limits, sheet: Option<&str>) -> Result<Sheet> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        self.open_named((path, &name), limits, sheet)
    }

    /// The same of a file that lies somewhere under another name than people know it by.
    pub fn open_named(
        &self,
        (path, name): (&Path, &str),
        limits: &Limits,
        sheet: Option<&str>,
    ) -> Result<Sheet> {
        let fits = |heading: &[String]| {
            let proposal = self.propose(heading);
            2 * proposal.columns.len() + proposal.guesses.len()
        };
        Sheet::named(path, name, limits, &Pick { named: sheet, fits: &fits })
    }

    /// What is looked for in a heading.
    pub fn wanted(&self) -> Vec<Wanted> {
        let headings: Vec<(String, String)> =
            self.of.register.as_ref().map(|register| register.headings.clone()).unwrap_or_default();
        let wanted = self.columns.iter().map(|column| Wanted {
            key: column.key.clone(),
            label: column.label.clone(),
            also: headings
                .iter()
                .filter(|(_, key)| *key == column.key)
                .map(|(name, _)| name.clone())
                .collect(),
            required: self.is_required(column),
        });
        wanted.collect()
    }

    /// Whether a file without a column cannot be read: that by which its rows are known again.
    pub fn is_required(&self, column: &Column<'_>) -> bool {
        let Some(field) = column.field else { return true };
        let said = !self.said_same().is_empty();
        let known_by =
            |key: &&str| *key == column.key || *key == field.key && !column.key.ends_with(".until");
        self.same_as().iter().any(known_by) && (said || self.is_asked(column))
    }

    /// Whether a row that is new must say something in a column.
    pub fn is_asked(&self, column: &Column<'_>) -> bool {
        let Some(field) = column.field else { return true };
        let asked = self.form.field(&field.key).is_some_and(|field| field.required);
        asked && field.visible_if.is_none() && !column.key.ends_with(".until")
    }

    /// Which column of a file is what, as its heading says.
    pub fn propose(&self, heading: &[String]) -> Proposal {
        propose(heading, &self.wanted())
    }

    /// The mapping that a proposal speaks for, with what is to be said of it. Guesses count only where somebody looks at them
    /// before anything is written.
    ///
    /// # Errors
    /// 400 with everything that has to be put right in the file first.
    pub fn mapping(&self, heading: &[String], guessing: bool) -> Result<(Mapping, Vec<String>)> {
        let proposal = self.propose(heading);
        let guess = |(key, place): (&String, &usize)| {
            let label = self.column(key).map_or(key.as_str(), |column| &column.label);
            let name = &heading[*place];
            format!("“{name}”一列看着像“{label}”，没有当作它；是的话请改列名，或者用对照文件写明")
        };
        let guesses: Vec<String> = match proposal.guesses.len() {
            n if n > 0 && guessing => vec![format!("有 {n} 列是按名称猜的，请在下面逐列核对")],
            _ => proposal.guesses.iter().map(guess).collect(),
        };
        let wrong = proposal.wrong(guessing);
        if !wrong.is_empty() {
            let all: Vec<String> = wrong.into_iter().chain(guesses).collect();
            return Err(Error::new(Kind::Malformed, format!("列名有需要改正的\n{}", all.join("\n"))));
        }
        let guessed = |name: &String| proposal.guesses.values().any(|place| heading[*place] == *name);
        let unused = proposal.unknown.iter().filter(|name| !guessed(name));
        let unused: Vec<&str> = unused.map(String::as_str).collect();
        let unused = (!unused.is_empty()).then(|| format!("没有用到的列：{}", unused.join("、")));
        let mut columns = proposal.columns;
        columns.extend(proposal.guesses.into_iter().filter(|_| guessing));
        Ok((chosen(columns), unused.into_iter().chain(guesses).collect()))
    }

    /// Columns that somebody chose, held to what the file needs.
    ///
    /// # Errors
    /// 422 where a column is missing that must be there.
    pub fn checked(&self, columns: BTreeMap<String, usize>) -> Result<Mapping> {
        let missing = self
            .columns
            .iter()
            .filter(|column| self.is_required(column) && !columns.contains_key(&column.key));
        let wrong = missing.map(|column| huitong_kernel::error::FieldError {
            field: column.key.clone(),
            message: format!("请选择哪一列是“{}”", column.label),
        });
        let wrong: Vec<_> = wrong.collect();
        if wrong.is_empty() { Ok(chosen(columns)) } else { Err(Error::fields(wrong)) }
    }
}

/// Whether a field is in a file: what stays with the entry and is no attachment.
fn stays(field: &Field) -> bool {
    !field.step_only && field.retired.is_none() && field.control != Control::Files
}

fn chosen(columns: BTreeMap<String, usize>) -> Mapping {
    let said: Vec<String> = columns.iter().map(|(key, place)| format!("{key} = {place}")).collect();
    let places = columns.into_iter().map(|(key, place)| (key, vec![place])).collect();
    Mapping::of(sm3_hex(said.join("\n").as_bytes()), places)
}
