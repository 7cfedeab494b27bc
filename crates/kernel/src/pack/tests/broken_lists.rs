//! Breaking the sheets and lists: columns, rows, references between files, the city, what code asks for by name.

use super::small::{breaks, check_all};

#[test]
fn sheets() {
    check_all(breaks![
        "association_types.csv": "来源\ndirect,直接登记,无,直接报登记机关,党建机构,登记机关,测试用,D" => "来源,年份\ndirect,直接登记,无,直接报登记机关,党建机构,登记机关,测试用,D,2026", on "代码,", says "表头里有不认识的栏“年份”", remedy "可用的有：代码";
        "association_types.csv": ",清算指导" => "", on "代码,", says "表头缺少“清算指导”栏", remedy "表头应为：代码,名称";
        "association_types.csv": "代码,名称" => "代码,代码,名称", on "代码,代码", says "“代码”栏重复", remedy "删去其中一栏";
        "association_types.csv": "党建机构," => "党建机构,街道,", on "direct", says "有 9 栏，表头有 8 栏", remedy "中文逗号";
        "association_types.csv": "党建机构" => "\"党建\n机构\"", on "direct", says "栏内有换行", remedy "少了一个引号";
        "duties.csv": "DO-01,办公室" => "DO-02,办公室,管理,收,登记簿,随时,测试用,D\nDO-01,办公室", on "答复意见", says "责任事项“DO-02”重复，第一次在 duties.csv", remedy "删去其中一个";
        "duties.csv": "DO-02,主管部门" => "DO-02,主管部", on "DO-02", says "没有单位类型“主管部”", remedy "是否为“主管部门”";
        "duties.csv": "培育、管理" => "培养、管理", on "DO-01", says "“培养、管理”不是可用的环节", remedy "可用的有：成立、培育";
        "duties.csv": "随时,测试用,A" => "随时,,A", on "DO-02", says "没有写依据", remedy "请写明文件名称和条款";
        "duties.csv": "测试用,A" => "测试用,B", on "DO-02", says "“B”不是可用的来源", remedy "可用的有：A、L、R、M、D";
        "duties.csv": "收意见" => "", on "DO-01", says "“责任事项”没有填写", remedy "请填写“责任事项”";
        "association_types.csv": "直接登记,无" => "直接登记,否", on "direct", says "“否”不是可用的是或否", remedy "可用的有：有、无";
        "counters.csv": "one," => "two,二号窗口,测试用,D\none,", on "two,", says "“二号窗口”没有示例", remedy "examples/";
    ]);
}

#[test]
fn references_between_sheets() {
    check_all(breaks![
        "calendar.csv": "09:00-12:00" => "09:00-25:00", on ",办公时间", says "25:00", remedy "文件开头的说明";
        "calendar.csv": "\n,办公时间" => "\n2027,放假,元旦,13-01,通知,R\n,办公时间", on "2027", says "“13-01”不存在", remedy "文件开头的说明";
        "unit_kinds.csv": "department," => "office,另一办公室,收件,测试用,D\ndepartment,", on "office,另一", says "代码“office”重复", remedy "请改名";
        "city/units.csv": "用水,,office" => "收件,,office", on "water,", says "职能“收件”已由“小城市办公室”履行", remedy "只能有一个单位";
        "city/units.csv": "用水,,office" => "供水,,office", on "water,", says "没有职能“供水”", remedy "functions.csv";
        "city/units.csv": "主管部门,用水" => "主管单位,用水", on "water,", says "没有单位类型“主管单位”", remedy "是否为“主管部门”";
        "city/units.csv": "用水,,office" => "用水,,mayor", on "water,", says "没有单位“mayor”", remedy "city/units.csv";
        "city/city.toml": "\"office\"" => "\"offices\"", on "host_unit", says "没有单位“offices”", remedy "是否为“office”";
        "city/city.toml": "\"990100\"" => "\"9901\"", on "division_code", says "“9901”不是行政区划代码", remedy "6 位数字";
        "city/city.toml": "company        = \"企业\"\n" => "", on "[workspaces]", says "缺少工作区 company 的名称", remedy "请补上 company";
        "city/city.toml": "company        =" => "companies = \"企业们\"\ncompany        =", on "companies ", says "没有工作区“companies”", remedy "是否为“company”";
        "link_kinds.toml": "gap             = \"待明确主管部门\"\n" => "", on "[links.department]", says "却没有写缺少时的说法", remedy "待明确…";
        "link_kinds.toml": "\"恰好一个\"" => "\"正好一个\"", on "per_association", says "“正好一个”不是可用的数量", remedy "是否为“恰好一个”";
        "markings.toml": "\"机密★\"" => "\"机密★\", \"机密\"", on "words", says "“机密”太短", remedy "要带星号";
        "markings.toml": "title = \"机密标志\"" => "title = \"机密等级标志\"", on "[markings.secret]", says "“机密等级标志”没有示例", remedy "examples/";
        "lists.toml": "choices = [" => "choices = [\n  { key = \"表扬\", label = \"感谢\", limits = { answer = \"1 日\" } },", on "label = \"表扬\"", says "选项“表扬”重复", remedy "删去其中一个";
        "lists.toml": "{ answer = \"3 工作日\" }" => "{ answer = \"3 工作日\", visit = \"3 周\" }", on "3 周", says "看不懂时限“3 周”", remedy "工作日、日、小时、工作小时";
    ]);
}

#[test]
fn a_finding_names_the_line_of_its_row_whatever_stands_before_it() {
    check_all(breaks![
        "duties.csv": "DO-02,主管部门" => "# 说明\n\n# 又一行\nDO-02,主管部", on "DO-02", says "没有单位类型“主管部”", remedy "是否为“主管部门”";
        "duties.csv": "DO-02,主管部门" => "# 说明\r\n\r\nDO-02,主管部", on "DO-02", says "没有单位类型“主管部”", remedy "是否为“主管部门”";
        "calendar.csv": "\n,办公时间" => "\n# 说明\n2027,放假,元旦,13-01,通知,R\n,办公时间", on "2027", says "“13-01”不存在", remedy "文件开头的说明";
        "calendar.csv": "\n,办公时间" => "\n# 说明\n2027,放假,元旦,01-01,通知,R\n\n# 说明\n2027,放假,元旦,1-1,通知,R\n,办公时间", on "2027,放假,元旦,1-1", says "在第4行已经写过", remedy "文件开头的说明";
    ]);
}

#[test]
fn what_the_code_asks_for() {
    check_all(breaks![
        "warnings.toml": "[warnings.no_secrets]" => "[warnings.no_secret]", on "# ", says "缺少“no_secrets”，涉密提示要用到它", remedy "代码不能改";
        "duties.csv": "\nDO-02," => "\nDO-03,", on "# ", says "缺少“DO-02”", remedy "代码不能改";
        "unit_kinds.csv": "\ndepartment," => "\ndepartments,", on "# ", says "缺少“department”", remedy "代码不能改";
        "lists.toml": "key = \"表扬\"" => "key = \"感谢\"", on "# ", says "缺少“kinds.表扬”", remedy "代码不能改";
    ]);
}
