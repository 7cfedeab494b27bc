//! What others did to a record while somebody had it open: shown to the slower of two, field by field.

use huitong_kernel::clock::minute_text;
use huitong_kernel::journal::{self, Filter, Kept};
use huitong_kernel::{Result, Tx};

use super::reading;
use super::rules::{self, Drift};
use super::subjects::{self, Kind};

/// Entries looked at for one record; whoever had it open for longer sees the newest.
const ENTRIES: i64 = 100;

/// A record and the version in which somebody opened it.
pub struct Opened<'a> {
    /// The kinds and ids that make up the record: an account and its posts.
    pub parts: &'a [(&'a str, String)],
    /// The version that the form carried.
    pub version: i64,
    /// The word for actors who hold no post in a unit: never a name.
    pub outsider: &'a str,
}

/// One act of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meanwhile {
    /// What was done.
    pub act: String,
    /// By whom.
    pub who: String,
    /// When.
    pub time: String,
}

/// What happened since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// The acts, the oldest first.
    pub acts: Vec<Meanwhile>,
    /// The fields that say something else now.
    pub drifts: Vec<Drift>,
    /// Whether the reader's own words stand in any of them.
    pub typed: bool,
}

impl Since {
    /// Reads from the journal what was done to a record after `opened`. The journal holds no unmasked value of a person;
    /// what its owner veils from this reader is veiled here too.
    pub fn read(tx: &Tx, opened: &Opened) -> Result<Since> {
        let mut entries: Vec<(Kind, Kept)> = Vec::new();
        for (kind, id) in opened.parts {
            let Some(subject) = subjects::subject(tx, kind) else { continue };
            let filter = Filter { subject: Some(id.clone()), ..Filter::default() };
            for kept in journal::list(tx, &filter, &journal::From::Newest(0), ENTRIES)? {
                if rules::version_after(&kept.body).is_some_and(|version| version > opened.version) {
                    entries.push((subject.clone(), kept));
                }
            }
        }
        entries.sort_by_key(|(_, kept)| rules::version_after(&kept.body));
        let mut since = Since::default();
        for (subject, mut kept) in entries {
            subject.veil(tx, &mut kept)?;
            let who = reading::colleague(tx, &kept, opened.outsider)?;
            let time = minute_text(kept.at);
            let act = tx.ctx().roles().act_label(&kept.act).to_owned();
            let changed = reading::with_words(tx, Some(&subject), &kept, |w| rules::changed(&kept.body, w));
            rules::drift(&mut since.drifts, changed, &who, &time);
            since.acts.push(Meanwhile { act, who, time });
        }
        Ok(since)
    }

    /// Puts what the reader typed beside the fields that changed; `typed` answers in words, "" for no such field.
    pub fn beside(mut self, typed: impl Fn(&str) -> String) -> Since {
        for drift in &mut self.drifts {
            drift.typed = typed(&drift.key);
            self.typed |= !drift.typed.is_empty();
        }
        self
    }

    /// Whether anything is known to have happened.
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }
}
