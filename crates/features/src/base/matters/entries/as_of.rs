//! What a register said on a day, as it was known at an instant. Only the versions answer that, never the journal.

use std::collections::BTreeMap;

use huitong_codes::search::Terms;
use huitong_kernel::clock::{DAY, civil_date, instant, parse_instant};
use huitong_kernel::condition::{Facts as _, Frame, Value as FactValue, truth};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{Asked, Filter, FilterKind, ListDef, Listed};
use huitong_kernel::pack::{Definition, Queue, VOID};
use huitong_kernel::{Ctx, Error, Result, Tx, Value};
use jiff::civil::{Date, Time};

use super::super::matter::{KEYS, Matter as _, Rules};
use super::super::plain::Plain;
use super::super::queue::units_of;
use super::versions::{self, Version};
use super::{acts, derived, list, store};

/// Entries of a register that are looked at one by one; beyond, a past day is answered by from when until when they hold.
pub const MOST: i64 = 10_000;
/// The same of the rows within them, all kinds together.
pub const MOST_WITHIN: i64 = 40_000;

/// A day in the past, and until when what is said of it had become known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The day.
    pub day: Date,
    /// The instant.
    pub known_at: i64,
}

/// Why an entry did not stand on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It had not begun.
    NotYet,
    /// It had ended.
    Over,
    /// Nobody had entered it by then.
    Unknown,
    /// It should never have been entered.
    Void,
}

impl Absent {
    /// What that is called.
    pub fn label(self) -> &'static str {
        match self {
            Absent::NotYet => "还没有开始",
            Absent::Over => "已经结束",
            Absent::Unknown => "还没有登记",
            Absent::Void => "已作废",
        }
    }

    /// The same in a sentence.
    pub fn said(self) -> &'static str {
        match self {
            Absent::NotYet => "这一天，这一条还没有开始。",
            Absent::Over => "这一天，这一条已经结束。",
            Absent::Unknown => "当时还没有登记这一条。",
            Absent::Void => "这一条已经作废，哪一天都不算。",
        }
    }
}

impl AsOf {
    /// Reads `as_of` and `known_at` of an address; nothing where no day is asked for. Nobody knows what will have been so.
    pub fn read(pairs: &Pairs, today: Date) -> Result<Option<AsOf>> {
        let text = |name: &str| pairs.get(name).map(str::trim).filter(|text| !text.is_empty());
        let known = text("known_at").map(|text| {
            let whole_day = if text.len() == 10 { DAY - 1 } else { 0 };
            let at = parse_instant(text).map(|at| at + whole_day).ok_or_else(|| {
                Error::invalid("known_at", "“按哪天掌握的”须是 2025-03-14 这样的日期或 RFC 3339 时间")
            })?;
            match civil_date(at) > today {
                true => Err(Error::invalid("known_at", "“按哪天掌握的”不能晚于今天")),
                false => Ok(at),
            }
        });
        let known = known.transpose()?;
        let Some(day) = text("as_of") else {
            return match known {
                Some(_) => Err(Error::invalid("as_of", "填了“按哪天掌握的”，还要填“哪一天的情况”")),
                None => Ok(None),
            };
        };
        let day: Option<Date> = day.parse().ok().filter(|_| day.len() == 10);
        let day = day.ok_or_else(|| Error::invalid("as_of", "“哪一天的情况”须是 2025-03-14 这样的日期"))?;
        if day > today {
            return Err(Error::invalid("as_of", "“哪一天的情况”不能晚于今天"));
        }
        Ok(Some(AsOf { day, known_at: known.unwrap_or(i64::MAX) }))
    }

    /// The instant from which conditions are looked at that speak of now and today: the end of the day, today the present.
    fn now(self, ctx: &Ctx) -> i64 {
        ctx.now.min(instant(self.day.to_datetime(Time::midnight())) + DAY - 1)
    }

    /// Whether something was done by the end of the day, and known.
    pub fn has_seen(self, at: i64) -> bool {
        at <= self.known_at && civil_date(at) <= self.day
    }

