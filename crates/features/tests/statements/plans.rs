//! How the embedded engine answers each saved queue, its rows and its count: along an index, and in a city where nearly all
//! cases are closed with no more steps than the rows shown are worth.

use huitong_features::base::matters;
use huitong_features::growth::appeals;
use huitong_kernel::Ctx;
use huitong_kernel::Value;
use huitong_kernel::ctx::{Actor, OfficeKind, Post};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{Filter, FilterKind};
use huitong_kernel::pack::{Control, Definition, Field, Queue, StandsFor, Take};
use huitong_testkit::app::TestApp;
use huitong_testkit::db::{self, TestDb};
use rusqlite::{Connection, StatementStatus};

/// Steps of the engine's machine that twenty rows and the ends of some ranges may take. One pass over the closed cases of a
/// unit takes more than ten times as many.
const STEPS: i32 = 8_000;
/// Closed cases of each unit; there are two.
const CLOSED: i64 = 20_000;

/// Somebody who holds one role.
fn holder(app: &TestApp, role: &str) -> Ctx {
    let unit = app.unit("commerce");
    let post = Post {
        role: role.to_owned(),
        kind: OfficeKind::Unit,
        office: unit.id.to_string(),
        office_name: unit.name,
    };
    let actor = Actor::Person {
        user: app.program().id(),
        login: String::from("someone"),
        name: String::from("某人"),
        posts: vec![post],
    };
    app.program().acting_as(actor)
}

/// A city of which nearly everything is closed: of each unit, for each open state, a few cases that are due, some of them past.
fn filled(city: &TestDb, app: &TestApp) -> Connection {
    let conn = Connection::open(city.dir.path().join("city.db")).expect("the same database");
    let row = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
               INSERT INTO appeals (id, number, version, pack, state, kind, title, text, disclosure, complainant_kind, source, \
               tracking, verified, unit, next_unit, desk_unit, assignee, approved, began_at, closed_at, due_at, due_order, \
               solved, updated_at) SELECT 'apl_' || ?2 || ?3 || i, ?2 || ?3 || i, 1, 'p', ?2, '求助', 't', 't', 'named', \
               'individual', 'online', 't', 0, CASE WHEN ?4 THEN ?3 END, CASE WHEN ?2 = 'dispatched' THEN ?3 END, \
               CASE WHEN ?4 THEN ?3 END, 'usr_' || (i % 5), i % 2, i, CASE WHEN ?6 IS NULL THEN i END, ?6 + i * 1000, \
               COALESCE(?6 + i * 1000, 9000000000000), CASE WHEN ?6 IS NULL AND i % 50 = 0 THEN 'no' END, i FROM n";
    let now = app.program().now;
    for unit in ["commerce", "market_regulation"] {
        let unit = app.unit(unit).id.to_string();
        for (state, many, due) in [
            ("closed", CLOSED, None),
            ("answered", 300, None),
            ("submitted", 40, Some(now + 90_000_000)),
            ("accepted", 40, Some(now - 20_000)),
            ("dispatched", 40, Some(now + 90_000_000)),
            ("signed", 40, Some(now - 20_000)),
            ("handling", 40, Some(now - 20_000)),
            ("replied", 40, Some(now + 90_000_000)),
        ] {
            let is_given = !matches!(state, "submitted" | "accepted");
            conn.execute(row, rusqlite::params![many, state, unit, is_given, Option::<i64>::None, due])
                .expect("cases");
        }
    }
    conn
}

/// What is wrong with how a statement is answered.
fn fault(conn: &Connection, statement: &(String, Vec<Value>)) -> Option<String> {
    fault_beyond(conn, statement, STEPS)
}

/// The same where it may take so many steps.
fn fault_beyond(conn: &Connection, (sql, args): &(String, Vec<Value>), most: i32) -> Option<String> {
    let sql = sql.replace('$', "?");
    let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("it");
    let steps: Vec<String> = plan
        .query_map(rusqlite::params_from_iter(args.iter()), |row| row.get::<_, String>("detail"))
        .and_then(Iterator::collect)
        .expect("its plan");
    let whole = steps
        .iter()
        .any(|step| step.starts_with("SCAN a") && !step.contains("USING") || step == "SCAN appeals");
    let mut statement = conn.prepare(&sql).expect("it");
    let mut rows = statement.query(rusqlite::params_from_iter(args.iter())).expect("an answer");
    while rows.next().expect("a row").is_some() {}
    drop(rows);
    let taken = statement.get_status(StatementStatus::VmStep);
    (whole || taken > most).then(|| format!("{taken} steps: {}", steps.join("; ")))
}

