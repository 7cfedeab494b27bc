//! What one calendar changes of a year that another one knows, in a sentence for whoever publishes it.

use std::collections::BTreeSet;

use super::civil::{date_of, first_of_year};
use super::{Calendar, RuleKind};

/// Days that are named one by one; of more the number says enough.
const NAMED: usize = 8;

pub(super) fn say(new: &Calendar, before: &Calendar, year: i16) -> Option<String> {
    let days = || first_of_year(year)..first_of_year(year + 1);
    let worked = |calendar: &Calendar| days().filter(|day| calendar.works_at(*day)).count();
    let changed = |works: bool| -> Vec<i64> {
        days().filter(|day| new.works_at(*day) == works && before.works_at(*day) != works).collect()
    };
    let lost: Vec<&str> = holidays(before, year).difference(&holidays(new, year)).copied().collect();
    let mut parts = Vec::new();
    if !lost.is_empty() {
        parts.push(format!("{year} 年少了 {} 个节日（{}）", lost.len(), lost.join("、")));
    }
    for (works, words) in [(true, "改为上班"), (false, "改为休息")] {
        let days = changed(works);
        if !days.is_empty() {
            parts.push(format!("{}{words}", named(&days)));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let (was, is) = (worked(before), worked(new));
    let sum = if was == is {
        format!("工作日仍为 {is} 天")
    } else {
        format!("工作日由 {was} 天变为 {is} 天")
    };
    Some(format!("{year} 年与原来的安排不同：{}；{sum}", parts.join("，")))
}

fn holidays(calendar: &Calendar, year: i16) -> BTreeSet<&str> {
    let off = calendar.rules(year).iter().filter(|rule| rule.kind == RuleKind::Off);
    off.map(|rule| rule.holiday.as_str()).collect()
}

fn named(days: &[i64]) -> String {
    let day = |day: &i64| date_of(*day).strftime("%-m月%-d日").to_string();
    let shown: Vec<String> = days.iter().take(NAMED).map(day).collect();
    let more = if days.len() > NAMED { format!("等 {} 天", days.len()) } else { String::new() };
    format!("{}{more}", shown.join("、"))
}
