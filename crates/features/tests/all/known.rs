//! An answer says only what is known: that nothing was saved only where nothing is, and where nobody can say, that nobody can.

use std::time::{Duration, Instant};

use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::db::Distant;
use huitong_kernel::http::Settings;
use huitong_kernel::{Db, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::db::{create_postgres, open_sqlite};
use huitong_testkit::proxy::Proxy;
use serde_json::json;

use crate::cast::Cast;

const COUNT: &str = "SELECT COUNT(*) FROM appeals";

#[test]
fn what_is_told_not_to_be_saved_is_not_saved_once_the_lock_is_gone() {
    let test = open_sqlite();
    let app = hurried(&test.db, 300);
    let foreign = rusqlite::Connection::open(test.dir.path().join("city.db")).unwrap();
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    let told: Vec<String> = std::thread::scope(|scope| {
        let ask = || app.post("/api/v1/appeals").json(&Cast::appeal(&json!({}))).send();
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        let answers = callers.into_iter().map(|caller| caller.join().unwrap());
        answers.map(|answer| answer.expect(503).json()["code"].as_str().unwrap().to_owned()).collect()
    });
    assert_eq!(told, vec!["busy"; 8]);
    let page = app.get("/").send();
    assert_eq!(page.status, 200, "who only reads waits for no lock");
    foreign.execute_batch("ROLLBACK").unwrap();
    app.post("/api/v1/appeals").json(&Cast::appeal(&json!({}))).send().expect(201);
    // Whoever waited has had the time to go on, had it been so.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(app.read(|tx| tx.number(COUNT, args![])), 1);
}

/// A house in which a request may take so many milliseconds.
fn hurried(db: &Db, timeout: u64) -> TestApp {
    TestApp::edged(db, Settings { timeout: Duration::from_millis(timeout), ..Settings::default() })
}

/// A house whose database is reached through a proxy and given up soon.
fn behind_a_proxy(
    timeout: u64,
    patience: u64,
) -> Option<(TestApp, Proxy, huitong_testkit::db::DropDatabase)> {
    let (url, gone) = create_postgres()?;
    let (user, rest) = url.split_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let proxy = Proxy::before(host);
    let distant = Distant { patience: Duration::from_millis(patience), ..Distant::default() };
    let db = Db::open_with(&format!("{user}@{}/{name}", proxy.address), MIGRATIONS, distant).unwrap();
    Some((hurried(&db, timeout), proxy, gone))
}

#[test]
fn a_commit_without_an_answer_is_neither_saved_nor_not_until_it_is_asked_again() {
    let Some((app, proxy, _gone)) = behind_a_proxy(1_500, 20_000) else { return };
    let ask = || app.post("/api/v1/appeals").header("idempotency-key", "k-1").json(&Cast::appeal(&json!({})));
    proxy.swallow_the_commit_of("INSERT INTO appeals");
    let told = ask().send();
    assert_eq!(told.expect(504).json()["code"], "unsure");
    assert!(told.text().contains("不能确定"), "{}", told.text());
    let again = ask().send();
    again.expect(201);
    assert_eq!(app.read(|tx| tx.number(COUNT, args![])), 1, "the first time counted");
}

#[test]
fn a_page_that_nobody_answered_keeps_what_was_typed_under_its_token() {
    let Some((app, proxy, _gone)) = behind_a_proxy(1_500, 20_000) else { return };
    let text = "园区道路夜间无照明，请协调解决。";
    let fields = [
        ("kind", "求助"),
        ("title", "请求协调道路照明"),
        ("text", text),
        ("disclosure", "named"),
        ("contact_name", "沈秋白"),
        ("contact_phone", "13800000000"),
        ("submit_token", "0123456789abcdef0123456789abcdef"),
    ];
    proxy.swallow_the_commit_of("INSERT INTO appeals");
    let told = app.post("/appeals/done").form(&fields).send();
    let page = told.expect(504).text();
    assert!(page.contains(text) && page.contains("不能确定") && page.contains("继续提交"), "{page}");
    assert_eq!(told.hidden("submit_token"), "0123456789abcdef0123456789abcdef");
    let again = app.post("/appeals/done").form(&fields).send();
    assert!(again.status < 400, "{}", again.text());
    assert_eq!(app.read(|tx| tx.number(COUNT, args![])), 1);
}

#[test]
fn a_database_that_was_started_anew_costs_nobody_an_answer() {
    let Some((url, _gone)) = create_postgres() else { return };
    let app = TestApp::new(&Db::open(&url, MIGRATIONS).unwrap());
    let read = || app.get("/").send().status;
    let all = || {
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..16).map(|_| scope.spawn(read)).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<u16>>()
        })
    };
    assert_eq!(all(), vec![200; 16]);
    let name = url.rsplit('/').next().unwrap();
    let ended = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let admin = url.replace(&format!("/{name}"), "/postgres");
    postgres::Client::connect(&admin, postgres::NoTls).unwrap().batch_execute(&ended).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(all(), vec![200; 16], "idle connections that ended are replaced");
    app.post("/api/v1/appeals").json(&Cast::appeal(&json!({}))).send().expect(201);
}

#[test]
fn a_database_that_fell_silent_is_left_and_its_places_come_back() {
    let Some((app, proxy, _gone)) = behind_a_proxy(4_000, 1_000) else { return };
    let desk = || app.get("/").send().status;
    assert_eq!(desk(), 200);
    std::thread::scope(|scope| {
        let warm: Vec<_> = (0..16).map(|_| scope.spawn(desk)).collect();
        assert!(warm.into_iter().all(|caller| caller.join().unwrap() == 200));
    });
    proxy.fall_silent();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..16).map(|_| scope.spawn(desk)).collect();
        callers.into_iter().for_each(|caller| assert!(caller.join().is_ok()));
    });
    assert_eq!(desk(), 200, "whoever comes later is served, {:?} after", began.elapsed());
    app.post("/api/v1/appeals").json(&Cast::appeal(&json!({}))).send().expect(201);
}
