//! Reading the acts of a procedure: moves, outcomes, guards, forms, effects, words.

use toml_edit::Value;

use super::register;
use super::{
    Act, Check, Definition, Effect, Guard, Needs, Notify, Outcome, Receiver, Show, Side, State, Telling,
    Words,
};
use crate::condition::{self, FactDef};
use crate::pack::ItemKind;
use crate::pack::conditions;
use crate::pack::desk::Ref;
use crate::pack::field::{Control, Field};
use crate::pack::forms::Form;
use crate::pack::lists::{Choice, List};
use crate::pack::sentences;
use crate::pack::table::Tab;

/// Reads `[acts]`. An act that lists fields gets a form of its own; outcomes become a list to choose from.
pub(super) fn read(
    head: &Tab<'_>,
    (procedure, words): (&Definition, &Words),
    (fields, forms, lists): (&mut Vec<Field>, &mut Vec<Form>, &mut Vec<List>),
    facts: &[FactDef],
) -> Vec<Act> {
    let mut acts = Vec::new();
    for (key, tab) in head.entries("acts") {
        tab.desk.define(Ref::STEP, &key, &tab.at(""));
        let reading = Reading { tab: &tab, procedure, words, facts };
        let mut act = reading.act(key);
        act.form = reading.form(&act, fields, forms, lists);
        tab.desk.item(
            ItemKind::setting("办理步骤"),
            &act.key,
            &act.label,
            &act.source,
            summary(&act, &procedure.states),
            &tab.at(""),
        );
        acts.push(act);
    }
    acts
}

struct Reading<'r, 'a> {
    tab: &'r Tab<'a>,
    procedure: &'r Definition,
    words: &'r Words,
    facts: &'r [FactDef],
}

impl Reading<'_, '_> {
    fn act(&self, key: String) -> Act {
        let tab = self.tab;
        let name = format!("{}.{key}", self.procedure.key);
        let after_limit = tab.maybe_refer("after_limit", Ref::LIMIT);
        if after_limit.is_none() && self.procedure.coded {
            tab.desk.refer(Ref::ACT, &name, &tab.at(""));
        }
        let keeping = self.procedure.register.as_ref().map(|own| register::keeping(tab, &key, &own.within));
        let (start, moves) = match &keeping {
            Some(keeping) => keeping.moves(),
            None => (tab.maybe_refer("start", Ref::STATE), states_to(tab, "moves", true)),
        };
        let outcomes: Vec<Outcome> =
            tab.entries("outcomes").into_iter().map(|(key, tab)| self.outcome(key, &tab)).collect();
        // Limits may begin and end with one outcome alone.
        let with_outcome: Vec<String> =
            outcomes.iter().map(|outcome| format!("{key}.{}", outcome.key)).collect();
        tab.desk.define_all(Ref::STEP, with_outcome.iter().map(String::as_str));
        let act = Act {
            label: tab.text("label"),
            labels: states_to(tab, "labels", false),
            button: tab.maybe("button"),
            start,
            moves,
            guards: tab.tables("guards").iter().filter_map(|tab| guard(tab, self.facts)).collect(),
            form: None,
            does: if keeping.is_some() { Vec::new() } else { self.effects(tab) },
            sentence: self.sentence(keeping.is_some()),
            public_sentence: sentences::maybe(tab, "public_sentence"),
            done: sentences::maybe(tab, "done").unwrap_or_else(|| String::from("已办。")),
            done_from: states_to(tab, "done_from", false),
            shows: tab.tables("shows").iter().map(show).collect(),
            internal: tab.flag("internal"),
            open_files: tab.flag("open_files"),
            repeat: repeat(tab),
            most: tab.number("most"),
            changes: tab.refer_all("changes", Ref::FIELD),
            notify: tab.tables("notify").iter().filter_map(notify).collect(),
            source: tab.source(),
            outcomes,
            after_limit,
            by_program: tab.flag("by_program"),
            keeping,
            key,
            name,
        };
        if act.start.is_none() && act.moves.is_empty() && act.outcomes.is_empty() {
            tab.desk.say(
                &tab.at(""),
                "没有写这一步从哪里到哪里",
                "请补上 moves = { 现状态 = \"新状态\" }；不改变状态的，两边写同一个",
            );
        }
        act
    }

    /// The line in the timeline; what is done to an entry is said by the verb alone where nothing else is written.
    fn sentence(&self, of_entry: bool) -> String {
        match sentences::maybe(self.tab, "sentence") {
            Some(sentence) => sentence,
            None if of_entry => format!("{{actor}}{}", self.tab.quiet_text("label").unwrap_or_default()),
            None => sentences::sentence(self.tab, "sentence"),
        }
    }

    fn outcome(&self, key: String, tab: &Tab<'_>) -> Outcome {
        let label = tab.text("label");
        let fields = tab.refer_all("needs", Ref::FIELD);
        let needs = fields.into_iter().map(|field| {
            let unmet = tab.maybe("unmet").unwrap_or_else(|| format!("选择“{label}”的，这一项要填写"));
            Needs { field, unmet }
        });
        Outcome {
            needs: needs.collect(),
            moves: states_to(tab, "moves", true),
            does: self.effects(tab),
            done: sentences::maybe(tab, "done").unwrap_or_default(),
            key,
            label,
        }
    }

