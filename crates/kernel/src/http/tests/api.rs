//! What programs meet: problem documents, idempotency, limits, tokens, the OpenAPI document.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::city::{ACTED, Town, opinion};
use crate::city::Limits;
use crate::http::Settings;

#[test]
fn a_repeated_post_acts_once_and_answers_the_same() {
    let town = Town::new();
    let first = town.json("/api/v1/opinions", &["idempotency-key: k1"], &opinion("春季招工困难"));
    assert_eq!(first.status, 201, "{}", first.text());
    let second = town.json("/api/v1/opinions", &["idempotency-key: k1"], &opinion("春季招工困难"));
    assert_eq!((second.status, second.text()), (201, first.text()));
    assert_eq!(town.units(), 1);
    let other = town.json("/api/v1/opinions", &["idempotency-key: k1"], &opinion("另一件事情"));
    assert_eq!((other.status, other.json()["errors"][0]["field"].as_str()), (422, Some("Idempotency-Key")));
    let fresh = town.json("/api/v1/opinions", &["idempotency-key: k2"], &opinion("另一件事情"));
    assert_eq!((fresh.status, town.units()), (201, 2));
    assert!(ACTED.load(Ordering::SeqCst) >= 2);
    let long = "k".repeat(201);
    let refused =
        town.json("/api/v1/opinions", &[&format!("idempotency-key: {long}")], &opinion("第三件事情"));
    assert_eq!(refused.status, 400);
}

#[test]
fn a_page_of_somebody_else_acts_by_none_of_its_visitors() {
    let town = Town::new();
    let nth = std::cell::Cell::new(0);
    let send = |headers: &[&str]| {
        nth.set(nth.get() + 1);
        town.json("/api/v1/opinions", headers, &opinion(&format!("第 {} 次招工困难", nth.get()))).status
    };
    assert_eq!(send(&["sec-fetch-site: cross-site"]), 403);
    assert_eq!(send(&["origin: https://evil.example"]), 403);
    let form = town.ask(
        "POST",
        "/api/v1/opinions",
        &["content-type: application/x-www-form-urlencoded"],
        "kind=a&title=b",
    );
    assert_eq!(form.status, 415, "what a page can send without asking is no way in");
    assert_eq!(town.units(), 0);
    assert_eq!(send(&["sec-fetch-site: same-origin"]), 201);
    assert_eq!(send(&[]), 201, "a program says nothing of a page");
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let town = Town::new();
    let body = json!({"kind": "点赞", "titel": "春季招工困难", "text": "太短", "contact_phone": "x"});
    let answer = town.json("/api/v1/opinions", &[], &body);
    assert_eq!((answer.status, answer.header("content-type")), (422, "application/problem+json"));
    let problem = answer.json();
    assert_eq!((problem["status"].as_u64(), problem["code"].as_str()), (Some(422), Some("invalid")));
    let said: Vec<String> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| format!("{}: {}", e["field"], e["message"]))
        .collect();
    let said = said.join("\n");
    for part in
        ["\"kind\"", "咨询", "请填写“标题”", "“具体情况”不少于 10 个字，现在 2 个字", "titel", "“title”"]
    {
        assert!(said.contains(part), "{part} is missing in\n{said}");
    }
    assert_eq!(town.units(), 0);
}

#[test]
fn texts_that_must_not_be_taken_are_stopped() {
    let town = Town::new();
    let mut body = opinion("春季招工困难");
    body["text"] = json!("附上机密★文件的内容，请有关部门研究处理。");
    let answer = town.json("/api/v1/opinions", &[], &body);
    assert_eq!((answer.status, answer.json()["errors"][0]["field"].as_str()), (422, Some("text")));
    body["text"] = json!("字".repeat(50_000));
    let answer = town.json("/api/v1/opinions", &[], &body);
    assert!(answer.text().contains("不超过 5000 个字，现在 50000 个字"), "{}", answer.text());
    body["text"] = json!("附上机\u{202e}密\u{0}★文件的内容，请有关部门研究处理。");
    let answer = town.json("/api/v1/opinions", &[], &body);
    assert_eq!(
        answer.json()["errors"][0]["field"].as_str(),
        Some("text"),
        "what is not seen hides no marking"
    );
    assert_eq!(town.units(), 0);
}

#[test]
fn a_body_that_cannot_be_read_is_refused_with_words() {
    let town = Town::new();
    let post = |kind: &str, body: &'static str| {
        let answer = town.ask("POST", "/api/v1/opinions", &[&format!("content-type: {kind}")], body);
        (answer.status, answer.json()["detail"].as_str().unwrap().to_owned())
    };
    let (status, words) = post("application/json", "{\"kind\": ");
    assert!(status == 400 && words.contains("第 1 行"), "{words}");
    assert_eq!(post("application/json", "[1]").0, 400);
    assert_eq!(post("text/xml", "<a/>").0, 415);
    assert_eq!(post("multipart/form-data", "junk").0, 400);
    assert_eq!(post("application/x-www-form-urlencoded", "a=b").0, 415, "programs send no forms of pages");
    assert_eq!(post("application/json", "{\"kind\": {\"a\": 1}}").0, 422);
    let answer =
        town.ask("POST", "/api/v1/opinions", &["content-type: application/json"], vec![b' '; (1 << 20) + 1]);
    assert_eq!((answer.status, answer.json()["code"].as_str()), (413, Some("too_large")));
}

