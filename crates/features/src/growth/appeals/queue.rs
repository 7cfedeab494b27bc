//! Lists of cases: the saved queues of the pack, filtered and ordered, with exact totals.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use huitong_kernel::condition::Frame;
use huitong_kernel::ctx::{OfficeKind, Post};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{
    Asked, ColumnKind, Filter, FilterKind, Index, ListDef, Listed, OrderBy, Plan, Query, Sort,
};
use huitong_kernel::pack::{Pack, Queue};
use huitong_kernel::rights::{Scope, SubjectKeys};
use huitong_kernel::{Ctx, Id, Result, Tx, Value};

use super::case::{self, Offer, pack_of};
use super::counts;
use super::model::Appeal;
use super::view::{self, AppealRow, Names};
use crate::base::{associations, identity, units};

/// Columns, filters and orders of every list of cases.
pub static APPEALS: ListDef = ListDef {
    select: Cow::Borrowed(Appeal::ALIASED),
    from: Cow::Borrowed("appeals a"),
    joins: Cow::Borrowed(""),
    key: Cow::Borrowed("a.id"),
    filters: Cow::Borrowed(&[
        Filter::of("state", "办理状态", "a.state = $1", FilterKind::Text),
        Filter::of("kind", "诉求类型", "a.kind = $1", FilterKind::Text),
        Filter::of("category", "诉求分类", "a.category = $1", FilterKind::Text),
        Filter::of("unit", "承办单位", "a.unit = $1", FilterKind::Text),
        Filter::of("no_unit", "还没有承办单位", "(a.unit IS NULL) = $1", FilterKind::Flag),
        Filter::of("source", "受理渠道", "a.source = $1", FilterKind::Text),
        // Lowercase on both sides: one engine's LIKE tells capitals apart, the other's does not.
        Filter::of(
            "q",
            "标题里的词，或者编号、来源编号",
            "(LOWER(a.title) LIKE $1 ESCAPE '\\' OR LOWER(a.number) LIKE $1 ESCAPE '\\' \
                  OR LOWER(a.source_number) LIKE $1 ESCAPE '\\')",
            FilterKind::Part,
        ),
        Filter::of("number", "诉求编号", "a.number = $1", FilterKind::Text),
        Filter::of("since", "提交不早于", "a.submitted_at >= $1", FilterKind::Since),
        Filter::of("until", "提交不晚于", "a.submitted_at < $1", FilterKind::Until),
    ]),
    sorts: Cow::Borrowed(&[
        Sort::of("due_at", "a.due_order", ColumnKind::Number),
        Sort::of("submitted_at", "a.submitted_at", ColumnKind::Number),
        Sort::of("updated_at", "a.updated_at", ColumnKind::Number),
    ]),
    sort: Cow::Borrowed("-submitted_at"),
};

/// What the lists stand on: the counts, and the indexes of the migrations that end in an order.
static PLAN: Plan = Plan {
    tally: &counts::TALLY,
    indexes: &[
        Index { equal: &["unit", "state"], order: "due_order" },
        Index { equal: &["desk_unit", "state"], order: "due_order" },
        Index { equal: &["assignee", "state"], order: "due_order" },
        Index { equal: &["state"], order: "due_order" },
        Index { equal: &["unit"], order: "submitted_at" },
        Index { equal: &["next_unit"], order: "submitted_at" },
    ],
};

/// The same keys as `store::KEYS` under the alias of the list.
const LIST_KEYS: SubjectKeys = SubjectKeys {
    units: &["a.unit", "a.next_unit"],
    assignee: Some("a.assignee"),
    owner_user: Some("a.submitter"),
    owner_association: Some("a.owner_association"),
    owner_company: Some("a.owner_company"),
};

/// The queues that a reader has, those of every post once, in the order of the pack.
pub fn of_reader<'p>(ctx: &Ctx, pack: &'p Pack) -> Vec<&'p Queue> {
    let mine = |queue: &&Queue| ctx.posts().iter().any(|post| queue.roles.contains(&post.role));
    pack.queues.iter().filter(mine).collect()
}

