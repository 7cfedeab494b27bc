//! Dates and times as people, Excel and other systems write them into files.

use jiff::civil::{Date, DateTime, Time};

use crate::CodeError;
use crate::text::half_width;

const EXAMPLE: &str = "应形如 2025-03-14 或者 2025/3/14 9:30";

/// A day, with the time of day where one was written; civil time (UTC+8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub time: Option<Time>,
}

impl Moment {
    /// Reads `2025-03-14 09:30`, `2025/3/14 下午3:05:10`, `2025年3月14日 9时30分`, `2025.3.14`, `20250314`, RFC 3339 with any
    /// offset; full-width signs, the day of the week and further blanks do not matter.
    ///
    /// # Errors
    /// Names the part that is wrong: the year that lacks digits, the month, the day, the time.
    pub fn parse(input: &str) -> Result<Moment, CodeError> {
        let text = half_width(input);
        let text = text.trim();
        if let Ok(exact) = text.parse::<jiff::Timestamp>() {
            let civil = jiff::tz::TimeZone::fixed(jiff::tz::offset(8)).to_datetime(exact);
            checked_year(civil.year())?;
            return Ok(Moment { date: civil.date(), time: Some(civil.time()) });
        }
        let (date, rest) = date(text)?;
        let rest = without_weekday(rest);
        let rest = rest.strip_prefix(['T', 't', ',']).unwrap_or(rest).trim();
        let time = if rest.is_empty() { None } else { Some(read_time(rest)?) };
        Ok(Moment { date, time })
    }

    /// The moment in civil time; midnight where no time was written.
    pub fn civil(self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }
}

/// Reads a time of day: `9:30`, `09:30:05`, `下午3:05`, `3:05 PM`, `9时30分`.
///
/// # Errors
/// It is none; the sentence shows the form.
pub fn time(input: &str) -> Result<Time, CodeError> {
    read_time(half_width(input).trim())
}

fn wrong<T>(message: String) -> Result<T, CodeError> {
    Err(CodeError::new(message))
}

fn checked_year(year: i16) -> Result<(), CodeError> {
    if (1000..=9999).contains(&year) { Ok(()) } else { wrong(format!("年份写成四位：{EXAMPLE}")) }
}

/// The digits a text begins with, and what follows.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// A number of one or two digits.
fn small(text: &str) -> Option<i8> {
    (matches!(text.len(), 1 | 2)).then(|| text.parse().ok()).flatten()
}

fn date(text: &str) -> Result<(Date, &str), CodeError> {
    let (year, rest) = digits(text);
    if matches!(year.len(), 8 | 12 | 14) && !rest.starts_with(['-', '/', '.', '年']) {
        let day = ymd(&year[..4], &year[4..6], &year[6..8])?;
        return Ok((day, &text[8..]));
    }
    // A serial day may have a fraction, which is its time.
    let serial = year.len() == 5 && digits(rest.trim_start_matches('.')).1.is_empty();
    let Some(sign) = rest.chars().next().filter(|c| !serial && matches!(c, '-' | '/' | '.' | '年')) else {
        return match year.len() {
            5 if serial => {
                wrong(format!("“{text}”是 Excel 内部的日期数字：请把这一列设成日期格式再导出，{EXAMPLE}"))
            }
            0 | 4 => wrong(format!("“{text}”不是日期，{EXAMPLE}")),
            _ => wrong(format!("“{text}”不是日期，年份写成四位，{EXAMPLE}")),
        };
    };
    let after = if sign == '年' { '月' } else { sign };
    let (month, rest) = digits(rest[sign.len_utf8()..].trim_start());
    let Some(rest) = rest.trim_start().strip_prefix(after) else {
        return wrong(format!("“{text}”不是完整的日期，{EXAMPLE}"));
    };
    let (day, rest) = digits(rest.trim_start());
    let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
    Ok((ymd(year, month, day)?, rest))
}

