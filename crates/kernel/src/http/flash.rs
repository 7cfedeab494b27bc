//! One sentence carried from an act to the next page: in a short-lived cookie, signed with the reader's own secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::digest::{same, sm3_hex};
use crate::http::cookie::{Cookie, FLASH};

/// Seconds until an unread sentence is forgotten.
const LIFE: u32 = 60;

/// The cookie that carries a sentence.
pub fn cookie(sentence: &str, secret: &str) -> Cookie {
    let text = URL_SAFE_NO_PAD.encode(sentence.chars().take(300).collect::<String>());
    let mark = mark(&text, secret);
    Cookie::new(FLASH, format!("{text}.{mark}")).for_seconds(LIFE)
}

/// The sentence of a cookie that was made with this secret.
pub fn read(value: &str, secret: &str) -> Option<String> {
    let (text, sent) = value.split_once('.')?;
    let fits = !secret.is_empty() && same(mark(text, secret).as_bytes(), sent.as_bytes());
    if !fits {
        return None;
    }
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Hashed twice, so that a longer text cannot be grown out of a known mark.
fn mark(text: &str, secret: &str) -> String {
    let inner = sm3_hex(format!("flash {secret} {text}").as_bytes());
    let mut mark = sm3_hex(format!("{secret} {inner}").as_bytes());
    mark.truncate(32);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reader_it_was_made_for_sees_it() {
        let made = cookie("已办。", "secret").value;
        assert_eq!(read(&made, "secret").as_deref(), Some("已办。"));
        assert_eq!(read(&made, "other"), None);
        assert_eq!(read(&made.replacen('5', "6", 1), "secret"), None);
        assert_eq!(read("junk", "secret"), None);
    }
}
