//! Texts that a command reads: one a line, or a column of a CSV file.

use std::fs;
use std::io;
use std::path::Path;

use huitong_kernel::deadline::parse_instant;

use crate::out::{Failure, why};

/// A sheet with a heading, or texts one a line.
pub struct Texts {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A column, or several that are read one after the other.
pub struct Columns(Vec<usize>);

impl Texts {
    /// Reads a CSV file with a heading.
    pub fn sheet(path: &Path) -> Result<Texts, Failure> {
        let text = read(path)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let wrong = |e: &csv::Error| Failure::Wrong(format!("{} 不是 CSV 文件：{e}", path.display()));
        let heading: Vec<String> =
            reader.headers().map_err(|e| wrong(&e))?.iter().map(|name| name.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record.map_err(|e| wrong(&e))?.iter().map(str::to_owned).collect());
        }
        Ok(Texts { heading, rows })
    }

    /// Reads a CSV file where a column is named, else a text a line.
    pub fn of(path: &Path, column: Option<&str>) -> Result<Texts, Failure> {
        if column.is_some() {
            return Texts::sheet(path);
        }
        let text = read(path)?;
        let rows = text.lines().map(|line| vec![line.trim_end_matches('\r').to_owned()]).collect();
        Ok(Texts { heading: vec![String::from("text")], rows })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The column of a name; several names with commas between them are read one after the other.
    pub fn columns(&self, option: &str, said: &str) -> Result<Columns, Failure> {
        let place = |name: &str| self.heading.iter().position(|known| known == name.trim());
        if let Some(place) = place(said) {
            return Ok(Columns(vec![place]));
        }
        let places: Option<Vec<usize>> = said.split([',', '，']).map(place).collect();
        places.map(Columns).ok_or_else(|| {
            let known = self.heading.join("、");
            Failure::Wrong(format!("{option}：文件里没有名为“{said}”的栏；有这些栏：{known}"))
        })
    }

    /// The first two columns, whatever they are called.
    pub fn first_two(&self, path: &Path) -> Result<(Columns, Columns), Failure> {
        if self.heading.len() < 2 {
            return Err(Failure::Wrong(format!("{} 应有两栏：单位、词", path.display())));
        }
        Ok((Columns(vec![0]), Columns(vec![1])))
    }

    /// The words of a row in a column.
    pub fn words(&self, row: usize, columns: &Columns) -> String {
        let cell = |place: &usize| self.rows[row].get(*place).map_or("", |cell| cell.trim());
        let cells: Vec<&str> = columns.0.iter().map(cell).filter(|cell| !cell.is_empty()).collect();
        cells.join("\n")
    }

    /// The instant of a row in a column (UTC milliseconds); the row is named where it is none.
    pub fn instant(&self, row: usize, columns: &Columns) -> Result<Option<i64>, Failure> {
        let said = self.words(row, columns);
        if said.is_empty() {
            return Ok(None);
        }
        instant(&said).map(Some).ok_or_else(|| {
            let example = "2025-03-14、2025/3/14 09:30:00";
            Failure::Wrong(format!("第 {} 行的时间“{said}”读不出来，应形如 {example}", row + 1))
        })
    }
}

/// An instant as files write it: a date with or without time, with hyphens or strokes.
pub fn instant(said: &str) -> Option<i64> {
    if let Ok(at) = parse_instant(said) {
        return Some(at);
    }
    let said = said.replace('/', "-");
    let (date, time) = said.split_once([' ', 'T']).unwrap_or((&said, ""));
    let parts: Vec<i16> = date.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day] = parts.as_slice() else { return None };
    let date = jiff::civil::Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()?;
    let time = match time.trim() {
        "" => jiff::civil::Time::midnight(),
        time if time.find(':') == Some(1) => format!("0{time}").parse().ok()?,
        time => time.parse().ok()?,
    };
    Some(huitong_kernel::clock::instant(date.to_datetime(time)))
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path)
        .map_err(|e: io::Error| Failure::Wrong(format!("打不开 {}：{}", path.display(), why(&e))))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Wrong(format!("{} 不是 UTF-8 编码，请另存为 UTF-8 后重试", path.display())))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_files_write_them() {
        let morning = instant("2025-03-14 09:30:00");
        assert!(morning.is_some());
        for same in ["2025/3/14 9:30:00", "2025-03-14T09:30:00+08:00", "2025/03/14 09:30"] {
            assert_eq!(instant(same), morning, "{same}");
        }
        assert_eq!(instant("2025-3-14"), instant("2025/03/14 00:00:00"));
        for wrong in ["", "gestern", "2025-13-01", "2025-03-14 25:00"] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }
}
