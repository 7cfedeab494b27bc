//! Lists of cases: the saved queues of the pack, filtered and ordered, with exact totals.

use std::borrow::Cow;

use huitong_kernel::condition::Frame;
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{
    Asked, ColumnKind, Filter, FilterKind, Index, ListDef, Listed, OrderBy, Plan, Query, Sort,
};
use huitong_kernel::pack::{Order, Pack, Queue};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Ctx, Result, Tx, Value};

use super::model::Appeal;
use super::view::{self, AppealRow};
use super::{counts, flow};
use crate::base::matters::queue::{self, frame, units_of};
use crate::base::matters::{Directory, LIST_KEYS, Offer, Rules, guards};

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
        Filter::of(
            "q",
            "标题、单位名称里的词，或者编号、来源编号",
            "a.search LIKE $1 ESCAPE '\\'",
            FilterKind::Part,
        ),
        Filter::of("number", "诉求编号", "a.number = $1", FilterKind::Text),
        Filter::of("since", "提交不早于", "a.began_at >= $1", FilterKind::Since),
        Filter::of("until", "提交不晚于", "a.began_at < $1", FilterKind::Until),
    ]),
    sorts: Cow::Borrowed(&[
        Sort::of("due_at", "a.due_order", ColumnKind::Number),
        Sort::of("submitted_at", "a.began_at", ColumnKind::Number),
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
        Index { equal: &["unit"], order: "began_at" },
        Index { equal: &["next_unit"], order: "began_at" },
    ],
};

/// The queues that a reader has, those of every post once, in the order of the pack.
pub fn of_reader<'p>(ctx: &Ctx, pack: &'p Pack) -> Vec<&'p Queue> {
    queue::of_reader(ctx, flow(pack))
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
    let rows = listed.items.iter().map(|appeal| {
        let rules = Rules { pack, of: flow(pack) };
        view::row(tx, rules, appeal, names.names(appeal))
    });
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
        let rules = Rules::of(tx.ctx(), &appeal.spine)?;
        let main = guards::offers(tx, rules, appeal)?.into_iter().find(|offer| offer.primary);
        let rules = Rules { pack, of: flow(pack) };
        Ok((view::row(tx, rules, appeal, names.names(appeal))?, main))
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

fn order(step: &Order) -> OrderBy {
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
