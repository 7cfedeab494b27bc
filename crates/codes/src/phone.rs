//! Telephone numbers: mobile, landline with area code and extension, and 400 numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{empty, wrong_length};
use crate::{CodeError, mask, text};

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneKind {
    /// 手机.
    Mobile,
    /// 固定电话.
    Landline,
    /// 400 电话.
    Service,
}

/// A telephone number in its one written form: `13812345678`, `028-61880000-12`, `400-123-4567`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads a number after dropping blanks, brackets and the country prefix 86.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let raw = text::code(input);
        if raw.is_empty() {
            return Err(empty("电话号码"));
        }
        if mask::is_masked(&raw) {
            return Err(CodeError::new("电话号码被遮挡，遮挡后的号码不能使用，请填写完整号码"));
        }
        let plain = without_country(&raw).replace(['(', ')'], "-");
        let plain = plain.trim_matches('-');
        if let Some(c) = plain.chars().find(|c| !c.is_ascii_digit() && *c != '-') {
            return Err(CodeError::new(format!("电话号码中有“{c}”：只能填数字和横线，多个号码请分开填写")));
        }
        let digits = plain.replace('-', "");
        let written = if digits.starts_with("400") {
            service(&digits)?
        } else if digits.starts_with('0') {
            landline(plain)?
        } else {
            mobile(&digits)?
        };
        Ok(Self(written))
    }

    /// What kind of number it is.
    pub fn kind(&self) -> PhoneKind {
        match self.0.as_bytes() {
            [b'0', ..] => PhoneKind::Landline,
            [b'4', ..] => PhoneKind::Service,
            _ => PhoneKind::Mobile,
        }
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The masked form, `138****5678`.
    pub fn masked(&self) -> String {
        mask::phone(&self.0)
    }
}

fn without_country(raw: &str) -> &str {
    let rest = raw.strip_prefix("+86").or_else(|| raw.strip_prefix("0086"));
    let rest = rest.or_else(|| raw.strip_prefix("86").filter(|r| r.len() == 11 && r.starts_with('1')));
    rest.unwrap_or(raw).trim_start_matches('-')
}

fn mobile(digits: &str) -> Result<String, CodeError> {
    if matches!(digits.len(), 7 | 8) {
        return Err(CodeError::new("固定电话缺少区号，请写成 028-12345678 的样子"));
    }
    if !digits.starts_with('1') || digits.len() < 7 {
        return Err(CodeError::new(
            "电话号码写法不对：手机应为1开头的11位数字，固定电话应带区号（如 028-12345678）",
        ));
    }
    if digits.len() != 11 {
        return Err(wrong_length("手机号码", 11, digits.len()));
    }
    match digits.as_bytes()[1] {
        b'3'..=b'9' => Ok(digits.to_owned()),
        other => Err(CodeError::at(2, format!("手机号码第2位是“{}”，应为3至9，请核对", other as char))),
    }
}

fn service(digits: &str) -> Result<String, CodeError> {
    if digits.len() != 10 {
        return Err(wrong_length("400 电话", 10, digits.len()));
    }
    Ok(format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]))
}

fn landline(plain: &str) -> Result<String, CodeError> {
    let digits = plain.replace('-', "");
    // 010 and 02x are the three-digit area codes.
    let area_len = if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 };
    let mut parts = plain.split('-').filter(|p| !p.is_empty());
    let first = parts.next().unwrap_or_default();
    let (area, number) = if first.len() == area_len {
        (first, parts.next().unwrap_or_default())
    } else if first.len() >= area_len + 7 {
        first.split_at(area_len)
    } else {
        return Err(CodeError::new(format!("区号“{first}”不对，请写成 028-12345678 的样子")));
    };
    let extension = parts.next();
    let short = if area_len == 3 { 8 } else { 7 };
    if !(short..=8).contains(&number.len()) {
        let want = if short == 8 { "8位".to_owned() } else { "7或8位".to_owned() };
        return Err(CodeError::new(format!(
            "固定电话区号 {area} 之后应为{want}，现有{}位，请核对",
            number.len()
        )));
    }
    match (extension, parts.next()) {
        (None, _) => Ok(format!("{area}-{number}")),
        (Some(ext), None) if ext.len() <= 6 => Ok(format!("{area}-{number}-{ext}")),
        _ => Err(CodeError::new("分机号最多6位，多个号码请分开填写")),
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Phone {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::parse(s)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl TryFrom<String> for Phone {
    type Error = CodeError;
    fn try_from(s: String) -> Result<Self, CodeError> {
        Self::parse(&s)
    }
}
