//! The pack as one value, and how it is read out of its files.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_codes::Calendar;
use jiff::civil::Date;

use super::calendar;
use super::categories::{self, Category, DispatchRule, Target};
use super::city::{self, City};
use super::conditions;
use super::desk::{Desk, Ref};
use super::examples::{self, Example};
use super::file::{Shelf, read_files, with_city};
use super::finding::{At, Finding};
use super::flow::{self, Flow};
use super::forms::{self, Form};
use super::items::ItemView;
use super::lexicon::{self, DutyWords};
use super::limits::{self, Limit};
use super::lists::{self, AppealKind, List, Mask, Warning};
use super::markings::{self, Marking};
use super::needs;
use super::queues::{self, Queue};
use super::relations::{self, AssociationType, Duty, Function, LinkKind, UnitKind};
use super::roles::{self, Role};
use super::sentences::{self, Notice, ReplyTemplate};
use super::table;
use super::vocabulary::Vocabulary;
use crate::condition::Named;

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
    /// Categories of appeals, both levels.
    pub categories: Vec<Category>,
    /// The 派单目录.
    pub dispatch: Vec<DispatchRule>,
    /// The 职能词典.
    pub lexicon: Vec<DutyWords>,
    /// Kinds of appeals.
    pub kinds: Vec<AppealKind>,
    /// Time limits.
    pub limits: Vec<Limit>,
    /// Lists of choices.
    pub lists: Vec<List>,
    /// Stop markings.
    pub markings: Vec<Marking>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Masks of personal fields.
    pub masks: Vec<Mask>,
    /// Forms.
    pub forms: Vec<Form>,
    /// The appeal flow.
    pub flow: Flow,
    /// Saved queues.
    pub queues: Vec<Queue>,
    /// Templates of replies.
    pub templates: Vec<ReplyTemplate>,
    /// Notices.
    pub notices: Vec<Notice>,
    /// Examples.
    pub examples: Vec<Example>,
    items: Vec<ItemView>,
}

/// The page that says how to read and change the pack; it holds no policy.
const README: &str = "README.md";

struct Head {
    id: String,
    title: String,
    version: String,
    effective_from: Date,
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
        examples::required(&desk, &pack);
        needs::check(&desk, &pack, vocabulary);
        shelf.set_aside(README);
        shelf.leftovers(&desk);
        let (items, findings) = desk.close();
        pack.items = items;
        if findings.is_empty() { Ok(pack) } else { Err(findings) }
    }

    /// Bytes that are equal exactly where all files are equal; digest these.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (path, text) in &self.files {
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
    define_words(desk, vocabulary);
    let head = head(desk, shelf);
    let (unit_kinds, kind_keys) = relations::unit_kinds(desk, shelf);
    let functions = relations::functions(desk, shelf);
    let link_kinds = relations::link_kinds(desk, shelf, &kind_keys);
    let association_types = relations::association_types(desk, shelf);
    let duties = relations::duties(desk, shelf, &kind_keys);
    let roles = roles::read(desk, shelf);
    let city = city::read(desk, shelf, &kind_keys);
    let categories = categories::categories(desk, shelf);
    let dispatch = categories::dispatch(desk, shelf, &categories);
    let lexicon = lexicon::read(desk, shelf);
    let calendar = calendar::read(desk, shelf);
    let kinds = lists::kinds(desk, shelf);
    let lists = lists::lists(desk, shelf);
    let (warnings, masks) = lists::warnings(desk, shelf);
    let markings = markings::read(desk, shelf);
    let states = flow::state_names(shelf);
    let facts = conditions::resolve(&vocabulary.facts, |name| match name {
        "appeal_kinds" => kinds.iter().map(|k| Named { key: k.key.clone(), label: k.key.clone() }).collect(),
        "categories" => {
            categories.iter().map(|c| Named { key: c.code.clone(), label: c.title.clone() }).collect()
        }
        "states" => states.clone(),
        list => lists.iter().find(|l| l.key == list).map(|l| lists::named(&l.choices)).unwrap_or_default(),
    });
    desk.define_all(Ref::Fact, facts.iter().map(|fact| fact.key.as_str()));
    let forms = forms::read(desk, shelf, &lists, &kinds);
    let limits = limits::read(desk, shelf, &facts);
    let flow = flow::read(desk, shelf, &facts);
    let queues = queues::read(desk, shelf, &facts);
    let outcomes: Vec<String> = lists
        .iter()
        .filter(|l| l.key == "reply_outcome")
        .flat_map(|l| l.choices.iter().map(|c| c.key.clone()))
        .collect();
    let templates = sentences::templates(desk, shelf, &outcomes);
    let notices = sentences::notices(desk, shelf);
    let examples = examples::read(desk, shelf, &facts);
    performed(desk, &dispatch, &city);
    let Head { id, title, version, effective_from } = head;
    Pack {
        id,
        title,
        version,
        effective_from,
        files: files.clone(),
        city,
        calendar,
        unit_kinds,
        link_kinds,
        functions,
        association_types,
        roles,
        duties,
        categories,
        dispatch,
        lexicon,
        kinds,
        limits,
        lists,
        markings,
        warnings,
        masks,
        forms,
        flow,
        queues,
        templates,
        notices,
        examples,
        items: Vec::new(),
    }
}

fn define_words(desk: &Desk, vocabulary: &Vocabulary) {
    let kinds = [
        (Ref::Act, &vocabulary.acts),
        (Ref::Guard, &vocabulary.guards),
        (Ref::Recipient, &vocabulary.recipients),
        (Ref::Placeholder, &vocabulary.placeholders),
    ];
    for (kind, words) in kinds {
        desk.define_all(kind, words.iter().map(|word| word.key));
    }
}

fn head(desk: &Desk, shelf: &Shelf) -> Head {
    let nothing =
        Head { id: String::new(), title: String::new(), version: String::new(), effective_from: Date::ZERO };
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
    desk.item("政策包", &id, &title, &source, format!("版本 {version}，自 {written} 起施行"), &tab.at("id"));
    Head { id, title, version, effective_from }
}

/// Says which functions of the 派单目录 nobody performs in this city.
fn performed(desk: &Desk, dispatch: &[DispatchRule], city: &City) {
    let wanted = dispatch.iter().flat_map(|rule| [Some(&rule.target), rule.also.as_ref()]).flatten();
    let mut missing: Vec<&str> = wanted
        .filter_map(|target| match target {
            Target::Function(name) => Some(name.as_str()),
            Target::Relation => None,
        })
        .filter(|name| !city.units.iter().any(|unit| unit.functions.iter().any(|known| known == name)))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    for name in missing {
        let at = At { file: "city/units.csv".to_owned(), line: 1, key: "职能".to_owned() };
        desk.say(
            &at,
            format!("派单目录用到的职能“{name}”没有单位履行"),
            "请在履行它的单位那一行的“职能”栏写上",
        );
    }
}
