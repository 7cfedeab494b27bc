//! Every command line: help in Chinese with an example, exits, complaints, JSON that is nothing but JSON.

use std::process::Stdio;

use crate::command::{huitong, run, run_with};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["demo"],
    &["user"],
    &["user", "add"],
    &["user", "list"],
    &["user", "disable"],
    &["user", "unlock"],
    &["token"],
    &["token", "create"],
    &["pack"],
    &["pack", "check"],
    &["journal"],
    &["journal", "verify"],
    &["deadline"],
    &["deadline", "explain"],
    &["codes"],
    &["codes", "check"],
    &["dispatch"],
    &["dispatch", "train"],
    &["dispatch", "eval"],
    &["dispatch", "predict"],
    &["duplicates"],
    &["topics"],
    &["version"],
];

#[test]
fn help_is_chinese_and_shows_an_example() {
    for command in COMMANDS {
        let ran = run(&[command, &["--help"][..]].concat());
        assert_eq!(ran.exit, 0, "{command:?}: {}", ran.noted);
        assert!(ran.said.contains("用法：") && ran.said.contains("示例：\n  "), "{command:?}: {}", ran.said);
        for theirs in
            ["Usage", "Options", "Commands", "Arguments", "Print", "default", "possible", "env:", "[OPTIONS]"]
        {
            assert!(!ran.said.contains(theirs), "{command:?} says {theirs}: {}", ran.said);
        }
    }
}

#[test]
fn wrong_use_is_exit_2_with_words_and_nothing_on_standard_output() {
    for (args, words) in [
        (&["deadlin"][..], "是否为“deadline”"),
        (&[], "请选择一个命令"),
        (&["user"], "请选择一个命令"),
        (&["version", "more"], "没有“more”"),
        (&["deadline", "explain", "--start", "2025-03-14"], "缺少：<--working-days"),
        (&["deadline", "explain", "--days", "3"], "缺少：--start"),
        (&["deadline", "explain", "--start", "gestern", "--days", "3"], "应形如"),
        (&["deadline", "explain", "--start", "2025-03-14", "--days", "3", "--hours", "2"], "不能同时写"),
        (&["deadline", "explain", "--start", "2025-03-14", "--days", "0"], "大于 0"),
        (&["deadline", "explain", "--start", "2025-03-14", "--days"], "后面要写一个值"),
        (&["deadline", "explain", "--start", "2025-03-14", "--dayz", "3"], "是否为“--days”"),
        (&["deadline", "explain", "--start", "2025-03-14", "--days", "3", "--calendar", "1999"], "2023-2026"),
        (&["codes", "check", "usc"], "没有代码种类“usc”"),
        (&["codes", "check", "uscc", "/nowhere/at/all"], "没有这个文件"),
        (&["pack", "check", "/nowhere/at/all"], "没有文件夹"),
        (&["journal", "verify", "--data", "/nowhere/at/all"], "还没有城市数据"),
        (&["user", "list", "--database", "foo"], "数据库地址“foo”写法不对"),
        (&["serve"], "--listen"),
        (&["serve", "--listen", "here"], "127.0.0.1:8080"),
        (&["serve", "--config", "/nowhere/at/all"], "打不开配置文件"),
    ] {
        let ran = run(args);
        assert_eq!((ran.exit, ran.said.as_str()), (2, ""), "{args:?}: {}", ran.noted);
        assert!(ran.noted.contains(words), "{args:?}: {}", ran.noted);
        assert!(!ran.noted.contains("error:"), "{args:?}: {}", ran.noted);
    }
}

