//! Lists of matters of the pack: filters, orders and columns come from the definition; queues are counted, not read.

use std::borrow::Cow;

use huitong_kernel::condition::{Comparator, Condition, Constant, FactDef, FactType, Named, Test};
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{
    Asked, ColumnKind, Filter, FilterKind, Index, ListDef, Listed, Plan, Query, Sort,
};
use huitong_kernel::pack::{Control, Definition, Field, Queue, StandsFor};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Ctx, Result, Tx, Value};

use super::entries;
use super::matter::Matter;
use super::plain::{self, Plain};
use super::queue::{LIST_KEYS, frame, order, units_of};

/// What the lists stand on: the counts, and the indexes that end in an order.
static PLAN: Plan = Plan {
    tally: &plain::TALLY,
    indexes: &[
        Index { equal: &["procedure", "unit", "state"], order: "due_order" },
        Index { equal: &["procedure", "desk_unit", "state"], order: "due_order" },
        Index { equal: &["procedure", "assignee", "state"], order: "due_order" },
        Index { equal: &["procedure", "state"], order: "due_order" },
        Index { equal: &["procedure", "unit"], order: "began_at" },
        Index { equal: &["procedure", "owner_association"], order: "began_at" },
        Index { equal: &["procedure"], order: "began_at" },
    ],
};

/// Columns, filters and orders of the list of a procedure as a reader may ask for them: whoever follows matters as their own
/// asks for nothing that is not shown to them.
pub fn of_reader(ctx: &Ctx, of: &Definition) -> ListDef {
    let mut def = def(of);
    if of.is_register() {
        return def;
    }
    if !ctx.posts().iter().any(|post| post.kind == OfficeKind::Unit) {
        def.filters.to_mut().retain(|filter| filter.name != "state");
        def.sorts.to_mut().retain(|sort| sort.name != "due_at");
    }
    def
}

/// Columns, filters and orders of the list of a definition.
pub fn def(of: &Definition) -> ListDef {
    if of.is_register() {
        return entries::list::def(of);
    }
    let filter = |name: &'static str, about: &'static str, sql: &'static str, kind| Filter {
        name: Cow::Borrowed(name),
        about: Cow::Borrowed(about),
        sql: Cow::Borrowed(sql),
        kind,
    };
    let mut filters = vec![
        filter("state", "办理状态", "a.state = $1", FilterKind::Text),
        filter("unit", "承办单位", "a.unit = $1", FilterKind::Text),
        filter("association", "协会", "a.association = $1", FilterKind::Text),
        filter("q", "名称里的词，或者编号", "a.search LIKE $1 ESCAPE '\\'", FilterKind::Part),
        filter("number", "编号", "a.number = $1", FilterKind::Text),
        filter("since", "提出不早于", "a.began_at >= $1", FilterKind::Since),
        filter("until", "提出不晚于", "a.began_at < $1", FilterKind::Until),
    ];
    // What the other side may not read it may not ask for either.
    filters.extend(of.fields.iter().filter(|field| !of.hides(field)).filter_map(by_field));
    let sort = |name: &str, column: &str, kind, nullable| Sort {
        name: Cow::Owned(name.to_owned()),
        column: Cow::Owned(column.to_owned()),
        kind,
        nullable,
    };
    let mut sorts = vec![
        sort("due_at", "a.due_order", ColumnKind::Number, false),
        sort("began_at", "a.began_at", ColumnKind::Number, false),
        sort("updated_at", "a.updated_at", ColumnKind::Number, false),
    ];
    let days = of.fields.iter().filter(|field| field.stands_for == Some(StandsFor::Day));
    sorts.extend(days.map(|field| sort(&field.key, "a.day", ColumnKind::Text, true)));
    ListDef {
        select: Cow::Borrowed(Plain::ALIASED),
        from: Cow::Borrowed("matters a"),
        joins: Cow::Borrowed(""),
        key: Cow::Borrowed("a.id"),
        filters: Cow::Owned(filters),
        sorts: Cow::Owned(sorts),
        sort: Cow::Borrowed("-began_at"),
    }
}

