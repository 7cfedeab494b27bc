//! The active pack as it stands: every item with what it rests on, where that comes from, file and line.

use std::collections::BTreeMap;

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::city;
use huitong_kernel::digest::sm3_hex;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::page::{Choice, Fact, Shell};
use huitong_kernel::http::{Call, Pairs, Reply};
use huitong_kernel::pack::ItemView;

#[derive(Template)]
#[template(path = "base/journal/pages/pack.html")]
struct PackPage {
    shell: Shell,
    token: String,
    /// Whether this reader confirms what is our own default.
    confirms: bool,
    /// The item that was to be confirmed, the paper that was written, and what was wrong with it.
    tried: String,
    paper: String,
    wrong: String,
    head: Vec<Fact>,
    kinds: Vec<Choice>,
    standings: Vec<Choice>,
    q: String,
    open: bool,
    groups: Vec<Group>,
}

/// Items of one kind, folded until the reader opens them or looks for something.
struct Group {
    kind: &'static str,
    /// How many of them somebody has still to confirm.
    unsure: usize,
    items: Vec<Item>,
}

/// One of them.
struct Item {
    view: ItemView,
    /// Whether the department has confirmed it.
    confirmed: bool,
}

impl Item {
    fn unsure(&self) -> bool {
        self.view.source_kind.needs_confirmation() && !self.confirmed
    }
}

/// The items kind by kind, in the order of the pack.
fn groups(items: Vec<Item>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for item in items {
        let unsure = usize::from(item.unsure());
        match groups.iter_mut().find(|group| group.kind == item.view.kind) {
            Some(group) => {
                group.unsure += unsure;
                group.items.push(item);
            }
            None => groups.push(Group { kind: item.view.kind, unsure, items: vec![item] }),
        }
    }
    groups
}

/// `POST /admin/pack/confirm`.
pub fn confirm(c: &Call) -> Result<Reply> {
    let filled = c.filled()?;
    let (item, paper) = (filled.get("item"), filled.get("paper"));
    let done = c.write(|tx| city::confirm(tx, item, paper));
    match done {
        Ok(()) => {
            c.city.take_up()?;
            let title =
                c.ctx.pack()?.items().iter().find(|known| known.id == item).map(|known| known.title.as_str());
            let back = Pairs::default().with("q", title.unwrap_or_default());
            c.see_saying(&format!("/admin/pack{back}"), "已确认，写进日志。")
        }
        Err(error) => c.again(error, |errors| draw(c, item, paper, errors)),
    }
}

pub fn show(c: &Call) -> Result<Reply> {
    draw(c, "", "", &[])
}

fn draw(c: &Call, item_tried: &str, paper: &str, errors: &[FieldError]) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let (kind, standing) = (c.query("kind"), c.query("standing"));
    let words = c.query("q").unwrap_or_default();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut standings: BTreeMap<&str, usize> = BTreeMap::new();
    for item in pack.items() {
        *kinds.entry(item.kind).or_default() += 1;
        *standings.entry(item.standing_label).or_default() += 1;
    }
    let fits = |item: &&ItemView| {
        // What could not be confirmed stands alone, with what is missing.
        if !item_tried.is_empty() {
            return item.id == item_tried;
        }
        kind.is_none_or(|k| k == item.kind)
            && standing.is_none_or(|s| s == item.standing_label)
            && [&item.key, &item.title, &item.summary, &item.basis].iter().any(|text| text.contains(words))
    };
    let item =
        |view: &ItemView| Item { confirmed: c.ctx.policy.confirmed.contains(&view.id), view: view.clone() };
    let items: Vec<Item> = pack.items().iter().filter(fits).map(item).collect();
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value, ..Fact::default() };
    let digest = sm3_hex(&pack.canonical_bytes());
    let head = vec![
        fact("名称", pack.title.clone()),
        fact("版本", pack.version.clone()),
        fact("生效日期", pack.effective_from.to_string()),
        fact("条目", format!("{} 项，当前显示 {} 项", pack.items().len(), items.len())),
        Fact { wide: true, ..fact("内容摘要（SM3）", digest) },
    ];
    let mut shell = c.shell("现行政策规则库")?;
    shell.has_errors = !errors.is_empty();
    shell.lead = String::from("每一项都写明依据和来源；系统默认和待核实的，须经主管部门确认");
    c.page(&PackPage {
        shell,
        head,
        kinds: choices(&kinds, kind),
        standings: choices(&standings, standing),
        q: words.to_owned(),
        open: kind.is_some() || standing.is_some() || !words.is_empty() || !errors.is_empty(),
        token: c.submit_token(),
        confirms: c.ctx.may("pack.confirm").is_some(),
        tried: item_tried.to_owned(),
        paper: paper.to_owned(),
        wrong: errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("；"),
        groups: groups(items),
    })
}

fn choices(counts: &BTreeMap<&str, usize>, chosen: Option<&str>) -> Vec<Choice> {
    let choice = |(key, count): (&&str, &usize)| Choice {
        value: (*key).to_owned(),
        label: format!("{key}（{count}）"),
        checked: chosen == Some(*key),
        ..Choice::default()
    };
    counts.iter().map(choice).collect()
}
