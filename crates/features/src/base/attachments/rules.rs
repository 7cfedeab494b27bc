//! What a file really is, read from its content; and whether it may be taken. Without IO.

use super::archive::Archive;
use super::model::{FileKind, MAX_BYTES, clean_name, extension};

/// Decides whether a file may be taken; answers its cleaned name and what it is, or the sentence for the sender.
pub fn judge(name: &str, bytes: &[u8]) -> Result<(String, FileKind), String> {
    let name = clean_name(name);
    if bytes.is_empty() {
        return Err(format!("“{name}”是空文件，请核对后重新上传"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(too_large(&name));
    }
    let ending = extension(&name);
    let found = detect(bytes).map_err(|unfit| format!("“{name}”{}", unfit.words(&ending)));
    let known = FileKind::ALL.iter().any(|kind| kind.extensions().contains(&ending.as_str()));
    let named = ending.bytes().any(|b| b.is_ascii_alphabetic());
    let kind = match found? {
        // Any text of a program or a page is text, too: there the name says what it is.
        FileKind::Text if named && !known => {
            return Err(format!("“{name}”：不接受 .{ending} 这种类型，{}", convert(&ending)));
        }
        kind => kind,
    };
    let usual = kind.extensions();
    if ending.is_empty() {
        return Ok((format!("{name}.{}", usual[0]), kind));
    }
    if !usual.contains(&ending.as_str()) {
        return Err(format!(
            "“{name}”的内容是 {}，与文件名的扩展名 .{ending} 不符，请上传原来的文件，或者把扩展名改成 .{}",
            kind.title(),
            usual[0]
        ));
    }
    Ok((name, kind))
}

/// A content that is not taken: what it is, and what to do where turning it into another kind is not the way.
struct Unfit(&'static str, &'static str);

impl Unfit {
    fn words(&self, ending: &str) -> String {
        let Unfit(what, remedy) = self;
        if remedy.is_empty() { format!("{what}，{}", convert(ending)) } else { format!("{what}，{remedy}") }
    }
}

/// What a file can be turned into; never into what its name says that it is.
fn convert(ending: &str) -> String {
    let all = ["PDF", "OFD", "PNG", "JPG", "DOCX", "XLSX", "TXT", "CSV"];
    let others: Vec<&str> = all.into_iter().filter(|title| !title.eq_ignore_ascii_case(ending)).collect();
    match others.split_last() {
        Some((last, rest)) => format!("请转成 {} 或 {last} 后上传", rest.join("、")),
        None => String::new(),
    }
}

const OPEN_AND_SAVE: &str = "请用办公软件打开，确认完好后另存一份，再上传";
const UNLOCK: &str = "请去掉密码后另存，再上传";

/// What is said of a file that is too large; it is not read to say so.
pub fn too_large(name: &str) -> String {
    format!("“{}”超过 10 MB，请压缩或者拆分后重新上传", clean_name(name))
}

fn detect(bytes: &[u8]) -> Result<FileKind, Unfit> {
    if bytes.starts_with(b"%PDF-") {
        return Ok(FileKind::Pdf);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16) == Some(b"IHDR") {
        return Ok(FileKind::Png);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(FileKind::Jpeg);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return packed(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(compound(bytes));
    }
    if is_text(bytes) {
        return Ok(FileKind::Text);
    }
    // No control characters, yet no UTF-8: text in another encoding.
    if bytes.iter().all(|b| *b >= 0x20 || matches!(b, b'\t' | b'\r' | b'\n')) {
        return Err(Unfit("的文字编码不是 UTF-8", "请另存为 UTF-8 编码后上传"));
    }
    Err(Unfit("不是可以上传的类型", ""))
}

fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

/// The container of office documents before 2007, which also wraps a newer one that asks for a password.
fn compound(bytes: &[u8]) -> Unfit {
    let wrapped: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    match bytes.windows(wrapped.len()).any(|part| part == wrapped) {
        true => Unfit("设了打开密码", UNLOCK),
        false => Unfit("是旧版办公文档", "请用办公软件另存为新版格式（扩展名末尾是 x）或者 PDF 后上传"),
    }
}

/// What an archive is, by the mark that its own format sets.
fn packed(bytes: &[u8]) -> Result<FileKind, Unfit> {
    let Some(archive) = Archive::open(bytes) else {
        return Err(Unfit("已损坏，或者没有传完", OPEN_AND_SAVE));
    };
    if archive.is_locked() {
        return Err(Unfit("设了打开密码", UNLOCK));
    }
    if let Some(types) = archive.text("[Content_Types].xml", TYPES) {
        return office(&archive, &types);
    }
    if archive.has("OFD.xml") {
        // The entry of a layout document names where its parts begin (GB/T 33190).
        let begins = archive.text("OFD.xml", TYPES).is_some_and(|entry| entry.contains("DocRoot"));
        return if begins {
            Ok(FileKind::Ofd)
        } else {
            Err(Unfit("不是完整的 OFD 文件", OPEN_AND_SAVE))
        };
    }
    let mimetype = archive.text("mimetype", 100).unwrap_or_default();
    match mimetype.strip_prefix("application/vnd.oasis.opendocument") {
        Some(_) => Err(Unfit("是开放文档格式（ODF）", "")),
        None => Err(Unfit("是压缩文件", "请解压后逐个上传里面的文件")),
    }
}

/// Longest first part that is read of a document: its list of types, or what names its parts.
const TYPES: u64 = 1 << 20;

/// Types of the main part of an office document, each with what is made of it (ECMA-376 part 1, 15.2).
const MAIN: [(&str, Result<FileKind, &str>); 8] = [
    ("wordprocessingml.document.main+xml", Ok(FileKind::Docx)),
    ("spreadsheetml.sheet.main+xml", Ok(FileKind::Xlsx)),
    ("presentationml.presentation.main+xml", Err("是 PPTX 演示文稿")),
    ("presentationml.slideshow.main+xml", Err("是 PPSX 放映文件")),
    ("wordprocessingml.template.main+xml", Err("是文档模板")),
    ("spreadsheetml.template.main+xml", Err("是工作簿模板")),
    ("presentationml.template.main+xml", Err("是演示文稿模板")),
    ("excel.sheet.binary.macroEnabled.main", Err("是 XLSB 工作簿")),
];

/// An office document says itself which of its parts is the main one, and of which type; what carries macros is not taken.
fn office(archive: &Archive<'_>, types: &str) -> Result<FileKind, Unfit> {
    let parts = types.split('<').filter_map(|tag| Some((tag, attribute(tag, "ContentType")?)));
    let mut main = None;
    for (tag, of) in parts {
        if let Some((_, kind)) = MAIN.iter().find(|(end, _)| of.ends_with(end)) {
            let stands = |part: &str| archive.has(part.trim_start_matches('/'));
            main = main.or(attribute(tag, "PartName").is_none_or(stands).then_some(*kind));
        } else if of.contains("macroEnabled") || of.contains("vbaProject") {
            return Err(MACROS);
        }
    }
    match main {
        _ if archive.has_ending("vbaProject.bin") => Err(MACROS),
        Some(kind) => kind.map_err(|what| Unfit(what, "")),
        None => Err(Unfit("不是完整的办公文档", OPEN_AND_SAVE)),
    }
}

const MACROS: Unfit = Unfit("含有宏", "请用办公软件另存为不含宏的文档，或者转成 PDF 后上传");

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let rest = tag.split_once(name).filter(|(before, _)| before.ends_with(char::is_whitespace))?.1;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::attachments::archive::tests::archive;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01";

    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

    /// An office document that declares one part of a type.
    fn office(part: &str, of: &str) -> Vec<u8> {
        declared(&format!("<Override PartName=\"/{part}\" ContentType=\"{of}\"/>"), &[part])
    }

    fn declared(types: &str, parts: &[&str]) -> Vec<u8> {
        let types = format!(
            "<?xml version=\"1.0\"?><Types xmlns=\"x\"><Default Extension=\"rels\" ContentType=\"r+xml\"/>{types}</Types>"
        );
        let mut entries = vec![("[Content_Types].xml", types.as_str()), ("_rels/.rels", "<r/>")];
        entries.extend(parts.iter().map(|part| (*part, "<x/>")));
        archive(&entries, true)
    }

    /// The type of the main part of a kind of office document.
    fn main(kind: &str) -> String {
        format!("application/vnd.openxmlformats-officedocument.{kind}.main+xml")
    }

    #[test]
    fn each_kind_is_known_by_its_content() {
        let sheet = main("spreadsheetml.sheet");
        let single = format!("<ct:Override\n ContentType = '{WORD}' PartName='/Word/Document.XML' />");
        let by_ending = format!("<Default Extension=\"xml\" ContentType=\"{WORD}\"/>");
        let root =
            "<ofd:OFD><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>";
        let ofd = archive(&[("OFD.xml", root), ("Doc_0/Document.xml", "")], true);
        let cases: [(&str, &[u8], FileKind); 14] = [
            ("通知.OFD", &ofd, FileKind::Ofd),
            ("a.docx", &office("word/document.xml", WORD), FileKind::Docx),
            ("说明.docx", &office("word/document2.xml", WORD), FileKind::Docx),
            ("a.docx", &office("文档/正文.xml", WORD), FileKind::Docx),
            ("a.docx", &declared(&single, &["word/document.xml"]), FileKind::Docx),
            ("a.docx", &declared(&by_ending, &["main.xml"]), FileKind::Docx),
            ("a.xlsx", &office("xl/workbook22.xml", &sheet), FileKind::Xlsx),
            ("a.xlsx", &office("word/document.xml", &sheet), FileKind::Xlsx),
            ("a.jfif", b"\xff\xd8\xff\xe0", FileKind::Jpeg),
            ("a.pdf", b"%PDF-1.7\n", FileKind::Pdf),
            ("a.PNG", PNG, FileKind::Png),
            ("a.jpeg", b"\xff\xd8\xff\xe0", FileKind::Jpeg),
            ("a.txt", "一行文字\r\n".as_bytes(), FileKind::Text),
            ("a.csv", "\u{feff}名称,数量\n".as_bytes(), FileKind::Text),
        ];
        for (name, bytes, kind) in cases {
            assert_eq!(judge(name, bytes).map(|(_, k)| k), Ok(kind), "{name}");
        }
        assert_eq!(judge("扫描件", PNG).map(|(name, _)| name).as_deref(), Ok("扫描件.png"));
    }

    #[test]
    fn what_may_not_be_taken_is_refused_in_words() {
        let (gbk, old) = (b"\xd0\xd0\xd2\xb5\xd0\xad\xbb\xe1,1\r\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        let word = format!("<Override PartName=\"/word/document.xml\" ContentType=\"{WORD}\"/>");
        let project = declared(&word, &["word/document.xml", "word/vbaProject.bin"]);
        let small = declared(&word, &["word/document.xml", "word/vbaproject.BIN"]);
        let hidden = "<Override PartName=\"/x.bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>";
        let hidden = declared(&format!("{word}{hidden}"), &["word/document.xml", "x.bin"]);
        let enabled = office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml");
        let binary = office("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main");
        let ofd = archive(&[("OFD.xml", "<ofd:OFD/>")], true);
        let odt =
            archive(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "")], false);
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let secret = [old, &[0; 500][..], &name].concat();
        let mut locked = archive(&[("a.txt", "甲")], false);
        let directory = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        locked[directory + 8] = 1;
        let cases: [(&str, &[u8], &str); 28] = [
            ("a.docm", &enabled, "含有宏"),
            ("a.docx", &enabled, "含有宏"),
            ("a.docx", &hidden, "含有宏"),
            ("a.xlsb", &binary, "是 XLSB 工作簿"),
            ("a.pptx", &office("ppt/p.xml", &main("presentationml.presentation")), "是 PPTX 演示文稿"),
            ("a.ppsx", &office("ppt/p.xml", &main("presentationml.slideshow")), "是 PPSX 放映文件"),
            ("a.dotx", &office("word/document.xml", &main("wordprocessingml.template")), "是文档模板"),
            ("a.docx", &office("xl/workbook.xml", &main("spreadsheetml.sheet")), "内容是 XLSX 表格"),
            ("a.docx", &declared(&word, &[]), "不是完整的办公文档"),
            ("a.ofd", &ofd, "不是完整的 OFD 文件"),
            ("a.odt", &odt, "是开放文档格式"),
            ("a.docx", &secret, "设了打开密码"),
            ("a.zip", &locked, "设了打开密码"),
            ("a.tiff", PNG, "把扩展名改成 .png"),
            ("合同.pdf", PNG, "内容是 PNG 图片，与文件名的扩展名 .pdf 不符"),
            ("a.txt", b"%PDF-1.4", "内容是 PDF 文件"),
            ("a.exe", b"MZ\x90\x00", "不是可以上传的类型"),
            ("a.docx", &archive(&[("evil.sh", "")], false), "是压缩文件"),
            ("a.docx", &project, "含有宏"),
            ("a.docx", &small, "含有宏"),
            ("a.docx", b"PK\x03\x04 cut short", "损坏"),
            ("a.doc", old, "另存为新版格式"),
            ("a.csv", gbk, "UTF-8"),
            ("a.html", b"<script>alert(1)</script>", "不接受 .html 这种类型"),
            ("a.exe", b"not a program at all", "不接受 .exe 这种类型"),
            ("扫描件.2024", PNG, "与文件名的扩展名 .2024 不符"),
            ("a.txt", b"", "空文件"),
            ("a.txt", b"a\x00b", "不是可以上传的类型"),
        ];
        for (name, bytes, word) in cases {
            let said = judge(name, bytes).unwrap_err();
            assert!(said.contains(word), "{name}: {said}");
            let advised = said.split_once("转成").map_or("", |(_, advised)| advised).to_lowercase();
            assert!(!advised.contains(&extension(name)), "the kind that was sent: {said}");
        }
        let large = vec![b'a'; MAX_BYTES + 1];
        assert!(judge("a.txt", &large).unwrap_err().contains("超过 10 MB"));
        assert!(judge("a.txt", &large[1..]).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_judged_without_a_panic(name in ".*", head in 0usize..6, tail: Vec<u8>) {
            let heads: [&[u8]; 6] = [b"", b"%PDF-", PNG, b"PK\x03\x04", b"PK\x03\x04PK\x05\x06", b"\xff\xd8\xff"];
            let bytes = [heads[head], &tail].concat();
            if let Ok((name, kind)) = judge(&name, &bytes) {
                proptest::prop_assert!(kind.extensions().contains(&extension(&name).as_str()));
                proptest::prop_assert!(!name.contains(['/', '\\', '\n']));
            }
        }
    }
}
