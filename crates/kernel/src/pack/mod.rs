//! The policy pack: lists, limits, forms, flows, queues, roles and words as data, read with all findings at once.
//!
//! A pack is a folder of TOML and CSV that an official's deputy can read; every item carries its basis and where
//! that comes from. Reading collects *all* findings, each with file, line and remedy. What a pack may name in the
//! code is the closed [`Vocabulary`]. A pack that was read is immutable and whole: references are resolved.

mod against;
mod calendar;
mod city;
mod closed;
mod conditions;
mod day;
mod definition;
mod desk;
pub mod examples;
mod field;
mod file;
mod find;
mod finding;
mod forms;
mod items;
mod limit_text;
mod limits;
mod lists;
mod markings;
mod needs;
mod part;
mod queues;
mod relations;
mod roles;
mod sentences;
pub mod sheet;
mod source;
mod stands_for;
pub mod stories;
pub mod table;
mod vocabulary;
mod whole;

#[cfg(test)]
pub(crate) mod tests;

pub use self::against::against;
pub use self::calendar::{changed_years, first_published};
pub use self::city::{City, Division, Unit};
pub use self::closed::Closed;
pub use self::day::RelativeDay;
pub use self::definition::{
    Act, CURRENT, Check, Definition, Derived, ENDED, Effect, Every, FileTab, Group, Guard, Keeping,
    LimitWord, May, Needs, Notify, Once, Outcome, PAPER, Page, REASON, Receiver, Register, Reminder, SINCE,
    Sees, Sentences, Show, Side, StandsForLink, State, StateLabel, Take, Telling, Tone, UNTIL, VOID, Words,
    aloud,
};
pub use self::field::{Bounds, Control, Field};
pub use self::file::{read_files, with_city};
pub use self::finding::{At, Finding, did_you_mean};
pub use self::forms::Form;
pub use self::items::{ItemKind, ItemView};
pub use self::limit_text::LimitText;
pub use self::limits::{Chosen, Clause, ClauseValue, Limit};
pub use self::lists::{Choice, List, Mask, Promise, Warning};
pub use self::markings::{Marking, Stop};
pub use self::needs::{Need, Needed};
pub use self::part::{Part, PartReader, Question, Reading};
pub use self::queues::{Order, Queue};
pub use self::relations::{AssociationType, Cardinality, Duty, Function, LinkKind, UnitKind};
pub use self::roles::{Grant, Office, Reach, Role};
pub use self::sentences::{Notice, fill, names as placeholders};
pub use self::source::{Source, SourceKind};
pub use self::stands_for::StandsFor;
pub use self::vocabulary::{Vocabulary, Word, needs, words};
pub use self::whole::Pack;

/// The kit with which a capability reads files of the pack itself: tables, sheets, names, findings.
pub mod reader {
    pub use super::desk::{Desk, Ref};
    pub use super::file::{Shelf, TextFile};
    pub use super::lists::limit;
    pub use super::sentences::{maybe, sentence};
    pub use super::sheet::{self, Row};
    pub use super::table::{self, Tab};
}
