//! Generated appeals: the same for the same number, spread over units, states and two years. One unit has a tenth of them,
//! one open case of twenty is overdue, and one judgement of thirty says that nothing was solved.

use huitong_features::base::matters::{NOT_DUE, RunningLimit, Spine, Step};
use huitong_features::base::units::UnitId;
use huitong_features::growth::appeals::Appeal;
use huitong_kernel::Ctx;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Of a hundred cases so many stand in each state; the first ones are no longer open.
const STATES: [(u64, &str); 8] = [
    (90, "closed"),
    (2, "answered"),
    (1, "replied"),
    (3, "handling"),
    (1, "signed"),
    (1, "dispatched"),
    (1, "accepted"),
    (1, "submitted"),
];
/// The acts that bring a case from submitted to closed, with the state each leads to.
const COURSE: [(&str, &str); 9] = [
    ("submit", "submitted"),
    ("accept", "accepted"),
    ("classify", "accepted"),
    ("dispatch", "dispatched"),
    ("sign", "signed"),
    ("contact", "handling"),
    ("reply", "replied"),
    ("send", "answered"),
    ("judge", "closed"),
];
const KINDS: [&str; 6] = ["咨询", "求助", "意见建议", "投诉", "举报", "表扬"];
const WHAT: [&str; 8] = [
    "会员企业反映贷款审批时间长",
    "协会申请的补贴迟迟没有到账",
    "园区夜间停电影响生产",
    "企业招工困难希望组织专场招聘",
    "同一项检查一个月来了三次",
    "展会场地费用比去年高出许多",
    "新厂房消防验收卡在资料环节",
    "出口退税进度在系统里查不到",
];
const MORE: [&str; 5] = [
    "我们多次联系，对方只说正在处理，没有告诉我们还要等多久。",
    "请尽快核实情况，并告知具体的办理时限和联系人。",
    "附近几家企业也遇到同样的问题，希望一并解决。",
    "相关材料已经按要求提交，如果还缺什么请一次告诉我们。",
    "希望有关部门到现场看一看，了解企业的实际困难。",
];

/// Handlers of each unit among whom its cases are shared out.
pub const HANDLERS: u64 = 12;

/// Who the generated cases can lie with.
pub struct Offices {
    /// The units, the largest first.
    pub units: Vec<UnitId>,
    /// The handler of the largest unit who asks; one of [`HANDLERS`].
    pub caller: String,
}

impl Offices {
    /// The unit of a case: the first has a tenth of all, the others share the rest evenly.
    fn unit(&self, n: u64) -> (usize, &UnitId) {
        let drawn_place = drawn(n, 2) % 1_000;
        let others = self.units.len().max(2) as u64 - 1;
        let place = if drawn_place < 100 { 0 } else { 1 + (drawn_place - 100) * others / 900 } as usize;
        (place, &self.units[place])
    }

    fn handler(&self, n: u64, unit: usize) -> String {
        match drawn(n, 40) % HANDLERS {
            0 if unit == 0 => self.caller.clone(),
            nth => format!("usr_{unit:013}{nth:013}"),
        }
    }
}

/// A case with everything it has gone through.
pub struct Whole {
    /// The case.
    pub appeal: Appeal,
    /// Its acts so far; a closed one keeps its first only, so that the file stays small.
    pub steps: Vec<Step>,
    /// Its limits.
    pub clocks: Vec<RunningLimit>,
}

/// A number drawn from a number: the bench draws the same every time.
pub fn drawn(n: u64, salt: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn one_of<'a>(from: &[&'a str], n: u64, salt: u64) -> &'a str {
    from[(drawn(n, salt) % from.len() as u64) as usize]
}

fn state(n: u64) -> &'static str {
    let mut left = drawn(n, 1) % 100;
    for (share, state) in STATES {
        if left < share {
            return state;
        }
        left -= share;
    }
    "closed"
}

/// The case of a number.
pub fn case(ctx: &Ctx, n: u64, pack: &str, offices: &Offices) -> Whole {
    let state = state(n);
    let (place, unit) = offices.unit(n);
    let done = COURSE.iter().rposition(|(_, to)| *to == state).unwrap_or_default();
    let open = done < 7;
    let late = open && drawn(n, 41).is_multiple_of(20);
    let age = match (open, late) {
        (_, true) => 15 * 24 + drawn(n, 3) % (30 * 24),
        (true, false) => drawn(n, 3) % (10 * 24),
        (false, false) => 24 * 20 + drawn(n, 3) % (700 * 24),
    };
    let at = ctx.now - age as i64 * HOUR - drawn(n, 4) as i64 % HOUR;
    let mut appeal = blank(ctx, n, pack, at);
    state.clone_into(&mut appeal.state);
    appeal.version = done as i64 + 1;
    let reached = |act: usize, after: i64| (done >= act).then_some(at + after * HOUR);
    appeal.accepted_at = reached(1, 2);
    appeal.category = (done >= 2).then(|| format!("{:02}-1", 1 + drawn(n, 5) % 12));
    appeal.dispatched_at = reached(3, 3);
    appeal.desk_unit = (done >= 3).then(|| unit.clone());
    appeal.unit = (done >= 4).then(|| unit.clone());
    appeal.next_unit = (done == 3).then(|| unit.clone());
    appeal.assignee = (done >= 4).then(|| offices.handler(n, place));
    appeal.approved = done >= 6 && drawn(n, 42).is_multiple_of(2);
    appeal.signed_at = reached(4, 5);
    appeal.contacted_at = reached(5, 6);
    appeal.replied_at = reached(6, 40);
    appeal.answered_at = reached(7, 48);
    appeal.closed_at = reached(8, 60);
    let judged = if drawn(n, 43).is_multiple_of(30) { "no" } else { "yes" };
    appeal.solved = (done >= 8).then(|| judged.to_owned());
    let steps = if state == "closed" { 0 } else { done };
    let steps = (0..=steps).map(|nth| step(ctx, &appeal, nth)).collect();
    let clocks = clocks(ctx, &mut appeal, open, done);
    Whole { appeal, steps, clocks }
}

