//! Whatever anybody tries in whatever order: the state machine holds, counts are right, rows and lists agree, the journal verifies.

use std::collections::{BTreeMap, BTreeSet};

use huitong_features::base::identity::Office;
use huitong_features::growth::appeals;
use huitong_kernel::journal;
use huitong_kernel::{Db, args};
use huitong_testkit::db::{open_postgres, open_sqlite};
use huitong_testkit::door::Person;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value as Json, json};

use crate::cases::Keys;
use crate::cast::{Cast, told};
use crate::grants::Grants;

/// The state machine as the domain's table has it: act, from, to. An act whose result depends has a row for each.
const MOVES: &[(&str, &str, &str)] = &[
    ("verify", "submitted accepted", "="),
    ("accept", "submitted", "accepted"),
    ("decline", "submitted", "declined"),
    ("classify", "accepted", "="),
    ("dispatch", "accepted signed handling", "dispatched"),
    ("sign", "dispatched", "signed"),
    ("assign", "signed handling", "handling"),
    ("contact", "signed handling", "handling"),
    ("note", "signed handling", "handling"),
    ("reply", "signed handling", "replied"),
    ("review", "replied", "= handling"),
    ("send", "replied", "answered"),
    ("judge", "answered", "closed"),
    ("withdraw", "submitted accepted dispatched signed handling replied", "withdrawn"),
];

/// What somebody tries on which case.
#[derive(Debug, Clone)]
enum Try {
    /// Brings a case in: by whom, how disclosed, about which unit.
    Submit(usize, usize, usize),
    /// Person, case, act, which of its bodies, whether with an old version.
    Act(usize, usize, usize, usize, bool),
    /// The same, drawn from what the tables allow, so that cases come far.
    Sensible(usize, usize, usize),
    /// Everybody in turn tries what would bring a case to its end.
    Finish(usize),
    /// Time passes, and what is due is done.
    Wait(i64),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let submit = (0..3usize, 0..3usize, 0..3usize).prop_map(|(who, how, about)| Try::Submit(who, how, about));
    let act = (0..12usize, 0..4usize, 0..14usize, 0..4usize, proptest::bool::weighted(0.05));
    let act = act.prop_map(|(who, case, act, body, stale)| Try::Act(who, case, act, body, stale));
    let wait = (1..72i64).prop_map(Try::Wait);
    let sensible =
        (0..600usize, 0..4usize, 0..3usize).prop_map(|(which, case, body)| Try::Sensible(which, case, body));
    let finish = (0..4usize).prop_map(Try::Finish);
    let one = prop_oneof![2 => submit, 12 => act, 16 => sensible, 1 => finish, 2 => wait];
    proptest::collection::vec(one, 40..100).prop_map(|mut all| {
        all.insert(0, Try::Submit(1, 0, 0));
        all
    })
}

/// A city in which everybody tries.
struct World {
    cast: Cast,
    grants: Grants,
    more: Vec<Person>,
}

/// What the database itself says of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    state: String,
    version: i64,
    values: BTreeMap<String, String>,
}

impl World {
    fn new(db: &Db) -> World {
        let cast = Cast::new(db);
        let office = Office::company("91519900MA9002535F", "锦宁恒砺精密机械有限公司");
        let more = vec![
            cast.app.somebody("contact", "企业联系人", "company_contact", &office),
            cast.app.staff("water-leader", "unit_leader", "water"),
            cast.app.staff("city-leader", "city_leader", "social_work"),
        ];
        World { cast, grants: Grants::read(), more }
    }

    fn people(&self) -> Vec<&Person> {
        let c = &self.cast;
        let mut all = vec![
            &c.secretary,
            &c.intake,
            &c.handler,
            &c.colleague,
            &c.leader,
            &c.next_handler,
            &c.next_leader,
        ];
        all.extend([&c.supervisor, &c.auditor]);
        all.extend(&self.more);
        all
    }

    fn row(&self, id: &str) -> Row {
        let columns = "state, version, owner_user, owner_association, owner_company, unit, next_unit, assignee, about, disclosure";
        let sql = format!("SELECT {columns} FROM appeals WHERE id = $1");
        let row = self.cast.app.read(|tx| tx.one(&sql, args![id])).unwrap();
        let text = |name: &str| row.get::<Option<String>>(name).unwrap().unwrap_or_default();
        let names = [
            "owner_user",
            "owner_association",
            "owner_company",
            "unit",
            "next_unit",
            "assignee",
            "about",
            "disclosure",
        ];
        let values = names.iter().map(|name| ((*name).to_owned(), text(name))).collect();
        Row { state: text("state"), version: row.get("version").unwrap(), values }
    }

