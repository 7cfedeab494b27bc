//! `huitong pack`: a pack is checked, its stories walked, read aloud, and published into a city.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huitong_codes::Calendar;
use huitong_features::base::matters::stories;
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::Db;
use huitong_kernel::city::{self, City, Limits};
use huitong_kernel::clock::{Clock, Random, civil, instant};
use huitong_kernel::ctx::Actor;
use huitong_kernel::deadline;
use huitong_kernel::house::House;
use huitong_kernel::pack::{
    Finding, LimitText, Pack, against, aloud, changed_years, examples, first_published, read_files, with_city,
};
use huitong_kernel::policy::Policy;
use jiff::civil::DateTime;

use crate::embedded::{SHIPPED, files};
use crate::out::{Failure, Out, Outcome};
use crate::place::{self, Acting, Place};

pub const EXAMPLE: &str = "示例：\n  huitong pack check pack/chengdu\n  huitong pack test pack/chengdu interview\n  huitong pack read interview --pack pack/chengdu\n  huitong pack publish pack/chengdu --data data";

/// Files of a pack by their path inside it.
pub type Files = BTreeMap<String, String>;

/// What can be done with packs.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 检查政策包：格式、引用、取值，逐条核对示例，走一遍故事；有问题时退出码为 1
    #[command(
        after_help = "示例：\n  huitong pack check pack/chengdu\n  huitong pack check pack/chengdu --city pack/jinning/city --json"
    )]
    Check(Check),
    /// 走一遍政策包里的故事；有一步不符时退出码为 1
    #[command(
        after_help = "示例：\n  huitong pack test pack/chengdu\n  huitong pack test pack/chengdu interview"
    )]
    Test(Test),
    /// 把一件事项的定义读成一句一句的话
    #[command(
        after_help = "示例：\n  huitong pack read interview\n  huitong pack read interview --pack pack/chengdu"
    )]
    Read(Read),
    /// 检查、走一遍故事，然后作为新版本发布到城市；运行中的平台几秒内启用
    #[command(after_help = "示例：\n  huitong pack publish pack/chengdu --data data")]
    Publish(Publish),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Check(args) => args.run(),
            Command::Test(args) => args.run(),
            Command::Read(args) => args.run(),
            Command::Publish(args) => args.run(),
        }
    }
}

/// Which folders to check.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// 政策包文件夹
    #[arg(value_name = "文件夹")]
    folder: PathBuf,
    /// 用这个文件夹代替政策包里的 city
    #[arg(long, value_name = "文件夹")]
    city: Option<PathBuf>,
    /// 已经发布的政策包；指出新版本里不能这样改的地方
    #[arg(long, value_name = "文件夹")]
    against: Option<PathBuf>,
    /// 只输出 JSON，每个问题一行
    #[arg(long)]
    json: bool,
}

impl Check {
    fn run(self) -> Outcome {
        let house = huitong_features::house();
        let files = read(&self.folder, self.city.as_deref())?;
        let published = match &self.against {
            Some(folder) => Some(
                Pack::from_files(&read(folder, self.city.as_deref())?, &house.vocabulary)
                    .map_err(|_| Failure::Wrong(String::from("--against 的政策包本身有问题，请先检查它")))?,
            ),
            None => None,
        };
        let in_force = published.as_ref().map_or(Calendar::builtin(), |pack| &pack.calendar);
        let out = Out { json: self.json };
        let mut checked = checked(&files, &house, in_force);
        if let (Some(new), Some(published)) = (Pack::from_files(&files, &house.vocabulary).ok(), &published) {
            checked.findings.extend(against(&new, published));
        }
        note(out, &checked.changes)?;
        say(out, &checked.findings, &format!("没有发现问题（{} 项内容）", checked.items))
    }
}

/// Which stories to walk.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// 政策包文件夹
    #[arg(value_name = "文件夹")]
    folder: PathBuf,
    /// 只走这件事项的故事，写事项的代码
    #[arg(value_name = "事项")]
    procedure: Option<String>,
    /// 只输出 JSON，每个问题一行
    #[arg(long)]
    json: bool,
}

