//! Real orders, imported and driven to their end by the same acts as the pages use, on both engines.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it misses by failing, and what it skips"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use huitong_features::base::identity::{self, Account, NewPost, NewUser, Office};
use huitong_features::base::imports::Options;
use huitong_features::base::matters::Input;
use huitong_features::base::units;
use huitong_features::growth::appeals::{self, AppealId, import, learning};
use huitong_kernel::capability::Run;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Ctx, Id, Row, args, counters, deadline, journal};
use huitong_testkit::app::TestApp;
use huitong_testkit::db::{self, TestDb};
use huitong_testkit::door::Person;
use huitong_testkit::page::words;

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

/// What the file itself says, read apart from the import: the unit of each order by the order's number.
fn named_units(file: &Path) -> BTreeMap<String, String> {
    let mut rows = csv::Reader::from_path(file).expect("the orders");
    let head = rows.headers().expect("a head").clone();
    let column =
        |name: &str| head.iter().position(|h| h.trim_start_matches('\u{feff}') == name).expect("a column");
    let (number, unit) = (column("工单编号"), column("规范处置单位"));
    let all: Vec<_> = rows.records().map(|row| row.expect("an order")).collect();
    let named: BTreeMap<_, _> =
        all.iter().map(|row| (row[number].to_owned(), row[unit].to_owned())).collect();
    assert_eq!(named.len(), all.len(), "each order has its own number");
    named
}

/// A case as the replay knows it.
struct Order {
    id: String,
    number: String,
    at: i64,
    unit: String,
    code: String,
}

/// A city with the orders in it, and who acts in each unit.
struct Replay {
    app: TestApp,
    intake: Ctx,
    staff: HashMap<String, (Person, Ctx, Ctx)>,
}

/// Imports, then drives every case through accept, classify, dispatch, sign, contact, reply, review, send and judge.
fn replay(db: &TestDb, rows: usize, hands: usize) {
    let Some(file) = orders(rows, db.dir.path()) else { return };
    let app = TestApp::new(&db.db);
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/tests/data/hotline-orders.toml");
    let receipts = db.dir.path().join("receipts.csv");
    let options = Options { receipts: Some(&receipts), ..Options::default() };
    let request =
        import::Request { file: &file, mapping: &mapping, create_units: true, create_near: true, options };
    let summary = import::run(&app.city, &Actor::CommandLine, &request).expect("an import");
    assert_eq!((summary.accepted, summary.rejected), (summary.rows, 0));

    let named = named_units(&file);
    let orders = found(&app, &named, &codes(&receipts));
    let social = app.unit("social_work");
    let intake = app.person(&official(&app, 0, "intake", &Office::unit(&social)));
    let asked: BTreeSet<&str> = named.values().map(String::as_str).collect();
    let units = app.read(units::all);
    let staff =
        units.iter().enumerate().filter(|(_, unit)| asked.contains(unit.name.as_str())).map(|(nth, unit)| {
            let office = Office::unit(unit);
            let handler = app.somebody(&format!("handler{nth}"), "经办同志", "handler", &office);
            let leader = app.person(&official(&app, nth + 1, "unit_leader", &office));
            let acting = app.person(&handler.account);
            (unit.id.to_string(), (handler, acting, leader))
        });
    let staff = staff.collect();
    let replay = Replay { app, intake, staff };
    let began = Instant::now();
    let acts: usize = std::thread::scope(|scope| {
        let share = orders.len().div_ceil(hands);
        let work: Vec<_> = orders
            .chunks(share)
            .map(|some| scope.spawn(|| some.iter().map(|o| replay.drive(o)).sum::<usize>()))
            .collect();
        work.into_iter().map(|hand| hand.join().expect("a hand that came to its end")).sum()
    });
    let speed = acts as f64 / began.elapsed().as_secs_f64();
    println!("{acts} acts on {} of 5521 orders, {speed:.0} a second, {hands} at a time", orders.len());
    let mut wanted = BTreeMap::<String, i64>::new();
    for unit in named.values() {
        *wanted.entry(unit.clone()).or_default() += 1;
    }
    settled(&replay.app, &wanted);
    if orders.len() > 5_000 {
        learned(&replay.app);
    }
}

