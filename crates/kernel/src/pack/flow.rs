//! The flow of a case: stages, states, acts with their moves, guards, forms, sentences and notices.

use super::closed::Closed;
use super::conditions;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::sentences;
use super::source::Source;
use super::table::{self, Tab};
use crate::condition::{self, Condition, FactDef, Named};

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
    /// Where this comes from.
    pub source: Source,
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

/// Key and label of each state, read ahead because conditions everywhere may name states.
pub(super) fn state_names(shelf: &Shelf) -> Vec<Named> {
    let quiet = Desk::default();
    let Some(file) = shelf.take(&quiet, FILE) else { return Vec::new() };
    let Some(document) = table::parse(&quiet, file) else { return Vec::new() };
    let tab = table::open(&quiet, file, &document);
    let states = tab.entries("states").into_iter();
    states.map(|(key, state)| Named { key, label: state.text("label") }).collect()
}

const FILE: &str = "appeals/flow.toml";

/// Reads the flow.
pub(super) fn read(desk: &Desk, shelf: &Shelf, facts: &[FactDef]) -> Flow {
    let Some(file) = shelf.take(desk, FILE) else { return Flow::default() };
    let Some(document) = table::parse(desk, file) else { return Flow::default() };
    let tab = table::open(desk, file, &document);
    let key = tab.text("key");
    let stages = tab.pairs("stages").into_iter().map(|(key, label, at)| {
        desk.define(Ref::Stage, &key, &at);
        Named { key, label }
    });
    let stages = stages.collect();
    let states = tab.entries("states").into_iter().map(|(key, tab)| state(desk, key, &tab)).collect();
    let acts =
        tab.entries("acts").into_iter().map(|(act, tab)| self::act(desk, &key, act, &tab, facts)).collect();
    let flow = Flow { title: tab.text("title"), key, stages, states, acts };
    sound(desk, &flow);
    flow
}

fn state(desk: &Desk, key: String, tab: &Tab<'_>) -> State {
    desk.define(Ref::State, &key, &tab.at(""));
    let label = tab.text("label");
    let state = State {
        tone: tab.closed("tone").unwrap_or(Tone::Grey),
        stage: tab.refer("stage", Ref::Stage),
        public_label: tab.maybe("public_label").unwrap_or_else(|| label.clone()),
        ends: tab.flag("ends"),
        primary: tab.refer_all("primary", Ref::FlowAct),
        source: tab.source(),
        key,
        label,
    };
    let summary =
        format!("对外显示“{}”{}", state.public_label, if state.ends { "；办理到此结束" } else { "" });
    desk.item("办理状态", &state.key, &state.label, &state.source, summary, &tab.at(""));
    state
}

fn act(desk: &Desk, flow: &str, key: String, tab: &Tab<'_>, facts: &[FactDef]) -> FlowAct {
    desk.define(Ref::FlowAct, &key, &tab.at(""));
    let name = format!("{flow}.{key}");
    let after_limit = tab.maybe_refer("after_limit", Ref::Limit);
    if after_limit.is_none() {
        desk.refer(Ref::Act, &name, &tab.at(""));
    }
    let outcomes: Vec<Outcome> =
        tab.entries("outcomes").into_iter().map(|(key, tab)| outcome(key, &tab)).collect();
    let act = FlowAct {
        label: tab.text("label"),
        labels: states_to(tab, "labels", false),
        start: tab.maybe_refer("start", Ref::State),
        moves: states_to(tab, "moves", true),
        guards: tab.tables("guards").iter().filter_map(|tab| guard(tab, facts)).collect(),
        form: tab.maybe_refer("form", Ref::Form),
        sentence: sentences::sentence(tab, "sentence"),
        public_sentence: sentences::maybe(tab, "public_sentence"),
        notify: tab.tables("notify").iter().map(notify).collect(),
        source: tab.source(),
        outcomes,
        after_limit,
        key,
        name,
    };
    if act.start.is_none() && act.moves.is_empty() && act.outcomes.is_empty() {
        desk.say(
            &tab.at(""),
            "没有写这一步从哪里到哪里",
            "请补上 moves = { 现状态 = \"新状态\" }；不改变状态的，两边写同一个",
        );
    }
    desk.item("办理步骤", &act.key, &act.label, &act.source, summary(&act), &tab.at(""));
    act
}

