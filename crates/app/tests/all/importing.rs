//! The import of appeals, on real orders of a hotline where they are at hand; and on a small file of our own.
#![expect(clippy::print_stdout, reason = "a test says what it skips and how long the whole file took")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value as Json;

use crate::command::{Ran, run};

fn mapping() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hotline-orders.toml").to_str().unwrap().to_owned()
}

/// The real orders, where they lie beside the checkout.
fn orders() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("HUITONG_TEST_DATA").map_or(beside, PathBuf::from);
    let file = folder.join("appeals/haikou12345_train.csv");
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
        return None;
    }
    Some(file)
}

/// A city that was set up and is served by nobody.
struct Place {
    dir: tempfile::TempDir,
    database: Option<String>,
}

impl Place {
    fn new(database: Option<String>) -> Place {
        let place = Place { dir: tempfile::tempdir().unwrap(), database };
        let address = crate::serving::free_port();
        let args = place.with(&["serve", "--listen", &address]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (server, ()) = crate::serving::start(&args, |line| line.contains("/invitation/").then_some(()));
        assert_eq!(server.stop(), 0);
        place
    }

    fn with(&self, words: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        all.extend(["--data".to_owned(), self.dir.path().join("data").to_str().unwrap().to_owned()]);
        all.extend(self.database.iter().flat_map(|url| ["--database".to_owned(), url.clone()]));
        all
    }

    fn import(&self, file: &Path, more: &[&str]) -> (Ran, Json) {
        let mapping = mapping();
        let words =
            [&["import", "appeals", file.to_str().unwrap(), "--mapping", &mapping, "--json"], more].concat();
        let words = self.with(&words);
        let ran = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let said = ran.objects().into_iter().next().unwrap_or_default();
        (ran, said)
    }
}

fn counts(said: &Json) -> [i64; 4] {
    ["rows", "accepted", "rejected", "unchanged"].map(|key| said[key].as_i64().unwrap())
}

fn the_whole_file(database: Option<String>) {
    let Some(file) = orders() else { return };
    let place = Place::new(database);
    let rejects = place.dir.path().join("rejects.csv");
    let (ran, said) = place.import(&file, &["--rejects", rejects.to_str().unwrap()]);
    assert_eq!((ran.exit, counts(&said)), (1, [5521, 0, 5521, 0]), "no unit is made silently");
    let rejected = std::fs::read_to_string(&rejects).unwrap();
    assert!(
        rejected.starts_with("row,column,value,reason\n1,规范处置单位,公安局交通警察支队,"),
        "{rejected:.200}"
    );
    let began = Instant::now();
    let (ran, said) = place.import(&file, &["--create-units", "--create-near-units"]);
    println!("{} ms for {}", began.elapsed().as_millis(), counts(&said)[1]);
    assert_eq!((ran.exit, counts(&said)), (0, [5521, 5521, 0, 0]));
    assert_eq!(said["units_created"].as_array().unwrap().len(), 113);
    let (ran, said) = place.import(&file, &[]);
    assert_eq!((ran.exit, counts(&said)), (0, [5521, 0, 0, 5521]), "a second run adds nothing");
    let verify = place.with(&["journal", "verify", "--json"]);
    assert_eq!(run(&verify.iter().map(String::as_str).collect::<Vec<_>>()).exit, 0);
}

#[test]
fn real_orders_come_in_once_on_the_embedded_engine() {
    the_whole_file(None);
}

#[test]
fn real_orders_come_in_once_on_postgresql() {
    let Some((url, _drop)) = huitong_testkit::db::create_postgres() else { return };
    the_whole_file(Some(url));
}

#[test]
fn every_bad_row_is_named_and_the_good_ones_come_in() {
    let place = Place::new(None);
    let file = place.dir.path().join("orders.csv");
    let heading = "工单编号,日期,一级分类,二级分类,三级分类,四级分类,诉求正文(去派单提示),规范处置单位";
    let rows = [
        "A1,2018-01-05,公共服务（事件类）,a,b,c,路灯夜间不亮，请求维修,中共成都市委金融办",
        "A2,2018-13-05,公共服务（事件类）,a,b,c,日期写错的一行,中共成都市委金融办",
        "A3,2018-01-05,公共服务（事件类）,a,b,c,,中共成都市委金融办",
        "A4,2018-01-05,公共服务（事件类）,a,b,c,标有绝密★的一行,中共成都市委金融办",
    ];
    std::fs::write(&file, format!("\u{feff}{heading}\r\n{}\r\n", rows.join("\r\n"))).unwrap();
    let rejects = place.dir.path().join("rejects.csv");
    let (ran, said) = place.import(&file, &["--rejects", rejects.to_str().unwrap()]);
    assert_eq!((ran.exit, counts(&said)), (1, [4, 1, 3, 0]), "{}", ran.noted);
    let rejected = std::fs::read_to_string(&rejects).unwrap();
    for wanted in ["2,日期,2018-13-05,", "3,诉求正文(去派单提示),", "4,诉求正文(去派单提示),"]
    {
        assert!(rejected.contains(wanted), "{wanted} in {rejected}");
    }
    std::fs::write(&file, format!("{}\n{}\n", heading.replace("日期", "时间"), rows[0])).unwrap();
    let (ran, _) = place.import(&file, &[]);
    assert!(ran.exit != 0 && ran.noted.contains("文件中没有“日期”这一列"), "{} {}", ran.exit, ran.noted);
}
