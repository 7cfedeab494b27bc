//! Breaking the TOML files: rules, flow, forms, queues, roles.

use super::breaking::{Break, check_all};

macro_rules! breaks {
    ($($file:literal: $from:literal => $to:literal, on $on:literal, says $says:literal, remedy $remedy:literal;)*) => {
        &[$(Break { file: $file, from: $from, to: $to, on: $on, says: $says, remedy: $remedy }),*]
    };
}
pub(super) use breaks;

#[test]
fn the_writing_itself() {
    check_all(breaks![
        "pack.toml": "title  " => "titel  ", on "titel", says "不认识的键“titel”", remedy "是否为“title”";
        "pack.toml": "version        = \"2026.11.1\"\n" => "", on "# 政策包的封面", says "缺少 version", remedy "请补上 version";
        "pack.toml": "\"2026.11.1\"" => "2026", on "version ", says "应为文本，现在是整数", remedy "version = \"…\"";
        "pack.toml": "2000-01-01\"\nbasis" => "2000年\"\nbasis", on "effective_from ", says "不是日期", remedy "2026-12-01";
        "pack.toml": "\"chengdu\"" => "\"chengdu", on "id ", says "引号不完整", remedy "英文双引号";
        "pack.toml": "id  " => "id = \"a\"\nid  ", on "id             =", says "同一个键写了两次", remedy "删去其中一个";
        "pack.toml": "source_kind    = \"D\"" => "source_kind = \"X\"", on "source_kind = \"X\"", says "“X”不是可用的来源", remedy "A、L、R、M、D";
        "pack.toml": "\"chengdu\"" => "\"\"", on "id ", says "是空的", remedy "请填写";
        "roles.toml": "source_kind = \"D\"\n" => "", on "basis ", says "没有写 source_kind", remedy "A、L、R、M、D";
        "appeals/forms.toml": "required  = true\nmin " => "required  = \"yes\"\nmin ", on "\"yes\"", says "应为是或否，现在是文本", remedy "required = true";
        "appeals/forms.toml": "max       = 60" => "max       = \"60\"", on "max       = \"60\"", says "应为不小于 0 的整数", remedy "max = 10";
        "appeals/lists.toml": "choices = [\n  { key = \"online\"" => "choices = \"online\"\nx = [\n  { key = \"online\"", on "choices = \"online\"", says "应为表的列表，现在是文本", remedy "[{ … }]";
    ]);
}

#[test]
fn limits_and_kinds() {
    check_all(breaks![
        "appeals/kinds.toml": "\"3 工作日\"" => "\"3 周\"", on "3 周", says "看不懂时限“3 周”", remedy "工作日、日、小时、工作小时";
        "appeals/kinds.toml": "\"3 工作日\"" => "\"0 工作日\"", on "0 工作日", says "看不懂时限", remedy "写成“4 工作小时”";
        "appeals/kinds.toml": "\"表扬\"" => "\"表杨\"", on "表杨", says "没有诉求类型“表杨”", remedy "是否为“表扬”";
        "appeals/kinds.toml": "\"表扬\"" => "\"咨询\" # 又一个", on "又一个", says "诉求类型“咨询”重复，第一次在 appeals/kinds.toml", remedy "请改名";
        "appeals/kinds.toml": "\"表扬\"" => "\"表彰\"", on "# 诉求类型和答复时限", says "缺少诉求类型“表扬”", remedy "六种类型";
        "appeals/kinds.toml": "answer      = \"3 工作日\"\nbasis " => "answer      = \"3 工作日\"\n# ", on "[[kinds]]", says "没有写依据", remedy "source_kind 写 \"D\"";
        "appeals/kinds.toml": "answer      = \"3 工作日\"\n" => "", on "[[kinds]]", says "缺少 answer", remedy "请补上 answer";
        "appeals/limits.toml": "promise     = \"内部掌握\"" => "promise     = \"内部掌控\"", on "内部掌控", says "不是可用的承诺范围", remedy "是否为“内部掌握”";
        "appeals/limits.toml": "\"submit\", \"register\"" => "\"sumbit\", \"register\"", on "sumbit", says "没有办理步骤“sumbit”", remedy "是否为“submit”";
        "appeals/limits.toml": "starts      = [\"accept\"]\n" => "", on "[limits.dispatch]", says "没有写 starts", remedy "办理步骤的代码";
        "appeals/limits.toml": "[[limits.sign.clauses]]\nlimit       = \"4 工作小时\"\npromise     = \"内部掌握\"\n" => "", on "[limits.sign]", says "没有写时限多长", remedy "4 工作小时";
        "appeals/limits.toml": "[limits.visit]" => "[limits.vist]", on "[limits.vist]", says "没有示例", remedy "[[examples]]";
    ]);
}

