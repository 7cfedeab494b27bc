//! The servers as processes: ready when they say so, quiet on SIGTERM, the same again after a restart.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::command::{Server, huitong, run};

pub fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Asks over a plain connection; answers status and the whole text.
fn ask(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.replace('\n', "\r\n").as_bytes()).unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    (text.split(' ').nth(1).unwrap().parse().unwrap(), text)
}

pub fn get(address: &str, path: &str, header: &str) -> (u16, String) {
    ask(address, &format!("GET {path} HTTP/1.1\nHost: {address}\nConnection: close\n{header}\n"))
}

/// Starts a server and reads its standard output until `ready` has what it looks for.
pub fn start<T>(args: &[&str], mut ready: impl FnMut(&str) -> Option<T>) -> (Server, T) {
    let mut server = Server(huitong(args).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if let Some(found) = ready(&line) {
            // What is said later must not fill the pipe.
            std::thread::spawn(move || for _line in lines {});
            return (server, found);
        }
    }
    let mut noted = String::new();
    server.0.stderr.take().unwrap().read_to_string(&mut noted).unwrap();
    panic!("it ended before it was ready: {noted}");
}

fn start_demo(data: &Path, listen: &str) -> (Server, Json) {
    let args = ["demo", "--listen", listen, "--data", data.to_str().unwrap(), "--json"];
    start(&args, |line| Some(serde_json::from_str(line).unwrap()))
}

#[test]
fn the_demo_says_once_that_it_is_ready_and_is_the_same_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let address = free_port();
    let began = Instant::now();
    let (server, first) = start_demo(dir.path(), &address);
    println!("ready after {} ms", began.elapsed().as_millis());
    assert_eq!(first["url"], format!("http://{address}"));
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["url", "accounts"]);
    let accounts = first["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 16);
    for account in accounts {
        let keys: Vec<&String> = account.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["role", "login", "password", "name", "unit", "first"]);
    }
    assert_eq!(get(&address, "/healthz", "").0, 200);
    let home = get(&address, "/", "").1;
    assert!(home.contains("锦宁市") && home.contains("演示"), "{home}");
    let css = home.split('"').find(|part| part.ends_with(".css")).unwrap();
    let (status, sheet) = get(&address, css, "Accept-Encoding: br\n");
    assert!(
        status == 200 && sheet.contains("content-encoding: br") && sheet.contains("immutable"),
        "{sheet:.300}"
    );
    assert_eq!(get(&address, "/metrics", "").0, 401, "metrics are for staff");
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/generated/openapi.json");
    let (status, served) = get(&address, "/api/openapi.json", "");
    assert!(status == 200 && served.ends_with(&std::fs::read_to_string(kept).unwrap()), "{served:.300}");

    // Commands run beside the server.
    let data = dir.path().to_str().unwrap();
    assert_eq!(run(&["journal", "verify", "--data", data]).exit, 0);
    let token = run(&["token", "create", "system_admin", "--data", data]).said;
    let header = format!("Authorization: Bearer {}\n", token.split_whitespace().last().unwrap());
    let (status, counts) = get(&address, "/metrics", &header);
    assert_eq!(status, 200);
    for gauge in [
        "huitong_room_bytes{of=\"free\"} ",
        "huitong_behind{follower=",
        "huitong_journal_unnumbered 0",
        "huitong_jobs{state=\"failed\"} 0",
    ] {
        assert!(counts.contains(gauge), "{gauge} is not in {counts}");
    }
    let listed = run(&["user", "list", "--data", data, "--as", "system_admin", "--json"]);
    assert!(listed.objects().len() > 100, "{}", listed.noted);

    let stopping = Instant::now();
    assert_eq!(server.stop(), 0);
    assert!(stopping.elapsed() < Duration::from_secs(5), "{:?}", stopping.elapsed());
    let (server, second) = start_demo(dir.path(), &address);
    assert_eq!(first, second, "the same accounts with the same passwords");
    assert_eq!(server.stop(), 0);
    std::fs::remove_file(dir.path().join("demo-accounts.json")).unwrap();
    let without = run(&["demo", "--listen", &address, "--data", data, "--json"]);
    assert_eq!((without.exit, without.said.as_str()), (2, ""));
}

