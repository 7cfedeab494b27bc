//! Breaking the definition of a procedure: each rule that holds one to what an official can read and the code can do.

use super::small::{breaks, changed, check_all, files, findings, read, shown};
use crate::pack::Effect;

#[test]
fn the_flow_as_a_whole() {
    check_all(breaks![
        "procedures/opinions.toml": "{ given = \"handling\" }" => "{ given = \"given\" }", on "handling = {", says "状态“办理中”到不了", remedy "请在某个步骤的 moves 里写到它";
        "procedures/opinions.toml": "stage = \"handle\", ends = true" => "stage = \"handle\"", on "answered = {", says "状态“已答复”没有出路", remedy "ends = true";
        "procedures/opinions.toml": "primary = [\"answer\"]" => "primary = [\"answer\"], ends = true", on "handling = {", says "还有步骤离开它", remedy "请删去 ends = true";
        "procedures/opinions.toml": "primary = [\"answer\"]" => "primary = [\"receive\"]", on "handling = {", says "“receive”在状态“办理中”下不能做", remedy "从 primary 里删去";
        "procedures/opinions.toml": "\n[stages]" => "\n".repeat(15) + "[stages]", on "key ", says "文件有 251 行", remedy "不超过 250 行";
        "procedures/opinions.toml": "不能签收\" }]\ndoes     = [" => "不能签收\" }, { named = \"quiet\", unmet = \"有争议\" }]\ndoes     = [{ named = \"publish\" }, ", on "key ", says "用了 4 个程序里的检查和动作", remedy "最多用 3 个";
    ]);
}

#[test]
fn who_may() {
    check_all(breaks![
        "procedures/opinions.toml": "{ unit = [\"handler\"], linked = { roles = [\"handler\"], by = [\"主管部门\"] } }" => "{}", on "[acts.answer]", says "没有人能“答复”", remedy "\"opinion.answer\" = { unit = [\"handler\"] }";
        "procedures/opinions.toml": "\"opinion.view\"   = { own = [\"public\"], unit = [\"handler\"], city = [\"intake\"] }\n" => "", on "key ", says "没有写谁能看", remedy "\"opinion.view\"";
        "procedures/opinions.toml": "\"opinion.answer\"" => "\"opinion.anwser\"", on "opinion.anwser", says "没有“opinion.anwser”这一步", remedy "是否为“opinion.answer”";
        "procedures/opinions.toml": "roles = [\"handler\"], by" => "roles = [\"handlers\"], by", on "handlers", says "没有角色“handlers”", remedy "是否为“handler”";
        "procedures/opinions.toml": "by = [\"主管部门\"]" => "by = [\"主管部们\"]", on "主管部们", says "没有责任关系“主管部们”", remedy "是否为“主管部门”";
        "procedures/opinions.toml": "linked = {" => "linkd = {", on "linkd", says "不认识的键“linkd”", remedy "是否为“linked”";
    ]);
}

#[test]
fn the_head() {
    check_all(breaks![
        "procedures/opinions.toml": "\"letters\"" => "\"desk\"", on "path ", says "地址“desk”系统已经在用", remedy "换一个 path";
        "procedures/opinions.toml": "\"letters\"" => "\"Opinions\"", on "path ", says "“Opinions”不能作地址", remedy "小写英文字母和连字符";
        "procedures/opinions.toml": "\"YJ\"" => "\"yj\"", on "number ", says "“yj”不能作编号的字头", remedy "两到四个大写英文字母";
        "procedures/opinions.toml": "\"业务\"" => "\"事务\"", on "group ", says "“事务”不是可用的栏目", remedy "是否为“业务”";
        "procedures/opinions.toml": "tone = \"violet\"" => "tone = \"purple\"", on "purple", says "“purple”不是可用的色调", remedy "violet";
        "procedures/opinions.toml": "stage = \"handle\"" => "stage = \"handel\"", on "handel", says "没有阶段“handel”", remedy "是否为“handle”";
        "procedures/opinions.toml": "[sentences]\nname    = \"{kind}：{title}\"\nsummary = \"{title}，现在{state_label}\"\nempty   = \"没有意见\"\n" => "", on "key ", says "没有写 [sentences]", remedy "name（怎么称呼）";
        "procedures/opinions.toml": "\"unit\", \"due_at\"]\ncolumns" => "\"unit\", \"due_at\", \"title\"]\ncolumns", on "headline", says "要点有 5 项", remedy "最多四项";
        "procedures/opinions.toml": "\"title\", \"state\"" => "\"title\", \"people\", \"happened\", \"until\", \"state\"", on "columns  =", says "列表有 8 栏", remedy "最多七栏";
        "procedures/opinions.toml": "\"title\", \"state\"" => "\"titel\", \"state\"", on "titel", says "没有事实“titel”", remedy "是否为“title”";
        "procedures/opinions.toml": "filters  = [\"kind\"" => "filters  = [\"title\", \"kind\"", on "[page]", says "“标题”没有写 indexed", remedy "indexed = true";
        "procedures/opinions.toml": "from  = \"received\"" => "from  = \"recieved\"", on "recieved", says "没有状态“recieved”", remedy "是否为“received”";
        "procedures/opinions.toml": "hides = [\"reply\"]" => "hides = [\"replies\"]", on "replies", says "没有填写项“replies”", remedy "是否为“reply”";
        "procedures/opinions.toml": "while = \"open\"" => "while = \"closed\"", on "while", says "while 不能写“closed”", remedy "while = \"open\"";
        "procedures/opinions.toml": "among = [\"kind\", \"title\"]\n" => "", on "[rules.once]", says "没有写哪几项相同", remedy "among = ";
    ]);
}

