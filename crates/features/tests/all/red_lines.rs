//! The red lines that this much of the product touches, each with its number in the domain's list.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use huitong_features::base::identity::Office;
use huitong_kernel::http::openapi;
use huitong_testkit::db_test;
use huitong_testkit::door::Person;
use huitong_testkit::page::words;
use serde_json::{Value as Json, json};

use crate::cast::Cast;
use crate::pages::{self, Page};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn everybody(cast: &Cast) -> Vec<Person> {
    let unit = Office::unit(&cast.app.unit("social_work"));
    ["system_admin", "policy_admin", "city_leader", "registrar"]
        .into_iter()
        .map(|role| cast.app.somebody(&role.replace('_', "-"), role, role, &unit))
        .collect()
}

db_test! {
    // One city and one drawing of every page for all lines: these pages take longer than all that is asked of them.
    fn every_red_line_holds(db) {
        let cast = Cast::new(db);
        let pages = pages::all(&cast, &everybody(&cast));
        assert!(pages.len() > 300, "{} pages", pages.len());
        line_2_nothing_secret_is_asked_for_and_everywhere_it_is_said(&cast, &pages);
        line_3_persons_get_no_score_and_no_label(&cast, &pages);
        line_5_nothing_ranks_units(&cast, &pages);
        line_7_a_demo_says_so_on_every_page_and_names_nobody_real(&pages);
        line_9_no_emblem_and_no_red_outside_of_party_pages(&pages);
    }
}

