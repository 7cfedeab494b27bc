//! A model as the journal names it.

use huitong_kernel::journal::Kept;
use huitong_kernel::{Id, Result, Tx};

use super::model::{IN_FORCE, REFUSED, REPLACED, ROLLED_BACK};
use super::store;
use crate::base::journal::{self, Described, Seen, Subject};

/// The states of a model, in words.
pub fn state_words(state: &str) -> &'static str {
    match state {
        IN_FORCE => "在用",
        REPLACED => "已被新版替换",
        ROLLED_BACK => "已撤回",
        REFUSED => "没有启用",
        _ => "",
    }
}

/// A model: nothing in it belongs to a person.
pub struct ModelSubject;

impl Subject for ModelSubject {
    fn kind(&self) -> &str {
        "dispatch_model"
    }

    fn label(&self) -> &str {
        "派单模型"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let model = store::find(tx, &Id::stored(id.to_owned()))?;
        Ok(model.map(|model| Described {
            text: format!("第 {} 版", model.number),
            href: Some(String::from("/admin/dispatch-models")),
        }))
    }

    fn find(&self, tx: &Tx, typed: &str) -> Result<Option<String>> {
        match typed.trim().parse() {
            Ok(number) => Ok(store::numbered(tx, number)?.map(|id| id.to_string())),
            Err(_) => Ok(None),
        }
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("state", "状态"),
            ("number", "版次"),
            ("cases", "学自办结诉求（件）"),
            ("corrections", "其中更正建议的（件）"),
            ("held_out", "留出比较的（件）"),
            ("right_now", "新版首位正确（件）"),
            ("right_before", "原版首位正确（件）"),
            ("instead", "改用版次"),
            ("content_sm3", "内容校验值"),
        ]
    }

    fn meaning(&self, _: &Tx, _: &Kept, path: &str, text: &str) -> Option<String> {
        (path == "state").then(|| state_words(text).to_owned()).filter(|words| !words.is_empty())
    }

    fn seen(&self, tx: &Tx, _: &str) -> Result<Seen> {
        journal::by_role(tx, "dispatch_model.view")
    }
}
