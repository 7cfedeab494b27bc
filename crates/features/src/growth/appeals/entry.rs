//! New cases with all that is written with them, one or many at once by the same statements.

use huitong_kernel::{Result, Tx};

use super::PROCEDURE;
use super::model::Appeal;
use super::submit::Receipt;
use crate::base::matters::{self, Rules};

/// A new case, decided but not yet written.
pub struct Entry<'f> {
    /// The case with its clocks, step, record and files.
    pub matter: matters::Entry<'f, Appeal>,
    /// What its complainant follows it by.
    pub tracking_code: String,
}

/// Writes new cases; answers what each complainant is told.
pub fn write(tx: &Tx, entries: Vec<Entry<'_>>) -> Result<Vec<Receipt>> {
    let of = Rules::now(tx.ctx(), PROCEDURE)?.of;
    let (mut matters, mut receipts) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
    for Entry { matter, tracking_code } in entries {
        let appeal = &matter.matter;
        let promised = matter.clocks.iter().filter(|clock| clock.promise);
        let due_at = promised.map(|clock| clock.due_at).min();
        let (id, number) = (appeal.id.clone(), appeal.number.clone());
        receipts.push(Receipt { id, number, tracking_code, due_at, leaf: String::new() });
        matters.push(matter);
    }
    for (receipt, leaf) in receipts.iter_mut().zip(matters::write(tx, of, matters)?) {
        receipt.leaf = leaf;
    }
    Ok(receipts)
}
