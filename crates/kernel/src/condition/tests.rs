//! The condition language: laws of its logic, its words, and that memory and database agree.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::sql::{Argument, fragment};
use super::words::sentence;
use super::{Comparator, Condition, Constant, FactDef, Frame, NEVER, Named, Test, Truth, Value, evaluate};

fn named(key: &str, label: &str) -> Named {
    Named { key: key.to_owned(), label: label.to_owned() }
}

fn flag() -> FactDef {
    FactDef::flag("urgent", "紧急").column("urgent")
}

fn members() -> FactDef {
    FactDef::number("members", "会员数", "家").column("members")
}

fn kind() -> FactDef {
    FactDef::choice("kind", "类型", &[("a", "甲类"), ("b", "乙类")]).column("kind")
}

fn due() -> FactDef {
    FactDef::instant("due_at", "到期时间").column("due_at").ordered_by("due_order")
}

fn unit() -> FactDef {
    FactDef::unit("unit", "承办单位").column("unit")
}

fn test(fact: FactDef, comparator: Comparator, constant: Constant) -> Condition {
    Condition::Test(Test { fact, comparator, constant })
}

fn truths() -> impl Strategy<Value = Truth> {
    prop_oneof![Just(Truth::Yes), Just(Truth::No), Just(Truth::Unknown)]
}

fn comparators() -> impl Strategy<Value = Comparator> {
    use Comparator::{Above, AtLeast, AtMost, Below, Is, IsNot};
    prop_oneof![Just(Is), Just(IsNot), Just(AtLeast), Just(AtMost), Just(Above), Just(Below)]
}

