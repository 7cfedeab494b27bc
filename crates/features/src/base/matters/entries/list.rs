//! Lists of entries. Where one fact alone decides, its own index leads and the entries follow; else the entries lead, along the
//! index of their day, unit, kind or association, and facts are looked at one by one.

use std::borrow::Cow;

use huitong_kernel::condition::{Comparator, Condition, Constant, FactDef, Frame, Named, Test};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{Asked, ColumnKind, Filter, FilterKind, ListDef, Listed, Query, Sort};
use huitong_kernel::pack::{Control, Definition, Field, Queue, StandsFor, VOID};
use huitong_kernel::rights::{Scope, SubjectKeys};
use huitong_kernel::{Result, Row, Tx, Value};

use super::super::matter::Matter as _;
use super::super::plain::Plain;
use super::super::queue::{LIST_KEYS, frame, order, units_of};
use super::super::spine::{NOT_DUE, Spine};
use super::{facts, looked_at, store};

/// Where entries may be about several associations, lists ask their facts.
const ABOUT: &str = "a.id IN (SELECT f.entry FROM entry_facts f WHERE f.fact = 'association' AND f.text {})";
/// What is a work secret is no association's own.
const OWNED: &str = "(a.owner_association IS NOT NULL AND a.id IN (SELECT f.entry FROM entry_facts f WHERE f.fact = 'association' AND f.text {}))";
const KEYS_OF_SEVERAL: SubjectKeys =
    SubjectKeys { association: Some(ABOUT), owner_association: Some(OWNED), ..LIST_KEYS };
/// The same for what is void, of which lists know nothing else.
const VOID_ABOUT: &str = "a.id IN (SELECT f.entry FROM entry_facts f WHERE f.entry = a.id AND f.fact = 'void_association' AND f.text {})";
const VOID_OWNED: &str = "(a.owner_association IS NOT NULL AND a.id IN (SELECT f.entry FROM entry_facts f WHERE f.entry = a.id AND f.fact = 'void_association' AND f.text {}))";
const KEYS_OF_VOID: SubjectKeys =
    SubjectKeys { association: Some(VOID_ABOUT), owner_association: Some(VOID_OWNED), ..LIST_KEYS };

/// What a list reads of an entry: what it holds beside its answers; all else follows from those.
const SELECT: &str = "a.id, a.procedure, a.number, a.version, a.pack, a.state, a.title, a.association, a.unit, a.assignee, \
    a.owner_user, a.next_unit, a.parent, a.began_at, a.updated_at, a.day, a.from_on, a.until_on, a.marks, a.body";

/// An entry of a list.
fn listed(of: &Definition, mut row: Row) -> Result<Plain> {
    let mut entry = Plain::of_spine(Spine {
        id: row.take("id")?,
        procedure: row.take("procedure")?,
        number: row.take("number")?,
        version: row.take("version")?,
        pack: row.take("pack")?,
        state: row.take("state")?,
        title: row.take("title")?,
        association: row.take("association")?,
        unit: row.take("unit")?,
        assignee: row.take("assignee")?,
        owner_user: row.take("owner_user")?,
        next_unit: row.take("next_unit")?,
        began_at: row.take("began_at")?,
        updated_at: row.take("updated_at")?,
        due_order: NOT_DUE,
        ..Spine::default()
    });
    entry.parent = row.take("parent")?;
    entry.day = row.take("day")?;
    entry.from_on = row.take("from_on")?;
    entry.until_on = row.take("until_on")?;
    entry.marks = row.take("marks")?;
    entry.body = row.take("body")?;
    entry.spine.desk_unit.clone_from(&entry.spine.unit);
    if !of.work_secret {
        entry.spine.owner_association.clone_from(&entry.spine.association);
    }
    let kept = [StandsFor::Kind, StandsFor::OtherUnit, StandsFor::Amount];
    for field in kept.into_iter().filter_map(|column| of.standing_for(column)) {
        let answer = entry.said(&field.key).cloned();
        entry.set(field, answer.as_ref());
    }
    Ok(entry)
}

