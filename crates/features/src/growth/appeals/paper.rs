//! A case on paper: 诉求办理单 for the office's folder, 诉求办理情况 for whoever brought it in.

use huitong_kernel::Ctx;
use huitong_kernel::clock::{minute_text, parse_instant};
use huitong_kernel::deadline::filed_text;

use super::model::Appeal;
use super::public::view::Progress;
use super::timeline::REPLY;
use super::view::{self, AppealView};
use crate::base::matters::pages::{Cell, Paper, course, filled};
use crate::base::matters::{Line, Rules};

/// The form of a case as its page shows it to this reader. A look behind the mask is for the screen alone: paper is left lying
/// about.
pub fn of_case(ctx: &Ctx, rules: Rules<'_>, appeal: &Appeal, case: &AppealView) -> Paper {
    let inside = view::inside(ctx, appeal);
    let row = &case.row;
    let time = |at: &str| parse_instant(at).map(minute_text).unwrap_or_default();
    let due = case.answer_due_at.as_deref().and_then(parse_instant);
    let channel = match row.source_number.as_str() {
        "" => row.source.clone(),
        number => format!("{}（来源编号 {number}）", row.source),
    };
    let mut cells = filled(vec![
        Cell::wide("诉求标题", &*row.title),
        Cell::brief("诉求人", complainant(case)),
        Cell::brief("联系方式", &*case.complainant.phone),
        Cell::brief("来源渠道", channel),
        Cell::brief("提交时间", time(&row.submitted_at)),
        Cell::brief("诉求类型", &*row.kind),
        Cell::brief("诉求分类", &*case.category_path),
        Cell::brief("承办单位", &*row.unit_name),
        Cell::brief("经办人", &*row.handler_name),
        Cell::brief("反映对象", &*case.about),
        Cell::brief("答复期限", due.map(|due| format!("{} 前", filed_text(due))).unwrap_or_default()),
        Cell::brief("办理状态", &*row.state_label),
        Cell::wide("诉求内容", &*case.text),
    ]);
    if inside {
        // Empty, there is room to write both by hand.
        let proposed = case.timeline.iter().rfind(|line| line.act == "dispatch");
        cells.push(Cell::wide("拟办意见", proposed.map(|line| line.title.clone()).unwrap_or_default()));
        cells.push(Cell::room("领导批示"));
    }
    let lines: Vec<(String, &Line)> = case.timeline.iter().map(|line| (time(&line.at), line)).collect();
    let said = lines.iter().map(|(time, line)| (&**time, &*line.title, line.office()));
    let judged = |list: &str, key: &Option<String>| {
        key.as_deref().and_then(|key| rules.pack.label(list, key)).unwrap_or_default().to_owned()
    };
    let names: Vec<&str> = case.files.iter().map(|file| &*file.name).collect();
    cells.extend(filled(vec![
        Cell::wide("办理过程", course(said)),
        Cell::wide("办理结果", answer(appeal, &case.timeline)),
        Cell::brief("是否解决", judged("solved", &case.solved)),
        Cell::brief("是否满意", judged("satisfied", &case.satisfied)),
        Cell::wide("附件", names.join("、")),
    ]));
    Paper::new(rules, &appeal.spine, "办理单", cells)
}

/// Who brought it in, as far as the reader knows: where nothing is shown of the person, the words of the list.
fn complainant(case: &AppealView) -> String {
    let person = &case.complainant;
    if person.name.is_empty() && person.organisation.is_empty() {
        return case.row.from.clone();
    }
    [person.organisation.as_str(), person.name.as_str()].join(" ").trim().to_owned()
}

/// What was answered, as far as the reader was shown it; a draft says that it is one.
fn answer(appeal: &Appeal, timeline: &[Line]) -> String {
    let reply = timeline.iter().rfind(|line| [REPLY, "send"].contains(&&*line.act) && !line.text.is_empty());
    match (reply, appeal.answered_at) {
        (None, _) => String::new(),
        (Some(reply), Some(at)) => format!("{}\n（{} 答复）", reply.text, minute_text(at)),
        (Some(reply), None) => format!("{}\n（答复稿，尚未发出）", reply.text),
    }
}

/// The sheet of whoever follows a case from outside.
pub fn of_progress(rules: Rules<'_>, appeal: &Appeal, case: &Progress) -> Paper {
    let mut cells = vec![Cell::wide("诉求标题", &*case.title)];
    cells.extend(case.facts.iter().map(|fact| Cell::brief(&*fact.label, &*fact.value)));
    cells.push(Cell::brief("办理进度", &*case.state));
    cells.push(Cell::wide("诉求内容", &*case.text));
    cells.extend(case.clocks.iter().map(|clock| {
        let said =
            format!("{}，应于 {} 前{}；{}", clock.rule, filed_text(clock.due_at), clock.what, clock.standing);
        Cell::wide(&*clock.title, said)
    }));
    let said = case.timeline.iter().map(|line| (&*line.time, &*line.title, &*line.who));
    cells.push(Cell::wide("办理过程", course(said)));
    if let Some(answer) = &case.answer {
        cells.push(Cell::wide("答复", format!("{}\n（{} · {} 答复）", answer.text, answer.who, answer.time)));
        cells.push(Cell::brief("办理结果", &*answer.outcome));
    }
    let files = case.files.iter().chain(case.answer.iter().flat_map(|answer| &answer.files));
    cells.push(Cell::wide("附件", files.map(|file| &*file.name).collect::<Vec<_>>().join("、")));
    Paper::new(rules, &appeal.spine, "办理情况", filled(cells))
}
