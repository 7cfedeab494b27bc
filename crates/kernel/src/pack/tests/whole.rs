//! The small pack as a whole: it reads, its examples hold, and what was written comes out.

use std::sync::Arc;

use huitong_codes::Calendar;
use jiff::civil::{DateTime, date};
use jiff::tz::Offset;

use super::small::{Counters, changed, files, findings, pack, read, shown, vocabulary};
use crate::deadline;
use crate::pack::{
    Chosen, Definition, LimitText, Pack, Promise, Reach, SourceKind, changed_years, examples, fill,
    first_published,
};
use crate::policy::Policy;

fn due(start: DateTime, limit: &LimitText) -> Result<DateTime, String> {
    let zone = Offset::constant(8);
    let start = zone.to_timestamp(start).map_err(|error| error.to_string())?.as_millisecond();
    let at = deadline::due(start, limit.length, &pack().calendar);
    Ok(zone.to_datetime(jiff::Timestamp::from_millisecond(at).map_err(|error| error.to_string())?))
}

#[test]
fn its_examples_hold_and_fall_due_as_written() {
    let (pack, vocabulary) = (pack(), vocabulary());
    let wrong = examples::run(&pack, &vocabulary, Some(&due));
    assert!(wrong.is_empty() && pack.examples.len() > 10, "{}", shown(&wrong));
    let never = |start: DateTime, _: &LimitText| Ok(start);
    let wrong = examples::run(&pack, &vocabulary, Some(&never));
    assert!(
        wrong.len() == 1 && wrong[0].message.contains("到期，算得 2025-03-14 16:30"),
        "{}",
        shown(&wrong)
    );
}

#[test]
fn an_example_that_does_not_hold_is_named() {
    let opinions = "procedures/opinions.toml";
    for (file, from, to, says) in [
        ("lists.toml", "3 工作日", "4 工作日", "“咨询 3 个工作日答复”不成立：应为“3 工作日”，得到“4 工作日”"),
        (
            opinions,
            "when  = { fact = \"state\", is =",
            "when  = { fact = \"state\", is_not =",
            "“刚收到的待处理”不成立：应为“符合”，得到“不符合”",
        ),
        (opinions, "is_not = \"anonymous\"", "is = \"anonymous\"", "“匿名的不能这样退”不成立"),
        (
            opinions,
            "fact = \"kind\", is = \"投诉\"",
            "fact = \"kind\", is = \"表扬\"",
            "“投诉要写对象”不成立：应为“显示”，得到“不显示”",
        ),
        (
            "markings.toml",
            "\"商业机密\"",
            "\"工作机密\"",
            "“商业机密是普通用语”不成立：应为“放行”，得到“机密标志”",
        ),
        ("counters.csv", "一号窗口", "一号", "“一号窗口”不成立：应为“一号窗口”，得到“一号”"),
    ] {
        let pack = read(&changed(file, from, to));
        let wrong = examples::run(&pack, &vocabulary(), None);
        let named = wrong
            .iter()
            .any(|one| one.message.contains(says) && one.line > 1 && one.file.starts_with("examples/"));
        assert!(named, "{says}: {}", shown(&wrong));
    }
}

#[test]
fn a_capability_reads_its_own_file() {
    assert_eq!(pack().of::<Counters>().unwrap().0["one"], "一号窗口");
    assert!(pack().of::<String>().is_none());
}

#[test]
fn a_definition_says_the_same_in_one_file_and_in_a_folder() {
    let mut files = files();
    let whole = files.remove("procedures/opinions.toml").unwrap();
    for part in ["limits", "queues", "notices"] {
        let own: Vec<&str> =
            whole.split("\n\n").filter(|block| block.starts_with(&format!("[{part}."))).collect();
        assert!(!own.is_empty());
        let head = "basis = \"测试用\"\nsource_kind = \"D\"";
        files.insert(format!("opinions/{part}.toml"), format!("{head}\n\n{}\n", own.join("\n\n")));
    }
    let beside =
        |block: &&str| !["[limits.", "[queues.", "[notices."].iter().any(|head| block.starts_with(head));
    let flow: Vec<&str> = whole.split("\n\n").filter(beside).collect();
    files.insert("opinions/flow.toml".into(), flow.join("\n\n"));
    let same = |pack: &Pack| {
        let mut of =
            Definition { file: String::new(), lines: 0, ..pack.definition("opinion").unwrap().clone() };
        // An item is one of its file.
        of.limits.iter_mut().for_each(|limit| limit.item.clear());
        of
    };
    let (folder, file) = (same(&read(&files)), same(&pack()));
    assert_eq!(folder, file);
    assert_eq!((file.limits.len(), file.queues.len(), file.notices.len()), (3, 2, 1));
}

