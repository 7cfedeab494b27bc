//! The policy pack: lists, limits, forms, flows, queues, roles and words as data, read with all findings at once.
//!
//! A pack is a folder of TOML and CSV that an official's deputy can read; every item carries its basis and where
//! that comes from. Reading collects *all* findings, each with file, line and remedy. What a pack may name in the
//! code is the closed [`Vocabulary`]. A pack that was read is immutable and whole: references are resolved.

mod calendar;
mod categories;
mod city;
mod closed;
mod conditions;
mod desk;
pub mod examples;
mod file;
mod find;
mod finding;
mod flow;
mod forms;
mod items;
mod lexicon;
mod limit_text;
mod limits;
mod lists;
mod markings;
mod needs;
mod queues;
mod relations;
mod roles;
mod sentences;
mod sheet;
mod source;
mod table;
mod vocabulary;
mod whole;

#[cfg(test)]
pub(crate) mod tests;

pub use self::categories::{ANSWERING_DUTIES, Category, DispatchRule, RELATION, Target};
pub use self::city::{City, Division, Unit};
pub use self::closed::Closed;
pub use self::file::{read_files, with_city};
pub use self::finding::{At, Finding, did_you_mean};
pub use self::flow::{Approved, Check, Flow, FlowAct, Guard, Notify, Outcome, State, Tone};
pub use self::forms::{Control, Field, Form, Options};
pub use self::items::ItemView;
pub use self::lexicon::DutyWords;
pub use self::limit_text::LimitText;
pub use self::limits::{Chosen, Clause, ClauseValue, Limit};
pub use self::lists::{AppealKind, Choice, LIST_KEYS, List, Mask, Promise, Warning};
pub use self::markings::{Marking, Stop};
pub use self::needs::{Need, Needed};
pub use self::queues::{Order, Queue};
pub use self::relations::{AssociationType, Cardinality, Duty, Function, LinkKind, UnitKind};
pub use self::roles::{Grant, Office, ROLE_KEYS, Reach, Role};
pub use self::sentences::{Notice, ReplyTemplate, fill};
pub use self::source::{Source, SourceKind};
pub use self::vocabulary::{Vocabulary, Word, needs, words};
pub use self::whole::Pack;
