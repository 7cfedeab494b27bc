//! 工作台: what is mine to do, by its due time; notices; the places one goes to often.

use askama::Template;
use huitong_kernel::clock::brief_text;
use huitong_kernel::http::page::{Link, Shell};
use huitong_kernel::http::{Call, Name, Pairs, Reply};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::Queue;
use huitong_kernel::{Result, Tx};

use super::Left;
use super::list::{Dress, Line};
use crate::base::matters::pages::{self, Row};
use crate::base::places::{self, Place};
use crate::base::{notices, units};
use crate::growth::appeals::queue::{self, APPEALS};

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/home.html")]
struct HomePage {
    shell: Shell,
    figures: Vec<Figure>,
    groups: Vec<Group>,
    notices: Vec<NoticeLine>,
    links: Vec<Link>,
    /// Whether this reader hands cases in: the way there stands in the navigation, too.
    submits: bool,
    /// What is overdue, unit by unit, for who sees the whole city.
    late: Vec<LateUnit>,
    /// What one can do here, where no case waits for anybody of one's role.
    entrances: Vec<Entrance>,
}

/// A unit with its overdue cases.
struct LateUnit {
    name: String,
    count: i64,
    /// The rows.
    href: String,
}

/// A place to go to, with what it is for.
struct Entrance {
    href: Name,
    label: Name,
    about: Name,
}

/// A queue's count, opening onto its rows.
struct Figure {
    href: String,
    label: String,
    count: i64,
    class: &'static str,
}

/// The first rows of a queue that is mine to work through.
struct Group {
    title: String,
    href: String,
    count: i64,
    empty: String,
    rows: Vec<Todo>,
}

/// One thing to do, whatever it belongs to.
struct Todo {
    href: String,
    title: String,
    /// From whom it comes, or who has it.
    from: String,
    /// What stands below from whom it comes, for those inside.
    below: String,
    tone: &'static str,
    state: String,
    /// For those outside no limit is named.
    left: Left,
}

impl Todo {
    fn of_case(line: Line, outside: bool) -> Todo {
        Todo {
            href: format!("{}/{}", if outside { "/my/appeals" } else { "/appeals" }, line.row.id),
            title: line.row.title,
            below: if line.given || outside { String::new() } else { line.claim },
            from: if line.given { line.who } else { line.row.from },
            tone: line.tone,
            state: line.row.state_label,
            left: if outside { line.left.of_limit("") } else { line.left },
        }
    }

    fn of_matter((row, queue): (Row, String)) -> Todo {
        let Row { href, name, state, tone, left, .. } = row;
        Todo { href, title: name, from: queue, below: String::new(), tone, state, left }
    }
}

struct NoticeLine {
    title: String,
    link: String,
    time: String,
    new: bool,
}

