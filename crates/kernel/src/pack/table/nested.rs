//! Tables inside tables: single ones, lists, named entries, pairs.

use std::cell::RefCell;

use toml_edit::{Item, TableLike, Value};

use super::{Tab, kind_of};
use crate::pack::finding::At;

impl<'a> Tab<'a> {
    fn inner<'b>(&'b self, key: &str, table: &'a dyn TableLike, line: usize) -> Tab<'a> {
        let (path, head) = (self.path_of(key), self.head.clone());
        Tab { desk: self.desk, file: self.file, table, path, line, asked: RefCell::default(), head }
    }

    fn line_of(&self, span: Option<std::ops::Range<usize>>, otherwise: usize) -> usize {
        span.map_or(otherwise, |span| self.file.line(span.start))
    }

    /// A table that may be absent.
    pub fn table(&self, key: &'static str) -> Option<Tab<'a>> {
        let item = self.item(key)?;
        let at = self.at(key);
        match item.as_table_like() {
            Some(table) => Some(self.inner(key, table, self.line_of(item.span(), at.line))),
            None => {
                self.wrong(key, item, "表", "{ … }");
                None
            }
        }
    }

    /// `[[key]]` or a list of inline tables; empty where absent.
    pub fn tables(&self, key: &'static str) -> Vec<Tab<'a>> {
        let Some(item) = self.item(key) else { return Vec::new() };
        let at = self.at(key);
        if let Some(tables) = item.as_array_of_tables() {
            return tables
                .iter()
                .map(|table| self.inner(key, table, self.line_of(table.span(), at.line)))
                .collect();
        }
        let Some(array) = item.as_array() else {
            self.wrong(key, item, "表的列表", "[{ … }]");
            return Vec::new();
        };
        let mut tabs = Vec::new();
        for value in array {
            match value.as_inline_table() {
                Some(table) => tabs.push(self.inner(key, table, self.line_of(value.span(), at.line))),
                None => self.wrong(key, item, "表的列表", "[{ … }]"),
            }
        }
        tabs
    }

    /// `[key.a]`, `[key.b]` …: named tables in the order written.
    pub fn entries(&self, key: &'static str) -> Vec<(String, Tab<'a>)> {
        let Some(outer) = self.item(key) else { return Vec::new() };
        let Some(table) = outer.as_table_like() else {
            self.wrong(key, outer, "表", "{ … }");
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (name, item) in table.iter() {
            let span = table.get_key_value(name).and_then(|(k, i)| i.span().or_else(|| k.span()));
            let line = self.line_of(span, self.line);
            let path = format!("{}.{name}", self.path_of(key));
            match item.as_table_like() {
                Some(inside) => {
                    let mut tab = self.inner(key, inside, line);
                    tab.path = path;
                    entries.push((name.to_owned(), tab));
                }
                None => {
                    let message = format!("应为表，现在是{}", kind_of(item));
                    self.desk.say(&self.file.at(line, &path), message, format!("写成 {name} = {{ … }}"));
                }
            }
        }
        entries
    }

    /// `key = { a = "x", b = "y" }`: pairs of name and text with their places.
    pub fn pairs(&self, key: &'static str) -> Vec<(String, String, At)> {
        let Some(outer) = self.item(key) else { return Vec::new() };
        let Some(table) = outer.as_table_like() else {
            self.wrong(key, outer, "表", "{ 名称 = \"…\" }");
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, item) in table.iter() {
            let span = table.get_key_value(name).and_then(|(k, i)| k.span().or_else(|| i.span()));
            let at = self.file.at(self.line_of(span, self.line), &format!("{}.{name}", self.path_of(key)));
            match item.as_str() {
                Some(text) => pairs.push((name.to_owned(), text.trim().to_owned(), at)),
                None => {
                    self.desk.say(
                        &at,
                        format!("应为文本，现在是{}", kind_of(item)),
                        format!("写成 {name} = \"…\""),
                    );
                }
            }
        }
        pairs
    }

    /// The keys that stand in the table, in order.
    pub fn keys(&self) -> Vec<String> {
        self.table.iter().map(|(key, _)| key.to_owned()).collect()
    }

    /// The value under a key whose type is not fixed (constants of conditions, given facts of examples).
    pub fn raw(&self, key: &str) -> Option<&'a Value> {
        self.table.get(key).and_then(Item::as_value)
    }

    /// Says that the key is known although it was read with [`Tab::raw`].
    pub fn know_all(&self) {
        self.asked.borrow_mut().push("*");
    }
}
