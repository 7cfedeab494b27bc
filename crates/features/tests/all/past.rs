//! What a register said on a day, as it was known at an instant, against what each field alone says. The histories are made up and
//! entered by the real acts while the clock moves; the oracle knows what was sent and when, and nothing of versions.

use std::collections::BTreeMap;

use huitong_features::base::matters::Plain;
use huitong_features::base::matters::entries::as_of::{AsOf, Day, Question};
use huitong_features::base::matters::list;
use huitong_kernel::clock::{DAY, rfc3339};
use huitong_kernel::http::{Pairs, encode};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{Act, Control, Definition, ENDED, Keeping, SINCE, StandsFor, UNTIL};
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::generated::Made;

/// The field under which the oracle keeps the state.
const STATE: &str = "state of it";

/// What one act said: when, from which day, and of which fields; nothing where a field became empty.
struct Said {
    at: i64,
    since: Date,
    fields: BTreeMap<String, Option<Json>>,
}

/// Everything that was said of one entry.
struct History {
    id: String,
    said: Vec<Said>,
    /// When it was taken back.
    void: Option<i64>,
}

/// Two ways to write the same answer.
fn plain(answer: &Json) -> Json {
    match answer {
        Json::Object(parts) => Json::Object(
            parts.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        ),
        other => other.clone(),
    }
}

fn day(text: &Json) -> Option<Date> {
    text.as_str().and_then(|text| text.parse().ok())
}

/// The fields that stay with an entry.
fn own(of: &Definition, act: &Act) -> Vec<String> {
    let form = of.form_of(act).into_iter().flat_map(|form| &form.fields);
    form.filter(|field| !field.step_only && field.control != Control::Files)
        .map(|field| field.key.clone())
        .collect()
}

impl History {
    /// What each field says on a day as known at an instant: the saying from the latest day wins, then the latest.
    fn stood(&self, on: Date, known: i64) -> BTreeMap<String, Json> {
        let mut stood = BTreeMap::new();
        let mut keys: Vec<&String> = self.said.iter().flat_map(|one| one.fields.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let said = self
                .said
                .iter()
                .enumerate()
                .filter(|(_, one)| one.at <= known && one.since <= on && one.fields.contains_key(key));
            if let Some((_, one)) = said.max_by_key(|(nth, one)| (one.since, *nth))
                && let Some(value) = &one.fields[key]
            {
                stood.insert(key.clone(), value.clone());
            }
        }
        stood
    }

    /// The same where it held on that day; nothing where it did not, or was not known, or was taken back.
    fn holds(&self, of: &Definition, on: Date, known: i64) -> Option<BTreeMap<String, Json>> {
        if self.void.is_some_and(|at| at <= known) {
            return None;
        }
        let stood = self.stood(on, known);
        let validity = of.standing_for(StandsFor::Validity).and_then(|field| stood.get(&field.key));
        let within = validity.is_none_or(|period| {
            day(&period["from"]).is_none_or(|from| from <= on)
                && day(&period["until"]).is_none_or(|until| on <= until)
        });
        (!stood.is_empty() && within).then_some(stood)
    }

    fn first(&self) -> Date {
        self.said.iter().map(|one| one.since).min().unwrap()
    }

    fn last(&self) -> Date {
        self.said.iter().map(|one| one.since).max().unwrap()
    }

    /// From when a field is corrected, as the form promises: from the day that is named, else from that on which was entered what
    /// it says now; what was never entered was empty from the first day on.
    fn begins(&self, key: &str, since: Option<Date>) -> Date {
        let entered = self.said.iter().filter(|one| one.fields.contains_key(key)).map(|one| one.since).max();
        since.or(entered).unwrap_or_else(|| self.first()).max(self.first())
    }

    /// What a correction says: what was changed in its form, else what was not yet so on the day that is named.
    fn corrected(
        &self,
        it: &Plain,
        keys: &[String],
        form: &Map<String, Json>,
        since: Option<Date>,
    ) -> BTreeMap<String, Option<Json>> {
        let changed = History::changes(it, keys, form);
        let said = keys.iter().map(|key| (key.clone(), form.get(key).map(plain)));
        let all: BTreeMap<String, Option<Json>> = if changed.is_empty() { said.collect() } else { changed };
        let then = |key: &str| self.stood(self.begins(key, since), i64::MAX).remove(key);
        all.into_iter().filter(|(key, answer)| *answer != then(key)).collect()
    }

