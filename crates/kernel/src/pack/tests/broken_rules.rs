//! Breaking the TOML files: the writing itself, limits, conditions, forms, queues, roles, examples, stories.

use super::small::{breaks, check_all};

#[test]
fn the_writing_itself() {
    check_all(breaks![
        "pack.toml": "source_kind    = \"D\"" => "source_kind    = \"D\"\ntitel = \"x\"", on "titel", says "不认识的键“titel”", remedy "是否为“title”";
        "pack.toml": "version        = \"2026.1.1\"\n" => "", on "# 小政策包", says "缺少 version", remedy "请补上 version";
        "pack.toml": "\"2026.1.1\"" => "2026", on "version ", says "应为文本，现在是整数", remedy "version = \"…\"";
        "pack.toml": "2000-01-01" => "2000年", on "effective_from ", says "“2000年”不是日期", remedy "2026-12-01";
        "pack.toml": "\"small\"" => "\"small", on "id ", says "引号不完整", remedy "英文双引号";
        "pack.toml": "id  " => "id = \"a\"\nid  ", on "id             =", says "同一个键写了两次", remedy "删去其中一个";
        "pack.toml": "\"D\"" => "\"X\"", on "source_kind", says "“X”不是可用的来源", remedy "A、L、R、M、D";
        "pack.toml": "\"small\"" => "\"\"", on "id ", says "是空的", remedy "请填写";
        "lists.toml": "title   = \"意见类型\"" => "title   = \"意见类型\"\nbasis = \"通知\"", on "[lists.kinds]", says "没有写来源", remedy "A 报道 L 法律";
        "lists.toml": "title   = \"意见类型\"" => "title   = \"意见类型\"\nsource_kind = \"A\"", on "[lists.kinds]", says "没有写依据", remedy "请补上 basis";
        "procedures/opinions.toml": "required = true\nindexed" => "required = \"yes\"\nindexed", on "\"yes\"", says "应为是或否，现在是文本", remedy "required = true";
        "procedures/opinions.toml": "min       = 4" => "min       = \"4\"", on "min       = \"4\"", says "应为不小于 0 的整数", remedy "min = 10";
        "procedures/opinions.toml": "guards   = [{ not_same_as = \"give\", unmet = \"派单的人不能签收\" }]" => "guards   = \"give\"", on "guards   = \"give\"", says "应为表的列表，现在是文本", remedy "[{ … }]";
        "procedures/opinions.toml": "[fields.advice]" => "[fields]\nplan = 3\n[fields.advice]", on "plan", says "应为表，现在是整数", remedy "plan = { … }";
    ]);
}

#[test]
fn limits() {
    check_all(breaks![
        "procedures/opinions.toml": "\"2 工作小时\"" => "\"0 工作小时\"", on "0 工作小时", says "看不懂时限", remedy "写成“4 工作小时”";
        "procedures/opinions.toml": "promise = \"内部掌握\" }" => "promise = \"内部掌控\" }", on "内部掌控", says "不是可用的承诺范围", remedy "是否为“内部掌握”";
        "procedures/opinions.toml": "\"submit\", \"give\"" => "\"sumbit\", \"give\"", on "sumbit", says "没有办理步骤“sumbit”", remedy "是否为“submit”";
        "procedures/opinions.toml": "starts  = [\"receive\"]\n" => "", on "[limits.handle]", says "没有写 starts", remedy "办理步骤的代码";
        "errands/limits.toml": "ends    = [\"finish\"]\n" => "", on "[limits.day]", says "没有写 ends", remedy "办理步骤的代码";
        "procedures/opinions.toml": "按 {kind.answer}" => "按 {kind.visit}", on "kind.visit", says "选项“咨询”没有写时限 visit", remedy "limits = { visit";
        "procedures/opinions.toml": "按 {kind.answer}" => "按 {title.answer}", on "title.answer", says "“title”不是可以选择的事实", remedy "按 {kind.answer}";
        "procedures/opinions.toml": "到 {until}" => "到 {untill}", on "untill", says "没有日期“untill”", remedy "是否为“until”";
        "procedures/opinions.toml": "到 {until}" => "到 {title}", on "到 {title}", says "没有日期“title”", remedy "可用的有：happened、until";
        "errands/limits.toml": "\"按类型\"" => "\"按种类\"", on "按种类", says "看不懂时限“按种类”", remedy "工作日";
        "procedures/opinions.toml": "[limits.asked]" => "[limits.more]\ntitle = \"另一时限\"\nstarts = [\"give\"]\nends = [\"answer\"]\nclauses = [{ when = { fact = \"kind\", is = \"咨询\" }, limit = \"1 日\", promise = \"内部掌握\" }, { limit = \"2 日\", promise = \"内部掌握\" }]\n\n[limits.asked]", on "[limits.more]", says "“另一时限”没有示例", remedy "[[examples]]";
        "errands/limits.toml": "limit   = \"按类型\"\npromise = \"内部掌握\"\n" => "", on "[limits.day]", says "没有写时限多长", remedy "4 工作小时";
    ]);
}