/// What leads a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leads<'f> {
    /// The entries.
    Entries,
    /// The fact of this field, which the address asks for.
    Asked(&'f str),
    /// The fact by which the list is ordered.
    Order(&'f str),
    /// The fact that names the association which the address asks for: it has few entries, whatever else is asked.
    About,
}

/// What leads a list: a fact that is asked for or ordered by, where nothing else narrows it.
fn leads<'f>(of: &'f Definition, pairs: &Pairs, wide: bool) -> Leads<'f> {
    if is_several(of) && asked(pairs, "association") && !is_void(pairs) {
        return Leads::About;
    }
    let narrow = ["unit", "association", "number"].iter().any(|name| asked(pairs, name));
    let narrow = narrow || is_void(pairs);
    let kind = of.standing_for(StandsFor::Kind).is_some_and(|field| asked(pairs, &field.key));
    if !wide || narrow || kind || asked(pairs, "queue") {
        return Leads::Entries;
    }
    let by_day = pairs.get("sort").is_none_or(|sort| matches!(sort, "" | "day" | "-day"));
    let filters: Vec<&Field> =
        of.fields.iter().filter(|field| facts::is_fact(field) && asked(pairs, &field.key)).collect();
    match (filters.as_slice(), by_day) {
        ([one], true) if !one.holds_several() => return Leads::Asked(&one.key),
        ([], false) => {}
        _ => return Leads::Entries,
    }
    let sort = pairs.get("sort").unwrap_or_default().trim_start_matches('-');
    let fact = orders(of).find(|(key, _)| *key == sort);
    fact.map_or(Leads::Entries, |(key, _)| Leads::Order(key))
}

fn is_several(of: &Definition) -> bool {
    of.register.as_ref().is_some_and(|register| register.several)
}

/// Whether what is void is asked for.
fn is_void(pairs: &Pairs) -> bool {
    pairs.get("state").is_some_and(|state| state.trim() == VOID)
}

fn asked(pairs: &Pairs, name: &str) -> bool {
    pairs.get(name).is_some_and(|text| !text.trim().is_empty())
}

/// The facts by which a list can be ordered, with what they hold.
fn orders(of: &Definition) -> impl Iterator<Item = (&str, ColumnKind)> {
    let kind = |number: bool| if number { ColumnKind::Number } else { ColumnKind::Text };
    // An order tells what it goes by, and so does the place from which one goes on.
    let own = of.fields.iter().filter(|field| facts::orders(field) && !of.hides(field));
    let own = own.map(move |field| (field.key.as_str(), kind(facts::counts(field))));
    let derived = of.register.iter().flat_map(|register| &register.derived).filter(|one| !one.this_year);
    let derived = derived.map(move |one| {
        use huitong_kernel::pack::Take::{Earliest, Latest};
        (one.key.as_str(), kind(!matches!(one.take, Latest | Earliest)))
    });
    own.chain(derived)
}

/// Columns, filters and orders of the list of a register, as its definition says; for one that nothing leads.
pub fn def(of: &Definition) -> ListDef {
    put_together(of, Leads::Entries)
}

/// The same for what an address asks of a reader; `wide` where they reach every entry.
pub fn asked_for(of: &Definition, pairs: &Pairs, wide: bool) -> ListDef {
    let mut def = put_together(of, leads(of, pairs, wide));
    if is_void(pairs) && of.register.as_ref().is_some_and(|register| register.several) {
        let about = def.filters.to_mut().iter_mut().filter(|filter| filter.name == facts::ABOUT);
        about.for_each(|filter| filter.sql = Cow::Owned(VOID_ABOUT.replace("{}", "= $1")));
    }
    def
}

fn put_together(of: &Definition, leads: Leads<'_>) -> ListDef {
    let about = match leads {
        Leads::About => String::from("f.text = $1"),
        _ if is_several(of) => ABOUT.replace("{}", "= $1"),
        _ => String::from("a.association = $1"),
    };
    let mut filters = vec![
        Filter::of("state", "状态", "a.state = $1", FilterKind::Text),
        Filter::of("unit", "单位", "a.unit = $1", FilterKind::Text),
        Filter { sql: Cow::Owned(about), ..Filter::of("association", "协会", "", FilterKind::Text) },
        Filter::of("q", "名称里的词，或者编号", "a.search LIKE $1 ESCAPE '\\'", FilterKind::Part),
        Filter::of("number", "编号", "a.number <> '' AND a.number = $1", FilterKind::Text),
        Filter::of("since", "登记不早于", "a.began_at >= $1", FilterKind::Since),
        Filter::of("until", "登记不晚于", "a.began_at < $1", FilterKind::Until),
    ];
    filters.extend(
        of.fields.iter().filter(|field| !of.hides(field)).filter_map(|field| filter(of, field, leads)),
    );
    let mut sorts = vec![
        Sort::of("day", day_column(leads), ColumnKind::Text),
        Sort::of("updated_at", "a.updated_at", ColumnKind::Number),
        Sort::of("name", "a.title", ColumnKind::Text),
        Sort::of("from_on", "a.from_on", ColumnKind::Text).nullable(),
        Sort::of("until_on", "a.until_on", ColumnKind::Text).nullable(),
    ];
    sorts.extend(orders(of).map(|(key, kind)| {
        let value = if kind == ColumnKind::Number { "number" } else { "text" };
        let column = match leads {
            Leads::Order(led) if led == key => format!("f.{value}"),
            _ => looked_at(key, kind == ColumnKind::Number),
        };
        Sort { name: Cow::Owned(key.to_owned()), column: Cow::Owned(column), kind, nullable: true }
    }));
    let led = match leads {
        Leads::Entries => None,
        Leads::Asked(key) | Leads::Order(key) => Some(format!("{key}' AND nth = 0")),
        Leads::About => Some(String::from("association'")),
    };
    let from = led.map_or(String::from("entries a"), |fact| {
        format!(
            "(SELECT entry, text, number, day FROM entry_facts WHERE procedure = '{}' AND fact = '{fact}) f \
             LEFT JOIN entries a ON a.id = f.entry",
            of.key
        )
    });
    ListDef {
        select: Cow::Borrowed(SELECT),
        from: Cow::Owned(from),
        joins: Cow::Borrowed(""),
        key: Cow::Borrowed(if leads == Leads::Entries { "a.id" } else { "f.entry" }),
        filters: Cow::Owned(filters),
        sorts: Cow::Owned(sorts),
        sort: Cow::Borrowed("-day"),
    }
}