fn ymd(year: &str, month: &str, day: &str) -> Result<Date, CodeError> {
    let number = year.parse().ok().filter(|_| year.len() == 4);
    let Some(number) = number else { return wrong(format!("年份“{year}”写成四位，{EXAMPLE}")) };
    checked_year(number)?;
    let Some(in_year) = small(month).filter(|month| (1..=12).contains(month)) else {
        return wrong(format!("没有“{month}”月，{EXAMPLE}"));
    };
    match small(day).and_then(|day| Date::new(number, in_year, day).ok()) {
        Some(date) => Ok(date),
        None => wrong(format!("没有这个日期：{number} 年 {in_year} 月没有“{day}”日")),
    }
}

/// What follows the day of the week, which the date says already.
fn without_weekday(rest: &str) -> &str {
    let inside = rest.trim_start();
    let open = inside.strip_prefix('(').unwrap_or(inside);
    let named = ["星期", "礼拜", "周"].iter().find_map(|word| open.strip_prefix(word));
    let Some(after) =
        named.and_then(|rest| rest.strip_prefix(['一', '二', '三', '四', '五', '六', '日', '天']))
    else {
        return inside;
    };
    after.strip_prefix(')').unwrap_or(after).trim_start()
}

/// Half of the day, as far as a word says it.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    Morning,
    Noon,
    Afternoon,
}

const HALVES: [(&str, Half); 11] = [
    ("上午", Half::Morning),
    ("早上", Half::Morning),
    ("早晨", Half::Morning),
    ("凌晨", Half::Morning),
    ("中午", Half::Noon),
    ("下午", Half::Afternoon),
    ("傍晚", Half::Afternoon),
    ("晚上", Half::Afternoon),
    ("am", Half::Morning),
    ("pm", Half::Afternoon),
    ("晚", Half::Afternoon),
];

fn read_time(text: &str) -> Result<Time, CodeError> {
    let small = text.to_ascii_lowercase();
    let before = HALVES.iter().find_map(|(word, half)| Some((small.strip_prefix(word)?, *half)));
    let behind = || HALVES.iter().find_map(|(word, half)| Some((small.strip_suffix(word)?, *half)));
    let (clock, half) = match before.or_else(behind) {
        Some((rest, half)) => (rest.trim(), Some(half)),
        None => (small.as_str(), None),
    };
    clock_time(clock)
        .and_then(|(hour, minute, second)| Time::new(hour_of(hour, half)?, minute, second, 0).ok())
        .map_or_else(|| wrong(format!("时间“{text}”写法不对，应形如 09:30 或者 9:30:05")), Ok)
}

fn hour_of(hour: i8, half: Option<Half>) -> Option<i8> {
    match half {
        None => Some(hour),
        Some(Half::Morning) => (hour <= 12).then_some(hour % 12),
        Some(Half::Noon) => match hour {
            11..=13 => Some(hour),
            1..=2 => Some(hour + 12),
            _ => None,
        },
        Some(Half::Afternoon) if (1..12).contains(&hour) => Some(hour + 12),
        Some(Half::Afternoon) => (hour >= 12).then_some(hour),
    }
}

