//! Words that must not reach a screen, and fields that must not exist.

use crate::tree::{File, Finding, Rule, Tree};

pub const OFFICIAL: Rule =
    Rule { sentence: "Officials would not use this word; the better one stands beside it.", find: official };

pub const CITY: Rule = Rule {
    sentence: "Names of the city and of its platforms are words of the city file (pack/*/city/), nowhere else.",
    find: city,
};

pub const SECRECY: Rule = Rule {
    sentence: "What is secret does not come here, so there is no field for its level or copy number anywhere.",
    find: secrecy,
};

/// Spelled in two halves, so that this list does not break its own rule.
const NOT_BUT: [(&str, &str, &str); 11] = [
    ("退单待", "裁定", "派单异议待审核"),
    ("转", "派", "派单; 转办 between units"),
    ("已超", "时", "已超期"),
    ("两", "无", "待明确行业管理部门, 待落实事项"),
    ("缺", "口", "待明确行业管理部门, 待落实事项"),
    ("责任", "地图", "责任关系查询"),
    ("风险", "画像", "风险研判"),
    ("匿名", "投票", "无记名测评"),
    ("社工", "部", "社会工作部"),
    ("重点监管", "名录", "重点管理目录清单"),
    ("客观无法", "解决", "因客观原因暂不能解决"),
];

/// Files whose text people read.
fn speaks(file: &File) -> bool {
    let kinds = [".html", ".toml", ".csv", ".rs", ".js", ".typ"];
    (file.ends_with(&kinds) || (file.path.starts_with("pack/") && file.path.ends_with(".md")))
        && !file.is_test()
}

fn places(file: &File, word: &str, what: &str) -> Vec<Finding> {
    file.lines().filter(|(_, line)| line.contains(word)).map(|(n, _)| file.finding(n, what)).collect()
}

fn official(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|f| speaks(f)) {
        for (head, tail, but) in NOT_BUT {
            // What a person lacks is an ordinary word in an appeal; what an association lacks is not, on our pages.
            if head == "缺" && file.path.starts_with("pack/") {
                continue;
            }
            let word = format!("{head}{tail}");
            found.extend(places(file, &word, &format!("{word} → {but}")));
        }
    }
    found
}

fn city(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let of_the_city = |f: &&File| !(f.path.starts_with("pack/") && f.path.contains("/city/"));
    for file in tree.files.iter().filter(|f| speaks(f)).filter(of_the_city) {
        let word = format!("蓉会{}", "通");
        found.extend(places(file, &word, &word));
    }
    found
}

/// Where the fields of definitions are read.
const READER: &str = "crates/kernel/src/pack/markings.rs";

fn secrecy(tree: &Tree) -> Vec<Finding> {
    let names =
        [("密", "级"), ("份", "号"), ("secrecy_", "level"), ("secret_", "level"), ("copy_", "number")];
    let mut found = Vec::new();
    // The list of stop markings must say what it stops, the page that explains packs what they may not hold.
    let explains = |f: &&File| f.ends_with(&["/markings.toml", "/README.md"]);
    let all = |f: &&File| (speaks(f) || f.ends_with(&[".sql", ".json"])) && !explains(f);
    for file in tree.files.iter().filter(all) {
        for (head, tail) in names {
            let word = format!("{head}{tail}");
            // The reader's list of what no field may ask for must name it.
            let forbids = |line: &&str| line.starts_with("const FORBIDDEN") && file.path == READER;
            // The citizen's number (公民身份号码) holds one of them by chance.
            let without_chance = |line: &str| line.replace("身份号", "").contains(&word);
            let lines = file.lines().filter(|(_, line)| without_chance(line) && !forbids(line));
            found.extend(lines.map(|(number, _)| file.finding(number, &word)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_refused_where_people_read_it() {
        for (head, tail, _) in NOT_BUT {
            let text = format!("<h1>{head}{tail}</h1>");
            assert!(OFFICIAL.refuses(&[("crates/features/src/base/units/pages/list.html", &text)]), "{text}");
            let in_pack = OFFICIAL.refuses(&[("pack/chengdu/words.toml", &text)]);
            assert_eq!(in_pack, head != "缺", "{text}");
        }
        assert!(!OFFICIAL.refuses(&[("pack/chengdu/words.toml", "转办 派单 已超期 社会工作部")]));
    }

    #[test]
    fn the_platform_name_is_refused_outside_the_city_file() {
        let text = format!("name = \"蓉会{}\"", "通");
        assert!(CITY.refuses(&[("web/layout/base.html", &text)]));
        assert!(!CITY.refuses(&[("pack/chengdu/city/city.toml", &text)]));
    }

    #[test]
    fn a_field_for_secrets_is_refused() {
        assert!(SECRECY.refuses(&[("pack/chengdu/forms/a.toml", &format!("label = \"密{}\"", "级"))]));
        assert!(SECRECY.refuses(&[("migrations/0002_b.sql", &format!("secrecy_{} TEXT", "level"))]));
        assert!(!SECRECY.refuses(&[("pack/chengdu/stops.toml", "marking = \"绝密★\"")]));
        assert!(!SECRECY.refuses(&[("web/macros/field.html", "公民身份号码")]));
        let forbids = format!("const FORBIDDEN: [&str; 1] = [\"密{}\"];", "级");
        assert!(!SECRECY.refuses(&[(READER, &forbids)]));
        assert!(SECRECY.refuses(&[(READER, &format!("label: \"密{}\"", "级"))]));
        assert!(SECRECY.refuses(&[("crates/kernel/src/pack/lists.rs", &forbids)]));
        let explains = format!("- 不能登记：密{}。", "级");
        assert!(!SECRECY.refuses(&[("pack/chengdu/README.md", &explains)]));
        assert!(SECRECY.refuses(&[("pack/chengdu/forms.toml", &explains)]));
    }
}
