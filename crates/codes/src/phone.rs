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
    /// Reads a number in any usual way of writing: with the country prefix 86, brackets, blanks, dots and dashes between, an
    /// extension behind 转, 分机, # or a dash. A refusal shows how this number is written, where that can be guessed.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let raw = text::half_width(input).trim().to_uppercase();
        if raw.is_empty() {
            return Err(empty("电话号码"));
        }
        if mask::is_masked(&raw) {
            return Err(CodeError::new("电话号码被遮挡，遮挡后的号码不能使用，请填写完整号码"));
        }
        read(&raw).map(Self).map_err(|error| match guess(&raw) {
            Some(written) => {
                CodeError { message: format!("{}；请写成 {written}", error.message), ..error }
            }
            None => error,
        })
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

/// How people announce an extension.
const EXTENSION: [&str; 7] = ["转分机", "转", "分机", "EXT.", "EXT", "X", "#"];

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '·' | '•' | '_' | '(' | ')')
}

fn read(raw: &str) -> Result<String, CodeError> {
    let announced = EXTENSION.iter().find_map(|word| raw.split_once(word));
    let (number, extension) = announced.map_or((raw, None), |(number, ext)| (number, Some(ext)));
    let plain: String = number.chars().map(|c| if is_between(c) { '-' } else { c }).collect();
    let plain = without_country(plain.trim_matches('-'));
    if let Some(c) = plain.chars().find(|c| !c.is_ascii_digit() && *c != '-') {
        return Err(CodeError::new(format!("电话号码中有“{c}”：只能填一个号码，多个号码请分开填写")));
    }
    let digits = plain.replace('-', "");
    let (written, rest) = if digits.starts_with("400") {
        service(&plain)?
    } else if digits.starts_with('0') {
        landline(&plain)?
    } else {
        (mobile(&digits)?, String::new())
    };
    let extension = match extension {
        Some(words) if rest.is_empty() => words.trim_matches(|c| is_between(c) || c == ':').to_owned(),
        Some(_) => return Err(CodeError::new("分机号写了两处，请只写一处")),
        None => rest,
    };
    let announced = announced.is_some();
    match extension.len() {
        0 if !announced => Ok(written),
        1..=6 if extension.bytes().all(|b| b.is_ascii_digit()) && !written.starts_with('1') => {
            Ok(format!("{written}-{extension}"))
        }
        _ if written.starts_with('1') => Err(CodeError::new("手机号码没有分机")),
        _ => Err(CodeError::new("分机号应为1至6位数字，多个号码请分开填写")),
    }
}

/// How a refused number is written, as far as it can be told: the first number that stands in the words, what is left without
/// the last group, or all digits together.
fn guess(raw: &str) -> Option<String> {
    let pieces = raw.split(|c: char| !c.is_ascii_digit() && !is_between(c) && c != '+');
    let shorter = raw.rsplit_once(is_between).map(|(number, _)| number);
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    let candidates = pieces.chain(raw.split_whitespace()).chain(shorter).chain([digits.as_str()]);
    candidates.into_iter().find_map(|piece| read(piece).ok())
}

/// The number as it is dialled inside the country.
fn without_country(plain: &str) -> String {
    let marked = plain.strip_prefix('+').map(|rest| rest.trim_start_matches('-'));
    let rest = match marked.or_else(|| plain.strip_prefix("00")) {
        Some(rest) => rest.strip_prefix("86"),
        None => plain.strip_prefix("86").filter(|rest| rest.starts_with('-') || rest.len() == 11),
    };
    let Some(rest) = rest else {
        // A mobile number of another city used to be dialled with a zero.
        let mobile = plain.strip_prefix('0').filter(|rest| is_mobile(rest));
        return mobile.unwrap_or(plain).to_owned();
    };
    let rest = rest.trim_start_matches('-');
    // Abroad the area code goes without its zero, or with it in brackets: (0)28.
    match rest.strip_prefix("0-") {
        Some(area) => format!("0{area}"),
        None if rest.starts_with(['0', '4']) || is_mobile(rest) => rest.to_owned(),
        None => format!("0{rest}"),
    }
}

fn is_mobile(plain: &str) -> bool {
    let digits = plain.replace('-', "");
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

fn mobile(digits: &str) -> Result<String, CodeError> {
    if matches!(digits.len(), 7 | 8) {
        return Err(CodeError::new(format!(
            "固定电话缺少区号，请在前面加上区号，如成都的号码写成 028-{digits}"
        )));
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

fn service(plain: &str) -> Result<(String, String), CodeError> {
    let mut parts = plain.split('-');
    let digits = until(String::new(), 10, &mut parts);
    if digits.len() != 10 {
        return Err(wrong_length("400 电话", 10, digits.len()));
    }
    Ok((format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]), parts.collect()))
}

/// A number with its area code, and the extension behind it.
fn landline(plain: &str) -> Result<(String, String), CodeError> {
    let digits = plain.replace('-', "");
    // 010 and 02x are the three-digit area codes.
    let area_len = if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 };
    let short = if area_len == 3 { 8 } else { 7 };
    let mut parts = plain.split('-').filter(|p| !p.is_empty());
    let mut first = parts.next().unwrap_or_default();
    if first.len() != area_len && first.len() < area_len + short {
        if !(area_len + short..=area_len + 8).contains(&digits.len()) {
            return Err(CodeError::new(format!("区号“{first}”不对，请写成 区号-号码，如 028-12345678")));
        }
        // Grouped as it is spoken, and whole.
        first = &digits;
        parts.by_ref().for_each(drop);
    }
    let (area, number) = first.split_at(area_len);
    let number = until(number.to_owned(), short, &mut parts);
    if !(short..=8).contains(&number.len()) {
        let want = if short == 8 { "8位" } else { "7或8位" };
        let message = format!("固定电话区号 {area} 之后应为{want}，现有{}位，请核对", number.len());
        return Err(CodeError::new(message));
    }
    Ok((format!("{area}-{number}"), parts.collect()))
}

/// Groups of digits put together until there are so many.
fn until<'p>(mut number: String, digits: usize, parts: &mut impl Iterator<Item = &'p str>) -> String {
    while number.len() < digits
        && let Some(part) = parts.next()
    {
        number.push_str(part);
    }
    number
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