/// Hour, minute and second; a fraction of a second is dropped.
fn clock_time(text: &str) -> Option<(i8, i8, i8)> {
    let (hour, rest) = digits(text);
    if rest.is_empty() && matches!(hour.len(), 4 | 6) {
        let part = |from: usize| hour.get(from..from + 2).map_or(Some(0), small);
        return Some((part(0)?, part(2)?, part(4)?));
    }
    let hour = small(hour)?;
    let (minute, rest) = match rest.strip_prefix(['时', '点']) {
        Some("" | "整") => return Some((hour, 0, 0)),
        Some("半") => return Some((hour, 30, 0)),
        Some(rest) => digits(rest),
        None => digits(rest.strip_prefix(':')?),
    };
    let minute = small(minute)?;
    let Some(rest) = rest.strip_prefix([':', '分']).filter(|rest| !rest.is_empty()) else {
        return matches!(rest, "" | "分").then_some((hour, minute, 0));
    };
    let (second, rest) = digits(rest);
    let fraction = rest.strip_prefix('.').is_some_and(|rest| !rest.is_empty() && digits(rest).1.is_empty());
    (matches!(rest, "" | "秒") || fraction).then_some((hour, minute, small(second)?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<DateTime> {
        Moment::parse(text).map(Moment::civil).ok()
    }

    #[test]
    fn a_moment_is_read_as_people_and_programs_write_it() {
        for text in [
            "2025-03-14 09:30",
            "2025/3/14 9:30",
            "2025/3/14  9:30:00",
            "2025-03-14T09:30:00",
            "2025年3月14日 9:30",
            "2025年03月14日9时30分",
            "2025年3月14日 星期五 上午9点30分",
            "2025.3.14 9:30",
            "20250314 0930",
            "202503140930",
            "20250314093000",
            "２０２５／３／１４　９：３０",
            "2025-3-14 9:30:00.000",
            "2025-03-14T09:30:00+08:00",
            "2025-03-14T01:30:00Z",
            "2025/3/14 上午 9:30",
            "2025/3/14 9:30 AM",
            "2025-03-14（周五）09:30",
            "2025年3月14号上午9点半",
            "\u{feff}2025-03-14\u{a0}09:30\u{200b}",
            "2025-03-14, 09:30",
        ] {
            assert_eq!(read(text), Some(datetime(2025, 3, 14, 9, 30, 0, 0)), "{text}");
        }
        for (text, hour) in [
            ("上午12:05", 0),
            ("中午12:05", 12),
            ("下午3:05", 15),
            ("下午15:05", 15),
            ("晚上8:05", 20),
            ("PM 12:05", 12),
        ] {
            assert_eq!(
                read(&format!("2025/3/14 {text}")),
                Some(datetime(2025, 3, 14, hour, 5, 0, 0)),
                "{text}"
            );
        }
        for day in ["2025-03-14", "2025/3/14", "2025年3月14日", "2025.03.14", "20250314", "2025-03-14 周五"]
        {
            let read = Moment::parse(day).unwrap();
            assert_eq!((read.date, read.time), (jiff::civil::date(2025, 3, 14), None), "{day}");
        }
    }

    #[test]
    fn the_sentence_names_the_part_that_is_wrong() {
        for (text, part) in [
            ("25-03-14", "年份“25”写成四位"),
            ("0025-03-14", "年份写成四位"),
            ("3/14/2025", "年份“3”写成四位"),
            ("250314", "年份写成四位"),
            ("2025-13-05", "没有“13”月"),
            ("2025-02-30", "2025 年 2 月没有“30”日"),
            ("20250230", "2025 年 2 月没有“30”日"),
            ("2025-03", "不是完整的日期"),
            ("2025-03/14", "不是完整的日期"),
            ("45730", "Excel 内部的日期数字"),
            ("45730.395", "Excel 内部的日期数字"),
            ("明天", "“明天”不是日期"),
            ("", "不是日期"),
            ("2025/3/14 25:00", "时间“25:00”写法不对"),
            ("2025/3/14 9:60", "时间“9:60”写法不对"),
            ("2025/3/14 9", "时间“9”写法不对"),
            ("2025/3/14 上午15:00", "时间“上午15:00”写法不对"),
            ("2025-03-14 09:30 左右", "时间“09:30 左右”写法不对"),
        ] {
            let said = Moment::parse(text).unwrap_err().message;
            assert!(said.contains(part), "{text}: {said}");
        }
    }

    proptest! {
        #[test]
        fn any_way_of_writing_gives_the_same_moment(
            year in 1000_i16..=9999, month in 1_i8..=12, day in 1_i8..=28, hour in 0_i8..24, minute in 0_i8..60
        ) {
            let wanted = Some(datetime(year, month, day, hour, minute, 0, 0));
            prop_assert_eq!(read(&format!("{year}/{month}/{day} {hour}:{minute:02}")), wanted);
            prop_assert_eq!(read(&format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00")), wanted);
            prop_assert_eq!(read(&format!("{year}年{month}月{day}日{hour}时{minute}分")), wanted);
            prop_assert_eq!(read(&format!("{year}{month:02}{day:02}{hour:02}{minute:02}")), wanted);
        }

        #[test]
        fn nothing_breaks_the_reader(text in "[0-9年月日时分上下午:./ T+-]{0,24}|\\PC{0,12}") {
            let _ = Moment::parse(&text);
        }
    }
}
