//! That what lies within an entry happened while it held, where its definition says so.

use huitong_kernel::http::form;
use huitong_kernel::pack::Keeping;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Error, Result};

use super::super::case::Case;
use super::super::matter::Matter as _;
use super::super::plain::Plain;

/// Holds the days of a row within to those of its entry.
pub(in super::super) fn ordered(case: &Case<'_, '_, Plain>) -> Result<()> {
    let Some(form) = case.rules.of.form_of(case.act) else { return Ok(()) };
    let entry = match (&case.act.keeping, &case.matter.parent) {
        (Some(Keeping::Within), _) => Some(case.matter.clone()),
        (Some(Keeping::Correct { .. }), Some(parent)) => Plain::find(case.tx, &Scope::all(), parent)?,
        _ => None,
    };
    let Some(entry) = entry else { return Ok(()) };
    let of_entry = |key: &str| {
        let fact = case.rules.of.facts.iter().find(|fact| fact.key == key);
        Some((fact.map_or_else(|| key.to_owned(), |fact| fact.label.clone()), entry.day(key)?))
    };
    let wrong = form::disordered(form, &case.said, &of_entry);
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields(wrong)) }
}