fn blank(ctx: &Ctx, n: u64, pack: &str, at: i64) -> Appeal {
    let title = one_of(&WHAT, n, 6);
    let body: String = (0..3 + drawn(n, 7) % 3).map(|k| one_of(&MORE, n, 8 + k)).collect();
    Appeal {
        spine: Spine {
            id: ctx.id::<Appeal>().to_string(),
            procedure: String::from("appeal"),
            number: format!("AB{n:010}"),
            version: 1,
            pack: pack.to_owned(),
            kind: one_of(&KINDS, n, 20).to_owned(),
            title: format!("{title}（{}）", n % 9973),
            source: String::from("online"),
            began_at: at,
            updated_at: at,
            due_order: NOT_DUE,
            ..Spine::default()
        },
        search: String::new(),
        category: None,
        text: format!("{title}。{body}"),
        disclosure: String::from("named"),
        complainant_kind: String::from("individual"),
        contact_name: Some(String::from("张三丰")),
        contact_phone: Some(format!("138{:08}", n % 100_000_000)),
        company_code: None,
        company_name: None,
        about_kind: None,
        about: None,
        tracking: format!("{:016x}", drawn(n, 30)),
        verified: drawn(n, 31).is_multiple_of(2),
        approved: false,
        replied_by: None,
        proposed: None,
        accepted_at: None,
        dispatched_at: None,
        signed_at: None,
        contacted_at: None,
        replied_at: None,
        answered_at: None,
        answer_due_at: None,
        solved: None,
        satisfied: None,
    }
}

fn step(ctx: &Ctx, appeal: &Appeal, nth: usize) -> Step {
    let (act, to) = COURSE[nth];
    let said =
        if act == "reply" { r#"{"outcome":"solved","text":"已经核实并解决。"}"# } else { "{}" };
    Step {
        matter: appeal.id.clone(),
        version: nth as i64 + 1,
        id: ctx.id(),
        at: appeal.began_at + nth as i64 * HOUR,
        act: act.to_owned(),
        actor: String::from("system"),
        actor_name: String::from("李四"),
        role: String::new(),
        office: String::new(),
        office_name: String::from("市委社会工作部"),
        state_before: if nth == 0 { String::new() } else { COURSE[nth - 1].1.to_owned() },
        state_after: to.to_owned(),
        outcome: None,
        content: said.to_owned(),
        public_text: Some(String::from("已办理")),
    }
}

/// The limits: of an open case the answer's still runs, all others were met.
fn clocks(ctx: &Ctx, appeal: &mut Appeal, open: bool, done: usize) -> Vec<RunningLimit> {
    let keys: &[(&str, &str)] = &[
        ("accept", "1 个工作日"),
        ("answer", "10 个工作日"),
        ("sign", "1 个工作日"),
        ("contact", "1 个工作日"),
    ];
    let kept = match (open, done) {
        (false, _) => 1,
        (true, 0) => 1,
        (true, 1..=2) => 2,
        (true, 3..=4) => 3,
        (true, _) => 4,
    };
    let mut clocks = Vec::with_capacity(kept);
    for (nth, (key, rule)) in keys.iter().take(kept).enumerate() {
        let last = open && (nth == 1 || kept == 1);
        let due = appeal.began_at + if nth == 1 { 14 * DAY } else { 11 * DAY };
        clocks.push(RunningLimit {
            matter: appeal.id.clone(),
            nth: nth as i64 + 1,
            id: ctx.id(),
            procedure: String::from("appeal"),
            limit_key: (*key).to_owned(),
            rule: (*rule).to_owned(),
            pack: appeal.pack.clone(),
            calendar: ctx.calendar().version().to_owned(),
            promise: nth < 2,
            started_at: appeal.began_at,
            due_at: due,
            met_at: (!last).then_some(appeal.began_at + HOUR),
            ended_by: None,
            changes: String::from("[]"),
        });
        if last {
            appeal.due_at = Some(due);
            appeal.due_order = due;
            appeal.due_limit = Some((*key).to_owned());
            appeal.answer_due_at = (nth == 1).then_some(due);
        }
    }
    clocks
}
