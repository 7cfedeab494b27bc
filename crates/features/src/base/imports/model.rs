//! A batch, what came of it, and what was wrong with a row; pure.

use std::collections::BTreeMap;

use huitong_codes::resident_id;
use huitong_kernel::{Id, Named};
use serde::{Deserialize, Serialize};

impl Named for Batch {
    const PREFIX: &'static str = "imp";
}

/// Id of a batch.
pub type BatchId = Id<Batch>;

/// One file that is being brought in under one mapping.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Id.
    pub id: BatchId,
    /// Kind of import.
    pub kind: String,
    /// Name of the file, without folders.
    pub file_name: String,
    /// SM3 of the file.
    pub file_sm3: String,
    /// SM3 of the mapping file.
    pub mapping_sm3: String,
}

/// A batch as it is kept.
#[derive(Debug, Clone)]
pub struct KeptBatch {
    /// Id.
    pub id: BatchId,
    /// Kind of import.
    pub kind: String,
    /// Name of the file, without folders.
    pub file_name: String,
    /// Who began it.
    pub started_by: String,
    /// When.
    pub started_at: i64,
    /// When all of it was decided; none where it was stopped.
    pub finished_at: Option<i64>,
    /// When it was taken back, whole or in part.
    pub undone_at: Option<i64>,
    /// What came of it.
    pub summary: Summary,
}

/// A row of a batch that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The row of the file.
    pub row: i64,
    /// What it is called there.
    pub name: String,
    /// What says the same already.
    pub subject: Option<String>,
    /// Why it was kept out.
    pub why: Option<String>,
}

/// What rows of a batch can have become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// They were entered.
    New,
    /// They changed what stood there.
    Changed,
    /// They were there already.
    Unchanged,
    /// They were kept out.
    Rejected,
    /// They stayed when the batch was taken back.
    Kept,
}

/// What became of a row of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The row of the file.
    pub row: i64,
    /// What it is called there, where it is no subject of its own.
    pub name: String,
    /// The subject.
    pub subject: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// Why it was kept out, or stayed.
    pub why: String,
}

/// How many rows of a batch are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// They were entered.
    pub new: u64,
    /// They changed what stood there.
    pub changed: u64,
    /// They were there already.
    pub unchanged: u64,
    /// They were kept out.
    pub rejected: u64,
    /// They were taken back.
    pub undone: u64,
    /// They stayed when the batch was taken back.
    pub kept: u64,
}

impl Counts {
    /// How many can still be taken back.
    pub fn left(&self) -> u64 {
        (self.new + self.changed).saturating_sub(self.undone)
    }
}

/// What a row of a batch brought in, or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The row of the file.
    pub row: i64,
    /// The subject.
    pub subject: String,
    /// Where it changed one that stood there: the versions before and after.
    pub versions: Option<(i64, i64)>,
}

/// Something that keeps a row out, or is left out of it; a row may have several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Heading of the column in the file; the key of the mapping where the value is not from the file.
    pub column: String,
    /// The value as it stands there.
    pub value: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl Reject {
    /// All that was found about a row, in one sentence; identity numbers are not spread.
    pub fn sentence(all: &[Reject]) -> String {
        let one = |reject: &Reject| match reject.column.as_str() {
            _ if resident_id::stands_in(&reject.reason) => format!("{}：填写的有误", reject.column),
            "" => reject.reason.clone(),
            column if reject.reason.contains(column) => reject.reason.clone(),
            column => format!("{column}：{}", reject.reason),
        };
        all.iter().map(one).collect::<Vec<_>>().join("；")
    }

    /// The same as a remark on a row of which this was done all the same.
    pub fn after(&self, done: &str) -> Reject {
        Reject { reason: format!("{done}，{}", self.reason), ..self.clone() }
    }
}

/// Where rows of data stand in their file, as a spreadsheet counts: from which row on, and by how much further down. Titles,
/// headings and empty rows are no rows of data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places(Vec<(i64, i64)>);

