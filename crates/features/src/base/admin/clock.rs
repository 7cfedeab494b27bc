//! Whether the server's clock is to be believed; where it was moved, an administrator looks and says so.

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::clock::second_text;
use huitong_kernel::http::{Call, Reply, Shell};
use huitong_kernel::moved::{self, Stop};

#[derive(Template)]
#[template(path = "base/admin/pages/clock.html")]
struct ClockPage {
    shell: Shell,
    token: String,
    now: String,
    stopped: Option<Stopped>,
}

/// What is said of a clock that was moved.
struct Stopped {
    at: String,
    moved: String,
}

impl Stopped {
    fn of(stop: Stop) -> Stopped {
        let minutes = stop.moved.abs() / 60_000;
        let length = match (minutes / 1_440, minutes / 60) {
            (0, 0) => format!("{minutes} 分钟"),
            (0, hours) => format!("{hours} 小时 {} 分钟", minutes % 60),
            (days, _) => format!("{days} 天"),
        };
        let way = if stop.moved < 0 { "往回" } else { "往前" };
        Stopped { at: second_text(stop.at), moved: format!("{way} {length}") }
    }
}

/// Answers `GET /admin/clock`.
pub fn show(c: &Call) -> Result<Reply> {
    let stopped = c.read(moved::standing)?.map(Stopped::of);
    c.page(&ClockPage {
        shell: c.shell("系统时间")?,
        token: c.submit_token(),
        now: second_text(c.ctx.now),
        stopped,
    })
}

/// Answers `POST /admin/clock`.
pub fn confirm(c: &Call) -> Result<Reply> {
    c.write(moved::confirm)?;
    c.see_saying("/admin/clock", "已确认。到期的事项接着自动办理。")
}
