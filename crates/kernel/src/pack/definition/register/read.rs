//! Reading a register with the rows that lie within its entries.

use super::super::read::{self as common, Ground};
use super::super::sheets::{self, Sheets};
use super::super::{Act, Definition, State, Tone, Words, acts, may};
use super::{CURRENT, ENDED, Keeping, PAPER, REASON, Register, SINCE, UNTIL, VOID};
use super::{parts, sound};
use crate::pack::day::RelativeDay;
use crate::pack::desk::{Desk, Ref};
use crate::pack::field::{Bounds, Control, Field};
use crate::pack::finding::At;
use crate::pack::forms::{self, Form};
use crate::pack::lists::{self, List};
use crate::pack::source::Source;
use crate::pack::stands_for::StandsFor;
use crate::pack::table::Tab;
use crate::pack::{queues, sentences};

/// The folder of registers, a file each.
const FOLDER: &str = "registers/";

/// Reads every register, and the rows that lie within.
pub(in crate::pack) fn read(ground: &Ground<'_>, lists: &mut Vec<List>) -> Vec<Definition> {
    let all = sheets::folder(ground.desk, ground.shelf, FOLDER);
    all.iter().flat_map(|sheet| family(ground, sheet, lists)).collect()
}

/// A register, and behind it what lies within.
fn family(ground: &Ground<'_>, sheet: &Sheets<'_>, lists: &mut Vec<List>) -> Vec<Definition> {
    let head = sheet.head(ground.desk);
    let key = head.text("key");
    ground.desk.define(Ref::PROCEDURE, &key, &head.at("key"));
    ground.desk.define(Ref::REGISTER, &key, &head.at("key"));
    lists.extend(lists::of(ground.desk, &head));
    let inner: Vec<(String, Tab<'_>)> = head.entries("within");
    let mut children: Vec<Definition> = inner
        .into_iter()
        .map(|(name, tab)| {
            let full = format!("{key}.{name}");
            ground.desk.within(&full, || row(ground, &tab, (&key, &full), sheet, lists))
        })
        .collect();
    let whole = ground.desk.within(&key, || one(ground, &head, &key, sheet, (&children, lists)));
    // Rows are corrected as their entry is: where that cannot be done, they cannot be either.
    for child in &mut children {
        child.acts.retain(|act| whole.act_named(&act.name).is_some());
        for act in &mut child.acts {
            act.keeping = whole.act_named(&act.name).and_then(|known| known.keeping.clone());
        }
    }
    std::iter::once(whole).chain(children).collect()
}

/// What the code knows of entries.
fn words<'g>(ground: &'g Ground<'_>) -> Option<&'g Words> {
    ground.words.iter().find(|words| words.entries)
}

fn begun(ground: &Ground<'_>, tab: &Tab<'_>, key: &str, sheet: &Sheets<'_>) -> Definition {
    Definition {
        title: tab.text("title"),
        states: states(&tab.source()),
        source: tab.source(),
        lines: sheet.lines(),
        file: sheet.path().to_owned(),
        placeholders: words(ground).map(Words::named).unwrap_or_default(),
        key: key.to_owned(),
        ..Definition::default()
    }
}

fn one(
    ground: &Ground<'_>,
    head: &Tab<'_>,
    key: &str,
    sheet: &Sheets<'_>,
    (children, lists): (&[Definition], &mut Vec<List>),
) -> Definition {
    let desk = head.desk;
    let nothing = Words::default();
    let words = words(ground).unwrap_or(&nothing);
    let mut of = begun(ground, head, key, sheet);
    let mut fields = forms::fields(head, lists);
    let derived = parts::derived(head, words, &fields, children);
    let mut register = Register {
        within: children.iter().map(|child| child.key.clone()).collect(),
        associations_of: parts::associations_of(head, &fields),
        derived: derived.iter().map(|(derived, _)| derived.clone()).collect(),
        ..Register::default()
    };
    let several = |field: &Field| field.stands_for == Some(StandsFor::Association) && field.several;
    register.several = register.associations_of.is_some() || fields.iter().any(several);
    fields.extend(helpers(head, &fields));
    let states = of.states.iter().map(State::named).collect::<Vec<_>>();
    let mut facts = common::facts(words, &fields, lists, &states);
    facts.extend(derived.into_iter().map(|(_, fact)| fact));
    let mut forms = Vec::new();
    common::define(desk, words, &fields, &forms, &facts);
    desk.define_all(Ref::STATE, states.iter().map(|state| state.key.as_str()));
    desk.define_all(Ref::PLACEHOLDER, facts.iter().map(|fact| fact.key.as_str()));
    of.path = common::path(head);
    of.pillar = head.maybe("pillar").unwrap_or_default();
    of.group = head.maybe_closed("group");
    of.tab = head.maybe_closed("tab");
    of.number = if head.is_text("number") { common::number(head) } else { String::new() };
    of.work_secret = head.flag("work_secret");
    of.register = Some(register);
    let made = acts::read(head, (&of, words), (&mut fields, &mut forms, lists), &facts);
    of.acts = made;
    for act in &mut of.acts {
        if let Some(child) = child_of(act, children) {
            act.form = Some(form_within(child, act, &mut forms));
        }
    }
    correcting(&mut of.acts, &fields, &mut forms);
    (of.fields, of.forms) = (fields, forms);
    of.queues = queues::read(head, &facts);
    of.notices = sentences::notices(head);
    of.facts = facts;
    of.sentences = common::sentences_of(head, &of.facts);
    of.page = common::page(head);
    of.sees = common::sees(head);
    (of.once, of.alone) = common::rules(head, &of.facts);
    // What is entered within is what people mostly do.
    let within = of.acts.iter().filter(|act| act.keeping == Some(Keeping::Within));
    let within: Vec<String> = within.map(|act| act.key.clone()).collect();
    if let Some(current) = of.states.iter_mut().find(|state| state.key == CURRENT) {
        current.primary = within;
    }
    let (headings, same_as) = parts::importing(head, &of);
    let reminders = parts::reminders(head);
    let link = parts::link(head, &of.fields, of.is_about_associations());
    if let Some(register) = &mut of.register {
        (register.headings, register.same_as, register.reminders) = (headings, same_as, reminders);
        register.link = link;
    }
    of.may = may::read(head, &of);
    sound::register(head, &of, children);
    of
}

/// Rows that lie within an entry: fields and sentences of their own, everything else of the entry's.
fn row(
    ground: &Ground<'_>,
    tab: &Tab<'_>,
    (parent, key): (&str, &str),
    sheet: &Sheets<'_>,
    lists: &[List],
) -> Definition {
    let nothing = Words::default();
    let words = words(ground).unwrap_or(&nothing);
    let mut of = begun(ground, tab, key, sheet);
    let mut fields = forms::fields(tab, lists);
    fields.extend(helpers(tab, &fields));
    let states = of.states.iter().map(State::named).collect::<Vec<_>>();
    let facts = common::facts(words, &fields, lists, &states);
    common::define(tab.desk, words, &fields, &[], &facts);
    of.register = Some(Register { parent: Some(parent.to_owned()), ..Register::default() });
    of.sentences = common::sentences_of(tab, &facts);
    let mut forms = Vec::new();
    of.acts = own_acts(parent, &of, &fields, &mut forms);
    (of.fields, of.forms, of.facts) = (fields, forms, facts);
    sound::row(tab, &of);
    of
}

/// A row within is corrected and made void as its entry is; under the same rights, so that nothing is to be written for it.
fn own_acts(parent: &str, of: &Definition, fields: &[Field], forms: &mut Vec<Form>) -> Vec<Act> {
    let bare = |key: &str, label: &str, does: Keeping| {
        let mut act = Act::kept(parent, key, label, does, of.source.clone());
        let mut asked: Vec<Field> = match act.keeping {
            Some(Keeping::Correct { .. }) => own(fields).cloned().collect(),
            _ => Vec::new(),
        };
        let also = |key: &&str| fields.iter().find(|field| field.key == **key).cloned();
        let keys: &[&str] = if key == "correct" { &[SINCE, REASON] } else { &[REASON] };
        asked.extend(keys.iter().filter_map(also));
        let form = Form {
            key: format!("{}_{key}", of.key.replace('.', "_")),
            title: label.to_owned(),
            intro: String::new(),
            fields: asked,
            source: of.source.clone(),
        };
        act.form = Some(form.key.clone());
        (act, form)
    };
    let made =
        [bare("correct", "更正", Keeping::Correct { second: None }), bare("void", "作废", Keeping::Void)];
    let (acts, made): (Vec<Act>, Vec<_>) = made.into_iter().unzip();
    forms.extend(made);
    acts
}

/// The fields of an entry itself, without those that an act asks for beside.
fn own(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| !field.step_only && field.retired.is_none())
}

