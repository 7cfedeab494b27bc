//! A new version against a published one: what has been filled in stays readable, and a version is one content.

use super::small::{files, read, shown};
use crate::pack::{Finding, against};

const FILE: &str = "procedures/opinions.toml";
const REGISTER: &str = "registers/stations.toml";

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
fn what_a_register_was_filled_in_with_stays_readable_rows_within_too() {
    let within =
        files()[REGISTER].split_once("[within.check]").unwrap().1.split_once("[facts]").unwrap().0.to_owned();
    let facts =
        files()[REGISTER].split_once("[facts]").unwrap().1.split_once("[rules.once]").unwrap().0.to_owned();
    let within: &'static str = String::leak(format!("[within.check]{within}"));
    let facts: &'static str = String::leak(format!("[facts]{facts}"));
    let refused: [(&[Change], &str, &str, &str); 5] = [
        (
            &[("type = \"电话\", personal = true", "type = \"电话\"")],
            "“联系电话”填过个人信息",
            "phone",
            "personal = true",
        ),
        (
            &[(
                "席位\", type = \"整数\", unit = \"个\", at_least = 1, at_most = 99",
                "席位\", type = \"日期\"",
            )],
            "“席位”已经启用，类型不能从“整数”改成“日期”",
            "seats   =",
            "另设一个填写项",
        ),
        (
            &[(
                "cost       = { label = \"花费\", type = \"金额\"",
                "cost       = { label = \"花费\", type = \"整数\"",
            )],
            "“检查”的填写项“花费”已经启用，类型不能",
            "cost       =",
            "另设一个填写项",
        ),
        (
            &[
                ("found      = { label = \"情况\", type = \"单行文本\", max = 60, required = true }\n", ""),
                ("检查：{found}", "检查"),
            ],
            "“检查”的填写项“情况”已经启用，不能删去",
            "[within.check.fields]",
            "retired = ",
        ),
        (
            &[
                (within, ""),
                (facts, ""),
                ("[acts.check]\nlabel  = \"记一次检查\"\nwithin = \"check\"\n", ""),
                ("，检查过 {checks}", ""),
                ("\"seats\", \"checks\"]", "\"seats\"]"),
                (", { fact = \"last_check\", known = false }", ""),
            ],
            "“窗口”的明细“检查”已经启用，不能删去",
            "[fields]",
            "[within.check]",
        ),
    ];
    for (changes, message, on, remedy) in refused {
        let mut new = files();
        let mut text = new[REGISTER].clone();
        for (from, to) in changes {
            text = text.replacen(from, to, 1);
        }
        new.insert(String::from(REGISTER), text.clone());
        // The story goes where its rows go.
        let examples = new["examples/stations.toml"].clone();
        let cut = examples.find("[[stories.steps]]\nat = \"2025-03-14 10:00\"").unwrap();
        let rest = examples.find("\n[[stories]]\nof    = \"round\"").unwrap();
        new.insert(
            String::from("examples/stations.toml"),
            format!("{}{}", &examples[..cut], &examples[rest..]),
        );
        new.insert(String::from("pack.toml"), new["pack.toml"].replace("\"2026.1.1\"", "\"2026.2.1\""));
        let found = against(&read(&new), &read(&files()));
        let line = text.lines().position(|line| line.contains(on)).map_or(0, |nth| nth + 1);
        let right = |one: &Finding| {
            one.line == line && one.message.contains(message) && one.suggestion.contains(remedy)
        };
        assert!(
            matches!(found.as_slice(), [one] if one.file == REGISTER && right(one)),
            "{message} on {line}: {}",
            shown(&found)
        );
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