/// The units that `本单位` means to a reader of a queue: those in which they hold a post that gives it.
fn units_of<'c>(ctx: &'c Ctx, queue: Option<&Queue>) -> Vec<&'c str> {
    let gives = |post: &&Post| queue.is_none_or(|queue| queue.roles.contains(&post.role));
    let posts = ctx.posts().iter().filter(|post| post.kind == OfficeKind::Unit).filter(gives);
    posts.map(|post| post.office.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn frame<'c>(ctx: &'c Ctx, my_units: &'c [&'c str]) -> Frame<'c> {
    Frame { now: ctx.now, me: ctx.user().map(|u| u.as_str()), my_units }
}

/// One page of a queue, or of everything within reach; `sorted` where the reader asked for an order of their own.
pub fn page(
    tx: &Tx,
    pack: &Pack,
    queue: Option<&Queue>,
    asked: &Asked,
    sorted: bool,
) -> Result<Listed<AppealRow>> {
    let listed = found(tx, queue, asked, sorted)?;
    let names = Directory::of(tx, &listed.items)?;
    let rows = listed.items.iter().map(|appeal| view::row(tx, pack, appeal, names.of_case(appeal)));
    Ok(Listed { items: rows.collect::<Result<_>>()?, total: listed.total, next: listed.next })
}

/// The same, each row with the main thing its reader can do on it now.
pub fn page_offered(
    tx: &Tx,
    pack: &Pack,
    queue: Option<&Queue>,
    asked: &Asked,
    sorted: bool,
) -> Result<Listed<(AppealRow, Option<Offer>)>> {
    let listed = found(tx, queue, asked, sorted)?;
    let names = Directory::of(tx, &listed.items)?;
    let rows = listed.items.iter().map(|appeal| {
        let flow = &pack_of(tx.ctx(), appeal)?.flow;
        let main = case::offers(tx.ctx(), flow, pack, appeal).into_iter().find(|offer| offer.primary);
        Ok((view::row(tx, pack, appeal, names.of_case(appeal))?, main))
    });
    Ok(Listed { items: rows.collect::<Result<_>>()?, total: listed.total, next: listed.next })
}

fn found(tx: &Tx, queue: Option<&Queue>, asked: &Asked, sorted: bool) -> Result<Listed<Appeal>> {
    let ctx = tx.ctx();
    let scope = ctx.right("appeal.list")?.scope(&LIST_KEYS);
    let units = units_of(ctx, queue);
    let frame = frame(ctx, &units);
    query(queue, asked, sorted, &scope, &frame)?.page(tx, Appeal::read)
}

/// How many cases of a queue each unit has, the most first; those that no unit has yet under none.
pub fn count_by_unit(tx: &Tx, queue: &Queue) -> Result<Vec<(Option<String>, i64)>> {
    let ctx = tx.ctx();
    let scope = ctx.right("appeal.list")?.scope(&LIST_KEYS);
    let units = units_of(ctx, Some(queue));
    let asked = Asked::read(&APPEALS, &Pairs::default())?;
    query(Some(queue), &asked, false, &scope, &frame(ctx, &units))?.count_by(tx, "a.unit")
}

/// Whether a reader of lists looks at the whole city, not at what one office has.
pub fn sees_city(ctx: &Ctx) -> bool {
    ctx.may("appeal.list").is_some_and(|right| right.scope(&LIST_KEYS).is_all())
}

fn query<'a>(
    queue: Option<&Queue>,
    asked: &'a Asked,
    sorted: bool,
    scope: &Scope,
    frame: &Frame<'_>,
) -> Result<Query<'a>> {
    let query = Query::new(&APPEALS, asked).on(&PLAN).scope(scope);
    let Some(queue) = queue else { return Ok(query) };
    let query = query.when(&queue.when, frame)?;
    Ok(if sorted { query } else { query.order(queue.order.iter().map(order).collect()) })
}

