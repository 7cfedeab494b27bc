//! 发文字号 (GB/T 9704-2012 7.2.5): issuer's short name, year in 〔〕, running number.

use std::fmt;
use std::str::FromStr;

use crate::error::empty;
use crate::{CodeError, text};

/// An official document number such as `成委社〔2026〕5号`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocNo {
    /// 机关代字, Chinese characters only.
    pub issuer: String,
    /// Four-digit year.
    pub year: u16,
    /// Running number from 1, without leading zeros.
    pub number: u32,
}

impl DocNo {
    /// Reads a number; other brackets are corrected to 〔〕, a 第 or leading zeros are refused with the right form.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let raw: String = text::half_width(input).chars().filter(|c| !c.is_whitespace()).collect();
        if raw.is_empty() {
            return Err(empty("文号"));
        }
        let open = |c| matches!(c, '〔' | '[' | '(' | '【' | '﹝' | '［' | '〖');
        let close = |c| matches!(c, '〕' | ']' | ')' | '】' | '﹞' | '］' | '〗');
        let form = || CodeError::new(format!("文号“{raw}”写法不对，应形如 民立〔2026〕5号"));
        let (issuer, rest) = raw.split_once(open).ok_or_else(form)?;
        let (year, rest) = rest.split_once(close).ok_or_else(form)?;
        let number = rest.strip_suffix('号').ok_or_else(form)?;
        if issuer.is_empty() || !issuer.chars().all(|c| ('\u{4e00}'..='\u{9fa5}').contains(&c)) {
            return Err(CodeError::new(format!("文号中的机关代字“{issuer}”应全为汉字，请核对")));
        }
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CodeError::new(format!("文号中的年份“{year}”应为4位数字，写在〔〕内")));
        }
        let digits = number.strip_prefix('第').unwrap_or(number).trim_start_matches('0');
        let parsed: u32 =
            digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit())).ok_or_else(form)?;
        let right =
            Self { issuer: issuer.to_owned(), year: year.parse().map_err(|_| form())?, number: parsed };
        if digits.len() != number.len() {
            return Err(CodeError::new(format!("文号的顺序号不加“第”、不编虚位，应写作 {right}")));
        }
        Ok(right)
    }
}

impl fmt::Display for DocNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}〔{:04}〕{}号", self.issuer, self.year, self.number)
    }
}

impl FromStr for DocNo {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::parse(s)
    }
}