    /// The form of an act: one of `[forms]` by its key, or the fields it lists.
    fn form(
        &self,
        act: &Act,
        fields: &[Field],
        forms: &mut Vec<Form>,
        lists: &mut Vec<List>,
    ) -> Option<String> {
        let tab = self.tab;
        let title = act.label.clone();
        if tab.is_text("form") {
            return tab.maybe_refer("form", Ref::FORM);
        }
        let mut asked = tab.texts("form");
        let beside = act.keeping.as_ref().map(|keeping| register::beside(tab, keeping)).unwrap_or_default();
        asked.extend(beside.into_iter().map(str::to_owned));
        if asked.is_empty() && act.outcomes.is_empty() && self.procedure.coded {
            return None;
        }
        let needs = tab.refer_all("needs", Ref::FIELD);
        for name in needs.iter().filter(|name| !asked.contains(name)) {
            tab.desk.say(
                &tab.at("needs"),
                format!("“{title}”要填 {name}，表单里却没有"),
                "请写进这一步的 form",
            );
        }
        let key = format!("{}_{}", self.procedure.key, act.key);
        let mut made = Vec::new();
        if !act.outcomes.is_empty() && !fields.iter().any(|field| field.key == OUTCOME) {
            made.push(self.outcomes(act, &key, lists));
        }
        for name in asked.iter().filter(|name| *name != OUTCOME) {
            match fields.iter().find(|field| field.key == *name) {
                Some(field) => {
                    made.push(Field { required: field.required || needs.contains(name), ..field.clone() });
                }
                None => tab.desk.refer(Ref::FIELD, name, &tab.at("form")),
            }
        }
        let shown = made.iter().filter(|field| field.visible_if.is_none()).count();
        let whole = matches!(act.keeping, Some(super::Keeping::Correct { .. }));
        if shown > MOST_FIELDS && !whole {
            let message = format!("这一步一次要填 {shown} 项");
            tab.desk.say(
                &tab.at("form"),
                message,
                "一步最多填 8 项；请分成几步，或者用 visible_if 先问要紧的",
            );
        }
        // Examples name its fields, as they name those of a form that was written.
        tab.desk.define(Ref::FORM, &key, &tab.at("form"));
        forms.push(Form {
            intro: tab.maybe("intro").unwrap_or_default(),
            fields: made,
            source: act.source.clone(),
            key: key.clone(),
            title,
        });
        Some(key)
    }

    /// The choice between the outcomes of an act, as a field of its form.
    fn outcomes(&self, act: &Act, form: &str, lists: &mut Vec<List>) -> Field {
        let key = format!("{form}_{OUTCOME}");
        let label = self.tab.maybe("asks").unwrap_or_else(|| String::from("结果"));
        let choices = act.outcomes.iter().map(|outcome| Choice::new(&outcome.key, &outcome.label)).collect();
        lists.push(List::made(&key, &label, choices, act.source.clone()));
        Field {
            key: OUTCOME.to_owned(),
            ask: label.clone(),
            control: Control::Radio,
            required: true,
            options: Some(key),
            journal: true,
            step_only: true,
            label,
            ..Field::default()
        }
    }

    fn effects(&self, tab: &Tab<'_>) -> Vec<Effect> {
        tab.tables("does").iter().filter_map(|tab| self.effect(tab)).collect()
    }

    fn effect(&self, tab: &Tab<'_>) -> Option<Effect> {
        let mark = |key: &'static str| tab.maybe(key).inspect(|name| self.known_mark(tab, key, name));
        let keys = tab.keys();
        let known = keys.iter().find(|key| EFFECTS.contains(&key.as_str()));
        let effect = match known.or(keys.first()).map(String::as_str) {
            Some("give") => Effect::Give(self.receiver(tab)),
            Some("receive") => {
                if tab.raw("receive").and_then(Value::as_bool) == Some(false) {
                    tab.desk.say(
                        &tab.at("receive"),
                        "receive 只能写 true",
                        "不要这个动作的，请删去 { receive = false }",
                    );
                }
                tab.flag("receive").then_some(Effect::Receive)?
            }
            Some("take") => Effect::Take(tab.refer_all("take", Ref::ROLE)),
            Some("assign") => Effect::Assign(tab.refer("assign", Ref::FIELD)),
            Some("stamp") => Effect::Stamp(mark("stamp")?),
            Some("stamp_once") => Effect::StampOnce(mark("stamp_once")?),
            Some("by") => Effect::By(mark("by")?),
            Some("mark") => Effect::Mark(mark("mark")?, tab.flag("is")),
            Some("clear") => Effect::Clear(tab.refer("clear", Ref::FIELD)),
            Some("named") => Effect::Named(tab.refer("named", Ref::EFFECT)),
            other => {
                let near = crate::pack::did_you_mean(other.unwrap_or_default(), EFFECTS);
                tab.know_all();
                tab.desk.say(&tab.at(""), format!("没有“{}”这种动作", other.unwrap_or_default()), near);
                return None;
            }
        };
        Some(effect)
    }

