//! `huitong pack check`: everything that is wrong with a pack, at once, each with its remedy.

use std::path::{Path, PathBuf};

use huitong_codes::Calendar;
use huitong_kernel::clock::{civil, instant};
use huitong_kernel::deadline;
use huitong_kernel::pack::{Finding, LimitText, Pack, examples, read_files, with_city};
use jiff::civil::DateTime;

use crate::out::{Failure, Out, Outcome};

pub const EXAMPLE: &str = "示例：\n  huitong pack check pack/chengdu\n  huitong pack check pack/chengdu --city pack/jinning/city --json";

/// What can be asked of packs.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 检查政策包：格式、引用、取值，并逐条核对示例；有问题时退出码为 1
    #[command(after_help = EXAMPLE)]
    Check(Args),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Check(args) => args.run(),
        }
    }
}

/// Which folders.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 政策包文件夹
    #[arg(value_name = "文件夹")]
    folder: PathBuf,
    /// 用这个文件夹代替政策包里的 city
    #[arg(long, value_name = "文件夹")]
    city: Option<PathBuf>,
    /// 只输出 JSON，每个问题一行
    #[arg(long)]
    json: bool,
}

impl Args {
    fn run(self) -> Outcome {
        for folder in [Some(&self.folder), self.city.as_ref()].into_iter().flatten() {
            if !folder.is_dir() {
                return Err(Failure::Wrong(format!("没有文件夹 {}", folder.display())));
            }
        }
        let out = Out { json: self.json };
        let (findings, items) = match read(&self.folder, self.city.as_deref()) {
            Ok(pack) => {
                let due = |start, limit: &LimitText| due(start, limit, &pack.calendar);
                (examples::run(&pack, Some(&due)), pack.items().len())
            }
            Err(findings) => (findings, 0),
        };
        for finding in &findings {
            if self.json {
                out.object(finding)?;
            } else {
                out.say(&finding.to_string())?;
            }
        }
        out.say(&match findings.len() {
            0 => format!("没有发现问题（{items} 项内容）"),
            n => format!("发现 {n} 处问题"),
        })?;
        Ok(findings.is_empty())
    }
}

fn read(folder: &Path, city: Option<&Path>) -> Result<Pack, Vec<Finding>> {
    let mut files = read_files(folder)?;
    if let Some(city) = city {
        files = with_city(files, read_files(city)?);
    }
    Pack::from_files(&files, &huitong_features::house().vocabulary)
}

/// When a limit of an example falls due, by the calendar of the pack.
fn due(start: DateTime, limit: &LimitText, calendar: &Calendar) -> Result<DateTime, String> {
    Ok(civil(deadline::due(instant(start), limit.length, calendar)))
}
