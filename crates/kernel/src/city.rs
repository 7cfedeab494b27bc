//! A city: its database, its clock, the policy in force and where its files lie; one value that the whole process shares.

use std::collections::{BTreeMap, BTreeSet};

use std::path::PathBuf;
use std::sync::Arc;

use huitong_codes::Calendar;
use huitong_codes::text::signs;
use jiff::civil::Date;
use parking_lot::RwLock;
use serde_json::{Value as Json, json};

use crate::args;
use crate::clock::{Clock, Random};
use crate::ctx::{Actor, Ctx};
use crate::db::{Db, Tx};
use crate::digest::sm3_hex;
use crate::error::{Error, OrMissing, Result};
use crate::house::House;
use crate::journal::Record;
use crate::pack::{Finding, Pack};
use crate::policy::Policy;
use crate::shelf::Shelf;

/// What the deployer decides, as far as the kernel must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Whether callers without login are held to a rate; off for load tests only.
    pub rate_limit_public: bool,
    /// Largest upload in bytes, all files of one request together.
    pub upload_bytes: usize,
    /// What files of unsent forms may take in all, in bytes.
    pub unsent_bytes: u64,
    /// What is kept free on disk, in bytes; files are refused below it. None: the larger of 1 GB and a twentieth of the disk.
    pub reserve_bytes: Option<u64>,
    /// Whether pages are only reached over TLS: cookies are then marked secure.
    pub secure_cookies: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            rate_limit_public: true,
            upload_bytes: 20 << 20,
            unsent_bytes: 2 << 30,
            reserve_bytes: None,
            secure_cookies: false,
        }
    }
}

/// What a city is opened with.
pub struct Setup {
    /// The database, already at the newest schema.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub random: Random,
    /// Folder of attachments and keys.
    pub data: PathBuf,
    /// Whether this is the demo: every page then says so.
    pub demo: bool,
    /// What the deployer decides.
    pub limits: Limits,
    /// What all capabilities hand in: words the pack may use, addresses.
    pub house: Arc<House>,
}

/// A running city.
pub struct City {
    /// Its database.
    pub db: Db,
    /// Its clock; a demo lives in its own time.
    pub clock: Clock,
    /// Its randomness.
    pub random: Random,
    /// Folder of attachments and keys.
    pub data: PathBuf,
    /// Whether this is the demo.
    pub demo: bool,
    /// What the deployer decides.
    pub limits: Limits,
    policy: RwLock<Arc<Policy>>,
    shelf: Arc<Shelf>,
}

impl City {
    /// Opens a city; where no pack was ever published, the shipped one is published first.
    pub fn open(setup: Setup, shipped: &BTreeMap<String, String>) -> Result<City> {
        let Setup { db, clock, random, data, demo, limits, house } = setup;
        let ctx = Ctx::new(&clock, &random, Arc::default(), Actor::System);
        if db.read(&ctx, |tx| tx.number("SELECT COUNT(*) FROM packs", args![]))? == 0 {
            let pack = read(shipped, &house)?;
            db.write(&ctx, |tx| publish(tx, &pack))?;
        }
        let policy = RwLock::new(Arc::new(db.read(&ctx, |tx| in_force(tx, &house))?));
        Ok(City { db, clock, random, data, demo, limits, policy, shelf: Arc::default() })
    }

    /// Takes up what was published since, by this process or another, and what has come into force by its date; answers
    /// whether there was anything.
    pub fn take_up(&self) -> Result<bool> {
        let ctx = self.ctx(Actor::System);
        let now = self.policy();
        let fresh = self.db.read(&ctx, |tx| {
            let known = now.pack.iter().chain(now.older.values()).map(|pack| pack.version.as_str());
            let (standing, known): (BTreeSet<String>, BTreeSet<&str>) =
                (versions(tx)?.into_iter().collect(), known.collect());
            let same = standing.iter().map(String::as_str).eq(known) && confirmations(tx)? == now.confirmed;
            if same { Ok(None) } else { in_force(tx, &now.house).map(Some) }
        })?;
        let changed = fresh.is_some();
        fresh.into_iter().for_each(|policy| self.put_in_force(policy));
        Ok(changed)
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.read().clone()
    }

    /// Puts a policy in force while the city runs: whoever asks from now on is answered by it, and what was begun under the
    /// one before ends under that one.
    pub fn put_in_force(&self, mut policy: Policy) {
        let mut now = self.policy.write();
        policy.routes.go_on_counting(&now.routes);
        *now = Arc::new(policy);
    }

    /// The pack in force.
    pub fn pack(&self) -> Arc<Pack> {
        let policy = self.policy();
        match &policy.pack {
            Some(pack) => pack.clone(),
            None => unreachable!("a city is opened with a pack"),
        }
    }

    /// The working-day calendar in force.
    pub fn calendar(&self) -> Calendar {
        self.policy().calendar.clone()
    }

    /// A context for one request, job or command of an actor.
    pub fn ctx(&self, actor: Actor) -> Ctx {
        self.ctx_under(self.policy(), actor)
    }

    /// The same under the policy that a request came in by.
    pub fn ctx_under(&self, policy: Arc<Policy>, actor: Actor) -> Ctx {
        Ctx::new(&self.clock, &self.random, policy, actor).with_shelf(self.shelf.clone())
    }
}

/// Whether a city was ever set up in a database, at whatever schema it is.
pub fn is_set_up(db: &Db) -> Result<bool> {
    let counted = |tx: &Tx| tx.number("SELECT COUNT(*) FROM packs", args![]);
    Ok(db.has_table("packs")? && db.read(&Ctx::system(), counted)? > 0)
}

