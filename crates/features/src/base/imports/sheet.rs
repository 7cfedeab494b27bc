//! A CSV file with a heading, read line by line: only one line is held at a time.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use huitong_kernel::digest::{sm3_hex, sm3_read};
use huitong_kernel::error::Kind;
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
    /// Rows of data.
    pub rows: u64,
    /// The heading.
    pub heading: Vec<String>,
}

impl Sheet {
    /// Looks through a file: UTF-8 (with or without a byte order mark), comma separated, with a heading.
    ///
    /// # Errors
    /// 400 with what to do where it cannot be read at all.
    pub fn open(path: &Path) -> Result<Sheet> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let sm3 = sm3_read(File::open(path).map_err(|e| unreadable(&name, &e.to_string()))?)
            .map_err(|e| unreadable(&name, &e.to_string()))?;
        let mut sheet = Sheet { path: path.to_owned(), name, sm3, rows: 0, heading: Vec::new() };
        let mut reader = sheet.reader()?;
        let mut record = csv::ByteRecord::new();
        let mut read = |record: &mut csv::ByteRecord| {
            reader.read_byte_record(record).map_err(|e| unreadable(&sheet.name, &e.to_string()))
        };
        if !read(&mut record)? {
            return Err(unreadable(&sheet.name, "文件是空的，第一行应为列名"));
        }
        sheet.heading = texts(&sheet.name, &record, 0)?;
        while read(&mut record)? {
            sheet.rows += 1;
            texts(&sheet.name, &record, sheet.rows)?;
        }
        Ok(sheet)
    }

    fn reader(&self) -> Result<csv::Reader<BufReader<File>>> {
        let failed = |e: std::io::Error| unreadable(&self.name, &e.to_string());
        let mut file = File::open(&self.path).map_err(failed)?;
        let mut mark = [0; 3];
        let marked = file.read(&mut mark).map_err(failed)? == 3 && mark == *b"\xef\xbb\xbf";
        file.seek(SeekFrom::Start(if marked { 3 } else { 0 })).map_err(failed)?;
        // Rows of another length are findings of ours, with the row named.
        Ok(csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(BufReader::new(file)))
    }

    /// The rows of data in order, seen through a mapping.
    pub fn lines<'a>(&'a self, mapping: &'a Mapping) -> Result<impl Iterator<Item = Result<Line<'a>>>> {
        let mut reader = self.reader()?;
        let mut heading = csv::StringRecord::new();
        reader.read_record(&mut heading).map_err(|e| unreadable(&self.name, &e.to_string()))?;
        Ok(reader.into_records().enumerate().map(move |(nth, record)| {
            let fields = record.map_err(|e| unreadable(&self.name, &e.to_string()))?;
            let row = i64::try_from(nth + 1).unwrap_or(i64::MAX);
            Ok(Line { row, fields, mapping, heading: &self.heading })
        }))
    }
}

/// The texts of a record; a file in another encoding is refused before anything is written.
fn texts(name: &str, record: &csv::ByteRecord, row: u64) -> Result<Vec<String>> {
    let read = |field: &[u8]| std::str::from_utf8(field).map(str::to_owned);
    record.iter().map(read).collect::<std::result::Result<_, _>>().map_err(|_| {
        let place = if row == 0 { String::from("列名那一行") } else { format!("第 {row} 行数据") };
        unreadable(
            name,
            &format!("{place}不是 UTF-8 编码（可能是 GB18030、GBK），请另存为“CSV UTF-8”后再导入"),
        )
    })
}

fn unreadable(name: &str, why: &str) -> Error {
    Error::new(Kind::Malformed, format!("{name}：{why}"))
}

/// One row of data.
pub struct Line<'a> {
    /// Its place, first = 1.
    pub row: i64,
    fields: csv::StringRecord,
    mapping: &'a Mapping,
    heading: &'a [String],
}

impl Line<'_> {
    /// The value of a column of the mapping, trimmed, else what the mapping supplies; "" where there is none.
    pub fn text(&self, key: &str) -> &str {
        match self.mapping.column(key) {
            Some(places) => places.first().map_or("", |place| self.field(*place)),
            None => self.mapping.supplied(key).unwrap_or(""),
        }
    }

    /// The values of a column of the mapping that is made of several, without empty ones at its end.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        let places = self.mapping.column(key).unwrap_or_default();
        let mut texts: Vec<&str> = places.iter().map(|place| self.field(*place)).collect();
        while texts.last().is_some_and(|text| text.is_empty()) {
            texts.pop();
        }
        texts
    }

    fn field(&self, place: usize) -> &str {
        self.fields.get(place).unwrap_or("").trim()
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
        let (here, there) = (self.fields.len(), self.heading.len());
        (here != there).then(|| Reject {
            column: String::new(),
            value: String::new(),
            reason: format!("这一行有 {here} 列，列名有 {there} 列；请检查引号和逗号"),
        })
    }

    /// Digest of every value that the mapping takes from the row.
    pub fn digest(&self) -> String {
        let mut all = String::new();
        for place in self.mapping.places() {
            all.push_str(self.field(place));
            all.push('\u{1f}');
        }
        sm3_hex(all.as_bytes())
    }
}
