//! Money in 分 as a whole number; reading and writing 元 and 万元 without rounding.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::empty;
use crate::{CodeError, text};

/// An amount in 分 (1/100 元); may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount given in 分.
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen)
    }

    /// The amount in 分.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Reads `1,234.56元`, `3.5万元`, `¥20`, `0.2亿元`; without a unit the number is in 元. Refuses fractions of a 分.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let raw: String = text::half_width(input).chars().filter(|c| !c.is_whitespace()).collect();
        if raw.is_empty() {
            return Err(empty("金额"));
        }
        let plain = raw.trim_start_matches(['¥', '￥']).replace("人民币", "");
        let (number, unit_fen, places) = split_unit(&plain);
        let (negative, number) = match number.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start_matches(['¥', '￥'])),
            None => (false, number),
        };
        let wrong = || CodeError::new(format!("金额“{raw}”写法不对，应形如 1,234.56元 或 3.5万元"));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole = without_separators(whole).ok_or_else(wrong)?;
        let fraction = fraction.trim_end_matches('0');
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        if fraction.len() > places {
            return Err(CodeError::new(format!("金额“{raw}”不足一分，最小单位是分，请核对小数位")));
        }
        let too_large = || CodeError::new(format!("金额“{raw}”过大，请核对单位"));
        let whole: i64 = whole.parse().map_err(|_| too_large())?;
        let fraction: i64 = format!("{fraction:0<places$}").parse().unwrap_or(0);
        let fen = whole.checked_mul(unit_fen).and_then(|f| f.checked_add(fraction)).ok_or_else(too_large)?;
        Ok(Self(if negative { -fen } else { fen }))
    }

    /// The sum; `None` where it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` where it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The amount `times` over; `None` where it does not fit.
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of many; `None` where it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Writes the amount in 万元 with as many places as needed, e.g. `22.1798万元`.
    pub fn in_wan(self) -> String {
        let size = self.0.unsigned_abs();
        let fraction = format!("{:06}", size % 1_000_000);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{}{}{point}{fraction}万元", self.sign(), grouped(size / 1_000_000))
    }

    fn sign(self) -> &'static str {
        if self.0 < 0 { "-" } else { "" }
    }
}

// The unit's size in 分 and how many decimal places it leaves above one 分.
fn split_unit(plain: &str) -> (&str, i64, usize) {
    let plain = plain.strip_suffix(')').map_or(plain, |p| p.trim_end_matches(')'));
    let units = [("亿元", 10_000_000_000, 10), ("亿", 10_000_000_000, 10), ("万元", 1_000_000, 6)];
    let more = [("万", 1_000_000, 6), ("元", 100, 2), ("分", 1, 0)];
    for (unit, fen, places) in units.into_iter().chain(more) {
        if let Some(number) = plain.strip_suffix(unit) {
            return (number.trim_end_matches('('), fen, places);
        }
    }
    (plain, 100, 2)
}

// Separators may be left out, but where they stand each group after the first has three digits.
fn without_separators(whole: &str) -> Option<String> {
    let groups: Vec<&str> = whole.split(',').collect();
    let right = groups.iter().enumerate().all(|(i, g)| {
        let digits = !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
        digits && (groups.len() == 1 || if i == 0 { g.len() <= 3 } else { g.len() == 3 })
    });
    right.then(|| groups.concat())
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

impl fmt::Display for Money {
    /// Writes `1,234.56元`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        write!(f, "{}{}.{:02}元", self.sign(), grouped(size / 100), size % 100)
    }
}

impl FromStr for Money {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::parse(s)
    }
}
