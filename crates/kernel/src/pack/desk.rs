//! The desk where a pack is read: collects findings, names, references between items, and the items themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::finding::{At, Finding, did_you_mean};
use super::items::{ItemKind, ItemView};
use super::source::Source;

/// What a name in the pack can refer to; what belongs to a procedure is known within that procedure only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    what: &'static str,
    place: &'static str,
    scoped: bool,
}

impl Ref {
    /// A kind of thing by its name in messages, and where such things are declared.
    pub const fn new(what: &'static str, place: &'static str) -> Ref {
        Ref { what, place, scoped: false }
    }

    const fn scoped(what: &'static str, place: &'static str) -> Ref {
        Ref { what, place, scoped: true }
    }

    /// A right.
    pub const ACT: Ref = Ref::new("行为", "行为由程序和各项事项的定义提供");
    /// A fact of a procedure.
    pub const FACT: Ref = Ref::scoped("事实", "事实由程序和填写项提供");
    /// A field of a procedure.
    pub const FIELD: Ref = Ref::scoped("填写项", "在 [fields] 里登记");
    /// An act of a procedure.
    pub const STEP: Ref = Ref::scoped("办理步骤", "在 [acts] 里登记");
    /// A form.
    pub const FORM: Ref = Ref::new("表单", "在 [forms] 里登记");
    /// A function of units.
    pub const FUNCTION: Ref = Ref::new("职能", "在 functions.csv 里登记");
    /// A named check of the code.
    pub const GUARD: Ref = Ref::scoped("检查", "检查由程序提供");
    /// A named effect of the code.
    pub const EFFECT: Ref = Ref::scoped("程序动作", "程序动作由程序提供");
    /// A limit of a procedure.
    pub const LIMIT: Ref = Ref::scoped("时限", "在 [limits] 里登记");
    /// A kind of links.
    pub const LINK_KIND: Ref = Ref::new("责任关系", "在 link_kinds.toml 里登记");
    /// A list of choices.
    pub const LIST: Ref = Ref::new("选项清单", "在 lists.toml 或者本事项的 [lists] 里登记");
    /// A stop marking.
    pub const MARKING: Ref = Ref::new("涉密标志", "在 markings.toml 里登记");
    /// A notice of a procedure.
    pub const NOTICE: Ref = Ref::scoped("通知", "在 [notices] 里登记");
    /// A placeholder of sentences.
    pub const PLACEHOLDER: Ref = Ref::scoped("占位词", "占位词是填写项的代码，或者由程序提供");
    /// A queue of a procedure.
    pub const QUEUE: Ref = Ref::scoped("队列", "在 [queues] 里登记");
    /// Whom a notice goes to.
    pub const RECIPIENT: Ref = Ref::scoped("通知对象", "通知对象由程序提供，也可以写角色的名称");
    /// A role.
    pub const ROLE: Ref = Ref::new("角色", "在 roles.toml 里登记");
    /// A stage of a procedure.
    pub const STAGE: Ref = Ref::scoped("阶段", "在 [stages] 里登记");
    /// A state of a procedure.
    pub const STATE: Ref = Ref::scoped("状态", "在 [states] 里登记");
    /// A unit of the city.
    pub const UNIT: Ref = Ref::new("单位", "在 city/units.csv 里登记");
    /// A kind of units.
    pub const UNIT_KIND: Ref = Ref::new("单位类型", "在 unit_kinds.csv 里登记");
    /// A duty.
    pub const DUTY: Ref = Ref::new("责任事项", "在 duties.csv 里登记");
    /// The address of a procedure.
    pub const ADDRESS: Ref = Ref::scoped("地址", "在 path 里登记");
    /// A register.
    pub const REGISTER: Ref = Ref::new("台账", "在 registers/ 里写一个文件");
    /// A procedure.
    pub const PROCEDURE: Ref = Ref::new("事项", "在 procedures/ 里写一个文件");

    fn words(self) -> (&'static str, &'static str) {
        (self.what, self.place)
    }
}

/// A kind of names, and the procedure within which they are known; empty where everywhere.
type Scoped = (Ref, String);

/// Collects while files are read; interior mutability, because many readers stand open at once.
#[derive(Default)]
pub struct Desk {
    findings: RefCell<Vec<Finding>>,
    names: RefCell<BTreeMap<Scoped, Vec<(String, At)>>>,
    wanted: RefCell<Vec<(Ref, String, String, At)>>,
    items: RefCell<Vec<ItemView>>,
    /// Key of the procedure that is being read; empty outside of one.
    scope: RefCell<String>,
}

impl Desk {
    /// Reads something of one procedure: names that belong to procedures are its own meanwhile.
    pub fn within<T>(&self, procedure: &str, read: impl FnOnce() -> T) -> T {
        let before = self.scope.replace(procedure.to_owned());
        let found = read();
        self.scope.replace(before);
        found
    }

    fn scope_of(&self, kind: Ref) -> Scoped {
        (kind, if kind.scoped { self.scope.borrow().clone() } else { String::new() })
    }

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
        let known = names.entry(self.scope_of(kind)).or_default();
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
            let known = all.entry(self.scope_of(kind)).or_default();
            if !known.iter().any(|(k, _)| k == name) {
                known.push((name.to_owned(), At::default()));
            }
        }
    }

    /// Notes that `name` must exist once everything is read.
    pub fn refer(&self, kind: Ref, name: &str, at: &At) {
        if !name.is_empty() {
            let (kind, scope) = self.scope_of(kind);
            self.wanted.borrow_mut().push((kind, scope, name.to_owned(), at.clone()));
        }
    }

    /// All names of one kind, in the order declared.
    pub fn names(&self, kind: Ref) -> Vec<String> {
        self.names
            .borrow()
            .get(&self.scope_of(kind))
            .map(|all| all.iter().map(|(n, _)| n.clone()).collect())
            .unwrap_or_default()
    }

    /// Where a name was declared.
    pub fn place(&self, kind: Ref, name: &str) -> At {
        let names = self.names.borrow();
        let found =
            names.get(&self.scope_of(kind)).and_then(|all| all.iter().find(|(known, _)| known == name));
        found.map(|(_, at)| at.clone()).unwrap_or_default()
    }

    /// Lists an item for the page that shows the pack.
    pub fn item(
        &self,
        kind: ItemKind,
        key: &str,
        title: &str,
        source: &Source,
        summary: String,
        at: &At,
    ) -> String {
        let said = format!("{}\n{}\n{key}\n{title}\n{summary}", at.file, kind.title);
        let id = crate::digest::sm3_hex(said.as_bytes());
        self.items.borrow_mut().push(ItemView {
            id: id.clone(),
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
        id
    }

    /// Says which names are referred to and not declared.
    fn settle(&self) {
        let names = self.names.borrow();
        for (kind, scope, name, at) in self.wanted.borrow_mut().drain(..) {
            let known: Vec<&str> = names
                .get(&(kind, scope))
                .map(|all| all.iter().map(|(n, _)| n.as_str()).collect())
                .unwrap_or_default();
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
