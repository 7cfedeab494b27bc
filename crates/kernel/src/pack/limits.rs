//! Time limits: what starts and ends each, how long it is in which case, and whether it is promised to the public.

use super::closed::Closed;
use super::conditions;
use super::definition::Words;
use super::desk::{Desk, Ref};
use super::items::ItemKind;
use super::limit_text::LimitText;
use super::lists::{self, List, Promise};
use super::source::Source;
use super::table::Tab;
use crate::condition::{self, Condition, FactDef, FactType, Facts, Frame, Trace, Truth, Value};

/// A limit of the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Its item of the pack, by which it is confirmed.
    pub item: String,
    /// `accept`.
    pub key: String,
    /// 收件时限.
    pub title: String,
    /// Acts that start it, or one outcome of an act (`review.back`).
    pub starts: Vec<String>,
    /// Acts that end it: what it asks for is done.
    pub ends: Vec<String>,
    /// Acts that stop it without doing what it asks for.
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
    /// Whether it is promised to those outside.
    pub promise: Promise,
}

/// How long a clause gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClauseValue {
    /// So long.
    Fixed(LimitText),
    /// As long as the choice of a fact says.
    OfChoice {
        /// As the pack says it (`按类型`, `按 {kind.answer}`).
        words: String,
        /// The fact.
        fact: String,
        /// Each choice with its length.
        lengths: Vec<(String, LimitText)>,
    },
    /// To the end of the day that a field says.
    Until(String),
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
    /// To the end of this day, which was fixed for this matter.
    Until {
        /// The day.
        day: jiff::civil::Date,
        /// Whether it is promised.
        promise: Promise,
    },
    /// A fact is missing: 需补数据.
    Unknown(Trace),
    /// No clause holds: there is no limit in this case.
    None,
}

impl Chosen {
    /// Whether it is promised, where there is a limit.
    pub fn promise(&self) -> Option<Promise> {
        match self {
            Chosen::Clause { promise, .. } | Chosen::Until { promise, .. } => Some(*promise),
            Chosen::Unknown(_) | Chosen::None => None,
        }
    }
}

impl Limit {
    /// Whether an act of the flow does what the limit asks for.
    pub fn is_met_by(&self, act: &str) -> bool {
        self.ends.iter().any(|a| a == act)
    }

    /// Whether an act of the flow stops it without doing that.
    pub fn is_stopped_by(&self, act: &str) -> bool {
        self.stops.iter().any(|a| a == act)
    }

    /// The clause for these facts.
    pub fn choose(&self, facts: &dyn Facts) -> Chosen {
        for (index, clause) in self.clauses.iter().enumerate() {
            let trace = condition::evaluate(&clause.when, facts, &Frame::default());
            match trace.truth {
                Truth::No => continue,
                Truth::Unknown => return Chosen::Unknown(trace),
                Truth::Yes => {}
            }
            let promise = clause.promise;
            return match &clause.value {
                ClauseValue::Fixed(limit) => Chosen::Clause { index, limit: limit.clone(), promise, trace },
                ClauseValue::OfChoice { fact, lengths, words } => {
                    let choice = facts.fact(fact);
                    let found = lengths.iter().find(|(key, _)| choice == Some(Value::Text(key.clone())));
                    match found {
                        Some((_, limit)) => Chosen::Clause { index, limit: limit.clone(), promise, trace },
                        None => Chosen::Unknown(Trace {
                            truth: Truth::Unknown,
                            sentence: format!("已有{}", words.trim_start_matches('按').trim()),
                            ..trace
                        }),
                    }
                }
                ClauseValue::Until(field) => match facts.fact(field) {
                    Some(Value::Date(day)) => Chosen::Until { day, promise },
                    _ => Chosen::Unknown(Trace { truth: Truth::Unknown, ..trace }),
                },
            };
        }
        Chosen::None
    }
}

/// Reads `[limits]`.
pub(super) fn read(tab: &Tab<'_>, facts: &[FactDef], words: &Words, lists: &[List]) -> Vec<Limit> {
    let ground = Ground { facts, words, lists };
    tab.entries("limits").into_iter().map(|(key, limit)| one(tab.desk, key, &limit, &ground)).collect()
}

struct Ground<'g> {
    facts: &'g [FactDef],
    words: &'g Words,
    lists: &'g [List],
}

