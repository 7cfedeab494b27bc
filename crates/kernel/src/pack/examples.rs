//! Examples: "given … then …" that stand beside the definitions and must hold before a version is published.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use toml_edit::Value as Toml;

use super::Pack;
use super::categories::rule_for;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::finding::{At, Finding, did_you_mean};
use super::flow::Check;
use super::limit_text::LimitText;
use super::limits::Chosen;
use super::table::{self, Tab};
use crate::condition::{self, FactDef, FactType, Frame, Value};

/// One example.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The definition it is about.
    pub about: About,
    /// Given facts.
    pub given: BTreeMap<String, Value>,
    /// The instant of asking, UTC milliseconds.
    pub now: i64,
    /// What must come out.
    pub then: String,
    /// Start and due instant of a limit, civil time.
    pub due: Option<(DateTime, DateTime)>,
    /// Where it stands.
    pub at: At,
}

/// What an example is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A limit: `3 工作日`, `无时限`, `需补数据`.
    Limit(String),
    /// A category: the function's name or `按责任关系`.
    Dispatch(String),
    /// A queue: `符合`, `不符合`, `需补数据`.
    Queue(String),
    /// The conditions of an act: `可以` or the sentence of the first that does not hold.
    Act(String),
    /// A text: `放行`, or the title of the marking that stops it.
    Text(String),
    /// A field of a form (`form.field`): `显示`, `不显示`.
    Field(String, String),
}

/// Computes when a limit falls due: start (civil time) and limit → due (civil time).
pub type DueFn<'f> = dyn Fn(DateTime, &LimitText) -> Result<DateTime, String> + 'f;

/// Reads `examples/*.toml`.
pub(super) fn read(desk: &Desk, shelf: &Shelf, facts: &[FactDef]) -> Vec<Example> {
    let mut examples = Vec::new();
    for file in shelf.take_folder("examples/", ".toml") {
        let Some(document) = table::parse(desk, file) else { continue };
        let tab = table::open(desk, file, &document);
        examples.extend(tab.tables("examples").iter().filter_map(|tab| one(tab, facts)));
    }
    examples
}

fn one(tab: &Tab<'_>, facts: &[FactDef]) -> Option<Example> {
    let (title, then) = (tab.text("title"), tab.text("then"));
    let about = about(tab);
    let given =
        tab.table("given").map(|given| given_facts(&given, about.as_ref(), facts)).unwrap_or_default();
    let now = civil(tab, "now").map_or(0, millis);
    let due = civil(tab, "start").zip(civil(tab, "due"));
    Some(Example { title, about: about?, given, now, then, due, at: tab.at("") })
}

fn about(tab: &Tab<'_>) -> Option<About> {
    let field = tab.maybe("field").and_then(|name| match name.split_once('.') {
        Some((form, field)) => {
            tab.desk.refer(Ref::Form, form, &tab.at("field"));
            Some(About::Field(form.to_owned(), field.to_owned()))
        }
        None => {
            tab.desk.say(
                &tab.at("field"),
                "应写明表单和填写项",
                "写成 field = \"appeal_submit.contact_name\"",
            );
            None
        }
    });
    let all = [
        tab.maybe_refer("limit", Ref::Limit).map(About::Limit),
        tab.maybe_refer("dispatch", Ref::Category).map(About::Dispatch),
        tab.maybe_refer("queue", Ref::Queue).map(About::Queue),
        tab.maybe_refer("act", Ref::FlowAct).map(About::Act),
        tab.maybe("text").map(About::Text),
        field,
    ];
    let mut given = all.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(about), None) => Some(about),
        _ => {
            let message = "一个示例要说明一件事";
            tab.desk.say(&tab.at(""), message, "limit、dispatch、queue、act、text、field 之中写一个");
            None
        }
    }
}

fn civil(tab: &Tab<'_>, key: &'static str) -> Option<DateTime> {
    let text = tab.maybe(key)?;
    let parsed = text.replace(' ', "T").parse().ok();
    if parsed.is_none() {
        tab.desk.say(&tab.at(key), format!("看不懂时间“{text}”"), "写成 \"2025-03-14 09:30\"");
    }
    parsed
}

