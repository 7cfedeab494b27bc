//! 统一社会信用代码 (GB 32100-2015): parsing, its parts, and words for what is wrong.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{empty, wrong_length};
use crate::{CodeError, OrgCode, division, resident_id, text};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The region of what the ministries register.
const NATIONAL: &str = "100000";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A unified social credit code whose form and check character are right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Uscc([u8; 18]);

impl Uscc {
    /// Reads a code after normalising it; refuses wrong length, characters, region digits and check character.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let code = text::code(input);
        // People take their own number for the code, and a code is shown to everybody.
        if resident_id::is_one(&code) {
            return Err(CodeError::new(
                "看起来是身份证号码，请不要填写；这里要填写的是单位的统一社会信用代码",
            ));
        }
        let bytes = legal_characters(&code)?;
        if let Some(i) = bytes[2..8].iter().position(|b| !b.is_ascii_digit()) {
            let message = format!(
                "统一社会信用代码第{}位是“{}”，第3至8位是登记机关行政区划码，只能是数字，请核对",
                i + 3,
                bytes[i + 2] as char
            );
            return Err(CodeError::at(i + 3, message));
        }
        // Eighteen zeros satisfy the check; no registration authority has the number 0.
        if bytes[0] == b'0' {
            return Err(CodeError::at(
                1,
                "统一社会信用代码第1位是“0”，没有这样的登记管理部门代码，请对照登记证书核对",
            ));
        }
        let expected = check_character(&bytes);
        if bytes[17] != expected {
            return Err(CodeError::at(18, wrong_check(&bytes, expected)));
        }
        Ok(Self(bytes))
    }

    /// The 18 characters, upper case.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// Name of the registration authority's branch (position 1), e.g. 民政; `None` where the standard lists none.
    pub fn authority(&self) -> Option<&'static str> {
        Some(match self.0[0] {
            b'1' => "机构编制",
            b'2' => "外交",
            b'3' => "司法行政",
            b'4' => "文化",
            b'5' => "民政",
            b'6' => "旅游",
            b'7' => "宗教",
            b'8' => "工会",
            b'9' => "市场监管",
            b'A' => "中央军委改革和编制办公室",
            b'N' => "农业农村",
            b'Y' => "其他",
            _ => return None,
        })
    }

    /// Name of the kind of body (positions 1–2), e.g. 社会团体; `None` where the standard lists none.
    pub fn category(&self) -> Option<&'static str> {
        Some(match (self.0[0], self.0[1]) {
            (b'1', b'1') => "机关",
            (b'1', b'2') => "事业单位",
            (b'1', b'3') => "编办直接管理机构编制的群众团体",
            (b'3', b'1') => "律师执业机构",
            (b'3', b'2') => "公证处",
            (b'3', b'3') => "基层法律服务所",
            (b'3', b'4') => "司法鉴定机构",
            (b'3', b'5') => "仲裁委员会",
            (b'5', b'1') => "社会团体",
            (b'5', b'2') => "民办非企业单位",
            (b'5', b'3') => "基金会",
            (b'7', b'1') => "宗教活动场所",
            (b'7', b'2') => "宗教院校",
            (b'8', b'1') => "基层工会",
            (b'9', b'1') => "企业",
            (b'9', b'2') => "个体工商户",
            (b'9', b'3') => "农民专业合作社",
            (b'N', b'1') => "组级集体经济组织",
            (b'N', b'2') => "村级集体经济组织",
            (b'N', b'3') => "乡镇级集体经济组织",
            (_, b'9') if self.authority().is_some() => "其他",
            _ => return None,
        })
    }

    /// The registering authority's division code (positions 3–8), current or retired, e.g. `510100`.
    pub fn region(&self) -> &str {
        ascii(&self.0[2..8])
    }

    /// The body's own organisation code (positions 9–17), without judging its inner check character.
    pub fn org_code(&self) -> &str {
        ascii(&self.0[8..17])
    }

    /// Whether this is a 社会团体 registered by civil affairs (`51…`), as associations and chambers are.
    pub fn is_association(&self) -> bool {
        self.0.starts_with(b"51")
    }

    /// A hint about the quality of a valid code: an authority or a region that nobody knows, or another inner GB 11714 check.
    ///
    /// Never a reason to refuse: GB 32100 does not ask for the inner check.
    pub fn warning(&self) -> Option<String> {
        if self.authority().is_none() {
            let found = self.0[0] as char;
            return Some(format!("第1位“{found}”不在常用的登记管理部门代码之列，请对照登记证书核对"));
        }
        if self.region_name().is_none() {
            let region = self.region();
            return Some(format!("第3至8位“{region}”不是已知的行政区划代码，请对照登记证书核对"));
        }
        let expected = OrgCode::check_character(&self.0[8..16]);
        (expected != self.0[16]).then(|| {
            format!(
                "主体标识码的校验位（第17位）按组织机构代码规则应为“{}”，现为“{}”；代码仍可使用，建议对照登记证书核对",
                expected as char, self.0[16] as char
            )
        })
    }

    fn region_name(&self) -> Option<String> {
        let national = || (self.region() == NATIONAL).then(|| String::from("国家级登记机关"));
        division::find(self.region()).map(|division| division.full_name()).or_else(national)
    }

    /// Says the code in words: `民政·社会团体·四川省成都市`.
    pub fn meaning(&self) -> String {
        let region = self.region_name().unwrap_or_else(|| self.region().to_owned());
        [self.authority().unwrap_or("未知登记部门"), self.category().unwrap_or("未知类别"), &region].join("·")
    }

    /// Completes 17 characters with their check character; for generators of fictitious codes and for tests.
    pub fn complete(first: &str) -> Result<Self, CodeError> {
        let first = text::code(first);
        let bytes = legal_characters(&format!("{first}0"))?;
        Self::parse(&format!("{first}{}", check_character(&bytes) as char))
    }
}

