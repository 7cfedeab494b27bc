//! `huitong demo`: the invented city, built where the place is empty, then served.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::Db;
use huitong_kernel::city::{City, Limits};
use huitong_kernel::http::{Listener, Settings};
use serde_json::json;

use super::pack::Files;
use crate::config::Log;
use crate::demo::{self, Account, Ready, Standing};
use crate::out::{Failure, Out, Outcome, note};
use crate::place::Place;
use crate::server::{self, address};

pub const EXAMPLE: &str = "示例：\n  huitong demo --listen 127.0.0.1:8080 --data data/demo";

/// Any seed would do; this one is ours.
const SEED: u64 = 519_900;

/// The database while it is built.
const BUILDING: &str = "building.db";

/// Where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 监听地址，如 127.0.0.1:8080
    #[arg(long, value_name = "地址", value_parser = address)]
    listen: SocketAddr,
    #[command(flatten)]
    place: Place,
    /// 文件夹为空时用这个政策包建立演示城市；不写则用系统自带的
    #[arg(long, value_name = "文件夹")]
    pack: Option<PathBuf>,
    /// 就绪时只输出一行 JSON：地址和各角色的账户
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let accounts = self.prepare()?;
        // Only now: a city that is made up gives many posts, which nobody has to guard.
        super::log::start(&Log::default())?;
        let city = Arc::new(self.place.open_to_serve(Limits::default(), None, false)?.0);
        server::serve(&city, Settings::default(), &[(self.listen, Listener::Whole)], |at| {
            announce(out, &city, at, &accounts)
        })?;
        Ok(true)
    }

    /// Builds the city where nothing is; answers the accounts to try.
    fn prepare(&self) -> Result<Vec<Account>, Failure> {
        let folder = self.place.make_folder()?;
        let pack = self.pack.as_deref().map(super::pack::sound).transpose()?;
        let Some(db) = self.place.standing()? else {
            // What a build that was cut off left is built over.
            self.place.vacant(folder.join(BUILDING).exists())?;
            return match self.place.file() {
                Some(file) => build_file(&file, folder, pack.as_ref()),
                None => build(self.place.fresh()?, folder, pack.as_ref()),
            };
        };
        match demo::standing(&db)? {
            Standing::Empty | Standing::Half => Err(Failure::Wrong(format!(
                "{} 里的城市不是建成的演示城市，请换一个空的文件夹或数据库",
                folder.display()
            ))),
            Standing::Whole => demo::kept(folder).map_err(|_| {
                Failure::Wrong(format!(
                    "{} 里没有演示账户的记录，请换一个空的文件夹或数据库",
                    folder.display()
                ))
            }),
        }
    }
}

/// Builds the city beside its place and moves it there when it is whole: a start that was cut off leaves nothing half.
fn build_file(file: &Path, folder: &Path, pack: Option<&Files>) -> Result<Vec<Account>, Failure> {
    let beside = |ending: &str| folder.join(format!("{BUILDING}{ending}"));
    for ending in ["", "-wal", "-shm"] {
        if let Err(error) = fs::remove_file(beside(ending))
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error.into());
        }
    }
    let building = beside("");
    let accounts = build(Db::open_to_build(&building, MIGRATIONS)?, folder, pack)?;
    File::open(&building)?.sync_all()?;
    fs::rename(&building, file)?;
    File::open(folder)?.sync_all()?;
    Ok(accounts)
}

fn build(db: Db, folder: &Path, pack: Option<&Files>) -> Result<Vec<Account>, Failure> {
    note("正在建立演示城市……");
    let mut ready = Ready::make(super::user::made_up)?;
    let city = demo::build(db, folder, SEED, &ready.hashed, pack)?;
    ready.find_offices(&city)?;
    ready.keep(folder)?;
    Ok(ready.accounts)
}

fn announce(out: Out, city: &City, at: SocketAddr, accounts: &[Account]) -> Result<(), Failure> {
    let url = server::url(false, at);
    out.object(&json!({"url": url, "accounts": accounts}))?;
    if out.json {
        return Ok(());
    }
    out.say(&format!(
        "演示城市 {} 已就绪：{url}\n全部内容为虚构。每个角色至少一个账户：",
        city.pack().city.name
    ))?;
    for account in accounts {
        let title =
            city.pack().role(&account.role).map_or_else(|| account.role.clone(), |role| role.title.clone());
        out.say(&format!(
            "  {title}：{} / {}（{}，{}）",
            account.login, account.password, account.name, account.unit
        ))?;
        if !account.first.is_empty() {
            out.say(&format!("    试一试：{}", account.first))?;
        }
    }
    out.say("按 Ctrl+C 结束。")
}
