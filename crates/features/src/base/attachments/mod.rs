//! Attachments: files judged by their content, kept by their digest, read under the right of what they belong to.

mod acts;
mod archive;
mod files;
mod model;
mod pages;
mod rules;
mod store;
mod subject;
mod unsent;

pub use acts::{KeptFile, add, facts, sweep, take};
pub use files::Files;
pub use model::{Attachment, AttachmentId, FileKind, HINT, MAX_BYTES, MAX_FILES};
pub use pages::{Owner, Reading, hand_out};
pub use store::{exist, list};
pub use unsent::Sender;

use huitong_kernel::capability::Capability;

use crate::base::journal::Kind;
use crate::base::places::{self, under};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[("attachment.read", "查看附件"), ("attachment.add", "上传附件")];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { routes: pages::routes(), ..Capability::named("attachments", ACTS) }
        .hands(Kind::new(subject::AttachmentSubject))
        .hands(under(places::ASSOCIATIONS, &["attachment"]))
}
