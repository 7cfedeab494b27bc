//! States of a procedure: what each is called, to whom, and what a matter in it waits for.

use crate::condition::{self, Condition, Facts, Frame};
use crate::pack::closed::Closed;
use crate::pack::source::Source;

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// `received`.
    pub key: String,
    /// 待处理.
    pub label: String,
    /// Tone of its pill.
    pub tone: Tone,
    /// Key of its stage.
    pub stage: String,
    /// What those outside read.
    pub public_label: String,
    /// Whether the matter ends here.
    pub ends: bool,
    /// Acts offered as the main button, the first that is available.
    pub primary: Vec<String>,
    /// Whom or what a matter in this state waits for, said to those who cannot do anything now; may be empty.
    pub waiting: String,
    /// What it is called inside while something else holds of the matter; the first that holds.
    pub labels: Vec<StateLabel>,
    /// Where this comes from.
    pub source: Source,
}

/// What a state is called inside the office while a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct StateLabel {
    /// The condition.
    pub when: Condition,
    /// 待补充.
    pub label: String,
    /// What it waits for then.
    pub waiting: String,
}

impl State {
    /// Its key and its word.
    pub(super) fn named(&self) -> condition::Named {
        condition::Named { key: self.key.clone(), label: self.label.clone() }
    }

    fn now(&self, facts: &dyn Facts) -> Option<&StateLabel> {
        let holds = |known: &&StateLabel| condition::truth(&known.when, facts, &Frame::default()).holds();
        self.labels.iter().find(holds)
    }

    /// What it is called inside the office.
    pub fn label_for(&self, facts: &dyn Facts) -> &str {
        self.now(facts).map_or(&self.label, |known| &known.label)
    }

    /// What a matter in this state waits for.
    pub fn waiting_for(&self, facts: &dyn Facts) -> &str {
        self.now(facts).map_or(&self.waiting, |known| &known.waiting)
    }
}

/// Tones of the status pill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Waits for somebody to take it.
    Amber,
    /// Is being worked on.
    Blue,
    /// Waits for review.
    Violet,
    /// Waits for an answer.
    Teal,
    /// Done.
    Green,
    /// Out of the way.
    Grey,
    /// Overdue.
    Red,
}

impl Closed for Tone {
    const WHAT: &'static str = "色调";
    const WORDS: &'static [(&'static str, Tone)] = &[
        ("amber", Tone::Amber),
        ("blue", Tone::Blue),
        ("violet", Tone::Violet),
        ("teal", Tone::Teal),
        ("green", Tone::Green),
        ("grey", Tone::Grey),
        ("red", Tone::Red),
    ];
}

impl Tone {
    /// The class of the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Amber => "wait",
            Tone::Blue => "doing",
            Tone::Violet => "review",
            Tone::Teal => "answer",
            Tone::Green => "done",
            Tone::Red => "over",
            Tone::Grey => "muted",
        }
    }
}
