//! A database made distant: a TCP proxy that holds back whatever the client sends.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// A running proxy on a free loopback port; no new connection is taken once it is dropped.
pub struct DelayProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: SocketAddr,
    delay: Duration,
    stopping: AtomicBool,
    batches: AtomicU64,
}

impl DelayProxy {
    /// Starts a proxy before `upstream`. Each batch from a client waits `delay`; answers pass at once, so a statement that
    /// takes one round trip takes `delay` longer. Fails where `upstream` names no address or no port is free.
    pub fn start(upstream: impl ToSocketAddrs, delay: Duration) -> io::Result<Self> {
        Self::start_on((Ipv4Addr::LOCALHOST, 0), upstream, delay)
    }

    /// Starts a proxy that listens at `listen`; otherwise as `start`.
    pub fn start_on(
        listen: impl ToSocketAddrs,
        upstream: impl ToSocketAddrs,
        delay: Duration,
    ) -> io::Result<Self> {
        let upstream = upstream
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "upstream names no address"))?;
        let listener = TcpListener::bind(listen)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            delay,
            stopping: AtomicBool::new(false),
            batches: AtomicU64::new(0),
        });
        let accepting = Arc::clone(&shared);
        thread::Builder::new().name("delay-proxy".into()).spawn(move || accept(&listener, &accepting))?;
        Ok(Self { address, shared })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many batches have been held back so far, over all connections.
    pub fn batches(&self) -> u64 {
        self.shared.batches.load(Ordering::Relaxed)
    }

    /// The same database URL, but through this proxy; `None` where the URL names no host with a port.
    pub fn url(&self, url: &str) -> Option<String> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, database) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, host) =
            authority.rsplit_once('@').map_or((String::new(), authority), |(l, h)| (format!("{l}@"), h));
        host.rsplit_once(':')?;
        Some(format!("{scheme}://{login}{}{database}", self.address))
    }
}

impl Drop for DelayProxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        // The accepting thread sleeps in `accept`; a connection wakes it, and it sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.stopping.load(Ordering::Relaxed) {
            return;
        }
        let Ok(client) = client else { continue };
        let shared = Arc::clone(shared);
        // A connection that cannot be served is closed, as an unreachable server would.
        let _closed = thread::Builder::new().spawn(move || serve(&client, &shared));
    }
}

fn serve(client: &TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    let server = TcpStream::connect(shared.upstream)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (answers_from, answers_to) = (server.try_clone()?, client.try_clone()?);
    let answers = thread::Builder::new().spawn(move || pass(answers_from, answers_to, || ()))?;
    pass(client.try_clone()?, server, || {
        shared.batches.fetch_add(1, Ordering::Relaxed);
        thread::sleep(shared.delay);
    });
    // The answers end when the server has closed its side.
    let _finished = answers.join();
    Ok(())
}

/// Passes bytes on until one side closes, then closes the other.
fn pass(mut from: TcpStream, mut to: TcpStream, before_each: impl Fn()) {
    let mut batch = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut batch) {
        let Some(bytes) = batch.get(..length) else { break };
        before_each();
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    // Both may already be closed by their owners.
    let _closed = to.shutdown(Shutdown::Write);
    let _closed = from.shutdown(Shutdown::Read);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// A server that sends back what it gets.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming() {
                let from = client.unwrap();
                thread::spawn(move || pass(from.try_clone().unwrap(), from, || ()));
            }
        });
        address
    }

    fn ask(to: &mut TcpStream, question: &[u8]) -> Vec<u8> {
        to.write_all(question).unwrap();
        let mut answer = vec![0; question.len()];
        to.read_exact(&mut answer).unwrap();
        answer
    }

    #[test]
    fn each_round_trip_takes_the_delay_longer() {
        let proxy = DelayProxy::start(echo(), Duration::from_millis(20)).unwrap();
        let mut client = TcpStream::connect(proxy.address()).unwrap();
        let began = Instant::now();
        for _ in 0..5 {
            assert_eq!(ask(&mut client, b"select"), b"select");
        }
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(100), "five round trips of 20 ms took {took:?}");
        assert_eq!(proxy.batches(), 5);
    }

    #[test]
    fn connections_wait_side_by_side() {
        let proxy = DelayProxy::start(echo(), Duration::from_millis(100)).unwrap();
        let began = Instant::now();
        let callers: Vec<_> = (0..16)
            .map(|_| {
                let address = proxy.address();
                thread::spawn(move || ask(&mut TcpStream::connect(address).unwrap(), b"x"))
            })
            .collect();
        for caller in callers {
            caller.join().unwrap();
        }
        let took = began.elapsed();
        assert!(took < Duration::from_millis(800), "16 callers waited for each other: {took:?}");
    }

    #[test]
    fn a_megabyte_arrives_whole_and_closing_is_passed_on() {
        let proxy = DelayProxy::start(echo(), Duration::ZERO).unwrap();
        let mut client = TcpStream::connect(proxy.address()).unwrap();
        let sent: Vec<u8> = (0..1_048_576_u32).map(|n| (n % 251) as u8).collect();
        let mut writer = client.try_clone().unwrap();
        let copy = sent.clone();
        thread::spawn(move || {
            writer.write_all(&copy).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        assert!(received == sent, "{} of {} bytes, or changed ones", received.len(), sent.len());
    }

    #[test]
    fn a_dropped_proxy_takes_nobody_in() {
        let proxy = DelayProxy::start(echo(), Duration::ZERO).unwrap();
        let address = proxy.address();
        drop(proxy);
        let deadline = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < deadline, "still accepting");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn the_url_keeps_login_and_database() {
        let proxy = DelayProxy::start(echo(), Duration::ZERO).unwrap();
        let here = proxy.address();
        let through = proxy.url("postgres://huitong:s3@127.0.0.1:5432/city?sslmode=disable").unwrap();
        assert_eq!(through, format!("postgres://huitong:s3@{here}/city?sslmode=disable"));
        assert_eq!(proxy.url("postgres://127.0.0.1:5432"), Some(format!("postgres://{here}")));
        assert_eq!(proxy.url("postgres://%2Ftmp/city"), None);
        assert_eq!(proxy.url("sqlite.db"), None);
    }
}
