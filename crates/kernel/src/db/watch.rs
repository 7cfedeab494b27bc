//! Whether the files of an embedded database are still those that were opened. An open file outlives its name: what is
//! written to a deleted one is acknowledged, and gone at the next start.

use std::fs::{self, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::error::{Error, Result};

pub(super) struct Watch {
    path: PathBuf,
    file: Mark,
    /// The log beside the file is made by the engine when it is first needed.
    log: OnceLock<Mark>,
    /// Bytes of the file when it was looked at last; held while it is looked at, so that no look is older than the last.
    length: Mutex<u64>,
    lost: AtomicBool,
}

/// Tells a file from another that has its name.
#[derive(PartialEq, Eq)]
struct Mark(u64, u64);

impl Mark {
    #[cfg(unix)]
    fn of(file: &Metadata) -> Mark {
        use std::os::unix::fs::MetadataExt as _;
        Mark(file.dev(), file.ino())
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Mark {
        Mark(0, 0)
    }
}

impl Watch {
    pub(super) fn of(path: &Path) -> Result<Watch> {
        let file = fs::metadata(path).map_err(|e| Error::busy(format!("{}: {e}", path.display())))?;
        Ok(Watch {
            path: path.to_owned(),
            length: Mutex::new(file.len()),
            file: Mark::of(&file),
            log: OnceLock::new(),
            lost: AtomicBool::new(false),
        })
    }

    /// Asked before each commit; costs two looks at names.
    pub(super) fn stands(&self) -> std::result::Result<(), String> {
        let found = self.lost_one();
        let lost = found.is_some();
        if self.lost.swap(lost, Relaxed) != lost {
            match &found {
                Some(name) => {
                    tracing::error!("{name} 被删除、替换或者截短了，不再接受任何操作；请从备份恢复");
                }
                None => tracing::warn!("数据库文件回到了原处，重新接受操作"),
            }
        }
        found.map_or(Ok(()), |name| Err(format!("{name} is not the file that was opened")))
    }

    /// The file that is not there any more.
    fn lost_one(&self) -> Option<String> {
        let name = self.path.display();
        {
            let mut length = self.length.lock();
            match fs::metadata(&self.path) {
                Ok(now) if Mark::of(&now) == self.file && !self.is_cut(*length, now.len()) => {
                    *length = now.len();
                }
                _ => return Some(name.to_string()),
            }
        }
        let log = format!("{name}-wal");
        match (fs::metadata(&log), self.log.get()) {
            (Ok(now), _) => (*self.log.get_or_init(|| Mark::of(&now)) != Mark::of(&now)).then_some(log),
            (Err(_), known) => known.map(|_| log),
        }
    }

    /// Whether the file was cut. A shorter one is whole where its head says so: somebody had it vacuumed.
    fn is_cut(&self, before: u64, now: u64) -> bool {
        now < before && length_of_head(&self.path) != Some(now)
    }
}

/// Bytes that a file has by its own head: the size of a page and their number (<https://www.sqlite.org/fileformat.html>).
fn length_of_head(path: &Path) -> Option<u64> {
    let mut head = [0; 32];
    fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        page => u64::from(page),
    };
    Some(page * u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]])))
}