#[test]
fn conditions() {
    check_all(breaks![
        "appeals/limits.toml": "fact = \"disclosure\", is =" => "fact = \"disclosur\", is =", on "\"disclosur\"", says "没有事实“disclosur”", remedy "是否为“disclosure”";
        "appeals/limits.toml": "is = \"anonymous\"" => "equals = \"anonymous\"", on "equals", says "没有“equals”这种比较", remedy "可用的有：is、is_not、one_of";
        "appeals/limits.toml": "is = \"anonymous\"" => "is = \"anonymous\", is_not = \"named\"", on "is_not = \"named\"", says "现在有 2 种比较", remedy "用 all 或 any 合起来";
        "appeals/limits.toml": "is = \"anonymous\"" => "is = \"anonymus\"", on "anonymus", says "“身份公开方式”没有“anonymus”这个值", remedy "是否为“anonymous”";
        "appeals/limits.toml": "is = \"anonymous\"" => "above = \"anonymous\"", on "above = ", says "不能用 above 比较", remedy "is、is_not、one_of、none_of、known";
        "appeals/limits.toml": "[\"association\", \"company\"]" => "[]", on "one_of = []", says "至少有一个值", remedy "[\"甲\", \"乙\"]";
        "appeals/flow.toml": "fact = \"verified\", is = false" => "fact = \"verified\", is = \"no\"", on "is = \"no\"", says "“已核验身份”是“是或否”", remedy "true 或 false";
        "appeals/flow.toml": "known = true" => "known = \"是\"", on "known = \"是\"", says "known 后面写 true 或 false", remedy "known = true";
        "appeals/queues.toml": "when  = { all = [{ fact = \"state\", is = \"dispatched\" }, { fact = \"dispatched_unit\"" => "when  = { fact = \"state\", all = [{ fact = \"state\", is = \"dispatched\" }, { fact = \"dispatched_unit\"", on "{ fact = \"state\", all", says "要单独写", remedy "{ all = [{ … }";
        "appeals/queues.toml": "below = \"24 小时后\"" => "below = \"明天\"", on "明天", says "看不懂时间“明天”", remedy "24 小时后";
        "appeals/queues.toml": "is = \"本单位\"" => "is = \"我单位\"", on "我单位", says "“派往的单位”只能和“本单位”比较", remedy "\"本单位\"";
        "appeals/queues.toml": "at_least = \"现在\"" => "is = \"现在\"", on "is = \"现在\"", says "“到期时间”不能用 is 比较", remedy "at_least、at_most、above、below、known";
    ]);
}

