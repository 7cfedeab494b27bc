//! Files of other systems: what a row says comes in once, under its own number, whatever stands in the rows beside it.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_features::base::imports::{Options, Summary};
use huitong_features::base::sheets::{Format, Writer};
use huitong_features::growth::appeals::import::{self, Request};
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Db, args};
use huitong_testkit::db_test;

use crate::cast::Cast;

const MAPPING: &str = r#"
[columns]
number = "工单编号"
date = "受理时间"
title = "标题"
text = "内容"
contact_name = "姓名"
contact_phone = "电话"
unit = "承办单位"
about = "被反映单位"
association = "协会"

[supply]
source = "hotline"
kind = "求助"
disclosure = "named"
time = "09:00"
"#;
const HEADING: &str = "工单编号,受理时间,标题,内容,姓名,电话,承办单位,被反映单位,协会";

struct Desk {
    cast: Cast,
    folder: tempfile::TempDir,
}

/// What came of a file: the counts, and the report by row.
struct Came {
    summary: Summary,
    report: BTreeMap<String, String>,
}

impl Came {
    fn counts(&self) -> [u64; 4] {
        let Summary { rows, accepted, rejected, unchanged, .. } = self.summary;
        assert_eq!(accepted + rejected + unchanged, rows, "every row is accounted for");
        [rows, accepted, rejected, unchanged]
    }
}

