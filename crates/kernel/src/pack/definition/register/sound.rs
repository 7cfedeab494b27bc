//! A register as a whole, and rows within: what is refused of them alone.

use super::super::sound::{MOST_LINES, asked, discreet, named, ordered, written};
use super::super::{Definition, Keeping};
use crate::pack::closed::Closed as _;
use crate::pack::stands_for::StandsFor;
use crate::pack::table::Tab;

/// A register as a whole: entries come into it, end only where they hold for a time, and nothing says too much.
pub(in crate::pack::definition) fn register(head: &Tab<'_>, of: &Definition, children: &[Definition]) {
    let say = |key: &str, what: String, remedy: &str| head.desk.say(&head.at(key), what, remedy);
    if of.lines > MOST_LINES {
        say(
            "key",
            format!("文件有 {} 行", of.lines),
            "一本台账的定义不超过 250 行；请拆成两本，或者由程序单做",
        );
    }
    let has = |keeping: &Keeping| of.acts.iter().any(|act| act.keeping.as_ref() == Some(keeping));
    if !has(&Keeping::Add) {
        say("acts", "没有新增的一步".to_owned(), "请补上 [acts.add]，写 does = \"新增\"");
    }
    let validity = of.standing_for(StandsFor::Validity).is_some();
    if has(&Keeping::End) && !validity {
        say(
            "acts",
            "没有有效期，不能结束".to_owned(),
            "请设一个“期间”填写项，写 stands_for = \"有效期\"；或者删去这一步",
        );
    }
    if of.once.as_ref().is_some_and(|once| once.over) && !validity {
        say(
            "rules",
            "没有有效期，不能按有效期查重".to_owned(),
            "请设一个“期间”填写项，写 stands_for = \"有效期\"",
        );
    }
    for child in children {
        let name = child.key.rsplit('.').next().unwrap_or_default();
        if of.act(name).is_none() {
            let remedy = format!("请补上 [acts.{name}]，写 within = \"{name}\"");
            say("within", format!("没有哪一步记“{}”", child.title), &remedy);
        }
    }
    let twice = of.standing_for(StandsFor::Association).is_some()
        && of.register.as_ref().is_some_and(|register| register.associations_of.is_some());
    if twice {
        say("derive", "协会既由填写项定，又由别的台账定".to_owned(), "请只留一个");
    }
    if of.alone.is_some() && !of.is_about_associations() {
        say(
            "rules",
            "不知道是哪家协会的，不能要求独自一条".to_owned(),
            "请设填写项“协会”，或者删去 [rules.alone]",
        );
    }
    named(head, of);
    asked(head, of);
    ordered(head, of, &[]);
    discreet(head, of);
    super::super::tab::filed(head, of);
}

/// Rows that lie within an entry.
pub(in crate::pack::definition) fn row(tab: &Tab<'_>, of: &Definition) {
    kept(tab, of);
    ordered(tab, of, &["from_on", "until_on"]);
    named(tab, of);
    discreet(tab, of);
}

/// Fields whose columns only one thing can fill.
fn kept(tab: &Tab<'_>, of: &Definition) {
    for (nth, field) in of.fields.iter().enumerate() {
        let Some(stands) = field.stands_for else { continue };
        if of.fields.iter().take(nth).any(|other| other.stands_for == Some(stands)) {
            let message = format!("“{}”和另一项都当作“{}”", field.label, stands.word());
            tab.desk.say(&written(tab, field), message, "请只在其中一个写 stands_for");
        }
    }
}
