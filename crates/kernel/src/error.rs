//! The one error: sorted by what the caller can do about it, with a Chinese sentence that says what.

use std::fmt;
use std::panic::Location;

/// Result of everything that can fail in Huitong.
pub type Result<T> = std::result::Result<T, Error>;

/// What the caller can do about an error; each kind has one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read at all (400): a body that is not JSON, a malformed header.
    Malformed,
    /// Nobody is signed in and the thing needs somebody (401).
    SignIn,
    /// Signed in, but this role may not (403).
    Denied,
    /// Not there, or not for this reader: the two are never told apart (404).
    Missing,
    /// The address exists, the method does not (405).
    Method,
    /// Somebody was faster (409); carries the current version.
    Conflict,
    /// Larger than allowed (413).
    TooLarge,
    /// A kind of content that is not taken (415).
    Unsupported,
    /// Understood, but something in it is wrong (422); carries the fields.
    Invalid,
    /// Too often (429); carries the seconds to wait.
    TooMany,
    /// Cannot be done right now, may be repeated unchanged (503).
    Busy,
    /// Nobody knows yet whether it was saved (504).
    Unsure,
    /// Our mistake (500).
    Internal,
}

/// One field of a form or body and what is wrong with it, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// Key of the field as the form and the API name it.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// The one error type; boxed, so that results stay small.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    message: String,
    fields: Vec<FieldError>,
    version: Option<i64>,
    retry_after: Option<u32>,
    detail: Option<String>,
    retryable: bool,
    at: &'static Location<'static>,
}

impl Error {
    /// Builds an error of a kind with its sentence for people.
    #[track_caller]
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        let at = Location::caller();
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            fields: Vec::new(),
            version: None,
            retry_after: None,
            detail: None,
            retryable: false,
            at,
        }))
    }

    /// One wrong field.
    #[track_caller]
    pub fn invalid(field: &str, message: impl Into<String>) -> Error {
        Error::fields(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// Several wrong fields at once.
    #[track_caller]
    pub fn fields(fields: Vec<FieldError>) -> Error {
        let mut error = Error::new(Kind::Invalid, format!("有 {} 处需要改正", fields.len()));
        error.0.fields = fields;
        error
    }

    /// An act whose conditions are not met now; the sentence names the unmet condition.
    #[track_caller]
    pub fn unmet(message: impl Into<String>) -> Error {
        Error::new(Kind::Conflict, message)
    }

    /// The same error with the version at which the record stands now.
    #[must_use]
    pub fn at_version(mut self, version: i64) -> Error {
        self.0.version = Some(version);
        self
    }

    /// Not there, or hidden from this reader.
    #[track_caller]
    pub fn missing() -> Error {
        Error::new(Kind::Missing, "没有找到，或者您无权查看")
    }

    /// This role may not do this.
    #[track_caller]
    pub fn denied(message: impl Into<String>) -> Error {
        Error::new(Kind::Denied, message)
    }

    /// Nobody is signed in.
    #[track_caller]
    pub fn sign_in() -> Error {
        Error::new(Kind::SignIn, "请先登录")
    }

    /// Somebody changed the same record first.
    #[track_caller]
    pub fn conflict(version: i64) -> Error {
        let mut error = Error::new(Kind::Conflict, "这条记录刚刚被他人更新，请核对差异后再提交");
        error.0.version = Some(version);
        error
    }

    /// Cannot be done right now; nothing was written.
    #[track_caller]
    pub fn busy(detail: impl Into<String>) -> Error {
        let mut error = Error::new(Kind::Busy, "系统正忙，本次操作没有保存，请稍后重试");
        error.0.retry_after = Some(2);
        error.0.detail = Some(detail.into());
        error
    }

    /// It may be saved, and nobody can say so yet: to be looked up, or sent again as it was.
    #[track_caller]
    pub fn unsure(detail: impl Into<String>) -> Error {
        let mut error = Error::new(Kind::Unsure, "系统没有及时回应，不能确定这次操作是否已保存");
        error.0.detail = Some(detail.into());
        error
    }

    /// Too many tries; `seconds` until the next is taken.
    #[track_caller]
    pub fn too_many(seconds: u32, message: impl Into<String>) -> Error {
        let mut error = Error::new(Kind::TooMany, message);
        error.0.retry_after = Some(seconds);
        error
    }

    /// A mistake of ours; `detail` goes to the log, never to the reader.
    #[track_caller]
    pub fn internal(detail: impl Into<String>) -> Error {
        let mut error = Error::new(Kind::Internal, "系统出现错误，本次操作没有保存");
        error.0.detail = Some(detail.into());
        error
    }

    /// Marks a clash between transactions: the closure may simply run again.
    pub(crate) fn retryable(mut self) -> Error {
        self.0.retryable = true;
        self
    }

    /// Whether running the same transaction again may succeed.
    pub(crate) fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The wrong fields, if fields are wrong.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// The version that is current, where somebody was faster.
    pub fn current_version(&self) -> Option<i64> {
        self.0.version
    }

    /// Seconds to wait before trying again.
    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// For the log: where it arose and what lay behind it.
    pub fn log_line(&self) -> String {
        let detail = self.0.detail.as_deref().unwrap_or("-");
        format!(
            "{:?} {} [{}] at {}:{}",
            self.0.kind,
            self.0.message,
            detail,
            self.0.at.file(),
            self.0.at.line()
        )
    }

    /// What stood behind it, for those who run the machine.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// HTTP status of the kind.
    pub fn status(&self) -> u16 {
        match self.0.kind {
            Kind::Malformed => 400,
            Kind::SignIn => 401,
            Kind::Denied => 403,
            Kind::Missing => 404,
            Kind::Method => 405,
            Kind::Conflict => 409,
            Kind::TooLarge => 413,
            Kind::Unsupported => 415,
            Kind::Invalid => 422,
            Kind::TooMany => 429,
            Kind::Busy => 503,
            Kind::Unsure => 504,
            Kind::Internal => 500,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for field in &self.0.fields {
            write!(f, "；{}：{}", field.field, field.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    #[track_caller]
    fn from(error: std::io::Error) -> Error {
        Error::internal(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    #[track_caller]
    fn from(error: serde_json::Error) -> Error {
        Error::internal(format!("json: {error}"))
    }
}

/// Turns "no row" into the answer that hides whether there is one.
pub trait OrMissing<T> {
    /// The value, or 404.
    fn or_missing(self) -> Result<T>;
}

impl<T> OrMissing<T> for Option<T> {
    #[track_caller]
    fn or_missing(self) -> Result<T> {
        match self {
            Some(value) => Ok(value),
            None => Err(Error::missing()),
        }
    }
}
