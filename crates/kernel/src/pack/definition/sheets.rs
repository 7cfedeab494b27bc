//! Where a procedure is written: one file under `procedures/`, or a folder of its own with `flow.toml` and others beside it.

use toml_edit::Document;

use crate::pack::desk::Desk;
use crate::pack::file::{Shelf, TextFile};
use crate::pack::table::{self, Tab};

/// The file that makes a folder that of a procedure.
pub(super) const FLOW: &str = "flow.toml";
/// What may stand in a file of its own beside it.
const BESIDE: [&str; 4] = ["forms.toml", "limits.toml", "queues.toml", "notices.toml"];
/// The folder of procedures that are one file each.
const FOLDER: &str = "procedures/";

/// One file, parsed.
struct Sheet<'s> {
    file: &'s TextFile,
    document: Document<String>,
}

/// The files of one procedure.
pub(super) struct Sheets<'s> {
    flow: Sheet<'s>,
    beside: Vec<(&'static str, Sheet<'s>)>,
}

/// Opens every procedure of a pack; what cannot be parsed is a finding.
pub(super) fn all<'s>(desk: &Desk, shelf: &'s Shelf) -> Vec<Sheets<'s>> {
    let mut found = Vec::new();
    for flow in shelf.named(FLOW) {
        let folder = flow.path.strip_suffix(FLOW).unwrap_or_default().to_owned();
        let Some(flow) = sheet(desk, flow) else { continue };
        let beside = BESIDE.iter().filter_map(|name| {
            let file = shelf.find(&format!("{folder}{name}"))?;
            Some((*name, sheet(desk, file)?))
        });
        found.push(Sheets { flow, beside: beside.collect() });
    }
    found.extend(folder(desk, shelf, FOLDER));
    found
}

/// Opens every definition of a folder in which each is one file.
pub(super) fn folder<'s>(desk: &Desk, shelf: &'s Shelf, folder: &str) -> Vec<Sheets<'s>> {
    let files = shelf.take_folder(folder, ".toml").into_iter();
    files.filter_map(|file| Some(Sheets { flow: sheet(desk, file)?, beside: Vec::new() })).collect()
}

fn sheet<'s>(desk: &Desk, file: &'s TextFile) -> Option<Sheet<'s>> {
    Some(Sheet { file, document: table::parse(desk, file)? })
}

impl Sheets<'_> {
    /// The head: key, title, states, acts.
    pub fn head<'a>(&'a self, desk: &'a Desk) -> Tab<'a> {
        table::open(desk, self.flow.file, &self.flow.document)
    }

    /// Reads a part that stands in a file of its own, else in the one file that holds everything.
    pub fn part<T>(&self, desk: &Desk, name: &str, head: &Tab<'_>, read: impl FnOnce(&Tab<'_>) -> T) -> T {
        match self.beside.iter().find(|(known, _)| *known == name) {
            Some((_, sheet)) => read(&table::open(desk, sheet.file, &sheet.document)),
            None => read(head),
        }
    }

    /// The path of its file, or of the one that begins its folder.
    pub fn path(&self) -> &str {
        &self.flow.file.path
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.flow.file.text.lines().count()
    }
}
