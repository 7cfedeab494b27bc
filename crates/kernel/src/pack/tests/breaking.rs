//! How a pack is broken on purpose, and how the explanation is read.

use std::collections::BTreeMap;

use super::shipped::folder;
use super::vocabulary::vocabulary;
use crate::pack::{Finding, Pack, read_files};

/// One way of breaking the shipped pack.
pub(super) struct Break {
    /// File that is changed.
    pub file: &'static str,
    /// What stands in it.
    pub from: &'static str,
    /// What stands there instead.
    pub to: &'static str,
    /// A text on the line that the finding must name, in the file as it is after the change.
    pub on: &'static str,
    /// Part of the message.
    pub says: &'static str,
    /// Part of the remedy.
    pub remedy: &'static str,
}

pub(super) fn files() -> BTreeMap<String, String> {
    read_files(&folder("chengdu")).expect("the shipped pack can be read")
}

pub(super) fn findings(files: &BTreeMap<String, String>) -> Vec<Finding> {
    Pack::from_files(files, &vocabulary()).map(|_| Vec::new()).unwrap_or_else(|findings| findings)
}

pub(super) fn shown(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Breaks the pack in each way and reads what is said; gives all that was not said as it should be.
pub(super) fn check_all(breaks: &[Break]) {
    let whole = files();
    let wrong: Vec<String> = breaks.iter().filter_map(|one| check(&whole, one).err()).collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), breaks.len(), wrong.join("\n\n"));
}

fn check(whole: &BTreeMap<String, String>, one: &Break) -> Result<(), String> {
    let text = &whole[one.file];
    if !text.contains(one.from) {
        return Err(format!("{} no longer has: {}", one.file, one.from));
    }
    let broken = text.replacen(one.from, one.to, 1);
    let line = broken.lines().position(|line| line.contains(one.on)).map(|line| line + 1);
    let Some(line) = line else { return Err(format!("{} has no line with: {}", one.file, one.on)) };
    let mut files = whole.clone();
    files.insert(one.file.to_owned(), broken);
    let findings = findings(&files);
    let right = findings.iter().any(|finding| {
        finding.file == one.file
            && finding.line == line
            && finding.message.contains(one.says)
            && finding.suggestion.contains(one.remedy)
    });
    if right {
        return Ok(());
    }
    Err(format!(
        "{}:{line} should say “{}” and “{}”, but:\n{}",
        one.file,
        one.says,
        one.remedy,
        shown(&findings)
    ))
}
