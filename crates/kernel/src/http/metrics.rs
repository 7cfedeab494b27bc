//! Counts for monitors, in Prometheus text: requests by act and kind of answer, their time, acts done, what is behind, free space.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::args;
use crate::db::Row;
use crate::error::Result;
use crate::followers;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::table::{Matched, RouteTable};
use crate::moved;

/// Upper bounds of the histogram, in milliseconds.
const BOUNDS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000];

/// How often one row of the route table was answered, by the classes 2xx–5xx. The row's table holds it, and hands it to
/// the table that takes its place.
#[derive(Default)]
pub struct Answers([AtomicU64; 4]);

impl Answers {
    fn count(&self, status: u16) {
        self.0[usize::from((status / 100).clamp(2, 5) - 2)].fetch_add(1, Relaxed);
    }

    fn write(&self, act: &str, method: &str, path: &str, out: &mut String) {
        for (class, count) in self.0.iter().enumerate() {
            let (count, class) = (count.load(Relaxed), class + 2);
            if count > 0 {
                let labels =
                    format!("act=\"{act}\",method=\"{method}\",route=\"{path}\",status=\"{class}xx\"");
                let _ = writeln!(out, "huitong_requests_total{{{labels}}} {count}");
            }
        }
    }
}

/// Counts since the start of this process, beside those of the rows.
#[derive(Default)]
pub struct Metrics {
    /// What matched no row.
    nowhere: Answers,
    times: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Metrics {
    /// Counts one answer; `None` where no row matched.
    pub(super) fn count(&self, matched: Option<&Matched>, status: u16, took: Duration) {
        matched.and_then(Matched::answers).unwrap_or(&self.nowhere).count(status);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let slot = BOUNDS.iter().position(|bound| micros <= bound * 1_000).unwrap_or(BOUNDS.len());
        self.times[slot].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }

    pub(super) fn write(&self, routes: &RouteTable, out: &mut String) {
        out.push_str("# HELP huitong_requests_total Answers by act, face and class of status.\n");
        out.push_str("# TYPE huitong_requests_total counter\n");
        for (route, answers) in routes.answered() {
            answers.write(&route.act, route.method.as_str(), &route.path, out);
        }
        self.nowhere.write("", "", "", out);
        out.push_str("# HELP huitong_request_seconds Time from the last byte of a request to its answer.\n");
        out.push_str("# TYPE huitong_request_seconds histogram\n");
        let mut sum = 0;
        for (slot, count) in self.times.iter().enumerate() {
            sum += count.load(Relaxed);
            let bound =
                BOUNDS.get(slot).map_or_else(|| "+Inf".to_owned(), |ms| (*ms as f64 / 1e3).to_string());
            let _ = writeln!(out, "huitong_request_seconds_bucket{{le=\"{bound}\"}} {sum}");
        }
        let _ = writeln!(out, "huitong_request_seconds_sum {}", self.micros.load(Relaxed) as f64 / 1e6);
        let _ = writeln!(out, "huitong_request_seconds_count {sum}");
    }
}

/// A line for each row of a name and a number.
fn gauges(out: &mut String, gauge: &str, label: &str, rows: &[Row]) -> Result<()> {
    for row in rows {
        let _ =
            writeln!(out, "{gauge}{{{label}=\"{}\"}} {}", row.get::<String>("name")?, row.get::<i64>("n")?);
    }
    Ok(())
}

/// Answers `GET /metrics`; the app gives it a route of the staff side.
pub fn answer(c: &Call) -> Result<Reply> {
    let mut out = String::with_capacity(4_096);
    c.site.metrics.write(&c.ctx.policy.routes, &mut out);
    let acts = c.city.db.wait_for_act(u64::MAX, Duration::ZERO);
    out.push_str(
        "# HELP huitong_acts_total Acts committed by this process.\n# TYPE huitong_acts_total counter\n",
    );
    let _ = writeln!(out, "huitong_acts_total {acts}");
    out.push_str(
        "# HELP huitong_places Requests that are worked on now, and at most.\n# TYPE huitong_places gauge\n",
    );
    for (what, count) in [("taken", c.site.places.taken()), ("all", c.site.settings.at_once)] {
        let _ = writeln!(out, "huitong_places{{of=\"{what}\"}} {count}");
    }
    out.push_str("# HELP huitong_body_bytes Bodies in memory now.\n# TYPE huitong_body_bytes gauge\n");
    let _ = writeln!(out, "huitong_body_bytes {}", c.site.bodies.held());
    out.push_str("# HELP huitong_downloads Files that are sent now.\n# TYPE huitong_downloads gauge\n");
    let _ = writeln!(out, "huitong_downloads {}", c.site.downloads.held());
    let room = c.city.room()?;
    out.push_str(
        "# HELP huitong_room_bytes Room on disk: free, kept free of files, taken by files of unsent forms.\n\
         # TYPE huitong_room_bytes gauge\n",
    );
    for (what, bytes) in [("free", room.free), ("reserve", room.reserve), ("unsent", room.unsent)] {
        let _ = writeln!(out, "huitong_room_bytes{{of=\"{what}\"}} {bytes}");
    }
    let (unnumbered, behind, jobs, stop) = c.read(|tx| {
        let unnumbered = tx.number("SELECT COUNT(*) FROM journal WHERE position IS NULL", args![])?;
        let last = followers::last_position(tx)?;
        let behind = tx.query("SELECT name, $1 - position AS n FROM followers ORDER BY name", args![last])?;
        // What failed eight times is laid aside for a person: it is said when there is none, too.
        let jobs = tx.query(
            "SELECT states.state AS name, COUNT(jobs.id) AS n FROM (SELECT 'failed' AS state UNION SELECT 'ready') states \
             LEFT JOIN jobs ON jobs.state = states.state GROUP BY states.state ORDER BY states.state",
            args![],
        )?;
        Ok((unnumbered, behind, jobs, moved::standing(tx)?))
    })?;
    out.push_str("# HELP huitong_clock_stopped Whether the clock was moved and nothing is done by time.\n");
    let stopped = u8::from(stop.is_some());
    let _ = writeln!(out, "# TYPE huitong_clock_stopped gauge\nhuitong_clock_stopped {stopped}");
    out.push_str("# HELP huitong_journal_unnumbered Entries that have no position yet.\n");
    let _ = writeln!(out, "# TYPE huitong_journal_unnumbered gauge\nhuitong_journal_unnumbered {unnumbered}");
    out.push_str(
        "# HELP huitong_behind Entries that a follower has not taken yet.\n# TYPE huitong_behind gauge\n",
    );
    gauges(&mut out, "huitong_behind", "follower", &behind)?;
    out.push_str("# HELP huitong_jobs Jobs by state.\n# TYPE huitong_jobs gauge\n");
    gauges(&mut out, "huitong_jobs", "state", &jobs)?;
    Ok(Reply::new("text/plain; version=0.0.4; charset=utf-8", out))
}
