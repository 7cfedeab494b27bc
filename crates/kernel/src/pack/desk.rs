//! The desk where a pack is read: collects findings, names, references between items, and the items themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::finding::{At, Finding, did_you_mean};
use super::items::ItemView;
use super::source::Source;

/// What a name in the pack can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ref {
    Act,
    Category,
    Duty,
    Fact,
    FlowAct,
    Form,
    Function,
    Guard,
    Kind,
    Limit,
    LinkKind,
    List,
    Marking,
    Notice,
    Placeholder,
    Queue,
    Recipient,
    Role,
    Stage,
    State,
    Template,
    Unit,
    UnitKind,
}

impl Ref {
    /// What it is called in a message, and where such things are declared.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Ref::Act => ("行为", "行为由程序提供"),
            Ref::Category => ("诉求分类", "在 categories.csv 里登记"),
            Ref::Duty => ("责任事项", "在 duties.csv 里登记"),
            Ref::Fact => ("事实", "事实由程序提供"),
            Ref::FlowAct => ("办理步骤", "在 appeals/flow.toml 里登记"),
            Ref::Form => ("表单", "在 appeals/forms.toml 里登记"),
            Ref::Function => ("职能", "在 functions.csv 里登记"),
            Ref::Guard => ("检查", "检查由程序提供"),
            Ref::Kind => ("诉求类型", "在 appeals/kinds.toml 里登记"),
            Ref::Limit => ("时限", "在 appeals/limits.toml 里登记"),
            Ref::LinkKind => ("责任关系", "在 link_kinds.toml 里登记"),
            Ref::List => ("选项清单", "在 appeals/lists.toml 里登记"),
            Ref::Marking => ("停办标志", "在 appeals/markings.toml 里登记"),
            Ref::Notice => ("通知", "在 appeals/notices.toml 里登记"),
            Ref::Placeholder => ("占位词", "占位词由程序提供"),
            Ref::Queue => ("队列", "在 appeals/queues.toml 里登记"),
            Ref::Recipient => ("通知对象", "通知对象由程序提供"),
            Ref::Role => ("角色", "在 roles.toml 里登记"),
            Ref::Stage => ("阶段", "在 appeals/flow.toml 的 [stages] 里登记"),
            Ref::State => ("状态", "在 appeals/flow.toml 的 [states] 里登记"),
            Ref::Template => ("答复模板", "在 appeals/templates.toml 里登记"),
            Ref::Unit => ("单位", "在 city/units.csv 里登记"),
            Ref::UnitKind => ("单位类型", "在 unit_kinds.csv 里登记"),
        }
    }
}

/// Collects while files are read; interior mutability, because many readers stand open at once.
#[derive(Default)]
pub(super) struct Desk {
    findings: RefCell<Vec<Finding>>,
    names: RefCell<BTreeMap<Ref, Vec<(String, At)>>>,
    wanted: RefCell<Vec<(Ref, String, At)>>,
    items: RefCell<Vec<ItemView>>,
}

impl Desk {
    /// Notes a finding.
    pub fn say(&self, at: &At, message: impl Into<String>, suggestion: impl Into<String>) {
        self.findings.borrow_mut().push(at.finding(message, suggestion));
    }

    /// Declares a name; the second of the same name is a finding.
    pub fn define(&self, kind: Ref, name: &str, at: &At) {
        if name.is_empty() {
            return;
        }
        let mut names = self.names.borrow_mut();
        let known = names.entry(kind).or_default();
        if let Some((_, first)) = known.iter().find(|(known, _)| known == name) {
            let (what, _) = kind.words();
            let message = format!("{what}“{name}”重复，第一次在 {} 第 {} 行", first.file, first.line);
            self.findings.borrow_mut().push(at.finding(message, "请改名，或者删去其中一个"));
            return;
        }
        known.push((name.to_owned(), at.clone()));
    }

    /// Declares names that come from code and have no place.
    pub fn define_all<'n>(&self, kind: Ref, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            let mut all = self.names.borrow_mut();
            let known = all.entry(kind).or_default();
            if !known.iter().any(|(k, _)| k == name) {
                known.push((name.to_owned(), At::default()));
            }
        }
    }

    /// Notes that `name` must exist once everything is read.
    pub fn refer(&self, kind: Ref, name: &str, at: &At) {
        if !name.is_empty() {
            self.wanted.borrow_mut().push((kind, name.to_owned(), at.clone()));
        }
    }

    /// All names of one kind, in the order declared.
    pub fn names(&self, kind: Ref) -> Vec<String> {
        self.names
            .borrow()
            .get(&kind)
            .map(|all| all.iter().map(|(n, _)| n.clone()).collect())
            .unwrap_or_default()
    }

    /// Where a name was declared.
    pub fn place(&self, kind: Ref, name: &str) -> At {
        let names = self.names.borrow();
        let found = names.get(&kind).and_then(|all| all.iter().find(|(known, _)| known == name));
        found.map(|(_, at)| at.clone()).unwrap_or_default()
    }

    /// Lists an item for the page that shows the pack.
    pub fn item(
        &self,
        kind: &'static str,
        key: &str,
        title: &str,
        source: &Source,
        summary: String,
        at: &At,
    ) {
        self.items.borrow_mut().push(ItemView {
            kind,
            key: key.to_owned(),
            title: title.to_owned(),
            basis: source.basis.clone(),
            source_kind: source.kind,
            standing_label: source.standing(),
            file: at.file.clone(),
            line: at.line,
            summary,
        });
    }

    /// Says which names are referred to and not declared.
    fn settle(&self) {
        let names = self.names.borrow();
        for (kind, name, at) in self.wanted.borrow_mut().drain(..) {
            let known: Vec<&str> =
                names.get(&kind).map(|all| all.iter().map(|(n, _)| n.as_str()).collect()).unwrap_or_default();
            if !known.contains(&name.as_str()) {
                let (what, place) = kind.words();
                let suggestion = format!("{}（{place}）", did_you_mean(&name, known));
                self.findings.borrow_mut().push(at.finding(format!("没有{what}“{name}”"), suggestion));
            }
        }
    }

    /// Ends the reading: items, and all findings in the order of files and lines.
    pub fn close(self) -> (Vec<ItemView>, Vec<Finding>) {
        self.settle();
        let mut findings = self.findings.into_inner();
        findings.sort();
        findings.dedup();
        (self.items.into_inner(), findings)
    }
}
