//! What a form or a JSON body brought: texts by field and files, read the same way from all three kinds of body.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use serde_json::Value as Json;

use crate::digest::sm3_hex;
use crate::error::{Error, Kind, Result};
use crate::http::query::Pairs;

/// Parts of a multipart body at most; more than any form of ours has.
pub(super) const MAX_PARTS: usize = 1_000;

/// A file that was sent; its content type is what the sender says and proves nothing.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Field of the form.
    pub field: String,
    /// File name without folders.
    pub name: String,
    /// Content type as the sender says.
    pub content_type: String,
    /// Content.
    pub content: Content,
}

/// The content of a file that was sent.
#[derive(Debug, Clone)]
pub enum Content {
    /// In memory: what came in a small body, or was made here.
    Memory(Bytes),
    /// On disk, as it came in.
    Disk(Arc<OnDisk>),
    /// It did not come in; the error says why, in words for the sender.
    Lost(Error),
}

/// A file that came in and belongs to nobody yet; it goes with the request unless somebody moves it away.
#[derive(Debug)]
pub struct OnDisk {
    /// Where it lies.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// SM3 of the content, in hexadecimal.
    pub digest: String,
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        // Whoever kept it has moved it away.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Content {
    /// Size in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Content::Memory(bytes) => bytes.len() as u64,
            Content::Disk(file) => file.size,
            Content::Lost(_) => 1,
        }
    }

    /// Whether it is certain that nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// SM3 of it, in hexadecimal.
    pub fn sm3(&self) -> String {
        match self {
            Content::Memory(bytes) => sm3_hex(bytes),
            Content::Disk(file) => file.digest.clone(),
            Content::Lost(_) => String::new(),
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// Why it did not come in.
    pub fn read(&self) -> Result<Bytes> {
        match self {
            Content::Memory(bytes) => Ok(bytes.clone()),
            Content::Disk(file) => Ok(std::fs::read(&file.path)?.into()),
            Content::Lost(error) => Err(error.clone()),
        }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Content {
        Content::Memory(bytes)
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Content {
        Content::Memory(bytes.into())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Content {
        Content::Memory(text.into())
    }
}

/// A form as it was filled in; nothing is checked yet.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// First value of each field; line ends are `\n`.
    pub values: BTreeMap<String, String>,
    /// Further values of fields that were sent more than once, in order.
    pub repeated: Vec<(String, String)>,
    /// Files, in order.
    pub files: Vec<Upload>,
    /// Whether it came as JSON: then unknown keys are refused.
    pub strict: bool,
}

impl Filled {
    /// Puts values together; for tests and for callers that are no browser.
    pub fn of(pairs: &[(&str, &str)]) -> Filled {
        let mut filled = Filled::default();
        for (name, value) in pairs {
            filled.put((*name).to_owned(), (*value).to_owned());
        }
        filled
    }

    /// The first value of a field, "" where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Every value of a field that may be sent more than once (check boxes), without empty ones.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let first = self.values.get(name).map(String::as_str);
        let more = self.repeated.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        first.into_iter().chain(more).filter(|v| !v.is_empty()).collect()
    }

    /// The record's version that the page carried; a form without it is refused.
    pub fn version(&self) -> Result<i64> {
        let text = self.get("version");
        text.parse().map_err(|_| Error::invalid("version", "缺少记录版本号，请刷新页面后重新提交"))
    }

    /// Reads an urlencoded body.
    pub fn from_urlencoded(bytes: &[u8]) -> Result<Filled> {
        let mut filled = Filled::default();
        for (name, value) in Pairs::parse_form(bytes)?.into_inner() {
            filled.put(name, value);
        }
        Ok(filled)
    }

    /// Reads the top level of a JSON object: texts, numbers, truth values, lists of texts.
    pub fn from_json(bytes: &[u8]) -> Result<Filled> {
        let Json::Object(object) = json_value(bytes)? else {
            return Err(Error::new(Kind::Malformed, "请求内容须是一个 JSON 对象（{…}）"));
        };
        let mut filled = Filled { strict: true, ..Filled::default() };
        let mut wrong = Vec::new();
        for (name, value) in object {
            match parts(&name, value) {
                Some(parts) => parts.into_iter().for_each(|(name, text)| filled.put(name, text)),
                None => wrong.push(crate::error::FieldError {
                    message: format!("“{name}”须是文字、数字或 true/false"),
                    field: name,
                }),
            }
        }
        if wrong.is_empty() { Ok(filled) } else { Err(Error::fields(wrong)) }
    }

    /// Reads a multipart body that has arrived completely.
    pub fn from_multipart(content_type: &str, bytes: &Bytes) -> Result<Filled> {
        let boundary = multer::parse_boundary(content_type).map_err(|_| torn())?;
        let stream = axum::body::Body::from(bytes.clone()).into_data_stream();
        let mut task = pin!(read_parts(multer::Multipart::new(stream, boundary)));
        // Everything is in memory, so that reading never waits and needs no runtime.
        match task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(filled) => filled,
            Poll::Pending => Err(torn()),
        }
    }

    /// Digest of what was sent, without what differs between two sendings of the same form.
    pub fn digest(&self) -> String {
        let texts = self.values.iter().chain(self.repeated.iter().map(|(n, v)| (n, v)));
        let texts: Vec<_> = texts.filter(|(name, _)| *name != "csrf" && *name != "submit_token").collect();
        let files: Vec<_> = self.files.iter().map(|f| (&f.field, &f.name, f.content.sm3())).collect();
        sm3_hex(serde_json::json!([texts, files]).to_string().as_bytes())
    }

    /// No database keeps a NUL and nobody sees it: it is left out, so that the rest of what was typed is not lost with it.
    pub(super) fn put(&mut self, name: String, value: String) {
        let value = if value.contains('\0') { value.replace('\0', "") } else { value };
        let value =
            if value.contains('\r') { value.replace("\r\n", "\n").replace('\r', "\n") } else { value };
        match self.values.entry(name) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(taken) => self.repeated.push((taken.key().clone(), value)),
        }
    }
}