/// The filter of a field that lists may ask for; any of several values fits.
fn by_field(field: &Field) -> Option<Filter> {
    let sql = match field.stands_for {
        Some(StandsFor::Kind) => String::from("a.kind = $1"),
        Some(StandsFor::Day) => String::from("a.day = $1"),
        Some(_) => return None,
        None if !field.indexed => return None,
        None => {
            let value = match field.control {
                Control::Integer | Control::Score | Control::Money => "number",
                Control::Date => "day",
                _ => "text",
            };
            let fact = &field.key;
            format!(
                "EXISTS (SELECT 1 FROM matter_facts f WHERE f.matter = a.id AND f.fact = '{fact}' AND f.{value} = $1)"
            )
        }
    };
    let kind = match field.control {
        Control::Integer | Control::Score | Control::Money => FilterKind::Number,
        Control::Date => FilterKind::Date,
        _ => FilterKind::Text,
    };
    let (name, about) = (Cow::Owned(field.key.clone()), Cow::Owned(field.label.clone()));
    Some(Filter { name, about, sql: Cow::Owned(sql), kind })
}

/// "It is a matter of this procedure", as counts and indexes understand it.
fn of_procedure(of: &Definition) -> Condition {
    let fact = FactDef { kind: FactType::Text, ..FactDef::text("procedure", "事项").column("procedure") };
    let named = Named { key: of.key.clone(), label: of.title.clone() };
    Condition::Test(Test { fact, comparator: Comparator::Is, constant: Constant::Text(named) })
}

fn query<'a>(
    tx: &'a Tx,
    def: &'a ListDef,
    (of, queue): (&Definition, Option<&Queue>),
    asked: &'a Asked,
    sorted: bool,
    scope: &Scope,
) -> Result<Query<'a>> {
    let units = units_of(tx.ctx(), queue);
    let frame = frame(tx.ctx(), &units);
    let query = Query::new(def, asked).on(&PLAN).scope(scope).when(&of_procedure(of), &frame)?;
    let Some(queue) = queue else { return Ok(query) };
    let query = query.when(&queue.when, &frame)?;
    Ok(if sorted { query } else { query.order(queue.order.iter().map(|step| order(of, step)).collect()) })
}

fn scope<'c>(tx: &Tx<'c>, of: &Definition) -> Result<Scope<'c>> {
    Ok(Plain::reach(tx, tx.ctx().right(&of.view())?)?.scope(&LIST_KEYS))
}

/// One page of a queue, or of everything within reach; `sorted` where the reader asked for an order of their own.
pub fn page(
    tx: &Tx,
    of: &Definition,
    queue: Option<&Queue>,
    asked: &Asked,
    sorted: bool,
) -> Result<Listed<Plain>> {
    let def = def(of);
    if of.is_register() {
        return entries::list::page(tx, (of, &def), queue, asked, sorted);
    }
    let scope = scope(tx, of)?;
    query(tx, &def, (of, queue), asked, sorted, &scope)?.page(tx, Plain::read)
}

/// The first rows of what is asked for, without how many there are beyond.
pub fn first(tx: &Tx, of: &Definition, pairs: &Pairs) -> Result<Vec<Plain>> {
    if of.is_register() {
        return entries::list::first(tx, of, pairs);
    }
    let (def, scope) = (def(of), scope(tx, of)?);
    let asked = Asked::read(&def, pairs)?;
    Ok(query(tx, &def, (of, None), &asked, false, &scope)?.untotalled().page(tx, Plain::read)?.items)
}

/// How many matters stand in a queue, exactly.
pub fn count(tx: &Tx, of: &Definition, queue: &Queue) -> Result<i64> {
    if of.is_register() {
        return entries::list::count(tx, of, queue);
    }
    let (def, scope) = (def(of), scope(tx, of)?);
    let asked = Asked::read(&def, &Pairs::default())?;
    query(tx, &def, (of, Some(queue)), &asked, false, &scope)?.count(tx)
}

/// The statement of a queue's first page as this reader gets it; a test looks at its plan.
pub fn statement(tx: &Tx, of: &Definition, queue: &Queue) -> Result<(String, Vec<Value>)> {
    if of.is_register() {
        return entries::list::statement(tx, of, Some(queue), &Pairs::default());
    }
    let (def, scope) = (def(of), scope(tx, of)?);
    let asked = Asked::read(&def, &Pairs::default())?;
    Ok(query(tx, &def, (of, Some(queue)), &asked, false, &scope)?.rows_sql())
}
