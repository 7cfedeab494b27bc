//! The demo city: the same seed gives the same city, and it is what its seeds promise.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_app::demo::{self, Account, Ready, Standing};
use huitong_features::base::{identity, matters, units};
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::city::City;
use huitong_kernel::clock::parse_instant;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Db, args, journal};

fn build(folder: &Path, ready: &Ready) -> City {
    let db = Db::open_to_build(&folder.join("city.db"), MIGRATIONS).unwrap();
    demo::build(db, folder, 7, &ready.hashed, None).unwrap()
}

fn ready() -> Ready {
    Ready::make(|| String::from("4-words-for-tests-only")).unwrap()
}

fn texts(city: &City, sql: &str) -> Vec<Vec<String>> {
    let rows = city.db.read(&city.ctx(Actor::System), |tx| tx.query(sql, args![])).unwrap();
    let columns = |row: &huitong_kernel::Row| {
        ["a", "b", "c", "d"].iter().filter_map(|name| row.get(name).ok()).collect()
    };
    rows.iter().map(columns).collect()
}

#[test]
fn the_same_seed_gives_the_same_journal() {
    let (one, two, ready) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), ready());
    let leaves = "SELECT id AS a, act AS b FROM journal ORDER BY position";
    let (first, second) = (build(one.path(), &ready), build(two.path(), &ready));
    let entries = texts(&first, leaves);
    assert!(entries.len() > 2_000 && entries == texts(&second, leaves));
    let leaf = |city: &City| -> Vec<Vec<u8>> {
        let ctx = city.ctx(Actor::System);
        let rows =
            city.db.read(&ctx, |tx| tx.query("SELECT leaf FROM journal ORDER BY position", args![])).unwrap();
        rows.iter().map(|row| row.get("leaf").unwrap()).collect()
    };
    assert!(leaf(&first) == leaf(&second));
}

#[test]
fn the_city_is_what_its_seeds_promise() {
    let (dir, mut ready) = (tempfile::tempdir().unwrap(), ready());
    let city = build(dir.path(), &ready);
    let now = city.clock.now();
    assert_eq!(now, parse_instant(demo::NOW).unwrap());
    let promised = demo::promised().unwrap();
    let cases = texts(
        &city,
        "SELECT title AS a, state AS b, COALESCE(desk_unit, '') AS c, \
         CASE WHEN due_at IS NULL THEN '' ELSE CAST(due_at AS TEXT) || ' ' || due_limit END AS d FROM appeals",
    );
    assert_eq!(cases.len(), promised.len());
    let ctx = city.ctx(Actor::System);
    for case in &promised {
        let found = cases.iter().find(|row| row[0] == case.title).unwrap();
        assert_eq!(found[1], case.state, "{}", case.title);
        if !found[2].is_empty() {
            let unit = city
                .db
                .read(&ctx, |tx| units::find(tx, &huitong_kernel::Id::parse(&found[2]).unwrap()))
                .unwrap();
            assert_eq!(Some(unit.unwrap().key), case.unit, "{}", case.title);
        }
        let overdue = found[3].split_once(' ').filter(|(due, _)| due.parse::<i64>().unwrap() < now);
        assert_eq!(overdue.map(|(_, limit)| limit), case.overdue.as_deref(), "{}", case.title);
    }
    assert!(promised.iter().filter(|case| case.overdue.is_some()).count() >= 14);

    let verified = journal::verify(&city.db, &ctx).unwrap();
    assert!(verified.ok && verified.waiting == 0, "{verified:?}");
    let failed = texts(
        &city,
        "SELECT kind AS a, COALESCE(error, '') AS b FROM jobs WHERE state = 'failed' OR tries > 0",
    );
    assert!(failed.is_empty(), "{failed:?}");
    let notices = city.db.read(&ctx, |tx| tx.number("SELECT COUNT(*) FROM notices", args![])).unwrap();
    assert!(notices > 200, "{notices} notices");

    ready.find_offices(&city).unwrap();
    let pack = city.pack();
    let wanted: Vec<&str> =
        pack.roles.iter().map(|r| r.key.as_str()).filter(|key| *key != "public").collect();
    let by_role: BTreeMap<&str, _> = ready.accounts.iter().map(|a| (a.role.as_str(), a)).collect();
    assert_eq!(by_role.len(), wanted.len(), "every role can be tried");
    for role in wanted {
        let account = by_role[role];
        let held = city.db.read(&ctx, |tx| {
            let known = identity::by_login(tx, &account.login)?.unwrap();
            Ok((known.has_password && !known.must_change, identity::posts_of(tx, &known.id)?))
        });
        let (can_sign_in, posts) = held.unwrap();
        assert!(can_sign_in && posts.iter().any(|post| post.role == role), "{role}");
        assert!(!account.unit.is_empty() && !account.name.is_empty(), "{account:?}");
    }
    // What each may try first is printed, and stands in the README as it is printed.
    let readme = include_str!("../../../../README.md");
    for Account { login, first, .. } in &ready.accounts {
        let row = |line: &str| line.contains(&format!("`{login}`")) && line.contains(first.as_str());
        assert!(first.chars().count() > 5 && readme.lines().any(row), "{login}: {first}");
    }
}