#[test]
fn conditions() {
    check_all(breaks![
        "procedures/opinions.toml": "fact = \"disclosure\", is = \"anon" => "fact = \"disclosur\", is = \"anon", on "\"disclosur\"", says "没有事实“disclosur”", remedy "是否为“disclosure”";
        "procedures/opinions.toml": "is = \"anonymous\"" => "equals = \"anonymous\"", on "equals", says "没有“equals”这种比较", remedy "可用的有：is、is_not、one_of";
        "procedures/opinions.toml": "is = \"anonymous\"" => "is = \"anonymous\", is_not = \"named\"", on "is_not = \"named\"", says "现在有 2 种比较", remedy "用 all 或 any 合起来";
        "procedures/opinions.toml": "is = \"anonymous\"" => "is = \"anonymus\"", on "anonymus", says "“是否署名”没有“anonymus”这个值", remedy "是否为“anonymous”";
        "procedures/opinions.toml": "is = \"anonymous\"" => "above = \"anonymous\"", on "above = ", says "不能用 above 比较", remedy "is、is_not、one_of、none_of、known";
        "procedures/opinions.toml": "is = \"anonymous\"" => "one_of = []", on "one_of = []", says "至少有一个值", remedy "[\"甲\", \"乙\"]";
        "procedures/opinions.toml": "fact = \"disclosure\", is = \"anonymous\"" => "fact = \"people\", above = \"3 家\"", on "3 家", says "“涉及人数”以“人”计", remedy "3 人";
        "procedures/opinions.toml": "fact = \"disclosure\", is = \"anonymous\"" => "fact = \"happened\", below = \"上周\"", on "上周", says "应为日期", remedy "7 日后";
        "procedures/opinions.toml": "fact = \"disclosure\", is = \"anonymous\"" => "fact = \"answered\", is = \"no\"", on "is = \"no\"", says "“答复过”是“是或否”", remedy "true 或 false";
        "errands/flow.toml": "known = true" => "known = \"是\"", on "known = \"是\"", says "known 后面写 true 或 false", remedy "known = true";
        "procedures/opinions.toml": "when  = { all = [" => "when  = { fact = \"state\", all = [", on "{ fact = \"state\", all", says "要单独写", remedy "{ all = [{ … }";
        "procedures/opinions.toml": "when  = { fact = \"state\", is = \"received\" }" => "when  = { any = [] }", on "any = []", says "条件组是空的", remedy "至少写一个条件";
        "procedures/opinions.toml": "below = \"24 小时后\"" => "below = \"明天\"", on "below = \"明天\"", says "看不懂时间“明天”", remedy "24 小时后";
        "procedures/opinions.toml": "is = \"本单位\"" => "is = \"我单位\"", on "我单位", says "只能和“本单位”比较", remedy "\"本单位\"";
        "procedures/opinions.toml": "below = \"24 小时后\"" => "is = \"现在\"", on "is = \"现在\"", says "“到期时间”不能用 is 比较", remedy "at_least、at_most、above、below、known";
    ]);
}

