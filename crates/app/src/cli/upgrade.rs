//! `huitong upgrade`: the data brought to the schema of this program, which says first what it will do.

use huitong_features::migrations::MIGRATIONS;
use serde_json::json;

use crate::out::{Failure, Out, Outcome};
use crate::place::Place;

pub const EXAMPLE: &str = "示例：\n  huitong upgrade --data data --dry-run\n  huitong upgrade --data data";

/// Which city.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 只说要做什么，不做
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let Some(db) = self.place.standing()? else {
            self.place.vacant(false)?;
            return Err(Failure::Wrong(String::from("这里还没有城市数据，没有要升级的")));
        };
        self.place.sound(&db)?;
        let steps = self.place.pending(&db)?;
        if !self.json {
            out.say(&match steps.len() {
                0 => String::from("数据已经是这个版本的结构，没有要做的。"),
                n => format!(
                    "要做 {n} 步：{}。做完以后，旧版程序不能再打开这份数据；请先停止服务、做好备份。",
                    steps.join("、")
                ),
            })?;
        }
        if !self.dry_run && !steps.is_empty() {
            db.upgrade(MIGRATIONS).map_err(|error| self.place.unopened(&error))?;
            if !self.json {
                out.say("已经升级。")?;
            }
        }
        out.object(&json!({"steps": steps, "done": !self.dry_run}))?;
        Ok(true)
    }
}
