//! Acts of a procedure: from where to where, under which conditions, with which form, in which words, to whom.

use super::register::{CURRENT, ENDED, Keeping, VOID};
use crate::condition::Condition;
use crate::pack::closed::Closed;
use crate::pack::source::Source;

/// An act.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// `receive`.
    pub key: String,
    /// `opinion.receive`: the permission, the journal kind.
    pub name: String,
    /// The verb on the button.
    pub label: String,
    /// Other verbs in particular states.
    pub labels: Vec<(String, String)>,
    /// What the button below its form says, where that is not the verb.
    pub button: Option<String>,
    /// The state a matter begins in, where this act begins one.
    pub start: Option<String>,
    /// From state, to state (the same where it stays).
    pub moves: Vec<(String, String)>,
    /// Where the act has outcomes, the moves are theirs.
    pub outcomes: Vec<Outcome>,
    /// What must hold.
    pub guards: Vec<Guard>,
    /// Key of its form.
    pub form: Option<String>,
    /// What it does beside what its form said.
    pub does: Vec<Effect>,
    /// The line in the timeline.
    pub sentence: String,
    /// The line those outside read; none: they do not see this step.
    pub public_sentence: Option<String>,
    /// What is said to whoever did it.
    pub done: String,
    /// The same from particular states.
    pub done_from: Vec<(String, String)>,
    /// Words of its form that the timeline shows below the line.
    pub shows: Vec<Show>,
    /// Whether its step is marked as one for the inside only.
    pub internal: bool,
    /// Whether what came with it is for those outside, too, although its step is not.
    pub open_files: bool,
    /// Within so many minutes the same words of the same person are one record sent twice.
    pub repeat: Option<i64>,
    /// Fields of which at least one must be filled in otherwise than before.
    pub changes: Vec<String>,
    /// How often it can be done on one matter.
    pub most: Option<usize>,
    /// Who is told.
    pub notify: Vec<Notify>,
    /// Done by itself when this limit has passed.
    pub after_limit: Option<String>,
    /// Whether the program begins it, and no page and no program of others.
    pub by_program: bool,
    /// What it does to an entry, where it is an act of a register.
    pub keeping: Option<Keeping>,
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
    /// Fields that must be filled in then.
    pub needs: Vec<Needs>,
    /// What it does.
    pub does: Vec<Effect>,
    /// What is said to whoever did it; that of the act where empty.
    pub done: String,
}

/// A field that an outcome needs, with what is said while it is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The field.
    pub field: String,
    /// 退回修改要写明改什么.
    pub unmet: String,
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
    /// Somebody else did that act last.
    NotSameAs(String),
}

/// What an act does beside what its form says; closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Gives the matter to a unit. Who has it stays responsible until the next has taken it over.
    Give(Receiver),
    /// The unit that it was given to takes it over.
    Receive,
    /// Whoever acts is in charge, where they act in one of these roles.
    Take(Vec<String>),
    /// The person named in a field is in charge.
    Assign(String),
    /// Remembers the instant, under a name of the code or of the definition.
    Stamp(String),
    /// The same, the first time only.
    StampOnce(String),
    /// Remembers who acted.
    By(String),
    /// Remembers that something holds, or does not.
    Mark(String, bool),
    /// Forgets what a field said.
    Clear(String),
    /// A function of the code, by name.
    Named(String),
}

/// To whom a matter is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The unit of whoever acts.
    OwnUnit,
    /// The unit that a field names.
    Field(String),
    /// The unit that holds this kind of link with the association.
    Link(String),
}

/// Words of an act's form that the timeline shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    /// The field.
    pub field: String,
    /// Of another act, done before: the last of its steps.
    pub of: Option<String>,
    /// To whom.
    pub to: Side,
}

/// From where somebody looks at a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those inside the office.
    Inside,
    /// Those who follow it as their own.
    Outside,
    /// Both.
    Both,
}

impl Closed for Side {
    const WHAT: &'static str = "对象";
    const WORDS: &'static [(&'static str, Side)] =
        &[("内部", Side::Inside), ("对方", Side::Outside), ("双方", Side::Both)];
}

impl Side {
    /// Whether somebody who looks from inside, or from outside, is meant.
    pub fn meant(self, inside: bool) -> bool {
        match self {
            Side::Inside => inside,
            Side::Outside => !inside,
            Side::Both => true,
        }
    }
}

