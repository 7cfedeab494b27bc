//! `GET /healthz`: whether acts are accepted, proven by a read that is done at most once a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

use crate::args;
use crate::clock::machine_now;
use crate::ctx::Actor;
use crate::http::site::Site;

/// Milliseconds for which the last read proves enough.
const FRESH: i64 = 1_000;

/// When the database was last asked, and whether it answered.
#[derive(Default)]
pub struct Probe {
    at: AtomicI64,
    good: AtomicBool,
}

/// Whether acts are accepted now.
pub(super) async fn is_well(site: &Arc<Site>) -> bool {
    if !site.is_accepting() {
        return false;
    }
    let (now, last) = (machine_now(), site.probe.at.load(Relaxed));
    if now - last < FRESH {
        return site.probe.good.load(Relaxed);
    }
    let asked = site.clone();
    let read = move || {
        let ctx = asked.city.ctx(Actor::System);
        asked.city.db.read(&ctx, |tx| tx.number("SELECT COUNT(*) FROM leases", args![])).is_ok()
    };
    let good = tokio::task::spawn_blocking(read).await.unwrap_or(false);
    site.probe.good.store(good, Relaxed);
    site.probe.at.store(now, Relaxed);
    good
}
