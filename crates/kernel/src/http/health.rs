//! `GET /healthz`: whether acts are accepted, proven at most once a second by a write that becomes durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::http::site::Site;
use crate::place;

/// How long a proof holds. Measured by a clock that nobody sets.
const FRESH: Duration = Duration::from_secs(1);
/// How long one waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last proof, and the one that is being made: there is never a second beside it.
#[derive(Default)]
pub struct Probe(Mutex<Proofs>);

#[derive(Default)]
struct Proofs {
    last: Option<Proof>,
    open: Option<JoinHandle<Proof>>,
}

/// When it began, and what was wrong.
#[derive(Clone)]
struct Proof {
    began: Instant,
    ails: Option<String>,
}

impl Proof {
    fn of(site: &Site) -> Proof {
        let began = Instant::now();
        Proof { began, ails: place::prove(&site.city).err().map(|error| error.message().to_owned()) }
    }

    fn is_fresh(&self) -> bool {
        self.began.elapsed() < FRESH
    }
}

/// Why no acts are accepted, in words for those who run the machine; none where they are.
pub(super) async fn ails(site: &Arc<Site>) -> Option<String> {
    if !site.is_accepting() {
        return Some(String::from("正在停止"));
    }
    let silent = |_| Some(format!("数据库 {} 秒没有回应", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, proven(site)).await.unwrap_or_else(silent)
}

async fn proven(site: &Arc<Site>) -> Option<String> {
    let mut proofs = site.probe.0.lock().await;
    loop {
        if let Some(last) = proofs.last.as_ref().filter(|last| last.is_fresh()) {
            return last.ails.clone();
        }
        let asked = site.clone();
        // Who gives up waiting leaves it to the next; one that came too late to tell anybody is made again.
        let open = proofs.open.get_or_insert_with(|| spawn_blocking(move || Proof::of(&asked)));
        let was_late = open.is_finished();
        let made = open.await;
        proofs.open = None;
        let Ok(made) = made else { return Some(String::from("自检没有完成")) };
        if !was_late || made.is_fresh() {
            let before = proofs.last.replace(made.clone()).and_then(|last| last.ails);
            match &made.ails {
                Some(words) if before.as_ref() != Some(words) => tracing::error!("不能接受操作：{words}"),
                None if before.is_some() => tracing::warn!("重新接受操作"),
                _ => {}
            }
            return made.ails;
        }
    }
}
