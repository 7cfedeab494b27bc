//! Parts of a register: what its acts do, what is known of an entry from the rows within it, files, reminders.

use super::super::{Definition, Words};
use super::{DAYS, Derived, Every, Keeping, PAPER, REASON, Reminder, SINCE, StandsForLink, Take, UNTIL};
use crate::condition::{Condition, FactDef, FactType};
use crate::pack::closed::Closed as _;
use crate::pack::desk::Ref;
use crate::pack::field::{Control, Field};
use crate::pack::finding::At;
use crate::pack::stands_for::StandsFor;
use crate::pack::table::Tab;
use crate::pack::{ItemKind, conditions, sentences};

/// What an act of a register does.
pub(in crate::pack::definition) fn keeping(tab: &Tab<'_>, key: &str, children: &[String]) -> Keeping {
    let within = tab.maybe("within");
    if let Some(name) = &within {
        let known = children.iter().any(|child| child.rsplit('.').next() == Some(name.as_str()));
        if !known || name != key {
            tab.desk.say(
                &tab.at("within"),
                format!("“{key}”不能在“{name}”里加一条"),
                "within 写本文件 [within.…] 的代码，步骤也用同一个代码",
            );
        }
        return Keeping::Within;
    }
    let second = tab.maybe_refer("second", Ref::ROLE);
    let word = tab.maybe("does").unwrap_or_else(|| String::from("变更"));
    match word.as_str() {
        "新增" => Keeping::Add,
        "变更" => Keeping::Change,
        "结束" => Keeping::End,
        "更正" => Keeping::Correct { second },
        "作废" => Keeping::Void,
        other => {
            let near = crate::pack::did_you_mean(other, Keeping::WORDS.iter().copied());
            tab.desk.say(&tab.at("does"), format!("“{other}”不是台账能做的事"), near);
            Keeping::Change
        }
    }
}

