//! Registers on the command line: a file brought in, taken out, and taken back, as scripts call it.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::command::{Ran, run};
use crate::serving::{free_port, start};

/// A register of papers, with what was asked about each.
const PAPERS: &str = r#"
key         = "rule_paper"
title       = "制度文件"
path        = "rule-papers"
basis       = "测试"
source_kind = "D"

[fields]
heading = { label = "标题", type = "单行文本", max = 60, required = true }
unit   = { label = "起草单位", type = "单位", stands_for = "单位", required = true }
period = { label = "施行", type = "期间", stands_for = "有效期", required = true }
budget = { label = "经费", type = "金额" }

[within.question]
title = "询问"
[within.question.fields]
asked_on = { label = "日期", type = "日期", stands_for = "日期", required = true }
what     = { label = "问了什么", type = "单行文本", max = 60, required = true }
[within.question.sentences]
name    = "{asked_on}：{what}"
summary = "{what}"
empty   = "没有询问。"

[sentences]
name    = "{heading}"
summary = "{heading}，{unit}起草。"
empty   = "没有文件。"

[acts.add]
label = "登记文件"
does  = "新增"
form  = ["heading", "unit", "period", "budget"]

[acts.spend]
label = "调整经费"
does  = "变更"
form  = ["budget"]

[acts.question]
label  = "记一次询问"
within = "question"

[acts.void]
label = "作废"
does  = "作废"

[may]
"rule_paper.view"   = { city = ["supervisor"] }
"rule_paper.export" = { city = ["supervisor"] }
others              = { city = ["supervisor"] }

[import]
same_as = ["heading"]
"#;

const STORY: &str = r#"
of = "rule_paper"

[[stories]]
title = "登记一份"
cast  = { "处里" = "supervisor@social_work" }
steps = [
  { at = "2025-03-03 09:00", who = "处里", act = "add", form = { heading = "工作规程", unit = "social_work", period = { from = "2025-03-03" } }, state = "有效" },
  { at = "2025-03-03 09:10", who = "处里", act = "spend", form = { budget = "12" } },
  { at = "2025-03-04 09:00", who = "处里", act = "question", form = { asked_on = "2025-03-04", what = "何时施行" } },
  { at = "2025-03-05 09:00", who = "处里", act = "void", form = { reason = "登记错了" }, state = "已作废" },
]
"#;

/// A city with that register, served by nobody.
struct City(tempfile::TempDir);

