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
    let typed = typed.trim();
    let why = match found.as_slice() {
        [] => format!("没有名为“{typed}”的协会，请写全称或者统一社会信用代码"),
        [first, ..] if first.name == typed => {
            format!("有 {} 家协会都叫“{typed}”，请改写统一社会信用代码", found.len())
        }
        some => associations::several_fit(tx, typed, some)?,
    };
    Err(Error::invalid("association", why))
}

/// The association of exactly this name, or the only one whose name holds these words; else the first of those that fit.
fn fitting(tx: &Tx, typed: &str) -> Result<std::result::Result<Association, Vec<Association>>> {
    let mut found = associations::by_name(tx, typed.trim())?;
    if found.is_empty() {
        found = associations::search(tx, &Terms::of(typed), NAMED, 0)?;
    }
    Ok(match found.pop() {
        Some(one) if found.is_empty() => Ok(one),
        last => Err(found.into_iter().chain(last).collect()),
    })
}
