//! A new version against a published one: what has been filled in stays readable, and a version is one content.

use super::small::{files, read, shown};
use crate::pack::{Finding, against};

const FILE: &str = "procedures/opinions.toml";

/// A text, and what stands in its place.
type Change = (&'static str, &'static str);

/// What is said of the small pack with these texts in place of others, under a version of its own or the same.
fn said(version: &str, changes: &[Change]) -> Vec<Finding> {
    let mut new = files();
    let head = new["pack.toml"].replace("\"2026.1.1\"", &format!("\"{version}\""));
    new.insert(String::from("pack.toml"), head);
    for (from, to) in changes {
        let text = &new[FILE];
        assert!(text.contains(from), "{FILE} no longer has: {from}");
        let text = text.replacen(from, to, 1);
        new.insert(String::from(FILE), text);
    }
    against(&read(&new), &read(&files()))
}

#[test]
fn what_was_published_stays_readable() {
    let removed = [
        ("[fields.company_code]\nlabel = \"企业代码\"\ntype  = \"企业代码\"\n", ""),
        ("\"company_code\", ", ""),
    ];
    let refused: [(&[Change], &str, &str); 4] = [
        (
            &[("type      = \"日期\"", "type      = \"时刻\"")],
            "“发生日期”已经启用，类型不能从“日期”改成“时刻”",
            "另设一个填写项",
        ),
        (&[("\"电话\"\npersonal   = true", "\"电话\"")], "“联系电话”填过个人信息", "personal = true"),
        (
            &[("\"单行文本\"\npersonal   = true", "\"单行文本\"")],
            "“联系人姓名”填过个人信息",
            "personal = true",
        ),
        (&removed, "“企业代码”已经启用，不能删去", "retired = "),
    ];
    for (changes, message, remedy) in refused {
        let found = said("2026.2.1", changes);
        let right = |one: &Finding| {
            one.file == FILE && one.message.contains(message) && one.suggestion.contains(remedy)
        };
        assert!(matches!(found.as_slice(), [one] if right(one)), "{message}: {}", shown(&found));
    }
}

#[test]
fn what_may_change_may_change() {
    let retired = ("type  = \"企业代码\"\n", "type  = \"企业代码\"\nretired = \"2026-12-31\"\n");
    let label = ("label    = \"涉及人数\"", "label    = \"人数\"");
    let more = (
        "[fields.people]",
        "[fields.place]\nlabel = \"地点\"\ntype = \"单行文本\"\nmax = 60\n\n[fields.people]",
    );
    let asked = ("\"until\", \"advice\"]", "\"until\", \"advice\", \"place\"]");
    let found = said("2026.2.1", &[retired, label, more, asked]);
    assert!(found.is_empty(), "{}", shown(&found));
}

#[test]
fn a_version_is_one_content() {
    assert!(said("2026.1.1", &[]).is_empty());
    let found = said("2026.1.1", &[("label    = \"涉及人数\"", "label    = \"人数\"")]);
    assert!(
        matches!(found.as_slice(), [one] if one.file == "pack.toml" && one.message.contains("已经发布，内容不能再改")),
        "{}",
        shown(&found)
    );
}
