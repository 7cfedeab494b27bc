//! Tokens of the API.

use huitong_features::base::identity;
use huitong_kernel::args;
use huitong_kernel::clock::{DAY, civil_date, instant, machine_now};
use huitong_testkit::db_test;
use jiff::ToSpan;

use super::{handler, posts_of, tamper_recorded, today, unit};

db_test! {
    fn a_token_works_through_its_last_day(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let (token, secret) = db.write(&ctx, |tx| identity::create_token(tx, &account.id, 7)).unwrap();
        let after = civil_date(machine_now()).checked_add(8.days()).unwrap();
        assert_eq!(token.expires_at, instant(after.to_datetime(jiff::civil::Time::midnight())));
        assert!(token.expires_at - machine_now() > 7 * DAY);

        let bearer = || db.read(&ctx, |tx| identity::bearer(tx, &ctx, &secret)).unwrap();
        let found = bearer().unwrap();
        assert_eq!(posts_of(&found)[0].role, "handler");
        assert!(found.session.csrf.is_empty() && found.touch, "its first use is noted");
        tamper_recorded(db, "UPDATE tokens SET expires_at = $1", args![machine_now() + 60_000]);
        assert!(bearer().is_some());
        tamper_recorded(db, "UPDATE tokens SET expires_at = $1", args![machine_now()]);
        assert!(bearer().is_none());
    }

    fn a_token_is_taken_back_at_once(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let (token, secret) = db.write(&ctx, |tx| identity::create_token(tx, &account.id, 7)).unwrap();
        let other = db.write(&ctx, |tx| identity::create_token(tx, &account.id, 7)).unwrap().1;
        db.write(&ctx, |tx| identity::revoke_token(tx, &token.id)).unwrap();
        let works = |secret: &str| db.read(&ctx, |tx| identity::bearer(tx, &ctx, secret)).unwrap().is_some();
        assert!(!works(&secret));
        assert!(works(&other));
        assert!(!works("") && !works("ht_"));
        assert!(db.write(&ctx, |tx| identity::revoke_token(tx, &token.id)).is_err());
        let listed = db.read(&ctx, |tx| identity::tokens_of(tx, &account.id)).unwrap();
        assert_eq!(listed.iter().filter(|t| t.revoked_at.is_some()).count(), 1);
    }

    fn a_token_has_a_reasonable_life(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        for days in [0, -1, 91] {
            let error = db.write(&ctx, |tx| identity::create_token(tx, &account.id, days)).unwrap_err();
            assert_eq!(error.field_errors()[0].field, "days");
        }
    }

    fn a_token_ends_with_the_password_whoever_changes_it(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let token = || db.write(&ctx, |tx| identity::create_token(tx, &account.id, 7)).unwrap().1;
        let bearer = |secret: &str| db.read(&ctx, |tx| identity::bearer(tx, &ctx, secret)).unwrap();
        let first = token();
        let hashed = identity::hash("password", "Rm8tLq2vXc", "chenxl", "陈晓岚").unwrap();
        db.write(&ctx, |tx| identity::set_password(tx, &account.id, &hashed)).unwrap();
        assert!(bearer(&first).is_none(), "the administrator set another password");
        let second = token();
        let found = bearer(&second).unwrap();
        assert_eq!(posts_of(&found).len(), 1, "nobody else's password stands behind a token");
        let person = ctx.acting_as(found.actor);
        assert_eq!(identity::change_own_password(db, &person, None, "Rm8tLq2vXc", "Nq5sJw9zTb").unwrap(), 1);
        assert!(bearer(&second).is_none(), "its holder chose another password");
    }

    fn its_holder_sees_when_a_token_was_used_and_takes_it_back(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let (account, other) = (handler(db, &ctx, "chenxl", &unit), handler(db, &ctx, "wuba", &unit));
        let (token, secret) = db.write(&ctx, |tx| identity::create_token(tx, &account.id, 7)).unwrap();
        let (foreign, _) = db.write(&ctx, |tx| identity::create_token(tx, &other.id, 7)).unwrap();
        let bearer = || db.read(&ctx, |tx| identity::bearer(tx, &ctx, &secret)).unwrap();
        let found = bearer().unwrap();
        db.keep(&ctx, |tx| identity::touch(tx, &ctx, &found.session)).unwrap();
        assert!(!bearer().unwrap().touch, "noted, and for an hour not again");
        let person = ctx.acting_as(found.actor);
        let listed = db.read(&person, identity::own_tokens).unwrap();
        assert_eq!((listed.len(), listed[0].used_at.is_some()), (1, true));
        assert!(db.write(&person, |tx| identity::revoke_own_token(tx, &foreign.id)).is_err());
        db.write(&person, |tx| identity::revoke_own_token(tx, &token.id)).unwrap();
        assert!(bearer().is_none());
    }
}
