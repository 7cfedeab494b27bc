//! Puts the generated cases into a city: rows, counts and journal entries, a few thousand to a commit.

use std::collections::BTreeMap;
use std::path::Path;

use huitong_features::base::units::{self, UnitId};
use huitong_features::growth::appeals::{Appeal, RunningLimit, Step};
use huitong_kernel::city::{City, Limits};
use huitong_kernel::counters::{self, Count};
use huitong_kernel::ctx::Actor;
use huitong_kernel::journal::Record;
use huitong_kernel::{Result, Tx, args};
use serde_json::json;

use super::Stop;
use super::cases::{self, Whole};

const BATCH: u64 = 2_000;

/// The city at a place, set up where nothing is there.
pub fn city(folder: &Path, database: Option<&str>) -> std::result::Result<City, Stop> {
    let place =
        huitong_app::place::Place { data: Some(folder.to_owned()), database: database.map(str::to_owned) };
    place.open(Limits::default()).map_err(|failure| format!("{failure:?}").into())
}

/// What the callers ask for: open cases of one unit, and the unit's key.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Filled {
    /// Key of the unit with a queue of its own.
    pub unit: String,
    /// Open cases of that unit.
    pub cases: Vec<String>,
}

/// Fills the city with so many cases.
pub fn fill(city: &City, count: u64) -> Result<Filled> {
    let ctx = city.ctx(Actor::System);
    let units: Vec<_> =
        city.db.read(&ctx, units::all)?.into_iter().filter(|u| !u.functions.is_empty()).collect();
    let ids: Vec<UnitId> = units.iter().map(|u| u.id.clone()).collect();
    let mut filled = Filled { unit: units[1].key.clone(), cases: Vec::new() };
    for from in (0..count).step_by(BATCH as usize) {
        let ctx = city.ctx(Actor::System);
        let pack = ctx.pack()?.version.clone();
        let batch: Vec<Whole> =
            (from..(from + BATCH).min(count)).map(|n| cases::case(&ctx, n, &pack, &ids)).collect();
        for whole in &batch {
            if whole.appeal.unit.as_ref() == Some(&ids[1]) && whole.appeal.due_at.is_some() {
                filled.cases.push(whole.appeal.id.to_string());
            }
        }
        city.db.write(&ctx, |tx| write(tx, &batch))?;
    }
    while city.db.sequence(&ctx)? > 0 {}
    while counters::fold(&city.db, &ctx)? > 0 {}
    // The followers have told everybody of these already.
    city.db.keep(&ctx, |tx| {
        let last = tx.number("SELECT COALESCE(MAX(position), 0) FROM journal", args![])?;
        tx.exec("UPDATE followers SET position = $1", args![last])?;
        if tx.number("SELECT COUNT(*) FROM followers", args![])? == 0 {
            for follower in followers() {
                tx.exec("INSERT INTO followers (name, position) VALUES ($1, $2)", args![follower, last])?;
            }
        }
        Ok(())
    })?;
    Ok(filled)
}

fn write(tx: &Tx, batch: &[Whole]) -> Result<()> {
    let appeals: Vec<_> = batch.iter().map(|w| w.appeal.values()).collect();
    tx.insert_many("appeals", Appeal::COLUMNS, &appeals)?;
    let steps: Vec<_> = batch.iter().flat_map(|w| &w.steps).map(Step::values).collect();
    tx.insert_many("appeal_steps", Step::COLUMNS, &steps)?;
    let clocks: Vec<_> = batch.iter().flat_map(|w| &w.clocks).map(RunningLimit::values).collect();
    tx.insert_many("appeal_clocks", RunningLimit::COLUMNS, &clocks)?;
    let mut sums = BTreeMap::<[&str; 3], i64>::new();
    for Whole { appeal: a, .. } in batch {
        *sums.entry([a.unit.as_ref().map_or("-", |u| u.as_str()), &a.state, &a.kind]).or_default() += 1;
    }
    let sums: Vec<_> = sums.into_iter().map(|(keys, n)| (Count { name: "appeals", keys }, n)).collect();
    tx.count_all(&sums)?;
    let records = batch.iter().map(|w| {
        Record::new("appeal.submit", w.appeal.id.as_str())
            .change(json!({}), json!({"state": w.appeal.state, "kind": w.appeal.kind, "title_length": 20}))
            .fact("number", w.appeal.number.as_str())
    });
    tx.record_all(records.collect())?;
    Ok(())
}

fn followers() -> Vec<&'static str> {
    let capabilities = huitong_features::capabilities();
    capabilities.iter().flat_map(|c| c.followers.iter().map(|f| f.name)).collect()
}
