//! Opening a city: where it lies, who acts in it, and what an empty place is given first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use huitong_features::base::identity;
use huitong_features::base::units::{self, NewUnit};
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::city::{City, Limits, Setup};
use huitong_kernel::clock::{Clock, Random, civil_date};
use huitong_kernel::ctx::{Actor, Post};
use huitong_kernel::error::Kind;
use huitong_kernel::{Ctx, Db, Error, Result as Done, Tx, place as kept};

use crate::demo;
use crate::embedded::{SHIPPED, files};
use crate::marker;
use crate::out::{Failure, note, why};

/// Where a city lies.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// 存放城市数据的文件夹；也可用环境变量 HUITONG_DATA 指定；都不写则为 data
    #[arg(long, env = "HUITONG_DATA", value_name = "文件夹")]
    pub data: Option<PathBuf>,
    /// 数据库地址，形如 postgres://用户@主机/库名；也可用环境变量 HUITONG_DATABASE 指定；都不写则用文件夹里的嵌入式数据库
    #[arg(long, env = "HUITONG_DATABASE", value_name = "地址")]
    pub database: Option<String>,
}

/// Who acts on the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Acting {
    /// 以这个用户名的身份和权限操作；不写则记为“命令行”
    #[arg(long = "as", value_name = "用户名")]
    acting_as: Option<String>,
}

impl Place {
    /// The folder.
    pub fn folder(&self) -> &Path {
        let said = self.data.as_deref().filter(|path| !path.as_os_str().is_empty());
        said.unwrap_or(Path::new("data"))
    }

    fn said_database(&self) -> Option<&str> {
        self.database.as_deref().map(str::trim).filter(|url| !url.is_empty())
    }

    /// File of the embedded database; none where the database is elsewhere.
    pub fn file(&self) -> Option<PathBuf> {
        self.said_database().is_none().then(|| self.folder().join(FILE))
    }

    /// Whether nobody has set up a city here yet; a database elsewhere is asked when it is opened.
    pub fn is_empty(&self) -> bool {
        self.file().is_some_and(|file| fs::metadata(file).map_or(true, |file| file.len() == 0))
    }

    /// Makes the folder where it is missing.
    pub fn make_folder(&self) -> Result<&Path, Failure> {
        let folder = self.folder();
        if folder.is_dir() {
            return Ok(folder);
        }
        if folder.exists() {
            let words = format!("{} 是一个文件；请用 --data 指明一个文件夹", folder.display());
            return Err(Failure::Wrong(words));
        }
        let made = kept::make_private(folder);
        made.map_err(|e| Failure::Wrong(format!("建不了文件夹 {}：{}", folder.display(), why(&e))))?;
        Ok(folder)
    }

    pub(crate) fn url(&self) -> Result<String, Failure> {
        match self.said_database() {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(url.to_owned())
            }
            Some(url) => Err(Failure::Wrong(format!(
                "数据库地址“{url}”写法不对，应形如 postgres://用户@主机/库名；用嵌入式数据库的，不写 --database"
            ))),
            None => Ok(self.folder().join(FILE).display().to_string()),
        }
    }

    /// Opens the database of a city that is to be set up.
    pub fn fresh(&self) -> Result<Db, Failure> {
        Db::open(&self.url()?, MIGRATIONS).map_err(|error| self.unopened(&error))
    }

    /// What is said of a database that cannot be opened; the address may hold a password and is not repeated.
    pub(crate) fn unopened(&self, error: &Error) -> Failure {
        if error.kind() == Kind::Conflict {
            return Failure::Broken(error.message().to_owned());
        }
        let what = match self.file() {
            Some(file) => format!("{}。请检查文件是否完好、能否读写", file.display()),
            None => String::from("--database 所指的库。请检查地址，以及数据库服务是否在运行"),
        };
        let detail = error.detail().unwrap_or_else(|| error.message());
        Failure::Broken(format!("打不开数据库 {what}（{detail}）"))
    }

    /// Opens the city that lies here, for a command beside the server: an empty place is wrong, and an old schema stays.
    pub fn existing(&self) -> Result<City, Failure> {
        let Some(db) = self.standing()? else {
            self.vacant(false)?;
            let place = self
                .file()
                .map_or_else(|| String::from("--database 所指的库"), |_| self.folder().display().to_string());
            let words = format!(
                "{place}里还没有城市数据，请用 --data 或 --database 指明城市，或者先运行 huitong serve"
            );
            return Err(Failure::Wrong(words));
        };
        self.current(db)
    }

    fn current(&self, db: Db) -> Result<City, Failure> {
        let pending = self.pending(&db)?;
        if !pending.is_empty() {
            return Err(Failure::Wrong(format!(
                "数据还是旧版本的结构（缺 {}），这条命令不会改动它。请先备份，停止服务，再运行 huitong upgrade",
                pending.join("、")
            )));
        }
        self.city(db, Limits::default(), None)
    }

    /// The same; an empty place is set up first.
    pub fn open(&self) -> Result<City, Failure> {
        match self.standing()? {
            Some(db) => self.current(db),
            None => Ok(self.open_to_serve(Limits::default(), None, false)?.0),
        }
    }

    /// Opens the city that lies here at the newest schema, to be served; an empty place is set up first, with a pack of one's
    /// own where there is one, `anew` also where remains of another city lie. Answers whether it was set up now.
    pub fn open_to_serve(
        &self,
        limits: Limits,
        pack: Option<&BTreeMap<String, String>>,
        anew: bool,
    ) -> Result<(City, bool), Failure> {
        let standing = self.standing()?;
        let is_new = standing.is_none();
        let db = match standing {
            Some(db) => {
                self.sound(&db)?;
                let pending = self.pending(&db)?;
                if !pending.is_empty() {
                    note(&format!("升级数据结构：{}", pending.join("、")));
                }
                db.upgrade(MIGRATIONS).map_err(|error| self.unopened(&error))?;
                db
            }
            None => {
                self.vacant(anew)?;
                note(&format!("{} 里还没有城市数据，先在这里建立城市", self.folder().display()));
                self.make_folder()?;
                self.fresh()?
            }
        };
        let city = self.city(db, limits, pack)?;
        marker::proven(&city)?;
        self.mark(&city.db)?;
        Ok((city, is_new))
    }

    fn city(&self, db: Db, limits: Limits, pack: Option<&BTreeMap<String, String>>) -> Result<City, Failure> {
        let shipped = files(SHIPPED);
        let first = pack.unwrap_or(&shipped);
        let city = open(db, self.folder(), limits, (Clock::System, Random::system()), first);
        // What does not fit to what was recorded is broken, not refused.
        let city = city.map_err(|error| match error.kind() {
            Kind::Conflict => Failure::Broken(error.message().to_owned()),
            _ => Failure::from(error),
        })?;
        Ok(demo::in_its_own_time(city)?)
    }
}

