//! The one reader of CSV, for packs and for files that are brought in: strict about quotes, so that no row ever holds what
//! another row says.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// Bytes of a record at most; a quote that closes later than this was never meant to open.
const LONGEST: usize = 1 << 20;
const MARK: &[u8] = b"\xef\xbb\xbf";

/// One record, or a line that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line it begins in, first = 1.
    pub line: usize,
    /// How many lines it takes: more than one only where a quoted cell holds line ends.
    pub lines: usize,
    /// Its cells, or what is wrong with its quotes.
    pub cells: Result<Vec<String>, Damage>,
}

/// What keeps a line from being read; it keeps no other line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A quote stands where none can stand, or is not closed: the cell, first = 1.
    Quote(usize),
    /// It is not UTF-8.
    Encoding,
}

impl Damage {
    /// What is wrong and what to do, as a sentence.
    pub fn why(self) -> String {
        match self {
            Damage::Quote(cell) => format!(
                "第 {cell} 列的英文引号不成对：引号要包住整列，列内的引号写两个（\"\"）或者写中文引号“”"
            ),
            Damage::Encoding => String::from("不是 UTF-8 编码"),
        }
    }
}

/// The records of a file in order. Empty lines are none; a byte order mark is passed over; lines end in LF, CRLF or CR.
pub struct Records<R> {
    source: R,
    /// Lines read ahead for a quoted cell that may not have closed.
    ahead: VecDeque<Vec<u8>>,
    line: usize,
    comment: Option<u8>,
    /// How many cells a record has: that of the first.
    width: Option<usize>,
}

impl<R: BufRead> Records<R> {
    /// Reads from the beginning of a file.
    pub fn new(source: R) -> Records<R> {
        Records { source, ahead: VecDeque::new(), line: 0, comment: None, width: None }
    }

    /// Passes over lines that begin with this sign.
    #[must_use]
    pub fn comment(self, sign: u8) -> Records<R> {
        Records { comment: Some(sign), ..self }
    }

    /// The line at this place ahead, with its end; none behind the last.
    fn line(&mut self, nth: usize) -> io::Result<Option<&[u8]>> {
        while self.ahead.len() <= nth {
            let mut read = Vec::new();
            if self.source.read_until(b'\n', &mut read)? == 0 {
                return Ok(None);
            }
            if self.line == 0 && self.ahead.is_empty() && read.starts_with(MARK) {
                read.drain(..MARK.len());
            }
            let mut from = 0;
            for end in 1..read.len() {
                if read[end - 1] == b'\r' && read[end] != b'\n' {
                    self.ahead.push_back(read[from..end].to_vec());
                    from = end;
                }
            }
            self.ahead.push_back(read.split_off(from));
        }
        Ok(self.ahead.get(nth).map(Vec::as_slice))
    }

    fn record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let comment = self.comment;
            let Some(first) = self.line(0)? else { return Ok(None) };
            let blank = first.iter().all(|b| matches!(b, b'\r' | b'\n'));
            if !blank && comment.is_none_or(|sign| !first.starts_with(&[sign])) {
                break;
            }
            self.pass(1);
        }
        let (cells, lines) = self.cells()?;
        let line = self.line + 1;
        self.pass(lines);
        if let Ok(cells) = &cells {
            self.width.get_or_insert(cells.len());
        }
        Ok(Some(Record { line, lines, cells }))
    }

    fn pass(&mut self, lines: usize) {
        self.ahead.drain(..lines.min(self.ahead.len()));
        self.line += lines;
    }

    /// The cells from the next line on and how many lines they take. What does not hold together takes one line: whatever
    /// was read further is read again for itself.
    fn cells(&mut self) -> io::Result<(Result<Vec<String>, Damage>, usize)> {
        let mut reading = Reading::default();
        let mut length = 0;
        for nth in 0.. {
            let width = self.width;
            let Some(line) = self.line(nth)? else { break };
            length += line.len();
            if let Err(damage) = reading.take(line) {
                return Ok((Err(damage), 1));
            }
            if !reading.quoted {
                // A quote that opened by accident may close by accident, but hardly in the right column.
                let whole = nth == 0 || width.is_none_or(|width| width == reading.cells.len());
                let cells = if whole { reading.texts() } else { Err(reading.damage()) };
                let lines = if cells.is_ok() { nth + 1 } else { 1 };
                return Ok((cells, lines));
            }
            if length > LONGEST {
                break;
            }
        }
        Ok((Err(reading.damage()), 1))
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        self.record().transpose()
    }
}

