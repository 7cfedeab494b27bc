//! The small pack of the kernel's tests, the code it may name, and how it is broken on purpose.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use crate::condition::FactDef;
use crate::pack::reader::{Ref, sheet};
use crate::pack::{
    Finding, LimitWord, Needed, Pack, Part, PartReader, Question, Reading, Vocabulary, Words, needs,
    read_files, words,
};

/// The counters of the small pack: what a capability reads of it by itself.
pub(crate) struct Counters(pub BTreeMap<String, String>);

const COUNTER: Ref = Ref::new("窗口", "在 counters.csv 里登记");

fn counters(on: &Reading<'_>) -> Part {
    let rows = on
        .shelf
        .take(on.desk, "counters.csv")
        .map(|file| sheet::rows(on.desk, file, &["代码", "名称", "依据", "来源"]));
    let named = rows.unwrap_or_default().into_iter().map(|row| {
        on.desk.define(COUNTER, &row.text("代码"), &row.at("代码"));
        row.source();
        (row.text("代码"), row.text("名称"))
    });
    Part::new(Counters(named.collect()), Vec::new())
}

fn named(pack: &Pack) -> Vec<(String, String)> {
    pack.of::<Counters>().map(|all| all.0.clone().into_iter().collect()).unwrap_or_default()
}

/// Everything the small pack may name.
pub(crate) fn vocabulary() -> Vocabulary {
    let acts = [
        ("association.view", "查看协会"),
        ("user.list", "查看账户"),
        ("desk.view", "进入工作台"),
        ("account.manage", "管理本人账户"),
        ("errand.begin", "交办"),
        ("errand.finish", "办完"),
    ];
    let counter = Question {
        key: "counter",
        about: COUNTER,
        answer: |pack, key| {
            named(pack).into_iter().find(|(known, _)| known == key).map(|(_, name)| name).unwrap_or_default()
        },
        required: named,
    };
    Vocabulary {
        acts: words(&acts),
        procedures: vec![any_procedure(), any_register(), errands()],
        parts: vec![PartReader { read: counters }],
        questions: vec![counter],
        addresses: vec![String::from("desk")],
        needs: [
            needs(Needed::Field, &[("errand_begin.what", "交办")]),
            needs(Needed::List, &[("kinds", "统计")]),
            needs(Needed::Choice, &[("kinds.表扬", "光荣榜")]),
            needs(Needed::Warning, &[("no_secrets", "涉密提示")]),
            needs(Needed::Duty, &[("DO-02", "责任查询")]),
            needs(Needed::UnitKind, &[("department", "责任查询")]),
        ]
        .concat(),
    }
}

/// What a definition without code of its own may name.
fn any_procedure() -> Words {
    Words {
        facts: vec![
            FactDef::choice_of("state", "办理状态", "states").column("state"),
            FactDef::unit("unit", "承办单位").column("unit"),
            FactDef::instant("due_at", "到期时间").column("due_at"),
            FactDef::flag("answered", "答复过"),
        ],
        guards: words(&[("complete", "材料齐全"), ("quiet", "没有争议")]),
        effects: words(&[("archive", "归档"), ("publish", "公开")]),
        recipients: words(&[("提出人", "提出人")]),
        placeholders: words(&[("actor", "办理人"), ("state_label", "状态")]),
        column: Some(|field| field.indexed.then(|| field.key.clone())),
        ..Words::default()
    }
}

/// What a register may name.
fn any_register() -> Words {
    Words {
        entries: true,
        facts: vec![
            FactDef::choice_of("state", "状态", "states").column("state"),
            FactDef::unit("unit", "单位").column("unit"),
            FactDef::date("from_on", "起始日").column("from_on"),
        ],
        recipients: words(&[("提出人", "提出人")]),
        placeholders: words(&[("actor", "办理人"), ("from_on", "起始日")]),
        column: Some(|field| field.indexed.then(|| field.key.clone())),
        ..Words::default()
    }
}

/// What the code of errands knows.
fn errands() -> Words {
    Words {
        key: Some("errand"),
        facts: vec![FactDef::flag("urgent", "着急"), FactDef::choice_of("kind", "类型", "kinds")],
        marks: words(&[("paid", "已付款")]),
        placeholders: words(&[("actor", "办理人")]),
        lengths: vec![LimitWord { word: "按类型", fact: "kind", length: "answer" }],
        ..Words::default()
    }
}

/// Its files.
pub(crate) fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pack-in-small");
    read_files(&folder).unwrap_or_else(|findings| panic!("{}", shown(&findings)))
}

/// The pack.
pub(crate) fn pack() -> Pack {
    read(&files())
}

pub(super) fn read(files: &BTreeMap<String, String>) -> Pack {
    Pack::from_files(files, &vocabulary()).unwrap_or_else(|findings| panic!("{}", shown(&findings)))
}

pub(super) fn findings(files: &BTreeMap<String, String>) -> Vec<Finding> {
    Pack::from_files(files, &vocabulary()).map(|_| Vec::new()).unwrap_or_else(|findings| findings)
}

pub(super) fn shown(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The small pack with a text in place of another.
pub(super) fn changed(file: &str, from: &str, to: &str) -> BTreeMap<String, String> {
    let mut files = files();
    let text = &files[file];
    assert!(text.contains(from), "{file} no longer has: {from}");
    let text = text.replacen(from, to, 1);
    files.insert(file.to_owned(), text);
    files
}

/// One way of breaking the small pack.
pub(super) struct Break {
    /// File that is changed.
    pub file: &'static str,
    /// What stands in it.
    pub from: &'static str,
    /// What stands there instead.
    pub to: Cow<'static, str>,
    /// A text on the line that the finding must name, in the file as it is after the change.
    pub on: &'static str,
    /// Part of the message.
    pub says: &'static str,
    /// Part of the remedy.
    pub remedy: &'static str,
}

/// `breaks!["file": "from" => "to", on "line", says "message", remedy "remedy"; …]`.
macro_rules! breaks {
    ($($file:literal: $from:literal => $to:expr, on $on:literal, says $says:literal, remedy $remedy:literal;)*) => {
        &[$($crate::pack::tests::small::Break {
            file: $file, from: $from, to: $to.into(), on: $on, says: $says, remedy: $remedy
        }),*]
    };
}
pub(super) use breaks;

/// Breaks the pack in each way: one mistake is one finding, at its line, with its remedy. Says all that was not so.
pub(super) fn check_all(breaks: &[Break]) {
    let wrong: Vec<String> = breaks.iter().filter_map(|one| check(one).err()).collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), breaks.len(), wrong.join("\n\n"));
}

fn check(one: &Break) -> Result<(), String> {
    let Break { file, from, to, on, says, remedy } = one;
    let files = changed(file, from, to);
    let line = files[*file].lines().position(|line| line.contains(on)).map_or(0, |line| line + 1);
    let found = findings(&files);
    let right = |finding: &Finding| {
        finding.file == *file
            && finding.line == line
            && finding.message.contains(says)
            && finding.suggestion.contains(remedy)
    };
    match found.as_slice() {
        [only] if line > 0 && right(only) => Ok(()),
        _ => Err(format!(
            "{file}:{line} should say “{says}” and “{remedy}” and no more, but:\n{}",
            shown(&found)
        )),
    }
}
