//! `huitong codes check`: national codes judged line by line, without a city.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use huitong_codes::check::{Checked, Kind, check};
use huitong_kernel::clock::{civil_date, machine_now};

use crate::out::{Failure, Out, Outcome, why};

pub const EXAMPLE: &str =
    "示例：\n  huitong codes check uscc 代码.txt\n  echo 0409-5561103 | huitong codes check phone --json";

/// What can be asked of codes.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 逐行核对一种代码；有一行不合格，退出码为 1
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

/// Which code, and where the inputs are.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 代码种类：uscc 统一社会信用代码、resident-id 公民身份号码、org-code 组织机构代码、division 行政区划代码、industry 行业代码、phone 电话号码
    #[arg(value_name = "种类", value_parser = kind, display_order = 1)]
    kind: Kind,
    /// 一行一个代码的文件；不写则读标准输入
    #[arg(value_name = "文件", display_order = 2)]
    file: Option<PathBuf>,
    /// 只输出 JSON，每行一个对象
    #[arg(long)]
    json: bool,
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse().map_err(|e: huitong_codes::CodeError| e.message)
}

impl Args {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let today = civil_date(machine_now());
        let mut all_valid = true;
        let mut input = self.open()?;
        let mut line = Vec::new();
        let mut first = true;
        while input.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\n', '\r']);
            let text = if first { text.trim_start_matches('\u{feff}') } else { text };
            let checked = check(self.kind, text, today);
            all_valid &= checked.valid;
            if self.json {
                out.object(&checked)?;
            } else {
                out.say(&words(&checked))?;
            }
            first = false;
            line.clear();
        }
        Ok(all_valid)
    }

    fn open(&self) -> Result<Box<dyn BufRead>, Failure> {
        let Some(path) = &self.file else { return Ok(Box::new(io::stdin().lock())) };
        let file = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
            true => Err(io::ErrorKind::IsADirectory.into()),
            false => Ok(file),
        });
        match file {
            Ok(file) => Ok(Box::new(BufReader::new(file))),
            Err(error) => Err(Failure::Wrong(format!("打不开 {}：{}", path.display(), why(&error)))),
        }
    }
}

fn words(checked: &Checked) -> String {
    let input = &checked.input;
    match &checked.reason {
        Some(reason) => format!("不合格  {input}  {reason}"),
        None => {
            let remarks =
                checked.meaning.iter().chain(&checked.warning).cloned().collect::<Vec<_>>().join("；");
            format!("合格    {input}  {remarks}").trim_end().to_owned()
        }
    }
}
