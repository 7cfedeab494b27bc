//! What became of the rows of a file, or would become of them: a tab for each answer, and the rows of one.

use huitong_kernel::http::page::Tab;

use crate::base::imports::Part;

/// Rows that a page shows at once.
pub(super) const SHOWN: usize = 100;

/// A part of the rows as addresses name it, and as people read it before and after.
const PARTS: [(Part, &str, &str, &str); 5] = [
    (Part::New, "new", "将新增", "已新增"),
    (Part::Changed, "changed", "将更新", "已更新"),
    (Part::Rejected, "rejected", "不能导入", "没有导入"),
    (Part::Unchanged, "unchanged", "已有，不变", "已有，不变"),
    (Part::Kept, "kept", "留下", "留下"),
];

/// The rows of one part.
#[derive(Default)]
pub(super) struct Fates {
    pub(super) tabs: Vec<Tab>,
    pub(super) rows: Vec<RowFate>,
    /// Where the rows behind these stand.
    pub(super) next: String,
}

/// What becomes of a row, in words.
pub(super) struct RowFate {
    /// Behind which the next page begins.
    pub(super) place: i64,
    /// The row of the file, as a spreadsheet counts them.
    pub(super) row: i64,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) tone: &'static str,
    pub(super) fate: &'static str,
    pub(super) why: String,
}

/// The part that an address asks for; else the first of these that has rows.
pub(super) fn asked(key: Option<&str>, first: &[Part], count: &dyn Fn(Part) -> u64) -> Part {
    let named = PARTS.iter().find(|(_, known, ..)| key == Some(known)).map(|(part, ..)| *part);
    let full = first.iter().copied().find(|part| count(*part) > 0);
    named.or(full).unwrap_or(Part::New)
}

/// The place behind which an address asks for rows.
pub(super) fn after(said: Option<&str>) -> i64 {
    said.and_then(|row| row.parse().ok()).unwrap_or_default()
}

/// What a part is called, and its tone.
pub(super) fn label(part: Part, done: bool) -> (&'static str, &'static str) {
    let label = PARTS.iter().find(|(known, ..)| *known == part);
    let tone = match part {
        Part::New => "done",
        Part::Changed => "doing",
        Part::Rejected | Part::Kept => "over",
        Part::Unchanged => "muted",
    };
    (tone, label.map_or("", |(_, _, will, is)| if done { is } else { will }))
}

impl Fates {
    /// The rows of a part at an address, which ends so that `part=` can follow.
    pub(super) fn of(
        (part, done): (Part, bool),
        count: &dyn Fn(Part) -> u64,
        mut rows: Vec<RowFate>,
        address: &str,
    ) -> Fates {
        let tabs = PARTS.iter().filter(|(known, ..)| *known == part || count(*known) > 0);
        let tabs = tabs.map(|(known, key, ..)| Tab {
            href: format!("{address}part={key}"),
            label: label(*known, done).1.to_owned(),
            count: Some(i64::try_from(count(*known)).unwrap_or(i64::MAX)),
            current: *known == part,
            red: *known == Part::Rejected && !done,
        });
        let tabs: Vec<Tab> = tabs.collect();
        let more = rows.len() > SHOWN;
        rows.truncate(SHOWN);
        let open = tabs.iter().find(|tab| tab.current).filter(|_| more).zip(rows.last());
        let next = open.map(|(tab, last)| format!("{}&after={}", tab.href, last.place)).unwrap_or_default();
        Fates { tabs, rows, next }
    }
}
