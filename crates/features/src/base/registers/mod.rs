//! Registers as files: what officials bring in and take out, and what is taken back of it.

mod bring;
mod cells;
mod draft;
mod file;
mod pages;
mod standing;
mod take;
mod undo;

use std::path::Path;
use std::sync::Arc;

use huitong_kernel::capability::Capability;
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::{GET, POST, Route, page};
use huitong_kernel::pack::Pack;
use huitong_kernel::{Error, OrMissing, Result};

pub use bring::Bring;
pub use draft::sweep;
pub use file::{Column, ENTRY, File, addresses};
pub use take::{Wanted, queue};
pub use undo::{Kept, Undone, undo};

use crate::base::imports::{self, Mapping, Options, Summary, Words};
use crate::base::sheets::{Limits, Sheet};

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { expand: Some(expand), ..Capability::named("registers", &[]) }
}

/// The rows of every file of a pack: of each register, and of each kind of rows within, under the act that enters one.
fn expand(pack: &Pack) -> Vec<Route> {
    let files = addresses(pack).into_iter().filter_map(|(_, of)| File::of(pack, of).ok());
    files.flat_map(|file| of_file(&file)).collect()
}

fn of_file(file: &File<'_>) -> Vec<Route> {
    let (key, title): (Arc<str>, &str) = (file.of.key.as_str().into(), &file.of.title);
    let place = |tail: &str| format!("{}{tail}", file.place());
    let said = |what: &str| format!("{title}：{what}");
    let (act, view) = (|| file.act.name.clone(), || file.of.view());
    let out = |tail: &str| page(GET, place(tail), file.of.export(), pages::export).summary(said("导出"));
    let rows = [
        out("/export.xlsx"),
        out("/export.csv"),
        page(GET, place("/import"), act(), pages::import).summary(said("导入文件")),
        page(POST, place("/import"), act(), pages::steps).uploads().summary(said("导入文件的各步")),
        page(GET, place("/import/rejected.csv"), act(), pages::rejected).summary(said("没有导入的行")),
        // Whoever may void what a batch brought may take it back, too, and need not be able to bring anything in.
        page(GET, place("/import/batch"), view(), pages::came).summary(said("一次导入")),
        page(POST, place("/import/undo"), view(), pages::take_back).summary(said("撤销一次导入")),
    ];
    // What is a work secret stays on the staff's side.
    let sided = |row: Route| if file.register().work_secret { row } else { row.on_both() };
    rows.into_iter().map(|row| sided(row).of(&key)).collect()
}

/// What to bring in and how.
pub struct Request<'a> {
    /// The register, or the rows of one kind within: `pairings`, `pairings.activity`.
    pub address: &'a str,
    /// The file.
    pub file: &'a Path,
    /// Which column is what, where the headings do not say it.
    pub mapping: Option<&'a Path>,
    /// Which sheet of a workbook; none where its headings tell.
    pub sheet: Option<&'a str>,
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
    let sheet = file.open(request.file, &request.limits, request.sheet)?;
    let (mapping, notes) = match request.mapping {
        Some(path) => (read_mapping(path, &sheet, &file)?, Vec::new()),
        // Nobody looks at it before it is written.
        None => file.mapping(&sheet.heading, false)?,
    };
    let mapping = mapping.on_sheet(request.sheet);
    let bring = Bring::of(&file, ctx.today());
    let mut summary = imports::run(city, actor, &bring, (&sheet, &mapping), &request.options)?;
    summary.notes.extend(notes.into_iter().chain(bring.notes()));
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