fn day_column(leads: Leads<'_>) -> &'static str {
    if matches!(leads, Leads::Asked(_) | Leads::About) { "f.day" } else { "a.day" }
}

/// The filter of a field that lists may ask for; any of several values fits.
fn filter(of: &Definition, field: &Field, leads: Leads<'_>) -> Option<Filter> {
    let value = if facts::counts(field) { "number" } else { "text" };
    let sql = match field.stands_for {
        Some(StandsFor::Kind) => String::from("a.kind = $1"),
        Some(StandsFor::Day) => String::from("a.day = $1"),
        Some(StandsFor::OtherUnit) => String::from("a.next_unit = $1"),
        Some(StandsFor::Assignee) => String::from("a.assignee = $1"),
        Some(StandsFor::Amount) => String::from("a.amount = $1"),
        Some(StandsFor::Association | StandsFor::Unit | StandsFor::Validity) => return None,
        None if !facts::is_fact(field) => return None,
        None if leads == Leads::Asked(&field.key) => format!("f.{value} = $1"),
        None => format!(
            "a.id IN (SELECT f.entry FROM entry_facts f WHERE f.procedure = '{}' AND f.fact = '{}' AND f.{value} = $1)",
            of.key, field.key
        ),
    };
    let number = facts::counts(field) || field.stands_for == Some(StandsFor::Amount);
    let kind = match field.control {
        _ if number => FilterKind::Number,
        Control::Date => FilterKind::Date,
        _ => FilterKind::Text,
    };
    let (name, about) = (Cow::Owned(field.key.clone()), Cow::Owned(field.label.clone()));
    Some(Filter { name, about, sql: Cow::Owned(sql), kind })
}

/// "It is an entry of this register", in the columns of lists.
fn of_register(of: &Definition) -> Condition {
    let fact = FactDef::text("procedure", "台账").column("a.procedure");
    let named = Named { key: of.key.clone(), label: of.title.clone() };
    Condition::Test(Test { fact, comparator: Comparator::Is, constant: Constant::Text(named) })
}

/// Which entries a reader reaches.
pub fn scope<'c>(tx: &Tx<'c>, of: &Definition, act: &str) -> Result<Scope<'c>> {
    scope_of(tx, of, act, &KEYS_OF_SEVERAL)
}

fn scope_of<'c>(tx: &Tx<'c>, of: &Definition, act: &str, several: &SubjectKeys) -> Result<Scope<'c>> {
    let keys = if is_several(of) { several } else { &LIST_KEYS };
    Ok(Plain::reach(tx, tx.ctx().right(act)?)?.scope(keys))
}

/// Whether the reader of a list reaches every entry.
pub fn is_wide(tx: &Tx, of: &Definition) -> Result<bool> {
    Ok(scope(tx, of, &of.view())?.is_all())
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
    let mut query = Query::new(def, asked).scope(scope).when(&of_register(of), &frame)?;
    // Entries that lack what they are ordered by have a fact without a value; the embedded engine finds them so by itself.
    let by_fact = asked.order.first().is_some_and(|step| step.column.starts_with("f."));
    if by_fact && !tx.is_embedded() {
        query = query.apart();
    }
    // What should never have been entered is found only where it is asked for.
    if asked.filter("state").is_none() {
        query = query.and("a.state <> 'void'", &[]);
    }
    let Some(queue) = queue else { return Ok(query) };
    let query = query.when(&queue.when, &frame)?;
    Ok(if sorted { query } else { query.order(queue.order.iter().map(|step| order(of, step)).collect()) })
}

/// One page of a queue, or of everything within reach.
pub fn page(
    tx: &Tx,
    (of, def): (&Definition, &ListDef),
    queue: Option<&Queue>,
    asked: &Asked,
    sorted: bool,
) -> Result<Listed<Plain>> {
    let scope = reach_of(tx, of, asked)?;
    query(tx, def, (of, queue), asked, sorted, &scope)?.page(tx, |row| listed(of, row))
}

