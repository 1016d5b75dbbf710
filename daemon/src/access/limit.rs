//! How often a secret may be tried: a little at once, then ever more slowly, by address and for all together.
//!
//! A try is counted before it is looked at, so that a hundred at the same moment are a hundred; one that succeeds is
//! taken back. While somebody waits, asking again costs nothing and brings nothing.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};
use tokio::time::Instant;

/// Slips of the finger.
const FREE: u32 = 5;
/// The wait after the first try too many; each other doubles it.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(15);
/// An address that was quiet for so long begins anew.
const FORGOTTEN: Duration = Duration::from_hours(1);
/// Addresses that are remembered; whoever has more of them meets the limit for all.
const ADDRESSES: usize = 1024;
/// Tries of all addresses together: so many at once, and one more every so often.
const TOGETHER: f64 = 30.0;
const ONE_MORE: Duration = Duration::from_secs(4);

/// What one address did.
#[derive(Debug)]
struct Tries {
    count: u32,
    last: Instant,
    until: Instant,
}

/// All tries at one kind of secret.
#[derive(Debug)]
pub(super) struct Limit {
    by_address: HashMap<Option<IpAddr>, Tries>,
    left: f64,
    filled: Instant,
}

impl Limit {
    pub(super) fn new() -> Self {
        Self { by_address: HashMap::new(), left: TOGETHER, filled: Instant::now() }
    }

    /// Counts a try, or says how long to wait for the next.
    pub(super) fn attempt(&mut self, from: Option<IpAddr>) -> Result<(), Duration> {
        let (from, now) = (from.map(neighbourhood), Instant::now());
        self.by_address.retain(|_, tries| now < tries.last + FORGOTTEN);
        if let Some(tries) = self.by_address.get(&from)
            && now < tries.until
        {
            return Err(tries.until - now);
        }
        let gained = (now - self.filled).as_secs_f64() / ONE_MORE.as_secs_f64();
        self.left = (self.left + gained).min(TOGETHER);
        self.filled = now;
        if self.left < 1.0 {
            return Err(ONE_MORE.mul_f64(1.0 - self.left));
        }
        self.left -= 1.0;
        if self.by_address.len() >= ADDRESSES && !self.by_address.contains_key(&from) {
            return Ok(());
        }
        let tries = self.by_address.entry(from).or_insert(Tries { count: 0, last: now, until: now });
        tries.count = tries.count.saturating_add(1);
        tries.last = now;
        if let Some(over) = tries.count.checked_sub(FREE) {
            tries.until = now + FIRST.saturating_mul(1 << over.min(16)).min(LONGEST);
        }
        Ok(())
    }

    /// The last try from there was right.
    pub(super) fn succeeded(&mut self, from: Option<IpAddr>) {
        self.by_address.remove(&from.map(neighbourhood));
        self.left = (self.left + 1.0).min(TOGETHER);
    }
}

/// One household of IPv6 has 2^64 addresses.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[tokio::test(start_paused = true)]
    async fn each_try_too_many_doubles_the_wait() {
        let mut limit = Limit::new();
        let mallory = address("192.168.1.66");
        for _ in 0..FREE {
            assert_eq!(limit.attempt(mallory), Ok(()));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let wait = Duration::from_secs(seconds);
            assert_eq!(limit.attempt(mallory), Err(wait));
            // Asking while it waits makes nothing longer, and nobody else waits for it.
            tokio::time::advance(wait.saturating_sub(Duration::from_millis(1))).await;
            assert_eq!(limit.attempt(mallory), Err(Duration::from_millis(1)));
            assert_eq!(limit.attempt(address("192.168.1.7")), Ok(()));
            limit.succeeded(address("192.168.1.7"));
            tokio::time::advance(Duration::from_millis(1)).await;
            assert_eq!(limit.attempt(mallory), Ok(()));
        }
        tokio::time::advance(FORGOTTEN).await;
        for _ in 0..FREE {
            assert_eq!(limit.attempt(mallory), Ok(()), "an hour of peace forgets");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_right_one_wipes_the_slate() {
        let mut limit = Limit::new();
        for _ in 0..20 {
            for _ in 0..FREE - 1 {
                assert_eq!(limit.attempt(address("10.0.0.1")), Ok(()));
            }
            limit.succeeded(address("10.0.0.1"));
            tokio::time::advance(ONE_MORE * FREE).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_addresses_meet_the_limit_for_all() {
        let mut limit = Limit::new();
        let many = |n: u32| Some(IpAddr::from(n.to_be_bytes()));
        let passed = (0..100_000).filter(|n| limit.attempt(many(*n)).is_ok()).count();
        assert_eq!(passed, 30);
        assert!(limit.attempt(many(7_000_000)).is_err_and(|wait| wait <= ONE_MORE));
        tokio::time::advance(ONE_MORE).await;
        assert_eq!(limit.attempt(many(7_000_001)), Ok(()));
        assert!(limit.attempt(many(7_000_002)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_of_ipv6_is_one_address() {
        let mut limit = Limit::new();
        let inside = |n: u16| address(&format!("2001:db8:1:2::{n:x}"));
        assert_eq!((1..=20).filter(|n| limit.attempt(inside(*n)).is_ok()).count(), FREE as usize);
        assert_eq!(limit.attempt(address("2001:db8:1:3::1")), Ok(()));
        assert_eq!(neighbourhood("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }
}