#[test]
fn acts() {
    check_all(breaks![
        "procedures/opinions.toml": "public_sentence = \"提出意见“{title}”\"" => "public_sentence = \"{actor}提出意见\"", on "[acts.submit]", says "对外的话里不能有办理人的姓名", remedy "{unit}";
        "procedures/opinions.toml": "{ received = \"declined\" }" => "{ received = \"declined\", handlin = \"declined\" }", on "handlin =", says "没有状态“handlin”", remedy "是否为“handling”";
        "procedures/opinions.toml": "moves = { handling = \"received\" }" => "moves = { handling = \"recieved\" }", on "recieved", says "没有状态“recieved”", remedy "是否为“received”";
        "procedures/opinions.toml": "[acts.lapse]" => "[acts.note]\nlabel = \"记一笔\"\nsentence = \"{actor}记\"\n\n[acts.lapse]", on "[acts.note]", says "没有写这一步从哪里到哪里", remedy "moves = { 现状态";
        "procedures/opinions.toml": "\"happened\", \"files\"]" => "\"happened\", \"files\", \"until\"]", on "\"until\"]", says "这一步一次要填 9 项", remedy "一步最多填 8 项";
        "procedures/opinions.toml": "\"until\", \"advice\"]" => "\"until\", \"advice\", \"advise\"]", on "advise", says "没有填写项“advise”", remedy "是否为“advice”";
        "errands/flow.toml": "\"errand_begin\"" => "\"errand_start\"", on "errand_start", says "没有表单“errand_start”", remedy "[forms]";
        "procedures/opinions.toml": "named = \"complete\"" => "named = \"completed\"", on "completed", says "没有检查“completed”", remedy "是否为“complete”";
        "procedures/opinions.toml": "named = \"complete\", " => "", on "[{ unmet", says "一项前提写一种检查", remedy "{ when = { … }, unmet = \"…\" }";
        "procedures/opinions.toml": "named = \"complete\"" => "named = \"complete\", not_same_as = \"give\"", on "named = \"complete\"", says "一项前提写一种检查", remedy "not_same_as";
        "procedures/opinions.toml": "not_same_as = \"give\"" => "not_same_as = \"giv\"", on "\"giv\"", says "没有办理步骤“giv”", remedy "是否为“give”";
        "procedures/opinions.toml": ", unmet = \"材料还不齐\"" => "", on "named = \"complete\"", says "缺少 unmet", remedy "请补上 unmet";
        "procedures/opinions.toml": "{ receive = true }" => "{ recieve = true }", on "recieve", says "没有“recieve”这种动作", remedy "是否为“receive”";
        "procedures/opinions.toml": "{ receive = true }" => "{ receive = false }", on "receive = false", says "receive 只能写 true", remedy "请删去 { receive = false }";
        "procedures/opinions.toml": "{ receive = true }" => "{ receive = \"yes\" }", on "receive = \"yes\"", says "应为是或否", remedy "receive = true";
        "procedures/opinions.toml": "{ receive = true }" => "{ receive = true, stamp = \"at\" }", on "stamp = \"at\"", says "不认识的键“stamp”", remedy "receive";
        "procedures/opinions.toml": "named = \"archive\"" => "named = \"archiv\"", on "archiv", says "没有程序动作“archiv”", remedy "是否为“archive”";
        "errands/flow.toml": "mark = \"paid\"" => "mark = \"payed\"", on "payed", says "程序里没有“payed”可以记", remedy "是否为“paid”";
        "procedures/opinions.toml": "give = \"unit\"" => "give = \"units\"", on "\"units\"", says "没有责任关系“units”", remedy "link_kinds.toml";
        "procedures/opinions.toml": "take = [\"handler\"]" => "take = [\"hander\"]", on "\"hander\"", says "没有角色“hander”", remedy "是否为“handler”";
        "procedures/opinions.toml": "{ receive = true }" => "{ receive = true }, { assign = \"who\" }", on "\"who\"", says "没有填写项“who”", remedy "[fields]";
        "procedures/opinions.toml": "who = \"提出人\"" => "who = \"提出者\"", on "提出者", says "没有通知对象“提出者”", remedy "是否为“提出人”";
        "procedures/opinions.toml": "notice = \"declined\"" => "notice = \"decline\"", on "notice = \"decline\"", says "没有通知“decline”", remedy "是否为“declined”";
        "procedures/opinions.toml": "notice = \"declined\"" => "notice = \"declined\", say = \"不受理\"", on "不受理\"", says "通知要写 say（一句话）或者 notice", remedy "写成 { who";
        "procedures/opinions.toml": "\"30 分钟\"" => "\"半小时\"", on "半小时", says "看不懂“半小时”", remedy "30 分钟";
        "procedures/opinions.toml": "after_limit = \"take\"" => "after_limit = \"taken\"", on "taken", says "没有时限“taken”", remedy "是否为“take”";
        "procedures/opinions.toml": "{actor}签收" => "{acter}签收", on "{acter}", says "没有占位词“acter”", remedy "是否为“actor”";
        "procedures/opinions.toml": "{actor}签收" => "{actor签收", on "{actor签收", says "花括号不成对", remedy "{number}";
        "procedures/opinions.toml": "of = \"give\"" => "of = \"gives\"", on "gives", says "没有办理步骤“gives”", remedy "是否为“give”";
        "procedures/opinions.toml": "to = \"双方\"" => "to = \"两方\"", on "两方", says "“两方”不是可用的对象", remedy "是否为“双方”";
        "procedures/opinions.toml": "needs = [\"reply\"]" => "needs = [\"repli\"]", on "repli\"", says "没有填写项“repli”", remedy "是否为“reply”";
    ]);
}

