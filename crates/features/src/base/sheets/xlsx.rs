//! A workbook: which of its sheets is read, its rows one by one, and what merged cells spoil.

use std::fs::File;
use std::io::BufReader;
use std::iter::Peekable;
use std::path::Path;

use calamine::{Dimensions, Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::read::{Row, too_many};
use super::{Limits, Pick, cell, heading};

/// A workbook that lies open, with the texts that its cells share.
pub type Book = Xlsx<BufReader<File>>;

/// Where the rows of data stand in a workbook.
#[derive(Debug)]
pub struct Table {
    /// The name of the sheet.
    pub sheet: String,
    /// The last row of the heading, first = 0.
    heading: u32,
    /// Merged cells among the rows of data, by their first row.
    merged: Vec<Dimensions>,
    limits: Limits,
}

/// What was found in a workbook.
pub struct Found {
    pub table: Table,
    pub heading: Vec<String>,
    pub rows: u64,
    pub notes: Vec<String>,
    /// The sheets that hold anything.
    pub sheets: Vec<String>,
}

/// Opens a workbook that the guard let pass.
pub fn open(path: &Path) -> Result<Book, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    Xlsx::new(BufReader::new(file)).map_err(|e| broken(&e))
}

/// Looks through a workbook once: the sheet that is meant, its heading, how many rows follow.
pub fn look_through(path: &Path, limits: &Limits, pick: &Pick<'_>) -> Result<Found, String> {
    let mut book = open(path)?;
    let sheets = filled(&mut book, limits)?;
    let (sheet, mut notes) = choose(&mut book, &sheets, limits, pick)?;
    let mut merged = book.merge_cells_by_sheet_name(&sheet).map_err(|e| broken(&e))?;
    let mut grid = Grid::open(&mut book, &sheet, limits)?;
    let first = grid.first_rows()?;
    let head = heading::read(&first, &merged)?;
    notes.extend(head.notes);
    let mut rows = first.iter().filter(|row| row.row > head.last).count() as u64;
    while rows <= limits.rows && grid.next_row()?.is_some() {
        rows += 1;
    }
    if rows > limits.rows {
        return Err(too_many(limits));
    }
    let width = head.labels.len();
    merged
        .retain(|area| area.start.0 > head.last && (area.start.1 as usize) < width && area.start != area.end);
    merged.sort_by_key(|area| area.start);
    let table = Table { sheet, heading: head.last, merged, limits: limits.clone() };
    Ok(Found { table, heading: head.labels, rows, notes, sheets })
}

/// The visible sheets that hold anything.
fn filled(book: &mut Book, limits: &Limits) -> Result<Vec<String>, String> {
    let sheets = book.sheets_metadata();
    if sheets.len() > limits.sheets {
        return Err(format!("有 {} 张表，最多 {} 张；请只留要导入的那张表", sheets.len(), limits.sheets));
    }
    let shown = sheets.iter().filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet);
    let shown: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
    let mut filled = Vec::new();
    for name in shown {
        // What is wrong with a sheet matters only where it is the one that is read, and is said then.
        let empty = Grid::open(book, &name, limits).and_then(|mut grid| grid.next_row()) == Ok(None);
        if !empty {
            filled.push(name);
        }
    }
    if filled.is_empty() { Err(String::from("文件是空的，第一行应为列名")) } else { Ok(filled) }
}

/// The sheet that is named, else the one whose heading fits best, else the first; with a note on the others.
fn choose(
    book: &mut Book,
    sheets: &[String],
    limits: &Limits,
    pick: &Pick<'_>,
) -> Result<(String, Vec<String>), String> {
    if let Some(name) = pick.named {
        return match sheets.iter().find(|sheet| sheet.trim() == name.trim()) {
            Some(sheet) => Ok((sheet.clone(), Vec::new())),
            None => Err(format!("没有名为“{name}”的表，有内容的是“{}”", sheets.join("”“"))),
        };
    }
    let [first, _, ..] = sheets else { return Ok((sheets.concat(), Vec::new())) };
    let (mut chosen, mut best) = (first, fits(book, first, limits, pick));
    for sheet in &sheets[1..] {
        let fits = fits(book, sheet, limits, pick);
        if fits > best {
            (chosen, best) = (sheet, fits);
        }
    }
    let others: Vec<&str> = sheets.iter().filter(|sheet| *sheet != chosen).map(String::as_str).collect();
    let why = if best > 0 { "列名最相符的" } else { "第一张" };
    let note =
        format!("文件中有 {} 张表有内容，读的是{why}“{chosen}”；没有读“{}”", sheets.len(), others.join("”“"));
    Ok((chosen.clone(), vec![note]))
}

/// How well the heading of a sheet fits; one that cannot be read fits nothing.
fn fits(book: &mut Book, sheet: &str, limits: &Limits, pick: &Pick<'_>) -> usize {
    let Ok(merged) = book.merge_cells_by_sheet_name(sheet) else { return 0 };
    let first = Grid::open(book, sheet, limits).and_then(|mut grid| grid.first_rows());
    let head = first.and_then(|first| heading::read(&first, &merged));
    head.map_or(0, |head| (pick.fits)(&head.labels))
}

impl Table {
    /// The rows of data, their place among each other left at zero.
    pub fn rows<'a>(
        &'a self,
        book: &'a mut Book,
        heading: &'a [String],
    ) -> Result<impl Iterator<Item = Result<Row, String>> + 'a, String> {
        let mut grid = Grid::open(book, &self.sheet, &self.limits)?;
        let mut merges = Merges { ahead: self.merged.iter().peekable(), reach: None };
        let filled = std::iter::from_fn(move || grid.next_row().transpose());
        let below = filled.filter(|row| !matches!(row, Ok(row) if row.row <= self.heading));
        Ok(below.map(move |row| row.map(|row| told(row, heading, &mut merges))))
    }
}

