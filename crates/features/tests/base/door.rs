//! The pages and operations through the door, as the public, as an auditor and as a handler.

use std::sync::Arc;

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use huitong_features::base::associations::Association;
use huitong_features::base::attachments::{self, Attachment, Owner, Reading, Sender};
use huitong_features::base::identity::{self, Holder, NewPost, NewUser, Office};
use huitong_features::base::journal;
use huitong_features::base::notices::{self, Addressed, Teller, Told};
use huitong_features::base::{associations, duty, units};
use huitong_kernel::capability::Capability;
use huitong_kernel::ctx::{Actor, Post};
use huitong_kernel::house::House;
use huitong_kernel::http::assets::Assets;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Hooks, Listener, SessionInfo, Settings, SignedIn, Site, Upload};
use huitong_kernel::journal::{Kept, Record};
use huitong_kernel::pack::{Pack, Vocabulary};
use huitong_kernel::rights::SubjectKeys;
use huitong_kernel::{Ctx, Db, Result, Tx, args, followers};
use huitong_testkit::db_test;
use serde_json::Value as Json;
use tower::ServiceExt as _;

use super::{Town, about};

/// What the city of these tests is opened with.
pub fn house() -> Arc<House> {
    // The routes of identity stay out: these tests sign in by a cookie of their own.
    let accounts = Capability { routes: Vec::new(), ..identity::capability() };
    let base = [
        units::capability(),
        associations::capability(),
        duty::capability(),
        attachments::capability(),
        notices::capability(),
        journal::capability(),
        accounts,
    ];
    let own =
        Capability { vocabulary: huitong_features::house().vocabulary.clone(), ..Capability::default() }
            .hands(Owner { subject_kind: "case".into(), may_read })
            .hands(Teller { subject_kind: "case".into(), recipients })
            .hands(super::notices::TELLER);
    // The words of the whole house, so that the shipped pack is read; each once.
    let base = base.into_iter().map(|one| Capability { vocabulary: Vocabulary::default(), ..one });
    Arc::new(House::new(base.chain([own]).collect()))
}

fn may_read(c: &Call, attachment: &Attachment) -> Result<Reading> {
    Ok(if c.ctx.user().is_some() && !attachment.internal { Reading::Named } else { Reading::No })
}

fn recipients(tx: &Tx, entry: &Kept, _: &Pack) -> Result<Told> {
    let tell = |user, n: usize| Addressed {
        user,
        kind: format!("k{n}"),
        title: format!("第 {n} 条 <b>消息</b>"),
        link: format!("/cases/{}", entry.subject),
    };
    let handler = identity::by_login(tx, "handler")?.map(|a| a.id);
    let people = handler.into_iter().flat_map(|id| (0..3).map(move |n| tell(id.clone(), n))).collect();
    Ok(Told { people, over: None })
}

/// Recognises the login that stands in the cookie.
fn session(tx: &Tx, ctx: &Ctx, login: &str) -> Result<Option<SignedIn>> {
    let Some(account) = identity::by_login(tx, login)? else { return Ok(None) };
    let held = identity::posts_of(tx, &account.id)?.into_iter().filter(|p| p.in_force(ctx.today()));
    let posts = held.map(|p| Post {
        role: p.role,
        kind: p.office.kind,
        office: p.office.id,
        office_name: p.office.name,
    });
    let actor =
        Actor::Person { user: account.id, login: account.login, name: account.name, posts: posts.collect() };
    let session = SessionInfo { id: login.into(), csrf: format!("secret of {login}") };
    Ok(Some(SignedIn { actor, session, touch: false }))
}

struct Door {
    site: Arc<Site>,
    runtime: tokio::runtime::Runtime,
}

struct Got {
    status: u16,
    headers: http::HeaderMap,
    text: String,
}

impl Got {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    fn csrf(&self) -> String {
        let start = self.text.split("name=\"csrf-token\" content=\"").nth(1).unwrap();
        start.split('"').next().unwrap().to_owned()
    }
}

impl Door {
    fn new(town: &Town) -> Door {
        let hooks = Hooks {
            session,
            bearer: session,
            touch: |_, _, _| Ok(()),
            shell: |c| Ok(Shell::plain(c)),
            sign_in_path: "/login",
        };
        let site = Site::new(town.city.clone(), hooks, Assets::new(&[]), Settings::default());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Door { site, runtime }
    }

    fn send(&self, login: &str, method: &str, path: &str, form: Option<String>) -> Got {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !login.is_empty() {
            request = request.header("cookie", format!("ht_session={login}"));
        }
        if form.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(form.unwrap_or_default())).unwrap();
        self.runtime.block_on(async {
            let router = huitong_kernel::http::router(self.site.clone(), Listener::Whole);
            let answer = router.oneshot(request).await.unwrap();
            let (head, body) = answer.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Got { status: head.status.as_u16(), headers: head.headers, text }
        })
    }

    fn get(&self, login: &str, path: &str) -> Got {
        self.send(login, "GET", path, None)
    }
}

