//! The shipped policy and the demo's city are sound, their examples hold, and they say what was decided.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::vocabulary::vocabulary;
use crate::condition::{Frame, Value, sql};
use crate::pack::{Chosen, FlowAct, Pack, Promise, Reach, SourceKind, examples, fill};
use crate::policy::Policy;
use jiff::civil::date;

pub(super) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack").join(name)
}

fn whole(read: Result<Pack, Vec<crate::pack::Finding>>) -> Pack {
    read.unwrap_or_else(|findings| panic!("{}", super::breaking::shown(&findings)))
}

pub(super) fn chengdu() -> Pack {
    whole(Pack::read_dir(&folder("chengdu"), &vocabulary()))
}

pub(super) fn jinning() -> Pack {
    whole(Pack::read_dirs(&folder("chengdu"), &folder("jinning/city"), &vocabulary()))
}

#[test]
fn both_cities_are_sound_and_examples_hold() {
    for pack in [chengdu(), jinning()] {
        let findings = examples::run(&pack, None);
        assert!(findings.is_empty(), "{}", super::breaking::shown(&findings));
    }
}

#[test]
fn counts_are_those_of_the_lists() {
    let pack = chengdu();
    assert_eq!(pack.effective_from, jiff::civil::date(2000, 1, 1));
    assert_eq!((pack.duties.len(), pack.roles.len(), pack.kinds.len()), (27, 13, 6));
    let top = pack.categories.iter().filter(|category| category.parent.is_none()).count();
    assert_eq!((top, pack.categories.len() - top), (12, 60));
    for pack in [chengdu(), jinning()] {
        let is = |kind: &'static str| {
            move |unit: &&crate::pack::Unit| unit.kinds.iter().any(|known| known == kind)
        };
        assert_eq!(pack.city.units.iter().filter(is("industry_department")).count(), 37);
        assert_eq!(pack.city.units.iter().filter(is("registration_authority")).count(), 1);
        assert_eq!(pack.city.units.iter().filter(is("party_social_work")).count(), 1);
    }
    let demo = jinning();
    let kinds = |kind: &str| demo.city.units.iter().filter(|unit| unit.kinds == [kind]).count();
    assert_eq!((kinds("territory"), kinds("park")), (6, 3));
    assert!(demo.city.demo && !chengdu().city.demo);
}

#[test]
fn the_demo_names_nothing_of_the_real_city() {
    for unit in &jinning().city.units {
        assert!(!unit.name.contains("成都") && !unit.name.contains('蓉'), "{}", unit.name);
    }
    assert!(jinning().city.divisions.iter().all(|division| !division.code.starts_with("5101")));
}

fn moves(act: &FlowAct) -> Vec<String> {
    let starts = act.start.iter().map(|to| format!("- {to}"));
    starts.chain(act.all_moves().map(|(from, to)| format!("{from} {to}"))).collect()
}

#[test]
fn the_flow_is_that_of_the_glossary() {
    let flow = chengdu().flow;
    let keys: Vec<&str> = flow.acts.iter().map(|act| act.key.as_str()).collect();
    let decided = "submit register verify accept decline classify dispatch sign assign contact note reply review send \
                   judge close withdraw";
    assert_eq!(keys.join(" "), decided);
    let of = |key: &str| moves(flow.act(key).unwrap()).join(", ");
    assert_eq!(of("submit"), "- submitted");
    assert_eq!(of("register"), "- submitted");
    assert_eq!(of("accept"), "submitted accepted");
    assert_eq!(of("decline"), "submitted declined");
    assert_eq!(of("classify"), "accepted accepted");
    assert_eq!(of("dispatch"), "accepted dispatched, signed dispatched, handling dispatched");
    assert_eq!(of("sign"), "dispatched signed");
    assert_eq!(of("assign"), "signed handling, handling handling");
    // While the next unit has not signed, the first one stays responsible and may go on speaking with the complainant.
    for key in ["contact", "note"] {
        assert_eq!(of(key), "dispatched dispatched, signed handling, handling handling");
    }
    assert_eq!(of("reply"), "signed replied, handling replied");
    assert_eq!(of("review"), "replied replied, replied handling");
    assert_eq!(of("send"), "replied answered");
    assert_eq!(of("judge"), "answered closed");
    assert_eq!(of("close"), "answered closed");
    let withdraw = flow.act("withdraw").unwrap();
    let from: Vec<&str> = withdraw.moves.iter().map(|(from, _)| from.as_str()).collect();
    assert_eq!(from, ["submitted", "accepted", "dispatched", "signed", "handling", "replied"]);
    assert_eq!(flow.act("review").unwrap().to("replied", Some("return")), Some("handling"));
    assert_eq!(flow.act("dispatch").unwrap().label_in("signed"), "转办");
    assert_eq!(flow.act("close").unwrap().after_limit.as_deref(), Some("visit"));
}

