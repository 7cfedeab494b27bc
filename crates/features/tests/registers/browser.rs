//! By hand: a file is handed in, looked at, confirmed and taken back, without a script.

use huitong_testkit::db_test;
use huitong_testkit::door::File;

use crate::{BRANCHES, Town};

db_test! {
    fn a_file_is_looked_at_confirmed_and_taken_back(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let other = town.app.staff("other", "supervisor", "social_work");
        let rows = [&BRANCHES[..], &["没人认得的党支部,单独组建,锦宁市没有的协会,social_work,2023-01-01,9"]].concat();
        let rows = rows.join("\n");
        let file = File { field: "file", name: "党组织.csv", bytes: rows.as_bytes() };
        let ask = town.app.post("/party-orgs/import").session(&supervisor);
        let sent = ask.multipart(&[("kind", "party-orgs")], &[file]).send();
        let place = sent.expect(303).header("location").to_owned();
        let page = town.app.get(&place).session(&supervisor).send();
        let said = page.expect(200).text();
        assert!(said.contains("将新增 3 条") && said.contains("没有名为“锦宁市没有的协会”的协会"), "{said}");
        assert_eq!(town.app.read(|tx| tx.number("SELECT COUNT(*) FROM entries", &[])), 0, "nothing was written");
        assert_eq!(town.app.get(&place).session(&other).send().status, 404, "it is somebody else's");
        let draft = place.split("draft=").nth(1).unwrap();
        let wrong = format!("/party-orgs/import/rejected.csv?kind=party-orgs&draft={draft}");
        let wrong = town.app.get(&wrong).session(&supervisor).send().expect(200).text();
        assert!(wrong.contains("原因") && wrong.lines().count() == 2 && wrong.contains("没人认得的党支部"), "{wrong}");
        let fields = [("kind", "party-orgs"), ("draft", draft), ("step", "confirm")];
        let done = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        let result = done.expect(303).header("location").to_owned();
        let again = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        assert_eq!(again.expect(303).header("location"), result, "confirmed once");
        let said = town.app.get(&result).session(&supervisor).send().expect(200).text();
        assert!(said.contains("新增 3 条，1 行没有导入") && said.contains("撤销这次导入"), "{said}");
        let batch = result.split("batch=").nth(1).unwrap().split('&').next().unwrap();
        let undone = town.app.post("/party-orgs/import/undo").session(&supervisor).form(&[("batch", batch)]).send();
        assert!(undone.expect(200).text().contains("已撤回 3 行"), "{}", undone.text());
        let out = town.app.get("/party-orgs/export.csv").session(&supervisor).send().expect(200).text();
        assert_eq!(out.lines().count(), 1, "{out}");
        let acts = town.app.read(|tx| tx.number("SELECT COUNT(*) FROM journal WHERE act IN ('party_org.export', 'import.undo')", &[]));
        assert_eq!(acts, 2, "both are told");
    }

    fn columns_are_chosen_where_their_names_say_nothing(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let rows = format!("甲,乙,丙,丁,戊,己\n{}", BRANCHES[1]);
        let file = File { field: "file", name: "a.csv", bytes: rows.as_bytes() };
        let sent = town.app.post("/party-orgs/import").session(&supervisor).multipart(&[], &[file]).send();
        let place = sent.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        assert!(said.contains("缺少“党组织名称”一列") && !said.contains("确认导入"), "{said}");
        let draft = place.split("draft=").nth(1).unwrap();
        let fields = [("draft", draft), ("step", "columns"), ("c.org", "0"), ("c.form", "1"), ("c.associations", "2"),
            ("c.unit", "3"), ("c.period.from", "4")];
        let missing = town.app.post("/party-orgs/import").session(&supervisor).form(&[fields[0], fields[1], fields[3]]).send();
        assert!(missing.expect(422).text().contains("请选择哪一列是“党组织名称”"));
        let chosen = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        let place = chosen.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        assert!(said.contains("将新增 1 条") && said.contains("确认导入"), "{said}");
    }

    fn what_is_guessed_is_marked_and_comes_in_once_it_was_looked_at(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let rows = format!("支部名称,组建方式,协会名称,隶属,成立时间,党员数\n{}", BRANCHES[1]);
        let file = File { field: "file", name: "a.csv", bytes: rows.as_bytes() };
        let sent = town.app.post("/party-orgs/import").session(&supervisor).multipart(&[], &[file]).send();
        let place = sent.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        assert!(said.contains("猜的，请核对。这一列第一行是“甲协会党支部”"), "{said}");
        assert_eq!(said.matches("猜的，请核对").count(), 5, "{said}");
        assert!(said.contains("将新增 1 条") && said.contains("确认导入"), "{said}");
        let draft = place.split("draft=").nth(1).unwrap();
        let done = town.app.post("/party-orgs/import").session(&supervisor).form(&[("draft", draft), ("step", "confirm")]).send();
        done.expect(303);
        assert!(town.told("party-orgs").contains("甲协会党支部,单独组建,锦宁市甲行业协会"));
    }

    fn another_sheet_is_read_where_somebody_chooses_it(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let bytes = crate::reading::workbook(&[("说明", &["怎么填"]), ("名单", &BRANCHES), ("旧", &BRANCHES[..2])]);
        let file = File { field: "file", name: "a.xlsx", bytes: &bytes };
        let sent = town.app.post("/party-orgs/import").session(&supervisor).multipart(&[], &[file]).send();
        let place = sent.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        assert!(said.contains("将新增 3 条") && said.contains("读的是列名最相符的“名单”"), "{said}");
        let draft = place.split("draft=").nth(1).unwrap();
        let fields = [("draft", draft), ("step", "columns"), ("sheet", "旧")];
        let chosen = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        let place = chosen.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        assert!(said.contains("将新增 1 条"), "{said}");
    }
}
