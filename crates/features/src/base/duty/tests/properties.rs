//! Generated histories of links, asked on every day and compared with the plainest way to answer.

use huitong_kernel::Id;
use huitong_kernel::pack::{AssociationType, Cardinality, Duty, LinkKind, Source, SourceKind, UnitKind};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::base::duty::model::{Answer, GapKind, Link};
use crate::base::duty::rules::{Lists, Relation, in_the_way};
use crate::base::units::UnitId;

fn source() -> Source {
    Source { basis: String::from("测试"), kind: SourceKind::Default }
}

fn unit(n: u8) -> UnitId {
    Id::new(i64::from(n), 0)
}

fn day(n: i64) -> Date {
    date(2024, 1, 1).checked_add(n.days()).unwrap()
}

/// A pack's worth of lists: two duties that have links, one that the city as a whole carries.
struct Words {
    unit_kinds: Vec<UnitKind>,
    link_kinds: Vec<LinkKind>,
    types: Vec<AssociationType>,
    duties: Vec<Duty>,
}

impl Words {
    fn new() -> Words {
        let unit_kind = |key: &str, name: &str| UnitKind {
            key: key.into(),
            name: name.into(),
            explain: String::new(),
            source: source(),
        };
        let link_kind = |key: &str, party: &str, per_association, gap: Option<&str>| LinkKind {
            key: key.into(),
            title: format!("{key} 的名称"),
            per_association,
            party: Some(party.into()),
            gap: gap.map(str::to_owned),
            explain: String::new(),
            source: source(),
        };
        let kind = |key: &str, has_sponsor| AssociationType {
            key: key.into(),
            name: format!("{key} 的名称"),
            has_sponsor,
            inspection: String::new(),
            review: String::new(),
            liquidation: String::new(),
            source: source(),
        };
        let duty = |code: &str, party: &str| Duty {
            code: code.into(),
            party: party.into(),
            stage: "管理".into(),
            title: String::new(),
            output: String::new(),
            frequency: String::new(),
            source: source(),
        };
        Words {
            unit_kinds: vec![
                unit_kind("sponsor", "业务主管单位"),
                unit_kind("industry", "行业管理部门"),
                unit_kind("whole_city", "党委社会工作部门"),
            ],
            link_kinds: vec![
                link_kind("sponsor", "sponsor", Cardinality::AtMostOne, None),
                link_kind("main", "industry", Cardinality::ExactlyOne, Some("待明确行业管理部门")),
                link_kind("assist", "industry", Cardinality::Many, None),
            ],
            types: vec![kind("decoupled", false), kind("sponsored", true)],
            duties: vec![duty("DB-08", "sponsor"), duty("DI-04", "industry"), duty("DS-01", "whole_city")],
        }
    }

    fn relation<'a>(&'a self, how: &'a str, links: &'a [Link]) -> Relation<'a> {
        Relation {
            lists: Lists {
                unit_kinds: &self.unit_kinds,
                link_kinds: &self.link_kinds,
                association_types: &self.types,
                duties: &self.duties,
            },
            management_type: how,
            links,
            unit_name: &|id| id.to_string(),
            of_kind: &|kind| if kind == "whole_city" { vec![unit(9)] } else { Vec::new() },
        }
    }

    fn answer(&self, how: &str, links: &[Link], code: &str, on: Date) -> Answer {
        let duty = self.duties.iter().find(|d| d.code == code).unwrap();
        self.relation(how, links).answer(duty, on)
    }
}

/// What somebody may try: to add a link, or to end one of those there are.
#[derive(Debug, Clone)]
enum Try {
    Add { kind: usize, unit: u8, from: i64, length: Option<i64> },
    End { which: usize, until: i64 },
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let add = (0usize..3, 0u8..4, 0i64..60, proptest::option::of(0i64..40))
        .prop_map(|(kind, unit, from, length)| Try::Add { kind, unit, from, length });
    let end = (any::<usize>(), 0i64..80).prop_map(|(which, until)| Try::End { which, until });
    proptest::collection::vec(prop_oneof![3 => add, 1 => end], 0..24)
}

/// Plays the tries by the same rules as the acts; what is refused leaves no link.
fn play(words: &Words, tries: &[Try]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (nth, tried) in tries.iter().enumerate() {
        match *tried {
            Try::Add { kind, unit: n, from, length } => {
                let (kind, from, until) = (&words.link_kinds[kind], day(from), length.map(|l| day(from + l)));
                if in_the_way(&links, kind, &unit(n), from, until).is_none() {
                    links.push(Link {
                        id: Id::new(1_000 + nth as i64, 0),
                        association: Id::new(1, 0),
                        kind: kind.key.clone(),
                        unit: unit(n),
                        from_on: from,
                        until_on: until,
                        paper: format!("文件 {nth}"),
                        version: 1,
                    });
                }
            }
            Try::End { which, until } if !links.is_empty() => {
                let which = which % links.len();
                let link = &mut links[which];
                if day(until) >= link.from_on && link.until_on.is_none_or(|known| day(until) <= known) {
                    link.until_on = Some(day(until));
                }
            }
            Try::End { .. } => {}
        }
    }
    links
}

