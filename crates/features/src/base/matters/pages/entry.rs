//! One entry of a register: its sentence, what lies within it, what can be done, how it came to stand so; now or on a past day.

use askama::Template;
use huitong_kernel::clock::{day_text, minute_text};
use huitong_kernel::http::page::{Fact, Link, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::{Definition, Keeping};
use huitong_kernel::{Error, Id, Result, Tx};

use super::show::{MatterLine, Table, Text, dressed, grid, said};
use crate::base::matters::api::found;
use crate::base::matters::entries;
use crate::base::matters::entries::as_of::AsOf;
use crate::base::matters::entries::correction;
use crate::base::matters::guards::Offer;
use crate::base::matters::matter::{KEYS, Matter as _, Rules};
use crate::base::matters::plain::Plain;
use crate::base::matters::view::{FileView, Seen};
use crate::base::{associations, notices};

#[derive(Template, Default)]
#[template(path = "base/matters/pages/entry.html")]
struct EntryPage {
    shell: Shell,
    list: String,
    list_title: String,
    href: String,
    state: String,
    tone: &'static str,
    /// The day that is looked at, where it is not today, in words.
    past: String,
    /// The same for the form.
    as_of: String,
    known_at: String,
    summary: String,
    headline: Vec<Fact>,
    texts: Vec<Text>,
    tables: Vec<Table>,
    blocks: Vec<Block>,
    about: Vec<Link>,
    unit: String,
    handler: String,
    lines: Vec<MatterLine>,
    files: Vec<FileView>,
    /// A correction that waits, where this reader may see it.
    waiting: Option<Link>,
    main: Option<Link>,
    others: Vec<Link>,
    inside: bool,
    internal: bool,
}

/// What lies within an entry, of one kind.
struct Block {
    title: String,
    id: String,
    empty: String,
    add: Option<Link>,
    rows: Vec<Within>,
}

/// One of the rows.
struct Within {
    name: String,
    text: String,
    files: Vec<FileView>,
    acts: Vec<Link>,
}

/// `GET /{path}/{id}`.
pub fn show(c: &Call, of: &Definition) -> Result<Reply> {
    notices::arrived(c, c.path())?;
    let past = AsOf::read(c.queries(), c.ctx.today())?;
    let (parent, page) = c.read(|tx| {
        let entry = found(c, tx, of)?;
        // A row within is read where it lies.
        match &entry.parent {
            Some(parent) => Ok((Some(parent.clone()), None)),
            None => Ok((None, Some(on_day(c, tx, (of, entry), past)?))),
        }
    })?;
    if let Some(parent) = parent {
        return c.see(&format!("/{}/{parent}", of.path));
    }
    let mut page = page.ok_or_else(Error::missing)?;
    let heading = page.shell.heading.clone();
    page.shell = c.shell(&heading)?;
    page.shell.title = if of.work_secret { of.title.clone() } else { heading };
    c.page(&page)
}

/// The entry as it stands, or as it stood; where it did not, that is said.
fn on_day(c: &Call, tx: &Tx, (of, entry): (&Definition, Plain), past: Option<AsOf>) -> Result<EntryPage> {
    let Some(asked) = past else { return drawn(c, tx, of, &Seen::new(tx, entry)?, None) };
    match entries::api::on_day(tx, of, &entry, asked)? {
        Ok(seen) => drawn(c, tx, of, &seen, past),
        Err(absent) => Ok(EntryPage {
            shell: Shell { heading: entry.spine.title.clone(), ..Shell::default() },
            list: format!("/{}", of.path),
            list_title: of.title.clone(),
            href: format!("/{}/{}", of.path, entry.spine.id),
            state: absent.label().to_owned(),
            tone: "muted",
            past: said_of_day(asked),
            as_of: c.query("as_of").unwrap_or_default().to_owned(),
            known_at: c.query("known_at").unwrap_or_default().to_owned(),
            summary: absent.said().to_owned(),
            internal: of.work_secret,
            ..EntryPage::default()
        }),
    }
}

fn drawn<'a>(
    c: &Call,
    tx: &Tx<'a>,
    of: &Definition,
    seen: &Seen<'a>,
    past: Option<AsOf>,
) -> Result<EntryPage> {
    let (rules, spine) = (seen.rules, &seen.matter.spine);
    let href = format!("/{}/{}", of.path, spine.id);
    let offers = if past.is_some() { Vec::new() } else { seen.offers(tx)? };
    let allowed: Vec<&Offer> = offers.iter().filter(|offer| offer.allowed).collect();
    let link = |offer: &Offer| Link { href: format!("{href}/{}", offer.act), label: offer.label.clone() };
    let keeping = |offer: &Offer| rules.of.act(&offer.act).and_then(|act| act.keeping.as_ref());
    let adds = |offer: &&&Offer| keeping(offer) == Some(&Keeping::Within);
    let main = allowed.iter().find(adds).copied();
    // What takes back comes last, and is no button that one presses in passing.
    let mut others: Vec<&Offer> =
        allowed.iter().copied().filter(|offer| main.is_none_or(|main| main.act != offer.act)).collect();
    others.sort_by_key(|offer| match keeping(offer) {
        Some(Keeping::Correct { .. }) => 1,
        Some(Keeping::End) => 2,
        Some(Keeping::Void) => 3,
        _ => 0,
    });
    let (mut texts, tables) = said(tx, seen)?;
    // What the heading says need not be said again.
    texts.retain(|text| text.text != spine.title);
    let (steps, files) = seen.until(tx, past)?;
    let lines = seen.lines(tx, &steps)?;
    let asked = |name: &str| c.query(name).unwrap_or_default().to_owned();
    Ok(EntryPage {
        shell: Shell { heading: spine.title.clone(), ..Shell::default() },
        list: format!("/{}", of.path),
        list_title: of.title.clone(),
        state: seen.state_label(),
        tone: seen.tone(),
        past: past.map(said_of_day).unwrap_or_default(),
        as_of: asked("as_of"),
        known_at: asked("known_at"),
        summary: seen.summary(),
        headline: grid(headline(seen), &texts),
        blocks: blocks(tx, seen, past, &href, &allowed)?,
        about: about(tx, seen)?,
        unit: seen.names.unit.clone(),
        handler: if seen.inside { seen.names.handler.clone() } else { String::new() },
        lines: lines.into_iter().rev().map(|line| dressed(line, &files)).collect(),
        files: files.iter().filter(|file| file.step.is_none()).cloned().collect(),
        waiting: if past.is_some() { None } else { waiting(tx, &spine.id, seen.inside)? },
        main: main.map(link),
        others: others.into_iter().map(link).collect(),
        inside: seen.inside,
        internal: of.work_secret,
        texts,
        tables,
        href,
    })
}

