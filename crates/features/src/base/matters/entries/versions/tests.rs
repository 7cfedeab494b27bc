//! Histories against what each field alone says, and corrections that reach back.

use jiff::ToSpan;
use proptest::prelude::*;

use super::*;

/// What somebody says of some fields, from a day on.
#[derive(Debug, Clone)]
struct Saying {
    correction: bool,
    since: i64,
    fields: Vec<(usize, u8)>,
}

const FIELDS: [&str; 3] = ["a", "b", "c"];

fn day(n: i64) -> Date {
    jiff::civil::date(2025, 1, 1) + n.days()
}

/// The oracle: for each field alone, the saying with the greatest day, then the latest, wins.
fn oracle(history: &[(i64, Date, Changes)], on: Date, known: i64) -> BTreeMap<String, Json> {
    let mut found = BTreeMap::new();
    for field in FIELDS {
        let said = history
            .iter()
            .filter(|(at, since, changes)| *at <= known && *since <= on && changes.contains_key(field));
        if let Some((_, _, changes)) = said.max_by_key(|(at, since, _)| (*since, *at))
            && let Some(Some(value)) = changes.get(field)
        {
            found.insert(field.to_owned(), value.clone());
        }
    }
    found
}

fn sayings() -> impl Strategy<Value = Vec<Saying>> {
    let fields = prop::collection::vec((0_usize..3, 0_u8..4), 1..3);
    let one = (any::<bool>(), 0_i64..40, fields).prop_map(|(correction, since, fields)| Saying {
        correction,
        since,
        fields,
    });
    prop::collection::vec(one, 0..9)
}

proptest! {
    #[test]
    fn what_stands_on_any_day_as_known_at_any_instant_is_what_each_field_alone_says(all in sayings()) {
        let mut versions: Vec<Version> = Vec::new();
        let mut history: Vec<(i64, Date, Changes)> = Vec::new();
        let whole: Changes = FIELDS.iter().map(|f| ((*f).to_owned(), Some(Json::from(9)))).collect();
        let body = whole.iter().map(|(f, v)| (f.clone(), v.clone().unwrap_or_default())).collect();
        let stood = Stood { state: "current".into(), body };
        let said = whole.keys().cloned().collect();
        versions.push(Version { version: 1, since_on: day(0), at: 0, act: "add".into(), said, stood });
        history.push((0, day(0), whole));
        let mut today = 0;
        for (nth, saying) in all.iter().enumerate() {
            let at = i64::try_from(nth).unwrap_or(0) + 1;
            let changes: Changes =
                saying.fields.iter().map(|(f, v)| (FIELDS[*f].to_owned(), Some(Json::from(*v)))).collect();
            // Changes are told as they happen; only a correction reaches back.
            let since = if saying.correction { day(saying.since.min(today)) } else { today = today.max(saying.since); day(today) };
            let next = corrected(&versions, Some(since), &changes, None);
            versions.extend(next.into_iter().map(|one| Version {
                version: at + 1, since_on: one.since_on, at, act: String::new(), said: one.said, stood: one.stood,
            }));
            history.push((at, since, changes));
        }
        for n in 0..42 {
            for known in 0..=i64::try_from(all.len()).unwrap_or(0) {
                let found = on(&versions, day(n), known).map(|one| one.stood.body.clone()).unwrap_or_default();
                let found: BTreeMap<String, Json> = found.into_iter().collect();
                prop_assert_eq!(found, oracle(&history, day(n), known));
            }
        }
    }
}

fn version(version: i64, since: i64, body: &[(&str, u8)]) -> Version {
    Version {
        version,
        since_on: day(since),
        at: version,
        act: String::new(),
        said: body.iter().map(|(f, _)| (*f).to_owned()).collect(),
        stood: Stood {
            state: "current".into(),
            body: body.iter().map(|(f, v)| ((*f).to_owned(), Json::from(*v))).collect(),
        },
    }
}

#[test]
fn an_entry_that_was_true_earlier_than_it_was_entered_is_true_from_then() {
    let versions = [version(1, 10, &[("a", 1), ("b", 2)])];
    let changes = Changes::from([("a".to_owned(), Some(Json::from(7)))]);
    let next = corrected(&versions, Some(day(10)), &changes, Some(day(3)));
    assert_eq!(next.iter().map(|one| one.since_on).collect::<Vec<_>>(), [day(3), day(10)]);
    assert!(next.iter().all(|one| one.stood.body.get("a") == Some(&Json::from(7))));
    assert_eq!(next[0].said, ["a", "b"]);
}

#[test]
fn what_is_taken_back_stands_on_no_day() {
    let versions = [version(1, 0, &[("a", 1)]), version(2, 5, &[("a", 2)])];
    let next = void(&versions, "void");
    assert_eq!(next.len(), 2);
    assert!(next.iter().all(|one| one.stood.state == "void"));
}

/// The value a of day 0 became b on day 20; c stayed as it was.
fn changed_once() -> Vec<Version> {
    let mut changed = version(2, 20, &[("a", 2), ("c", 5)]);
    changed.said = vec!["a".to_owned()];
    vec![version(1, 0, &[("a", 1), ("c", 5)]), changed]
}

#[test]
fn a_correction_means_what_was_changed_in_its_form_else_that_it_was_so_before() {
    // The day that is named, what the form says of a and c, and which of them that corrects.
    let cases: [(Option<i64>, [u8; 2], &[&str]); 8] = [
        (None, [2, 5], &[]),
        (None, [3, 5], &["a"]),
        (None, [2, 6], &["c"]),
        // What stands now already stood from then.
        (Some(5), [2, 5], &["a"]),
        // Only c was touched: that a was otherwise then stays so.
        (Some(5), [2, 6], &["c"]),
        // It was so, and nothing else was touched.
        (Some(5), [1, 5], &[]),
        (Some(25), [2, 5], &[]),
        (Some(-5), [2, 5], &["a"]),
    ];
    for (since, [a, c], expected) in cases {
        let answers = [("a", a), ("c", c)].map(|(f, v)| (f.to_owned(), Some(Json::from(v))));
        let found = otherwise(&changed_once(), since.map(day), Changes::from(answers));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected, "{since:?} {a} {c}");
    }
}

#[test]
fn a_correction_without_a_day_begins_for_each_field_where_it_was_entered() {
    let answers = [("a", 3_u8), ("c", 6)].map(|(f, v)| (f.to_owned(), Some(Json::from(v))));
    let next = corrected(&changed_once(), None, &Changes::from(answers), None);
    let told: Vec<_> =
        next.iter().map(|one| (one.since_on, one.said.clone(), one.stood.body.clone())).collect();
    let body =
        |a: u8, c: u8| Map::from_iter([("a".to_owned(), Json::from(a)), ("c".to_owned(), Json::from(c))]);
    assert_eq!(
        told,
        [(day(0), vec!["c".to_owned()], body(1, 6)), (day(20), vec!["a".to_owned()], body(3, 6))]
    );
}
