//! A model as the journal names it.

use huitong_kernel::Id;
use huitong_kernel::rights::SubjectKeys;

use super::ACTS;
use super::model::{IN_FORCE, REFUSED, REPLACED, ROLLED_BACK};
use super::store;
use crate::base::records::{self, Described, Seen, Subject};

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
pub const SUBJECT: Subject = Subject {
    kind: "dispatch_model",
    label: "派单模型",
    describe: |tx, id| {
        let model = store::find(tx, &Id::stored(id.to_owned()))?;
        Ok(model.map(|model| Described {
            text: format!("第 {} 版", model.number),
            href: Some(String::from("/admin/dispatch-models")),
        }))
    },
    find: |tx, typed| match typed.trim().parse() {
        Ok(number) => Ok(store::numbered(tx, number)?.map(|id| id.to_string())),
        Err(_) => Ok(None),
    },
    acts: ACTS,
    fields: &[
        ("state", "状态"),
        ("number", "版次"),
        ("cases", "学自办结诉求（件）"),
        ("corrections", "其中更正建议的（件）"),
        ("held_out", "留出比较的（件）"),
        ("right_now", "新版首位正确（件）"),
        ("right_before", "原版首位正确（件）"),
        ("instead", "改用版次"),
        ("content_sm3", "内容校验值"),
    ],
    inner: |_, _, _| None,
    meaning: |_, _, path, text| {
        (path == "state").then(|| state_words(text).to_owned()).filter(|words| !words.is_empty())
    },
    seen: Seen::By(|tx, _| {
        records::by_roles(tx, "dispatch_model.view", &SubjectKeys::default(), &|_| None, &|_| false)
    }),
    veil: |_, _| Ok(()),
    veiled: |_, _| Ok(Vec::new()),
};
