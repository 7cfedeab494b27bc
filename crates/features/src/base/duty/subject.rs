//! A link of the responsibility relation as the journal names it.

use huitong_kernel::journal::Kept;
use huitong_kernel::{Id, Result, Tx};

use super::store;
use crate::base::journal::{Described, Seen, Subject};
use crate::base::{associations, units};

/// Links of associations to the units that answer for them.
pub struct LinkSubject;

impl Subject for LinkSubject {
    fn kind(&self) -> &str {
        "link"
    }

    fn label(&self) -> &str {
        "责任关系"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let Some(link) = Id::parse(id).map(|id| store::find(tx, &id)).transpose()?.flatten() else {
            return Ok(None);
        };
        let association = associations::name_of(tx, &link.association)?;
        let text = format!("{association} — {}", units::name_of(tx, &link.unit)?);
        Ok(Some(Described { text, href: Some(format!("/duty?association_id={}", link.association)) }))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("association", "协会"),
            ("kind", "关系类型"),
            ("unit", "单位"),
            ("from_on", "起始日"),
            ("until_on", "截止日"),
            ("paper", "来源文件"),
        ]
    }

    fn meaning(&self, tx: &Tx, entry: &Kept, field: &str, text: &str) -> Option<String> {
        let policy = &tx.ctx().policy;
        // A kind that has become a register is still called what it was called when the entry was written.
        let pack = policy.version(&entry.pack).or(policy.pack.as_deref())?;
        match field {
            "kind" => Some(pack.link_kind(text)?.title.clone()),
            _ => None,
        }
    }

    fn seen(&self, _: &Tx, _: &str) -> Result<Seen> {
        Ok(Seen::Public)
    }
}
