//! What people meet: forms that cannot be forged, error pages, guards on every answer, nothing typed is lost.

use std::io::{Read as _, Write as _};

use super::city::{Town, typed};
use crate::city::Limits;
use crate::http::{Listener, Settings};

const FORM: &str = "content-type: application/x-www-form-urlencoded";

/// A guest opens the form; gives the cookie line, the token of the form and its submit token.
fn open(town: &Town) -> (String, String, String) {
    let page = town.get("/form");
    (format!("cookie: {}", page.cookies()), page.after("csrf"), page.after("token"))
}

#[test]
fn a_guests_form_acts_only_with_its_token() {
    let town = Town::new();
    let (cookie, csrf, token) = open(&town);
    let send = |headers: &[&str], more: &str| town.ask("POST", "/form", headers, typed("春季招工困难", more));
    assert_eq!(send(&[FORM], "").status, 403);
    assert_eq!(send(&[FORM, &cookie], "").status, 403);
    assert_eq!(send(&[FORM], &format!("&csrf={csrf}")).status, 403);
    let foreign = send(&[FORM, &cookie, "sec-fetch-site: cross-site"], &format!("&csrf={csrf}"));
    assert!(foreign.status == 403 && foreign.text().contains("其他网站"), "{}", foreign.text());
    assert_eq!(town.units(), 0);
    let more = format!("&csrf={csrf}&submit_token={token}");
    let done = send(&[FORM, &cookie, "sec-fetch-site: same-origin"], &more);
    assert_eq!((done.status, done.header("location")), (303, "/form"), "{}", done.text());
    assert_eq!(send(&[FORM, &cookie], &more).status, 303, "a double click acts once");
    assert_eq!(town.units(), 1);
    let by_script = format!("x-csrf-token: {csrf}");
    let again =
        town.ask("POST", "/form", &[FORM, &cookie, &by_script, "hx-request: true"], typed("另一件事情", ""));
    assert_eq!(again.header("hx-redirect"), "/form", "{}", again.text());
}

