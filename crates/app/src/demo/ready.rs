//! The ready accounts of the demo: one for each role, with passwords that are kept beside the city.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use huitong_features::base::identity::{Hashed, hash};
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Error, Result};
use serde::{Deserialize, Serialize};

use super::seeds::{Seeds, Staff};
use crate::place::person;

/// An account that somebody may try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Role key.
    pub role: String,
    /// Name to sign in with.
    pub login: String,
    /// Password.
    pub password: String,
    /// Name of the invented person.
    pub name: String,
    /// Unit, association or company.
    pub unit: String,
    /// What to try first; nothing in the file of a city that an earlier version built.
    #[serde(default)]
    pub first: String,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Ready {
    /// One for each role, in the order of the seeds.
    pub accounts: Vec<Account>,
    /// What is stored of their passwords, by login.
    pub hashed: BTreeMap<String, Hashed>,
}

/// Name of the file beside the city.
const FILE: &str = "demo-accounts.json";

impl Ready {
    /// Makes passwords up; hashing takes a good part of a demo's start, so the machine's cores share it.
    pub fn make(password: impl Fn() -> String) -> Result<Ready> {
        let staff = Seeds::read()?.staff.into_iter().filter(|staff| !staff.first.is_empty());
        let account = |Staff { role, login, name, first, .. }: Staff| Account {
            role,
            login,
            password: password(),
            name,
            unit: String::new(),
            first,
        };
        let accounts: Vec<Account> = staff.map(account).collect();
        let hashed = hash_all(&accounts)?;
        Ok(Ready { accounts, hashed })
    }

    /// Completes the accounts with the names of their offices.
    pub fn find_offices(&mut self, city: &City) -> Result<()> {
        let ctx = city.ctx(Actor::System);
        for account in &mut self.accounts {
            let found = city.db.read(&ctx, |tx| person(tx, &account.login))?;
            if let Some(Actor::Person { posts, .. }) = found {
                account.unit = posts.first().map(|post| post.office_name.clone()).unwrap_or_default();
            }
        }
        Ok(())
    }

    /// Keeps the accounts beside the city, readable by its owner only.
    pub fn keep(&self, folder: &Path) -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join(FILE))?;
        file.write_all(serde_json::to_string_pretty(&self.accounts)?.as_bytes())?;
        file.sync_all()
    }
}

/// The accounts that were kept beside a city.
pub fn kept(folder: &Path) -> io::Result<Vec<Account>> {
    Ok(serde_json::from_str(&fs::read_to_string(folder.join(FILE))?)?)
}

fn hash_all(accounts: &[Account]) -> Result<BTreeMap<String, Hashed>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let hash_one = |a: &Account| Ok((a.login.clone(), hash("password", &a.password, &a.login, &a.name)?));
    std::thread::scope(|scope| {
        let parts = accounts.chunks(accounts.len().div_ceil(threads).max(1));
        let running: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(hash_one).collect::<Result<Vec<_>>>()))
            .collect();
        let mut all = BTreeMap::new();
        for thread in running {
            let part = thread.join().map_err(|_| Error::internal("hashing panicked"))?;
            all.extend(part?);
        }
        Ok(all)
    })
}
