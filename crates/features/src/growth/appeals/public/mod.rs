//! The public side of appeals: home, handing one in, following it, judging it; and the desk of who handed it in.

mod draft;
mod home;
mod known;
mod mine;
pub(in crate::growth::appeals) mod named;
mod promise;
pub(in crate::growth::appeals) mod receipt;
mod sealed;
mod submit;
mod track;
pub(super) mod view;

use huitong_kernel::http::{GET, POST, Rate, Route, page};

/// Makes the key by which forms carry files, for a city that is set up; one that is there stays.
pub fn keep_key(data: &std::path::Path) -> huitong_kernel::Result<()> {
    sealed::Seal::of(data).map(|_| ())
}

/// The routes of the public side.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/", "association.view", home::show).public().summary("首页"),
        page(GET, "/appeals/new", "appeal.submit", submit::fill).public().summary("填写诉求"),
        page(POST, "/appeals/new", "appeal.submit", submit::check)
            .public()
            .form("appeal_submit")
            .uploads()
            .rate(Rate::Submit)
            .summary("核对填写的诉求；还没有提交"),
        page(GET, "/appeals/done", "appeal.submit", submit::gone).public().summary("说明回执只显示一次"),
        page(POST, "/appeals/done", "appeal.submit", submit::send)
            .public()
            .form("appeal_submit")
            .rate(Rate::Submit)
            .summary("提交诉求，显示回执"),
        page(GET, "/track", "appeal.track", track::ask).public().summary("填写编号和查询码"),
        page(POST, "/track", "appeal.track", track::show)
            .public()
            .rate(Rate::Track)
            .summary("凭编号和查询码查办理进度"),
        page(POST, "/track/judge", "appeal.judge", track::judge)
            .public()
            .form("appeal_judge")
            .rate(Rate::Track)
            .summary("凭编号和查询码评价答复"),
        page(POST, "/track/withdraw", "appeal.withdraw", track::withdraw)
            .public()
            .form("appeal_withdraw")
            .rate(Rate::Track)
            .summary("凭编号和查询码撤回诉求"),
        page(POST, "/track/files/{id}", "attachment.read", track::file)
            .public()
            .rate(Rate::Track)
            .summary("凭编号和查询码下载附件"),
        page(GET, "/my/appeals", "appeal.list", mine::list).on_both().summary("我的诉求"),
        page(GET, "/my/appeals/{id}", "appeal.view", mine::show).on_both().summary("我的诉求详情"),
        page(POST, "/my/appeals/{id}/judge", "appeal.judge", mine::judge)
            .on_both()
            .form("appeal_judge")
            .summary("评价答复"),
        page(POST, "/my/appeals/{id}/withdraw", "appeal.withdraw", mine::withdraw)
            .on_both()
            .form("appeal_withdraw")
            .summary("撤回诉求"),
    ]
}