/// A record as far as it was read.
#[derive(Default)]
struct Reading {
    cells: Vec<Vec<u8>>,
    /// The cell that a quote was opened in and not yet closed.
    cell: Vec<u8>,
    quoted: bool,
    /// The first cell with a line end in it, first = 1.
    opened: usize,
}

impl Reading {
    fn damage(&self) -> Damage {
        Damage::Quote(self.opened.max(1))
    }

    /// Takes up a line with its end; afterwards a cell is still quoted, or the record is whole.
    fn take(&mut self, line: &[u8]) -> Result<(), Damage> {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        let mut rest = body;
        loop {
            if !self.quoted {
                if let Some(inside) = rest.strip_prefix(b"\"") {
                    (self.quoted, rest) = (true, inside);
                } else {
                    let end = rest.iter().position(|b| *b == b',').unwrap_or(rest.len());
                    let nth = self.cells.len() + 1;
                    if rest[..end].contains(&b'"') {
                        return Err(Damage::Quote(nth));
                    }
                    self.cells.push(rest[..end].to_vec());
                    match rest.get(end + 1..) {
                        Some(more) if end < rest.len() => rest = more,
                        _ => return Ok(()),
                    }
                    continue;
                }
            }
            let nth = self.cells.len() + 1;
            let Some(end) = rest.iter().position(|b| *b == b'"') else {
                self.cell.extend_from_slice(rest);
                self.cell.extend_from_slice(&line[body.len()..]);
                if self.opened == 0 {
                    self.opened = nth;
                }
                return Ok(());
            };
            self.cell.extend_from_slice(&rest[..end]);
            match rest[end + 1..].split_first() {
                Some((b'"', more)) => {
                    self.cell.push(b'"');
                    rest = more;
                }
                Some((b',', more)) => {
                    self.close();
                    rest = more;
                }
                Some(_) => return Err(Damage::Quote(if self.opened == 0 { nth } else { self.opened })),
                None => {
                    self.close();
                    return Ok(());
                }
            }
        }
    }

    fn close(&mut self) {
        self.quoted = false;
        self.cells.push(std::mem::take(&mut self.cell));
    }

