//! 可见范围核查: the row that somebody names, and by which rule who can see it today.

use askama::Template;
use huitong_codes::search::Terms;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::{Result, Tx};

use super::journal::subject_key;
use crate::base::associations;
use crate::base::journal::subjects::{Described, Explanation, Kind, Seen};

struct Found {
    kind: String,
    subject: Described,
    /// None where everybody may see rows of this kind.
    lines: Option<Vec<Explanation>>,
}

#[derive(Template)]
#[template(path = "base/journal/pages/access.html")]
struct AccessPage {
    shell: Shell,
    asked: String,
    error: String,
    found: Option<Found>,
}

pub fn show(c: &Call) -> Result<Reply> {
    let asked = c.query("subject").unwrap_or_default();
    let (found, error) = match asked {
        "" => (None, String::new()),
        asked => find(c, asked)?.map_or_else(|why| (None, why), |found| (Some(found), String::new())),
    };
    let missing = !error.is_empty();
    let mut shell = c.shell("可见范围核查")?;
    shell.lead = String::from("按现行政策规则库的角色和现任职务推算");
    shell.has_errors = missing;
    let page = AccessPage { shell, asked: asked.to_owned(), error, found };
    Ok(c.page(&page)?.status(if missing { 422 } else { 200 }))
}

/// Names that are listed when several associations fit what was typed.
const NAMED: i64 = 5;

/// The record that somebody means, or what to do where none or several fit.
fn find(c: &Call, asked: &str) -> Result<std::result::Result<Found, String>> {
    c.read(|tx| {
        if let Some(found) = described(tx, &subject_key(tx, asked)?)? {
            return Ok(Ok(found));
        }
        // Nobody knows the full name of an association by heart.
        let terms = Terms::of(asked);
        let named = associations::search(tx, &terms, NAMED, 0)?;
        if let [only] = named.as_slice()
            && let Some(found) = described(tx, only.id.as_str())?
        {
            return Ok(Ok(found));
        }
        Ok(Err(match named.as_slice() {
            [] => format!("没有编号、代码或者名称为“{asked}”的记录，请核对"),
            several => associations::several_fit(tx, asked, several)?,
        }))
    })
}

fn described(tx: &Tx, id: &str) -> Result<Option<Found>> {
    for subject in tx.ctx().policy.of_every_kind::<Kind>() {
        let Some(described) = subject.describe(tx, id)? else { continue };
        let lines = match subject.seen(tx, id)? {
            Seen::Public => None,
            Seen::By(lines) => Some(lines),
        };
        return Ok(Some(Found { kind: subject.label().to_owned(), subject: described, lines }));
    }
    Ok(None)
}
