//! What one caller may hold of something that all share: so much for each, so much in all; more is refused, never waited for.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

/// Something shared, counted by who holds it.
pub(super) struct Shares<K: Eq + Hash> {
    of_one: usize,
    of_all: usize,
    held: Mutex<Held<K>>,
}

struct Held<K> {
    all: usize,
    by: HashMap<K, usize>,
}

/// What one holds; given back when it is dropped.
pub(super) struct Share<K: Eq + Hash> {
    shares: Arc<Shares<K>>,
    key: K,
    held: usize,
}

impl<K: Eq + Hash + Clone> Shares<K> {
    /// So much for each, so much in all.
    pub fn of(of_one: usize, of_all: usize) -> Arc<Shares<K>> {
        let held = Mutex::new(Held { all: 0, by: HashMap::new() });
        Arc::new(Shares { of_one, of_all, held })
    }

    /// A share that holds nothing yet.
    pub fn of_key(self: &Arc<Self>, key: K) -> Share<K> {
        Share { shares: self.clone(), key, held: 0 }
    }

    /// A share of one, where there is one left.
    pub fn one(self: &Arc<Self>, key: K) -> Option<Share<K>> {
        let mut share = self.of_key(key);
        share.more(1).then_some(share)
    }

    /// How much is held by all.
    pub fn held(&self) -> usize {
        self.held.lock().all
    }
}

impl<K: Eq + Hash + Clone> Share<K> {
    /// Takes so much more; false where it is too much, and then nothing changes.
    pub fn more(&mut self, count: usize) -> bool {
        let mut held = self.shares.held.lock();
        let own = held.by.get(&self.key).copied().unwrap_or(0) + count;
        if own > self.shares.of_one || held.all + count > self.shares.of_all {
            return false;
        }
        held.by.insert(self.key.clone(), own);
        held.all += count;
        self.held += count;
        true
    }
}

impl<K: Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.shares.held.lock();
        held.all -= self.held;
        let left = held.by.get_mut(&self.key).map(|own| {
            *own -= self.held;
            *own
        });
        if left == Some(0) {
            held.by.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_leaves_something_for_others_and_nothing_is_kept_of_who_has_gone() {
        let shares = Shares::of(2, 3);
        let (a, b) = (shares.one("a").unwrap(), shares.one("a").unwrap());
        assert!(shares.one("a").is_none(), "a third of one");
        let mut other = shares.one("b").unwrap();
        assert!(!other.more(1), "a fourth of all");
        drop(a);
        assert!(other.more(1) && !other.more(1));
        drop((b, other));
        assert_eq!(shares.held(), 0);
        assert!(shares.held.lock().by.is_empty());
    }
}
