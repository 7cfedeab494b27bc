//! Handing a file in, and the files that were brought in lately.

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::http::page::{Link, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::{Id, Result, Tx};

use super::super::draft::Draft;
use super::super::{Column, File, addresses, undo};
use super::{batch, check, file};
use crate::base::identity;
use crate::base::imports::{self, KeptBatch};

/// Batches that the page lists.
const RECENT: usize = 10;

#[derive(Template)]
#[template(path = "base/registers/pages/upload.html")]
struct UploadPage {
    shell: Shell,
    title: String,
    list: String,
    place: String,
    /// The other files of this register that the reader may bring in.
    others: Vec<Link>,
    /// The name of each column, and when there must be one.
    columns: Vec<(String, &'static str)>,
    recent: Vec<Recent>,
    /// Whether its reader may take the register out.
    exports: bool,
    error: String,
}

/// A file that was brought in.
struct Recent {
    file: String,
    href: String,
    title: String,
    by: String,
    at: String,
    said: String,
}

/// `GET /{path}/import`: hand a file in, or look at one that was handed in.
pub fn import(c: &Call) -> Result<Reply> {
    let file = file(c)?;
    match c.query("draft") {
        None => ask(c, &file, ""),
        Some(id) => check::look(c, &file, &Draft::open(&c.city.data, &c.ctx, &file.address(), id)?),
    }
}

/// The form, with what was wrong with the file that was handed in.
pub(super) fn ask(c: &Call, file: &File<'_>, error: &str) -> Result<Reply> {
    c.ctx.right(&file.act.name)?;
    let recent = c.read(|tx| recent(tx, file))?;
    let must = |column: &Column<'_>| match () {
        () if file.is_required(column) => "必有",
        () if file.is_asked(column) => "新增的要有",
        () => "",
    };
    c.page(&UploadPage {
        shell: c.shell(&format!("导入{}", file.of.title))?,
        title: file.of.title.clone(),
        list: format!("/{}", file.register().path),
        place: file.place(),
        others: others(c, file)?,
        columns: file.columns.iter().map(|column| (column.label.clone(), must(column))).collect(),
        recent,
        exports: c.ctx.may(&file.of.export()).is_some(),
        error: error.to_owned(),
    })
}

/// The files of one register.
fn family<'p>(file: &File<'p>) -> impl Iterator<Item = File<'p>> {
    let (pack, register) = (file.pack, &file.register().key);
    let all = addresses(pack).into_iter().filter(|(_, of)| of.family() == register.as_str());
    all.filter_map(|(_, of)| File::of(pack, of).ok()).collect::<Vec<_>>().into_iter()
}

fn others(c: &Call, file: &File<'_>) -> Result<Vec<Link>> {
    let others = family(file).filter(|other| other.of.key != file.of.key);
    let may = others.filter(|other| c.ctx.may(&other.act.name).is_some());
    Ok(may
        .map(|other| Link { href: format!("{}/import", other.place()), label: other.of.title.clone() })
        .collect())
}

/// The latest batches of a register: everybody's for whoever may void all of it, else the reader's own.
fn recent(tx: &Tx, file: &File<'_>) -> Result<Vec<Recent>> {
    let mut all: Vec<(File<'_>, KeptBatch)> = Vec::new();
    for file in family(file) {
        let everybody = undo::may_all(tx, &file)?;
        if !everybody && tx.ctx().may(&file.act.name).is_none() {
            continue;
        }
        let by = (!everybody).then(|| tx.ctx().principal());
        for kept in imports::recent(tx, &file.address(), by, RECENT as i64)? {
            all.push((File::of(file.pack, file.of)?, kept));
        }
    }
    all.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.started_at));
    let told = all.into_iter().take(RECENT).map(|(file, kept)| {
        Ok(Recent {
            said: batch::told(tx, &kept)?,
            href: format!("{}/import/batch?batch={}", file.place(), kept.id),
            title: file.of.title.clone(),
            by: by(tx, &kept)?,
            at: minute_text(kept.started_at),
            file: kept.file_name,
        })
    });
    told.collect()
}

/// Who began a batch.
pub(super) fn by(tx: &Tx, kept: &KeptBatch) -> Result<String> {
    match Id::parse(&kept.started_by) {
        Some(user) => identity::name_of(tx, &user),
        None => Ok(String::from("命令行")),
    }
}