impl Desk {
    fn new(db: &Db) -> Desk {
        Desk { cast: Cast::new(db), folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, rows: &[&str], dry_run: bool, creates: (bool, bool)) -> Came {
        let file = self.folder.path().join("orders.csv");
        std::fs::write(&file, format!("{HEADING}\n{}\n", rows.join("\n"))).unwrap();
        self.run_file(&file, dry_run, creates)
    }

    fn run_file(&self, file: &Path, dry_run: bool, (create_units, create_near): (bool, bool)) -> Came {
        let at = |name: &str| self.folder.path().join(name);
        let (mapping, report) = (at("m.toml"), at("report.csv"));
        std::fs::write(&mapping, MAPPING).unwrap();
        let options = Options { dry_run, rejects: Some(&report), ..Options::default() };
        let request = Request { file, mapping: &mapping, create_units, create_near, options };
        let summary = import::run(&self.cast.app.city, &Actor::CommandLine, &request).unwrap();
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for line in std::fs::read_to_string(&report).unwrap().lines().skip(1) {
            let (row, rest) = line.split_once(',').unwrap();
            found.entry(row.to_owned()).or_default().push_str(rest);
        }
        Came { summary, report: found }
    }

    /// The dry run says what the run then does.
    fn import(&self, rows: &[&str]) -> Came {
        let told = self.run(rows, true, (false, false));
        let came = self.run(rows, false, (false, false));
        assert_eq!(told.counts(), came.counts());
        assert_eq!(told.report.keys().collect::<Vec<_>>(), came.report.keys().collect::<Vec<_>>());
        came
    }

    fn cell(&self, column: &str, number: &str) -> Option<String> {
        let sql =
            format!("SELECT {column} AS said FROM appeals WHERE source = 'hotline' AND source_number = $1");
        self.cast.app.read(|tx| {
            Ok(tx
                .one(&sql, args![number])?
                .map(|row| row.get::<Option<String>>("said"))
                .transpose()?
                .flatten())
        })
    }

    fn id(&self, number: &str) -> String {
        self.cell("id", number).unwrap()
    }
}

fn row(number: &str, date: &str, phone: &str) -> String {
    format!("{number},{date},路灯夜间不亮,请求维修门前路灯,王五,{phone},,,")
}

db_test! {
    fn two_rows_with_one_key_are_unchanged_or_taken_and_cost_no_other(db) {
        let desk = Desk::new(db);
        let say = |number: &str, text: &str| format!("{number},2025-03-13,标题甲,{text},王五,,,,");
        let rows = [
            say("ZA1", "内容甲"), say("ZA\u{200b}1", "内容甲"), say("ＺＡ１", "内容乙"), say(" ZA\u{a0}1", "内容甲"), say("ZA2", "内容甲"),
            say("\u{2800}", "内容甲"), say("-", "内容甲"),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let came = desk.import(&rows);
        assert_eq!(came.counts(), [7, 2, 3, 2]);
        assert!(came.report["3"].contains("已经录入") && came.report["6"].contains("没有编号"), "{:?}", came.report);
        assert_eq!(desk.import(&rows).counts(), [7, 0, 3, 4], "a second run adds nothing and breaks nothing");
        // The desk writes the same key in the same form.
        let body = Cast::appeal(&serde_json::json!({"source": "hotline", "source_number": "ZA\u{ad}２"}));
        let fields: Vec<(&str, &str)> = body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        let answer = desk.cast.app.post("/appeals/register").session(&desk.cast.intake).form(&fields).send();
        assert!(answer.expect(422).text().contains("已经录入过"), "{}", answer.text());
    }

    fn an_identity_number_stays_where_only_those_who_need_it_see_it(db) {
        let desk = Desk::new(db);
        let person = "11010519491231002X";
        let rows = [
            format!("ID1,2025-03-13,标题甲,本人{person}反映路灯不亮,王五,,,,"),
            format!("ID2,2025-03-13,标题甲,内容甲,王五,,,,{person}的协会"),
            format!("ID3,2025-03-13,标题甲,内容甲,王五,,{person}办公室,,"),
            String::from("ID4,2025-03-13,标题甲,内容甲,王五,,锦宁市新设局,,"),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let came = desk.run(&rows, false, (true, false));
        assert_eq!(came.counts(), [4, 2, 2, 0], "{:?}", came.report);
        assert_eq!(came.summary.units_created, ["锦宁市新设局"]);
        for (row, word) in [("1", "里有身份证号码"), ("2", "没有留存"), ("3", "单位名称里有身份证号码")] {
            assert!(came.report[row].contains(word) && !came.report[row].contains(person), "{:?}", came.report[row]);
        }
        let page = desk.cast.app.get(&format!("/appeals/{}", desk.id("ID2"))).session(&desk.cast.intake).send();
        assert!(!page.expect(200).text().contains(person));
    }

    fn a_stray_quote_costs_the_row_it_stands_in(db) {
        let desk = Desk::new(db);
        let (before, after) = (row("Q1", "2025-03-13", ""), row("Q9", "2025-03-13", ""));
        for (nth, damaged) in [
            "2025-03-13,乙厂欠薪,\"老板说没钱，已欠三个月,王五,13900000000,,,",
            "2025-03-13,丙店噪声,他说\"好\"就走了,赵六,13700000000,,,",
            "2025-03-13,\"丁店\"噪声,内容,赵六,13700000000,,,",
        ].iter().enumerate() {
            let (one, other) = (format!("A{nth}{}", &before[2..]), format!("B{nth}{}", &after[2..]));
            let came = desk.import(&[&one, &format!("C{nth},{damaged}"), &other]);
            assert_eq!(came.counts(), [3, 2, 1, 0]);
            assert!(came.report["2"].contains("文件第 3 行") && came.report["2"].contains("引号"), "{:?}", came.report);
            assert_eq!(desk.cell("text", &format!("B{nth}")).as_deref(), Some("请求维修门前路灯"));
        }
        let came = desk.import(&["L1,2025-03-13,标题甲,\"第一行，\"\"好\"\"\n第二行\",王五,,,,"]);
        assert_eq!(came.counts(), [1, 1, 0, 0]);
        assert_eq!(desk.cell("text", "L1").as_deref(), Some("第一行，\"好\"\n第二行"));
    }

    fn a_workbook_comes_in_as_the_same_rows_as_text_do(db) {
        let desk = Desk::new(db);
        let rows = [row("ZA1", "2025-03-13", "13800000001"), row("ZA2", "没有", ""), row("'=ZA3", "2025-03-12", "")];
        let file = desk.folder.path().join("orders");
        let mut writer = Writer::new(
            Format::Xlsx,
            std::fs::File::create(&file).unwrap(),
            &HEADING.split(',').collect::<Vec<_>>(),
        )
        .unwrap();
        for row in &rows {
            writer.row(&row.split(',').collect::<Vec<_>>()).unwrap();
        }
        writer.finish().unwrap();
        let came = desk.run_file(&file, false, (false, false));
        assert_eq!(came.counts(), [3, 2, 1, 0]);
        assert!(came.report["2"].contains("不是日期"), "{:?}", came.report);
        assert_eq!(desk.cell("title", "'=ZA3").as_deref(), Some("路灯夜间不亮"));
        let again: Vec<&str> = rows.iter().map(String::as_str).collect();
        let marked = rows[2].replacen('\'', "\'\'", 1);
        assert_eq!(desk.run(&[again[0], again[1], &marked], false, (false, false)).counts(), [3, 0, 1, 2]);
    }

    fn an_instant_is_read_as_it_is_written_or_the_wrong_part_is_named(db) {
        let desk = Desk::new(db);
        for (nth, (said, wanted)) in [
            ("2025/3/13 9:30", "2025-03-13T09:30:00+08:00"), ("2025-03-13  9:30:05", "2025-03-13T09:30:05+08:00"),
            ("2025年3月13日", "2025-03-13T09:00:00+08:00"), ("20250313", "2025-03-13T09:00:00+08:00"),
            ("２０２５／３／１３ 下午2:05", "2025-03-13T14:05:00+08:00"), ("2025-03-13T09:30:00", "2025-03-13T09:30:00+08:00"),
        ].into_iter().enumerate() {
            let number = format!("T{nth}");
            assert_eq!(desk.import(&[&row(&number, said, "")]).counts(), [1, 1, 0, 0], "{said}");
            let at: i64 = desk.cast.app.read(|tx| tx.number("SELECT began_at FROM appeals WHERE source_number = $1", args![&number]));
            assert_eq!(huitong_kernel::clock::rfc3339(at), wanted, "{said}");
        }
        for (said, why) in [
            ("25-03-14", "写成四位"), ("0025-03-14", "写成四位"), ("1025-03-14", "早于 1990 年"), ("2035-03-14", "在现在之后"),
            ("2025/13/1", "没有“13”月"), ("2025/3/14 25:00", "时间“25:00”"),
        ] {
            let came = desk.import(&[&row("W1", said, "")]);
            assert_eq!(came.counts(), [1, 0, 1, 0], "{said}");
            assert!(came.report["1"].contains(why), "{said}: {:?}", came.report);
        }
    }

    fn what_a_row_may_lack_never_keeps_it_out(db) {
        let desk = Desk::new(db);
        let long = "长".repeat(60);
        for (nth, (fields, kept)) in [
            ("王五,138****0000,,,", Some("138****0000")), ("王五,无,,,", None), ("王五,028-61880000/13800000000,,,", Some("028-61880000/13800000000")),
            ("王五,13800000000,-,,没有这家协会", Some("13800000000")), (&format!("{long},,无,,"), None), ("\u{3164},13800000000,\u{200b},,", Some("13800000000")),
        ].into_iter().enumerate() {
            let number = format!("P{nth}");
            let came = desk.import(&[&format!("{number},2025-03-13,标题甲,内容甲,{fields}")]);
            assert_eq!(came.counts(), [1, 1, 0, 0], "{fields}: {:?}", came.report);
            assert_eq!(desk.cell("contact_phone", &number).as_deref(), kept, "{fields}");
            let remarked = nth < 5;
            assert_eq!((came.summary.remarked, came.report.contains_key("1")), (u64::from(remarked), remarked), "{fields}");
            assert!(!remarked || came.report["1"].contains("已导入，") && came.report["1"].contains("未能识别"), "{:?}", came.report);
        }
        let page = desk.cast.app.get(&format!("/appeals/{}", desk.id("P3"))).session(&desk.cast.intake).send();
        for said in ["来源编号", "P3", "没有这家协会", "由命令行导入（12345 热线）"] {
            assert!(page.expect(200).text().contains(said), "{said}");
        }
        let list = desk.cast.app.get("/appeals?queue=all&q=P3").session(&desk.cast.intake).send();
        assert!(list.expect(200).text().contains(">P3<"), "{}", list.text());
        // What must not be on this network keeps the row out in any column.
        let came = desk.import(&["S1,2025-03-13,标题甲,内容甲,王五,机密★,,,"]);
        assert_eq!(came.counts(), [1, 0, 1, 0]);
    }

    fn a_unit_is_entered_once_and_only_under_a_name(db) {
        let desk = Desk::new(db);
        let all = |named: &[&str]| -> Vec<String> {
            named.iter().enumerate().map(|(nth, unit)| format!("U{nth},2025-03-13,标题甲,内容甲,王五,,{unit},,")).collect()
        };
        let rows = all(&["-", "无", "锦宁市候鸟观测站", "锦宁市\u{a0}候鸟观测站", "锦宁市候鸟\u{200b}观测站", "候鸟观测站", "ABC"]);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let dry = desk.run(&rows, true, (true, false));
        let came = desk.run(&rows, false, (true, false));
        assert_eq!(dry.counts(), came.counts());
        assert_eq!((&dry.summary.units_created, &dry.summary.units_near), (&came.summary.units_created, &came.summary.units_near));
        assert_eq!(came.counts(), [7, 5, 2, 0], "{:?}", came.report);
        assert_eq!((came.summary.units_created.len(), came.summary.units_near.len()), (1, 1), "{:?}", came.summary);
        assert!(came.report["6"].contains("候鸟观测站") && came.report["7"].contains("不是单位名称"), "{:?}", came.report);
        let came = desk.run(&rows, false, (true, true));
        assert_eq!((came.counts(), came.summary.units_created), ([7, 1, 1, 5], vec![String::from("候鸟观测站")]));
    }
}