impl Test {
    fn run(self) -> Outcome {
        let (house, files) = (huitong_features::house(), read(&self.folder, None)?);
        let out = Out { json: self.json };
        let pack = match Pack::from_files(&files, &house.vocabulary) {
            Ok(pack) => pack,
            Err(findings) => return say(out, &findings, ""),
        };
        if let Some(key) = self.procedure.as_deref().filter(|key| pack.definition(key).is_none()) {
            let near =
                huitong_kernel::pack::did_you_mean(key, pack.definitions.iter().map(|of| of.key.as_str()));
            return Err(Failure::Wrong(format!("没有事项“{key}”。{near}")));
        }
        let findings = walked(&files, self.procedure.as_deref())?;
        let told =
            pack.stories.iter().filter(|story| self.procedure.as_ref().is_none_or(|key| story.of == *key));
        say(out, &findings, &format!("{} 个故事都走通了", told.count()))
    }
}

/// What to read aloud.
#[derive(Debug, clap::Args)]
pub struct Read {
    /// 事项的代码
    #[arg(value_name = "事项")]
    procedure: String,
    /// 政策包文件夹；不写则读系统自带的
    #[arg(long, value_name = "文件夹")]
    pack: Option<PathBuf>,
}

impl Read {
    fn run(self) -> Outcome {
        let house = huitong_features::house();
        let files = self.pack.as_deref().map_or_else(|| Ok(files(SHIPPED)), |folder| read(folder, None))?;
        let out = Out { json: false };
        let pack = match Pack::from_files(&files, &house.vocabulary) {
            Ok(pack) => pack,
            Err(findings) => return say(out, &findings, ""),
        };
        match pack.definition(&self.procedure) {
            Some(of) => out.say(aloud(&pack, of).trim_end()).map(|()| true),
            None => {
                let keys = pack.definitions.iter().map(|of| of.key.as_str());
                let near = huitong_kernel::pack::did_you_mean(&self.procedure, keys);
                Err(Failure::Wrong(format!("没有事项“{}”。{near}", self.procedure)))
            }
        }
    }
}

/// What to publish, and where.
#[derive(Debug, clap::Args)]
pub struct Publish {
    /// 政策包文件夹
    #[arg(value_name = "文件夹")]
    folder: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    acting: Acting,
    /// 只输出 JSON，每个问题一行
    #[arg(long)]
    json: bool,
}

