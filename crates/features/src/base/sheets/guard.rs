//! Whether a file is one of ours, and whether it may be opened at all: asked before anything of it is parsed.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use zip::ZipArchive;

use super::Limits;

/// A workbook smaller than this once unpacked may be packed as tightly as it likes.
const SMALL: u64 = 10 << 20;
const TORN: &str = "文件不完整或者已经损坏，请重新下载，或者用 Excel 打开后另存一份";
const SAVE: &str = "请用 Excel 或者 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再导入";

/// What a file is inside. What a name says is not believed; one that claims a workbook is held to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines of text.
    Csv,
    /// A workbook that may be opened.
    Xlsx,
}

/// Judges a file by its content and within its limits, or says why it is not taken and what to do.
pub fn form(path: &Path, limits: &Limits) -> Result<Form, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let size = file.metadata().map_err(|e| e.to_string())?.len();
    if size > limits.bytes {
        return Err(format!(
            "文件有 {} MB，最多 {} MB；请删去图片和不用的表，或者分成几个文件",
            size.div_ceil(1 << 20),
            limits.bytes >> 20
        ));
    }
    let mut head = Vec::new();
    BufReader::new(file).take(512).read_to_end(&mut head).map_err(|e| e.to_string())?;
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start().to_ascii_lowercase();
    match () {
        () if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => {
            archive(path, size, limits).map(|()| Form::Xlsx)
        }
        () if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => {
            Err(format!("是旧格式（.xls）的文件，或者加了密码，不能直接读；{SAVE}，并去掉密码"))
        }
        () if [&b"<?xml"[..], b"<html", b"<!doctype", b"<table"]
            .iter()
            .any(|sign| start.starts_with(sign)) =>
        {
            Err(format!("里面是网页，只是改了名字；{SAVE}"))
        }
        () if head.starts_with(b"%PDF") => Err(String::from("是 PDF，不是表格；请导入 XLSX 或者 CSV 文件")),
        () if is_called_a_workbook(path) && size > 0 => {
            Err(format!("不是 XLSX 文件，只是名称像；{SAVE}，文本表格请把名称改成 .csv"))
        }
        () => Ok(Form::Csv),
    }
}

/// Whether the name of a file says that it is a workbook.
fn is_called_a_workbook(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ["xlsx", "xlsm", "xls", "et"].contains(&ending.as_str()))
}

/// Looks into the directory of a workbook, then unpacks it once to nowhere: what the directory declares may be a lie.
fn archive(path: &Path, size: u64, limits: &Limits) -> Result<(), String> {
    let much = |what: String| Err(format!("{what}；请只留要导入的那张表，另存一份"));
    if size > limits.unpacked {
        return much(format!("文件有 {} MB", size.div_ceil(1 << 20)));
    }
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    // Counted by their signature, because reading a directory takes memory for every entry of it.
    let parts = bytes.windows(4).filter(|window| *window == b"PK\x01\x02").count();
    if parts > limits.parts {
        return much(format!("文件由 {parts} 个部分组成，最多 {} 个", limits.parts));
    }
    let torn = |_| String::from(TORN);
    let mut archive = ZipArchive::new(io::Cursor::new(&bytes)).map_err(torn)?;
    let mut unpacked = 0_u64;
    for nth in 0..archive.len() {
        let part = archive.by_index_raw(nth).map_err(torn)?;
        if part.encrypted() {
            return Err(String::from("文件加了密码，请去掉密码后再导入"));
        }
        unpacked = unpacked.saturating_add(part.size());
    }
    if unpacked > limits.unpacked || (unpacked > SMALL && unpacked / size.max(1) > limits.ratio) {
        let (mb, most) = (unpacked >> 20, limits.unpacked >> 20);
        return much(format!(
            "文件展开后有 {mb} MB，是文件的 {} 倍（最多 {most} MB、{} 倍）",
            unpacked / size.max(1),
            limits.ratio
        ));
    }
    let is_table = |name: &str| name.contains("worksheets/") && name.ends_with(".xml");
    if !archive.file_names().any(|name| name.is_ok_and(|name| is_table(&name))) {
        return Err(format!("不是 Excel 工作簿（.xlsx）；{SAVE}"));
    }
    for nth in 0..archive.len() {
        let part = archive.by_index(nth).map_err(torn)?;
        let declared = part.size();
        let real = io::copy(&mut part.take(declared + 1), &mut io::sink()).map_err(|_| TORN)?;
        if real != declared {
            return Err(String::from(TORN));
        }
    }
    Ok(())
}