#[test]
fn fields() {
    check_all(breaks![
        "procedures/opinions.toml": "[fields.until]" => "[fields.number]\nlabel = \"序号\"\ntype = \"单行文本\"\nmax = 9\nretired = \"2026-12-31\"\n\n[fields.until]", on "[fields.number]", says "代码“number”系统已经在用", remedy "换一个代码";
        "procedures/opinions.toml": "[fields.until]" => "[fields.Spare]\nlabel = \"备用\"\ntype = \"单行文本\"\nmax = 9\nretired = \"2026-12-31\"\n\n[fields.until]", on "[fields.Spare]", says "“Spare”不能作代码", remedy "小写英文字母";
        "procedures/opinions.toml": "[fields.until]" => "[fields.spare]\nlabel = \"备用\"\ntype = \"单行文本\"\nmax = 9\n\n[fields.until]", on "[fields.spare]", says "没有哪一步填写“备用”", remedy "retired";
        "procedures/opinions.toml": "[fields.advice]\nlabel       = \"内部意见\"" => "[fields.advice]\nlabel       = \"内部意见\"\nhint = \"附花名册。\"", on "label       = \"内部意见\"", says "不能登记“花名册”", remedy "删去这个填写项";
        "procedures/opinions.toml": "\"单行文本\"" => "\"一行文本\"", on "一行文本", says "“一行文本”不是可用的填写项类型", remedy "是否为“单行文本”";
        "procedures/opinions.toml": "type     = \"整数\"\nunit     = \"人\"\nat_least = 1" => "type     = \"单选\"", on "[fields.people]", says "没有写可选项", remedy "options = ";
        "procedures/opinions.toml": "type     = \"整数\"\nunit     = \"人\"\nat_least = 1" => "type     = \"多选\"\noptions = \"kind\"", on "options = \"kind\"", says "没有选项清单“kind”", remedy "是否为“kinds”";
        "procedures/opinions.toml": "type  = \"附件\"" => "type  = \"附件\"\noptions = \"kinds\"", on "options = \"kinds\"", says "“附件”不能有可选项", remedy "删去 options";
        "procedures/opinions.toml": "min       = 4" => "min       = 70", on "min       = 70", says "最少字数大于最多字数", remedy "max 改大";
        "procedures/opinions.toml": "max        = 20\n" => "", on "[fields.contact_name]", says "没有写最多字数", remedy "max = 200";
        "procedures/opinions.toml": "type  = \"企业代码\"" => "type  = \"企业代码\"\nvisible_if = { fact = \"people\", known = true }", on "\"people\", known", says "没有事实“people”", remedy "可用的有：kind、title、text";
        "procedures/opinions.toml": "not_after = \"今天\"" => "not_after = \"大前天\"", on "大前天", says "看不懂日期“大前天”", remedy "3 工作日后";
        "procedures/opinions.toml": "not_after = \"今天\"" => "at_most = 3", on "at_most", says "“日期”不能用 at_most", remedy "换一种类型";
        "procedures/opinions.toml": "at_least = 1" => "not_before = \"今天\"", on "not_before", says "“整数”不能用 not_before", remedy "换一种类型";
        "procedures/opinions.toml": "label    = \"涉及人数\"" => "label    = \"文件密级\"", on "文件密级", says "不能登记“密级”", remedy "请删去这个填写项";
        "procedures/opinions.toml": "personal   = true\nrequired   = true\nmax" => "personal   = true\njournal = true\nrequired   = true\nmax", on "journal = true", says "“联系人姓名”是个人信息，不能进日志", remedy "删去 journal";
        "procedures/opinions.toml": "work_secret = true" => "work_secret = true\njournal = true", on "journal = true", says "“内部意见”是工作秘密，不能进日志", remedy "删去 journal";
        "procedures/opinions.toml": "work_secret = true" => "work_secret = true\nindexed = true", on "indexed = true", says "“内部意见”不能用来筛选", remedy "删去 indexed";
        "procedures/opinions.toml": "stands_for = \"单位\"" => "stands_for = \"日期\"", on "stands_for", says "“单位”类型的填写项不能当作“日期”", remedy "删去 stands_for";
        "procedures/opinions.toml": "type  = \"附件\"" => "type  = \"附件\"\ncolumns = { what = \"问题\" }", on "columns = {", says "“明细”要写 columns", remedy "columns = { what";
        "procedures/opinions.toml": "type  = \"附件\"" => "type  = \"明细\"\ncolumns = { a = \"甲\", b = \"乙\", c = \"丙\", d = \"丁\", e = \"戊\", f = \"己\", g = \"庚\" }", on "columns = {", says "明细有 7 栏", remedy "最多六栏";
        "procedures/opinions.toml": "type  = \"附件\"" => "type  = \"附件\"\nmost = 3", on "[fields.files]", says "只填一个的不能写 least、most", remedy "several = true";
        "procedures/opinions.toml": "type  = \"附件\"" => "type  = \"附件\"\nseveral = true", on "several", says "“附件”不能填多个", remedy "删去 several";
        "procedures/opinions.toml": "type  = \"附件\"" => "type  = \"附件\"\nretired = \"明年\"", on "retired", says "“明年”不是日期", remedy "2026-12-31";
    ]);
}

