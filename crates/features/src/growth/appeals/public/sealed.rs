//! Files that were chosen on the first step and belong to no case yet: the form itself carries their names, digests and
//! a seal that only this city can set, so that whoever knows a digest cannot claim a file of somebody else.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use huitong_kernel::clock::{DAY, Random};
use huitong_kernel::digest::{hex, same, sm3_all};
use huitong_kernel::place::make_private;
use huitong_kernel::room::unsent;
use huitong_kernel::{Error, Result};

use crate::base::attachments::{FileKind, Files, KeptFile};

/// How long a filled-in form keeps its files (real time).
const LIFE: i64 = DAY;

/// The city's own key for seals, and where its files lie.
pub struct Seal {
    key: [u8; 32],
    unsent: PathBuf,
    files: Files,
}

impl Seal {
    /// The key in the city's data, made at first use; servers that share the data share it.
    pub fn of(data: &Path) -> Result<Seal> {
        let folder = data.join("keys");
        let place = folder.join("forms.key");
        if !place.exists() {
            if folder.exists() {
                // A city has its key from its beginning on.
                tracing::error!(
                    "{} 不在了，做了一把新的；此前填写、还没有提交的表单要重新选附件",
                    place.display()
                );
            }
            make_private(&folder)?;
            make(&folder, &place)?;
        }
        let bytes = fs::read(&place)?;
        let key = bytes.try_into().map_err(|_| Error::internal(format!("{} is no key", place.display())))?;
        Ok(Seal { key, unsent: unsent(data), files: Files::of(data) })
    }

    /// What the form carries of a file; `now` is real time.
    pub fn set(&self, file: &KeptFile, now: i64) -> String {
        let kind = file.kind.extensions()[0];
        let waits = file.waits.file_name().unwrap_or_default().to_string_lossy();
        let sender = waits.split('.').next().unwrap_or_default();
        let said = format!("{}.{kind}.{}.{}.{sender}.{}", file.digest, file.size, now + LIFE, file.name);
        format!("{}.{said}", self.mark(&said))
    }

    /// The file behind what a form carried; nothing where the seal is not ours or the form is too old.
    pub fn open(&self, carried: &str, now: i64) -> Option<KeptFile> {
        let (mark, said) = carried.split_once('.')?;
        if !same(mark.as_bytes(), self.mark(said).as_bytes()) {
            return None;
        }
        let mut parts = said.splitn(6, '.');
        let (digest, kind, size) = (parts.next()?, parts.next()?, parts.next()?);
        let (until, sender, name) = (parts.next()?, parts.next()?, parts.next()?.to_owned());
        if until.parse::<i64>().ok()? < now {
            return None;
        }
        let kind = FileKind::ALL.into_iter().find(|k| k.extensions()[0] == kind)?;
        let waits = self.unsent.join(format!("{sender}.{digest}"));
        let (size, digest) = (size.parse().ok()?, digest.to_owned());
        Some(KeptFile { name, kind, size, digest, waits, files: self.files.clone() })
    }

    /// HMAC with SM3 (GB/T 15852.2).
    fn mark(&self, said: &str) -> String {
        let padded = |with: u8| {
            let mut block = [with; 64];
            block.iter_mut().zip(self.key).for_each(|(b, k)| *b ^= k);
            block
        };
        let inner = sm3_all(&[&padded(0x36), said.as_bytes()]);
        hex(&sm3_all(&[&padded(0x5c), &inner]))
    }
}

/// Two servers may begin at once: each writes aside, the first to link its file has made the key.
fn make(folder: &Path, place: &Path) -> Result<()> {
    let aside = folder.join(format!("forms.{}.part", hex(&Random::system().bytes32()[..8])));
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    file.write_all(&Random::system().bytes32())?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, place);
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(data: &Path, name: &str) -> KeptFile {
        let digest = "ab".repeat(32);
        let waits = unsent(data).join(format!("g01.{digest}"));
        KeptFile { name: name.into(), kind: FileKind::Png, size: 12, digest, waits, files: Files::of(data) }
    }

    fn fixed() -> Seal {
        let data = Path::new("data");
        Seal { key: [7; 32], unsent: unsent(data), files: Files::of(data) }
    }

    #[test]
    fn a_sealed_file_comes_back_for_a_day() {
        let dir = tempfile::tempdir().unwrap();
        let carried = Seal::of(dir.path()).unwrap().set(&file(dir.path(), "现场.照片.png"), 1_000);
        let again = Seal::of(dir.path()).unwrap();
        assert_eq!(again.open(&carried, 1_000 + LIFE), Some(file(dir.path(), "现场.照片.png")));
        assert_eq!(again.open(&carried, 1_001 + LIFE), None);
    }

    #[test]
    fn another_city_cannot_open_it_and_the_key_is_nobody_elses_to_read() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let carried = Seal::of(here.path()).unwrap().set(&file(here.path(), "a.png"), 0);
        assert_eq!(Seal::of(there.path()).unwrap().open(&carried, 0), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let meta = fs::metadata(here.path().join("keys/forms.key")).unwrap();
            assert_eq!(meta.permissions().mode() & 0o777, 0o600);
        }
    }

    proptest! {
        #[test]
        fn one_changed_character_breaks_the_seal(place in 0usize..200, with in "[0-9a-z.]") {
            let seal = fixed();
            let carried = seal.set(&file(Path::new("data"), "a.png"), 0);
            let place = place % carried.len();
            let mut changed = carried.clone();
            changed.replace_range(place..=place, &with);
            prop_assert!(changed == carried || seal.open(&changed, 0).is_none());
        }

        #[test]
        fn junk_is_no_file(text: String) {
            prop_assert_eq!(fixed().open(&text, 0), None);
        }
    }
}
