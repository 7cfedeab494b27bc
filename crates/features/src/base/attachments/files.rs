//! Where the content of attachments lies: a folder, each file under the SM3 of what it holds.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use huitong_kernel::clock::machine_now;
use huitong_kernel::digest::sm3_hex;
use huitong_kernel::{Error, Result};

/// So many files are asked about at once.
const ASKED: usize = 200;

/// The folder of a city's attachments.
#[derive(Debug, Clone)]
pub struct Files(PathBuf);

impl Files {
    /// The folder inside a city's data.
    pub fn of(data: &Path) -> Files {
        Files(data.join("attachments"))
    }

    fn place(&self, digest: &str) -> Result<PathBuf> {
        let plain = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if !plain {
            return Err(Error::internal(format!("{digest} is no digest")));
        }
        Ok(self.0.join(&digest[..2]).join(&digest[2..4]).join(digest))
    }

    /// Keeps content, on disk when this answers; the same content twice lies there once. Answers its digest.
    pub fn keep(&self, bytes: &[u8]) -> Result<String> {
        let digest = sm3_hex(bytes);
        let place = self.place(&digest)?;
        if fs::metadata(&place).is_ok_and(|known| known.len() == bytes.len() as u64) {
            // Whoever brought it earlier may have given up: it counts as new, lest it be thrown away under this caller.
            File::options().append(true).open(&place)?.set_modified(instant(machine_now()))?;
            return Ok(digest);
        }
        let Some(folder) = place.parent() else { return Err(Error::internal("a place without a folder")) };
        fs::create_dir_all(folder)?;
        let temporary = self.write_aside(folder, &digest, bytes)?;
        fs::rename(&temporary, &place)?;
        // The name itself must survive a loss of power, too.
        File::open(folder)?.sync_all()?;
        Ok(digest)
    }

    /// Two callers may keep the same content at once: each writes a file of its own.
    fn write_aside(&self, folder: &Path, digest: &str, bytes: &[u8]) -> Result<PathBuf> {
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

    /// The content under a digest; what was changed on disk is not handed out.
    pub fn read(&self, digest: &str) -> Result<Vec<u8>> {
        let bytes = fs::read(self.place(digest)?)?;
        if sm3_hex(&bytes) != digest {
            return Err(Error::internal(format!("the stored file {digest} was changed")));
        }
        Ok(bytes)
    }
}

fn instant(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_once_and_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::of(dir.path());
        let digest = files.keep(b"abc").unwrap();
        assert_eq!(files.keep(b"abc").unwrap(), digest);
        assert_eq!(files.read(&digest).unwrap(), b"abc");
        let place = dir.path().join("attachments").join(&digest[..2]).join(&digest[2..4]);
        let names: Vec<_> = fs::read_dir(&place).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, [digest.as_str()], "no unfinished copy stays");
        fs::write(place.join(&digest), b"abd").unwrap();
        assert!(files.read(&digest).unwrap_err().log_line().contains("was changed"));
        assert!(files.read("../../../etc/passwd").is_err());
    }

    #[test]
    fn what_belongs_to_nothing_goes_when_it_is_old() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::of(dir.path());
        assert_eq!(
            files.discard(machine_now(), |_| Ok(HashSet::new())).unwrap(),
            0,
            "an empty place is no error"
        );
        let (used, left, again) =
            (files.keep(b"used").unwrap(), files.keep(b"left").unwrap(), files.keep(b"again").unwrap());
        let unfinished = files.place(&left).unwrap().with_extension("9.0.part");
        fs::write(&unfinished, b"le").unwrap();
        for path in files.all().unwrap() {
            File::options().append(true).open(path).unwrap().set_modified(instant(1_000)).unwrap();
        }
        files.keep(b"again").unwrap();
        assert_eq!(files.discard(500, |_| Ok(HashSet::new())).unwrap(), 0, "none is older than that");
        assert_eq!(files.discard(2_000, |_| Ok(HashSet::from([used.clone()]))).unwrap(), 2);
        assert_eq!(files.read(&used).unwrap(), b"used");
        assert_eq!(files.read(&again).unwrap(), b"again", "what came once more stays");
        assert!(files.read(&left).is_err() && !unfinished.exists());
    }

    #[test]
    fn many_may_keep_the_same_content_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::of(dir.path());
        let content = vec![7u8; 200_000];
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(files.read(&files.keep(&content).unwrap()).unwrap(), content));
            }
        });
    }
}
