//! Where an item of the pack comes from, and what may therefore be said about it on a page.

use super::closed::Closed;

/// Where an item comes from (the tags A L R M D).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Stated in the city's published article.
    Article,
    /// Text of a law that was read.
    Law,
    /// A published page that was read.
    Published,
    /// From memory, not verified.
    Memory,
    /// Our own default.
    Default,
}

impl Closed for SourceKind {
    const WHAT: &'static str = "来源";
    const WORDS: &'static [(&'static str, SourceKind)] = &[
        ("A", SourceKind::Article),
        ("L", SourceKind::Law),
        ("R", SourceKind::Published),
        ("M", SourceKind::Memory),
        ("D", SourceKind::Default),
    ];
}

impl SourceKind {
    /// The tag as written in the pack.
    pub fn tag(self) -> &'static str {
        self.word()
    }

    /// What kind of source it is, in words.
    pub fn title(self) -> &'static str {
        match self {
            SourceKind::Article => "本市公开报道",
            SourceKind::Law => "法律法规原文",
            SourceKind::Published => "公开发布的文件",
            SourceKind::Memory => "凭记忆整理",
            SourceKind::Default => "系统默认",
        }
    }

    /// How it stands: what is not a text of law or a published paper is 系统默认 or 待核实, never 依据.
    pub fn standing(self) -> &'static str {
        match self {
            SourceKind::Article => "公开报道",
            SourceKind::Law | SourceKind::Published => "有依据",
            SourceKind::Memory => "待核实",
            SourceKind::Default => "系统默认",
        }
    }

    /// Whether a policy administrator has still to confirm it.
    pub fn needs_confirmation(self) -> bool {
        matches!(self, SourceKind::Memory | SourceKind::Default)
    }
}

/// The source of an item: text and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The paper, article or reason it rests on.
    pub basis: String,
    /// Where that comes from.
    pub kind: SourceKind,
}

impl Default for Source {
    fn default() -> Source {
        Source { basis: String::new(), kind: SourceKind::Default }
    }
}

impl Source {
    /// The label beside a rule: `系统默认`, `待核实`, `有依据`, `公开报道`.
    pub fn standing(&self) -> &'static str {
        self.kind.standing()
    }
}
