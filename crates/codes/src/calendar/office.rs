//! Daily office hours, the unit of limits in working hours.

use crate::text;

/// The spans of a working day in which offices are open, in minutes after midnight, ascending and apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeHours(Vec<(u16, u16)>);

impl Default for OfficeHours {
    /// 09:00–12:00 and 13:00–17:00 (系统默认/待核实).
    fn default() -> Self {
        Self(vec![(9 * 60, 12 * 60), (13 * 60, 17 * 60)])
    }
}

impl OfficeHours {
    /// Reads spans such as `09:00-12:00`; the error is a Chinese sentence.
    pub fn parse<'a>(spans: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut read: Vec<(u16, u16)> = Vec::new();
        for span in spans {
            let half = text::half_width(span);
            let wrong = || format!("办公时间“{}”写法不对，应形如 09:00-12:00", span.trim());
            let (from, to) = half.trim().split_once(['-', '~']).ok_or_else(wrong)?;
            let (from, to) = (minutes(from).ok_or_else(wrong)?, minutes(to).ok_or_else(wrong)?);
            if from >= to || read.last().is_some_and(|(_, end)| *end > from) {
                return Err(format!("办公时间“{}”先后颠倒或与前一段重叠，请按时间先后填写", span.trim()));
            }
            read.push((from, to));
        }
        if read.is_empty() {
            Err("办公时间为空，请至少填写一段".to_owned())
        } else {
            Ok(Self(read))
        }
    }

    /// The spans, `(from, to)` in minutes after midnight.
    pub fn spans(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Minutes of one working day.
    pub fn daily_minutes(&self) -> u32 {
        self.0.iter().map(|(from, to)| u32::from(to - from)).sum()
    }

    /// The spans in words: `09:00–12:00、13:00–17:00`.
    pub fn words(&self) -> String {
        let span = |(a, b): &(u16, u16)| format!("{:02}:{:02}–{:02}:{:02}", a / 60, a % 60, b / 60, b % 60);
        self.0.iter().map(span).collect::<Vec<_>>().join("、")
    }
}

fn minutes(clock: &str) -> Option<u16> {
    let (hour, minute) = clock.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (hour <= 24 && minute < 60 && total <= 24 * 60).then_some(total)
}
