//! Kinds whose rows have a number in their source: a row comes in once under its own, and nothing that is there is changed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use huitong_codes::text;
use huitong_kernel::{Error, Result, Tx};

use super::line::Line;
use super::model::{BatchId, Fate, Reject, fate};
use super::run::{Became, Kind};
use super::store;
use crate::base::units::UnitId;

/// What such a kind knows: what a row means, what is there already, and the act that enters it.
pub trait Keyed {
    /// A row that was understood.
    type Entry;
    /// Name of the kind, as the command line says it.
    const KEY: &'static str;
    /// The act that enters a row; who may do it may import.
    const ACT: &'static str;
    /// The column of the mapping that names a row in its source.
    const KEY_COLUMN: &'static str;

    /// Understands a row without IO, or says everything that is wrong with it; what is left out of it is a remark.
    fn read(&self, line: &Line, remarks: &mut Vec<Reject>) -> std::result::Result<Self::Entry, Vec<Reject>>;
    /// The subjects that the rows' keys already stand for, by key.
    fn known(&self, tx: &Tx, keys: &[&str]) -> Result<HashMap<String, String>>;
    /// Enters new rows by the act, in one go; a row that cannot be entered says why and keeps out no other. Without a batch
    /// everything is decided alike and nothing is written.
    fn enter(&self, tx: &Tx, rows: &[&Row<Self::Entry>], batch: Option<&BatchId>) -> Result<Vec<Entry>>;
}

/// What became of a row that was to be entered.
pub type Entry = std::result::Result<Entered, Vec<Reject>>;

/// A row that was understood, with what the mechanism needs of it.
pub struct Row<E> {
    /// Its place, first = 1.
    pub row: i64,
    /// Its name in the source.
    pub key: String,
    /// Digest of its values.
    pub digest: String,
    /// What it says.
    pub entry: E,
    remarks: Vec<Reject>,
    taken: Reject,
}

/// A row that was entered.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    /// Id of the subject.
    pub subject: String,
    /// The unit that the file names for it.
    pub unit: Option<UnitId>,
    /// Number and code by which whoever brought the matter in can follow it.
    pub receipt: Option<(String, String)>,
    /// Words of optional columns that could not be read, by the name of the column: kept as they stood.
    pub unread: BTreeMap<String, String>,
    /// What the act left out beside.
    pub remarks: Vec<Reject>,
}

/// A kind whose rows have a number, being brought in.
pub struct ByKey<'k, K> {
    kind: &'k K,
    /// What a dry run would have entered, which the database cannot tell it.
    supposed: RefCell<HashMap<String, String>>,
}

impl<K> ByKey<'_, K> {
    /// Begins.
    pub fn of(kind: &K) -> ByKey<'_, K> {
        ByKey { kind, supposed: RefCell::default() }
    }
}

impl<K: Keyed> Kind for ByKey<'_, K> {
    type Row = Row<K::Entry>;

    fn key(&self) -> &str {
        K::KEY
    }

    fn act(&self) -> &str {
        K::ACT
    }

    fn read(&self, line: &Line) -> std::result::Result<Row<K::Entry>, Vec<Reject>> {
        let key = line.key(K::KEY_COLUMN);
        if text::signs(&key) == 0 {
            return Err(vec![line.reject(K::KEY_COLUMN, "没有编号，无法判断是否已经导入过")]);
        }
        let reason = "这个编号已经录入，内容与这一行不同；导入不改动已有记录，请核对";
        let taken = line.reject(K::KEY_COLUMN, reason);
        let mut remarks = Vec::new();
        let entry = self.kind.read(line, &mut remarks)?;
        Ok(Row { row: line.place(), key, digest: line.digest(K::KEY_COLUMN), entry, remarks, taken })
    }

    /// A key may stand in several rows: the first that can be entered has it, the others are held against that one.
    fn settle(&self, tx: &Tx, batch: Option<&BatchId>, rows: &[(i64, Row<K::Entry>)]) -> Result<Vec<Became>> {
        let rows: Vec<&Row<K::Entry>> = rows.iter().map(|(_, row)| row).collect();
        let mut became: Vec<Option<Became>> = vec![None; rows.len()];
        let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
        let known = self.kind.known(tx, &keys)?;
        let subjects: Vec<&str> = known.values().map(String::as_str).collect();
        let before = store::rows_of(tx, &subjects)?;
        let supposed = self.supposed.borrow();
        let mut held: HashMap<&str, &str> = HashMap::new();
        loop {
            let mut keys = HashSet::new();
            let mut new = Vec::new();
            for (nth, row) in
                rows.iter().enumerate().filter(|(nth, _)| became[*nth].is_none()).collect::<Vec<_>>()
            {
                let here = held.get(row.key.as_str()).copied().or(supposed.get(&row.key).map(String::as_str));
                let subject = known.get(&row.key).map(|subject| before.get(subject));
                let fate = match here {
                    Some(digest) if digest == row.digest => Fate::Unchanged,
                    Some(_) => Fate::Taken,
                    None => fate(batch, row.row, &row.digest, subject),
                };
                became[nth] = match fate {
                    Fate::New => {
                        if keys.insert(row.key.as_str()) {
                            new.push((nth, *row));
                        }
                        None
                    }
                    Fate::Ours => Some(Became::Accepted { receipt: None, remarks: row.remarks.clone() }),
                    Fate::Unchanged => Some(Became::Unchanged(None)),
                    Fate::Taken => Some(Became::Rejected(vec![row.taken.clone()])),
                };
            }
            if new.is_empty() {
                break;
            }
            let entered = self.enter(tx, batch, &new.iter().map(|(_, row)| *row).collect::<Vec<_>>())?;
            for ((nth, row), answer) in new.into_iter().zip(entered) {
                if matches!(answer, Became::Accepted { .. }) {
                    held.insert(&row.key, &row.digest);
                }
                became[nth] = Some(answer);
            }
        }
        let all: Option<Vec<Became>> = became.into_iter().collect();
        all.ok_or_else(|| Error::internal("a new row was not entered"))
    }

    fn settled(&self, rows: &[(i64, Row<K::Entry>)], became: &[Became], written: bool) {
        let entered = rows.iter().zip(became).filter(|(_, became)| matches!(became, Became::Accepted { .. }));
        let keys = entered.map(|((_, row), _)| (row.key.clone(), row.digest.clone()));
        if !written {
            self.supposed.borrow_mut().extend(keys);
        }
    }
}

impl<K: Keyed> ByKey<'_, K> {
    fn enter(&self, tx: &Tx, batch: Option<&BatchId>, rows: &[&Row<K::Entry>]) -> Result<Vec<Became>> {
        let entries = self.kind.enter(tx, rows, batch)?;
        if let Some(batch) = batch {
            let kept = rows.iter().zip(&entries);
            let kept: Vec<(i64, &str, &Entered)> = kept
                .filter_map(|(row, entry)| Some((row.row, row.digest.as_str(), entry.as_ref().ok()?)))
                .collect();
            store::insert_rows(tx, batch, &kept)?;
        }
        let became = rows.iter().zip(entries).map(|(row, entry)| match entry {
            Ok(entered) => Became::Accepted {
                receipt: entered.receipt.map(|(number, code)| (row.key.clone(), number, code)),
                remarks: row.remarks.iter().cloned().chain(entered.remarks).collect(),
            },
            Err(found) => Became::Rejected(found),
        });
        Ok(became.collect())
    }
}
