//! Packs enter a city: a new place is set up with one, a running server takes up what is published, and what a published
//! version forbids is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::command::huitong;
use crate::serving::{free_port, get, start};

/// A visit, in as few words as a procedure needs.
const VISIT: &str = r#"
key         = "visit"
title       = "走访"
path        = "visits"
number      = "ZF"
basis       = "测试"
source_kind = "D"

[stages]
plan = "安排"
done = "走访"

[states]
planned = { label = "待走访", tone = "blue", stage = "plan", primary = ["finish"], waiting = "等待走访" }
visited = { label = "已走访", tone = "green", stage = "done", ends = true }

[fields]
association = { label = "走访哪家协会", type = "协会", stands_for = "协会", required = true }
found       = { label = "了解的情况", type = "多行文本", max = 1000, required = true }

[acts.plan]
label    = "安排走访"
start    = "planned"
form     = ["association"]
does     = [{ give = "本单位" }]
sentence = "{actor}安排走访"

[acts.finish]
label    = "记录走访"
moves    = { planned = "visited" }
form     = ["found"]
sentence = "{actor}走访"

[may]
"visit.view" = { city = ["association_officer"] }
others       = { city = ["association_officer"] }

[sentences]
name    = "{association}走访"
summary = "走访{association}。"
empty   = "没有走访。"
"#;

const STORY: &str = r#"
of = "visit"

[[stories]]
title = "走访一次"
given = { associations = { tea = { name = "玉溪河茶业协会", links = { registration_authority = "civil_affairs" } } } }
cast  = { "处里" = "association_officer@social_work" }
steps = [
  { at = "2025-03-03 09:00", who = "处里", act = "plan",   form = { association = "tea" }, state = "待走访" },
  { at = "2025-03-04 09:00", who = "处里", act = "finish", form = { found = "运转正常。" }, state = "已走访" },
]
"#;

/// The shipped pack in a folder of its own, with a third procedure.
fn with_visits(folder: &Path) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack/chengdu");
    for (path, text) in huitong_kernel::pack::read_files(&shipped).unwrap() {
        write(folder, &path, &text);
    }
    write(folder, "procedures/visit.toml", VISIT);
    write(folder, "examples/visits.toml", STORY);
    folder.to_owned()
}

fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn change(folder: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(path)).unwrap();
    assert!(text.contains(from), "{path} says {from}");
    write(folder, path, &text.replacen(from, to, 1));
}

/// Runs a command to its end: exit and what it said.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let done = huitong(args).output().unwrap();
    (done.status.code(), String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap())
}

#[test]
fn a_third_procedure_is_checked_walked_read_aloud_and_served() {
    let dir = tempfile::tempdir().unwrap();
    let pack = with_visits(&dir.path().join("pack"));
    let pack = pack.to_str().unwrap();
    let (exit, said) = run(&["pack", "check", pack]);
    assert_eq!((exit, said.contains("没有发现问题")), (Some(0), true), "{said}");
    let (exit, said) = run(&["pack", "test", pack, "visit"]);
    assert_eq!((exit, said.contains("1 个故事都走通了")), (Some(0), true), "{said}");
    let (exit, said) = run(&["pack", "read", "visit", "--pack", pack]);
    assert!(exit == Some(0) && said.contains("安排走访：新的一件，状态为“待走访”"), "{said}");
    let (address, data) = (free_port(), dir.path().join("data"));
    let args = ["serve", "--listen", &address, "--data", data.to_str().unwrap(), "--pack", pack];
    let (_server, ()) = start(&args, |line| line.contains("已就绪").then_some(()));
    let (status, document) = get(&address, "/api/openapi.json", "");
    assert!(status == 200 && document.contains("/api/v1/visits/{id}/finish"));
}

#[test]
fn a_story_that_fails_is_named_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let pack = with_visits(&dir.path().join("pack"));
    change(&pack, "examples/visits.toml", "state = \"已走访\"", "state = \"待走访\"");
    let (exit, said) = run(&["pack", "check", pack.to_str().unwrap()]);
    assert_eq!(exit, Some(1));
    assert!(said.contains("examples/visits.toml:") && said.contains("应为“待走访”，实为“已走访”"), "{said}");
}

#[test]
fn a_running_server_takes_up_what_is_published_and_a_published_version_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (address, data) = (free_port(), dir.path().join("data"));
    let data = data.to_str().unwrap();
    let args = ["serve", "--listen", &address, "--data", data];
    let (_server, ()) = start(&args, |line| line.contains("已就绪").then_some(()));
    let has_visits = || get(&address, "/api/openapi.json", "").1.contains("/api/v1/visits");
    assert!(!has_visits());
    let pack = with_visits(&dir.path().join("pack"));
    // Under the version that stands already, nothing else can be said.
    let (exit, said) = run(&["pack", "publish", pack.to_str().unwrap(), "--data", data]);
    assert!(exit == Some(1) && said.contains("已经发布，内容不能再改"), "{said}");
    change(&pack, "pack.toml", "version        = \"", "version        = \"9");
    let (exit, said) = run(&["pack", "publish", pack.to_str().unwrap(), "--data", data]);
    assert!(exit == Some(0) && said.contains("已发布"), "{said}");
    let patience = Instant::now();
    while !has_visits() {
        assert!(patience.elapsed() < Duration::from_secs(60), "the server goes on without it");
        std::thread::sleep(Duration::from_millis(200));
    }
    // What has been filled in stays readable: its field neither goes nor becomes another.
    change(&pack, "pack.toml", "version        = \"9", "version        = \"99");
    change(&pack, "procedures/visit.toml", "type = \"多行文本\", max = 1000", "type = \"整数\"");
    let (exit, said) = run(&["pack", "publish", pack.to_str().unwrap(), "--data", data]);
    assert!(exit == Some(1) && said.contains("类型不能从“多行文本”改成“整数”"), "{said}");
    assert!(said.contains("procedures/visit.toml:"), "{said}");
}