#[test]
fn an_old_page_is_confirmed_and_nothing_typed_is_lost() {
    let town = Town::new();
    let (cookie, _, _) = open(&town);
    let stale = town.ask("POST", "/form", &[FORM, &cookie], typed("春季招工困难", "&csrf=0&submit_token=t1"));
    let text = stale.text();
    assert_eq!(stale.status, 403);
    for part in [
        "请再确认一次",
        "在新窗口登录",
        "继续提交",
        "value=\"春季招工困难\"",
        "name=\"submit_token\" value=\"t1\"",
        "错误码",
        "<dt>标题</dt><dd>春季招工困难</dd>",
        "<dt>意见类型</dt><dd>咨询</dd>",
        "readonly>\n请问会员企业怎样申请贷款贴息，需要哪些材料。</textarea>",
        "返回首页",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let csrf = text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let more = format!("&csrf={csrf}&submit_token=t1");
    assert_eq!(town.ask("POST", "/form", &[FORM, &cookie], typed("春季招工困难", &more)).status, 303);
}

#[test]
fn the_sentence_after_an_act_is_read_once_by_its_reader() {
    let town = Town::new();
    let (cookie, csrf, _) = open(&town);
    let done = town.ask("POST", "/form", &[FORM, &cookie], typed("春季招工困难", &format!("&csrf={csrf}")));
    let flash = done.cookies();
    let next = town.ask("GET", "/form", &[&format!("{cookie}; {flash}")], "");
    assert!(next.text().contains("已提交“春季招工困难”。"), "{}", next.text());
    assert!(next.headers.get_all("set-cookie").iter().any(|v| v.to_str().unwrap().contains("ht_flash=; ")));
    let stranger = town.ask("GET", "/form", &[&format!("cookie: ht_guest=other; {flash}")], "");
    assert!(stranger.text().contains("flash=None"));
}

#[test]
fn behind_a_proxy_a_form_acts_for_the_address_that_the_browser_shows() {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let address = Some("https://shq.cn".parse().unwrap());
    let unset = Settings::default;
    for (settings, forwarded, status) in [
        (unset(), "accept: */*", 403),
        (unset(), "x-forwarded-host: shq.cn", 403),
        (Settings { proxies, ..unset() }, "x-forwarded-host: shq.cn:443, inner", 303),
        (Settings { address, ..unset() }, "accept: */*", 303),
    ] {
        let town = Town::with(Limits::default(), settings);
        let (cookie, csrf, _) = open(&town);
        let sent = [FORM, &cookie, "host: backend:8080", "origin: https://shq.cn", forwarded];
        let done = town.ask("POST", "/form", &sent, typed("春季招工困难", &format!("&csrf={csrf}")));
        assert_eq!(done.status, status, "{forwarded}: {}", done.text());
    }
}

#[test]
fn wrong_fields_are_drawn_again_with_what_was_typed() {
    let town = Town::new();
    let (cookie, csrf, _) = open(&town);
    let answer = town.ask("POST", "/form", &[FORM, &cookie], typed("短", &format!("&csrf={csrf}")));
    assert_eq!((answer.status, answer.text().as_str()), (422, "1|短|“标题”不少于 4 个字，现在 1 个字"));
}

#[test]
fn files_come_in_parts_and_within_limits() {
    let town = Town::with(Limits { upload_bytes: 2 << 20, ..Limits::default() }, Settings::default());
    let (cookie, csrf, _) = open(&town);
    let send = |size: usize| {
        let mut body = String::new();
        for pair in typed("春季招工困难", &format!("&csrf={csrf}")).split('&') {
            let (name, value) = pair.split_once('=').unwrap();
            let value = crate::http::query::decode(value.as_bytes(), true).unwrap();
            body.push_str(&format!(
                "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        let file = "x".repeat(size);
        body.push_str("--x\r\ncontent-disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\n");
        body.push_str(&format!("{file}\r\n--x--\r\n"));
        town.ask("POST", "/form", &[&cookie, "content-type: multipart/form-data; boundary=x"], body)
    };
    let done = send(1_500_000);
    assert_eq!(done.status, 303, "{}", done.text());
    let large = send(3 << 20);
    assert!(large.status == 413 && large.text().contains("2 MB"), "{}", large.text());
}

#[test]
fn a_page_says_one_thing_once() {
    let town = Town::new();
    let no_page = town.get("/nowhere");
    let sign_in = town.ask("POST", "/desk", &[FORM], "note=typed+words");
    let denied = town.ask("GET", "/accounts", &["cookie: ht_session=good"], "");
    for (answer, heading) in
        [(no_page, "没有找到，或者您无权查看"), (sign_in, "请先登录"), (denied, "没有这项权限")]
    {
        let text = answer.text();
        let main = text.split("<main").nth(1).unwrap();
        assert!(main.contains(&format!("<h1>{heading}</h1>")), "{main}");
        assert_eq!(main.matches(heading).count(), 1, "{main}");
        assert!(!main.contains("公众端"), "{main}");
    }
}

#[test]
fn what_was_typed_is_carried_through_signing_in_and_sent_again() {
    let town = Town::new();
    let asked = town.ask("POST", "/desk?tab=1", &[FORM], "note=typed+words&one=1&one=2&csrf=x");
    let (text, cookie) = (asked.text(), format!("cookie: {}", asked.cookies()));
    assert_eq!(asked.status, 401);
    for part in [
        "action=\"/login\"",
        "登录后继续",
        "name=\"kept_action\" value=\"/desk?tab=1\"",
        "readonly>\ntyped words</textarea>",
        "name=\"kept.one\" value=\"2\"",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(!text.contains("kept.csrf"));
    let csrf = text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let carried =
        "kept_action=/desk%3Ftab=1&kept.note=typed+words&kept.one=1&kept.one=2&login=a&password=secret";
    let resumed = town.ask("POST", "/login", &[FORM, &cookie], format!("csrf={csrf}&{carried}"));
    let text = resumed.text();
    for part in [
        "李明",
        "继续提交",
        "action=\"/desk?tab=1\"",
        "name=\"note\" value=\"typed words\"",
        "name=\"one\" value=\"2\"",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(!text.contains("secret"), "{text}");
    let csrf = text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let again = format!("csrf={csrf}&note=typed+words");
    assert_eq!(town.ask("POST", "/desk", &[FORM, "cookie: ht_session=good"], again).status, 200);
    let elsewhere = format!("csrf={csrf}&kept_action=//evil.cn&login=a");
    let elsewhere = town.ask("POST", "/login", &[FORM, "cookie: ht_session=good"], elsewhere);
    assert!(!elsewhere.text().contains("evil"));
}

#[test]
fn who_is_not_signed_in_is_led_there_and_back() {
    let town = Town::new();
    let answer = town.get("/desk?tab=%E5%BE%85%E5%8A%9E");
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/login?next=%2Fdesk%3Ftab%3D%25E5%25BE%2585%25E5%258A%259E");
    let post = town.ask("POST", "/desk", &[FORM], "note=typed+words&password2=secret");
    assert_eq!(post.status, 401);
    assert!(
        !post.text().contains("secret") && !post.text().contains("typed words"),
        "a page with a password keeps nothing"
    );
    let post = town.ask("POST", "/desk", &[FORM], "note=typed+words");
    assert!(
        post.text().contains("value=\"typed words\"") && post.text().contains("/login?next="),
        "{}",
        post.text()
    );
    let signed_in = town.ask("GET", "/desk", &["cookie: ht_session=good"], "");
    assert_eq!((signed_in.status, signed_in.header("cache-control")), (200, "no-store"));
    assert!(signed_in.text().starts_with("李明"));
    let denied = town.ask("GET", "/accounts", &["cookie: ht_session=good"], "");
    assert!(
        denied.status == 403 && denied.text().contains("有这项权限的是：系统管理员"),
        "{}",
        denied.text()
    );
    assert_eq!(town.ask("GET", "/desk", &["cookie: ht_session=old"], "").status, 303);
}

#[test]
fn a_panic_is_one_answer_and_not_the_end() {
    let town = Town::new();
    let answer = town.get("/panic");
    assert_eq!(answer.status, 500);
    let code = answer.header("x-request-id").to_owned();
    assert!(answer.text().contains(&code) && answer.text().contains("系统出现错误"), "{}", answer.text());
    assert!(!answer.text().contains("index out of bounds"));
    assert_eq!(town.get("/who").status, 200);
}

#[test]
fn every_answer_is_guarded() {
    let town = Town::new();
    for path in ["/who", "/nothing", "/assets/app.1.css", "/healthz", "/api/v1/nothing", "/panic"] {
        let answer = town.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
    let tls = Town::with(Limits { secure_cookies: true, ..Limits::default() }, Settings::default());
    let page = tls.get("/form");
    assert!(page.header("set-cookie").ends_with("; Secure"));
    assert!(page.header("strict-transport-security").starts_with("max-age="));
}

#[test]
fn junk_in_addresses_is_refused_with_words() {
    let town = Town::new();
    for path in ["/things/%ff", "/things/%zz", "/who?q=%", "/who?q=%ff", "/who?q=%00", "/things/%00"] {
        let answer = town.get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("编码有误"), "{path}: {}", answer.text());
    }
    let many = "a=1&".repeat(1_001);
    assert_eq!(town.get(&format!("/who?{many}")).status, 400);
}

#[test]
fn pages_are_compressed_where_it_is_worth_it() {
    let town = Town::new();
    let page = town.ask("GET", "/nothing", &["accept-encoding: gzip, br"], "");
    assert_eq!((page.status, page.header("content-encoding")), (404, "br"));
    assert_eq!(town.ask("GET", "/who", &["accept-encoding: br"], "").header("content-encoding"), "");
}

#[test]
fn the_health_flag_and_the_counts_are_honest() {
    let town = Town::new();
    assert_eq!(town.get("/healthz").status, 200);
    town.site.set_accepting(false);
    let stopped = town.get("/healthz");
    assert_eq!((stopped.status, stopped.header("retry-after")), (503, "2"));
    assert_eq!(town.get("/who").status, 200);
    town.get("/nothing");
    let ctx = town.site.city.ctx(crate::ctx::Actor::System);
    let mut counts = String::new();
    town.site.metrics.write(&town.site.city.policy().routes, &mut counts);
    assert!(
        counts.contains("act=\"association.view\",method=\"GET\",route=\"/who\",status=\"2xx\"} 1"),
        "{counts}"
    );
    assert!(counts.contains("route=\"\",status=\"4xx\"} 1"), "{counts}");
    assert!(counts.contains("huitong_request_seconds_count 2"), "{counts}");
    drop(ctx);
}

#[test]
fn the_public_listener_has_no_staff_pages() {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let town = Town::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let at = |listener: Listener, path: &'static str| {
        let request = http::Request::get(path)
            .header("cookie", "ht_session=good")
            .body(axum::body::Body::empty())
            .unwrap();
        let router = crate::http::router(town.site.clone(), listener);
        runtime.block_on(async {
            let response = router.oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            (status, response.into_body().collect().await.unwrap().to_bytes().len())
        })
    };
    let ask = |path| at(Listener::Public, path);
    assert_eq!(ask("/desk").0, 404);
    assert_eq!(ask("/who").0, 200);
    // What is open on both gives a clerk there no more than it gives to who holds no office.
    assert_eq!((at(Listener::Staff, "/api/v1/cases").0, ask("/api/v1/cases").0), (200, 403));
}

#[test]
fn a_stop_lets_running_requests_end() {
    let town = Town::new();
    let text = town.serving(|address| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    });
    assert!(text.starts_with("HTTP/1.1 200"));
    assert!(!town.site.is_accepting());
}