fn person(town: &Town, db: &Db, login: &str, role: &str, office: Office) {
    let new = NewUser {
        login: login.into(),
        name: format!("{login} 的姓名"),
        post: Some(NewPost::open(role, office)),
        ..NewUser::default()
    };
    db.write(&town.ctx, |tx| identity::add(tx, &new)).unwrap();
}

/// A town with an association, links, an auditor and a handler.
fn furnished(db: &Db) -> (Town, Door, Association) {
    let town = Town::new(db);
    let unit = town.unit("锦宁市甲局", &["industry_department"]);
    let new = huitong_features::base::associations::NewAssociation {
        founded_on: Some(super::day("2010-05-01")),
        term_ends_on: Some(super::day("2024-12-31")),
        scope: "行业自律".into(),
        phone: Some("0409-5550199".into()),
        industries: vec!["6513".into()],
        ..about("锦宁市<i>软件</i>协会", 1)
    };
    let association = town.record(&new).unwrap();
    town.link(&association, "industry_department_main", &unit, "2024-01-01", "");
    person(&town, db, "auditor", "auditor", Office::unit(&unit));
    person(&town, db, "handler", "handler", Office::unit(&unit));
    let door = Door::new(&town);
    (town, door, association)
}

db_test! {
    fn the_public_finds_an_association_and_who_answers(db) {
        let (_town, door, association) = furnished(db);
        let list = door.get("", "/orgs?q=%E8%BD%AF%E4%BB%B6");
        assert_eq!(list.status, 200);
        assert!(list.text.contains("锦宁市&#60;i&#62;软件") && list.text.contains("共 1 家"), "{}", list.text);
        let none = door.get("", "/orgs?q=%25&page=99999999999999999999");
        assert!(none.status == 200 && none.text.contains("没有找到"));
        let card = door.get("", &format!("/orgs/{}", association.id));
        assert_eq!(card.status, 200);
        for word in ["存续", "已脱钩", "应用软件开发", "待明确登记管理机关", "锦宁市甲局", "2024-01-01", "锦宁市甲局的文件",
            &format!("/appeals/new?association={}", association.id), &format!("/appeals/new?about={}", association.id)]
        {
            assert!(card.text.contains(word), "{word}\n{}", card.text);
        }
        assert!(!card.text.contains("2024-12-31"), "an office term that has run out is nothing for the public");
        assert_eq!(door.get("", "/orgs/asc_00000000000000000000000000").status, 404);
        let items = door.get("", "/orgs/suggest?q=%E7%94%B2%E5%B1%80&with=units").json();
        assert_eq!(items["items"][0]["label"], "锦宁市甲局");
        assert_eq!(door.get("", "/orgs/suggest?q=%E7%94%B2%E5%B1%80").json()["items"], Json::Array(Vec::new()));
        assert_eq!(door.get("", "/orgs/suggest").json()["items"], Json::Array(Vec::new()));
    }

    fn the_relation_is_asked_by_page_and_by_program(db) {
        let (_town, door, association) = furnished(db);
        let page = door.get("handler", &format!("/duty?association={}", association.id));
        assert!(page.status == 200 && page.text.contains("DI-07") && page.text.contains("待明确登记管理机关"), "{}", page.text);
        let words = door.get("", "/duty?association=%E8%BD%AF%E4%BB%B6&duty=DI-04&on=2024-06-01");
        assert!(words.status == 200 && words.text.contains("自 2024-01-01"), "one name holds these words\n{}", words.text);
        let none = door.get("", "/duty?association=%25&duty=DI-04");
        assert!(none.status == 200 && none.text.contains("没有找到"), "{}", none.text);
        let all = door.get("", "/duty?on=2024-06-01");
        let row = format!("/duty?on=2024-06-01&#38;association={}", association.uscc);
        assert!(all.status == 200 && all.text.contains(&row), "the register stands where nothing was asked\n{}", all.text);
        let one = door.get("", &format!("/duty?association={}&duty=DI-04&on=2024-06-01", association.uscc));
        assert!(one.status == 200 && one.text.contains("自 2024-01-01"), "{}", one.text);
        let before = door.get("", &format!("/duty?association={}&on=1980-01-01", association.uscc));
        assert!(before.status == 200 && before.text.contains("该协会当日尚未成立"), "{}", before.text);
        let wrong = door.get("", &format!("/duty?association={}&on=31.12.2024", association.uscc));
        assert!(wrong.status == 422 && wrong.text.contains("不是日期"));
        let ask = |query: &str| door.get("", &format!("/api/v1/responsibility?{query}"));
        let held = ask(&format!("association={}&duty=DI-04&on=2024-01-01", association.uscc)).json();
        assert_eq!(held["answer"]["unit"]["name"], "锦宁市甲局");
        assert_eq!((held["answer"]["since"].as_str(), held["gap"].is_null()), (Some("2024-01-01"), true));
        let gap = ask(&format!("association={}&duty=DI-04&on=2023-12-31", association.id)).json();
        assert_eq!((gap["gap"]["words"].as_str(), gap["answer"].is_null()), (Some("待明确行业管理部门"), true));
        assert_eq!(ask("duty=DI-04").status, 422);
        assert_eq!(ask(&format!("association={}&duty=NO", association.id)).status, 422);
        assert_eq!(ask("association=51510100MJQ000015B&duty=DI-04").status, 404);
    }

    fn the_journal_is_read_by_who_may(db) {
        let (_town, door, association) = furnished(db);
        assert_eq!(door.get("handler", "/admin/journal").status, 403);
        assert_eq!(door.get("", "/api/v1/journal").status, 401);
        let page = door.get("auditor", "/admin/journal?act=association.record");
        assert!(page.status == 200 && page.text.contains("共 1 条") && page.text.contains("协会建档"), "{}", page.text);
        let by_name = door.get("auditor", &format!("/api/v1/journal?subject={}", association.uscc)).json();
        assert_eq!(by_name["total"], 1);
        let entry = by_name["items"][0].clone();
        assert_eq!((entry["act_label"].as_str(), entry["actor_name"].as_str()), (Some("协会建档"), Some("命令行")));
        let one = door.get("auditor", &format!("/admin/journal/{}", entry["id"].as_str().unwrap()));
        assert!(one.text.contains("统一社会信用代码") && one.text.contains(entry["leaf"].as_str().unwrap()), "{}", one.text);
        let link = door.get("auditor", "/api/v1/journal?act=link.add").json()["items"][0]["id"].as_str().unwrap().to_owned();
        let link = door.get("auditor", &format!("/admin/journal/{link}"));
        assert!(link.text.contains("<ins>主要行业管理部门</ins>") && link.text.contains("<ins>锦宁市甲局</ins>"), "{}", link.text);
        // Every entry comes once, page by page, the newest first.
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let part = door.get("auditor", &format!("/api/v1/journal?page_size=3&next={next}")).json();
            let items = part["items"].as_array().unwrap();
            seen.extend(items.iter().map(|i| i["id"].as_str().unwrap().to_owned()));
            let places: Vec<i64> = items.iter().map(|i| i["position"].as_i64().unwrap_or(i64::MAX)).collect();
            assert!(places.is_sorted_by(|a, b| a >= b), "the newest first: {places:?}");
            assert!(seen.len() < 50);
            let Some(more) = part["next"].as_str() else {
                assert_eq!(part["total"].as_u64().unwrap(), seen.len() as u64);
                break;
            };
            next = more.to_owned();
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(seen.len(), sorted.len());
        let total = |query: &str| door.get("auditor", &format!("/api/v1/journal?{query}")).json()["total"].as_u64().unwrap();
        assert_eq!(total("from=2025-03-14&until=2025-03-14"), seen.len() as u64);
        assert_eq!((total("from=2025-03-15"), total("until=2025-03-13"), total("actor=nobody")), (0, 0, 0));
        assert_eq!(total("actor=%E5%91%BD%E4%BB%A4%E8%A1%8C"), seen.len() as u64 - 1, "the pack came in by itself");
    }

    fn the_pack_and_access_are_explained(db) {
        let (_town, door, association) = furnished(db);
        let pack = door.get("auditor", "/admin/pack");
        assert!(pack.status == 200 && pack.text.contains("系统默认") && !pack.text.contains("duties.csv 第"), "{}", pack.text.len());
        assert!(door.get("auditor", "/admin/pack?keys=1").text.contains("duties.csv 第"), "where a deputy finds it");
        let some = door.get("auditor", "/admin/pack?q=DI-04");
        assert!(some.text.contains("办理诉求（主办）") && some.text.len() < pack.text.len());
        assert_eq!(door.get("handler", "/admin/access").status, 403);
        let public = door.get("auditor", &format!("/admin/access?subject={}", association.uscc));
        assert!(public.text.contains("公开内容"), "{}", public.text);
        let account = door.get("auditor", "/admin/access?subject=handler");
        assert!(account.status == 200 && !account.text.contains("公开内容"), "{}", account.text);
        assert_eq!(door.get("auditor", "/admin/access?subject=nothing").status, 422);
    }

    fn roles_reaches_and_posts_say_who_sees_a_record(db) {
        let (town, door, association) = furnished(db);
        let page = door.get("auditor", "/admin/access?subject=2026.11.1");
        assert!(page.text.contains("审计员") && page.text.contains("1 人：auditor 的姓名"), "{}", page.text);
        person(&town, db, "secretary", "association_secretary", Office::association(association.id.as_str(), "协会"));
        let elsewhere = town.unit("锦宁市乙局", &[]);
        person(&town, db, "stranger", "handler", Office::unit(&elsewhere));
        let keys = SubjectKeys { units: &["unit"], owner_association: Some("association"), ..SubjectKeys::default() };
        let unit = db.read(&town.ctx, |tx| units::by_name(tx, "锦宁市甲局")).unwrap().unwrap();
        let value = |column: &str| match column {
            "unit" => Some(unit.id.as_str()),
            "association" => Some(association.id.as_str()),
            _ => None,
        };
        let who = |kept_out: &dyn Fn(&Holder) -> bool| -> Vec<String> {
            let lines = db.read(&town.ctx, |tx| journal::by_roles(tx, "appeal.view", &keys, &value, kept_out)).unwrap();
            lines.iter().flat_map(|l| l.people.iter().map(|p| format!("{} {p}", l.role))).collect()
        };
        assert_eq!(who(&|_| false), ["协会秘书长 secretary 的姓名", "经办人 handler 的姓名"]);
        assert_eq!(who(&|h| h.office == association.id.as_str()), ["经办人 handler 的姓名"]);
    }

    fn notices_belong_to_their_reader(db) {
        let (town, door, _) = furnished(db);
        db.write(&town.ctx, |tx| tx.record(Record::new("case.do", "c1"))).unwrap();
        while db.sequence(&town.ctx).unwrap() > 0 {}
        while followers::step(db, &town.ctx, &notices::FOLLOWER).unwrap() > 0 {}
        let list = door.get("handler", "/notices");
        assert!(list.status == 200 && list.text.contains("3 条未读") && list.text.contains("&#60;b&#62;"), "{}", list.text);
        assert!(!door.get("auditor", "/notices").text.contains("第 1 条"));
        assert_ne!(door.get("", "/notices").status, 200);
        let id = list.text.split("/notices/").find_map(|t| t.split_once("/read\"").map(|(id, _)| id.to_owned())).unwrap();
        let form = |login: &str| Some(format!("csrf={}", door.get(login, "/notices").csrf()));
        let foreign = door.send("auditor", "POST", &format!("/notices/{id}/read"), form("auditor"));
        assert_eq!(foreign.status, 404, "another's notice is not there");
        let read = door.send("handler", "POST", &format!("/notices/{id}/read"), form("handler"));
        assert_eq!((read.status, read.headers["location"].to_str().unwrap()), (303, "/cases/c1"));
        assert!(door.get("handler", "/notices").text.contains("2 条未读"));
        assert_eq!(door.send("handler", "POST", "/notices/read-all", form("handler")).status, 303);
        assert!(door.get("handler", "/notices").text.contains("没有未读消息"));
        let before = db.read(&town.ctx, |tx| tx.number("SELECT COUNT(*) FROM notices", args![])).unwrap();
        assert_eq!(before, 3, "reading takes none away");
    }

    fn a_file_goes_to_who_may_read_it_and_leaves_a_trace(db) {
        let (town, door, _) = furnished(db);
        let upload = Upload {
            field: "files".into(),
            name: "说明 书.txt".into(),
            content_type: "text/html".into(),
            content: String::from("<script>1</script>").into(),
        };
        let kept = attachments::take(&town.city, &town.city.pack(), &Sender::named(true, "usr_1"), &[upload]).unwrap();
        let add = |internal| db.write(&town.ctx, |tx| {
            tx.record(Record::new("case.do", "c1"))?;
            attachments::add(tx, "case", "c1", None, &kept[0], internal)
        }).unwrap();
        let (open, internal) = (add(false), add(true));
        let got = door.get("handler", &format!("/attachments/{}", open.id));
        assert_eq!((got.status, got.text.as_str()), (200, "<script>1</script>"));
        assert_eq!(got.headers["content-disposition"], "attachment; filename*=UTF-8''%E8%AF%B4%E6%98%8E%20%E4%B9%A6.txt");
        assert_eq!(got.headers["x-content-type-options"], "nosniff");
        assert_eq!(got.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(door.get("handler", &format!("/attachments/{}", internal.id)).status, 404);
        assert_eq!(door.get("", &format!("/attachments/{}", open.id)).status, 404);
        let reads = "SELECT COUNT(*) FROM journal WHERE act = 'attachment.read'";
        assert_eq!(db.read(&town.ctx, |tx| tx.number(reads, args![])).unwrap(), 1, "each reading is recorded, refusals are none");
    }
}
