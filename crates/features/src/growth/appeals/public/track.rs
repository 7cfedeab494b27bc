//! Following a case by its number and tracking code. Both travel in the body of a form only, never in an address.

use askama::Template;
use huitong_kernel::error::{FieldError, Kind};
use huitong_kernel::http::page::{Choice, Shell};
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::{Error, OrMissing, Result, Tx};

use super::view::{self, Again, Progress};
use crate::base::attachments::{self, Attachment, Reading};
use crate::base::matters::{self, Input};
use crate::growth::appeals::case;
use crate::growth::appeals::model::Appeal;
use crate::growth::appeals::number::Keys;
use crate::growth::appeals::timeline;

/// Of a number that can be one of ours: whatever was wrong, number or code, a guesser learns nothing.
const UNKNOWN: &str = "没有找到这件诉求。请对照回执核对编号和查询码，两项都要一致。";

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/track.html")]
struct TrackPage {
    shell: Shell,
    number: String,
    errors: Vec<FieldError>,
}

impl TrackPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|e| e.field == field).map_or("", |e| e.message.as_str())
    }
}

/// Answers `GET /track`.
pub fn ask(c: &Call) -> Result<Reply> {
    draw_form(c, String::new(), Vec::new())
}

fn draw_form(c: &Call, number: String, errors: Vec<FieldError>) -> Result<Reply> {
    let status = if errors.is_empty() { 200 } else { 422 };
    let mut shell = c.shell("查办理进度")?;
    shell.lead = String::from("凭回执上的编号和查询码查询，不需要登录");
    shell.has_errors = !errors.is_empty();
    Ok(c.page(&TrackPage { shell, number, errors })?.status(status))
}

fn keys_of(filled: &Filled) -> Keys {
    Keys::read(filled.get("number"), filled.get("code"))
}

fn find(tx: &Tx, keys: &Keys) -> Result<Option<Appeal>> {
    match case::tracked(tx, keys) {
        Err(error) if error.kind() == Kind::Missing => Ok(None),
        found => found.map(Some),
    }
}

/// What a page of a case needs beside the case itself; the same for those who track and those who are signed in.
pub struct Frame {
    /// Where acts are sent: this and the key of the act.
    pub action: String,
    /// What every form of the page carries.
    pub hidden: Vec<Choice>,
    /// Acts once.
    pub token: String,
    /// Whether files are asked for by a form, because the address alone opens nothing.
    pub by_form: bool,
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/progress.html")]
struct ProgressPage {
    shell: Shell,
    case: Progress,
    frame: Frame,
    warn: String,
}

/// Answers `POST /track`.
pub fn show(c: &Call) -> Result<Reply> {
    draw(c, None, "", "")
}

fn draw(c: &Call, again: Again<'_>, said: &str, warn: &str) -> Result<Reply> {
    let keys = keys_of(c.filled()?);
    let may = |act: &str| c.ctx.may(act).is_some();
    let case = c.read(|tx| {
        let appeal = find(tx, &keys)?;
        appeal.map(|appeal| view::progress(tx, &appeal, &may, again)).transpose()
    })?;
    let Some(case) = case else { return unknown(c, &keys) };
    let mut shell = c.shell(&case.title)?;
    shell.title = format!("办理进度 {}", case.number);
    shell.has_errors = again.is_some();
    if !said.is_empty() {
        shell.flash = Some(said.to_owned());
    }
    let carried =
        |name: &str, value: &str| Choice { value: value.into(), label: name.into(), ..Choice::default() };
    let frame = Frame {
        action: String::from("/track"),
        hidden: vec![carried("number", &keys.number), carried("code", &keys.code)],
        token: c.submit_token(),
        by_form: true,
    };
    c.page(&ProgressPage { shell, case, frame, warn: warn.to_owned() })?.header("cache-control", "no-store")
}

fn unknown(c: &Call, keys: &Keys) -> Result<Reply> {
    let error = |field: &str, message: &str| FieldError { field: field.into(), message: message.into() };
    let empty = [("number", &keys.number, "请填写编号"), ("code", &keys.code, "请填写查询码")];
    let mut errors: Vec<FieldError> = empty
        .iter()
        .filter(|(_, text, _)| text.is_empty())
        .map(|(field, _, say)| error(field, say))
        .collect();
    if errors.is_empty() {
        errors.push(error("number", keys.wrong.as_deref().unwrap_or(UNKNOWN)));
    }
    draw_form(c, keys.number.clone(), errors)
}

/// Answers `POST /track/judge`.
pub fn judge(c: &Call) -> Result<Reply> {
    act(c, "judge", "已评价，诉求办结。感谢您的反馈。")
}

/// Answers `POST /track/withdraw`.
pub fn withdraw(c: &Call) -> Result<Reply> {
    act(c, "withdraw", "已撤回，停止办理。需要时可以重新提交。")
}

fn act(c: &Call, key: &str, said: &str) -> Result<Reply> {
    let filled = c.filled()?;
    let keys = keys_of(filled);
    let input = Input { filled: filled.clone(), files: Vec::new() };
    let done = c.write(|tx| case::act_tracked(tx, (&keys.number, &keys.code), key, &input));
    match done {
        Ok(_) => draw(c, None, said, ""),
        Err(error) => refused(c, key, &error),
    }
}

fn refused(c: &Call, key: &str, error: &Error) -> Result<Reply> {
    match error.kind() {
        Kind::Missing => unknown(c, &keys_of(c.filled()?)),
        Kind::Invalid => Ok(draw(c, Some((key, c.filled()?, error.field_errors())), "", "")?.status(422)),
        Kind::Conflict => Ok(draw(c, None, "", error.message())?.status(409)),
        _ => Err(error.clone()),
    }
}

/// Answers `POST /track/files/{id}`.
pub fn file(c: &Call) -> Result<Reply> {
    let keys = keys_of(c.filled()?);
    let found = c.read(|tx| {
        let Some(appeal) = find(tx, &keys)? else { return Ok(None) };
        let steps = matters::steps(tx, &appeal.id)?;
        let all = attachments::list(tx, &appeal.id, false)?;
        let readable = |f: &Attachment| {
            f.id.as_str() == c.param("id") && timeline::may_read_file(&steps, &appeal, f.step.as_deref())
        };
        Ok(all.into_iter().find(readable))
    })?;
    attachments::hand_out(c, &found.or_missing()?, Reading::Unnamed)
}
