//! Where the content of attachments lies: a folder, each file under the SM3 of what it holds. What belongs to nothing yet
//! waits in a folder of its own ([`super::unsent`]).

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use huitong_kernel::clock::machine_now;
use huitong_kernel::digest::sm3_read;
use huitong_kernel::{Error, Result};

use super::acts::KeptFile;

/// So many files are asked about at once.
const ASKED: usize = 200;

/// The folder of a city's attachments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files(PathBuf);

impl Files {
    /// The folder inside a city's data.
    pub fn of(data: &Path) -> Files {
        Files(data.join("attachments"))
    }

    pub(super) fn place(&self, digest: &str) -> Result<PathBuf> {
        let plain = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if !plain {
            return Err(Error::internal(format!("{digest} is no digest")));
        }
        Ok(self.0.join(&digest[..2]).join(&digest[2..4]).join(digest))
    }

    /// Takes a file in from where it waits; the same content twice lies here once. It is on disk when this answers, and doing
    /// it again changes nothing: an act that runs again after a clash finds it here.
    pub(super) fn settle(&self, file: &KeptFile) -> Result<()> {
        let place = self.place(&file.digest)?;
        let Some(folder) = place.parent() else { return Err(Error::internal("a place without a folder")) };
        fs::create_dir_all(folder)?;
        match fs::rename(&file.waits, &place) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound && file.is_in(&place) => {
                // Whoever brought it earlier may have given up: it counts as new, lest it be thrown away under this caller.
                File::options().append(true).open(&place)?.set_modified(instant(machine_now()))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Error::invalid("files", GONE));
            }
            // The two folders may lie on two disks.
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                let aside = write_aside(folder, &file.digest, &fs::read(&file.waits)?)?;
                fs::rename(aside, &place)?;
                fs::remove_file(&file.waits)?;
            }
            Err(error) => return Err(Error::busy(format!("{}: {error}", place.display()))),
        }
        // The name itself must survive a loss of power, too.
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    /// Throws away what has lain here since before `before` (UTC milliseconds of the machine) and is not `known` to belong to
    /// anything, unfinished copies included; answers how many files went.
    pub fn discard(&self, before: i64, known: impl Fn(&[String]) -> Result<HashSet<String>>) -> Result<u64> {
        let old = |path: &PathBuf| {
            fs::metadata(path).and_then(|known| known.modified()).is_ok_and(|at| at < instant(before))
        };
        let name = |path: &PathBuf| {
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let (all, mut gone) = (self.all()?, 0);
        let aged: Vec<PathBuf> = all.into_iter().filter(old).collect();
        for some in aged.chunks(ASKED) {
            let known = known(&some.iter().map(name).collect::<Vec<_>>())?;
            // Looked at twice: somebody may have brought the same content while the question was asked.
            for path in some.iter().filter(|path| !known.contains(&name(path)) && old(path)) {
                match fs::remove_file(path) {
                    Ok(()) => gone += 1,
                    // Another process threw it away.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(gone)
    }

    fn all(&self) -> Result<Vec<PathBuf>> {
        let inside = |folders: Vec<PathBuf>| -> Result<Vec<PathBuf>> {
            let mut found = Vec::new();
            for folder in folders.iter().filter(|folder| folder.is_dir()) {
                for entry in fs::read_dir(folder)? {
                    found.push(entry?.path());
                }
            }
            Ok(found)
        };
        inside(inside(inside(vec![self.0.clone()])?)?)
    }

    /// The content under a digest, open from its beginning; what was changed on disk is not handed out.
    pub fn open(&self, digest: &str) -> Result<File> {
        let mut file = File::open(self.place(digest)?)?;
        if sm3_read(&file)? != digest {
            return Err(Error::internal(format!("the stored file {digest} was changed")));
        }
        file.rewind()?;
        Ok(file)
    }
}

/// What is said of a file whose form was filled in too long ago.
pub(super) const GONE: &str = "之前选的附件已经过期，请重新选择";

/// Writes content to disk under a name of its own: two callers may bring the same at once.
pub(super) fn write_aside(folder: &Path, digest: &str, bytes: &[u8]) -> Result<PathBuf> {
    for nth in 0..64 {
        let aside = folder.join(format!("{digest}.{}.{nth}.part", std::process::id()));
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&aside) {
            Ok(mut file) => {
                let written = file.write_all(bytes).and_then(|()| file.sync_all());
                return match written {
                    Ok(()) => Ok(aside),
                    Err(error) => {
                        let _ = fs::remove_file(&aside);
                        Err(Error::busy(format!("{}: {error}", aside.display())))
                    }
                };
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::busy(format!("{}: {error}", aside.display()))),
        }
    }
    Err(Error::busy("too many unfinished copies of one file"))
}

pub(super) fn instant(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
