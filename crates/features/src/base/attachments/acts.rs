//! How a file becomes an attachment: judged and kept before the act, entered in the act, read under the subject's right.

use std::fs;
use std::path::{Path, PathBuf};

use huitong_kernel::city::City;
use huitong_kernel::clock::machine_now;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::Upload;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Error, Result, Tx};
use serde_json::{Value as Json, json};

use super::files::Files;
use super::model::{Attachment, FileKind, MAX_BYTES, MAX_FILES};
use super::unsent::{Sender, Unsent};
use super::{rules, store};
use crate::base::journal::UNNAMED;

/// A file that was judged and lies in the store, not yet part of any subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Cleaned name.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Size in bytes.
    pub size: i64,
    /// SM3 of the content, in hexadecimal.
    pub digest: String,
    /// Where it waits until an act enters it.
    pub waits: PathBuf,
    /// Where it lies from then on.
    pub files: Files,
}

impl KeptFile {
    /// Whether it is still there: it may have waited too long.
    pub fn is_there(&self) -> bool {
        self.is_in(&self.waits) || self.files.place(&self.digest).is_ok_and(|place| self.is_in(&place))
    }

    pub(super) fn is_in(&self, place: &Path) -> bool {
        fs::metadata(place).is_ok_and(|known| i64::try_from(known.len()) == Ok(self.size))
    }
}

/// Judges what was uploaded and keeps it on disk, before the act; all that is wrong is said at once.
///
/// An empty file field of a browser (no name, no content) is no file. It waits among the files of unsent forms, where it is
/// held to the limits of its sender; only the act that [`add`]s it takes it in.
pub fn take(city: &City, pack: &Pack, sender: &Sender, uploads: &[Upload]) -> Result<Vec<KeptFile>> {
    let sent: Vec<&Upload> =
        uploads.iter().filter(|u| !(u.name.is_empty() && u.content.is_empty())).collect();
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut say = |upload: &Upload, message: String| {
        wrong.push(FieldError { field: upload.field.clone(), message });
    };
    if let Some(extra) = sent.get(MAX_FILES) {
        say(extra, format!("一次最多上传 {MAX_FILES} 个文件，现有 {} 个", sent.len()));
    }
    let mut good = Vec::new();
    for upload in sent.into_iter().take(MAX_FILES) {
        if upload.content.len() > MAX_BYTES as u64 {
            say(upload, rules::too_large(&upload.name));
            continue;
        }
        let bytes = upload.content.read()?;
        match rules::judge(&upload.name, &bytes) {
            Err(message) => say(upload, message),
            Ok((name, kind)) => match stopped(pack, &name, kind, &bytes) {
                Some(message) => say(upload, message),
                None => good.push((name, kind, upload)),
            },
        }
    }
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let keep = |(name, kind, upload): (String, FileKind, &Upload)| {
        let size = i64::try_from(upload.content.len()).unwrap_or(i64::MAX);
        let (digest, waits) = Unsent(city).keep(sender, &upload.content)?;
        Ok(KeptFile { name, kind, size, digest, waits, files: Files::of(&city.data) })
    };
    good.into_iter().map(keep).collect()
}

/// After so long no act is still on its way that has taken a file in (milliseconds).
const GIVEN_UP: i64 = 48 * 3_600_000;

/// Throws away the files of forms that were never sent, and of acts that failed at their end; answers how many. Housekeeping calls it.
pub fn sweep(city: &City) -> Result<u64> {
    let ctx = city.ctx(Actor::System);
    let known = |digests: &[String]| city.db.read(&ctx, |tx| store::known(tx, digests));
    Ok(Unsent(city).sweep()? + Files::of(&city.data).discard(machine_now() - GIVEN_UP, known)?)
}

/// What a stop marking of the pack in a file's name or plain text demands.
fn stopped(pack: &Pack, name: &str, kind: FileKind, bytes: &[u8]) -> Option<String> {
    let text = if kind == FileKind::Text { std::str::from_utf8(bytes).unwrap_or_default() } else { "" };
    let stop = pack.stop(name).or_else(|| pack.stop(text))?;
    Some(stop.message)
}

/// Enters a kept file under a subject, inside the act that brought it; the act's own record names it by [`facts`].
pub fn add(
    tx: &Tx,
    subject_kind: &str,
    subject: &str,
    step: Option<&str>,
    file: &KeptFile,
    internal: bool,
) -> Result<Attachment> {
    let attachment = Attachment {
        id: tx.ctx().id(),
        subject_kind: subject_kind.to_owned(),
        subject: subject.to_owned(),
        step: step.map(str::to_owned),
        name: file.name.clone(),
        media_type: file.kind.media_type().to_owned(),
        size: file.size,
        digest: file.digest.clone(),
        internal,
        added_by: tx.ctx().principal().to_owned(),
        added_at: tx.ctx().now,
    };
    // The one thing an act does past the database: it is on disk before anybody is told, and done again it changes nothing.
    file.files.settle(file)?;
    store::insert(tx, &attachment)?;
    Ok(attachment)
}

/// What the record of an act says about its files: kind, size and digest, never the name a person gave.
pub fn facts(files: &[KeptFile]) -> Json {
    files.iter().map(|f| json!({"type": f.kind.title(), "size": f.size, "sm3": f.digest})).collect()
}

/// Leaves the record that somebody read a file (`attachment.read`), without their account where they are to stay unnamed.
pub(super) fn record_read(tx: &Tx, attachment: &Attachment, unnamed: bool) -> Result<()> {
    let record = Record::new("attachment.read", attachment.id.as_str())
        .unnamed(unnamed.then_some(UNNAMED))
        .fact("subject_kind", attachment.subject_kind.clone())
        .fact("subject", attachment.subject.clone())
        .fact("sm3", attachment.digest.clone());
    tx.record(record)?;
    Ok(())
}
