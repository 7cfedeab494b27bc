//! Passwords: hashed with argon2id, few at a time, so that signing in starves nobody else.

use std::sync::LazyLock;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use huitong_kernel::clock::Random;
use huitong_kernel::{Error, Result};
use parking_lot::{Condvar, Mutex};

use super::rules;

/// Memory of one computation in KiB: 19 MiB, the least that OWASP recommends together with two passes.
const MEMORY: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Computations at once: as many as the smallest supported machine has cores.
const AT_ONCE: usize = 2;
/// Callers that may stand in line; whoever comes then is asked to come back.
const LINE: usize = 20;
/// Longest time in line.
const PATIENCE: Duration = Duration::from_secs(5);

static GATE: Gate = Gate::new(AT_ONCE, LINE);

/// Hash of a password that fulfils the rules; the only form in which an act takes one.
#[derive(Clone)]
pub struct Hashed(String);

impl Hashed {
    /// The argon2id string, for the store.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashed(…)")
    }
}

/// Checks a new password by the rules and hashes it; never call it inside a transaction. `field` names it in the form.
pub fn hash(field: &str, password: &str, login: &str, name: &str) -> Result<Hashed> {
    if let Some(fault) = rules::password_fault(password, login, name) {
        return Err(Error::invalid(field, fault));
    }
    let _pass = GATE.enter()?;
    derive(password).map(Hashed)
}

/// Whether a password is the one that was hashed; never call it inside a transaction. Without a hash it takes just as
/// long and says no, so that nobody learns by the clock which logins exist.
pub(super) fn verify(password: &str, stored: Option<&str>) -> Result<bool> {
    let _pass = GATE.enter()?;
    let hash = match stored {
        Some(text) => text,
        None => STAND_IN.as_deref().map_err(Clone::clone)?,
    };
    // A longer one was never accepted; it is cut, not refused, so that the time stays the same.
    let given: String = password.chars().take(rules::PASSWORD_MAX + 1).collect();
    let hash = PasswordHash::new(hash).map_err(|e| Error::internal(format!("stored password: {e}")))?;
    let fits = engine()?.verify_password(given.as_bytes(), &hash).is_ok();
    Ok(fits && stored.is_some())
}

/// What is compared where there is no account or no password.
static STAND_IN: LazyLock<std::result::Result<String, Error>> =
    LazyLock::new(|| derive(&huitong_kernel::digest::hex(&Random::system().bytes32())));

fn derive(password: &str) -> Result<String> {
    let salt = &Random::system().bytes32()[..16];
    let hash = engine()?.hash_password_customized(password.as_bytes(), salt, None, None, params()?);
    Ok(hash.map_err(|e| Error::internal(format!("argon2: {e}")))?.to_string())
}

fn engine() -> Result<Argon2<'static>> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?))
}

fn params() -> Result<Params> {
    Params::new(MEMORY, PASSES, 1, None).map_err(|e| Error::internal(format!("argon2: {e}")))
}

/// Lets a few through at once and keeps a short line; the rest are told to come back.
struct Gate {
    at_once: usize,
    line: usize,
    state: Mutex<(usize, usize)>,
    free: Condvar,
}

/// Leave to compute; given back when dropped.
struct Pass<'a>(&'a Gate);

impl Gate {
    const fn new(at_once: usize, line: usize) -> Gate {
        Gate { at_once, line, state: Mutex::new((0, 0)), free: Condvar::new() }
    }

    fn enter(&self) -> Result<Pass<'_>> {
        let mut state = self.state.lock();
        if state.0 >= self.at_once {
            if state.1 >= self.line {
                return Err(Error::busy("too many passwords are being checked"));
            }
            state.1 += 1;
            let busy = |state: &mut (usize, usize)| state.0 >= self.at_once;
            self.free.wait_while_for(&mut state, busy, PATIENCE);
            state.1 -= 1;
            if state.0 >= self.at_once {
                return Err(Error::busy("waited too long to check a password"));
            }
        }
        state.0 += 1;
        Ok(Pass(self))
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.state.lock().0 -= 1;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const GOOD: &str = "Kd7#mqTw2x";

    #[test]
    fn a_hash_fits_its_password_only_and_names_its_cost() {
        let hashed = hash("password", GOOD, "chenxl", "陈晓岚").unwrap();
        assert!(hashed.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashed.as_str());
        assert!(verify(GOOD, Some(hashed.as_str())).unwrap());
        assert!(!verify("Kd7#mqTw2y", Some(hashed.as_str())).unwrap());
        assert!(!verify(GOOD, None).unwrap());
        assert!(!format!("{hashed:?}").contains("argon2id"));
        assert_eq!(
            hash("password", "short", "chenxl", "陈晓岚").unwrap_err().field_errors()[0].field,
            "password"
        );
    }

    #[test]
    fn few_compute_at_once_and_the_line_is_short() {
        let gate = Gate::new(2, 3);
        let (inside, most, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let open = std::sync::Barrier::new(12);
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    open.wait();
                    match gate.enter() {
                        Ok(_pass) => {
                            let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                            most.fetch_max(now, Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(150));
                            inside.fetch_sub(1, Ordering::SeqCst);
                        }
                        Err(error) => {
                            assert_eq!(error.status(), 503);
                            assert!(error.retry_after().is_some());
                            refused.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 2);
        assert_eq!(refused.load(Ordering::SeqCst), 12 - 2 - 3);
        assert_eq!(*gate.state.lock(), (0, 0), "every pass was given back");
    }
}