    fn receiver(&self, tab: &Tab<'_>) -> Receiver {
        let word = tab.text("give");
        if word == "本单位" {
            return Receiver::OwnUnit;
        }
        let asked = |key: &str| tab.desk.names(Ref::FIELD).iter().any(|field| field == key);
        if asked(&word) {
            return Receiver::Field(word);
        }
        tab.desk.refer(Ref::LINK_KIND, &word, &tab.at("give"));
        Receiver::Link(word)
    }

    /// Code that keeps its own columns takes only what it has a column for.
    fn known_mark(&self, tab: &Tab<'_>, key: &str, name: &str) {
        let known = &self.words.marks;
        if !known.is_empty() && !known.iter().any(|word| word.key == name) {
            let near = crate::pack::did_you_mean(name, known.iter().map(|word| word.key));
            tab.desk.say(&tab.at(key), format!("程序里没有“{name}”可以记"), near);
        }
    }
}

/// The key of the field by which an outcome is chosen.
const OUTCOME: &str = "outcome";
/// Fields that one act may ask for at once.
const MOST_FIELDS: usize = 8;
const EFFECTS: [&str; 10] =
    ["give", "receive", "take", "assign", "stamp", "stamp_once", "by", "mark", "clear", "named"];

fn summary(act: &Act, states: &[State]) -> String {
    let word = |key: &String| states.iter().find(|s| s.key == *key).map_or(key.clone(), |s| s.label.clone());
    let moves = act.all_moves();
    let mut parts: Vec<String> = moves.map(|(from, to)| format!("{} → {}", word(from), word(to))).collect();
    parts.extend(act.start.iter().map(|state| format!("新建 → {}", word(state))));
    let mut text = parts.join("；");
    for guard in &act.guards {
        match &guard.check {
            Check::When(when) => text.push_str(&format!("。条件：{}", condition::words::sentence(when))),
            Check::Named(_) | Check::NotSameAs(_) => text.push_str(&format!("。检查：{}", guard.unmet)),
        }
    }
    text
}

/// Pairs whose names are states, and where `both` also the texts.
fn states_to(tab: &Tab<'_>, key: &'static str, both: bool) -> Vec<(String, String)> {
    let pairs = tab.pairs(key).into_iter();
    let pairs = pairs.map(|(from, to, at)| {
        tab.desk.refer(Ref::STATE, &from, &at);
        if both {
            tab.desk.refer(Ref::STATE, &to, &at);
        }
        (from, to)
    });
    pairs.collect()
}

fn guard(tab: &Tab<'_>, facts: &[FactDef]) -> Option<Guard> {
    let unmet = tab.text("unmet");
    let over = tab.flag("over");
    let named = tab.maybe_refer("named", Ref::GUARD).map(Check::Named);
    let other = tab.maybe_refer("not_same_as", Ref::STEP).map(Check::NotSameAs);
    let when = tab.table("when").map(|inner| conditions::condition(&inner, facts));
    let checks: Vec<Option<Check>> =
        [named.map(Some), other.map(Some), when.map(|when| when.map(Check::When))]
            .into_iter()
            .flatten()
            .collect();
    match <[Option<Check>; 1]>::try_from(checks) {
        Ok([check]) => check.map(|check| Guard { check, unmet, over }),
        Err(_) => {
            let message =
                "一项前提写一种检查：when（条件）、named（程序里的检查）或者 not_same_as（由另一个人办）";
            tab.desk.say(
                &tab.at(""),
                message,
                "写成 { when = { … }, unmet = \"…\" } 或 { not_same_as = \"…\", unmet = \"…\" }",
            );
            None
        }
    }
}

fn show(tab: &Tab<'_>) -> Show {
    Show {
        field: tab.refer("field", Ref::FIELD),
        of: tab.maybe_refer("of", Ref::STEP),
        to: tab.maybe_closed("to").unwrap_or(Side::Inside),
    }
}

fn notify(tab: &Tab<'_>) -> Option<Notify> {
    let who = tab.text("who");
    let role = tab.desk.names(Ref::ROLE).contains(&who);
    if !role {
        tab.desk.refer(Ref::RECIPIENT, &who, &tab.at("who"));
    }
    let notice = tab.maybe_refer("notice", Ref::NOTICE).map(Telling::Notice);
    let say = sentences::maybe(tab, "say").map(Telling::Sentence);
    match (notice, say) {
        (Some(say), None) | (None, Some(say)) => Some(Notify { who, say }),
        _ => {
            tab.desk.say(
                &tab.at(""),
                "通知要写 say（一句话）或者 notice（通知的代码），写一种",
                "写成 { who = \"经办人\", say = \"…\" }",
            );
            None
        }
    }
}

fn repeat(tab: &Tab<'_>) -> Option<i64> {
    let text = tab.maybe("repeat")?;
    let minutes = text.strip_suffix("分钟").and_then(|number| number.trim().parse().ok());
    if minutes.is_none() {
        tab.desk.say(&tab.at("repeat"), format!("看不懂“{text}”"), "写成 \"30 分钟\"");
    }
    minutes
}