/// Every statement that asks the rows of a queue, for every role that has it; and what is wrong with some.
fn faults(app: &TestApp, conn: &Connection) -> (usize, Vec<String>) {
    let pack = app.city.pack();
    let (mut looked, mut wrong) = (0, Vec::new());
    for queue in &appeals::flow(&pack).queues {
        for role in &queue.roles {
            let reader = holder(app, role);
            let rows = appeals::queue_statement(&reader, queue).expect("a statement of the queue");
            let count = appeals::queue_count_statement(&reader, queue).expect("a statement of its count");
            let by_unit = queue.late.then(|| appeals::queue_units_statement(&reader, queue)).transpose();
            let by_unit = by_unit.expect("a statement of its counts by unit");
            for statement in [Some(rows), count, by_unit].into_iter().flatten() {
                looked += 1;
                let of = format!("{} of {role}", queue.key);
                wrong.extend(fault(conn, &statement).map(|fault| format!("{of}: {fault}\n{}", statement.0)));
            }
        }
    }
    (looked, wrong)
}

#[test]
fn queues_and_their_counts_read_no_more_than_they_show() {
    let city = db::open_sqlite();
    let app = TestApp::new(&city.db);
    let (looked, wrong) = faults(&app, &filled(&city, &app));
    assert!(looked > 15, "{looked} statements");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn queues_of_definitions_go_along_an_index() {
    let city = db::open_sqlite();
    let app = TestApp::new(&city.db);
    let conn = Connection::open(city.dir.path().join("city.db")).expect("the same database");
    let pack = app.city.pack();
    let mut wrong = Vec::new();
    for of in pack.definitions.iter().filter(|of| !of.coded) {
        for queue in &of.queues {
            for role in &queue.roles {
                let reader = holder(&app, role);
                let asked = app.city.db.read(&reader, |tx| matters::list::statement(tx, of, queue));
                let statement = asked.expect("a statement of the queue");
                let place = format!("{}.{} of {role}", of.key, queue.key);
                wrong.extend(
                    fault(&conn, &statement).map(|fault| format!("{place}: {fault}\n{}", statement.0)),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Entries of each register.
const ENTRIES: i64 = 5_000;
/// Steps of one pass through one register, each entry looked at with some of its facts; never through two, nor twice.
const PASS: i32 = 250_000;

/// Whether an index leads what a reader of everything asks: the default order by itself or narrowed by one column or fact, or the
/// order of a fact by itself. All else is one pass.
fn is_led(of: &Definition, question: &[(String, String)]) -> bool {
    let fact = |name: &str| {
        let field = of.field(name).is_some_and(|field| {
            !field.step_only && (field.stands_for.is_none() || field.stands_for == Some(StandsFor::Kind))
        });
        let derived = of.register.iter().flat_map(|register| &register.derived).any(|one| one.key == name);
        field || derived
    };
    let by_day = |sort: &str| sort.trim_start_matches('-') == "day";
    match question {
        [] => true,
        [(name, value)] if name == "sort" => by_day(value) || fact(value.trim_start_matches('-')),
        [(name, _), rest @ ..] => {
            (["unit", "number"].contains(&name.as_str()) || fact(name))
                && rest.iter().all(|(_, sort)| by_day(sort))
        }
    }
}

/// A city whose registers hold much: of many units and associations, current, ended and void, with every fact that lists ask for.
fn stocked(city: &TestDb, app: &TestApp) -> Connection {
    let conn = Connection::open(city.dir.path().join("city.db")).expect("the same database");
    let unit = app.unit("commerce").id.to_string();
    let day = |of: &str, most: i64| {
        format!("date('2025-03-14', ((({of}) * 7919) % {most} - {most} + 300) || ' days')")
    };
    for of in app.city.pack().definitions.iter().filter(|of| of.is_register() && of.stands_alone()) {
        let rows = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ENTRIES}) \
             INSERT INTO entries (id, procedure, number, version, pack, state, kind, title, association, unit, desk_unit, \
             assignee, owner_association, source, began_at, due_order, updated_at, day, from_on, until_on, amount, search, marks, body) \
             SELECT 'ent_' || ?1 || i, ?1, '', 1, 'p', CASE i % 20 WHEN 0 THEN 'void' WHEN 1 THEN 'ended' ELSE 'current' END, \
             'v' || (i % 5), 't' || i, 'asc_' || (i % 200), CASE i % 40 WHEN 7 THEN ?2 ELSE 'unt_' || (i % 40) END, '', \
             'usr_' || (i % 500), 'asc_' || (i % 200), 'online', i, 0, i, {from}, {from}, \
             CASE i % 3 WHEN 0 THEN NULL ELSE {until} END, i % 100, 't' || i, '{{}}', '{{}}' FROM n",
            from = day("i", 2000),
            until = day("i * 31", 900),
        );
        conn.execute(&rows, rusqlite::params![of.key, unit]).expect("entries");
        let fact = |key: &str, text: &str, number: &str| {
            let sql = format!(
                "INSERT INTO entry_facts (entry, fact, nth, procedure, association, text, number, day) \
                 SELECT id, ?2, 0, procedure, association, {text}, {number}, day FROM entries WHERE procedure = ?1 AND state <> 'void'"
            );
            conn.execute(&sql, rusqlite::params![of.key, key]).expect("facts");
        };
        let kept = |field: &&Field| field.indexed || field.control == Control::Entry;
        for field in of.fields.iter().filter(kept).filter(|field| field.stands_for.is_none()) {
            match field.control {
                Control::Integer | Control::Score | Control::Money => fact(&field.key, "NULL", "rowid % 100"),
                Control::Date => fact(&field.key, &day("rowid", 900), "NULL"),
                _ => fact(&field.key, "'v' || (rowid % 20)", "NULL"),
            }
        }
        let register = of.register.iter();
        for one in register.clone().flat_map(|register| &register.derived).filter(|one| !one.this_year) {
            match one.take {
                Take::Latest | Take::Earliest => fact(&one.key, &day("rowid", 900), "NULL"),
                Take::Count | Take::Sum | Take::Any => fact(&one.key, "NULL", "rowid % 9"),
            }
        }
        if register.clone().any(|register| register.several) {
            fact("association", "association", "NULL");
        }
    }
    conn
}

/// What may be asked of a register: every filter with every order, and each alone.
fn questions(of: &Definition) -> Vec<Vec<(String, String)>> {
    let def = matters::list::def(of);
    let value = |filter: &Filter| match filter.kind {
        FilterKind::Number => "7",
        FilterKind::Date | FilterKind::Since | FilterKind::Until => "2025-03-01",
        FilterKind::Part => "t777",
        _ if filter.name == "state" => "current",
        _ if filter.name == "association" => "asc_7",
        _ if filter.name == "unit" => "unt_7",
        _ => "v3",
    };
    let filters = def
        .filters
        .iter()
        .map(|filter| Some((filter.name.to_string(), value(filter).to_owned())))
        .chain([None]);
    let sorts: Vec<Option<String>> = def
        .sorts
        .iter()
        .flat_map(|sort| [sort.name.to_string(), format!("-{}", sort.name)])
        .map(Some)
        .chain([None])
        .collect();
    let with = |filter: Option<(String, String)>| {
        let sorts = sorts.clone().into_iter();
        sorts.map(move |sort| {
            filter.clone().into_iter().chain(sort.map(|sort| (String::from("sort"), sort))).collect()
        })
    };
    filters.flat_map(with).collect()
}

#[test]
fn lists_of_registers_read_no_more_than_they_show() {
    let city = db::open_sqlite();
    let app = TestApp::new(&city.db);
    let conn = stocked(&city, &app);
    let pack = app.city.pack();
    let (mut looked, mut wrong) = (0, Vec::new());
    for of in pack.definitions.iter().filter(|of| of.is_register() && of.stands_alone()) {
        let mut look = |place: String, reader: &Ctx, queue: Option<&Queue>, pairs: &Pairs, most: i32| {
            let asked =
                app.city.db.read(reader, |tx| matters::entries::list::statement(tx, of, queue, pairs));
            let statement = asked.expect("a statement of the list");
            looked += 1;
            wrong.extend(fault_beyond(&conn, &statement, most).map(|fault| format!("{place}: {fault}")));
        };
        for queue in &of.queues {
            for role in &queue.roles {
                look(
                    format!("{}.{} of {role}", of.key, queue.key),
                    &holder(&app, role),
                    Some(queue),
                    &Pairs::default(),
                    PASS,
                );
            }
        }
        for role in ["supervisor", "handler"] {
            let reader = holder(&app, role);
            for question in questions(of) {
                let pairs = Pairs::of(question.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                let most = if role == "supervisor" && is_led(of, &question) { STEPS } else { PASS };
                look(format!("{} for {role} {question:?}", of.key), &reader, None, &pairs, most);
            }
        }
    }
    assert!(looked > 300, "{looked} statements");
    assert!(wrong.is_empty(), "{} of {looked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_queue_that_runs_through_closed_cases_is_found() {
    let city = db::open_sqlite();
    let app = TestApp::new(&city.db);
    let conn = filled(&city, &app);
    for (index, queue) in [
        ("appeals_unit_state", "to_review of unit_leader"),
        ("appeals_unit_answered", "answered of handler"),
        ("appeals_unit_submitted", "all of handler"),
    ] {
        conn.execute_batch(&format!("SAVEPOINT whole; DROP INDEX {index}")).expect("an index less");
        let (_, wrong) = faults(&app, &conn);
        assert!(wrong.iter().any(|fault| fault.starts_with(queue)), "without {index}: {}", wrong.join("\n"));
        conn.execute_batch("ROLLBACK TO whole; RELEASE whole").expect("the index again");
    }
}
