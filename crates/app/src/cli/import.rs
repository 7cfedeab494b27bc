//! `huitong import`: a file of another system becomes cases or entries of a register, once each; a batch is taken back.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser};
use huitong_features::base::imports::{BatchId, Options, Summary};
use huitong_features::base::registers;
use huitong_features::base::sheets::Limits;
use huitong_features::growth::appeals::import::{self, Request};
use huitong_kernel::Id;

use super::words;
use crate::out::{Failure, Out, Outcome, print};
use crate::place::{Acting, Place};

pub const EXAMPLE: &str = "示例：
  huitong import appeals 工单.xlsx --mapping 对照.toml --rejects 未导入.csv
  huitong import pairings 结对.xlsx --dry-run
  huitong import pairings.activity 活动.xlsx
  huitong import undo imp_…

台账的名称是它的地址，如 pairings、party-orgs；下面一条条的加点，如 pairings.activity。";

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 导入其他平台的诉求；同一文件再导一次不会重复，中断后可以接着导
    #[command(after_help = EXAMPLE)]
    Appeals(Args),
    /// 撤销一批台账的导入：没有别的用到的撤回，用到了的留下并说明
    #[command(after_help = UNDO)]
    Undo(Undo),
    /// 导入台账：写台账的地址，如 pairings、pairings.activity
    #[command(external_subcommand)]
    Register(Vec<OsString>),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Appeals(args) => args.run(),
            Command::Undo(args) => args.run(),
            Command::Register(words) => register(words),
        }
    }
}

const REGISTER: &str = "示例：
  huitong import pairings 结对.xlsx --rejects 未导入.csv
  huitong import party-orgs 党组织.csv --dry-run --json";

/// 导入台账；列名是填写项的名称，同一文件再导一次不会重复，中断后可以接着导
#[derive(Debug, Parser)]
#[command(name = "huitong import", after_help = REGISTER)]
struct RegisterArgs {
    /// 台账的地址，如 pairings；下面一条条的加点，如 pairings.activity
    #[arg(value_name = "台账")]
    register: String,
    /// CSV（UTF-8）或者 XLSX 文件，第一行是列名
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 对照文件：列名和填写项不同的，哪一列是什么
    #[arg(long, value_name = "对照文件")]
    mapping: Option<PathBuf>,
    /// 工作簿里读哪一张表；不写就读列名最相符的一张
    #[arg(long, value_name = "表名")]
    sheet: Option<String>,
    /// 只检查，不写入
    #[arg(long)]
    dry_run: bool,
    /// 把没有导入的行、改动了的内容和原因写到这个文件
    #[arg(long, value_name = "文件")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

fn register(words: Vec<OsString>) -> Outcome {
    let command = words::in_chinese(RegisterArgs::command());
    let all = std::iter::once(OsString::from("huitong import")).chain(words);
    let parsed = command.try_get_matches_from(all).and_then(|found| RegisterArgs::from_arg_matches(&found));
    match parsed {
        Ok(args) => args.run(),
        Err(error) if words::is_help(&error) => print(&words::help(&error)).map(|()| true),
        Err(error) => Err(Failure::Wrong(words::complaint(&error))),
    }
}

impl RegisterArgs {
    fn run(self) -> Outcome {
        let city = self.place.existing()?;
        let actor = self.acting.ctx(&city)?.actor;
        let options =
            Options { dry_run: self.dry_run, rejects: self.rejects.as_deref(), ..Options::default() };
        let request = registers::Request {
            address: &self.register,
            file: &self.file,
            mapping: self.mapping.as_deref(),
            sheet: self.sheet.as_deref(),
            limits: Limits::of_operator(),
            options,
        };
        told(Out { json: self.json }, &registers::import(&city, &actor, &request)?)
    }
}

pub const UNDO: &str = "示例：\n  huitong import undo imp_01HZX… --json";

/// A batch to take back.
#[derive(Debug, clap::Args)]
pub struct Undo {
    /// 批次，由导入时给出
    #[arg(value_name = "批次")]
    batch: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Undo {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let batch: BatchId = Id::parse(&self.batch)
            .ok_or_else(|| Failure::Wrong(format!("“{}”不是导入批次，应形如 imp_…", self.batch)))?;
        let city = self.place.existing()?;
        let actor = self.acting.ctx(&city)?.actor;
        let undone = registers::undo(&city, &actor, &batch)?;
        out.object(&undone)?;
        if !self.json {
            let mut text = format!("撤回 {} 行。", undone.undone);
            if !undone.kept.is_empty() {
                text.push_str(&format!("有 {} 行留下：", undone.kept.len()));
            }
            for kept in &undone.kept {
                text.push_str(&format!("\n  第 {} 行（{}）：{}", kept.row, kept.subject, kept.because));
            }
            out.say(&text)?;
        }
        Ok(undone.kept.is_empty())
    }
}

/// Says what came of an import.
fn told(out: Out, summary: &Summary) -> Outcome {
    match out.json {
        true => out.object(summary)?,
        false => out.say(&words(summary))?,
    }
    Ok(summary.rejected == 0)
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
        told(out, &import::run(&city, &actor, &request)?)
    }
}

fn words(summary: &Summary) -> String {
    let Summary { rows, accepted, rejected, unchanged, remarked, .. } = summary;
    let mut text = format!("共 {rows} 行：导入 {accepted}，已有 {unchanged}，未导入 {rejected}。");
    if summary.changed > 0 {
        text = format!(
            "共 {rows} 行：导入 {accepted}，更新 {}，已有 {unchanged}，未导入 {rejected}。",
            summary.changed
        );
    }
    if summary.gone > 0 {
        text.push_str(&format!("台账里另有 {} 条文件里没有，没有改动。", summary.gone));
    }
    if *remarked > 0 {
        text.push_str(&format!("导入的行中有 {remarked} 行的个别内容未能识别，已按原文留存。"));
    }
    if summary.dry_run {
        text.push_str("这次只检查，没有写入。");
    }
    if let Some(batch) = &summary.batch {
        text.push_str(&format!("\n批次 {batch}。"));
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
