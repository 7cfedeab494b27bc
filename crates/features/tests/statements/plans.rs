//! How the embedded engine answers each saved queue: by an index, and those whose order an index has without sorting.

use huitong_features::growth::appeals;
use huitong_kernel::Ctx;
use huitong_kernel::ctx::{Actor, OfficeKind, Post};
use huitong_testkit::app::TestApp;
use huitong_testkit::db;

/// What is sorted: the open cases of the whole city lie in order state by state, and what a unit has apart from what it is
/// being given. Both end where the open cases, or those of one unit, do.
const SORTED: [(&str, &[&str]); 3] = [
    ("city_open", &["supervisor", "city_leader"]),
    ("city_overdue", &["intake", "supervisor", "city_leader"]),
    ("all", &["handler", "unit_leader"]),
];

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

#[test]
fn queues_are_answered_by_indexes() {
    let city = db::open_sqlite();
    let app = TestApp::new(&city.db);
    let conn = rusqlite::Connection::open(city.dir.path().join("city.db")).expect("the same database");
    let pack = app.city.pack();
    let (mut looked, mut wrong) = (0, Vec::new());
    for queue in &pack.queues {
        for role in &queue.roles {
            let (sql, args) =
                appeals::queue_statement(&holder(&app, role), queue).expect("a statement of the queue");
            looked += 1;
            let mut plan =
                conn.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"))).expect("it");
            let steps: Vec<String> = plan
                .query_map(rusqlite::params_from_iter(args.iter()), |row| row.get::<_, String>("detail"))
                .and_then(Iterator::collect)
                .expect("its plan");
            let whole = steps.iter().any(|step| step.starts_with("SCAN") && !step.contains("USING INDEX"));
            let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
            let may_sort =
                SORTED.iter().any(|(key, roles)| *key == queue.key && roles.contains(&role.as_str()));
            if whole || sorts != may_sort {
                wrong.push(format!("{} of {role}: {}", queue.key, steps.join("; ")));
            }
        }
    }
    assert!(looked > 15, "{looked} queues");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
