//! Reading a calendar from text: one line a holiday, every error with its line and remedy.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;

use super::civil::{date_of, day_number, is_weekend, weekday_name};
use super::office::OfficeHours;
use super::{Calendar, law};
use crate::text;

// A holiday has never been longer; a longer range is a slip of the pen.
const LONGEST_RANGE: i64 = 31;

/// Whether a rule takes a day off or puts it back to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// 放假.
    Off,
    /// 调休上班.
    MakeUp,
}

/// One day that differs from the plain week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The day.
    pub date: Date,
    /// Off or at work.
    pub kind: RuleKind,
    /// The holiday it belongs to, e.g. 国庆节.
    pub holiday: String,
}

/// What is wrong in a calendar text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarError {
    /// Line, counted from 1; 0 for the text as a whole.
    pub line: usize,
    /// The sentence shown to whoever imports the calendar.
    pub message: String,
}

#[derive(Default)]
pub(super) struct Read {
    pub rewritten: Vec<i16>,
    pub rules: Vec<Rule>,
    pub office: Option<OfficeHours>,
}

/// Reads lines `年,放假,国庆节,10-01~10-07`, `年,调休上班,国庆节,09-20 10-10`, `年,重写` and `办公时间,09:00-12:00,13:00-17:00`;
/// what is ordered is held against what `known` says.
pub(super) fn read(text: &str, known: &Calendar) -> Result<Read, Vec<CalendarError>> {
    let mut read = Read::default();
    let mut placed: BTreeMap<Date, (usize, Rule)> = BTreeMap::new();
    let mut rewritten: BTreeMap<i16, usize> = BTreeMap::new();
    let mut errors = Vec::new();
    let mut wrong = |line, message| errors.push(CalendarError { line, message });
    for (line, text) in (1..).zip(text.lines()) {
        let text = text::half_width(text);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match read_line(text) {
            Ok(Line::Office(office)) => read.office = Some(office),
            Ok(Line::Rewrite(year)) => {
                rewritten.entry(year).or_insert(line);
            }
            Ok(Line::Rules(rules)) => {
                for rule in rules {
                    match placed.entry(rule.date) {
                        Entry::Occupied(other) => {
                            let message =
                                format!("{} 在第{}行已经写过，请删去一处", rule.date, other.get().0);
                            wrong(line, message);
                        }
                        Entry::Vacant(place) => {
                            place.insert((line, rule));
                        }
                    }
                }
            }
            Err(message) => wrong(line, message),
        }
    }
    for (year, line) in &rewritten {
        if !placed.keys().any(|date| date.year() == *year) {
            wrong(*line, format!("写了重写，没有写{year}年的放假和调休上班，请补上，或者删去这一行"));
        }
    }
    for (line, rule) in placed.values().filter(|(_, rule)| rule.kind == RuleKind::MakeUp) {
        let before = if rewritten.contains_key(&rule.date.year()) { None } else { Some(known) };
        if let Some(message) = pointless(rule.date, before) {
            wrong(*line, message);
        }
    }
    if placed.is_empty() && read.office.is_none() && errors.is_empty() {
        errors
            .push(CalendarError { line: 0, message: "日历为空，请至少写一行放假安排".into() });
    }
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.line);
        return Err(errors);
    }
    read.rules = placed.into_values().map(|(_, rule)| rule).collect();
    read.rewritten = rewritten.into_keys().collect();
    Ok(read)
}

enum Line {
    Office(OfficeHours),
    Rewrite(i16),
    Rules(Vec<Rule>),
}

fn read_line(line: &str) -> Result<Line, String> {
    let cells: Vec<&str> = line.split([',', '，', '\t']).map(str::trim).collect();
    if let ["办公时间", spans @ ..] = cells.as_slice() {
        return OfficeHours::parse(spans.iter().copied()).map(Line::Office);
    }
    if let [year, "重写", rest @ ..] = cells.as_slice() {
        let year = read_year(year)?;
        return match rest.iter().all(|cell| cell.is_empty()) {
            true => Ok(Line::Rewrite(year)),
            false => Err("“重写”一行只写年份，节日和日期另起一行".to_owned()),
        };
    }
    let [year, kind, holiday, dates @ ..] = cells.as_slice() else {
        return Err("应有四栏：年,放假或调休上班,节日,日期，如 2026,放假,国庆节,10-01~10-07".to_owned());
    };
    let year = read_year(year)?;
    let kind = match *kind {
        "放假" => RuleKind::Off,
        "调休上班" | "上班" => RuleKind::MakeUp,
        other => {
            return Err(format!("“{other}”不是已知的安排，请写“放假”或“调休上班”；要整年重写的写“重写”"));
        }
    };
    if holiday.is_empty() {
        return Err("节日名称为空，请填写，如 国庆节".to_owned());
    }
    let mut rules = Vec::new();
    for part in dates.iter().flat_map(|d| d.split([' ', '、'])).filter(|p| !p.is_empty()) {
        let days = read_range(year, part)?;
        rules.extend(days.into_iter().map(|date| Rule { date, kind, holiday: (*holiday).to_owned() }));
    }
    if rules.is_empty() {
        Err("没有日期，请填写，如 10-01~10-07".to_owned())
    } else {
        Ok(Line::Rules(rules))
    }
}

fn read_year(year: &str) -> Result<i16, String> {
    let read = year.trim_end_matches('年').parse().ok().filter(|y| (1950..=law::LAST).contains(y));
    read.ok_or_else(|| format!("年份“{year}”不对，应为4位数字，如 2026"))
}

fn read_range(year: i16, part: &str) -> Result<Vec<Date>, String> {
    let (from, to) = part.split_once(['~', '至']).unwrap_or((part, part));
    let (first, last) = (read_date(year, from)?, read_date(year, to)?);
    let (start, end) = (day_number(first), day_number(last));
    if end < start {
        return Err(format!("“{part}”先后颠倒，请把较早的日期写在前面"));
    }
    if end - start >= LONGEST_RANGE {
        return Err(format!("“{part}”超过{LONGEST_RANGE}天，请核对"));
    }
    Ok((start..=end).map(date_of).collect())
}

fn read_date(year: i16, text: &str) -> Result<Date, String> {
    let wrong = || format!("日期“{text}”不存在或写法不对，应为 月-日，如 10-01");
    let (month, day) = text.trim().split_once('-').ok_or_else(wrong)?;
    let (month, day) = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
    Date::new(year, month, day).map_err(|_| wrong())
}

/// Why a day cannot be ordered back to work: it is off by law, or is worked anyway, which means a wrong month or year.
fn pointless(date: Date, known: Option<&Calendar>) -> Option<String> {
    let number = day_number(date);
    if let Some(holiday) = law::holiday(date) {
        return Some(format!("{date} 是法定节假日（{holiday}），不能调休上班，请核对日期"));
    }
    let off = is_weekend(number) || known.is_some_and(|known| !known.works_at(number));
    (!off).then(|| format!("{date} 是{}，本来就上班，不能调休上班，请核对日期", weekday_name(number)))
}