#[test]
fn the_flow() {
    check_all(breaks![
        "appeals/flow.toml": "submitted = \"accepted\" }" => "submitted = \"acepted\" }", on "acepted", says "没有状态“acepted”", remedy "是否为“accepted”";
        "appeals/flow.toml": "{ dispatched = \"signed\" }" => "{ dispatched = \"handling\" }", on "signed     = {", says "状态“已签收”到不了", remedy "请在某个步骤的 moves 里写到它";
        "appeals/flow.toml": "stage = \"accept\",   ends = true" => "stage = \"accept\"", on "declined   =", says "状态“不予受理”没有出路", remedy "ends = true";
        "appeals/flow.toml": "public_label = \"已受理\", " => "ends = true, ", on "accepted   =", says "还有步骤离开它", remedy "请删去 ends = true";
        "appeals/flow.toml": "primary = [\"reply\"], waiting" => "primary = [\"send\"], waiting", on "handling   =", says "“send”在状态“办理中”下不能做", remedy "从 primary 里删去";
        "appeals/flow.toml": "tone = \"violet\"" => "tone = \"purple\"", on "purple", says "“purple”不是可用的色调", remedy "violet";
        "appeals/flow.toml": "stage = \"handle\"" => "stage = \"handel\"", on "handel", says "没有阶段“handel”", remedy "是否为“handle”";
        "appeals/flow.toml": "named = \"complete\", unmet" => "unmet", on "[{ unmet", says "要么写 when（条件），要么写 named", remedy "{ when = { … }, unmet = \"…\" }";
        "appeals/flow.toml": "named = \"complete\"" => "named = \"completed\"", on "completed", says "没有检查“completed”", remedy "是否为“complete”";
        "appeals/flow.toml": ", unmet = \"匿名线索没有联系方式\"" => "", on "\"anonymous\" } },", says "缺少 unmet", remedy "请补上 unmet";
        "appeals/flow.toml": "\"appeal_decline\"" => "\"appeal_refuse\"", on "appeal_refuse", says "没有表单“appeal_refuse”", remedy "appeals/forms.toml";
        "appeals/flow.toml": "notice = \"declined\"" => "notice = \"decline\"", on "notice = \"decline\"", says "没有通知“decline”", remedy "是否为“declined”";
        "appeals/flow.toml": "who = \"handler\"" => "who = \"handlers\"", on "handlers", says "没有通知对象“handlers”", remedy "是否为“handler”";
        "appeals/flow.toml": "{actor}受理诉求" => "{acter}受理诉求", on "{acter}", says "没有占位词“acter”", remedy "是否为“actor”";
        "appeals/flow.toml": "{actor}受理诉求" => "{actor受理诉求", on "{actor受理", says "花括号不成对", remedy "{number}";
        "appeals/flow.toml": "[acts.judge]" => "[acts.assess]", on "[acts.assess]", says "没有行为“appeal.assess”", remedy "行为由程序提供";
        "appeals/flow.toml": "after_limit     = \"visit\"" => "after_limit     = \"visits\"", on "visits", says "没有时限“visits”", remedy "是否为“visit”";
        "appeals/flow.toml": "moves           = { dispatched = \"signed\" }\n" => "", on "[acts.sign]", says "没有写这一步从哪里到哪里", remedy "moves = { 现状态";
    ]);
}

#[test]
fn forms_and_queues() {
    check_all(breaks![
        "appeals/forms.toml": "options  = \"kinds\"\n" => "", on "[forms.appeal_submit.fields.kind]", says "没有写可选项", remedy "options = ";
        "appeals/forms.toml": "control    = \"电话\"" => "control    = \"电话\"\noptions = \"kinds\"", on "options = \"kinds\"", says "“电话”不能有可选项", remedy "删去 options";
        "appeals/forms.toml": "control    = \"电话\"" => "control    = \"手机\"", on "手机\"", says "“手机”不是可用的控件", remedy "可用的有";
        "appeals/forms.toml": "min      = 10\nmax      = 5000" => "min = 10\nmax = 5", on "min = 10", says "最少字数大于最多字数", remedy "max 改大";
        "appeals/forms.toml": "min      = 10\nmax      = 5000\n" => "", on "[forms.appeal_submit.fields.text]", says "没有写最多字数", remedy "max = 200";
        "appeals/forms.toml": "options  = \"disclosure\"" => "options  = \"disclosures\"", on "disclosures", says "没有选项清单“disclosures”", remedy "是否为“disclosure”";
        "appeals/forms.toml": "visible_if = { fact = \"kind\"" => "visible_if = { fact = \"disclosure\"", on "one_of = [\"投诉\"", says "没有事实“disclosure”", remedy "可用的有：kind、title、text";
        "appeals/forms.toml": "note = { label = \"给" => "note = 3 # \"给", on "note = 3", says "应为表，现在是整数", remedy "note = { … }";
        "appeals/queues.toml": "fact = \"state\", is = \"submitted\"" => "fact = \"has_phone\", is = true", on "has_phone", says "没有对应的列，不能用在队列里", remedy "可以查询的事实";
        "appeals/queues.toml": "[\"intake\", \"supervisor\"]" => "[\"intake\", \"superviser\"]", on "superviser", says "没有角色“superviser”", remedy "是否为“supervisor”";
        "appeals/queues.toml": "order = [\"due_at\"]" => "order = [\"due\"]", on "[\"due\"]", says "没有事实“due”", remedy "是否为“due_at”";
        "appeals/queues.toml": "order = [\"due_at\"]\n" => "", on "[queues.to_accept]", says "没有写排序", remedy "order = [\"due_at\"]";
        "appeals/queues.toml": "[queues.to_accept]" => "[queues.to_take]", on "[queues.to_take]", says "“待受理”没有示例", remedy "examples/";
        "appeals/templates.toml": "outcome = \"partly\"" => "outcome = \"part\"", on "outcome = \"part\"", says "没有办理结果“part”", remedy "是否为“partly”";
    ]);
}

