//! A clock that was moved: closing, reminding and counting by a wrong time cannot be taken back, so that nothing is done by time
//! until somebody has looked at the clock.

use std::time::Instant;

use parking_lot::Mutex;

use crate::args;
use crate::clock::DAY;
use crate::db::Tx;
use crate::error::{OrMissing as _, Result};
use crate::journal::{self, Record};

/// By how much the clock may be put right unasked (milliseconds).
const SLIGHT: i64 = 10 * 60_000;
/// So long a city may have been off; longer, the clock is more likely to be wrong.
const OFF: i64 = 30 * DAY;
/// What the journal calls it.
const SUBJECT: &str = "clock";

/// Compares the wall clock with the one that nobody can move.
#[derive(Debug)]
pub struct Watch(Mutex<(i64, Instant)>);

impl Watch {
    /// Begins with what both say now.
    pub fn new(wall: i64, steady: Instant) -> Watch {
        Watch(Mutex::new((wall, steady)))
    }

    /// By how many milliseconds the wall clock was moved since it was asked last, where that is more than putting it right.
    pub fn moved(&self, wall: i64, steady: Instant) -> Option<i64> {
        let mut last = self.0.lock();
        let passed = steady.duration_since(last.1).as_millis();
        let moved = (wall - last.0).saturating_sub(i64::try_from(passed).unwrap_or(i64::MAX));
        *last = (wall, steady);
        (moved.abs() > SLIGHT).then_some(moved)
    }
}

/// That nothing is done by time, since when, and by how much the clock was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// When it was noticed, by the clock that was moved (UTC milliseconds).
    pub at: i64,
    /// By how many milliseconds; less than none is back.
    pub moved: i64,
}

/// What is to be thought of the clock when a process starts: how far it is before what was recorded last, or how long behind.
pub fn since_last(tx: &Tx) -> Result<Option<i64>> {
    let now = tx.ctx().now;
    let moved = journal::last_at(tx)?.map(|last| now - last);
    Ok(moved.filter(|moved| *moved < -SLIGHT || *moved > OFF))
}

/// Whether nothing is done by time.
pub fn standing(tx: &Tx) -> Result<Option<Stop>> {
    let row = tx.one("SELECT at, moved FROM clock_stops WHERE name = $1", args![SUBJECT])?;
    row.map(|row| Ok(Stop { at: row.get("at")?, moved: row.get("moved")? })).transpose()
}

/// Stops what is done by time (`clock.stop`); the first reason stands.
pub fn stop(tx: &Tx, moved: i64) -> Result<()> {
    if standing(tx)?.is_some() {
        return Ok(());
    }
    let sql = "INSERT INTO clock_stops (name, at, moved) VALUES ($1, $2, $3)";
    tx.exec(sql, args![SUBJECT, tx.ctx().now, moved])?;
    tx.record(Record::new("clock.stop", SUBJECT).fact("moved_seconds", moved / 1_000)).map(drop)
}

/// Somebody has looked: the clock is right, and what is due is done again (`clock.confirm`).
pub fn confirm(tx: &Tx) -> Result<()> {
    let stop = standing(tx)?.or_missing()?;
    tx.exec("DELETE FROM clock_stops WHERE name = $1", args![SUBJECT])?;
    let post = tx.ctx().right("clock.confirm")?.first_post();
    let record =
        Record::new("clock.confirm", SUBJECT).in_post(post).fact("moved_seconds", stop.moved / 1_000);
    tx.record(record).map(drop)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_clock_that_was_moved_is_told() {
        let (began, start) = (Instant::now(), 1_000_000_000);
        let watch = Watch::new(start, began);
        let after = |s: u64| began + Duration::from_secs(s);
        assert_eq!(watch.moved(start + 60_000, after(60)), None, "a minute is a minute");
        assert_eq!(watch.moved(start + 60_000 + 300_000, after(61)), None, "five minutes are put right");
        let year = 365 * DAY;
        let moved = watch.moved(start + 361_000 + year, after(62)).unwrap();
        assert_eq!(moved, year);
        assert_eq!(watch.moved(start + 361_000, after(62)), Some(-year), "and back");
        assert_eq!(
            watch.moved(start + 361_000 + 3_600_000, after(3_662)),
            None,
            "an hour's sleep of ours is none"
        );
    }
}
