//! The pack as one value, and how it is read out of its files.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_codes::Calendar;
use jiff::civil::Date;

use super::calendar;
use super::city::{self, City};
use super::definition::{self, Definition, Ground};
use super::desk::{Desk, Ref};
use super::examples::{self, Example};
use super::file::{Shelf, read_files, with_city};
use super::finding::Finding;
use super::items::{ItemKind, ItemView};
use super::lists::{self, List, Mask, Warning};
use super::markings::{self, Marking};
use super::needs;
use super::part::{Part, Reading};
use super::relations::{self, AssociationType, Duty, Function, LinkKind, UnitKind};
use super::roles::{self, Role};
use super::stories::{self, Story};
use super::table;
use super::vocabulary::Vocabulary;

/// A pack that was read whole and without findings.
#[derive(Clone, Debug)]
pub struct Pack {
    /// `chengdu`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `2026.11.1`.
    pub version: String,
    /// First day it is in force.
    pub effective_from: Date,
    /// The first year in which something may have happened that a file tells of; an earlier one is a slip.
    pub plausible_from: i16,
    /// Path → text, as it was read; what the database stores.
    pub files: BTreeMap<String, String>,
    /// The city's own names, units and divisions.
    pub city: City,
    /// Working days and office hours.
    pub calendar: Calendar,
    /// What units can be.
    pub unit_kinds: Vec<UnitKind>,
    /// Kinds of links between associations and units.
    pub link_kinds: Vec<LinkKind>,
    /// Functions that units perform.
    pub functions: Vec<Function>,
    /// How associations are managed.
    pub association_types: Vec<AssociationType>,
    /// Roles with their permissions.
    pub roles: Vec<Role>,
    /// The four-party duty list.
    pub duties: Vec<Duty>,
    /// Lists of choices.
    pub lists: Vec<List>,
    /// Stop markings.
    pub markings: Vec<Marking>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Masks of personal fields.
    pub masks: Vec<Mask>,
    /// Procedures and registers: what is handled, by which steps; what holds, in which rows.
    pub definitions: Vec<Definition>,
    /// Examples.
    pub examples: Vec<Example>,
    /// Stories: a procedure walked through from its beginning to its end.
    pub stories: Vec<Story>,
    /// What capabilities read of the pack themselves.
    pub(super) parts: Vec<Part>,
    items: Vec<ItemView>,
}

/// The page that says how to read and change the pack; it holds no policy.
const README: &str = "README.md";
/// The same for registers.
const REGISTERS_README: &str = "registers/README.md";

/// Where the pack names no first year.
const PLAUSIBLE_FROM: i16 = 1990;

struct Head {
    id: String,
    title: String,
    version: String,
    effective_from: Date,
    plausible_from: i16,
}

impl Pack {
    /// Reads a folder that holds policy and city.
    ///
    /// # Errors
    /// All findings, in the order of files and lines.
    pub fn read_dir(folder: &Path, vocabulary: &Vocabulary) -> Result<Pack, Vec<Finding>> {
        Pack::from_files(&read_files(folder)?, vocabulary)
    }

    /// Reads a policy folder with another city's folder in place of its own.
    ///
    /// # Errors
    /// All findings, in the order of files and lines.
    pub fn read_dirs(policy: &Path, city: &Path, vocabulary: &Vocabulary) -> Result<Pack, Vec<Finding>> {
        Pack::from_files(&with_city(read_files(policy)?, read_files(city)?), vocabulary)
    }

    /// Reads files as they are stored: path inside the pack → text.
    ///
    /// # Errors
    /// All findings, in the order of files and lines.
    pub fn from_files(
        files: &BTreeMap<String, String>,
        vocabulary: &Vocabulary,
    ) -> Result<Pack, Vec<Finding>> {
        let (desk, shelf) = (Desk::default(), Shelf::new(files));
        let mut pack = read(&desk, &shelf, vocabulary, files);
        examples::required(&desk, &pack, vocabulary);
        definition::granted(&desk, &pack.definitions, &pack.roles);
        definition::together(&desk, &pack.definitions, &vocabulary.addresses);
        needs::check(&desk, &pack, vocabulary);
        shelf.set_aside(README);
        shelf.set_aside(REGISTERS_README);
        shelf.leftovers(&desk);
        let (items, findings) = desk.close();
        pack.items = items;
        if findings.is_empty() { Ok(pack) } else { Err(findings) }
    }

