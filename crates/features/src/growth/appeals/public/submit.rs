//! Handing an appeal in: fill in, check, done. The receipt is the answer to the last step itself.
//!
//! The tracking code is told once and stored nowhere: it stands in no address, no cookie and no log. Sending the last step
//! again (reload, back, double click) gives the same receipt, because the act runs once for each `submit_token`.

use askama::Template;
use huitong_kernel::error::{FieldError, Kind};
use huitong_kernel::http::form::{Checked, FormView};
use huitong_kernel::http::page::{Choice, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::{Form, Pack};
use huitong_kernel::{Ctx, Error, OrMissing, Result};

use super::draft::{self, Draft, Kept, Row, When};
use super::known::Known;
use super::promise::{self, Promised};
use super::receipt::{Taker, draw as draw_receipt};
use crate::base::matters::Input;
use crate::growth::appeals::model::ANONYMOUS;
use crate::growth::appeals::{flow, submit};

/// What stands beside every step.
struct Beside {
    accepted: Option<Promised>,
    answered: Vec<Promised>,
    known: Known,
}

impl Beside {
    /// `kind` is the kind of matter that was chosen; "" where the choice is still open and all of them stand.
    fn new(ctx: &Ctx, pack: &Pack, known: Known, kind: &str) -> Beside {
        let who = known.complainant_kind();
        let accepted = promise::accepted(ctx, pack, who);
        Beside { accepted, answered: promise::answered_for(ctx, pack, who, kind), known }
    }
}

/// The words of a step.
struct Fill {
    form: FormView,
    token: String,
    kept: Vec<Kept>,
    /// Whether a stop marking was found: nothing is taken in.
    stopped: bool,
    whens: Vec<When>,
    contact_open: bool,
    beside: Beside,
}

impl Fill {
    /// On which choice of another field a field depends; script hides it meanwhile.
    fn when(&self, key: &str) -> Option<&When> {
        self.whens.iter().find(|w| w.key == key)
    }

    /// The warning stands in a box at the first free text, and as a line at all others.
    fn slim(&self, key: &str) -> bool {
        self.form.fields.iter().find(|f| f.free_text).is_none_or(|first| first.key != key)
    }

    /// Fields of the contact are folded away where they are known.
    fn folded(&self, key: &str) -> bool {
        self.beside.known.post.is_some() && key.starts_with("contact_")
    }
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/fill.html")]
struct FillPage {
    shell: Shell,
    fill: Fill,
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/fill_desk.html")]
struct FillDesk {
    shell: Shell,
    fill: Fill,
}

/// Answers `GET /appeals/new`.
pub fn fill(c: &Call) -> Result<Reply> {
    let known = c.read(Known::of)?;
    let draft = Draft::begun(c, &known)?;
    draw_fill(c, &draft, known, &c.submit_token())
}

fn the_form(c: &Call) -> Result<(&Pack, &Form)> {
    let pack = c.ctx.pack()?;
    let key = flow(pack).act("submit").and_then(|act| act.form.as_deref()).or_missing()?;
    Ok((pack, pack.form(key).or_missing()?))
}

fn draw_fill(c: &Call, draft: &Draft, mut known: Known, token: &str) -> Result<Reply> {
    let (pack, form) = the_form(c)?;
    known.contact(draft.filled.get("contact_name"), draft.filled.get("contact_phone"));
    let view = draft.view(form, pack, &known);
    let mut shell = c.shell("提交诉求")?;
    shell.lead.clone_from(&view.intro);
    shell.has_errors = !draft.errors.is_empty();
    let fill = Fill {
        contact_open: known.contact_phone.is_empty()
            || draft.errors.iter().any(|e| e.field.starts_with("contact_")),
        token: token.to_owned(),
        kept: draft.kept.clone(),
        stopped: draft.stopped,
        whens: draft::whens(form, pack),
        beside: Beside::new(&c.ctx, pack, known, ""),
        form: view,
    };
    let status = if draft.errors.is_empty() { 200 } else { 422 };
    let reply = match fill.beside.known.post {
        Some(_) => c.page(&FillDesk { shell, fill }),
        None => c.page(&FillPage { shell, fill }),
    };
    Ok(reply?.status(status))
}

/// The check page.
struct Check {
    rows: Vec<Row>,
    carried: Vec<Choice>,
    token: String,
    kept: Vec<Kept>,
    left_out: Vec<String>,
    /// What anonymous, confidential or complaining means, said before sending.
    warnings: Vec<String>,
    anonymous: bool,
    /// Why it must be sent once more; "" the first time.
    again: String,
    beside: Beside,
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/check.html")]
struct CheckPage {
    shell: Shell,
    check: Check,
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/check_desk.html")]
struct CheckDesk {
    shell: Shell,
    check: Check,
}

/// Answers `POST /appeals/new`: the check page, or the form again with what is wrong or with what is to be changed.
pub fn check(c: &Call) -> Result<Reply> {
    let known = c.read(Known::of)?;
    let mut draft = Draft::sent(c, &known)?;
    let token = token(c)?;
    if !c.filled()?.get("edit").is_empty() {
        return draw_fill(c, &draft, known, &token);
    }
    let (_, form) = the_form(c)?;
    let checked = draft.check(c, form, &known)?;
    if draft.errors.is_empty() {
        draw_check(c, &draft, &checked, known, &token, "")
    } else {
        draw_fill(c, &draft, known, &token)
    }
}

/// The token travels with the form from its first page, so that the same form acts once whichever way it comes back.
fn token(c: &Call) -> Result<String> {
    let sent = c.filled()?.get("submit_token");
    Ok(if sent.is_empty() { c.submit_token() } else { sent.to_owned() })
}

fn draw_check(
    c: &Call,
    draft: &Draft,
    checked: &Checked,
    mut known: Known,
    token: &str,
    again: &str,
) -> Result<Reply> {
    let (pack, form) = the_form(c)?;
    // Whom to contact stands below, as it was filled in.
    known.contact("", "");
    let mut warnings = Vec::new();
    let disclosure = checked.text("disclosure");
    let about = (!checked.text("about").is_empty()).then_some("complained_of");
    for key in [disclosure].into_iter().chain(about) {
        warnings.extend(pack.warning(key).map(|w| format!("{}。{}", w.title, w.text)));
    }
    let check = Check {
        rows: draft.rows(form, pack, checked),
        carried: draft.carried(checked),
        token: token.to_owned(),
        kept: draft.kept.clone(),
        left_out: draft.left_out(form, checked),
        warnings,
        anonymous: disclosure == ANONYMOUS,
        again: again.to_owned(),
        beside: Beside::new(&c.ctx, pack, known, checked.text("kind")),
    };
    let mut shell = c.shell("核对诉求")?;
    shell.lead = String::from("核对无误后提交；有误的点“修改”，已填写的都保留");
    match check.beside.known.post {
        Some(_) => c.page(&CheckDesk { shell, check }),
        None => c.page(&CheckPage { shell, check }),
    }
}

/// Answers `POST /appeals/done`: does the act and shows the receipt.
pub fn send(c: &Call) -> Result<Reply> {
    let known = c.read(Known::of)?;
    let mut draft = Draft::sent(c, &known)?;
    let (_, form) = the_form(c)?;
    let checked = draft.check(c, form, &known)?;
    if !draft.errors.is_empty() {
        return draw_fill(c, &draft, known, &token(c)?);
    }
    let input = Input { filled: draft.filled.clone(), files: draft.files() };
    match c.write(|tx| submit::submit(tx, &input)) {
        Ok(receipt) => {
            let desk = known.post.is_some();
            let href = if desk { format!("/my/appeals/{}", receipt.id) } else { String::new() };
            draw_receipt(c, receipt, Taker { desk, registered: false, href })
        }
        Err(error) if used_before(&error) => {
            let said = "用这个页面已经提交过一件诉求。内容改动过，要作为另一件再提交的，请再点一次“确认提交”；\
                        只想看已提交的，请凭编号查办理进度。";
            Ok(draw_check(c, &draft, &checked, known, &c.submit_token(), said)?.status(409))
        }
        Err(error) if error.kind() == Kind::Invalid => {
            draft.errors = error.field_errors().to_vec();
            draw_fill(c, &draft, known, &token(c)?)
        }
        Err(error) => Err(error),
    }
}

/// Whether the page's token was spent on other content.
fn used_before(error: &Error) -> bool {
    error.field_errors().iter().any(|e: &FieldError| e.field == "Idempotency-Key")
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/gone.html")]
struct GonePage {
    shell: Shell,
}

/// Answers `GET /appeals/done`: whoever opens the address itself learns where to go.
pub fn gone(c: &Call) -> Result<Reply> {
    c.page(&GonePage { shell: c.shell("回执")? })
}