fn child_of<'c>(act: &Act, children: &'c [Definition]) -> Option<&'c Definition> {
    let within = act.keeping == Some(Keeping::Within);
    children.iter().find(|child| within && child.short() == act.key)
}

/// The form of a row within: everything it asks, unless the act lists less.
fn form_within(child: &Definition, act: &Act, forms: &mut Vec<Form>) -> String {
    let key = format!("{}_{}", act.name.replace('.', "_"), "row");
    forms.push(Form {
        key: key.clone(),
        title: act.label.clone(),
        intro: String::new(),
        fields: own(&child.fields).cloned().collect(),
        source: act.source.clone(),
    });
    key
}

/// Whoever corrects is asked for everything an entry holds, filled in as it stands.
fn correcting(acts: &mut [Act], fields: &[Field], forms: &mut [Form]) {
    for act in acts.iter().filter(|act| matches!(act.keeping, Some(Keeping::Correct { .. }))) {
        let form = forms.iter_mut().find(|form| Some(&form.key) == act.form.as_ref());
        if let Some(form) = form.filter(|form| form.fields.iter().all(|field| field.step_only)) {
            let beside = std::mem::take(&mut form.fields);
            form.fields = own(fields).cloned().chain(beside).collect();
        }
    }
}

/// What acts ask beside the fields of an entry; a definition may have its own under these names.
fn helpers(tab: &Tab<'_>, fields: &[Field]) -> Vec<Field> {
    let today = RelativeDay::parse("今天");
    let plain = |key: &str, label: &str, control, required| Field {
        key: key.to_owned(),
        label: label.to_owned(),
        ask: label.to_owned(),
        control,
        required,
        step_only: true,
        ..Field::default()
    };
    let reason = Field {
        bounds: Bounds { max: Some(200), ..Bounds::default() },
        free_text: true,
        ..plain(REASON, "原因", Control::Text, true)
    };
    let since = Field {
        hint: String::from("不填的，从登记这项内容的那天起更正。"),
        bounds: Bounds { not_after: today.clone(), ..Bounds::default() },
        ..plain(SINCE, "从哪一天起应当是这样", Control::Date, false)
    };
    let paper = Field { journal: true, ..plain(PAPER, "依据文件", Control::DocNo, true) };
    let until = Field {
        journal: true,
        bounds: Bounds { not_after: today.clone(), ..Bounds::default() },
        ..plain(UNTIL, "结束日期", Control::Date, true)
    };
    let all = [reason, since, paper, until];
    let mut added = Vec::new();
    for field in all {
        if fields.iter().any(|known| known.key == field.key) {
            tab.desk.say(&tab.at("fields"), format!("代码“{}”系统已经在用", field.key), "请换一个代码");
        } else {
            tab.desk.define_all(Ref::FIELD, [field.key.as_str()]);
            added.push(field);
        }
    }
    added
}

