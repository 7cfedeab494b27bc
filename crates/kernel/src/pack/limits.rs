//! Time limits: what starts and ends each, how long it is in which case, and whether it is promised to the public.

use super::closed::Closed;
use super::conditions;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::limit_text::LimitText;
use super::lists::{self, AppealKind, Promise};
use super::source::Source;
use super::table::{self, Tab};
use crate::condition::{self, Condition, FactDef, Facts, Frame, Trace, Truth, Value};

/// A limit of the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// `accept`.
    pub key: String,
    /// 受理时限.
    pub title: String,
    /// Acts of the flow that start it.
    pub starts: Vec<String>,
    /// Acts of the flow that end it: what it asks for is done.
    pub ends: Vec<String>,
    /// Acts of the flow that stop it without doing what it asks for.
    pub stops: Vec<String>,
    /// The first clause whose condition holds decides.
    pub clauses: Vec<Clause>,
    /// What it is for.
    pub explain: String,
    /// Where this comes from.
    pub source: Source,
}

/// One case of a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// When it applies.
    pub when: Condition,
    /// How long.
    pub value: ClauseValue,
    /// Whether it is promised to the complainant.
    pub promise: Promise,
}

/// How long a clause gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClauseValue {
    /// So long.
    Fixed(LimitText),
    /// As long as the kind of the appeal says.
    OfKind,
}

/// What a limit says about one case.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    /// This clause holds.
    Clause {
        /// Its place, first = 0.
        index: usize,
        /// How long.
        limit: LimitText,
        /// Whether it is promised.
        promise: Promise,
        /// Why this one.
        trace: Trace,
    },
    /// A fact is missing: 需补数据.
    Unknown(Trace),
    /// No clause holds: there is no limit in this case.
    None,
}

/// The word for [`ClauseValue::OfKind`].
pub const OF_KIND: &str = "按诉求类型";

impl Limit {
    /// Whether an act of the flow does what the limit asks for.
    pub fn is_met_by(&self, act: &str) -> bool {
        self.ends.iter().any(|a| a == act)
    }

    /// Whether an act of the flow stops it without doing that.
    pub fn is_stopped_by(&self, act: &str) -> bool {
        self.stops.iter().any(|a| a == act)
    }

    /// The clause for these facts; `kinds` gives the limits by kind.
    pub fn choose(&self, kinds: &[AppealKind], facts: &dyn Facts) -> Chosen {
        for (index, clause) in self.clauses.iter().enumerate() {
            let trace = condition::evaluate(&clause.when, facts, &Frame::default());
            match trace.truth {
                Truth::No => continue,
                Truth::Unknown => return Chosen::Unknown(trace),
                Truth::Yes => {}
            }
            let limit = match &clause.value {
                ClauseValue::Fixed(limit) => limit.clone(),
                ClauseValue::OfKind => match of_kind(kinds, facts) {
                    Some(limit) => limit,
                    None => {
                        return Chosen::Unknown(Trace {
                            truth: Truth::Unknown,
                            sentence: "已有诉求类型".to_owned(),
                            ..trace
                        });
                    }
                },
            };
            return Chosen::Clause { index, limit, promise: clause.promise, trace };
        }
        Chosen::None
    }
}

fn of_kind(kinds: &[AppealKind], facts: &dyn Facts) -> Option<LimitText> {
    let Some(Value::Text(kind)) = facts.fact("kind") else { return None };
    kinds.iter().find(|known| known.key == kind).map(|known| known.answer.clone())
}

/// Reads `appeals/limits.toml`.
pub(super) fn read(desk: &Desk, shelf: &Shelf, facts: &[FactDef]) -> Vec<Limit> {
    let Some(file) = shelf.take(desk, "appeals/limits.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    tab.entries("limits").into_iter().map(|(key, limit)| one(desk, key, &limit, facts)).collect()
}

fn one(desk: &Desk, key: String, limit: &Tab<'_>, facts: &[FactDef]) -> Limit {
    desk.define(Ref::Limit, &key, &limit.at(""));
    let (title, explain, source) = (limit.text("title"), limit.text("explain"), limit.source());
    let starts = limit.refer_all("starts", Ref::FlowAct);
    let ends = limit.refer_all("ends", Ref::FlowAct);
    let stops = limit.refer_all("stops", Ref::FlowAct);
    for (field, acts) in [("starts", &starts), ("ends", &ends)] {
        if acts.is_empty() {
            desk.say(
                &limit.at(field),
                format!("没有写 {field}"),
                format!("请补上 {field} = [\"…\"]，写办理步骤的代码"),
            );
        }
    }
    let written = limit.tables("clauses");
    let clauses: Vec<Clause> = written.iter().filter_map(|tab| clause(tab, facts)).collect();
    if written.is_empty() {
        desk.say(
            &limit.at("clauses"),
            "没有写时限多长",
            "请补上 [[limits.….clauses]]，写 limit = \"4 工作小时\"",
        );
    }
    desk.item("时限", &key, &title, &source, summary(&clauses, &explain), &limit.at(""));
    Limit { key, title, starts, ends, stops, clauses, explain, source }
}

fn clause(tab: &Tab<'_>, facts: &[FactDef]) -> Option<Clause> {
    let when = conditions::when(tab, facts);
    let promise = tab.closed("promise").unwrap_or(Promise::Internal);
    let value = match tab.maybe("limit").as_deref() {
        Some(OF_KIND) => ClauseValue::OfKind,
        _ => ClauseValue::Fixed(lists::limit(tab, "limit")?),
    };
    Some(Clause { when, value, promise })
}

fn summary(clauses: &[Clause], explain: &str) -> String {
    let parts = clauses.iter().map(|clause| {
        let long = match &clause.value {
            ClauseValue::Fixed(limit) => limit.text.as_str(),
            ClauseValue::OfKind => OF_KIND,
        };
        let when = condition::words::sentence(&clause.when);
        format!("{when}：{long}（{}）", clause.promise.word())
    });
    format!("{}。{explain}", parts.collect::<Vec<_>>().join("；"))
}
