//! Reading the flow: every reference resolved, every state reached and left.

use super::{Approved, Check, Flow, FlowAct, Guard, Notify, Outcome, State, Tone};
use crate::condition::{self, FactDef, Named};
use crate::pack::conditions;
use crate::pack::desk::{Desk, Ref};
use crate::pack::file::Shelf;
use crate::pack::sentences;
use crate::pack::table::{self, Tab};

/// Key and label of each state, read ahead because conditions everywhere may name states.
pub(in crate::pack) fn state_names(shelf: &Shelf) -> Vec<Named> {
    let quiet = Desk::default();
    let Some(file) = shelf.take(&quiet, FILE) else { return Vec::new() };
    let Some(document) = table::parse(&quiet, file) else { return Vec::new() };
    let tab = table::open(&quiet, file, &document);
    let states = tab.entries("states").into_iter();
    states.map(|(key, state)| Named { key, label: state.text("label") }).collect()
}

const FILE: &str = "appeals/flow.toml";

/// Reads the flow.
pub(in crate::pack) fn read(desk: &Desk, shelf: &Shelf, facts: &[FactDef]) -> Flow {
    let Some(file) = shelf.take(desk, FILE) else { return Flow::default() };
    let Some(document) = table::parse(desk, file) else { return Flow::default() };
    let tab = table::open(desk, file, &document);
    let key = tab.text("key");
    let stages = tab.pairs("stages").into_iter().map(|(key, label, at)| {
        desk.define(Ref::Stage, &key, &at);
        Named { key, label }
    });
    let stages = stages.collect();
    let states = tab.entries("states").into_iter();
    let states: Vec<State> = states.map(|(key, tab)| state(desk, key, &tab)).collect();
    let acts = tab.entries("acts").into_iter();
    let acts = acts.map(|(act, tab)| self::act(desk, (&key, &states), act, &tab, facts)).collect();
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
        waiting: tab.maybe("waiting").unwrap_or_default(),
        approved: tab
            .table("approved")
            .map(|tab| Approved { label: tab.text("label"), waiting: tab.text("waiting") }),
        source: tab.source(),
        key,
        label,
    };
    let summary =
        format!("对外显示“{}”{}", state.public_label, if state.ends { "；办理到此结束" } else { "" });
    desk.item("办理状态", &state.key, &state.label, &state.source, summary, &tab.at(""));
    state
}

fn act(
    desk: &Desk,
    (flow, states): (&str, &[State]),
    key: String,
    tab: &Tab<'_>,
    facts: &[FactDef],
) -> FlowAct {
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
    desk.item("办理步骤", &act.key, &act.label, &act.source, summary(&act, states), &tab.at(""));
    act
}

fn summary(act: &FlowAct, states: &[State]) -> String {
    let word = |key: &String| states.iter().find(|s| s.key == *key).map_or(key.clone(), |s| s.label.clone());
    let moves = act.all_moves();
    let mut parts: Vec<String> = moves.map(|(from, to)| format!("{} → {}", word(from), word(to))).collect();
    parts.extend(act.start.iter().map(|state| format!("新建 → {}", word(state))));
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
    let over = tab.flag("over");
    let named = tab.maybe_refer("named", Ref::Guard);
    let when = tab.table("when").map(|inner| conditions::condition(&inner, facts));
    match (named, when) {
        (Some(name), None) => Some(Guard { check: Check::Named(name), unmet, over }),
        (None, Some(condition)) => condition.map(|when| Guard { check: Check::When(when), unmet, over }),
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