#[test]
fn nothing_personal_and_no_secret_is_said_aloud() {
    check_all(breaks![
        "procedures/opinions.toml": "\"{kind}：{title}\"" => "\"{kind}：{contact_name}\"", on "[sentences]", says "名称里不能有“联系人姓名”", remedy "请换一个占位词";
        "procedures/opinions.toml": "\"{title}，现在{state_label}\"" => "\"{advice}\"", on "[sentences]", says "一句话情况里不能有“内部意见”", remedy "请换一个占位词";
        "procedures/opinions.toml": "{actor}派给{unit}" => "{contact_phone}", on "[acts.give]", says "办理记录里不能有“联系电话”", remedy "请换一个占位词";
        "procedures/opinions.toml": "public_sentence = \"提出意见“{title}”\"" => "public_sentence = \"{advice}\"", on "[acts.submit]", says "对外的话里不能有“内部意见”", remedy "请换一个占位词";
        "procedures/opinions.toml": "public_sentence = \"提出意见“{title}”\"" => "public_sentence = \"{reply}\"", on "[acts.submit]", says "对外的话里不能有“答复”", remedy "请换一个占位词";
        "procedures/opinions.toml": "有一件意见派到本单位" => "{contact_name}的意见", on "[acts.give]", says "消息里不能有“联系人姓名”", remedy "请换一个占位词";
        "procedures/opinions.toml": "详见办理情况。" => "{advice}", on "[acts.decline]", says "消息里不能有“内部意见”", remedy "请换一个占位词";
    ]);
}

