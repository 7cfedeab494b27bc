//! What bad input meets: words at the field, nothing kept that was refused, nothing typed lost, and never a fault of ours.

use huitong_features::growth::appeals;
use huitong_kernel::Db;
use huitong_testkit::db_test;
use huitong_testkit::door::{Answer, File};
use serde_json::{Value as Json, json};

use crate::cast::{Cast, told};

/// The messages of a refused body, field by field.
pub fn findings(answer: &Answer) -> Vec<(String, String)> {
    answer.expect(422);
    let said = answer.json();
    let text = |error: &Json, key: &str| error[key].as_str().unwrap().to_owned();
    said["errors"].as_array().unwrap().iter().map(|e| (text(e, "field"), text(e, "message"))).collect()
}

pub fn post(cast: &Cast, body: &Json) -> Answer {
    cast.app.post("/api/v1/appeals").json(body).send()
}

fn cases(cast: &Cast) -> i64 {
    cast.count("SELECT COUNT(*) FROM appeals WHERE id <> $1", "")
}

db_test! {
    fn long_texts_are_refused_in_words(db) {
        let cast = Cast::new(db);
        let long = "长".repeat(50_000);
        let found = findings(&post(&cast, &Cast::appeal(&json!({"text": long}))));
        assert_eq!(found.len(), 1);
        assert!(found[0].0 == "text" && found[0].1.contains("5000"), "{found:?}");
        let found = findings(&post(&cast, &Cast::appeal(&json!({"title": long, "contact_name": long}))));
        assert_eq!(found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(), ["title", "contact_name"]);
        let whole = "长".repeat(5_000);
        assert_eq!(post(&cast, &Cast::appeal(&json!({"text": whole}))).status, 201, "what fits is taken");

        let huge = post(&cast, &Cast::appeal(&json!({"text": "长".repeat(700_000)})));
        huge.expect(413);
        assert!(huge.json()["detail"].as_str().unwrap().contains("没有保存"));
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let page = cast.app.post(&format!("/appeals/{}/note", told.id)).session(&cast.handler).form(&[("text", &long)]).send();
        page.expect(422);
        assert!(page.text().contains(&long), "what was typed is still there");
        assert_eq!(cast.app.post("/appeals/new").form(&[("text", &long)]).send().status, 422);
    }

    fn what_says_nothing_is_no_answer(db) {
        let cast = Cast::new(db);
        for unseen in ['\u{2800}', '\u{ad}', '\u{200d}', '\u{3164}', '\u{fe0f}', '\u{115f}', '\u{ffa0}', '\u{2060}', '\u{e0041}', '\u{34f}', '\u{3000}'] {
            let said = unseen.to_string().repeat(12);
            let found = findings(&post(&cast, &Cast::appeal(&json!({"title": said, "text": said, "contact_name": said}))));
            let fields: Vec<&str> = found.iter().map(|f| f.0.as_str()).collect();
            assert_eq!(fields, ["title", "text", "contact_name"], "{unseen:?} {found:?}");
        }
        for marks in ["……。。。！？——", "👍👍👍👍👍👍👍👍👍👍👍👍", "************"] {
            let found = findings(&post(&cast, &Cast::appeal(&json!({"title": marks, "text": marks, "contact_name": marks}))));
            assert_eq!(found.len(), 3, "{marks} {found:?}");
            assert!(found[0].1.contains("标点和符号不算"), "{found:?}");
        }
    }

    fn odd_characters_are_kept_and_what_nobody_sees_is_left_out(db) {
        let cast = Cast::new(db);
        let odd = "<script>alert(1)</script> & \"引号\" '单' 😀👩‍🏭 ﷽ 𠮷野家 e\u{301} ﬁ\u{3000}全角ＡＢＣ";
        let told = told(&post(&cast, &Cast::appeal(&json!({"text": odd, "title": "😀 请求协助招工 <b>"}))));
        let seen = cast.seen(&cast.intake, &told.id);
        assert_eq!((&seen["text"], &seen["title"]), (&json!(odd), &json!("😀 请求协助招工 <b>")));
        for page in [format!("/appeals/{}", told.id), String::from("/appeals")] {
            let page = cast.app.get(&page).session(&cast.intake).send();
            assert!(!page.expect(200).text().contains("<script>alert") && !page.text().contains("招工 <b>"));
        }
        for (bad, name) in [("\u{0}", "空字符"), ("\u{7}", "响铃"), ("\u{1b}[31m", "转义"), ("\u{202e}", "反向"), ("\u{2066}", "隔离"), ("\u{9f}", "控制")] {
            let typed = format!("请求协助招工{bad}用工缺口约三百人");
            let told = self::told(&post(&cast, &Cast::appeal(&json!({"title": typed, "text": typed}))));
            let seen = cast.seen(&cast.intake, &told.id);
            let plain = typed.replace(|c: char| bad.starts_with(c), "");
            assert_eq!((&seen["text"], &seen["title"]), (&json!(plain), &json!(plain)), "{name}");
        }
        assert_eq!(cases(&cast), 7);
        let page = cast.app.post("/appeals/new").form(&[("title", "请求\u{0}协助招工")]).send();
        assert!(page.expect(422).text().contains("请求协助招工"), "a sign that nobody sees loses nothing that was typed");
    }

    fn bodies_that_cannot_be_read_are_refused_in_words(db) {
        let cast = Cast::new(db);
        let send = |kind: &str, body: &[u8]| cast.app.post("/api/v1/appeals").body(kind, body).send();
        let json = "application/json";
        for body in [&b""[..], b"{", b"hello", b"[1,2]", b"\"text\"", b"null", b"{\"a\":1,}", b"\xff\xfe{}", b"{\"title\":\"\xff\xfe\"}", b"{\"title\": NaN}"] {
            let answer = send(json, body);
            assert_eq!(answer.status, 400, "{}: {}", String::from_utf8_lossy(body), answer.text());
            assert!(!answer.json()["detail"].as_str().unwrap().is_empty());
        }
        let deep = format!("{{\"title\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(send(json, deep.as_bytes()).status, 400);
        for kind in ["text/plain", "application/xml", "application/octet-stream"] {
            assert_eq!(send(kind, b"{}").status, 415, "{kind}");
        }
        assert_eq!(cast.app.post("/api/v1/appeals").send().status, 422, "nothing at all lacks every field");
        for body in [&b"title=%FF%FE"[..], b"title=%00", b"%=%", b"title=\xff"] {
            let status = send("application/x-www-form-urlencoded", body).status;
            assert_eq!(status, 415, "programs send no forms of pages: {}", String::from_utf8_lossy(body));
        }
        for (kind, body) in [
            ("multipart/form-data", "--b\r\n"),
            ("multipart/form-data; boundary=b", "no boundary here"),
            ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nhalf"),
        ] {
            assert_eq!(send(kind, body.as_bytes()).status, 400, "{body}");
        }
        assert_eq!(cases(&cast), 0);
    }

    fn wrong_types_and_unknown_names_are_named(db) {
        let cast = Cast::new(db);
        let at = |more: &Json| findings(&post(&cast, &Cast::appeal(more))).into_iter().map(|f| f.0).collect::<Vec<_>>();
        assert_eq!(at(&json!({"title": {"a": 1}})), ["title"]);
        assert_eq!(at(&json!({"colour": "red", "kind": "求助 "})), ["colour"]);
        assert_eq!(at(&json!({"kind": "抱怨"})), ["kind"]);
        assert_eq!(at(&json!({"kind": 3})), ["kind"]);
        assert_eq!(at(&json!({"disclosure": "secret"})), ["disclosure"]);
        assert_eq!(at(&json!({"contact_phone": "12345"})), ["contact_phone"]);
        assert_eq!(at(&json!({"category": "99-9"})), ["category"]);
        assert_eq!(at(&json!({"company_code": "91519900MA9002535G"})), ["company_code"]);
        assert_eq!(at(&json!({"company_name": "锦宁甲有限公司", "company_code": "91519900MA9002535G"})), ["company_code"]);
        assert_eq!(at(&json!({"association": "没有这家协会"})), ["association"]);
        assert_eq!(at(&json!({"kind": "投诉", "about": "人力资源"})), ["about"], "which one is meant?");
        assert_eq!(at(&json!({"kind": "投诉", "about": "asc_01jpc3z7h0e8rbk0c1v9w2x3y4"})), ["about"]);
        let none: Vec<_> = findings(&post(&cast, &json!({}))).into_iter().map(|f| f.0).collect();
        assert_eq!(none, ["kind", "title", "text", "contact_name", "contact_phone"]);
        assert_eq!(cases(&cast), 0);
    }

    fn files_are_what_they_say_or_are_not_taken(db) {
        let cast = Cast::new(db);
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &[0; 40]].concat();
        let body = Cast::appeal(&json!({}));
        let fields: Vec<(&str, &str)> = body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        let send = |name: &str, bytes: &[u8]| {
            let file = File { field: "files", name, bytes };
            cast.app.post("/api/v1/appeals").multipart(&fields, &[file]).send()
        };
        for (name, bytes, word) in [
            ("照片.pdf", png.as_slice(), "PNG"),
            ("程序.png", b"MZ\x90\0\x03\0\0\0", "类型"),
            ("空.txt", b"", "空文件"),
            ("页.html", b"\x00<html>", "类型"),
            ("压缩.docx", b"PK\x03\x04broken", "压缩"),
            ("涉密.txt", "标题\n机密★一年".as_bytes(), "转线下办理"),
            ("机密★.txt", b"plain", "转线下办理"),
        ] {
            let found = findings(&send(name, bytes));
            assert!(found.iter().any(|(at, said)| at == "files" && said.contains(word)), "{name}: {found:?}");
        }
        assert_eq!((cases(&cast), cast.count("SELECT COUNT(*) FROM attachments WHERE id <> $1", "")), (0, 0));
        assert_eq!(send("照片.png", &png).status, 201);
        let html = send("页面.txt", b"<script>alert(1)</script>");
        let id = told(&html).id;
        let file = cast.seen(&cast.intake, &id)["files"][0]["id"].as_str().unwrap().to_owned();
        let read = cast.app.get(&format!("/attachments/{file}")).session(&cast.intake).send();
        read.expect(200);
        assert!(read.header("content-disposition").starts_with("attachment"), "a file is saved, never run");
        assert_eq!(read.header("x-content-type-options"), "nosniff");
    }

    fn a_late_page_shows_the_difference_and_what_was_typed(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let path = format!("/appeals/{}/reply", told.id);
        let page = cast.app.get(&path).session(&cast.handler).send();
        let (version, token) = (page.hidden("version"), page.hidden("submit_token"));
        cast.does(&cast.colleague, &told.id, "note", &json!({"text": "同事先记了一笔"}));
        let typed = "您反映的用工缺口已核实，专场招聘会定于下周举行。这些字不能丢。";
        let send = |version: &str, token: &str| {
            let fields = [("version", version), ("submit_token", token), ("outcome", "solved"), ("text", typed)];
            cast.app.post(&path).session(&cast.handler).form(&fields).send()
        };
        let late = send(&version, &token);
        late.expect(409);
        assert!(late.text().contains(typed) && late.text().contains("在您打开以后有变化"), "{}", late.text());
        let newer = late.hidden("version");
        assert_ne!(newer, version);
        assert_eq!(send(&newer, &late.hidden("submit_token")).status, 303);
        // The page sent twice acts once.
        let again = send(&newer, &late.hidden("submit_token"));
        assert_eq!(again.status, 303, "{}", again.text());
        assert_eq!(cast.count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND act = 'reply'", &told.id), 1);
    }

    fn a_reply_with_blanks_of_its_template_is_not_sent(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let pack = cast.app.city.pack();
        let template = appeals::policy::of(&pack).templates.iter().find(|t| t.text.contains('【')).unwrap();
        let refused = cast.tries(&cast.handler, &told.id, "reply", &json!({"outcome": "solved", "text": template.text}));
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("还没有改写"), "{}", refused.text());
        // Brackets of one's own are no blanks.
        let text = "关于【2025】第 3 号文的问题，现答复如下：专场招聘会定于下周举行。";
        cast.does(&cast.handler, &told.id, "reply", &json!({"outcome": "solved", "text": text}));
    }

    fn programs_are_told_what_they_need(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept"]);
        // Somebody was faster: the version at which the case stands now.
        let late = cast.tries(&cast.intake, &told.id, "accept", &json!({}));
        assert_eq!((late.status, &late.json()["version"]), (409, &cast.seen(&cast.intake, &told.id)["version"]));
        // A key that cannot be read must not pass as none.
        for key in ["键", "  ", "a b"] {
            let ask = cast.app.post("/api/v1/appeals").header("idempotency-key", key);
            assert_eq!(ask.json(&Cast::appeal(&json!({}))).send().status, 400, "{key:?}");
        }
        assert_eq!(cases(&cast), 1);
        // A handler by account in either field, or by name.
        cast.walk(&told.id, &["classify", "dispatch", "sign"]);
        let account = cast.colleague.account.id.to_string();
        for body in [json!({"handler": account}), json!({"handler_id": account}), json!({"handler": cast.colleague.account.name})] {
            cast.does(&cast.leader, &told.id, "assign", &body);
            assert_eq!(cast.seen(&cast.leader, &told.id)["handler_name"], cast.colleague.account.name.as_str());
        }
        let other = json!({"handler": cast.next_handler.account.id});
        assert_eq!(cast.tries(&cast.leader, &told.id, "assign", &other).status, 422);
    }

    fn a_form_sent_twice_registers_one_case(db) {
        let cast = Cast::new(db);
        let page = cast.app.get("/appeals/register").session(&cast.intake).send();
        let token = page.expect(200).hidden("submit_token");
        let body = Cast::appeal(&json!({"source": "hotline", "source_number": "SZ-1"}));
        let mut fields: Vec<(&str, &str)> = body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        fields.push(("submit_token", &token));
        let send = || cast.app.post("/appeals/register").session(&cast.intake).form(&fields).send();
        let (first, second) = (send(), send());
        let receipt = |answer: &Answer| {
            let text = answer.expect(200).text();
            text.split("receipt-keys").nth(1).unwrap().split("</dl>").next().unwrap().to_owned()
        };
        assert_eq!((receipt(&first), cases(&cast)), (receipt(&second), 1));
        assert!(first.text().contains("诉求提交回执") && first.text().contains("交给诉求人"));
        // Another page, the same number of the source: refused at its field, and all that was typed is there.
        fields.pop();
        let refused = cast.app.post("/appeals/register").session(&cast.intake).form(&fields).send();
        refused.expect(422);
        assert!(refused.text().contains("SZ-1") && refused.text().contains("会员企业用工缺口约三百人"));
        assert_eq!(cases(&cast), 1);
    }
}

