//! Notices follow the journal: step by step or all over again, they come out the same.

use std::borrow::Cow;
use std::collections::BTreeSet;

use huitong_features::base::notices::{self, Addressed, Teller, Told};
use huitong_kernel::ctx::User;
use huitong_kernel::followers;
use huitong_kernel::journal::{Kept, Record};
use huitong_kernel::pack::Pack;
use huitong_kernel::{Db, Id, Result, Tx, args};
use huitong_testkit::db_test;

use super::Town;

fn user(n: i64) -> Id<User> {
    Id::new(n, 0)
}

/// Tells of what is said to people in these tests.
pub const TELLER: Teller = Teller { subject_kind: Cow::Borrowed("word"), recipients };

/// Tells as many people as the entry says, the actor among them, and one to a foreign address.
fn recipients(_: &Tx, entry: &Kept, pack: &Pack) -> Result<Told> {
    assert!(!pack.version.is_empty());
    let people = entry.body["people"].as_i64().unwrap_or(0);
    let tell = |n: i64| Addressed {
        user: user(n),
        kind: "told".into(),
        title: format!("{} 的消息", entry.subject),
        link: if n == 7 { String::from("//elsewhere.example") } else { format!("/cases/{}", entry.subject) },
    };
    Ok(Told { people: (0..people).chain([0, 7]).map(tell).collect(), over: None })
}

fn all(db: &Db, town: &Town) -> BTreeSet<String> {
    let sql = "SELECT entry, user_id, kind, title, link, at FROM notices";
    let rows = db.read(&town.ctx, |tx| tx.query(sql, args![])).unwrap();
    rows.iter().map(|r| format!("{:?}", r.columns().map(|(_, v)| v.clone()).collect::<Vec<_>>())).collect()
}

fn follow(db: &Db, town: &Town) {
    while db.sequence(&town.ctx).unwrap() > 0 {}
    while followers::step(db, &town.ctx, &notices::FOLLOWER).unwrap() > 0 {}
}

db_test! {
    fn built_anew_they_are_the_same(db) {
        let town = Town::new(db);
        for n in 0..300i64 {
            db.write(&town.ctx, |tx| {
                let kind = if n % 3 == 0 { "other.do" } else { "word.say" };
                tx.record(Record::new(kind, &format!("c{n}")).fact("people", n % 5))
            }).unwrap();
            if n % 47 == 0 {
                follow(db, &town);
            }
        }
        follow(db, &town);
        let grown = all(db, &town);
        let expected: i64 = (0..300).filter(|n| n % 3 != 0).map(|n| (n % 5).max(1)).sum();
        assert_eq!(i64::try_from(grown.len()).unwrap(), expected);
        db.keep(&town.ctx, |tx| {
            tx.exec("DELETE FROM notices", args![])?;
            tx.exec("DELETE FROM followers", args![])
        }).unwrap();
        follow(db, &town);
        assert_eq!(all(db, &town), grown);
        db.keep(&town.ctx, |tx| tx.exec("DELETE FROM followers", args![])).unwrap();
        follow(db, &town);
        assert_eq!(all(db, &town), grown, "taken twice, an entry tells nobody twice");
        assert!(!grown.iter().any(|n| n.contains("elsewhere")), "no link leaves the site");
        let (unread, listed) = db.read(&town.ctx, |tx| {
            Ok((notices::unread(tx, &user(1))?, notices::list(tx, &user(1), 500, 0)?))
        }).unwrap();
        assert_eq!(usize::try_from(unread).unwrap(), listed.len());
        assert!(listed.iter().all(|n| n.user == user(1) && !n.read));
    }
}
