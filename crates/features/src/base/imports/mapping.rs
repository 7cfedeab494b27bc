//! The mapping file: which column is what, what the file lacks, and tables from the file's words to ours.

use std::collections::BTreeMap;

use huitong_kernel::digest::sm3_hex;
use huitong_kernel::error::Kind;
use huitong_kernel::pack::{At, Finding, did_you_mean};
use huitong_kernel::{Error, Result};
use toml_edit::{Document, Item, TableLike, Value};

/// The words a kind of import knows.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    /// What a column can be, and whether there must be one.
    pub columns: Vec<(&'a str, bool)>,
    /// What can be supplied where the file lacks it.
    pub supply: Vec<&'a str>,
    /// What must come from a column or be supplied.
    pub either: Vec<&'a str>,
    /// Tables from words of the file to words of ours.
    pub rules: Vec<&'a str>,
}

/// A mapping that was read whole.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// SM3 of the mapping file.
    pub sm3: String,
    columns: BTreeMap<String, Vec<usize>>,
    supply: BTreeMap<String, (String, At)>,
    rules: BTreeMap<String, Rules>,
}

/// A table from paths to words of ours; the rule with the longest matching beginning wins.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    default: Option<(String, At)>,
    by_path: BTreeMap<Vec<String>, (String, At)>,
}

impl Rules {
    /// Our word for a path; the default where no rule matches.
    pub fn word(&self, path: &[&str]) -> Option<&str> {
        let path: Vec<String> = path.iter().map(|p| (*p).to_owned()).collect();
        let longest = (1..=path.len()).rev().find_map(|n| self.by_path.get(&path[..n]));
        longest.or(self.default.as_ref()).map(|(word, _)| word.as_str())
    }

    /// Every word of ours that the table can give, with its place.
    pub fn words(&self) -> impl Iterator<Item = (&str, &At)> {
        self.default.iter().chain(self.by_path.values()).map(|(word, at)| (word.as_str(), at))
    }
}

impl Mapping {
    /// Reads a mapping for a file with this heading.
    ///
    /// # Errors
    /// 400 with every finding, each with file, line and remedy.
    pub fn read(name: &str, text: &str, heading: &[String], words: &Words) -> Result<Mapping> {
        let mut reader = Reader { name, text, heading, words, findings: Vec::new() };
        let mapping = reader.mapping();
        match (mapping, reader.findings.is_empty()) {
            (Some(mapping), true) => Ok(mapping),
            _ => Err(refused(&reader.findings)),
        }
    }

    /// A mapping that nobody wrote: columns by their places, under a digest of what they are.
    pub fn of(sm3: String, columns: BTreeMap<String, Vec<usize>>) -> Mapping {
        Mapping { sm3, columns, supply: BTreeMap::new(), rules: BTreeMap::new() }
    }

    /// The same for a sheet of a workbook that somebody named: what is begun with it is something else.
    #[must_use]
    pub fn on_sheet(self, named: Option<&str>) -> Mapping {
        match named {
            Some(sheet) => Mapping { sm3: sm3_hex(format!("{}\n{sheet}", self.sm3).as_bytes()), ..self },
            None => self,
        }
    }

    /// The places in the row that a key is read from.
    pub fn column(&self, key: &str) -> Option<&[usize]> {
        self.columns.get(key).map(Vec::as_slice)
    }

    /// Every place that is read at all, in the order of the keys.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        self.columns.values().flatten().copied()
    }

    /// What is supplied for a key.
    pub fn supplied(&self, key: &str) -> Option<&str> {
        self.supply.get(key).map(|(text, _)| text.as_str())
    }

    /// Everything that is supplied, with its place.
    pub fn supply(&self) -> impl Iterator<Item = (&str, &str, &At)> {
        self.supply.iter().map(|(key, (text, at))| (key.as_str(), text.as_str(), at))
    }

    /// A table; an empty one where the mapping has none.
    pub fn rules(&self, name: &str) -> Rules {
        self.rules.get(name).cloned().unwrap_or_default()
    }
}