#[test]
fn what_comes_later_is_absent() {
    for name in ["backup", "restore", "reindex", "recount", "doctor", "help"] {
        assert_eq!(run(&[name]).exit, 2, "{name}");
    }
    for args in [["pack", "diff"], ["pack", "test"]] {
        assert_eq!(run(&args).exit, 2, "{args:?}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_fault() {
    let mut child = huitong(&["codes", "check", "phone", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let _ = std::io::Write::write_all(&mut input, "110\n".repeat(1_000).as_bytes());
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn version_says_three_things() {
    let ran = run(&["version", "--json"]);
    let said = &ran.objects()[0];
    assert_eq!(said["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        said["pack"].as_str().unwrap().starts_with("20")
            && said["schema"].as_str().unwrap().starts_with("00")
    );
    assert!(run(&["version"]).said.contains("随附政策包"));
}

#[test]
fn the_shipped_pack_holds_and_a_broken_one_says_where() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pack");
    let (chengdu, jinning) = (format!("{root}/chengdu"), format!("{root}/jinning/city"));
    for args in [vec!["pack", "check", &chengdu], vec!["pack", "check", &chengdu, "--city", &jinning]] {
        let ran = run(&args);
        assert_eq!((ran.exit, ran.noted.as_str()), (0, ""), "{}", ran.said);
        assert!(ran.said.contains("没有发现问题"));
    }
    let broken = tempfile::tempdir().unwrap();
    copy(chengdu.as_ref(), broken.path());
    let file = broken.path().join("appeals/kinds.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n[nonsense]\n")).unwrap();
    let ran = run(&["pack", "check", broken.path().to_str().unwrap(), "--json"]);
    let findings = ran.objects();
    assert_eq!(ran.exit, 1);
    assert!(!findings.is_empty() && ran.noted.contains(&format!("发现 {} 处问题", findings.len())));
    let at = findings.iter().find(|f| f["file"] == "appeals/kinds.toml").unwrap();
    assert!(at["line"].as_u64().unwrap() > 1, "{at}");
    for key in ["file", "line", "key", "message", "suggestion"] {
        assert!(!at[key].is_null(), "{key} is missing: {at}");
    }
    assert!(run(&["pack", "check", broken.path().to_str().unwrap()]).said.contains("appeals/kinds.toml:"));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn accounts_and_tokens_of_a_fresh_city() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let on = |args: &[&str], input: &str| run_with(&[args, &["--data", data][..]].concat(), input);
    let add = ["user", "add", "liuyi", "--name", "刘一", "--role", "intake", "--unit", "social_work"];
    let ran = on(&[&add[..], &["--json"]].concat(), "");
    assert_eq!(ran.exit, 0, "{}", ran.noted);
    let added = &ran.objects()[0];
    assert_eq!(
        (added["login"].as_str(), added["posts"][0]["role"].as_str()),
        (Some("liuyi"), Some("intake"))
    );
    assert!(added["password"].as_str().unwrap().len() > 16);
    let taken = on(&add, "");
    assert_eq!((taken.exit, taken.said.as_str()), (2, ""));
    assert!(taken.noted.contains("已被使用"), "{}", taken.noted);
    let with_password = [
        "user",
        "add",
        "wuba",
        "--name",
        "吴八",
        "--role",
        "auditor",
        "--unit",
        "social_work",
        "--password-stdin",
    ];
    let ran = on(&with_password, "四个字的密码 pq7-xk\n");
    assert_eq!(ran.exit, 0, "{}", ran.noted);
    assert!(!ran.said.contains("密码"), "a given password is not shown: {}", ran.said);
    for (option, value, words) in
        [("--role", "intak", "--role"), ("--unit", "nowhere", "--unit：没有名为“nowhere”的单位")]
    {
        let mut wrong = add.map(str::to_owned).to_vec();
        wrong[2] = String::from("liuer");
        let at = wrong.iter().position(|arg| arg == option).unwrap() + 1;
        wrong[at] = value.to_owned();
        let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
        let ran = on(&wrong, "");
        assert_eq!(ran.exit, 2);
        assert!(ran.noted.contains(words), "{}", ran.noted);
    }
    let token = on(&["token", "create", "liuyi", "--days", "2"], "");
    assert!(token.said.split_whitespace().last().unwrap().starts_with("ht_"), "{}", token.said);
    assert_eq!(on(&["token", "create", "nobody"], "").exit, 1);
    assert_eq!(on(&["token", "create", "liuyi", "--days", "91"], "").exit, 2);
    let unlocked = on(&["user", "unlock", "liuyi", "--json"], "");
    assert_eq!((unlocked.exit, unlocked.objects()[0]["locked"].as_i64()), (0, Some(0)), "{}", unlocked.noted);
    assert_eq!(on(&["user", "unlock", "nobody"], "").exit, 1);
    assert_eq!(on(&["user", "unlock", "wuba", "--as", "liuyi"], "").exit, 1, "intake may not");
    assert_eq!(on(&["user", "disable", "wuba", "--as", "liuyi"], "").exit, 1, "intake may not");
    assert_eq!(on(&["user", "disable", "wuba", "--as", "nobody"], "").exit, 2);
    assert_eq!(on(&["user", "disable", "wuba"], "").exit, 0);
    assert_eq!(on(&["user", "disable", "wuba"], "").exit, 1);
    let listed = on(&["user", "list", "--json"], "").objects();
    let standing = |login: &str| listed.iter().find(|u| u["login"] == login).unwrap()["active"].clone();
    assert_eq!((listed.len(), standing("liuyi"), standing("wuba")), (2, true.into(), false.into()));

    let verified = on(&["journal", "verify", "--json"], "");
    let found = &verified.objects()[0];
    assert_eq!((verified.exit, found["ok"].as_bool(), found["blocks"].as_i64()), (0, Some(true), Some(0)));
    assert!(
        found["entries"].as_i64().unwrap() > 40 && found["head"].is_null() && found["first_bad"].is_null()
    );
    assert!(on(&["journal", "verify"], "").said.contains("自洽，不等于未被改动"));
    forge(&dir.path().join("city.db"));
    let forged = on(&["journal", "verify", "--json"], "");
    assert_eq!((forged.exit, forged.objects()[0]["ok"].as_bool()), (1, Some(false)));
    assert!(forged.objects()[0]["first_bad"].as_str().unwrap().contains("第 3 条"), "{}", forged.said);
}

#[test]
fn what_only_reads_sets_up_no_city() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let file = dir.path().join("city.db");
    for words in [&["journal", "verify"][..], &["user", "list"], &["token", "create", "liuyi"]] {
        let ran = run(&[words, &["--data", data]].concat());
        assert!(ran.exit == 2 && ran.noted.contains("还没有城市数据"), "{words:?}: {}", ran.noted);
        assert!(!file.exists(), "{words:?} wrote");
    }
    // A file that was cut to nothing is something that was lost.
    std::fs::write(&file, "").unwrap();
    for words in [&["journal", "verify"][..], &["user", "list"], &["token", "create", "liuyi"]] {
        let ran = run(&[words, &["--data", data]].concat());
        assert!(ran.exit == 2 && ran.noted.contains("已经有过一座城市"), "{words:?}: {}", ran.noted);
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 0, "{words:?} wrote");
    }
    std::fs::write(&file, "不是数据库".repeat(500)).unwrap();
    let ran = run(&["user", "list", "--data", data]);
    assert!(ran.exit == 3 && ran.noted.contains("请检查文件是否完好"), "{}", ran.noted);
    let ran = run(&["user", "list", "--database", "mysql://x/y"]);
    assert!(ran.exit == 2 && ran.noted.contains("postgres://"), "{}", ran.noted);
}

/// Changes an entry behind the program's back.
fn forge(file: &std::path::Path) {
    let conn = rusqlite::Connection::open(file).unwrap();
    let changed = conn.execute("UPDATE journal SET body = '{}' WHERE position = 3", []).unwrap();
    assert_eq!(changed, 1);
}
