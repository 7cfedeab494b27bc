//! Reading a procedure: head, states, fields, forms, acts, limits, queues, sentences, rights; every reference resolved.

use super::sheets::{self, Sheets};
use super::{
    Alone, Definition, Group, Once, Page, Sees, Sentences, State, StateLabel, Tone, Words, acts, may,
};
use crate::condition::{FactDef, FactType, Named};
use crate::pack::ItemKind;
use crate::pack::desk::{Desk, Ref};
use crate::pack::field::{self, Field};
use crate::pack::file::Shelf;
use crate::pack::finding::At;
use crate::pack::forms::{self, Form};
use crate::pack::lists::{self, List};
use crate::pack::table::Tab;
use crate::pack::{conditions, limits, queues, sentences};

/// What a procedure is read on.
pub(in crate::pack) struct Ground<'a> {
    /// Findings, names.
    pub desk: &'a Desk,
    /// The files.
    pub shelf: &'a Shelf,
    /// What the code hands in.
    pub words: &'a [Words],
}

/// Reads every procedure. Lists that belong to one are added to `lists`, outcomes of its acts as such, too.
pub(in crate::pack) fn read(ground: &Ground<'_>, lists: &mut Vec<List>) -> Vec<Definition> {
    let all = sheets::all(ground.desk, ground.shelf);
    all.iter().map(|sheets| one(ground, sheets, lists)).collect()
}

fn one(ground: &Ground<'_>, sheets: &Sheets<'_>, lists: &mut Vec<List>) -> Definition {
    let desk = ground.desk;
    let head = sheets.head(desk);
    let key = head.text("key");
    desk.define(Ref::PROCEDURE, &key, &head.at("key"));
    let scope = key.clone();
    desk.within(&scope, || {
        let own = ground.words.iter().find(|words| words.key == Some(key.as_str()));
        let coded = own.is_some();
        let nothing = Words::default();
        let words = own
            .or(ground.words.iter().find(|words| words.key.is_none() && !words.entries))
            .unwrap_or(&nothing);
        lists.extend(lists::of(desk, &head));
        let (states, stages) = (names(&head, "states"), stages(&head));
        let mut fields = forms::fields(&head, lists);
        let mut forms = sheets.part(desk, "forms.toml", &head, |tab| forms::forms(tab, lists));
        let facts = facts(words, &fields, lists, &states);
        define(desk, words, &fields, &forms, &facts);
        let states =
            head.entries("states").into_iter().map(|(key, tab)| state(desk, key, &tab, &facts)).collect();
        let mut procedure = Definition {
            title: head.text("title"),
            path: if coded { head.maybe("path").unwrap_or_default() } else { path(&head) },
            pillar: head.maybe("pillar").unwrap_or_default(),
            group: head.maybe_closed::<Group>("group"),
            tab: head.maybe_closed("tab"),
            number: if coded { String::new() } else { number(&head) },
            work_secret: head.flag("work_secret"),
            coded,
            stages,
            states,
            source: head.source(),
            lines: sheets.lines(),
            file: sheets.path().to_owned(),
            key,
            ..Definition::default()
        };
        let made = acts::read(&head, (&procedure, words), (&mut fields, &mut forms, lists), &facts);
        (procedure.fields, procedure.forms, procedure.acts) = (fields, forms, made);
        procedure.limits =
            sheets.part(desk, "limits.toml", &head, |tab| limits::read(tab, &facts, words, lists));
        procedure.queues = sheets.part(desk, "queues.toml", &head, |tab| queues::read(tab, &facts));
        procedure.notices = sheets.part(desk, "notices.toml", &head, sentences::notices);
        procedure.facts = facts;
        procedure.placeholders = words.named();
        if !coded {
            procedure.sentences = sentences_of(&head, &procedure.facts);
            procedure.page = page(&head);
            procedure.sees = sees(&head);
            procedure.once = once(&head);
        }
        procedure.may = may::read(&head, &procedure);
        super::sound::sound(&head, &procedure);
        procedure
    })
}

