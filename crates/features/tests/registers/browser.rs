//! By hand: a file is handed in, looked at, confirmed and taken back, without a script.

use huitong_testkit::db_test;
use huitong_testkit::door::File;

use std::time::{Duration, UNIX_EPOCH};

use huitong_features::base::registers;
use huitong_kernel::clock::machine_now;
use huitong_testkit::door::{Answer, Person};

use crate::{BRANCHES, Town};

/// Hands a file in.
fn sent(town: &Town, who: &Person, place: &str, name: &str, rows: &str) -> Answer {
    let file = File { field: "file", name, bytes: rows.as_bytes() };
    town.app.post(&format!("{place}/import")).session(who).multipart(&[], &[file]).send()
}

fn drafts(town: &Town) -> Vec<std::path::PathBuf> {
    let folder = town.app.city.data.join("imports").read_dir();
    folder.into_iter().flatten().map(|one| one.unwrap().path()).collect()
}

/// Hands a file in and confirms it; answers the page of its batch.
fn brought(town: &Town, who: &Person, place: &str, name: &str, rows: &str) -> String {
    let asked = sent(town, who, place, name, rows);
    let draft = asked.expect(303).header("location").split("draft=").nth(1).unwrap().to_owned();
    let fields = [("draft", draft.as_str()), ("step", "confirm")];
    let done = town.app.post(&format!("{place}/import")).session(who).form(&fields).send();
    done.expect(303).header("location").to_owned()
}

