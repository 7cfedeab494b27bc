//! 工作日历: office hours, the years that the program does not bring along, and later changes of those it brings; a pack
//! without the file has what the program brings.

use huitong_codes::Calendar;
use jiff::civil::date;

use super::desk::Desk;
use super::file::Shelf;
use super::finding::{At, Finding};
use super::items::ItemKind;
use super::sheet::{self, Row};
use super::whole::Pack;
use crate::digest::sm3_hex;

/// The word of a row that says when offices are open.
const OFFICE: &str = "办公时间";
/// The kind of the items of a calendar.
const KIND: ItemKind = ItemKind::policy("工作日历");
const FILE: &str = "calendar.csv";

/// Reads the calendar; its version names the years and the content, so that a clock that was counted by it finds it again.
pub(super) fn read(desk: &Desk, shelf: &Shelf) -> Calendar {
    let shipped = Calendar::builtin();
    let Some(file) = shelf.find(FILE) else { return shipped.clone() };
    let rows = sheet::rows(desk, file, &["年", "安排", "节日", "日期", "依据", "来源"]);
    let text: String = rows.iter().map(|row| line(row) + "\n").collect();
    for row in &rows {
        let (kind, source) = (row.text("安排"), row.source());
        let year = row.maybe("年").unwrap_or_default();
        let feast = row.maybe("节日").unwrap_or_default();
        let title = if kind == OFFICE { kind.clone() } else { format!("{year} 年{feast}{kind}") };
        let days = row.maybe("日期").unwrap_or_default();
        desk.item(KIND, &title, &title, &source, days, &row.at("日期"));
    }
    if rows.is_empty() {
        return shipped.clone();
    }
    // Each row stands on the line that it has in the file, so that what is wrong with it names that line.
    let mut placed: Vec<String> = Vec::new();
    for row in &rows {
        placed.resize(row.place().saturating_sub(1).max(placed.len()), String::new());
        placed.push(line(row));
    }
    match shipped.extended("", &placed.join("\n")) {
        Ok(read) => {
            let years: Vec<i16> = read.years().collect();
            let (first, last) = (years.first().copied().unwrap_or_default(), years.last().copied());
            let digest = sm3_hex(text.as_bytes());
            read.named(&format!("{first}-{}·{}", last.unwrap_or(first), &digest[..8]))
        }
        Err(errors) => {
            for error in errors {
                desk.say(&file.at(error.line.max(1), "日期"), error.message, "写法见文件开头的说明");
            }
            shipped.clone()
        }
    }
}

/// What is wrong with the years that a pack publishes for the first time, after those `before`: one whose working days do not
/// add up is only known in part, and would be taken for whole. A year already in force may be changed at will.
pub fn first_published(pack: &Pack, before: &Calendar) -> Vec<Finding> {
    let new = &pack.calendar;
    let known = |year: i16| before.years().any(|other| other == year);
    let worked = |calendar: &Calendar, year: i16, month: i8| {
        calendar.working_days_between(date(year, month, 1), date(year, 12, 31))
    };
    let wrong = new.years().filter(|year| !known(*year)).filter_map(|year| {
        // The notice of a year may order days of the December before.
        let moved =
            if known(year - 1) { worked(new, year - 1, 12) - worked(before, year - 1, 12) } else { 0 };
        let (want, is) = (Calendar::due_working_days(year)?, worked(new, year, 1));
        let place = |item: &&super::ItemView| item.kind == KIND && item.title.starts_with(&year.to_string());
        let line = pack.items().iter().find(place).map_or(1, |item| item.line);
        let at = At { file: String::from(FILE), line, key: String::from("日期") };
        (is + moved != want).then(|| {
            at.finding(
                format!("{year} 年照此有 {is} 个工作日，按放假办法应为 {want} 个"),
                "请对照国务院办公厅的通知，补全这一年的放假和调休上班；多放一天假，就要调休上班一天",
            )
        })
    });
    wrong.collect()
}

/// What a pack changes of years already in force, a sentence each: for whoever publishes it to see before citizens do.
pub fn changed_years(pack: &Pack, before: &Calendar) -> Vec<String> {
    before.years().filter_map(|year| pack.calendar.difference(before, year)).collect()
}

/// A row as the calendar reads it.
fn line(row: &Row<'_>) -> String {
    let cell = |column| row.maybe(column).unwrap_or_default();
    if cell("安排") == OFFICE {
        return format!("{OFFICE},{}", cell("日期").replace('、', ","));
    }
    [cell("年"), cell("安排"), cell("节日"), cell("日期")].join(",")
}
