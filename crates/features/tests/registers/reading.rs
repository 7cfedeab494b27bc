//! Which columns and which sheet of a file are read, and what a file need not have.

use huitong_features::base::imports::Options;
use huitong_features::base::registers::{self, Request};
use huitong_features::base::sheets::Limits;
use huitong_kernel::ctx::Actor;
use huitong_testkit::db_test;

use crate::{BRANCHES, Town};

/// A workbook of these sheets; cells are parted by commas.
pub fn workbook(sheets: &[(&str, &[&str])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, lines) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, line) in (0..).zip(*lines) {
            for (column, text) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

db_test! {
    fn only_rows_that_are_new_need_every_column(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &BRANCHES[..2]);
        let came = town.lines("party-orgs", &["党组织名称,党员人数", "甲协会党支部,11", "新党支部,3"]);
        assert_eq!(came.counts(), [0, 1, 0, 1, 0], "{}", came.report);
        assert!(came.report.contains("2,隶属的党建工作机构,,文件里没有“隶属的党建工作机构”一列，新增的要有"), "{}", came.report);
        assert!(town.told("party-orgs").contains("锦宁市甲行业协会"), "what the file lacks stays");
        // Of a row that cannot be told, nothing is demanded that an old one need not say.
        let came = town.lines("party-orgs", &["党组织名称,党员人数", ",九人"]);
        assert!(came.report.contains("须是整数") && !came.report.contains("新增的要有"), "{}", came.report);
    }

    fn the_command_line_names_its_guesses_and_takes_none(db) {
        let town = Town::new(db);
        let lines = ["党组织名称,建立形式,覆盖的协会,隶属,成立日期,党员数", BRANCHES[1]];
        let came = town.lines("party-orgs", &lines);
        assert_eq!(came.counts(), [1, 0, 0, 0, 0], "{}", came.report);
        let notes = came.summary.notes.join("\n");
        assert!(notes.contains("“党员数”一列看着像“党员人数”，没有当作它"), "{notes}");
        assert!(!town.told("party-orgs").contains(",9"), "nobody has looked at it");
        let lines = ["支部名称,建立形式,覆盖的协会,隶属,成立日期", "甲,single,锦宁市甲行业协会,social_work,2023-01-01"];
        let refused = town.tries(&Actor::CommandLine, "party-orgs", &town.file("a.csv", &lines), false).err().unwrap();
        let said = refused.to_string();
        assert!(said.contains("缺少“党组织名称”一列") && said.contains("“支部名称”一列看着像“党组织名称”"), "{said}");
    }

    fn the_sheet_that_fits_is_read_and_another_where_it_is_named(db) {
        let town = Town::new(db);
        let path = town.path("a.xlsx");
        std::fs::write(&path, workbook(&[("说明", &["怎么填"]), ("Sheet1", &BRANCHES), ("旧", &BRANCHES[..2])])).unwrap();
        let run = |sheet| {
            let options = Options { dry_run: true, ..Options::default() };
            let request = Request { address: "party-orgs", file: &path, mapping: None, sheet, limits: Limits::default(), options };
            registers::import(&town.app.city, &Actor::CommandLine, &request)
        };
        let fitting = run(None).unwrap();
        assert_eq!(fitting.accepted, 3);
        assert!(fitting.notes[0].contains("读的是列名最相符的“Sheet1”；没有读“说明”“旧”"), "{:?}", fitting.notes);
        assert_eq!(run(Some("旧")).unwrap().accepted, 1);
        assert!(run(Some("没有")).unwrap_err().to_string().contains("没有名为“没有”的表"));
    }

    fn part_of_a_name_means_in_a_file_what_it_means_in_a_form(db) {
        let town = Town::new(db);
        let row = BRANCHES[1].replace("锦宁市甲行业协会", "甲行业");
        assert_eq!(town.lines("party-orgs", &[BRANCHES[0], &row]).counts(), [1, 0, 0, 0, 0]);
        assert!(town.told("party-orgs").contains("锦宁市甲行业协会"));
        for nth in 0..4 {
            town.app.association(&format!("锦宁市第{nth}行业协会"), 20 + nth);
        }
        let row = BRANCHES[1].replace("锦宁市甲行业协会", "行业协会").replace("甲协会", "另一");
        let came = town.lines("party-orgs", &[BRANCHES[0], &row]);
        assert!(came.report.contains("有 6 家协会符合“行业协会”") && came.report.contains("等，请写全名称"), "{}", came.report);
    }
}