impl City {
    fn new() -> City {
        let city = City(tempfile::tempdir().unwrap());
        let pack = city.0.path().join("pack");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack/chengdu");
        let own = [("registers/rule_paper.toml", PAPERS), ("examples/rule_papers.toml", STORY)];
        let files = huitong_kernel::pack::read_files(&shipped).unwrap();
        let files = files.into_iter().chain(own.map(|(path, text)| (path.to_owned(), text.to_owned())));
        for (path, text) in files {
            let file = pack.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let (address, data) = (free_port(), city.data());
        let args = ["serve", "--listen", &address, "--data", &data, "--pack", pack.to_str().unwrap()];
        let (server, ()) = start(&args, |line| line.contains("/invitation/").then_some(()));
        assert_eq!(server.stop(), 0);
        city
    }

    fn data(&self) -> String {
        self.0.path().join("data").to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn call(&self, words: &[&str]) -> Ran {
        let data = self.data();
        run(&[words, &["--data", &data]].concat())
    }

    /// Imports lines: the exit, and the counts of what came.
    fn import(&self, address: &str, rows: &[&str]) -> (i32, [i64; 5], Json) {
        let file = self.path("rows.csv");
        fs::write(&file, rows.join("\n")).unwrap();
        let ran = self.call(&["import", address, &file, "--json"]);
        let said = ran.objects().into_iter().next().unwrap_or_else(|| panic!("{}", ran.noted));
        let counts = ["accepted", "changed", "gone", "rejected", "unchanged"];
        (ran.exit, counts.map(|key| said[key].as_i64().unwrap()), said)
    }
}

#[test]
fn a_register_is_brought_in_taken_out_and_taken_back() {
    let city = City::new();
    let rows = [
        "标题,起草单位,施行（起）,施行（止）,经费",
        "工作规范,social_work,2025-01-01,,1234.5",
        "审核程序,social_work,2025/2/1,2025-12-31,2万元",
        "没人起草的,没有的单位,2025-03-01,,",
    ];
    let (exit, counts, said) = city.import("rule-papers", &rows);
    assert_eq!((exit, counts), (1, [2, 0, 0, 1, 0]), "{said}");
    let batch = said["batch"].as_str().unwrap().to_owned();
    assert_eq!(city.import("rule-papers", &rows[..3]).1, [0, 0, 0, 0, 2]);
    // What was taken out changes nothing.
    let file = city.path("out.xlsx");
    let ran = city.call(&["export", "rule-papers", "--out", &file]);
    assert_eq!((ran.exit, ran.said.contains("导出 2 条")), (0, true), "{} {}", ran.said, ran.noted);
    let ran = city.call(&["import", "rule-papers", &file, "--json"]);
    assert_eq!(ran.objects()[0]["unchanged"], json!(2), "{}", ran.noted);
    let told = city.call(&["export", "rule-papers", "--csv"]);
    assert!(told.said.contains("工作规范,") && told.said.contains(",2025-01-01,,1234.50"), "{}", told.said);
    let past = city.call(&["export", "rule-papers", "--as-of", "2025-01-15"]);
    assert!(past.said.contains("工作规范") && !past.said.contains("审核程序"), "{}", past.said);
    // One row within, one change, then all of it back.
    let questions = ["制度文件,日期,问了什么", "工作规范,2025-03-01,何时施行"];
    let (exit, counts, said) = city.import("rule-papers.question", &questions);
    assert_eq!((exit, counts), (0, [1, 0, 0, 0, 0]), "{said}");
    let within = said["batch"].as_str().unwrap().to_owned();
    let ran = city.call(&["import", "undo", &batch, "--json"]);
    let undone = &ran.objects()[0];
    assert_eq!(
        (ran.exit, &undone["undone"], &undone["kept"][0]["row"]),
        (1, &json!(1), &json!(1)),
        "{undone}"
    );
    assert!(undone["kept"][0]["because"].as_str().unwrap().contains("1 条询问"), "{undone}");
    let (exit, counts, said) = city.import("rule-papers", &[rows[0], "工作规范,social_work,2025-01-01,,9"]);
    assert_eq!((exit, counts), (0, [0, 1, 0, 0, 0]), "{said}");
    for (batch, exit) in [(said["batch"].as_str().unwrap(), 0), (&within, 0), (&batch, 0)] {
        let ran = city.call(&["import", "undo", batch, "--json"]);
        assert_eq!(ran.exit, exit, "{} {}", ran.said, ran.noted);
    }
    let told = city.call(&["export", "rule-papers"]);
    assert_eq!(told.said.lines().count(), 1, "{}", told.said);
    let (_, counts, _) = city.import("rule-papers", &rows[..3]);
    assert_eq!(counts, [2, 0, 0, 0, 0], "the same file can be brought in again");
    assert_eq!(city.call(&["journal", "verify"]).exit, 0);
}

#[test]
fn wrong_calls_say_what_there_is() {
    let city = City::new();
    let file = city.path("rows.csv");
    fs::write(&file, "起草单位\nsocial_work\n").unwrap();
    let ran = city.call(&["import", "nothings", &file]);
    assert!(ran.exit != 0 && ran.noted.contains("rule-papers.question（询问）"), "{}", ran.noted);
    let ran = city.call(&["import", "rule-papers", &file]);
    assert!(ran.exit == 2 && ran.noted.contains("缺少“标题”一列"), "{} {}", ran.exit, ran.noted);
    let ran = city.call(&["import", "undo", "nothing"]);
    assert!(ran.exit == 2 && ran.noted.contains("imp_"), "{} {}", ran.exit, ran.noted);
    let ran = run(&["import", "rule-papers", "--help"]);
    assert!(ran.exit == 0 && ran.said.contains("用法：") && ran.said.contains("台账"), "{}", ran.said);
}