    fn body(&self, act: &str, kind: usize, version: i64) -> Json {
        let reply = "您反映的用工缺口已核实，专场招聘会定于下周举行，请留意通知。";
        let handlers = [&self.cast.handler, &self.cast.colleague, &self.cast.next_handler, &self.cast.intake];
        let mut body = match act {
            "verify" => json!({"method": "call_back"}),
            "decline" => {
                json!({"reason": "other_place", "text": "您反映的事项不属本市管辖，请向事项所在地部门提出。"})
            }
            "classify" => {
                json!({"kind": (["求助", "咨询", "投诉", "表扬"][kind]), "category": (["03-1", "01-1", "12-1", "03-1"][kind])})
            }
            "dispatch" => {
                json!({"unit": (["commerce", "transport", "water", "nowhere"][kind]), "reason": "按派单目录派单"})
            }
            "assign" => json!({"handler": handlers[kind].account.id}),
            "contact" => json!({"reason": "verify", "result": "reached"}),
            "note" => json!({"text": if kind == 3 { "" } else { "已核对" }}),
            "reply" => json!({"outcome": "solved", "text": if kind == 3 { "短" } else { reply }}),
            "review" => {
                json!({"outcome": (["approve", "return", "approve", "maybe"][kind]), "opinion": "写明时间地点"})
            }
            "judge" => json!({"solved": (["yes", "no", "partly", "?"][kind]), "satisfied": "yes"}),
            _ => json!({}),
        };
        if act == "review" && kind != 1 {
            body.as_object_mut().unwrap().remove("opinion");
        }
        if version != 0 {
            body["version"] = json!(version);
        }
        body
    }

    /// Tries an act and holds what comes out against the table.
    fn act(
        &self,
        who: &Person,
        id: &str,
        act: &str,
        kind: usize,
        stale: bool,
    ) -> Result<bool, TestCaseError> {
        let before = self.row(id);
        let body = self.body(act, kind, if stale { before.version + 5 } else { 0 });
        let answer = self.cast.tries(who, id, act, &body);
        let after = self.row(id);
        let said = format!(
            "{act} {kind} by {} on {before:?}: {} {}",
            who.account.login,
            answer.status,
            answer.text()
        );
        prop_assert!(answer.status < 500, "{said}");
        if answer.status != 200 {
            prop_assert_eq!(&after, &before, "a refused act changed the case: {}", said);
            prop_assert!([403, 404, 409, 422].contains(&answer.status), "{said}");
            return Ok(false);
        }
        prop_assert!(!stale, "an old version was taken: {said}");
        prop_assert_eq!(after.version, before.version + 1, "{}", said);
        let moves =
            MOVES.iter().filter(|(key, from, _)| *key == act && from.split(' ').any(|s| s == before.state));
        let allowed: BTreeSet<&str> = moves
            .flat_map(|(_, _, to)| to.split(' '))
            .map(|to| if to == "=" { before.state.as_str() } else { to })
            .collect();
        prop_assert!(allowed.contains(after.state.as_str()), "{} is no move of {act}: {said}", after.state);
        let value = |row: &Row, name: &str| row.values[name].clone();
        prop_assert!(
            value(&after, "about").is_empty() || value(&after, "about") != value(&after, "unit"),
            "{said}"
        );
        prop_assert!(
            value(&after, "about").is_empty() || value(&after, "about") != value(&after, "next_unit"),
            "{said}"
        );
        // The first unit answers until the next has signed.
        if act != "sign" && !value(&before, "unit").is_empty() {
            prop_assert_eq!(value(&after, "unit"), value(&before, "unit"), "{}", said);
        }
        prop_assert!(self.reaches(who, act, &before), "nobody granted it: {said}");
        Ok(true)
    }

    fn keys(row: &Row) -> Keys {
        let value = |name: &str| row.values[name].clone();
        Keys {
            disclosure: value("disclosure"),
            submitter: value("owner_user"),
            associations: vec![value("owner_association")],
            company: value("owner_company"),
            units: vec![value("unit"), value("next_unit")],
            assignee: value("assignee"),
            about: value("about"),
            ..Keys::default()
        }
    }

    fn reaches(&self, who: &Person, act: &str, row: &Row) -> bool {
        self.grants.reaches(who, &format!("appeal.{act}"), &World::keys(row))
    }

