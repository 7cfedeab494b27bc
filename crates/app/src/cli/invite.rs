//! `huitong invite`: the one-time link for the first administrator, where nobody ever was one.

use huitong_features::base::identity::{self, Office};
use huitong_features::base::units;
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Address;
use serde_json::json;

use crate::out::{Failure, Out, Outcome};
use crate::place::Place;

pub const EXAMPLE: &str = "示例：\n  huitong invite --address http://10.0.0.8:8080 --data data";

/// Where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 管理员打开系统用的网址，如 http://10.0.0.8:8080
    #[arg(long, value_name = "网址")]
    address: Address,
    #[command(flatten)]
    place: Place,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let city = self.place.existing()?;
        let Some(secret) = secret(&city)? else {
            return Err(Failure::No(String::from(
                "这座城市已经有过系统管理员，不能再用一次性链接开通；请由管理员开通账户，或者运行 huitong user add",
            )));
        };
        let link = format!("{}/invitation/{secret}", self.address);
        out.object(&json!({"link": link}))?;
        out.say(&format!("请打开这个一次性链接，开通首位管理员；此前给出的链接已经失效：\n{link}"))?;
        Ok(true)
    }
}

/// The secret of the one-time link, where nobody ever was an administrator; the post is held in the unit that runs the platform.
pub fn secret(city: &City) -> Result<Option<String>, Failure> {
    let ctx = city.ctx(Actor::System);
    let pack = city.pack();
    let Some(host) = city.db.read(&ctx, |tx| units::by_key(tx, &pack.city.host_unit))? else {
        return Err(Failure::Broken(format!("单位表里没有主办单位 {}", pack.city.host_unit)));
    };
    Ok(identity::invite_first(&city.db, &ctx, &Office::unit(&host))?)
}
