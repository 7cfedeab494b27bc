//! Opening and closing accounts, passwords, posts with dates, the first administrator.

use huitong_features::base::identity::{self, NewPost, NewUser, Office};
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::{jobs, journal};
use huitong_testkit::db_test;

use super::{
    PASSWORD, at, count, date, handler, journal, new_user, posts_of, recognised, sign_in, today, unit,
};

db_test! {
    fn an_account_is_opened_with_its_first_post(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let account = handler(db, &ctx, "ChenXL", &unit);
        assert_eq!((account.login.as_str(), account.standing()), ("chenxl", "正常"));
        let (_, acts) = journal(db);
        assert_eq!(acts, ["post.grant", "unit.add", "user.add"]);
        let again = db.write(&ctx, |tx| identity::add(tx, &new_user("chenxl", "张三", None))).unwrap_err();
        assert!(again.field_errors()[0].message.contains("已被使用"));
        let wrong = NewUser { login: "张三".into(), name: " ".into(), ..NewUser::default() };
        let error = db.write(&ctx, |tx| identity::add(tx, &wrong)).unwrap_err();
        let fields: Vec<&str> = error.field_errors().iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["login", "name"], "every wrong field is named at once");
        let verified = journal::verify(db, &ctx).unwrap();
        assert!(verified.ok);
    }

    fn whoever_may_not_does_not(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let account = handler(db, &ctx, "chenxl", &unit);
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let person = ctx.acting_as(recognised(db, &ctx, &cookie).unwrap().actor);
        let refused = |result: huitong_kernel::Result<()>| assert_eq!(result.unwrap_err().kind(), Kind::Denied);
        let hashed = identity::hash("password", PASSWORD, "x", "y").unwrap();
        refused(db.write(&person, |tx| identity::add(tx, &new_user("zhangs", "张三", None)).map(drop)));
        refused(db.write(&person, |tx| identity::disable(tx, &account.id, "").map(drop)));
        refused(db.write(&person, |tx| identity::set_password(tx, &account.id, &hashed)));
        let post = NewPost::open("system_admin", Office::unit(&unit));
        refused(db.write(&person, |tx| identity::grant(tx, &account.id, &post).map(drop)));
        refused(db.write(&person, |tx| identity::create_token(tx, &account.id, 1).map(drop)));
        let public = ctx.acting_as(Actor::Public);
        let error = db.write(&public, |tx| identity::disable(tx, &account.id, "")).unwrap_err();
        assert_eq!(error.kind(), Kind::SignIn);
    }

    fn a_post_counts_on_its_days_only(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let account = db.write(&ctx, |tx| identity::add(tx, &new_user("chenxl", "陈晓岚", None))).unwrap();
        let post = NewPost {
            from: Some(date("2025-03-17")),
            until: Some(date("2025-03-21")),
            paper: Some("锦商任〔2025〕3号".into()),
            ..NewPost::open("handler", Office::unit(&unit))
        };
        db.write(&ctx, |tx| identity::grant(tx, &account.id, &post)).unwrap();
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let posts = |day: &str| {
            let ctx = at(&format!("{day}+08:00"));
            let held = posts_of(&recognised(db, &ctx, &cookie).unwrap()).len();
            let listed = db.read(&ctx, |tx| identity::people_in_role(tx, unit.id.as_str(), "handler")).unwrap();
            assert_eq!(held, listed.len(), "rights and lists agree on {day}");
            held
        };
        assert_eq!(posts("2025-03-16T23:59:59"), 0);
        assert_eq!(posts("2025-03-17T00:00:00"), 1);
        assert_eq!(posts("2025-03-21T23:59:59"), 1);
        assert_eq!(posts("2025-03-22T00:00:00"), 0);
        let overlap = NewPost { from: Some(date("2025-03-20")), until: None, ..post.clone() };
        assert!(db.write(&ctx, |tx| identity::grant(tx, &account.id, &overlap)).is_err());
        let after = NewPost { from: Some(date("2025-03-22")), until: None, ..post.clone() };
        assert!(db.write(&ctx, |tx| identity::grant(tx, &account.id, &after)).is_ok());
        let backwards = NewPost { from: Some(date("2025-05-02")), until: Some(date("2025-05-01")), ..post.clone() };
        let error = db.write(&ctx, |tx| identity::grant(tx, &account.id, &backwards)).unwrap_err();
        assert_eq!(error.field_errors()[0].field, "until");
        let elsewhere = NewPost { office: Office::association("aso_1", "甲协会"), ..post };
        let error = db.write(&ctx, |tx| identity::grant(tx, &account.id, &elsewhere)).unwrap_err();
        assert!(error.field_errors()[0].message.contains("须在单位任职"));
    }

    fn a_post_that_ran_out_is_recorded_once_by_its_job(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let post = NewPost { until: Some(date("2025-03-20")), ..NewPost::open("handler", Office::unit(&unit)) };
        let account = db.write(&ctx, |tx| identity::add(tx, &new_user("chenxl", "陈晓岚", Some(post.clone())))).unwrap();
        let held = db.read(&ctx, |tx| identity::posts_of(tx, &account.id)).unwrap().remove(0);
        // Its end is moved forward: the first job then finds nothing to record.
        db.write(&ctx, |tx| identity::end(tx, &held.id, Some(date("2025-03-18")), "调离")).unwrap();
        let run = |time: &str| {
            let ctx = at(time).acting_as(Actor::System);
            let mut ran = 0;
            while let Some(job) = jobs::take(db, &ctx, "test").unwrap() {
                assert_eq!(job.kind, identity::EXPIRY_JOB);
                db.write(&ctx, |tx| {
                    identity::expire(tx, &job.body)?;
                    jobs::done(tx, &job.id)
                })
                .unwrap();
                ran += 1;
            }
            ran
        };
        assert_eq!(run("2025-03-18T23:59:59+08:00"), 0);
        assert_eq!(run("2025-03-19T00:00:00+08:00"), 1);
        assert_eq!(run("2025-03-21T00:00:00+08:00"), 1);
        let expired = journal(db).1.iter().filter(|act| *act == "post.expired").count();
        assert_eq!(expired, 1);
    }

    fn a_post_ends_at_once_or_after_a_day(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let account = handler(db, &ctx, "chenxl", &unit);
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let held = db.read(&ctx, |tx| identity::posts_of(tx, &account.id)).unwrap().remove(0);
        let yesterday = db.write(&ctx, |tx| identity::end(tx, &held.id, Some(date("2025-03-13")), "")).unwrap_err();
        assert_eq!(yesterday.field_errors()[0].field, "last");
        db.write(&ctx, |tx| identity::end(tx, &held.id, None, "调离")).unwrap();
        assert!(posts_of(&recognised(db, &ctx, &cookie).unwrap()).is_empty(), "no session keeps the right");
        assert!(db.write(&ctx, |tx| identity::end(tx, &held.id, None, "")).is_err());
    }

    fn disabling_ends_sessions_and_tokens_at_once(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let account = handler(db, &ctx, "chenxl", &unit);
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let (_, token) = db.write(&ctx, |tx| identity::create_token(tx, &account.id, 30)).unwrap();
        let bearer = || db.read(&ctx, |tx| identity::bearer(tx, &ctx, &token)).unwrap();
        assert!(bearer().is_some());
        let disabled = db.write(&ctx, |tx| identity::disable(tx, &account.id, "离职")).unwrap();
        assert_eq!(disabled.standing(), "已停用");
        assert!(recognised(db, &ctx, &cookie).is_none());
        assert!(bearer().is_none());
        assert!(sign_in(db, &ctx, "chenxl", PASSWORD).is_err());
        assert!(db.read(&ctx, |tx| identity::people_in_role(tx, unit.id.as_str(), "handler")).unwrap().is_empty());
        assert!(db.write(&ctx, |tx| identity::disable(tx, &account.id, "")).is_err());

        db.write(&ctx, |tx| identity::enable(tx, &account.id)).unwrap();
        assert!(bearer().is_none(), "a token that was taken back stays so");
        assert!(recognised(db, &ctx, &cookie).is_none());
        assert!(sign_in(db, &ctx, "chenxl", PASSWORD).is_ok());
    }

    fn the_last_administrator_stays(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市委社会工作部");
        let admin = |login: &str| {
            let post = NewPost::open("system_admin", Office::unit(&unit));
            db.write(&ctx, |tx| identity::add(tx, &new_user(login, "李管理", Some(post.clone())))).unwrap()
        };
        let first = admin("admin-one");
        assert!(db.write(&ctx, |tx| identity::disable(tx, &first.id, "")).unwrap_err().message().contains("最后一位"));
        let post = db.read(&ctx, |tx| identity::posts_of(tx, &first.id)).unwrap().remove(0);
        assert!(db.write(&ctx, |tx| identity::end(tx, &post.id, None, "")).is_err());
        let second = admin("admin-two");
        let cookie = sign_in(db, &ctx, "admin-two", PASSWORD).unwrap().cookie;
        let person = ctx.acting_as(recognised(db, &ctx, &cookie).unwrap().actor);
        assert!(db.write(&person, |tx| identity::disable(tx, &second.id, "")).is_err(), "nobody shuts out oneself");
        db.write(&person, |tx| identity::disable(tx, &first.id, "轮岗")).unwrap();
        assert_eq!(count(db, "SELECT COUNT(*) FROM journal WHERE act = 'user.disable' AND role = 'system_admin'"), 1);
    }

    fn ones_own_password_needs_the_old_one(db) {
        let ctx = today();
        handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let here = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let there = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        let found = recognised(db, &ctx, &here).unwrap();
        let person = ctx.acting_as(found.actor);
        let keep = huitong_kernel::Id::stored(found.session.id);
        let change = |old: &str, new: &str| identity::change_own_password(db, &person, Some(&keep), old, new);
        assert_eq!(change("Wrong-Password-1", "Rm8tLq2vXc").unwrap_err().field_errors()[0].field, "old_password");
        assert_eq!(change(PASSWORD, PASSWORD).unwrap_err().field_errors()[0].field, "new_password");
        let weak = change(PASSWORD, "Chengdu@2025").unwrap_err();
        assert!(weak.field_errors()[0].message.contains("容易被猜到"));
        change(PASSWORD, "Rm8tLq2vXc").unwrap();
        assert!(recognised(db, &ctx, &here).is_some());
        assert!(recognised(db, &ctx, &there).is_none(), "other sessions end");
        assert!(sign_in(db, &ctx, "chenxl", PASSWORD).is_err());
        assert!(sign_in(db, &ctx, "chenxl", "Rm8tLq2vXc").is_ok());
        for _ in 0..5 {
            let _ = change("Wrong-Password-1", "Nq5sJw9zTb");
        }
        assert_eq!(change("Rm8tLq2vXc", "Nq5sJw9zTb").unwrap_err().status(), 429, "a stolen session cannot guess on");
    }

    fn a_password_set_by_another_must_be_changed(db) {
        let ctx = today();
        let account = handler(db, &ctx, "chenxl", &unit(db, &ctx, "市商务局"));
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        for _ in 0..5 {
            let _ = sign_in(db, &ctx, "chenxl", "Wrong-Password-1");
        }
        let hashed = identity::hash("password", "Rm8tLq2vXc", "chenxl", "陈晓岚").unwrap();
        db.write(&ctx, |tx| identity::set_password(tx, &account.id, &hashed)).unwrap();
        assert!(recognised(db, &ctx, &cookie).is_none());
        let opened = sign_in(db, &ctx, "chenxl", "Rm8tLq2vXc").unwrap();
        assert!(opened.account.must_change, "and the login is open again");
        let found = recognised(db, &ctx, &opened.cookie).unwrap();
        assert!(posts_of(&found).is_empty(), "until then there are no rights");
        let person = ctx.acting_as(found.actor);
        identity::change_own_password(db, &person, None, "Rm8tLq2vXc", "Nq5sJw9zTb").unwrap();
        let opened = sign_in(db, &ctx, "chenxl", "Nq5sJw9zTb").unwrap();
        assert!(!opened.account.must_change);
        assert_eq!(posts_of(&recognised(db, &ctx, &opened.cookie).unwrap()).len(), 1);
    }

    fn the_first_administrator_comes_by_a_link_that_works_once(db) {
        let ctx = today();
        let office = Office::unit(&unit(db, &ctx, "市委社会工作部"));
        let old = identity::invite_first(db, &ctx, &office).unwrap().unwrap();
        let secret = identity::invite_first(db, &ctx, &office).unwrap().unwrap();
        let public = ctx.acting_as(Actor::Public);
        let accept = |secret: &str, login: &str| {
            db.write(&public, |tx| identity::accept_invitation(tx, secret, &new_user(login, "李管理", None)))
        };
        assert_eq!(accept(&old, "admin-one").unwrap_err().kind(), Kind::Missing, "a newer link takes its place");
        assert_eq!(accept("", "admin-one").unwrap_err().kind(), Kind::Missing);
        let account = accept(&secret, "admin-one").unwrap();
        assert_eq!(accept(&secret, "admin-two").unwrap_err().kind(), Kind::Missing);
        assert!(identity::invite_first(db, &ctx, &office).unwrap().is_none());
        let cookie = sign_in(db, &ctx, "admin-one", PASSWORD).unwrap().cookie;
        let found = recognised(db, &ctx, &cookie).unwrap();
        assert_eq!(posts_of(&found)[0].role, "system_admin");
        assert!(!journal(db).0.contains(&secret));
        assert_eq!(account.login, "admin-one");
    }

    fn an_office_that_is_renamed_is_renamed_on_its_posts(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        handler(db, &ctx, "chenxl", &unit);
        db.write(&ctx, |tx| {
            tx.record(huitong_kernel::journal::Record::new("unit.rename", unit.id.as_str()))?;
            identity::office_renamed(tx, huitong_kernel::ctx::OfficeKind::Unit, unit.id.as_str(), "市商务和会展局")
        })
        .unwrap();
        let cookie = sign_in(db, &ctx, "chenxl", PASSWORD).unwrap().cookie;
        assert_eq!(posts_of(&recognised(db, &ctx, &cookie).unwrap())[0].office_name, "市商务和会展局");
    }

    fn people_are_found_by_unit_role_and_id(db) {
        let ctx = today();
        let (one, two) = (unit(db, &ctx, "市商务局"), unit(db, &ctx, "市民政局"));
        let mut ids = Vec::new();
        for n in 0..10 {
            ids.push(handler(db, &ctx, &format!("handler-{n}"), if n < 7 { &one } else { &two }).id);
        }
        let leader = NewPost::open("unit_leader", Office::unit(&one));
        db.write(&ctx, |tx| identity::grant(tx, &ids[0], &leader)).unwrap();
        let found = |roles: &[&str]| db.read(&ctx, |tx| identity::users_of_unit(tx, one.id.as_str(), roles)).unwrap();
        assert_eq!(found(&["handler"]).len(), 7);
        assert_eq!(found(&["handler", "unit_leader"]).len(), 7, "each person once");
        assert_eq!(found(&["unit_leader"])[0].user, ids[0]);
        assert_eq!(db.read(&ctx, |tx| identity::people_with_role(tx, "handler")).unwrap().len(), 10);
        let names = db.read(&ctx, |tx| identity::names(tx, &ids)).unwrap();
        assert_eq!(names.len(), 10);
        assert_eq!(names[ids[9].as_str()], "陈晓岚");
    }

    fn every_statement_of_the_list_runs(db) {
        let ctx = today();
        let mut ran = 0;
        for (sql, args) in identity::LISTS.iter().flat_map(|list| list.samples()) {
            db.read(&ctx, |tx| tx.query(&sql, &args)).unwrap_or_else(|e| panic!("{sql}: {}", e.log_line()));
            ran += 1;
        }
        assert!(ran >= 36, "{ran} statements");
        let asked = |query: &str| {
            let pairs = huitong_kernel::http::Pairs::parse(query).unwrap();
            let asked = huitong_kernel::list::Asked::read(identity::LISTS[0], &pairs).unwrap();
            db.read(&ctx, |tx| identity::list(tx, &asked, "handler", "unt_1")).unwrap().items.len()
        };
        assert_eq!(asked("q=a&active=true&page=2&page_size=5"), 0);
    }

    fn nobody_gives_a_post_to_himself_or_watches_himself(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市委社会工作部");
        let post = |role: &str| NewPost::open(role, Office::unit(&unit));
        let admin = |login: &str| {
            let post = Some(post("system_admin"));
            db.write(&ctx, |tx| identity::add(tx, &new_user(login, "李管理", post.clone()))).unwrap()
        };
        let (one, two) = (admin("admin-one"), admin("admin-two"));
        let cookie = sign_in(db, &ctx, "admin-one", PASSWORD).unwrap().cookie;
        let person = ctx.acting_as(recognised(db, &ctx, &cookie).unwrap().actor);
        let gives = |user, role: &str| db.write(&person, |tx| identity::grant(tx, user, &post(role)));
        assert!(gives(&one.id, "handler").unwrap_err().message().contains("不能给自己授予任职"));
        assert!(gives(&two.id, "handler").is_ok());
        assert!(gives(&two.id, "auditor").unwrap_err().field_errors()[0].message.contains("不能由同一人担任"));
        let watcher = db.write(&ctx, |tx| identity::add(tx, &new_user("auditor", "侯光屿", Some(post("auditor"))))).unwrap();
        assert!(db.write(&ctx, |tx| identity::grant(tx, &watcher.id, &post("system_admin"))).is_err());
    }

    fn who_comes_by_the_command_line_chooses_the_password(db) {
        let ctx = today();
        let unit = unit(db, &ctx, "市商务局");
        let new = identity::NewFromCommandLine { login: "wuba", name: "吴八", role: "handler", unit: &unit.name, password: Some(PASSWORD) };
        identity::add_from_command_line(db, &ctx, &new).unwrap();
        let opened = sign_in(db, &ctx, "wuba", PASSWORD).unwrap();
        assert!(opened.account.must_change);
        assert!(posts_of(&recognised(db, &ctx, &opened.cookie).unwrap()).is_empty());
    }
}
