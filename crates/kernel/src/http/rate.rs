//! How often one address may ask: token buckets in memory, counted in real time, forgotten when they are full again.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::http::route::Rate;

/// Buckets kept at most; beyond, the full ones are forgotten first.
const MAX_BUCKETS: usize = 50_000;

/// How many at once, and seconds until one more is allowed. A counter of a government hall is one address for many.
fn allowance(rate: Rate) -> Option<(f64, f64)> {
    match rate {
        Rate::None => None,
        Rate::Login => Some((30.0, 4.0)),
        Rate::Submit => Some((20.0, 15.0)),
        Rate::Track => Some((30.0, 3.0)),
        Rate::Search => Some((60.0, 0.5)),
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

/// The buckets of every address.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<(Rate, IpAddr), Bucket>>);

impl Rates {
    /// Takes one from the address's bucket, or says when the next may be taken.
    pub fn take(&self, rate: Rate, address: IpAddr, now: Instant) -> Result<()> {
        let Some((size, seconds)) = allowance(rate) else { return Ok(()) };
        let mut buckets = self.0.lock();
        if buckets.len() >= MAX_BUCKETS {
            buckets.retain(|(kind, _), bucket| {
                allowance(*kind).is_some_and(|(size, seconds)| bucket.refilled(now, size, seconds) < size)
            });
        }
        let bucket = buckets.entry((rate, network(address))).or_insert(Bucket { left: size, seen: now });
        let left = bucket.refilled(now, size, seconds);
        *bucket = Bucket { left: if left >= 1.0 { left - 1.0 } else { left }, seen: now };
        if left >= 1.0 {
            return Ok(());
        }
        let wait = u32::try_from(((1.0 - left) * seconds).ceil() as i64).unwrap_or(1).max(1);
        Err(Error::too_many(wait, format!("操作过于频繁，请在 {wait} 秒后再试；您填写的内容没有提交")))
    }
}

/// A household has a whole /64 of addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or_else(
            || {
                let s = six.segments();
                IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0))
            },
            IpAddr::V4,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_bucket_empties_and_fills_again() {
        let (rates, now) = (Rates::default(), Instant::now());
        let here: IpAddr = "10.0.0.1".parse().unwrap();
        for _ in 0..20 {
            rates.take(Rate::Submit, here, now).unwrap();
        }
        let refused = rates.take(Rate::Submit, here, now).unwrap_err();
        assert_eq!((refused.status(), refused.retry_after()), (429, Some(15)));
        assert!(rates.take(Rate::Submit, "10.0.0.2".parse().unwrap(), now).is_ok());
        assert!(rates.take(Rate::Track, here, now).is_ok());
        assert!(rates.take(Rate::Submit, here, now + Duration::from_secs(15)).is_ok());
        assert!(rates.take(Rate::Submit, here, now + Duration::from_secs(15)).is_err());
    }

    #[test]
    fn one_household_is_one_address() {
        let (rates, now) = (Rates::default(), Instant::now());
        for n in 0..20 {
            rates.take(Rate::Submit, format!("2001:db8::{n}").parse().unwrap(), now).unwrap();
        }
        assert!(rates.take(Rate::Submit, "2001:db8::ffff".parse().unwrap(), now).is_err());
        assert!(rates.take(Rate::Submit, "2001:db8:0:1::1".parse().unwrap(), now).is_ok());
    }
}
