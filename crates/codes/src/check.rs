//! One face for checking any code, as the command `huitong codes check` and imports use it.

use std::str::FromStr;

use jiff::civil::Date;
use serde::Serialize;

use crate::division::Status;
use crate::{CodeError, OrgCode, Phone, ResidentId, Uscc, division, industry};

/// Which code an input is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 统一社会信用代码.
    Uscc,
    /// 公民身份号码.
    ResidentId,
    /// 组织机构代码.
    OrgCode,
    /// 行政区划代码.
    Division,
    /// 行业代码.
    Industry,
    /// 电话号码.
    Phone,
}

impl Kind {
    /// All kinds in the order of the command's help.
    pub const ALL: [Self; 6] =
        [Self::Uscc, Self::ResidentId, Self::OrgCode, Self::Division, Self::Industry, Self::Phone];

    /// The word on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Uscc => "uscc",
            Self::ResidentId => "resident-id",
            Self::OrgCode => "org-code",
            Self::Division => "division",
            Self::Industry => "industry",
            Self::Phone => "phone",
        }
    }

    /// The official name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uscc => "统一社会信用代码",
            Self::ResidentId => "公民身份号码",
            Self::OrgCode => "组织机构代码",
            Self::Division => "行政区划代码",
            Self::Industry => "行业代码",
            Self::Phone => "电话号码",
        }
    }
}

impl FromStr for Kind {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::ALL.into_iter().find(|k| k.key() == s).ok_or_else(|| {
            let all = Self::ALL.map(Self::key).join("、");
            CodeError::new(format!("没有代码种类“{s}”，可用：{all}"))
        })
    }
}

/// The verdict on one input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What was given, unchanged.
    pub input: String,
    /// Whether it may be used.
    pub valid: bool,
    /// Why not: what is wrong, where, what to do. Absent where valid.
    pub reason: Option<String>,
    /// The one written form, where valid.
    pub normalised: Option<String>,
    /// A doubt that does not refuse.
    pub warning: Option<String>,
    /// What the code says, in words, where it says something that is not personal.
    pub meaning: Option<String>,
}

struct Found {
    normalised: String,
    warning: Option<String>,
    meaning: Option<String>,
}

/// Checks one input; `today` bounds dates of birth.
pub fn check(kind: Kind, input: &str, today: Date) -> Checked {
    let (found, reason) = match find(kind, input, today) {
        Ok(found) => (Some(found), None),
        Err(error) => (None, Some(error.message)),
    };
    let valid = found.is_some();
    let (normalised, warning, meaning) =
        found.map_or((None, None, None), |f| (Some(f.normalised), f.warning, f.meaning));
    Checked { input: input.to_owned(), valid, reason, normalised, warning, meaning }
}

fn find(kind: Kind, input: &str, today: Date) -> Result<Found, CodeError> {
    Ok(match kind {
        Kind::Uscc => {
            let code = Uscc::parse(input)?;
            Found { normalised: code.to_string(), warning: code.warning(), meaning: Some(code.meaning()) }
        }
        Kind::ResidentId => {
            let id = ResidentId::parse(input, today)?;
            let meaning = Some(id.kind().name().to_owned());
            Found { normalised: id.reveal().to_owned(), warning: id.warning(today), meaning }
        }
        Kind::OrgCode => {
            Found { normalised: OrgCode::parse(input)?.to_string(), warning: None, meaning: None }
        }
        Kind::Division => {
            let found = division::parse(input)?;
            let warning = (found.status == Status::Local)
                .then(|| "本市内部代码，没有国家标准代码；对外报送请用所辖街道的上级代码".to_owned());
            Found { normalised: found.code.to_owned(), warning, meaning: Some(found.full_name()) }
        }
        Kind::Industry => {
            let found = industry::parse(input)?;
            Found { normalised: found.code.to_owned(), warning: None, meaning: Some(found.path()) }
        }
        Kind::Phone => Found { normalised: Phone::parse(input)?.to_string(), warning: None, meaning: None },
    })
}
