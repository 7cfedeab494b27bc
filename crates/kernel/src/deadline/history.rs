//! What happened to a clock: start, pauses, changes of rule and calendar; and comments, which change nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::civil::bounded;
use super::limit::Limit;

/// Something that happened to a clock; `at` is UTC milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The clock begins. Only the earliest start counts: nothing restarts a clock, a repeated matter gets a new one.
    Start {
        /// When.
        at: i64,
    },
    /// The clock stands still from here; while it stands, a second pause changes nothing.
    Pause {
        /// When.
        at: i64,
        /// Why, in the words that the explanation shows.
        why: String,
    },
    /// The clock goes on.
    Resume {
        /// When.
        at: i64,
    },
    /// Another limit applies, counted from the same start (适用新规, 延期).
    Rule {
        /// When.
        at: i64,
        /// The limit that applies from now on.
        limit: Limit,
        /// The rule version that set it.
        version: String,
    },
    /// Another calendar version applies to the whole clock.
    Calendar {
        /// When.
        at: i64,
        /// Name of the calendar version.
        version: String,
    },
    /// Somebody wrote something; never touches the clock.
    Comment {
        /// When.
        at: i64,
    },
}

impl Event {
    /// When it happened, UTC milliseconds.
    pub fn at(&self) -> i64 {
        match self {
            Self::Start { at }
            | Self::Pause { at, .. }
            | Self::Resume { at }
            | Self::Rule { at, .. }
            | Self::Calendar { at, .. }
            | Self::Comment { at } => *at,
        }
    }
}

/// A clock: what it began with and what happened to it since. The order of `events` matters only among equal instants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The limit it began with.
    pub limit: Limit,
    /// The rule version that set this limit.
    pub rule: String,
    /// Name of the calendar version it began with.
    pub calendar: String,
    /// What happened.
    pub events: Vec<Event>,
}

/// Why a history could not be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadlineError {
    /// The history has no start.
    NotStarted,
    /// The history names a calendar version that was not given.
    UnknownCalendar(String),
}

impl fmt::Display for DeadlineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted => f.write_str("计时尚未开始，无法推算到期时间"),
            Self::UnknownCalendar(version) => write!(f, "没有版本为“{version}”的工作日历，请先导入"),
        }
    }
}

impl std::error::Error for DeadlineError {}

/// A span in which the clock stands; without `to` it still stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause<'c> {
    pub from: i64,
    pub to: Option<i64>,
    pub why: &'c str,
}

/// A change of the limit, for the sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'c> {
    pub at: i64,
    pub from: Limit,
    pub to: Limit,
    pub version: &'c str,
}

/// A history brought into the form that counting needs.
#[derive(Debug)]
pub(super) struct Run<'c> {
    pub start: i64,
    pub limit: Limit,
    pub rule: &'c str,
    pub calendar: &'c str,
    pub recalculated: Option<i64>,
    pub changes: Vec<Change<'c>>,
    pub pauses: Vec<Pause<'c>>,
}

impl Run<'_> {
    pub(super) fn plain(start: i64, limit: Limit) -> Self {
        Run {
            start: bounded(start),
            limit,
            rule: "",
            calendar: "",
            recalculated: None,
            changes: Vec::new(),
            pauses: Vec::new(),
        }
    }

    /// The pause that covers an instant.
    pub(super) fn pause_at(&self, at: i64) -> Option<&Pause<'_>> {
        self.pauses.iter().find(|p| p.from <= at && p.to.is_none_or(|to| to > at))
    }
}

impl Clock {
    pub(super) fn run(&self) -> Result<Run<'_>, DeadlineError> {
        let starts = self.events.iter().filter(|e| matches!(e, Event::Start { .. }));
        let start = starts.map(Event::at).min().ok_or(DeadlineError::NotStarted)?;
        let mut run = Run { rule: &self.rule, calendar: &self.calendar, ..Run::plain(start, self.limit) };
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|e| e.at());
        for event in events {
            run.apply(event);
        }
        Ok(run)
    }
}

impl<'c> Run<'c> {
    fn apply(&mut self, event: &'c Event) {
        let at = bounded(event.at());
        let open = self.pauses.last_mut().filter(|p| p.to.is_none());
        match event {
            Event::Start { .. } | Event::Comment { .. } => {}
            Event::Pause { why, .. } if open.is_none() => self.pauses.push(Pause { from: at, to: None, why }),
            Event::Pause { .. } => {}
            Event::Resume { .. } => {
                if let Some(pause) = open {
                    pause.to = Some(at);
                }
            }
            Event::Rule { limit, version, .. } => {
                self.changes.push(Change { at, from: self.limit, to: *limit, version });
                self.limit = *limit;
                self.rule = version;
            }
            Event::Calendar { version, .. } => {
                self.calendar = version;
                self.recalculated = Some(at);
            }
        }
    }
}
