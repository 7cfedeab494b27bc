//! A million appeals under load: open one, submit, a department's queue, each against a static file of the same server.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use huitong_bench::load::callers::{Round, round};
use huitong_bench::load::server::{Server, run};
use huitong_bench::load::{Stop, cases, fill};
use serde_json::json;

const ROUNDS: usize = 3;

struct Setup {
    binary: PathBuf,
    folder: PathBuf,
    database: Option<String>,
    count: u64,
    time: Duration,
}

fn setup() -> Result<Setup, Stop> {
    let said = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let number = |name: &str, usual: u64| said(name).map_or(Ok(usual), |n| n.parse::<u64>());
    let binary = said("HUITONG_BINARY").ok_or("HUITONG_BINARY says which release binary to measure")?;
    let database = std::env::args().nth(1).filter(|engine| engine == "postgres").map(|_| {
        let base = said("HUITONG_TEST_PG").ok_or("HUITONG_TEST_PG says where PostgreSQL is")?;
        Ok::<_, Stop>(format!("{}/huitong_load", base.trim_end_matches('/')))
    });
    Ok(Setup {
        binary: binary.into(),
        folder: said("HUITONG_LOAD_DIR").unwrap_or_else(|| String::from("data/load")).into(),
        database: database.transpose()?,
        count: number("HUITONG_LOAD_CASES", 1_000_000)?,
        time: Duration::from_secs(number("HUITONG_LOAD_SECONDS", 5)?),
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

    fn token(&self, unit: &str) -> Result<String, Stop> {
        let add = ["user", "add", "caller", "--name", "测试员", "--role", "handler", "--unit", unit];
        run(&self.binary, &self.place(), &add)?;
        let said = run(&self.binary, &self.place(), &["token", "create", "caller"])?;
        Ok(said.split_whitespace().last().unwrap_or_default().to_owned())
    }
}

fn main() -> Result<(), Stop> {
    let setup = setup()?;
    let kept = setup.folder.join("filled.json");
    // For whoever looks where the time goes: the city of the last run again, with what was submitted to it.
    let again = std::env::var("HUITONG_LOAD_AGAIN").is_ok_and(|said| said == "1") && kept.exists();
    let (filled, token) = if again {
        serde_json::from_str::<(fill::Filled, String)>(&std::fs::read_to_string(&kept)?)?
    } else {
        let fresh = filled(&setup)?;
        std::fs::write(&kept, serde_json::to_string(&fresh)?)?;
        fresh
    };
    measure(&setup, &filled.cases, &token)
}

fn filled(setup: &Setup) -> Result<(fill::Filled, String), Stop> {
    let _ = std::fs::remove_dir_all(&setup.folder);
    std::fs::create_dir_all(&setup.folder)?;
    let began = Instant::now();
    let filled = {
        let city = fill::city(&setup.folder, setup.database.as_deref())?;
        fill::fill(&city, setup.count)?
    };
    let seconds = began.elapsed().as_secs_f64();
    println!("{} cases in {seconds:.0} s; {} open ones of the unit", setup.count, filled.cases.len());
    let token = setup.token(&filled.unit)?;
    Ok((filled, token))
}

fn get(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n")
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

type Request<'a> = Box<dyn Fn(usize, u64) -> String + Sync + 'a>;

fn measure(setup: &Setup, ids: &[String], token: &str) -> Result<(), Stop> {
    let server = Server::start(&setup.binary, &setup.folder, &setup.place())?;
    println!("start until it accepts acts: {:.0} ms", server.ready.as_secs_f64() * 1e3);
    let style = style(&server)?;
    let pick = |caller: usize, nth: u64| &ids[(cases::drawn(nth, caller as u64) % ids.len() as u64) as usize];
    let asked: [(&str, u16, Request); 5] = [
        ("static file", 200, Box::new(|_, _| format!("GET {style} HTTP/1.1\r\nHost: bench\r\n\r\n"))),
        ("healthz", 200, Box::new(|_, _| String::from("GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"))),
        ("open one", 200, Box::new(|c, n| get(&format!("/api/v1/appeals/{}", pick(c, n)), token))),
        (
            "queue",
            200,
            // 求助, written as the address of a page carries it.
            Box::new(|_, _| {
                let kind = "%E6%B1%82%E5%8A%A9";
                get(&format!("/api/v1/appeals?queue=handling&kind={kind}&page_size=20"), token)
            }),
        ),
        ("submit", 201, Box::new(submission)),
    ];
    let only = std::env::var("HUITONG_LOAD_ONLY").unwrap_or_default();
    let asked: Vec<_> =
        asked.into_iter().filter(|(name, ..)| only.is_empty() || only.contains(name)).collect();
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); asked.len()];
    for _ in 0..ROUNDS {
        for (nth, (_, good, request)) in asked.iter().enumerate() {
            rounds[nth].push(round(&server, setup.time, *good, request)?);
        }
    }
    println!(
        "{:<12} {:>9} {:>7} {:>9} {:>9} {:>11} {:>12}",
        "", "a second", "ratio", "p50 ms", "p99 ms", "server µs", "callers µs"
    );
    let fixed = median(&mut rounds[0].clone()).rate;
    for (nth, (name, ..)) in asked.iter().enumerate() {
        let r = median(&mut rounds[nth]);
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        println!(
            "{name:<12} {:>9.0} {:>7.2} {:>9.2} {:>9.2} {:>11} {:>12}",
            r.rate,
            r.rate / fixed,
            ms(r.p50),
            ms(r.p99),
            r.server.as_micros(),
            r.callers.as_micros()
        );
    }
    println!("memory of the server: {} MB", server.memory());
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