#[test]
fn queues_and_roles() {
    check_all(breaks![
        "procedures/opinions.toml": "when  = { fact = \"state\", is = \"received\" }" => "when  = { fact = \"answered\", is = true }", on "\"answered\", is = true", says "没有对应的列，不能用在队列里", remedy "可以查询的事实";
        "procedures/opinions.toml": "[\"handler\", \"intake\"]" => "[\"handlers\", \"intake\"]", on "handlers", says "没有角色“handlers”", remedy "是否为“handler”";
        "procedures/opinions.toml": "roles = [\"intake\"]\n" => "", on "[queues.to_give]", says "没有写给谁看", remedy "roles = ";
        "procedures/opinions.toml": "order = [\"due_at\"]" => "order = [\"due\"]", on "[\"due\"]", says "没有事实“due”", remedy "是否为“due_at”";
        "procedures/opinions.toml": "order = [\"due_at\"]" => "order = [\"title\"]", on "[\"title\"]", says "事实“title”没有对应的列，不能排序", remedy "可以查询的事实";
        "procedures/opinions.toml": "order = [\"due_at\"]\n" => "", on "[queues.to_give]", says "没有写排序", remedy "order = [\"due_at\"]";
        "examples/opinions.toml": "queue = \"to_give\"" => "queue = \"to_get\"", on "to_get", says "没有队列“to_get”", remedy "是否为“to_give”";
        "roles.toml": "\"errand.begin\"" => "\"errand.beginn\", \"errand.begin\"", on "errand.beginn", says "没有行为“errand.beginn”", remedy "是否为“errand.begin”";
        "roles.toml": "office  = \"单位\"" => "office  = \"部门\"", on "部门\"", says "“部门”不是可用的任职类型", remedy "可用的有";
        "roles.toml": "own  = [\"desk.view\"" => "owns = [\"desk.view\"", on "owns = ", says "不认识的键“owns”", remedy "是否为“own”";
        "roles.toml": "public = [\"association.view\"]" => "public = [\"association.view\"]\ncity = [\"user.list\"]", on "# 角色和权限", says "公众不能有范围为“全市”的权限 user.list", remedy "public 或者 own";
        "roles.toml": "city = [\"user.list\"]" => "", on "[roles.administrator.may]", says "这个角色什么也不能做", remedy "may = ";
        "roles.toml": "title   = \"系统管理员\"\n" => "", on "[roles.administrator]", says "缺少 title", remedy "请补上 title";
    ]);
}

#[test]
fn examples_and_stories() {
    check_all(breaks![
        "examples/opinions.toml": "limit = \"asked\"" => "limit = \"aksed\"", on "aksed", says "没有时限“aksed”", remedy "是否为“asked”";
        "examples/opinions.toml": "[[examples]]\ntitle = \"办到要求的那一天\"\nlimit = \"asked\"\n" => "[[examples]] # 哪一件\ntitle = \"办到要求的那一天\"\n", on "哪一件", says "一个示例要说明一件事", remedy "field、counter 之中写一个";
        "examples/opinions.toml": "[[examples]]\ntitle = \"商业机密" => "[[examples]] # 两件\nact = \"give\"\ntitle = \"商业机密", on "两件", says "一个示例要说明一件事", remedy "之中写一个";
        "examples/opinions.toml": "given = { disclosure = \"named\" }" => "given = { disclosed = \"named\" }", on "disclosed", says "没有事实“disclosed”", remedy "是否为“disclosure”";
        "examples/opinions.toml": "given = { disclosure = \"named\" }" => "given = { disclosure = 3 }", on "disclosure = 3", says "值和事实的类型不符", remedy "可以取的值";
        "examples/opinions.toml": "2025-03-14 16:30" => "3月14日", on "3月14日", says "看不懂时间", remedy "2025-03-14 09:30";
        "examples/opinions.toml": "title = \"署名的 2 个工作小时内签收\"\n" => "", on "[[examples]]", says "缺少 title", remedy "请补上 title";
        "examples/opinions.toml": "\"opinion_submit.about\"" => "\"opinion_submit\"", on "\"opinion_submit\"", says "应写明表单和填写项", remedy "表单的代码.填写项的代码";
        "examples/opinions.toml": "counter =" => "of = \"opinions\"\ncounter =", on "of = \"opinions\"", says "没有事项“opinions”", remedy "是否为“opinion”";
        "examples/opinions.toml": "act = \"submit\"" => "act = \"sumbit\"", on "sumbit", says "没有办理步骤“sumbit”", remedy "是否为“submit”";
        "examples/opinions.toml": "who = \"受理\"" => "who = \"受里\"", on "受里", says "cast 里没有“受里”", remedy "是否为“受理”";
        "examples/opinions.toml": "handler@water" => "handler@watr", on "cast", says "没有单位“watr”", remedy "是否为“water”";
        "examples/opinions.toml": "handler@water" => "hander@water", on "cast", says "没有角色“hander”", remedy "是否为“handler”";
        "examples/opinions.toml": "\"市民\" =" => "\"路人\" = \"public\", \"市民\" =", on "cast", says "看不懂“public”", remedy "角色@单位";
        "examples/opinions.toml": "state = \"待签收\"" => "state = \"待收\"", on "待收", says "没有状态“待收”", remedy "是否为“待签收”";
        "examples/opinions.toml": ", sees = \"在\"" => "", on "11:00\", who = \"市民\"", says "没有写做什么、看到什么", remedy "sees";
        "examples/opinions.toml": "at = \"2025-03-14 09:30\"" => "at = \"早上\"", on "早上", says "看不懂时间“早上”", remedy "2025-03-14 09:30";
    ]);
}
