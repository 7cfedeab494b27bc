//! 工作日历: office hours and the years that the program does not bring along; a pack without the file has those it brings.

use huitong_codes::Calendar;

use super::desk::Desk;
use super::file::Shelf;
use super::sheet::{self, Row};
use crate::digest::sm3_hex;

/// The word of a row that says when offices are open.
const OFFICE: &str = "办公时间";

/// Reads the calendar; its version names the years and the content, so that a clock that was counted by it finds it again.
pub(super) fn read(desk: &Desk, shelf: &Shelf) -> Calendar {
    let shipped = Calendar::builtin();
    let Some(file) = shelf.find("calendar.csv") else { return shipped.clone() };
    let rows = sheet::rows(desk, file, &["年", "安排", "节日", "日期", "依据", "来源"]);
    let text: String = rows.iter().map(|row| line(row) + "\n").collect();
    for row in &rows {
        let (kind, source) = (row.text("安排"), row.source());
        let year = row.maybe("年").unwrap_or_default();
        let feast = row.maybe("节日").unwrap_or_default();
        let title = if kind == OFFICE { kind.clone() } else { format!("{year} 年{feast}{kind}") };
        let days = row.maybe("日期").unwrap_or_default();
        desk.item("工作日历", &title, &title, &source, days, &row.at("日期"));
    }
    if rows.is_empty() {
        return shipped.clone();
    }
    match shipped.extended("", &text) {
        Ok(read) => {
            let years: Vec<i16> = read.years().collect();
            let (first, last) = (years.first().copied().unwrap_or_default(), years.last().copied());
            let digest = sm3_hex(text.as_bytes());
            read.named(&format!("{first}-{}·{}", last.unwrap_or(first), &digest[..8]))
        }
        Err(errors) => {
            for error in errors {
                if let Some(row) = error.line.checked_sub(1).and_then(|place| rows.get(place)) {
                    desk.say(&row.at("日期"), error.message, "写法见文件开头的说明");
                }
            }
            shipped.clone()
        }
    }
}

/// A row as the calendar reads it.
fn line(row: &Row<'_>) -> String {
    let cell = |column| row.maybe(column).unwrap_or_default();
    if cell("安排") == OFFICE {
        return format!("{OFFICE},{}", cell("日期").replace('、', ","));
    }
    [cell("年"), cell("安排"), cell("节日"), cell("日期")].join(",")
}
