//! Everything the edge needs to serve a city: the app's hooks, its files and its limits. The routes are the policy's.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::city::City;
use crate::ctx::{Actor, Ctx};
use crate::db::Tx;
use crate::error::Result;
use crate::http::assets::Assets;
use crate::http::call::Call;
use crate::http::health::Probe;
use crate::http::metrics::Metrics;
use crate::http::page::Shell;
use crate::http::places::Places;
use crate::http::proxy::{Address, Strangers};
use crate::http::rate::Rates;
use crate::http::shares::Shares;
use crate::http::uploads::Uploads;

/// The session of a browser, as far as the edge must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its id (never the token of the cookie).
    pub id: String,
    /// Secret that its forms are bound to.
    pub csrf: String,
}

/// Somebody was recognised.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// With the posts in force that he or she acts in now.
    pub actor: Actor,
    /// The browser's session; an API token has one with an empty `csrf`.
    pub session: SessionInfo,
    /// Whether [`Hooks::touch`] should note that the session is in use (ask for it once a minute, not each time).
    pub touch: bool,
}

/// What the app knows and the kernel does not.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Who holds the session cookie with this value; `None` where it is unknown or over.
    pub session: fn(&Tx, &Ctx, &str) -> Result<Option<SignedIn>>,
    /// Who holds this API token.
    pub bearer: fn(&Tx, &Ctx, &str) -> Result<Option<SignedIn>>,
    /// Notes that a session is in use; runs in `keep`, only when [`SignedIn::touch`] says so.
    pub touch: fn(&Tx, &Ctx, &SessionInfo) -> Result<()>,
    /// Completes the frame (user, roles, navigation, notices); begin with [`Shell::plain`].
    pub shell: fn(&Call) -> Result<Shell>,
    /// Where one signs in; gets `?next=`.
    pub sign_in_path: &'static str,
}

/// Bytes of bodies in memory: of one network, and of all.
const BODIES: (usize, usize) = (32 << 20, 128 << 20);
/// Files that are sent at once: to one reader, and to all. Each holds a piece of 64 KB and what the connection holds.
const DOWNLOADS: (usize, usize) = (8, 256);

/// How the edge is set up, beside the city's own limits.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bytes of a body at most (1 MB).
    pub body_limit: usize,
    /// Requests that are worked on at once (64).
    pub at_once: usize,
    /// Of these, reads of an embedded database that are answered on the thread they came in by; there must be more
    /// such threads than this, so that some are left to take requests.
    pub at_hand: usize,
    /// How long a request may take.
    pub timeout: Duration,
    /// Connections at once, of all listeners together.
    pub connections: usize,
    /// Of these, for one address that is no proxy.
    pub connections_of_one: usize,
    /// How long the other side may keep us waiting.
    pub patience: Patience,
    /// Addresses of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Host` are believed.
    pub proxies: Vec<IpAddr>,
    /// The public address: what links begin with that leave the screen, and where forms come from.
    pub address: Option<Address>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            body_limit: 1 << 20,
            at_once: 64,
            at_hand: 0,
            timeout: Duration::from_secs(30),
            connections: 8_192,
            connections_of_one: 100,
            patience: Patience::default(),
            proxies: Vec::new(),
            address: None,
        }
    }
}

/// How long the other side may keep us waiting, once we are ready for it.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the first request of a connection has come.
    pub first: Duration,
    /// While nothing of an answer is read.
    pub unread: Duration,
    /// Before a body with files must keep its least rate.
    pub grace: Duration,
    /// Until all of a body with files has come.
    pub upload: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            first: Duration::from_secs(10),
            unread: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            upload: Duration::from_secs(300),
        }
    }
}

/// Which routes a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// All of them: one listener for everybody.
    Whole,
    /// Those of the public side only.
    Public,
    /// All of them, for the inner network.
    Staff,
}

/// A city with its door.
pub struct Site {
    /// The city.
    pub city: Arc<City>,
    /// What the app knows and the kernel does not.
    pub hooks: Hooks,
    /// Embedded files.
    pub assets: Assets,
    /// How the edge is set up, beside the city's own limits.
    pub settings: Settings,
    /// Counts of requests and acts.
    pub metrics: Metrics,
    pub(super) rates: Rates,
    pub(super) strangers: Strangers,
    /// Requests that may be worked on at once.
    pub(super) places: Places,
    /// Reads that may be answered on the thread they came in by.
    pub(super) at_hand: Semaphore,
    /// Bodies with files that may come in at once.
    pub(super) uploads: Arc<Uploads>,
    /// Bytes of bodies that may be in memory at once, by network.
    pub(super) bodies: Arc<Shares<IpAddr>>,
    /// Files that may be sent at once, by who reads them.
    pub(super) downloads: Arc<Shares<String>>,
    pub(super) probe: Probe,
    accepting: AtomicBool,
}

impl Site {
    /// Puts a site together; it accepts acts from now on.
    pub fn new(city: Arc<City>, hooks: Hooks, assets: Assets, settings: Settings) -> Arc<Site> {
        let metrics = Metrics::default();
        let places = Places::of(settings.at_once);
        let at_hand = Semaphore::new(settings.at_hand);
        let uploads = Arc::default();
        let bodies = Shares::of(BODIES.0, BODIES.1);
        let downloads = Shares::of(DOWNLOADS.0, DOWNLOADS.1);
        let (rates, strangers) = (Rates::default(), Strangers::default());
        let (probe, accepting) = (Probe::default(), AtomicBool::new(true));
        Arc::new(Site {
            city,
            hooks,
            assets,
            settings,
            metrics,
            rates,
            strangers,
            places,
            at_hand,
            uploads,
            bodies,
            downloads,
            probe,
            accepting,
        })
    }

    /// Whether `/healthz` says that acts are accepted.
    pub fn is_accepting(&self) -> bool {
        self.accepting.load(Ordering::Relaxed)
    }

    /// Takes the site out of service (or back): `/healthz` answers 503 while requests are still answered.
    pub fn set_accepting(&self, accepting: bool) {
        self.accepting.store(accepting, Ordering::Relaxed);
    }
}
