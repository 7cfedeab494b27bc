//! What a file really is, read from its content; and whether it may be taken. Without IO.

use super::model::{FileKind, MAX_BYTES, clean_name, extension};

/// Decides whether a file may be taken; answers its cleaned name and what it is, or the sentence for the sender.
pub fn judge(name: &str, bytes: &[u8]) -> Result<(String, FileKind), String> {
    let name = clean_name(name);
    if bytes.is_empty() {
        return Err(format!("“{name}”是空文件，请核对后重新上传"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(format!("“{name}”超过 10 MB，请压缩或者拆分后重新上传"));
    }
    let ending = extension(&name);
    if ending.bytes().any(|b| b.is_ascii_alphabetic())
        && !FileKind::ALL.iter().any(|kind| kind.extensions().contains(&ending.as_str()))
    {
        return Err(refused(&name, &ending, bytes));
    }
    let kind = detect(bytes).map_err(|why| format!("“{name}”{why}"))?;
    if ending.is_empty() {
        return Ok((format!("{name}.{}", kind.extensions()[0]), kind));
    }
    if !kind.extensions().contains(&ending.as_str()) {
        return Err(format!(
            "“{name}”的内容是 {}，与文件名的扩展名 .{ending} 不符，请上传原来的文件，或者改正文件名",
            kind.title()
        ));
    }
    Ok((name, kind))
}

/// What is said of an ending that no kind goes by; where the content says more of what to do, it has the word.
fn refused(name: &str, ending: &str, bytes: &[u8]) -> String {
    match detect(bytes) {
        Err(why) => format!("“{name}”{why}"),
        Ok(_) => format!("“{name}”：不接受 .{ending} 这种类型，{TAKEN}"),
    }
}

const TAKEN: &str = "请转成 PDF、PNG、JPG、DOCX、XLSX、TXT 或 CSV 后上传";

fn detect(bytes: &[u8]) -> Result<FileKind, String> {
    let taken = TAKEN;
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
        return office(bytes).map_err(|why| format!("{why}，{taken}"));
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(String::from("是旧版办公文档，请用办公软件另存为 DOCX、XLSX 或者 PDF 后上传"));
    }
    if is_text(bytes) {
        return Ok(FileKind::Text);
    }
    // No control characters, yet no UTF-8: text in another encoding.
    if bytes.iter().all(|b| *b >= 0x20 || matches!(b, b'\t' | b'\r' | b'\n')) {
        return Err(String::from("的文字编码不是 UTF-8，请另存为 UTF-8 编码后上传"));
    }
    Err(format!("不是可以上传的类型，{taken}"))
}

fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

/// An office document is an archive that lists certain entries; what carries macros is not taken.
fn office(bytes: &[u8]) -> Result<FileKind, &'static str> {
    let entries = archive_entries(bytes).ok_or("是损坏的压缩文件")?;
    let has = |name: &str| entries.contains(&name);
    if entries.iter().any(|e| e.ends_with("vbaProject.bin")) {
        return Err("含有宏");
    }
    match (has("[Content_Types].xml"), has("word/document.xml"), has("xl/workbook.xml")) {
        (true, true, false) => Ok(FileKind::Docx),
        (true, false, true) => Ok(FileKind::Xlsx),
        _ => Err("是压缩文件"),
    }
}

/// Entries an archive may list; an office document has far fewer.
const ENTRIES: usize = 10_000;

/// Names of the entries in the central directory of a ZIP archive; none where it is broken.
fn archive_entries(bytes: &[u8]) -> Option<Vec<&str>> {
    // The end record is 22 bytes and may be followed by a comment of up to 65,535.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = from + bytes.get(from..)?.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let mut at = number(bytes, end + 16, 4)?;
    let count = number(bytes, end + 10, 2)?;
    let mut names = Vec::new();
    for _ in 0..count.min(ENTRIES) {
        if bytes.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let lengths = [number(bytes, at + 28, 2)?, number(bytes, at + 30, 2)?, number(bytes, at + 32, 2)?];
        names.push(std::str::from_utf8(bytes.get(at + 46..at + 46 + lengths[0])?).ok()?);
        at += 46 + lengths.iter().sum::<usize>();
    }
    Some(names)
}

/// A little-endian number of 2 or 4 bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(width)?)?;
    Some(part.iter().rev().fold(0, |n, byte| (n << 8) | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01";

    /// An archive of empty stored entries with these names.
    fn archive(names: &[&str]) -> Vec<u8> {
        let (mut body, mut directory) = (Vec::new(), Vec::new());
        for name in names {
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let offset = u32::try_from(body.len()).unwrap().to_le_bytes();
            body.extend(b"PK\x03\x04");
            body.extend([0; 22]);
            body.extend(length);
            body.extend([0; 2]);
            body.extend(name.as_bytes());
            directory.extend(b"PK\x01\x02");
            directory.extend([0; 24]);
            directory.extend(length);
            directory.extend([0; 12]);
            directory.extend(offset);
            directory.extend(name.as_bytes());
        }
        let count = u16::try_from(names.len()).unwrap().to_le_bytes();
        let (start, size) = (body.len(), directory.len());
        body.extend(directory);
        body.extend(b"PK\x05\x06\0\0\0\0");
        body.extend(count);
        body.extend(count);
        body.extend(u32::try_from(size).unwrap().to_le_bytes());
        body.extend(u32::try_from(start).unwrap().to_le_bytes());
        body.extend([0, 0]);
        body
    }

    #[test]
    fn each_kind_is_known_by_its_content() {
        let word = archive(&["[Content_Types].xml", "word/document.xml"]);
        let sheet = archive(&["[Content_Types].xml", "xl/workbook.xml"]);
        let cases: [(&str, &[u8], FileKind); 7] = [
            ("a.pdf", b"%PDF-1.7\n", FileKind::Pdf),
            ("a.PNG", PNG, FileKind::Png),
            ("a.jpeg", b"\xff\xd8\xff\xe0", FileKind::Jpeg),
            ("a.docx", &word, FileKind::Docx),
            ("a.xlsx", &sheet, FileKind::Xlsx),
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
        let macros = archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        let cases: [(&str, &[u8], &str); 13] = [
            ("合同.pdf", PNG, "内容是 PNG 图片，与文件名的扩展名 .pdf 不符"),
            ("a.txt", b"%PDF-1.4", "内容是 PDF 文件"),
            ("a.exe", b"MZ\x90\x00", "不是可以上传的类型"),
            ("a.docx", &archive(&["evil.sh"]), "是压缩文件"),
            ("a.docx", &macros, "含有宏"),
            ("a.docx", b"PK\x03\x04 cut short", "损坏"),
            ("a.doc", old, "另存为 DOCX"),
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