/// Name of the embedded database in its folder.
pub(crate) const FILE: &str = "city.db";

/// Opens a city on a database; where nothing is in it yet, the pack is published and its units are entered.
pub fn open(
    db: Db,
    folder: &Path,
    limits: Limits,
    (clock, random): (Clock, Random),
    shipped: &BTreeMap<String, String>,
) -> Done<City> {
    let house = huitong_features::house();
    let data = folder.to_owned();
    let city = City::open(Setup { db, clock, random, data, demo: false, limits, house }, shipped)?;
    enter_units(&city)?;
    Ok(city)
}

/// Enters the units of the city file (`unit.add`), all or none.
fn enter_units(city: &City) -> Done<()> {
    let ctx = city.ctx(Actor::System);
    if !city.db.read(&ctx, units::all)?.is_empty() {
        return Ok(());
    }
    let pack = city.pack();
    city.db.write(&ctx, |tx| {
        let mut left: Vec<_> = pack.city.units.iter().collect();
        while !left.is_empty() {
            let mut later = Vec::new();
            for unit in &left {
                if !enter_unit(tx, unit)? {
                    later.push(*unit);
                }
            }
            if later.len() == left.len() {
                return Err(Error::internal(format!(
                    "the city file's unit {} has no known parent",
                    left[0].key
                )));
            }
            left = later;
        }
        Ok(())
    })
}

/// Enters one unit where its parent is known already; answers whether it did.
fn enter_unit(tx: &Tx, unit: &huitong_kernel::pack::Unit) -> Done<bool> {
    let parent = match &unit.parent {
        Some(key) => match units::by_key(tx, key)? {
            Some(parent) => Some(parent.id),
            None => return Ok(false),
        },
        None => None,
    };
    let new = NewUnit {
        key: unit.key.clone(),
        name: unit.name.clone(),
        short_name: unit.short_name.clone(),
        kinds: unit.kinds.clone(),
        functions: unit.functions.clone(),
        phone: unit.phone.clone(),
        parent,
    };
    units::add(tx, &new)?;
    Ok(true)
}

impl Acting {
    /// The context of the command: the named person with the posts in force, or the command line itself.
    pub fn ctx(&self, city: &City) -> Result<Ctx, Failure> {
        let plain = city.ctx(Actor::CommandLine);
        let Some(login) = &self.acting_as else { return Ok(plain) };
        match city.db.read(&plain, |tx| person(tx, login))? {
            Some(actor) => Ok(plain.acting_as(actor)),
            None => Err(Failure::Wrong(format!("--as：没有用户名为“{login}”的在用账户"))),
        }
    }
}

/// The account with a login, for commands that name one.
pub fn account(tx: &Tx, login: &str) -> Done<identity::UserId> {
    let found = identity::by_login(tx, login)?.map(|account| account.id);
    found.ok_or_else(|| Error::new(Kind::Missing, format!("没有用户名为“{login}”的账户")))
}

/// A person with the posts in force today; none where there is no such account or it is disabled.
pub fn person(tx: &Tx, login: &str) -> Done<Option<Actor>> {
    let Some(account) = identity::by_login(tx, login)?.filter(identity::Account::is_active) else {
        return Ok(None);
    };
    let today = civil_date(tx.ctx().now);
    let held = identity::posts_of(tx, &account.id)?.into_iter().rev();
    let posts = held.filter(|p| p.in_force(today)).map(|p| Post {
        role: p.role,
        kind: p.office.kind,
        office: p.office.id,
        office_name: p.office.name,
    });
    Ok(Some(Actor::Person {
        user: account.id,
        login: account.login,
        name: account.name,
        posts: posts.collect(),
    }))
}
