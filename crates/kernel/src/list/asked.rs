//! What an address asks of a list: filters, order, page; everything that cannot be is said in words (422).

use huitong_codes::search::Terms;

use crate::clock::{DAY, parse_instant};
use crate::db::Value;
use crate::error::{Error, FieldError, Result};
use crate::http::page::{PageLink, Pager};
use crate::http::query::Pairs;
use crate::list::{Filter, FilterKind, ListDef, OrderBy, Sort};

/// Rows of a page at most.
pub const MAX_SIZE: i64 = 100;
/// Rows that page numbers reach; beyond, one goes on by `next`.
pub const MAX_DEPTH: i64 = 10_000;
/// Rows of a page where nothing is said.
const SIZE: i64 = 20;
/// Names that belong to every list.
const OURS: [&str; 4] = ["sort", "page", "page_size", "next"];

/// A question to a list.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Filters with their values.
    pub(super) filters: Vec<(Filter, Value)>,
    /// The order's name: `-due_at`.
    pub sort: String,
    /// Its steps.
    pub order: Vec<OrderBy>,
    /// Page, from 1.
    pub page: i64,
    /// Rows of a page.
    pub size: i64,
    /// Where to go on.
    pub(super) next: Option<String>,
}

impl Asked {
    /// Reads the query string; names that are no filter are ignored, as on pages with other parameters.
    pub fn read(def: &ListDef, pairs: &Pairs) -> Result<Asked> {
        let mut wrong = Vec::new();
        let sort = pairs.get("sort").filter(|s| !s.is_empty()).unwrap_or(&def.sort).to_owned();
        let order = order(def, &sort).unwrap_or_else(|error| {
            wrong.push(error);
            Vec::new()
        });
        let page = number(pairs, "page", 1, i64::MAX, &mut wrong).unwrap_or(1);
        let size = number(pairs, "page_size", 1, MAX_SIZE, &mut wrong).unwrap_or(SIZE);
        if page.saturating_mul(size) > MAX_DEPTH && wrong.is_empty() {
            let message = format!("翻页只到第 {MAX_DEPTH} 条，请缩小筛选范围，或用 next 续读");
            wrong.push(finding("page", message));
        }
        let mut filters = Vec::new();
        for filter in def.filters.iter() {
            let Some(text) = pairs.get(&filter.name).map(str::trim).filter(|t| !t.is_empty()) else {
                continue;
            };
            if filter.kind == FilterKind::Part {
                // Each word narrows the list; what nobody can see finds what everything holds.
                filters
                    .extend(Terms::of(text).patterns().map(|pattern| (filter.clone(), Value::Text(pattern))));
                continue;
            }
            match value(filter, text) {
                Ok(value) => filters.push((filter.clone(), value)),
                Err(message) => wrong.push(finding(&filter.name, message)),
            }
        }
        if !wrong.is_empty() {
            return Err(Error::fields(wrong));
        }
        let next = pairs.get("next").filter(|n| !n.is_empty()).map(str::to_owned);
        Ok(Asked { filters, sort, order, page, size, next })
    }

    /// The rows after those of a page, whose end a list gave.
    #[must_use]
    pub fn after(self, next: String) -> Asked {
        Asked { page: 1, next: Some(next), ..self }
    }

    /// The same for programs: a name that is no filter is refused, for a misspelt filter would give every row.
    pub fn read_strict(def: &ListDef, pairs: &Pairs, also: &[&str]) -> Result<Asked> {
        let known = |name: &str| {
            OURS.contains(&name) || also.contains(&name) || def.filters.iter().any(|f| f.name == name)
        };
        let names = def.filters.iter().map(|f| &*f.name).chain(OURS);
        let unknown = pairs.iter().map(|(name, _)| name).filter(|name| !known(name));
        let wrong: Vec<FieldError> = unknown
            .map(|name| {
                let near = crate::pack::did_you_mean(name, names.clone());
                let shown: String = name.chars().take(40).collect();
                finding(name, format!("没有“{shown}”这个查询参数。{near}"))
            })
            .collect();
        if wrong.is_empty() { Asked::read(def, pairs) } else { Err(Error::fields(wrong)) }
    }

    /// The value a filter was given, as SQL sees it.
    pub fn filter(&self, name: &str) -> Option<&Value> {
        self.filters.iter().find(|(f, _)| f.name == name).map(|(_, value)| value)
    }

    /// Where the last page of a list is, where the page that was asked for lies behind it: rows were dealt with meanwhile, or the
    /// address is an old one. That there is nothing is only said where there is nothing.
    pub fn beyond(&self, total: i64, path: &str, pairs: &Pairs) -> Option<String> {
        let last = ((total.min(MAX_DEPTH) + self.size - 1) / self.size).max(1);
        (self.page > last).then(|| format!("{path}{}", pairs.with("page", &last.to_string())))
    }

