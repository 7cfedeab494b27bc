//! A matter on paper: a boxed form that can lie in a folder (办理单), printed instead of the page it is composed with.

use huitong_kernel::deadline::filed_text;

use super::show::{MatterLine, Text};
use crate::base::matters::matter::Rules;
use crate::base::matters::spine::Spine;
use crate::base::matters::view::{FileView, Seen};
use crate::base::matters::words;

/// What is printed of a matter. It is composed from what its reader was shown, so that paper never says more than the screen.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// 锦宁市行业协会商会诉求办理单.
    pub heading: String,
    /// Number of the matter.
    pub number: String,
    /// Number and version of the matter: the journal knows by them which state of it lies in the folder.
    pub trace: String,
    /// Whether the form is for the office only.
    pub internal: bool,
    /// Rows of one or two cells.
    pub rows: Vec<Vec<Cell>>,
}

/// One box of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it is.
    pub label: String,
    /// What it says; empty where there is room to write by hand.
    pub value: String,
    /// Whether it takes the row.
    wide: bool,
}

impl Cell {
    /// A box that shares its row.
    pub fn brief(label: impl Into<String>, value: impl Into<String>) -> Cell {
        Cell { label: label.into(), value: value.into(), wide: false }
    }

    /// A box with a row of its own.
    pub fn wide(label: impl Into<String>, value: impl Into<String>) -> Cell {
        Cell { wide: true, ..Cell::brief(label, value) }
    }

    /// Room for what is written by hand.
    pub fn room(label: impl Into<String>) -> Cell {
        Cell::wide(label, String::new())
    }
}

impl Paper {
    /// The form of a matter; `kind` says what it is beside the name of its procedure: 办理单, 办理情况.
    pub fn new(rules: Rules<'_>, spine: &Spine, kind: &str, cells: Vec<Cell>) -> Paper {
        let procedure = rules.of.title.trim_end_matches("办理");
        Paper {
            heading: format!("{}{procedure}{kind}", rules.pack.city.name),
            number: spine.number.clone(),
            trace: format!("{}-{}", spine.number, spine.version),
            internal: false,
            rows: rows(cells),
        }
    }
}

/// Cells side by side where two brief ones follow each other.
fn rows(cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for cell in cells {
        match rows.last_mut() {
            Some(row) if !cell.wide && row.len() == 1 && row.iter().all(|beside| !beside.wide) => {
                row.push(cell);
            }
            _ => rows.push(vec![cell]),
        }
    }
    rows
}

/// Without those that say nothing.
pub fn filled(mut cells: Vec<Cell>) -> Vec<Cell> {
    cells.retain(|cell| !cell.value.is_empty());
    cells
}

/// The course of a matter, a line a step: when, what, by whom. Who is named by the sentence, or stands in the line above, is not
/// said again.
pub fn course<'l>(lines: impl Iterator<Item = (&'l str, &'l str, &'l str)>) -> String {
    let (mut said, mut above) = (Vec::new(), "");
    for (time, title, who) in lines {
        let (office, name) = who.split_once(" · ").unwrap_or((who, ""));
        let who = if title.contains(office) { name } else { who };
        said.push(match who {
            "" => format!("{time}　{title}"),
            _ if who == above => format!("{time}　{title}"),
            who => format!("{time}　{title}（{who}）"),
        });
        above = who;
    }
    said.join("\n")
}

/// The form of a matter of the pack.
pub(super) fn of_matter(seen: &Seen<'_>, texts: &[Text], lines: &[MatterLine], files: &[FileView]) -> Paper {
    let spine = &seen.matter.spine;
    let due = seen.due().map(|(at, title)| format!("{} 前（{title}）", filed_text(at)));
    let written = |text: &Text| {
        let label = if text.internal { format!("{}（内部）", text.label) } else { text.label.clone() };
        if text.long { Cell::wide(label, &*text.text) } else { Cell::brief(label, &*text.text) }
    };
    let (long, brief): (Vec<&Text>, Vec<&Text>) = texts.iter().partition(|text| text.long);
    let mut cells = vec![Cell::wide("事项", &*spine.title)];
    cells.extend(seen.headline().into_iter().map(|fact| Cell::brief(fact.label, fact.value)));
    cells.extend(brief.into_iter().map(&written));
    cells.extend([
        Cell::brief("承办单位", &*seen.names.unit),
        Cell::brief("经办人", if seen.inside { &*seen.names.handler } else { "" }),
        Cell::brief("办理状态", seen.state_label()),
        Cell::brief("办理时限", due.unwrap_or_default()),
    ]);
    cells.extend(long.into_iter().map(&written));
    let tables = seen.fields().filter(|(field, _)| !field.columns.is_empty());
    cells.extend(tables.map(|(field, answer)| {
        let rows = answer.as_array().map(|rows| words::rows(field, rows));
        Cell::wide(&*field.label, rows.unwrap_or_default().join("\n"))
    }));
    let mut cells = filled(cells);
    if seen.inside {
        cells.push(Cell::room("领导批示"));
    }
    let said = lines.iter().map(|line| (&*line.time, &*line.title, &*line.who));
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    cells.extend(filled(vec![Cell::wide("办理过程", course(said)), Cell::wide("附件", names.join("、"))]));
    let internal = seen.inside && seen.rules.of.work_secret;
    Paper { internal, ..Paper::new(seen.rules, spine, "办理单", cells) }
}
