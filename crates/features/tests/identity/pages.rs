//! The pages over HTTP, on both engines: signing in, one's own account, the administrator's work.

use huitong_features::base::identity::{self, NewFromCommandLine, NewPost, Office};
use huitong_features::base::units::{self, NewUnit, Unit};
use huitong_testkit::db_test;

use super::browser::{Page, Town};
use super::{PASSWORD, new_user};

fn unit(town: &Town, name: &str) -> Unit {
    let new = NewUnit {
        key: name.into(),
        name: name.into(),
        kinds: vec!["industry_department".into()],
        functions: vec!["市场监管".into()],
        ..NewUnit::default()
    };
    town.city.db.write(&town.ctx(), |tx| units::add(tx, &new)).unwrap()
}

fn account(town: &Town, login: &str, name: &str, role: &str, unit: &Unit) {
    let new = new_user(login, name, Some(NewPost::open(role, Office::unit(unit))));
    town.city.db.write(&town.ctx(), |tx| identity::add(tx, &new)).unwrap();
}

db_test! {
    fn signing_in_leads_on_and_signing_out_ends_it(db) {
        let town = Town::new(db);
        account(&town, "chenxl", "陈晓岚", "handler", &unit(&town, "市商务局"));
        let browser = town.browser();
        let asked = browser.get("/me");
        assert_eq!((asked.status, asked.location.as_str()), (303, "/login?next=%2Fme"));
        let form = browser.get(&asked.location);
        form.says("<h1>登录</h1>");
        assert_eq!(form.hidden("next"), "/me");
        let fields = [("csrf", form.hidden("csrf")), ("next", "/me".into()), ("login", "chenxl".into()), ("password", PASSWORD.into())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let done = browser.post("/login", &fields);
        assert_eq!((done.status, done.location.as_str()), (303, "/me"));
        let cookie = done.set_cookies.iter().find(|c| c.contains("session")).unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let me = browser.get("/me");
        me.says("市商务局");
        me.says("经办人");
        me.says("本机");
        assert_eq!(browser.get("/login").status, 303, "who is signed in is not asked again");

        let csrf = browser.get("/me/password").hidden("csrf");
        assert_eq!(browser.post("/logout", &[]).status, 403, "a form of somebody else does not sign out");
        assert_eq!(browser.post("/logout", &[("csrf", &csrf)]).location, "/");
        assert_eq!(browser.get("/me").status, 303);
    }

    fn nobody_is_sent_to_a_foreign_site(db) {
        let town = Town::new(db);
        account(&town, "chenxl", "陈晓岚", "handler", &unit(&town, "市商务局"));
        for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
            let browser = town.browser();
            let done = browser.fill("/login", "/login", &[("next", next), ("login", "chenxl"), ("password", PASSWORD)]);
            done.says("工作台 陈晓岚");
        }
    }

    fn a_wrong_password_is_said_in_words_and_the_login_is_kept(db) {
        let town = Town::new(db);
        account(&town, "chenxl", "陈晓岚", "handler", &unit(&town, "市商务局"));
        let browser = town.browser();
        let page = browser.sign_in("chenxl", "Wrong-Password-1");
        assert_eq!(page.status, 422);
        page.says("用户名或密码不正确。再错 4 次");
        page.says("value=\"chenxl\"");
        assert!(!page.body.contains("Wrong-Password-1"));
        assert_eq!(browser.sign_in("chenxl", "").status, 422);
        for _ in 0..4 {
            browser.sign_in("chenxl", "Wrong-Password-1");
        }
        let locked = browser.sign_in("chenxl", PASSWORD);
        assert_eq!(locked.status, 429);
        assert!(locked.retry_after.parse::<u32>().unwrap() > 1700);
        locked.says("已暂停登录");
    }

    fn one_ends_another_session_and_changes_the_password(db) {
        let town = Town::new(db);
        account(&town, "chenxl", "陈晓岚", "handler", &unit(&town, "市商务局"));
        let (here, there) = (town.browser(), town.browser());
        here.sign_in("chenxl", PASSWORD).says("工作台");
        there.sign_in("chenxl", PASSWORD).says("工作台");
        let me = here.get("/me");
        let end = me.body.split("action=\"/me/sessions/").nth(1).unwrap().split('"').next().unwrap();
        here.post(&format!("/me/sessions/{end}"), &[("csrf", &me.hidden("csrf"))]);
        assert_eq!(there.get("/me").status, 303);
        assert_eq!(here.get("/me").status, 200);

        let change = |old: &str, new: &str, again: &str| {
            let fields = [("old_password", old), ("new_password", new), ("new_password_again", again)];
            here.fill("/me/password", "/me/password", &fields)
        };
        change(PASSWORD, "Rm8tLq2vXc", "Rm8tLq2vXd").says("两次填写的新密码不一致");
        change(PASSWORD, "Chengdu@2025", "Chengdu@2025").says("请先改正以下 1 处");
        change("Wrong-Password-1", "Rm8tLq2vXc", "Rm8tLq2vXc").says("原密码不正确");
        change(PASSWORD, "Rm8tLq2vXc", "Rm8tLq2vXc").says("我的账户");
        there.sign_in("chenxl", "Rm8tLq2vXc").says("工作台");
    }

    fn an_administrator_opens_an_account_that_must_change_its_password(db) {
        let town = Town::new(db);
        let (office, commerce) = (unit(&town, "市委社会工作部"), unit(&town, "市商务局"));
        account(&town, "admin-one", "李管理", "system_admin", &office);
        let admin = town.browser();
        admin.sign_in("admin-one", PASSWORD).says("工作台");
        let fill = |fields: &[(&str, &str)]| admin.fill("/admin/users/new", "/admin/users", fields);
        let base = [("login", "zhangs"), ("name", "张三"), ("password", "Nq5sJw9zTb"), ("role", "handler")];
        let wrong = fill(&base);
        assert_eq!(wrong.status, 422);
        wrong.says("请选择任职单位");
        wrong.says("value=\"张三\"");
        fill(&[base.as_slice(), &[("unit", commerce.id.as_str()), ("until", "2025-13-01")]].concat()).says("这样的日期");
        let done = fill(&[base.as_slice(), &[("unit", commerce.id.as_str()), ("until", "2025-06-30")]].concat());
        done.says("2025-06-30");

        let user = town.browser();
        user.sign_in("zhangs", "Nq5sJw9zTb").says("请先改成只有您知道的密码");
        user.get("/desk").says("工作台 张三 0");
        assert_eq!(user.get("/admin/users").status, 403);
        let fields = [("old_password", "Nq5sJw9zTb"), ("new_password", "Rm8tLq2vXc"), ("new_password_again", "Rm8tLq2vXc")];
        user.fill("/me/password", "/me/password", &fields);
        user.get("/desk").says("工作台 张三 1");
        assert_eq!(user.get("/admin/users").status, 403, "a handler is no administrator");
    }

    fn an_administrator_finds_ends_and_closes(db) {
        let town = Town::new(db);
        let (office, commerce) = (unit(&town, "市委社会工作部"), unit(&town, "市商务局"));
        account(&town, "admin-one", "李管理", "system_admin", &office);
        account(&town, "chenxl", "陈晓岚", "handler", &commerce);
        for n in 0..25 {
            let new = NewFromCommandLine {
                login: &format!("handler-{n:02}"),
                name: "王五",
                role: "handler",
                unit: &commerce.name,
                password: None,
            };
            identity::add_from_command_line(&town.city.db, &town.ctx(), &new).unwrap();
        }
        let admin = town.browser();
        admin.sign_in("admin-one", PASSWORD).says("工作台");
        let all = admin.get("/admin/users");
        all.says("共 27 个，第 1–20 个");
        admin.get("/admin/users?page=2&sort=-login").says("第 21–27 个");
        admin.get("/admin/users?q=chenx").says("共 1 个");
        admin.get(&format!("/admin/users?unit={}&role=handler", commerce.id)).says("共 26 个");
        admin.get("/admin/users?standing=disabled").says("没有符合条件的账户");
        assert_eq!(admin.get("/admin/users?sort=password").status, 422);

        let user = town.browser();
        user.sign_in("chenxl", PASSWORD).says("工作台 陈晓岚 1");
        let detail = admin.get(&admin.get("/admin/users?q=chenx").link("/admin/users/usr_"));
        let end = detail.link("/admin/posts/");
        admin.fill(&end, &end, &[("last", "2025-03-01")]).says("不能早于今天");
        admin.fill(&end, &end, &[("reason", "调离")]).says("已结束");
        user.get("/desk").says("工作台 陈晓岚 0");

        let disable = detail.link("/admin/users/usr_").replace("/posts/new", "/disable");
        admin.fill(&disable, &disable, &[("reason", "离职")]).says("已停用");
        assert_eq!(user.get("/me").status, 303);
        let closed = admin.get(&disable.replace("/disable", ""));
        closed.says("恢复账户");
        let fields = [("csrf", closed.hidden("csrf")), ("submit_token", closed.hidden("submit_token"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(admin.post(&disable.replace("/disable", "/enable"), &fields).status, 303);
        assert_eq!(admin.post(&disable.replace("/disable", "/enable"), &fields).status, 303, "twice is once");
        town.browser().sign_in("chenxl", PASSWORD).says("工作台");

        let me = admin.get("/admin/users?q=admin-one").link("/admin/users/usr_");
        let own = format!("{me}/disable");
        let refused = admin.fill(&own, &own, &[]);
        assert_eq!(refused.status, 409);
        refused.says("不能停用自己的账户");
    }

    fn units_and_permissions_are_shown(db) {
        let town = Town::new(db);
        let office = unit(&town, "市委社会工作部");
        account(&town, "admin-one", "李管理", "system_admin", &office);
        let admin = town.browser();
        admin.sign_in("admin-one", PASSWORD).says("工作台");
        let units = admin.get("/admin/units?q=市场监管");
        units.says("行业管理部门");
        units.says("共 1 个");
        admin.get("/admin/units?q=没有这个").says("没有符合条件的单位");
        assert_eq!(admin.get("/admin/units?page=99").status, 200);
        let matrix = admin.get("/admin/permissions");
        matrix.says("授予任职");
        assert!(!matrix.body.contains("post.grant"));
        admin.get("/admin/permissions?keys=1").says("授予任职<code>post.grant</code>");
        matrix.says("data-label=\"系统管理员（全市）\"><span>全市</span>");
        matrix.says("系统默认");
        assert_eq!(town.browser().get("/admin/permissions").status, 303);
    }

    fn what_was_typed_before_signing_in_is_sent_after_it(db) {
        let town = Town::new(db);
        account(&town, "chenxl", "陈晓岚", "handler", &unit(&town, "市商务局"));
        let browser = town.browser();
        let form = browser.post("/me/sessions/ses_0/end", &[("note", "已经写了很久的话")]);
        assert_eq!(form.status, 401);
        form.says("已经写了很久的话</textarea>");
        let send = |page: &Page, password: &str| {
            let names = ["csrf", "kept_action", "kept.note"];
            let mut fields: Vec<(&str, String)> = names.iter().map(|n| (*n, page.hidden(n))).collect();
            fields.extend([("login", "chenxl".to_owned()), ("password", password.to_owned())]);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            browser.post("/login", &fields)
        };
        let wrong = send(&form, "wrong");
        assert_eq!(wrong.hidden("kept.note"), "已经写了很久的话");
        let done = send(&wrong, PASSWORD);
        assert_eq!(done.status, 200);
        for text in ["陈晓岚", "继续提交", "已经写了很久的话</textarea>"] {
            done.says(text);
        }
        let fields = [("csrf", done.hidden("csrf")), ("note", done.hidden("note"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let again = browser.post("/me/sessions/ses_0/end", &fields);
        assert_eq!(again.status, 404, "signed in, and no such session");
    }

    fn the_first_administrator_opens_the_city(db) {
        let town = Town::new(db);
        let office = identity::Office::unit(&unit(&town, "市委社会工作部"));
        let secret = identity::invite_first(db, &town.ctx(), &office).unwrap().unwrap();
        let browser = town.browser();
        let dead = browser.get("/invitation/0000");
        assert_eq!(dead.status, 404);
        dead.says("<h1>邀请已失效，请联系管理员重发</h1>");
        browser.get("/nowhere").says("<h1>没有找到，或者您无权查看</h1>");
        let path = format!("/invitation/{secret}");
        let fill = |password: &str, again: &str| {
            let fields = [("login", "admin-one"), ("name", "李管理"), ("password", password), ("password_again", again)];
            browser.fill(&path, &path, &fields)
        };
        fill(PASSWORD, "x").says("两次填写的密码不一致");
        fill("Admin@123456", "Admin@123456").says("容易被猜到");
        fill(PASSWORD, PASSWORD).says("账户已开通，请登录。");
        assert_eq!(browser.get(&path).status, 404);
        browser.sign_in("admin-one", PASSWORD).says("工作台 李管理 1");
        assert_eq!(browser.get("/admin/users").status, 200);
    }
}