impl Publish {
    fn run(self) -> Outcome {
        let house = huitong_features::house();
        let city = self.place.existing()?;
        let ctx = self.acting.ctx(&city)?;
        if ctx.may("pack.publish").is_none() {
            return Err(Failure::No(String::from("您现在的角色没有“发布政策包”的权限")));
        }
        // The city's own units and names stay: a pack is published into the city that stands here.
        let standing = city.pack();
        let own = standing
            .files
            .iter()
            .filter_map(|(path, text)| Some((path.strip_prefix("city/")?.to_owned(), text.clone())));
        let files = with_city(read(&self.folder, None)?, own.collect());
        let out = Out { json: self.json };
        // Those of a later day, too: on its day each has to stand beside all others.
        let before = city.db.read(&city.ctx(Actor::System), |tx| city::published(tx, &house))?;
        let in_force = before.last().map_or(Calendar::builtin(), |pack| &pack.calendar);
        let Checked { mut findings, changes, .. } = checked(&files, &house, in_force);
        note(out, &changes)?;
        let Ok(pack) = Pack::from_files(&files, &house.vocabulary) else { return say(out, &findings, "") };
        if let Some(last) = before.last().filter(|last| pack.effective_from < last.effective_from) {
            let at = huitong_kernel::pack::At {
                file: String::from("pack.toml"),
                line: 1,
                key: String::from("effective_from"),
            };
            let from = last.effective_from;
            findings.push(at.finding(
                format!("施行日期早于已经发布的 {}（{from}）", last.version),
                "请写同一天或者以后的日期",
            ));
        }
        for finding in before.iter().flat_map(|published| against(&pack, published)) {
            // Several versions may say the same of it.
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        if before.iter().any(|published| published.version == pack.version && published.files == pack.files) {
            out.say(&format!("版本 {} 已经发布过，内容相同，没有重复发布", pack.version))?;
            return Ok(true);
        }
        if findings.is_empty() {
            // The table of addresses must hold together with the versions that matters are still under.
            Policy::new(Arc::new(pack.clone()), before, &house)?;
            city.db.write(&ctx, |tx| city::publish(tx, &pack))?;
        }
        let from = pack.effective_from.strftime("%Y年%-m月%-d日");
        say(
            out,
            &findings,
            &format!("版本 {} 已发布，自 {from} 起施行；办理中的事项按原来的版本办到底", pack.version),
        )
    }
}

/// The files of a pack for a new place, sound in every way; what is wrong is said in the failure.
pub fn sound(folder: &Path) -> Result<Files, Failure> {
    let files = read(folder, None)?;
    let findings = checked(&files, &huitong_features::house(), Calendar::builtin()).findings;
    if findings.is_empty() {
        return Ok(files);
    }
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    Err(Failure::No(format!(
        "{} 有 {} 处问题，没有启用：\n{}",
        folder.display(),
        lines.len(),
        lines.join("\n")
    )))
}

fn read(folder: &Path, city: Option<&Path>) -> Result<Files, Failure> {
    for folder in [Some(folder), city].into_iter().flatten() {
        if !folder.is_dir() {
            return Err(Failure::Wrong(format!("没有文件夹 {}", folder.display())));
        }
    }
    let broken = |findings: Vec<Finding>| {
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        Failure::No(lines.join("\n"))
    };
    let files = read_files(folder).map_err(broken)?;
    match city {
        Some(city) => Ok(with_city(files, read_files(city).map_err(broken)?)),
        None => Ok(files),
    }
}

/// What a check has found.
#[derive(Default)]
struct Checked {
    /// Everything that is wrong.
    findings: Vec<Finding>,
    /// What changes of the years of the calendar that are in force.
    changes: Vec<String>,
    /// How many items the pack has.
    items: usize,
}

/// Checks a pack that is to come after this calendar.
fn checked(files: &Files, house: &House, in_force: &Calendar) -> Checked {
    let pack = match Pack::from_files(files, &house.vocabulary) {
        Ok(pack) => pack,
        Err(findings) => return Checked { findings, ..Checked::default() },
    };
    let due = |start: DateTime, limit: &LimitText| {
        Ok(civil(deadline::due(instant(start), limit.length, &pack.calendar)))
    };
    let mut findings = first_published(&pack, in_force);
    findings.extend(examples::run(&pack, &house.vocabulary, Some(&due)));
    if findings.is_empty() {
        findings.extend(walked(files, None).unwrap_or_else(|failure| {
            let at = huitong_kernel::pack::At { file: String::from("examples"), line: 1, key: String::new() };
            vec![at.finding(format!("故事走不起来：{failure:?}"), "请核对单位和角色")]
        }));
    }
    Checked { findings, changes: changed_years(&pack, in_force), items: pack.items().len() }
}

/// Says what is right and yet to be seen before it is put in force.
fn note(out: Out, changes: &[String]) -> Result<(), Failure> {
    for change in changes {
        if out.json {
            out.object(&serde_json::json!({"note": change}))?;
        } else {
            out.say(&format!("请核对：{change}"))?;
        }
    }
    Ok(())
}

/// Walks the stories in a city of their own that is gone afterwards.
fn walked(files: &Files, only: Option<&str>) -> Result<Vec<Finding>, Failure> {
    let folder = tempfile::tempdir()?;
    let db = Db::open_to_build(&folder.path().join("story.db"), MIGRATIONS)?;
    let clock = Clock::manual(instant(jiff::civil::date(2025, 1, 2).at(9, 0, 0, 0)));
    let city: City = place::open(db, folder.path(), Limits::default(), (clock, Random::seeded(1)), files)?;
    Ok(stories::run(&city, only)?)
}

fn say(out: Out, findings: &[Finding], fine: &str) -> Outcome {
    for finding in findings {
        if out.json {
            out.object(finding)?;
        } else {
            out.say(&finding.to_string())?;
        }
    }
    out.say(&match findings.len() {
        0 => fine.to_owned(),
        n => format!("发现 {n} 处问题"),
    })?;
    Ok(findings.is_empty())
}
