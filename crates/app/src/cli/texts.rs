//! Texts that a command reads: one a line, or a column of a CSV file.

use std::fs;
use std::io;
use std::path::Path;

use huitong_codes::Moment;
use huitong_kernel::records::Records;

use crate::out::{Failure, note, why};

/// A sheet with a heading, or texts one a line.
pub struct Texts {
    heading: Vec<String>,
    /// Each with its place in the file, first = 1: a row that cannot be read leaves its place empty.
    rows: Vec<(usize, Vec<String>)>,
}

/// A column, or several that are read one after the other.
pub struct Columns(Vec<usize>);

impl Texts {
    /// Reads a CSV file with a heading; a row that cannot be read is named on standard error and left out.
    pub fn sheet(path: &Path) -> Result<Texts, Failure> {
        let text = read(path)?;
        let mut records = Records::new(text.as_bytes()).flatten();
        let heading = records.next().map_or(Ok(Vec::new()), |record| record.cells);
        let heading = heading
            .map_err(|damage| Failure::Wrong(format!("{} 列名那一行：{}", path.display(), damage.why())))?;
        let heading = heading.iter().map(|name| name.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for (nth, record) in records.enumerate() {
            match record.cells {
                Ok(cells) => rows.push((nth + 1, cells)),
                Err(damage) => note(&format!("文件第 {} 行没有计入：{}", record.line, damage.why())),
            }
        }
        Ok(Texts { heading, rows })
    }

    /// Reads a CSV file where a column is named, else a text a line.
    pub fn of(path: &Path, column: Option<&str>) -> Result<Texts, Failure> {
        if column.is_some() {
            return Texts::sheet(path);
        }
        let text = read(path)?;
        let rows = text.lines().enumerate();
        let rows = rows.map(|(nth, line)| (nth + 1, vec![line.trim_end_matches('\r').to_owned()])).collect();
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

    /// The place of a row in the file, first = 1.
    pub fn number(&self, row: usize) -> usize {
        self.rows[row].0
    }

    /// The words of a row in a column.
    pub fn words(&self, row: usize, columns: &Columns) -> String {
        let cell = |place: &usize| self.rows[row].1.get(*place).map_or("", |cell| cell.trim());
        let cells: Vec<&str> = columns.0.iter().map(cell).filter(|cell| !cell.is_empty()).collect();
        cells.join("\n")
    }

    /// The instant of a row in a column (UTC milliseconds); the row is named where it is none.
    pub fn instant(&self, row: usize, columns: &Columns) -> Result<Option<i64>, Failure> {
        let said = self.words(row, columns);
        if said.is_empty() {
            return Ok(None);
        }
        Moment::parse(&said).map(|said| Some(instant(&said))).map_err(|error| {
            Failure::Wrong(format!("第 {} 行的时间“{said}”读不出来：{error}", self.number(row)))
        })
    }
}

/// An instant as files write it.
pub fn instant(said: &Moment) -> i64 {
    huitong_kernel::clock::instant(said.civil())
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path)
        .map_err(|e: io::Error| Failure::Wrong(format!("打不开 {}：{}", path.display(), why(&e))))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Wrong(format!("{} 不是 UTF-8 编码，请另存为 UTF-8 后重试", path.display())))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