    /// An entry as it stood with what lay within it, or why it did not.
    pub fn of(
        self,
        tx: &Tx,
        entry: &Plain,
        all: &[Version],
        within: &Within,
    ) -> Result<std::result::Result<Plain, Absent>> {
        let Some(version) = versions::on(all, self.day, self.known_at) else {
            let known = all.iter().any(|one| one.at <= self.known_at);
            return Ok(Err(if known { Absent::NotYet } else { Absent::Unknown }));
        };
        if version.stood.state == VOID {
            return Ok(Err(Absent::Void));
        }
        let rules = Rules::of(tx.ctx(), &entry.spine)?;
        let mut stood = entry.clone();
        acts::stand(&mut stood, rules.of, &version.stood);
        stood.spine.version = version.version;
        stood.spine.updated_at = version.at;
        for one in rules.of.register.iter().flat_map(|register| &register.derived) {
            let key = format!("{}.{}", rules.of.key, one.of);
            let rows = within.rows(&entry.spine.id, &key);
            match derived::of_rows(rows, one, self.now(tx.ctx()), self.day.year()) {
                Some(value) => drop(stood.marks.derived.insert(one.key.clone(), value)),
                None => drop(stood.marks.derived.remove(&one.key)),
            }
        }
        stood.settle(tx, rules)?;
        let day = self.day.to_string();
        if stood.from_on.as_ref().is_some_and(|from| *from > day) {
            return Ok(Err(Absent::NotYet));
        }
        if stood.until_on.as_ref().is_some_and(|until| *until < day) {
            return Ok(Err(Absent::Over));
        }
        Ok(Ok(stood))
    }
}

/// What lay within entries on a past day, by entry and kind.
#[derive(Debug, Default)]
pub struct Within(BTreeMap<(String, String), Vec<Plain>>);

impl Within {
    /// Reads it for one entry, or for all of a register.
    pub fn read(tx: &Tx, of: &Definition, entry: Option<&str>, past: AsOf) -> Result<Within> {
        let mut all: BTreeMap<(String, String), Vec<Plain>> = BTreeMap::new();
        for key in of.register.iter().flat_map(|register| &register.within) {
            let mut versions = match entry {
                Some(_) => BTreeMap::new(),
                None => store::versions_in(tx, key)?,
            };
            let rows = match entry {
                Some(parent) => store::ever_within(tx, parent, key)?,
                None => store::whole(tx, key)?,
            };
            for row in rows {
                let known = match entry {
                    Some(_) => store::versions_of(tx, &row.spine.id)?,
                    None => versions.remove(&row.spine.id).unwrap_or_default(),
                };
                let stood = past.of(tx, &row, &known, &Within::default())?.ok();
                let Some(stood) = stood.filter(|row| row.day <= Some(past.day.to_string())) else { continue };
                let parent = stood.parent.clone().unwrap_or_default();
                all.entry((parent, key.clone())).or_default().push(stood);
            }
        }
        Ok(Within(all))
    }

