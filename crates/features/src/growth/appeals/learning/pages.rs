//! The page of the models: what each learned from, what was measured, which one answers.

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::clock::minute_text;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, GET, POST, Reply, Route, page};

use super::acts;
use super::learn::LEAST;
use super::model::{DispatchModel, IN_FORCE, REFUSED};
use super::store;
use super::subject::state_words;

const PATH: &str = "/admin/dispatch-models";
/// So many versions are shown.
const SHOWN: i64 = 50;

/// Rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, PATH, "dispatch_model.view", show).summary("派单模型：学自什么、准不准、哪一版在用"),
        page(POST, "/admin/dispatch-models/learn", "dispatch_model.ask", ask).summary("要求学习一次"),
        page(POST, "/admin/dispatch-models/roll-back", "dispatch_model.roll_back", roll_back)
            .summary("恢复上一版派单模型"),
    ]
}

#[derive(Template)]
#[template(path = "growth/appeals/learning/pages/models.html")]
struct ModelsPage {
    shell: Shell,
    models: Vec<Row>,
    standing: String,
    /// The version that can be taken back; empty where none is in force.
    current: String,
    /// What taking it back does.
    back: String,
    fresh: i64,
    least: usize,
    may_ask: bool,
    may_roll_back: bool,
    token: String,
}

/// A version, in words.
struct Row {
    title: String,
    state: &'static str,
    tone: &'static str,
    learned_at: String,
    from: String,
    compared: String,
    first: String,
    three: String,
    certain: String,
}

impl Row {
    fn of(model: &DispatchModel) -> Row {
        let f = model.figures();
        let measured = |text: String| if f.n == 0 { String::from("—") } else { text };
        Row {
            title: format!("第 {} 版", model.number),
            state: state_words(&model.state),
            tone: match model.state.as_str() {
                IN_FORCE => "done",
                REFUSED => "muted",
                _ => "wait",
            },
            learned_at: minute_text(model.learned_at),
            from: format!(
                "办结诉求 {} 件（更正建议 {} 件）、职能词 {} 个",
                model.cases, model.corrections, model.words
            ),
            compared: format!(
                "首位正确 {} 件，原版 {} 件（共 {} 件）",
                model.right_now, model.right_before, model.held_out
            ),
            first: measured(format!("{}（{} 件）", percent(f.top1), f.n)),
            three: measured(percent(f.top3)),
            certain: measured(match f.auto_share {
                0.0 => String::from("没有"),
                share => format!("{}，其中对的 {}", percent(share), percent(f.auto_precision)),
            }),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn show(c: &Call) -> Result<Reply> {
    let (models, current, earlier, fresh) = c.read(|tx| {
        let current = store::in_force(tx)?;
        let earlier = current.as_ref().map(|model| store::before(tx, model.number)).transpose()?.flatten();
        let fresh = store::closed_since(tx, store::learned_until(tx)?, 100_000)?;
        Ok((store::newest(tx, SHOWN)?, current, earlier, fresh))
    })?;
    let mut shell = c.shell("派单模型")?;
    shell.lead = String::from("从办结诉求和职能词典学习，只提建议；派单由人决定");
    c.page(&ModelsPage {
        shell,
        standing: match &current {
            Some(model) => format!("在用第 {} 版", model.number),
            None => String::from("没有在用的模型，目前按职能词典提出建议"),
        },
        back: current.as_ref().map_or_else(String::new, |model| match earlier {
            Some(earlier) => format!("撤回第 {} 版，恢复第 {} 版", model.number, earlier.number),
            None => format!("撤回第 {} 版，只按职能词典提出建议", model.number),
        }),
        current: current.map_or_else(String::new, |model| model.number.to_string()),
        models: models.iter().map(Row::of).collect(),
        fresh,
        least: LEAST,
        may_ask: c.ctx.may("dispatch_model.ask").is_some(),
        may_roll_back: c.ctx.may("dispatch_model.roll_back").is_some(),
        token: c.submit_token(),
    })
}

fn ask(c: &Call) -> Result<Reply> {
    c.write(acts::ask)?;
    c.see_saying(PATH, "已开始学习，学完后刷新本页可见；新办结的诉求不够时不会产生新版本。")
}

fn roll_back(c: &Call) -> Result<Reply> {
    let number = c.filled()?.get("number").parse().unwrap_or_default();
    let said = match c.write(|tx| acts::roll_back(tx, number))? {
        Some(earlier) => format!("第 {number} 版已撤回，恢复使用第 {earlier} 版。"),
        None => format!("第 {number} 版已撤回，目前只按职能词典提出建议。"),
    };
    c.see_saying(PATH, &said)
}