impl Places {
    /// Learns where the next row stands.
    pub fn see(&mut self, row: i64, line: i64) {
        if self.line(row) != line || self.0.is_empty() {
            self.0.push((row, line - row));
        }
    }

    /// The row of the file that a row of data is.
    pub fn line(&self, row: i64) -> i64 {
        let behind = self.0.partition_point(|(from, _)| *from <= row);
        row + behind.checked_sub(1).map_or(1, |nth| self.0[nth].1)
    }
}

/// What came of an import, as the command line prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of data in the file.
    pub rows: u64,
    /// Rows that this batch brought in, in this run or in one that was stopped.
    pub accepted: u64,
    /// Rows that stood there and say something else now.
    pub changed: u64,
    /// What stands there and the file does not have; it is left as it is.
    pub gone: u64,
    /// Rows kept out.
    pub rejected: u64,
    /// Rows that were there before.
    pub unchanged: u64,
    /// Rows among the accepted of which something could not be read; the report says what.
    pub remarked: u64,
    /// Id of the batch; none in a dry run.
    pub batch: Option<String>,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether this run goes on with one that was stopped.
    pub resumed: bool,
    /// Units that were entered first, by name; in a dry run those that would be.
    pub units_created: Vec<String>,
    /// Names that were not entered because they may mean a unit that is there: the name, and that unit's.
    pub units_near: Vec<(String, String)>,
    /// What was passed over in the file: titles, further sheets of a workbook.
    pub notes: Vec<String>,
    /// Where its rows stand in the file.
    #[serde(skip)]
    pub places: Places,
}

/// A row that was brought in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRow {
    /// Batch that brought it.
    pub batch: String,
    /// The row of that file.
    pub row: i64,
    /// Digest of its values.
    pub digest: String,
    /// The unit that the file names for it.
    pub unit: Option<crate::base::units::UnitId>,
    /// Words of optional columns that could not be read, by the name of the column.
    pub unread: BTreeMap<String, String>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    New,
    /// This batch brought it in before it was stopped.
    Ours,
    /// It is there already, with the same values.
    Unchanged,
    /// Its key is taken by something else.
    Taken,
}

/// Decides what becomes of a row whose key may be taken by `known`: an earlier row with its place and values, or
/// (`Some(None)`) something that no import brought in.
pub fn fate(batch: Option<&BatchId>, row: i64, digest: &str, known: Option<Option<&KnownRow>>) -> Fate {
    match known {
        None => Fate::New,
        Some(Some(k))
            if k.digest == digest && k.row == row && batch.is_some_and(|b| b.as_str() == k.batch) =>
        {
            Fate::Ours
        }
        Some(Some(k)) if k.digest == digest => Fate::Unchanged,
        Some(_) => Fate::Taken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_new_ours_unchanged_or_taken() {
        let batch: BatchId = Id::stored("imp_1".into());
        let known = |batch: &str, row| KnownRow {
            batch: batch.into(),
            row,
            digest: "d".into(),
            unit: None,
            unread: BTreeMap::new(),
        };
        let of = |known: Option<Option<&KnownRow>>| fate(Some(&batch), 7, "d", known);
        assert_eq!(of(None), Fate::New);
        assert_eq!(of(Some(Some(&known("imp_1", 7)))), Fate::Ours);
        assert_eq!(of(Some(Some(&known("imp_0", 7)))), Fate::Unchanged);
        // The same line twice in one file adds nothing; another line under the same key is a contradiction.
        assert_eq!(of(Some(Some(&known("imp_1", 3)))), Fate::Unchanged);
        assert_eq!(fate(Some(&batch), 7, "other", Some(Some(&known("imp_1", 3)))), Fate::Taken);
        assert_eq!(of(Some(None)), Fate::Taken);
        assert_eq!(fate(None, 7, "d", Some(Some(&known("imp_1", 7)))), Fate::Unchanged);
    }
}