/// Every entry that is asked for, page by page; nobody counts them before they are read.
pub fn each(
    tx: &Tx,
    (of, def): (&Definition, &ListDef),
    queue: Option<&Queue>,
    (mut asked, sorted): (Asked, bool),
    look: &mut dyn FnMut(&Plain) -> Result<()>,
) -> Result<()> {
    let scope = reach_of(tx, of, &asked)?;
    loop {
        let query = query(tx, def, (of, queue), &asked, sorted, &scope)?.untotalled();
        let page = query.page(tx, |row| listed(of, row))?;
        page.items.iter().try_for_each(&mut *look)?;
        let Some(next) = page.next else { return Ok(()) };
        asked = asked.after(next);
    }
}

/// Whose entries a reader finds: of what is void, by what is kept of it.
fn reach_of<'c>(tx: &Tx<'c>, of: &Definition, asked: &Asked) -> Result<Scope<'c>> {
    let void = asked.filter("state").is_some_and(|state| *state == Value::from(VOID));
    scope_of(tx, of, &of.view(), if void { &KEYS_OF_VOID } else { &KEYS_OF_SEVERAL })
}

/// How many associations the entries of a page are about, all pages together; none where each is about one. An organisation of
/// several associations is one entry and covers each of them, so that these are two figures.
pub fn covered(
    tx: &Tx,
    (of, def): (&Definition, &ListDef),
    queue: Option<&Queue>,
    asked: &Asked,
) -> Result<Option<i64>> {
    if !is_several(of) {
        return Ok(None);
    }
    let scope = scope(tx, of, &of.view())?;
    query(tx, def, (of, queue), asked, false, &scope)?.count_several(tx, store::COVERED, "c.text").map(Some)
}

/// The first rows of what is asked for, without how many there are beyond.
pub(in super::super) fn first(tx: &Tx, of: &Definition, pairs: &Pairs) -> Result<Vec<Plain>> {
    let scope = scope(tx, of, &of.view())?;
    let def = asked_for(of, pairs, scope.is_all());
    let asked = Asked::read(&def, pairs)?;
    Ok(query(tx, &def, (of, None), &asked, false, &scope)?
        .untotalled()
        .page(tx, |row| listed(of, row))?
        .items)
}

/// One page of the entries that hold on a day by what is known today.
pub(super) fn holding(
    tx: &Tx,
    (of, def): (&Definition, &ListDef),
    asked: &Asked,
    day: jiff::civil::Date,
) -> Result<Listed<Plain>> {
    let scope = scope(tx, of, &of.view())?;
    let held = "(a.from_on IS NULL OR a.from_on <= $1) AND (a.until_on IS NULL OR a.until_on >= $1)";
    query(tx, def, (of, None), asked, false, &scope)?
        .and(held, &[Value::from(day)])
        .page(tx, |row| listed(of, row))
}

/// Every entry of a queue that a unit answers for, whoever asks, page by page.
pub(super) fn standing(
    tx: &Tx,
    of: &Definition,
    queue: &Queue,
    unit: &str,
    frame: &Frame<'_>,
) -> Result<Vec<Plain>> {
    let (def, mut all) = (def(of), Vec::new());
    let mut asked = Asked::read(&def, &Pairs::of([("unit", unit), ("page_size", "100")]))?;
    loop {
        let query = Query::new(&def, &asked).scope(&Scope::all()).when(&of_register(of), frame)?;
        let query = query.when(&queue.when, frame)?.and("a.state <> 'void'", &[]).untotalled();
        let page = query.page(tx, |row| listed(of, row))?;
        all.extend(page.items);
        let Some(next) = page.next else { return Ok(all) };
        asked = asked.after(next);
    }
}

/// How many entries stand in a queue, exactly.
pub fn count(tx: &Tx, of: &Definition, queue: &Queue) -> Result<i64> {
    let (def, scope) = (def(of), scope(tx, of, &of.view())?);
    let asked = Asked::read(&def, &Pairs::default())?;
    query(tx, &def, (of, Some(queue)), &asked, false, &scope)?.count(tx)
}

/// The statement of a first page as this reader gets it; a test looks at its plan.
pub fn statement(
    tx: &Tx,
    of: &Definition,
    queue: Option<&Queue>,
    pairs: &Pairs,
) -> Result<(String, Vec<Value>)> {
    let scope = scope(tx, of, &of.view())?;
    let def = asked_for(of, pairs, scope.is_all());
    let asked = Asked::read(&def, pairs)?;
    Ok(query(tx, &def, (of, queue), &asked, pairs.get("sort").is_some(), &scope)?.rows_sql())
}
