//! A unit as the journal names it.

use huitong_kernel::journal::Kept;
use huitong_kernel::{Result, Tx};

use super::store;
use crate::base::journal::{Described, Seen, Subject, named};

/// Units of the city.
pub struct UnitSubject;

impl Subject for UnitSubject {
    fn kind(&self) -> &str {
        "unit"
    }

    fn label(&self) -> &str {
        "单位"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        named(id, None, |id| Ok(store::find(tx, id)?.map(|unit| unit.name)))
    }

    fn find(&self, tx: &Tx, typed: &str) -> Result<Option<String>> {
        Ok(store::by_name(tx, typed)?.map(|unit| unit.id.to_string()))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[("name", "名称"), ("kinds", "单位类型"), ("functions", "职能")]
    }

    fn meaning(&self, tx: &Tx, _: &Kept, field: &str, text: &str) -> Option<String> {
        match field {
            "kinds" => Some(tx.ctx().pack().ok()?.unit_kind(text)?.name.clone()),
            _ => None,
        }
    }

    fn seen(&self, _: &Tx, _: &str) -> Result<Seen> {
        Ok(Seen::Public)
    }
}
