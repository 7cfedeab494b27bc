//! What was typed and could not be taken: shown so that it can be checked, and sent again, also after signing in on the page
//! that says so.

use crate::ctx::Actor;
use crate::error::{Error, Result};
use crate::http::body::Filled;
use crate::http::call::{Call, is_own_path};
use crate::http::formview::{FieldView, FormView};
use crate::http::page::{Fact, UserBox};
use crate::http::reply::Reply;
use crate::http::table::Found;
use crate::http::{csrf, problem};
use crate::pack::{Control, Form};

/// What the names of fields begin with that a sign-in form carries.
const CARRIED: &str = "kept.";
/// Where they are sent to afterwards.
const ACTION: &str = "kept_action";
/// A text of so many characters stands in a box of its own.
const LONG: usize = 60;

/// A form as it was sent.
pub struct Kept {
    pub(super) action: String,
    filled: Filled,
}

/// What of it people can read.
#[derive(Default)]
pub(super) struct Shown {
    /// Long texts by their labels: whole, to be read and copied.
    pub texts: Vec<(String, String)>,
    /// The other fields.
    pub facts: Vec<Fact>,
}

impl Shown {
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.facts.is_empty()
    }
}

impl Kept {
    /// What this request brought; nothing where a password is among it, or where it was sent by a page of somebody else.
    pub(super) fn of(c: &Call) -> Option<Kept> {
        let filled = c.filled().ok().filter(|_| c.check_origin().is_ok())?;
        if filled.values.keys().any(|name| name.contains("password")) {
            return None;
        }
        Some(Kept { action: format!("{}{}", c.path(), c.queries().with("", "")), filled: filled.clone() })
    }

    /// What a sign-in form carries of a form that was sent before.
    pub fn carried(c: &Call) -> Option<Kept> {
        let filled = c.filled().ok()?;
        let action = filled.get(ACTION);
        if !is_own_path(action) {
            return None;
        }
        let bare =
            |(name, value): (&str, &str)| Some((name.strip_prefix(CARRIED)?.to_owned(), value.to_owned()));
        let pairs: Vec<(String, String)> = all(filled).filter_map(bare).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        Some(Kept { action: action.to_owned(), filled: Filled::of(&pairs) })
    }

    /// Whether it counts once however often it is sent.
    pub(super) fn acts_once(&self) -> bool {
        !self.filled.get("submit_token").is_empty() && !self.had_files()
    }

    /// Whether files were sent, too: these are not kept.
    pub(super) fn had_files(&self) -> bool {
        !self.filled.files.is_empty()
    }

    /// The fields as they are sent again.
    pub(super) fn values(&self) -> Vec<(&str, &str)> {
        all(&self.filled).filter(|(name, _)| *name != "csrf").collect()
    }

    /// Hidden fields by which a sign-in form carries it.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let carried =
            self.values().into_iter().map(|(name, value)| (format!("{CARRIED}{name}"), value.to_owned()));
        std::iter::once((ACTION.to_owned(), self.action.clone())).chain(carried).collect()
    }

    /// What people wrote into it, by the labels of the form that it was sent to.
    pub(super) fn shown(&self, c: &Call) -> Shown {
        let mut shown = Shown::default();
        let Some(form) = self.form(c) else {
            // Without a form nothing says what was typed and what the page carried; a person's words have blanks or no ASCII.
            let typed = |text: &str| text.contains(' ') || !text.is_ascii();
            let texts = self.values().into_iter().map(|(_, text)| text).filter(|text| typed(text.trim()));
            let texts = texts.collect::<Vec<_>>().join("\n");
            shown.texts.extend((!texts.is_empty()).then(|| (String::from("填写的内容"), texts)));
            return shown;
        };
        let Ok(pack) = c.ctx.pack() else { return shown };
        for (field, of) in FormView::new(form, pack, &self.filled, &[]).fields.into_iter().zip(&form.fields) {
            let said = said(&field);
            if !field.visible || of.control == Control::Files || said.trim().is_empty() {
                continue;
            }
            if field.control == "textarea" || said.contains('\n') || said.chars().count() > LONG {
                shown.texts.push((field.label, said));
            } else {
                shown.facts.push(Fact { label: field.label, value: said, ..Fact::default() });
            }
        }
        shown
    }

    fn form<'a>(&self, c: &'a Call) -> Option<&'a Form> {
        let path = self.action.split('?').next().unwrap_or_default();
        let found = c.ctx.policy.routes.find(&http::Method::POST, path);
        let Ok(Found::Route(_, route, _)) = found else { return None };
        route.form.as_deref().and_then(|key| c.ctx.pack().ok()?.form(key))
    }

    /// After signing in: the page that shows it and sends it again, bound to the session that this cookie opens.
    pub fn resume(&self, c: &Call, session: &str) -> Result<Reply> {
        let opened = c.read(|tx| (c.site.hooks.session)(tx, &c.ctx, session))?;
        let opened = opened.ok_or_else(Error::sign_in)?;
        let mut shell = c.shell("已登录，请核对后继续提交")?;
        shell.csrf = csrf::token_of(&opened.session.csrf);
        if let Actor::Person { name, .. } = opened.actor {
            shell.user = Some(UserBox { name, ..UserBox::default() });
        }
        problem::resumed(shell, c, self)
    }
}

fn all(filled: &Filled) -> impl Iterator<Item = (&str, &str)> {
    let first = filled.values.iter();
    first.chain(filled.repeated.iter().map(|(n, v)| (n, v))).map(|(n, v)| (n.as_str(), v.as_str()))
}

/// What was typed or chosen in a field, in the words that stood on the page.
fn said(field: &FieldView) -> String {
    let chosen: Vec<&str> = field.choices.iter().filter(|c| c.checked).map(|c| c.label.as_str()).collect();
    if !chosen.is_empty() {
        return chosen.join("、");
    }
    match field.control {
        "check" => if field.checked { "是" } else { "" }.to_owned(),
        "period" => [&*field.value, &field.until].map(str::trim).join(" 至 "),
        "table" => {
            let row = |row: &crate::http::formview::Row| {
                let cells = row.cells.iter().filter(|cell| !cell.value.trim().is_empty());
                cells.map(|cell| format!("{}：{}", cell.label, cell.value)).collect::<Vec<_>>().join("，")
            };
            field.rows.iter().map(row).filter(|row| !row.is_empty()).collect::<Vec<_>>().join("\n")
        }
        _ if field.value.is_empty() => field.chosen.join("、"),
        _ => field.value.clone(),
    }
}