fn addresses_methods_and_parameters_that_make_no_sense(db: &Db) {
    let cast = Cast::new(db);
    let status = |method: &str, path: &str| cast.app.ask(method, path).token(&cast.supervisor).send().status;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let answer = cast.app.ask(method, "/api/v1/appeals").send();
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"), "{method}");
        assert_eq!(status(method, "/no/such/place"), 404);
    }
    assert_eq!(status("POST", "/api/v1/journal"), 405);
    assert_eq!(cast.app.get("/api/v1/track/x/judge").send().header("allow"), "POST");
    assert_eq!(cast.app.ask("HEAD", "/api/v1/appeals").token(&cast.supervisor).send().body.len(), 0);
    for path in [
        "/appeals/",
        "/api/v1/appeals/apl_",
        "/api/v1/appeals/unt_0",
        "/api/v1/appeals/..%2f..%2fetc",
        "/api/v1/appeals/%E4%B8%AD",
        "/attachments/../../etc/passwd",
        "/attachments/%00",
        "/assets/none.css",
        "/api/v1/track/%F0%9F%98%80?code=x",
        "/api/v1/track/SQ20250314000000000?code=",
    ] {
        assert!([404, 400].contains(&status("GET", path)), "{path}: {}", status("GET", path));
    }
    let long = format!("/api/v1/appeals/{}", "a".repeat(20_000));
    assert_eq!(status("GET", &long), 404);
    for query in [
        "page=0",
        "page=-1",
        "page=1e9",
        "page=99999",
        "page_size=0",
        "page_size=101",
        "page_size=x",
        "sort=title",
        "since=gestern",
        "queue=none",
        "next=broken",
        "state=%00",
        "colour=red",
        "q=%FF",
    ] {
        let answer = cast.app.get(&format!("/api/v1/appeals?{query}")).token(&cast.supervisor).send();
        assert!([200, 400, 422].contains(&answer.status), "{query}: {} {}", answer.status, answer.text());
        let page = cast.app.get(&format!("/appeals?{query}")).session(&cast.supervisor).send();
        assert!([200, 400, 404, 422].contains(&page.status), "{query}: {} {}", page.status, page.text());
    }
    for key in ["", " ", "中文", &"k".repeat(201), "a b"] {
        let answer = cast.app.post("/api/v1/appeals").header("idempotency-key", key).json(&json!({})).send();
        assert!([400, 422].contains(&answer.status), "{key:?}: {}", answer.status);
    }
    for line in ["Bearer", "Bearer ", "Basic YTpi", "Bearer ht_0000", "bearer\tx"] {
        let answer = cast.app.get("/api/v1/appeals").header("authorization", line).send();
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{line:?}");
    }
}

