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

/// An association by what a person typed; where none or several fit, the error says what to do.
pub fn by_words(tx: &Tx, typed: &str) -> Result<Association> {
    if let Some(known) = by_key(tx, typed)? {
        return Ok(known);
    }
    let (terms, typed) = (Terms::of(typed), typed.trim());
    let mut found = associations::search(tx, &terms, NAMED, 0)?;
    if let Some(exact) = found.iter().position(|a| a.name == typed) {
        return Ok(found.swap_remove(exact));
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(Error::invalid("association", format!("没有找到“{typed}”，请从提示中选取，或者换一个说法"))),
        _ => {
            let names: Vec<&str> = found.iter().map(|a| a.name.as_str()).collect();
            let total = associations::count(tx, &terms)?;
            let message = format!("有 {total} 家协会符合“{typed}”：{}，请写全名称", names.join("、"));
            Err(Error::invalid("association", message))
        }
    }
}
