//! The demo city: invented from beginning to end, and made only by the product's own acts in one loop ordered by time.

mod cases;
mod events;
mod matters;
mod ready;
mod register;
mod seeds;

use std::collections::BTreeMap;
use std::path::Path;

use huitong_features::base::identity::Hashed;
use huitong_features::growth::appeals::learning;
use huitong_kernel::city::{self, City, Limits};
use huitong_kernel::clock::{Clock, Random, parse_instant};
use huitong_kernel::ctx::Actor;
use huitong_kernel::pack::with_city;
use huitong_kernel::{Db, Error, Result, jobs, journal};

use crate::embedded::{DEMO_CITY, SHIPPED, files};
use crate::{house, place};
use cases::Cases;
use matters::Matters;
use seeds::Seeds;

pub use ready::{Account, Ready, kept};

/// When the demo's own time begins to run on.
pub const NOW: &str = "2025-03-14T09:30:00+08:00";
/// When its register is entered, before the first appeal.
const BEGIN: &str = "2025-01-02T09:00:00+08:00";
/// The version of its pack.
const VERSION: &str = "version        = \"2025.1.1\"";

fn instant(text: &str) -> Result<i64> {
    parse_instant(text).ok_or_else(|| Error::internal(format!("no instant: {text}")))
}

/// How far a demo city on a database has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is there.
    Empty,
    /// Something is there, but not all of it.
    Half,
    /// All of it is there.
    Whole,
}

/// How far the demo city on a database has come: its last step is known.
pub fn standing(db: &Db) -> Result<Standing> {
    let ctx = huitong_kernel::Ctx::system();
    let Some(last) = db.read(&ctx, journal::last_at)? else { return Ok(Standing::Empty) };
    let seeds = Seeds::read()?;
    let end = happenings(&seeds).last().map_or(0, Happening::at);
    Ok(if last >= end { Standing::Whole } else { Standing::Half })
}

/// What the seeds promise of a case when the demo begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// Its title; no two are alike.
    pub title: String,
    /// Its state.
    pub state: String,
    /// Key of the unit that is to answer it.
    pub unit: Option<String>,
    /// The limit that has passed, where one has.
    pub overdue: Option<String>,
}

/// What the seeds promise of every case.
pub fn promised() -> Result<Vec<Promised>> {
    let promised = |a: seeds::Appeal| Promised {
        title: a.title,
        state: a.state,
        unit: a.unit,
        overdue: a.expect_overdue,
    };
    Ok(Seeds::read()?.appeals.into_iter().map(promised).collect())
}

/// What the seeds promise of every matter of the pack's own procedures: key of the procedure, and state.
pub fn promised_matters() -> Result<Vec<(String, String)>> {
    let matters = Seeds::read()?.matters.into_iter();
    Ok(matters.filter_map(|matter| Some((matter.procedure, matter.state?))).collect())
}

/// What the seeds promise of every entry of a register: path of the register, and each act done on it.
pub fn promised_entries() -> Result<Vec<(String, Vec<String>)>> {
    let entries = Seeds::read()?.matters.into_iter().filter(|one| one.state.is_none());
    let acts = |steps: Vec<seeds::MatterStep>| steps.into_iter().map(|step| step.act).collect();
    Ok(entries.map(|entry| (entry.procedure, acts(entry.steps))).collect())
}

/// Puts a city of the demo into its own time: it goes on at the later of its begin and its last entry. Another city
/// stays as it is.
pub fn in_its_own_time(mut city: City) -> Result<City> {
    if city.pack().city.demo {
        let last = city.db.read(&city.ctx(Actor::System), journal::last_at)?.unwrap_or_default();
        city.clock = Clock::shifted_to(instant(NOW)?.max(last));
        city.demo = true;
    }
    Ok(city)
}

/// Builds the demo city on an empty database; the same seed gives the same city, to the last leaf of the journal.
/// Accounts whose login is in `passwords` can sign in. `pack` stands in for the shipped one.
pub fn build(
    db: Db,
    folder: &Path,
    seed: u64,
    passwords: &BTreeMap<String, Hashed>,
    pack: Option<&BTreeMap<String, String>>,
) -> Result<City> {
    let clock = Clock::manual(instant(BEGIN)?);
    let shipped = pack.map_or_else(|| dated(files(SHIPPED)), Clone::clone);
    let policy = with_city(shipped, files(DEMO_CITY));
    let city = place::open(db, folder, Limits::default(), (clock, Random::seeded(seed)), &policy)?;
    let seeds = Seeds::read()?;
    let ctx = city.ctx(Actor::CommandLine);
    let register = city.db.write(&ctx, |tx| register::associations(tx, &seeds))?;
    city.db.write(&ctx, |tx| register::accounts(tx, &seeds, &register, passwords))?;
    confirm(&city, &["accept", "answer"])?;
    let worker = house::worker();
    let mut cases = Cases::new(&city, &seeds, &register);
    let mut matters = Matters::new(&city, &seeds, &register);
    for happening in happenings(&seeds) {
        let_time_pass(&city, &worker, happening.at())?;
        match happening {
            Happening::Case(event) => cases.perform(&event)?,
            Happening::Matter(event) => matters.perform(event)?,
        }
    }
    let_time_pass(&city, &worker, instant(NOW)?)?;
    worker.run_once(&city)?;
    // Who opens the dispatch page sees what the words of a case speak for, as in a city that has closed some.
    city.db.write(&city.ctx(Actor::CommandLine), learning::ask)?;
    worker.run_once(&city)?;
    Ok(city)
}

/// The shipped pack under a version of the demo's first days: no case names a version that came after it.
fn dated(mut files: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let version =
        |line: &str| if line.starts_with("version ") { VERSION.to_owned() } else { line.to_owned() };
    if let Some(head) = files.get_mut("pack.toml") {
        *head = head.lines().map(|line| version(line) + "\n").collect();
    }
    files
}

/// Confirms limits of the cases, as the department would before it promises them.
fn confirm(city: &City, limits: &[&str]) -> Result<()> {
    let pack = city.pack();
    let promised = pack.definition("appeal").into_iter().flat_map(|of| &of.limits);
    let ours = promised
        .filter(|limit| limits.contains(&limit.key.as_str()) && limit.source.kind.needs_confirmation());
    city.db.write(&city.ctx(Actor::System), |tx| {
        ours.clone().try_for_each(|limit| city::confirm(tx, &limit.item, "演示数据：办理时限确认单"))
    })?;
    city.take_up().map(drop)
}

/// A step of a case or of a matter.
enum Happening<'s> {
    Case(events::Event<'s>),
    Matter(matters::Event<'s>),
}

impl Happening<'_> {
    fn at(&self) -> i64 {
        match self {
            Happening::Case(event) => event.at,
            Happening::Matter(event) => event.at,
        }
    }
}

/// Everything that happens, by time.
fn happenings(seeds: &Seeds) -> Vec<Happening<'_>> {
    let cases = events::of(seeds).into_iter().map(Happening::Case);
    let mut all: Vec<_> = cases.chain(matters::events(seeds).into_iter().map(Happening::Matter)).collect();
    all.sort_by_key(Happening::at);
    all
}

/// Moves the clock to an instant; on the way, jobs are done when they are due.
fn let_time_pass(city: &City, worker: &crate::worker::Worker, until: i64) -> Result<()> {
    while let Some(due) = city.db.read(&city.ctx(Actor::System), jobs::next_due)?.filter(|due| *due <= until)
    {
        city.clock.set(due.max(city.clock.now()));
        worker.run_jobs(city)?;
    }
    city.clock.set(until);
    Ok(())
}