#[test]
fn the_city_has_as_many_of_each_as_a_city_has() {
    let dir = tempfile::tempdir().unwrap();
    let city = build(dir.path(), &ready());
    let ctx = city.ctx(Actor::System);
    let units = city.db.read(&ctx, units::all).unwrap();
    let of =
        |kind: &str| units.iter().filter(|unit| unit.active && unit.kinds.iter().any(|k| k == kind)).count();
    assert_eq!(of("industry_department"), 37, "departments");
    assert!(of("territory") >= 4 && of("park") >= 2, "{} towns, {} parks", of("territory"), of("park"));
    assert_eq!((of("party_social_work"), of("registration_authority")), (1, 1));

    let number = |sql: &str| city.db.read(&ctx, |tx| tx.number(sql, args![])).unwrap();
    assert_eq!(number("SELECT COUNT(*) FROM associations"), 30);
    for table in ["association_people", "links"] {
        let served = format!("SELECT COUNT(DISTINCT association) FROM {table} WHERE until_on IS NULL");
        assert_eq!(number(&served), 30, "every association has {table} that hold today");
    }
    assert!(number("SELECT COUNT(*) FROM links WHERE paper = ''") == 0, "every link rests on a paper");

    assert_eq!(number("SELECT COUNT(*) FROM appeals"), 200);
    let found: BTreeMap<String, i64> =
        texts(&city, "SELECT state AS a, CAST(COUNT(*) AS TEXT) AS b FROM appeals GROUP BY state")
            .into_iter()
            .map(|row| (row[0].clone(), row[1].parse().unwrap()))
            .collect();
    let states: Vec<String> =
        city.pack().definition("appeal").unwrap().states.iter().map(|state| state.key.clone()).collect();
    assert_eq!(states.len(), 10);
    for state in &states {
        assert!(found.get(state).is_some_and(|n| *n > 0), "no case is {state}: {found:?}");
    }
    assert_eq!(found.values().sum::<i64>(), 200);
    let late = format!("SELECT COUNT(*) FROM appeals WHERE due_at < {}", city.clock.now());
    assert!((10..60).contains(&number(&late)), "{} are overdue", number(&late));
    for disclosure in ["named", "confidential", "anonymous"] {
        assert!(
            number(&format!("SELECT COUNT(*) FROM appeals WHERE disclosure = '{disclosure}'")) > 3,
            "{disclosure}"
        );
    }
    // Nothing came about beside the acts: each case has a step and an entry of each act it went through.
    let apart = "SELECT COUNT(*) FROM appeals a WHERE \
                 (SELECT COUNT(*) FROM matter_steps s WHERE s.matter = a.id) <> (SELECT COUNT(*) FROM journal j WHERE j.subject = a.id AND j.act <> 'appeal.view_identity')";
    assert_eq!(number(apart), 0);
}

/// Interviews and talks stand in every state, as their seeds promise.
#[test]
fn every_state_of_the_packs_own_procedures_is_there() {
    let (dir, ready) = (tempfile::tempdir().unwrap(), ready());
    let city = build(dir.path(), &ready);
    let sql = "SELECT procedure AS a, state AS b FROM matters ORDER BY procedure, state";
    let mut promised: Vec<Vec<String>> =
        demo::promised_matters().unwrap().into_iter().map(|(of, state)| vec![of, state]).collect();
    promised.sort();
    assert_eq!(texts(&city, sql), promised);
    for of in city.pack().definitions.iter().filter(|of| of.moves()) {
        for state in &of.states {
            let there = promised.iter().any(|row| row[0] == of.key && row[1] == state.key);
            assert!(there, "no {} is {}", of.key, state.key);
        }
    }
}

