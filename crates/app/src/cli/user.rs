//! `huitong user`: accounts with their first post, from the command line.

use std::io::BufRead as _;

use huitong_features::base::identity::{self, Account, HeldPost, NewFromCommandLine};
use huitong_kernel::Ctx;
use huitong_kernel::clock::Random;
use huitong_kernel::http::Pairs;
use huitong_kernel::list::Asked;
use serde_json::{Value as Json, json};

use crate::out::{Failure, Out, Outcome};
use crate::place::{Acting, Place, account};

pub const EXAMPLE: &str = "示例：\n  huitong user add liuyi --name 刘一 --role intake --unit social_work\n  huitong user list --json\n  huitong user disable liuyi";

/// What can be done with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 开通账户并授予任职；不给密码时生成一个初始密码
    #[command(
        after_help = "示例：\n  huitong user add liuyi --name 刘一 --role intake --unit social_work\n  echo 密码 | huitong user add liuyi --name 刘一 --role intake --unit social_work --password-stdin"
    )]
    Add(Add),
    /// 列出账户和任职
    #[command(after_help = "示例：\n  huitong user list --json")]
    List(List),
    /// 停用账户，立即结束登录、收回令牌
    #[command(after_help = "示例：\n  huitong user disable liuyi --reason 调离")]
    Disable(Disable),
    /// 解除因密码输错而暂停的登录
    #[command(after_help = "示例：\n  huitong user unlock liuyi")]
    Unlock(Unlock),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Add(args) => args.run(),
            Command::List(args) => args.run(),
            Command::Disable(args) => args.run(),
            Command::Unlock(args) => args.run(),
        }
    }
}

/// A new account.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// 用户名
    #[arg(value_name = "用户名")]
    login: String,
    /// 姓名
    #[arg(long, value_name = "姓名")]
    name: String,
    /// 角色代码，如 intake、handler、unit_leader、association_secretary、system_admin
    #[arg(long, value_name = "角色")]
    role: String,
    /// 任职单位：单位的代码或全称；协会角色写协会全称或统一社会信用代码；企业角色写统一社会信用代码
    #[arg(long, value_name = "单位")]
    unit: String,
    /// 从标准输入读取密码（第一行）
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Add {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let given = self.password_stdin.then(first_line).transpose()?;
        let city = self.place.open()?;
        let ctx = self.acting.ctx(&city)?;
        let password = given.clone().unwrap_or_else(made_up);
        let new = NewFromCommandLine {
            login: &self.login,
            name: &self.name,
            role: &self.role,
            unit: &self.unit,
            password: Some(&password),
        };
        let account = identity::add_from_command_line(&city.db, &ctx, &new)?;
        let posts = city.db.read(&ctx, |tx| identity::posts_of(tx, &account.id))?;
        let mut answer = described(&ctx, &account, &posts);
        if given.is_none() {
            answer["password"] = json!(password);
        }
        out.object(&answer)?;
        let office = posts.first().map_or("", |p| p.office.name.as_str());
        out.say(&format!("已开通账户 {}（{}，{office}）", account.login, account.name))?;
        if given.is_none() && !self.json {
            out.say(&format!("初始密码：{password}（首次登录须修改）"))?;
        }
        Ok(true)
    }
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(Failure::Wrong(String::from("标准输入里没有密码")));
    }
    Ok(password.to_owned())
}

/// A password nobody chose: 20 letters and digits that are told apart when read aloud, in groups of five, a digit first.
pub fn made_up() -> String {
    const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let random = Random::system();
    let sign = |place: usize| {
        let among = if place == 0 { 8 } else { SIGNS.len() };
        char::from(SIGNS[usize::try_from(random.below(among as u64)).unwrap_or(0)])
    };
    let signs: Vec<char> = (0..20).map(sign).collect();
    let groups: Vec<String> = signs.chunks(5).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn described(ctx: &Ctx, account: &Account, posts: &[HeldPost]) -> Json {
    let title = |role: &str| ctx.roles().get(role).map_or_else(|| role.to_owned(), |r| r.title.clone());
    let posts: Vec<Json> = posts
        .iter()
        .filter(|post| post.in_force(ctx.today()))
        .map(|p| json!({"role": p.role, "title": title(&p.role), "unit": p.office.name, "unit_id": p.office.id}))
        .collect();
    json!({"login": account.login, "name": account.name, "active": account.is_active(), "posts": posts})
}

/// Which city.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON，每个账户一行
    #[arg(long)]
    json: bool,
}

impl List {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let city = self.place.existing()?;
        let ctx = self.acting.ctx(&city)?;
        let mut query = Pairs::default().with("page_size", "100");
        let mut number = 0;
        loop {
            let page = city.db.read(&ctx, |tx| {
                let asked = Asked::read(identity::LISTS[0], &Pairs::parse(query.trim_start_matches('?'))?)?;
                identity::list(tx, &asked, "", "")
            })?;
            for (account, posts) in &page.items {
                if self.json {
                    out.object(&described(&ctx, account, posts))?;
                } else {
                    out.say(&line(account, posts))?;
                }
            }
            number += page.items.len();
            match page.next {
                Some(next) => query = Pairs::parse(query.trim_start_matches('?'))?.with("next", &next),
                None => break,
            }
        }
        if !self.json {
            out.say(&format!("共 {number} 个账户"))?;
        }
        Ok(true)
    }
}

fn line(account: &Account, posts: &[HeldPost]) -> String {
    let held: Vec<String> = posts.iter().map(|post| format!("{} {}", post.office.name, post.role)).collect();
    format!("{}  {}  {}  {}", account.login, account.name, account.standing(), held.join("；"))
}

/// Whose account, and why.
#[derive(Debug, clap::Args)]
pub struct Disable {
    /// 用户名
    #[arg(value_name = "用户名")]
    login: String,
    /// 原因，记入操作日志
    #[arg(long, value_name = "原因", default_value = "")]
    reason: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Disable {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let city = self.place.existing()?;
        let ctx = self.acting.ctx(&city)?;
        let gone =
            city.db.write(&ctx, |tx| identity::disable(tx, &account(tx, &self.login)?, &self.reason))?;
        out.object(&json!({"login": gone.login, "name": gone.name, "active": gone.is_active()}))?;
        out.say(&format!("已停用账户 {}（{}）", gone.login, gone.name))?;
        Ok(true)
    }
}

/// Whose login.
#[derive(Debug, clap::Args)]
pub struct Unlock {
    /// 用户名
    #[arg(value_name = "用户名")]
    login: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Unlock {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let city = self.place.existing()?;
        let ctx = self.acting.ctx(&city)?;
        let locked = city.db.write(&ctx, |tx| identity::unlock(tx, &account(tx, &self.login)?))?;
        out.object(&json!({"login": self.login, "locked": locked}))?;
        out.say(&match locked {
            0 => format!("{} 没有被暂停登录，输错的次数已清零", self.login),
            _ => format!("{} 可以登录了，输错的次数已清零", self.login),
        })?;
        Ok(true)
    }
}
