//! A table file with a heading, read row by row: only one row is held at a time.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use huitong_kernel::digest::sm3_read;
use huitong_kernel::error::Kind;
use huitong_kernel::records::{Damage, Record, Records};
use huitong_kernel::{Error, Result};

use super::cell::plain;
use super::guard::{Form, form};
use super::{Limits, xlsx};

/// A file that was looked through once: it is a readable table with a heading.
#[derive(Debug)]
pub struct Sheet {
    path: PathBuf,
    inside: Inside,
    /// Its name without folders.
    pub name: String,
    /// SM3 of its bytes.
    pub sm3: String,
    /// Rows of data, among them those that cannot be read.
    pub rows: u64,
    /// The heading.
    pub heading: Vec<String>,
    /// What was passed over or decided when looking through it: further sheets, a title, two rows of headings.
    pub notes: Vec<String>,
    /// The sheets of a workbook that hold anything.
    pub sheets: Vec<String>,
}

/// Which sheet of a workbook is read: the one that somebody named, else the one whose heading fits best.
pub struct Pick<'p> {
    /// Its name.
    pub named: Option<&'p str>,
    /// How well a heading fits; 0 where it does not.
    pub fits: &'p dyn Fn(&[String]) -> usize,
}

impl Pick<'_> {
    /// The first sheet that holds anything.
    pub const FIRST: Pick<'static> = Pick { named: None, fits: &|_| 0 };
}

#[derive(Debug)]
enum Inside {
    Csv,
    Xlsx(xlsx::Table),
}

/// One row of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place among the rows of data, first = 1.
    pub place: i64,
    /// The row of the file that it is, as a spreadsheet counts them, first = 1.
    pub line: usize,
    /// Its cells as clean text: as many as the heading has, unless that is the damage.
    pub cells: Vec<String>,
    /// What is wrong with it as a row, with what to do: it must not be taken as it stands.
    pub damage: Option<String>,
}

/// The rows of data in order. An error ends them.
pub type Rows<'a> = Box<dyn Iterator<Item = Result<Row>> + 'a>;

impl Sheet {
    /// Looks through a file, which is a CSV file (UTF-8 with or without a byte order mark, comma separated) or a workbook (XLSX) by
    /// what it holds, with a heading. What cannot be read at all is refused before anything is written.
    ///
    /// # Errors
    /// 400 with what to do.
    pub fn open(path: &Path, limits: &Limits, pick: &Pick<'_>) -> Result<Sheet> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Sheet::named(path, &name, limits, pick)
    }

    /// The same of a file that lies somewhere under another name than people know it by.
    ///
    /// # Errors
    /// As [`Sheet::open`].
    pub fn named(path: &Path, name: &str, limits: &Limits, pick: &Pick<'_>) -> Result<Sheet> {
        let look = || -> std::result::Result<Sheet, String> {
            let form = form(path, limits)?;
            let sm3 = sm3_read(File::open(path).map_err(told)?).map_err(told)?;
            let mut sheet = Sheet {
                path: path.to_owned(),
                inside: Inside::Csv,
                name: name.to_owned(),
                sm3,
                rows: 0,
                heading: Vec::new(),
                notes: Vec::new(),
                sheets: Vec::new(),
            };
            match form {
                Form::Csv => sheet.look_through_csv(limits)?,
                Form::Xlsx => {
                    let found = xlsx::look_through(path, limits, pick)?;
                    (sheet.heading, sheet.rows, sheet.notes) = (found.heading, found.rows, found.notes);
                    sheet.sheets = found.sheets;
                    sheet.inside = Inside::Xlsx(found.table);
                }
            }
            Ok(sheet)
        };
        look().map_err(|why| unreadable(name, &why))
    }

    /// The sheet of a workbook that is read.
    pub fn sheet(&self) -> Option<&str> {
        match &self.inside {
            Inside::Csv => None,
            Inside::Xlsx(table) => Some(&table.sheet),
        }
    }

