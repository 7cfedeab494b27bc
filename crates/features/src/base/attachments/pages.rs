//! Handing out a file: only to whom the capability that owns its subject lets in, always saved, never run, each time logged.

use huitong_kernel::capability::OfKind;
use huitong_kernel::http::{Call, Name, Reply, Route, asset};
use huitong_kernel::{Error, OrMissing, Result};

use super::acts::record_read;
use super::files::Files;
use super::model::Attachment;
use super::store;

/// The capability that a kind of subject belongs to, and its answer to "may this caller read this file"; each capability
/// with files hands one in.
#[derive(Clone)]
pub struct Owner {
    /// Kind of subject (`appeal`).
    pub subject_kind: Name,
    /// Decides for one caller and one file; must look at `internal`, too.
    pub may_read: fn(&Call, &Attachment) -> Result<Reading>,
}

impl OfKind for Owner {
    fn kind(&self) -> &str {
        &self.subject_kind
    }
}

/// Whether a caller may read a file, and whether the journal may say who read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It is not there for them.
    No,
    /// They may, under their name.
    Named,
    /// They may, and their account is kept out of the journal: they are the complainant who asked for confidentiality.
    Unnamed,
}

/// The routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        asset("/attachments/{id}", "attachment.read", serve)
            .public()
            .summary("下载附件；只有能看到所属事项的人可以下载"),
    ]
}

/// Answers `GET /attachments/{id}`; a file the caller may not read is not there.
fn serve(c: &Call) -> Result<Reply> {
    let id = c.id("id")?;
    let attachment = c.read(|tx| store::find(tx, &id))?.or_missing()?;
    let owner = c.ctx.policy.of_kind::<Owner>(&attachment.subject_kind).or_missing()?;
    let reading = (owner.may_read)(c, &attachment)?;
    if reading == Reading::No {
        return Err(Error::missing());
    }
    hand_out(c, &attachment, reading)
}

/// Hands a file out and records that it was read; whoever calls has let the reader in.
pub fn hand_out(c: &Call, attachment: &Attachment, reading: Reading) -> Result<Reply> {
    c.end_reading();
    let file = Files::of(&c.city.data).open(&attachment.digest)?;
    c.city.db.write(&c.ctx, |tx| record_read(tx, attachment, reading == Reading::Unnamed))?;
    Reply::stored(c, &attachment.name, &attachment.media_type, file)?
        .header("x-content-type-options", "nosniff")?
        .header("cache-control", "private, no-store")
}
