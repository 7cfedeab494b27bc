//! What a process keeps in memory of one city beside its database: one place for each type, empty at first.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

/// The places. Whatever lies in one can be made again from the database; another process has its own.
#[derive(Default)]
pub struct Shelf(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Shelf {
    /// What lies in the place of a type; the type's default where nobody asked before.
    pub fn of<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut places = self.0.lock();
        let place = places.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone();
        place.downcast().unwrap_or_default()
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf({})", self.0.lock().len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Shelf;

    #[derive(Default)]
    struct Seen(AtomicU32);

    #[test]
    fn a_place_keeps_what_was_put_there_and_each_city_has_its_own() {
        let (one, other) = (Shelf::default(), Shelf::default());
        one.of::<Seen>().0.fetch_add(2, Ordering::SeqCst);
        one.of::<Seen>().0.fetch_add(3, Ordering::SeqCst);
        assert_eq!(one.of::<Seen>().0.load(Ordering::SeqCst), 5);
        assert_eq!(other.of::<Seen>().0.load(Ordering::SeqCst), 0);
    }
}
