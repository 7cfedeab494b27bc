//! Connections before anybody has asked for anything: how many there may be, how many of one address, and how long they may
//! be silent. A connection is an open file of this process, and so is every file of the database.

use std::future::Future as _;
use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use crate::http::proxy;
use crate::http::rate::network;
use crate::http::shares::{Share, Shares};
use crate::http::site::{Listener, Site};

/// Open files that are kept for everything else: the database's connections, attachments, the log.
const OTHER_FILES: u64 = 128;
/// More connections than this are of no use to a city.
const MOST: u64 = 8_192;
/// How often the same trouble is said in the log at most.
const SELDOM: Duration = Duration::from_secs(60);

/// Lets this process open as many files as the machine allows; answers how many connections that leaves room for.
pub fn raise_file_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    // Where even that is not allowed, the old limit stands.
    let _ = setrlimit(Resource::Nofile, raised);
    room(getrlimit(Resource::Nofile).current)
}

fn room(files: Option<u64>) -> usize {
    let files = files.unwrap_or(u64::MAX);
    let room = files.saturating_sub(OTHER_FILES).max(files / 4).clamp(4, MOST);
    usize::try_from(room).unwrap_or(usize::MAX)
}

/// The connections of all listeners.
pub(super) struct Connections {
    all: Arc<Semaphore>,
    /// Of these, those that may come by the public door: a quarter is left to those at their desks.
    public: Arc<Semaphore>,
    by_address: Arc<Shares<IpAddr>>,
    crowded: Seldom,
    failed: Seldom,
}

/// A place for a connection; given back when it is dropped.
#[expect(dead_code, reason = "held, never looked at")]
pub(super) struct Place(Vec<OwnedSemaphorePermit>);

impl Connections {
    pub fn of(site: &Site) -> Arc<Connections> {
        let (all, of_one) = (site.settings.connections, site.settings.connections_of_one);
        let free = |places| Arc::new(Semaphore::new(places));
        Arc::new(Connections {
            all: free(all),
            public: free((all * 3 / 4).max(1)),
            by_address: Shares::of(of_one, usize::MAX),
            crowded: Seldom::default(),
            failed: Seldom::default(),
        })
    }

    /// Waits for a place; whoever knocks meanwhile waits in the machine's own queue.
    pub async fn place(&self, listener: Listener) -> Option<Place> {
        let mut held = Vec::new();
        let narrow = (listener == Listener::Public).then_some(&self.public);
        for places in narrow.into_iter().chain([&self.all]) {
            held.push(places.clone().acquire_owned().await.ok()?);
        }
        Some(Place(held))
    }

    /// One connection more of this address, or none; a proxy that is believed speaks for many and is not counted.
    pub fn of_address(&self, site: &Site, peer: SocketAddr) -> Option<Option<Share<IpAddr>>> {
        let address = network(peer.ip());
        if proxy::trusts(&site.settings.proxies, peer.ip()) {
            return Some(None);
        }
        let share = self.by_address.one(address);
        if share.is_none()
            && let Some(times) = self.crowded.say(Instant::now())
        {
            tracing::warn!(%address, times, "connections were refused: one address has too many");
        }
        share.map(Some)
    }

    /// Says that a connection could not be taken: out of files, most likely.
    pub fn failed(&self, error: &io::Error) {
        if let Some(times) = self.failed.say(Instant::now()) {
            tracing::error!(%error, times, "connections could not be taken");
        }
    }
}

/// Something that is said at most once a minute, with how often it was so.
#[derive(Default)]
struct Seldom(Mutex<(Option<Instant>, u64)>);

impl Seldom {
    /// Counts; answers the count where it is time to say it.
    fn say(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock();
        state.1 += 1;
        if state.0.is_some_and(|last| now.duration_since(last) < SELDOM) {
            return None;
        }
        state.0 = Some(now);
        Some(std::mem::take(&mut state.1))
    }
}

/// A connection that ends where nothing of what is written gets through for so long: whoever asks and never reads would keep
/// the answer in memory.
pub(super) struct Draining {
    stream: TcpStream,
    patience: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Draining {
    pub fn new(stream: TcpStream, patience: Duration) -> Draining {
        Draining { stream, patience, stuck: None }
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads what is written")))
    }
}

impl AsyncRead for Draining {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Draining {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        for (files, connections) in [(64, 16), (256, 128), (1_024, 896), (1 << 20, 8_192)] {
            assert_eq!(room(Some(files)), connections, "{files} files");
        }
        assert!(raise_file_limit() >= 16);
        assert_eq!(getrlimit(Resource::Nofile).current, getrlimit(Resource::Nofile).maximum);
    }

    #[test]
    fn trouble_is_said_once_a_minute_with_its_count() {
        let (seldom, now) = (Seldom::default(), Instant::now());
        let said: Vec<_> = [0, 1, 59, 60, 61].map(|s| seldom.say(now + Duration::from_secs(s))).into();
        assert_eq!(said, [Some(1), None, None, Some(3), None]);
    }
}
