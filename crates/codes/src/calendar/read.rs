//! Reading a calendar from text: one line a holiday, every error with its line and remedy.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::civil::{date_of, day_number, is_weekend, weekday_name};
use super::office::OfficeHours;
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
    pub years: Vec<i16>,
    pub rules: Vec<Rule>,
    pub office: Option<OfficeHours>,
}

/// Reads lines `年,放假,国庆节,10-01~10-07`, `年,调休上班,国庆节,09-20 10-10` and `办公时间,09:00-12:00,13:00-17:00`.
pub(super) fn read(text: &str) -> Result<Read, Vec<CalendarError>> {
    let mut read = Read::default();
    let mut seen = BTreeMap::new();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_text = text::half_width(line);
        let line_text = line_text.trim();
        if line_text.is_empty() || line_text.starts_with('#') {
            continue;
        }
        match read_line(line_text) {
            Ok(Line::Office(office)) => read.office = Some(office),
            Ok(Line::Year(year, rules)) => {
                read.years.push(year);
                for rule in rules {
                    if let Some(other) = seen.insert(rule.date, index + 1) {
                        let message = format!("{} 在第{other}行已经写过，请删去一处", rule.date);
                        errors.push(CalendarError { line: index + 1, message });
                    } else {
                        read.rules.push(rule);
                    }
                }
            }
            Err(message) => errors.push(CalendarError { line: index + 1, message }),
        }
    }
    if read.years.is_empty() && read.office.is_none() && errors.is_empty() {
        errors
            .push(CalendarError { line: 0, message: "日历为空，请至少写一行放假安排".into() });
    }
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

enum Line {
    Office(OfficeHours),
    Year(i16, Vec<Rule>),
}

fn read_line(line: &str) -> Result<Line, String> {
    let cells: Vec<&str> = line.split([',', '，', '\t']).map(str::trim).collect();
    if let ["办公时间", spans @ ..] = cells.as_slice() {
        return OfficeHours::parse(spans.iter().copied()).map(Line::Office);
    }
    let [year, kind, holiday, dates @ ..] = cells.as_slice() else {
        return Err("应有四栏：年,放假或调休上班,节日,日期，如 2026,放假,国庆节,10-01~10-07".to_owned());
    };
    let year: i16 = year
        .trim_end_matches('年')
        .parse()
        .ok()
        .filter(|y| (1950..=2199).contains(y))
        .ok_or_else(|| format!("年份“{year}”不对，应为4位数字，如 2026"))?;
    let kind = match *kind {
        "放假" => RuleKind::Off,
        "调休上班" | "上班" => RuleKind::MakeUp,
        other => return Err(format!("“{other}”不是已知的安排，请写“放假”或“调休上班”")),
    };
    if holiday.is_empty() {
        return Err("节日名称为空，请填写，如 国庆节".to_owned());
    }
    let mut rules = Vec::new();
    for part in dates.iter().flat_map(|d| d.split([' ', '、'])).filter(|p| !p.is_empty()) {
        for date in read_range(year, part)? {
            refuse_pointless(date, kind)?;
            rules.push(Rule { date, kind, holiday: (*holiday).to_owned() });
        }
    }
    if rules.is_empty() {
        Err("没有日期，请填写，如 10-01~10-07".to_owned())
    } else {
        Ok(Line::Year(year, rules))
    }
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

// A Monday "made up for" or work ordered on a plain workday means a wrong month or year.
fn refuse_pointless(date: Date, kind: RuleKind) -> Result<(), String> {
    let number = day_number(date);
    if kind == RuleKind::MakeUp && !is_weekend(number) {
        return Err(format!("{date} 是{}，本来就上班，不能调休上班，请核对日期", weekday_name(number)));
    }
    Ok(())
}
