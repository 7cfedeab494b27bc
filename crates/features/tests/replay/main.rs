//! Real orders, imported and driven to their end by the same acts as the pages use, on both engines.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it misses by failing, and what it skips"
)]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use huitong_features::base::identity::{self, Account, NewPost, NewUser, Office};
use huitong_features::base::imports::{self, Options};
use huitong_features::base::units;
use huitong_features::growth::appeals::{self, AppealId, Input, import, learning};
use huitong_kernel::capability::Run;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Ctx, Id, args, deadline, journal};
use huitong_testkit::app::TestApp;
use huitong_testkit::db::{self, TestDb};

const HOUR: i64 = 3_600_000;

/// The first `rows` real orders as a file of their own; none where they are not at hand.
fn orders(rows: usize, folder: &Path) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("HUITONG_TEST_DATA").map_or(beside, PathBuf::from);
    let file = data.join("appeals/haikou12345_train.csv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: {} is not there", file.display());
        return None;
    };
    // A text may run over lines; the file's own numbers begin each order.
    let mut seen = 0;
    let starts = text.match_indices("\nHK").map(|(at, _)| at);
    let end = starts.inspect(|_| seen += 1).nth(rows).unwrap_or(text.len());
    let part = folder.join("orders.csv");
    std::fs::write(&part, &text[..end]).expect("a file for the test");
    Some(part)
}

fn official(app: &TestApp, nth: usize, role: &str, office: &Office) -> Account {
    let login = format!("{role}{nth}");
    let post = Some(NewPost::open(role, office.clone()));
    app.act(|tx| {
        let (login, name) = (login.clone(), String::from("经办同志"));
        identity::add(tx, &NewUser { login, name, post: post.clone(), ..NewUser::default() })
    })
}