/// Units that a kind names on a day, counted out day by day.
fn named(links: &[Link], kind: &str, on: Date) -> Vec<UnitId> {
    let holds = |l: &&Link| {
        let mut at = l.from_on;
        // Nothing lasts beyond the horizon of these tests.
        let last = l.until_on.unwrap_or(day(200));
        while at <= last {
            if at == on {
                return true;
            }
            at = at.tomorrow().unwrap();
        }
        false
    };
    links.iter().filter(|l| l.kind == kind).filter(holds).map(|l| l.unit.clone()).collect()
}

proptest! {
    #[test]
    fn the_answer_is_what_counting_days_finds(tries in tries()) {
        let words = Words::new();
        let links = play(&words, &tries);
        for on in (0..130).map(day) {
            let (main, assist) = (named(&links, "main", on), named(&links, "assist", on));
            prop_assert!(main.len() <= 1, "two main departments on {}", on);
            prop_assert!(named(&links, "sponsor", on).len() <= 1);
            let answer = words.answer("sponsored", &links, "DI-04", on);
            prop_assert_eq!(answer.unit().map(|r| &r.unit), main.first());
            let mut also: Vec<_> = answer.also().iter().map(|r| r.unit.clone()).collect();
            also.sort();
            let mut expected = assist;
            expected.sort();
            prop_assert_eq!(also, expected);
        }
    }

    #[test]
    fn an_ended_link_never_answers(tries in tries()) {
        let words = Words::new();
        let links = play(&words, &tries);
        for on in (0..130).map(day) {
            for code in ["DB-08", "DI-04"] {
                let answer = words.answer("sponsored", &links, code, on);
                for r in answer.unit().into_iter().chain(answer.also()) {
                    let by = links.iter().find(|l| l.paper == r.paper).unwrap();
                    prop_assert!(by.from_on <= on && by.until_on.is_none_or(|u| on <= u), "{by:?} on {on}");
                    prop_assert_eq!(r.since, Some(by.from_on));
                }
            }
        }
    }

    #[test]
    fn an_appeal_goes_to_the_sponsor_first(tries in tries(), on in 0i64..130) {
        let words = Words::new();
        let links = play(&words, &tries);
        let (sponsor, main) = (named(&links, "sponsor", day(on)), named(&links, "main", day(on)));
        let answer = words.relation("sponsored", &links).appeal(day(on));
        let expected = sponsor.first().or(main.first());
        prop_assert_eq!(answer.first.as_ref().map(|r| &r.unit), expected);
        let second = if sponsor.is_empty() { None } else { main.first() };
        prop_assert_eq!(answer.second.as_ref().map(|r| &r.unit), second);
        prop_assert_eq!(answer.paper.is_empty(), expected.is_none());
        prop_assert_eq!(answer.reason.contains("人工"), expected.is_none());
    }
}

#[test]
fn a_gap_has_its_own_name() {
    let words = Words::new();
    let gap = |how, code| match words.answer(how, &[], code, day(0)) {
        Answer::Gap { gap, .. } => (gap.kind, gap.words),
        Answer::Unit { first, .. } => panic!("{first:?} answers"),
    };
    assert_eq!(gap("decoupled", "DI-04"), (GapKind::Unsettled, "待明确行业管理部门".into()));
    assert_eq!(gap("decoupled", "DB-08"), (GapKind::NotHeld, "decoupled 的名称，不设业务主管单位".into()));
    assert_eq!(gap("sponsored", "DB-08"), (GapKind::Unsettled, "待明确业务主管单位".into()));
}

#[test]
fn who_only_assists_does_not_answer() {
    let words = Words::new();
    let links = play(&words, &[Try::Add { kind: 2, unit: 3, from: 0, length: None }]);
    let answer = words.answer("decoupled", &links, "DI-04", day(5));
    assert_eq!(answer.unit(), None);
    assert_eq!(answer.also().iter().map(|r| r.unit.clone()).collect::<Vec<_>>(), [unit(3)]);
}

#[test]
fn a_party_without_links_answers_for_the_whole_city() {
    let words = Words::new();
    let answer = words.answer("decoupled", &[], "DS-01", day(0));
    let first = answer.unit().unwrap();
    assert_eq!((first.unit.clone(), first.since), (unit(9), None));
    assert!(first.paper.contains("DS-01"));
}
