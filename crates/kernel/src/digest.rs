//! SM3, the national digest: journal leaves, attachments and stored secrets are named by it.

use sm3::{Digest, Sm3};

/// SM3 of the bytes.
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

/// SM3 of several pieces, one after the other.
pub fn sm3_all(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sm3::new();
    for piece in pieces {
        hasher.update(piece);
    }
    hasher.finalize().into()
}

/// SM3 as 64 hexadecimal letters.
pub fn sm3_hex(bytes: &[u8]) -> String {
    hex(&sm3(bytes))
}

/// SM3 of all that a reader gives, as hexadecimal letters; only a small piece is held at a time.
pub fn sm3_read(mut from: impl std::io::Read) -> std::io::Result<String> {
    let mut hasher = Sm3::new();
    let mut piece = [0; 64 << 10];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&piece[..n]),
        }
    }
}

/// Bytes as hexadecimal letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
        text
    })
}

/// Compares secrets without telling by its time where the first difference is.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |found, (x, y)| found | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standard_vector_holds() {
        assert_eq!(
            super::sm3_hex(b"abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(super::sm3_all(&[b"a", b"bc"]), super::sm3(b"abc"));
        assert_eq!(super::sm3_read(&b"abc"[..]).unwrap(), super::sm3_hex(b"abc"));
    }
}
