//! How many requests are worked on at once, and how many of them may change something or come by the public door: whoever waits
//! for a lock, or for a flood, leaves room for those who only read, and for those at their desks.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::http::route::Method;
use crate::http::site::Listener;

/// The places.
pub(super) struct Places {
    all: Arc<Semaphore>,
    acts: Arc<Semaphore>,
    public: Arc<Semaphore>,
    count: usize,
}

/// A place that is held; given back when it is dropped.
#[expect(dead_code, reason = "held, never looked at")]
pub(super) struct Place(Vec<OwnedSemaphorePermit>);

impl Places {
    /// So many; of each five in eight may act, and five in eight may come by the public door where it is one of its own.
    pub fn of(count: usize) -> Places {
        let some = (count * 5 / 8).max(1);
        let free = |places| Arc::new(Semaphore::new(places));
        Places { all: free(count), acts: free(some), public: free(some), count }
    }

    /// Waits for a place.
    pub async fn enter(&self, listener: Listener, method: Method) -> Result<Place> {
        let narrow = [
            (method == Method::Post).then_some(&self.acts),
            (listener == Listener::Public).then_some(&self.public),
            Some(&self.all),
        ];
        let mut held = Vec::new();
        for places in narrow.into_iter().flatten() {
            let place = places.clone().acquire_owned().await;
            held.push(place.map_err(|_| Error::busy("the edge is closed"))?);
        }
        Ok(Place(held))
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.count.saturating_sub(self.all.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn acts_and_strangers_leave_room() {
        let places = Places::of(8);
        let enter = async |listener, method| {
            tokio::time::timeout(Duration::from_millis(20), places.enter(listener, method)).await.ok()
        };
        let mut held = Vec::new();
        for _ in 0..5 {
            held.push(enter(Listener::Whole, Method::Post).await.unwrap().unwrap());
        }
        assert!(enter(Listener::Whole, Method::Post).await.is_none(), "a sixth act waits");
        held.push(enter(Listener::Public, Method::Get).await.unwrap().unwrap());
        assert_eq!(places.taken(), 6);
        held.push(enter(Listener::Staff, Method::Get).await.unwrap().unwrap());
        held.push(enter(Listener::Staff, Method::Get).await.unwrap().unwrap());
        assert!(enter(Listener::Staff, Method::Get).await.is_none(), "all are taken");
        held.clear();
        assert_eq!(places.taken(), 0);
        for _ in 0..5 {
            held.push(enter(Listener::Public, Method::Get).await.unwrap().unwrap());
        }
        assert!(enter(Listener::Public, Method::Get).await.is_none(), "a sixth by the public door waits");
        assert!(enter(Listener::Staff, Method::Post).await.is_some());
    }
}
