//! Signing in, being locked out, sessions that end.

use std::time::{Duration, Instant};

use huitong_features::base::identity::{self, NewPost, Office};
use huitong_kernel::clock::machine_now;
use huitong_kernel::http::Listener;
use huitong_kernel::{Value, args};
use huitong_testkit::db_test;

use super::{
    PASSWORD, at, count, handler, journal, new_user, posts_of, recognised, sign_in, sign_in_from, tamper,
    today, unit,
};

const MINUTE: i64 = 60_000;

db_test! {
    fn a_person_signs_in_acts_and_signs_out(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let account = handler(db, &ctx, "chenxl", &unit);
        let opened = sign_in(db, &ctx, " ChenXL ", PASSWORD).unwrap();
        assert_eq!(opened.account.id, account.id);
        assert_eq!(opened.cookie.len(), 64);

        let found = recognised(db, &ctx, &opened.cookie).unwrap();
        let posts = posts_of(&found);
        assert_eq!((posts.len(), posts[0].role.as_str(), posts[0].office_name.as_str()), (1, "handler", "市商务局"));
        assert_eq!(found.session.csrf.len(), 64, "forms of the session have a secret of their own");
        assert!(!found.touch, "a session that was seen just now is not noted again");
        assert!(recognised(db, &ctx, &"0".repeat(64)).is_none());
        assert!(recognised(db, &ctx, "").is_none());

        let second = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap();
        let other = recognised(db, &ctx, &second.cookie).unwrap();
        assert_ne!(other.session.csrf, found.session.csrf);
        assert_ne!(other.session.id, found.session.id);

        let person = ctx.acting_as(found.actor.clone());
        let id = huitong_kernel::Id::stored(found.session.id);
        db.write(&person, |tx| identity::sign_out(tx, &id)).unwrap();
        assert!(recognised(db, &ctx, &opened.cookie).is_none());
        assert!(recognised(db, &ctx, &second.cookie).is_some());
        let (_, acts) = journal(db);
        assert_eq!(acts, ["post.grant", "session.sign_in", "session.sign_in", "session.sign_out", "unit.add", "user.add"]);
    }

    fn secrets_are_kept_as_digests_and_never_recorded(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let opened = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap();
        let _ = sign_in(db, &ctx, "chenxl", "wrong-Password-77");
        let (_, token) = db.write(&ctx, |tx| identity::create_token(tx, &account.id, 3)).unwrap();
        let found = recognised(db, &ctx, &opened.cookie).unwrap();
        let (text, _) = journal(db);
        for secret in [PASSWORD, "wrong-Password-77", "argon2id", &opened.cookie, &token, &found.session.csrf] {
            assert!(!text.contains(secret), "the journal holds {secret}");
        }
        let kept = |sql: &str, secret: &str| {
            let args = args![secret];
            db.read(&ctx, |tx| tx.number(sql, args)).unwrap()
        };
        assert_eq!(kept("SELECT COUNT(*) FROM sessions WHERE digest = $1", &opened.cookie), 0);
        assert_eq!(kept("SELECT COUNT(*) FROM tokens WHERE digest = $1", &token), 0);
        let digest = huitong_kernel::digest::sm3_hex(opened.cookie.as_bytes());
        assert_eq!(kept("SELECT COUNT(*) FROM sessions WHERE digest = $1", &digest), 1);
    }

    fn five_wrong_passwords_lock_a_login_for_half_an_hour(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let mut said = Vec::new();
        for _ in 0..6 {
            said.push(sign_in(db, &ctx, "chenxl", "Wrong-Password-1").err().unwrap());
        }
        let status: Vec<u16> = said.iter().map(|e| e.status()).collect();
        assert_eq!(status, [422, 422, 422, 422, 429, 429]);
        assert!(said[0].message().contains("再错 4 次"));
        let locked = sign_in(db, &ctx, "chenxl", PASSWORD).err().unwrap();
        assert_eq!(locked.status(), 429, "the right password does not open a locked login");
        assert!(locked.retry_after().unwrap() > 29 * 60);
        assert_eq!(journal(db).1.iter().filter(|act| *act == "session.lock").count(), 1);

        // Half an hour later.
        tamper(db, "UPDATE sign_in_tries SET locked_until = $1 WHERE locked_until IS NOT NULL", args![machine_now() - 1]);
        assert!(sign_in(db, &ctx, "chenxl", "Wrong-Password-1").err().unwrap().message().contains("再错 4 次"));
        assert!(sign_in(db, &ctx, "chenxl", PASSWORD).is_ok());
        assert_eq!(count(db, "SELECT COUNT(*) FROM sign_in_tries"), 0, "a right password clears the count");
    }

    fn wrong_passwords_of_long_ago_do_not_count(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        for _ in 0..4 {
            assert_eq!(sign_in(db, &ctx, "chenxl", "Wrong-Password-1").err().unwrap().status(), 422);
        }
        tamper(db, "UPDATE sign_in_tries SET counts_until = $1 WHERE place <> 'everywhere'", args![machine_now() - MINUTE]);
        assert!(sign_in(db, &ctx, "chenxl", "Wrong-Password-1").err().unwrap().message().contains("再错 4 次"));
    }

    fn an_unknown_login_is_answered_alike_and_takes_as_long(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        handler(db, &ctx, "chenxl", &unit);
        let disabled = handler(db, &ctx, "gone-user", &unit);
        db.write(&ctx, |tx| identity::disable(tx, &disabled.id, "离职")).unwrap();
        let mut least = [Duration::MAX; 3];
        for round in 0..4 {
            // Side by side, so that a busy machine slows all alike; the floor is one computation of a hash.
            let tries = [("chenxl", "Wrong-Password-1"), ("nobody-here", "Wrong-Password-1"), ("gone-user", PASSWORD)];
            let begun = Instant::now();
            identity::hash("password", PASSWORD, "x", "y").unwrap();
            least[0] = least[0].min(begun.elapsed());
            let mut said = Vec::new();
            for (place, (login, password)) in tries.into_iter().enumerate() {
                let begun = Instant::now();
                let error = sign_in(db, &ctx, login, password).err().unwrap();
                let took = begun.elapsed();
                if place > 0 {
                    least[place] = least[place].min(took);
                }
                said.push((error.status(), error.message().to_owned()));
            }
            assert_eq!(said[0], said[1], "round {round}: what is said tells whether the login exists");
            assert_eq!(said[0], said[2], "round {round}: what is said tells whether the account is disabled");
        }
        let [hash, unknown, disabled] = least;
        assert!(unknown * 2 > hash, "{unknown:?} for an unknown login, {hash:?} for a hash");
        assert!(disabled * 2 > hash, "{disabled:?} for a disabled account, {hash:?} for a hash");
    }

    fn a_session_ends_by_idleness_and_by_age(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let now = machine_now();
        tamper(db, "UPDATE sessions SET seen_at = $1", args![now - 29 * MINUTE]);
        let found = recognised(db, &ctx, &cookie).unwrap();
        assert!(found.touch);
        db.keep(&ctx, |tx| identity::touch(tx, &ctx, &found.session)).unwrap();
        assert!(!recognised(db, &ctx, &cookie).unwrap().touch, "noted, and for a minute not again");

        tamper(db, "UPDATE sessions SET seen_at = $1", args![now - 31 * MINUTE]);
        assert!(recognised(db, &ctx, &cookie).is_none(), "idle for half an hour");
        tamper(db, "UPDATE sessions SET seen_at = $1, expires_at = $2", args![now, now]);
        assert!(recognised(db, &ctx, &cookie).is_none(), "twelve hours old");
        assert_eq!(db.keep(&ctx, identity::sweep).unwrap(), 1);
        assert_eq!(count(db, "SELECT COUNT(*) FROM sessions"), 0);
    }

    fn a_demo_time_does_not_touch_sessions(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let later = at("2026-03-14T09:30:00+08:00");
        assert!(recognised(db, &later, &cookie).is_some(), "sessions live in real time");
    }

    fn many_at_once_cannot_try_more_often(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let tried = std::sync::atomic::AtomicI64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| match sign_in(db, &ctx, "chenxl", "Wrong-Password-1").err().unwrap().status() {
                    // 422: looked at and wrong; the fifth is looked at too and answers that the login is locked now.
                    422 => tried.fetch_add(1, std::sync::atomic::Ordering::SeqCst),
                    429 | 503 => 0,
                    other => panic!("{other}"),
                });
            }
        });
        assert!(tried.into_inner() <= 4);
        assert_eq!(journal(db).1.iter().filter(|act| *act == "session.lock").count(), 1);
    }

    fn a_login_that_cannot_be_one_leaves_no_trace(db) {
        let ctx = today();
        let typed = "Geheim-Password-77!";
        let error = sign_in(db, &ctx, typed, "x").err().unwrap();
        assert_eq!(error.status(), 422);
        assert!(!error.message().contains(typed));
        let by = |login: &str| {
            let login = Value::from(login);
            db.read(&ctx, |tx| tx.number("SELECT COUNT(*) FROM sign_in_tries WHERE login = $1", std::slice::from_ref(&login))).unwrap()
        };
        assert_eq!(by(&typed.to_lowercase()), 0);
    }

    fn a_stranger_locks_out_nobody_but_himself(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let from = |address: &str, password: &str| {
            sign_in_from(db, &ctx, address, Listener::Whole, ("chenxl", password)).map_err(|e| e.status())
        };
        for _ in 0..5 {
            assert!(from("203.0.113.7", "Wrong-Password-1").is_err());
        }
        assert_eq!(from("203.0.113.200", PASSWORD).err(), Some(429), "his network waits, whatever he knows");
        assert_eq!(from("::ffff:203.0.113.9", PASSWORD).err(), Some(429));
        assert!(from("10.0.0.9", PASSWORD).is_ok(), "the official comes from elsewhere");
        for n in 0..5 {
            assert!(from(&format!("2001:db8:0:{n:x}::1"), "Wrong-Password-1").is_err());
        }
        assert_eq!(from("2001:db8:0:77::1", PASSWORD).err(), Some(429), "a line has a /56");
        assert!(from("2001:db8:0:177::1", PASSWORD).is_ok());
    }

    fn an_official_is_unknown_at_the_public_door(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        handler(db, &ctx, "chenxl", &unit);
        let secretary = NewPost::open("association_secretary", Office::association("aso_1", "甲协会"));
        db.write(&ctx, |tx| identity::add(tx, &new_user("secretary", "王秘书", Some(secretary.clone())))).unwrap();
        let public = |login: &str, password: &str| {
            sign_in_from(db, &ctx, "10.0.0.9", Listener::Public, (login, password)).map_err(|e| (e.status(), e.message().to_owned()))
        };
        for round in 0..6 {
            let said = public("chenxl", if round % 2 == 0 { PASSWORD } else { "Wrong-Password-1" }).err();
            assert_eq!(said, public("nobody-here", "Wrong-Password-1").err(), "round {round}");
        }
        assert!(!journal(db).1.iter().any(|act| act == "session.lock"), "nobody fills the journal with what is not there");
        assert!(sign_in(db, &ctx, "chenxl", PASSWORD).is_ok(), "the inner door, by the same network, was not touched");
        assert!(public("secretary", PASSWORD).is_ok());
    }

    fn who_guesses_from_many_networks_stops_only_strange_ones(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let from = |address: &str, password: &str| {
            sign_in_from(db, &ctx, address, Listener::Whole, ("chenxl", password)).map_err(|e| e.status())
        };
        assert!(from("10.0.0.9", PASSWORD).is_ok());
        tamper(db, "UPDATE known_networks SET seen_at = seen_at - $1", args![60 * huitong_kernel::clock::DAY]);
        db.keep(&ctx, identity::sweep).unwrap();
        // One network is refused after five and adds no more to the count of all.
        for _ in 0..60 {
            let _ = from("198.51.100.1", "Wrong-Password-1");
        }
        assert!(from("192.0.2.1", "Wrong-Password-1").err() == Some(422));
        for n in 1..45 {
            assert!(from(&format!("172.16.{n}.1"), "Wrong-Password-1").is_err());
        }
        assert_eq!(from("172.17.1.1", PASSWORD).err(), Some(429), "a network that nobody signed in from");
        assert!(from("10.0.0.77", PASSWORD).is_ok(), "the office");
        assert_eq!(from("172.17.1.1", PASSWORD).err(), Some(429), "who signs in from a known network opens it to no other");
        db.write(&ctx, |tx| identity::unlock(tx, &account.id)).unwrap();
        assert!(from("172.17.1.1", PASSWORD).is_ok());
        assert!(journal(db).1.iter().any(|act| act == "user.unlock"));
    }

    fn a_clock_that_was_wrong_locks_nobody_for_a_year(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        for _ in 0..5 {
            assert!(sign_in(db, &ctx, "chenxl", "Wrong-Password-1").is_err());
        }
        // As the five passwords and the session would stand there, had the clock been a year ahead meanwhile.
        let year = 365 * huitong_kernel::clock::DAY;
        tamper(db, "UPDATE sign_in_tries SET locked_until = locked_until + $1, counts_until = counts_until + $1", args![year]);
        tamper(db, "UPDATE sessions SET expires_at = expires_at + $1, seen_at = seen_at + $1", args![year]);
        let wait = sign_in(db, &ctx, "chenxl", PASSWORD).err().unwrap().retry_after().unwrap();
        assert!(wait <= 30 * 60, "{wait} seconds");
        assert!(recognised(db, &ctx, &cookie).is_none(), "a session lasts no longer than one that begins now");
        assert_eq!(db.keep(&ctx, identity::sweep).unwrap(), 1, "and is forgotten");
        tamper(db, "UPDATE sign_in_tries SET locked_until = locked_until - $1 WHERE locked_until IS NOT NULL", args![30 * MINUTE]);
        assert!(sign_in(db, &ctx, "chenxl", PASSWORD).is_ok(), "half an hour later");
    }
}
