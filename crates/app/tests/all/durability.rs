//! Killed under load, several times, on both engines: what was acknowledged is there once, nothing is there by half.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::{Ctx, Db, args};
use serde_json::{Value as Json, json};

use crate::command::{Server, run};
use crate::serving::{free_port, start};

const CLIENTS: usize = 8;
const ROUNDS: usize = 3;

/// What each client does on a case of its own, in this order.
const ACTS: [&str; 6] = ["submit", "accept", "classify", "dispatch", "sign", "reply"];
/// The state each of them leaves behind.
const STATES: [&str; 6] = ["submitted", "accepted", "accepted", "dispatched", "signed", "replied"];

/// A request as a client remembers it: what it asked for, and the answer where it got one.
#[derive(Clone)]
struct Asked {
    act: usize,
    /// The case; none for the submission that makes it.
    case: Option<String>,
    key: String,
    answer: Option<Json>,
}

/// Who acts: nobody, an intake clerk, a handler; by their tokens.
struct Tokens {
    clerk: String,
    handler: String,
}

#[test]
fn on_the_embedded_engine() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data/city.db");
    survive(dir.path(), &[], file.to_str().unwrap());
}

#[test]
fn on_postgresql() {
    let Some((url, _drop)) = huitong_testkit::db::create_postgres() else { return };
    let dir = tempfile::tempdir().unwrap();
    survive(dir.path(), &["--database", &url], &url);
}

fn survive(dir: &Path, database: &[&str], url: &str) {
    let data = dir.join("data");
    let (data, config) = (data.to_str().unwrap(), dir.join("huitong.toml"));
    std::fs::write(&config, "public.rate_limit = \"off\"\n").unwrap();
    let address = free_port();
    let with = |words: &[&str]| -> Vec<String> {
        [words, &["--data", data], database].concat().into_iter().map(str::to_owned).collect()
    };
    let serve = with(&["serve", "--listen", &address, "--config", config.to_str().unwrap()]);
    let serve: Vec<&str> = serve.iter().map(String::as_str).collect();
    let ready = |line: &str| line.contains("已就绪").then_some(());
    let (mut server, ()) = start(&serve, ready);
    let tokens = people(&with);
    let mut all: Vec<Asked> = Vec::new();
    for round in 0..ROUNDS {
        let mut asked = load(&address, &tokens, round, &mut server);
        assert!(asked.iter().any(|a| a.answer.is_none()), "round {round} was killed while nobody waited");
        (server, ()) = start(&serve, ready);
        repeat(&address, &tokens, &mut asked);
        all.extend(asked);
        let db = Db::open(url, MIGRATIONS).unwrap();
        settled(&db);
        check(&db, &all);
        cases(&db, &all);
        told(&db, &all);
        kept(&db, &Path::new(data).join("attachments"), &all);
        let verify = with(&["journal", "verify", "--json"]);
        let verified = run(&verify.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(verified.exit, 0, "{} {}", verified.said, verified.noted);
        assert_eq!(verified.objects()[0]["ok"], true);
    }
    assert_eq!(server.stop(), 0);
}

/// Two intake clerks, a handler and a leader, and the tokens of those who act.
fn people(with: &dyn Fn(&[&str]) -> Vec<String>) -> Tokens {
    let call = |words: &[&str]| {
        let words = with(words);
        let ran = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.exit, 0, "{words:?}: {}", ran.noted);
        ran.said
    };
    let people = [
        ("clerk", "intake", "social_work"),
        ("second-clerk", "intake", "social_work"),
        ("handler", "handler", "commerce"),
        ("leader", "unit_leader", "commerce"),
    ];
    for (login, role, unit) in people {
        call(&["user", "add", login, "--name", "柳知行", "--role", role, "--unit", unit]);
    }
    let token = |login: &str| call(&["token", "create", login]).split_whitespace().last().unwrap().to_owned();
    Tokens { clerk: token("clerk"), handler: token("handler") }
}

/// Acts from many sides until the server is killed; answers everything that was asked.
fn load(address: &str, tokens: &Tokens, round: usize, server: &mut Server) -> Vec<Asked> {
    let (asked, ends) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (asked, ends) = (&asked, &ends);
            scope.spawn(move || {
                for nth in 0.. {
                    let mut case = None;
                    for (act, name) in ACTS.iter().enumerate() {
                        let key = format!("r{round}c{client}n{nth}-{name}");
                        let one = Asked { act, case: case.clone(), key, answer: None };
                        let Some(answer) = tell(address, tokens, one, asked) else { return };
                        case = Some(answer["id"].as_str().unwrap().to_owned());
                    }
                    ends.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Each round dies at another moment of its load, once whole chains of acts were acknowledged.
        let began = Instant::now();
        while ends.load(Ordering::Relaxed) < 6 + round && began.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(170 * round as u64));
        server.0.kill().unwrap();
        server.0.wait().unwrap();
    });
    assert!(ends.into_inner() >= 6 + round, "the load came to no end within its time");
    asked.into_inner().unwrap()
}