    fn submit(&self, who: usize, how: usize, about: usize) -> Result<Option<String>, TestCaseError> {
        let disclosure = ["named", "confidential", "anonymous"][how];
        let mut body = Cast::appeal(&json!({"disclosure": disclosure}));
        if about > 0 {
            body["kind"] = json!("投诉");
            body["about"] = json!(["", "water", "commerce"][about]);
        }
        self.cast.app.later(1_000);
        let ask = self.cast.app.post("/api/v1/appeals").json(&body);
        let answer = match who {
            0 => ask,
            1 => ask.token(&self.cast.secretary),
            _ => ask.token(&self.more[0]),
        }
        .send();
        if who > 0 && how == 2 {
            prop_assert_eq!(answer.status, 422, "who is signed in is not anonymous");
            return Ok(None);
        }
        prop_assert_eq!(answer.status, 201, "{}", answer.text());
        Ok(Some(told(&answer).id))
    }

    /// One history.
    fn run(&self, tries: &[Try]) -> Result<(), TestCaseError> {
        let mut cases: Vec<String> = Vec::new();
        let mut done: BTreeMap<String, i64> = BTreeMap::new();
        let people = self.people();
        for one in tries {
            match one {
                Try::Submit(who, how, about) => cases.extend(self.submit(*who, *how, *about)?),
                Try::Act(who, case, act, kind, stale) => {
                    // The newest cases, so that some come far.
                    let id = &cases[cases.len() - 1 - case % cases.len()];
                    if self.act(people[*who % people.len()], id, MOVES[*act].0, *kind, *stale)? {
                        *done.entry(id.clone()).or_default() += 1;
                    }
                }
                Try::Sensible(which, case, kind) => {
                    let id = &cases[cases.len() - 1 - case % cases.len()];
                    let row = self.row(id);
                    let open = MOVES.iter().filter(|(_, from, _)| from.split(' ').any(|s| s == row.state));
                    let open: Vec<(&Person, &str)> = open
                        .flat_map(|(act, ..)| people.iter().map(move |who| (*who, *act)))
                        .filter(|(who, act)| self.reaches(who, act, &row))
                        .collect();
                    // Taking back and turning away end a history early: they are drawn seldom, but they are drawn.
                    type Drawn<'a> = Vec<(&'a Person, &'a str)>;
                    let (last, best): (Drawn, Drawn) =
                        open.iter().copied().partition(|(_, act)| ["withdraw", "decline"].contains(act));
                    let best = if which % 12 == 0 && !last.is_empty() { last } else { best };
                    let (who, act) = match (best.is_empty(), open.is_empty()) {
                        (_, true) => continue,
                        (true, _) => open[which / 12 % open.len()],
                        (false, _) => best[which / 12 % best.len()],
                    };
                    if self.act(who, id, act, *kind, false)? {
                        *done.entry(id.clone()).or_default() += 1;
                    }
                }
                Try::Finish(case) => {
                    let id = &cases[cases.len() - 1 - case % cases.len()];
                    let order = [
                        "accept", "classify", "dispatch", "sign", "assign", "contact", "reply", "review",
                        "send", "judge",
                    ];
                    for act in order {
                        for who in &people {
                            *done.entry(id.clone()).or_default() +=
                                i64::from(self.act(who, id, act, 0, false)?);
                        }
                    }
                }
                Try::Wait(hours) => {
                    self.cast.app.later(hours * 3_600_000);
                    self.cast.app.settle();
                }
            }
        }
        for id in &cases {
            self.is_whole(id, done.get(id).copied().unwrap_or_default())?;
        }
        self.lists_agree(&cases)?;
        self.counts_are_right()
    }

    /// Each change of a case has one step and one entry.
    fn is_whole(&self, id: &str, acts: i64) -> Result<(), TestCaseError> {
        let count = |sql: &str| self.cast.count(sql, id);
        let late = count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND act = 'overdue'");
        let closed = count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND act = 'close'");
        prop_assert_eq!(
            count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1"),
            1 + acts + late + closed
        );
        prop_assert_eq!(count("SELECT COUNT(*) FROM journal WHERE subject = $1"), 1 + acts + late + closed);
        prop_assert_eq!(self.row(id).version, 1 + acts + late + closed, "each step is a version");
        let clocks = "SELECT COUNT(DISTINCT limit_key) - COUNT(*) FROM matter_clocks WHERE matter = $1 AND met_at IS NULL";
        prop_assert_eq!(count(clocks), 0, "a limit runs twice");
        Ok(())
    }

