//! Killed under load, several times, on both engines: what was acknowledged is there once, nothing is there by half.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::{Ctx, Db, args};
use serde_json::{Value as Json, json};

use crate::command::{Server, run};
use crate::serving::{free_port, start};

const CLIENTS: usize = 8;
const ROUNDS: usize = 3;

/// A request as a client remembers it: what it asked for, and the answer where it got one.
#[derive(Clone)]
struct Asked {
    path: String,
    key: String,
    body: Json,
    answer: Option<Json>,
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
    let ready = |line: &str| line.contains("/invitation/").then_some(());
    let (mut server, ()) = start(&serve, ready);
    let token = intake(&with);
    let mut all: Vec<Asked> = Vec::new();
    for round in 0..ROUNDS {
        let asked = load(&address, &token, round, &mut server);
        assert!(asked.iter().any(|a| a.answer.is_some()), "round {round} acknowledged nothing");
        (server, ()) = start(&serve, ready);
        repeat(&address, &token, &asked);
        all.extend(asked);
        check(url, &all);
    }
    settled(url);
    let verify = with(&["journal", "verify", "--json"]);
    let verified = run(&verify.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(verified.exit, 0, "{} {}", verified.said, verified.noted);
    assert_eq!(verified.objects()[0]["ok"], true);
    assert_eq!(server.stop(), 0);
}

/// An intake clerk and the token that acts for them.
fn intake(with: &dyn Fn(&[&str]) -> Vec<String>) -> String {
    let call = |words: &[&str]| {
        let words = with(words);
        let ran = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.exit, 0, "{words:?}: {}", ran.noted);
        ran.said
    };
    call(&["user", "add", "clerk", "--name", "柳知行", "--role", "intake", "--unit", "social_work"]);
    call(&["token", "create", "clerk"]).split_whitespace().last().unwrap().to_owned()
}

/// Acts from many sides until the server is killed; answers everything that was asked.
fn load(address: &str, token: &str, round: usize, server: &mut Server) -> Vec<Asked> {
    let asked = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let asked = &asked;
            scope.spawn(move || {
                for nth in 0.. {
                    let key = format!("r{round}c{client}n{nth}");
                    let body = json!({
                        "kind": "求助", "title": format!("请求协调第 {key} 件"), "disclosure": "named",
                        "text": "园区东侧道路夜间没有路灯，工人下夜班通行不便，请求协调安装照明。",
                        "contact_name": "高闻笛", "contact_phone": "19900001234",
                    });
                    let submit = Asked { path: "/api/v1/appeals".into(), key, body, answer: None };
                    let Some(case) = tell(address, "", submit, asked) else { return };
                    let path = format!("/api/v1/appeals/{}/accept", case["id"].as_str().unwrap());
                    let accept = Asked {
                        path,
                        key: format!("a{round}c{client}n{nth}"),
                        body: json!({}),
                        answer: None,
                    };
                    if tell(address, token, accept, asked).is_none() {
                        return;
                    }
                }
            });
        }
        // Each round dies at another moment of its load.
        std::thread::sleep(Duration::from_millis(500 + 170 * round as u64));
        server.0.kill().unwrap();
        server.0.wait().unwrap();
    });
    asked.into_inner().unwrap()
}

/// Asks once and remembers it; none where the server was gone before it answered.
fn tell(address: &str, token: &str, mut one: Asked, asked: &Mutex<Vec<Asked>>) -> Option<Json> {
    let answer = post(address, token, &one);
    if let Some((status, answer)) = &answer {
        assert!(matches!(status, 200 | 201 | 503), "{status} {answer}");
        one.answer = (*status != 503).then(|| answer.clone());
    }
    let answer = one.answer.clone();
    asked.lock().unwrap().push(one);
    answer
}

fn post(address: &str, token: &str, one: &Asked) -> Option<(u16, Json)> {
    let body = one.body.to_string();
    let authorization =
        if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {}\r\n{authorization}Content-Length: {}\r\n\r\n{body}",
        one.path,
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
fn repeat(address: &str, token: &str, asked: &[Asked]) {
    for one in asked {
        let token = if one.path.ends_with("/accept") { token } else { "" };
        let (status, answer) = post(address, token, one).unwrap();
        assert!(matches!(status, 200 | 201), "{status} {answer}");
        if let Some(before) = &one.answer {
            assert_eq!(before, &answer, "the same key answers the same");
        }
    }
}

/// Compares what the database holds with everything that was asked so far.
fn check(url: &str, asked: &[Asked]) {
    let db = Db::open(url, MIGRATIONS).unwrap();
    let number = |sql: &str| db.read(&Ctx::system(), |tx| tx.number(sql, args![])).unwrap();
    let of = |end: &str| asked.iter().filter(|a| a.path.ends_with(end)).count() as i64;
    assert_eq!(number("SELECT COUNT(*) FROM appeals"), of("/appeals"), "each key acted exactly once");
    for (act, count) in [("submit", of("/appeals")), ("accept", of("/accept"))] {
        let entries = format!("SELECT COUNT(*) FROM journal WHERE act = 'appeal.{act}'");
        let steps = format!("SELECT COUNT(*) FROM appeal_steps WHERE act = '{act}'");
        assert_eq!(
            (number(&entries), number(&steps)),
            (count, count),
            "{act}: entry and step, none without the other"
        );
    }
    assert_eq!(number("SELECT COUNT(*) FROM appeals WHERE state = 'accepted'"), of("/accept"));
    assert_eq!(number("SELECT COUNT(*) FROM appeal_clocks WHERE limit_key = 'accept'"), of("/appeals"));
    assert_eq!(number("SELECT COUNT(*) FROM appeal_clocks WHERE limit_key = 'answer'"), of("/accept"));
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
    let counts = db.read(&Ctx::system(), |tx| tx.counts_everywhere("appeals")).unwrap();
    assert_eq!(
        counts.iter().map(|(_, _, n)| n).sum::<i64>(),
        of("/appeals"),
        "the counts are those of the rows"
    );
}

/// Waits until positions are given and the followers stand at the head.
fn settled(url: &str) {
    let db = Db::open(url, MIGRATIONS).unwrap();
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
