//! Files of forms that were filled in and not sent: a space of their own with a cap, so that nobody fills the disk without
//! handing anything in. All its limits stand here and in the city's [`Limits`](huitong_kernel::city::Limits).

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use huitong_kernel::city::City;
use huitong_kernel::clock::{Random, machine_now};
use huitong_kernel::digest::{hex, sm3_all};
use huitong_kernel::http::{Call, Content};
use huitong_kernel::room::unsent;
use huitong_kernel::{Error, Result};

use super::files::{instant, write_aside};

/// How long files wait for whoever has no account, and for whoever has one.
const WAIT: [Duration; 2] = [Duration::from_secs(2 * 3_600), Duration::from_secs(48 * 3_600)];
/// Files that wait at most; each costs a look whenever another one comes.
const MOST: usize = 5_000;
/// One sender may hold one part in so many of the space.
const OF_ONE: u64 = 10;

/// Who sends files: senders are told apart while this process runs, and no address is left on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(String);

impl Sender {
    /// An account, or the network of a caller without one.
    pub fn of(c: &Call) -> Sender {
        Sender::named(c.ctx.user().is_some(), &c.sender())
    }

    /// Somebody by a name that only this process sees.
    pub fn named(account: bool, name: &str) -> Sender {
        static KEY: LazyLock<[u8; 32]> = LazyLock::new(|| Random::system().bytes32());
        let mark = hex(&sm3_all(&[&*KEY, name.as_bytes()])[..8]);
        Sender(format!("{}{mark}", if account { ACCOUNT } else { "g" }))
    }
}

/// What the names of files begin with whose sender has an account.
const ACCOUNT: &str = "a";

/// The space.
pub(super) struct Unsent<'a>(pub &'a City);

/// A file as it lies there.
struct Waiting {
    path: PathBuf,
    sender: String,
    size: u64,
    since: SystemTime,
}

impl Waiting {
    fn is_old(&self, now: SystemTime) -> bool {
        let wait = WAIT[usize::from(self.sender.starts_with(ACCOUNT))];
        now.duration_since(self.since).is_ok_and(|age| age > wait)
    }
}

impl Unsent<'_> {
    /// Keeps content, on disk when this answers; answers its digest and where it waits.
    pub fn keep(&self, sender: &Sender, content: &Content) -> Result<(String, PathBuf)> {
        let folder = unsent(&self.0.data);
        fs::create_dir_all(&folder)?;
        self.make_room(sender, content.len())?;
        let digest = content.sm3();
        let place = folder.join(format!("{}.{digest}", sender.0));
        match content {
            Content::Disk(file) => {
                File::open(&file.path)?.sync_all()?;
                fs::rename(&file.path, &place)?;
            }
            _ => fs::rename(write_aside(&folder, &digest, &content.read()?)?, &place)?,
        }
        Ok((digest, place))
    }

    /// Throws away what nobody comes back for; answers how many files went.
    pub fn sweep(&self) -> Result<u64> {
        let now = instant(machine_now());
        let old: Vec<Waiting> = self.all()?.into_iter().filter(|file| file.is_old(now)).collect();
        old.iter().try_for_each(Waiting::remove)?;
        Ok(old.len() as u64)
    }

    /// Makes room under the cap, the oldest first; never beyond what is one sender's part. Several who come at once may
    /// exceed it by what they bring.
    fn make_room(&self, sender: &Sender, size: u64) -> Result<()> {
        self.0.check_room(size)?;
        let (now, cap) = (instant(machine_now()), self.0.limits.unsent_bytes);
        let (old, mut waiting): (Vec<_>, Vec<_>) = self.all()?.into_iter().partition(|file| file.is_old(now));
        old.iter().try_for_each(Waiting::remove)?;
        let own = waiting.iter().filter(|file| file.sender == sender.0);
        let (count, held) = own.fold((0, 0), |(count, held), file| (count + 1, held + file.size));
        if held + size > cap / OF_ONE || count >= MOST / 10 {
            return Err(Error::too_many(
                600,
                "同一网络上传了许多附件还没有提交，暂时不能再上传；文字照常可以提交，附件请过一段时间再传",
            ));
        }
        waiting.sort_by_key(|file| std::cmp::Reverse(file.since));
        let mut taken: u64 = waiting.iter().map(|file| file.size).sum();
        while taken + size > cap || waiting.len() >= MOST {
            let Some(oldest) = waiting.pop() else { break };
            oldest.remove()?;
            taken -= oldest.size;
        }
        Ok(())
    }

    fn all(&self) -> Result<Vec<Waiting>> {
        let entries = match fs::read_dir(unsent(&self.0.data)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            // What another request takes or throws away meanwhile is no longer there.
            let Ok(known) = entry.metadata() else { continue };
            let sender = entry.file_name().to_string_lossy().split('.').next().unwrap_or_default().to_owned();
            found.push(Waiting { path: entry.path(), sender, size: known.len(), since: known.modified()? });
        }
        Ok(found)
    }
}

impl Waiting {
    fn remove(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}