    /// What a form says otherwise than what stands.
    fn changes(it: &Plain, keys: &[String], form: &Map<String, Json>) -> BTreeMap<String, Option<Json>> {
        let said = keys.iter().map(|key| (key.clone(), form.get(key).map(plain)));
        said.filter(|(key, answer)| *answer != it.said(key).map(plain)).collect()
    }

    /// Remembers an act that was done.
    fn tell(
        &mut self,
        (of, act): (&Definition, &Act),
        before: &Plain,
        form: &Map<String, Json>,
        (at, today): (i64, Date),
    ) {
        let validity = of.standing_for(StandsFor::Validity).map(|field| field.key.clone());
        match act.keeping.as_ref().unwrap() {
            Keeping::Change => {
                let since = today.max(self.last());
                self.said.push(Said { at, since, fields: History::changes(before, &own(of, act), form) });
            }
            Keeping::End => {
                let mut period = before.said(validity.as_ref().unwrap()).map(plain).unwrap();
                period["until"] = form[UNTIL].clone();
                let fields =
                    [(validity.unwrap(), Some(period)), (STATE.to_owned(), Some(json!(ENDED)))].into();
                self.said.push(Said { at, since: today.max(self.last()), fields });
            }
            Keeping::Correct { .. } => {
                let since = form.get(SINCE).and_then(day);
                let fields = self.corrected(before, &own(of, act), form, since);
                let first = self.first();
                let from = validity.and_then(|key| day(&fields.get(&key)?.as_ref()?["from"]));
                let begins: Vec<Date> = fields.keys().map(|key| self.begins(key, since)).collect();
                // Where it turns out to have been true earlier, all of it was.
                if let Some(from) = from.filter(|from| *from < first) {
                    let whole = self.stood(first, at).into_iter().map(|(key, value)| (key, Some(value)));
                    let fields = whole.chain(fields.clone()).collect();
                    self.said.push(Said { at, since: from, fields });
                }
                for (field, since) in fields.into_iter().zip(begins) {
                    self.said.push(Said { at, since, fields: [field].into() });
                }
            }
            Keeping::Void => self.void = Some(at),
            Keeping::Add | Keeping::Within => {}
        }
    }
}

/// An entry that began, as its form said.
fn begun(made: &mut Made<'_>, of: &Definition) -> Option<History> {
    let act = of.beginnings().next().unwrap().clone();
    let (done, form) = made.does(of, &act, None)?;
    let (at, today) = (made.app.city.clock.now(), made.app.program().today());
    let mut fields: BTreeMap<String, Option<Json>> = own(of, &act)
        .into_iter()
        .filter_map(|key| Some((key.clone(), Some(plain(form.get(&key)?)))))
        .collect();
    let own_day = of.standing_for(StandsFor::Day).and_then(|field| form.get(&field.key)).and_then(day);
    let from = of.standing_for(StandsFor::Validity).and_then(|field| day(&form.get(&field.key)?["from"]));
    fields.insert(STATE.to_owned(), Some(json!("current")));
    let since = own_day.or(from).unwrap_or(today).min(today);
    Some(History { id: done.id, said: vec![Said { at, since, fields }], void: None })
}

/// What is wrong with what a register says on a day as known at an instant.
fn asked(app: &TestApp, of: &Definition, all: &[History], on: Date, known: i64) -> Vec<String> {
    let as_known = |it: &Plain| {
        let mut body: BTreeMap<String, Json> =
            it.body.0.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
        body.insert(STATE.to_owned(), json!(it.spine.state));
        body
    };
    let def = list::def(of);
    // By something that one of them says, at times.
    let texts = |stood: &BTreeMap<String, Json>| -> Vec<(String, String)> {
        let known =
            stood.iter().filter(|(key, _)| def.filters.iter().any(|filter| filter.name == key.as_str()));
        known.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    };
    let some =
        all.iter().find_map(|one| one.holds(of, on, known)).map(|stood| texts(&stood)).unwrap_or_default();
    let nth = usize::try_from(known.unsigned_abs() % 5).unwrap();
    let filter = some.get(nth).cloned();
    let by = filter.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let pairs = Pairs::of(by.chain([("page_size", "100")]));
    let question = Asked::read(&def, &pairs).unwrap();
    let past = AsOf { day: on, known_at: known };
    let question = Question { of, def: &def, asked: &question, pairs: &pairs, queue: None };
    let page = app.read(|tx| {
        let day = Day::read(tx, of, past)?;
        assert!(day.by_versions());
        day.page(tx, &question)
    });
    assert!(page.total == i64::try_from(page.items.len()).ok());
    let found: BTreeMap<&str, BTreeMap<String, Json>> =
        page.items.iter().map(|it| (it.spine.id.as_str(), as_known(it))).collect();
    let mut wrong = Vec::new();
    for one in all {
        let says = |stood: &BTreeMap<String, Json>| {
            filter.as_ref().is_none_or(|(key, value)| stood.get(key) == Some(&json!(value)))
        };
        let expected = one.holds(of, on, known).filter(says);
        let found = found.get(one.id.as_str());
        if found != expected.as_ref() {
            let at = rfc3339(known);
            wrong.push(format!(
                "{} {} on {on} as known at {at}: {found:?} and not {expected:?}",
                of.key, one.id
            ));
        }
    }
    wrong
}