#[test]
fn who_may_do_what_stands_in_the_roles() {
    let pack = pack();
    let reaches = |role: &str, act: &str| pack.role(role).unwrap().reaches(act);
    assert_eq!(reaches("handler", "opinion.answer"), [Reach::Unit, Reach::Linked]);
    assert_eq!(
        (reaches("intake", "opinion.answer"), reaches("intake", "opinion.give")),
        (vec![], vec![Reach::City])
    );
    assert_eq!(reaches("public", "opinion.view"), [Reach::Own]);
    // What happens by itself is nobody's.
    assert!(pack.roles.iter().all(|role| role.reaches("opinion.lapse").is_empty()));
    let linked =
        pack.role("handler").unwrap().grants.iter().find(|grant| grant.reach == Reach::Linked).unwrap();
    assert_eq!(linked.by, ["主管部门"]);
    let rights = pack.definition("opinion").unwrap().rights();
    assert_eq!(rights.len(), 7);
    assert_eq!((rights[0].1.as_str(), rights[1].1.as_str()), ("查看意见", "意见：提交意见"));
}

#[test]
fn outcomes_are_asked_for_in_the_form_of_their_act() {
    let pack = pack();
    let form = pack.form("opinion_answer").unwrap();
    let asked: Vec<(&str, &str)> =
        form.fields.iter().map(|field| (field.key.as_str(), field.ask.as_str())).collect();
    assert_eq!(asked, [("outcome", "怎么办结"), ("reply", "答复")]);
    let choices: Vec<&str> =
        pack.choices(form.fields[0].options.as_deref().unwrap()).iter().map(|c| c.key.as_str()).collect();
    assert_eq!(choices, ["done", "back"]);
    let opinion = pack.definition("opinion").unwrap();
    let answer = opinion.act("answer").unwrap();
    let to = |outcome| answer.to("handling", outcome);
    assert_eq!((to(Some("done")), to(Some("back")), to(None)), (Some("answered"), Some("received"), None));
    assert_eq!((answer.effects(Some("done")).count(), answer.effects(Some("back")).count()), (2, 0));
    assert_eq!((opinion.act("give").unwrap().label_in("handling"), answer.repeat), ("转办", Some(30)));
    assert!(
        opinion.hides(opinion.field("reply").unwrap()) && opinion.hides(opinion.field("advice").unwrap())
    );
}