/// Key and label of each state, read ahead because conditions everywhere may name states.
fn names(head: &Tab<'_>, key: &'static str) -> Vec<Named> {
    let quiet = head.quietly(key);
    quiet.into_iter().map(|(key, label)| Named { label: label.unwrap_or_else(|| key.clone()), key }).collect()
}

fn stages(head: &Tab<'_>) -> Vec<Named> {
    let stages = head.pairs("stages").into_iter().map(|(key, label, at)| {
        head.desk.define(Ref::STAGE, &key, &at);
        Named { key, label }
    });
    stages.collect()
}

/// Its address: one word of small letters and hyphens.
pub(super) fn path(head: &Tab<'_>) -> String {
    let path = head.text("path");
    let fits = path.starts_with(|c: char| c.is_ascii_lowercase())
        && path.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !path.is_empty() && !fits {
        head.desk.say(
            &head.at("path"),
            format!("“{path}”不能作地址"),
            "用小写英文字母和连字符，例如 site-visits",
        );
    }
    head.desk.define(Ref::ADDRESS, &path, &head.at("path"));
    path
}

pub(super) fn number(head: &Tab<'_>) -> String {
    let number = head.text("number");
    let fits = (2..=4).contains(&number.len()) && number.chars().all(|c| c.is_ascii_uppercase());
    if !number.is_empty() && !fits {
        head.desk.say(
            &head.at("number"),
            format!("“{number}”不能作编号的字头"),
            "用两到四个大写英文字母，例如 YJ",
        );
    }
    number
}

/// The facts of a procedure's matters: those of the code with their choices, and one for each field.
pub(super) fn facts(words: &Words, fields: &[Field], all: &[List], states: &[Named]) -> Vec<FactDef> {
    let mut facts = conditions::resolve(&words.facts, |name| match name {
        "states" => states.to_vec(),
        list => all.iter().find(|l| l.key == list).map(|l| lists::named(&l.choices)).unwrap_or_default(),
    });
    for field in fields {
        let column = words.column.and_then(|column| column(field));
        let fact = FactDef { column, ..field::as_fact(field, all) };
        match facts.iter_mut().find(|known| known.key == fact.key) {
            // What a field stands for is a fact of the code; its choices are the field's.
            Some(known) if matches!(known.kind, FactType::Text) => known.kind = fact.kind,
            Some(_) => {}
            None => facts.push(fact),
        }
    }
    facts
}

pub(super) fn define(desk: &Desk, words: &Words, fields: &[Field], forms: &[Form], facts: &[FactDef]) {
    let kinds = [
        (Ref::GUARD, &words.guards),
        (Ref::EFFECT, &words.effects),
        (Ref::RECIPIENT, &words.recipients),
        (Ref::PLACEHOLDER, &words.placeholders),
    ];
    for (kind, words) in kinds {
        desk.define_all(kind, words.iter().map(|word| word.key));
    }
    desk.define_all(Ref::FACT, facts.iter().map(|fact| fact.key.as_str()));
    let asked = fields.iter().chain(forms.iter().flat_map(|form| &form.fields));
    desk.define_all(Ref::PLACEHOLDER, asked.map(|field| field.key.as_str()));
}

fn state(desk: &Desk, key: String, tab: &Tab<'_>, facts: &[FactDef]) -> State {
    desk.define(Ref::STATE, &key, &tab.at(""));
    let label = tab.text("label");
    let labels = tab.tables("labels").into_iter().map(|tab| StateLabel {
        when: conditions::when(&tab, facts),
        label: tab.text("label"),
        waiting: tab.maybe("waiting").unwrap_or_default(),
    });
    let state = State {
        labels: labels.collect(),
        tone: tab.closed("tone").unwrap_or(Tone::Grey),
        stage: tab.refer("stage", Ref::STAGE),
        public_label: tab.maybe("public_label").unwrap_or_else(|| label.clone()),
        ends: tab.flag("ends"),
        primary: tab.refer_all("primary", Ref::STEP),
        waiting: tab.maybe("waiting").unwrap_or_default(),
        source: tab.source(),
        key,
        label,
    };
    let summary =
        format!("对外显示“{}”{}", state.public_label, if state.ends { "；办理到此结束" } else { "" });
    desk.item(ItemKind::setting("办理状态"), &state.key, &state.label, &state.source, summary, &tab.at(""));
    state
}

