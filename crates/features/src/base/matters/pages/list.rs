//! The list of a procedure: its queues as tabs, the sentence of each matter first.

use askama::Template;
use huitong_kernel::clock::brief_day;
use huitong_kernel::deadline::Measure;
use huitong_kernel::http::page::{Choice, Link, Pager, Shell, Tab};
use huitong_kernel::http::{Call, Pairs, Reply};
use huitong_kernel::list::{Asked, ListDef};
use huitong_kernel::pack::{Definition, Field, Keeping, Queue, StandsFor};
use huitong_kernel::{Error, Id, Result, Tx};
use jiff::civil::Date;

use super::{Left, entry, left};
use crate::base::matters::api::definition;
use crate::base::matters::entries;
use crate::base::matters::entries::as_of::{AsOf, Day, Question};
use crate::base::matters::entries::reminders::{self, Switch};
use crate::base::matters::guards;
use crate::base::matters::list as lists;
use crate::base::matters::queue;
use crate::base::matters::view::Seen;
use crate::base::{associations, units};

#[derive(Template)]
#[template(path = "base/matters/pages/list.html")]
struct ListPage {
    shell: Shell,
    title: String,
    href: String,
    tabs: Vec<Tab>,
    choosers: Vec<Chooser>,
    q: String,
    queue: String,
    reset: String,
    filtered: bool,
    /// The association that the list is narrowed to, by name and id.
    about: Option<(String, String)>,
    empty: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    pager: Pager,
    due_sort: Option<(String, &'static str)>,
    /// Whether its rows have limits.
    timed: bool,
    /// What a count counts.
    past: Option<Past>,
    reminders: Vec<Reminding>,
    begin: Vec<Link>,
    /// Where its entries are taken out and brought in as files.
    files: Vec<Link>,
    internal: bool,
}

/// A filter that is chosen from a list.
struct Chooser {
    name: String,
    label: String,
    choices: Vec<Choice>,
}

/// The past day that a list shows, and the form that asks for one.
struct Past {
    /// What is shown, in words; empty where it is today.
    said: String,
    as_of: String,
    known_at: String,
    /// The same list as it is now.
    now: String,
    /// What else is asked for and stays so on another day.
    kept: Vec<(String, String)>,
}

/// The names by which a past day is asked for.
const DAY: [&str; 2] = ["as_of", "known_at"];

impl Past {
    fn of(c: &Call, path: &str, past: Option<AsOf>, by_versions: bool) -> Past {
        let asked = |name: &str| c.query(name).unwrap_or_default().to_owned();
        let kept = some_of(c.queries(), |name| !DAY.contains(&name) && !["page", "next"].contains(&name));
        let said = past.map(|past| match by_versions {
            true => entry::said_of_day(past),
            false => format!(
                "{}条数较多，只按有效期列出，内容是现在的。",
                entry::said_of_day(AsOf { known_at: i64::MAX, ..past })
            ),
        });
        Past {
            said: said.unwrap_or_default(),
            as_of: asked("as_of"),
            known_at: asked("known_at"),
            now: format!("{path}{}", kept.with("page", "")),
            kept: kept.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }
}

/// A reminder that the reader's office may turn on or off.
struct Reminding {
    key: String,
    said: String,
    on: bool,
}

impl Reminding {
    fn of(of: &Definition, switch: &Switch<'_>) -> Reminding {
        let queue = of.queue(&switch.reminder.queue).map_or("", |queue| &queue.title);
        // The person of an entry is called as its field is.
        let contact = of.standing_for(StandsFor::Assignee).map(|field| field.label.as_str());
        let named = |who: &String| match contact.filter(|_| who == "经办人") {
            Some(contact) => format!("每一条的{contact}（没有定{contact}的不提醒）"),
            None => who.clone(),
        };
        let who = switch.reminder.who.iter().map(named).collect::<Vec<_>>().join("、");
        Reminding {
            key: switch.reminder.key.clone(),
            said: format!("{}提醒{who}：{queue}", switch.reminder.every.said()),
            on: switch.on,
        }
    }
}

/// `POST /{path}/remind`: turns a reminder on or off for the unit of whoever acts.
pub fn remind(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let filled = c.filled()?;
    let (key, on) = (filled.get("reminder").to_owned(), filled.get("on") == "1");
    let said = c.write(|tx| reminders::turn(tx, of, &key, on))?;
    c.see_saying(&format!("/{}", of.path), &said)
}

/// One matter.
pub struct Row {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Its number.
    pub number: String,
    /// What its state is called.
    pub state: String,
    /// The tone of its pill.
    pub tone: &'static str,
    /// What the definition's columns say.
    pub cells: Vec<String>,
    /// Time left.
    pub left: Left,
    /// What its reader can do on it now.
    pub verb: String,
    /// Where that is done: of an entry at once, of a matter once it was read.
    pub does: String,
}

impl Row {
    /// Dresses a matter for a reader.
    pub fn of(tx: &Tx, seen: &Seen<'_>) -> Result<Row> {
        let due = seen.due();
        let left = match (&due, planned(tx, seen)) {
            (None, Some(planned)) => planned,
            (due, _) => {
                let left = left(tx.ctx(), due.as_ref().map(|(at, _)| *at), seen.measure(tx.ctx())).brief();
                due.as_ref().map_or(left.clone(), |(_, title)| left.of_limit(title))
            }
        };
        let verb = guards::primary(tx, seen.rules, &seen.matter)?;
        let spine = &seen.matter.spine;
        let href = format!("/{}/{}", seen.rules.of.path, spine.id);
        let at_once = verb.as_ref().filter(|_| seen.rules.of.is_register());
        Ok(Row {
            does: at_once.map_or_else(|| href.clone(), |offer| format!("{href}/{}", offer.act)),
            href,
            name: spine.title.clone(),
            number: spine.number.clone(),
            state: seen.state_label(),
            tone: seen.tone(),
            cells: columns(seen.rules.of).iter().map(|key| seen.say(key)).collect(),
            left,
            verb: verb.map_or_else(|| String::from("查看"), |offer| offer.label),
        })
    }
}

/// The day that a matter is about, where nothing else is due: what is today stands out.
fn planned(tx: &Tx, seen: &Seen<'_>) -> Option<Left> {
    let ended = seen.rules.of.state(&seen.matter.spine.state).is_none_or(|state| state.ends);
    // The day of an entry is none on which something is to be done.
    let ended = ended || seen.rules.of.is_register();
    let day: Date = seen.matter.day.as_deref().filter(|_| !ended)?.parse().ok()?;
    let today = tx.ctx().today();
    let (words, tone) = match (day - today).get_days() {
        0 => (String::from("今天"), "soon"),
        1 => (String::from("明天"), "soon"),
        _ => (brief_day(day, today), "calm"),
    };
    Some(Left { words, tone, ..left(tx.ctx(), None, Measure::default()) })
}

/// The columns of a definition beside those that every list has.
fn columns(of: &Definition) -> Vec<String> {
    let ours = ["name", "number", "state", "due_at"];
    of.page.columns.iter().filter(|key| !ours.contains(&key.as_str())).cloned().collect()
}

/// Beside the queues of the definition: everything within reach.
const ALL: &str = "all";

/// `GET /{path}`.
pub fn list(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let queues = queue::of_reader(&c.ctx, of);
    let open = match c.query("queue") {
        Some(ALL) => None,
        Some(key) => Some(queues.iter().copied().find(|q| q.key == key).ok_or_else(Error::missing)?),
        None => None,
    };
    let past = match of.is_register() {
        true => AsOf::read(c.queries(), c.ctx.today())?,
        false => None,
    };
    let def = match of.is_register() {
        true => {
            c.read(|tx| Ok(entries::list::asked_for(of, c.queries(), entries::list::is_wide(tx, of)?)))?
        }
        false => lists::of_reader(&c.ctx, of),
    };
    let asked = Asked::read(&def, c.queries())?;
    let sorted = c.query("sort").is_some();
    let href = format!("/{}", of.path);
    let kept = some_of(c.queries(), |name| past.is_some() && DAY.contains(&name));
    let named = ["state", "unit", "association", "q", "since", "until"];
    let asked_for = |name: &str| c.query(name).is_some_and(|text| !text.is_empty());
    let filtered =
        named.iter().any(|name| asked_for(name)) || of.fields.iter().any(|field| asked_for(&field.key));
    let (open, rows, total, covered, about, tabs, choosers, by_versions, reminders) = c.read(|tx| {
        let day = past.map(|past| Day::read(tx, of, past)).transpose()?;
        let count = |queue: &&Queue| match &day {
            Some(day) => Ok(day.count(&c.ctx, queue)),
            None => lists::count(tx, of, queue).map(Some),
        };
        let counts: Vec<Option<i64>> = queues.iter().map(count).collect::<Result<_>>()?;
        // Nobody begins with an empty queue where another one has something.
        let first = || {
            queues
                .iter()
                .zip(&counts)
                .find(|(queue, n)| queue.duty && n.is_some_and(|n| n > 0))
                .map(|(queue, _)| *queue)
        };
        // A register is opened to look something up, a procedure to get something done.
        let begins = c.query("queue").is_none() && !filtered && !of.is_register();
        let open = open.or_else(|| first().filter(|_| begins));
        let question = Question { of, def: &def, asked: &asked, pairs: c.queries(), queue: open };
        let page = match &day {
            Some(day) => day.page(tx, &question)?,
            None if of.is_register() => entries::list::page(tx, (of, &def), open, &asked, sorted)?,
            None => lists::page(tx, of, open, &asked, sorted)?,
        };
        let by_versions = day.as_ref().is_none_or(Day::by_versions);
        let covered = match past {
            None => entries::list::covered(tx, (of, &def), open, &asked)?,
            Some(_) => None,
        };
        let seen = match past {
            Some(_) => Seen::then(tx, page.items)?,
            None => Seen::all(tx, page.items)?,
        };
        let mut rows = seen.iter().map(|seen| Row::of(tx, seen)).collect::<Result<Vec<Row>>>()?;
        // From a past day one comes to what it says of that day, where there is nothing to do.
        for row in rows.iter_mut().filter(|_| past.is_some()) {
            row.href.push_str(&kept.with("page", ""));
            row.verb = String::from("查看");
        }
        let about =
            c.query("association").and_then(Id::parse).map(|id| associations::find(tx, &id)).transpose()?;
        let about = about.flatten().map(|association| (association.name, association.id.to_string()));
        let tabs = tabs(&href, &kept, &queues, &counts, open);
        Ok((
            open.map(|q| q.key.clone()),
            rows,
            page.total.unwrap_or_default(),
            covered,
            about,
            tabs,
            choosers(c, tx, of, &def)?,
            by_versions,
            reminders::switches(tx, of)?.iter().map(|switch| Reminding::of(of, switch)).collect::<Vec<_>>(),
        ))
    })?;
    if let Some(last) = asked.beyond(total, &href, c.queries()) {
        return c.see(&last);
    }
    let opened: Option<&Queue> = open.as_deref().and_then(|key| of.queue(key));
    let mut shell = c.shell(&of.title)?;
    shell.title = of.title.clone();
    let begin = of.beginnings().filter(|act| c.ctx.may(&act.name).is_some());
    let begin =
        begin.map(|act| Link { href: format!("{href}/new/{}", act.key), label: act.label.clone() }).collect();
    let facts = |key: &String| of.facts.iter().find(|fact| fact.key == *key).map(|fact| fact.label.clone());
    c.page(&ListPage {
        title: of.title.clone(),
        q: c.query("q").unwrap_or_default().to_owned(),
        queue: open.clone().unwrap_or_else(|| String::from(ALL)),
        reset: format!("{href}{}", kept.with("queue", open.as_deref().unwrap_or(ALL))),
        empty: match (past, opened) {
            (Some(_), _) => String::from("这一天没有。"),
            (None, Some(queue)) => queue.empty.clone(),
            (None, None) => nothing(c, of),
        },
        heads: columns(of).iter().filter_map(facts).collect(),
        pager: Pager {
            beside: covered.map(|n| format!("，涉及协会 {n} 家")).unwrap_or_default(),
            ..asked.pager(total, if of.is_register() { "条" } else { "件" }, &href, c.queries())
        },
        due_sort: def
            .sorts
            .iter()
            .any(|sort| sort.name == "due_at")
            .then(|| asked.sort_link("due_at", &href, c.queries())),
        internal: of.work_secret,
        timed: !of.is_register(),
        reminders,
        past: of.is_register().then(|| Past::of(c, &href, past, by_versions)),
        tabs,
        choosers,
        about,
        filtered,
        rows,
        begin,
        files: files(c, of),
        shell,
        href,
    })
}

/// What is said where there is nothing: how to begin only to who may.
fn nothing(c: &Call, of: &Definition) -> String {
    let add = of.acts.iter().any(|act| act.keeping == Some(Keeping::Add) && c.ctx.may(&act.name).is_some());
    let how = if add { "可以逐个登记，也可以从名单导入。" } else { "" };
    format!("{}{how}", of.sentences.empty)
}

/// Taking out what the list shows, and bringing a file in, for who may.
fn files(c: &Call, of: &Definition) -> Vec<Link> {
    let add = of.acts.iter().find(|act| act.keeping == Some(Keeping::Add));
    let add = add.filter(|act| c.ctx.may(&act.name).is_some());
    let out = of.is_register() && c.ctx.may(&of.export()).is_some();
    let query = c.queries().with("page", "");
    let out =
        out.then(|| Link { href: format!("/{}/export.xlsx{query}", of.path), label: String::from("导出") });
    let add = add.map(|_| Link { href: format!("/{}/import", of.path), label: String::from("导入") });
    out.into_iter().chain(add).chain(files_within(c, of)).collect()
}

/// The same of the rows within, each for who may enter one.
fn files_within(c: &Call, of: &Definition) -> Vec<Link> {
    let out = c.ctx.may(&of.export()).is_some();
    let within = of.acts.iter().filter(|act| act.keeping == Some(Keeping::Within));
    let kinds = within
        .filter_map(|act| Some((act, c.ctx.pack().ok()?.definition(&format!("{}.{}", of.key, act.key))?)));
    let links = kinds.flat_map(|(act, row)| {
        let link = |tail: &str, verb: &str| Link {
            href: format!("/{}/{}/{tail}", of.path, act.key),
            label: format!("{verb}{}", row.title),
        };
        let add = c.ctx.may(&act.name).map(|_| link("import", "导入"));
        out.then(|| link("export.xlsx", "导出")).into_iter().chain(add)
    });
    links.collect()
}

/// The tabs, each on the day that is looked at.
fn tabs(
    href: &str,
    kept: &Pairs,
    queues: &[&Queue],
    counts: &[Option<i64>],
    open: Option<&Queue>,
) -> Vec<Tab> {
    let tab = |(queue, count): (&&Queue, &Option<i64>)| Tab {
        href: format!("{href}{}", kept.with("queue", &queue.key)),
        label: queue.title.clone(),
        count: *count,
        current: open.is_some_and(|open| open.key == queue.key),
        red: queue.late,
    };
    let all = Tab {
        href: format!("{href}{}", kept.with("queue", ALL)),
        label: String::from("全部"),
        current: open.is_none(),
        ..Tab::default()
    };
    queues.iter().zip(counts).map(tab).chain([all]).collect()
}

/// What an address says of some names.
fn some_of(pairs: &Pairs, wanted: impl Fn(&str) -> bool) -> Pairs {
    Pairs::of(pairs.iter().filter(|(name, value)| wanted(name) && !value.is_empty()))
}

fn choosers(c: &Call, tx: &Tx, of: &Definition, def: &ListDef) -> Result<Vec<Chooser>> {
    let mut all = Vec::new();
    for key in &of.page.filters {
        let chosen = |value: &str| c.query(key) == Some(value);
        let choice = |value: &str, label: &str| Choice {
            checked: chosen(value),
            value: value.to_owned(),
            label: label.to_owned(),
            ..Choice::default()
        };
        if !def.filters.iter().any(|filter| filter.name == *key) {
            continue;
        }
        let choices: Vec<Choice> = match (key.as_str(), of.field(key)) {
            ("state", _) => of.states.iter().map(|state| choice(&state.key, &state.label)).collect(),
            ("unit", _) => units::all(tx)?.iter().map(|unit| choice(unit.id.as_str(), &unit.name)).collect(),
            (_, Some(Field { options: Some(list), .. })) => {
                c.ctx.pack()?.choices(list).iter().map(|one| choice(&one.key, &one.label)).collect()
            }
            _ => continue,
        };
        let label = of
            .facts
            .iter()
            .find(|fact| fact.key == *key)
            .map_or_else(|| key.clone(), |fact| fact.label.clone());
        all.push(Chooser { name: key.clone(), label, choices });
    }
    Ok(all)
}