#[test]
fn who_sees_the_person_of_a_confidential_case() {
    let pack = chengdu();
    let seeing: Vec<(&str, Vec<Reach>)> = pack
        .roles
        .iter()
        .map(|role| (role.key.as_str(), role.reaches("appeal.view_identity")))
        .filter(|(_, reaches)| !reaches.is_empty())
        .collect();
    assert_eq!(seeing, [("intake", vec![Reach::City]), ("handler", vec![Reach::Assigned])]);
}

#[test]
fn anonymous_cases_get_no_promise() {
    let pack = chengdu();
    let facts = |key: &str| match key {
        "disclosure" => Some(Value::Text("anonymous".to_owned())),
        "complainant_kind" => Some(Value::Text("individual".to_owned())),
        "kind" => Some(Value::Text("举报".to_owned())),
        _ => None,
    };
    for limit in &pack.limits {
        match pack.limit_for(&limit.key, &facts) {
            Some(Chosen::Clause { promise, .. }) => assert_eq!(promise, Promise::Internal, "{}", limit.key),
            other => assert_eq!(other, Some(Chosen::None), "{}", limit.key),
        }
    }
}

#[test]
fn every_category_has_somebody_in_both_cities() {
    for pack in [chengdu(), jinning()] {
        for category in &pack.categories {
            let rule = pack.dispatch_rule(&category.code).unwrap();
            if let crate::pack::Target::Function(name) = &rule.target {
                let unit = pack.function_unit(name).unwrap();
                assert!(!unit.kinds.iter().any(|kind| kind == "territory"), "{}", category.code);
            }
        }
    }
}

#[test]
fn every_queue_can_be_asked_of_the_database() {
    let pack = chengdu();
    let frame = Frame { now: 1, me: Some("p"), my_units: &["u"] };
    for queue in &pack.queues {
        let (text, arguments) = sql::fragment(&queue.when, &frame, 1).unwrap();
        assert_eq!(text.matches('$').count(), arguments.len(), "{}", queue.key);
        assert!(!queue.order.is_empty());
    }
    for role in ["intake", "handler", "unit_leader", "supervisor", "city_leader", "association_secretary"] {
        assert!(pack.queues_of(role).next().is_some(), "{role}");
    }
}

#[test]
fn every_item_says_what_it_rests_on() {
    let pack = chengdu();
    assert!(pack.items().len() > 300, "{}", pack.items().len());
    for item in pack.items() {
        assert!(!item.basis.is_empty() && !item.title.is_empty() && item.line > 0, "{item:?}");
        let own = matches!(item.source_kind, SourceKind::Memory | SourceKind::Default);
        assert_eq!(own, ["系统默认", "待核实"].contains(&item.standing_label), "{item:?}");
        let line = pack.files[&item.file].lines().nth(item.line - 1).unwrap();
        assert!(line.contains(&item.key) || line.contains(&item.title), "{item:?}: {line}");
    }
}