fn tests() -> impl Strategy<Value = Condition> {
    let both = prop_oneof![Just(Comparator::Is), Just(Comparator::IsNot)];
    let several = prop_oneof![Just(Comparator::OneOf), Just(Comparator::NoneOf)];
    let any_fact = prop_oneof![Just(flag()), Just(members()), Just(kind()), Just(due()), Just(unit())];
    let texts = Just(vec![named("a", "甲类"), named("c", "丙类")]);
    prop_oneof![
        (both.clone(), any::<bool>()).prop_map(|(c, yes)| test(flag(), c, Constant::Flag(yes))),
        (comparators(), -3_i64..4).prop_map(|(c, n)| test(members(), c, Constant::Number(n))),
        (both.clone(), "[ab]").prop_map(|(c, key)| test(kind(), c, Constant::Text(named(&key, &key)))),
        (several, texts).prop_map(|(c, all)| test(kind(), c, Constant::Texts(all))),
        (comparators(), -3_i64..4).prop_map(|(c, ms)| test(
            due(),
            c,
            Constant::Now { offset_ms: ms, words: "现在".to_owned() }
        )),
        both.prop_map(|c| test(unit(), c, Constant::MyUnit)),
        (any_fact, any::<bool>()).prop_map(|(f, yes)| test(f, Comparator::Known, Constant::Flag(yes))),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    tests().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

type Facts = BTreeMap<String, Value>;

fn facts() -> impl Strategy<Value = Facts> {
    let flags = prop::option::of(any::<bool>().prop_map(Value::Flag));
    let numbers = prop::option::of((-3_i64..4).prop_map(Value::Number));
    let texts = prop::option::of("[abc]".prop_map(Value::Text));
    let instants = prop::option::of((97_i64..104).prop_map(Value::Instant));
    let units = prop::option::of(prop_oneof![Just("u1"), Just("u2")].prop_map(|u| Value::Text(u.to_owned())));
    (flags, numbers, texts, instants, units).prop_map(|(urgent, members, kind, due, unit)| {
        let all = [("urgent", urgent), ("members", members), ("kind", kind), ("due_at", due), ("unit", unit)];
        all.into_iter().filter_map(|(key, value)| value.map(|value| (key.to_owned(), value))).collect()
    })
}

fn frame() -> Frame<'static> {
    Frame { now: 100, me: Some("p1"), my_units: &["u1"] }
}

fn truth(condition: &Condition, facts: &Facts) -> Truth {
    super::truth(condition, facts, &frame())
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// How the database answers: yes where the row is found, no where it is found by the negation, else unknown.
fn asked_of_sqlite(condition: &Condition, facts: &Facts) -> Truth {
    let base = rusqlite::Connection::open_in_memory().unwrap();
    base.execute_batch(
        "CREATE TABLE t (urgent INTEGER, members INTEGER, kind TEXT, due_at INTEGER, unit TEXT, due_order INTEGER) STRICT",
    )
    .unwrap();
    let column = |key: &str| match facts.get(key) {
        None => rusqlite::types::Value::Null,
        Some(Value::Flag(yes)) => i64::from(*yes).into(),
        Some(Value::Number(n) | Value::Instant(n)) => (*n).into(),
        Some(Value::Text(text)) => text.clone().into(),
        Some(Value::Date(date)) => date.to_string().into(),
    };
    let row = ["urgent", "members", "kind", "due_at", "unit"].map(column);
    base.execute("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, NULL)", rusqlite::params_from_iter(row)).unwrap();
    base.execute("UPDATE t SET due_order = COALESCE(due_at, ?1)", [NEVER]).unwrap();
    let found = |condition: &Condition| {
        let (text, arguments) = fragment(condition, &frame(), 1).unwrap();
        let text = format!("SELECT count(*) FROM t WHERE {}", text.replace('$', "?"));
        let arguments = arguments.into_iter().map(|argument| match argument {
            Argument::Flag(yes) => rusqlite::types::Value::from(i64::from(yes)),
            Argument::Text(text) | Argument::Date(text) => text.into(),
            Argument::Number(n) | Argument::Instant(n) => n.into(),
        });
        base.query_row(&text, rusqlite::params_from_iter(arguments), |row| row.get::<_, i64>(0)).unwrap() == 1
    };
    match (found(condition), found(&not(condition.clone()))) {
        (true, false) => Truth::Yes,
        (false, true) => Truth::No,
        (false, false) => Truth::Unknown,
        (true, true) => panic!("found by a condition and by its negation"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn and_or_not_keep_the_laws(a in truths(), b in truths(), c in truths()) {
        prop_assert_eq!(a.and(b), b.and(a));
        prop_assert_eq!(a.or(b), b.or(a));
        prop_assert_eq!(a.and(b).and(c), a.and(b.and(c)));
        prop_assert_eq!(a.or(b).or(c), a.or(b.or(c)));
        prop_assert_eq!(a.and(b.or(c)), a.and(b).or(a.and(c)));
        prop_assert_eq!(a.and(b).negate(), a.negate().or(b.negate()));
        prop_assert_eq!(a.or(a.and(b)), a);
        prop_assert_eq!(a.negate().negate(), a);
        prop_assert_eq!(Truth::Yes.and(a), a);
        prop_assert_eq!(Truth::No.or(a), a);
    }

    #[test]
    fn groups_keep_the_laws(parts in prop::collection::vec(conditions(), 0..4), facts in facts()) {
        let negated = parts.iter().cloned().map(not).collect();
        prop_assert_eq!(truth(&not(Condition::All(parts.clone())), &facts), truth(&Condition::Any(negated), &facts));
        let mut turned = parts.clone();
        turned.reverse();
        prop_assert_eq!(truth(&Condition::All(parts.clone()), &facts), truth(&Condition::All(turned), &facts));
        let outer = Condition::Any(parts.clone());
        prop_assert_eq!(truth(&Condition::Any(vec![outer.clone()]), &facts), truth(&outer, &facts));
    }

    #[test]
    fn learning_a_fact_never_turns_an_answer(condition in conditions(), less in facts(), more in facts()) {
        prop_assume!(!condition.tests().iter().any(|test| test.comparator == Comparator::Known));
        let mut all = more;
        all.extend(less.clone());
        let before = truth(&condition, &less);
        prop_assert!(before == Truth::Unknown || before == truth(&condition, &all));
    }

    #[test]
    fn unknown_says_what_is_missing(condition in conditions(), facts in facts()) {
        let trace = evaluate(&condition, &facts, &frame());
        prop_assert_eq!(trace.truth, truth(&condition, &facts));
        prop_assert_eq!(trace.sentence.clone(), sentence(&condition));
        if trace.truth == Truth::Unknown {
            prop_assert!(!trace.unknown().is_empty());
        }
    }

    #[test]
    fn memory_and_database_agree(condition in conditions(), facts in facts()) {
        prop_assert_eq!(truth(&condition, &facts), asked_of_sqlite(&condition, &facts));
    }
}

#[test]
fn a_missing_fact_is_unknown_not_no() {
    let big = test(members(), Comparator::AtLeast, Constant::Number(100));
    assert_eq!(truth(&big, &Facts::new()), Truth::Unknown);
    assert_eq!(truth(&not(big.clone()), &Facts::new()), Truth::Unknown);
    assert_eq!(evaluate(&big, &Facts::new(), &frame()).unknown(), ["会员数不少于100家"]);
    assert_eq!(Truth::Unknown.label(), "需补数据");
}

#[test]
fn nobody_has_no_unit() {
    let mine = test(unit(), Comparator::Is, Constant::MyUnit);
    let facts = Facts::from([("unit".to_owned(), Value::Text("u1".to_owned()))]);
    let nobody = Frame { now: 100, ..Frame::default() };
    assert_eq!(evaluate(&mine, &facts, &nobody).truth, Truth::Unknown);
    assert!(fragment(&mine, &nobody, 1).is_err_and(|error| error.reason == "没有登录，不能确定“本单位”"));
}

#[test]
fn reads_aloud() {
    let soon = test(due(), Comparator::Below, Constant::Now { offset_ms: 1, words: "24 小时后".to_owned() });
    let kinds =
        test(kind(), Comparator::OneOf, Constant::Texts(vec![named("a", "甲类"), named("b", "乙类")]));
    let urgent = test(flag(), Comparator::Is, Constant::Flag(true));
    let group = Condition::All(vec![kinds, Condition::Any(vec![urgent.clone(), soon])]);
    assert_eq!(sentence(&group), "类型是“甲类”、“乙类”之一，并且（紧急，或者到期时间早于 24 小时后）");
    assert_eq!(sentence(&not(urgent)), "不是（紧急）");
    assert_eq!(sentence(&Condition::always()), "任何情况");
    assert_eq!(sentence(&test(unit(), Comparator::Is, Constant::MyUnit)), "承办单位是本单位");
    assert_eq!(sentence(&test(unit(), Comparator::Known, Constant::Flag(false))), "尚无承办单位");
}

#[test]
fn composes_sql_from_a_given_place() {
    let two = Condition::All(vec![
        test(kind(), Comparator::NoneOf, Constant::Texts(vec![named("a", "甲类"), named("b", "乙类")])),
        test(members(), Comparator::Above, Constant::Number(3)),
    ]);
    let (text, arguments) = fragment(&two, &frame(), 4).unwrap();
    assert_eq!(text, "(kind NOT IN ($4, $5) AND members > $6)");
    assert_eq!(
        arguments,
        [Argument::Text("a".to_owned()), Argument::Text("b".to_owned()), Argument::Number(3)]
    );
    let lost = test(FactDef::flag("has_phone", "留有联系电话"), Comparator::Is, Constant::Flag(true));
    assert!(fragment(&lost, &frame(), 1).is_err_and(|error| error.reason.contains("留有联系电话")));
}

#[test]
fn a_trace_shows_what_was_found() {
    let condition = Condition::All(vec![
        test(kind(), Comparator::Is, Constant::Text(named("a", "甲类"))),
        test(members(), Comparator::AtLeast, Constant::Number(5)),
    ]);
    let facts = Facts::from([("kind".to_owned(), Value::Text("b".to_owned()))]);
    let trace = evaluate(&condition, &facts, &frame());
    assert_eq!(trace.truth, Truth::No);
    let parts: Vec<(&str, &str, Truth)> =
        trace.parts.iter().map(|part| (part.sentence.as_str(), part.found.as_str(), part.truth)).collect();
    assert_eq!(parts, [("类型是“甲类”", "乙类", Truth::No), ("会员数不少于5家", "未知", Truth::Unknown)]);
}
