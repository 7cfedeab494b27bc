//! Table files, CSV and XLSX: the one reader and the one writer of what is imported and exported.
//!
//! A file is judged by its content and refused with a sentence before anything of it is unpacked or kept; what is wrong with a
//! row is said of the row and keeps out no other.

mod cell;
mod guard;
mod heading;
mod mark;
mod propose;
mod read;
mod write;
mod xlsx;

#[cfg(test)]
mod tests;

pub use mark::marked;
pub use propose::{Proposal, Wanted, propose};
pub use read::{Pick, Reader, Row, Rows, Sheet};
pub use write::{Format, Writer};

/// What a file may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows of data.
    pub rows: u64,
    /// Columns.
    pub columns: u32,
    /// Sheets of a workbook.
    pub sheets: usize,
    /// Parts that a workbook is packed of.
    pub parts: usize,
    /// Bytes of a workbook once it is unpacked, and of all the text in its cells: a text that is kept once may stand in many.
    pub unpacked: u64,
    /// How many times its packed size a large workbook may unpack to.
    pub ratio: u64,
}

impl Default for Limits {
    /// What a page takes from anybody who may import.
    fn default() -> Limits {
        Limits {
            bytes: 40 << 20,
            rows: 200_000,
            columns: 200,
            sheets: 50,
            parts: 2_000,
            unpacked: 300 << 20,
            ratio: 200,
        }
    }
}

impl Limits {
    /// What the command line takes: whoever runs it has the machine, and a CSV file is read row by row however long it is.
    pub fn of_operator() -> Limits {
        Limits { bytes: u64::MAX, rows: u64::MAX, ..Limits::default() }
    }
}