/// The facts at the head: from when until when it holds first, where the definition does not name them.
fn headline(seen: &Seen<'_>) -> Vec<Fact> {
    let named = |key: &str| seen.rules.of.page.headline.iter().any(|known| known == key);
    let validity = ["from_on", "until_on"].into_iter().filter(|key| !named(key));
    let held = validity.map(|key| Fact { label: seen.label(key), value: seen.say(key), ..Fact::default() });
    held.filter(|fact| !fact.value.is_empty()).chain(seen.headline()).collect()
}

pub(super) fn said_of_day(past: AsOf) -> String {
    let day = day_text(past.day);
    match past.known_at {
        i64::MAX => format!("这是 {day} 的情况，按现在掌握的。"),
        at => format!("这是 {day} 的情况，按 {} 掌握的。", minute_text(at)),
    }
}

/// A correction that waits: with the way to it for who may see it, else only that there is one.
pub(super) fn waiting(tx: &Tx, entry: &str, inside: bool) -> Result<Option<Link>> {
    let Some(waiting) = correction::waiting(tx, entry)?.filter(|_| inside) else { return Ok(None) };
    let rules = Rules::of(tx.ctx(), &waiting.spine)?;
    let sees = match tx.ctx().may(&rules.of.view()) {
        Some(right) => waiting.admitted(&Plain::reach(tx, right)?.scope(&KEYS)),
        None => false,
    };
    let href = format!("/{}/{}", rules.of.path, waiting.spine.id);
    Ok(Some(Link { href: if sees { href } else { String::new() }, label: waiting.spine.number }))
}

/// The associations an entry is about, each with the way to its file.
fn about(tx: &Tx, seen: &Seen<'_>) -> Result<Vec<Link>> {
    let all = seen.matter.associations().into_iter().map(|id| {
        let label = associations::name_of(tx, &Id::stored(id.clone()))?;
        Ok(Link { href: format!("/orgs/{id}"), label })
    });
    all.collect()
}

fn blocks<'a>(
    tx: &Tx<'a>,
    seen: &Seen<'a>,
    past: Option<AsOf>,
    href: &str,
    allowed: &[&Offer],
) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let all = match past {
        Some(past) => seen.rows_on(tx, past)?,
        None => seen.rows(tx)?,
    };
    for (of, rows) in all {
        let add = allowed.iter().find(|offer| offer.act == of.short());
        let mut shown = Vec::new();
        for row in &rows {
            let id = &row.matter.spine.id;
            let offers = if past.is_some() { Vec::new() } else { row.offers(tx)? };
            let path = href.rsplit_once('/').map_or(href, |(list, _)| list);
            let acts = offers.iter().filter(|offer| offer.allowed);
            let acts = acts
                .map(|offer| Link { href: format!("{path}/{id}/{}", offer.act), label: offer.label.clone() });
            shown.push(Within {
                name: row.matter.spine.title.clone(),
                text: rest(&row.summary(), &row.matter.spine.title),
                files: row.until(tx, past)?.1,
                acts: acts.collect(),
            });
        }
        blocks.push(Block {
            title: of.title.clone(),
            id: of.short().to_owned(),
            empty: of.sentences.empty.clone(),
            add: add.map(|offer| Link { href: format!("{href}/{}", offer.act), label: offer.label.clone() }),
            rows: shown,
        });
    }
    Ok(blocks)
}

/// A summary that only says the name again says nothing.
fn rest(summary: &str, name: &str) -> String {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if plain(summary) == plain(name) { String::new() } else { summary.to_owned() }
}
