//! The commands on texts, as scripts call them: models learned, measured and asked; the same told twice; what rises.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::command::{Ran, run, run_with};

const MATTERS: [(&str, [&str; 3]); 3] = [
    ("水务局", ["自来水停水", "水管爆裂漏水", "水质发黄"]),
    ("交通局", ["出租车拒载", "公交车不停站", "网约车绕路"]),
    ("教育局", ["小学入学报名", "学校补课收费", "转学手续"]),
];
const PLACES: [&str; 5] = ["青柳巷", "望江路", "松月街", "百草坡", "金桥里"];

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Files {
        Files(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn with(&self, name: &str, text: &str) -> String {
        std::fs::write(self.at(name), text).unwrap();
        self.at(name).display().to_string()
    }

    /// Closed cases, invented.
    fn cases(&self) -> String {
        let mut text = String::from("编号,正文,单位\n");
        for nth in 0..30 {
            for (unit, matters) in MATTERS {
                let (place, matter) = (PLACES[nth % 5], matters[nth / 5 % 3]);
                writeln!(text, "{nth}{unit},{place}{nth}号{matter}没人管,{unit}").unwrap();
            }
        }
        self.with("cases.csv", &text)
    }

    fn trained(&self) -> String {
        let (cases, model) = (self.cases(), self.at("model").display().to_string());
        let ran = run(&["dispatch", "train", &cases, "--text", "正文", "--label", "单位", "--out", &model]);
        assert_eq!(ran.exit, 0, "{}", ran.noted);
        model
    }
}

fn wrong(ran: &Ran, words: &str) {
    assert_eq!((ran.exit, ran.said.as_str()), (2, ""), "{}", ran.noted);
    assert!(ran.noted.contains(words), "{}", ran.noted);
}

#[test]
fn a_model_is_learned_measured_and_asked() {
    let files = Files::new();
    let (cases, model) = (files.cases(), files.at("m").display().to_string());
    let lexicon = files.with("words.csv", "单位,职能词\n园林局,行道树\n园林局,绿化带\n水务局,井盖\n");
    let train = ["dispatch", "train", &cases, "--text", "正文", "--label", "单位"];
    let ran = run(&[&train[..], &["--lexicon", &lexicon, "--out", &model, "--json"]].concat());
    assert_eq!(ran.exit, 0, "{}", ran.noted);
    let said = &ran.objects()[0];
    assert_eq!(
        (said["rows"].as_u64(), said["words"].as_u64(), said["labels"].as_u64()),
        (Some(90), Some(3), Some(4))
    );
    let eval =
        run(&["dispatch", "eval", &cases, "--text", "正文", "--label", "单位", "--model", &model, "--json"]);
    let said = &eval.objects()[0];
    for key in ["accuracy", "top3", "macro_f1", "ece", "auto_share", "auto_precision"] {
        assert!((0.0..=1.0).contains(&said[key].as_f64().unwrap()), "{key} in {said}");
    }
    let label = &said["labels"][0];
    assert!(label["label"].is_string() && label["n"].as_u64() > Some(0) && label["recall"].is_number());
    let asked = run_with(
        &["dispatch", "predict", "--model", &model, "--json"],
        "松月街出租车拒载\r\n\n13812345678张先生说公交车不停站\n绿化带的行道树倒了",
    );
    let said = asked.objects();
    assert_eq!((asked.exit, said.len()), (0, 4), "a line each, the empty one too");
    assert_eq!(said[0]["proposals"][0]["label"], "交通局");
    assert!(said[0]["auto"].is_boolean() && said[0]["proposals"][0]["terms"].is_array());
    assert_eq!(
        (&said[1]["proposals"], &said[1]["auto"]),
        (&serde_json::json!([]), &serde_json::json!(false))
    );
    assert!(!said[2].to_string().contains("138") && !said[2].to_string().contains('张'), "{}", said[2]);
    assert_eq!(said[3]["proposals"][0]["label"], "园林局");
    let words = run_with(&["dispatch", "predict", "--model", &model], "松月街出租车拒载");
    assert!(words.said.starts_with("交通局"), "{}", words.said);
}

#[test]
fn what_cannot_be_learned_or_read_is_said() {
    let files = Files::new();
    let (cases, out) = (files.cases(), files.at("m").display().to_string());
    let train = |file: &str, text: &str| {
        run(&["dispatch", "train", file, "--text", text, "--label", "单位", "--out", &out])
    };
    wrong(&train(&cases, "正文内容"), "有这些栏：编号、正文、单位");
    wrong(&train("/nowhere/at/all", "正文"), "没有这个文件");
    let one = run(&[
        "dispatch",
        "train",
        &files.with("one.csv", "正文,单位\n停水,水务局\n"),
        "--text",
        "正文",
        "--label",
        "单位",
        "--out",
        &out,
    ]);
    assert_eq!(one.exit, 1);
    assert!(one.noted.contains("只有一个单位"), "{}", one.noted);
    let gbk = files.at("gbk.csv");
    std::fs::write(&gbk, b"\xd5\xfd\xce\xc4,\xb5\xa5\xce\xbb\n").unwrap();
    wrong(&train(&gbk.display().to_string(), "正文"), "不是 UTF-8 编码");
    assert!(!Path::new(&out).exists(), "nothing half learned is left");
    let model = files.trained();
    let bytes = std::fs::read(&model).unwrap();
    let predict = |name: &str, bytes: &[u8]| {
        std::fs::write(files.at(name), bytes).unwrap();
        run_with(&["dispatch", "predict", "--model", &files.at(name).display().to_string()], "停水")
    };
    wrong(&predict("short", &bytes[..bytes.len() / 2]), "不完整");
    let mut other = bytes.clone();
    other[8] = 77;
    wrong(&predict("other", &other), "格式版本是 77");
    let mut damaged = bytes;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    wrong(&predict("damaged", &damaged), "已损坏");
    wrong(&predict("text", "正文".as_bytes()), "不是派单模型");
    let empty = files.with("empty.csv", "正文,单位\n");
    let eval = run(&["dispatch", "eval", &empty, "--text", "正文", "--label", "单位", "--model", &model]);
    assert_eq!(eval.exit, 1);
}

const LETTERS: &str = "编号,标题,正文,时间\n\
    a1,青柳巷井盖破损,青柳巷永泰机械厂东门外的污水井盖破损半个月，夜里有工人骑车摔倒，打电话没人来换。,2025-03-01 08:00\n\
    a2,社保补缴,公司新开户，想问去年漏缴的社保费怎么补缴，要带哪些材料。,2025-03-02\n\
    a3,井盖又摔人,青柳巷永泰机械厂东门外污水井盖破损好久了，昨天又有工人骑车摔倒，请尽快换。,2025/3/5 9:10\n\
    a4,青柳巷井盖破损,青柳巷永泰机械厂东门外的污水井盖破损半个月，夜里有工人骑车摔倒，打电话没人来换。,2024-03-01\n";

#[test]
fn the_same_told_twice_is_found_once_and_in_the_same_weeks() {
    let files = Files::new();
    let letters = files.with("letters.csv", LETTERS);
    let columns = ["--text", "标题,正文", "--id", "编号", "--time", "时间", "--json"];
    let ran = run(&[&["duplicates", &letters][..], &columns].concat());
    let found = ran.objects();
    assert_eq!((ran.exit, found.len()), (0, 1), "{}", ran.said);
    assert_eq!((&found[0]["a"], &found[0]["b"]), (&"a1".into(), &"a3".into()));
    assert!(found[0]["shared"].to_string().contains("永泰机械厂"), "{}", found[0]);
    let at_any_time = run(&["duplicates", &letters, "--text", "标题,正文", "--json"]).objects();
    assert_eq!(at_any_time.len(), 3);
    assert_eq!((&at_any_time[0]["a"], &at_any_time[0]["b"]), (&"1".into(), &"4".into()), "rows, best first");
    let lines = files.with("lines.txt", "停水了\n\n停电了\n");
    assert_eq!(run(&["duplicates", &lines]).said.trim(), "3 件中有 0 对说的是同一件事");
    let bad = files.with("bad.csv", "正文,时间\n停水,昨天\n");
    wrong(&run(&["duplicates", &bad, "--text", "正文", "--time", "时间"]), "第 1 行的时间“昨天”");
}

#[test]
fn what_rises_is_named_with_its_orders() {
    let files = Files::new();
    let mut text = String::from("正文,时间,单位\n");
    for day in 1..=28 {
        let words =
            ["咨询营业执照怎么变更地址", "公司想问职称评审什么时候报名", "厂房租金发票一直没有开出来"]
                [day % 3];
        writeln!(text, "{words}第{day}问,2025-02-{day:02} 10:00,政务局").unwrap();
    }
    for nth in 0..6 {
        let when = ["昨晚", "前天", "每天夜里", "这周", "半夜", "凌晨"][nth];
        writeln!(
            text,
            "松月街宏远混凝土搅拌站{when}施工噪音扰民，灰尘也大,2025-03-0{} 22:00,环保局",
            nth + 1
        )
        .unwrap();
    }
    let file = files.with("orders.csv", &text);
    let ask = |more: &[&str]| {
        run(&[&["topics", &file, "--text", "正文", "--time", "时间", "--json"], more].concat())
    };
    let found = ask(&["--unit", "单位"]).objects();
    assert_eq!(found.len(), 1, "{found:?}");
    let topic = &found[0];
    assert!(topic["name"].as_str().unwrap().contains("宏远混凝土"), "{topic}");
    assert_eq!((topic["size"].as_u64(), topic["members"].as_array().map(Vec::len)), (Some(6), Some(6)));
    assert_eq!(
        (&topic["units"][0]["unit"], &topic["first"]),
        (&"环保局".into(), &"2025-03-01T22:00:00+08:00".into())
    );
    assert!(topic["trend"].as_f64().unwrap() > 1.0 && topic["usual"].as_f64() == Some(0.0), "{topic}");
    assert!(ask(&["--until", "2025-02-20"]).objects().is_empty());
    wrong(&ask(&["--until", "bald"]), "“bald”读不出来");
}
