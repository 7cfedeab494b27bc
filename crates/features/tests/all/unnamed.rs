//! Who is to stay unnamed is named nowhere: not by number and code, not by a download, not by a search of the journal.

use std::collections::BTreeSet;

use huitong_features::base::identity::Office;
use huitong_kernel::http::Settings;
use huitong_testkit::app::TestApp;
use huitong_testkit::db::{TestDb, open_postgres, open_sqlite};
use huitong_testkit::db_test;
use huitong_testkit::door::{File, Person};
use serde_json::{Value as Json, json};

use crate::cast::{Cast, Told, told};

const ANSWERED: [&str; 7] = ["accept", "classify", "dispatch", "sign", "reply", "approve", "send"];

/// Somebody of another association, with words that stand nowhere else.
fn visitor(cast: &Cast) -> Person {
    let association = cast.app.association("锦宁市丁行业协会", 4);
    let office = Office::association(association.id.as_str(), &association.name);
    cast.app.somebody("visitor-by-code", "纪霜明", "association_secretary", &office)
}

/// Everything by which somebody could be known.
fn traces(person: &Person) -> [String; 5] {
    let account = &person.account;
    let (id, login, name) = (account.id.to_string(), account.login.clone(), account.name.clone());
    [id, login, name, person.office.id.clone(), person.office.name.clone()]
}

/// Rows that are new or changed since `before` and say who it was. That a browser is signed in is kept under the account
/// without a word of the case, and forgotten.
fn left(cast: &Cast, before: &BTreeSet<(String, String)>, person: &Person) -> Vec<(String, String)> {
    cast.app.settle();
    let now = cast.app.kept();
    let new = now.difference(before).filter(|(table, _)| !["sessions", "tokens"].contains(&table.as_str()));
    let traces = traces(person);
    new.filter(|(_, row)| traces.iter().any(|trace| row.contains(trace))).cloned().collect()
}

/// Whoever reads the case or the journal, on pages and through the interface; answers where a trace stands.
fn read_by_all(cast: &Cast, told: &Told, person: &Person) -> Vec<String> {
    let entries = cast
        .app
        .get(&format!("/api/v1/journal?page_size=100&subject={}", told.number))
        .token(&cast.auditor)
        .send();
    let entries = entries.expect(200).json()["items"].as_array().unwrap().clone();
    let mut addresses = vec![
        format!("/api/v1/appeals/{}", told.id),
        format!("/appeals/{}", told.id),
        String::from("/api/v1/appeals?page_size=100"),
        String::from("/appeals"),
        String::from("/desk"),
        String::from("/notices"),
        format!("/admin/journal?subject={}", told.number),
        format!("/api/v1/journal?page_size=100&subject={}", told.number),
    ];
    addresses.extend(entries.iter().map(|entry| format!("/admin/journal/{}", entry["id"].as_str().unwrap())));
    let mut found = Vec::new();
    for reader in [&cast.intake, &cast.handler, &cast.leader, &cast.supervisor, &cast.auditor] {
        for address in &addresses {
            let ask = cast.app.get(address);
            let ask = if address.starts_with("/api") { ask.token(reader) } else { ask.session(reader) };
            let said = ask.send().everything();
            let traces = traces(person);
            found.extend(
                traces
                    .iter()
                    .filter(|t| said.contains(*t))
                    .map(|t| format!("{} reads {t} at {address}", reader.account.login)),
            );
        }
    }
    let public = cast.tracked(told).to_string();
    found.extend(
        traces(person).iter().filter(|t| public.contains(*t)).map(|t| format!("the public reads {t}")),
    );
    found
}

/// The complainant's act by number and code, in a browser or by a program in which somebody is signed in.
fn acts_by_code(cast: &Cast, told: &Told, act: &str, page: bool, person: &Person) {
    cast.app.later(1_000);
    let said = if act == "judge" {
        vec![("solved", "yes"), ("satisfied", "yes"), ("comment", "谢谢")]
    } else {
        vec![]
    };
    if page {
        let keys = [("number", told.number.as_str()), ("code", told.code.as_str())];
        let fields: Vec<_> = said.into_iter().chain(keys).collect();
        cast.app.post(&format!("/track/{act}")).session(person).form(&fields).send().expect(200);
    } else {
        let body: serde_json::Map<_, _> = said.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect();
        let ask = cast.app.post(&format!("/api/v1/track/{}/{act}", told.number)).token(person);
        ask.header("x-tracking-code", &told.code).json(&Json::from(body)).send().expect(200);
    }
}

/// Brings a case in with a file, as the association.
fn with_file(cast: &Cast, more: &Json) -> (Told, String) {
    let body = Cast::appeal(more);
    let fields: Vec<_> =
        body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
    let file = File { field: "files", name: "情况说明.txt", bytes: "随附的内容".as_bytes() };
    let told = told(
        cast.app
            .post("/api/v1/appeals")
            .token(&cast.secretary)
            .multipart(&fields, &[file])
            .send()
            .expect(201),
    );
    let sql = "SELECT id FROM attachments WHERE subject = $1";
    let row = cast.app.read(|tx| tx.one(sql, huitong_kernel::args![told.id.as_str()]));
    (told, row.unwrap().get("id").unwrap())
}

