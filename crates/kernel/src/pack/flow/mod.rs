//! The flow of a case: stages, states, acts with their moves, guards, forms, sentences and notices.

mod read;

pub(super) use self::read::{read, state_names};

use super::closed::Closed;
use super::source::Source;
use crate::condition::{Condition, Named};

/// A flow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// `appeal`; the first half of each act's name.
    pub key: String,
    /// 行业协会商会诉求办理.
    pub title: String,
    /// The stage bar.
    pub stages: Vec<Named>,
    /// States in the order written.
    pub states: Vec<State>,
    /// Acts in the order written.
    pub acts: Vec<FlowAct>,
}

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// `submitted`.
    pub key: String,
    /// 待受理.
    pub label: String,
    /// Tone of its pill.
    pub tone: Tone,
    /// Key of its stage.
    pub stage: String,
    /// What the public reads.
    pub public_label: String,
    /// Whether the case ends here.
    pub ends: bool,
    /// Acts offered as the main button, the first that is available.
    pub primary: Vec<String>,
    /// Whom or what a case in this state waits for, said to those who cannot do anything now; may be empty.
    pub waiting: String,
    /// How the state is called, and what it waits for, once the reply was approved; none where that changes nothing.
    pub approved: Option<Approved>,
    /// Where this comes from.
    pub source: Source,
}

/// What a state is called inside the office once the reply was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// 待发出.
    pub label: String,
    /// What it waits for.
    pub waiting: String,
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
    /// The word for the style sheet.
    pub fn class(self) -> &'static str {
        self.word()
    }
}

/// An act of the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowAct {
    /// `sign`.
    pub key: String,
    /// `appeal.sign`: the permission, the journal kind.
    pub name: String,
    /// The verb on the button.
    pub label: String,
    /// Other verbs in particular states (转办).
    pub labels: Vec<(String, String)>,
    /// The state a case begins in, where this act begins one.
    pub start: Option<String>,
    /// From state, to state (the same where it stays).
    pub moves: Vec<(String, String)>,
    /// Where the act has outcomes, the moves are theirs.
    pub outcomes: Vec<Outcome>,
    /// What must hold.
    pub guards: Vec<Guard>,
    /// Its form.
    pub form: Option<String>,
    /// The line in the timeline.
    pub sentence: String,
    /// The line the public reads; none: the public does not see this step.
    pub public_sentence: Option<String>,
    /// Who is told.
    pub notify: Vec<Notify>,
    /// Done by itself when this limit has passed.
    pub after_limit: Option<String>,
    /// Where this comes from.
    pub source: Source,
}

/// One outcome of an act (`return` of `review`).
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// `return`.
    pub key: String,
    /// 退回修改.
    pub label: String,
    /// From state, to state.
    pub moves: Vec<(String, String)>,
}

/// A condition of an act with the sentence said while it does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// What is asked.
    pub check: Check,
    /// Said while it does not hold.
    pub unmet: String,
    /// Whether the act is over where it does not hold: then it is no longer offered, not even with its reason.
    pub over: bool,
}

/// What a guard asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// A condition over facts.
    When(Condition),
    /// A function of the code, by name.
    Named(String),
}

/// Who is told by which notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// Key of the recipient.
    pub who: String,
    /// Key of the notice.
    pub notice: String,
}

impl State {
    /// What it is called inside the office; `approved` where the reply was approved.
    pub fn label_when(&self, approved: bool) -> &str {
        self.approved.as_ref().filter(|_| approved).map_or(&self.label, |known| &known.label)
    }

    /// What a case in this state waits for.
    pub fn waiting_when(&self, approved: bool) -> &str {
        self.approved.as_ref().filter(|_| approved).map_or(&self.waiting, |known| &known.waiting)
    }
}

impl Flow {
    /// The state with this key.
    pub fn state(&self, key: &str) -> Option<&State> {
        self.states.iter().find(|state| state.key == key)
    }

    /// The act with this key.
    pub fn act(&self, key: &str) -> Option<&FlowAct> {
        self.acts.iter().find(|act| act.key == key)
    }

    /// The acts that lead on from a state, in the order written, without those done by themselves.
    pub fn acts_from<'f>(&'f self, state: &'f str) -> impl Iterator<Item = &'f FlowAct> {
        self.acts.iter().filter(move |act| act.after_limit.is_none() && act.leaves(state))
    }
}

impl FlowAct {
    /// Where the act leads from a state, with the outcome where it has some.
    pub fn to(&self, state: &str, outcome: Option<&str>) -> Option<&str> {
        let moves = match outcome {
            Some(key) => &self.outcomes.iter().find(|outcome| outcome.key == key)?.moves,
            None => &self.moves,
        };
        moves.iter().find(|(from, _)| from == state).map(|(_, to)| to.as_str())
    }

    /// Whether the act can be done in a state.
    pub fn leaves(&self, state: &str) -> bool {
        self.all_moves().any(|(from, _)| from == state)
    }

    /// The verb in a state.
    pub fn label_in(&self, state: &str) -> &str {
        self.labels.iter().find(|(known, _)| known == state).map_or(&self.label, |(_, label)| label)
    }

    /// All moves, those of the outcomes too.
    pub fn all_moves(&self) -> impl Iterator<Item = &(String, String)> {
        self.moves.iter().chain(self.outcomes.iter().flat_map(|outcome| outcome.moves.iter()))
    }
}
