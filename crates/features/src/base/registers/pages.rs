//! Registers as files, by hand: taking out what a list shows, handing a file in, and what became of it.

mod batch;
mod check;
mod fates;
mod upload;

pub use batch::{came, take_back};
pub use check::{rejected, steps};
pub use upload::import;

use huitong_kernel::http::{Call, Reply};
use huitong_kernel::{OrMissing, Result};

use super::{File, Wanted, queue};
use crate::base::imports::Summary;
use crate::base::sheets::Format;

/// The file that an address is about.
fn file(c: &Call) -> Result<File<'_>> {
    let pack = c.ctx.pack()?;
    File::of(pack, pack.definition(c.route.of.as_deref().unwrap_or_default()).or_missing()?)
}

/// `GET /{path}/export.xlsx` and `.csv`: what the list shows, as far as the reader may take it out.
pub fn export(c: &Call) -> Result<Reply> {
    let file = file(c)?;
    let format = if c.path().ends_with(".csv") { Format::Csv } else { Format::Xlsx };
    let wanted =
        Wanted { file: &file, pairs: c.queries(), queue: queue(&c.ctx, &file, c.queries())?, format };
    let (table, count) = c.read(|tx| {
        let mut table = Vec::new();
        let count = wanted.write(tx, &mut table)?;
        Ok((table, count))
    })?;
    c.end_reading();
    c.city.db.write(&c.ctx, |tx| wanted.record(tx, count))?;
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    Reply::file(&wanted.name(&c.ctx), kind, table, false)?.header("cache-control", "private, no-store")
}

/// What came of a file, or would come of it, in a sentence.
fn said(summary: &Summary, done: bool) -> String {
    let Summary { rows, accepted, changed, rejected, unchanged, .. } = summary;
    let will = if done { "" } else { "将" };
    let parts = [
        (accepted, format!("{will}新增 {accepted} 条")),
        (changed, format!("{will}更新 {changed} 条")),
        (unchanged, format!("{unchanged} 条已有、不变")),
        (rejected, format!("{rejected} 行{}", if done { "没有导入" } else { "不能导入" })),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| **n > 0).map(|(_, text)| text).collect();
    match parts.is_empty() {
        true => String::from("文件里没有数据行。"),
        false => format!("共 {rows} 行：{}。", parts.join("，")),
    }
}
