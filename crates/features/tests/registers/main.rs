//! Registers as files: what is brought in, taken out and taken back, with the shipped pack, on both engines.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by failing")]

mod bad;
mod browser;
mod changing;
mod reading;
mod round;
mod undoing;

use std::path::PathBuf;

use huitong_features::base::imports::{BatchId, Options, Summary};
use huitong_features::base::registers::{self, File, Request, Undone, Wanted};
use huitong_features::base::sheets::{Format, Limits, Writer};
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Pairs;
use huitong_kernel::{Db, Id, Result};
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;

/// A city with a few associations, and a folder for files.
pub struct Town {
    pub app: TestApp,
    folder: tempfile::TempDir,
}

/// What came of a file.
pub struct Came {
    pub summary: Summary,
    /// Findings and changes, a line each.
    pub report: String,
}

impl Came {
    /// accepted, changed, gone, rejected, unchanged
    pub fn counts(&self) -> [u64; 5] {
        let Summary { rows, accepted, changed, gone, rejected, unchanged, .. } = self.summary;
        assert_eq!(accepted + changed + rejected + unchanged, rows, "every row is accounted for");
        [accepted, changed, gone, rejected, unchanged]
    }

    pub fn batch(&self) -> BatchId {
        Id::parse(self.summary.batch.as_deref().unwrap()).unwrap()
    }
}

impl Town {
    pub fn new(db: &Db) -> Town {
        Town::of(TestApp::new(db))
    }

