//! The active pack as it stands: every item with what it rests on, where that comes from, file and line.

use std::collections::BTreeMap;

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::city;
use huitong_kernel::digest::sm3_hex;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::page::{Choice, Fact, Shell, Tab};
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
    count: Count,
    tabs: Vec<Tab>,
    state: String,
    kinds: Vec<Choice>,
    q: String,
    open: bool,
    /// Whether keys and places in the files of the pack are shown.
    keys: bool,
    sections: Vec<Section>,
}

/// How an item stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Policy of our own that somebody has still to confirm.
    Pending,
    /// Policy of our own that the department has confirmed.
    Confirmed,
    /// Policy that rests on a text in force.
    Grounded,
    /// How the system works; nobody confirms it.
    Setting,
}

impl State {
    /// Each with its word in addresses and on the page.
    const ALL: [(State, &'static str, &'static str); 4] = [
        (State::Pending, "pending", "待确认"),
        (State::Confirmed, "confirmed", "已确认"),
        (State::Grounded, "grounded", "有依据"),
        (State::Setting, "setting", "系统设置"),
    ];
}

/// How far the confirming has come.
#[derive(Default)]
struct Count {
    pending: usize,
    confirmed: usize,
    grounded: usize,
    setting: usize,
}

impl Count {
    fn of(&mut self, state: State) -> &mut usize {
        match state {
            State::Pending => &mut self.pending,
            State::Confirmed => &mut self.confirmed,
            State::Grounded => &mut self.grounded,
            State::Setting => &mut self.setting,
        }
    }

    fn ours(&self) -> usize {
        self.pending + self.confirmed
    }

    fn percent(&self) -> usize {
        self.confirmed * 100 / self.ours().max(1)
    }
}

/// What a department answers for, or how the system works.
struct Section {
    title: &'static str,
    groups: Vec<Group>,
}

/// Items of one kind, folded until the reader opens them or looks for something.
struct Group {
    kind: &'static str,
    /// How many of them somebody has still to confirm.
    pending: usize,
    size: usize,
    grounds: Vec<Ground>,
}

/// Items of one kind that rest on the same words: they are said once.
struct Ground {
    said: String,
    items: Vec<Item>,
}

/// One of them.
struct Item {
    view: ItemView,
    state: State,
    /// The paper by which it was confirmed.
    paper: String,
}

impl Item {
    fn new(view: &ItemView, papers: &BTreeMap<String, String>) -> Item {
        let paper = papers.get(&view.id).cloned().unwrap_or_default();
        let state = match (view.kind.policy, view.needs_confirmation(), paper.is_empty()) {
            (false, ..) => State::Setting,
            (true, false, _) => State::Grounded,
            (true, true, false) => State::Confirmed,
            (true, true, true) => State::Pending,
        };
        Item { view: view.clone(), state, paper }
    }

    fn pending(&self) -> bool {
        self.state == State::Pending
    }

    /// What it rests on, and what kind of source that is.
    fn ground(&self) -> String {
        let ItemView { basis, source_kind, standing_label, .. } = &self.view;
        match source_kind.needs_confirmation() {
            true if basis.contains(standing_label) => basis.clone(),
            true => format!("{standing_label}：{basis}"),
            false => format!("依据：{basis}（{}）", source_kind.title()),
        }
    }

    /// The word beside its title, and its tone; settings of our own need none.
    fn mark(&self) -> Option<(&'static str, &'static str)> {
        match self.state {
            State::Pending => Some(("待确认", "amber")),
            State::Confirmed => Some(("已确认", "green")),
            _ if self.view.source_kind.needs_confirmation() => None,
            _ => Some((self.view.standing_label, "green")),
        }
    }
}

/// The items kind by kind, in the order of the pack: policy before settings.
fn sections(items: Vec<Item>) -> Vec<Section> {
    let (policy, settings): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| item.view.kind.policy);
    let section = |(title, items)| Section { title, groups: groups(items) };
    let all = [("政策内容", policy), ("系统设置", settings)].map(section);
    all.into_iter().filter(|section| !section.groups.is_empty()).collect()
}

fn groups(items: Vec<Item>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for item in items {
        let kind = item.view.kind.title;
        let at = groups.iter().position(|group| group.kind == kind).unwrap_or_else(|| {
            groups.push(Group { kind, pending: 0, size: 0, grounds: Vec::new() });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.size += 1;
        group.pending += usize::from(item.pending());
        let said = item.ground();
        match group.grounds.iter_mut().find(|ground| ground.said == said) {
            Some(ground) => ground.items.push(item),
            None => group.grounds.push(Ground { said, items: vec![item] }),
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
    let papers = c.read(city::confirmations)?;
    let (kind, words) = (c.query("kind"), c.query("q").unwrap_or_default());
    let state = State::ALL.into_iter().find(|(_, key, _)| c.query("state") == Some(*key));
    let (mut count, mut kinds) = (Count::default(), BTreeMap::<&str, usize>::new());
    let mut items = Vec::new();
    for view in pack.items() {
        let item = Item::new(view, &papers);
        *count.of(item.state) += 1;
        *kinds.entry(view.kind.title).or_default() += 1;
        let fits = kind.is_none_or(|kind| kind == view.kind.title)
            && state.is_none_or(|(state, ..)| state == item.state)
            && [&view.key, &view.title, &view.summary, &view.basis].iter().any(|text| text.contains(words));
        // What could not be confirmed stands alone, with what is missing.
        if if item_tried.is_empty() { fits } else { view.id == item_tried } {
            items.push(item);
        }
    }
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value, ..Fact::default() };
    let digest = sm3_hex(&pack.canonical_bytes());
    let head = vec![
        Fact { wide: true, ..fact("名称", pack.title.clone()) },
        fact("版本", pack.version.clone()),
        fact("生效日期", pack.effective_from.to_string()),
        Fact { wide: true, ..fact("内容摘要（SM3）", digest) },
    ];
    let state = state.map(|(_, key, _)| key).unwrap_or_default();
    let mut shell = c.shell("现行政策规则库")?;
    shell.has_errors = !errors.is_empty();
    shell.lead = String::from("每一项都写明依据和来源；没有依据的政策内容，须经主管部门确认");
    c.page(&PackPage {
        shell,
        head,
        tabs: tabs(&mut count, pack.items().len(), state),
        count,
        state: state.to_owned(),
        kinds: choices(&kinds, kind),
        q: words.to_owned(),
        open: kind.is_some() || !state.is_empty() || !words.is_empty() || !errors.is_empty(),
        keys: c.query("keys").is_some(),
        token: c.submit_token(),
        confirms: c.ctx.may("pack.confirm").is_some(),
        tried: item_tried.to_owned(),
        paper: paper.to_owned(),
        wrong: errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("；"),
        sections: sections(items),
    })
}

fn tabs(count: &mut Count, all: usize, chosen: &str) -> Vec<Tab> {
    let tab = |key: &str, label: &str, rows: usize| Tab {
        href: if key.is_empty() { String::from("/admin/pack") } else { format!("/admin/pack?state={key}") },
        label: label.to_owned(),
        count: i64::try_from(rows).ok(),
        current: key == chosen,
        red: false,
    };
    let states = State::ALL.into_iter().map(|(state, key, label)| tab(key, label, *count.of(state)));
    std::iter::once(tab("", "全部", all)).chain(states).collect()
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