fn millis(at: DateTime) -> i64 {
    jiff::tz::Offset::constant(8).to_timestamp(at).map_or(0, |instant| instant.as_millisecond())
}

fn given_facts(tab: &Tab<'_>, about: Option<&About>, facts: &[FactDef]) -> BTreeMap<String, Value> {
    tab.know_all();
    let mut given = BTreeMap::new();
    for key in tab.keys() {
        let Some(raw) = tab.raw(&key) else { continue };
        let fact = facts.iter().find(|fact| fact.key == key);
        let value = match (about, fact) {
            (Some(About::Field(..)), _) => raw.as_str().map(|text| Value::Text(text.to_owned())),
            (_, Some(fact)) => fact_value(fact, raw),
            (_, None) => {
                let near = did_you_mean(&key, facts.iter().map(|fact| fact.key.as_str()));
                tab.desk.say(&tab.at(&key), format!("没有事实“{key}”"), near);
                continue;
            }
        };
        match value {
            Some(value) => {
                given.insert(key, value);
            }
            None => tab.desk.say(&tab.at(&key), "值和事实的类型不符", "写成这个事实可以取的值"),
        }
    }
    given
}

fn fact_value(fact: &FactDef, raw: &Toml) -> Option<Value> {
    let text = raw.as_str().map(str::trim);
    match &fact.kind {
        FactType::Flag => raw.as_bool().map(Value::Flag),
        FactType::Choice(all) => {
            text.filter(|t| all.iter().any(|c| c.key == *t)).map(|t| Value::Text(t.to_owned()))
        }
        FactType::Text | FactType::ChoiceOf(_) | FactType::Unit | FactType::Person => {
            text.map(|t| Value::Text(t.to_owned()))
        }
        FactType::Number(unit) => {
            text.and_then(|t| t.strip_suffix(unit)).and_then(|n| n.trim().parse().ok()).map(Value::Number)
        }
        FactType::Date => text.and_then(|t| t.parse().ok()).map(Value::Date),
        FactType::Instant => {
            text.and_then(|t| t.replace(' ', "T").parse().ok()).map(|at| Value::Instant(millis(at)))
        }
    }
}

/// Says which definitions need an example and have none.
pub(super) fn required(desk: &Desk, pack: &Pack) {
    let mut shown: BTreeSet<(Ref, &str)> = BTreeSet::new();
    let mut fields: BTreeSet<(&str, &str)> = BTreeSet::new();
    for example in &pack.examples {
        match &example.about {
            About::Limit(key) => shown.insert((Ref::Limit, key)),
            About::Queue(key) => shown.insert((Ref::Queue, key)),
            About::Act(key) => shown.insert((Ref::FlowAct, key)),
            About::Dispatch(code) => shown.insert((Ref::Category, code.split('-').next().unwrap_or(code))),
            About::Field(form, field) => fields.insert((form, field)),
            About::Text(_) => shown.insert((Ref::Marking, &example.then)),
        };
    }
    let conditional =
        |act: &&super::FlowAct| act.guards.iter().any(|guard| matches!(guard.check, Check::When(_)));
    let need = pack
        .limits
        .iter()
        .map(|limit| (Ref::Limit, limit.key.as_str(), limit.title.as_str(), limit.key.as_str()));
    let need = need
        .chain(pack.queues.iter().map(|q| (Ref::Queue, q.key.as_str(), q.title.as_str(), q.key.as_str())));
    let acts = pack.flow.acts.iter().filter(conditional);
    let need = need.chain(acts.map(|a| (Ref::FlowAct, a.key.as_str(), a.label.as_str(), a.key.as_str())));
    let top = pack.categories.iter().filter(|category| category.parent.is_none());
    let need = need.chain(top.map(|c| (Ref::Category, c.code.as_str(), c.title.as_str(), c.code.as_str())));
    let need = need.chain(
        pack.markings.iter().map(|m| (Ref::Marking, m.title.as_str(), m.title.as_str(), m.key.as_str())),
    );
    for (kind, example_key, title, key) in need {
        if !shown.contains(&(kind, example_key)) {
            lacking(desk, &desk.place(kind, key), title);
        }
    }
    for form in &pack.forms {
        for field in form.fields.iter().filter(|field| field.visible_if.is_some()) {
            if !fields.contains(&(&form.key, &field.key)) {
                let at = desk.place(Ref::Form, &form.key);
                lacking(desk, &at, &format!("{} / {}", form.title, field.label));
            }
        }
    }
}

