//! The shipped policy and both cities: they read, their examples hold, they say what was decided, and mistakes are explained.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by failing")]

mod breaking;
mod decided;
mod promise;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huitong_kernel::deadline;
use huitong_kernel::house::House;
use huitong_kernel::pack::{Finding, LimitText, Pack, examples};
use jiff::civil::DateTime;
use jiff::tz::Offset;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack").join(name)
}

fn house() -> Arc<House> {
    huitong_features::house()
}

fn read(city: &str) -> Pack {
    let read = Pack::read_dirs(&folder("chengdu"), &folder(city), &house().vocabulary);
    read.unwrap_or_else(|findings| panic!("{city}:\n{}", shown(&findings)))
}

fn chengdu() -> Pack {
    read("chengdu/city")
}

fn jinning() -> Pack {
    read("jinning/city")
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn both_cities_read_and_their_examples_hold_to_the_minute() {
    for pack in [chengdu(), jinning()] {
        let due = |start: DateTime, limit: &LimitText| {
            let zone = Offset::constant(8);
            let start = zone.to_timestamp(start).map_err(|error| error.to_string())?.as_millisecond();
            let at = deadline::due(start, limit.length, &pack.calendar);
            Ok(zone.to_datetime(jiff::Timestamp::from_millisecond(at).map_err(|error| error.to_string())?))
        };
        assert!(pack.examples.iter().filter(|example| example.due.is_some()).count() >= 4);
        let wrong = examples::run(&pack, &house().vocabulary, Some(&due));
        assert!(wrong.is_empty(), "{}", shown(&wrong));
    }
}
