//! Typed, time-ordered ids, made by the application: a prefix that names the thing, then 26 letters.

use std::fmt;
use std::marker::PhantomData;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A thing that has ids; the prefix stands before each of them (`apl_…`).
pub trait Named {
    /// Three letters that name the thing.
    const PREFIX: &'static str;
}

/// Id of a `T`: sorts by the millisecond it was made in, then at random.
pub struct Id<T>(String, PhantomData<fn() -> T>);

impl<T: Named> Id<T> {
    /// Makes an id from the instant (UTC milliseconds) and 80 random bits.
    pub fn new(at: i64, random: u128) -> Id<T> {
        let bits = (u128::from(at.unsigned_abs() & 0xffff_ffff_ffff) << 80) | (random & ((1 << 80) - 1));
        let mut text = String::with_capacity(T::PREFIX.len() + 27);
        text.push_str(T::PREFIX);
        text.push('_');
        for place in (0..26).rev() {
            let digit = (bits >> (place * 5)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]));
        }
        Id(text, PhantomData)
    }

    /// Reads an id as it stands in an address; `None` where it cannot be one.
    pub fn parse(text: &str) -> Option<Id<T>> {
        let rest = text.strip_prefix(T::PREFIX)?.strip_prefix('_')?;
        let fits = rest.len() == 26 && rest.bytes().all(|b| ALPHABET.contains(&b));
        fits.then(|| Id(text.to_owned(), PhantomData))
    }
}

impl<T> Id<T> {
    /// The id as it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes an id out of our own store, where it was checked when it was written.
    pub fn stored(text: String) -> Id<T> {
        Id(text, PhantomData)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Id(self.0.clone(), PhantomData)
    }
}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Id(String::deserialize(deserializer)?, PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Thing;
    impl Named for Thing {
        const PREFIX: &'static str = "thg";
    }

    proptest! {
        #[test]
        fn later_ids_sort_later(at in 0i64..4_000_000_000_000, step in 1i64..1_000_000, a: u128, b: u128) {
            prop_assert!(Id::<Thing>::new(at, a) < Id::<Thing>::new(at + step, b));
        }

        #[test]
        fn what_is_made_can_be_read(at in 0i64..4_000_000_000_000, a: u128) {
            let id = Id::<Thing>::new(at, a);
            prop_assert_eq!(Id::<Thing>::parse(id.as_str()), Some(id));
        }
    }

    #[test]
    fn other_prefixes_and_letters_are_not_ids() {
        let id = Id::<Thing>::new(1, 1).to_string();
        assert!(Id::<Thing>::parse(&id.replace("thg_", "apl_")).is_none());
        assert!(Id::<Thing>::parse(&format!("{}u", &id[..id.len() - 1])).is_none());
    }
}
