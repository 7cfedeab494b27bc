//! Lists of matters: what every list asks of its reader, and the names that a page of rows refers to.

use std::collections::{BTreeMap, BTreeSet};

use huitong_kernel::condition::Frame;
use huitong_kernel::ctx::{OfficeKind, Post};
use huitong_kernel::list::{ColumnKind, OrderBy};
use huitong_kernel::pack::{Definition, Order, Queue};
use huitong_kernel::rights::SubjectKeys;
use huitong_kernel::{Ctx, Id, Result, Tx};

use super::matter::Matter;
use crate::base::{associations, identity, units};

/// The same keys as [`super::KEYS`] under the alias of the lists.
pub const LIST_KEYS: SubjectKeys = SubjectKeys {
    units: &["a.unit", "a.next_unit"],
    assignee: Some("a.assignee"),
    owner_user: Some("a.owner_user"),
    owner_association: Some("a.owner_association"),
    owner_company: Some("a.owner_company"),
    association: Some("a.association"),
};

/// The queues that a reader has, those of every post once, in the order of the definition.
pub fn of_reader<'p>(ctx: &Ctx, of: &'p Definition) -> Vec<&'p Queue> {
    let mine = |queue: &&Queue| ctx.posts().iter().any(|post| queue.roles.contains(&post.role));
    of.queues.iter().filter(mine).collect()
}

/// The units that `本单位` means to a reader of a queue: those in which they hold a post that gives it.
pub fn units_of<'c>(ctx: &'c Ctx, queue: Option<&Queue>) -> Vec<&'c str> {
    let gives = |post: &&Post| queue.is_none_or(|queue| queue.roles.contains(&post.role));
    let posts = ctx.posts().iter().filter(|post| post.kind == OfficeKind::Unit).filter(gives);
    posts.map(|post| post.office.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Who asks, and when.
pub fn frame<'c>(ctx: &'c Ctx, my_units: &'c [&'c str]) -> Frame<'c> {
    Frame { now: ctx.now, me: ctx.user().map(|u| u.as_str()), my_units }
}

/// One step of a queue's order.
pub fn order(of: &Definition, step: &Order) -> OrderBy {
    use huitong_kernel::condition::FactType;
    let fact = of.facts.iter().find(|fact| fact.key == step.fact);
    let kind = match fact.map(|fact| &fact.kind) {
        Some(FactType::Instant | FactType::Number(_)) | None => ColumnKind::Number,
        Some(FactType::Flag) => ColumnKind::Flag,
        Some(_) => ColumnKind::Text,
    };
    let order = OrderBy::new(&step.column, kind).down(step.descending);
    // What a definition asks for may be missing from a row; the engine's own columns of an order never are.
    let may_lack = !of.coded
        && matches!(fact.map(|fact| &fact.kind), Some(FactType::Date | FactType::Text | FactType::Number(_)));
    if may_lack { order.nullable() } else { order }
}

/// Names that a matter refers to by id.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Of the unit that answers.
    pub unit: String,
    /// Of the unit it is being given to.
    pub next_unit: String,
    /// Of the association.
    pub association: String,
    /// Of the person in charge.
    pub handler: String,
}

impl Names {
    /// Looks them up one by one, for a single matter whose unit's name is at hand.
    pub fn beside<M: Matter>(tx: &Tx, matter: &M, unit: String) -> Result<Names> {
        let spine = matter.spine();
        let association = spine.association.clone().map(Id::stored);
        let handler = spine.assignee.clone().map(Id::stored);
        Ok(Names {
            unit,
            next_unit: spine.next_unit.as_ref().map_or(Ok(String::new()), |unit| units::name_of(tx, unit))?,
            association: association.map_or(Ok(String::new()), |id| associations::name_of(tx, &id))?,
            handler: handler.map_or(Ok(String::new()), |id| identity::name_of(tx, &id))?,
        })
    }

    /// The same, with the name of the unit looked up, too.
    pub fn of<M: Matter>(tx: &Tx, matter: &M) -> Result<Names> {
        let unit = matter.spine().unit.as_ref().map_or(Ok(String::new()), |unit| units::name_of(tx, unit))?;
        Names::beside(tx, matter, unit)
    }
}

/// The names that a page of matters refers to, asked of their owners once.
pub struct Directory {
    units: BTreeMap<String, String>,
    associations: BTreeMap<String, String>,
    people: BTreeMap<String, String>,
}

impl Directory {
    /// Asks for them.
    pub fn of<M: Matter>(tx: &Tx, matters: &[M]) -> Result<Directory> {
        let distinct = |ids: &mut dyn Iterator<Item = String>| -> Vec<String> {
            ids.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let spines = || matters.iter().map(Matter::spine);
        let mut units = spines().flat_map(|a| a.unit.iter().chain(&a.next_unit)).map(ToString::to_string);
        let mut associations = spines().filter_map(|a| a.association.clone());
        let mut people = spines().filter_map(|a| a.assignee.clone());
        let people: Vec<_> = distinct(&mut people).into_iter().map(Id::stored).collect();
        Ok(Directory {
            units: units::names(tx, &distinct(&mut units))?,
            associations: associations::names(tx, &distinct(&mut associations))?,
            people: identity::names(tx, &people)?,
        })
    }

    /// Those of one of the matters.
    pub fn names<M: Matter>(&self, matter: &M) -> Names {
        let spine = matter.spine();
        let name = |of: &BTreeMap<String, String>, id: Option<&str>| {
            id.and_then(|id| of.get(id)).cloned().unwrap_or_default()
        };
        Names {
            unit: name(&self.units, spine.unit.as_ref().map(|u| u.as_str())),
            next_unit: name(&self.units, spine.next_unit.as_ref().map(|u| u.as_str())),
            association: name(&self.associations, spine.association.as_deref()),
            handler: name(&self.people, spine.assignee.as_deref()),
        }
    }
}
