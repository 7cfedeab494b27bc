//! What a cell of a workbook says, as text.

use calamine::{DataRef, ExcelDateTime};
use huitong_codes::text::clean;
use jiff::Unit;
use jiff::civil::{DateTime, Time};

use super::mark::unmarked;

/// A workbook keeps numbers to 15 digits and calls the rest zero.
const DIGITS: f64 = 1e15;
const LONG: &str = "的数字超过 15 位，已经丢了尾数，请把这一列设成文本，重新填写";
/// The day behind the last one of a workbook, 9999-12-31.
const LAST: f64 = 2_958_466.0;

/// A text without our mark, without signs that nobody sees, and without blanks around it.
pub fn plain(text: &str) -> String {
    clean(unmarked(text)).trim().to_owned()
}

/// The text of a cell, or what is wrong with it, to be said behind its place.
pub fn text(value: &DataRef, formula: bool) -> Result<String, String> {
    match value {
        DataRef::Empty if formula => {
            Err(String::from("是公式，还没有算出结果，请用 Excel 或者 WPS 打开文件并保存一次"))
        }
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) => Ok(plain(text)),
        DataRef::SharedString(text) => Ok(plain(text)),
        DataRef::Bool(true) => Ok(String::from("是")),
        DataRef::Bool(false) => Ok(String::from("否")),
        DataRef::Int(whole) if whole.unsigned_abs() >= DIGITS as u64 => Err(String::from(LONG)),
        DataRef::Int(whole) => Ok(whole.to_string()),
        DataRef::Float(number) => written(*number),
        DataRef::DateTime(moment) => dated(*moment).ok_or_else(|| String::from("的日期不存在，请改正")),
        DataRef::DateTimeIso(text) => Ok(text.parse().map_or_else(|_| plain(text), said)),
        DataRef::DurationIso(text) => Ok(plain(text)),
        DataRef::Error(error) => Err(format!("是错误值 {error}，请改正")),
    }
}

/// A number as a workbook shows it: to 15 digits, without the noise of calculation behind them.
fn written(number: f64) -> Result<String, String> {
    if number.is_nan() || number.abs() >= DIGITS {
        return Err(String::from(LONG));
    }
    let shown: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // Adding zero takes the sign from a zero.
    Ok((shown + 0.0).to_string())
}

fn dated(moment: ExcelDateTime) -> Option<String> {
    let value = moment.as_f64();
    if moment.is_duration() && value.abs() < LAST {
        let seconds = (value.abs() * 86_400.0).round() as u64;
        let sign = if value < 0.0 { "-" } else { "" };
        let rest = if seconds.is_multiple_of(60) { String::new() } else { format!(":{:02}", seconds % 60) };
        return Some(format!("{sign}{}:{:02}{rest}", seconds / 3600, seconds / 60 % 60));
    }
    if !(0.0..LAST).contains(&value) {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let small = |n: u8| i8::try_from(n).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, i32::from(milli) * 1_000_000).ok()?;
    let date = jiff::civil::Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?);
    if value < 1.0 {
        return Some(hours(time.round(Unit::Second).ok()?));
    }
    Some(said(date.ok()?.to_datetime(time)))
}

fn said(moment: DateTime) -> String {
    let moment = moment.round(Unit::Second).unwrap_or(moment);
    match moment.time() == Time::midnight() {
        true => moment.date().to_string(),
        false => format!("{} {}", moment.date(), hours(moment.time())),
    }
}

fn hours(time: Time) -> String {
    let minutes = format!("{:02}:{:02}", time.hour(), time.minute());
    if time.second() == 0 { minutes } else { format!("{minutes}:{:02}", time.second()) }
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    #[test]
    fn numbers_lose_no_digit_and_gain_none() {
        for (number, told) in [
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (5.0, "5"),
            (-0.0, "0"),
            (-12.50, "-12.5"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.000_001_5, "0.0000015"),
            (1.005, "1.005"),
            (33.333_333_333_333_3, "33.3333333333333"),
        ] {
            assert_eq!(text(&DataRef::Float(number), false).as_deref(), Ok(told));
        }
        for long in [1e15, 510_123_199_001_011_234.0, -1e18, f64::NAN, f64::INFINITY] {
            assert!(text(&DataRef::Float(long), false).unwrap_err().contains("15 位"), "{long}");
        }
        assert!(text(&DataRef::Int(i64::MIN), false).is_err());
        assert_eq!(text(&DataRef::Int(12), false).as_deref(), Ok("12"));
    }

    #[test]
    fn what_is_typed_as_a_day_or_a_time_is_one() {
        let cell = |value, kind, old| DataRef::DateTime(ExcelDateTime::new(value, kind, old));
        let (moment, length) = (ExcelDateTimeType::DateTime, ExcelDateTimeType::TimeDelta);
        for (value, told) in [
            (cell(45_730.0, moment, false), "2025-03-14"),
            (cell(44_268.0, moment, true), "2025-03-14"),
            (cell(45_730.0 + 9.5 / 24.0, moment, false), "2025-03-14 09:30"),
            (cell(45_730.999_999_999, moment, false), "2025-03-15"),
            (cell(45_730.0 + 34_205.0 / 86_400.0, moment, false), "2025-03-14 09:30:05"),
            (cell(9.5 / 24.0, moment, false), "09:30"),
            (cell(1.0, moment, false), "1900-01-01"),
            (cell(36.5 / 24.0, length, false), "36:30"),
            (DataRef::DateTimeIso("2025-03-14T09:30:00".into()), "2025-03-14 09:30"),
            (DataRef::DateTimeIso("2025-03-14T01:30:00Z".into()), "2025-03-14T01:30:00Z"),
            (DataRef::Bool(true), "是"),
            (DataRef::SharedString(" '=甲\u{200b} "), "'=甲"),
            (DataRef::SharedString("'=甲\r\n乙 "), "=甲\n乙"),
        ] {
            assert_eq!(text(&value, false).as_deref(), Ok(told), "{value:?}");
        }
        for wrong in [-1.0, 60.0, LAST, 1e300, f64::NAN] {
            assert!(text(&cell(wrong, moment, false), false).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_has_no_value_says_so() {
        let error = text(&DataRef::Error(CellErrorType::NA), true).unwrap_err();
        assert_eq!(error, "是错误值 #N/A，请改正");
        assert!(text(&DataRef::Empty, true).unwrap_err().contains("公式"));
        assert_eq!(text(&DataRef::Empty, false).as_deref(), Ok(""));
    }
}