db_test! {
    fn a_file_is_looked_at_confirmed_and_taken_back(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let other = town.app.staff("other", "supervisor", "social_work");
        let rows = [&BRANCHES[..], &["没人认得的党支部,单独组建,锦宁市没有的协会,social_work,2023-01-01,9"]].concat();
        let rows = rows.join("\n");
        let file = File { field: "file", name: "党组织.csv", bytes: rows.as_bytes() };
        let ask = town.app.post("/party-orgs/import").session(&supervisor);
        let sent = ask.multipart(&[], &[file]).send();
        let place = sent.expect(303).header("location").to_owned();
        let page = town.app.get(&place).session(&supervisor).send();
        let said = page.expect(200).text();
        assert!(said.contains("将新增 3 条") && said.contains("没有名为“锦宁市没有的协会”的协会"), "{said}");
        assert_eq!(town.app.read(|tx| tx.number("SELECT COUNT(*) FROM entries", &[])), 0, "nothing was written");
        assert_eq!(town.app.get(&place).session(&other).send().status, 404, "it is somebody else's");
        let draft = place.split("draft=").nth(1).unwrap();
        let wrong = format!("/party-orgs/import/rejected.csv?draft={draft}");
        let wrong = town.app.get(&wrong).session(&supervisor).send().expect(200).text();
        assert!(wrong.contains("原因") && wrong.lines().count() == 2 && wrong.contains("没人认得的党支部"), "{wrong}");
        let fields = [("draft", draft), ("step", "confirm")];
        let done = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        let result = done.expect(303).header("location").to_owned();
        let again = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        assert_eq!(again.expect(303).header("location"), result, "confirmed once");
        let said = town.app.get(&result).session(&supervisor).send().expect(200).text();
        assert!(said.contains("新增 3 条，1 行没有导入") && said.contains("撤销这次导入"), "{said}");
        let batch = result.split("batch=").nth(1).unwrap().split('&').next().unwrap();
        let undone = town.app.post("/party-orgs/import/undo").session(&supervisor).form(&[("batch", batch)]).send();
        let place = undone.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        assert!(said.contains("已撤销，撤回了 3 行") && !said.contains("撤销这次导入"), "{said}");
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

    fn nothing_is_kept_of_a_file_that_must_not_be_here(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let rows = |cell: &str| format!("{},备注\n{},无\n{},{cell}", BRANCHES[0], BRANCHES[1], BRANCHES[2]);
        for (name, cell, wanted) in [
            ("党组织.csv", "机密★十年", "文件第 3 行“备注”一列中有"),
            ("机密★党组织.csv", "无", "文件名中有"),
            ("110101199003074477.csv", "无", "文件名里有身份证号码"),
            ("党组织.csv", "绝密★\"", "文件第 3 行"),
        ] {
            let said = sent(&town, &supervisor, "/party-orgs", name, &rows(cell));
            let said = said.expect(422).text();
            assert!(said.contains(wanted) && !said.contains("十年"), "{wanted}: {said}");
            assert_eq!(drafts(&town), Vec::<std::path::PathBuf>::new());
        }
        let file = town.file("机密★.csv", &BRANCHES);
        let refused = town.tries(&huitong_kernel::ctx::Actor::CommandLine, "party-orgs", &file, true).err().unwrap();
        assert!(refused.message().contains("文件名中有"), "{}", refused.message());
        // A number may be what keeps a row out, and is not spread into the file of such rows.
        let held = rows("无").replace("联合党支部", "110101199003074477").replace("social_work,2023/2/1", "没有的单位,2023/2/1");
        let place = sent(&town, &supervisor, "/party-orgs", "a.csv", &held);
        let place = place.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&supervisor).send().expect(200).text();
        let wrong = town.app.get(&place.replace("/import?", "/import/rejected.csv?")).session(&supervisor).send();
        let wrong = wrong.expect(200).text();
        assert!(wrong.contains("含身份证号码") && !wrong.contains("199003074477") && !said.contains("199003074477"), "{wrong}\n{said}");
    }

    fn a_file_that_nobody_confirmed_goes_by_itself(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        sent(&town, &supervisor, "/party-orgs", "a.csv", &BRANCHES.join("\n")).expect(303);
        assert_eq!(registers::sweep(&town.app.city).unwrap(), 0);
        let folder = std::fs::File::open(&drafts(&town)[0]).unwrap();
        folder.set_modified(UNIX_EPOCH + Duration::from_millis(machine_now().unsigned_abs()) - Duration::from_secs(25 * 3600)).unwrap();
        assert_eq!(registers::sweep(&town.app.city).unwrap(), 1);
        assert!(drafts(&town).is_empty());
    }

    fn a_file_is_brought_in_whatever_it_is_called_and_once(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let long = format!("{}.csv", "长".repeat(120));
        for (nth, name) in ["rejected.csv", "about.json", "taken", &long].into_iter().enumerate() {
            let rows = BRANCHES[..2].join("\n").replace("甲协会党支部", &format!("第{nth}党支部"));
            let page = brought(&town, &supervisor, "/party-orgs", name, &rows);
            let said = town.app.get(&page).session(&supervisor).send().expect(200).text();
            assert!(said.contains("新增 1 条") && said.contains(name), "{said}");
        }
        // While one confirmation brings it in, another only says so.
        let asked = sent(&town, &supervisor, "/party-orgs", "two.csv", &BRANCHES.join("\n"));
        let place = asked.expect(303).header("location").to_owned();
        let draft = place.split("draft=").nth(1).unwrap();
        std::fs::write(town.app.city.data.join("imports").join(draft).join("taken"), "").unwrap();
        let fields = [("draft", draft), ("step", "confirm")];
        let second = town.app.post("/party-orgs/import").session(&supervisor).form(&fields).send();
        assert_eq!(second.expect(303).header("location"), "/party-orgs/import");
        assert_eq!(town.app.get(&place).session(&supervisor).send().expect(303).header("location"), "/party-orgs/import");
        assert_eq!(town.app.read(|tx| tx.number("SELECT COUNT(*) FROM entries", &[])), 4);
    }

    fn rows_within_are_brought_in_by_who_may_enter_one(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &BRANCHES);
        town.lines("pairings", &["结对单位,协会党组织,起,文件", "commerce,甲协会党支部,2025-01-01,协议一"]);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let handler = town.app.staff("handler", "handler", "commerce");
        let other = town.app.staff("other", "handler", "civil_affairs");
        let list = town.app.get("/pairings").session(&handler).send().expect(200).text();
        assert!(list.contains("导入结对活动"), "{list}");
        assert_eq!(town.app.get("/pairings/import").session(&handler).send().status, 403);
        assert_eq!(town.app.get("/pairings/activity/import").session(&supervisor).send().status, 403);
        let unit = town.app.unit("commerce").name;
        let rows = format!("结对共建,日期,形式,做了什么\n{unit}—甲协会党支部,2025-03-01,走访,走访三家企业");
        let out = sent(&town, &other, "/pairings/activity", "活动.csv", &rows);
        let place = out.expect(303).header("location").to_owned();
        let said = town.app.get(&place).session(&other).send().expect(200).text();
        assert!(said.contains("1 行不能导入"), "out of reach: {said}");
        let page = brought(&town, &handler, "/pairings/activity", "活动.csv", &rows);
        let said = town.app.get(&page).session(&handler).send().expect(200).text();
        assert!(said.contains("新增 1 条") && said.contains("2025年3月1日"), "{said}");
        let told = town.app.get("/pairings/activity/export.csv").session(&supervisor).send().expect(200).text();
        assert!(told.contains("走访三家企业"), "{told}");
        // Whoever may void them all sees it and takes it back; another unit does not know of it.
        assert_eq!(town.app.get(&page).session(&other).send().status, 404);
        let recent = town.app.get("/pairings/import").session(&supervisor).send().expect(200).text();
        assert!(recent.contains("最近的导入") && recent.contains("活动.csv"), "{recent}");
        let batch = page.split("batch=").nth(1).unwrap().split('&').next().unwrap();
        let undo = |who: &Person| town.app.post("/pairings/activity/import/undo").session(who).form(&[("batch", batch)]).send();
        assert_eq!(undo(&other).status, 404);
        let id = huitong_kernel::Id::parse(batch).unwrap();
        let refused = registers::undo(&town.app.city, &town.app.person(&other.account).actor, &id).unwrap_err();
        assert_eq!(refused.kind(), huitong_kernel::error::Kind::Missing);
        undo(&supervisor).expect(303);
        let said = town.app.get(&page).session(&handler).send().expect(200).text();
        assert!(said.contains("已撤销，撤回了 1 行") && said.contains("已撤回"), "{said}");
    }

    fn every_row_is_told_by_its_number_in_the_file(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        town.lines("party-orgs", &BRANCHES[..2]);
        // A cell of two lines and an empty line count as a spreadsheet counts them.
        let rows = format!("{}\n{}\n\n{}\n没有协会的,单独组建,\"锦宁市\n没有的协会\",social_work,2023-01-01,9\n{}\n",
            BRANCHES[0], BRANCHES[1], BRANCHES[2].replace(",12", ",13"), "丁党支部,单独组建,没有的协会,social_work,2023-01-01,9");
        let place = sent(&town, &supervisor, "/party-orgs", "党组织.csv", &rows).expect(303).header("location").to_owned();
        let table = |address: &str| {
            let said = town.app.get(address).session(&supervisor).send().expect(200).text().to_owned();
            let rows = said.split("<tbody").nth(1).unwrap().split("</tbody>").next().unwrap().to_owned();
            rows.split("<tr").skip(1).map(|row| {
                let cells = row.split("<td").skip(1).map(|cell| {
                    let inner = cell.split_once('>').unwrap().1;
                    let mut text = String::new();
                    let mut inside = true;
                    for c in inner.chars() {
                        match c { '<' => inside = false, '>' => inside = true, c if inside => text.push(c), _ => {} }
                    }
                    text.trim().to_owned()
                });
                cells.collect::<Vec<_>>().join("|")
            }).collect::<Vec<_>>()
        };
        let wrong = table(&place);
        assert!(wrong.len() == 2 && wrong[0].starts_with("5|没有协会的|不能导入|") && wrong[1].starts_with("6|丁党支部|"), "{wrong:?}");
        assert_eq!(table(&format!("{place}&part=new")), ["4|联合党支部|将新增|"]);
        let page = brought(&town, &supervisor, "/party-orgs", "党组织.csv", &rows);
        assert_eq!(table(&page), ["4|联合党支部|已新增|"]);
        assert_eq!(table(&format!("{page}&part=unchanged")), ["2|甲协会党支部|已有，不变|"]);
        assert!(table(&format!("{page}&part=rejected"))[1].contains("没有名为“没有的协会”的协会"));
        let recent = town.app.get("/party-orgs/import").session(&supervisor).send().expect(200).text();
        assert!(recent.contains("新增 1 条，1 条已有、不变，2 行没有导入"), "{recent}");
    }

    fn an_entry_tells_that_a_file_changed_it_and_was_taken_back(db) {
        let town = Town::new(db);
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        town.lines("party-orgs", &BRANCHES[..2]);
        let rows = BRANCHES[..2].join("\n").replace(",9", ",11");
        let page = brought(&town, &supervisor, "/party-orgs", "党员人数.csv", &rows);
        let batch = page.split("batch=").nth(1).unwrap().split('&').next().unwrap();
        town.app.post("/party-orgs/import/undo").session(&supervisor).form(&[("batch", batch)]).send().expect(303);
        let id: String = town.app.read(|tx| tx.one("SELECT id FROM entries", &[])).unwrap().get("id").unwrap();
        let said = town.app.get(&format!("/party-orgs/{id}")).session(&supervisor).send().expect(200).text();
        assert!(said.contains("（导入：党员人数.csv）"), "{said}");
        assert!(said.contains("撤销导入（党员人数.csv），恢复导入以前的内容"), "{said}");
    }
}
