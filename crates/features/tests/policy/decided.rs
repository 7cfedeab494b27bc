//! What was decided about appeals, units and words stands in the shipped files.

use std::collections::BTreeSet;

use huitong_features::growth::appeals::policy::{self, Target};
use huitong_kernel::condition::{Frame, Value, sql};
use huitong_kernel::pack::{Act, Chosen, Definition, Promise, Reach, SourceKind};
use jiff::civil::date;

use super::{chengdu, jinning};

fn appeal() -> Definition {
    chengdu().definition("appeal").cloned().unwrap()
}

#[test]
fn counts_are_those_of_the_lists() {
    let pack = chengdu();
    let appeals = policy::of(&pack);
    assert_eq!((pack.effective_from, pack.duties.len(), appeals.kinds.len()), (date(2000, 1, 1), 27, 6));
    let top = appeals.categories.iter().filter(|category| category.parent.is_none()).count();
    assert_eq!((top, appeals.categories.len() - top), (12, 60));
    for pack in [chengdu(), jinning()] {
        let count = |kind: &str| {
            pack.city.units.iter().filter(|unit| unit.kinds.iter().any(|known| known == kind)).count()
        };
        let counts = ["industry_department", "registration_authority", "party_social_work"].map(count);
        assert_eq!(counts, [37, 1, 1]);
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

fn moves(act: &Act) -> Vec<String> {
    let starts = act.start.iter().map(|to| format!("- {to}"));
    starts.chain(act.all_moves().map(|(from, to)| format!("{from} {to}"))).collect()
}

#[test]
fn the_flow_is_that_of_the_glossary() {
    let flow = appeal();
    let keys: Vec<&str> = flow.acts.iter().map(|act| act.key.as_str()).collect();
    let decided = "submit register verify accept decline classify dispatch sign assign contact note reply review send \
                   judge close withdraw";
    assert_eq!(keys.join(" "), decided);
    for (key, decided) in [
        ("submit", "- submitted"),
        ("register", "- submitted"),
        ("accept", "submitted accepted"),
        ("decline", "submitted declined"),
        ("classify", "accepted accepted"),
        ("dispatch", "accepted dispatched, signed dispatched, handling dispatched"),
        ("sign", "dispatched signed"),
        ("assign", "signed handling, handling handling"),
        // While the next unit has not signed, the first one stays responsible and may go on speaking with the complainant.
        ("contact", "dispatched dispatched, signed handling, handling handling"),
        ("note", "dispatched dispatched, signed handling, handling handling"),
        ("reply", "signed replied, handling replied"),
        ("review", "replied replied, replied handling"),
        ("send", "replied answered"),
        ("judge", "answered closed"),
        ("close", "answered closed"),
    ] {
        assert_eq!(moves(flow.act(key).unwrap()).join(", "), decided, "{key}");
    }
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
    let facts = |key: &str| match key {
        "disclosure" => Some(Value::Text("anonymous".to_owned())),
        "complainant_kind" => Some(Value::Text("individual".to_owned())),
        "kind" => Some(Value::Text("举报".to_owned())),
        _ => None,
    };
    let limits = appeal().limits;
    assert!(limits.len() >= 6);
    for limit in &limits {
        match limit.choose(&facts) {
            Chosen::Clause { promise, .. } => assert_eq!(promise, Promise::Internal, "{}", limit.key),
            other => assert_eq!(other, Chosen::None, "{}", limit.key),
        }
    }
}

#[test]
fn every_category_has_somebody_in_both_cities() {
    for pack in [chengdu(), jinning()] {
        let appeals = policy::of(&pack);
        for category in &appeals.categories {
            let rule = appeals.dispatch_rule(&category.code).unwrap();
            if let Target::Function(name) = &rule.target {
                let unit = pack.function_unit(name).unwrap();
                assert!(!unit.kinds.iter().any(|kind| kind == "territory"), "{}", category.code);
            }
        }
    }
}

#[test]
fn every_queue_can_be_asked_of_the_database() {
    let frame = Frame { now: 1, me: Some("p"), my_units: &["u"] };
    for queue in chengdu().definitions.iter().flat_map(|procedure| &procedure.queues) {
        let (text, arguments) = sql::fragment(&queue.when, &frame, 1).unwrap();
        assert_eq!(text.matches('$').count(), arguments.len(), "{}", queue.key);
        assert!(!queue.order.is_empty(), "{}", queue.key);
    }
    let queues = appeal().queues;
    for role in ["intake", "handler", "unit_leader", "supervisor", "city_leader", "association_secretary"] {
        assert!(queues.iter().any(|queue| queue.roles.iter().any(|known| known == role)), "{role}");
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
    }
}

#[test]
fn departments_answer_for_policy_and_nobody_for_how_the_system_works() {
    let of = |policy: bool| -> BTreeSet<&str> {
        chengdu()
            .items()
            .iter()
            .map(|item| item.kind)
            .filter(|kind| kind.policy == policy)
            .map(|kind| kind.title)
            .collect()
    };
    let policy = "单位 工作日历 派单目录 涉密标志 管理类型 行政区划 责任事项 责任关系 时限 诉求分类 诉求类型";
    let settings = "单位类型 职能 办理步骤 办理状态 城市 提示语 政策包 答复模板 职能词典 表单 角色 选项清单 提醒 通知 队列 隐去规则";
    let words = |text: &'static str| text.split(' ').collect::<BTreeSet<&str>>();
    assert_eq!(of(true), words(policy));
    assert_eq!(of(false), words(settings));
    assert!(chengdu().items().iter().all(|item| item.kind.policy || !item.needs_confirmation()));
}

/// What the rules of the house say of words everywhere they say of packs, too; these two hold for packs alone.
#[test]
fn the_words_are_the_officials_words() {
    for (path, text) in jinning().files.into_iter().chain(chengdu().files) {
        for word in ["缺口", "！"] {
            assert!(!text.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn free_texts_are_watched() {
    let (pack, appeal) = (chengdu(), appeal());
    let fields = appeal.forms.iter().flat_map(|form| form.fields.iter().map(move |field| (form, field)));
    let watched: BTreeSet<(&str, &str)> = fields
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
}
