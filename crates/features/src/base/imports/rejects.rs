//! The files an import writes beside the database: findings of rejected rows, and what complainants are to be told.

use std::fs::{File, OpenOptions};
use std::path::Path;

use huitong_codes::resident_id;
use huitong_kernel::{Error, Result};

use super::model::Reject;
use crate::base::sheets::marked;

/// A CSV file that is written as the import goes on; none where nobody asked for it.
pub struct Report(Option<csv::Writer<File>>);

/// Longest value shown in a finding; the row number leads to the rest.
const SHOWN: usize = 200;

impl Report {
    /// Findings, one a line: `row,column,value,reason`. Written anew in each run.
    pub fn rejects(path: Option<&Path>) -> Result<Report> {
        Report::begin(path, false, &["row", "column", "value", "reason"])
    }

    /// What each imported subject can be followed by: `row,key,number,code`. The codes are told only here and stored
    /// nowhere, so a resumed run adds to the file, and only its owner may read it.
    pub fn receipts(path: Option<&Path>, resumed: bool) -> Result<Report> {
        Report::begin(path, resumed, &["row", "key", "number", "code"])
    }

    fn begin(path: Option<&Path>, append: bool, heading: &[&str]) -> Result<Report> {
        let Some(path) = path else { return Ok(Report(None)) };
        let file = open(path, append).map_err(|e| failed(path, &e))?;
        let goes_on = append && file.metadata().is_ok_and(|m| m.len() > 0);
        let mut report = Report(Some(csv::Writer::from_writer(file)));
        if !goes_on {
            report.line(heading)?;
        }
        Ok(report)
    }

    /// Adds a line.
    pub fn line(&mut self, values: &[&str]) -> Result<()> {
        let Some(writer) = &mut self.0 else { return Ok(()) };
        writer.write_record(values).map_err(|e| Error::internal(format!("csv: {e}")))
    }

    /// Adds the findings of a row.
    pub fn row(&mut self, row: i64, rejects: &[Reject]) -> Result<()> {
        for Reject { column, value, reason } in rejects {
            // An identity number is not spread into a further file.
            let shown = match resident_id::stands_in(value) {
                true => String::from("（含身份证号码，不写出）"),
                false => marked(&value.chars().take(SHOWN).collect::<String>()),
            };
            self.line(&[&row.to_string(), column, &shown, reason])?;
        }
        Ok(())
    }

    /// Hands what was written to the operating system: a kill of ours loses none of it.
    pub fn flush(&mut self) -> Result<()> {
        match &mut self.0 {
            Some(writer) => Ok(writer.flush()?),
            None => Ok(()),
        }
    }
}

fn open(path: &Path, append: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(append).truncate(!append);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(huitong_kernel::error::Kind::Malformed, format!("不能写入 {}：{error}", path.display()))
}