/// Files of a folder with these endings, and what they say.
fn files(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn refuse(pages: &[Page], what: &str, wrong: impl Fn(&Page) -> bool) {
    let names: Vec<&str> = pages.iter().filter(|page| wrong(page)).map(|page| page.name.as_str()).collect();
    assert!(names.is_empty(), "{what}: {names:#?}");
}

/// 2. 涉密不上网：no field for a class of secrecy, a notice at every free text and upload, a marking stops.
fn line_2_nothing_secret_is_asked_for_and_everywhere_it_is_said(cast: &Cast, pages: &[Page]) {
    let pack = cast.app.city.pack();
    for form in pack.definitions.iter().flat_map(|of| &of.forms) {
        for field in &form.fields {
            let said = format!("{} {} {}", field.key, field.label, field.hint);
            let asks = ["密级", "份号", "定密", "保密期限", "secrecy", "classified"]
                .iter()
                .any(|w| said.contains(w));
            assert!(!asks, "{}.{} asks for what may not be here", form.key, field.key);
        }
    }
    refuse(pages, "a field for a class of secrecy", |page| {
        let labels =
            page.html.split("<label").skip(1).map(|rest| rest.split("</label>").next().unwrap_or_default());
        labels.map(words).any(|label| label.contains("密级") || label.contains("份号"))
    });
    let takes = |page: &Page| page.html.contains("<textarea") || page.html.contains("type=\"file\"");
    assert!(pages.iter().filter(|page| takes(page)).count() > 20);
    refuse(pages, "free text or upload without 涉密不上网", |page| {
        takes(page) && !page.html.contains("涉密不上网")
    });
    let stopped =
        cast.app.post("/api/v1/appeals").json(&Cast::appeal(&json!({"title": "机密★文件的办理"}))).send();
    assert!(stopped.expect(422).text().contains("转线下办理"));
    let plain = cast
        .app
        .post("/api/v1/appeals")
        .json(&Cast::appeal(&json!({"title": "商业秘密被侵犯请求协助"})))
        .send();
    assert_eq!(plain.status, 201, "商业秘密 is an ordinary word");
}

/// Every property name of the interface's document.
fn names(document: &Json, found: &mut BTreeSet<String>) {
    match document {
        Json::Object(members) => {
            for (name, inner) in members {
                if name == "properties" {
                    found.extend(inner.as_object().unwrap().keys().cloned());
                }
                names(inner, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// 3. Persons get no score and no label.
fn line_3_persons_get_no_score_and_no_label(cast: &Cast, pages: &[Page]) {
    let pack = cast.app.city.pack();
    let document = openapi::document(&cast.app.city.policy().routes, &pack, "test");
    let mut keys = BTreeSet::new();
    names(&document, &mut keys);
    assert!(keys.len() > 50);
    for key in &keys {
        let words: Vec<&str> = key.split('_').collect();
        let judges = [
            "score",
            "rating",
            "rank",
            "risk",
            "level",
            "tag",
            "tags",
            "grade",
            "credit",
            "points",
            "blacklist",
            "repeat",
        ];
        assert!(!words.iter().any(|word| judges.contains(word)), "the interface says {key}");
    }
    let labels = [
        "得分",
        "打分",
        "信用分",
        "画像",
        "黑名单",
        "白名单",
        "重点人",
        "缠访",
        "闹访",
        "职业投诉人",
        "重复投诉人",
        "标签",
    ];
    for label in labels {
        refuse(pages, &format!("a page says {label}"), |page| {
            // 不得分派 is another word.
            page.text.replace("不得分派", "").contains(label)
        });
    }
    // The published duties speak of indicators of associations; no page speaks of any other score.
    refuse(pages, "a page speaks of scores", |page| {
        page.text.replace("重点监管指标评分", "").replace("评分表", "").contains("评分")
    });
}

/// 5. Nothing ranks departments or towns: no page, no order, no check-in, no read receipt that is forced.
fn line_5_nothing_ranks_units(cast: &Cast, pages: &[Page]) {
    for route in cast.app.city.policy().routes.all() {
        let said = format!("{} {} {}", route.path, route.act, route.summary);
        for word in [
            "rank",
            "league",
            "leaderboard",
            "checkin",
            "check-in",
            "receipt/force",
            "排名",
            "排行",
            "打卡",
            "考核",
        ] {
            assert!(!said.contains(word), "{said} ranks or polices");
        }
    }
    for sort in ["unit", "unit_name", "overdue", "rate", "solved", "satisfied", "count", "-count"] {
        let answer = cast.app.get(&format!("/api/v1/appeals?sort={sort}")).token(&cast.supervisor).send();
        assert_eq!(answer.status, 422, "a list is ordered by {sort}");
    }
    let sorts: BTreeSet<&str> =
        huitong_features::growth::appeals::APPEALS.sorts.iter().map(|sort| &*sort.name).collect();
    assert_eq!(
        sorts,
        BTreeSet::from(["due_at", "submitted_at", "updated_at"]),
        "cases are ordered by time alone"
    );
    for word in ["排名", "排行", "名次", "红黑榜", "末位", "先进单位", "打卡", "签到", "已读回执"]
    {
        refuse(pages, &format!("a page says {word}"), |page| page.text.contains(word));
    }
}

/// 7. The demo accuses nobody: an invented city that says so on every page.
fn line_7_a_demo_says_so_on_every_page_and_names_nobody_real(pages: &[Page]) {
    refuse(pages, "a page of the demo without 演示数据", |page| !page.html.contains("演示数据"));
    refuse(pages, "a page of the demo names 成都", |page| page.text.contains("成都"));
    let names = |file: &str| -> Vec<String> {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
        rows.filter_map(|row| row.split(',').nth(1).map(str::to_owned)).collect()
    };
    let mut real = names("pack/chengdu/city/units.csv");
    real.extend(names("pack/chengdu/city/divisions.csv"));
    real.extend(["成都", "蓉", "四川", "天府", "510100"].map(str::to_owned));
    assert!(real.len() > 50);
    let invented = files("pack/jinning", &[".toml", ".csv"]);
    assert!(invented.len() > 15);
    for (path, text) in invented {
        for name in &real {
            assert!(!text.contains(name.as_str()), "{} names {name}", path.display());
        }
    }
}

/// 9. No emblems, and red is the colour of party-building pages alone.
fn line_9_no_emblem_and_no_red_outside_of_party_pages(pages: &[Page]) {
    let icons = std::fs::read_to_string(root().join("web/icons.txt")).unwrap();
    for icon in icons.lines() {
        let emblem =
            ["flag", "hammer", "sickle", "emblem", "medal", "crown"].iter().any(|word| icon.contains(word));
        assert!(!emblem, "the icon {icon}");
    }
    for (path, text) in files("web", &[".svg"]) {
        assert!(!text.contains("#b8161c") && !text.contains("var(--red)"), "{} is red", path.display());
    }
    for (path, text) in files("web/css", &[".css"]) {
        for rule in text.split('}').filter(|rule| rule.contains("var(--red)")) {
            let selector = rule.split('{').next().unwrap_or_default();
            let of_party = selector.contains(".red") || selector.contains("party");
            assert!(of_party, "{}: {selector} is red", path.display());
        }
    }
    refuse(pages, "a red link", |page| page.html.contains("class=\"red\""));
    refuse(pages, "a picture", |page| {
        let sources = page.html.split("<img").skip(1).filter_map(|rest| rest.split("src=\"").nth(1));
        sources.filter_map(|rest| rest.split('"').next()).any(|source| source != "/assets/mark.svg")
    });
    refuse(pages, "an emblem in words", |page| {
        let text = &page.text;
        ["党徽", "党旗", "国旗", "国徽", "☭"].iter().any(|word| text.contains(word))
    });
}
