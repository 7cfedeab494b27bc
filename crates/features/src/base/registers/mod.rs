//! Registers as files: what officials bring in and take out, and what is taken back of it.

mod bring;
mod cells;
mod file;
mod standing;
mod take;
mod undo;

use std::path::Path;

use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Error, OrMissing, Result};

pub use bring::Bring;
pub use file::{Column, ENTRY, File, addresses};
pub use take::{Wanted, queue};
pub use undo::{Kept, Undone, undo};

use crate::base::imports::{self, Mapping, Options, Summary, Words};
use crate::base::sheets::{Limits, Sheet};

/// What to bring in and how.
pub struct Request<'a> {
    /// The register, or the rows of one kind within: `pairings`, `pairings.activity`.
    pub address: &'a str,
    /// The file.
    pub file: &'a Path,
    /// Which column is what, where the headings do not say it.
    pub mapping: Option<&'a Path>,
    /// What the file may take.
    pub limits: Limits,
    /// The rest.
    pub options: Options<'a>,
}

/// Imports a file into a register.
///
/// # Errors
/// 404 where the pack has no such register, 400 with all findings where file or mapping cannot be used; a row that is wrong is
/// a reject and no error.
pub fn import(city: &City, actor: &Actor, request: &Request) -> Result<Summary> {
    let policy = city.policy();
    let pack = policy.pack.as_deref().or_missing()?;
    let file = File::at(pack, request.address)?;
    let ctx = city.ctx(actor.clone());
    ctx.right(&file.act.name)?;
    let sheet = Sheet::open(request.file, &request.limits)?;
    let (mapping, notes) = match request.mapping {
        Some(path) => (read_mapping(path, &sheet, &file)?, Vec::new()),
        None => file.mapping(&sheet.heading)?,
    };
    let bring = Bring::of(&file, ctx.today());
    let mut summary = imports::run(city, actor, &bring, (&sheet, &mapping), &request.options)?;
    summary.notes.extend(notes);
    Ok(summary)
}

fn read_mapping(path: &Path, sheet: &Sheet, file: &File<'_>) -> Result<Mapping> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).map_err(|e| {
        Error::new(huitong_kernel::error::Kind::Malformed, format!("{name}：读不了映射文件：{e}"))
    })?;
    let wanted = file.wanted();
    let keys = || wanted.iter().map(|column| column.key.as_str());
    let words = Words {
        columns: keys().map(|key| (key, false)).collect(),
        supply: keys().collect(),
        either: wanted.iter().filter(|column| column.required).map(|column| column.key.as_str()).collect(),
        rules: Vec::new(),
    };
    Mapping::read(&name, &text, &sheet.heading, &words)
}
