//! `huitong export`: a register as a file, as an import reads it again.

use std::path::PathBuf;

use huitong_features::base::registers::{File, Wanted};
use huitong_features::base::sheets::Format;
use huitong_kernel::OrMissing;
use huitong_kernel::http::Pairs;

use crate::out::{Out, Outcome, bytes};
use crate::place::{Acting, Place};

pub const EXAMPLE: &str = "示例：
  huitong export pairings --out 结对.xlsx
  huitong export party-orgs --csv --as-of 2025-06-30 > 党组织.csv
  huitong export pairings.activity --xlsx --out 活动.xlsx";

/// What to take out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 台账的地址，如 pairings；下面一条条的加点，如 pairings.activity
    #[arg(value_name = "台账")]
    register: String,
    /// 写成 CSV（UTF-8）；不写格式的，看文件名，否则是 CSV
    #[arg(long, conflicts_with = "xlsx")]
    csv: bool,
    /// 写成 XLSX
    #[arg(long)]
    xlsx: bool,
    /// 写到这个文件；不写的，写到标准输出
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
    /// 哪一天的情况，如 2025-06-30
    #[arg(long, value_name = "日期")]
    as_of: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
}

impl Args {
    pub fn run(self) -> Outcome {
        let city = self.place.existing()?;
        let ctx = self.acting.ctx(&city)?;
        let pack = ctx.policy.pack.clone().or_missing()?;
        let file = File::at(&pack, &self.register)?;
        let named = self.out.as_deref().and_then(|path| path.extension());
        let book = self.xlsx || !self.csv && named.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
        let format = if book { Format::Xlsx } else { Format::Csv };
        let pairs = Pairs::one("as_of", self.as_of.as_deref());
        let wanted = Wanted { file: &file, pairs: &pairs, queue: None, format };
        let (table, count) = city.db.read(&ctx, |tx| {
            let mut table = Vec::new();
            let count = wanted.write(tx, &mut table)?;
            Ok((table, count))
        })?;
        city.db.write(&ctx, |tx| wanted.record(tx, count))?;
        match &self.out {
            Some(path) => {
                std::fs::write(path, table)?;
                Out { json: false }.say(&format!("导出 {count} 条到 {}。", path.display()))?;
            }
            None => bytes(&table)?,
        }
        Ok(true)
    }
}
