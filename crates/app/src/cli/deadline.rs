//! `huitong deadline explain`: the arithmetic of a limit, without a city.

use huitong_codes::Calendar;
use huitong_kernel::deadline::{Limit, explain, parse_instant};

use crate::out::{Failure, Out, Outcome};

pub const EXAMPLE: &str =
    "示例：\n  huitong deadline explain --start 2025-03-14T09:30:00+08:00 --working-days 3";

/// What can be asked of limits.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 算出一项时限的到期时刻，逐日说明哪些天计入、哪些天不计
    #[command(after_help = EXAMPLE)]
    Explain(Args),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Explain(args) => args.run(),
        }
    }
}

/// A limit and its start.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 起算时刻，如 2025-03-14T09:30:00+08:00；不写时区的按北京时间
    #[arg(long, value_name = "时刻", value_parser = instant)]
    start: i64,
    #[command(flatten)]
    length: Length,
    /// 工作日历版本；不写用程序随附的版本
    #[arg(long, value_name = "版本")]
    calendar: Option<String>,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

/// The length, in exactly one unit.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Length {
    /// 工作日个数，从下一个工作日起算
    #[arg(long, value_name = "个数", value_parser = amount)]
    working_days: Option<u32>,
    /// 自然日个数，从次日起算，末日遇休息日顺延
    #[arg(long, value_name = "个数", value_parser = amount)]
    days: Option<u32>,
    /// 小时数，连续计算
    #[arg(long, value_name = "个数", value_parser = amount)]
    hours: Option<u32>,
    /// 工作小时数，只计办公时间
    #[arg(long, value_name = "个数", value_parser = amount)]
    working_hours: Option<u32>,
}

fn instant(text: &str) -> Result<i64, String> {
    let wrong = || String::from("没有这个时刻；应形如 2025-03-14T09:30:00+08:00");
    let at =
        parse_instant(text).ok().or_else(|| huitong_kernel::clock::parse_instant(text)).ok_or_else(wrong)?;
    let year = huitong_kernel::clock::civil_date(at).year();
    if !(1950..=2199).contains(&year) {
        return Err(format!("{year} 年推算不了；起算时刻须在 1950 年至 2199 年之间"));
    }
    Ok(at)
}

fn amount(text: &str) -> Result<u32, String> {
    text.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(|| String::from("请写大于 0 的整数"))
}

impl Length {
    fn limit(&self) -> Result<Limit, Failure> {
        let days = self.working_days.map(Limit::WorkingDays).or(self.days.map(Limit::Days));
        let hours = self.hours.map(Limit::Hours).or(self.working_hours.map(Limit::WorkingHours));
        let limit = days.or(hours).ok_or_else(|| Failure::Wrong(String::from("请写明时限的长度")))?;
        let (Limit::WorkingDays(n) | Limit::Days(n) | Limit::Hours(n) | Limit::WorkingHours(n)) = limit;
        if n != limit.amount() {
            return Err(Failure::Wrong(String::from("时限超过一百年，请核对")));
        }
        Ok(limit)
    }
}

impl Args {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let calendar = Calendar::builtin();
        if let Some(wanted) = self.calendar.as_deref().filter(|v| *v != calendar.version()) {
            let known = calendar.version();
            return Err(Failure::Wrong(format!("没有版本为“{wanted}”的工作日历；随附的版本是“{known}”")));
        }
        let found = explain(self.start, self.length.limit()?, "", calendar);
        if self.json {
            out.object(&found)?;
            return Ok(true);
        }
        out.say(&found.sentence)?;
        for day in &found.skipped {
            out.say(&format!("  {} 不计：{}", day.date, day.why))?;
        }
        for day in &found.counted {
            out.say(&format!("  {day} 计入"))?;
        }
        out.say(&format!("到期：{}", found.due_text))?;
        Ok(true)
    }
}
