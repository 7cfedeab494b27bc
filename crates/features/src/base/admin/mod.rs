//! The administrator's pages: accounts with their posts, units, and who may do what.

mod accounts;
mod clock;
mod permissions;
mod posts;
mod units;

use huitong_kernel::capability::Capability;
use huitong_kernel::http::{GET, POST, Route, page};

use crate::base::places::{self, Side, place, under};

/// Acts of this capability, with their Chinese names; those on accounts belong to identity.
pub const ACTS: &[(&str, &str)] = &[
    ("unit.list", "查看单位"),
    ("permission.view", "查看权限表"),
    ("clock.stop", "时钟被调动，暂停按时间自动办理"),
    ("clock.confirm", "确认系统时间"),
];

/// Rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/admin/users", "user.list", accounts::list).summary("账户列表"),
        page(GET, "/admin/users/new", "user.add", accounts::new).summary("开通账户页"),
        page(POST, "/admin/users", "user.add", accounts::add).summary("开通账户"),
        page(GET, "/admin/users/{id}", "user.list", accounts::show).summary("账户详情"),
        page(GET, "/admin/users/{id}/disable", "user.disable", accounts::ask_disable).summary("停用账户页"),
        page(POST, "/admin/users/{id}/disable", "user.disable", accounts::disable).summary("停用账户"),
        page(POST, "/admin/users/{id}/enable", "user.enable", accounts::enable).summary("恢复账户"),
        page(GET, "/admin/users/{id}/password", "user.password", accounts::ask_password)
            .summary("设置密码页"),
        page(POST, "/admin/users/{id}/password", "user.password", accounts::password).summary("设置密码"),
        page(GET, "/admin/users/{id}/posts/new", "post.grant", posts::new).summary("授予任职页"),
        page(POST, "/admin/users/{id}/posts", "post.grant", posts::grant).summary("授予任职"),
        page(GET, "/admin/posts/{id}/end", "post.end", posts::ask_end).summary("结束任职页"),
        page(POST, "/admin/posts/{id}/end", "post.end", posts::end).summary("结束任职"),
        page(POST, "/admin/tokens/{id}/revoke", "token.revoke", accounts::revoke_token)
            .summary("收回接口令牌"),
        page(GET, "/admin/units", "unit.list", units::list).summary("单位列表"),
        page(GET, "/admin/clock", "clock.confirm", clock::show).summary("系统时间"),
        page(POST, "/admin/clock", "clock.confirm", clock::confirm).summary("确认系统时间"),
        page(GET, "/admin/permissions", "permission.view", permissions::show).summary("权限表"),
    ]
}

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { routes: routes(), ..Capability::named("admin", ACTS) }
        .hands(under(places::RULES, &["permission"]))
        .hands(
            place("/admin/users", "账户与任职", "账户", "users", "user.list")
                .at(Side::Inside, 70)
                .administration()
                .entrance(100, "开通、停用账户，任命和免去任职"),
        )
        .hands(
            place("/admin/units", "单位", "单位", "building", "unit.list")
                .at(Side::Inside, 80)
                .administration()
                .entrance(110, "承办单位及其职责类别"),
        )
        .hands(
            place("/admin/clock", "系统时间", "时间", "clock", "clock.confirm")
                .at(Side::Inside, 95)
                .administration()
                .entrance(120, "服务器时钟是否可信，自动办理是否在运行"),
        )
        .hands(
            place("/admin/permissions", "权限表", "权限", "table", "permission.view")
                .at(Side::Inside, 90)
                .administration()
                .entrance(90, "每个角色能做什么，范围多大"),
        )
}
