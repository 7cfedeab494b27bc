//! Room on disk: whoever sends files never takes what words and sign-ins need.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;

use crate::city::City;
use crate::error::{Error, Kind, Result};

/// The part of a disk that is kept free where the deployer says nothing, and at the least so many bytes.
const RESERVE: (u64, u64) = (20, 1 << 30);

/// How much room there is where a city keeps its files, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What can still be written.
    pub free: u64,
    /// What is kept free.
    pub reserve: u64,
    /// What files of unsent forms take.
    pub unsent: u64,
}

/// The folder, inside a city's data, of files that belong to nothing yet: of forms that were filled in and not sent.
pub fn unsent(data: &Path) -> PathBuf {
    data.join("unsent")
}

impl City {
    /// How much room there is.
    pub fn room(&self) -> Result<Room> {
        let (free, reserve) = self.free()?;
        let entries = fs::read_dir(unsent(&self.data)).into_iter().flatten().flatten();
        Ok(Room {
            free,
            reserve,
            unsent: entries.filter_map(|entry| entry.metadata().ok()).map(|known| known.len()).sum(),
        })
    }

    /// What can still be written, and what is kept free, in bytes.
    pub(crate) fn free(&self) -> Result<(u64, u64)> {
        let disk = statvfs(&self.data).map_err(|e| Error::busy(format!("{}: {e}", self.data.display())))?;
        let (part, least) = RESERVE;
        let usual = (disk.f_blocks * disk.f_frsize / part).max(least);
        Ok((disk.f_bavail * disk.f_frsize, self.limits.reserve_bytes.unwrap_or(usual)))
    }

    /// Refuses a file that would take from the reserve: what is typed can still be sent without it.
    pub fn check_room(&self, bytes: u64) -> Result<()> {
        let (free, reserve) = self.free()?;
        if free < reserve.saturating_add(bytes) {
            tracing::warn!(free, reserve, "a file was refused for want of room");
            return Err(Error::new(
                Kind::Busy,
                "系统的存储空间不足，暂时收不下附件；文字照常可以提交，请去掉附件后提交",
            ));
        }
        Ok(())
    }
}