/// Refuses a mapping with every finding.
pub fn refused(findings: &[Finding]) -> Error {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    Error::new(Kind::Malformed, format!("映射文件有 {} 处需要改正\n{}", findings.len(), lines.join("\n")))
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    heading: &'a [String],
    words: &'a Words<'a>,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn at(&self, span: Option<std::ops::Range<usize>>, key: &str) -> At {
        let start = span.map_or(0, |span| span.start).min(self.text.len());
        let line = 1 + self.text.as_bytes()[..start].iter().filter(|b| **b == b'\n').count();
        At { file: self.name.to_owned(), line, key: key.to_owned() }
    }

    fn say(&mut self, at: &At, message: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(at.finding(message, remedy));
    }

    fn mapping(&mut self) -> Option<Mapping> {
        let document = match Document::parse(self.text) {
            Ok(document) => document,
            Err(error) => {
                let at = self.at(error.span(), "");
                self.say(
                    &at,
                    "这里的写法不是 TOML",
                    "一行一个“键 = \"值\"”，文本放在英文双引号里，表头写成 [columns]",
                );
                return None;
            }
        };
        let mut mapping = Mapping {
            sm3: sm3_hex(self.text.as_bytes()),
            columns: BTreeMap::new(),
            supply: BTreeMap::new(),
            rules: BTreeMap::new(),
        };
        let tables: Vec<&str> =
            ["columns", "supply"].into_iter().chain(self.words.rules.iter().copied()).collect();
        for (name, item) in document.as_table() {
            let at = self.at(item.span(), name);
            match item.as_table_like() {
                None => self.say(&at, "这里只能写表", format!("写成 [{}]", tables.join("]、["))),
                Some(table) if name == "columns" => mapping.columns = self.columns(table),
                Some(table) if name == "supply" => mapping.supply = self.supply(table),
                Some(table) if tables.contains(&name) => {
                    let rules = self.rules(name, table);
                    mapping.rules.insert(name.to_owned(), rules);
                }
                Some(_) => {
                    self.say(&at, format!("没有“{name}”这张表"), did_you_mean(name, tables.iter().copied()));
                }
            }
        }
        self.whole(&mapping);
        Some(mapping)
    }

    fn entries(&self, table: &dyn TableLike, path: &str) -> Vec<(String, Item, At)> {
        let place = |key: &str| {
            let span = table.get_key_value(key).and_then(|(k, item)| k.span().or_else(|| item.span()));
            self.at(span, &format!("{path}.{key}"))
        };
        table.iter().map(|(key, item)| (key.to_owned(), item.clone(), place(key))).collect()
    }

    fn columns(&mut self, table: &dyn TableLike) -> BTreeMap<String, Vec<usize>> {
        let mut columns = BTreeMap::new();
        for (key, item, at) in self.entries(table, "columns") {
            let known = self.words.columns.iter().map(|(key, _)| *key);
            if !known.clone().any(|k| k == key) {
                self.say(&at, format!("不知道“{key}”是什么"), did_you_mean(&key, known));
                continue;
            }
            let Some(names) = texts(&item) else {
                self.say(
                    &at,
                    "应为列名",
                    format!("写成 {key} = \"列名\"，由几列合成的写成 {key} = [\"列名\", \"列名\"]"),
                );
                continue;
            };
            let mut places = Vec::new();
            for name in names {
                let mut found =
                    self.heading.iter().enumerate().filter(|(_, h)| h.trim() == name).map(|(n, _)| n);
                match (found.next(), found.next()) {
                    (Some(place), None) => places.push(place),
                    (Some(_), Some(_)) => {
                        self.say(&at, format!("文件中有两列都叫“{name}”"), "请在文件中改一个列名");
                    }
                    (None, _) => {
                        let near = did_you_mean(&name, self.heading.iter().map(|h| h.trim()));
                        self.say(&at, format!("文件中没有“{name}”这一列"), near);
                    }
                }
            }
            columns.insert(key, places);
        }
        columns
    }

    fn supply(&mut self, table: &dyn TableLike) -> BTreeMap<String, (String, At)> {
        let mut supply = BTreeMap::new();
        for (key, item, at) in self.entries(table, "supply") {
            if !self.words.supply.contains(&key.as_str()) {
                let near = did_you_mean(&key, self.words.supply.iter().copied());
                self.say(&at, format!("不知道“{key}”是什么"), near);
                continue;
            }
            match text(&item) {
                Some(text) => {
                    supply.insert(key, (text, at));
                }
                None => self.say(&at, "应为文本或者整数", format!("写成 {key} = \"…\"")),
            }
        }
        supply
    }

    fn rules(&mut self, name: &str, table: &dyn TableLike) -> Rules {
        let mut rules = Rules::default();
        for (key, item, at) in self.entries(table, name) {
            match (key.as_str(), text(&item), item.as_table_like()) {
                ("default", Some(word), _) => rules.default = Some((word, at)),
                ("paths", _, Some(paths)) => self.paths(&format!("{name}.paths"), paths, &mut rules),
                ("default", ..) => self.say(&at, "应为文本", "写成 default = \"…\""),
                ("paths", ..) => {
                    self.say(&at, "应为表", format!("写成 [{name}.paths]，下面一行一个“路径 = 值”"));
                }
                _ => self.say(&at, format!("不知道“{key}”是什么"), did_you_mean(&key, ["default", "paths"])),
            }
        }
        rules
    }

    fn paths(&mut self, path: &str, table: &dyn TableLike, rules: &mut Rules) {
        for (key, item, at) in self.entries(table, path) {
            let steps: Vec<String> = key.split('/').map(|step| step.trim().to_owned()).collect();
            match text(&item) {
                _ if steps.iter().any(String::is_empty) => {
                    self.say(&at, "路径中有空的一级", "写成 \"一级 / 二级\" = \"…\"");
                }
                None => self.say(&at, "应为文本", format!("写成 \"{key}\" = \"…\"")),
                Some(word) => {
                    if rules.by_path.insert(steps, (word, at.clone())).is_some() {
                        self.say(&at, "这条路径写了两次", "请删去一条");
                    }
                }
            }
        }
    }

    /// What is missing from the mapping as a whole.
    fn whole(&mut self, mapping: &Mapping) {
        let at = At { file: self.name.to_owned(), line: 1, key: String::new() };
        let words = self.words;
        for (key, _) in
            words.columns.iter().filter(|(key, must)| *must && !mapping.columns.contains_key(*key))
        {
            self.say(&at, format!("[columns] 中缺少 {key}"), format!("请补上 {key} = \"列名\""));
        }
        for key in &words.either {
            if !mapping.columns.contains_key(*key) && !mapping.supply.contains_key(*key) {
                let remedy = format!("请在 [columns] 写列名，或者在 [supply] 写 {key} = \"…\"");
                self.say(&at, format!("没有说明 {key}"), remedy);
            }
        }
    }
}

fn text(item: &Item) -> Option<String> {
    match item {
        Item::Value(Value::String(text)) => Some(text.value().trim().to_owned()).filter(|t| !t.is_empty()),
        Item::Value(Value::Integer(number)) => Some(number.value().to_string()),
        _ => None,
    }
}

fn texts(item: &Item) -> Option<Vec<String>> {
    let one = |value: &Value| value.as_str().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    match item {
        Item::Value(Value::Array(list)) if !list.is_empty() => list.iter().map(one).collect(),
        Item::Value(value) => one(value).map(|text| vec![text]),
        _ => None,
    }
}
