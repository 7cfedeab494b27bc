//! Rows that stand and say something else: which acts change them, what is asked of them, and what they do not tell.

use huitong_features::base::associations;
use huitong_features::base::identity::Office;
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;

use crate::{BRANCHES, Town};

const REGISTER: &str = "registers/party_org.toml";
const HEADING: &str = "党组织名称,建立形式,覆盖的协会,隶属的党建工作机构,成立和撤销（起）,党员人数,是否应建,派党建工作指导员的单位";
const UNBUILT: &str = "甲协会（未建）,未建立,锦宁市甲行业协会,social_work,2023-01-01,9,应建,";

db_test! {
    fn of_several_acts_none_takes_back_what_another_changed(db) {
        // Both acts ask for the members.
        let asks = ("form  = [\"instructor\", \"guided_since\"]", "form  = [\"instructor\", \"guided_since\", \"members\"]");
        let town = Town::of(TestApp::with(db, &[(REGISTER, asks.0, asks.1)]));
        town.lines("party-orgs", &[HEADING, UNBUILT]);
        let row = "甲协会（未建）,未建立,锦宁市乙行业协会,social_work,2023-01-01,11,应建,commerce";
        let came = town.lines("party-orgs", &[HEADING, row]);
        assert_eq!(came.counts(), [0, 1, 0, 0, 0], "{}", came.report);
        let came = town.lines("party-orgs", &[HEADING, row]);
        assert_eq!(came.counts(), [0, 0, 0, 0, 1], "{}", came.report);
    }

    fn what_is_not_asked_is_neither_demanded_nor_lost(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &[HEADING, UNBUILT]);
        let wanted = "“是否应建”只在建立形式是“未建立”时填写";
        // Built, and still said to be due.
        let came = town.lines("party-orgs", &[HEADING, &UNBUILT.replace("未建立", "单独组建")]);
        assert_eq!(came.counts(), [0, 0, 0, 1, 0], "{}", came.report);
        assert!(came.report.contains("1,是否应建,应建,") && came.report.contains(wanted), "{}", came.report);
        // Due, and not said.
        let came = town.lines("party-orgs", &[HEADING, &UNBUILT.replace("应建", "")]);
        assert_eq!(came.counts(), [0, 0, 0, 1, 0], "{}", came.report);
        assert!(came.report.contains("请选择“是否应建”"), "{}", came.report);
        let built = UNBUILT.replace("未建立", "单独组建").replace(",应建", ",");
        assert_eq!(town.lines("party-orgs", &[HEADING, &built]).counts(), [0, 1, 0, 0, 0]);
        // The same of what stands built, and of what is new.
        let due = UNBUILT.replace("未建立", "单独组建");
        for row in [due.clone(), due.replace("甲协会", "乙协会")] {
            let came = town.lines("party-orgs", &[HEADING, &row]);
            assert!(came.counts()[3] == 1 && came.report.contains(wanted), "{}", came.report);
        }
    }

    fn what_an_entry_hides_is_not_told_by_importing_over_it(db) {
        let mut changes = vec![(REGISTER, "[queues.unbuilt]", "[sees]\nown = { hides = [\"guided_since\"] }\n\n[queues.unbuilt]")];
        for (act, may) in [
            ("\"party_org.add\"     = { ", "\"party_org.add\"     = { own = [\"association_secretary\"], "),
            ("\"party_org.update\"  = { ", "\"party_org.update\"  = { own = [\"association_secretary\"], "),
            ("\"party_org.guide\"   = { ", "\"party_org.guide\"   = { own = [\"association_secretary\"], "),
        ] {
            changes.push((REGISTER, act, may));
        }
        let town = Town::of(TestApp::with(db, &changes));
        let heading = format!("{},指导员到岗日期", BRANCHES[0]);
        let branch = format!("{},2023-02-01", BRANCHES[1]);
        town.lines("party-orgs", &[&heading, &branch]);
        let own = town.app.read(|tx| associations::by_name(tx, "锦宁市甲行业协会")).remove(0);
        let office = Office::association(own.id.as_str(), &own.name);
        let secretary = town.app.account("secretary", "罗霞", "association_secretary", &office);
        let actor = town.app.person(&secretary).actor;
        for (day, form) in [("2023-02-01", "单独组建"), ("2024-05-06", "单独组建"), ("2024-05-06", "临时党组织")] {
            let row = branch.replace("2023-02-01", day).replace("单独组建", form);
            let file = town.file("a.csv", &[&heading, &row]);
            for dry_run in [true, false] {
                let came = town.tries(&actor, "party-orgs", &file, dry_run).unwrap();
                assert!(!came.report.contains("到岗") && !came.report.contains("2023-02-01"), "{}", came.report);
                assert_eq!(came.counts()[1], u64::from(form != "单独组建"), "{}", came.report);
                assert!(came.summary.notes.iter().any(|note| note.contains("“指导员到岗日期”一列对您不公开")));
            }
        }
        assert!(town.told("party-orgs").contains("2023-02-01"), "it stays as it was");
        assert!(town.told("party-orgs").contains("临时党组织"));
    }
}
