//! Examples: "given … then …" that stand beside the definitions and must hold before a version is published.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use toml_edit::Value as Toml;

use super::definition::{self, Check, Definition};
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::finding::{At, Finding, did_you_mean};
use super::limit_text::LimitText;
use super::limits::{Chosen, Clause};
use super::table::{self, Tab};
use super::vocabulary::Vocabulary;
use super::{Pack, Question};
use crate::condition::{self, FactDef, FactType, Frame, Value};

/// One example.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// Key of the procedure it is about; empty where it is about none.
    pub of: String,
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
    /// What a capability is asked about one of its items: key of the question, key of the item.
    Part(&'static str, String),
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

/// Reads `[[examples]]` of `examples/*.toml`.
pub(super) fn read(
    desk: &Desk,
    shelf: &Shelf,
    definitions: &[Definition],
    vocabulary: &Vocabulary,
) -> Vec<Example> {
    let mut examples = Vec::new();
    for file in shelf.take_folder("examples/", ".toml") {
        let Some(document) = table::parse(desk, file) else { continue };
        let tab = table::open(desk, file, &document);
        // Stories are read by their own reader.
        tab.set_aside("stories");
        let of = tab.maybe_refer("of", Ref::PROCEDURE);
        let read = Reading { definitions, questions: &vocabulary.questions, of: of.as_deref() };
        examples.extend(tab.tables("examples").iter().filter_map(|tab| read.one(tab)));
    }
    examples
}

struct Reading<'r> {
    definitions: &'r [Definition],
    questions: &'r [Question],
    of: Option<&'r str>,
}

impl<'r> Reading<'r> {
    fn one(&self, tab: &Tab<'_>) -> Option<Example> {
        let of = self.definition(tab);
        let key = of.map(|procedure| procedure.key.clone()).unwrap_or_default();
        tab.desk.within(&key, || {
            let (title, then) = (tab.text("title"), tab.text("then"));
            let about = self.about(tab);
            let facts = of.map(|procedure| procedure.facts.as_slice()).unwrap_or_default();
            let given = tab.table("given");
            let given = given.map(|given| given_facts(&given, about.as_ref(), facts)).unwrap_or_default();
            let now = civil(tab, "now").map_or(0, millis);
            let due = civil(tab, "start").zip(civil(tab, "due"));
            Some(Example { title, of: key.clone(), about: about?, given, now, then, due, at: tab.at("") })
        })
    }

    /// The procedure of an example: the one it names, else the only one that has what it is about.
    fn definition(&self, tab: &Tab<'_>) -> Option<&'r Definition> {
        let named = tab.maybe_refer("of", Ref::PROCEDURE);
        if let Some(key) = named.as_deref().or(self.of) {
            return self.definitions.iter().find(|procedure| procedure.key == key);
        }
        let word = |key: &str| tab.quiet_text(key);
        let has = |procedure: &&Definition| {
            let form = word("field").and_then(|path| Some(path.split_once('.')?.0.to_owned()));
            word("limit").is_some_and(|key| procedure.limit(&key).is_some())
                || word("queue").is_some_and(|key| procedure.queue(&key).is_some())
                || word("act").is_some_and(|key| procedure.act(&key).is_some())
                || form.is_some_and(|key| procedure.form(&key).is_some())
        };
        let mut fitting = self.definitions.iter().filter(has);
        // Where nothing fits, a misspelt name is looked for where the code has its own.
        match (fitting.next(), fitting.next()) {
            (Some(first), None) => Some(first),
            (Some(first), Some(second)) => {
                let message = format!("“{}”和“{}”都有这一项", first.title, second.title);
                tab.desk.say(&tab.at(""), message, format!("请补上 of = \"{}\"", first.key));
                Some(first)
            }
            (None, _) => self.definitions.iter().find(|procedure| procedure.coded),
        }
    }

    fn about(&self, tab: &Tab<'_>) -> Option<About> {
        let field = tab.maybe("field").and_then(|name| match name.split_once('.') {
            Some((form, field)) => {
                tab.desk.refer(Ref::FORM, form, &tab.at("field"));
                Some(About::Field(form.to_owned(), field.to_owned()))
            }
            None => {
                tab.desk.say(
                    &tab.at("field"),
                    "应写明表单和填写项",
                    "写成 field = \"表单的代码.填写项的代码\"",
                );
                None
            }
        });
        let mut all = vec![
            tab.maybe_refer("limit", Ref::LIMIT).map(About::Limit),
            tab.maybe_refer("queue", Ref::QUEUE).map(About::Queue),
            tab.maybe_refer("act", Ref::STEP).map(About::Act),
            tab.maybe("text").map(About::Text),
            field,
        ];
        all.extend(self.questions.iter().map(|question| {
            tab.maybe_refer(question.key, question.about).map(|key| About::Part(question.key, key))
        }));
        let mut given = all.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(about), None) => Some(about),
            // What is wrong with the name of the field was said.
            (None, _) if tab.is_text("field") => None,
            _ => {
                let others: Vec<&str> = self.questions.iter().map(|question| question.key).collect();
                let message = "一个示例要说明一件事";
                let remedy = format!("limit、queue、act、text、field、{} 之中写一个", others.join("、"));
                tab.desk.say(&tab.at(""), message, remedy);
                None
            }
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
            text.and_then(|t| t.strip_suffix(&**unit)).and_then(|n| n.trim().parse().ok()).map(Value::Number)
        }
        FactType::Date => text.and_then(|t| t.parse().ok()).map(Value::Date),
        FactType::Instant => {
            text.and_then(|t| t.replace(' ', "T").parse().ok()).map(|at| Value::Instant(millis(at)))
        }
    }
}

