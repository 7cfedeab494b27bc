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
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A place that is held; given back when it is dropped.
pub struct Place {
    uploads: Arc<Uploads>,
    address: IpAddr,
    _held: Option<OwnedSemaphorePermit>,
}

impl Default for Uploads {
    fn default() -> Uploads {
        Uploads { free: Arc::new(Semaphore::new(PLACES)), taken: Mutex::default() }
    }
}

impl Uploads {
    /// Takes a place, waiting for one at most so long.
    pub async fn enter(self: &Arc<Self>, address: IpAddr, patience: Duration) -> Result<Place> {
        let address = network(address);
        let mut place = self.count(address)?;
        let held = tokio::time::timeout(patience, self.free.clone().acquire_owned()).await;
        match held {
            Ok(Ok(held)) => {
                place._held = Some(held);
                Ok(place)
            }
            _ => Err(Error::busy("too many uploads at once")),
        }
    }

    fn count(self: &Arc<Self>, address: IpAddr) -> Result<Place> {
        let mut taken = self.taken.lock();
        let mine = taken.entry(address).or_default();
        if *mine >= OF_ONE {
            return Err(Error::too_many(5, "这个地址正在上传的附件太多，这次没有处理，请稍后再试"));
        }
        *mine += 1;
        Ok(Place { uploads: self.clone(), address, _held: None })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.uploads.taken.lock();
        if let Some(mine) = taken.get_mut(&self.address) {
            *mine -= 1;
            if *mine == 0 {
                taken.remove(&self.address);
            }
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
        assert_eq!(enter(1).await.err().map(|e| e.status()), Some(429), "a fourth of one address");
        let others = [enter(2).await, enter(2).await, enter(2).await, enter(3).await, enter(3).await];
        assert!(others.iter().all(Result::is_ok));
        assert_eq!(enter(4).await.err().map(|e| e.status()), Some(503), "a ninth at once");
        drop((a, b, c));
        assert!(enter(4).await.is_ok() && enter(1).await.is_ok());
        drop(others);
        assert!(uploads.taken.lock().is_empty(), "nothing is kept of who has gone");
    }
}
