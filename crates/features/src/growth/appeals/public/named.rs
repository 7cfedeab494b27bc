//! Finding whom a form means by the words that were typed, where script picked nothing from the list.

use huitong_codes::Uscc;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::Filled;
use huitong_kernel::{Id, Result, Tx};

use crate::base::associations::{self, Association, Terms};
use crate::base::units::{self, Unit};

/// Names that are listed when several fit.
const NAMED: i64 = 5;

/// Settles the fields of a form that name an association or a unit: full name and id where exactly one is meant, else what
/// to do. What was typed stays where it cannot be settled.
pub fn settle(tx: &Tx, filled: &mut Filled, field: &str, with_units: bool) -> Result<Option<FieldError>> {
    let (words, key) = (filled.get(field).trim().to_owned(), format!("{field}_id"));
    let id = filled.get(&key).trim().to_owned();
    if words.is_empty() && id.is_empty() {
        return Ok(None);
    }
    let found = match by_id(tx, &id, with_units)? {
        // Without script the id of a name that was changed afterwards stays in the form.
        Some(picked) if words.is_empty() || picked.1 == words => Ok(picked),
        _ => by_words(tx, &words, with_units)?,
    };
    match found {
        Ok((id, name)) => {
            filled.values.insert(field.to_owned(), name);
            filled.values.insert(key, id);
            Ok(None)
        }
        Err(message) => {
            filled.values.remove(&key);
            Ok(Some(FieldError { field: field.to_owned(), message }))
        }
    }
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

fn by_words(tx: &Tx, words: &str, with_units: bool) -> Result<std::result::Result<Named, String>> {
    if let Ok(uscc) = Uscc::parse(words)
        && let Some(found) = associations::by_uscc(tx, &uscc)?
    {
        return Ok(Ok((found.id.to_string(), found.name)));
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
        return Ok(Ok(fit.swap_remove(only)));
    }
    Ok(match fit.len() {
        1 => Ok(fit.swap_remove(0)),
        0 if with_units => {
            Err(format!("没有找到“{words}”。请写其中几个字再试；不知道全称的可以不填，在“具体情况”中写明"))
        }
        0 => Err(format!("没有找到“{words}”。请写名称中的几个字再试，或者不填")),
        _ => {
            let names: Vec<&str> = fit.iter().take(5).map(|(_, name)| name.as_str()).collect();
            Err(format!("“{words}”不止一家：{}。请写全称", names.join("、")))
        }
    })
}
