//! Many callers that ask over kept connections as fast as they are answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::Stop;
use super::server::{Server, cpu};

/// What came of one round.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// Answers a second.
    pub rate: f64,
    /// Half of the answers came within this.
    pub p50: Duration,
    /// 99 of 100 answers came within this.
    pub p99: Duration,
    /// Processor time of the server for one answer.
    pub server: Duration,
    /// Processor time of the callers for one answer.
    pub callers: Duration,
}

/// Asks for a while; `request` makes the text of the nth request of a caller, `good` is the status it must bring.
pub fn round(
    server: &Server,
    callers: usize,
    time: Duration,
    good: u16,
    request: &(dyn Fn(usize, u64) -> String + Sync),
) -> Result<Round, Stop> {
    let (began, server_cpu, own_cpu) = (Instant::now(), server.cpu(), cpu("self"));
    let lists: Vec<Result<Vec<Duration>, Stop>> = std::thread::scope(|scope| {
        let one = |caller| move || call(server.at, caller, began, time, good, request);
        let threads: Vec<_> = (0..callers).map(|caller| scope.spawn(one(caller))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err("a caller stopped".into()))).collect()
    });
    let elapsed = began.elapsed();
    let mut all = Vec::new();
    for list in lists {
        all.extend(list?);
    }
    all.sort_unstable();
    let n = u32::try_from(all.len().max(1))?;
    let at = |share: usize| all.get(all.len() * share / 100).copied().unwrap_or_default();
    Ok(Round {
        rate: f64::from(n) / elapsed.as_secs_f64(),
        p50: at(50),
        p99: at(99),
        server: server.cpu().saturating_sub(server_cpu) / n,
        callers: cpu("self").saturating_sub(own_cpu) / n,
    })
}

fn call(
    at: SocketAddr,
    caller: usize,
    began: Instant,
    time: Duration,
    good: u16,
    request: &(dyn Fn(usize, u64) -> String + Sync),
) -> Result<Vec<Duration>, Stop> {
    let mut out = TcpStream::connect(at)?;
    out.set_nodelay(true)?;
    let mut back = BufReader::new(out.try_clone()?);
    let mut took = Vec::new();
    let mut body = Vec::new();
    while began.elapsed() < time {
        let text = request(caller, took.len() as u64);
        let asked = Instant::now();
        out.write_all(text.as_bytes())?;
        let status = answer(&mut back, &mut body)?;
        took.push(asked.elapsed());
        if status != good {
            let said = String::from_utf8_lossy(&body);
            return Err(format!("{status} instead of {good} for {text:?}: {said}").into());
        }
    }
    Ok(took)
}

/// Reads one answer; its status.
pub fn answer(back: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Result<u16, Stop> {
    let (mut line, mut status, mut length) = (String::new(), 0, 0_usize);
    loop {
        line.clear();
        if back.read_line(&mut line)? == 0 {
            return Err("the connection was closed".into());
        }
        let said = line.trim_end();
        if said.is_empty() {
            break;
        }
        if status == 0 {
            status = said.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or("no status")?;
        } else if let Some((name, value)) = said.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    body.resize(length, 0);
    back.read_exact(body)?;
    Ok(status)
}
