//! How far the writing of a request has got: nobody is told that nothing was saved while something still may be.

use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

use crate::error::{Error, Result};

/// Nothing is saved, and something may be begun.
const OPEN: u8 = 0;
/// Something is being made durable: only its end tells whether it is.
const SEALED: u8 = 1;
/// An act is saved.
const SAVED: u8 = 2;
/// The caller was told that nothing was saved; nothing may be any more.
const CUT: u8 = 3;

/// What becomes of what a request writes.
#[derive(Debug, Default)]
pub struct Fate(AtomicU8);

impl Fate {
    /// Asked before a transaction begins: whether anybody still waits for it.
    ///
    /// # Errors
    /// Busy, once the caller was told that nothing was saved.
    pub(crate) fn awaited(&self) -> Result<()> {
        match self.0.load(SeqCst) {
            CUT => Err(Error::busy("nobody waits for this any more")),
            _ => Ok(()),
        }
    }

    /// Asked before a transaction is made durable: from here on nobody may be told that nothing was saved.
    ///
    /// # Errors
    /// Busy, once the caller was told so.
    pub(crate) fn seal(&self) -> Result<()> {
        match self.0.compare_exchange(OPEN, SEALED, SeqCst, SeqCst) {
            Err(CUT) => Err(Error::busy("nobody waits for this any more")),
            _ => Ok(()),
        }
    }

    /// What was sealed is on disk; `tells` where it is an act, of which the caller is told, and not housekeeping.
    pub(crate) fn saved(&self, tells: bool) {
        let _ = self.0.compare_exchange(SEALED, if tells { SAVED } else { OPEN }, SeqCst, SeqCst);
    }

    /// What was sealed came to nothing.
    pub(crate) fn undone(&self) {
        let _ = self.0.compare_exchange(SEALED, OPEN, SeqCst, SeqCst);
    }

    /// Gives up waiting; answers whether it is certain that nothing was saved and nothing will be.
    pub(crate) fn cut(&self) -> bool {
        self.0.compare_exchange(OPEN, CUT, SeqCst, SeqCst).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_never_saved_and_what_is_sealed_is_never_cut() {
        let fate = Fate::default();
        assert!(fate.cut());
        assert!(fate.awaited().is_err() && fate.seal().is_err());
        let fate = Fate::default();
        fate.seal().unwrap();
        assert!(!fate.cut(), "it may be in its commit");
        fate.undone();
        assert!(fate.cut(), "it came to nothing");
        let fate = Fate::default();
        fate.seal().unwrap();
        fate.saved(false);
        fate.seal().unwrap();
        fate.saved(true);
        fate.seal().unwrap();
        fate.undone();
        assert!(!fate.cut(), "a request's second act may come to nothing, its first is saved");
        assert!(fate.awaited().is_ok());
    }
}
