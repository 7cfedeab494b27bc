//! Puts the generated cases into a city: rows, counts and journal entries, a few thousand to a commit.

use std::path::Path;

use huitong_features::base::matters::{self, RunningLimit, Step};
use huitong_features::base::units;
use huitong_features::growth::appeals::Appeal;
use huitong_kernel::city::City;
use huitong_kernel::counters;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::OrMissing;
use huitong_kernel::journal::Record;
use huitong_kernel::{Result, Tx, args};
use serde_json::json;

use super::Stop;
use super::cases::{self, Offices, Whole};

const BATCH: u64 = 2_000;

/// The city at a place, set up where nothing is there.
pub fn city(folder: &Path, database: Option<&str>) -> std::result::Result<City, Stop> {
    let place =
        huitong_app::place::Place { data: Some(folder.to_owned()), database: database.map(str::to_owned) };
    place.open().map_err(|failure| format!("{failure:?}").into())
}

/// Key of the unit that has a tenth of all cases.
pub const LARGEST: &str = "commerce";

/// Fills the city with so many cases; gives the open ones of the largest unit.
/// `login` is the handler of that unit who asks.
pub fn fill(city: &City, count: u64, login: &str) -> Result<Vec<String>> {
    let ctx = city.ctx(Actor::System);
    let mut units: Vec<_> =
        city.db.read(&ctx, units::all)?.into_iter().filter(|u| !u.functions.is_empty()).collect();
    units.sort_by_key(|unit| unit.key != LARGEST);
    let units = units.into_iter().map(|u| u.id).collect();
    let account = "SELECT id FROM users WHERE login = $1";
    let caller = city.db.read(&ctx, |tx| tx.one(account, args![login])?.or_missing()?.get("id"))?;
    let offices = Offices { units, caller };
    let mut open = Vec::new();
    for from in (0..count).step_by(BATCH as usize) {
        let ctx = city.ctx(Actor::System);
        let pack = ctx.pack()?.version.clone();
        let batch: Vec<Whole> =
            (from..(from + BATCH).min(count)).map(|n| cases::case(&ctx, n, &pack, &offices)).collect();
        for whole in &batch {
            if whole.appeal.unit.as_ref() == offices.units.first() && whole.appeal.due_at.is_some() {
                open.push(whole.appeal.id.to_string());
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
    Ok(open)
}

fn write(tx: &Tx, batch: &[Whole]) -> Result<()> {
    let cases: Vec<_> = batch.iter().map(|w| w.appeal.values()).collect();
    tx.insert_many("appeals", Appeal::COLUMNS, &cases)?;
    let steps: Vec<_> = batch.iter().flat_map(|w| &w.steps).map(Step::values).collect();
    tx.insert_many("matter_steps", Step::COLUMNS, &steps)?;
    let clocks: Vec<_> = batch.iter().flat_map(|w| &w.clocks).map(RunningLimit::values).collect();
    tx.insert_many("matter_clocks", RunningLimit::COLUMNS, &clocks)?;
    matters::began(tx, &batch.iter().map(|w| &w.appeal).collect::<Vec<_>>())?;
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
