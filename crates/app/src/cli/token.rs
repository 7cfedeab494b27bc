//! `huitong token create`: a bearer token for the API, with a person's rights.

use huitong_features::base::identity;
use huitong_kernel::clock::rfc3339;
use serde_json::json;

use crate::out::{Out, Outcome};
use crate::place::{Acting, Place, account};

pub const EXAMPLE: &str = "示例：\n  huitong token create liuyi --days 30";

/// What can be done with tokens.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 签发接口令牌，权限与该人相同；令牌只显示这一次，是输出的最后一个词
    #[command(after_help = EXAMPLE)]
    Create(Args),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Create(args) => args.run(),
        }
    }
}

/// For whom, and for how long.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 用户名
    #[arg(value_name = "用户名")]
    login: String,
    /// 有效天数，不写为 30
    #[arg(long, value_name = "天数", value_parser = days, default_value = "30")]
    days: i64,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

fn days(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| String::from("请写整数"))
}

impl Args {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let city = self.place.existing()?;
        let ctx = self.acting.ctx(&city)?;
        let (token, secret) =
            city.db.write(&ctx, |tx| identity::create_token(tx, &account(tx, &self.login)?, self.days))?;
        let until = rfc3339(token.expires_at);
        if self.json {
            out.object(&json!({"login": self.login, "until": until, "token": secret}))?;
        } else {
            out.say(&format!("已为 {} 签发接口令牌，{until} 前有效，请妥善保存：\n{secret}", self.login))?;
        }
        Ok(true)
    }
}
