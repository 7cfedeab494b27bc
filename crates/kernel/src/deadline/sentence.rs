//! The arithmetic of a deadline as one Chinese sentence.

use std::fmt::Write as _;

use huitong_codes::Calendar;
use huitong_codes::calendar::{date_of, weekday_name};

use crate::clock::{minute_text, time_text};

use super::civil::day_of;
use super::count::Count;
use super::history::Run;
use super::limit::Limit;
use super::words::{due_text, office_note};

// Above this many days a sentence gives the span and the sums; the list beside it gives every day.
const LISTED: usize = 25;

/// Says a count in one sentence.
pub(super) fn sentence(run: &Run<'_>, count: &Count<'_>, calendar: &Calendar) -> String {
    let mut parts = vec![how_it_counts(run, count, calendar)];
    parts.extend(made_up(run, count));
    parts.extend(moved(run, count));
    parts.extend(run.changes.iter().map(|change| {
        let version = if change.version.is_empty() {
            String::new()
        } else {
            format!("（规则 {}）", change.version)
        };
        let (from, to) = (change.from.words(), change.to.words());
        format!("时限已于 {} 由 {from}改为 {to}{version}", minute_text(change.at))
    }));
    if let Some(at) = run.recalculated {
        parts.push(format!("{} 起按工作日历“{}”重新推算", minute_text(at), calendar.version()));
    }
    if !count.assumed.is_empty() {
        let years: Vec<String> = count.assumed.iter().map(ToString::to_string).collect();
        parts.push(format!("{}年节假日安排未发布，暂按周末与法定日计算", years.join("、")));
    }
    parts.push(match count.due {
        Some(due) => {
            let note = office_note(due, run.limit.pace(), calendar);
            format!("于 {} 到期{note}。", due_text(due, run.start))
        }
        None => "目前暂停计时，恢复后继续计算。".to_owned(),
    });
    parts.join("；")
}

fn how_it_counts(run: &Run<'_>, count: &Count<'_>, calendar: &Calendar) -> String {
    let day = day_of(run.start);
    let (year, week) = (date_of(day).year(), weekday_name(day));
    let start = format!("自 {}（{week}）{} 起，{}", date_of(day), time_text(run.start), run.limit.words());
    let skipped = skipped(count, year);
    match run.limit {
        Limit::WorkingDays(_) if count.counted.is_empty() => format!("{start}，从下一工作日起算{skipped}"),
        Limit::WorkingDays(_) => {
            format!("{start}，从下一工作日起算：{}{skipped}", counted(&count.counted, year))
        }
        Limit::Days(_) if count.counted.is_empty() => format!("{start}，从次日起连续计算{skipped}"),
        Limit::Days(_) => format!("{start}，从次日起连续计算：{}{skipped}", day_list(&count.counted, year)),
        Limit::Hours(_) => {
            format!("{start}，按钟点连续计算，不分节假日{}{skipped}", paused_hours(run, count))
        }
        Limit::WorkingHours(_) => {
            let spans = spans(count, year);
            format!("{start}，只计工作日的办公时间（{}）{spans}{skipped}", calendar.office().words())
        }
    }
}

fn counted(days: &[i64], year: i16) -> String {
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if days.len() > LISTED => {
            let (from, to) = (date_text(*first, &mut (year, 0)), date_text(*last, &mut (year, 0)));
            format!("{from}至{to}间的 {} 个工作日", days.len())
        }
        _ => day_list(days, year),
    }
}

// Grouped by reason, in the order in which the reasons first appear.
fn skipped(count: &Count<'_>, year: i16) -> String {
    let mut groups: Vec<(&str, Vec<i64>)> = Vec::new();
    // A calendar-day limit names the rest days after its last day in the words about the move.
    let last = count.moved.as_ref().map_or(i64::MAX, |(from, ..)| *from);
    for (day, why) in count.skipped.iter().filter(|(day, _)| *day <= last) {
        match groups.iter_mut().find(|(w, _)| w == why) {
            Some((_, days)) => days.push(*day),
            None => groups.push((why, vec![*day])),
        }
    }
    if groups.is_empty() {
        return String::new();
    }
    let long = count.skipped.len() > LISTED;
    let say = |(why, days): &(&str, Vec<i64>)| {
        if long {
            format!("{why} {} 天", days.len())
        } else {
            format!("{}（{why}）", day_list(days, year))
        }
    };
    format!("，跳过 {}", groups.iter().map(say).collect::<Vec<_>>().join("，"))
}

