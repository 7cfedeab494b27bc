//! A row of a file, seen through a mapping.

use huitong_codes::text;
use huitong_kernel::Result;
use huitong_kernel::digest::sm3_hex;

use super::mapping::Mapping;
use super::model::Reject;
use crate::base::sheets;

/// One row of data.
pub struct Line<'a> {
    row: sheets::Row,
    mapping: &'a Mapping,
    heading: &'a [String],
}

/// The rows of data in order, seen through a mapping.
pub fn lines<'a>(
    reader: &'a mut sheets::Reader<'_>,
    mapping: &'a Mapping,
) -> Result<impl Iterator<Item = Result<Line<'a>>>> {
    let heading = reader.sheet().heading.as_slice();
    Ok(reader.rows()?.map(move |row| Ok(Line { row: row?, mapping, heading })))
}

impl Line<'_> {
    /// Its place among the rows of data, first = 1.
    pub fn place(&self) -> i64 {
        self.row.place
    }

    /// The row of the file that it is, as a spreadsheet counts them: the heading is one of them.
    pub fn line(&self) -> i64 {
        i64::try_from(self.row.line).unwrap_or(i64::MAX)
    }

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

    /// Whether the file has a column of the mapping, or the mapping supplies it.
    pub fn has_column(&self, key: &str) -> bool {
        self.mapping.column(key).is_some() || self.mapping.supplied(key).is_some()
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
        self.row.cells.get(place).map_or("", String::as_str)
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
        let why = self.row.damage.as_ref()?;
        let reason = format!("文件第 {} 行：{why}", self.row.line);
        Some(Reject { column: String::new(), value: String::new(), reason })
    }

    /// Digest of every value that the mapping takes from the row: as it stands, the key in its written form.
    pub fn digest(&self, key: &str) -> String {
        let keys = self.mapping.column(key).unwrap_or_default();
        let mut all = String::new();
        for place in self.mapping.places() {
            match self.cell(place) {
                cell if keys.contains(&place) => all.push_str(&text::key(cell)),
                cell => all.push_str(cell),
            }
            all.push('\u{1f}');
        }
        sm3_hex(all.as_bytes())
    }
}