    fn texts(&mut self) -> Result<Vec<String>, Damage> {
        let cells = std::mem::take(&mut self.cells).into_iter();
        cells.map(|cell| String::from_utf8(cell).map_err(|_| Damage::Encoding)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(file: &str) -> Vec<Record> {
        Records::new(file.as_bytes()).map(Result::unwrap).collect()
    }

    /// Each record as `line: a|b|c`, a damaged one as `line: !`.
    fn told(file: &str) -> Vec<String> {
        let cells = |cells: Result<Vec<String>, Damage>| cells.map_or("!".into(), |cells| cells.join("|"));
        read(file).into_iter().map(|record| format!("{}: {}", record.line, cells(record.cells))).collect()
    }

    #[test]
    fn a_quote_spoils_the_line_it_stands_in_and_no_other() {
        for (file, wanted) in [
            ("a,b,c\n1,\"甲,乙\",2\n", vec!["1: a|b|c", "2: 1|甲,乙|2"]),
            (
                "\u{feff}a,b\r\n\"1\",\"他说\"\"好\"\"\"\r\n\r\n3,4",
                vec!["1: a|b", "2: 1|他说\"好\"", "4: 3|4"],
            ),
            ("a,b\n1,\"甲\r\n乙\"\n3,4\n", vec!["1: a|b", "2: 1|甲\r\n乙", "4: 3|4"]),
            ("a,b\r1,2\r3,4", vec!["1: a|b", "2: 1|2", "3: 3|4"]),
            ("a,b,c\n1,\"甲,2\n3,乙,4\n5,\"丙\",6\n", vec!["1: a|b|c", "2: !", "3: 3|乙|4", "4: 5|丙|6"]),
            ("a,b\n1,甲\"乙\n3,4\n", vec!["1: a|b", "2: !", "3: 3|4"]),
            ("a,b\n1,\"甲\"乙\n3,4\n", vec!["1: a|b", "2: !", "3: 3|4"]),
            ("a,b\n1, \"甲\"\n3,4\n", vec!["1: a|b", "2: !", "3: 3|4"]),
            ("a,b\n1,\"甲\n3,4\n5,6", vec!["1: a|b", "2: !", "3: 3|4", "4: 5|6"]),
            // Two accidents that would close each other end in the wrong column.
            ("a,b,c\n1,\"甲,2\n3,乙,4\n5,6,\"\n", vec!["1: a|b|c", "2: !", "3: 3|乙|4", "4: !"]),
            ("a,b\n1,\"甲\n3,他说\"好\"了\n5,6", vec!["1: a|b", "2: !", "3: !", "4: 5|6"]),
            ("a,b\n,\n\"\",\"\"", vec!["1: a|b", "2: |", "3: |"]),
            ("", vec![]),
        ] {
            assert_eq!(told(file), wanted, "{file:?}");
        }
        let bytes = b"a,b\n1,\xc2\xb7\xb5\n3,4\n".as_slice();
        let cells: Vec<_> = Records::new(bytes).map(|record| record.unwrap().cells).collect();
        assert_eq!(cells[1], Err(Damage::Encoding));
        assert!(cells[2].is_ok());
    }

    #[test]
    fn a_quote_that_never_closes_is_not_looked_for_for_ever() {
        let many = "3,4\n".repeat(LONGEST);
        let file = format!("a,b\n1,\"甲\n{many}");
        assert_eq!(read(&file).iter().filter(|record| record.cells.is_err()).count(), 1);
    }

    fn quoted(cell: &str) -> String {
        format!("\"{}\"", cell.replace('"', "\"\""))
    }

    /// Cells as programs write them: quoted where they must be, and some where they need not be.
    fn row() -> impl Strategy<Value = Vec<String>> {
        let cell = prop_oneof!["[a-c甲乙0-9]{0,4}", "[a-c\",甲]{1,6}", "[a-c甲]{1,3}\n[a-c,\"甲]{1,4}"];
        prop::collection::vec((cell, any::<bool>()), 3).prop_map(|cells| {
            let must = |cell: &str| cell.contains(['"', ',', '\n']);
            cells
                .into_iter()
                .map(|(cell, quote)| if quote || must(&cell) { quoted(&cell) } else { cell })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_line_is_accounted_for_once(file in "[ab\",\r\n甲]{0,60}") {
            let starts: Vec<usize> = file.replace("\r\n", "\n").split(['\n', '\r']).enumerate()
                .filter(|(_, line)| !line.is_empty()).map(|(nth, _)| nth + 1).collect();
            let mut told: Vec<usize> = Vec::new();
            let mut free = 1;
            for record in read(&file) {
                prop_assert!(record.line >= free && record.lines >= 1);
                free = record.line + record.lines;
                told.extend((record.line..free).filter(|line| starts.contains(line)));
            }
            prop_assert_eq!(told, starts);
        }

        #[test]
        fn damage_in_one_line_changes_no_other_row(
            rows in prop::collection::vec(row(), 2..6), at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>()
        ) {
            let heading = "a,b,c\n".to_owned();
            let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            let whole = read(&(heading.clone() + &lines.join("\n")));
            prop_assert_eq!(whole.len(), lines.len() + 1);
            let hurt = at.index(lines.len());
            // A quote too many, anywhere in a row that stands on one line.
            prop_assume!(!lines[hurt].contains('\n') && !lines[hurt].is_empty());
            let mut damaged: Vec<char> = lines[hurt].chars().collect();
            damaged.insert(place.index(damaged.len() + 1), '"');
            let mut torn = lines.clone();
            torn[hurt] = damaged.into_iter().collect();
            let found = read(&(heading + &torn.join("\n")));
            let others = |records: &[Record]| -> Vec<Vec<String>> {
                let others = records.iter().enumerate().filter(|(nth, _)| *nth != hurt + 1);
                others.filter_map(|(_, record)| record.cells.clone().ok()).collect()
            };
            prop_assert_eq!(found.len(), whole.len());
            prop_assert_eq!(others(&found), others(&whole));
        }
    }
}
