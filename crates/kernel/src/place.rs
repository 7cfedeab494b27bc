//! Where a city is kept: the id that its database shares with its folder, and whether what it is given is kept there.

use std::path::Path;

use crate::args;
use crate::city::City;
use crate::clock::{Random, machine_now};
use crate::ctx::Ctx;
use crate::db::Db;
use crate::error::{Error, Kind, OrMissing, Result};
use crate::id::{Id, Named};

/// A city's database and folder, together.
struct Place;
impl Named for Place {
    const PREFIX: &'static str = "cty";
}

/// Bytes that must stay free: with less, the engine's own files can fill the disk before anybody is warned.
const RESERVE: u64 = 64 << 20;

/// The id of the city in a database; none where it was never given one.
pub fn id(db: &Db) -> Result<Option<String>> {
    if !db.has_table("place")? {
        return Ok(None);
    }
    db.read(&Ctx::system(), |tx| {
        let row = tx.one("SELECT value FROM place WHERE name = 'city'", args![])?;
        row.map(|row| row.get("value")).transpose()
    })
}

/// The same; a city that has none is given one.
pub fn given_id(db: &Db) -> Result<String> {
    let fresh: Id<Place> = Id::new(machine_now(), Random::system().bits());
    db.keep(&Ctx::system(), |tx| {
        let sql = "INSERT INTO place (name, value) VALUES ('city', $1) ON CONFLICT (name) DO NOTHING";
        tx.exec(sql, args![&fresh])
    })?;
    id(db)?.or_missing()
}

/// Makes a folder for its owner alone: what lies in it names people.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut maker = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker.recursive(true).create(folder)
}

/// Whether acts are kept now, proven by a write that becomes durable.
///
/// # Errors
/// 503 with a sentence for those who run the machine.
pub fn prove(city: &City) -> Result<()> {
    let ails = |words: String| Err(Error::new(Kind::Busy, words));
    if city.db.stands().is_err() {
        return ails(String::from("正在使用的数据库文件被删除、替换或者截短了"));
    }
    match city.free() {
        Ok((free, _)) if free < RESERVE => {
            return ails(format!("数据文件夹所在的磁盘只剩 {} MB，请清理或者扩容", free >> 20));
        }
        Ok(_) => {}
        Err(_) => return ails(String::from("数据文件夹不在了")),
    }
    let kept = city.db.keep(&Ctx::system(), |tx| {
        let sql = "INSERT INTO place (name, value) VALUES ('proof', $1) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        tx.exec(sql, args![machine_now().to_string()])
    });
    match kept {
        Ok(_) => Ok(()),
        Err(error) => ails(format!("数据库不能写入（{}）", error.detail().unwrap_or(error.message()))),
    }
}
