//! The files of a pack: texts with line numbers, taken one by one so that a file nobody knows is noticed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::desk::Desk;
use super::finding::{At, Finding, did_you_mean};

/// One text file.
pub struct TextFile {
    /// Path inside the pack, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Byte offsets at which lines begin, but the first.
    breaks: Vec<usize>,
}

impl TextFile {
    fn new(path: &str, text: &str) -> TextFile {
        // A byte order mark is an accident of some editors.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        TextFile { path: path.to_owned(), text, breaks }
    }

    /// The line (first = 1) of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.breaks.partition_point(|start| *start <= offset)
    }

    /// A place in it.
    pub fn at(&self, line: usize, key: &str) -> At {
        At { file: self.path.clone(), line, key: key.to_owned() }
    }
}

/// All files, with a mark at those already read.
pub struct Shelf {
    files: BTreeMap<String, TextFile>,
    taken: RefCell<BTreeSet<String>>,
}

impl Shelf {
    /// Puts the files up.
    pub fn new(files: &BTreeMap<String, String>) -> Shelf {
        let files = files.iter().map(|(path, text)| (path.clone(), TextFile::new(path, text)));
        Shelf { files: files.collect(), taken: RefCell::default() }
    }

    /// The file at `path`; its absence is a finding.
    pub fn take(&self, desk: &Desk, path: &str) -> Option<&TextFile> {
        self.taken.borrow_mut().insert(path.to_owned());
        let found = self.files.get(path);
        if found.is_none() {
            let at = At { file: path.to_owned(), ..At::default() };
            desk.say(&at, "缺少这个文件", "请补上；可以从系统自带的政策包复制一份再改");
        }
        found
    }

    /// The file at `path`, where a pack may do without it.
    pub fn find(&self, path: &str) -> Option<&TextFile> {
        self.taken.borrow_mut().insert(path.to_owned());
        self.files.get(path)
    }

    /// All files in a folder with this ending, in order of their names.
    pub fn take_folder(&self, folder: &str, ending: &str) -> Vec<&TextFile> {
        let inside = |path: &String| path.starts_with(folder) && path.ends_with(ending);
        let found: Vec<&TextFile> = self.files.iter().filter(|(p, _)| inside(p)).map(|(_, f)| f).collect();
        self.taken.borrow_mut().extend(found.iter().map(|file| file.path.clone()));
        found
    }

    /// All files of this name, wherever they stand, in order of their paths.
    pub fn named(&self, name: &str) -> Vec<&TextFile> {
        let fits = |path: &String| path.rsplit('/').next() == Some(name);
        let found: Vec<&TextFile> = self.files.iter().filter(|(p, _)| fits(p)).map(|(_, f)| f).collect();
        self.taken.borrow_mut().extend(found.iter().map(|file| file.path.clone()));
        found
    }

    /// Marks a file that may be there and is not read.
    pub fn set_aside(&self, path: &str) {
        self.taken.borrow_mut().insert(path.to_owned());
    }

    /// Says which files nobody asked for.
    pub fn leftovers(&self, desk: &Desk) {
        let taken = self.taken.borrow();
        for path in self.files.keys().filter(|path| !taken.contains(*path)) {
            let at = At { file: path.clone(), ..At::default() };
            let near = did_you_mean(path, taken.iter().map(String::as_str));
            desk.say(&at, "不认识的文件", format!("不需要的文件请移出政策包。{near}"));
        }
    }
}

/// Reads a folder into path → text (hidden files are passed over).
///
/// # Errors
/// One finding for each file or folder that cannot be read or is not UTF-8.
pub fn read_files(folder: &Path) -> Result<BTreeMap<String, String>, Vec<Finding>> {
    let mut files = BTreeMap::new();
    let mut findings = Vec::new();
    walk(folder, "", &mut files, &mut findings);
    if files.is_empty() && findings.is_empty() {
        findings.push(unreadable("", "文件夹是空的", "请指向含有 pack.toml 的文件夹"));
    }
    if findings.is_empty() { Ok(files) } else { Err(findings) }
}

/// Replaces everything under `city/` by the files of another city folder.
pub fn with_city(
    mut files: BTreeMap<String, String>,
    city: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    files.retain(|path, _| !path.starts_with("city/"));
    files.extend(city.into_iter().map(|(path, text)| (format!("city/{path}"), text)));
    files
}

fn unreadable(file: &str, message: &str, suggestion: &str) -> Finding {
    At { file: file.to_owned(), ..At::default() }.finding(message, suggestion)
}

fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>, findings: &mut Vec<Finding>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        findings.push(unreadable(prefix, "打不开这个文件夹", "请检查路径和读取权限"));
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.path().is_dir() {
            walk(&entry.path(), &path, files, findings);
            continue;
        }
        match std::fs::read(entry.path()).map(String::from_utf8) {
            Ok(Ok(text)) => {
                files.insert(path, text);
            }
            Ok(Err(_)) => {
                findings.push(unreadable(&path, "不是 UTF-8 文本", "请在编辑器里另存为 UTF-8 编码"));
            }
            Err(_) => findings.push(unreadable(&path, "打不开这个文件", "请检查读取权限")),
        }
    }
}