fn journal(cast: &Cast, reader: &Person, query: &str) -> Json {
    cast.app.get(&format!("/api/v1/journal?page_size=100&{query}")).token(reader).send().expect(200).json()
}

db_test! {
    fn whoever_comes_by_number_and_code_is_nobody_even_when_signed_in(db) {
        let cast = Cast::new(db);
        let visitor = visitor(&cast);
        for (disclosure, act) in [("named", "judge"), ("confidential", "judge"), ("named", "withdraw"), ("confidential", "withdraw"), ("anonymous", "withdraw")] {
            for page in [true, false] {
                let mut more = json!({"disclosure": disclosure});
                if disclosure == "anonymous" {
                    more["contact_name"] = json!("");
                    more["contact_phone"] = json!("");
                }
                let told = cast.submit(&more);
                if act == "judge" {
                    cast.walk(&told.id, &ANSWERED);
                }
                cast.app.get("/me").session(&visitor).send().expect(200);
                cast.app.settle();
                let before = cast.app.kept();
                acts_by_code(&cast, &told, act, page, &visitor);
                let left = left(&cast, &before, &visitor);
                assert!(left.is_empty(), "{act} of a {disclosure} case (page: {page}) leaves {left:#?}");
                let steps = "SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND actor = 'complainant' AND act IN ('judge', 'withdraw')";
                assert_eq!(cast.count(steps, &told.id), 1);
                let read = read_by_all(&cast, &told, &visitor);
                assert!(read.is_empty(), "{act} of a {disclosure} case (page: {page}): {read:#?}");
            }
        }
    }

    fn by_number_and_code_not_even_the_own_account_is_named(db) {
        let cast = Cast::new(db);
        for disclosure in ["named", "confidential"] {
            let told = cast.submit_signed_in(&json!({"disclosure": disclosure}));
            cast.walk(&told.id, &ANSWERED);
            cast.app.get("/me").session(&cast.secretary).send().expect(200);
            cast.app.settle();
            let before = cast.app.kept();
            acts_by_code(&cast, &told, "judge", true, &cast.secretary);
            let mut left = left(&cast, &before, &cast.secretary);
            // The case itself keeps whose it is.
            left.retain(|(table, _)| table != "appeals");
            assert!(left.is_empty(), "a {disclosure} case: {left:#?}");
        }
    }

    fn a_download_of_a_confidential_case_leaves_no_account(db) {
        let cast = Cast::new(db);
        for (disclosure, address) in [("confidential", "/attachments"), ("confidential", "/track/files"), ("named", "/track/files")] {
            let (told, file) = with_file(&cast, &json!({"disclosure": disclosure}));
            cast.app.get("/me").session(&cast.secretary).send().expect(200);
            cast.app.settle();
            let before = cast.app.kept();
            let path = format!("{address}/{file}");
            let got = if address == "/attachments" {
                cast.app.get(&path).token(&cast.secretary).send().expect(200);
                cast.app.get(&path).session(&cast.secretary).send()
            } else {
                let keys = [("number", told.number.as_str()), ("code", told.code.as_str())];
                cast.app.post(&path).session(&cast.secretary).form(&keys).send()
            };
            assert_eq!(got.expect(200).text(), "随附的内容");
            let left = left(&cast, &before, &cast.secretary);
            assert!(left.is_empty(), "{disclosure} at {address}: {left:#?}");
            let reads = journal(&cast, &cast.auditor, &format!("act=attachment.read&subject={file}"));
            let wanted = if address == "/attachments" { 2 } else { 1 };
            assert_eq!(reads["total"], wanted, "each reading is recorded all the same");
            assert!(reads["items"].as_array().unwrap().iter().all(|e| e["actor"] == "complainant" && e["office"] == ""));
        }
    }

    fn who_is_complained_of_does_not_find_who_complains_in_the_journal(db) {
        let cast = Cast::new(db);
        let elsewhere = cast.app.staff("auditor-elsewhere", "auditor", "commerce");
        let science = cast.app.unit("science");
        let (told, file) = with_file(&cast, &json!({"kind": "投诉", "about": science.name}));
        let (other, _) = with_file(&cast, &json!({}));
        cast.walk(&told.id, &ANSWERED);
        let judged = cast.tries(&cast.secretary, &told.id, "judge", &json!({"solved": "yes", "satisfied": "yes"}));
        judged.expect(200);
        cast.app.get(&format!("/attachments/{file}")).token(&cast.secretary).send().expect(200);
        cast.app.settle();
        let (login, id) = (&cast.secretary.account.login, cast.secretary.account.id.as_str());
        // Submitted, judged, read a file: three entries that one auditor finds by the account, and the other does not.
        for actor in [login.as_str(), id] {
            let all = journal(&cast, &elsewhere, &format!("actor={actor}"));
            let some = journal(&cast, &cast.auditor, &format!("actor={actor}"));
            let total = |found: &Json| found["total"].as_i64().unwrap();
            assert_eq!((total(&all), total(&some)), (4, 1), "by {actor}: {some}");
            assert_eq!(some["items"].as_array().unwrap().len(), 1);
            assert_eq!(some["items"][0]["subject"], other.id.as_str());
            for subject in [told.number.as_str(), told.id.as_str(), file.as_str()] {
                let query = format!("actor={actor}&subject={subject}");
                let found = journal(&cast, &cast.auditor, &query);
                assert_eq!((total(&found), found["items"].as_array().unwrap().len()), (0, 0), "{query}");
                assert!(total(&journal(&cast, &elsewhere, &query)) > 0, "{query}");
                let page = cast.app.get(&format!("/admin/journal?{query}")).session(&cast.auditor).send().expect(200).text();
                assert!(!page.contains("data-label=\"行为\""), "{query}");
            }
            let page = cast.app.get(&format!("/admin/journal?actor={actor}")).session(&cast.auditor).send().expect(200).text();
            assert!(page.contains(&other.number) && !page.contains(&told.number) && !page.contains(&file));
            assert!(page.contains("共 1 条"));
        }
        // Without the filter the entries are there, and veiled: in the list, on the page of each, and of the file.
        let name = &cast.secretary.account.name;
        for subject in [&told.number, &file] {
            let veiled = journal(&cast, &cast.auditor, &format!("subject={subject}"));
            let entries = veiled["items"].as_array().unwrap();
            assert!(!entries.is_empty());
            for trace in [login.as_str(), id, name, cast.association.id.as_str(), &cast.association.name] {
                assert!(!veiled.to_string().contains(trace), "{trace} in the journal of {subject}");
                let mut pages = vec![format!("/admin/journal?subject={subject}")];
                pages.extend(entries.iter().map(|e| format!("/admin/journal/{}", e["id"].as_str().unwrap())));
                for page in pages {
                    let said = cast.app.get(&page).session(&cast.auditor).send().expect(200).text();
                    assert!(!said.contains(trace), "{trace} at {page}");
                }
            }
            let open = journal(&cast, &elsewhere, &format!("subject={subject}")).to_string();
            assert!(open.contains(id), "an auditor of another unit reads who it was");
        }
    }
}

