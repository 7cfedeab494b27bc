//! The desk: where staff find, open and do what is theirs to do.

mod act;
mod cards;
mod case;
mod home;
mod list;
mod register;

use huitong_kernel::http::{GET, POST, Route, page};
use huitong_kernel::pack::Pack;

use super::flow;
pub(super) use crate::base::matters::pages::{Left, left};

macro_rules! act_pages {
    ($($key:literal $summary:literal),* $(,)?) => {
        [$(
            page(GET, concat!("/appeals/{id}/", $key), concat!("appeal.", $key), act::form).summary($summary),
            page(POST, concat!("/appeals/{id}/", $key), concat!("appeal.", $key), act::perform)
                .form(concat!("appeal_", $key)).uploads().summary($summary),
        )*]
    };
}

/// Rows of the route table.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        page(GET, "/desk", "desk.view", home::show).on_both().summary("工作台：要我办的、消息、常用"),
        page(GET, "/appeals", "appeal.list", list::show).summary("诉求工单，按队列、按时限"),
        page(GET, "/appeals/register", "appeal.register", register::fill).summary("代录诉求"),
        page(POST, "/appeals/register", "appeal.register", register::create)
            .form("appeal_register")
            .uploads()
            .summary("代录诉求"),
        page(GET, "/appeals/{id}", "appeal.view", case::show).summary("一件诉求：内容、时限、过程、能做什么"),
        page(GET, "/appeals/{id}/identity", "appeal.view", case::looked).summary("回到诉求，不显示身份"),
        page(POST, "/appeals/{id}/identity", "appeal.view_identity", case::reveal)
            .summary("显示诉求人身份，记入日志"),
    ];
    routes.extend(act_pages![
        "verify" "核验身份", "accept" "受理", "decline" "不予受理", "classify" "分类", "dispatch" "派单、转办",
        "sign" "签收", "assign" "分办", "contact" "联系诉求人", "note" "记录办理情况", "reply" "起草答复",
        "review" "审核答复", "send" "发出答复",
    ]);
    routes
}

/// The pill of a state.
pub(super) fn tone(pack: &Pack, state: &str) -> &'static str {
    flow(pack).state(state).map_or("muted", |state| state.tone.class())
}
