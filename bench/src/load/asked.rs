//! What is asked: the pages of each role beside what programs ask, and a static file that all rates are held against.

use serde_json::json;

use super::cases::drawn;
use super::people::Person;

/// The text of the nth request of a caller.
pub type Request<'a> = Box<dyn Fn(usize, u64) -> String + Sync + 'a>;

/// One thing that many callers ask at once.
pub struct Asked<'a> {
    /// Its name in the table.
    pub name: String,
    /// The status it must bring.
    pub good: u16,
    /// The requests.
    pub request: Request<'a>,
}

/// Somebody who asks: the person, the cookie of their browser.
pub type SignedIn = (Person, String);

/// Everything that is measured; `style` is the address of the static file, `cases` are open ones of the largest unit.
pub fn all<'a>(
    style: &'a str,
    cases: &'a [String],
    token: &'a str,
    people: &'a [SignedIn],
) -> Vec<Asked<'a>> {
    let pick =
        move |caller: usize, nth: u64| &cases[(drawn(nth, caller as u64) % cases.len() as u64) as usize];
    let mut asked = vec![
        one("static file", 200, move |_, _| format!("GET {style} HTTP/1.1\r\nHost: bench\r\n\r\n")),
        one("open one", 200, move |c, n| bearer(&format!("/api/v1/appeals/{}", pick(c, n)), token)),
        // 求助, written as the address of a page carries it.
        one("queue", 200, move |_, _| {
            bearer("/api/v1/appeals?queue=handling&kind=%E6%B1%82%E5%8A%A9&page_size=20", token)
        }),
    ];
    for (person, session) in people {
        let role = &person.role;
        asked.push(one(&format!("{role}: case"), 200, move |c, n| {
            browser(&format!("/appeals/{}", pick(c, n)), session)
        }));
        asked.push(one(&format!("{role}: queue"), 200, move |_, _| {
            browser(&format!("/appeals?queue={}", person.queue), session)
        }));
        asked.push(one(&format!("{role}: desk"), 200, move |_, _| browser("/desk", session)));
    }
    asked.push(one("submit", 201, submission));
    asked
}

fn one<'a>(name: &str, good: u16, request: impl Fn(usize, u64) -> String + Sync + 'a) -> Asked<'a> {
    Asked { name: name.to_owned(), good, request: Box::new(request) }
}

fn bearer(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n")
}

fn browser(path: &str, session: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/html\r\nCookie: ht_session={session}\r\n\r\n")
}

fn submission(caller: usize, nth: u64) -> String {
    let body = json!({
        "kind": "求助", "title": format!("企业用电夜间跳闸 {caller}-{nth}"),
        "text": "厂区配电房夜间多次跳闸，生产线停了两次，请协调供电单位尽快检修。",
        "contact_name": "张三丰", "contact_phone": "13800001111",
    })
    .to_string();
    format!(
        "POST /api/v1/appeals HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
