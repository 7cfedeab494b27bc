//! A CSV file with a heading, read record by record: only one is held at a time.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use huitong_codes::text;
use huitong_kernel::digest::{sm3_hex, sm3_read};
use huitong_kernel::error::Kind;
use huitong_kernel::records::{Damage, Records};
use huitong_kernel::{Error, Result};

use super::mapping::Mapping;
use super::model::Reject;

/// A file that was looked through once: it is readable text with a heading.
#[derive(Debug)]
pub struct Sheet {
    path: PathBuf,
    /// Its name without folders.
    pub name: String,
    /// SM3 of its bytes.
    pub sm3: String,
    /// Rows of data, among them those that cannot be read.
    pub rows: u64,
    /// The heading.
    pub heading: Vec<String>,
}

impl Sheet {
    /// Looks through a file: UTF-8 (with or without a byte order mark), comma separated, with a heading. A file in another
    /// encoding is refused before anything is written.
    ///
    /// # Errors
    /// 400 with what to do where it cannot be read at all.
    pub fn open(path: &Path) -> Result<Sheet> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let sm3 = sm3_read(File::open(path).map_err(|e| unreadable(&name, &e.to_string()))?)
            .map_err(|e| unreadable(&name, &e.to_string()))?;
        let mut sheet = Sheet { path: path.to_owned(), name, sm3, rows: 0, heading: Vec::new() };
        let mut records = sheet.records()?;
        let heading = records.next().transpose().map_err(|e| unreadable(&sheet.name, &e.to_string()))?;
        let Some(heading) = heading else {
            return Err(unreadable(&sheet.name, "文件是空的，第一行应为列名"));
        };
        sheet.heading = heading.cells.map_err(|damage| match damage {
            Damage::Encoding => encoded(&sheet.name, "列名那一行"),
            Damage::Quote(_) => unreadable(&sheet.name, &format!("列名那一行{}", damage.why())),
        })?;
        for record in records {
            let record = record.map_err(|e| unreadable(&sheet.name, &e.to_string()))?;
            if record.cells == Err(Damage::Encoding) {
                return Err(encoded(&sheet.name, &format!("第 {} 行", record.line)));
            }
            sheet.rows += 1;
        }
        Ok(sheet)
    }

    fn records(&self) -> Result<Records<BufReader<File>>> {
        let file = File::open(&self.path).map_err(|e| unreadable(&self.name, &e.to_string()))?;
        Ok(Records::new(BufReader::new(file)))
    }

    /// The rows of data in order, seen through a mapping.
    pub fn lines<'a>(&'a self, mapping: &'a Mapping) -> Result<impl Iterator<Item = Result<Line<'a>>>> {
        let records = self.records()?.skip(1);
        Ok(records.enumerate().map(move |(nth, record)| {
            let record = record.map_err(|e| unreadable(&self.name, &e.to_string()))?;
            let row = i64::try_from(nth + 1).unwrap_or(i64::MAX);
            let (cells, damage) = match record.cells {
                Ok(cells) => (cells, None),
                Err(damage) => (Vec::new(), Some(damage)),
            };
            let clean = cells.iter().map(|cell| text::clean(cell).trim().to_owned()).collect();
            Ok(Line { row, line: record.line, cells, clean, damage, mapping, heading: &self.heading })
        }))
    }
}

fn encoded(name: &str, place: &str) -> Error {
    let advice = "不是 UTF-8 编码（可能是 GB18030、GBK），请另存为“CSV UTF-8”后再导入";
    unreadable(name, &format!("{place}{advice}"))
}

fn unreadable(name: &str, why: &str) -> Error {
    Error::new(Kind::Malformed, format!("{name}：{why}"))
}

/// One row of data.
pub struct Line<'a> {
    /// Its place, first = 1.
    pub row: i64,
    /// The line of the file that it begins in.
    line: usize,
    cells: Vec<String>,
    clean: Vec<String>,
    damage: Option<Damage>,
    mapping: &'a Mapping,
    heading: &'a [String],
}

impl Line<'_> {
    /// The clean value of a column of the mapping, else what the mapping supplies; "" where there is none.
    pub fn text(&self, key: &str) -> &str {
        match self.mapping.column(key) {
            Some(places) => places.first().map_or("", |place| self.cell(*place)),
            None => self.mapping.supplied(key).unwrap_or(""),
        }
    }

    /// The values of a column of the mapping that is made of several, without empty ones at its end.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        let places = self.mapping.column(key).unwrap_or_default();
        let mut texts: Vec<&str> = places.iter().map(|place| self.cell(*place)).collect();
        while texts.last().is_some_and(|text| text.is_empty()) {
            texts.pop();
        }
        texts
    }

    /// Whether the file itself has a value for a column of the mapping.
    pub fn has(&self, key: &str) -> bool {
        self.mapping.column(key).is_some() && !self.text(key).is_empty()
    }

    /// The key of the row in its one written form.
    pub fn key(&self, key: &str) -> String {
        text::key(self.text(key))
    }

    fn cell(&self, place: usize) -> &str {
        self.clean.get(place).map_or("", String::as_str)
    }

    /// A finding about a column of the mapping.
    pub fn reject(&self, key: &str, reason: impl Into<String>) -> Reject {
        let heading = self.mapping.column(key).and_then(|places| self.heading.get(*places.first()?));
        Reject {
            column: heading.map_or_else(|| key.to_owned(), Clone::clone),
            value: self.text(key).to_owned(),
            reason: reason.into(),
        }
    }

    /// What is wrong with the row as a row.
    pub fn torn(&self) -> Option<Reject> {
        let (here, there) = (self.cells.len(), self.heading.len());
        let why = match self.damage {
            Some(damage) => damage.why(),
            None if here != there => format!("有 {here} 列，列名有 {there} 列；请检查引号和逗号"),
            None => return None,
        };
        let reason = format!("文件第 {} 行：{why}", self.line);
        Some(Reject { column: String::new(), value: String::new(), reason })
    }

    /// Digest of every value that the mapping takes from the row: as it stands, the key in its written form.
    pub fn digest(&self, key: &str) -> String {
        let keys = self.mapping.column(key).unwrap_or_default();
        let mut all = String::new();
        for place in self.mapping.places() {
            match self.cells.get(place) {
                Some(cell) if keys.contains(&place) => all.push_str(&text::key(cell)),
                cell => all.push_str(cell.map_or("", |cell| cell.trim())),
            }
            all.push('\u{1f}');
        }
        sm3_hex(all.as_bytes())
    }
}
