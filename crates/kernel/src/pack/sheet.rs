//! CSV with line numbers: a Chinese header row, `#` comments above it, one item a row.

use std::collections::BTreeMap;

use super::closed::Closed;
use super::desk::{Desk, Ref};
use super::file::TextFile;
use super::finding::{At, did_you_mean};
use super::source::{Source, SourceKind};
use crate::records::Records;

/// One data row.
pub struct Row<'a> {
    desk: &'a Desk,
    file: &'a TextFile,
    line: usize,
    cells: BTreeMap<&'static str, String>,
}

/// Reads a sheet whose header must be exactly `columns`, in any order.
pub fn rows<'a>(desk: &'a Desk, file: &'a TextFile, columns: &[&'static str]) -> Vec<Row<'a>> {
    let mut found = Records::new(file.text.as_bytes()).comment(b'#').flatten().filter_map(|record| {
        let at = file.at(record.line, "");
        match record.cells {
            Ok(_) if record.lines > 1 => desk.say(&at, "栏内有换行", "多半是少了一个引号 \"，请补上或删去"),
            Ok(cells) => return Some((record.line, cells)),
            Err(damage) => desk.say(&at, damage.why(), "请改正这一行"),
        }
        None
    });
    let (header_line, header) = found.next().unwrap_or((1, Vec::new()));
    let header: Vec<&str> = header.iter().map(|cell| cell.trim()).collect();
    let Some(places) = header_places(desk, file, &header, header_line, columns) else { return Vec::new() };
    let mut rows = Vec::new();
    for (line, record) in found {
        let at = file.at(line, "");
        if record.len() != header.len() {
            desk.say(
                &at,
                format!("这一行有 {} 栏，表头有 {} 栏", record.len(), header.len()),
                "请检查是否多了或少了逗号；栏内要用逗号时写中文逗号“，”",
            );
            continue;
        }
        let cells =
            places.iter().map(|(column, place)| (*column, record[*place].trim().to_owned())).collect();
        rows.push(Row { desk, file, line, cells });
    }
    rows
}

fn header_places(
    desk: &Desk,
    file: &TextFile,
    header: &[&str],
    line: usize,
    columns: &[&'static str],
) -> Option<Vec<(&'static str, usize)>> {
    let mut whole = true;
    for (place, name) in header.iter().copied().enumerate() {
        if !columns.contains(&name) {
            let suggestion = did_you_mean(name, columns.iter().copied());
            desk.say(&file.at(line, name), format!("表头里有不认识的栏“{name}”"), suggestion);
        } else if header.iter().take(place).any(|earlier| *earlier == name) {
            desk.say(&file.at(line, name), format!("表头里“{name}”栏重复"), "请删去其中一栏");
            whole = false;
        }
    }
    let mut places = Vec::new();
    for column in columns {
        match header.iter().position(|name| name == column) {
            Some(place) => places.push((*column, place)),
            None => {
                whole = false;
                let suggestion = format!("表头应为：{}", columns.join(","));
                desk.say(&file.at(line, column), format!("表头缺少“{column}”栏"), suggestion);
            }
        }
    }
    whole.then_some(places)
}

impl<'a> Row<'a> {
    /// The place of a cell.
    pub fn at(&self, column: &str) -> At {
        self.file.at(self.line, column)
    }

    /// The line it begins at, first = 1.
    pub fn place(&self) -> usize {
        self.line
    }

    /// A cell that may be empty.
    pub fn maybe(&self, column: &'static str) -> Option<String> {
        self.cells.get(column).filter(|cell| !cell.is_empty()).cloned()
    }

    /// A cell that must be filled.
    pub fn text(&self, column: &'static str) -> String {
        self.maybe(column).unwrap_or_else(|| {
            self.desk.say(&self.at(column), format!("“{column}”没有填写"), format!("请填写“{column}”"));
            String::new()
        })
    }

    /// A cell with several values, divided by `、`.
    pub fn several(&self, column: &'static str) -> Vec<String> {
        let text = self.maybe(column).unwrap_or_default();
        text.split('、').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// A cell with a word of a closed list.
    pub fn closed<T: Closed>(&self, column: &'static str) -> Option<T> {
        let word = self.text(column);
        let value = T::from_word(&word);
        if value.is_none() && !word.is_empty() {
            let suggestion = did_you_mean(&word, T::WORDS.iter().map(|(known, _)| *known));
            self.desk.say(&self.at(column), format!("“{word}”不是可用的{}", T::WHAT), suggestion);
        }
        value
    }

    /// A cell that must name a declared thing.
    pub fn refer(&self, column: &'static str, kind: Ref) -> String {
        let name = self.text(column);
        self.desk.refer(kind, &name, &self.at(column));
        name
    }

    /// The columns 依据 and 来源.
    pub fn source(&self) -> Source {
        if self.maybe("依据").is_none() {
            self.desk.say(
                &self.at("依据"),
                "没有写依据",
                "请写明文件名称和条款；没有文件依据的写设定理由，来源填 D",
            );
        }
        let kind = self.closed("来源").unwrap_or(SourceKind::Default);
        Source { basis: self.maybe("依据").unwrap_or_default(), kind }
    }

    /// The desk it is read on.
    pub fn desk(&self) -> &'a Desk {
        self.desk
    }
}
