//! 组织机构代码 (GB 11714): eight characters and a check character.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{empty, wrong_length};
use crate::{CodeError, text};

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// An organisation code whose check character is right; kept without the hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OrgCode([u8; 9]);

impl OrgCode {
    /// Reads `12345678-9` or `123456789`; refuses wrong length, characters and check character.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let code = text::code(input);
        if code.is_empty() {
            return Err(empty("组织机构代码"));
        }
        let code = match code.split_once('-') {
            Some((body, check)) if body.len() == 8 => format!("{body}{check}"),
            Some(_) => {
                return Err(CodeError::new("组织机构代码的横线应在第8位之后，形如 12345678-9，请核对"));
            }
            None => code,
        };
        if let Some((i, c)) = code.chars().enumerate().find(|(_, c)| !c.is_ascii_alphanumeric()) {
            let message = format!("组织机构代码第{}位是“{c}”：只能是数字或大写字母，请核对", i + 1);
            return Err(CodeError::at(i + 1, message));
        }
        let bytes =
            <[u8; 9]>::try_from(code.as_bytes()).map_err(|_| wrong_length("组织机构代码", 9, code.len()))?;
        let expected = Self::check_character(&bytes[..8]);
        if bytes[8] != expected {
            let message = format!(
                "组织机构代码校验不通过：按前8位计算，末位应为“{}”，现为“{}”，请对照证书逐位核对",
                expected as char, bytes[8] as char
            );
            return Err(CodeError::at(9, message));
        }
        Ok(Self(bytes))
    }

    /// The check character GB 11714 gives to eight characters.
    pub fn check_character(body: &[u8]) -> u8 {
        let sum: u32 = body.iter().zip(WEIGHTS).map(|(b, w)| value(*b) * w).sum();
        match 11 - sum % 11 {
            10 => b'X',
            11 => b'0',
            digit => b"0123456789"[digit as usize],
        }
    }

    /// The nine characters without the hyphen.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn value(b: u8) -> u32 {
    (b as char).to_digit(36).unwrap_or(0)
}

impl fmt::Display for OrgCode {
    /// Writes the printed form with the hyphen, `12345678-9`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (body, check) = self.as_str().split_at(8);
        write!(f, "{body}-{check}")
    }
}

impl FromStr for OrgCode {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::parse(s)
    }
}

impl From<OrgCode> for String {
    fn from(code: OrgCode) -> Self {
        code.as_str().to_owned()
    }
}

impl TryFrom<String> for OrgCode {
    type Error = CodeError;
    fn try_from(s: String) -> Result<Self, CodeError> {
        Self::parse(&s)
    }
}
