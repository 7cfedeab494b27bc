//! How many bodies with files are in memory at once, and how many of them may be one address's: whoever sends slowly holds a
//! place for long, before anything is known of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::http::rate::network;

/// Bodies with files in memory at once.
const PLACES: usize = 8;
/// Of these, for one address; a government hall is one address for many.
const OF_ONE: usize = 3;

/// The places.
pub struct Uploads {
    free: Arc<Semaphore>,
    by_address: Mutex<HashMap<IpAddr, Arc<Semaphore>>>,
}

/// A place that is held; given back when it is dropped.
pub struct Place {
    uploads: Arc<Uploads>,
    address: IpAddr,
    held: Option<[OwnedSemaphorePermit; 2]>,
}

impl Default for Uploads {
    fn default() -> Uploads {
        Uploads { free: Arc::new(Semaphore::new(PLACES)), by_address: Mutex::default() }
    }
}

impl Uploads {
    /// Takes a place, waiting for one at most so long: first for one of the address's own, then for one of all.
    pub async fn enter(self: &Arc<Self>, address: IpAddr, patience: Duration) -> Result<Place> {
        let address = network(address);
        let own =
            self.by_address.lock().entry(address).or_insert_with(|| Semaphore::new(OF_ONE).into()).clone();
        let mut place = Place { uploads: self.clone(), address, held: None };
        let wait =
            async { Some([own.acquire_owned().await.ok()?, self.free.clone().acquire_owned().await.ok()?]) };
        place.held = tokio::time::timeout(patience, wait).await.ok().flatten();
        if place.held.is_none() {
            return Err(Error::busy("too many uploads at once"));
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.held = None;
        let mut addresses = self.uploads.by_address.lock();
        // Whoever waits for one of its places, or holds one, holds the count of its places, too.
        if addresses.get(&self.address).is_some_and(|own| Arc::strong_count(own) == 1) {
            addresses.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_leaves_room_for_others() {
        let uploads = Arc::new(Uploads::default());
        let address = |n: u8| IpAddr::from([10, 0, 0, n]);
        let enter = |n| uploads.enter(address(n), Duration::from_millis(20));
        let (a, b, c) = (enter(1).await.unwrap(), enter(1).await.unwrap(), enter(1).await.unwrap());
        assert_eq!(enter(1).await.err().map(|e| e.status()), Some(503), "a fourth of one address waits");
        let others = [enter(2).await, enter(2).await, enter(2).await, enter(3).await, enter(3).await];
        assert!(others.iter().all(Result::is_ok));
        assert_eq!(enter(4).await.err().map(|e| e.status()), Some(503), "a ninth at once");
        drop((a, b, c));
        assert!(enter(4).await.is_ok() && enter(1).await.is_ok());
        drop(others);
        assert!(uploads.by_address.lock().is_empty(), "nothing is kept of who has gone");
    }
}