fn summary(act: &FlowAct) -> String {
    let mut parts: Vec<String> = act.all_moves().map(|(from, to)| format!("{from} → {to}")).collect();
    parts.extend(act.start.iter().map(|state| format!("新建 → {state}")));
    let mut text = parts.join("；");
    for guard in &act.guards {
        match &guard.check {
            Check::When(when) => text.push_str(&format!("。条件：{}", condition::words::sentence(when))),
            Check::Named(_) => text.push_str(&format!("。检查：{}", guard.unmet)),
        }
    }
    text
}

/// Pairs whose names are states, and where `both` also the texts.
fn states_to(tab: &Tab<'_>, key: &'static str, both: bool) -> Vec<(String, String)> {
    let pairs = tab.pairs(key).into_iter();
    let pairs = pairs.map(|(from, to, at)| {
        tab.desk.refer(Ref::State, &from, &at);
        if both {
            tab.desk.refer(Ref::State, &to, &at);
        }
        (from, to)
    });
    pairs.collect()
}

fn outcome(key: String, tab: &Tab<'_>) -> Outcome {
    Outcome { key, label: tab.text("label"), moves: states_to(tab, "moves", true) }
}

fn guard(tab: &Tab<'_>, facts: &[FactDef]) -> Option<Guard> {
    let unmet = tab.text("unmet");
    let named = tab.maybe_refer("named", Ref::Guard);
    let when = tab.table("when").map(|inner| conditions::condition(&inner, facts));
    match (named, when) {
        (Some(name), None) => Some(Guard { check: Check::Named(name), unmet }),
        (None, Some(condition)) => condition.map(|when| Guard { check: Check::When(when), unmet }),
        _ => {
            let message = "一项前提要么写 when（条件），要么写 named（程序里的检查）";
            tab.desk.say(
                &tab.at(""),
                message,
                "写成 { when = { … }, unmet = \"…\" } 或 { named = \"…\", unmet = \"…\" }",
            );
            None
        }
    }
}

fn notify(tab: &Tab<'_>) -> Notify {
    Notify { who: tab.refer("who", Ref::Recipient), notice: tab.refer("notice", Ref::Notice) }
}

/// The flow as a whole: every state can be reached and left, nothing leaves an end.
fn sound(desk: &Desk, flow: &Flow) {
    for state in &flow.states {
        let at = desk.place(Ref::State, &state.key);
        let moves = || flow.acts.iter().flat_map(FlowAct::all_moves);
        let starts = flow.acts.iter().any(|act| act.start.as_ref() == Some(&state.key));
        let reached = starts || moves().any(|(from, to)| *to == state.key && from != to);
        let left = moves().any(|(from, to)| *from == state.key && from != to);
        if !reached {
            desk.say(
                &at,
                format!("状态“{}”到不了", state.label),
                "请在某个步骤的 moves 里写到它，或者删去这个状态",
            );
        }
        match (state.ends, left) {
            (false, false) => {
                let message = format!("状态“{}”没有出路", state.label);
                desk.say(&at, message, "请补一个离开它的步骤，或者写 ends = true");
            }
            (true, true) => {
                let message = format!("状态“{}”写明办理结束，却还有步骤离开它", state.label);
                desk.say(&at, message, "请删去 ends = true，或者删去那个步骤");
            }
            _ => {}
        }
        for key in &state.primary {
            if flow.act(key).is_some_and(|act| !act.leaves(&state.key)) {
                let message = format!("“{key}”在状态“{}”下不能做，不能作主按钮", state.label);
                desk.say(&at, message, "请从 primary 里删去，或者在这个步骤的 moves 里加上这个状态");
            }
        }
    }
}
