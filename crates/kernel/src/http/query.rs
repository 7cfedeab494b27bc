//! Query strings, path parameters and urlencoded bodies: percent encoding read strictly, never silently repaired.

use std::borrow::Cow;

use crate::error::{Error, Kind, Result};

/// More pairs than any page or list of ours sends.
const MAX_PAIRS: usize = 1_000;

/// Pairs in the order they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=2`; 400 where the encoding is broken.
    pub fn parse(text: &str) -> Result<Pairs> {
        Pairs::parse_bytes(text.as_bytes())
    }

    /// These pairs.
    pub fn of<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Pairs {
        Pairs(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// A single pair; none where there is no value.
    pub fn one(name: &str, value: Option<&str>) -> Pairs {
        Pairs(value.map(|value| (name.to_owned(), value.to_owned())).into_iter().collect())
    }

    /// Reads the bytes of a query string.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Pairs> {
        let pairs = Pairs::parse_form(bytes)?;
        if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(nul());
        }
        Ok(pairs)
    }

    /// Reads an urlencoded body, as it was typed.
    pub(super) fn parse_form(bytes: &[u8]) -> Result<Pairs> {
        let mut pairs = Vec::new();
        for part in bytes.split(|b| *b == b'&').filter(|part| !part.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return Err(Error::new(Kind::Malformed, format!("参数超过 {MAX_PAIRS} 个，请求没有处理")));
            }
            let cut = part.iter().position(|b| *b == b'=').unwrap_or(part.len());
            let name = plain(&part[..cut], true)?;
            let value = plain(part.get(cut + 1..).unwrap_or_default(), true)?;
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Pairs(pairs))
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// The same pairs, one name given another value or, with "", taken out; as a query string with its `?`.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut out = String::new();
        let kept = self.iter().filter(|(n, v)| *n != name && !v.is_empty());
        for (n, v) in kept.chain(Some((name, value)).filter(|(_, v)| !v.is_empty())) {
            out.push(if out.is_empty() { '?' } else { '&' });
            encode_into(&mut out, n);
            out.push('=');
            encode_into(&mut out, v);
        }
        out
    }

    pub(super) fn into_inner(self) -> Vec<(String, String)> {
        self.0
    }
}

/// Decodes one piece; `plus` where `+` stands for a blank (queries and forms, not paths).
pub fn decode(piece: &[u8], plus: bool) -> Result<Cow<'_, str>> {
    let text = plain(piece, plus)?;
    if text.contains('\0') { Err(nul()) } else { Ok(text) }
}

#[track_caller]
fn nul() -> Error {
    broken("含有空字符（%00）")
}

fn plain(piece: &[u8], plus: bool) -> Result<Cow<'_, str>> {
    let plain = piece.iter().all(|b| *b != b'%' && !(plus && *b == b'+'));
    let bytes = if plain { Cow::Borrowed(piece) } else { Cow::Owned(unescape(piece, plus)?) };
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).ok(),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
    }
    .ok_or_else(|| broken("不是 UTF-8 文字"))
}

fn unescape(piece: &[u8], plus: bool) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(piece.len());
    let mut rest = piece;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' if plus => out.push(b' '),
            b'%' => {
                let (&[high, low], tail) =
                    rest.split_first_chunk::<2>().ok_or_else(|| broken("百分号编码不完整"))?;
                match (hex(high), hex(low)) {
                    (Some(high), Some(low)) => out.push(high << 4 | low),
                    _ => return Err(broken("百分号编码不是十六进制数")),
                }
                rest = tail;
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn broken(why: &str) -> Error {
    Error::new(Kind::Malformed, format!("地址或表单的编码有误：{why}"))
}

/// Encodes a value so that it can stand in a query string or a path segment.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text);
    out
}

fn encode_into(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Pairs::parse_bytes(&bytes);
        }

        #[test]
        fn what_is_written_is_read_again(pairs in prop::collection::vec(("[^\u{0}]{1,12}", "[^\u{0}]{1,40}"), 0..12)) {
            let text: Vec<String> = pairs.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
            prop_assert_eq!(Pairs::parse(&text.join("&")).unwrap().into_inner(), pairs);
        }
    }

    #[test]
    fn broken_encoding_is_refused_not_repaired() {
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff%fe", "%00=1", "a=b%00"] {
            assert_eq!(Pairs::parse(bad).unwrap_err().status(), 400, "{bad}");
        }
    }

    #[test]
    fn plus_is_a_blank_in_queries_only() {
        assert_eq!(Pairs::parse("q=%E5%9B%BD+a").unwrap().get("q"), Some("国 a"));
        assert_eq!(decode(b"a+b", false).unwrap(), "a+b");
    }

    #[test]
    fn one_value_can_be_changed_in_an_address() {
        let pairs = Pairs::parse("q=%E5%9B%BD&page=3&x=").unwrap();
        assert_eq!(pairs.with("page", "4"), "?q=%E5%9B%BD&page=4");
        assert_eq!(pairs.with("q", ""), "?page=3");
    }
}