/// Whatever is sent wherever by whomever: an answer in words, and never a fault of ours.
fn junk_is_nobodys_internal_error(db: &Db) {
    let cast = Cast::new(db);
    let case = cast.submit(&json!({}));
    let junk: Vec<(&str, Vec<u8>)> = vec![
        (
            "application/json",
            b"{\"version\":{},\"text\":[[]],\"title\":[\"a\",\"b\"],\"kind\":true}".to_vec(),
        ),
        (
            "application/json",
            b"{\"version\":\"-9223372036854775809\",\"unit\":\"apl_x\",\"handler\":\"\"}".to_vec(),
        ),
        ("application/json", vec![0; 4096]),
        ("application/x-www-form-urlencoded", b"version=&version=1&text=%F0%28%8C%28&a=&&&=".to_vec()),
        (
            "application/x-www-form-urlencoded",
            format!("login={}&password=%00&next=//evil", "x".repeat(9000)).into_bytes(),
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n\r\nx\r\n--b--"
                .to_vec(),
        ),
        ("", b"\xff\xfe\xfd".to_vec()),
    ];
    let people = [None, Some(&cast.secretary), Some(&cast.intake), Some(&cast.handler), Some(&cast.leader)];
    let mut wrong = Vec::new();
    for route in cast.app.city.policy().routes.all() {
        let path =
            route.path.replace("{id}", &case.id).replace("{number}", &case.number).replace("{secret}", "x");
        for person in people {
            let ask = |method: &str, path: &str| {
                let ask = cast.app.ask(method, path);
                match person {
                    Some(person) if path.starts_with("/api/") => ask.token(person),
                    Some(person) if path != "/logout" => ask.session(person),
                    _ => ask,
                }
            };
            let mut answers = Vec::new();
            if route.method == huitong_kernel::http::Method::Get {
                answers.push(
                    ask(
                        "GET",
                        &format!("{path}?page=-1&sort=%00&q={}&on=x&queue=%FF", "%E4%B8%AD".repeat(500)),
                    )
                    .send(),
                );
                answers.push(ask("GET", &format!("{path}?q=%25_%5C'--&next=apl_&after=x&association=%27&duty=%22&subject=%27&tab=z&page=9999999999999999999")).send());
            } else {
                answers.extend(
                    junk.iter().map(|(kind, body)| ask("POST", &path).body(kind, body.clone()).send()),
                );
                answers.push(
                    ask("POST", &path)
                        .form(&[("version", "x"), ("text", "\u{1}"), ("until", "2025-02-30"), ("id", "'")])
                        .send(),
                );
            }
            for answer in answers.iter().filter(|a| a.status >= 500) {
                let who = person.map_or("public", |p| p.account.login.as_str());
                wrong.push(format!(
                    "{} {} for {who}: {} {}",
                    route.method.as_str(),
                    route.path,
                    answer.status,
                    answer.text()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{:#?}", wrong.len(), &wrong[..wrong.len().min(10)]);
}

db_test! {
    fn addresses(db) {
        addresses_methods_and_parameters_that_make_no_sense(db);
    }

    fn junk(db) {
        junk_is_nobodys_internal_error(db);
    }
}
