//! The policy pack: lists, limits, forms, flows, queues, roles and words as data, read with all findings at once.
//!
//! A pack is a folder of TOML and CSV that an official's deputy can read; every item carries its basis and where
//! that comes from. Reading collects *all* findings, each with file, line and remedy. What a pack may name in the
//! code is the closed [`Vocabulary`]. A pack that was read is immutable and whole: references are resolved.

mod categories;
mod city;
mod closed;
mod conditions;
mod desk;
pub mod examples;
mod file;
mod finding;
mod flow;
mod forms;
mod items;
mod limit_text;
mod limits;
mod lists;
mod markings;
mod queues;
mod relations;
mod roles;
mod sentences;
mod sheet;
mod source;
mod table;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use self::desk::{Desk, Ref};
use self::file::Shelf;
use crate::condition::{Facts, Named};

pub use self::categories::{ANSWERING_DUTIES, Category, DispatchRule, RELATION, Target};
pub use self::city::{City, Division, Unit};
pub use self::closed::Closed;
pub use self::file::{read_files, with_city};
pub(crate) use self::finding::did_you_mean;
pub use self::finding::{At, Finding};
pub use self::flow::{Check, Flow, FlowAct, Guard, Notify, Outcome, State, Tone};
pub use self::forms::{Control, Field, Form, Options};
pub use self::items::ItemView;
pub use self::limit_text::{LimitText, LimitUnit};
pub use self::limits::{Chosen, Clause, ClauseValue, Limit};
pub use self::lists::{AppealKind, Choice, LIST_KEYS, List, Mask, Promise, Warning};
pub use self::markings::{Marking, Stop};
pub use self::queues::{Order, Queue};
pub use self::relations::{AssociationType, Cardinality, Duty, Function, LinkKind, UnitKind};
pub use self::roles::{Grant, Office, ROLE_KEYS, Reach, Role};
pub use self::sentences::{Notice, ReplyTemplate, fill};
pub use self::source::{Source, SourceKind};
pub use self::vocabulary::{Vocabulary, Word, words};

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
    pub examples: Vec<examples::Example>,
    items: Vec<ItemView>,
}

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

    /// The first marking found in a text that must not be taken in.
    pub fn stop(&self, text: &str) -> Option<Stop> {
        markings::find(&self.markings, text)
    }

    /// What a limit says about a case; `None` where there is no such limit.
    pub fn limit_for(&self, key: &str, facts: &dyn Facts) -> Option<Chosen> {
        self.limit(key).map(|limit| limit.choose(&self.kinds, facts))
    }

    /// The rule of a category: its own, else that of the category above.
    pub fn dispatch_rule(&self, category: &str) -> Option<&DispatchRule> {
        categories::rule_for(&self.dispatch, category)
    }

    /// `融资金融 / 续贷抽贷`.
    pub fn category_path(&self, code: &str) -> Option<String> {
        let category = self.category(code)?;
        let above = category.parent.as_deref().and_then(|parent| self.category(parent));
        Some(
            above.map_or_else(
                || category.title.clone(),
                |above| format!("{} / {}", above.title, category.title),
            ),
        )
    }

    /// The unit that performs a function in this city.
    pub fn function_unit(&self, function: &str) -> Option<&Unit> {
        self.city.units.iter().find(|unit| unit.functions.iter().any(|known| known == function))
    }

    /// What can be chosen.
    pub fn options(&self, options: &Options) -> Vec<Choice> {
        let choice = |key: &str, label: String, explain: &str, preset: &str| Choice {
            key: key.to_owned(),
            label,
            explain: explain.to_owned(),
            preset: preset.to_owned(),
        };
        match options {
            Options::List(key) => self.list(key).map(|list| list.choices.clone()).unwrap_or_default(),
            Options::Kinds => {
                self.kinds.iter().map(|k| choice(&k.key, k.key.clone(), &k.explain, "")).collect()
            }
            Options::Templates => {
                self.templates.iter().map(|t| choice(&t.key, t.title.clone(), "", &t.text)).collect()
            }
            Options::Categories => {
                let leaves = self.categories.iter().filter(|category| category.parent.is_some());
                leaves
                    .map(|c| choice(&c.code, self.category_path(&c.code).unwrap_or_default(), "", ""))
                    .collect()
            }
        }
    }
}

/// Finders by key; each gives `None` where there is no such thing.
impl Pack {
    /// The role with this key.
    pub fn role(&self, key: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.key == key)
    }

    /// The unit of the city with this key.
    pub fn unit(&self, key: &str) -> Option<&Unit> {
        self.city.units.iter().find(|unit| unit.key == key)
    }

    /// The unit kind with this key.
    pub fn unit_kind(&self, key: &str) -> Option<&UnitKind> {
        self.unit_kinds.iter().find(|kind| kind.key == key)
    }

    /// The link kind with this key.
    pub fn link_kind(&self, key: &str) -> Option<&LinkKind> {
        self.link_kinds.iter().find(|kind| kind.key == key)
    }

    /// The management type with this key.
    pub fn association_type(&self, key: &str) -> Option<&AssociationType> {
        self.association_types.iter().find(|kind| kind.key == key)
    }

    /// The duty with this code.
    pub fn duty(&self, code: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.code == code)
    }

    /// The category with this code.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// The kind of appeal with this name.
    pub fn kind(&self, name: &str) -> Option<&AppealKind> {
        self.kinds.iter().find(|kind| kind.key == name)
    }

    /// The limit with this key.
    pub fn limit(&self, key: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.key == key)
    }

    /// The list with this key.
    pub fn list(&self, key: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.key == key)
    }

    /// The word of a list's choice.
    pub fn label(&self, list: &str, key: &str) -> Option<&str> {
        self.list(list)?.choices.iter().find(|choice| choice.key == key).map(|choice| choice.label.as_str())
    }

    /// The warning with this key.
    pub fn warning(&self, key: &str) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.key == key)
    }

    /// The mask with this key.
    pub fn mask(&self, key: &str) -> Option<&Mask> {
        self.masks.iter().find(|mask| mask.key == key)
    }

    /// The form with this key.
    pub fn form(&self, key: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.key == key)
    }

    /// The queue with this key.
    pub fn queue(&self, key: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.key == key)
    }

    /// The queues of a role, in the order written.
    pub fn queues_of<'p>(&'p self, role: &'p str) -> impl Iterator<Item = &'p Queue> {
        self.queues.iter().filter(move |queue| queue.roles.iter().any(|known| known == role))
    }

    /// The reply template with this key.
    pub fn template(&self, key: &str) -> Option<&ReplyTemplate> {
        self.templates.iter().find(|template| template.key == key)
    }

    /// The notice with this key.
    pub fn notice(&self, key: &str) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.key == key)
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
        unit_kinds,
        link_kinds,
        functions,
        association_types,
        roles,
        duties,
        categories,
        dispatch,
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