/// The line of a file (first = 1) that holds a text.
fn line_of(files: &std::collections::BTreeMap<String, String>, file: &str, text: &str) -> usize {
    files[file].lines().position(|line| line.contains(text)).map_or(0, |line| line + 1)
}

/// What is said of a pack, without the places.
fn said(files: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    findings(files).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_hook_counts_once_however_often_it_is_used() {
    let archive =
        "{ named = \"archive\" }, { named = \"archive\" }, { named = \"publish\" }, { receive = true }";
    let files = changed("procedures/opinions.toml", "{ receive = true }", archive);
    assert!(said(&files).is_empty(), "{}", shown(&findings(&files)));
}

#[test]
fn an_effect_is_read_in_whatever_order_it_is_written() {
    let marks = |written: &str| {
        let pack = read(&changed("procedures/opinions.toml", "{ receive = true }", written));
        pack.definition("opinion").unwrap().act("receive").unwrap().does.clone()
    };
    let expected = Effect::Mark(String::from("urgent"), true);
    for written in ["{ mark = \"urgent\", is = true }", "{ is = true, mark = \"urgent\" }"] {
        assert_eq!(marks(written).first(), Some(&expected), "{written}");
    }
}

#[test]
fn a_definition_without_stories_is_not_alive() {
    let (mut files, name) = (files(), "examples/opinions.toml");
    let text = files[name].split("[[stories]]").next().unwrap().to_owned();
    files.insert(name.to_owned(), text);
    assert_eq!(
        said(&files),
        ["“意见”没有故事", "“签收”有前提，没有示例也没有故事", "“答复”有前提，没有示例也没有故事"]
    );
    assert_eq!(
        findings(&files)[0].line,
        line_of(&files, "procedures/opinions.toml", "key "),
        "the line of its key"
    );
    let files = changed(name, "act = \"receive\"", "act = \"give\"");
    assert_eq!(said(&files), ["“签收”有前提，没有示例也没有故事"]);
}

#[test]
fn two_definitions_do_not_share_an_address() {
    let mut files = files();
    let (first, story) = (&files["procedures/opinions.toml"], &files["examples/opinions.toml"]);
    let second = first
        .replace("\"opinion\"", "\"remark\"")
        .replace("\"opinion.", "\"remark.")
        .replace("\"意见\"", "\"评论\"");
    let story = story.replace("\"opinion\"", "\"remark\"").replace("opinion_", "remark_");
    let second = second
        .replace("[lists.disclosure]", "[lists.openness]")
        .replace("= \"disclosure\"\nrequired", "= \"openness\"\nrequired");
    files.insert("procedures/remarks.toml".into(), second.clone());
    files.insert("examples/remarks.toml".into(), story);
    assert_eq!(said(&files), ["地址“letters”和“意见”重复"], "{}", shown(&findings(&files)));
    assert_eq!(
        findings(&files)[0].line,
        line_of(&files, "procedures/remarks.toml", "path "),
        "the line of its path"
    );
    files.insert("procedures/remarks.toml".into(), second.replace("\"letters\"", "\"remarks\""));
    assert!(said(&files).is_empty(), "names of one are not those of the other: {}", shown(&findings(&files)));
}

#[test]
fn an_act_of_a_coded_procedure_is_one_of_the_codes() {
    let files = changed(
        "errands/flow.toml",
        "[acts.finish]",
        "[acts.drop]\nlabel = \"放弃\"\nmoves = { begun = \"finished\" }\nsentence = \"{actor}放弃\"\n\n[acts.finish]",
    );
    assert_eq!(said(&files), ["没有人能“放弃”", "没有行为“errand.drop”"]);
}
