//! Working days: weekends, public holidays and make-up workdays (调休), with the reason for each day.

mod civil;
mod difference;
mod law;
mod office;
mod read;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;

pub use civil::{date_of, day_number, weekday_name};
pub use office::OfficeHours;
pub use read::{CalendarError, Rule, RuleKind};

/// Why a day counts or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day<'c> {
    /// Whether offices work.
    pub working: bool,
    /// `工作日`, `调休上班`, `周末` or the holiday's name.
    pub why: &'c str,
    /// The holiday a make-up workday belongs to, or the holiday itself.
    pub holiday: Option<&'c str>,
    /// The year's calendar is not published: weekends and the days off by law, 暂按周末与法定日计算.
    pub assumed: bool,
}

/// A version of the working-day calendar: published years as they were given, every other year by weekends and the days off by
/// law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    version: String,
    office: OfficeHours,
    years: BTreeMap<i16, Vec<Rule>>,
    names: Vec<String>,
    first: i64,
    cells: Vec<u8>,
    // How many working days lie before each cell, counted from the first cell.
    before: Vec<u32>,
}

// A cell: whether offices work, whether the year is unpublished, and which name of `names` (0 = none) applies.
const WORKING: u8 = 0x80;
const ASSUMED: u8 = 0x40;
const NAME: u8 = 0x3f;

static BUILTIN: LazyLock<Calendar> = LazyLock::new(|| {
    Calendar::parse("2023-2026", include_str!("../../data/calendar_2023_2026.txt"))
        .unwrap_or_else(|_| Calendar::by_law("2023-2026"))
});

impl Calendar {
    /// The calendar shipped with this crate: 2023 to 2026 as published by the State Council's General Office.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// A calendar that knows weekends and the days off by law; no year of it is published.
    pub fn by_law(version: &str) -> Self {
        Self::built(version, OfficeHours::default(), BTreeMap::new())
    }

    /// Reads a calendar from lines `年,放假|调休上班,节日,日期…`; collects every error with its line.
    pub fn parse(version: &str, text: &str) -> Result<Self, Vec<CalendarError>> {
        Self::by_law(version).extended(version, text)
    }

    /// This calendar with the days of `text` added or corrected, under a new version name; a line `年,重写` drops what is known
    /// of that year first.
    pub fn extended(&self, version: &str, text: &str) -> Result<Self, Vec<CalendarError>> {
        let read = read::read(text, self)?;
        let mut years = self.years.clone();
        years.extend(read.rewritten.into_iter().map(|year| (year, Vec::new())));
        for rule in read.rules {
            let year = years.entry(rule.date.year()).or_default();
            year.retain(|known| known.date != rule.date);
            year.push(rule);
        }
        let office = read.office.unwrap_or_else(|| self.office.clone());
        let extended = Self::built(version, office, years);
        if extended.names.len() > usize::from(NAME) {
            return Err(vec![CalendarError {
                line: 0, message: "节日名称超过63个，请合并".into()
            }]);
        }
        Ok(extended)
    }

    /// Lays the days out one by one from the years that were given.
    fn built(version: &str, office: OfficeHours, years: BTreeMap<i16, Vec<Rule>>) -> Self {
        let first = years.keys().next().map_or(law::FIRST, |year| law::FIRST.min(*year));
        let mut calendar = Self {
            version: version.to_owned(),
            office,
            years: BTreeMap::new(),
            names: Vec::new(),
            first: civil::first_of_year(first),
            cells: Vec::new(),
            before: Vec::new(),
        };
        for year in first..=law::LAST {
            let unpublished = if years.contains_key(&year) { 0 } else { ASSUMED };
            for day in civil::first_of_year(year)..civil::first_of_year(year + 1) {
                calendar.cells.push(unpublished | if civil::is_weekend(day) { 0 } else { WORKING });
            }
            for (day, name) in law::days(year) {
                let name = calendar.name_of(name);
                calendar.mark(day, unpublished | name);
            }
        }
        for rule in years.values().flatten() {
            let working = if rule.kind == RuleKind::MakeUp { WORKING } else { 0 };
            let name = calendar.name_of(&rule.holiday);
            calendar.mark(day_number(rule.date), working | name);
        }
        let mut sum = 0;
        let count = |cell: &u8| {
            let here = sum;
            sum += u32::from(cell & WORKING != 0);
            here
        };
        calendar.before = calendar.cells.iter().map(count).collect();
        calendar.years = years;
        calendar
    }