/// A row as the heading sees it.
fn told(mut row: Filled, heading: &[String], merges: &mut Merges) -> Row {
    let mut wrong: Vec<String> = merges.at(row.row).map(unmerge).into_iter().collect();
    for (column, why) in &row.faults {
        let label = heading.get(*column as usize).map_or("", String::as_str);
        wrong.push(format!("{} 列“{label}”{why}", letters(*column)));
    }
    for (nth, _) in row.texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        if heading.get(nth).is_none_or(String::is_empty) {
            // Without the text: it may be an identity number, and what is wrong is written into a report.
            wrong.push(format!("{} 列有内容，但是没有列名", letters(nth as u32)));
        }
    }
    row.texts.resize(heading.len(), String::new());
    let damage = (!wrong.is_empty()).then(|| wrong.join("；"));
    Row { place: 0, line: row.row as usize + 1, cells: row.texts, damage }
}

/// Merged cells as rows pass by: of those that cover a row, the one that reaches furthest.
struct Merges<'a> {
    ahead: Peekable<std::slice::Iter<'a, Dimensions>>,
    reach: Option<&'a Dimensions>,
}

impl<'a> Merges<'a> {
    fn at(&mut self, row: u32) -> Option<&'a Dimensions> {
        while let Some(area) = self.ahead.next_if(|area| area.start.0 <= row) {
            if self.reach.is_none_or(|reach| reach.end.0 < area.end.0) {
                self.reach = Some(area);
            }
        }
        self.reach.filter(|area| area.end.0 >= row)
    }
}

fn unmerge(area: &Dimensions) -> String {
    let span = |from: String, to: String| if from == to { from } else { format!("{from}到{to}") };
    let [from, to] =
        [area.start, area.end].map(|at| (format!("第 {} 行", at.0 + 1), format!("{} 列", letters(at.1))));
    format!(
        "{} {}是合并单元格，请取消合并后分别填写",
        span(from.0, to.0),
        span(from.1, to.1).replace("列到", "列到 ")
    )
}

/// The letters of a column, first = 0.
pub fn letters(column: u32) -> String {
    let last = char::from(b'A' + (column % 26) as u8);
    if column < 26 { last.to_string() } else { format!("{}{last}", letters(column / 26 - 1)) }
}

/// A row that holds something.
#[derive(Debug, PartialEq, Eq)]
pub struct Filled {
    /// Its number, first = 0.
    pub row: u32,
    /// Its texts up to the last one that says something.
    pub texts: Vec<String>,
    /// Columns whose cells cannot be read, with the reason.
    pub faults: Vec<(u32, String)>,
}

impl Filled {
    /// The text of a column; "" where there is none.
    pub fn text(&self, column: usize) -> &str {
        self.texts.get(column).map_or("", String::as_str)
    }

    fn put(&mut self, column: u32, text: Result<String, String>) {
        match text {
            Ok(text) => {
                let place = column as usize;
                self.texts.resize(self.texts.len().max(place + 1), String::new());
                self.texts[place] = text;
            }
            Err(why) => self.faults.push((column, why)),
        }
    }
}

/// The rows of a sheet that hold something, in order.
struct Grid<'a> {
    /// None behind the last cell: it must not be asked again.
    cells: Option<XlsxCellReader<'a, BufReader<File>>>,
    ahead: Option<Filled>,
    /// Bytes of text that may still come.
    left: u64,
    columns: u32,
}

impl<'a> Grid<'a> {
    fn open(book: &'a mut Book, sheet: &str, limits: &Limits) -> Result<Grid<'a>, String> {
        let cells = book.worksheet_cells_reader(sheet).map_err(|e| broken(&e))?;
        Ok(Grid { cells: Some(cells), ahead: None, left: limits.unpacked, columns: limits.columns })
    }

    /// As many rows as are looked at for a heading.
    fn first_rows(&mut self) -> Result<Vec<Filled>, String> {
        let mut first = Vec::new();
        while first.len() < heading::LOOKED_AT
            && let Some(row) = self.next_row()?
        {
            first.push(row);
        }
        Ok(first)
    }

    fn next_row(&mut self) -> Result<Option<Filled>, String> {
        let mut row = self.ahead.take();
        while let Some(cells) = &mut self.cells {
            let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| broken(&e))? else {
                self.cells = None;
                break;
            };
            // Counted before it is cleaned, which takes time as well.
            let length = match &cell.value {
                calamine::DataRef::SharedString(text) => text.len(),
                calamine::DataRef::String(text) => text.len(),
                _ => 0,
            };
            self.left = self.left.checked_sub(length as u64).ok_or("表中的文字太多；请分成几个文件")?;
            let text = cell::text(&cell.value, cell.formula.is_some());
            if text.as_ref().is_ok_and(String::is_empty) {
                continue;
            }
            let (at, column) = cell.pos;
            if column >= self.columns {
                let most = self.columns;
                return Err(format!("第 {} 行的 {} 列还有内容，最多 {most} 列", at + 1, letters(column)));
            }
            match &mut row {
                Some(row) if row.row == at => row.put(column, text),
                Some(row) if row.row > at => return Err(String::from(MIXED)),
                _ => {
                    let mut next = Filled { row: at, texts: Vec::new(), faults: Vec::new() };
                    next.put(column, text);
                    if row.is_some() {
                        self.ahead = Some(next);
                        return Ok(row);
                    }
                    row = Some(next);
                }
            }
        }
        Ok(row)
    }
}

const MIXED: &str = "行的次序是乱的，请用 Excel 打开后另存一份";

fn broken(error: &XlsxError) -> String {
    format!("表格读不下去，请用 Excel 打开后另存一份（{error}）")
}