    pub fn of(app: TestApp) -> Town {
        for (nth, name) in ["锦宁市甲行业协会", "锦宁市乙行业协会", "锦宁市丙商会"].into_iter().enumerate()
        {
            app.association(name, u32::try_from(nth).unwrap() + 1);
        }
        Town { app, folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of these lines; cells are parted by commas.
    pub fn file(&self, name: &str, lines: &[&str]) -> PathBuf {
        let path = self.path(name);
        match name.ends_with(".xlsx") {
            false => std::fs::write(&path, lines.join("\n")).unwrap(),
            true => {
                let cells = |line: &&str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
                let mut rows = lines.iter().map(cells);
                let heading = rows.next().unwrap();
                let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
                let to = std::fs::File::create(&path).unwrap();
                let mut writer = Writer::new(Format::Xlsx, to, &heading).unwrap();
                rows.for_each(|row| writer.row(&row).unwrap());
                writer.finish().unwrap();
            }
        }
        path
    }

    pub fn tries(&self, actor: &Actor, address: &str, file: &std::path::Path, dry_run: bool) -> Result<Came> {
        let report = self.path("report.csv");
        let options = Options { dry_run, rejects: Some(&report), ..Options::default() };
        let request =
            Request { address, file, mapping: None, sheet: None, limits: Limits::default(), options };
        let summary = registers::import(&self.app.city, actor, &request)?;
        Ok(Came { summary, report: std::fs::read_to_string(&report).unwrap() })
    }

    /// The dry run says what the run then does.
    pub fn import(&self, address: &str, file: &std::path::Path) -> Came {
        self.app.later(1_000);
        let told = self.tries(&Actor::CommandLine, address, file, true).unwrap();
        let came = self.tries(&Actor::CommandLine, address, file, false).unwrap();
        assert_eq!(told.counts(), came.counts(), "{}\n{}", told.report, came.report);
        came
    }

    pub fn lines(&self, address: &str, lines: &[&str]) -> Came {
        self.import(address, &self.file("rows.csv", lines))
    }

    pub fn undo(&self, batch: &BatchId) -> Undone {
        self.app.later(1_000);
        registers::undo(&self.app.city, &Actor::CommandLine, batch).unwrap()
    }

    pub fn export(&self, address: &str, format: Format, pairs: &Pairs) -> Vec<u8> {
        let pack = self.app.city.pack();
        let file = File::at(&pack, address).unwrap();
        let wanted = Wanted { file: &file, pairs, queue: None, format };
        self.app.read(|tx| {
            let mut table = Vec::new();
            wanted.write(tx, &mut table)?;
            Ok(table)
        })
    }

    /// What a register holds as text.
    pub fn told(&self, address: &str) -> String {
        String::from_utf8(self.export(address, Format::Csv, &Pairs::default())).unwrap()
    }
}

pub const BRANCHES: [&str; 4] = [
    "党组织名称,建立形式,覆盖的协会,隶属的党建工作机构,成立和撤销（起）,党员人数",
    "甲协会党支部,单独组建,锦宁市甲行业协会,social_work,2023-01-01,9",
    "联合党支部,joint,锦宁市乙行业协会、锦宁市丙商会,social_work,2023/2/1,12",
    "丙商会功能型党组织,功能型党组织,锦宁市丙商会,social_work,2024年5月6日,",
];

db_test! {
    fn a_second_run_brings_nothing_and_what_differs_is_a_change(db) {
        let town = Town::new(db);
        for name in ["branches.csv", "branches.xlsx"] {
            let came = town.import("party-orgs", &town.file(name, &BRANCHES));
            let first = name == "branches.csv";
            assert_eq!(came.counts(), if first { [3, 0, 0, 0, 0] } else { [0, 0, 0, 0, 3] }, "{}", came.report);
        }
        let changed = BRANCHES[1].replace(",9", ",11");
        let came = town.lines("party-orgs", &[BRANCHES[0], &changed]);
        assert_eq!(came.counts(), [0, 1, 2, 0, 0], "{}", came.report);
        assert!(came.report.contains("1,党员人数,11,已更新，原来是“9”"), "{}", came.report);
        assert!(town.told("party-orgs").contains(",11,"));
        // What no act changes is said, and nothing of the row is done.
        let other = changed.replace("2023-01-01", "2023-01-02").replace(",11", ",12");
        let came = town.lines("party-orgs", &[BRANCHES[0], &other]);
        assert_eq!(came.counts(), [0, 0, 2, 1, 0], "{}", came.report);
        assert!(came.report.contains("这一项不能由导入改动"), "{}", came.report);
        assert!(town.told("party-orgs").contains(",11,"));
    }

    fn rows_within_and_what_there_may_be_only_once(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &BRANCHES);
        let pairs = [
            "结对单位,协会党组织,结对期限（起）,结对期限（止）,文件",
            "commerce,甲协会党支部,2025-01-01,2025-12-31,协议一",
            "commerce,甲协会党支部,2025-06-01,2026-12-31,协议二",
            "commerce,甲协会党支部,2026-01-01,,协议三",
        ];
        let came = town.lines("pairings", &pairs);
        assert_eq!(came.counts(), [2, 0, 0, 1, 0], "{}", came.report);
        assert!(came.report.contains("2,结对单位,commerce,") && came.report.contains("同一时间只结一对"), "{}", came.report);
        let unit = town.app.unit("commerce").name;
        let came = town.lines("pairings.activity", &[
            "结对共建,日期,形式,做了什么,参加人数",
            &format!("{unit}—甲协会党支部,2025-03-01,走访,走访三家企业,6 人"),
            "没有的结对,2025-03-01,走访,走访三家企业,6",
        ]);
        // Two pairings are called the same.
        assert_eq!(came.counts(), [0, 0, 0, 2, 0], "{}", came.report);
        let told = town.told("pairings");
        assert!(told.contains("2025-12-31"), "{told}");
        let ids = town.app.read(|tx| tx.query("SELECT id FROM entries WHERE procedure = 'pairing' ORDER BY day", &[]));
        let id: String = ids[0].get("id").unwrap();
        let rows = [
            String::from("结对共建,日期,形式,做了什么,参加人数"),
            format!("{id},2025-03-01,走访,走访三家企业,6 人"),
            format!("{id},2025-03-02,联合党课,联合上党课,20"),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(town.lines("pairings.activity", &rows).counts(), [2, 0, 0, 0, 0]);
        assert_eq!(town.lines("pairings.activity", &rows).counts(), [0, 0, 0, 0, 2]);
        let sql = "SELECT number AS n FROM entry_facts WHERE entry = $1 AND fact = 'activities'";
        let n: i64 = town.app.read(|tx| tx.one(sql, huitong_kernel::args![&id])).unwrap().get("n").unwrap();
        assert_eq!(n, 2);
    }

    fn a_run_that_was_stopped_goes_on(db) {
        let town = Town::new(db);
        let rows: Vec<String> = (0..120).map(|n| format!("党支部第{n}号,单独组建,锦宁市甲行业协会,social_work,2023-01-01,{n}")).collect();
        let lines: Vec<&str> = std::iter::once(BRANCHES[0]).chain(rows.iter().map(String::as_str)).collect();
        let file = town.file("many.csv", &lines);
        let stop = |done: &Summary| match done.rows > 60 {
            true => Err(huitong_kernel::Error::busy("stopped")),
            false => Ok(()),
        };
        let options = Options { after_commit: Some(&stop), ..Options::default() };
        let request = Request { address: "party-orgs", file: &file, mapping: None, sheet: None, limits: Limits::default(), options };
        registers::import(&town.app.city, &Actor::CommandLine, &request).unwrap_err();
        let came = town.tries(&Actor::CommandLine, "party-orgs", &file, false).unwrap();
        assert!(came.summary.resumed);
        assert_eq!(came.counts(), [120, 0, 0, 0, 0], "{}", came.report);
        let n = town.app.read(|tx| tx.number("SELECT COUNT(*) FROM entries", &[]));
        assert_eq!(n, 120);
    }

    fn who_may_not_add_may_not_import(db) {
        let town = Town::new(db);
        let auditor = town.app.staff("auditor", "auditor", "social_work");
        let ctx = town.app.person(&auditor.account);
        let file = town.file("rows.csv", &BRANCHES);
        let refused = town.tries(&ctx.actor, "party-orgs", &file, false);
        assert_eq!(refused.err().unwrap().kind(), huitong_kernel::error::Kind::Denied);
        let none = town.tries(&Actor::CommandLine, "nothings", &file, false).err().unwrap();
        assert!(none.message().contains("pairings.activity"), "{}", none.message());
    }
}
