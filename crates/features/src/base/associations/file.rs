//! What capabilities bring to the file of an association (一会一档): blocks, each under a tab.

use huitong_kernel::http::page::Link;
use huitong_kernel::pack::FileTab;
use huitong_kernel::{Result, Tx};

use super::model::AssociationId;

/// Brings the blocks that this reader sees of an association; handed to the house.
pub struct FileBlocks(pub fn(&Tx, &AssociationId) -> Result<Vec<FileBlock>>);

/// What one definition says of an association.
pub struct FileBlock {
    /// The tab under which it stands.
    pub tab: FileTab,
    /// `结对共建`.
    pub title: String,
    /// How many there are, or that there is none.
    pub said: String,
    /// All of them; empty where there is none.
    pub all: String,
    /// The latest.
    pub lines: Vec<FileLine>,
    /// What the reader may add.
    pub add: Vec<Link>,
    /// Whether it stays inside.
    pub internal: bool,
}

/// One of its rows.
pub struct FileLine {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// What it says, in a sentence.
    pub said: String,
    /// What its state is called.
    pub state: String,
    /// The tone of its pill.
    pub tone: &'static str,
    /// What the reader can do on it now, where that is one step.
    pub act: Option<Link>,
}
