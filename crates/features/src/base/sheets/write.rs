//! Tables as files: a heading and rows of texts and numbers, never a formula.

use std::io::Write;

use huitong_codes::text::clean;
use huitong_kernel::{Error, Result};
use rust_xlsxwriter::{Format as Style, Workbook, Worksheet, XlsxError};

use super::mark::{marked, marked_twice};

/// What a table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook with one sheet.
    Xlsx,
    /// Lines of text in UTF-8, with the mark by which Excel knows that.
    Csv,
}

/// Widths of a column, in signs of the width of a digit.
const WIDTHS: (usize, usize) = (8, 50);
/// What a cell of a workbook holds, in units of UTF-16.
const LONGEST: usize = 32_767;
/// Digits that a number of a workbook keeps, and signs of the name of a sheet.
const DIGITS: usize = 15;
const NAME: usize = 31;

/// A table that is being written; only one row is held at a time.
pub struct Writer<W: Write + Send> {
    target: Target<W>,
    heading: Vec<String>,
    row: u32,
}

enum Target<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Xlsx(Box<Book<W>>),
}

struct Book<W> {
    book: Workbook,
    plain: Style,
    bold: Style,
    /// How numbers of a column are shown, where it holds numbers.
    numbers: Vec<Option<Style>>,
    /// The widest text of each column.
    widths: Vec<usize>,
    to: W,
}

impl<W: Write + Send> Writer<W> {
    /// Begins a table with its heading.
    ///
    /// # Errors
    /// The target cannot be written to.
    pub fn new(format: Format, mut to: W, heading: &[&str]) -> Result<Writer<W>> {
        let target = match format {
            Format::Csv => {
                to.write_all(b"\xef\xbb\xbf")?;
                Target::Csv(Box::new(csv::Writer::from_writer(to)))
            }
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
                sheet.set_freeze_panes(1, 0).map_err(failed)?;
                // As text, so that what is typed into it later stays as it was typed: codes of 18 digits, and no formula.
                let plain = Style::new().set_num_format("@");
                let bold = plain.clone().set_bold();
                Target::Xlsx(Box::new(Book {
                    book,
                    plain,
                    bold,
                    numbers: vec![None; heading.len()],
                    widths: vec![0; heading.len()],
                    to,
                }))
            }
        };
        let heading = heading.iter().map(|&name| name.to_owned()).collect();
        let mut writer = Writer { target, heading, row: 0 };
        let names = writer.heading.clone();
        writer.row(&names)?;
        Ok(writer)
    }

    /// Says what the sheet of a workbook is called.
    ///
    /// # Errors
    /// The workbook takes no such name.
    pub fn called(mut self, title: &str) -> Result<Writer<W>> {
        let name: String = title.chars().filter(|sign| !"[]:*?/\\'".contains(*sign)).take(NAME).collect();
        if let Target::Xlsx(file) = &mut self.target
            && !name.trim().is_empty()
        {
            sheet(&mut file.book)?.set_name(name.trim()).map_err(failed)?;
        }
        Ok(self)
    }

    /// Says in which columns numbers stand that are calculated with, and how a workbook shows them; what is written there and
    /// would not read back as the same number stays a text.
    #[must_use]
    pub fn counting(mut self, columns: &[Option<&str>]) -> Writer<W> {
        if let Target::Xlsx(file) = &mut self.target {
            let style = |form: &Option<&str>| form.map(|form| Style::new().set_num_format(form));
            file.numbers = columns.iter().map(style).collect();
        }
        self
    }

    /// Adds a row; cells are texts as they are kept.
    ///
    /// # Errors
    /// The target cannot be written to, or a text is longer than a cell of a workbook can be.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<()> {
        let texts = cells.iter().map(|cell| clean(cell.as_ref()));
        match &mut self.target {
            Target::Csv(writer) => {
                let written = writer.write_record(texts.map(|text| marked(&text)));
                written.map_err(|e| Error::internal(format!("csv: {e}")))?;
            }
            Target::Xlsx(file) => {
                let Book { book, plain, bold, numbers, widths, .. } = &mut **file;
                let style = if self.row == 0 { bold } else { plain };
                let sheet = sheet(book)?;
                for (column, text) in (0..).zip(texts) {
                    let text = marked_twice(&text);
                    if text.encode_utf16().nth(LONGEST).is_some() {
                        return Err(self.too_long(column));
                    }
                    if let Some(width) = widths.get_mut(usize::from(column)) {
                        *width = (*width).max(signs(&text));
                    }
                    let counted = numbers.get(usize::from(column)).and_then(Option::as_ref);
                    let counted = counted.filter(|_| self.row > 0);
                    match counted.and_then(|form| Some((number(&text)?, form))) {
                        Some((number, form)) => {
                            sheet.write_number_with_format(self.row, column, number, form)
                        }
                        None => sheet.write_string_with_format(self.row, column, text, style),
                    }
                    .map_err(failed)?;
                }
            }
        }
        self.row += 1;
        Ok(())
    }

    fn too_long(&self, column: u16) -> Error {
        let name = self.heading.get(usize::from(column)).map_or("", String::as_str);
        let why = format!(
            "第 {} 行“{name}”一列的文字超过 {LONGEST} 字，Excel 的一格放不下；请改为导出 CSV",
            self.row + 1
        );
        Error::new(huitong_kernel::error::Kind::Malformed, why)
    }

    /// Ends the table; afterwards all of it is in the target.
    ///
    /// # Errors
    /// The target cannot be written to.
    pub fn finish(self) -> Result<()> {
        match self.target {
            Target::Csv(mut writer) => Ok(writer.flush()?),
            Target::Xlsx(file) => {
                let Book { mut book, widths, mut to, .. } = *file;
                let sheet = sheet(&mut book)?;
                for (column, width) in (0..).zip(widths) {
                    let width = (width + 2).clamp(WIDTHS.0, WIDTHS.1);
                    sheet.set_column_width(column, width as f64).map_err(failed)?;
                }
                book.save_to_writer(&mut to).map_err(failed)?;
                Ok(to.flush()?)
            }
        }
    }
}

/// The number that a text is, where a workbook keeps every digit of it.
fn number(text: &str) -> Option<f64> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let plain = digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'));
    let short = bare.bytes().filter(u8::is_ascii_digit).count() <= DIGITS;
    text.parse().ok().filter(|_| plain && short)
}

fn sheet(book: &mut Workbook) -> Result<&mut Worksheet> {
    book.worksheet_from_index(0).map_err(failed)
}

/// How wide the widest line of a text is: Chinese signs take two places.
fn signs(text: &str) -> usize {
    let width = |line: &str| line.chars().map(|c| if c < '\u{2e80}' { 1 } else { 2 }).sum();
    text.lines().map(width).max().unwrap_or(0)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn failed(error: XlsxError) -> Error {
    Error::internal(format!("xlsx: {error}"))
}
