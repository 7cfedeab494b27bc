//! Whom and what a form names: associations, units, people, other matters, by id, code or full name; found or said why not.

use std::cell::RefCell;
use std::collections::HashMap;

use huitong_kernel::condition::{Frame, truth};
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::form::Checked;
use huitong_kernel::pack::{Control, Field, Form, Queue, StandsFor, VOID};
use huitong_kernel::{Error, Id, Result, Tx};
use serde_json::Value as Json;

use super::matter::{KEYS, Matter as _};
use super::plain::Plain;
use super::{effects, entries, store};
use crate::base::{associations, duty, identity, units};

type Found = std::result::Result<String, String>;

/// What the names in a file were found to mean, so that each is looked up once.
#[derive(Debug, Default)]
pub struct Known(RefCell<HashMap<Asked, Found>>);

/// Key of a field, what was typed, and the association it was typed about where that matters.
type Asked = (String, String, Option<String>);

impl Known {
    /// Forgets what was found: it may have been found in an act that did not hold.
    pub fn forget(&self) {
        self.0.borrow_mut().clear();
    }
}

/// What a matter is known to be about before its form is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The association.
    pub association: Option<&'a str>,
    /// The unit whose people 本单位 means; that of whoever acts where none is known.
    pub unit: Option<&'a str>,
}

/// Puts what was meant in the place of what was typed, in every field that names something; all that is not found is said
/// at once.
pub fn settle<'m>(
    tx: &Tx,
    form: &Form,
    said: &mut Checked,
    about: About<'_>,
    keeps: Keeps<'_, 'm>,
) -> Result<()> {
    settle_by(&|field, typed, about| find(tx, field, typed, about), form, said, about, keeps)
}

/// The same for a row of a file.
pub fn settle_row(
    tx: &Tx,
    form: &Form,
    said: &mut Checked,
    about: Option<&str>,
    known: &Known,
) -> Result<()> {
    let about = About { association: about, unit: None };
    settle_by(&|field, typed, about| find_once(tx, field, typed, about, known), form, said, about, &|_| None)
}

/// What a name in a file means; nothing where the field names nothing.
pub fn find_once(
    tx: &Tx,
    field: &Field,
    typed: &str,
    about: Option<&str>,
    known: &Known,
) -> Result<Option<Found>> {
    let of_somebody = matches!(field.control, Control::Officeholder | Control::Handler);
    let key = (field.key.clone(), typed.to_owned(), about.filter(|_| of_somebody).map(str::to_owned));
    if let Some(found) = known.0.borrow().get(&key) {
        return Ok(Some(found.clone()));
    }
    let found = find(tx, field, typed, about)?;
    if let Some(found) = &found {
        known.0.borrow_mut().insert(key, found.clone());
    }
    Ok(found)
}

type Find<'f> = &'f dyn Fn(&Field, &str, Option<&str>) -> Result<Option<Found>>;

fn settle_by<'m>(
    find: Find<'_>,
    form: &Form,
    said: &mut Checked,
    about: About<'_>,
    keeps: Keeps<'_, 'm>,
) -> Result<()> {
    let mut wrong = Vec::new();
    let (mut association, mut unit) = (about.association.map(str::to_owned), about.unit.map(str::to_owned));
    // Whose people can be chosen is known before they are.
    let is_unit = |field: &&Field| field.stands_for == Some(StandsFor::Unit);
    let fields = form.fields.iter();
    for field in fields.clone().filter(is_unit).chain(fields.filter(|field| !is_unit(field))) {
        let about = if field.control == Control::Handler { &unit } else { &association };
        let Some(typed) = typed(said, field) else { continue };
        let mut meant = Vec::new();
        for one in typed {
            if names(keeps(&field.key), &one) {
                meant.push(one);
                continue;
            }
            match find(field, &one, about.as_deref())? {
                Some(Ok(id)) => meant.push(id),
                Some(Err(message)) => wrong.push(FieldError { field: field.key.clone(), message }),
                None => {}
            }
        }
        let whole = Json::from(meant.clone());
        match meant.first() {
            Some(_) if field.several => said.mean_json(&field.key, whole),
            Some(one) => said.mean(&field.key, one),
            None => {}
        }
        if field.control == Control::Association && !field.several {
            association = meant.first().cloned().or(association);
        }
        if is_unit(&field) {
            unit = meant.first().cloned().or(unit);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields(wrong)) }
}