/// A JSON value as what it is sent as by a form: an object under `name.key`, a list of objects under `name.0.key`.
fn parts(name: &str, value: Json) -> Option<Vec<(String, String)>> {
    let of = |name: &str, object: serde_json::Map<String, Json>| {
        let all: Option<Vec<_>> = object
            .into_iter()
            .map(|(key, value)| {
                let texts = texts(value)?;
                Some(texts.into_iter().map(|text| (format!("{name}.{key}"), text)).collect::<Vec<_>>())
            })
            .collect();
        all.map(|all| all.concat())
    };
    match value {
        Json::Object(object) => of(name, object),
        Json::Array(list) if list.iter().any(Json::is_object) => {
            let rows: Option<Vec<_>> = list
                .into_iter()
                .enumerate()
                .map(|(nth, row)| match row {
                    Json::Object(object) => of(&format!("{name}.{nth}"), object),
                    _ => None,
                })
                .collect();
            rows.map(|rows| rows.concat())
        }
        value => texts(value).map(|texts| texts.into_iter().map(|text| (name.to_owned(), text)).collect()),
    }
}

/// A JSON value as the texts it stands for; `null` is nothing.
fn texts(value: Json) -> Option<Vec<String>> {
    match value {
        Json::Null => Some(Vec::new()),
        Json::String(text) => Some(vec![text]),
        Json::Number(number) => Some(vec![number.to_string()]),
        Json::Bool(truth) => Some(vec![if truth { "1" } else { "0" }.to_owned()]),
        Json::Array(list) => list.into_iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Json::Object(_) => None,
    }
}

/// Reads JSON; says where it breaks.
pub fn json_value(bytes: &[u8]) -> Result<Json> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::new(Kind::Malformed, format!("请求内容不是有效的 JSON：第 {line} 行第 {column} 列读不下去"))
    })
}

async fn read_parts(mut parts: multer::Multipart<'_>) -> Result<Filled> {
    let mut filled = Filled::default();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(|_| torn())? {
        count += 1;
        if count > MAX_PARTS {
            return Err(Error::new(Kind::Malformed, format!("表单超过 {MAX_PARTS} 项，请求没有处理")));
        }
        let field = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(bare_name);
        let content_type = part.content_type().map_or_else(String::new, |kind| kind.essence_str().to_owned());
        let bytes = part.bytes().await.map_err(|_| torn())?;
        match file {
            // A browser sends an empty part for a file field that was left empty.
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => filled.files.push(Upload { field, name, content_type, content: bytes.into() }),
            None => {
                filled.put(field, String::from_utf8(bytes.into()).map_err(|_| torn())?);
            }
        }
    }
    Ok(filled)
}

/// The last part of a path, without characters that cannot be shown.
pub(super) fn bare_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[track_caller]
pub(super) fn torn() -> Error {
    Error::new(Kind::Malformed, "表单内容不完整或格式有误，请返回后重新提交")
}
