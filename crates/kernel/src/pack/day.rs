//! A day said from today: `今天`, `明天`, `7 日后`, `90 日前`, `3 工作日后`; in bounds of fields and in conditions.

use huitong_codes::Calendar;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::clock;
use crate::deadline::{self, Limit};

/// A day said from today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelativeDay {
    /// As the pack says it.
    pub words: String,
    /// Days from today; before it where negative.
    pub amount: i64,
    /// Whether only working days count.
    pub working: bool,
}

impl RelativeDay {
    /// Reads it; none where it is no such day. Working days are counted forward only.
    pub fn parse(words: &str) -> Option<RelativeDay> {
        let words = words.trim();
        let day = |amount, working| Some(RelativeDay { words: words.to_owned(), amount, working });
        match words {
            "昨天" => return day(-1, false),
            "今天" => return day(0, false),
            "明天" => return day(1, false),
            _ => {}
        }
        let (rest, sign) = match (words.strip_suffix('后'), words.strip_suffix('前')) {
            (Some(rest), _) => (rest, 1),
            (_, Some(rest)) => (rest, -1),
            _ => return None,
        };
        let (number, working) = match rest.strip_suffix("工作日") {
            Some(number) => (number, true),
            None => (rest.strip_suffix('日')?, false),
        };
        let amount: i64 = number.trim().parse::<u16>().ok()?.into();
        if working && sign < 0 {
            return None;
        }
        day(sign * amount, working)
    }

    /// As a sentence says it: `3 个工作日后`.
    pub fn said(&self) -> String {
        let words = self.words.replace(' ', "");
        let words = words.replace("工作日后", "个工作日后");
        match words.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!(" {}", spaced(&words)),
            false => words,
        }
    }

    /// The day, seen from `today`.
    pub fn on(&self, today: Date, calendar: &Calendar) -> Date {
        if !self.working {
            return today.saturating_add(self.amount.days());
        }
        let amount = u32::try_from(self.amount).unwrap_or(1);
        let start = clock::instant(today.at(12, 0, 0, 0));
        clock::civil_date(deadline::due(start, Limit::WorkingDays(amount), calendar))
    }
}

/// A space between the number and what it counts.
fn spaced(words: &str) -> String {
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = words.split_at(digits);
    format!("{number} {rest}")
}
