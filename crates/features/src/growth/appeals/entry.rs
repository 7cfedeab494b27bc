//! New cases with all that is written with them, one or many at once by the same statements.

use huitong_kernel::journal::Record;
use huitong_kernel::{Result, Tx};

use super::case::keep_files;
use super::model::{Appeal, RunningLimit, Step};
use super::submit::Receipt;
use super::{clocks, counts, store};
use crate::base::attachments::KeptFile;

/// A new case, decided but not yet written.
pub struct Entry<'f> {
    /// The case.
    pub appeal: Appeal,
    /// The limits that begin with it.
    pub clocks: Vec<RunningLimit>,
    /// Its first step.
    pub step: Step,
    /// Its record in the journal.
    pub record: Record,
    /// Files that came with it.
    pub files: &'f [KeptFile],
    /// What its complainant follows it by.
    pub tracking_code: String,
}

/// Writes new cases with their clocks, counts, steps, files and records; answers what each complainant is told.
pub fn write(tx: &Tx, entries: Vec<Entry>) -> Result<Vec<Receipt>> {
    let appeals: Vec<&Appeal> = entries.iter().map(|e| &e.appeal).collect();
    store::insert(tx, &appeals)?;
    clocks::insert(tx, &entries.iter().flat_map(|e| e.clocks.iter().cloned()).collect::<Vec<_>>())?;
    counts::began(tx, &appeals)?;
    store::insert_steps(tx, &entries.iter().map(|e| &e.step).collect::<Vec<_>>())?;
    for entry in &entries {
        keep_files(tx, &entry.step, entry.files)?;
    }
    let (mut records, mut receipts) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
    for Entry { appeal, record, tracking_code, .. } in entries {
        records.push(record);
        let due_at = if appeal.anonymous() { None } else { appeal.due_at };
        let (id, number) = (appeal.id.to_string(), appeal.number);
        receipts.push(Receipt { id, number, tracking_code, due_at, leaf: String::new() });
    }
    for (receipt, leaf) in receipts.iter_mut().zip(tx.record_all(records)?) {
        receipt.leaf = leaf;
    }
    Ok(receipts)
}
