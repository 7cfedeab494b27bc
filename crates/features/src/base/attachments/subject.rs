//! A file as the journal names it: by what it belongs to.

use crate::base::journal::Subject;

/// Files that belong to something else.
pub struct AttachmentSubject;

impl Subject for AttachmentSubject {
    fn kind(&self) -> &str {
        "attachment"
    }

    fn label(&self) -> &str {
        "附件"
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[("subject_kind", "所属事项"), ("subject", "所属记录"), ("sm3", "内容摘要（SM3）")]
    }
}
