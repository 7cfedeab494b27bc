//! A file that somebody brought and has not yet confirmed: it lies beside the database, is theirs alone, and goes after a day.

use std::collections::BTreeMap;
use std::fs::{self, File as Disk};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use huitong_kernel::city::City;
use huitong_kernel::clock::machine_now;
use huitong_kernel::error::Kind;
use huitong_kernel::http::{Upload, form};
use huitong_kernel::pack::{Pack, Stop};
use huitong_kernel::{Ctx, Error, Id, Named, OrMissing, Result};
use serde::{Deserialize, Serialize};

use super::file::File;
use crate::base::sheets::{Limits, Sheet};

/// Where such files lie.
const FOLDER: &str = "imports";

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
    /// The sheet of a workbook that somebody chose; none where its headings tell.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The columns that somebody chose; none where the headings are believed.
    pub columns: Option<BTreeMap<String, usize>>,
    /// The batch that it became.
    pub batch: Option<String>,
}

/// The file itself, whatever people call it.
const FILE: &str = "file";
/// Stands beside it once it is being brought in.
const TAKEN: &str = "taken";

impl Draft {
    /// Keeps a file until somebody confirms it.
    ///
    /// # Errors
    /// 400 where it cannot be read, or holds what must not be on this network: then nothing of it is kept.
    pub fn keep(city: &City, ctx: &Ctx, file: &File<'_>, upload: &Upload) -> Result<Draft> {
        let pack = file.pack;
        if let Some(why) = form::misnamed(pack, &upload.name) {
            return Err(Error::new(Kind::Malformed, format!("文件名{why}")));
        }
        city.check_room(upload.content.len())?;
        let id = ctx.id::<Draft>().to_string();
        let folder = city.data.join(FOLDER).join(&id);
        fs::create_dir_all(&folder)?;
        let about = About {
            owner: ctx.principal().to_owned(),
            address: file.address(),
            name: upload.name.clone(),
            ..About::default()
        };
        let draft = Draft { id, folder, about };
        match upload.content.read().and_then(|bytes| private(&draft.folder.join(FILE), &bytes)) {
            Ok(()) => draft.looked_through(file),
            Err(error) => draft.discard().and(Err(error)),
        }
    }

    /// The same file, of which another sheet is read: its columns are others.
    ///
    /// # Errors
    /// As [`Draft::keep`].
    pub fn on_sheet(mut self, file: &File<'_>, sheet: &str) -> Result<Draft> {
        (self.about.sheet, self.about.columns) = (Some(sheet.to_owned()), None);
        self.looked_through(file)
    }

    /// Keeps it if it can be read and holds nothing that must not be here.
    fn looked_through(self, file: &File<'_>) -> Result<Draft> {
        let bytes = fs::read(self.folder.join(FILE))?;
        let kept = self.sheet(file).and_then(|sheet| free_of_marks(file.pack, &sheet, &bytes));
        match kept.and_then(|()| self.save()) {
            Ok(()) => Ok(self),
            Err(error) => self.discard().and(Err(error)),
        }
    }

    /// A file of whoever asks, into this register; what is somebody else's is not there.
    pub fn open(data: &Path, ctx: &Ctx, address: &str, id: &str) -> Result<Draft> {
        let id = Id::<Draft>::parse(id).or_missing()?.to_string();
        let folder = data.join(FOLDER).join(&id);
        let text = fs::read(folder.join("about.json")).ok().or_missing()?;
        let about: About = serde_json::from_slice(&text)?;
        let theirs = about.owner == ctx.principal() && about.address == address;
        if theirs { Ok(Draft { id, folder, about }) } else { Err(Error::missing()) }
    }

    /// The file, under the name that people know.
    pub fn sheet(&self, file: &File<'_>) -> Result<Sheet> {
        let path = self.folder.join(FILE);
        file.open_named((&path, &self.about.name), &Limits::default(), self.about.sheet.as_deref())
    }

    /// The rows that cannot be brought in, once they are known.
    pub fn rejected(&self) -> PathBuf {
        self.folder.join("rejected.csv")
    }

    /// Takes it, once: whoever confirms it at the same time is told that it is taken.
    pub fn take(&self) -> Result<bool> {
        match Disk::options().write(true).create_new(true).open(self.folder.join(TAKEN)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody took it.
    pub fn taken(&self) -> bool {
        self.folder.join(TAKEN).exists()
    }

    /// Gives it back where it could not be brought in.
    pub fn give_back(&self) -> Result<()> {
        Ok(fs::remove_file(self.folder.join(TAKEN))?)
    }

    /// Throws it away.
    fn discard(self) -> Result<()> {
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
        fs::remove_file(self.folder.join(FILE))?;
        Ok(())
    }
}

/// Refuses a table that holds what must not be on this network, naming the place and not the text.
fn free_of_marks(pack: &Pack, sheet: &Sheet, bytes: &[u8]) -> Result<()> {
    let refused = |place: String, stop: &Stop| {
        let why = stop.of_name();
        Err(Error::new(Kind::Malformed, format!("{place}{why}整份文件没有留下，请拿掉以后再上传。")))
    };
    if let Some((nth, stop)) =
        sheet.heading.iter().enumerate().find_map(|(nth, name)| Some((nth, pack.stop(name)?)))
    {
        return refused(format!("第 {} 列的列名", nth + 1), &stop);
    }
    let mut reader = sheet.reader()?;
    let mut torn = false;
    for row in reader.rows()? {
        let row = row?;
        torn |= row.cells.is_empty();
        let found = row.cells.iter().enumerate().find_map(|(nth, cell)| Some((nth, pack.stop(cell)?)));
        if let Some((nth, stop)) = found {
            let column = match sheet.heading.get(nth) {
                Some(name) if !name.is_empty() => format!("“{name}”一列"),
                _ => format!("第 {} 列", nth + 1),
            };
            return refused(format!("文件第 {} 行{column}", row.line), &stop);
        }
    }
    // Of a row whose quotes do not hold together no cell is known.
    let lines = std::str::from_utf8(bytes).unwrap_or_default().lines().filter(|_| torn);
    match lines.enumerate().find_map(|(nth, line)| Some((nth, pack.stop(line)?))) {
        Some((nth, stop)) => refused(format!("文件第 {} 行", nth + 1), &stop),
        None => Ok(()),
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

/// Throws away the files that nobody confirmed, and what is left of those that were; answers how many.
pub fn sweep(city: &City) -> Result<u64> {
    let all = city.data.join(FOLDER);
    let now = UNIX_EPOCH + Duration::from_millis(machine_now().unsigned_abs());
    let mut gone = 0;
    for entry in all.read_dir().into_iter().flatten() {
        let entry = entry?;
        let written = entry.metadata().and_then(|known| known.modified()).ok();
        let age = written.and_then(|at| now.duration_since(at).ok());
        // Another process may throw it away at the same time.
        if age.is_some_and(|age| age > KEPT) && fs::remove_dir_all(entry.path()).is_ok() {
            gone += 1;
        }
    }
    Ok(gone)
}