    /// The foot of the list on a page; `path` is the page's address.
    pub fn pager(&self, total: i64, unit: &'static str, path: &str, pairs: &Pairs) -> Pager {
        let reached = total.min(MAX_DEPTH / self.size * self.size);
        let href = |page: i64| format!("{path}{}", pairs.with("page", &page.to_string()));
        let mut pager = Pager::new(reached, self.page, self.size, unit, href);
        pager.total = total;
        if total > reached {
            pager.links.push(PageLink { gap: true, ..PageLink::default() });
        }
        pager
    }

    /// The link of a column's head and its arrow now (`asc`, `desc` or ""): a second click turns the order round.
    pub fn sort_link(&self, name: &str, path: &str, pairs: &Pairs) -> (String, &'static str) {
        let now = match self.sort.strip_prefix('-') {
            Some(down) if down == name => "desc",
            None if self.sort == name => "asc",
            _ => "",
        };
        let next = if now == "asc" { format!("-{name}") } else { name.to_owned() };
        let first = Pairs::parse(pairs.with("page", "").trim_start_matches('?')).unwrap_or_default();
        (format!("{path}{}", first.with("sort", &next)), now)
    }

    pub(super) fn sample(sort: &Sort, descending: bool, filter: Option<&Filter>) -> Asked {
        let fitting = |f: &Filter| match f.kind {
            FilterKind::Number | FilterKind::Since | FilterKind::Until => Value::Int(1),
            FilterKind::Flag => Value::Bool(true),
            FilterKind::Text | FilterKind::Part | FilterKind::Date => Value::Text("a".into()),
        };
        Asked {
            filters: filter.map(|f| (f.clone(), fitting(f))).into_iter().collect(),
            sort: sort.name.to_string(),
            order: vec![step(sort, descending)],
            page: 1,
            size: SIZE,
            next: None,
        }
    }
}

fn finding(field: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), message: message.into() }
}

fn step(sort: &Sort, descending: bool) -> OrderBy {
    OrderBy { column: sort.column.to_string(), descending, nullable: sort.nullable, kind: sort.kind }
}

fn order(def: &ListDef, asked: &str) -> std::result::Result<Vec<OrderBy>, FieldError> {
    let (name, descending) = asked.strip_prefix('-').map_or((asked, false), |name| (name, true));
    let Some(sort) = def.sorts.iter().find(|s| s.name == name) else {
        let names: Vec<&str> = def.sorts.iter().map(|s| &*s.name).collect();
        let shown: String = name.chars().take(40).collect();
        let message = format!("不能按“{shown}”排序，可以用：{}（前面加“-”为从大到小）", names.join("、"));
        return Err(finding("sort", message));
    };
    Ok(vec![step(sort, descending)])
}

fn number(pairs: &Pairs, name: &str, least: i64, most: i64, wrong: &mut Vec<FieldError>) -> Option<i64> {
    let text = pairs.get(name).filter(|t| !t.is_empty())?;
    match text.parse::<i64>() {
        Ok(n) if (least..=most).contains(&n) => Some(n),
        _ if most == i64::MAX => {
            wrong.push(finding(name, format!("{name} 须是不小于 {least} 的整数")));
            None
        }
        _ => {
            wrong.push(finding(name, format!("{name} 须是 {least}–{most} 的整数")));
            None
        }
    }
}

fn value(filter: &Filter, text: &str) -> std::result::Result<Value, String> {
    let about = &filter.about;
    match filter.kind {
        FilterKind::Text => Ok(Value::from(text)),
        FilterKind::Part => Ok(Value::from(text)),
        FilterKind::Number => text.parse().map(Value::Int).map_err(|_| format!("“{about}”须是整数")),
        FilterKind::Flag => match text {
            "true" | "1" | "是" => Ok(Value::Bool(true)),
            "false" | "0" | "否" => Ok(Value::Bool(false)),
            _ => Err(format!("“{about}”须是 true 或 false")),
        },
        FilterKind::Since | FilterKind::Until => {
            let at = parse_instant(text)
                .ok_or_else(|| format!("“{about}”须是 2025-03-14 这样的日期或 RFC 3339 时间"))?;
            let whole_day = text.len() == 10 && filter.kind == FilterKind::Until;
            Ok(Value::Int(if whole_day { at.saturating_add(DAY) } else { at }))
        }
        FilterKind::Date => {
            let date: Option<jiff::civil::Date> = text.parse().ok();
            date.map(Value::from).ok_or_else(|| format!("“{about}”须是 2025-03-14 这样的日期"))
        }
    }
}
