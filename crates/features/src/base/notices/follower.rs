//! The follower that turns entries of the journal into notices; taken twice, an entry tells nobody twice.

use huitong_kernel::followers::Follower;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Result, Tx};

use super::model::Addressed;
use super::{rules, store};

/// Computes whom an entry is told to, under the pack version the entry was written under.
///
/// A rebuild asks again for old entries: the answer has to come from the entry and from what is kept with dates.
pub type Recipients = fn(&Tx, &Kept, &Pack) -> Result<Vec<Addressed>>;

/// A capability that has something to tell about subjects of a kind.
#[derive(Clone, Copy)]
pub struct Teller {
    /// Kind of subject (`appeal`).
    pub subject_kind: &'static str,
    /// Whom it tells.
    pub recipients: Recipients,
}

/// Every capability that tells something; the list of capabilities implements it.
pub trait Tellers {
    /// The tellers.
    const TELLERS: &'static [Teller];
}

/// The follower.
pub fn follower<H: Tellers>() -> Follower {
    Follower { name: "notices", take: take::<H> }
}

fn take<H: Tellers>(tx: &Tx, entries: &[Kept]) -> Result<()> {
    for entry in entries {
        for teller in H::TELLERS.iter().filter(|t| t.subject_kind == entry.subject_kind) {
            let pack = match tx.ctx().policy.version(&entry.pack) {
                Some(pack) => pack,
                None => tx.ctx().pack()?,
            };
            for notice in (teller.recipients)(tx, entry, pack)? {
                // Nobody is told what they did themselves.
                if notice.user.as_str() != entry.actor && rules::is_local(&notice.link) {
                    store::insert(tx, entry, &notice)?;
                }
            }
        }
    }
    Ok(())
}