fn legal_characters(code: &str) -> Result<[u8; 18], CodeError> {
    if code.is_empty() {
        return Err(empty("统一社会信用代码"));
    }
    if let Some((i, c)) = code.chars().enumerate().find(|(_, c)| value(*c).is_none()) {
        return Err(CodeError::at(i + 1, wrong_character(i + 1, c)));
    }
    <[u8; 18]>::try_from(code.as_bytes()).map_err(|_| wrong_length("统一社会信用代码", 18, code.len()))
}

fn wrong_character(at: usize, c: char) -> String {
    let advice = match c {
        'O' => "代码中没有字母 O，请看是否为数字“0”",
        'I' => "代码中没有字母 I，请看是否为数字“1”",
        'Z' => "代码中没有字母 Z，请看是否为数字“2”",
        'S' => "代码中没有字母 S，请看是否为数字“5”",
        'V' => "代码中没有字母 V，请看是否为字母“U”或“Y”",
        '*' => "遮挡后的代码不能使用，请填写完整代码",
        '-' => "代码中没有横线，请删除",
        _ => "代码只由数字和大写字母（不含 I、O、S、V、Z）组成，请核对",
    };
    format!("统一社会信用代码第{at}位是“{c}”：{advice}")
}

fn wrong_check(bytes: &[u8; 18], expected: u8) -> String {
    let hint = swapped_pair(bytes).map_or_else(
        || "可能有字符抄错或漏抄，请对照登记证书逐位核对".to_owned(),
        |i| format!("请看第{}、{}位是否颠倒", i + 1, i + 2),
    );
    format!(
        "统一社会信用代码校验不通过：按前17位计算，第18位应为“{}”，现为“{}”；{hint}",
        expected as char, bytes[17] as char
    )
}

// The one exchange of neighbours that would satisfy both checks, if there is exactly one.
fn swapped_pair(bytes: &[u8; 18]) -> Option<usize> {
    let mends = |i: &usize| {
        let mut other = *bytes;
        other.swap(*i, i + 1);
        let region = other[2..8].iter().all(u8::is_ascii_digit);
        region
            && other != *bytes
            && check_character(&other) == other[17]
            && OrgCode::check_character(&other[8..16]) == other[16]
    };
    let mut found = (0..17).filter(mends);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn check_character(bytes: &[u8; 18]) -> u8 {
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(b, w)| value(*b as char).unwrap_or(0) * w).sum();
    ALPHABET[((31 - sum % 31) % 31) as usize]
}

fn value(c: char) -> Option<u32> {
    ALPHABET.iter().position(|a| *a as char == c).and_then(|i| u32::try_from(i).ok())
}

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.as_str())
    }
}

impl FromStr for Uscc {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::parse(s)
    }
}

impl From<Uscc> for String {
    fn from(code: Uscc) -> Self {
        code.as_str().to_owned()
    }
}

impl TryFrom<String> for Uscc {
    type Error = CodeError;
    fn try_from(s: String) -> Result<Self, CodeError> {
        Self::parse(&s)
    }
}