/// Who is told what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// A relation to the matter (`经办人`), or the key of a role.
    pub who: String,
    /// What is said.
    pub say: Telling,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// A notice of the definition, by key.
    Notice(String),
    /// A sentence.
    Sentence(String),
}

impl Keeping {
    /// The state in which an entry begins by it, and the moves it makes.
    pub(super) fn moves(&self) -> (Option<String>, Vec<(String, String)>) {
        let from = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        match self {
            Keeping::Add => (Some(CURRENT.to_owned()), Vec::new()),
            Keeping::Change | Keeping::Within => (None, vec![from(CURRENT, CURRENT)]),
            Keeping::End => (None, vec![from(CURRENT, ENDED)]),
            Keeping::Correct { .. } => (None, vec![from(CURRENT, CURRENT), from(ENDED, ENDED)]),
            Keeping::Void => (None, vec![from(CURRENT, VOID), from(ENDED, VOID)]),
        }
    }
}

impl Act {
    /// An act on entries that no definition has to write down.
    pub(super) fn kept(family: &str, key: &str, label: &str, keeping: Keeping, source: Source) -> Act {
        let (start, moves) = keeping.moves();
        Act {
            key: key.to_owned(),
            name: format!("{family}.{key}"),
            label: label.to_owned(),
            labels: Vec::new(),
            button: None,
            start,
            moves,
            outcomes: Vec::new(),
            guards: Vec::new(),
            form: None,
            does: Vec::new(),
            sentence: format!("{{actor}}{label}"),
            public_sentence: None,
            done: String::from("已办。"),
            done_from: Vec::new(),
            shows: Vec::new(),
            internal: false,
            open_files: false,
            repeat: None,
            changes: Vec::new(),
            most: None,
            notify: Vec::new(),
            after_limit: None,
            by_program: false,
            keeping: Some(keeping),
            source,
        }
    }

    /// Where the act leads from a state, with the outcome where it has some.
    pub fn to(&self, state: &str, outcome: Option<&str>) -> Option<&str> {
        let moves = match outcome {
            Some(key) => &self.outcomes.iter().find(|outcome| outcome.key == key)?.moves,
            None => &self.moves,
        };
        moves.iter().find(|(from, _)| from == state).map(|(_, to)| to.as_str())
    }

    /// The outcome with this key.
    pub fn outcome(&self, key: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.key == key)
    }

    /// Whether the act can be done in a state.
    pub fn leaves(&self, state: &str) -> bool {
        self.all_moves().any(|(from, _)| from == state)
    }

    /// Whether a person does it on a matter that is there: it neither begins one nor happens by itself.
    pub fn is_done_by_people(&self) -> bool {
        self.start.is_none() && self.after_limit.is_none()
    }

    /// The verb in a state.
    pub fn label_in(&self, state: &str) -> &str {
        self.labels.iter().find(|(known, _)| known == state).map_or(&self.label, |(_, label)| label)
    }

    /// What the button below its form says in a state.
    pub fn button_in(&self, state: &str) -> &str {
        self.button.as_deref().unwrap_or_else(|| self.label_in(state))
    }

    /// What is said to whoever did it.
    pub fn done_in(&self, state: &str, outcome: Option<&str>) -> &str {
        let of_outcome = outcome.and_then(|key| self.outcome(key)).map(|outcome| outcome.done.as_str());
        let from = self.done_from.iter().find(|(known, _)| known == state).map(|(_, text)| text.as_str());
        of_outcome.filter(|text| !text.is_empty()).or(from).unwrap_or(&self.done)
    }

    /// All moves, those of the outcomes too.
    pub fn all_moves(&self) -> impl Iterator<Item = &(String, String)> {
        self.moves.iter().chain(self.outcomes.iter().flat_map(|outcome| outcome.moves.iter()))
    }

    /// What it does with an outcome.
    pub fn effects<'a>(&'a self, outcome: Option<&str>) -> impl Iterator<Item = &'a Effect> {
        let of_outcome = outcome.and_then(|key| self.outcome(key)).map(|outcome| outcome.does.as_slice());
        self.does.iter().chain(of_outcome.unwrap_or_default())
    }

    /// What it does whatever comes out, and with each outcome.
    pub fn all_effects(&self) -> impl Iterator<Item = &Effect> {
        self.does.iter().chain(self.outcomes.iter().flat_map(|outcome| outcome.does.iter()))
    }
}