fn one(desk: &Desk, key: String, limit: &Tab<'_>, ground: &Ground<'_>) -> Limit {
    desk.define(Ref::LIMIT, &key, &limit.at(""));
    let (title, source) = (limit.text("title"), limit.source());
    let explain = limit.maybe("explain").unwrap_or_default();
    let starts = limit.refer_all("starts", Ref::STEP);
    let ends = limit.refer_all("ends", Ref::STEP);
    let stops = limit.refer_all("stops", Ref::STEP);
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
    let mut clauses: Vec<Clause> = written.iter().filter_map(|tab| clause(tab, ground)).collect();
    if written.is_empty() && limit.is_text("limit") {
        clauses.extend(clause(limit, ground));
    } else if written.is_empty() {
        desk.say(
            &limit.at("clauses"),
            "没有写时限多长",
            "请补上 limit = \"4 工作小时\"，或者分情形写 [[limits.….clauses]]",
        );
    }
    let item = desk.item(
        ItemKind::policy("时限"),
        &key,
        &title,
        &source,
        summary(&clauses, &explain),
        &limit.at(""),
    );
    Limit { item, key, title, starts, ends, stops, clauses, explain, source }
}

fn clause(tab: &Tab<'_>, ground: &Ground<'_>) -> Option<Clause> {
    let when = conditions::when(tab, ground.facts);
    let promise = tab.closed("promise").unwrap_or(Promise::Internal);
    Some(Clause { when, value: value(tab, ground)?, promise })
}

fn value(tab: &Tab<'_>, ground: &Ground<'_>) -> Option<ClauseValue> {
    let written = tab.maybe("limit").unwrap_or_default();
    if let Some(known) = ground.words.lengths.iter().find(|known| known.word == written) {
        return of_choice(tab, ground, &written, (known.fact, known.length));
    }
    let inside = |start: &str| {
        written.strip_prefix(start)?.trim().strip_prefix('{')?.strip_suffix('}').map(str::to_owned)
    };
    if let Some((fact, length)) = inside("按").as_deref().and_then(|path| path.split_once('.')) {
        return of_choice(tab, ground, &written, (fact, length));
    }
    match inside("到") {
        Some(field) => {
            if !ground.facts.iter().any(|fact| fact.key == field && fact.kind == FactType::Date) {
                let dates = ground.facts.iter().filter(|fact| fact.kind == FactType::Date);
                let near = crate::pack::did_you_mean(&field, dates.map(|fact| fact.key.as_str()));
                tab.desk.say(&tab.at("limit"), format!("没有日期“{field}”"), near);
            }
            Some(ClauseValue::Until(field))
        }
        None => lists::limit(tab, "limit").map(ClauseValue::Fixed),
    }
}

fn of_choice(
    tab: &Tab<'_>,
    ground: &Ground<'_>,
    words: &str,
    (fact, length): (&str, &str),
) -> Option<ClauseValue> {
    let known = ground.facts.iter().find(|known| known.key == fact);
    let Some(FactType::Choice(choices)) = known.map(|known| &known.kind) else {
        tab.desk.say(
            &tab.at("limit"),
            format!("“{fact}”不是可以选择的事实"),
            "写成“按 {kind.answer}”，前面是事实，后面是选项里 limits 的名称",
        );
        return None;
    };
    let long = |key: &str| ground.lists.iter().find_map(|list| list.choice(key)?.limit(length).cloned());
    let lengths: Vec<_> = choices.iter().filter_map(|c| Some((c.key.clone(), long(&c.key)?))).collect();
    if lengths.len() < choices.len() {
        let lacking = choices.iter().find(|choice| !lengths.iter().any(|(key, _)| *key == choice.key));
        let lacking = lacking.map(|choice| choice.label.clone()).unwrap_or_default();
        tab.desk.say(
            &tab.at("limit"),
            format!("选项“{lacking}”没有写时限 {length}"),
            format!("请在选项里补上 limits = {{ {length} = \"3 工作日\" }}"),
        );
    }
    Some(ClauseValue::OfChoice { words: words.to_owned(), fact: fact.to_owned(), lengths })
}

fn summary(clauses: &[Clause], explain: &str) -> String {
    let parts = clauses.iter().map(|clause| {
        let long = match &clause.value {
            ClauseValue::Fixed(limit) => limit.text.as_str(),
            ClauseValue::OfChoice { words, .. } => words,
            ClauseValue::Until(_) => "到填写的日期",
        };
        let when = condition::words::sentence(&clause.when);
        format!("{when}：{long}（{}）", clause.promise.word())
    });
    format!("{}。{explain}", parts.collect::<Vec<_>>().join("；"))
}