/// Asks once and remembers it; none where the server was gone before it answered.
fn tell(address: &str, tokens: &Tokens, mut one: Asked, asked: &Mutex<Vec<Asked>>) -> Option<Json> {
    let answer = post(address, tokens, &one);
    if let Some((status, answer)) = &answer {
        assert!(matches!(status, 200 | 201 | 503), "{status} {answer}");
        one.answer = (*status != 503).then(|| answer.clone());
    }
    let answer = one.answer.clone();
    asked.lock().unwrap().push(one);
    answer
}

/// What a request says; a reply carries a file that no other has.
fn body(one: &Asked) -> (&'static str, String) {
    let key = &one.key;
    let json = match ACTS[one.act] {
        "submit" => json!({
            "kind": "求助", "title": format!("请求协调第 {key} 件"), "disclosure": "named",
            "text": "园区东侧道路夜间没有路灯，工人下夜班通行不便，请求协调安装照明。",
            "contact_name": "高闻笛", "contact_phone": "19900001234",
        }),
        "classify" => json!({"kind": "求助", "category": "03-1"}),
        "dispatch" => json!({"unit": "commerce", "reason": "按派单目录派单"}),
        "reply" => {
            let said = [("outcome", "solved"), ("text", "您反映的路灯已经全部安装完毕，欢迎您继续监督。")];
            let mut form: String = said
                .iter()
                .map(|(name, value)| {
                    format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                })
                .collect();
            form += "--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"现场.txt\"\r\n";
            form += &format!("Content-Type: text/plain\r\n\r\n{}\r\n--cut--\r\n", evidence(key));
            return ("multipart/form-data; boundary=cut", form);
        }
        _ => json!({}),
    };
    ("application/json", json.to_string())
}

fn evidence(key: &str) -> String {
    format!("现场照片说明 {key}")
}

fn post(address: &str, tokens: &Tokens, one: &Asked) -> Option<(u16, Json)> {
    let (content_type, body) = body(one);
    let authorization = match ACTS[one.act] {
        "submit" => String::new(),
        "sign" | "reply" => format!("Authorization: Bearer {}\r\n", tokens.handler),
        _ => format!("Authorization: Bearer {}\r\n", tokens.clerk),
    };
    let path = match &one.case {
        None => String::from("/api/v1/appeals"),
        Some(case) => format!("/api/v1/appeals/{case}/{}", ACTS[one.act]),
    };
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         Idempotency-Key: {}\r\n{authorization}Content-Length: {}\r\n\r\n{body}",
        one.key,
        body.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
}

/// Asks everything again under its key: what was acknowledged answers the same, what was not acts once now or then.
fn repeat(address: &str, tokens: &Tokens, asked: &mut [Asked]) {
    for one in asked {
        let (status, answer) = post(address, tokens, one).unwrap();
        assert!(matches!(status, 200 | 201), "{status} {answer}");
        let before = one.answer.get_or_insert_with(|| answer.clone());
        assert_eq!(*before, answer, "the same key answers the same");
    }
}

fn number(db: &Db, sql: &str) -> i64 {
    db.read(&Ctx::system(), |tx| tx.number(sql, args![])).unwrap()
}

/// How often an act was asked for so far.
fn of(asked: &[Asked], act: &str) -> i64 {
    asked.iter().filter(|one| ACTS[one.act] == act).count() as i64
}

/// Compares what the database holds with everything that was asked so far.
fn check(db: &Db, asked: &[Asked]) {
    let submitted = of(asked, "submit");
    assert_eq!(number(db, "SELECT COUNT(*) FROM appeals"), submitted, "each key acted exactly once");
    for act in ACTS {
        let entries = format!("SELECT COUNT(*) FROM journal WHERE act = 'appeal.{act}'");
        let steps = format!("SELECT COUNT(*) FROM matter_steps WHERE act = '{act}'");
        let count = of(asked, act);
        assert!(count > 0, "nobody came as far as {act}");
        assert_eq!(
            (number(db, &entries), number(db, &steps)),
            (count, count),
            "{act}: entry and step, none without the other"
        );
    }
    for (limit, act) in
        [("accept", "submit"), ("answer", "accept"), ("sign", "dispatch"), ("contact", "sign")]
    {
        let clocks = format!("SELECT COUNT(*) FROM matter_clocks WHERE limit_key = '{limit}'");
        assert_eq!(number(db, &clocks), of(asked, act), "clocks of {limit}");
    }
    let leaves = db
        .read(&Ctx::system(), |tx| {
            let rows = tx.query("SELECT leaf FROM journal", args![])?;
            rows.iter()
                .map(|r| Ok(huitong_kernel::digest::hex(&r.get::<Vec<u8>>("leaf")?)))
                .collect::<Result<Vec<_>, _>>()
        })
        .unwrap();
    let mut seen = BTreeMap::<String, usize>::new();
    for leaf in leaves {
        *seen.entry(leaf).or_default() += 1;
    }
    for answer in asked.iter().filter_map(|a| a.answer.as_ref()) {
        assert_eq!(seen.get(answer["leaf"].as_str().unwrap()), Some(&1), "an acknowledged act is there once");
    }
    let counts = db.read(&Ctx::system(), |tx| tx.counts("appeals")).unwrap();
    let total = counts.iter().map(|(_, n)| n).sum::<i64>();
    assert_eq!(total, submitted, "the counts are those of the rows");
}

