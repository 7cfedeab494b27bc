//! Who asks: one person of each role that opens pages all day, with an account, a token and a browser's session.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use huitong_features::base::identity::{self, NewPost, NewUser};
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use serde::{Deserialize, Serialize};

use super::Stop;
use super::fill::LARGEST;
use super::server::{Server, run};

/// Whose pages are measured: role, queue that is opened first, unit.
pub const ROLES: [(&str, &str, &str); 4] = [
    ("handler", "handling", LARGEST),
    ("unit_leader", "handling", LARGEST),
    ("intake", "to_accept", "social_work"),
    ("supervisor", "city_open", "social_work"),
];

const PASSWORD: &str = "Bench-2026-caller";

/// One of them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// Role, which is the login as well.
    pub role: String,
    /// The queue that is asked for.
    pub queue: String,
}

/// Opens the accounts.
pub fn appoint(city: &City) -> Result<Vec<Person>, Stop> {
    let mut people = Vec::new();
    for (role, queue, unit) in ROLES {
        let password = identity::hash("password", PASSWORD, role, "测试员")?;
        city.db.write(&city.ctx(Actor::CommandLine), |tx| {
            let post = NewPost::open(role, identity::resolve_office(tx, role, unit, "")?);
            let (password, post) = (Some(password.clone()), Some(post));
            // Nobody set it for somebody else, so that nobody must choose another one first.
            let new =
                NewUser {
                    login: role.into(), name: "测试员".into(), password, post, ..NewUser::default()
                };
            identity::add(tx, &new)
        })?;
        people.push(Person { role: role.into(), queue: queue.into() });
    }
    Ok(people)
}

/// A token for programs.
pub fn token(binary: &Path, place: &[String], person: &Person) -> Result<String, Stop> {
    let said = run(binary, place, &["token", "create", &person.role])?;
    Ok(said.split_whitespace().last().unwrap_or_default().to_owned())
}

/// Signs a person in as a browser does; gives the cookie of the session.
pub fn sign_in(server: &Server, person: &Person) -> Result<String, Stop> {
    let page = answer(server, "GET /login HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
    let guest = cookie(&page, "ht_guest").ok_or("the form of signing in binds no guest")?;
    let csrf = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (csrf, _) = csrf.ok_or("the form of signing in has no token")?;
    let body = format!("csrf={csrf}&login={}&password={PASSWORD}&next=", person.role);
    let said = answer(
        server,
        &format!(
            "POST /login HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nCookie: ht_guest={guest}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )?;
    let cookie = cookie(&said, "ht_session");
    cookie.ok_or_else(|| {
        format!("{} was not signed in: {}", person.role, said.lines().next().unwrap_or_default()).into()
    })
}

fn answer(server: &Server, request: &str) -> Result<String, Stop> {
    let mut stream = TcpStream::connect(server.at)?;
    stream.write_all(request.as_bytes())?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

fn cookie(answer: &str, name: &str) -> Option<String> {
    let line =
        answer.lines().find(|l| l.to_ascii_lowercase().starts_with(&format!("set-cookie: {name}=")))?;
    let value = line.split_once('=')?.1;
    Some(value.split(';').next().unwrap_or(value).to_owned())
}
