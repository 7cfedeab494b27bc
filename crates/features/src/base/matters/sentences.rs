//! The sentences of a definition with their placeholders filled from a matter and from what a form said.

use std::borrow::Cow;
use std::collections::BTreeMap;

use huitong_kernel::clock::{civil_date, day_text};
use huitong_kernel::condition::{Frame, truth};
use huitong_kernel::deadline::due_text;
use huitong_kernel::http::form::Checked;
use huitong_kernel::pack::{self, Act, Field, Form};
use huitong_kernel::{Id, Result, Tx};
use serde_json::Value as Json;

use super::case::{OVERDUE, RECOUNT};
use super::clocks;
use super::matter::{Matter, Rules};
use super::plain::Plain;
use super::spine::{Said, Step};
use super::{entries, words};
use crate::base::units::{self, Unit, UnitId};
use crate::base::{associations, identity, imports};

/// Placeholders with their values.
pub type Facts = BTreeMap<String, String>;

/// The placeholders that sentences and notices of every procedure may use.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("number", "编号"),
    ("name", "名称"),
    ("association", "协会"),
    ("actor", "办理人"),
    ("entered", "录入或者导入"),
    ("handler", "经办人"),
    ("unit", "承办单位"),
    ("to_unit", "交给的单位"),
    ("unit_phone", "承办单位电话"),
    ("outcome", "结果"),
    ("verb", "步骤当时的说法"),
    ("due", "到期时间"),
    ("date", "当天日期"),
    ("began_on", "提出日期"),
];

/// The placeholders that sentences of every register may use.
pub const OF_ENTRIES: &[(&str, &str)] = &[
    ("number", "编号"),
    ("name", "名称"),
    ("association", "协会"),
    ("actor", "办理人"),
    ("handler", "经办人"),
    ("unit", "单位"),
    ("unit_phone", "单位电话"),
    ("summary", "一句话情况"),
    ("from_on", "起始日"),
    ("until_on", "截止日"),
    ("verb", "步骤的说法"),
    ("date", "当天日期"),
    ("began_on", "登记日期"),
];

/// What a first step says of the batch that brought its matter in.
pub const IMPORT: &str = "import";
/// What a step says of the batch that was taken back by it.
pub const UNDONE: &str = "undone";

/// Answers of a form by field, wherever they are kept.
pub(super) type Answers<'s> = &'s dyn Fn(&str) -> Option<&'s Json>;

/// Fills the sentence of an act for those outside: it names nobody inside but the office. `before` is the state the act began in.
pub fn fill<M: Matter>(
    tx: &Tx,
    rules: Rules<'_>,
    sentence: &str,
    matter: &M,
    (act, before, outcome): (&Act, &str, Option<&str>),
    said: &Checked,
) -> Result<String> {
    if !sentence.contains('{') {
        return Ok(sentence.to_owned());
    }
    let facts = M::sentence_facts(tx, rules, matter)?;
    let limit = matter.spine().due_limit.as_deref().and_then(|key| rules.of.limit(key));
    let sentence = match limit.is_none_or(|limit| tx.ctx().policy.is_settled(limit)) {
        true => Cow::Borrowed(sentence),
        false => Cow::Owned(without_promise(sentence)),
    };
    let sentence = sentence.as_ref();
    let mut values = spoken(tx, rules, (act, before, outcome), &|field| said.json(field), sentence)?;
    if let Some(handler) = matter.spine().assignee.clone().filter(|_| sentence.contains("{handler}")) {
        values.insert(String::from("handler"), identity::name_of(tx, &Id::stored(handler))?);
    }
    Ok(merged(sentence, &values, &facts))
}

/// The same where the limit that runs is promised to nobody: the clause that would name its end says so.
fn without_promise(sentence: &str) -> String {
    let clauses =
        sentence.split('，').map(|clause| if clause.contains("{due}") { "受理后告知" } else { clause });
    clauses.collect::<Vec<_>>().join("，")
}