fn states(source: &Source) -> Vec<State> {
    let state = |key: &str, label: &str, tone, ends| State {
        key: key.to_owned(),
        label: label.to_owned(),
        tone,
        stage: String::new(),
        public_label: label.to_owned(),
        ends,
        primary: Vec::new(),
        waiting: String::new(),
        labels: Vec::new(),
        source: source.clone(),
    };
    vec![
        state(CURRENT, "有效", Tone::Green, false),
        state(ENDED, "已结束", Tone::Grey, true),
        state(VOID, "已作废", Tone::Grey, true),
    ]
}

/// Entries that can be chosen are those of a queue that their register has.
pub(in crate::pack) fn choosing(desk: &Desk, all: &[Definition]) {
    for of in all {
        for field in of.fields.iter().filter(|field| field.control == Control::Entry) {
            let Some(other) = all.iter().find(|other| Some(&other.key) == field.register.as_ref()) else {
                continue;
            };
            for key in field.only.iter().filter(|key| other.queue(key).is_none()) {
                let near =
                    crate::pack::did_you_mean(key, other.queues.iter().map(|queue| queue.key.as_str()));
                let place = At { key: format!("fields.{}", field.key), ..desk.place(Ref::REGISTER, &of.key) };
                desk.say(
                    &place,
                    format!("“{}”没有队列“{key}”，“{}”不能只选其中的", other.title, field.label),
                    near,
                );
            }
        }
    }
}

/// Definitions that take their associations from one another in a circle.
pub(in crate::pack) fn circles(desk: &Desk, all: &[Definition]) {
    let next = |of: &Definition| {
        let register = of.register.as_ref()?;
        let field = of.field(register.associations_of.as_deref()?)?;
        let key = field.register.as_deref()?;
        all.iter().find(|other| other.key == key)
    };
    for of in all.iter().filter(|of| of.is_register()) {
        let mut at = of;
        for _ in 0..all.len() {
            let Some(other) = next(at) else { break };
            if other.key == of.key {
                let place = At { key: String::from("derive"), ..desk.place(Ref::REGISTER, &of.key) };
                let message = format!("“{}”的协会取自“{}”，绕了一圈又取自它自己", of.title, at.title);
                desk.say(&place, message, "请在其中一本里设填写项“协会”");
                break;
            }
            at = other;
        }
    }
}
