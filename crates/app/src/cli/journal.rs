//! `huitong journal verify`: every leaf and position computed anew, beside a running server or without one.

use huitong_kernel::journal;
use serde_json::json;

use crate::out::{Out, Outcome};
use crate::place::{Acting, Place};

pub const EXAMPLE: &str = "示例：\n  huitong journal verify --data data --json";

/// What can be asked of the journal.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 核验操作日志：逐条重算校验值，检查序号是否连续；不符时退出码为 1
    #[command(after_help = EXAMPLE)]
    Verify(Args),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Verify(args) => args.run(),
        }
    }
}

/// Which city.
#[derive(Debug, clap::Args)]
pub struct Args {
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
        let ctx = self.acting.ctx(&city)?;
        ctx.right("journal.view")?;
        let found = journal::verify(&city.db, &ctx)?;
        out.object(&json!({
            "ok": found.ok,
            "entries": found.entries,
            "blocks": 0,
            "head": null,
            "first_bad": found.first_bad,
            "waiting": found.waiting,
            "backwards": found.backwards,
        }))?;
        if !found.ok {
            let place = found.first_bad.unwrap_or_default();
            out.say(&format!("核验不通过，共 {} 条，最早一处：{place}", found.entries))?;
            return Ok(false);
        }
        out.say(&format!(
            "核验 {} 条，内容与校验值相符，序号连续。自洽，不等于未被改动：日志尚未封存成块。",
            found.entries
        ))?;
        if found.backwards > 0 {
            out.say(&format!(
                "有 {} 处时间比前一条早一分钟以上：服务器的时钟被往回调过。先后以序号为准，不受影响。",
                found.backwards
            ))?;
        }
        if found.waiting > 0 {
            out.say(&format!("另有 {} 条刚刚提交，尚未编号。", found.waiting))?;
        }
        Ok(true)
    }
}
