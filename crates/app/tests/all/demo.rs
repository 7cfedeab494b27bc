//! The demo city: the same seed gives the same city, and it is what its seeds promise.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_app::demo::{self, Ready, Standing};
use huitong_features::base::{identity, units};
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::city::City;
use huitong_kernel::clock::parse_instant;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Db, args, journal};

fn build(folder: &Path, ready: &Ready) -> City {
    let db = Db::open_to_build(&folder.join("city.db"), MIGRATIONS).unwrap();
    demo::build(db, folder, 7, &ready.hashed).unwrap()
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
    assert_eq!((by_role.len(), ready.accounts.len()), (wanted.len(), wanted.len()));
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