/// The sentence of a step for those inside, as it was when it was taken; `facts` are those of its matter.
pub fn of_step<M: Matter>(
    tx: &Tx,
    rules: Rules<'_>,
    matter: &M,
    facts: &Facts,
    (step, said): (&Step, &Said),
) -> Result<String> {
    let Some(act) = rules.of.act(&step.act) else {
        let words = (said.text("limit"), clocks::spoken(said.text("rule")));
        return Ok(match step.act.as_str() {
            OVERDUE => format!("{}已超过（{}）", words.0, words.1),
            RECOUNT => format!("{}：{}", words.0, said.text("counted")),
            other => other.to_owned(),
        });
    };
    let outcome = step.outcome.as_deref();
    let mut values =
        spoken(tx, rules, (act, &step.state_before, outcome), &|field| said.json(field), &act.sentence)?;
    values.insert(String::from("actor"), step.actor_name.clone());
    let entered = if said.text(IMPORT).is_empty() { "录入" } else { "导入" };
    values.insert(String::from("entered"), entered.to_owned());
    // What the step itself says of units and people, where the matter may say something else by now.
    let spine = matter.spine();
    for effect in act.effects(outcome) {
        match effect {
            pack::Effect::Receive => drop(values.insert(String::from("unit"), step.office_name.clone())),
            pack::Effect::Assign(field) => {
                let id = Id::stored(said.text(field).to_owned());
                values.insert(String::from("handler"), identity::name_of(tx, &id)?);
            }
            pack::Effect::Give(pack::Receiver::Field(field)) => {
                let id = format!("{field}_id");
                let to = Some(said.text(&id)).filter(|id| !id.is_empty()).unwrap_or(said.text(field));
                let name = match Id::parse(to) {
                    Some(id) if spine.unit.as_ref() == Some(&id) => {
                        facts.get("unit").cloned().unwrap_or_default()
                    }
                    Some(id) => units::name_of(tx, &id)?,
                    None => to.to_owned(),
                };
                values.insert(String::from("to_unit"), name);
            }
            _ => {}
        }
    }
    let sentence = merged(&act.sentence, &values, facts);
    if rules.of.register.is_none() {
        return Ok(sentence);
    }
    let file = |key: &str| -> Result<Option<String>> {
        let batch = Id::parse(said.text(key)).map(|id| imports::find(tx, &id)).transpose()?.flatten();
        Ok(batch.map(|batch| batch.file_name))
    };
    Ok(match (file(UNDONE)?, file(IMPORT)?) {
        (Some(file), _) if act.keeping == Some(pack::Keeping::Void) => {
            format!("{}撤销导入（{file}），这一条作废", step.actor_name)
        }
        (Some(file), _) => format!("{}撤销导入（{file}），恢复导入以前的内容", step.actor_name),
        (None, Some(file)) => format!("{sentence}（导入：{file}）"),
        (None, None) => sentence,
    })
}

/// What a notice on a step may say: the facts of its matter, the actor, and what the form said.
pub fn of_notice<M: Matter>(
    tx: &Tx,
    rules: Rules<'_>,
    matter: &M,
    act: &Act,
    step: Option<&Step>,
) -> Result<Facts> {
    let mut facts = M::sentence_facts(tx, rules, matter)?;
    let said = step.map(Step::words).unwrap_or_default();
    let before = step.map_or("", |step| step.state_before.as_str());
    let outcome = step.and_then(|step| step.outcome.as_deref());
    facts.extend(spoken(tx, rules, (act, before, outcome), &|field| said.json(field), ALL)?);
    // The notice is written afterwards by the follower: whoever acted is named by the step.
    facts.insert(String::from("actor"), step.map_or_else(String::new, |step| step.actor_name.clone()));
    Ok(facts)
}

/// Stands for a sentence that uses every placeholder.
const ALL: &str = "";

fn merged(sentence: &str, first: &Facts, then: &Facts) -> String {
    pack::fill(sentence, &|name| first.get(name).or_else(|| then.get(name)).map(String::as_str).or(Some("")))
}

/// What an act says of itself: verb, outcome, and the answers of its form in words, as far as the sentence uses them.
fn spoken(
    tx: &Tx,
    rules: Rules<'_>,
    (act, before, outcome): (&Act, &str, Option<&str>),
    said: Answers<'_>,
    sentence: &str,
) -> Result<Facts> {
    let mut values = Facts::new();
    values.insert(String::from("verb"), act.label_in(before).to_owned());
    let form = rules.of.form_of(act);
    let used = |field: &&Field| sentence == ALL || pack::placeholders(sentence).any(|name| name == field.key);
    for field in form.into_iter().flat_map(|form: &Form| &form.fields).filter(used) {
        let answer = words::say(tx, rules.pack, field, said(&field.key))?;
        // What the matter itself keeps, such as its title, its step does not say again.
        if !answer.is_empty() {
            values.insert(field.key.clone(), answer);
        }
    }
    if let Some(outcome) = outcome.and_then(|key| act.outcome(key)) {
        values.insert(String::from("outcome"), outcome.label.clone());
    }
    Ok(values)
}