fn made_up(run: &Run<'_>, count: &Count<'_>) -> Option<String> {
    let year = date_of(day_of(run.start)).year();
    let mut text = String::new();
    for (i, day) in count.made_up.iter().enumerate() {
        let mut context = (year, 0);
        let comma = if i > 0 { "、" } else { "" };
        let _ = write!(text, "{comma}{}（{}）", date_text(*day, &mut context), weekday_name(*day));
    }
    (!text.is_empty()).then(|| format!("其中 {text}调休上班，计入"))
}

fn moved(run: &Run<'_>, count: &Count<'_>) -> Option<String> {
    let year = date_of(day_of(run.start)).year();
    let (from, to, why) = count.moved.as_ref()?;
    let (last, next) = (date_text(*from, &mut (year, 0)), date_text(*to, &mut (year, 0)));
    Some(format!("最后一日 {last}（{}）为休息日（{why}），顺延至下一工作日 {next}", weekday_name(*from)))
}

fn paused_hours(run: &Run<'_>, count: &Count<'_>) -> String {
    let due = count.due.unwrap_or(i64::MAX);
    let mut text = String::new();
    for pause in run.pauses.iter().filter(|p| p.from < due) {
        let (Some(to), true) = (pause.to, pause.to.is_some_and(|to| to > run.start)) else { continue };
        let why = if pause.why.is_empty() { String::new() } else { format!("（{}）", pause.why) };
        let _ = write!(text, "，{} 至 {} 暂停{why}", minute_text(pause.from.max(run.start)), minute_text(to));
    }
    text
}

// At most a few days of office hours are worth reading as spans.
fn spans(count: &Count<'_>, year: i16) -> String {
    if count.spans.is_empty() {
        return String::new();
    }
    if count.counted.len() > 5 {
        return format!("：{}", counted(&count.counted, year));
    }
    let mut text = String::new();
    let mut context = (year, 0);
    let mut day = i64::MIN;
    for (from, to) in &count.spans {
        let comma = if text.is_empty() { "" } else { "、" };
        text.push_str(comma);
        if day_of(*from) != day {
            day = day_of(*from);
            context.1 = 0;
            let _ = write!(text, "{} ", date_text(day, &mut context));
        }
        let _ = write!(text, "{}–{}", time_text(*from), time_text(*to));
    }
    format!("：{text}")
}

/// `3月17日、18日、19日`; four days in a row and more become `3月17日至21日`; the year is said when it changes.
fn day_list(days: &[i64], year: i16) -> String {
    let mut context = (year, 0);
    let mut text = String::new();
    let mut rest = days;
    while let Some(first) = rest.first() {
        let row = rest.windows(2).take_while(|w| w[1] == w[0] + 1).count() + 1;
        let (run, tail) = rest.split_at(row);
        rest = tail;
        if !text.is_empty() {
            text.push('、');
        }
        match run.last() {
            Some(last) if row >= 4 => {
                say_date(&mut text, *first, &mut context);
                text.push('至');
                say_date(&mut text, *last, &mut context);
            }
            _ => {
                for (nth, day) in run.iter().enumerate() {
                    text.push_str(if nth > 0 { "、" } else { "" });
                    say_date(&mut text, *day, &mut context);
                }
            }
        }
    }
    text
}

fn date_text(day: i64, context: &mut (i16, i8)) -> String {
    let mut text = String::new();
    say_date(&mut text, day, context);
    text
}

// The context is the year and month last said; what did not change is not said again.
fn say_date(text: &mut String, day: i64, context: &mut (i16, i8)) {
    let date = date_of(day);
    let before = std::mem::replace(context, (date.year(), date.month()));
    let (year, month, day) = (date.year(), date.month(), date.day());
    // Writing into a text cannot fail.
    let _ = match (before.0 == year, before == (year, month)) {
        (false, _) => write!(text, "{year}年{month}月{day}日"),
        (true, false) => write!(text, "{month}月{day}日"),
        (true, true) => write!(text, "{day}日"),
    };
}
