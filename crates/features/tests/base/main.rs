//! The register, the relation, files, notices and the pages of the journal on both engines, with the shipped pack in force.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by failing")]

mod door;
mod files;
mod notices;
mod register;
mod relation;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use huitong_features::base::associations::{self, Association, NewAssociation};
use huitong_features::base::duty::{self, Link, NewLink};
use huitong_features::base::units::{self, NewUnit, Unit};
use huitong_kernel::city::{City, Limits, Setup};
use huitong_kernel::clock::{Clock, Random, parse_instant};
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Ctx, Db, Result, pack};
use jiff::civil::Date;

/// The shipped policy with the fictitious city.
fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack");
    let read = |folder: &str| pack::read_files(&root.join(folder)).unwrap();
    pack::with_city(read("chengdu"), read("jinning/city"))
}

/// A city on a database, on the morning of 14 March 2025.
struct Town {
    city: Arc<City>,
    ctx: Ctx,
    _folder: tempfile::TempDir,
}

impl Town {
    fn new(db: &Db) -> Town {
        Town::with(db, Limits { reserve_bytes: Some(0), ..Limits::default() })
    }

    fn with(db: &Db, limits: Limits) -> Town {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(parse_instant("2025-03-14T09:30:00+08:00").unwrap());
        let setup = Setup {
            db: db.clone(),
            clock,
            random: Random::system(),
            data: folder.path().to_owned(),
            demo: true,
            limits: Limits { rate_limit_public: false, ..limits },
            house: door::house(),
        };
        let city = Arc::new(City::open(setup, &files()).unwrap());
        let ctx = city.ctx(Actor::CommandLine);
        Town { city, ctx, _folder: folder }
    }

    fn unit(&self, name: &str, kinds: &[&str]) -> Unit {
        let new = NewUnit {
            key: name.into(),
            name: name.into(),
            kinds: kinds.iter().map(|k| (*k).into()).collect(),
            ..NewUnit::default()
        };
        self.city.db.write(&self.ctx, |tx| units::add(tx, &new)).unwrap()
    }

    fn record(&self, new: &NewAssociation) -> Result<Association> {
        self.city.db.write(&self.ctx, |tx| associations::record(tx, new))
    }

    fn association(&self, name: &str, nth: u32, management_type: &str) -> Association {
        self.record(&NewAssociation { management_type: management_type.into(), ..about(name, nth) }).unwrap()
    }

    fn try_link(
        &self,
        association: &Association,
        kind: &str,
        unit: &Unit,
        from: &str,
        until: &str,
    ) -> Result<Link> {
        let new = NewLink {
            association: association.id.clone(),
            kind: kind.into(),
            unit: unit.id.clone(),
            from_on: day(from),
            until_on: (!until.is_empty()).then(|| day(until)),
            paper: format!("{}的文件", unit.name),
        };
        self.city.db.write(&self.ctx, |tx| duty::add(tx, &new))
    }

    fn link(&self, association: &Association, kind: &str, unit: &Unit, from: &str, until: &str) -> Link {
        self.try_link(association, kind, unit, from, until).unwrap()
    }
}

/// What is said of an association when it is put on file; `nth` makes its code.
fn about(name: &str, nth: u32) -> NewAssociation {
    let uscc = huitong_codes::Uscc::complete(&format!("51990100MJQ{nth:05}0")).unwrap();
    NewAssociation {
        uscc: uscc.to_string(),
        name: name.into(),
        management_type: "decoupled".into(),
        ..NewAssociation::default()
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}
