//! A file that somebody brought and has not yet confirmed: it lies beside the database, is theirs alone, and goes after a day.

use std::collections::BTreeMap;
use std::fs::{self, File as Disk};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use huitong_kernel::city::City;
use huitong_kernel::clock::machine_now;
use huitong_kernel::http::Upload;
use huitong_kernel::{Ctx, Error, Id, Named, OrMissing, Result};
use serde::{Deserialize, Serialize};

/// How long a file waits for its confirmation.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A file that waits.
pub struct Draft {
    /// Its id, as addresses name it.
    pub id: String,
    folder: PathBuf,
    /// What is known of it.
    pub about: About,
}

impl Named for Draft {
    const PREFIX: &'static str = "imf";
}

/// What is known of a file that waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct About {
    owner: String,
    /// The register.
    pub address: String,
    /// Its name.
    pub name: String,
    /// The columns that somebody chose; none where the headings are believed.
    pub columns: Option<BTreeMap<String, usize>>,
    /// The batch that it became.
    pub batch: Option<String>,
}

impl Draft {
    /// Keeps a file, and throws away those that nobody confirmed.
    pub fn keep(city: &City, ctx: &Ctx, address: &str, upload: &Upload) -> Result<Draft> {
        city.check_room(upload.content.len())?;
        let all = city.data.join("imports");
        fs::create_dir_all(&all)?;
        sweep(&all)?;
        let id = ctx.id::<Draft>().to_string();
        let folder = all.join(&id);
        fs::create_dir(&folder)?;
        let ending = upload.name.rsplit('.').next().filter(|ending| ending.len() < 6).unwrap_or_default();
        let about = About {
            owner: ctx.principal().to_owned(),
            address: address.to_owned(),
            name: if ending.is_empty() { String::from("文件") } else { upload.name.clone() },
            ..About::default()
        };
        let draft = Draft { id, folder, about };
        private(&draft.file(), &upload.content.read()?)?;
        draft.save()?;
        Ok(draft)
    }

    /// A file of whoever asks, into this register; what is somebody else's is not there.
    pub fn open(data: &Path, ctx: &Ctx, address: &str, id: &str) -> Result<Draft> {
        let id = Id::<Draft>::parse(id).or_missing()?.to_string();
        let folder = data.join("imports").join(&id);
        let text = fs::read(folder.join("about.json")).ok().or_missing()?;
        let about: About = serde_json::from_slice(&text)?;
        let theirs = about.owner == ctx.principal() && about.address == address;
        if theirs { Ok(Draft { id, folder, about }) } else { Err(Error::missing()) }
    }

    /// The file, under its own name.
    pub fn file(&self) -> PathBuf {
        self.folder.join(&self.about.name)
    }

    /// The rows that cannot be brought in, once they are known.
    pub fn rejected(&self) -> PathBuf {
        self.folder.join("rejected.csv")
    }

    /// Throws it away.
    pub fn discard(self) -> Result<()> {
        Ok(fs::remove_dir_all(&self.folder)?)
    }

    /// Remembers what is known of it.
    pub fn save(&self) -> Result<()> {
        private(&self.folder.join("about.json"), &serde_json::to_vec(&self.about)?)
    }

    /// It became a batch: the file itself is not needed any more.
    pub fn became(&mut self, batch: &str) -> Result<()> {
        self.about.batch = Some(batch.to_owned());
        self.save()?;
        fs::remove_file(self.file())?;
        Ok(())
    }
}

/// Writes a file that only the program reads.
pub fn private(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = Disk::options();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)?;
    Ok(())
}

fn sweep(all: &Path) -> Result<()> {
    let now = UNIX_EPOCH + Duration::from_millis(machine_now().unsigned_abs());
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        let written = entry.metadata().and_then(|known| known.modified()).ok();
        let age = written.and_then(|at| now.duration_since(at).ok());
        if age.is_some_and(|age| age > KEPT) {
            // Another process may throw it away at the same time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}