/// What a matter keeps of a field's answer.
pub type Keeps<'f, 'm> = &'f dyn Fn(&str) -> Option<&'m Json>;

/// Whether an answer that is kept already is or holds this id.
fn names(kept: Option<&Json>, id: &str) -> bool {
    match kept {
        Some(Json::Array(all)) => all.iter().any(|one| one.as_str() == Some(id)),
        Some(one) => one.as_str() == Some(id),
        None => false,
    }
}

/// What was typed or picked; none where the field names nothing.
fn typed(said: &Checked, field: &Field) -> Option<Vec<String>> {
    let names = matches!(
        field.control,
        Control::Association
            | Control::Unit
            | Control::Handler
            | Control::Officeholder
            | Control::Matter
            | Control::Entry
    );
    let answer = said.json(&field.key).filter(|_| names)?;
    if let Some(all) = answer.as_array() {
        return Some(all.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    }
    let one = said.id(&field.key).or(answer.as_str()).unwrap_or_default();
    (!one.is_empty()).then(|| vec![one.to_owned()])
}

fn find(tx: &Tx, field: &Field, typed: &str, about: Option<&str>) -> Result<Option<Found>> {
    Ok(Some(match field.control {
        Control::Association => association(tx, typed)?,
        Control::Unit => match effects::named_unit(tx, &field.key, typed) {
            Ok(unit) => Ok(unit.id.to_string()),
            Err(error) => Err(said(&error)),
        },
        Control::Handler => colleague(tx, field, typed, about)?,
        Control::Officeholder => officeholder(tx, field, typed, about)?,
        Control::Matter => matter(tx, typed)?,
        Control::Entry => entry(tx, field, typed)?,
        _ => return Ok(None),
    }))
}

/// A matter that whoever acts may see, by its number; what is hidden and what is not there look alike.
fn matter(tx: &Tx, typed: &str) -> Result<Found> {
    if let Some((id, procedure)) = store::named(tx, typed)?
        && let Some(right) = tx.ctx().may(&format!("{procedure}.view"))
        && let Some(found) = store::find(tx, &Plain::reach(tx, right)?.scope(&KEYS), &id)?
        && !found.spine.number.is_empty()
    {
        return Ok(Ok(found.spine.number.clone()));
    }
    Ok(Err(format!("没有找到编号为“{typed}”的事项，请核对")))
}

/// An entry of a register that whoever acts may see, by id, number or name.
fn entry(tx: &Tx, field: &Field, typed: &str) -> Result<Found> {
    let register = field.register.as_deref().unwrap_or_default();
    let of = tx.ctx().pack()?.definition(register);
    let title = of.map_or(register, |of| &of.title);
    let mut found = entries_seen(tx, register, typed)?;
    let queues: Vec<&Queue> = field.only.iter().filter_map(|key| of?.queue(key)).collect();
    let frame = Frame { now: tx.ctx().now, ..Frame::default() };
    let stands = |entry: &Plain| queues.iter().any(|queue| truth(&queue.when, entry, &frame).holds());
    if let Some(other) = found.first().filter(|one| !queues.is_empty() && !stands(one)) {
        let among = queues.iter().map(|queue| queue.title.as_str()).collect::<Vec<_>>().join("、");
        return Ok(Err(format!("“{}”不在“{title}”的“{among}”里，不能选", other.spine.title)));
    }
    Ok(match (found.len(), found.pop()) {
        (1, Some(one)) => Ok(one.spine.id),
        (0, _) | (_, None) => Err(format!("“{title}”里没有找到“{typed}”，请核对名称或者编号")),
        _ => Err(format!("“{title}”里有几条都叫“{typed}”，请改写编号")),
    })
}

/// Entries of a register that are called so and that whoever acts may see.
fn entries_seen(tx: &Tx, register: &str, typed: &str) -> Result<Vec<Plain>> {
    let Some(right) = tx.ctx().may(&format!("{register}.view")) else { return Ok(Vec::new()) };
    let scope = Plain::reach(tx, right)?.scope(&KEYS);
    if entries::is_entry(typed) {
        let found = store::find(tx, &scope, typed)?;
        let counts = |one: &Plain| one.spine.procedure == register && one.spine.state != VOID;
        return Ok(found.into_iter().filter(counts).collect());
    }
    let mut found = entries::find_by(tx, register, typed)?;
    found.retain(|one| entries::admitted(&scope, one));
    Ok(found)
}

/// What an error says of the one thing that was asked for.
fn said(error: &Error) -> String {
    error.field_errors().first().map_or(error.message(), |field| &field.message).to_owned()
}

fn association(tx: &Tx, typed: &str) -> Result<Found> {
    Ok(match duty::by_words(tx, typed) {
        Ok(found) => Ok(found.id.to_string()),
        Err(error) if error.field_errors().is_empty() => return Err(error),
        Err(error) => Err(said(&error)),
    })
}

/// Somebody of a unit; where none is known, of those in which whoever acts holds a post.
fn colleague(tx: &Tx, field: &Field, typed: &str, unit: Option<&str>) -> Result<Found> {
    let whose = match unit {
        Some(unit) => units::name_of(tx, &Id::stored(unit.to_owned()))?,
        None => String::from("本单位"),
    };
    let mut fitting = Vec::new();
    for holder in people_of(tx, unit)? {
        if (holder.0 == typed || holder.1 == typed) && !fitting.contains(&holder.0) {
            fitting.push(holder.0);
        }
    }
    Ok(match (fitting.len(), fitting.pop()) {
        (1, Some(id)) => Ok(id),
        // Nobody is told an id.
        (0, _) if identity::UserId::parse(typed).is_some() => {
            Err(format!("“{}”选的人不在{whose}，请重新选择", field.label))
        }
        (0, _) => Err(format!("“{}”里没有{whose}的“{typed}”，请核对姓名", field.label)),
        _ => Err(format!("{whose}有几位“{typed}”，请写明是哪一位")),
    })
}

/// Accounts and names of the people of a unit; where none is known, of those in which whoever acts holds a post.
pub fn people_of(tx: &Tx, unit: Option<&str>) -> Result<Vec<(String, String)>> {
    let own = tx.ctx().posts().iter().filter(|post| post.kind == OfficeKind::Unit);
    let own: std::collections::BTreeSet<&str> = own.map(|post| post.office.as_str()).collect();
    match unit {
        Some(unit) => colleagues(tx, std::iter::once(unit)),
        None => colleagues(tx, own.into_iter()),
    }
}

/// Accounts and names of the people of some units, each once.
fn colleagues<'u>(tx: &Tx, units: impl Iterator<Item = &'u str>) -> Result<Vec<(String, String)>> {
    let mut all: Vec<(String, String)> = Vec::new();
    for unit in units {
        for role in tx.ctx().roles().all() {
            for holder in identity::people_in_role(tx, unit, &role.key)? {
                if !all.iter().any(|(id, _)| id == holder.user.as_str()) {
                    all.push((holder.user.to_string(), holder.name));
                }
            }
        }
    }
    Ok(all)
}

/// Somebody who holds one of the posts today, as `职务 姓名`; only the post is known, no file on the person.
fn officeholder(tx: &Tx, field: &Field, typed: &str, about: Option<&str>) -> Result<Found> {
    let Some(association) = about else { return Ok(Err(String::from("请先选择协会"))) };
    let all = officeholders(tx, field, association)?;
    let fits =
        |known: &&String| *known == typed || known.split_once(' ').is_some_and(|(_, name)| name == typed);
    let mut fitting = all.iter().filter(fits);
    Ok(match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one.clone()),
        (None, _) => Err(format!("“{typed}”现在没有在这家协会任职，可以选：{}", all.join("、"))),
        _ => Err(format!("有几位“{typed}”，请连职务一起写")),
    })
}

/// Those who hold one of the posts of a field in an association today, each as `职务 姓名`.
pub fn officeholders(tx: &Tx, field: &Field, association: &str) -> Result<Vec<String>> {
    let people = associations::people(tx, &Id::stored(association.to_owned()), tx.ctx().today())?;
    let asked =
        people.into_iter().filter(|person| field.only.is_empty() || field.only.contains(&person.title));
    Ok(asked.map(|person| format!("{} {}", person.title, person.name)).collect())
}