#[test]
fn what_the_code_asks_for() {
    check_all(breaks![
        "appeals/forms.toml": "[forms.appeal_submit.fields.text]" => "[forms.appeal_submit.fields.texts]", on "# ", says "缺少“appeal_submit.text”，提交诉求要用到它", remedy "代码不能改";
        "warnings.toml": "[warnings.no_secrets]" => "[warnings.no_secret]", on "# ", says "缺少“no_secrets”", remedy "代码不能改";
        "duties.csv": "\nDB-08," => "\nDB-09,", on "# ", says "缺少“DB-08”", remedy "代码不能改";
        "unit_kinds.csv": "\nsponsor," => "\nsponsors,", on "# ", says "缺少“sponsor”", remedy "代码不能改";
        "link_kinds.toml": "[links.industry_department_main]" => "[links.industry_department_chief]", on "# ", says "缺少“industry_department_main”", remedy "代码不能改";
    ]);
}

#[test]
fn roles() {
    check_all(breaks![
        "roles.toml": "\"appeal.sign\"" => "\"appeal.sing\"", on "appeal.sing", says "没有行为“appeal.sing”", remedy "是否为“appeal.sign”";
        "roles.toml": "office  = \"协会\"" => "office  = \"商会\"", on "商会\"", says "“商会”不是可用的任职处", remedy "是否为“协会”";
        "roles.toml": "assigned = [\"appeal.view_identity\"]" => "asigned = [\"appeal.view_identity\"]", on "asigned = ", says "不认识的键“asigned”", remedy "是否为“assigned”";
        "roles.toml": "[roles.auditor]" => "[roles.auditer]", on "[roles.auditer]", says "没有角色“auditer”", remedy "是否为“auditor”";
        "roles.toml": "[roles.city_leader]\ntitle   = \"市领导\"\noffice  = \"全市\"\nexplain = \"查看全市诉求办理情况；保密的隐去身份。\"\n[roles.city_leader.may]" => "[roles.city_leaders.may]", on "# 角色和权限", says "缺少角色 city_leader", remedy "[roles.city_leader]";
        "roles.toml": "[roles.public.may]\n" => "[roles.public.may]\ncity = [\"journal.view\"]\n", on "# 角色和权限", says "公众不能有范围为“全市”的权限 journal.view", remedy "public 或者 own";
        "roles.toml": "title   = \"审计员\"\n" => "", on "[roles.auditor]", says "缺少 title", remedy "请补上 title";
    ]);
}

#[test]
fn examples() {
    check_all(breaks![
        "examples/limits.toml": "limit = \"sign\"" => "limit = \"sings\"", on "sings", says "没有时限“sings”", remedy "是否为“sign”";
        "examples/limits.toml": "[[examples]]\ntitle = \"协会的诉求 2 个工作小时内受理\"\nlimit = \"accept\"" => "[[examples]]\ntitle = \"协会的诉求 2 个工作小时内受理\"", on "[[examples]]", says "一个示例要说明一件事", remedy "之中写一个";
        "examples/limits.toml": "disclosure = \"named\", complainant_kind" => "disclosed = \"named\", complainant_kind", on "disclosed", says "没有事实“disclosed”", remedy "是否为“disclosure”";
        "examples/limits.toml": "disclosure = \"named\", complainant_kind" => "disclosure = 3, complainant_kind", on "disclosure = 3", says "值和事实的类型不符", remedy "可以取的值";
        "examples/limits.toml": "2025-03-14 09:30" => "3月14日", on "3月14日", says "看不懂时间", remedy "2025-03-14 09:30";
        "examples/limits.toml": "title = \"协会的诉求 2 个工作小时内受理\"\n" => "", on "[[examples]]", says "缺少 title", remedy "请补上 title";
    ]);
}
