//! How often one network or account may ask: token buckets in memory, counted in real time, forgotten when they are full again.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::http::route::Rate;

/// Buckets kept at most; beyond, the full ones are forgotten first.
const MAX_BUCKETS: usize = 50_000;
/// How often full ones are looked for at most: it reads them all.
const SWEEP: Duration = Duration::from_secs(1);

/// How many at once, and seconds until one more is allowed. A counter of a government hall is one address for many.
fn allowance(rate: Rate) -> Option<(f64, f64)> {
    match rate {
        Rate::None => None,
        Rate::Login => Some((30.0, 4.0)),
        Rate::Submit => Some((20.0, 15.0)),
        Rate::Track => Some((30.0, 3.0)),
        Rate::Search => Some((60.0, 0.5)),
        Rate::Upload => Some((60.0, 2.0)),
    }
}

/// Who is counted: a network where nobody is known, else an account, wherever it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Of callers without an account, and of all who try a password.
    Network(IpAddr),
    /// By its id.
    Account(String),
}

impl Whose {
    /// The household that an address belongs to.
    pub fn network(address: IpAddr) -> Whose {
        Whose::Network(network(address))
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    seen: Instant,
}

impl Bucket {
    fn refilled(self, now: Instant, size: f64, seconds: f64) -> f64 {
        (self.left + now.duration_since(self.seen).as_secs_f64() / seconds).min(size)
    }
}

/// The buckets of all who ask.
#[derive(Default)]
pub struct Rates(Mutex<Buckets>);

#[derive(Default)]
struct Buckets {
    of: HashMap<(Rate, Whose), Bucket>,
    swept: Option<Instant>,
}

impl Buckets {
    /// The bucket that is taken from. Where more addresses ask than can be kept apart, the new ones share one, so that neither
    /// memory nor the time of everybody's requests is theirs.
    fn key(&mut self, rate: Rate, whose: &Whose, now: Instant) -> (Rate, Whose) {
        let key = (rate, whose.clone());
        if self.of.len() < MAX_BUCKETS || self.of.contains_key(&key) {
            return key;
        }
        if self.swept.is_none_or(|last| now.duration_since(last) >= SWEEP) {
            self.swept = Some(now);
            self.of.retain(|(kind, _), bucket| {
                allowance(*kind).is_some_and(|(size, seconds)| bucket.refilled(now, size, seconds) < size)
            });
        }
        if self.of.len() < MAX_BUCKETS { key } else { (rate, Whose::Network(Ipv6Addr::UNSPECIFIED.into())) }
    }
}

impl Rates {
    /// Takes one from a bucket, or says when the next may be taken.
    pub fn take(&self, rate: Rate, whose: &Whose, now: Instant) -> Result<()> {
        let Some((size, seconds)) = allowance(rate) else { return Ok(()) };
        let mut buckets = self.0.lock();
        let key = buckets.key(rate, whose, now);
        let bucket = buckets.of.entry(key).or_insert(Bucket { left: size, seen: now });
        let left = bucket.refilled(now, size, seconds);
        *bucket = Bucket { left: if left >= 1.0 { left - 1.0 } else { left }, seen: now };
        if left >= 1.0 {
            return Ok(());
        }
        let wait = u32::try_from(((1.0 - left) * seconds).ceil() as i64).unwrap_or(1).max(1);
        Err(Error::too_many(wait, format!("操作过于频繁，这次没有处理，请在 {wait} 秒后再试")))
    }

    /// Puts back what was taken for something that turned out not to count.
    pub fn give_back(&self, rate: Rate, whose: &Whose) {
        let Some((size, _)) = allowance(rate) else { return };
        if let Some(bucket) = self.0.lock().of.get_mut(&(rate, whose.clone())) {
            bucket.left = (bucket.left + 1.0).min(size);
        }
    }
}

/// A household has a whole /64 of addresses.
pub(super) fn network(address: IpAddr) -> IpAddr {
    prefix(address, 32, 64)
}

/// What one subscriber can easily change within, and whom an office shares its way out with: /24, /56.
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    prefix(address, 24, 56)
}

/// The first bits of an address, of either kind; what is written as version 6 and is version 4 counts as that.
fn prefix(address: IpAddr, four: u32, six: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(a) => Ipv4Addr::from_bits(a.to_bits() & (u32::MAX << (32 - four))).into(),
        IpAddr::V6(a) => Ipv6Addr::from_bits(a.to_bits() & (u128::MAX << (128 - six))).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(address: &str) -> Whose {
        Whose::network(address.parse().unwrap())
    }

    #[test]
    fn the_bucket_empties_and_fills_again() {
        let (rates, now) = (Rates::default(), Instant::now());
        let here = &at("10.0.0.1");
        for _ in 0..20 {
            rates.take(Rate::Submit, here, now).unwrap();
        }
        let refused = rates.take(Rate::Submit, here, now).unwrap_err();
        assert_eq!((refused.status(), refused.retry_after()), (429, Some(15)));
        assert!(rates.take(Rate::Submit, &at("10.0.0.2"), now).is_ok());
        assert!(rates.take(Rate::Track, here, now).is_ok());
        assert!(rates.take(Rate::Submit, here, now + Duration::from_secs(15)).is_ok());
        assert!(rates.take(Rate::Submit, here, now + Duration::from_secs(15)).is_err());
    }

    #[test]
    fn a_crowd_of_addresses_fills_no_memory_and_stops_nobody_who_is_known() {
        let (rates, now) = (Rates::default(), Instant::now());
        let address = |n: u32| Whose::network(IpAddr::V4(n.into()));
        for n in 0..60_000 {
            // Those who share the last bucket are refused when it is empty.
            let _ = rates.take(Rate::Submit, &address(n), now);
        }
        assert_eq!(rates.0.lock().of.len(), MAX_BUCKETS + 1);
        assert!(rates.take(Rate::Submit, &address(7), now).is_ok());
        assert!(rates.take(Rate::Submit, &address(70_000), now).is_err());
        // Once the buckets are full again they are forgotten, and the crowd is gone.
        assert!(rates.take(Rate::Submit, &address(70_000), now + Duration::from_secs(60)).is_ok());
        assert!(rates.0.lock().of.len() < 10);
    }

    #[test]
    fn one_household_is_one_address() {
        let (rates, now) = (Rates::default(), Instant::now());
        for n in 0..20 {
            rates.take(Rate::Submit, &at(&format!("2001:db8::{n}")), now).unwrap();
        }
        assert!(rates.take(Rate::Submit, &at("2001:db8::ffff"), now).is_err());
        assert!(rates.take(Rate::Submit, &at("2001:db8:0:1::1"), now).is_ok());
    }

    #[test]
    fn a_neighbourhood_is_what_one_subscriber_can_change_within() {
        let of = |address: &str| neighbourhood(address.parse().unwrap()).to_string();
        assert_eq!(of("203.0.113.77"), "203.0.113.0");
        assert_eq!(of("::ffff:203.0.113.77"), "203.0.113.0");
        assert_eq!(of("2001:db8:1:2ff:3::4"), "2001:db8:1:200::");
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let (rates, now, hall) = (Rates::default(), Instant::now(), at("10.0.0.1"));
        for _ in 0..300 {
            rates.take(Rate::Login, &hall, now).unwrap();
            rates.give_back(Rate::Login, &hall);
        }
        for _ in 0..30 {
            rates.take(Rate::Login, &hall, now).unwrap();
        }
        assert!(rates.take(Rate::Login, &hall, now).is_err(), "no more than was there");
    }
}
