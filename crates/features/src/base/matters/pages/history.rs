//! How a matter came to stand so: every step with what its form said, the newest first; for those inside.

use askama::Template;
use huitong_kernel::clock::{day_text, minute_text};
use huitong_kernel::http::page::{Fact, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::{Field, Keeping, SINCE};
use huitong_kernel::{Error, Result, Tx};

use crate::base::matters::api::{definition, found};
use crate::base::matters::entries::changed::{self, Changed};
use crate::base::matters::spine::Step;
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
    /// Who asked for it, where somebody else confirmed it.
    asked: String,
    /// From when what it changed holds; empty where that is from then on.
    since: String,
    /// What it changed: what, what it was, what it is.
    changed: Vec<[String; 3]>,
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
    let versions = match rules.of.is_register() {
        true => changed::versions_of(tx, &seen.matter)?,
        false => Vec::new(),
    };
    for step in seen.steps(tx)?.iter().rev() {
        let said = step.words();
        let form = rules.of.act(&step.act).and_then(|act| rules.of.form_of(act));
        let mut facts = Vec::new();
        let changed = changed::by(&versions, step.version);
        // What stays with an entry is told by what became of it.
        let told = |field: &&Field| changed.is_none() || field.step_only && field.key != SINCE;
        for field in form.into_iter().flat_map(|form| &form.fields).filter(told) {
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
            asked: asked(tx, seen, step)?,
            since: changed.as_ref().map(|one| day_text(one.since_on)).unwrap_or_default(),
            changed: changed.map_or(Ok(Vec::new()), |changed| rows(tx, seen, &changed))?,
            said: facts,
        });
    }
    Ok(all)
}

/// What was changed, field by field, as the page of a correction shows it.
fn rows(tx: &Tx, seen: &Seen<'_>, changed: &Changed) -> Result<Vec<[String; 3]>> {
    let mut rows = Vec::new();
    for field in seen.rules.of.fields.iter().filter(|field| !field.step_only) {
        let (before, after) = (changed.before.body.get(&field.key), changed.after.body.get(&field.key));
        if before != after {
            let words = |answer| words::brief(tx, seen.rules.pack, field, answer);
            rows.push([field.label.clone(), words(before)?, words(after)?]);
        }
    }
    Ok(rows)
}

/// Who asked for a correction that somebody else confirmed.
fn asked(tx: &Tx, seen: &Seen<'_>, step: &Step) -> Result<String> {
    let act = seen.rules.of.act(&step.act).and_then(|act| act.keeping.as_ref());
    if !matches!(act, Some(Keeping::Correct { .. })) {
        return Ok(String::new());
    }
    let asked = changed::asked_by(tx, &seen.matter, step)?;
    Ok(asked.map_or_else(String::new, |asked| match asked.office_name.as_str() {
        "" => asked.actor_name,
        office => format!("{office} · {}", asked.actor_name),
    }))
}
