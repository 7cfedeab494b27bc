//! How a matter came to stand so: every step with what its form said, the newest first; for those inside.

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::http::page::{Fact, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::{Error, Result, Tx};

use crate::base::matters::api::{definition, found};
use crate::base::matters::view::Seen;
use crate::base::matters::{sentences, words};

#[derive(Template)]
#[template(path = "base/matters/pages/history.html")]
struct HistoryPage {
    shell: Shell,
    list: String,
    list_title: String,
    href: String,
    number: String,
    entries: Vec<Entry>,
}

/// One step.
struct Entry {
    version: i64,
    title: String,
    time: String,
    who: String,
    /// From which state to which, where it changed.
    moved: String,
    said: Vec<Fact>,
}

/// `GET /{path}/{id}/history`.
pub fn history(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let (heading, number, id, entries) = c.read(|tx| {
        let seen = Seen::new(tx, found(c, tx, of)?)?;
        if !seen.inside {
            return Err(Error::missing());
        }
        let spine = seen.matter.spine.clone();
        Ok((spine.title, spine.number, spine.id, entries(tx, &seen)?))
    })?;
    let mut shell = c.shell(&heading)?;
    let number = match (number.is_empty(), of.work_secret) {
        (false, _) => number,
        (true, false) => heading,
        (true, true) => of.title.clone(),
    };
    shell.title = format!("{number} 的经过");
    let (list, list_title) = (format!("/{}", of.path), of.title.clone());
    let href = format!("{list}/{id}");
    c.page(&HistoryPage { shell, list, list_title, href, number, entries })
}

fn entries(tx: &Tx, seen: &Seen<'_>) -> Result<Vec<Entry>> {
    let (rules, mut all) = (seen.rules, Vec::new());
    let label = |state: &str| rules.of.state(state).map_or(state, |state| &state.label).to_owned();
    for step in seen.steps(tx)?.iter().rev() {
        let said = step.words();
        let form = rules.of.act(&step.act).and_then(|act| rules.of.form_of(act));
        let mut facts = Vec::new();
        for field in form.into_iter().flat_map(|form| &form.fields) {
            let answer = said.json(&field.key);
            let value =
                match answer.and_then(|answer| answer.as_array()).filter(|_| !field.columns.is_empty()) {
                    Some(rows) => words::rows(field, rows).join("；"),
                    None => words::say(tx, rules.pack, field, answer)?,
                };
            if !value.is_empty() {
                facts.push(Fact {
                    label: if field.work_secret {
                        format!("{}（内部）", field.label)
                    } else {
                        field.label.clone()
                    },
                    wide: value.chars().count() > 20,
                    value,
                    ..Fact::default()
                });
            }
        }
        let moved = match (step.state_before.as_str(), step.state_after.as_str()) {
            ("", after) => label(after),
            (before, after) if before == after => String::new(),
            (before, after) => format!("{} → {}", label(before), label(after)),
        };
        all.push(Entry {
            version: step.version,
            title: sentences::of_step(tx, rules, &seen.matter, &seen.facts, (step, &said))?,
            time: minute_text(step.at),
            who: match step.office_name.as_str() {
                "" => step.actor_name.clone(),
                office => format!("{office} · {}", step.actor_name),
            },
            moved,
            said: facts,
        });
    }
    Ok(all)
}
