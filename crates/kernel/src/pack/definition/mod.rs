//! Procedures (事项): what begins, by which acts it goes on, until when, who may, in which words; a file of the pack each.
//!
//! A definition says what, when, who and in which words; it never computes. What must be computed is a check or an effect
//! that the code hands in by name ([`Words`]).

mod act;
mod acts;
mod aloud;
mod may;
mod read;
mod register;
mod sheets;
mod sound;
mod state;
mod tab;
mod words;

pub use self::act::{Act, Check, Effect, Guard, Needs, Notify, Outcome, Receiver, Show, Side, Telling};
pub use self::aloud::aloud;
pub use self::may::May;
pub(super) use self::may::enter;
pub(super) use self::read::{Ground, read};
pub use self::register::{
    CURRENT, Derived, ENDED, Every, Keeping, PAPER, REASON, Register, Reminder, SINCE, StandsForLink, Take,
    UNTIL, VOID,
};
pub(super) use self::register::{choosing, circles, read as registers};
pub(super) use self::sound::{alive, granted, together};
pub use self::state::{State, StateLabel, Tone};
pub use self::tab::FileTab;
pub use self::words::{LimitWord, Words};

use super::closed::Closed;
use super::field::Field;
use super::forms::Form;
use super::limits::{Chosen, Limit};
use super::queues::Queue;
use super::sentences::Notice;
use super::source::Source;
use super::stands_for::StandsFor;
use crate::condition::{Condition, FactDef, Facts, Named};

/// A procedure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition {
    /// `opinion`: the first half of each act's name.
    pub key: String,
    /// 意见.
    pub title: String,
    /// `opinions`: in addresses and on the command line; empty where the code brings its own addresses.
    pub path: String,
    /// Under which of the four it belongs (培育赋能).
    pub pillar: String,
    /// Under which head of the navigation it is found.
    pub group: Option<Group>,
    /// The tab of the association's file that it names; [`Definition::file_tab`] says where it stands.
    pub tab: Option<FileTab>,
    /// Prefix of its numbers (`YJ`).
    pub number: String,
    /// Whether the code has its own table, addresses and pages for it.
    pub coded: bool,
    /// Whether all of it is 工作秘密.
    pub work_secret: bool,
    /// The stage bar.
    pub stages: Vec<Named>,
    /// States in the order written.
    pub states: Vec<State>,
    /// What is asked, each field once.
    pub fields: Vec<Field>,
    /// Forms of its acts, by key.
    pub forms: Vec<Form>,
    /// Acts in the order written.
    pub acts: Vec<Act>,
    /// Its time limits.
    pub limits: Vec<Limit>,
    /// Its saved queues.
    pub queues: Vec<Queue>,
    /// Its notices.
    pub notices: Vec<Notice>,
    /// What conditions may ask of one of its matters.
    pub facts: Vec<FactDef>,
    /// What the code lets its sentences name, with the word for it; beside that, every field.
    pub placeholders: Vec<(String, String)>,
    /// How one of its matters is called, summed up, and what is said where there is none.
    pub sentences: Sentences,
    /// How its pages are put together.
    pub page: Page,
    /// Who may do what.
    pub may: Vec<May>,
    /// What the other side sees.
    pub sees: Option<Sees>,
    /// Of what there may be only one open.
    pub once: Option<Once>,
    /// What stands alone for an association.
    pub alone: Option<Alone>,
    /// What makes it a register: its rows hold instead of moving.
    pub register: Option<Register>,
    /// How many lines its file has.
    pub lines: usize,
    /// File it stands in.
    pub file: String,
    /// Where this comes from.
    pub source: Source,
}

/// The heads under which things are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// 党建.
    Party,
    /// 业务.
    Business,
    /// 风险.
    Risk,
    /// 监督.
    Oversight,
    /// 会议.
    Meetings,
    /// 清单.
    Lists,
}

impl Closed for Group {
    const WHAT: &'static str = "栏目";
    const WORDS: &'static [(&'static str, Group)] = &[
        ("党建", Group::Party),
        ("业务", Group::Business),
        ("风险", Group::Risk),
        ("监督", Group::Oversight),
        ("会议", Group::Meetings),
        ("清单", Group::Lists),
    ];
}

/// The sentences that say what a matter is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentences {
    /// What it is called: lists, links and the journal show it; no personal field in it.
    pub name: String,
    /// What it is about, in a sentence or two at the head of its page.
    pub summary: String,
    /// What is said in its place of a matter of which something holds; the first that does.
    pub summaries: Vec<(Condition, String)>,
    /// Said where there is none.
    pub empty: String,
}

/// How the pages of a procedure are put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Facts at the head of a matter; four at the most.
    pub headline: Vec<String>,
    /// Columns of the list; seven at the most.
    pub columns: Vec<String>,
    /// What the list can be filtered by.
    pub filters: Vec<String>,
}

/// What those see who follow a matter as their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sees {
    /// From which state on they see it at all; always where none is said.
    pub from: Option<String>,
    /// Fields they never see.
    pub hides: Vec<String>,
}