#[test]
fn the_first_clause_that_holds_decides_and_says_to_whom_it_is_promised() {
    let pack = pack();
    let of = |disclosure: &'static str| {
        let facts =
            move |key: &str| (key == "disclosure").then(|| crate::condition::Value::Text(disclosure.into()));
        match pack.definition("opinion").unwrap().limit_for("take", &facts) {
            Some(Chosen::Clause { index, promise, .. }) => (index, promise),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(of("anonymous"), (0, Promise::Internal));
    assert_eq!(of("named"), (1, Promise::Public));
}

#[test]
fn every_item_stands_where_it_says() {
    let pack = pack();
    assert!(pack.items().len() > 40, "{}", pack.items().len());
    for item in pack.items() {
        assert!(!item.basis.is_empty() && !item.title.is_empty(), "{item:?}");
        let own = matches!(item.source_kind, SourceKind::Memory | SourceKind::Default);
        assert_eq!(own, ["系统默认", "待核实"].contains(&item.standing_label), "{item:?}");
        let line = pack.files[&item.file].lines().nth(item.line - 1).unwrap();
        assert!(line.contains(&item.key) || line.contains(&item.title), "{item:?}: {line}");
    }
}

#[test]
fn files_carry_the_whole_pack() {
    let pack = pack();
    let again = read(&pack.files);
    assert_eq!((pack.canonical_bytes(), pack.items()), (again.canonical_bytes(), again.items()));
    let other = read(&changed("pack.toml", "小政策包", "另一政策包"));
    assert_ne!(pack.canonical_bytes(), other.canonical_bytes());
}

#[test]
fn a_later_year_comes_with_the_pack_and_older_clocks_keep_theirs() {
    let (first, mut files) = (pack(), changed("pack.toml", "2026.1.1", "2026.12.1"));
    assert!(first.calendar.version().starts_with("2023-2026·"), "{}", first.calendar.version());
    files.get_mut("calendar.csv").unwrap().push_str(
        "2027,放假,元旦,01-01~01-04,国务院办公厅通知,R\n2027,调休上班,元旦,01-09,国务院办公厅通知,R\n",
    );
    let next = read(&files);
    let (new_year, made_up) = (date(2027, 1, 4), date(2027, 1, 9));
    assert!(first.calendar.is_working_day(new_year) && !next.calendar.is_working_day(new_year));
    assert!(!first.calendar.is_working_day(made_up) && next.calendar.is_working_day(made_up));
    let (before, after) = (first.calendar.version().to_owned(), next.calendar.version().to_owned());
    assert!(after.starts_with("2023-2027·") && after != before, "{after}");
    let policy = Policy::new(next.into(), vec![first.into()], &Arc::default()).unwrap();
    let works = |version: &str| policy.calendar_of(version).map(|calendar| calendar.is_working_day(new_year));
    assert_eq!(
        (works(&before), works(&after), works("2023-2026"), works("2031")),
        (Some(true), Some(false), Some(true), None)
    );
}

#[test]
fn fills_and_masks() {
    let value = |name: &str| (name == "number").then_some("A1");
    assert_eq!(fill("编号 {number}，{title} {", &value), "编号 A1，{title} {");
    let pack = pack();
    let masked = |key: &str, text: &str| pack.mask(key).unwrap().apply(text);
    for (key, text, shown) in [
        ("name", "张三", "张*"),
        ("name", "欧阳小明", "欧***"),
        ("name", "", ""),
        ("phone", "13812345678", "138****5678"),
        ("phone", "12345", "1****"),
    ] {
        assert_eq!(masked(key, text), shown);
    }
}

#[test]
fn a_stop_says_the_marking_and_never_the_text() {
    let stop = pack().stop("甲乙丙 机 密\u{200b}☆五年 丁").unwrap();
    assert!(
        stop.message.contains("请转线下办理")
            && !stop.message.contains("甲乙丙")
            && !stop.message.contains('丁')
    );
}

#[test]
fn all_findings_come_at_once_in_order() {
    let mut files = changed("pack.toml", "version  ", "versoin  ");
    for (file, from, to) in [
        ("duties.csv", "DO-02,", "DO-01,"),
        ("lists.toml", "\"3 工作日\"", "\"3 周\""),
        ("procedures/opinions.toml", "tone = \"violet\"", "tone = \"purple\""),
    ] {
        let text = files[file].replacen(from, to, 1);
        files.insert(file.to_owned(), text);
    }
    let found = findings(&files);
    let places: Vec<(&str, usize)> = found.iter().map(|f| (f.file.as_str(), f.line)).collect();
    assert!(places.is_sorted(), "{}", shown(&found));
    for file in ["pack.toml", "duties.csv", "lists.toml", "procedures/opinions.toml"] {
        assert!(places.iter().any(|(known, _)| *known == file), "{file}: {}", shown(&found));
    }
}

#[test]
fn a_file_that_is_missing_or_unknown_is_named() {
    let mut files = files();
    let text = files.remove("duties.csv").unwrap();
    files.insert("dutys.csv".to_owned(), text);
    files.insert("notes.txt".to_owned(), String::new());
    let found = findings(&files);
    for (file, says, remedy) in [
        ("duties.csv", "缺少这个文件", "复制一份再改"),
        ("dutys.csv", "不认识的文件", "是否为“duties.csv”"),
        ("notes.txt", "不认识的文件", "移出政策包"),
    ] {
        let said = |f: &crate::pack::Finding| {
            f.file == file && f.line == 0 && f.message == says && f.suggestion.contains(remedy)
        };
        assert!(found.iter().any(said), "{}", shown(&found));
    }
}

#[test]
fn a_year_is_taken_for_known_only_when_its_working_days_add_up() {
    let with = |rows: &str| {
        let mut files = changed("pack.toml", "2026.1.1", "2026.12.1");
        files.get_mut("calendar.csv").unwrap().push_str(rows);
        read(&files)
    };
    const WHOLE: &str = "2027,放假,元旦,01-01~01-03,通知,R\n2027,放假,春节,02-05~02-11,通知,R\n\
        2027,调休上班,春节,02-20,通知,R\n2027,放假,劳动节,05-01~05-04,通知,R\n\
        2027,放假,国庆节,10-01~10-07,通知,R\n2027,调休上班,国庆节,10-09、10-16,通知,R\n";
    let shipped = Calendar::builtin();
    let whole = with(WHOLE);
    assert_eq!(first_published(&whole, shipped), []);
    let partial = with("2027,放假,春节,02-05~02-11,通知,R\n");
    let found = first_published(&partial, shipped);
    assert_eq!(found.len(), 1);
    assert!(found[0].line == 4 && found[0].message.contains("应为 248 个"), "{}", found[0]);
    // The notice for 2027 may order a day of December 2026, and a later one a day of December 2027.
    let before = with(
        &WHOLE
            .replace("01-01~01-03", "01-01~01-04")
            .replace("2027,放假,元旦", "2026,调休上班,元旦,12-26,通知,R\n2027,放假,元旦"),
    );
    assert_eq!(first_published(&before, shipped), []);
    let later = with(&format!("{WHOLE}2027,调休上班,元旦,12-25,通知,R\n"));
    assert_eq!(first_published(&later, shipped).len(), 1);
    assert_eq!(first_published(&later, &whole.calendar), []);
    assert_eq!(
        changed_years(&later, &whole.calendar),
        ["2027 年与原来的安排不同：12月25日改为上班；工作日由 248 天变为 249 天"]
    );
    let dropped = changed_years(&pack(), &whole.calendar);
    assert!(dropped[0].contains("2027 年少了 4 个节日"), "{dropped:?}");
}
