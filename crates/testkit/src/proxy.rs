//! A TCP proxy before a database that falls silent when it is told to.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use parking_lot::Mutex;

/// What passes, and what is swallowed.
#[derive(Default)]
struct Told {
    /// Connections older than this one get and bring nothing any more.
    silent_before: AtomicU64,
    /// Whether answers are swallowed from the next COMMIT of a transaction on that prepared this statement.
    commit_of: Mutex<Option<&'static str>>,
}

/// The proxy.
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    told: Arc<Told>,
    connections: Arc<AtomicU64>,
}

impl Proxy {
    /// Stands before a database; everything passes.
    pub fn before(database: &str) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the port");
        let (told, connections): (Arc<Told>, Arc<AtomicU64>) = Default::default();
        let (shared, count, database) = (told.clone(), connections.clone(), database.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&database) else { continue };
                let nth = count.fetch_add(1, SeqCst);
                let lost = Arc::new(AtomicBool::new(false));
                let halves =
                    [client.try_clone(), server.try_clone()].map(|half| half.expect("a second handle"));
                let [from_client, from_server] = halves;
                let ways = [(from_client, server, true), (from_server, client, false)];
                for (from, to, asks) in ways {
                    let (told, lost) = (shared.clone(), lost.clone());
                    std::thread::spawn(move || pass(from, to, asks, nth, &told, &lost));
                }
            }
        });
        Proxy { address, told, connections }
    }

    /// Nothing passes any more on the connections there are; new ones are served.
    pub fn fall_silent(&self) {
        self.told.silent_before.store(self.connections.load(SeqCst), SeqCst);
    }

    /// The next COMMIT of a transaction that prepares this statement passes, and nothing comes back.
    pub fn swallow_the_commit_of(&self, statement: &'static str) {
        *self.told.commit_of.lock() = Some(statement);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, asks: bool, nth: u64, told: &Told, lost: &AtomicBool) {
    let mut buffer = [0; 16 << 10];
    let mut writes = false;
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let sent = &buffer[..n];
        if nth < told.silent_before.load(SeqCst) {
            continue;
        }
        let has = |text: &str| sent.windows(text.len()).any(|part| part == text.as_bytes());
        writes |= asks && told.commit_of.lock().is_some_and(has);
        if writes && has("COMMIT\0") && told.commit_of.lock().take().is_some() {
            lost.store(true, SeqCst);
        }
        if (asks || !lost.load(SeqCst)) && to.write_all(sent).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