/// Each case stands where its last act left it, with one version, one step and one entry an act.
fn cases(db: &Db, asked: &[Asked]) {
    let mut last = BTreeMap::<&str, usize>::new();
    for one in asked {
        let id = one.case.as_deref().or(one.answer.as_ref().and_then(|a| a["id"].as_str())).unwrap();
        last.entry(id).and_modify(|act| *act = one.act.max(*act)).or_insert(one.act);
    }
    let sql = "SELECT a.id, a.state, a.version, \
               (SELECT COUNT(*) FROM matter_steps s WHERE s.matter = a.id) AS steps, \
               (SELECT COUNT(*) FROM journal j WHERE j.subject = a.id) AS entries FROM appeals a";
    let rows = db.read(&Ctx::system(), |tx| tx.query(sql, args![])).unwrap();
    assert_eq!(rows.len(), last.len());
    for row in rows {
        let id: String = row.get("id").unwrap();
        let act = last[id.as_str()];
        let acts = act as i64 + 1;
        let found = ["version", "steps", "entries"].map(|column| row.get::<i64>(column).unwrap());
        assert_eq!(
            (row.get::<String>("state").unwrap().as_str(), found),
            (STATES[act], [acts; 3]),
            "{id} after {}",
            ACTS[act]
        );
    }
}

/// Everybody was told once of each act that is theirs to know, and nobody of any other.
fn told(db: &Db, asked: &[Asked]) {
    let sql = "SELECT j.act, u.login, COUNT(*) AS n, COUNT(DISTINCT n.entry) AS entries FROM notices n \
               JOIN journal j ON j.id = n.entry JOIN users u ON u.id = n.user_id GROUP BY j.act, u.login ORDER BY j.act, u.login";
    let rows = db.read(&Ctx::system(), |tx| tx.query(sql, args![])).unwrap();
    let text = |row: &huitong_kernel::Row, column: &str| row.get::<String>(column).unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                text(row, "act"),
                text(row, "login"),
                row.get::<i64>("n").unwrap(),
                row.get::<i64>("entries").unwrap(),
            )
        })
        .collect();
    let wanted = [
        ("dispatch", "handler"),
        ("dispatch", "leader"),
        ("reply", "leader"),
        ("submit", "clerk"),
        ("submit", "second-clerk"),
    ];
    let wanted = wanted
        .map(|(act, login)| (format!("appeal.{act}"), login.to_owned(), of(asked, act), of(asked, act)));
    assert_eq!(found, wanted, "one notice for each entry and recipient");
    assert_eq!(number(db, "SELECT COUNT(*) FROM notices"), found.iter().map(|(_, _, n, _)| n).sum::<i64>());
}

/// The file of each reply is there, as a row and on the disk.
fn kept(db: &Db, folder: &Path, asked: &[Asked]) {
    let replies: Vec<&Asked> = asked.iter().filter(|one| ACTS[one.act] == "reply").collect();
    let rows =
        "SELECT COUNT(*) FROM attachments f JOIN matter_steps s ON s.id = f.step WHERE s.act = 'reply'";
    let many = replies.len() as i64;
    assert_eq!((number(db, rows), number(db, "SELECT COUNT(*) FROM attachments")), (many, many));
    let (mut contents, mut folders) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => drop(contents.insert(std::fs::read_to_string(entry).unwrap())),
            }
        }
    }
    for reply in replies {
        assert!(contents.contains(&evidence(&reply.key)), "the file of {} is gone", reply.key);
    }
}

/// Waits until positions are given and the followers stand at the head.
fn settled(db: &Db) {
    let began = Instant::now();
    loop {
        let (waiting, behind) = db
            .read(&Ctx::system(), |tx| {
                let waiting = tx.number("SELECT COUNT(*) FROM journal WHERE position IS NULL", args![])?;
                Ok((waiting, huitong_kernel::followers::behind(tx, "notices")?))
            })
            .unwrap();
        if (waiting, behind) == (0, 0) {
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{waiting} without position, the follower {behind} behind"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