/// Of what there may be only one that has not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Once {
    /// The fields that make two matters the same.
    pub among: Vec<String>,
    /// Said where there is one already.
    pub what: String,
    /// Whether there may be several as long as no two hold on the same day.
    pub over: bool,
}

/// Entries beside which an association has no other: whichever of the two came first.
#[derive(Clone, Debug, PartialEq)]
pub struct Alone {
    /// Which entries.
    pub when: Condition,
    /// Said where there is another one: what is to be done instead.
    pub what: String,
}

impl Definition {
    /// The state with this key.
    pub fn state(&self, key: &str) -> Option<&State> {
        self.states.iter().find(|state| state.key == key)
    }

    /// The act with this key.
    pub fn act(&self, key: &str) -> Option<&Act> {
        self.acts.iter().find(|act| act.key == key)
    }

    /// The act with this full name (`opinion.submit`).
    pub fn act_named(&self, name: &str) -> Option<&Act> {
        self.acts.iter().find(|act| act.name == name)
    }

    /// Whether an act does nothing but end a matter unfinished, so that its button warns.
    pub fn gives_up(&self, act: &Act) -> bool {
        let given_up = |to: &str| self.state(to).is_some_and(|state| state.ends && state.tone == Tone::Grey);
        let mut ends = act.all_moves().map(|(_, to)| given_up(to)).peekable();
        ends.peek().is_some() && ends.all(|end| end)
    }

    /// The acts by which people begin a matter.
    pub fn beginnings(&self) -> impl Iterator<Item = &Act> {
        self.acts.iter().filter(|act| act.start.is_some() && !act.by_program)
    }

    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The field that stands for a column.
    pub fn standing_for(&self, column: StandsFor) -> Option<&Field> {
        self.fields.iter().find(|field| field.stands_for == Some(column))
    }

    /// The form with this key.
    pub fn form(&self, key: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.key == key)
    }

    /// The form of an act.
    pub fn form_of(&self, act: &Act) -> Option<&Form> {
        act.form.as_deref().and_then(|key| self.form(key))
    }

    /// The limit with this key.
    pub fn limit(&self, key: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.key == key)
    }

    /// What a limit says about a matter; `None` where there is no such limit.
    pub fn limit_for(&self, key: &str, facts: &dyn Facts) -> Option<Chosen> {
        self.limit(key).map(|limit| limit.choose(facts))
    }

    /// The queue with this key.
    pub fn queue(&self, key: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.key == key)
    }

    /// The notice with this key.
    pub fn notice(&self, key: &str) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.key == key)
    }

    /// The right by which its matters are seen.
    pub fn view(&self) -> String {
        format!("{}.view", self.family())
    }

    /// The right to take its entries out as a file.
    pub fn export(&self) -> String {
        format!("{}.export", self.family())
    }

    /// Whether it is known which associations its rows are about.
    pub fn is_about_associations(&self) -> bool {
        let taken = self.register.as_ref().is_some_and(|register| register.associations_of.is_some());
        taken || self.standing_for(StandsFor::Association).is_some()
    }

    /// What the journal calls a reminder of one of its entries.
    pub fn remind(&self) -> String {
        format!("{}.remind", self.family())
    }

    /// Whether its rows are entries of a register.
    pub fn is_register(&self) -> bool {
        self.register.is_some()
    }

    /// The key under whose rights and addresses its rows stand: that of the register within whose entries they lie, else its own.
    pub fn family(&self) -> &str {
        let parent = self.register.as_ref().and_then(|register| register.parent.as_deref());
        parent.unwrap_or(&self.key)
    }

    /// Whether its rows are matters that move, without a table of their own.
    pub fn moves(&self) -> bool {
        !self.coded && !self.is_register()
    }

    /// Whether a fact comes of the rows within an entry.
    pub fn is_derived(&self, key: &str) -> bool {
        self.register.iter().flat_map(|register| &register.derived).any(|one| one.key == key)
    }

    /// What it is called where the register it belongs to is known: `activity` of `pairing.activity`.
    pub fn short(&self) -> &str {
        self.key.rsplit('.').next().unwrap_or(&self.key)
    }

    /// Whether it stands for itself, with addresses and a place in the navigation made from what it says.
    pub fn stands_alone(&self) -> bool {
        !self.coded && self.family() == self.key
    }

    /// Whether a field is kept from those who follow the matter as their own.
    pub fn hides(&self, field: &Field) -> bool {
        field.work_secret || self.sees.as_ref().is_some_and(|sees| sees.hides.contains(&field.key))
    }

    /// Its rights with their Chinese names: that to see, and one for each act.
    pub fn rights(&self) -> Vec<(String, String)> {
        if self.family() != self.key {
            return Vec::new();
        }
        let view = (self.view(), format!("查看{}", self.title));
        let export = self.is_register().then(|| (self.export(), format!("{}：导出", self.title)));
        let reminds = self.register.as_ref().is_some_and(|register| !register.reminders.is_empty());
        let remind = reminds.then(|| (self.remind(), format!("{}：提醒", self.title)));
        let acts = self.acts.iter().map(|act| (act.name.clone(), format!("{}：{}", self.title, act.label)));
        std::iter::once(view).chain(acts).chain(export).chain(remind).collect()
    }
}
