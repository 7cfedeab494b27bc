//! The units of the city with what they are and what they perform.

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::http::page::{Choice, Pager, Shell};
use huitong_kernel::http::{Call, Reply};

use crate::base::units::{self, Unit};

const PATH: &str = "/admin/units";
/// Rows of a page.
const SIZE: usize = 50;

#[derive(Template)]
#[template(path = "base/admin/pages/units.html")]
struct UnitsPage {
    shell: Shell,
    rows: Vec<UnitRow>,
    pager: Pager,
    q: String,
    kinds: Vec<Choice>,
    filtered: bool,
}

struct UnitRow {
    id: String,
    name: String,
    kinds: String,
    functions: String,
    phone: String,
    active: bool,
}

/// Units are few (some sixty): they are filtered in memory.
pub fn list(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let (q, kind) = (c.query("q").unwrap_or_default(), c.query("kind").unwrap_or_default());
    let fits = |unit: &Unit| {
        let named = q.is_empty() || [&unit.name, &unit.short_name].iter().any(|name| name.contains(q));
        let performs = unit.functions.iter().any(|function| function.contains(q));
        (named || performs) && (kind.is_empty() || unit.is(kind))
    };
    let found: Vec<Unit> = c.read(units::all)?.into_iter().filter(fits).collect();
    let (total, size) = (i64::try_from(found.len()).unwrap_or(i64::MAX), i64::try_from(SIZE).unwrap_or(1));
    let asked: i64 = c.query("page").and_then(|n| n.parse().ok()).unwrap_or(1);
    let page = asked.clamp(1, (total + size - 1) / size.max(1) + i64::from(total == 0));
    let href = |n: i64| format!("{PATH}{}", c.queries().with("page", &n.to_string()));
    let kind_name = |key: &String| pack.unit_kind(key).map_or(key.as_str(), |kind| &kind.name).to_owned();
    let row = |unit: &Unit| UnitRow {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        kinds: unit.kinds.iter().map(kind_name).collect::<Vec<_>>().join("、"),
        functions: unit.functions.join("、"),
        phone: unit.phone.clone().unwrap_or_default(),
        active: unit.active,
    };
    let skipped = usize::try_from((page - 1) * size).unwrap_or(0);
    let kinds = pack.unit_kinds.iter().map(|k| Choice {
        value: k.key.clone(),
        label: k.name.clone(),
        checked: k.key == kind,
        ..Choice::default()
    });
    c.page(&UnitsPage {
        shell: c.shell("单位")?,
        rows: found.iter().skip(skipped).take(SIZE).map(row).collect(),
        pager: Pager::new(total, page, size, "个", href),
        q: q.to_owned(),
        kinds: kinds.collect(),
        filtered: !q.is_empty() || !kind.is_empty(),
    })
}
