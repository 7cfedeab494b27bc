//! Under which tab of the association's file (一会一档) the rows of a definition stand.

use super::{Definition, Group};
use crate::pack::closed::Closed;
use crate::pack::table::Tab;

/// A tab of the association's file that definitions bring, in the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileTab {
    /// 人员与任期.
    People,
    /// 党建.
    Party,
    /// 服务与供需.
    Services,
    /// 收费.
    Fees,
    /// 检查.
    Inspections,
    /// 分类与风险.
    Risk,
    /// 往来文件.
    Papers,
}

impl Closed for FileTab {
    const WHAT: &'static str = "档案栏目";
    const WORDS: &'static [(&'static str, FileTab)] = &[
        ("人员与任期", FileTab::People),
        ("党建", FileTab::Party),
        ("服务与供需", FileTab::Services),
        ("收费", FileTab::Fees),
        ("检查", FileTab::Inspections),
        ("分类与风险", FileTab::Risk),
        ("往来文件", FileTab::Papers),
    ];
}

impl FileTab {
    /// In addresses.
    pub fn key(self) -> &'static str {
        match self {
            FileTab::People => "people",
            FileTab::Party => "party",
            FileTab::Services => "services",
            FileTab::Fees => "fees",
            FileTab::Inspections => "inspections",
            FileTab::Risk => "risk",
            FileTab::Papers => "papers",
        }
    }
}

impl Definition {
    /// The tab under which its rows stand in the file of each association they are about: the one it names, else that of its
    /// group. None where it is not known which associations its rows are about, or where they follow from something else on file.
    pub fn file_tab(&self) -> Option<FileTab> {
        let of_group = || match self.group {
            Some(Group::Party) => FileTab::Party,
            Some(Group::Risk) => FileTab::Risk,
            Some(Group::Oversight) => FileTab::Inspections,
            Some(Group::Meetings | Group::Lists) => FileTab::Papers,
            Some(Group::Business) | None => FileTab::Services,
        };
        let told = self.beginnings().next().is_some();
        (told && self.stands_alone() && self.is_about_associations())
            .then(|| self.tab.unwrap_or_else(of_group))
    }
}

/// What stands in the file of an association is about one.
pub(super) fn filed(head: &Tab<'_>, of: &Definition) {
    if of.tab.is_some() && !of.coded && !of.is_about_associations() {
        let message = format!("不知道“{}”是哪家协会的，不能放进协会档案", of.title);
        head.desk.say(
            &head.at("tab"),
            message,
            "请设一个“协会”填写项，写 stands_for = \"协会\"；或者删去 tab",
        );
    }
}