    /// What can be opened stands in the list, and nothing else does; the acts that are offered are those that are granted.
    fn lists_agree(&self, cases: &[String]) -> Result<(), TestCaseError> {
        for who in self.people() {
            let may_list = !["auditor"].contains(&who.role.as_str());
            let mut listed = BTreeSet::new();
            if may_list {
                let mut next = String::new();
                loop {
                    let page =
                        self.cast.app.get(&format!("/api/v1/appeals?page_size=100{next}")).token(who).send();
                    let page = page.expect(200).json();
                    listed.extend(
                        page["items"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|item| item["id"].as_str().unwrap().to_owned()),
                    );
                    let Some(mark) = page["next"].as_str() else { break };
                    next = format!("&next={}", huitong_kernel::http::encode(mark));
                }
            }
            for id in cases {
                let row = self.row(id);
                let granted = self.reaches(who, "view", &row);
                let opened = self.cast.app.get(&format!("/api/v1/appeals/{id}")).token(who).send();
                let said = format!("{} and {row:?}", who.account.login);
                prop_assert_eq!(opened.status == 200, granted, "opened: {}", said);
                prop_assert_eq!(listed.contains(id), granted, "listed: {}", said);
                if granted {
                    for offer in opened.json()["acts"].as_array().unwrap() {
                        prop_assert!(
                            self.reaches(who, offer["act"].as_str().unwrap(), &row),
                            "{offer} offered: {said}"
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// Maintained counts are those of the rows; queues say how many they hold; the journal verifies.
    fn counts_are_right(&self) -> Result<(), TestCaseError> {
        let app = &self.cast.app;
        let sql = "SELECT state, kind, COALESCE(unit, '') AS unit, COALESCE(next_unit, '') AS next_unit, \
                   COALESCE(desk_unit, '') AS desk_unit, COALESCE(assignee, '') AS assignee, approved, \
                   COALESCE(solved, '') AS solved FROM appeals";
        let mut real: BTreeMap<[String; 8], i64> = BTreeMap::new();
        for row in app.read(|tx| tx.query(sql, args![])) {
            let text = |column: &str| row.get::<String>(column).unwrap();
            let [state, kind, unit, next] = ["state", "kind", "unit", "next_unit"].map(text);
            let [desk, assignee, solved] = ["desk_unit", "assignee", "solved"].map(text);
            let approved = i64::from(row.get::<bool>("approved").unwrap()).to_string();
            *real.entry([state, kind, unit, next, desk, assignee, approved, solved]).or_default() += 1;
        }
        for folded in [false, true] {
            if folded {
                app.settle();
            }
            let kept: BTreeMap<_, _> = app.read(|tx| tx.counts("appeals")).into_iter().collect();
            prop_assert_eq!(&kept, &real, "folded: {}", folded);
        }
        for who in [&self.cast.intake, &self.cast.handler, &self.cast.leader, &self.cast.supervisor] {
            let pack = app.city.pack();
            for queue in appeals::flow(&pack).queues.iter().filter(|q| q.roles.contains(&who.role)) {
                let found =
                    app.get(&format!("/api/v1/appeals?queue={}&page_size=100", queue.key)).token(who).send();
                let found = found.expect(200).json();
                let (total, items) =
                    (found["total"].as_i64().unwrap(), found["items"].as_array().unwrap().len());
                if found["next"].is_null() {
                    prop_assert_eq!(
                        total,
                        i64::try_from(items).unwrap(),
                        "{} of {}",
                        queue.key,
                        who.account.login
                    );
                }
            }
        }
        let verified = journal::verify(&app.city.db, &app.program()).unwrap();
        prop_assert!(verified.ok && verified.waiting == 0, "{verified:?}");
        Ok(())
    }
}

/// Everything that was ever done to a case.
fn acts_done(world: &World) -> BTreeSet<String> {
    let rows = world.cast.app.read(|tx| tx.query("SELECT DISTINCT act FROM matter_steps", args![]));
    rows.iter().map(|row| row.get("act").unwrap()).collect()
}

fn histories(db: &Db, cases: u32) {
    let world = World::new(db);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    // The same histories each time, so that each act is sure to come up; they are still drawn, not chosen.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&tries(), |tries| world.run(&tries));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let done = acts_done(&world);
    let wanted = MOVES.iter().map(|(act, ..)| *act).chain(["submit", "overdue"]);
    let never: Vec<&str> = wanted.filter(|act| !done.contains(*act)).collect();
    assert!(never.is_empty(), "the histories never came to {never:?}");
}

#[test]
fn any_history_holds_on_the_embedded_engine() {
    histories(&open_sqlite().db, 16);
}

#[test]
fn any_history_holds_on_postgresql() {
    if let Some(test) = open_postgres() {
        histories(&test.db, 10);
    }
}
