//! Finding the association somebody means: by id, by code, or by words that only one name holds.

use huitong_codes::Uscc;
use huitong_codes::search::Terms;
use huitong_kernel::{Error, Id, Result, Tx};

use crate::base::associations::{self, Association};

/// Names that are listed when several fit.
const NAMED: i64 = 5;

/// An association by its id or its unified social credit code, as programs name it.
pub fn by_key(tx: &Tx, key: &str) -> Result<Option<Association>> {
    if let Some(id) = Id::parse(key) {
        return associations::find(tx, &id);
    }
    match Uscc::parse(key) {
        Ok(uscc) => associations::by_uscc(tx, &uscc),
        Err(_) => Ok(None),
    }
}

/// The association that a person's words mean, where one alone fits.
pub fn the_one(tx: &Tx, typed: &str) -> Result<Option<Association>> {
    match by_key(tx, typed)? {
        Some(known) => Ok(Some(known)),
        None => Ok(fitting(tx, typed)?.ok()),
    }
}

/// An association by what a person typed; where none or several fit, the error says what to do.
pub fn by_words(tx: &Tx, typed: &str) -> Result<Association> {
    if let Some(known) = by_key(tx, typed)? {
        return Ok(known);
    }
    let found = match fitting(tx, typed)? {
        Ok(one) => return Ok(one),
        Err(several) => several,
    };
    match found.len() {
        0 => Err(Error::invalid(
            "association",
            format!("没有找到“{}”，请从提示中选取，或者换一个说法", typed.trim()),
        )),
        _ => {
            let names: Vec<&str> = found.iter().map(|a| a.name.as_str()).collect();
            let (total, typed) = (associations::count(tx, &Terms::of(typed))?, typed.trim());
            let message = format!("有 {total} 家协会符合“{typed}”：{}，请写全名称", names.join("、"));
            Err(Error::invalid("association", message))
        }
    }
}

/// The association of exactly this name, or the only one whose name holds these words; else the first of those that fit.
fn fitting(tx: &Tx, typed: &str) -> Result<std::result::Result<Association, Vec<Association>>> {
    let mut found = associations::search(tx, &Terms::of(typed), NAMED, 0)?;
    let exact = found.iter().position(|a| a.name == typed.trim());
    Ok(match exact.or((found.len() == 1).then_some(0)) {
        Some(at) => Ok(found.swap_remove(at)),
        None => Err(found),
    })
}
