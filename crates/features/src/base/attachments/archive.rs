//! What lies in a ZIP archive: the names of its directory, and the content of one entry within bounds. Without IO.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// Entries an archive may list; an office document has far fewer.
const ENTRIES: usize = 10_000;

/// A ZIP archive with its directory read.
pub struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    /// As it stands there: UTF-8, or whatever encoding the sender's machine used.
    name: &'a [u8],
    flags: usize,
    method: usize,
    packed: usize,
    at: usize,
}

impl<'a> Archive<'a> {
    /// Reads the directory; none where it is broken.
    pub fn open(bytes: &'a [u8]) -> Option<Archive<'a>> {
        // The end record is 22 bytes and may be followed by a comment of up to 65,535.
        let from = bytes.len().saturating_sub(22 + 65_535);
        let end = from + bytes.get(from..)?.windows(4).rposition(|w| w == b"PK\x05\x06")?;
        let mut at = number(bytes, end + 16, 4)?;
        let count = number(bytes, end + 10, 2)?;
        let mut entries = Vec::new();
        for _ in 0..count.min(ENTRIES) {
            if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
                return None;
            }
            let field = |place, width| number(bytes, at + place, width);
            let lengths = [field(28, 2)?, field(30, 2)?, field(32, 2)?];
            entries.push(Entry {
                name: bytes.get(at + 46..at + 46 + lengths[0])?,
                flags: field(8, 2)?,
                method: field(10, 2)?,
                packed: field(20, 4)?,
                at: field(42, 4)?,
            });
            at += 46 + lengths.iter().sum::<usize>();
        }
        Some(Archive { bytes, entries })
    }

    /// Whether an entry of this name is listed; letters count without their case, as in office documents.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Whether an entry's name ends so, in whatever letters: office programs look for their parts so.
    pub fn has_ending(&self, ending: &str) -> bool {
        let ends = |name: &[u8]| {
            name.len()
                .checked_sub(ending.len())
                .is_some_and(|at| name[at..].eq_ignore_ascii_case(ending.as_bytes()))
        };
        self.entries.iter().any(|entry| ends(entry.name))
    }

    /// Whether a password is asked for an entry.
    pub fn is_locked(&self) -> bool {
        self.entries.iter().any(|entry| entry.flags & 1 == 1)
    }

    /// The text of an entry, up to so many bytes; none where it is absent, packed in a rare way or broken.
    pub fn text(&self, name: &str, most: u64) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name.as_bytes()))?;
        let head = self.bytes.get(entry.at..).filter(|head| head.starts_with(b"PK\x03\x04"))?;
        let start = 30 + number(head, 26, 2)? + number(head, 28, 2)?;
        let packed = head.get(start..start.checked_add(entry.packed)?)?;
        let mut plain = Vec::new();
        match entry.method {
            0 => packed.take(most).read_to_end(&mut plain),
            8 => DeflateDecoder::new(packed).take(most).read_to_end(&mut plain),
            _ => return None,
        }
        .ok()?;
        String::from_utf8(plain).ok()
    }
}

/// A little-endian number of 2 or 4 bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(width)?)?;
    Some(part.iter().rev().fold(0, |n, byte| (n << 8) | usize::from(*byte)))
}

#[cfg(test)]
pub mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    /// An archive of these entries, packed or stored.
    pub fn archive(entries: &[(&str, &str)], packs: bool) -> Vec<u8> {
        let (mut body, mut directory) = (Vec::new(), Vec::new());
        for (name, text) in entries {
            let plain = text.as_bytes().to_vec();
            let (method, bytes) = match packs {
                true => {
                    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
                    encoder.write_all(&plain).unwrap();
                    (8_u16, encoder.finish().unwrap())
                }
                false => (0, plain),
            };
            let [size, offset] = [bytes.len(), body.len()].map(|n| u32::try_from(n).unwrap().to_le_bytes());
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            // Version, flags, method, time and date, sum, both sizes, length of the name: alike in both places.
            let shared = [&[20, 0, 0, 0][..], &method.to_le_bytes(), &[0; 8], &size, &size, &length].concat();
            body.extend([b"PK\x03\x04", &shared[..], &[0; 2], name.as_bytes(), &bytes].concat());
            directory
                .extend([b"PK\x01\x02\x14\x00", &shared[..], &[0; 12], &offset, name.as_bytes()].concat());
        }
        let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
        let [start, size] = [body.len(), directory.len()].map(|n| u32::try_from(n).unwrap().to_le_bytes());
        [&body[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &size, &start, &[0; 2]].concat()
    }

    #[test]
    fn an_entry_is_read_packed_or_stored_and_never_beyond_its_bound() {
        let long = "会通".repeat(50_000);
        for packs in [true, false] {
            let bytes = archive(&[("a.txt", "甲"), ("b/C.txt", &long)], packs);
            let read = Archive::open(&bytes).unwrap();
            assert!(
                read.has("A.TXT") && read.has("b/c.txt") && !read.has("c.txt") && read.has_ending("C.txt")
            );
            assert_eq!(read.text("a.txt", 100).as_deref(), Some("甲"));
            assert_eq!(read.text("b/C.txt", 1 << 20).as_deref(), Some(long.as_str()));
            assert_eq!(read.text("b/C.txt", 6).as_deref(), Some("会通"));
            assert_eq!(read.text("none", 6), None);
            for cut in 0..60 {
                let _ = Archive::open(&bytes[cut..]).map(|read| read.text("a.txt", 100));
            }
        }
    }
}
