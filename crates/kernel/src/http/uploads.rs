//! How many bodies with files come in at once, and how many of them may be one address's: whoever sends slowly holds a
//! place for long, before anything is known of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::http::rate::network;

/// Bodies with files that come in at once. They go to disk as they come, so that a place is no memory; one of their files at
/// a time is read whole when it is judged.
const PLACES: usize = 32;
/// Of these, for one address; a government hall is one address for many.
const OF_ONE: usize = 6;

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
        let mut own = Vec::new();
        for _ in 0..OF_ONE {
            own.push(enter(1).await.unwrap());
        }
        assert_eq!(enter(1).await.err().map(|e| e.status()), Some(503), "one more of one address waits");
        let mut others = Vec::new();
        for n in 0..PLACES - OF_ONE {
            others.push(enter(2 + u8::try_from(n / OF_ONE).unwrap()).await.unwrap());
        }
        assert_eq!(enter(9).await.err().map(|e| e.status()), Some(503), "one more of all waits");
        drop(own);
        assert!(enter(9).await.is_ok() && enter(1).await.is_ok());
        drop(others);
        assert!(uploads.by_address.lock().is_empty(), "nothing is kept of who has gone");
    }
}
