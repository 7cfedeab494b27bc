//! What a published version forbids a new one: what has been filled in must stay readable, and a version is one content.

use super::closed::Closed as _;
use super::definition::Definition;
use super::finding::{At, Finding};
use super::whole::Pack;

/// Everything in which a new version contradicts a published one.
pub fn against(new: &Pack, published: &Pack) -> Vec<Finding> {
    let mut findings = Vec::new();
    if new.version == published.version && new.files != published.files {
        let at = place(new, "pack.toml", "version");
        let message = format!("版本 {} 已经发布，内容不能再改", new.version);
        findings.push(at.finding(message, "请换一个新的版本号，并写明从哪一天起施行"));
    }
    for old in published.definitions.iter().filter(|old| !old.coded) {
        if let Some(of) = new.definitions.iter().find(|of| of.key == old.key) {
            fields(new, of, old, &mut findings);
        }
    }
    findings
}

fn fields(new: &Pack, of: &Definition, old: &Definition, findings: &mut Vec<Finding>) {
    for before in &old.fields {
        let Some(field) = of.field(&before.key) else {
            let message = format!("“{}”的填写项“{}”已经启用，不能删去", of.title, before.label);
            let remedy = format!("请保留 {}，写 retired = \"停用日期\"；填过的内容照样看得到", before.key);
            findings.push(place(new, &of.file, "fields").finding(message, remedy));
            continue;
        };
        if field.control != before.control {
            let (was, is) = (before.control.word(), field.control.word());
            let message =
                format!("“{}”的填写项“{}”已经启用，类型不能从“{was}”改成“{is}”", of.title, field.label);
            findings.push(
                place(new, &of.file, &field.key)
                    .finding(message, "请改回原来的类型；要换类型的，另设一个填写项，把这个写成 retired"),
            );
        }
        if before.personal && !field.personal {
            let message =
                format!("“{}”的填写项“{}”填过个人信息，不能改成不是个人信息", of.title, field.label);
            findings.push(place(new, &of.file, &field.key).finding(message, "请保留 personal = true"));
        }
    }
}

/// Where a key is written.
fn place(pack: &Pack, file: &str, key: &str) -> At {
    let text = pack.files.get(file).map(String::as_str).unwrap_or_default();
    let written = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
            || line.starts_with(&format!("[{key}"))
    };
    let line = text.lines().position(written).map_or(1, |nth| nth + 1);
    At { file: file.to_owned(), line, key: key.to_owned() }
}
