//! `huitong topics`: what rises this week against the usual week, in a file of texts; without a city.

use std::path::PathBuf;

use huitong_codes::Moment;
use huitong_kernel::clock::{DAY, rfc3339};
use huitong_text::topics::{Note, Options, topics};
use serde::Serialize;

use super::texts::{Texts, instant};
use crate::out::{Failure, Out, Outcome};

pub const EXAMPLE: &str =
    "示例：\n  huitong topics 诉求.csv --text 标题,正文 --time 时间 --until 2025-03-14 --json";

/// Where the texts are, and until when.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 诉求（CSV，UTF-8）
    #[arg(value_name = "文件", display_order = 1)]
    file: PathBuf,
    /// 正文所在的栏；几栏连着读的用逗号隔开
    #[arg(long, value_name = "栏", display_order = 2)]
    text: String,
    /// 时间所在的栏
    #[arg(long, value_name = "栏", display_order = 3)]
    time: String,
    /// 承办单位所在的栏
    #[arg(long, value_name = "栏", display_order = 4)]
    unit: Option<String>,
    /// 看到哪一刻为止；不写的到最后一件
    #[arg(long, value_name = "时间", display_order = 5)]
    until: Option<String>,
    /// 看多少天，与此前同样长的各段比
    #[arg(long, value_name = "天数", default_value_t = 7, display_order = 6)]
    days: u32,
    /// 只输出 JSON，每行一个话题
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Topic {
    name: String,
    size: usize,
    usual: f64,
    trend: f64,
    places: Vec<String>,
    first: String,
    last: String,
    members: Vec<usize>,
    units: Vec<Unit>,
}

#[derive(Serialize)]
struct Unit {
    unit: String,
    n: usize,
}

impl Args {
    pub fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let texts = Texts::sheet(&self.file)?;
        let (text, time) = (texts.columns("--text", &self.text)?, texts.columns("--time", &self.time)?);
        let unit = self.unit.as_deref().map(|said| texts.columns("--unit", said)).transpose()?;
        let until = match &self.until {
            None => None,
            // A day without time is meant whole.
            Some(said) => Some(
                Moment::parse(said)
                    .map(|said| instant(&said) + if said.time.is_none() { DAY - 1 } else { 0 })
                    .map_err(|error| Failure::Wrong(format!("--until：“{said}”读不出来：{error}")))?,
            ),
        };
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for row in 0..texts.len() {
            if let Some(at) = texts.instant(row, &time)? {
                rows.push((row, at));
                let unit = unit.as_ref().map(|unit| texts.words(row, unit)).filter(|unit| !unit.is_empty());
                words.push((texts.words(row, &text), unit));
            }
        }
        let notes: Vec<Note> = rows
            .iter()
            .zip(&words)
            .map(|((_, at), (text, unit))| Note { text, at: *at, unit: unit.as_deref() })
            .collect();
        let found = topics(&notes, &Options { until, days: self.days.max(1), ..Options::default() });
        for topic in &found {
            let shown = Topic {
                name: topic.name.clone(),
                size: topic.size,
                usual: (topic.usual * 100.0).round() / 100.0,
                trend: (topic.trend * 100.0).round() / 100.0,
                places: topic.places.clone(),
                first: rfc3339(topic.first),
                last: rfc3339(topic.last),
                members: topic.members.iter().map(|member| rows[*member].0 + 1).collect(),
                units: topic.units.iter().map(|(unit, n)| Unit { unit: unit.clone(), n: *n }).collect(),
            };
            if self.json {
                out.object(&shown)?;
            } else {
                let Topic { name, size, usual, trend, .. } = shown;
                out.say(&format!("{name}  {size} 件，平常 {usual} 件，{trend} 倍"))?;
            }
        }
        out.say(&format!("{} 件中有 {} 个上升的话题", rows.len(), found.len()))?;
        Ok(true)
    }
}
