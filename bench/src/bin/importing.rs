//! A workbook brought into a register: `importing [ROWS]`, on the embedded engine. How long the dry run, the import, a second run
//! and the export take, and how much memory there was at the most. The same rows every time.

#![expect(clippy::print_stdout, reason = "its figures are what it is for")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use huitong_codes::Uscc;
use huitong_features::base::associations::{self, NewAssociation};
use huitong_features::base::imports::Options;
use huitong_features::base::registers::{self, Request, Wanted};
use huitong_features::base::sheets::{Format, Limits, Writer};
use huitong_features::base::units::{self, NewUnit};
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::city::{self, City, Setup};
use huitong_kernel::clock::{Clock, Random};
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Pairs;
use huitong_kernel::{Db, Error, Result, pack};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ASSOCIATIONS: usize = 300;
const UNITS: [&str; 4] = ["social_work", "commerce", "transport", "science"];

fn open(folder: &Path) -> Result<City> {
    let db = Db::open(&folder.join("city.db").to_string_lossy(), MIGRATIONS)?;
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack");
    let read =
        |name: &str| pack::read_files(&packs.join(name)).map_err(|f| Error::internal(format!("{f:?}")));
    let files: BTreeMap<String, String> = pack::with_city(read("chengdu")?, read("jinning/city")?);
    let setup = Setup {
        db,
        clock: Clock::manual(1_741_915_800_000),
        random: Random::system(),
        data: folder.to_owned(),
        demo: true,
        limits: city::Limits::default(),
        house: huitong_features::house(),
    };
    City::open(setup, &files)
}

fn name(nth: usize) -> String {
    format!("锦宁市第{nth}行业协会")
}

fn entered(city: &City) -> Result<()> {
    city.db.write(&city.ctx(Actor::CommandLine), |tx| {
        for key in UNITS.into_iter().filter(|key| units::by_key(tx, key).is_ok_and(|unit| unit.is_none())) {
            units::add(tx, &NewUnit { key: key.into(), name: key.into(), ..NewUnit::default() })?;
        }
        for nth in 0..ASSOCIATIONS {
            let code = Uscc::complete(&format!("51519900MJQ{nth:05}0"));
            let code = code.map_err(|e| Error::internal(e.to_string()))?;
            let new = NewAssociation {
                uscc: code.to_string(),
                name: name(nth),
                management_type: String::from("decoupled"),
                ..NewAssociation::default()
            };
            associations::record(tx, &new)?;
        }
        Ok(())
    })
}

fn workbook(path: &Path, rows: usize) -> Result<()> {
    let heading =
        ["党组织名称", "建立形式", "覆盖的协会", "隶属的党建工作机构", "成立和撤销（起）", "党员人数"];
    let mut writer = Writer::new(Format::Xlsx, File::create(path)?, &heading)?;
    for row in 0..rows {
        let association = name(row % ASSOCIATIONS);
        writer.row(&[
            format!("{association}第{row}党支部"),
            String::from(if row % 3 == 0 { "联合组建" } else { "单独组建" }),
            association,
            UNITS[row % UNITS.len()].to_owned(),
            format!("20{:02}-{:02}-{:02}", 10 + row % 15, 1 + row % 12, 1 + row % 28),
            (row % 50).to_string(),
        ])?;
    }
    writer.finish()
}

/// The most memory that this process has had, in MiB.
fn most() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let digits = line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse::<u64>().ok());
    digits.unwrap_or_default() / 1024
}

/// What this process has computed so far, in milliseconds: others on the machine do not count.
fn computed() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

fn main() -> Result<()> {
    let rows = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder = std::env::temp_dir().join(format!("huitong-importing-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let city = Arc::new(open(&folder)?);
    entered(&city)?;
    let file = folder.join("rows.xlsx");
    workbook(&file, rows)?;
    println!("{rows} rows, {} KiB; {} MiB before", std::fs::metadata(&file)?.len() >> 10, most());
    for (what, dry_run) in [("dry run", true), ("import", false), ("again", false)] {
        let (began, before) = (Instant::now(), computed());
        let request = Request {
            address: "party-orgs",
            file: &file,
            mapping: None,
            sheet: None,
            limits: Limits::default(),
            options: Options { dry_run, ..Options::default() },
        };
        let came = registers::import(&city, &Actor::CommandLine, &request)?;
        println!(
            "{what}: {} ms, {} ms of computing, accepted {}, unchanged {}, rejected {}, {} MiB",
            began.elapsed().as_millis(),
            computed() - before,
            came.accepted,
            came.unchanged,
            came.rejected,
            most()
        );
    }
    let (began, before) = (Instant::now(), computed());
    let pack = city.pack();
    let file = registers::File::at(&pack, "party-orgs")?;
    let pairs = Pairs::default();
    let wanted = Wanted { file: &file, pairs: &pairs, queue: None, format: Format::Xlsx };
    let taken = city
        .db
        .read(&city.ctx(Actor::CommandLine), |tx| wanted.write(tx, File::create(folder.join("out.xlsx"))?))?;
    println!(
        "export: {} ms, {} ms of computing, {taken} entries, {} MiB",
        began.elapsed().as_millis(),
        computed() - before,
        most()
    );
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
