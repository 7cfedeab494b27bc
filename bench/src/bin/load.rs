//! A million appeals under load: the pages of those who work on them, and what programs ask, each against a static file of the
//! same server in the same run.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use huitong_bench::load::asked::{Asked, SignedIn};
use huitong_bench::load::callers::{Round, round};
use huitong_bench::load::people::{self, Person};
use huitong_bench::load::server::Server;
use huitong_bench::load::{Stop, asked, fill};

const ROUNDS: usize = 3;

struct Setup {
    binary: PathBuf,
    folder: PathBuf,
    database: Option<String>,
    count: u64,
    callers: usize,
    time: Duration,
}

fn said(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn setup() -> Result<Setup, Stop> {
    let binary = said("HUITONG_BINARY").ok_or("HUITONG_BINARY says which release binary to measure")?;
    let folder = said("HUITONG_LOAD_DIR").unwrap_or_else(|| String::from("data/load"));
    let database = said("HUITONG_LOAD_DATABASE").unwrap_or_else(|| String::from("huitong_load"));
    city_of(binary.into(), folder.into(), &database)
}

/// Another binary with a city of its own, which its own bench has filled: every question is asked of both in turn.
fn before() -> Result<Option<Setup>, Stop> {
    let Some(binary) = said("HUITONG_BEFORE") else { return Ok(None) };
    let folder =
        said("HUITONG_BEFORE_DIR").ok_or("HUITONG_BEFORE_DIR says where the city of HUITONG_BEFORE is")?;
    let database = said("HUITONG_BEFORE_DATABASE").unwrap_or_else(|| String::from("huitong_before"));
    city_of(binary.into(), folder.into(), &database).map(Some)
}

fn city_of(binary: PathBuf, folder: PathBuf, database: &str) -> Result<Setup, Stop> {
    let number = |name: &str, usual: u64| said(name).map_or(Ok(usual), |n| n.parse::<u64>());
    let database = std::env::args().nth(1).filter(|engine| engine == "postgres").map(|_| {
        let base = said("HUITONG_TEST_PG").ok_or("HUITONG_TEST_PG says where PostgreSQL is")?;
        Ok::<_, Stop>(format!("{}/{database}", base.trim_end_matches('/')))
    });
    Ok(Setup {
        binary,
        folder,
        database: database.transpose()?,
        count: number("HUITONG_LOAD_CASES", 1_000_000)?,
        callers: usize::try_from(number("HUITONG_LOAD_CALLERS", 16)?)?,
        time: Duration::from_secs(number("HUITONG_LOAD_SECONDS", 3)?),
    })
}

impl Setup {
    fn place(&self) -> Vec<String> {
        let mut place = vec![String::from("--data"), self.folder.display().to_string()];
        if let Some(url) = &self.database {
            place.extend([String::from("--database"), url.clone()]);
        }
        place
    }
}

/// What the callers ask for and who they are; kept beside the city.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Filled {
    cases: Vec<String>,
    people: Vec<Person>,
    token: String,
}

fn main() -> Result<(), Stop> {
    let setup = setup()?;
    match before()? {
        None => measure(&setup, &known(&setup)?),
        Some(before) => compare(&before, &setup),
    }
}

fn known(setup: &Setup) -> Result<Filled, Stop> {
    let kept = setup.folder.join("filled.json");
    // For whoever compares two binaries or looks where the time goes: the city of the last run again.
    if said("HUITONG_LOAD_AGAIN").is_some_and(|said| said == "1") && kept.exists() {
        return Ok(serde_json::from_str(&std::fs::read_to_string(&kept)?)?);
    }
    let fresh = filled(setup)?;
    std::fs::write(&kept, serde_json::to_string(&fresh)?)?;
    Ok(fresh)
}

fn filled(setup: &Setup) -> Result<Filled, Stop> {
    let _ = std::fs::remove_dir_all(&setup.folder);
    std::fs::create_dir_all(&setup.folder)?;
    let began = Instant::now();
    let (people, cases) = {
        let city = fill::city(&setup.folder, setup.database.as_deref())?;
        let people = people::appoint(&city)?;
        let caller = people.first().map_or("", |person| &person.role);
        let cases = fill::fill(&city, setup.count, caller)?;
        (people, cases)
    };
    let seconds = began.elapsed().as_secs_f64();
    println!("{} cases in {seconds:.0} s; {} open ones of the largest unit", setup.count, cases.len());
    let token = people::token(&setup.binary, &setup.place(), people.first().ok_or("nobody asks")?)?;
    Ok(Filled { cases, people, token })
}

