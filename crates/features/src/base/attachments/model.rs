//! An attachment and what a file must be to become one: its kind is read from its content, never from its name.

use huitong_codes::text::half_width;
use huitong_kernel::{Id, Named};

impl Named for Attachment {
    const PREFIX: &'static str = "att";
}

/// Id of an attachment.
pub type AttachmentId = Id<Attachment>;

/// Largest single file in bytes (our default, not a text of law).
pub const MAX_BYTES: usize = 10 << 20;
/// Most files that one act takes (our default).
pub const MAX_FILES: usize = 5;
/// What is said before choosing.
pub const HINT: &str = "可上传 PDF、OFD、PNG、JPG、DOCX、XLSX、TXT、CSV，每个不超过 10 MB，最多 5 个";

/// A file that belongs to a subject; its content lies in the store under its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Id.
    pub id: AttachmentId,
    /// Kind of the subject (`appeal`).
    pub subject_kind: String,
    /// Id of the subject.
    pub subject: String,
    /// The step it came with.
    pub step: Option<String>,
    /// File name, cleaned.
    pub name: String,
    /// Content type, as its content says.
    pub media_type: String,
    /// Size in bytes.
    pub size: i64,
    /// SM3 of the content, in hexadecimal.
    pub digest: String,
    /// Whether only those who handle the subject see it.
    pub internal: bool,
    /// Who added it: an account, or the word for who has none.
    pub added_by: String,
    /// When (UTC milliseconds).
    pub added_at: i64,
}

impl Attachment {
    /// Its size for people: `1.2 MB`.
    pub fn size_words(&self) -> String {
        match self.size {
            size @ 0..1024 => format!("{size} B"),
            size @ 1024..1_048_576 => format!("{} KB", size / 1024),
            size => format!("{}.{} MB", size / 1_048_576, size % 1_048_576 * 10 / 1_048_576),
        }
    }
}

/// What a file can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// The layout format of official papers (GB/T 33190).
    Ofd,
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// Word document without macros.
    Docx,
    /// Excel workbook without macros.
    Xlsx,
    /// Plain text or a table of comma-separated values, UTF-8.
    Text,
}

impl FileKind {
    /// Every kind that is taken.
    pub const ALL: [FileKind; 7] = [
        FileKind::Pdf,
        FileKind::Ofd,
        FileKind::Png,
        FileKind::Jpeg,
        FileKind::Docx,
        FileKind::Xlsx,
        FileKind::Text,
    ];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            FileKind::Pdf => "PDF 文件",
            FileKind::Ofd => "OFD 版式文件",
            FileKind::Png => "PNG 图片",
            FileKind::Jpeg => "JPG 图片",
            FileKind::Docx => "DOCX 文档",
            FileKind::Xlsx => "XLSX 表格",
            FileKind::Text => "文本文件",
        }
    }

    /// The extensions it goes by, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            FileKind::Pdf => &["pdf"],
            FileKind::Ofd => &["ofd"],
            FileKind::Png => &["png"],
            FileKind::Jpeg => &["jpg", "jpeg", "jfif", "jpe"],
            FileKind::Docx => &["docx"],
            FileKind::Xlsx => &["xlsx"],
            FileKind::Text => &["txt", "csv"],
        }
    }

    /// The content type it is served as.
    pub fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Ofd => "application/ofd",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Text => "text/plain; charset=utf-8",
        }
    }
}

/// Longest file name kept, in characters.
const NAME: usize = 100;

/// A file name without folders, control characters and signs that turn the direction of writing; never empty.
pub fn clean_name(name: &str) -> String {
    let last = half_width(name.rsplit(['/', '\\']).next().unwrap_or_default());
    let plain: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'))
        .collect();
    let plain = plain.trim().trim_matches('.').trim();
    let (stem, extension) = match plain.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && is_extension(extension) => {
            (stem, format!(".{extension}"))
        }
        _ => (plain, String::new()),
    };
    let stem: String = stem.chars().take(NAME - extension.chars().count()).collect();
    let stem = if stem.trim().is_empty() { "附件" } else { stem.trim_end() };
    format!("{stem}{extension}")
}

/// The extension of a cleaned name, in small letters.
pub fn extension(name: &str) -> String {
    let last = name.rsplit_once('.').map(|(_, e)| e).filter(|e| is_extension(e));
    last.map(str::to_lowercase).unwrap_or_default()
}

/// Whether what follows a dot is an extension and not a part of the name (`第2.修改稿`).
fn is_extension(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_keep_their_extension() {
        assert_eq!(clean_name("C:\\文件\\合同.pdf"), "合同.pdf");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("a\u{202e}fdp.exe\r\n.pdf"), "afdp.exe.pdf");
        assert_eq!(clean_name("  ... "), "附件");
        assert_eq!(clean_name(".pdf"), "pdf");
        let long = clean_name(&format!("{}.docx", "长".repeat(300)));
        assert_eq!(long.chars().count(), NAME);
        assert!(long.ends_with(".docx"));
        assert_eq!(extension("报告.PDF"), "pdf");
        assert_eq!(extension("第2.修改稿"), "");
    }

    #[test]
    fn sizes_are_readable() {
        let sized = |size| Attachment {
            id: Id::new(0, 0),
            subject_kind: String::new(),
            subject: String::new(),
            step: None,
            name: String::new(),
            media_type: String::new(),
            size,
            digest: String::new(),
            internal: false,
            added_by: String::new(),
            added_at: 0,
        };
        assert_eq!(sized(512).size_words(), "512 B");
        assert_eq!(sized(2048).size_words(), "2 KB");
        assert_eq!(sized(1_300_000).size_words(), "1.2 MB");
    }
}
