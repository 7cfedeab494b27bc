//! Accounts, posts, sessions and tokens on both engines, as the pages and the command line use them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by failing")]

mod accounts;
mod bearers;
mod browser;
mod pages;
mod signing_in;

use std::sync::Arc;

use huitong_features::base::identity::{self, Account, Attempt, NewPost, NewUser, Office, Opened, Origin};
use huitong_features::base::units::{self, NewUnit, Unit};
use huitong_kernel::clock::{Clock, Random, parse_instant};
use huitong_kernel::ctx::{Actor, Post};
use huitong_kernel::http::{Listener, SignedIn};
use huitong_kernel::journal::Record;
use huitong_kernel::pack;
use huitong_kernel::policy::Policy;
use huitong_kernel::rights::{Reach, Role, Roles};
use huitong_kernel::{Ctx, Db, Result, Tx, Value, args};
use jiff::civil::Date;

const PASSWORD: &str = "Kd7#mqTw2x";

/// Who may do what in these tests: an administrator everything here, a handler nothing of it.
fn policy() -> Arc<Policy> {
    let role = |key: &str, title: &str, office, acts: &[&str]| Role {
        key: key.into(),
        title: title.into(),
        office,
        grants: acts
            .iter()
            .map(|act| pack::Grant { act: (*act).into(), reach: Reach::City, by: Vec::new() })
            .collect(),
        explain: String::new(),
        source: pack::Source { basis: String::new(), kind: pack::SourceKind::Default },
    };
    let all = [
        "user.add",
        "user.disable",
        "user.enable",
        "user.password",
        "user.unlock",
        "user.list",
        "post.grant",
        "post.end",
        "token.create",
        "token.revoke",
        "unit.add",
    ];
    let roles = vec![
        role("system_admin", "系统管理员", pack::Office::City, &all),
        role("auditor", "审计员", pack::Office::City, &[]),
        role("handler", "经办人", pack::Office::Unit, &[]),
        role("unit_leader", "单位负责人", pack::Office::Unit, &[]),
        role("association_secretary", "协会秘书长", pack::Office::Association, &[]),
    ];
    Arc::new(Policy { roles: Roles::new("test", roles, Default::default()), ..Policy::default() })
}

/// The program itself at an instant of the city's time.
fn at(time: &str) -> Ctx {
    let clock = Clock::manual(parse_instant(time).unwrap());
    Ctx::new(&clock, &Random::system(), policy(), Actor::CommandLine)
}

/// The morning on which most of these tests happen.
fn today() -> Ctx {
    at("2025-03-14T09:30:00+08:00")
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn unit(db: &Db, ctx: &Ctx, name: &str) -> Unit {
    db.write(ctx, |tx| units::add(tx, &NewUnit { key: name.into(), name: name.into(), ..NewUnit::default() }))
        .unwrap()
}

fn new_user(login: &str, name: &str, post: Option<NewPost>) -> NewUser {
    let password = Some(identity::hash("password", PASSWORD, login, name).unwrap());
    NewUser { login: login.into(), name: name.into(), password, post, ..NewUser::default() }
}

/// Opens an account with a post as handler from today on.
fn handler(db: &Db, ctx: &Ctx, login: &str, unit: &Unit) -> Account {
    let new = new_user(login, "陈晓岚", Some(NewPost::open("handler", Office::unit(unit))));
    db.write(ctx, |tx| identity::add(tx, &new)).unwrap()
}

fn sign_in(db: &Db, ctx: &Ctx, login: &str, password: &str) -> Result<Opened> {
    sign_in_from(db, ctx, "10.0.0.9", Listener::Whole, (login, password))
}

fn sign_in_from(
    db: &Db,
    ctx: &Ctx,
    address: &str,
    listener: Listener,
    (login, password): (&str, &str),
) -> Result<Opened> {
    let from = Origin { address: address.parse().unwrap(), listener };
    identity::sign_in(db, ctx, Attempt { login, password, from })
}

fn recognised(db: &Db, ctx: &Ctx, cookie: &str) -> Option<SignedIn> {
    db.read(ctx, |tx| identity::session(tx, ctx, cookie)).unwrap()
}

fn posts_of(found: &SignedIn) -> &[Post] {
    match &found.actor {
        Actor::Person { posts, .. } => posts,
        other => panic!("{other:?} is no person"),
    }
}

/// Changes plain rows as time or a mishap would.
fn tamper(db: &Db, sql: &str, values: &[Value]) {
    assert!(db.keep(&today(), |tx| tx.exec(sql, values)).unwrap() > 0, "{sql} changed nothing");
}

/// Changes recorded rows as time or a mishap would.
fn tamper_recorded(db: &Db, sql: &str, values: &[Value]) {
    let changed = db.write(&today(), |tx| {
        tx.record(Record::new("test.tamper", "-"))?;
        tx.exec(sql, values)
    });
    assert!(changed.unwrap() > 0, "{sql} changed nothing");
}

/// The whole journal as text, and the acts in it by name.
fn journal(db: &Db) -> (String, Vec<String>) {
    let read =
        |tx: &Tx| tx.query("SELECT act, actor, subject, request, body FROM journal ORDER BY id", args![]);
    let rows = db.read(&today(), read).unwrap();
    let text =
        rows.iter().flat_map(|r| r.columns().map(|(_, v)| format!("{v:?}\n")).collect::<Vec<_>>()).collect();
    let mut acts: Vec<String> = rows.iter().map(|r| r.get("act").unwrap()).collect();
    acts.sort();
    (text, acts)
}

fn count(db: &Db, sql: &str) -> i64 {
    db.read(&today(), |tx| tx.number(sql, args![])).unwrap()
}
