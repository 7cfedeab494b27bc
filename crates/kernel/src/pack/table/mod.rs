//! TOML as a spanned tree: every field is asked for by name, and what nobody asked for is a finding.

mod nested;

use std::cell::RefCell;

use toml_edit::{Document, Item, TableLike, Value};

use crate::pack::closed::Closed;
use crate::pack::desk::{Desk, Ref};
use crate::pack::file::TextFile;
use crate::pack::finding::{At, did_you_mean};
use crate::pack::source::{Source, SourceKind};

/// One table; when it is dropped, keys that were never asked for are reported.
pub struct Tab<'a> {
    /// Findings and names.
    pub desk: &'a Desk,
    file: &'a TextFile,
    table: &'a dyn TableLike,
    path: String,
    line: usize,
    asked: RefCell<Vec<&'static str>>,
    /// Basis and kind written at the head of the file, for items that have none of their own.
    head: Option<Source>,
}

/// Parses a file; a syntax error is one finding with its line.
pub fn parse(desk: &Desk, file: &TextFile) -> Option<Document<String>> {
    match Document::parse(file.text.clone()) {
        Ok(document) => Some(document),
        Err(error) => {
            let line = error.span().map_or(1, |span| file.line(span.start));
            let (message, suggestion) = syntax(error.message());
            desk.say(&file.at(line, ""), message, suggestion);
            None
        }
    }
}

/// Says in Chinese what the TOML parser found.
fn syntax(message: &str) -> (String, &'static str) {
    let known: [(&str, &str, &str); 6] = [
        ("duplicate key", "同一个键写了两次", "请删去其中一个，或者改名"),
        ("string", "文本的引号不完整", "文本要放在一对英文双引号 \" 里"),
        ("array", "列表没有写完整", "列表写成 [\"甲\", \"乙\"]，检查方括号和英文逗号"),
        ("table", "表没有写完整", "表头写成 [名称]，行内写成 { 键 = 值 }，检查括号和英文逗号"),
        ("key", "键的写法不对", "键用英文字母、数字和下划线，后面是等号；中文的键要放在双引号里"),
        ("value", "值的写法不对", "文本要放在英文双引号里；是或否写 true、false；数字直接写"),
    ];
    let found = known.iter().find(|(word, _, _)| message.contains(word));
    let (what, remedy) =
        found.map_or(("这里的写法不是 TOML", "一行一个“键 = 值”，文本放在英文双引号里"), |(_, w, r)| (w, r));
    (format!("读不懂：{what}"), remedy)
}

/// Opens a parsed file; `basis` and `source_kind` at its head hold for all items in it.
pub fn open<'a>(desk: &'a Desk, file: &'a TextFile, document: &'a Document<String>) -> Tab<'a> {
    let mut tab = Tab {
        desk,
        file,
        table: document.as_table(),
        path: String::new(),
        line: 1,
        asked: RefCell::default(),
        head: None,
    };
    let basis = tab.maybe("basis");
    let kind = tab.maybe_closed::<SourceKind>("source_kind");
    tab.head = match (basis, kind) {
        (Some(basis), Some(kind)) => Some(Source { basis, kind }),
        (Some(_), None) if tab.table.get("source_kind").is_none() => {
            desk.say(
                &tab.at("basis"),
                "写了 basis，没有写 source_kind",
                "请补上 source_kind（A、L、R、M、D 之一）",
            );
            None
        }
        _ => None,
    };
    tab
}

fn kind_of(item: &Item) -> &'static str {
    match item {
        Item::Value(Value::String(_)) => "文本",
        Item::Value(Value::Integer(_)) => "整数",
        Item::Value(Value::Float(_)) => "小数",
        Item::Value(Value::Boolean(_)) => "是或否",
        Item::Value(Value::Datetime(_)) => "日期",
        Item::Value(Value::Array(_)) => "列表",
        _ => "表",
    }
}

impl<'a> Tab<'a> {
    fn item(&self, key: &'static str) -> Option<&'a Item> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    fn path_of(&self, key: &str) -> String {
        match (self.path.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.path.clone(),
            (false, false) => format!("{}.{key}", self.path),
        }
    }

    /// The place of a key, or of the table where the key is not there (`""` for the table itself).
    pub fn at(&self, key: &str) -> At {
        let span = self.table.get_key_value(key).and_then(|(k, item)| k.span().or_else(|| item.span()));
        let line = span.map_or(self.line, |span| self.file.line(span.start));
        self.file.at(line, &self.path_of(key))
    }

    fn wrong(&self, key: &str, item: &Item, want: &str, example: &str) {
        let message = format!("应为{want}，现在是{}", kind_of(item));
        self.desk.say(&self.at(key), message, format!("写成 {key} = {example}"));
    }

    fn missing(&self, key: &str, example: &str) {
        let at = self.file.at(self.line, &self.path_of(key));
        self.desk.say(&at, format!("缺少 {key}"), format!("请补上 {key} = {example}"));
    }

    /// A text that may be absent.
    pub fn maybe(&self, key: &'static str) -> Option<String> {
        let item = self.item(key)?;
        match item.as_str() {
            Some(text) if text.trim().is_empty() => {
                self.desk.say(&self.at(key), "是空的", "请填写，或者删去这一行");
                None
            }
            Some(text) => Some(text.trim().to_owned()),
            None => {
                self.wrong(key, item, "文本", "\"…\"");
                None
            }
        }
    }

    /// A text that must be there.
    pub fn text(&self, key: &'static str) -> String {
        let present = self.table.contains_key(key);
        self.maybe(key).unwrap_or_else(|| {
            if !present {
                self.missing(key, "\"…\"");
            }
            String::new()
        })
    }

    /// Whether a text stands under a key.
    pub fn is_text(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(Item::is_str)
    }

    /// Whether a table stands under a key.
    pub fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(Item::is_table_like)
    }

