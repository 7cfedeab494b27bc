//! Files that are wrong: each is told clearly, and nothing of it comes in by half.

use std::io::Write as _;

use huitong_kernel::ctx::Actor;
use huitong_testkit::db_test;

use crate::{BRANCHES, Town};

db_test! {
    fn a_wrong_row_says_what_is_wrong_and_keeps_out_no_other(db) {
        let town = Town::new(db);
        let heading = BRANCHES[0];
        for (row, wanted) in [
            ("甲党支部,单独组建,锦宁市没有的协会,social_work,2023-01-01,9", "没有名为“锦宁市没有的协会”的协会"),
            ("甲党支部,随便组建,锦宁市甲行业协会,social_work,2023-01-01,9", "没有“随便组建”这一项"),
            ("甲党支部,单独组建,锦宁市甲行业协会,没有的单位,2023-01-01,9", "没有名为“没有的单位”的单位"),
            ("甲党支部,单独组建,锦宁市甲行业协会,social_work,前年冬天,9", "2025-03-14 这样的日期"),
            ("甲党支部,单独组建,锦宁市甲行业协会,social_work,2023-01-01,九人", "须是整数"),
            ("甲党支部,单独组建,锦宁市甲行业协会,social_work,,9", "成立和撤销"),
            (",单独组建,锦宁市甲行业协会,social_work,2023-01-01,9", "党组织名称"),
            ("甲党支部,单独组建,锦宁市甲行业协会,social_work,2023-01-01", "列名有 6 列"),
            ("绝密★党支部,单独组建,锦宁市甲行业协会,social_work,2023-01-01,9", "绝密"),
        ] {
            let came = town.lines("party-orgs", &[heading, row, BRANCHES[2]]);
            assert_eq!(came.summary.rejected, 1, "{row}: {}", came.report);
            assert!(came.report.contains(wanted), "{wanted}: {}", came.report);
            assert!(!came.report.contains("绝密★党支部"), "{}", came.report);
        }
    }

    fn a_name_that_two_associations_have_needs_a_code(db) {
        let town = Town::new(db);
        let other = town.app.association("锦宁市甲行业协会", 9);
        let came = town.lines("party-orgs", &BRANCHES);
        assert_eq!(came.counts(), [2, 0, 0, 1, 0]);
        assert!(came.report.contains("有 2 家协会都叫“锦宁市甲行业协会”"), "{}", came.report);
        let by_code = BRANCHES[1].replace("锦宁市甲行业协会", other.uscc.as_str());
        assert_eq!(town.lines("party-orgs", &[BRANCHES[0], &by_code]).counts(), [1, 0, 2, 0, 0]);
        // And it is taken out by its code.
        assert!(town.told("party-orgs").contains(other.uscc.as_str()));
    }

    fn a_row_twice_in_one_file(db) {
        let town = Town::new(db);
        let other = BRANCHES[1].replace(",9", ",10");
        let came = town.lines("party-orgs", &[BRANCHES[0], BRANCHES[1], BRANCHES[1], &other]);
        assert_eq!(came.counts(), [1, 0, 0, 1, 1], "{}", came.report);
        assert!(came.report.contains("和第 1 行数据是同一条"), "{}", came.report);
    }

    fn a_file_that_cannot_be_read_is_refused_whole(db) {
        let town = Town::new(db);
        let refused = |name: &str, bytes: &[u8]| {
            let path = town.path(name);
            std::fs::write(&path, bytes).unwrap();
            let error = town.tries(&Actor::CommandLine, "party-orgs", &path, false).err();
            error.unwrap_or_else(|| panic!("{name} was read")).to_string()
        };
        let columns_gone = refused("a.csv", "建立形式\n单独组建\n".as_bytes());
        assert!(columns_gone.contains("缺少“党组织名称”一列"), "{columns_gone}");
        assert!(refused("a.xlsx", b"hello world").contains("不是 XLSX 文件"));
        let twice = refused("b.csv", format!("{},党组织\n", BRANCHES[0]).as_bytes());
        assert!(twice.contains("都可以是“党组织名称”一列"), "{twice}");
        assert!(refused("c.csv", b"").contains("空"));
        let gbk = [0xb5, 0xb3, 0xd7, 0xe9, 0xd6, 0xaf, b'\n'];
        assert!(refused("d.csv", &gbk).contains("UTF-8"));
        assert!(refused("e.csv", &vec![b'a'; 41 << 20]).contains("MB"));
        let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        bomb.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
        for _ in 0..400 {
            bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        let bomb = bomb.finish().unwrap().into_inner();
        let said = refused("f.xlsx", &bomb);
        assert!(!said.contains("系统出现错误"), "{said}");
        let n = town.app.read(|tx| tx.number("SELECT COUNT(*) FROM imports", &[]));
        assert_eq!(n, 0, "nothing began");
    }
}