/// The banner's time on a page: 2025-03-14 09:30.
fn banner(page: &str) -> String {
    let behind = page.split("演示时间").nth(1).unwrap_or_else(|| panic!("no time of the demo: {page:.600}"));
    let time = behind.split("<time>").nth(1).unwrap_or_default();
    time.split('<').next().unwrap_or_default().to_owned()
}

/// Hands an appeal in by the API.
pub fn submit(address: &str) -> (u16, String) {
    let body = serde_json::json!({
        "kind": "求助", "title": "请求协调夜间照明", "disclosure": "named", "contact_name": "高闻笛", "contact_phone": "19900001234",
        "text": "园区东侧道路夜间没有路灯，工人下夜班通行不便，请求协调安装照明。",
    });
    let body = body.to_string();
    let head = format!(
        "Host: {address}\nConnection: close\nContent-Type: application/json\nContent-Length: {}",
        body.len()
    );
    ask(address, &format!("POST /api/v1/appeals HTTP/1.1\n{head}\n\n{body}"))
}

/// The same; answers when that was, as the city's clock has it.
fn submitted_at(address: &str) -> String {
    let (status, text) = submit(address);
    assert_eq!(status, 201, "{text}");
    let told: Json = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
    let header = format!("X-Tracking-Code: {}\n", told["tracking_code"].as_str().unwrap());
    let path = format!("/api/v1/track/{}", told["number"].as_str().unwrap());
    let text = get(address, &path, &header).1;
    let seen: Json = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
    seen["submitted_at"].as_str().unwrap().to_owned()
}

#[test]
fn the_demo_says_its_time_on_every_page_and_goes_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let address = free_port();
    let pages = ["/", "/orgs", "/duty", "/track", "/appeals/new", "/login", "/nothing-here"];
    let (server, _) = start_demo(dir.path(), &address);
    let first = submitted_at(&address);
    let shown: Vec<String> = pages.iter().map(|page| banner(&get(&address, page, "").1)).collect();
    assert!(shown.iter().all(|time| time.starts_with("2025-03-14 09:3")), "{shown:?}");
    // At real speed: a second and a half is a second and a half.
    std::thread::sleep(Duration::from_millis(1_500));
    let second = submitted_at(&address);
    let seconds =
        |text: &str| text[14..16].parse::<i64>().unwrap() * 60 + text[17..19].parse::<i64>().unwrap();
    assert!(
        first.starts_with("2025-03-14T09:3") && (1..60).contains(&(seconds(&second) - seconds(&first))),
        "{first} {second}"
    );
    assert_eq!(server.stop(), 0);
    let (server, _) = start_demo(dir.path(), &address);
    let third = submitted_at(&address);
    assert!(third >= second && third.starts_with("2025-03-14T09:3"), "{second}, after a restart {third}");
    let again = banner(&get(&address, "/", "").1);
    assert!(again >= shown[0] && again.starts_with("2025-03-14 09:3"), "{again}");
    assert_eq!(server.stop(), 0);
}

#[test]
fn an_empty_place_is_set_up_and_asks_for_its_administrator() {
    let dir = tempfile::tempdir().unwrap();
    let (address, data) = (free_port(), dir.path().to_str().unwrap().to_owned());
    let args = ["serve", "--listen", &address, "--data", &data];
    let link =
        |line: &str| line.split_once("/invitation/").map(|(_, secret)| format!("/invitation/{secret}"));
    let (server, first) = start(&args, link);
    assert_eq!(get(&address, "/healthz", "").0, 200);
    assert_eq!(get(&address, &first, "").0, 200);
    assert_eq!(server.stop(), 0);
    // A later start gives none: it is asked for, and stands in the place of the old one.
    let mut said = String::new();
    let (server, ()) = start(&args, |line| {
        said.push_str(line);
        line.contains("已就绪").then_some(())
    });
    assert!(!said.contains("invitation") && get(&address, &first, "").0 == 200, "{said}");
    let ask = ["invite", "--address", &format!("http://{address}"), "--data", &data, "--json"];
    let asked = run(&ask).objects();
    let second = link(asked[0]["link"].as_str().unwrap()).unwrap();
    assert_eq!((get(&address, &first, "").0, get(&address, &second, "").0), (404, 200));
    assert_eq!(server.stop(), 0);
    let add = [
        "user",
        "add",
        "admin",
        "--name",
        "管理员",
        "--role",
        "system_admin",
        "--unit",
        "social_work",
        "--data",
        &data,
    ];
    assert_eq!((run(&add).exit, run(&ask).exit), (0, 1));
    let mut said = String::new();
    let (server, ()) = start(&args, |line| {
        said.push_str(line);
        line.contains("已就绪").then_some(())
    });
    assert_eq!((get(&address, &second, "").0, said.contains("invitation")), (404, false));
    assert_eq!(server.stop(), 0);
}