/// A served city with everybody signed in.
struct Served {
    server: Server,
    style: String,
    people: Vec<SignedIn>,
    filled: Filled,
}

impl Served {
    fn start(setup: &Setup, filled: Filled) -> Result<Served, Stop> {
        let server = Server::start(&setup.binary, &setup.folder, &setup.place())?;
        println!("start until it accepts acts: {:.0} ms", server.ready.as_secs_f64() * 1e3);
        let style = style(&server)?;
        let sign_in = |person: &Person| Ok::<_, Stop>((person.clone(), people::sign_in(&server, person)?));
        let people = filled.people.iter().map(sign_in).collect::<Result<Vec<_>, _>>()?;
        Ok(Served { server, style, people, filled })
    }

    fn asked(&self) -> Vec<Asked<'_>> {
        let only = said("HUITONG_LOAD_ONLY").unwrap_or_default();
        let wanted = |name: &str| only.is_empty() || only.split(',').any(|part| name.contains(part.trim()));
        let all = asked::all(&self.style, &self.filled.cases, &self.filled.token, &self.people);
        all.into_iter().filter(|asked| wanted(&asked.name)).collect()
    }

    fn round(&self, setup: &Setup, asked: &Asked<'_>) -> Result<Round, Stop> {
        round(&self.server, setup.callers, setup.time, asked.good, &asked.request)
    }
}

/// Every question of the one and then of the other, round by round: what else the machine does falls on both.
fn compare(before: &Setup, after: &Setup) -> Result<(), Stop> {
    let read = |setup: &Setup| -> Result<Filled, Stop> {
        Ok(serde_json::from_str(&std::fs::read_to_string(setup.folder.join("filled.json"))?)?)
    };
    let one = Served::start(before, read(before)?)?;
    let other = Served::start(after, read(after)?)?;
    println!("{:<18} {:>9} {:>9} {:>7}", "", "before", "after", "ratio");
    for (ours, theirs) in one.asked().iter().zip(other.asked()) {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            old.push(one.round(before, ours)?);
            new.push(other.round(after, &theirs)?);
        }
        let (old, new) = (median(&mut old).rate, median(&mut new).rate);
        println!("{:<18} {old:>9.0} {new:>9.0} {:>7.2}", ours.name, new / old);
    }
    Ok(())
}

fn measure(setup: &Setup, filled: &Filled) -> Result<(), Stop> {
    let served = Served::start(setup, filled.clone())?;
    let asked = served.asked();
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); asked.len()];
    for _ in 0..ROUNDS {
        for (nth, one) in asked.iter().enumerate() {
            rounds[nth].push(served.round(setup, one)?);
        }
    }
    println!(
        "{:<18} {:>9} {:>7} {:>9} {:>9} {:>11} {:>12}",
        "", "a second", "ratio", "p50 ms", "p99 ms", "server µs", "callers µs"
    );
    let Some(first) = rounds.first() else { return Err("nothing of that name is asked".into()) };
    let fixed = median(&mut first.clone()).rate;
    for (one, rounds) in asked.iter().zip(&mut rounds) {
        let r = median(rounds);
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        println!(
            "{:<18} {:>9.0} {:>7.3} {:>9.2} {:>9.2} {:>11} {:>12}",
            one.name,
            r.rate,
            r.rate / fixed,
            ms(r.p50),
            ms(r.p99),
            r.server.as_micros(),
            r.callers.as_micros()
        );
    }
    println!("memory of the server: {} MB", served.server.memory());
    Ok(())
}

/// The round in the middle by its rate.
fn median(rounds: &mut [Round]) -> Round {
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    rounds[rounds.len() / 2]
}

/// Address of the style sheet, as the front page names it.
fn style(server: &Server) -> Result<String, Stop> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(server.at)?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    let at = page.find("/assets/app.").ok_or("the front page names no style sheet")?;
    Ok(page[at..].split('"').next().unwrap_or_default().to_owned())
}
