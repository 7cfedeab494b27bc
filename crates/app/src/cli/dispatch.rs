//! `huitong dispatch`: models that propose units, learned, measured and asked on files, without a city.

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use huitong_text::dispatch::{
    Allowed, Doubt, Example, Lexicon, Model, Options, Prediction, Quality, Report, evaluate, train,
};
use serde::Serialize;

use super::texts::Texts;
use crate::out::{Failure, Out, Outcome, why};

pub const EXAMPLE: &str = "示例：\n  huitong dispatch train 办结诉求.csv --text 正文 --label 单位 --lexicon 职能词.csv --out 派单.model\n  \
                           huitong dispatch predict --model 派单.model < 新诉求.txt";
const TRAIN: &str =
    "示例：\n  huitong dispatch train 办结诉求.csv --text 正文 --label 单位 --out 派单.model --json";
const EVAL: &str = "示例：\n  huitong dispatch eval 留出诉求.csv --text 正文 --label 单位 --model 派单.model";
const PREDICT: &str = "示例：\n  echo 厂区停电三天 | huitong dispatch predict --model 派单.model --json";

/// Texts asked together.
const BATCH: usize = 4096;

/// What can be done with models.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 从办结诉求和职能词典学习一个派单模型
    #[command(after_help = TRAIN)]
    Train(Train),
    /// 在没有学过的诉求上衡量模型准不准
    #[command(after_help = EVAL)]
    Eval(Eval),
    /// 逐行读入诉求，给出建议单位
    #[command(after_help = PREDICT)]
    Predict(Predict),
}

impl Command {
    pub fn run(self) -> Outcome {
        match self {
            Command::Train(args) => args.run(),
            Command::Eval(args) => args.run(),
            Command::Predict(args) => args.run(),
        }
    }
}

/// What to learn from.
#[derive(Debug, clap::Args)]
pub struct Train {
    /// 办结诉求（CSV，UTF-8）；只学职能词典的，写一个只有表头的文件
    #[arg(value_name = "文件", display_order = 1)]
    file: PathBuf,
    /// 正文所在的栏
    #[arg(long, value_name = "栏", display_order = 2)]
    text: String,
    /// 承办单位所在的栏
    #[arg(long, value_name = "栏", display_order = 3)]
    label: String,
    /// 职能词典（CSV，两栏：单位、词）
    #[arg(long, value_name = "文件", display_order = 4)]
    lexicon: Option<PathBuf>,
    /// 模型写到哪个文件
    #[arg(long, value_name = "文件", display_order = 5)]
    out: PathBuf,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

/// What a training answers.
#[derive(Serialize)]
struct Trained {
    rows: usize,
    used: usize,
    words: usize,
    labels: usize,
    bytes: usize,
    held_out: Figures,
}

/// The figures of a model.
#[derive(Serialize)]
struct Figures {
    n: u32,
    accuracy: f64,
    top3: f64,
    macro_f1: f64,
    ece: f64,
    auto_share: f64,
    auto_precision: f64,
}

impl From<Quality> for Figures {
    fn from(q: Quality) -> Figures {
        Figures {
            n: q.n,
            accuracy: q.top1,
            top3: q.top3,
            macro_f1: q.macro_f1,
            ece: q.ece,
            auto_share: q.auto_share,
            auto_precision: q.auto_precision,
        }
    }
}

impl Figures {
    fn words(&self) -> String {
        format!(
            "首位正确 {:.1}%，前三位有正确的 {:.1}%，各单位平均 F1 {:.3}，置信误差 {:.3}；匹配度高的占 {:.1}%，其中对的 {:.1}%",
            self.accuracy * 100.0,
            self.top3 * 100.0,
            self.macro_f1,
            self.ece,
            self.auto_share * 100.0,
            self.auto_precision * 100.0
        )
    }
}

fn examples(path: &Path, text: &str, label: &str) -> Result<(usize, Vec<Example>), Failure> {
    let sheet = Texts::sheet(path)?;
    let (text, label) = (sheet.columns("--text", text)?, sheet.columns("--label", label)?);
    let all = (0..sheet.len()).map(|row| Example::new(sheet.words(row, &text), sheet.words(row, &label)));
    let told = |e: &Example| !e.text.trim().is_empty() && !e.label.trim().is_empty();
    Ok((sheet.len(), all.filter(told).collect()))
}

impl Train {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let (rows, examples) = examples(&self.file, &self.text, &self.label)?;
        let lexicon = self.lexicon.as_deref().map_or(Ok(Lexicon::new()), lexicon)?;
        let model = train(&examples, &lexicon, &Options::default())
            .map_err(|e| Failure::No(format!("没有学成：{e}")))?;
        let bytes = model.to_bytes();
        fs::write(&self.out, &bytes)
            .map_err(|e| Failure::Wrong(format!("写不了 {}：{}", self.out.display(), why(&e))))?;
        let trained = Trained {
            rows,
            used: examples.len(),
            words: lexicon.rows().count(),
            labels: model.labels().count(),
            bytes: bytes.len(),
            held_out: model.quality().into(),
        };
        out.object(&trained)?;
        out.say(&format!(
            "学自诉求 {} 件（共 {} 行）、职能词 {} 个，单位 {} 个；模型 {} 字节",
            trained.used, trained.rows, trained.words, trained.labels, trained.bytes
        ))?;
        match trained.held_out.n {
            0 => out.say("诉求太少，没有衡量准不准；这个模型的建议都不会标为匹配度高")?,
            n => out.say(&format!("轮流留出 {n} 件衡量：{}", trained.held_out.words()))?,
        }
        Ok(true)
    }
}

