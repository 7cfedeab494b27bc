//! A city: its database, its clock, the policy in force and where its files lie; one value that the whole process shares.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use huitong_codes::Calendar;
use parking_lot::RwLock;
use serde_json::json;

use crate::args;
use crate::clock::{Clock, Random};
use crate::ctx::{Actor, Ctx};
use crate::db::{Db, Tx};
use crate::digest::sm3_hex;
use crate::error::{Error, Result};
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
    /// Whether pages are only reached over TLS: cookies are then marked secure.
    pub secure_cookies: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { rate_limit_public: true, upload_bytes: 20 << 20, secure_cookies: false }
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
        let mut packs = db.read(&ctx, stored)?.iter().map(|f| read(f, &house)).collect::<Result<Vec<_>>>()?;
        let current = packs.pop().ok_or_else(|| Error::internal("no pack is published"))?;
        let older = packs.into_iter().map(Arc::new).collect();
        let policy = RwLock::new(Arc::new(Policy::new(Arc::new(current), older, &house)?));
        Ok(City { db, clock, random, data, demo, limits, policy, shelf: Arc::default() })
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

/// The files of every published pack, the newest last.
fn stored(tx: &Tx) -> Result<Vec<BTreeMap<String, String>>> {
    let rows = tx.query("SELECT files FROM packs ORDER BY effective_from, published_at", args![])?;
    rows.iter().map(|row| Ok(serde_json::from_str(&row.get::<String>("files")?)?)).collect()
}

fn read(files: &BTreeMap<String, String>, house: &House) -> Result<Pack> {
    Pack::from_files(files, &house.vocabulary).map_err(|findings| {
        let lines: Vec<String> = findings.iter().take(20).map(Finding::to_string).collect();
        Error::internal(format!("the pack does not read:\n{}", lines.join("\n")))
    })
}