    /// Bytes that are equal exactly where all files are equal; digest these.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        Pack::canonical_bytes_of(&self.files)
    }

    /// The same of files that nobody has read yet.
    pub fn canonical_bytes_of(files: &BTreeMap<String, String>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (path, text) in files {
            bytes.extend_from_slice(format!("{}\n{path}\n{}\n", path.len(), text.len()).as_bytes());
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
        }
        bytes
    }

    /// Every item with basis and source, in the order of reading.
    pub fn items(&self) -> &[ItemView] {
        &self.items
    }
}

fn read(desk: &Desk, shelf: &Shelf, vocabulary: &Vocabulary, files: &BTreeMap<String, String>) -> Pack {
    desk.define_all(Ref::ACT, vocabulary.acts.iter().map(|word| word.key));
    let head = head(desk, shelf);
    let (unit_kinds, kind_keys) = relations::unit_kinds(desk, shelf);
    let functions = relations::functions(desk, shelf);
    let link_kinds = relations::link_kinds(desk, shelf, &kind_keys);
    let association_types = relations::association_types(desk, shelf);
    let duties = relations::duties(desk, shelf, &kind_keys);
    let mut roles = roles::read(desk, shelf);
    let city = city::read(desk, shelf, &kind_keys);
    let calendar = calendar::read(desk, shelf);
    let mut lists = lists::lists(desk, shelf);
    let reading = Reading { desk, shelf, city: &city, lists: &lists };
    let mut parts: Vec<Part> = vocabulary.parts.iter().map(|part| (part.read)(&reading)).collect();
    let made: Vec<List> = parts.iter_mut().flat_map(|part| std::mem::take(&mut part.lists)).collect();
    desk.define_all(Ref::LIST, made.iter().map(|list| list.key.as_str()));
    lists.extend(made);
    let (warnings, masks) = lists::warnings(desk, shelf);
    let markings = markings::read(desk, shelf);
    let ground = Ground { desk, shelf, words: &vocabulary.procedures };
    let mut definitions = definition::read(&ground, &mut lists);
    definitions.extend(definition::registers(&ground, &mut lists));
    definition::circles(desk, &definitions);
    definition::choosing(desk, &definitions);
    definition::enter(&mut roles, &definitions);
    let (examples, stories) = (
        examples::read(desk, shelf, &definitions, vocabulary),
        stories::read(desk, shelf, &definitions, &city),
    );
    let Head { id, title, version, effective_from, plausible_from } = head;
    Pack {
        id,
        title,
        version,
        effective_from,
        plausible_from,
        files: files.clone(),
        city,
        calendar,
        unit_kinds,
        link_kinds,
        functions,
        association_types,
        roles,
        duties,
        lists,
        markings,
        warnings,
        masks,
        definitions,
        examples,
        stories,
        parts,
        items: Vec::new(),
    }
}

fn head(desk: &Desk, shelf: &Shelf) -> Head {
    let nothing = Head {
        id: String::new(),
        title: String::new(),
        version: String::new(),
        effective_from: Date::ZERO,
        plausible_from: PLAUSIBLE_FROM,
    };
    let Some(file) = shelf.take(desk, "pack.toml") else { return nothing };
    let Some(document) = table::parse(desk, file) else { return nothing };
    let tab = table::open(desk, file, &document);
    let (id, title, version, source) = (tab.text("id"), tab.text("title"), tab.text("version"), tab.source());
    let written = tab.text("effective_from");
    let effective_from = written.parse().unwrap_or_else(|_| {
        if !written.is_empty() {
            desk.say(&tab.at("effective_from"), format!("“{written}”不是日期"), "写成 \"2026-12-01\"");
        }
        Date::ZERO
    });
    desk.item(
        ItemKind::setting("政策包"),
        &id,
        &title,
        &source,
        format!("版本 {version}，自 {written} 起施行"),
        &tab.at("id"),
    );
    let first = tab.table("plausible").and_then(|plausible| {
        let year = plausible.number("from")?;
        let known = i16::try_from(year).ok().filter(|year| (1000..=9999).contains(year));
        if known.is_none() {
            desk.say(&plausible.at("from"), format!("“{year}”不是年份"), "写成四位，如 from = 1990");
        }
        known
    });
    let plausible_from = first.unwrap_or(PLAUSIBLE_FROM);
    Head { id, title, version, effective_from, plausible_from }
}