/// Publishes a pack version (`pack.publish`): stored whole, never changed afterwards.
pub fn publish(tx: &Tx, pack: &Pack) -> Result<()> {
    let digest = sm3_hex(&pack.canonical_bytes());
    tx.exec(
        "INSERT INTO packs (version, title, digest, files, effective_from, published_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![
            &pack.version,
            &pack.title,
            &digest,
            serde_json::to_string(&pack.files)?,
            pack.effective_from,
            tx.ctx().now
        ],
    )?;
    tx.record(
        Record::new("pack.publish", &pack.version)
            .change(json!({}), json!({"version": pack.version, "digest": digest, "title": pack.title})),
    )?;
    Ok(())
}

/// The versions that are in force or were, the newest last: one that is in force later does not count yet, unless it is the
/// city's first.
fn versions(tx: &Tx) -> Result<Vec<String>> {
    let rows =
        tx.query("SELECT version, effective_from FROM packs ORDER BY effective_from, published_at", args![])?;
    let all: Vec<(String, Date)> = rows
        .iter()
        .map(|row| Ok((row.get("version")?, row.get("effective_from")?)))
        .collect::<Result<_>>()?;
    let today = tx.ctx().today();
    let begun = all.iter().filter(|(_, from)| *from <= today).count().max(1);
    Ok(all.into_iter().take(begun).map(|(version, _)| version).collect())
}

/// Every version that was ever published, in the order in which they come into force, those of a later day last.
pub fn published(tx: &Tx, house: &House) -> Result<Vec<Arc<Pack>>> {
    let rows = tx.query("SELECT files FROM packs ORDER BY effective_from, published_at", args![])?;
    let packs = rows.iter().map(|row| {
        let files: BTreeMap<String, String> = serde_json::from_str(&row.get::<String>("files")?)?;
        Ok(Arc::new(read(&files, house)?))
    });
    packs.collect()
}

/// The policy of a city as it stands in its database today.
fn in_force(tx: &Tx, house: &Arc<House>) -> Result<Policy> {
    let mut packs = Vec::new();
    for version in versions(tx)? {
        packs.push(Arc::new(read(&as_published(tx, &version)?, house)?));
    }
    let current = packs.pop().ok_or_else(|| Error::internal("no pack is published"))?;
    Ok(Policy { confirmed: confirmations(tx)?, ..Policy::new(current, packs, house)? })
}

/// The files of a version, where they are those that were published: whoever can write to the database could otherwise give
/// rights that no act gave.
fn as_published(tx: &Tx, version: &str) -> Result<BTreeMap<String, String>> {
    let row = tx.one("SELECT files, digest FROM packs WHERE version = $1", args![version])?.or_missing()?;
    let files: BTreeMap<String, String> = serde_json::from_str(&row.get::<String>("files")?)?;
    let digest = sm3_hex(&Pack::canonical_bytes_of(&files));
    let sql = "SELECT body FROM journal WHERE act = 'pack.publish' AND subject = $1";
    let recorded = tx.query(sql, args![version])?;
    let recorded = recorded.iter().map(|row| {
        let body: Json = serde_json::from_str(&row.get::<String>("body")?)?;
        Ok(body["after"]["digest"].as_str() == Some(&digest))
    });
    let recorded: Vec<bool> = recorded.collect::<Result<_>>()?;
    if row.get::<String>("digest")? != digest || !recorded.contains(&true) {
        return Err(Error::unmet(format!(
            "数据库里的政策包 {version} 和发布时的记录不符，可能被改动过（现在的校验值 {digest}）；请从备份恢复数据库"
        )));
    }
    Ok(files)
}

/// Every item that was confirmed, by its id, with the paper that says so.
pub fn confirmations(tx: &Tx) -> Result<BTreeMap<String, String>> {
    let rows = tx.query("SELECT item, paper FROM confirmations ORDER BY item", args![])?;
    rows.iter().map(|row| Ok((row.get("item")?, row.get("paper")?))).collect()
}

/// Letters and figures that name a paper at least.
const NAMED: usize = 2;

/// Confirms an item of the pack that is our own default (`pack.confirm`), with the paper that says so; the city takes it up
/// as it takes up a new version. Done again it changes nothing.
///
/// # Errors
/// 404 where the pack in force has no such item; 422 without a paper, or where the item needs no confirmation.
pub fn confirm(tx: &Tx, item: &str, paper: &str) -> Result<()> {
    let pack = tx.ctx().pack()?;
    let found = pack.items().iter().find(|known| known.id == item).or_missing()?;
    if !found.needs_confirmation() {
        let why = if found.kind.policy {
            "这一项有依据，不用确认"
        } else {
            "这一项是系统设置，不用确认"
        };
        return Err(Error::invalid("item", why));
    }
    let paper = paper.trim();
    if signs(paper) < NAMED || paper.chars().count() > 100 {
        return Err(Error::invalid("paper", "请写明确认所依据的文件名称和文号，不超过 100 字"));
    }
    if confirmations(tx)?.contains_key(item) {
        return Ok(());
    }
    let by = tx.ctx().principal();
    tx.exec(
        "INSERT INTO confirmations (item, kind, key, paper, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![item, found.kind.title, &found.key, paper, by, tx.ctx().now],
    )?;
    let said = json!({"title": found.title, "file": found.file, "paper": paper});
    tx.record(Record::new("pack.confirm", &pack.version).change(json!({}), said))?;
    Ok(())
}

fn read(files: &BTreeMap<String, String>, house: &House) -> Result<Pack> {
    Pack::from_files(files, &house.vocabulary).map_err(|findings| {
        let lines: Vec<String> = findings.iter().take(20).map(Finding::to_string).collect();
        Error::internal(format!("the pack does not read:\n{}", lines.join("\n")))
    })
}