    /// The rows of one kind within an entry, the latest first.
    pub fn rows(&self, entry: &str, kind: &str) -> &[Plain] {
        self.0.get(&(entry.to_owned(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }
}

/// What is asked of a list about a past day, as of any list.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The register.
    pub of: &'q Definition,
    /// Its list.
    pub def: &'q ListDef,
    /// What the address asks for.
    pub asked: &'q Asked,
    /// The address.
    pub pairs: &'q Pairs,
    /// The queue.
    pub queue: Option<&'q Queue>,
}

/// A register as a reader finds it on a past day.
pub struct Day {
    past: AsOf,
    now: i64,
    /// The entries as they stood; none where there are too many to look at one by one.
    stood: Option<Vec<Plain>>,
}

impl Day {
    /// Looks at a register.
    pub fn read(tx: &Tx, of: &Definition, past: AsOf) -> Result<Day> {
        let scope = Plain::reach(tx, tx.ctx().right(&of.view())?)?.scope(&KEYS);
        let mut day = Day { past, now: past.now(tx.ctx()), stood: None };
        let kinds = of.register.iter().flat_map(|register| &register.within);
        let within = kinds.map(|key| store::size(tx, key)).sum::<Result<i64>>()?;
        if store::size(tx, &of.key)? > MOST || within > MOST_WITHIN {
            return Ok(day);
        }
        let mut all = store::versions_in(tx, &of.key)?;
        let within = Within::read(tx, of, None, past)?;
        let mut stood = Vec::new();
        for entry in store::whole(tx, &of.key)?.iter().filter(|entry| super::admitted(&scope, entry)) {
            let versions = all.remove(&entry.spine.id).unwrap_or_default();
            stood.extend(past.of(tx, entry, &versions, &within)?.ok());
        }
        day.stood = Some(stood);
        Ok(day)
    }

    /// What answers: the versions, or because there are too many only from when until when entries hold.
    pub fn by_versions(&self) -> bool {
        self.stood.is_some()
    }

    /// How many entries stood in a queue; nothing where the versions do not answer.
    pub fn count(&self, ctx: &Ctx, queue: &Queue) -> Option<i64> {
        let units = units_of(ctx, Some(queue));
        let frame = self.frame(ctx, &units);
        let all = self.stood.as_ref()?.iter().filter(|entry| truth(&queue.when, *entry, &frame).holds());
        i64::try_from(all.count()).ok()
    }

    fn frame<'f>(&self, ctx: &'f Ctx, units: &'f [&'f str]) -> Frame<'f> {
        Frame { now: self.now, ..super::super::queue::frame(ctx, units) }
    }

    /// A page of what is asked for.
    pub fn page(&self, tx: &Tx, question: &Question<'_>) -> Result<Listed<Plain>> {
        let Some(found) = self.found(tx, question)? else {
            return list::holding(tx, (question.of, question.def), question.asked, self.past.day);
        };
        let asked = question.asked;
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from((asked.page - 1).saturating_mul(asked.size)).unwrap_or(usize::MAX);
        let size = usize::try_from(asked.size).unwrap_or(usize::MAX);
        let items = found.into_iter().skip(skip).take(size).cloned().collect();
        Ok(Listed { items, total: Some(total), next: None })
    }

    /// Everything that is asked for.
    pub fn each(
        &self,
        tx: &Tx,
        question: &Question<'_>,
        look: &mut dyn FnMut(&Plain) -> Result<()>,
    ) -> Result<()> {
        if let Some(found) = self.found(tx, question)? {
            return found.into_iter().try_for_each(look);
        }
        let mut asked = question.asked.clone();
        loop {
            let page = list::holding(tx, (question.of, question.def), &asked, self.past.day)?;
            page.items.iter().try_for_each(&mut *look)?;
            let Some(next) = page.next else { return Ok(()) };
            asked = asked.after(next);
        }
    }

    /// What is asked for in its order, where the versions answer. What cannot be answered is refused, never left out.
    fn found(&self, tx: &Tx, question: &Question<'_>) -> Result<Option<Vec<&Plain>>> {
        let Question { of, def, asked, pairs, queue } = *question;
        let named = |name: &str| pairs.get(name).map(str::trim).filter(|text| !text.is_empty());
        if named("state") == Some(VOID) {
            return Err(Error::invalid("state", "作废的哪一天都不算，要看请不填“哪一天的情况”"));
        }
        let Some(stood) = &self.stood else {
            let only = "这本台账条数较多，某一天的情况只按有效期列出";
            if let Some(queue) = queue {
                return Err(Error::invalid("queue", format!("{only}，不能再按“{}”筛选", queue.title)));
            }
            return match self.past.known_at {
                i64::MAX => Ok(None),
                _ => Err(Error::invalid("known_at", format!("{only}，不能再填“按哪天掌握的”"))),
            };
        };
        if named("next").is_some() {
            return Err(Error::invalid("next", "某一天的情况用 page 翻页，不用 next"));
        }
        let ctx = tx.ctx();
        let units = units_of(ctx, queue);
        let frame = self.frame(ctx, &units);
        let filters: Vec<(&Filter, &str)> =
            def.filters.iter().filter_map(|filter| Some((filter, named(&filter.name)?))).collect();
        let fits = |entry: &&Plain| {
            filters.iter().all(|(filter, wanted)| says(entry, filter, wanted, asked))
                && queue.is_none_or(|queue| truth(&queue.when, *entry, &frame).holds())
        };
        let mut found: Vec<&Plain> = stood.iter().filter(fits).collect();
        let steps: Vec<(&str, bool)> = match queue.filter(|_| named("sort").is_none()) {
            Some(queue) => queue.order.iter().map(|step| (step.fact.as_str(), step.descending)).collect(),
            None => {
                vec![asked.sort.strip_prefix('-').map_or((asked.sort.as_str(), false), |name| (name, true))]
            }
        };
        found.sort_by(|one, other| in_order(of, &steps, one, other));
        Ok(Some(found))
    }
}