/// The statement of a queue's first page as this reader gets it; a test looks at its plan.
pub fn statement(ctx: &Ctx, queue: &Queue) -> Result<(String, Vec<Value>)> {
    let scope = ctx.right("appeal.list")?.scope(&LIST_KEYS);
    let asked = Asked::read(&APPEALS, &Pairs::default())?;
    let units = units_of(ctx, Some(queue));
    Ok(query(Some(queue), &asked, false, &scope, &frame(ctx, &units))?.rows_sql())
}

/// The statement that counts a queue; none where it is known from what is counted all the time.
pub fn count_statement(ctx: &Ctx, queue: &Queue) -> Result<Option<(String, Vec<Value>)>> {
    let scope = ctx.right("appeal.list")?.scope(&LIST_KEYS);
    let asked = Asked::read(&APPEALS, &Pairs::default())?;
    let units = units_of(ctx, Some(queue));
    let query = query(Some(queue), &asked, false, &scope, &frame(ctx, &units))?;
    Ok((!query.knows_its_count()).then(|| query.count_sql()))
}

/// The statement that counts a queue unit by unit.
pub fn units_statement(ctx: &Ctx, queue: &Queue) -> Result<(String, Vec<Value>)> {
    let scope = ctx.right("appeal.list")?.scope(&LIST_KEYS);
    let asked = Asked::read(&APPEALS, &Pairs::default())?;
    let units = units_of(ctx, Some(queue));
    Ok(query(Some(queue), &asked, false, &scope, &frame(ctx, &units))?.count_by_sql("a.unit"))
}

/// The names that a page of cases refers to, asked of their owners once.
struct Directory {
    units: BTreeMap<String, String>,
    associations: BTreeMap<String, String>,
    people: BTreeMap<String, String>,
}

impl Directory {
    fn of(tx: &Tx, cases: &[Appeal]) -> Result<Directory> {
        let distinct = |ids: &mut dyn Iterator<Item = String>| -> Vec<String> {
            ids.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let mut units = cases.iter().flat_map(|a| a.unit.iter().chain(&a.next_unit)).map(ToString::to_string);
        let mut associations = cases.iter().filter_map(|a| a.association.clone());
        let mut people = cases.iter().filter_map(|a| a.assignee.clone());
        let people: Vec<_> = distinct(&mut people).into_iter().map(Id::stored).collect();
        Ok(Directory {
            units: units::names(tx, &distinct(&mut units))?,
            associations: associations::names(tx, &distinct(&mut associations))?,
            people: identity::names(tx, &people)?,
        })
    }

    fn of_case(&self, appeal: &Appeal) -> Names {
        let name = |of: &BTreeMap<String, String>, id: Option<&str>| {
            id.and_then(|id| of.get(id)).cloned().unwrap_or_default()
        };
        Names {
            unit: name(&self.units, appeal.unit.as_ref().map(|u| u.as_str())),
            next_unit: name(&self.units, appeal.next_unit.as_ref().map(|u| u.as_str())),
            association: name(&self.associations, appeal.association.as_deref()),
            handler: name(&self.people, appeal.assignee.as_deref()),
        }
    }
}

fn order(step: &huitong_kernel::pack::Order) -> OrderBy {
    OrderBy::new(&step.column, ColumnKind::Number).down(step.descending)
}

/// How many cases stand in a queue, exactly.
pub fn count(tx: &Tx, queue: &Queue) -> Result<i64> {
    let ctx = tx.ctx();
    let scope = ctx.right("appeal.list")?.scope(&LIST_KEYS);
    let units = units_of(ctx, Some(queue));
    let asked = Asked::read(&APPEALS, &Pairs::default())?;
    query(Some(queue), &asked, false, &scope, &frame(ctx, &units))?.count(tx)
}