    fn mark(&mut self, day: i64, cell: u8) {
        let index = usize::try_from(day - self.first).unwrap_or(usize::MAX);
        if let Some(known) = self.cells.get_mut(index) {
            *known = cell;
        }
    }

    fn name_of(&mut self, holiday: &str) -> u8 {
        let known = self.names.iter().position(|n| n == holiday).unwrap_or(self.names.len());
        if known == self.names.len() {
            self.names.push(holiday.to_owned());
        }
        u8::try_from(known + 1).unwrap_or(NAME) & NAME
    }

    /// The same calendar under another version name.
    #[must_use]
    pub fn named(self, version: &str) -> Self {
        Self { version: version.to_owned(), ..self }
    }

    /// Name of this version, to be stored beside whatever was computed from it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The daily office hours (系统默认/待核实 unless the calendar states them).
    pub fn office(&self) -> &OfficeHours {
        &self.office
    }

    /// The published years.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.keys().copied()
    }

    /// The holidays and make-up workdays of a published year, as they were given.
    pub fn rules(&self, year: i16) -> &[Rule] {
        self.years.get(&year).map_or(&[], Vec::as_slice)
    }

    /// How many working days a notice leaves in a year: its weekdays less the days off by law; `None` where these are not all
    /// known.
    pub fn due_working_days(year: i16) -> Option<i64> {
        law::working_days(year)
    }

    /// How a year of this calendar differs from what `before` says of it, in a sentence; `None` where no day does.
    pub fn difference(&self, before: &Self, year: i16) -> Option<String> {
        difference::say(self, before, year)
    }

    /// Whether offices work on a date, and why; a table lookup.
    pub fn day(&self, date: Date) -> Day<'_> {
        self.day_at(day_number(date))
    }

    /// The same for a day number (days since 1970-01-01), for loops over many days.
    pub fn day_at(&self, day: i64) -> Day<'_> {
        let Some(cell) = self.cell(day) else {
            let working = !civil::is_weekend(day);
            return Day { working, why: plain(working), holiday: None, assumed: true };
        };
        let working = cell & WORKING != 0;
        let holiday = usize::from(cell & NAME).checked_sub(1).and_then(|i| self.names.get(i));
        let why = match holiday {
            Some(_) if working => "调休上班",
            Some(name) => name,
            None => plain(working),
        };
        Day { working, why, holiday: holiday.map(String::as_str), assumed: cell & ASSUMED != 0 }
    }

    fn cell(&self, day: i64) -> Option<u8> {
        let index = usize::try_from(day.checked_sub(self.first)?).ok()?;
        self.cells.get(index).copied()
    }

    /// Whether offices work on a date.
    pub fn is_working_day(&self, date: Date) -> bool {
        self.works_at(day_number(date))
    }

    /// The same for a day number.
    pub fn works_at(&self, day: i64) -> bool {
        self.cell(day).map_or_else(|| !civil::is_weekend(day), |cell| cell & WORKING != 0)
    }

    /// The first working day after `date`.
    pub fn next_working_day(&self, date: Date) -> Date {
        self.add_working_days(date, 1)
    }

    /// The `n`-th working day after `date` (before it where `n` is negative); `date` itself where `n` is 0.
    pub fn add_working_days(&self, date: Date, n: i32) -> Date {
        let step = i64::from(n.signum());
        let mut left = n.unsigned_abs();
        let mut day = day_number(date);
        while left > 0 {
            day += step;
            left -= u32::from(self.works_at(day));
        }
        date_of(day)
    }

    /// How many working days lie in `from ..= to`; 0 where `to` is earlier. Constant time.
    pub fn working_days_between(&self, from: Date, to: Date) -> i64 {
        (self.worked_before(day_number(to) + 1) - self.worked_before(day_number(from))).max(0)
    }

    /// How many working days lie before a day number, counted from a fixed day; only differences mean something.
    pub fn worked_before(&self, day: i64) -> i64 {
        let Some(last) = self.before.last() else { return civil::weekdays_before(day) };
        let end = self.first + i64::try_from(self.cells.len()).unwrap_or(0);
        let at_first = civil::weekdays_before(self.first);
        if day <= self.first {
            return civil::weekdays_before(day);
        }
        if day < end {
            let index = usize::try_from(day - self.first).unwrap_or(0);
            return at_first + self.before.get(index).copied().map_or(0, i64::from);
        }
        let in_table = i64::from(*last) + i64::from(self.works_at(end - 1));
        at_first + in_table + civil::weekdays_before(day) - civil::weekdays_before(end)
    }
}

fn plain(working: bool) -> &'static str {
    if working { "工作日" } else { "周末" }
}
