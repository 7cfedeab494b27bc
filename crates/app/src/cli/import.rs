//! `huitong import appeals`: a file of another system becomes cases, once each.

use std::path::PathBuf;

use huitong_features::base::imports::{Options, Summary};
use huitong_features::growth::appeals::import::{self, Request};

use crate::out::{Out, Outcome};
use crate::place::{Acting, Place};

pub const EXAMPLE: &str =
    "示例：\n  huitong import appeals 工单.xlsx --mapping 对照.toml --rejects 未导入.csv";

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 导入其他平台的诉求；同一文件再导一次不会重复，中断后可以接着导
    #[command(after_help = EXAMPLE)]
    Appeals(Args),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Appeals(args) => args.run(),
        }
    }
}

/// The file, and how it is to be read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// CSV（UTF-8）或者 XLSX 文件，第一行是列名
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 对照文件：哪一列是什么，缺少的补什么
    #[arg(long, value_name = "对照文件")]
    mapping: PathBuf,
    /// 只检查，不写入
    #[arg(long)]
    dry_run: bool,
    /// 把没有导入的行、没能识别的内容和原因写到这个文件
    #[arg(long, value_name = "文件")]
    rejects: Option<PathBuf>,
    /// 先新增文件里有、平台里没有的单位
    #[arg(long)]
    create_units: bool,
    /// 名称与已有单位相近的也新增；先不加这一项，核对列出的名称
    #[arg(long, requires = "create_units")]
    create_near_units: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let city = self.place.existing()?;
        let actor = self.acting.ctx(&city)?.actor;
        let request = Request {
            file: &self.file,
            mapping: &self.mapping,
            create_units: self.create_units,
            create_near: self.create_near_units,
            options: Options {
                dry_run: self.dry_run,
                rejects: self.rejects.as_deref(),
                ..Options::default()
            },
        };
        let summary = import::run(&city, &actor, &request)?;
        if self.json {
            out.object(&serde_json::to_value(&summary).unwrap_or_default())?;
        } else {
            out.say(&words(&summary))?;
        }
        Ok(summary.rejected == 0)
    }
}

fn words(summary: &Summary) -> String {
    let Summary { rows, accepted, rejected, unchanged, remarked, .. } = summary;
    let mut text = format!("共 {rows} 行：导入 {accepted}，已有 {unchanged}，未导入 {rejected}。");
    if *remarked > 0 {
        text.push_str(&format!("导入的行中有 {remarked} 行的个别内容未能识别，已按原文留存。"));
    }
    if summary.dry_run {
        text.push_str("这次只检查，没有写入。");
    }
    for note in &summary.notes {
        text.push_str(&format!("\n{note}。"));
    }
    if !summary.units_created.is_empty() {
        text.push_str(&format!("\n新增单位：{}", summary.units_created.join("、")));
    }
    if !summary.units_near.is_empty() {
        let near =
            summary.units_near.iter().map(|(name, known)| format!("\n  {name}（是否就是“{known}”？）"));
        let near: String = near.collect();
        text.push_str(&format!(
            "\n下列名称与别的单位相近，没有新增；确是另一单位的，加上 --create-near-units：{near}"
        ));
    }
    text
}
