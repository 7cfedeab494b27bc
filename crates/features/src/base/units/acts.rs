//! The verbs on units: check → decide → store → record.

use huitong_codes::{resident_id, text};
use huitong_kernel::journal::Record;
use huitong_kernel::{Error, Result, Tx};
use serde_json::json;

use super::model::{Unit, UnitId};
use super::store;

/// What is said of a unit when it is entered.
#[derive(Debug, Clone, Default)]
pub struct NewUnit {
    /// Key of the city file.
    pub key: String,
    /// Full name.
    pub name: String,
    /// Name where space is short; the full one where empty.
    pub short_name: String,
    /// Kinds of unit (keys of the pack).
    pub kinds: Vec<String>,
    /// Functions it performs.
    pub functions: Vec<String>,
    /// Office telephone.
    pub phone: Option<String>,
    /// The unit it belongs to.
    pub parent: Option<UnitId>,
}

/// Enters a unit (`unit.add`); a name or key that is taken is refused.
pub fn add(tx: &Tx, new: &NewUnit) -> Result<Unit> {
    let right = tx.ctx().right("unit.add")?;
    let name = text::name(&new.name);
    if text::is_nothing(&name) {
        return Err(Error::invalid("name", "请填写单位名称"));
    }
    if resident_id::stands_in(&name) {
        return Err(Error::invalid("name", "单位名称里有身份证号码，请改成单位全称"));
    }
    let told = text::same(&name);
    if let Some(known) = store::all(tx)?.into_iter().find(|unit| text::same(&unit.name) == told) {
        return Err(Error::invalid("name", format!("已有名为“{}”的单位，请核对是否重复", known.name)));
    }
    if store::by_key(tx, &new.key)?.is_some() {
        return Err(Error::invalid("key", format!("单位代号“{}”已被使用，请换一个", new.key)));
    }
    let unit = Unit {
        id: tx.ctx().id(),
        key: new.key.clone(),
        short_name: if new.short_name.is_empty() { name.clone() } else { text::name(&new.short_name) },
        name,
        kinds: new.kinds.clone(),
        functions: new.functions.clone(),
        phone: new.phone.clone(),
        parent: new.parent.clone(),
        active: true,
        version: 1,
    };
    store::insert(tx, &unit)?;
    tx.record(
        Record::new("unit.add", unit.id.as_str())
            .in_post(right.first_post())
            .change(json!({}), json!({"name": unit.name, "kinds": unit.kinds, "functions": unit.functions})),
    )?;
    Ok(unit)
}
