//! The follower that turns entries of the journal into notices; taken twice, an entry tells nobody twice.

use huitong_kernel::capability::OfKind;
use huitong_kernel::followers::Follower;
use huitong_kernel::http::Name;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Result, Tx};

use super::model::Told;
use super::{rules, store};

/// Computes whom an entry is told to, under the pack version the entry was written under.
///
/// A rebuild asks again for old entries: the answer has to come from the entry and from what is kept with dates.
pub type Recipients = fn(&Tx, &Kept, &Pack) -> Result<Told>;

/// What there is to tell about subjects of a kind; each capability that tells something hands one in.
#[derive(Clone)]
pub struct Teller {
    /// Kind of subject (`appeal`).
    pub subject_kind: Name,
    /// Whom it tells.
    pub recipients: Recipients,
}

impl OfKind for Teller {
    fn kind(&self) -> &str {
        &self.subject_kind
    }
}

/// The follower.
pub const FOLLOWER: Follower = Follower { name: "notices", take };

fn take(tx: &Tx, entries: &[Kept]) -> Result<()> {
    for entry in entries {
        let policy = &tx.ctx().policy;
        let Some(teller) = policy.of_kind::<Teller>(&entry.subject_kind) else { continue };
        let pack = match policy.version(&entry.pack) {
            Some(pack) => pack,
            None => tx.ctx().pack()?,
        };
        let Told { people, over } = (teller.recipients)(tx, entry, pack)?;
        if let Some(page) = over {
            store::set_over(tx, &page, entry.at)?;
        }
        for notice in people {
            // Nobody is told what they did themselves.
            if notice.user.as_str() != entry.actor && rules::is_local(&notice.link) {
                store::insert(tx, entry, &notice)?;
            }
        }
    }
    Ok(())
}