pub(super) fn sentences_of(head: &Tab<'_>, facts: &[FactDef]) -> Sentences {
    let Some(tab) = head.table("sentences") else {
        let at = At { key: String::from("sentences"), ..head.at("key") };
        head.desk.say(
            &at,
            "没有写 [sentences]",
            "请补上 name（怎么称呼）、summary（一句话情况）、empty（没有时怎么说）",
        );
        return Sentences::default();
    };
    Sentences {
        name: sentences::sentence(&tab, "name"),
        summary: sentences::sentence(&tab, "summary"),
        summaries: tab
            .tables("summaries")
            .iter()
            .map(|tab| (conditions::when(tab, facts), sentences::sentence(tab, "summary")))
            .collect(),
        empty: sentences::sentence(&tab, "empty"),
    }
}

pub(super) fn page(head: &Tab<'_>) -> Page {
    let Some(tab) = head.table("page") else { return Page::default() };
    let page = Page {
        headline: tab.refer_all("headline", Ref::FACT),
        columns: tab.refer_all("columns", Ref::FACT),
        filters: tab.refer_all("filters", Ref::FACT),
    };
    if page.headline.len() > 4 {
        head.desk.say(
            &tab.at("headline"),
            format!("要点有 {} 项", page.headline.len()),
            "页首最多四项，其余放在正文",
        );
    }
    if page.columns.len() > 7 {
        head.desk.say(&tab.at("columns"), format!("列表有 {} 栏", page.columns.len()), "列表最多七栏");
    }
    page
}

pub(super) fn sees(head: &Tab<'_>) -> Option<Sees> {
    let own = head.table("sees")?.table("own")?;
    Some(Sees { from: own.maybe_refer("from", Ref::STATE), hides: own.refer_all("hides", Ref::FIELD) })
}

/// Reads `[rules]` of a register.
pub(super) fn rules(head: &Tab<'_>, facts: &[FactDef]) -> (Option<Once>, Option<Alone>) {
    let Some(rules) = head.table("rules") else { return (None, None) };
    let alone = rules.table("alone").map(|alone| {
        if !alone.keys().iter().any(|key| key == "when") {
            let remedy = "请补上 when = { fact = \"…\", is = \"…\" }";
            alone.desk.say(&alone.at("when"), "没有写哪些条目要独自一条", remedy);
        }
        Alone { when: conditions::when(&alone, facts), what: alone.text("what") }
    });
    (once_among(&rules), alone)
}

/// Reads `[rules]` of a procedure.
pub(super) fn once(head: &Tab<'_>) -> Option<Once> {
    once_among(&head.table("rules")?)
}

fn once_among(rules: &Tab<'_>) -> Option<Once> {
    let once = rules.table("once")?;
    let over = once.maybe("over");
    if over.as_deref().is_some_and(|word| word != "有效期") {
        rules.desk.say(&once.at("over"), "over 只能写“有效期”", "写成 over = \"有效期\"，表示有效期不重叠");
    }
    let open = if over.is_some() { String::from("open") } else { once.text("while") };
    if !open.is_empty() && open != "open" {
        rules.desk.say(
            &once.at("while"),
            format!("while 不能写“{open}”"),
            "写成 while = \"open\"，表示没有办结的",
        );
    }
    let among = once.refer_all("among", Ref::FIELD);
    if among.is_empty() {
        rules.desk.say(&once.at("among"), "没有写哪几项相同才算同一件", "请补上 among = [\"association\"]");
    }
    Some(Once { among, what: once.text("what"), over: over.is_some() })
}
