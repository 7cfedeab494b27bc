//! 谁能看到一条记录: the row that somebody names, and by which rule who can see it today.

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Reply};

use super::journal::subject_key;
use crate::base::records::subjects::{Described, Explanation, Seen, Subjects};

struct Found {
    kind: &'static str,
    subject: Described,
    /// None where everybody may see rows of this kind.
    lines: Option<Vec<Explanation>>,
}

#[derive(Template)]
#[template(path = "base/records/pages/access.html")]
struct AccessPage {
    shell: Shell,
    asked: String,
    error: String,
    found: Option<Found>,
}

pub fn show<H: Subjects>(c: &Call) -> Result<Reply> {
    let asked = c.query("subject").unwrap_or_default();
    let found = if asked.is_empty() { None } else { find::<H>(c, asked)? };
    let missing = !asked.is_empty() && found.is_none();
    let error = if missing {
        format!("没有编号、代码或者名称为“{asked}”的记录，请核对")
    } else {
        String::new()
    };
    let mut shell = c.shell("谁能看到一条记录")?;
    shell.lead = String::from("按现行政策包的角色和今天的任职推算");
    shell.has_errors = missing;
    let page = AccessPage { shell, asked: asked.to_owned(), error, found };
    Ok(c.page(&page)?.status(if missing { 422 } else { 200 }))
}

fn find<H: Subjects>(c: &Call, asked: &str) -> Result<Option<Found>> {
    c.read(|tx| {
        let id = subject_key::<H>(tx, asked)?;
        for subject in H::SUBJECTS {
            let Some(described) = (subject.describe)(tx, &id)? else { continue };
            let lines = match subject.seen {
                Seen::Public => None,
                Seen::By(explain) => Some(explain(tx, &id)?),
            };
            return Ok(Some(Found { kind: subject.label, subject: described, lines }));
        }
        Ok(None)
    })
}