/// Party organisations and pairings are there as their seeds promise, and cover the city's associations in every way.
#[test]
fn the_registers_hold_what_their_seeds_say() {
    let (dir, ready) = (tempfile::tempdir().unwrap(), ready());
    let city = build(dir.path(), &ready);
    let promised = demo::promised_entries().unwrap();
    let number = |sql: &str| city.db.read(&city.ctx(Actor::System), |tx| tx.number(sql, args![])).unwrap();
    let mut paths = Vec::new();
    for of in city.pack().definitions.iter().filter(|of| of.is_register() && of.stands_alone()) {
        let seeds: Vec<_> =
            promised.iter().filter(|(path, _)| *path == of.path).map(|(_, acts)| acts).collect();
        let acts =
            |named: &str| seeds.iter().flat_map(|acts| acts.iter()).filter(|act| *act == named).count();
        let count = |key: &str, state: &str| {
            number(&format!("SELECT COUNT(*) FROM entries WHERE procedure = '{key}' AND state = '{state}'"))
        };
        assert!(seeds.len() > 10, "{}", of.key);
        assert_eq!(usize::try_from(count(&of.key, "ended")).unwrap(), acts("end"), "{}", of.key);
        assert_eq!(
            usize::try_from(count(&of.key, "current")).unwrap(),
            seeds.len() - acts("end"),
            "{}",
            of.key
        );
        for within in &of.register.as_ref().unwrap().within {
            let short = within.rsplit('.').next().unwrap();
            assert_eq!(usize::try_from(count(within, "current")).unwrap(), acts(short), "{within}");
        }
        paths.push(of.path.clone());
    }
    assert!(promised.iter().all(|(path, _)| paths.contains(path)));
    // Each association stands in the register, with an organisation or without; several kinds of each are there to see.
    let covered =
        "SELECT COUNT(DISTINCT text) FROM entry_facts WHERE fact = 'association' AND procedure = 'party_org'";
    assert_eq!(number(covered), 30);
    let kinds = "SELECT COUNT(DISTINCT kind) FROM entries WHERE procedure = 'party_org'";
    assert_eq!(number(kinds), 5);
    let queues = [
        ("party_org", "unbuilt"),
        ("party_org", "unguided"),
        ("party_org", "term_ending"),
        ("pairing", "quiet"),
        ("pairing", "ending"),
    ];
    let (pack, ctx) = (city.pack(), city.ctx(Actor::System));
    for (key, queue) in queues {
        let of = pack.definition(key).unwrap();
        let waiting =
            city.db.read(&ctx, |tx| matters::list::count(tx, of, of.queue(queue).unwrap())).unwrap();
        assert!((1..10).contains(&waiting), "{waiting} in {queue}");
    }
}

#[test]
fn it_goes_on_in_its_own_time() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("city.db");
    let open = || Db::open_to_build(&file, MIGRATIONS).unwrap();
    assert_eq!(demo::standing(&open()).unwrap(), Standing::Empty);
    let built = build(dir.path(), &ready());
    assert_eq!(demo::standing(&built.db).unwrap(), Standing::Whole);
    let start = parse_instant(demo::NOW).unwrap();
    let city = demo::in_its_own_time(built).unwrap();
    let now = city.clock.now();
    assert!(city.demo && (start..start + 60_000).contains(&now));
    // An entry of later on: a restart goes on from there.
    let later = start + 3 * 86_400_000;
    let mut ctx = city.ctx(Actor::CommandLine);
    ctx.now = later;
    city.db.write(&ctx, |tx| tx.record(journal::Record::new("pack.publish", "later"))).unwrap();
    let city = demo::in_its_own_time(city).unwrap();
    assert!((later..later + 60_000).contains(&city.clock.now()));
    // A city that is none of ours is not whole.
    let other = tempfile::tempdir().unwrap();
    let half = Db::open_to_build(&other.path().join("city.db"), MIGRATIONS).unwrap();
    let mut early = huitong_kernel::Ctx::system();
    early.now = start - 86_400_000;
    half.write(&early, |tx| tx.record(journal::Record::new("pack.publish", "early"))).unwrap();
    assert_eq!(demo::standing(&half).unwrap(), Standing::Half);
}