#[test]
fn hidden_and_absent_look_the_same() {
    let town = Town::new();
    let absent = town.get("/api/v1/nothing");
    let hidden = town.get("/api/v1/things/thg_00000000000000000000000000");
    let no_id = town.get("/api/v1/things/1");
    let shape = |mut problem: serde_json::Value| {
        problem["instance"] = json!("");
        problem
    };
    assert_eq!((absent.status, hidden.status, no_id.status), (404, 404, 404));
    assert_eq!(shape(absent.json()), shape(hidden.json()));
    assert_eq!(shape(absent.json()), shape(no_id.json()));
    assert_eq!(town.get("/api/v1/opinions/").status, 404);
}

#[test]
fn wrong_methods_name_the_right_ones() {
    let town = Town::new();
    let answer = town.ask("DELETE", "/api/v1/opinions", &[], "");
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    assert_eq!(town.get("/api/v1/opinions").status, 405);
    let head = town.ask("HEAD", "/who", &[], "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), town.get("/who").body.len().to_string());
}

#[test]
fn tokens_are_taken_at_their_word() {
    let town = Town::new();
    assert_eq!(town.get("/api/v1/accounts").status, 401);
    let bad =
        town.ask("GET", "/api/v1/accounts", &["authorization: Bearer bad", "cookie: ht_session=good"], "");
    assert_eq!((bad.status, bad.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(town.ask("GET", "/api/v1/accounts", &["authorization: Basic eDp5"], "").status, 401);
    let denied = town.ask("GET", "/api/v1/accounts", &["authorization: Bearer good"], "");
    assert_eq!(denied.status, 403, "{}", denied.text());
    let conflict = town.json("/api/v1/conflict", &["authorization: Bearer good"], &json!({}));
    assert_eq!((conflict.status, conflict.json()["version"].as_i64()), (409, Some(7)));
    assert_eq!(conflict.header("cache-control"), "no-store");
    let forged = town.json("/api/v1/conflict", &["cookie: ht_session=good"], &json!({}));
    assert_eq!(forged.status, 403);
    let token = crate::http::csrf::token("session-secret", b"saltsalt");
    let own = town.json(
        "/api/v1/conflict",
        &["cookie: ht_session=good", &format!("x-csrf-token: {token}")],
        &json!({}),
    );
    assert_eq!(own.status, 409);
}

#[test]
fn who_asks_too_often_waits() {
    let town = Town::with(Limits::default(), Settings::default());
    for n in 0..20 {
        assert_eq!(town.json("/api/v1/opinions", &[], &opinion(&format!("第 {n} 件事情"))).status, 201);
    }
    let answer = town.json("/api/v1/opinions", &[], &opinion("再来一件事情"));
    assert_eq!((answer.status, answer.json()["code"].as_str()), (429, Some("too_many")));
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    let signed_in = town.json("/api/v1/opinions", &["authorization: Bearer good"], &opinion("登录后的一件"));
    assert_eq!(signed_in.status, 201, "{}", signed_in.text());
}

#[test]
fn only_a_trusted_proxy_may_say_where_a_call_comes_from() {
    let far = ["x-forwarded-for: 203.0.113.9, 198.51.100.7"];
    assert!(Town::new().ask("GET", "/who", &far, "").text().ends_with("127.0.0.1"));
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let town = Town::with(Limits::default(), Settings { proxies, ..Settings::default() });
    assert!(town.ask("GET", "/who", &far, "").text().ends_with("198.51.100.7"));
    let with_port = ["x-forwarded-for: 203.0.113.9, [2001:db8::7]:4711"];
    assert!(town.ask("GET", "/who", &with_port, "").text().ends_with("2001:db8::7"));
}

#[test]
fn the_document_describes_every_operation_once() {
    let town = Town::new();
    let (policy, pack) = (town.site.city.policy(), town.site.city.pack());
    let document = crate::http::openapi::document(&policy.routes, &pack, "0.1.0");
    assert_eq!(document, crate::http::openapi::document(&policy.routes, &pack, "0.1.0"));
    let post = &document["paths"]["/api/v1/opinions"]["post"];
    assert_eq!(post["operationId"], "opinion.submit");
    assert_eq!(post["security"][0], json!({}));
    assert_eq!(
        post["responses"]["201"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Receipt"
    );
    let form = &document["components"]["schemas"]["OpinionSubmit"];
    assert_eq!(form["required"], json!(["kind", "title", "text"]));
    assert_eq!(form["properties"]["kind"]["enum"][0], "咨询");
    assert!(form["properties"]["files"].is_null());
    assert!(document["components"]["schemas"]["OpinionSubmitWithFiles"]["properties"]["files"].is_object());
    assert_eq!(document["paths"]["/api/v1/things/{id}"]["get"]["parameters"][0]["name"], "id");
}