/// The cases of the orders, each with its unit as the file names it.
fn found(app: &TestApp, named: &BTreeMap<String, String>, codes: &HashMap<String, String>) -> Vec<Order> {
    let units: HashMap<String, String> =
        app.read(units::all).into_iter().map(|u| (u.name, u.id.to_string())).collect();
    let sql = "SELECT id, number, source_number, began_at FROM appeals ORDER BY began_at, id";
    let orders: Vec<Order> = app.read(|tx| {
        let rows = tx.query(sql, args![])?;
        let order = |row: &Row| {
            let (number, source): (String, String) = (row.get("number")?, row.get("source_number")?);
            let (unit, code) = (units[&named[&source]].clone(), codes[&number].clone());
            Ok(Order { id: row.get("id")?, number, at: row.get("began_at")?, unit, code })
        };
        rows.iter().map(order).collect()
    });
    assert_eq!(orders.len(), named.len(), "each order is a case");
    orders
}

impl Replay {
    /// One case to its judged end; answers how many acts that took.
    fn drive(&self, order: &Order) -> usize {
        let id: AppealId = Id::stored(order.id.clone());
        let (person, handler, leader) = &self.staff[&order.unit];
        let unit = [("unit", order.unit.as_str()), ("reason", "按原处置单位派单")];
        // Whoever comes by number and code has no account.
        let public = self.app.city.ctx(Actor::Public);
        let steps: [(&Ctx, &str, Input); 9] = [
            (&self.intake, "accept", Input::default()),
            (&self.intake, "classify", Input::of(&[("kind", "求助"), ("category", "06-1")])),
            (&self.intake, "dispatch", Input::of(&unit)),
            (handler, "sign", Input::default()),
            (handler, "contact", Input::of(&[("reason", "understand"), ("result", "reached")])),
            (handler, "reply", Input::default()),
            (leader, "review", Input::of(&[("outcome", "approve")])),
            (leader, "send", Input::default()),
            (&public, "judge", Input::of(&[("solved", "yes"), ("satisfied", "yes")])),
        ];
        let many = steps.len();
        for (nth, (who, act, mut input)) in steps.into_iter().enumerate() {
            if act == "reply" {
                input = Input::of(&[("outcome", "solved"), ("text", &self.template(person, order))]);
            }
            let mut ctx = who.clone();
            ctx.now = order.at + HOUR * (nth as i64 + 1);
            let done = self.app.city.db.write(&ctx, |tx| match act {
                "judge" => appeals::act_tracked(tx, (&order.number, &order.code), act, &input),
                act => appeals::act(tx, &id, act, &input),
            });
            done.unwrap_or_else(|e| panic!("{act} {}: {e} {}", order.number, e.log_line()));
        }
        // As the worker does beside the acts; while another hand folds, this one need not.
        let _ = counters::fold(&self.app.city.db, &self.app.program());
        many
    }

    /// The reply that the page offers for this case, with its places to be written in filled by nobody.
    fn template(&self, handler: &Person, order: &Order) -> String {
        let page =
            self.app.get(&format!("/appeals/{}/reply", order.id)).session(handler).send().expect(200).text();
        let template = page.split("<template data-reply=\"solved\">").nth(1).expect("a template on the page");
        let text = words(template.split("</template>").next().unwrap_or_default()).replace(['【', '】'], "");
        assert!(!text.contains(['{', '}']) && text.contains(&order.number), "as the page fills it: {text}");
        text
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
        let sql = "SELECT u.name, COUNT(*) AS n FROM appeals a JOIN units u ON u.id = a.unit GROUP BY u.name";
        tx.query(sql, args![])?.iter().map(|r| Ok((r.get("name")?, r.get("n")?))).collect()
    });
    assert_eq!(&by_unit, wanted, "the counts by unit are those of the file");
    for unit in app.read(units::all) {
        let counts = app.read(|tx| tx.counts("appeals"));
        let counted: i64 =
            counts.iter().filter(|(keys, _)| keys[2] == unit.id.as_str()).map(|(_, n)| n).sum();
        assert_eq!(counted, *wanted.get(&unit.name).unwrap_or(&0), "the maintained counts of {}", unit.name);
    }
    for table in ["matter_steps WHERE act = 'judge'", "journal WHERE act = 'appeal.judge'"] {
        let named = format!("SELECT COUNT(*) FROM {table} AND actor = 'complainant'");
        assert_eq!(number(&named), total, "whoever judged by code has no name");
    }
    let clocks: Vec<(String, i64, i64)> = app.read(|tx| {
        let rows = tx.query("SELECT rule, started_at, due_at FROM matter_clocks", args![])?;
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
    replay(&db::open_sqlite(), rows(6000), 2);
}

#[test]
fn every_order_reaches_its_end_on_postgresql() {
    if let Some(db) = db::open_postgres() {
        // Several at a time: an act waits for the disk of the server.
        replay(&db, rows(6000), 4);
    }
}

/// So many orders in the suite, more than the file has; `HUITONG_REPLAY_ROWS` takes another number.
fn rows(usual: usize) -> usize {
    std::env::var("HUITONG_REPLAY_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}
