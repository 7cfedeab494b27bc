//! Whether what lies at a place belongs together: the marker `city.toml` in the folder, the database, the attachments.
//! A database that is not there is a loss, never a beginning.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::time::Duration;

use huitong_features::base::attachments;
use huitong_features::growth::appeals::public::keep_key;
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::city::{self, City};
use huitong_kernel::clock::{machine_now, rfc3339};
use huitong_kernel::{Ctx, Db, Error, place};
use serde::{Deserialize, Serialize};

use crate::out::{Failure, note, why};
use crate::place::{FILE, Place};

/// Name of the marker in its folder.
const MARKER: &str = "city.toml";
/// The folder of what people attached.
const ATTACHMENTS: &str = "attachments";
/// How long a start looks for damage; what it has not seen by then shows when it is read.
const CHECK: Duration = Duration::from_secs(5);

const ABOUT: &str =
    "# 这个文件夹是哪一座城市的数据；和数据库里的编号相符才会启动。请和数据一起备份、一起移动，不要改动。\n";

/// What stands in the marker.
#[derive(Debug, Deserialize, Serialize)]
struct Marker {
    id: String,
    engine: String,
    created: String,
}

impl Marker {
    fn read(folder: &Path) -> Result<Option<Marker>, Failure> {
        let file = folder.join(MARKER);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::Wrong(format!("打不开 {}：{}", file.display(), why(&error))));
            }
        };
        let damaged = |_| Failure::Wrong(format!("{} 被改坏了，请从备份恢复", file.display()));
        toml::from_str(&text).map(Some).map_err(damaged)
    }

    /// Written aside first: it is there whole, or not at all.
    fn write(&self, folder: &Path) -> Result<(), Failure> {
        let text = toml::to_string(self).map_err(|e| Failure::Broken(e.to_string()))?;
        let aside = folder.join("city.toml.part");
        let mut file = File::create(&aside)?;
        file.write_all(format!("{ABOUT}{text}").as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, folder.join(MARKER))?;
        Ok(File::open(folder)?.sync_all()?)
    }
}

/// What a city left in a folder, beside its database.
fn remains(folder: &Path) -> Vec<&'static str> {
    let holds = |name: &str| {
        let path = folder.join(name);
        match fs::read_dir(&path) {
            Ok(mut inside) => inside.next().is_some(),
            Err(_) => path.exists(),
        }
    };
    let file = fs::metadata(folder.join(FILE)).ok().map(|file| file.len());
    let mut known = vec![MARKER, ATTACHMENTS, "keys"];
    // A database that was cut to nothing, or its log without it.
    match file {
        Some(0) => known.extend([FILE, "city.db-wal"]),
        None => known.push("city.db-wal"),
        Some(_) => {}
    }
    known.into_iter().filter(|name| holds(name)).collect()
}

impl Place {
    /// The database where a city has been set up in it, at the schema that it has, if it belongs to the folder.
    pub fn standing(&self) -> Result<Option<Db>, Failure> {
        if self.is_empty() {
            return Ok(None);
        }
        let db = Db::open_as_it_is(&self.url()?, MIGRATIONS).map_err(|error| self.unopened(&error))?;
        if !city::is_set_up(&db).map_err(|error| self.unopened(&error))? {
            return Ok(None);
        }
        self.belongs(&db)?;
        Ok(Some(db))
    }

    /// Refuses to begin a city where one was; `anew` says that what is left of it is not wanted.
    pub fn vacant(&self, anew: bool) -> Result<(), Failure> {
        let (folder, left) = (self.folder().display(), remains(self.folder()));
        if anew || left.is_empty() {
            return Ok(());
        }
        let gone = match self.file() {
            Some(file) => format!("数据库 {} 不在了，或者是空的", file.display()),
            None => String::from("--database 所指的库是空的"),
        };
        let was = match Marker::read(self.folder())? {
            Some(marker) => format!("编号 {}，建立于 {}", marker.id, marker.created),
            None => format!("留有 {}", left.join("、")),
        };
        Err(Failure::Wrong(format!(
            "{folder} 里已经有过一座城市（{was}），但是{gone}。没有建立新的城市。\n\
             请检查磁盘是否已经挂载、--data 和 --database 有没有写错；数据库确实丢失的，从备份恢复后再启动。\n\
             要建立新城市的，请换一个空文件夹；原来的数据确实不要了，运行 huitong serve 时加上 --new。"
        )))
    }

    /// Refuses a database, a folder or attachments that are those of another city, or missing.
    fn belongs(&self, db: &Db) -> Result<(), Failure> {
        let folder = self.folder();
        let failed = |error| self.unopened(&error);
        let (marker, id) = (Marker::read(folder)?, place::id(db).map_err(failed)?);
        if let Some(marker) = &marker
            && Some(&marker.id) != id.as_ref()
        {
            let other = id.map_or_else(|| String::from("没有编号"), |id| format!("编号是 {id}"));
            return Err(Failure::Wrong(format!(
                "{} 里的 {MARKER} 说这是城市 {}，数据库里却{other}：两者不是同一座城市，或者不是同一次备份。\n\
                 请检查 --data 和 --database，或者恢复同一次备份的文件夹和数据库；\
                 确认两者就是同一座城市的，删除 {MARKER} 后再启动。",
                folder.display(),
                marker.id
            )));
        }
        let attached = || -> huitong_kernel::Result<bool> {
            Ok(db.has_table("attachments")? && db.read(&Ctx::system(), attachments::exist)?)
        };
        let place = folder.join(ATTACHMENTS);
        if !place.is_dir() && (marker.is_some() || attached().map_err(failed)?) {
            return Err(Failure::Wrong(format!(
                "附件文件夹 {} 不在了。请检查磁盘是否已经挂载、--data 有没有写错，或者从备份恢复；\
                 附件确实没有了，建一个空的 {ATTACHMENTS} 文件夹后再启动。",
                place.display()
            )));
        }
        Ok(())
    }

    /// Refuses a damaged file; a large one is looked at for some seconds.
    pub fn sound(&self, db: &Db) -> Result<(), Failure> {
        let Some(file) = self.file() else { return Ok(()) };
        match db.check(CHECK) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let seconds = CHECK.as_secs();
                note(&format!("数据库较大，只检查了 {seconds} 秒，没有发现损坏"));
                Ok(())
            }
            Err(error) => Err(Failure::Broken(format!(
                "数据库 {} 已经损坏（{}）。请从备份恢复，不要继续使用",
                file.display(),
                error.detail().unwrap_or_else(|| error.message())
            ))),
        }
    }

    /// What an upgrade would do, in its order.
    pub fn pending(&self, db: &Db) -> Result<Vec<&'static str>, Failure> {
        db.pending(MIGRATIONS).map_err(|error| self.unopened(&error))
    }

    /// Marks a city that has no marker: a new one, and one that is older than markers.
    pub fn mark(&self, db: &Db) -> Result<(), Failure> {
        let folder = self.folder();
        let id = place::given_id(db)?;
        if Marker::read(folder)?.is_some_and(|marker| marker.id == id) {
            return Ok(());
        }
        place::make_private(&folder.join(ATTACHMENTS))?;
        keep_key(folder)?;
        let engine = String::from(if db.is_embedded() { "sqlite" } else { "postgresql" });
        Marker { id, engine, created: rfc3339(machine_now()) }.write(folder)
    }
}

/// Refuses to serve where nothing can be kept: a disk that is full or takes nothing, a database that only reads.
pub fn proven(city: &City) -> Result<(), Failure> {
    place::prove(city).map_err(|error: Error| Failure::Broken(format!("不能启动：{}", error.message())))
}
