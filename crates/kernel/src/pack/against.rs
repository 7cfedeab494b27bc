//! What a published version forbids a new one: what has been filled in must stay readable, and a version is one content.

use super::closed::Closed as _;
use super::definition::Definition;
use super::finding::{At, Finding};
use super::whole::Pack;

/// Everything in which a new version contradicts a published one.
pub fn against(new: &Pack, published: &Pack) -> Vec<Finding> {
    let mut findings = Vec::new();
    if new.version == published.version && new.files != published.files {
        let at = place(new, "pack.toml", "", "version");
        let message = format!("版本 {} 已经发布，内容不能再改", new.version);
        findings.push(at.finding(message, "请换一个新的版本号，并写明从哪一天起施行"));
    }
    for old in published.definitions.iter().filter(|old| !old.coded) {
        if let Some(of) = new.definition(&old.key) {
            fields(new, of, old, &mut findings);
            continue;
        }
        // A register that is gone is still read as it was; one that goes on keeps what lies within its entries.
        if let Some(whole) = new.definition(old.family()).filter(|_| !old.stands_alone()) {
            let message = format!("“{}”的明细“{}”已经启用，不能删去", whole.title, old.title);
            let remedy = format!("请保留 [within.{}]；不再记的，从 [may] 里删去记这一条的权限", old.short());
            findings.push(place(new, &whole.file, "fields", "fields").finding(message, remedy));
        }
    }
    findings
}

/// The table in which the fields of a definition are written.
fn table(of: &Definition) -> String {
    if of.family() == of.key { String::from("fields") } else { format!("within.{}.fields", of.short()) }
}

fn fields(new: &Pack, of: &Definition, old: &Definition, findings: &mut Vec<Finding>) {
    let table = table(of);
    for before in &old.fields {
        let Some(field) = of.field(&before.key) else {
            let message = format!("“{}”的填写项“{}”已经启用，不能删去", of.title, before.label);
            let remedy = format!("请保留 {}，写 retired = \"停用日期\"；填过的内容照样看得到", before.key);
            findings.push(place(new, &of.file, &table, &table).finding(message, remedy));
            continue;
        };
        if field.control != before.control {
            let (was, is) = (before.control.word(), field.control.word());
            let message =
                format!("“{}”的填写项“{}”已经启用，类型不能从“{was}”改成“{is}”", of.title, field.label);
            findings.push(
                place(new, &of.file, &table, &field.key)
                    .finding(message, "请改回原来的类型；要换类型的，另设一个填写项，把这个写成 retired"),
            );
        }
        if before.personal && !field.personal {
            let message =
                format!("“{}”的填写项“{}”填过个人信息，不能改成不是个人信息", of.title, field.label);
            findings
                .push(place(new, &of.file, &table, &field.key).finding(message, "请保留 personal = true"));
        }
    }
}

/// Where a key is written, from the head of a table on.
fn place(pack: &Pack, file: &str, table: &str, key: &str) -> At {
    let text = pack.files.get(file).map(String::as_str).unwrap_or_default();
    let written = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
            || line.starts_with(&format!("[{key}"))
    };
    let from = text
        .lines()
        .position(|line| !table.is_empty() && line.trim_start().starts_with(&format!("[{table}")));
    let from = from.unwrap_or_default();
    let line = text.lines().skip(from).position(written).map_or(1, |nth| from + nth + 1);
    At { file: file.to_owned(), line, key: key.to_owned() }
}