/// Imports, then drives every case through accept, classify, dispatch, sign, contact, reply, review, send and judge.
fn replay(db: &TestDb, rows: usize) {
    let Some(file) = orders(rows, db.dir.path()) else { return };
    let app = TestApp::new(&db.db);
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/tests/data/hotline-orders.toml");
    let receipts = db.dir.path().join("receipts.csv");
    let options = Options { receipts: Some(&receipts), ..Options::default() };
    let request = import::Request { file: &file, mapping: &mapping, create_units: true, options };
    let summary = import::run(&app.city, &Actor::CommandLine, &request).expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (summary.rows, 0));

    let social = app.unit("social_work");
    let intake = app.person(&official(&app, 0, "intake", &Office::unit(&social)));
    let mut staff: HashMap<String, (Ctx, Ctx)> = HashMap::new();
    for (nth, unit) in app.read(units::all).iter().enumerate() {
        let (handler, leader) = ("handler", "unit_leader");
        let of = |role| app.person(&official(&app, nth + 1, role, &Office::unit(unit)));
        staff.insert(unit.id.to_string(), (of(handler), of(leader)));
    }
    let cases: Vec<(String, String, i64)> = app.read(|tx| {
        let rows =
            tx.query("SELECT id, number, submitted_at FROM appeals ORDER BY submitted_at, id", args![])?;
        rows.iter().map(|r| Ok((r.get("id")?, r.get("number")?, r.get("submitted_at")?))).collect()
    });
    let codes = codes(&receipts);
    let pack = app.city.pack();
    let template = &pack.template("solved").expect("a template of the pack").text;
    let mut wanted = BTreeMap::<String, i64>::new();
    let (began, mut acts) = (Instant::now(), 0);
    for (id, number, at) in &cases {
        let id: AppealId = Id::stored(id.clone());
        let known = app.read(|tx| imports::rows_of(tx, &[id.as_str()]));
        let unit = known[id.as_str()].unit.clone().expect("each order names its unit");
        *wanted.entry(unit.to_string()).or_default() += 1;
        let (handler, leader) = &staff[unit.as_str()];
        let reply = template.replace(['【', '】'], "");
        let steps: [(&Ctx, &str, Input); 9] = [
            (&intake, "accept", Input::default()),
            (&intake, "classify", Input::of(&[("kind", "求助"), ("category", "06-1")])),
            (&intake, "dispatch", Input::of(&[("unit", unit.as_str()), ("reason", "按原处置单位派单")])),
            (handler, "sign", Input::default()),
            (handler, "contact", Input::of(&[("reason", "understand"), ("result", "reached")])),
            (handler, "reply", Input::of(&[("outcome", "solved"), ("text", &reply)])),
            (leader, "review", Input::of(&[("outcome", "approve")])),
            (leader, "send", Input::default()),
            (leader, "judge", Input::of(&[("solved", "yes"), ("satisfied", "yes")])),
        ];
        for (nth, (who, act, input)) in steps.iter().enumerate() {
            let mut ctx = (*who).clone();
            ctx.now = at + HOUR * (nth as i64 + 1);
            let done = app.city.db.write(&ctx, |tx| match *act {
                "judge" => appeals::judge_tracked(tx, number, &codes[number], input),
                act => appeals::act(tx, &id, act, input),
            });
            done.unwrap_or_else(|e| panic!("{act} {number}: {e} {}", e.log_line()));
            acts += 1;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{acts} acts on {} cases, {:.0} a second", cases.len(), f64::from(acts) / seconds);
    settled(&app, &wanted);
    if cases.len() > 5_000 {
        learned(&app);
    }
}

/// The city learns from its closed orders; what it learned answers from now on.
fn learned(app: &TestApp) {
    let (db, ctx, began) = (&app.city.db, app.program(), Instant::now());
    let Run::Apart(prepare) = learning::WORK.run else { panic!("learning takes long") };
    let change = db.read(&ctx, |tx| prepare(tx, "")).expect("something learned");
    db.write(&ctx, |tx| change(tx)).expect("a model in force");
    let (quality, now, before): (String, i64, i64) = app.read(|tx| {
        let sql = "SELECT quality, right_now, right_before FROM dispatch_models WHERE state = 'in_force'";
        let row = tx.one(sql, args![])?.expect("the model");
        Ok((row.get("quality")?, row.get("right_now")?, row.get("right_before")?))
    });
    println!("{quality}; held out: {now} right, before {before}; {:.1} s", began.elapsed().as_secs_f64());
    let quality: serde_json::Value = serde_json::from_str(&quality).expect("figures");
    // What the words and units of these orders gave when the engine was measured, less what chance takes.
    for (figure, least) in [("top1", 0.68), ("top3", 0.82), ("auto_precision", 0.95)] {
        assert!(quality[figure].as_f64() > Some(least), "{figure} in {quality}");
    }
    assert!(now > 10 * before.max(1), "a dictionary of another city knows little of these units");
}

fn codes(receipts: &Path) -> HashMap<String, String> {
    let text = std::fs::read_to_string(receipts).expect("the receipts");
    let lines = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    lines.map(|of| (of[2].to_owned(), of[3].to_owned())).collect()
}

/// Every case closed, every deadline as its rule says, the counts those of the file, the journal sound.
fn settled(app: &TestApp, wanted: &BTreeMap<String, i64>) {
    let total: i64 = wanted.values().sum();
    let number = |sql: &str| app.read(|tx| tx.number(sql, args![]));
    assert_eq!(number("SELECT COUNT(*) FROM appeals WHERE state = 'closed'"), total);
    let by_unit: BTreeMap<String, i64> = app.read(|tx| {
        let rows = tx.query("SELECT unit, COUNT(*) AS n FROM appeals GROUP BY unit", args![])?;
        rows.iter().map(|r| Ok((r.get("unit")?, r.get("n")?))).collect()
    });
    assert_eq!(&by_unit, wanted);
    for (unit, n) in wanted {
        let counted: i64 = app.read(|tx| tx.counts("appeals", unit)).iter().map(|(_, _, n)| n).sum();
        assert_eq!(counted, *n, "the maintained counts are those of the rows");
    }
    let clocks: Vec<(String, i64, i64)> = app.read(|tx| {
        let rows = tx.query("SELECT rule, started_at, due_at FROM appeal_clocks", args![])?;
        rows.iter().map(|r| Ok((r.get("rule")?, r.get("started_at")?, r.get("due_at")?))).collect()
    });
    assert!(clocks.len() as i64 >= 5 * total, "each case ran its limits");
    for (rule, started, due) in clocks {
        let explained = deadline::explain(started, rule.parse().expect("a limit"), "", &app.city.calendar());
        assert_eq!(explained.due, Some(due), "{rule} from {started}");
        assert!(!explained.sentence.is_empty());
    }
    while app.city.db.sequence(&app.program()).expect("positions") > 0 {}
    let verified = journal::verify(&app.city.db, &app.program()).expect("a verification");
    assert!(verified.ok && verified.waiting == 0, "{verified:?}");
}

#[test]
fn every_order_reaches_its_end_on_the_embedded_engine() {
    replay(&db::open_sqlite(), rows(6000));
}

#[test]
fn every_order_reaches_its_end_on_postgresql() {
    if let Some(db) = db::open_postgres() {
        replay(&db, rows(1000));
    }
}

/// So many orders in the suite (all on the embedded engine, the first thousand on PostgreSQL); `HUITONG_REPLAY_ROWS` takes another number, the whole file has 5,521.
fn rows(usual: usize) -> usize {
    std::env::var("HUITONG_REPLAY_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}