/// Whether a text stands in any row, or (embedded) in any byte of the files: what was deleted is there for long.
fn stands(test: &TestDb, app: &TestApp, text: &str) -> bool {
    let rows = app.kept();
    let files =
        std::fs::read_dir(test.dir.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    rows.iter().any(|(_, row)| row.contains(text))
        || files.into_iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

fn nothing_technical_knows_more_than_the_case(test: &TestDb) {
    // The caller's address comes by a proxy that is believed, so that it is one that stands nowhere else.
    let proxies = vec![std::net::Ipv4Addr::LOCALHOST.into()];
    let app = TestApp::edged(&test.db, Settings { proxies, ..Settings::default() });
    let lead = [
        ("kind", "举报"),
        ("title", "反映会费收取不规范"),
        ("text", "该协会未按章程公布会费标准，向会员重复收取。"),
        ("disclosure", "anonymous"),
        ("submit_token", "00112233445566778899aabbccddeeff"),
    ];
    let sent = app.post("/appeals/done").header("x-forwarded-for", "203.0.113.77").form(&lead).send();
    assert!(sent.status < 400, "{}", sent.text());
    let page = sent.text();
    let (_, code) = page.split_once("查询码</dt><dd class=\"code\">").unwrap();
    let code = code.split('<').next().unwrap();
    let asked = Cast::appeal(&json!({"disclosure": "confidential"}));
    let ask = app
        .post("/api/v1/appeals")
        .header("x-forwarded-for", "203.0.113.77")
        .header("idempotency-key", "k-77");
    let confidential = told(ask.json(&asked).send().expect(201));
    let again = app
        .post("/api/v1/appeals")
        .header("x-forwarded-for", "203.0.113.77")
        .header("idempotency-key", "k-77");
    assert_eq!(told(again.json(&asked).send().expect(201)).code, confidential.code, "the key still answers");
    app.settle();
    assert!(stands(test, &app, &confidential.number), "what stands there is found");
    for (what, text) in [
        ("code", confidential.code.as_str()),
        ("code of whoever stays unnamed", code),
        ("key", "k-77"),
        ("token", "00112233445566778899aabbccddeeff"),
        ("address", "203.0.113.77"),
    ] {
        assert!(!stands(test, &app, text), "the {what} stands in the database");
    }
}

#[test]
fn nothing_technical_knows_more_than_the_case_in_files() {
    nothing_technical_knows_more_than_the_case(&open_sqlite());
}

#[test]
fn nothing_technical_knows_more_than_the_case_on_postgresql() {
    if let Some(test) = open_postgres() {
        nothing_technical_knows_more_than_the_case(&test);
    }
}