/// What an act of a register asks for beside the fields it lists.
pub(in crate::pack::definition) fn beside(tab: &Tab<'_>, keeping: &Keeping) -> Vec<&'static str> {
    let (reason, paper) = (tab.flag("reason"), tab.flag("paper"));
    let mut asked = Vec::new();
    if *keeping == Keeping::End {
        asked.push(UNTIL);
    }
    if matches!(keeping, Keeping::Correct { .. }) {
        asked.push(SINCE);
    }
    if paper {
        asked.push(PAPER);
    }
    // Whoever takes back what was entered says why, whatever the definition asks for.
    if reason || matches!(keeping, Keeping::Correct { .. } | Keeping::Void) {
        asked.push(REASON);
    }
    asked
}

/// `[derive] association = "party_org.association"`: the field that names the entry whose associations count.
pub(super) fn associations_of(head: &Tab<'_>, fields: &[Field]) -> Option<String> {
    let tab = head.table("derive")?;
    let path = tab.text("association");
    let field = path.strip_suffix(".association").unwrap_or_default();
    let names = fields.iter().find(|known| known.key == field && known.control == Control::Entry);
    if names.is_none() {
        tab.desk.say(
            &tab.at("association"),
            format!("看不懂“{path}”"),
            "写成“填写项的代码.association”，那个填写项的类型是“台账：…”",
        );
    }
    names.map(|field| field.key.clone())
}

/// Reads `[link]`: which links the entries stand for; there is a unit and an association to link, and a time for which they are.
pub(super) fn link(head: &Tab<'_>, fields: &[Field], about: bool) -> Option<StandsForLink> {
    let tab = head.table("link")?;
    let kind = tab.refer("kind", Ref::LINK_KIND);
    let paper = tab.maybe_refer("paper", Ref::FIELD);
    let stands = |column| fields.iter().any(|field| field.stands_for == Some(column));
    let lacks = [
        (stands(StandsFor::Unit), "没有哪一项当作单位", "请在一个“单位”填写项里写 stands_for = \"单位\""),
        (about, "不知道是哪家协会的", "请设填写项“协会”，或者写 [derive] association = …"),
        (stands(StandsFor::Validity), "没有有效期", "请在一个“期间”填写项里写 stands_for = \"有效期\""),
    ];
    for (_, what, remedy) in lacks.iter().filter(|(there, ..)| !there) {
        tab.desk.say(&tab.at("kind"), format!("{what}，不能代表责任关系“{kind}”"), *remedy);
    }
    Some(StandsForLink { kind, paper })
}

/// Reads `[facts]`: what is known of an entry from the rows within it, and the facts that come of it.
pub(super) fn derived(
    head: &Tab<'_>,
    words: &Words,
    fields: &[Field],
    children: &[Definition],
) -> Vec<(Derived, FactDef)> {
    let mut all = Vec::new();
    for (key, tab) in head.entries("facts") {
        let label = tab.text("label");
        let of = tab.text("of");
        let child = children.iter().find(|child| child.short() == of);
        if child.is_none() {
            let names: Vec<&str> = children.iter().map(Definition::short).collect();
            let near = crate::pack::did_you_mean(&of, names);
            // The fact is there all the same, so that what names it is not said to be wrong, too.
            tab.know_all();
            head.desk.say(&tab.at("of"), format!("没有明细“{of}”，不能由它得出事实"), near);
        }
        if fields.iter().any(|field| field.key == key) {
            head.desk.say(&tab.at(""), format!("代码“{key}”和填写项重复"), "请换一个代码");
        }
        let said = tab.closed("take");
        let take = said.unwrap_or(Take::Count);
        let field = tab.maybe("field");
        let asked = field.as_deref().and_then(|key| child?.field(key));
        let fits = match take {
            Take::Count | Take::Any => field.is_none(),
            Take::Latest | Take::Earliest => asked.is_some_and(|field| field.control == Control::Date),
            Take::Sum => {
                asked.is_some_and(|field| matches!(field.control, Control::Integer | Control::Money))
            }
        };
        if !fits && said.is_some() && child.is_some() {
            let remedy = match take {
                Take::Count | Take::Any => "个数、有 不写 field",
                Take::Latest | Take::Earliest => "最晚、最早 要写 field = \"日期的代码\"",
                Take::Sum => "合计 要写 field = \"整数或者金额的代码\"",
            };
            let message = format!("“{}”不能这样取“{}”", take.word(), field.as_deref().unwrap_or("…"));
            head.desk.say(&tab.at("field"), message, remedy);
        }
        let within = tab.maybe("within");
        if within.as_deref().is_some_and(|word| word != "今年") {
            head.desk.say(&tab.at("within"), "within 只能写“今年”", "写成 within = \"今年\"，或者删去");
        }
        let this_year = within.is_some();
        if this_year && tab.flag("indexed") {
            let message = format!("“{label}”随时间变化，不能用来筛选或者排序");
            head.desk.say(&tab.at("indexed"), message, "请删去 indexed = true，或者删去 within");
        }
        tab.set_aside("indexed");
        let unit = tab.maybe("unit").unwrap_or_default();
        let kind = match take {
            Take::Count | Take::Sum => FactType::Number(unit.into()),
            Take::Latest | Take::Earliest => FactType::Date,
            Take::Any => FactType::Flag,
        };
        let number = !matches!(kind, FactType::Date);
        let column = words.derived.filter(|_| !this_year).map(|column| column(&key, number));
        let fact = FactDef { kind, column, ..FactDef::text(&key, &label) };
        let when = child.map_or_else(Condition::always, |child| conditions::when(&tab, &child.facts));
        all.push((Derived { key, of, take, field, when, this_year }, fact));
    }
    all
}

/// Reads `[import]`.
pub(super) fn importing(head: &Tab<'_>, of: &Definition) -> (Vec<(String, String)>, Vec<String>) {
    let Some(tab) = head.table("import") else { return (Vec::new(), Vec::new()) };
    let parts = |field: &Field| match field.control {
        Control::Period => {
            vec![field.key.clone(), format!("{}.from", field.key), format!("{}.until", field.key)]
        }
        _ => vec![field.key.clone()],
    };
    let known: Vec<String> = of.fields.iter().filter(|field| !field.step_only).flat_map(parts).collect();
    let check = |name: &str, at: &At| {
        if !known.iter().any(|one| one == name) {
            let near = crate::pack::did_you_mean(name, known.iter().map(String::as_str));
            tab.desk.say(at, format!("没有填写项“{name}”"), near);
        }
    };
    let columns = tab.pairs("columns").into_iter().map(|(heading, name, at)| {
        check(&name, &at);
        (heading, name)
    });
    let columns = columns.collect();
    let same_as = tab.texts("same_as");
    same_as.iter().for_each(|name| check(name, &tab.at("same_as")));
    (columns, same_as)
}

/// Reads `[remind]`.
pub(super) fn reminders(head: &Tab<'_>) -> Vec<Reminder> {
    let all = head.entries("remind").into_iter().map(|(key, tab)| {
        let queue = tab.refer("when", Ref::QUEUE);
        let words = tab.text("every");
        let every = every(&words).unwrap_or_else(|| {
            tab.desk.say(&tab.at("every"), format!("看不懂“{words}”"), "写成“每月 1 日”或者“每周一”");
            Every::Month(1)
        });
        let who = tab.texts("who");
        for word in who.iter().filter(|word| !tab.desk.names(Ref::ROLE).contains(word)) {
            tab.desk.refer(Ref::RECIPIENT, word, &tab.at("who"));
        }
        let notice = sentences::sentence(&tab, "notice");
        let source = tab.source();
        let summary = format!("{words}：{notice}（本单位开启后才发）");
        tab.desk.item(ItemKind::setting("提醒"), &key, &words, &source, summary, &tab.at(""));
        Reminder { key, queue, every, who, notice }
    });
    all.collect()
}

fn every(words: &str) -> Option<Every> {
    if let Some(day) = words.strip_prefix("每月").and_then(|rest| rest.trim().strip_suffix('日')) {
        return day.trim().parse().ok().filter(|day| (1..=28).contains(day)).map(Every::Month);
    }
    let day = words.strip_prefix("每周")?.trim();
    let nth = DAYS.iter().position(|known| *known == day)?;
    i8::try_from(nth + 1).ok().map(Every::Week)
}