/// Says which definitions need an example and have none.
pub(super) fn required(desk: &Desk, pack: &Pack, vocabulary: &Vocabulary) {
    for procedure in &pack.definitions {
        let of: Vec<&Example> = pack.examples.iter().filter(|example| example.of == procedure.key).collect();
        let stories: Vec<_> = pack.stories.iter().filter(|story| story.of == procedure.key).collect();
        let told = |step: &super::stories::Step, story: &super::stories::Story, act: &str| {
            step.act.as_deref() == Some(act) && step.on.as_deref().unwrap_or(&story.of) == procedure.key
        };
        let seen = |act: &str| {
            of.iter().any(|example| example.about == About::Act(act.to_owned()))
                || pack.stories.iter().any(|story| story.steps.iter().any(|step| told(step, story, act)))
        };
        desk.within(&procedure.key, || of_procedure(desk, procedure, &of, &seen));
        definition::alive(desk, procedure, &seen, stories.len());
    }
    for marking in &pack.markings {
        let shown =
            |example: &Example| matches!(example.about, About::Text(_)) && example.then == marking.title;
        if !pack.examples.iter().any(shown) {
            lacking(desk, &desk.place(Ref::MARKING, &marking.key), &marking.title);
        }
    }
    for question in &vocabulary.questions {
        for (key, title) in (question.required)(pack) {
            let shown = |example: &Example| match &example.about {
                About::Part(asked, item) => {
                    *asked == question.key && item.split('-').next() == Some(key.as_str())
                }
                _ => false,
            };
            if !pack.examples.iter().any(shown) {
                lacking(desk, &question.place(desk, &key), &title);
            }
        }
    }
}

fn of_procedure(desk: &Desk, procedure: &Definition, examples: &[&Example], seen: &dyn Fn(&str) -> bool) {
    let shown = |about: About| examples.iter().any(|example| example.about == about);
    // One clause that always holds says by itself what comes out; a story of the definition shows it.
    let plain = |clauses: &[Clause]| !procedure.coded && clauses.len() == 1;
    for limit in procedure.limits.iter().filter(|limit| !plain(&limit.clauses)) {
        if !shown(About::Limit(limit.key.clone())) {
            lacking(desk, &desk.place(Ref::LIMIT, &limit.key), &limit.title);
        }
    }
    if !procedure.coded {
        // Its stories walk through its forms, and look at its queues after every step.
        return;
    }
    for queue in &procedure.queues {
        if !shown(About::Queue(queue.key.clone())) {
            lacking(desk, &desk.place(Ref::QUEUE, &queue.key), &queue.title);
        }
    }
    for act in &procedure.acts {
        let conditional = act.guards.iter().any(|guard| matches!(guard.check, Check::When(_)));
        if conditional && !seen(&act.key) {
            lacking(desk, &desk.place(Ref::STEP, &act.key), &act.label);
        }
    }
    for form in &procedure.forms {
        for field in form.fields.iter().filter(|field| field.visible_if.is_some()) {
            if !shown(About::Field(form.key.clone(), field.key.clone())) {
                lacking(
                    desk,
                    &desk.place(Ref::FORM, &form.key),
                    &format!("{} / {}", form.title, field.label),
                );
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
pub fn run(pack: &Pack, vocabulary: &Vocabulary, due: Option<&DueFn<'_>>) -> Vec<Finding> {
    pack.examples.iter().filter_map(|example| check(pack, vocabulary, example, due)).collect()
}

fn check(
    pack: &Pack,
    vocabulary: &Vocabulary,
    example: &Example,
    due: Option<&DueFn<'_>>,
) -> Option<Finding> {
    let found = outcome(pack, vocabulary, example);
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
fn outcome(pack: &Pack, vocabulary: &Vocabulary, example: &Example) -> String {
    let nothing = Definition::default();
    let of = pack.definition(&example.of).unwrap_or(&nothing);
    let frame = Frame { now: example.now, me: Some("本人"), my_units: &["本单位"] };
    let truth = |condition| condition::evaluate(condition, &example.given, &frame).truth;
    match &example.about {
        About::Limit(key) => match of.limit_for(key, &example.given) {
            Some(Chosen::Clause { limit, .. }) => limit.text,
            Some(Chosen::Until { day, .. }) => format!("到 {day}"),
            Some(Chosen::Unknown(_)) => "需补数据".to_owned(),
            Some(Chosen::None) | None => "无时限".to_owned(),
        },
        About::Part(question, item) => {
            let known = vocabulary.questions.iter().find(|known| known.key == *question);
            known.map(|known| (known.answer)(pack, item)).unwrap_or_default()
        }
        About::Queue(key) => {
            of.queue(key).map_or("没有这个队列", |queue| truth(&queue.when).label()).to_owned()
        }
        About::Act(key) => {
            let guards = of.act(key).map(|act| act.guards.as_slice()).unwrap_or_default();
            let unmet = guards.iter().find(|guard| match &guard.check {
                Check::When(when) => !truth(when).holds(),
                Check::Named(_) | Check::NotSameAs(_) => false,
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
            match of.form(form).and_then(|form| form.field(field)) {
                Some(field) if field.visible(&values) => "显示".to_owned(),
                Some(_) => "不显示".to_owned(),
                None => "没有这个填写项".to_owned(),
            }
        }
    }
}