/// The placeholders that every matter has; `named` says whether units are looked up.
pub fn of_spine<M: Matter>(tx: &Tx, matter: &M) -> Result<Facts> {
    let spine = matter.spine();
    let find = |id: &Option<UnitId>| id.as_ref().map_or(Ok(None), |id| units::find(tx, id));
    let name = |unit: Option<&Unit>| unit.map(|u| u.name.clone()).unwrap_or_default();
    let unit = find(&spine.unit)?;
    let desk = if spine.desk_unit == spine.unit { unit.clone() } else { find(&spine.desk_unit)? };
    let day = |at: i64| day_text(civil_date(at));
    Ok(Facts::from(
        [
            ("number", spine.number.clone()),
            ("name", spine.title.clone()),
            ("actor", tx.ctx().actor_name().to_owned()),
            ("unit", name(unit.as_ref())),
            ("to_unit", name(desk.as_ref())),
            ("unit_phone", unit.and_then(|u| u.phone).unwrap_or_default()),
            ("due", spine.due_at.map(|due| due_text(due, tx.ctx().now)).unwrap_or_default()),
            ("date", day(tx.ctx().now)),
            ("began_on", day(spine.began_at)),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    ))
}

/// The placeholders of a matter of the pack: those of every matter, and each field in words.
pub fn of_plain(tx: &Tx, rules: Rules<'_>, matter: &Plain) -> Result<Facts> {
    let mut facts = of_spine(tx, matter)?;
    facts.insert(String::from("association"), about(tx, matter)?);
    if let Some(handler) = matter.spine.assignee.clone() {
        facts.insert(String::from("handler"), identity::name_of(tx, &Id::stored(handler))?);
    }
    for field in &rules.of.fields {
        let said = words::say(tx, rules.pack, field, matter.said(&field.key))?;
        if !said.is_empty() || !facts.contains_key(&field.key) {
            facts.insert(field.key.clone(), said);
        }
    }
    if rules.of.is_register() {
        facts.extend(entries::sentence_facts(tx, rules, matter)?);
    }
    Ok(facts)
}

/// The associations that a matter of the pack is about, by their names.
pub fn about(tx: &Tx, matter: &Plain) -> Result<String> {
    let all = matter.associations().into_iter().map(|id| associations::name_of(tx, &Id::stored(id)));
    Ok(all.collect::<Result<Vec<String>>>()?.join("、"))
}

/// What a matter of the pack is called, by the sentence of its definition.
pub(super) fn name(tx: &Tx, rules: Rules<'_>, matter: &Plain) -> Result<String> {
    let facts = of_plain(tx, rules, matter)?;
    let name = merged(&rules.of.sentences.name, &Facts::new(), &facts);
    Ok(name.chars().take(120).collect())
}

/// What one would be called of which only answers are known.
pub(super) fn name_by(tx: &Tx, rules: Rules<'_>, said: Answers<'_>) -> Result<String> {
    let mut facts = Facts::new();
    for field in &rules.of.fields {
        facts.insert(field.key.clone(), words::say(tx, rules.pack, field, said(&field.key))?);
    }
    Ok(merged(&rules.of.sentences.name, &Facts::new(), &facts))
}

/// What it is about, in a sentence or two.
pub fn summary(rules: Rules<'_>, matter: &Plain, facts: &Facts) -> String {
    let sentences = &rules.of.sentences;
    let own = sentences.summaries.iter().find(|(when, _)| truth(when, matter, &Frame::default()).holds());
    let summary = own.map_or(&sentences.summary, |(_, summary)| summary);
    merged(&spoken_clauses(summary, facts), &Facts::new(), facts)
}

/// A sentence without its clauses of which nothing is known: nobody reads 换届日 with nothing behind it.
fn spoken_clauses(sentence: &str, facts: &Facts) -> String {
    let known = |name: &str| facts.get(name).is_some_and(|said| !said.is_empty());
    let mut spoken = String::new();
    for clause in sentence.split_inclusive(['，', '；', '。']) {
        let mut names = pack::placeholders(clause).peekable();
        if names.peek().is_none() || names.any(known) {
            spoken.push_str(clause);
        } else if clause.ends_with('。') && spoken.ends_with(['，', '；']) {
            spoken.pop();
            spoken.push('。');
        }
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_of_which_nothing_is_known_is_not_said() {
        let sentence = "{form}，隶属{unit}。党员 {members}，换届日 {term_ends}。请核对。{more}";
        for (known, said) in [
            (
                &["form", "unit", "members", "term_ends"][..],
                "{form}，隶属{unit}。党员 {members}，换届日 {term_ends}。请核对。",
            ),
            (&["form", "unit", "members"], "{form}，隶属{unit}。党员 {members}。请核对。"),
            (&["unit", "term_ends", "more"], "隶属{unit}。换届日 {term_ends}。请核对。{more}"),
            (&["form"], "{form}。请核对。"),
            (&[], "请核对。"),
        ] {
            let facts: Facts = known.iter().map(|name| ((*name).to_owned(), String::from("x"))).collect();
            assert_eq!(spoken_clauses(sentence, &facts), said, "{known:?}");
        }
    }
}
