//! What stands in a register already, by what rows are known again by, and by what there may be only once.

use std::collections::{HashMap, HashSet};

use huitong_kernel::pack::{CURRENT, VOID};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx};
use serde_json::Value as Json;

use super::file::File;
use crate::base::matters::entries;
use crate::base::matters::entries::batch::{self, Turn};
use crate::base::matters::{KEYS, Matter as _, Plain};

/// What rows are compared by, as one text.
pub type Key = String;

/// The entries that stand, by their keys. Read once for a file, and again where somebody acted on the register meanwhile.
#[derive(Default)]
pub struct Standing {
    /// When it was read: the turn of the register.
    pub turn: Option<Turn>,
    /// Entries that whoever imports sees, by what rows are known again by.
    pub same: HashMap<Key, Vec<String>>,
    /// Every entry, by what there may be only once.
    pub once: HashMap<Key, Vec<String>>,
    /// What a dry run supposes to be there, by the same.
    pub supposed: HashMap<Key, Vec<Plain>>,
    /// Those among the seen that hold.
    pub current: HashSet<String>,
}

impl Standing {
    /// Reads it.
    pub fn read(tx: &Tx, file: &File<'_>, turn: Turn) -> Result<Standing> {
        let mut standing = Standing { turn: Some(turn), ..Standing::default() };
        let view = tx.ctx().may(&file.of.view()).map(|right| Plain::reach(tx, right)).transpose()?;
        let scope = match &view {
            Some(right) => right.scope(&KEYS),
            None => Scope::none(),
        };
        let (same_as, among) = (file.same_as(), among(file));
        batch::each(tx, file.of, |entry| {
            if entry.spine.state == VOID {
                return;
            }
            let id = &entry.spine.id;
            if !among.is_empty() {
                standing.once.entry(key(&among, &entry)).or_default().push(id.clone());
            }
            if entries::admitted(&scope, &entry) {
                standing.same.entry(key(&same_as, &entry)).or_default().push(id.clone());
                if entry.spine.state == CURRENT {
                    standing.current.insert(id.clone());
                }
            }
        })?;
        Ok(standing)
    }
}

/// The fields of which there may be only one.
pub fn among<'f>(file: &File<'f>) -> Vec<&'f str> {
    let once = file.of.once.as_ref();
    once.map(|once| once.among.iter().map(String::as_str).collect()).unwrap_or_default()
}

/// As much of an entry as tells whether there may be another.
pub fn bare(entry: &Plain) -> Plain {
    let mut entry = entry.clone();
    (entry.search, entry.marks) = Default::default();
    entry
}

/// What an entry says in some columns, with the entry within which it lies.
pub fn key(columns: &[&str], entry: &Plain) -> Key {
    key_of(columns, entry.parent.as_deref(), &|field| entry.said(field))
}

/// The same of answers that are no entry yet.
pub fn key_of<'j>(columns: &[&str], parent: Option<&str>, said: &dyn Fn(&str) -> Option<&'j Json>) -> Key {
    let mut key = parent.unwrap_or_default().to_owned();
    for column in columns {
        let (field, part) = column.split_once('.').unwrap_or((column, ""));
        let answer = said(field);
        let answer = if part.is_empty() { answer } else { answer.and_then(|answer| answer.get(part)) };
        key.push('\u{1f}');
        match answer {
            // In which order several were named is no difference.
            Some(Json::Array(all)) if all.iter().all(Json::is_string) => {
                let mut all: Vec<&str> = all.iter().filter_map(Json::as_str).collect();
                all.sort_unstable();
                key.push_str(&all.join("\u{1e}"));
            }
            Some(Json::String(text)) => key.push_str(text),
            Some(Json::Null) | None => {}
            Some(other) => key.push_str(&other.to_string()),
        }
    }
    key
}