    /// Says that a key is known, which somebody else reads.
    pub fn set_aside(&self, key: &'static str) {
        self.asked.borrow_mut().push(key);
    }

    /// A text that is read ahead, without a word where it is missing.
    pub fn quiet_text(&self, key: &str) -> Option<String> {
        self.table.get(key).and_then(Item::as_str).map(str::to_owned)
    }

    /// Names of the tables under a key with their labels, read ahead: what is wrong there is said when they are read.
    pub fn quietly(&self, key: &str) -> Vec<(String, Option<String>)> {
        let Some(table) = self.table.get(key).and_then(Item::as_table_like) else { return Vec::new() };
        let label = |item: &Item| Some(item.as_table_like()?.get("label")?.as_str()?.to_owned());
        table.iter().map(|(name, item)| (name.to_owned(), label(item))).collect()
    }

    /// `true` or `false`; false where absent.
    pub fn flag(&self, key: &'static str) -> bool {
        let Some(item) = self.item(key) else { return false };
        item.as_bool().unwrap_or_else(|| {
            self.wrong(key, item, "是或否", "true");
            false
        })
    }

    /// A whole number, not negative, that may be absent.
    pub fn number(&self, key: &'static str) -> Option<usize> {
        let item = self.item(key)?;
        let number = item.as_integer().and_then(|number| usize::try_from(number).ok());
        if number.is_none() {
            self.wrong(key, item, "不小于 0 的整数", "10");
        }
        number
    }

    /// Several texts; empty where absent.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        let Some(item) = self.item(key) else { return Vec::new() };
        let Some(array) = item.as_array() else {
            self.wrong(key, item, "文本的列表", "[\"…\"]");
            return Vec::new();
        };
        let mut texts: Vec<String> = Vec::new();
        for value in array {
            match value.as_str() {
                Some(text) if texts.iter().any(|known| known == text.trim()) => {
                    self.desk.say(&self.at(key), format!("“{text}”写了两次"), "请删去其中一个");
                }
                Some(text) => texts.push(text.trim().to_owned()),
                None => self.wrong(key, item, "文本的列表", "[\"…\"]"),
            }
        }
        texts
    }

    /// A word of a closed list that may be absent.
    pub fn maybe_closed<T: Closed>(&self, key: &'static str) -> Option<T> {
        let word = self.maybe(key)?;
        let value = T::from_word(&word);
        if value.is_none() {
            let suggestion = did_you_mean(&word, T::WORDS.iter().map(|(known, _)| *known));
            self.desk.say(&self.at(key), format!("“{word}”不是可用的{}", T::WHAT), suggestion);
        }
        value
    }

    /// A word of a closed list that must be there.
    pub fn closed<T: Closed>(&self, key: &'static str) -> Option<T> {
        if !self.table.contains_key(key) {
            let example = T::WORDS.first().map_or("…", |(word, _)| word);
            self.item(key);
            self.missing(key, &format!("\"{example}\""));
            return None;
        }
        self.maybe_closed(key)
    }

    /// A name of a declared thing that may be absent.
    pub fn maybe_refer(&self, key: &'static str, kind: Ref) -> Option<String> {
        let name = self.maybe(key)?;
        self.desk.refer(kind, &name, &self.at(key));
        Some(name)
    }

    /// A name of a declared thing that must be there.
    pub fn refer(&self, key: &'static str, kind: Ref) -> String {
        let name = self.text(key);
        self.desk.refer(kind, &name, &self.at(key));
        name
    }

    /// Names of declared things.
    pub fn refer_all(&self, key: &'static str, kind: Ref) -> Vec<String> {
        let names = self.texts(key);
        for name in &names {
            self.desk.refer(kind, name, &self.at(key));
        }
        names
    }

    /// `basis` and `source_kind` of the item, or those at the head of the file.
    pub fn source(&self) -> Source {
        let basis = self.maybe("basis");
        let kind = self.maybe_closed::<SourceKind>("source_kind");
        match (basis, kind, &self.head) {
            (None, None, Some(head)) => head.clone(),
            (Some(basis), Some(kind), _) => Source { basis, kind },
            (basis, kind, _) => {
                let at = self.at("");
                if basis.is_none() {
                    self.desk.say(
                        &at,
                        "没有写依据",
                        "请补上 basis = \"文件名称和条款\"；没有文件依据的写设定理由，source_kind 写 \"D\"",
                    );
                }
                if kind.is_none() && !self.table.contains_key("source_kind") {
                    self.desk.say(
                        &at,
                        "没有写来源",
                        "请补上 source_kind = \"D\"（A 报道 L 法律 R 公开文件 M 待核实 D 默认）",
                    );
                }
                Source { basis: basis.unwrap_or_default(), kind: SourceKind::Default }
            }
        }
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        let asked = self.asked.borrow();
        if asked.contains(&"*") {
            return;
        }
        for (key, _) in self.table.iter() {
            if !asked.contains(&key) {
                let mut known: Vec<&str> = asked.clone();
                known.sort_unstable();
                known.dedup();
                self.desk.say(&self.at(key), format!("不认识的键“{key}”"), did_you_mean(key, known));
            }
        }
    }
}