fn lacking(desk: &Desk, at: &At, title: &str) {
    desk.say(
        at,
        format!("“{title}”没有示例"),
        "请在 examples/ 里补一个 [[examples]]，写明已知什么、应当得到什么",
    );
}

/// Runs all examples; a finding for each that does not hold. Without `due`, due instants are not checked.
pub fn run(pack: &Pack, due: Option<&DueFn<'_>>) -> Vec<Finding> {
    pack.examples.iter().filter_map(|example| check(pack, example, due)).collect()
}

fn check(pack: &Pack, example: &Example, due: Option<&DueFn<'_>>) -> Option<Finding> {
    let found = outcome(pack, example);
    let refuse = |what: String| {
        let message = format!("示例“{}”不成立：{what}", example.title);
        Some(example.at.finding(message, "请核对规则和示例，改正其中不对的一处"))
    };
    if found != example.then {
        return refuse(format!("应为“{}”，得到“{found}”", example.then));
    }
    let (Some((start, expected)), Some(due)) = (example.due, due) else { return None };
    let limit = LimitText::parse(&found).ok()?;
    match due(start, &limit) {
        Ok(at) if at == expected => None,
        Ok(at) => refuse(format!("应在 {} 到期，算得 {}", shown(expected), shown(at))),
        Err(why) => refuse(why),
    }
}

fn shown(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// What comes out, in the words of `then`.
fn outcome(pack: &Pack, example: &Example) -> String {
    let frame = Frame { now: example.now, me: Some("本人"), my_units: &["本单位"] };
    let truth = |condition| condition::evaluate(condition, &example.given, &frame).truth;
    match &example.about {
        About::Limit(key) => match pack.limit(key).map(|limit| limit.choose(&pack.kinds, &example.given)) {
            Some(Chosen::Clause { limit, .. }) => limit.text,
            Some(Chosen::Unknown(_)) => "需补数据".to_owned(),
            Some(Chosen::None) | None => "无时限".to_owned(),
        },
        About::Dispatch(code) => match rule_for(&pack.dispatch, code) {
            Some(rule) => rule.target.label().to_owned(),
            None => "无去向".to_owned(),
        },
        About::Queue(key) => {
            pack.queue(key).map_or("没有这个队列", |queue| truth(&queue.when).label()).to_owned()
        }
        About::Act(key) => {
            let guards = pack.flow.act(key).map(|act| act.guards.as_slice()).unwrap_or_default();
            let unmet = guards.iter().find(|guard| match &guard.check {
                Check::When(when) => !truth(when).holds(),
                Check::Named(_) => false,
            });
            unmet.map_or("可以", |guard| guard.unmet.as_str()).to_owned()
        }
        About::Text(text) => match pack.stop(text) {
            None => "放行".to_owned(),
            Some(stop) => {
                let marking = pack.markings.iter().find(|marking| marking.key == stop.marking);
                marking.map(|marking| marking.title.clone()).unwrap_or_default()
            }
        },
        About::Field(form, field) => {
            let values = example.given.iter().filter_map(|(key, value)| match value {
                Value::Text(text) => Some((key.clone(), text.clone())),
                _ => None,
            });
            let values = values.collect();
            match pack.form(form).and_then(|form| form.field(field)) {
                Some(field) if field.visible(&values) => "显示".to_owned(),
                Some(_) => "不显示".to_owned(),
                None => "没有这个填写项".to_owned(),
            }
        }
    }
}