fn lexicon(path: &Path) -> Result<Lexicon, Failure> {
    let sheet = Texts::sheet(path)?;
    let (label, phrase) = sheet.first_two(path)?;
    Ok((0..sheet.len()).map(|row| (sheet.words(row, &label), sheet.words(row, &phrase))).collect())
}

fn model(path: &Path) -> Result<Model, Failure> {
    let bytes =
        fs::read(path).map_err(|e| Failure::Wrong(format!("打不开 {}：{}", path.display(), why(&e))))?;
    Model::from_bytes(&bytes).map_err(|e| Failure::Wrong(format!("{}：{e}", path.display())))
}

/// What to measure on.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// 没有学过的诉求（CSV，UTF-8）
    #[arg(value_name = "文件", display_order = 1)]
    file: PathBuf,
    /// 正文所在的栏
    #[arg(long, value_name = "栏", display_order = 2)]
    text: String,
    /// 承办单位所在的栏
    #[arg(long, value_name = "栏", display_order = 3)]
    label: String,
    /// 模型文件
    #[arg(long, value_name = "文件", display_order = 4)]
    model: PathBuf,
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

/// What an evaluation answers.
#[derive(Serialize)]
struct Evaluated {
    #[serde(flatten)]
    figures: Figures,
    /// Cases of units that the model does not know; they count as wrong.
    unknown: u32,
    labels: Vec<OfLabel>,
}

#[derive(Serialize)]
struct OfLabel {
    label: String,
    n: u32,
    precision: f64,
    recall: f64,
}

impl Eval {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let model = model(&self.model)?;
        let (_, examples) = examples(&self.file, &self.text, &self.label)?;
        if examples.is_empty() {
            return Err(Failure::No(String::from("文件里没有同时写明正文和单位的诉求，无法衡量")));
        }
        let Report { quality, labels, unknown } = evaluate(&model, &examples);
        let labels = labels
            .into_iter()
            .map(|l| OfLabel { label: l.label, n: l.n, precision: l.precision, recall: l.recall })
            .collect();
        let answer = Evaluated { figures: quality.into(), unknown, labels };
        out.object(&answer)?;
        out.say(&format!("{} 件：{}", answer.figures.n, answer.figures.words()))?;
        if unknown > 0 {
            out.say(&format!("其中 {unknown} 件的单位不在模型里，都算错"))?;
        }
        if !self.json {
            for l in &answer.labels {
                let words = format!("{} 件  精确率 {:.2}  召回率 {:.2}", l.n, l.precision, l.recall);
                out.say(&format!("  {}  {words}", l.label))?;
            }
        }
        Ok(true)
    }
}

/// Whom to ask.
#[derive(Debug, clap::Args)]
pub struct Predict {
    /// 模型文件
    #[arg(long, value_name = "文件", display_order = 1)]
    model: PathBuf,
    /// 只输出 JSON，每行一个对象
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Said {
    proposals: Vec<Proposed>,
    auto: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<String>,
}

#[derive(Serialize)]
struct Proposed {
    label: String,
    confidence: f64,
    terms: Vec<String>,
}

impl Predict {
    fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let model = model(&self.model)?;
        let mut input = io::stdin().lock();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let mut line = Vec::new();
            let read = input.read_until(b'\n', &mut line)?;
            if read > 0 {
                let text = String::from_utf8_lossy(&line);
                batch.push(text.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}').to_owned());
            }
            if read == 0 || batch.len() == BATCH {
                for said in model.predict_all(&batch, &Allowed::All) {
                    answer(out, said)?;
                }
                batch.clear();
            }
            if read == 0 {
                return Ok(true);
            }
        }
    }
}

fn answer(out: Out, said: Prediction) -> Result<(), Failure> {
    let doubt = said.doubt.map(|doubt| match doubt {
        Doubt::Empty => "没有可以判断的文字",
        Doubt::Unfamiliar => "熟悉的词太少",
    });
    if out.json {
        let question = said.question.as_ref().zip(said.proposals.first().zip(said.proposals.get(1)));
        let questions = question.map(|(asked, (first, second))| asked.ask(&first.label, &second.label));
        let proposals = said.proposals.into_iter();
        let proposals = proposals.map(|p| Proposed {
            label: p.label,
            confidence: (p.confidence * 1e4).round() / 1e4,
            terms: p.terms,
        });
        let said = Said {
            proposals: proposals.collect(),
            auto: said.auto,
            doubt,
            questions: questions.into_iter().collect(),
        };
        return out.object(&said);
    }
    let one = |p: &huitong_text::dispatch::Proposal| {
        format!("{} {:.0}%（{}）", p.label, p.confidence * 100.0, p.terms.join("、"))
    };
    let mut words: Vec<String> = said.proposals.iter().map(one).collect();
    words.extend(doubt.map(str::to_owned));
    words.extend(said.auto.then(|| String::from("匹配度高")));
    out.say(&words.join("；"))
}