/// Which of two entries comes first: what lacks what the order asks for comes last, and the id decides, as lists have it.
fn in_order(of: &Definition, steps: &[(&str, bool)], one: &Plain, other: &Plain) -> std::cmp::Ordering {
    let turned = |down: bool, order: std::cmp::Ordering| if down { order.reverse() } else { order };
    let by_step = steps.iter().map(|(key, down)| match (place(of, one, key), place(of, other, key)) {
        (Some(one), Some(other)) => turned(*down, one.cmp(&other)),
        (one, other) => other.is_some().cmp(&one.is_some()),
    });
    let down = steps.last().is_some_and(|(_, down)| *down);
    let by_id = turned(down, one.spine.id.cmp(&other.spine.id));
    by_step.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(by_id)
}

/// What an entry is ordered by: a number or an instant, else a text.
fn place(of: &Definition, entry: &Plain, key: &str) -> Option<(i64, String)> {
    match entry.fact(key) {
        _ if key == "day" && of.field(key).is_none() => entry.day.clone().map(|day| (0, day)),
        Some(FactValue::Number(number) | FactValue::Instant(number)) => Some((number, String::new())),
        Some(FactValue::Flag(yes)) => Some((i64::from(yes), String::new())),
        Some(FactValue::Text(text)) => Some((0, text)),
        Some(FactValue::Date(day)) => Some((0, day.to_string())),
        None => None,
    }
}

/// Whether an entry as it stood is what a filter of the list asks for.
fn says(entry: &Plain, filter: &Filter, wanted: &str, asked: &Asked) -> bool {
    let began = entry.spine.began_at;
    let asked = asked.filter(&filter.name);
    match filter.kind {
        FilterKind::Part => {
            Terms::of(wanted).patterns().all(|pattern| entry.search.contains(pattern.trim_matches('%')))
        }
        FilterKind::Since => matches!(asked, Some(Value::Int(at)) if began >= *at),
        FilterKind::Until => matches!(asked, Some(Value::Int(at)) if began < *at),
        _ if KEYS.association == Some(&*filter.name) => entry.associations().iter().any(|one| one == wanted),
        _ => field_says(entry, &filter.name, wanted),
    }
}

fn field_says(entry: &Plain, field: &str, wanted: &str) -> bool {
    if let Some(all) = entry.said(field).and_then(serde_json::Value::as_array) {
        return all.iter().any(|one| one.as_str() == Some(wanted));
    }
    match entry.fact(field) {
        Some(FactValue::Text(text)) => text == wanted,
        Some(FactValue::Number(number)) => wanted.parse() == Ok(number),
        Some(FactValue::Date(day)) => day.to_string() == wanted,
        Some(FactValue::Flag(yes)) => yes.to_string() == wanted,
        Some(FactValue::Instant(_)) | None => false,
    }
}
