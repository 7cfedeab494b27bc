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
        assert!(found.session.csrf.is_empty() && !found.touch);
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
        for days in [0, -1, 366] {
            let error = db.write(&ctx, |tx| identity::create_token(tx, &account.id, days)).unwrap_err();
            assert_eq!(error.field_errors()[0].field, "days");
        }
    }
}
