//! 公民身份号码 (GB 11643-1999) and the two residence papers of the same form.

use std::fmt;

use jiff::civil::Date;

use crate::error::{empty, wrong_length};
use crate::{CodeError, division, mask, text};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
// Who holds a number was born between these.
const EARLIEST: i16 = 1880;
const LATEST: Date = Date::constant(2099, 12, 31);

/// Which paper carries the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// 居民身份证.
    Resident,
    /// 港澳台居民居住证 (81 香港, 82 澳门, 83 台湾).
    HongKongMacaoTaiwan,
    /// 外国人永久居留身份证, the form of 2023, which begins with 9.
    ForeignPermanent,
}

impl IdKind {
    /// The paper's official name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resident => "居民身份证",
            Self::HongKongMacaoTaiwan => "港澳台居民居住证",
            Self::ForeignPermanent => "外国人永久居留身份证",
        }
    }
}

/// Sex as the 17th digit says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Even digit.
    Female,
    /// Odd digit.
    Male,
}

/// An identity number whose birth date and check character are right.
///
/// It has no `Display`, and `Debug` is masked, so that a number does not slip into a log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResidentId([u8; 18]);

impl ResidentId {
    /// Reads a number; the birth date must exist and not lie after `today`.
    ///
    /// The area digits are not compared with the current list: people born before a division changed keep the old digits.
    pub fn parse(input: &str, today: Date) -> Result<Self, CodeError> {
        let code = text::code(input);
        let bytes = legal_characters(&code)?;
        let id = Self(bytes);
        let born = birth_date(&code[6..14]).ok_or_else(|| {
            CodeError::at(7, format!("身份证号码第7至14位“{}”不是存在的日期，请核对出生日期", &code[6..14]))
        })?;
        if born > today {
            return Err(CodeError::at(
                7,
                format!("身份证号码中的出生日期 {born} 晚于今天（{today}），请核对第7至14位"),
            ));
        }
        let expected = check_character(&bytes);
        if bytes[17] != expected {
            let message = format!(
                "身份证号码校验不通过：末位校验码与前17位不符（现为“{}”），请对照证件逐位核对",
                bytes[17] as char
            );
            return Err(CodeError::at(18, message));
        }
        Ok(id)
    }

    /// The 18 characters in clear; to be shown only where a right to see them was decided.
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The masked form, `510***********1234`.
    pub fn masked(&self) -> String {
        mask::id(self.reveal())
    }

    /// Which paper carries the number.
    pub fn kind(&self) -> IdKind {
        match &self.0[..2] {
            b"81" | b"82" | b"83" => IdKind::HongKongMacaoTaiwan,
            [b'9', _] => IdKind::ForeignPermanent,
            _ => IdKind::Resident,
        }
    }

    /// The date of birth.
    pub fn birth(&self) -> Date {
        birth_date(&self.reveal()[6..14]).unwrap_or_default()
    }

    /// The sex the 17th digit says.
    pub fn sex(&self) -> Sex {
        if self.0[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Full years of age on `day`; 0 before birth.
    pub fn age_on(&self, day: Date) -> u16 {
        let born = self.birth();
        let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
        u16::try_from(day.year() - born.year() - i16::from(before_birthday)).unwrap_or(0)
    }

    /// A hint about a valid number that is nevertheless unlikely: an age of more than 130 years on `today`.
    pub fn warning(&self, today: Date) -> Option<String> {
        let age = self.age_on(today);
        (age > 130).then(|| format!("按号码推算已 {age} 岁，请核对出生日期（第7至14位）"))
    }
}

/// Whether a text holds an identity number: eighteen signs with a date of birth and the right check sign, however they are
/// typed or grouped. What reads as a social credit code of an existing region is none.
pub fn stands_in(text: &str) -> bool {
    let text = text::half_width(text);
    let grouping = |c: char| matches!(c, ' ' | '-' | '.' | '·' | '_');
    let ends = |c: char| !c.is_ascii_alphanumeric() && !grouping(c);
    text.split(ends).any(|chain| {
        let groups: Vec<&str> = chain.split(grouping).collect();
        (0..groups.len()).any(|from| {
            let mut number = String::new();
            let mut rest = groups[from..].iter().take_while(|group| !group.is_empty());
            while let Some(group) = rest.next().filter(|_| number.len() < 18) {
                let group = if number.is_empty() { letters_off(group) } else { group };
                number.push_str(group);
            }
            is_one(&number)
        })
    })
}

// What it is called may touch it: SFZ510…
fn letters_off(group: &str) -> &str {
    group.trim_start_matches(|c: char| c.is_ascii_alphabetic())
}

/// Whether a code is an identity number and not a social credit code.
pub(crate) fn is_one(code: &str) -> bool {
    let Ok(id) = ResidentId::parse(code, LATEST) else { return false };
    let code = id.reveal();
    id.birth().year() >= EARLIEST
        && (id.kind() != IdKind::Resident || division::find(&code[..2]).is_some())
        && division::find(&code[2..8]).is_none()
}

fn legal_characters(code: &str) -> Result<[u8; 18], CodeError> {
    if code.is_empty() {
        return Err(empty("身份证号码"));
    }
    if code.contains('*') {
        return Err(CodeError::new("身份证号码被遮挡，遮挡后的号码不能使用，请填写完整号码"));
    }
    let count = code.chars().count();
    if count == 15 && code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CodeError::new("这是15位的第一代身份证号码，2013年起已停止使用，请填写18位号码"));
    }
    let wrong = |(i, c): &(usize, char)| !(c.is_ascii_digit() || (*i == 17 && *c == 'X'));
    if let Some((i, c)) = code.chars().enumerate().find(wrong) {
        let rule = if i == 17 { "末位只能是数字或 X" } else { "前17位只能是数字" };
        return Err(CodeError::at(i + 1, format!("身份证号码第{}位是“{c}”：{rule}，请核对", i + 1)));
    }
    <[u8; 18]>::try_from(code.as_bytes()).map_err(|_| wrong_length("身份证号码", 18, count))
}

fn birth_date(digits: &str) -> Option<Date> {
    let year = digits.get(..4)?.parse().ok()?;
    let month = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..8)?.parse().ok()?;
    Date::new(year, month, day).ok().filter(|d| d.year() > 0)
}

fn check_character(bytes: &[u8; 18]) -> u8 {
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    CHECKS[(sum % 11) as usize]
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResidentId({})", self.masked())
    }
}
