//! A batch as the journal names it.

use crate::base::journal::Subject;

/// Batches of rows brought in from files.
pub struct ImportSubject;

impl Subject for ImportSubject {
    fn kind(&self) -> &str {
        "import"
    }

    fn label(&self) -> &str {
        "导入批次"
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("kind", "导入内容"),
            ("file", "文件"),
            ("file_sm3", "文件摘要（SM3）"),
            ("mapping_sm3", "对照表摘要（SM3）"),
            ("rows", "行数"),
            ("accepted", "导入"),
            ("changed", "更新"),
            ("gone", "文件里没有的"),
            ("rejected", "退回"),
            ("unchanged", "早已导入"),
            ("undone", "撤销"),
            ("kept", "没有撤销"),
        ]
    }
}