#[test]
fn the_words_are_the_officials_words() {
    let never = [
        "退单待裁定",
        "转派",
        "已超时",
        "缺口",
        "责任地图",
        "风险画像",
        "匿名投票",
        "社工部",
        "客观无法解决",
        "！",
    ];
    for (path, text) in jinning().files.into_iter().chain(chengdu().files) {
        for word in never {
            assert!(!text.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn free_texts_are_watched() {
    let pack = chengdu();
    let watched: BTreeSet<(&str, &str)> = pack
        .forms
        .iter()
        .flat_map(|form| form.fields.iter().map(move |field| (form, field)))
        .filter(|(_, field)| field.free_text)
        .map(|(form, field)| (form.key.as_str(), field.key.as_str()))
        .collect();
    for place in [
        ("appeal_submit", "title"),
        ("appeal_submit", "text"),
        ("appeal_reply", "text"),
        ("appeal_note", "text"),
    ] {
        assert!(watched.contains(&place), "{place:?}");
    }
    assert!(pack.stop("　机 密 ★ ★ ★ 十年").is_some_and(|stop| stop.message.contains("转线下办理")));
    assert!(pack.stop("保守商业秘密＊条款").is_none());
    let stop = pack.stop("甲乙丙 秘密★五年 丁").unwrap();
    assert!(!stop.message.contains("甲乙丙") && !stop.message.contains('丁'));
}

#[test]
fn files_carry_the_whole_pack() {
    let pack = jinning();
    let again = whole(Pack::from_files(&pack.files, &vocabulary()));
    assert_eq!(pack.canonical_bytes(), again.canonical_bytes());
    assert_eq!(pack.items(), again.items());
    assert_ne!(pack.canonical_bytes(), chengdu().canonical_bytes());
}

#[test]
fn a_later_year_comes_with_the_pack_and_older_clocks_keep_theirs() {
    let (shipped, mut files) = (chengdu(), chengdu().files);
    assert!(shipped.calendar.version().starts_with("2023-2026·"), "{}", shipped.calendar.version());
    let sheet = files.get_mut("calendar.csv").unwrap();
    sheet.push_str(
        "2027,放假,元旦,01-01~01-03,国务院办公厅通知,R\n2027,调休上班,元旦,01-09,国务院办公厅通知,R\n",
    );
    let head = files.get_mut("pack.toml").unwrap();
    *head = head.replace("\"2026.11.1\"", "\"2026.12.1\"");
    let next = whole(Pack::from_files(&files, &vocabulary()));
    let (new_year, made_up) = (date(2027, 1, 1), date(2027, 1, 9));
    assert!(shipped.calendar.is_working_day(new_year) && !next.calendar.is_working_day(new_year));
    assert!(!shipped.calendar.is_working_day(made_up) && next.calendar.is_working_day(made_up));
    let (before, after) = (shipped.calendar.version().to_owned(), next.calendar.version().to_owned());
    assert!(after.starts_with("2023-2027·") && after != before, "{after}");
    let policy = Policy::new(next.into(), vec![shipped.into()], &Arc::default()).unwrap();
    let works = |version: &str| policy.calendar_of(version).map(|calendar| calendar.is_working_day(new_year));
    assert_eq!(
        (works(&before), works(&after), works("2023-2026"), works("2031")),
        (Some(true), Some(false), Some(true), None)
    );
}

#[test]
fn fills_and_masks() {
    let value = |name: &str| (name == "number").then_some("A1");
    assert_eq!(fill("编号 {number}，{title} {", &value), "编号 A1，{title} {");
    let pack = chengdu();
    let masked = |key: &str, text: &str| pack.mask(key).unwrap().apply(text);
    assert_eq!(masked("name", "张三"), "张*");
    assert_eq!(masked("name", "欧阳小明"), "欧***");
    assert_eq!(masked("phone", "13812345678"), "138****5678");
    assert_eq!(masked("phone", "12345"), "1****");
    assert_eq!(masked("resident_id", "510104199001011234"), "510***********1234");
    assert_eq!(masked("name", ""), "");
}
