//! Finding whom a form means by the words that were typed, where script picked nothing from the list.

use huitong_codes::Uscc;
use huitong_codes::search::Terms;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::Filled;
use huitong_kernel::{Id, Result, Tx};

use crate::base::associations::{self, Association};
use crate::base::units::{self, Unit};

/// Names that are listed when several fit.
const NAMED: i64 = 5;

/// Settles the fields of a form that name an association or a unit: full name and id where exactly one is meant, else what
/// to do. What was typed stays where it cannot be settled. Whom one complains of need not be in any register: what no name
/// holds is kept as the words it is.
pub fn settle(tx: &Tx, filled: &mut Filled, field: &str, with_units: bool) -> Result<Option<FieldError>> {
    let (words, key) = (filled.get(field).trim().to_owned(), format!("{field}_id"));
    let id = filled.get(&key).trim().to_owned();
    if words.is_empty() && id.is_empty() {
        return Ok(None);
    }
    let found = match by_id(tx, &id, with_units)? {
        // Without script the id of a name that was changed afterwards stays in the form.
        Some(picked) if words.is_empty() || picked.1 == words => Meant::One(picked),
        _ => by_words(tx, &words, with_units)?,
    };
    let message = match found {
        Meant::One((id, name)) => {
            filled.values.insert(field.to_owned(), name);
            filled.values.insert(key, id);
            return Ok(None);
        }
        Meant::None if with_units && !words.is_empty() => {
            filled.values.remove(&key);
            return Ok(None);
        }
        Meant::None => format!("没有找到“{words}”。请写名称中的几个字再试，或者不填"),
        Meant::Several(names) => format!("“{words}”不止一家：{}。请写全称", names.join("、")),
    };
    filled.values.remove(&key);
    Ok(Some(FieldError { field: field.to_owned(), message }))
}

/// Whom words mean.
enum Meant {
    /// Exactly this one.
    One(Named),
    /// Nobody in the registers.
    None,
    /// More than one; the first names.
    Several(Vec<String>),
}

/// Id and full name.
type Named = (String, String);

/// The name behind an id of an association or, where the form takes units too, of a unit.
pub fn by_id(tx: &Tx, id: &str, with_units: bool) -> Result<Option<Named>> {
    if let Some(id) = Id::<Association>::parse(id) {
        return Ok(associations::find(tx, &id)?.map(|a| (a.id.to_string(), a.name)));
    }
    match Id::<Unit>::parse(id) {
        Some(id) if with_units => Ok(units::find(tx, &id)?.map(|u| (u.id.to_string(), u.name))),
        _ => Ok(None),
    }
}

fn by_words(tx: &Tx, words: &str, with_units: bool) -> Result<Meant> {
    if let Ok(uscc) = Uscc::parse(words)
        && let Some(found) = associations::by_uscc(tx, &uscc)?
    {
        return Ok(Meant::One((found.id.to_string(), found.name)));
    }
    let terms = Terms::of(words);
    let mut fit: Vec<Named> =
        associations::search(tx, &terms, NAMED, 0)?.into_iter().map(|a| (a.id.to_string(), a.name)).collect();
    if with_units {
        let all = units::all(tx)?.into_iter().filter(|u| u.active && terms.fit(&[&u.name, &u.short_name]));
        fit.extend(all.map(|u| (u.id.to_string(), u.name)));
    }
    let exact: Vec<usize> = (0..fit.len()).filter(|&nth| fit[nth].1 == words).collect();
    if let [only] = exact[..] {
        return Ok(Meant::One(fit.swap_remove(only)));
    }
    Ok(match fit.len() {
        1 => Meant::One(fit.swap_remove(0)),
        0 => Meant::None,
        _ => Meant::Several(fit.into_iter().take(5).map(|(_, name)| name).collect()),
    })
}