/// `GET /desk`.
pub fn show(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let outside = c.ctx.posts().iter().all(|p| p.kind != huitong_kernel::ctx::OfficeKind::Unit);
    let list = if outside { "/my/appeals" } else { "/appeals" };
    let sees = c.ctx.may("appeal.list").is_some();
    let queues = if sees { queue::of_reader(&c.ctx, pack) } else { Vec::new() };
    let asked = Asked::read(&APPEALS, &Pairs::parse("page_size=6").unwrap_or_default())?;
    let (figures, groups, notices, late) = c.read(|tx| {
        let dress = Dress::of(c, tx, pack)?;
        let mut late = Vec::new();
        let mut figures = Vec::new();
        let mut groups = Vec::new();
        for queue in &queues {
            let count = queue::count(tx, queue)?;
            let href = if outside { list.to_owned() } else { format!("{list}?queue={}", queue.key) };
            let class = if queue.late && count > 0 { "red" } else { "" };
            figures.push(Figure { href: href.clone(), label: queue.title.clone(), count, class });
            if queue.late && !outside && dress.city {
                late = late_units(tx, queue, &dress.intake)?;
            }
            if queue.duty || outside || (queue.late && dress.city) {
                let rows = queue::page_offered(tx, pack, Some(queue), &asked, false)?.items;
                let rows = rows.into_iter().map(|row| Todo::of_case(dress.line(row), outside)).collect();
                groups.push(Group {
                    title: queue.title.clone(),
                    href,
                    count,
                    empty: queue.empty.clone(),
                    rows,
                });
            }
        }
        // What waits in other procedures stands beside it, before the queues that only inform.
        let others = pages::blocks(c, tx, queues.is_empty())?;
        if !others.is_empty() {
            let informs =
                |figure: &Figure| queues.iter().any(|q| q.title == figure.label && !q.duty && !q.late);
            let waiting =
                others.iter().flat_map(|block| block.queues.iter().map(move |queue| (block, queue)));
            figures.extend(waiting.map(|(block, queue)| Figure {
                href: queue.href.clone(),
                label: format!("{} · {}", block.title, queue.title),
                count: queue.count,
                class: if queue.late { "red" } else { "" },
            }));
            figures.sort_by_key(informs);
        }
        groups.extend(others.into_iter().map(|block| Group {
            title: block.title,
            href: block.href,
            count: block.queues.iter().filter(|queue| !queue.late).map(|queue| queue.count).sum(),
            empty: block.empty,
            rows: block.rows.into_iter().map(Todo::of_matter).collect(),
        }));
        figures.truncate(6);
        Ok((figures, groups, recent(c, tx)?, late))
    })?;
    let mut shell = c.shell("工作台")?;
    shell.lead = c.ctx.today().strftime("%Y年%-m月%-d日").to_string();
    let submits = shell.nav.iter().any(|item| item.href == SUBMIT);
    let entrances = if groups.is_empty() { entrances(c, &shell) } else { Vec::new() };
    let links = if groups.is_empty() { Vec::new() } else { links(c, &shell) };
    c.page(&HomePage { shell, figures, groups, notices, links, submits, late, entrances })
}

/// Where what is overdue lies, the most first; what no unit has yet lies with intake.
fn late_units(tx: &Tx, queue: &Queue, intake: &str) -> Result<Vec<LateUnit>> {
    let counts = queue::count_by_unit(tx, queue)?;
    let ids: Vec<String> = counts.iter().filter_map(|(unit, _)| unit.clone()).collect();
    let names = units::names(tx, &ids)?;
    let late = counts.into_iter().map(|(unit, count)| match unit {
        Some(id) => LateUnit {
            name: names.get(&id).cloned().unwrap_or_default(),
            href: format!("/appeals?queue={}&unit={id}", queue.key),
            count,
        },
        None => LateUnit {
            name: format!("{intake}（待受理、待派单）"),
            href: format!("/appeals?queue={}&no_unit=1", queue.key),
            count,
        },
    });
    Ok(late.collect())
}

fn recent(c: &Call, tx: &Tx) -> Result<Vec<NoticeLine>> {
    let Some(user) = c.ctx.user() else { return Ok(Vec::new()) };
    let told = notices::list(tx, user, 6, 0)?;
    Ok(told
        .into_iter()
        .map(|n| NoticeLine { title: n.title, link: n.link, time: brief_text(n.at, c.ctx.now), new: !n.read })
        .collect())
}

/// Where a case is handed in.
const SUBMIT: &str = "/appeals/new";

/// The places of this reader; what only a post gives stands here where it stands in the navigation.
fn entrances(c: &Call, shell: &Shell) -> Vec<Entrance> {
    let shown = |place: &Place| shell.nav.iter().any(|item| item.href == place.href);
    let mine = |place: &Place| c.ctx.may(&place.act).is_some() && (!place.by_post || shown(place));
    let places = places::entrances(&c.ctx.policy).into_iter().filter(|place| mine(place));
    places
        .filter_map(|place| {
            let (_, about) = place.entrance.clone()?;
            Some(Entrance { href: place.href.clone(), label: place.label.clone(), about })
        })
        .collect()
}

/// The same as links, where they stand beside what is to be done.
fn links(c: &Call, shell: &Shell) -> Vec<Link> {
    let link = |place: Entrance| Link { href: place.href.into_owned(), label: place.label.into_owned() };
    entrances(c, shell).into_iter().map(link).collect()
}