    fn look_through_csv(&mut self, limits: &Limits) -> std::result::Result<(), String> {
        let mut records = records(&self.path)?;
        let Some(heading) = records.next().transpose().map_err(told)? else {
            return Err(String::from("文件是空的，第一行应为列名"));
        };
        let heading = heading.cells.map_err(|damage| match damage {
            Damage::Encoding => encoded("列名那一行"),
            Damage::Quote(_) => format!("列名那一行{}", damage.why()),
        })?;
        if heading.len() > limits.columns as usize {
            return Err(format!("有 {} 列，最多 {} 列", heading.len(), limits.columns));
        }
        self.heading = heading.iter().map(|cell| plain(cell)).collect();
        for record in records {
            let record = record.map_err(told)?;
            if record.cells == Err(Damage::Encoding) {
                return Err(encoded(&format!("第 {} 行", record.line)));
            }
            self.rows += 1;
            if self.rows > limits.rows {
                return Err(too_many(limits));
            }
        }
        Ok(())
    }

    /// Opens the file for its rows, as often as wanted.
    ///
    /// # Errors
    /// It is not there any more.
    pub fn reader(&self) -> Result<Reader<'_>> {
        let source = match &self.inside {
            Inside::Csv => Source::Csv,
            Inside::Xlsx(table) => {
                let book = xlsx::open(&self.path).map_err(|why| unreadable(&self.name, &why))?;
                Source::Xlsx(Box::new(book), table)
            }
        };
        Ok(Reader { sheet: self, source })
    }
}

/// A file open for its rows; a workbook lies open as long as its rows are read.
pub struct Reader<'a> {
    sheet: &'a Sheet,
    source: Source<'a>,
}

enum Source<'a> {
    Csv,
    Xlsx(Box<xlsx::Book>, &'a xlsx::Table),
}

impl<'a> Reader<'a> {
    /// The file.
    pub fn sheet(&self) -> &'a Sheet {
        self.sheet
    }

    /// The rows of data from the first one on.
    ///
    /// # Errors
    /// 400 where the file cannot be read any more.
    pub fn rows(&mut self) -> Result<Rows<'_>> {
        let sheet = self.sheet;
        let refused = |why: String| unreadable(&sheet.name, &why);
        match &mut self.source {
            Source::Csv => {
                // A cell of several lines is one row of a spreadsheet.
                let mut within = 0;
                let records = records(&sheet.path).map_err(refused)?.map(move |record| {
                    record.map(|record| {
                        let line = record.line - within;
                        within += record.lines - 1;
                        Record { line, ..record }
                    })
                });
                let records = records.skip(1).enumerate();
                Ok(Box::new(records.map(move |(nth, record)| {
                    let record = record.map_err(|e| refused(told(e)))?;
                    let (cells, damage) = match record.cells {
                        Ok(cells) => {
                            let damage = misshapen(cells.len(), sheet.heading.len());
                            (cells.iter().map(|cell| plain(cell)).collect(), damage)
                        }
                        Err(damage) => (Vec::new(), Some(damage.why())),
                    };
                    Ok(Row { place: place(nth), line: record.line, cells, damage })
                })))
            }
            Source::Xlsx(book, table) => {
                let rows = table.rows(book, &sheet.heading).map_err(refused)?.enumerate();
                Ok(Box::new(rows.map(move |(nth, row)| {
                    let row = row.map_err(refused)?;
                    Ok(Row { place: place(nth), ..row })
                })))
            }
        }
    }
}

fn place(nth: usize) -> i64 {
    i64::try_from(nth + 1).unwrap_or(i64::MAX)
}

fn records(path: &Path) -> std::result::Result<Records<BufReader<File>>, String> {
    Ok(Records::new(BufReader::new(File::open(path).map_err(told)?)))
}

fn misshapen(here: usize, there: usize) -> Option<String> {
    (here != there).then(|| format!("有 {here} 列，列名有 {there} 列；请检查引号和逗号"))
}

/// A file of more rows than may be.
pub fn too_many(limits: &Limits) -> String {
    format!("超过 {} 行；请分成几个文件，一次导入一个", limits.rows)
}

fn encoded(place: &str) -> String {
    format!("{place}不是 UTF-8 编码（可能是 GB18030、GBK），请另存为“CSV UTF-8”后再导入")
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn told(error: std::io::Error) -> String {
    error.to_string()
}

fn unreadable(name: &str, why: &str) -> Error {
    Error::new(Kind::Malformed, format!("{name}：{why}"))
}