/// The same of one entry, as a program asks for it.
fn asked_of_one(
    app: &TestApp,
    of: &Definition,
    one: &History,
    who: &huitong_testkit::door::Person,
    on: Date,
    known: i64,
) -> Option<String> {
    let address = format!("/api/v1/{}/{}?as_of={on}&known_at={}", of.path, one.id, encode(&rfc3339(known)));
    let answer = app.get(&address).token(who).send();
    if on > app.program().today() {
        return (answer.status != 422).then(|| format!("{address}: {} of a day to come", answer.status));
    }
    let expected = one.holds(of, on, known);
    let state = expected.as_ref().map(|stood| stood[STATE].clone());
    let right = match &state {
        Some(state) => answer.status == 200 && answer.json()["state"] == *state,
        None => answer.status == 404,
    };
    (!right).then(|| format!("{address}: {} and not {state:?}", answer.status))
}

db_test! {
    fn a_register_says_of_any_day_what_each_field_alone_said_of_it(db) {
        let app = TestApp::new(db);
        let pack = app.city.pack();
        let mut made = Made::new(&app, 3);
        let (mut wrong, mut held) = (Vec::new(), 0);
        // Entries that others name are there first; their own days are asked afterwards.
        let mut all: Vec<(Definition, Vec<History>)> = Vec::new();
        for of in made.registers() {
            let begun = (0..14).filter_map(|_| begun(&mut made, &of)).collect();
            all.push((of, begun));
        }
        for _ in 0..220 {
            let ahead = i64::try_from(made.dice.below(12)).unwrap();
            app.city.clock.set(app.city.clock.now() + if ahead < 4 { 60_000 } else { ahead * DAY });
            let nth = made.dice.below(all.len());
            let (of, histories) = &mut all[nth];
            let Some(place) = (!histories.is_empty()).then(|| made.dice.below(histories.len())) else { continue };
            let one = &mut histories[place];
            if let Some((act, before, form)) = made.act_on(of, &one.id) {
                one.tell((of, &act), &before, &form, (app.city.clock.now(), app.program().today()));
            }
        }
        let who = made.people.iter().find(|who| who.role == "auditor").unwrap();
        let today = app.program().today();
        for (of, histories) in &all {
            for nth in 0..45 {
                let one = &histories[made.dice.below(histories.len())];
                let said = &one.said[made.dice.below(one.said.len())];
                let near = i64::try_from(made.dice.below(3)).unwrap() - 1;
                let on = if nth % 5 == 0 { made.dice.day(today, 600, 100) } else { said.since + near.days() };
                let other = &one.said[made.dice.below(one.said.len())];
                let known = match made.dice.below(4) {
                    0 => i64::MAX / 4,
                    1 => other.at - 1,
                    _ => other.at,
                };
                held += usize::from(one.holds(of, on, known).is_some());
                wrong.extend(asked(&app, of, histories, on, known));
                wrong.extend(asked_of_one(&app, of, one, who, on, known.min(app.city.clock.now())).filter(|_| nth % 3 == 0));
            }
            let acts: usize = histories.iter().map(|one| one.said.len()).sum();
            assert!(acts > histories.len() * 3 / 2, "{}: {acts} acts on {}", of.key, histories.len());
        }
        assert!(held > 20 && pack.definitions.iter().any(Definition::is_register), "{held} held");
        let shown: Vec<&String> = wrong.iter().take(8).collect();
        assert!(wrong.is_empty(), "{} faults:\n{shown:#?}", wrong.len());
    }
}