#[test]
fn links_that_are_written_down_begin_with_the_public_address() {
    let dir = tempfile::tempdir().unwrap();
    let (listen, config) = (free_port(), dir.path().join("huitong.toml"));
    std::fs::write(&config, "[server]\naddress = \"https://shq.example.cn\"\n").unwrap();
    let data = dir.path().join("data");
    let args = [
        "serve",
        "--listen",
        &listen,
        "--config",
        config.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ];
    let (server, link) = start(&args, |line| line.contains("/invitation/").then(|| line.to_owned()));
    assert!(link.starts_with("https://shq.example.cn/invitation/"), "{link}");
    assert_eq!(server.stop(), 0);
}

#[test]
fn public_and_staff_can_have_a_door_each() {
    let dir = tempfile::tempdir().unwrap();
    let (public, staff) = (free_port(), free_port());
    let config = dir.path().join("huitong.toml");
    std::fs::write(&config, format!("listen.public = \"{public}\"\npublic.rate_limit = \"off\"\n")).unwrap();
    let data = dir.path().join("data");
    let args =
        ["serve", "--listen", &staff, "--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let (server, link) = start(&args, |line| line.contains("/invitation/").then(|| line.to_owned()));
    assert!(link.contains(&staff), "the administrator comes in by the inner door: {link}");
    assert_eq!((get(&public, "/", "").0, get(&public, "/appeals/new", "").0), (200, 200));
    assert_eq!((get(&public, "/admin/users", "").0, get(&staff, "/admin/users", "").0), (404, 303));
    for _ in 0..40 {
        assert_eq!(get(&public, "/track", "").0, 200);
    }
    let taken = run(&["serve", "--listen", &staff, "--data", data.to_str().unwrap()]);
    assert!(taken.exit == 2 && taken.noted.contains("地址已被占用"), "{} {}", taken.exit, taken.noted);
    assert_eq!(server.stop(), 0);
    std::fs::write(&config, "[public]\nrate_limt = \"off\"\n").unwrap();
    let wrong = run(&args);
    assert!(wrong.exit == 2 && wrong.noted.contains("“rate_limit”"), "{}", wrong.noted);
}

#[test]
fn who_tried_a_password_stands_in_the_security_log_and_not_what_was_typed() {
    let dir = tempfile::tempdir().unwrap();
    let (listen, config, log) =
        (free_port(), dir.path().join("huitong.toml"), dir.path().join("security.log"));
    std::fs::write(&config, format!("[log]\nformat = \"json\"\nsecurity = \"{}\"\n", log.display())).unwrap();
    let data = dir.path().join("data");
    let args = [
        "serve",
        "--listen",
        &listen,
        "--config",
        config.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ];
    let (server, ()) = start(&args, |line| line.contains("/invitation/").then_some(()));
    let page = get(&listen, "/login", "").1;
    let guest = page.split("ht_guest=").nth(1).unwrap().split(';').next().unwrap();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let body = format!("csrf={csrf}&login=my-password-1&password=Wrong-Password-77");
    let length = body.len();
    let sent = format!(
        "POST /login HTTP/1.1\nHost: {listen}\nConnection: close\nCookie: ht_guest={guest}\n\
         Content-Type: application/x-www-form-urlencoded\nContent-Length: {length}\n\n{body}"
    );
    assert_eq!((0..6).map(|_| ask(&listen, &sent).0).collect::<Vec<_>>(), [422, 422, 422, 422, 429, 429]);
    assert_eq!(server.stop(), 0);
    let lines = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let wrong = ["session.wrong"; 5];
    assert_eq!(events, [&wrong[..], &["session.lock", "refused"]].concat());
    for line in &lines {
        assert_eq!(
            (line["address"].as_str(), line["login"].as_str().map(str::len)),
            (Some("127.0.0.1"), Some(16))
        );
        assert!(line["request"].as_str().unwrap().starts_with("HT-"), "{line}");
        assert!(!line.to_string().contains("my-password") && !line.to_string().contains("Wrong"), "{line}");
    }
}
