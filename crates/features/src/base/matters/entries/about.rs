//! What an entry is about, what it is called, from when until when it holds; and who reaches it.

use huitong_kernel::clock::civil_date;
use huitong_kernel::ctx::Post;
use huitong_kernel::pack::{Definition, StandsFor};
use huitong_kernel::rights::{Right, Scope};
use huitong_kernel::{Result, Tx};
use serde_json::Value as Json;

use super::super::matter::{KEYS, Matter as _, Rules};
use super::super::plain::Plain;
use super::super::sentences;
use super::{facts, store};

/// Whether a reader reaches a matter; an entry about several associations through any of them.
pub fn admitted(scope: &Scope, matter: &Plain) -> bool {
    through(matter, |value| scope.admits(value).then_some(())).is_some()
}

/// The post through which an act on a matter is done.
pub(in super::super) fn post_for<'a>(right: &Right<'a>, matter: &Plain) -> Option<&'a Post> {
    through(matter, |value| right.post_for(&KEYS, value))
}

/// The associations that follow a matter as their own.
pub(in super::super) fn owners(matter: &Plain) -> Vec<String> {
    let owner = &matter.spine.owner_association;
    match matter.marks.about.as_slice() {
        [] => owner.iter().cloned().collect(),
        about => owner.iter().flat_map(|_| about.iter().cloned()).collect(),
    }
}

/// Looks at the keys of a matter, of an entry about several associations as it is about each of them.
fn through<'m, T>(
    matter: &'m Plain,
    look: impl Fn(&dyn Fn(&str) -> Option<&'m str>) -> Option<T>,
) -> Option<T> {
    let spine = &matter.spine;
    let as_of_one = |one: &'m str| {
        look(&|column| {
            if KEYS.association == Some(column) {
                return Some(one);
            }
            // What is a work secret is no association's own.
            let owned = KEYS.owner_association == Some(column);
            spine.key(column).map(|key| if owned { one } else { key })
        })
    };
    match matter.marks.about.as_slice() {
        [] => look(&|column| spine.key(column)),
        about => about.iter().find_map(|one| as_of_one(one)),
    }
}

/// What follows from what was filled in: the associations, the day that orders it, its name.
pub(in super::super) fn settle(tx: &Tx, rules: Rules<'_>, entry: &mut Plain) -> Result<()> {
    let of = rules.of;
    let own = of.standing_for(StandsFor::Day).and_then(|field| entry.said(&field.key)?.as_str());
    let day = own.or(entry.from_on.as_deref()).map(str::to_owned);
    entry.day = Some(day.unwrap_or_else(|| civil_date(entry.spine.began_at).to_string()));
    if let Some(field) = of.register.as_ref().and_then(|register| register.associations_of.as_deref()) {
        let named = entry.said(field).and_then(Json::as_str).map(str::to_owned);
        let from = named.map(|id| Plain::find(tx, &Scope::all(), &id)).transpose()?.flatten();
        let about = from.map(|from| from.associations()).unwrap_or_default();
        entry.spine.association = about.first().cloned();
        entry.marks.about = about;
    }
    // What is about an association is its own to read, where the definition lets it; of a work secret it learns nothing.
    if !of.work_secret {
        entry.spine.owner_association.clone_from(&entry.spine.association);
    }
    entry.spine.title = sentences::name(tx, rules, entry)?;
    entry.search = entry.spine.found_by();
    Ok(())
}

/// The entries that are about the same associations because they name this one, and whatever follows from them in turn.
pub(super) fn follow(tx: &Tx, entry: &Plain) -> Result<()> {
    let pack = tx.ctx().pack()?;
    let takes = |of: &&Definition| {
        let field = of.register.as_ref().and_then(|register| register.associations_of.as_deref());
        let named = field.and_then(|field| of.field(field)).and_then(|field| field.register.as_deref());
        named == Some(entry.spine.procedure.as_str())
    };
    for of in pack.definitions.iter().filter(takes) {
        let field = of.register.as_ref().and_then(|register| register.associations_of.as_deref());
        for mut other in store::referring(tx, &of.key, field.unwrap_or_default(), &entry.spine.id)? {
            let rules = Rules::of(tx.ctx(), &other.spine)?;
            settle(tx, rules, &mut other)?;
            store::follow(tx, &other)?;
            facts::set_facts(tx, rules.of, &[&other])?;
            rows_follow(tx, rules, &other)?;
            follow(tx, &other)?;
        }
    }
    rows_follow(tx, Rules::of(tx.ctx(), &entry.spine)?, entry)
}

/// Rows within are seen by whoever sees their entry.
fn rows_follow(tx: &Tx, rules: Rules<'_>, entry: &Plain) -> Result<()> {
    if rules.of.register.as_ref().is_none_or(|register| register.within.is_empty()) {
        return Ok(());
    }
    for row in store::rows_within(tx, &entry.spine.id)? {
        let mut following = row.clone();
        super::acts::lie_within(&mut following, entry);
        if following != row {
            store::follow(tx, &following)?;
        }
    }
    Ok(())
}
