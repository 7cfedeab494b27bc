//! A published pack as the journal names it.

use huitong_kernel::{Result, Tx};

use super::access::by_role;
use super::subjects::{Described, Seen, Subject};

/// Published packs.
pub struct PackSubject;

impl Subject for PackSubject {
    fn kind(&self) -> &str {
        "pack"
    }

    fn label(&self) -> &str {
        "政策规则库"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let known = tx.ctx().policy.version(id);
        Ok(known.map(|p| Described { text: p.version.clone(), href: Some(String::from("/admin/pack")) }))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("version", "版本"),
            ("digest", "内容摘要（SM3）"),
            ("title", "标题"),
            ("file", "文件"),
            ("paper", "依据的文件"),
        ]
    }

    fn seen(&self, tx: &Tx, _: &str) -> Result<Seen> {
        by_role(tx, "pack.view")
    }
}
