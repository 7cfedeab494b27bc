//! `huitong duplicates`: the same matter told twice, in a file of texts; without a city.

use std::path::PathBuf;

use huitong_text::duplicates::{Note, Options, pairs};
use serde::Serialize;

use super::texts::Texts;
use crate::out::{Failure, Out, Outcome};

pub const EXAMPLE: &str =
    "示例：\n  huitong duplicates 诉求.csv --text 标题,正文 --id 编号 --time 时间 --json";

/// Where the texts are.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 诉求（CSV，UTF-8）；不写 --text 的，一行一件
    #[arg(value_name = "文件", display_order = 1)]
    file: PathBuf,
    /// 正文所在的栏；几栏连着读的用逗号隔开
    #[arg(long, value_name = "栏", display_order = 2)]
    text: Option<String>,
    /// 编号所在的栏；不写的用行号，第一件为 1
    #[arg(long, value_name = "栏", requires = "text", display_order = 3)]
    id: Option<String>,
    /// 时间所在的栏；写了的，相隔 30 天以内的才算
    #[arg(long, value_name = "栏", requires = "text", display_order = 4)]
    time: Option<String>,
    /// 只输出 JSON，每行一对
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Pair {
    a: String,
    b: String,
    similarity: f64,
    shared: Vec<String>,
}

impl Args {
    pub fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let texts = Texts::of(&self.file, self.text.as_deref())?;
        let text = texts.columns("--text", self.text.as_deref().unwrap_or("text"))?;
        let column = |option, said: &Option<String>| {
            said.as_deref().map(|said| texts.columns(option, said)).transpose()
        };
        let (id, time) = (column("--id", &self.id)?, column("--time", &self.time)?);
        let words: Vec<String> = (0..texts.len()).map(|row| texts.words(row, &text)).collect();
        let at = |row| time.as_ref().map_or(Ok(None), |time| texts.instant(row, time));
        let times: Vec<Option<i64>> = (0..texts.len()).map(at).collect::<Result<_, Failure>>()?;
        let notes: Vec<Note> = words.iter().zip(&times).map(|(text, at)| Note { text, at: *at }).collect();
        let name = |row: usize| {
            id.as_ref()
                .map(|id| texts.words(row, id))
                .filter(|id| !id.is_empty())
                .unwrap_or(texts.number(row).to_string())
        };
        let found = pairs(&notes, &Options::default());
        for pair in &found {
            let (a, b, similarity) = (name(pair.a), name(pair.b), (pair.similarity * 1e4).round() / 1e4);
            if self.json {
                out.object(&Pair { a, b, similarity, shared: pair.shared.clone() })?;
            } else {
                out.say(&format!("{a}  {b}  {similarity:.2}  {}", pair.shared.join(" / ")))?;
            }
        }
        out.say(&format!("{} 件中有 {} 对说的是同一件事", texts.len(), found.len()))?;
        Ok(true)
    }
}
