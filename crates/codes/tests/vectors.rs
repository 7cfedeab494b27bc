//! The published and worked examples of each code, valid and wrong.

use huitong_codes::check::{Kind, check};
use huitong_codes::resident_id::{IdKind, Sex};
use huitong_codes::{DocNo, Money, OrgCode, Phone, ResidentId, Uscc, division, industry, resident_id};
use jiff::civil::{Date, date};

const TODAY: Date = date(2025, 3, 14);

const VALID_USCC: [&str; 17] = [
    "91110000600037341L",
    "5151010050987654XK",
    "51510100MJQ000015B",
    "51510100MJR1234554",
    "51510100MJT777778R",
    "51510104MJY202404G",
    "51510104MJY0007732",
    "51510185MJY000773C",
    "51510100MJ00000180",
    "51510100MJ0000050B",
    "51510100MJ000019XY",
    "515100005040000126",
    "52510100MJX000886Y",
    "53510000MJ000123XA",
    "91510100MA6C00017C",
    "915101007347999902",
    "12510100450700012L",
];

fn message(kind: Kind, input: &str) -> String {
    let checked = check(kind, input, TODAY);
    assert!(!checked.valid, "{input} should be refused");
    checked.reason.unwrap_or_default()
}

#[test]
fn known_social_credit_codes_pass_both_checks() {
    for code in VALID_USCC {
        let parsed = Uscc::parse(code).unwrap_or_else(|e| panic!("{code}: {e}"));
        assert_eq!(parsed.as_str(), code);
        assert_eq!(parsed.warning(), None, "{code}");
        assert_eq!(Uscc::complete(&code[..17]), Ok(parsed));
    }
}

#[test]
fn wrong_social_credit_codes_are_refused_with_place_and_remedy() {
    let reason = |code| message(Kind::Uscc, code);
    assert!(reason("51510100MJQ0000150").contains("第18位应为“B”，现为“0”"));
    let swapped = reason("51510100MQJ000015B");
    assert!(swapped.contains("第18位应为“J”") && swapped.contains("第10、11位是否颠倒"), "{swapped}");
    assert!(reason("51510100MJI000015B").contains("第11位是“I”：代码中没有字母 I，请看是否为数字“1”"));
    assert!(reason("51510100MJQ000015").contains("应为18位，现有17位（少1位）"));
    assert!(reason("51510100MJQ000015B1").contains("现有19位（多1位）"));
    assert!(reason("5151O100MJQ000015B").contains("第5位是“O”"));
    assert!(reason("5151A100MJQ000015B").contains("行政区划码，只能是数字"));
    assert!(reason("000000000000000000").contains("没有这样的登记管理部门代码"));
    assert!(reason("  ").contains("请填写"));
    assert!(reason("5151********00015B").contains("遮挡"));
}

#[test]
fn an_inner_check_that_differs_is_a_hint_only() {
    let checked = check(Kind::Uscc, "51510100MJQ000016E", TODAY);
    assert!(checked.valid);
    assert!(checked.warning.is_some_and(|w| w.contains("第17位") && w.contains("应为“5”，现为“6”")));
}

#[test]
fn a_social_credit_code_tells_its_parts() {
    let code = Uscc::parse(" ５１５１０１００ｍｊｑ000015ｂ ").unwrap();
    assert_eq!(code.as_str(), "51510100MJQ000015B");
    assert_eq!((code.authority(), code.category()), (Some("民政"), Some("社会团体")));
    assert_eq!((code.region(), code.org_code()), ("510100", "MJQ000015"));
    assert!(code.is_association());
    assert_eq!(code.meaning(), "民政·社会团体·四川省成都市");
    assert!(!Uscc::parse("52510100MJX000886Y").unwrap().is_association());
}

#[test]
fn organisation_codes() {
    assert_eq!(OrgCode::parse("MJQ00001-5").unwrap().to_string(), "MJQ00001-5");
    assert_eq!(OrgCode::parse("50987654x").unwrap().as_str(), "50987654X");
    assert_eq!(OrgCode::parse("MJ0000050").unwrap().as_str(), "MJ0000050");
    assert!(message(Kind::OrgCode, "MJQ000016").contains("末位应为“5”，现为“6”"));
    assert!(message(Kind::OrgCode, "MJQ0001-5").contains("第8位之后"));
    assert!(message(Kind::OrgCode, "MJQ0000155").contains("应为9位，现有10位"));
}

#[test]
fn identity_numbers() {
    let valid = [
        ("11010519491231002X", date(1949, 12, 31), Sex::Female),
        ("510106198802290012", date(1988, 2, 29), Sex::Male),
        ("510104197903124040", date(1979, 3, 12), Sex::Female),
        ("510181200106302139", date(2001, 6, 30), Sex::Male),
    ];
    for (number, born, sex) in valid {
        let id = ResidentId::parse(number, TODAY).unwrap_or_else(|e| panic!("{number}: {e}"));
        assert_eq!((id.birth(), id.sex(), id.kind()), (born, sex, IdKind::Resident));
    }
    assert!(message(Kind::ResidentId, "110105194912310020").contains("末位校验码"));
    assert!(message(Kind::ResidentId, "51010619890229001X").contains("“19890229”不是存在的日期"));
    assert!(message(Kind::ResidentId, "11010549123100").contains("应为18位，现有14位"));
    assert!(message(Kind::ResidentId, "110105491231002").contains("第一代"));
    assert!(message(Kind::ResidentId, "1101051949123100A2").contains("第17位是“A”"));
    assert!(message(Kind::ResidentId, "510***********1234").contains("遮挡"));
}

#[test]
fn a_birth_date_must_not_lie_ahead() {
    let number = "510181200106302139";
    assert!(ResidentId::parse(number, date(2001, 6, 30)).is_ok());
    let error = ResidentId::parse(number, date(2001, 6, 29)).unwrap_err();
    assert!(error.message.contains("2001-06-30 晚于今天"));
}

#[test]
fn residence_papers_and_ages() {
    let hong_kong = complete("81000019900101001").unwrap();
    assert_eq!(hong_kong.kind(), IdKind::HongKongMacaoTaiwan);
    let foreign = complete("91156019800229002").unwrap();
    assert_eq!(foreign.kind(), IdKind::ForeignPermanent);
    assert_eq!(foreign.age_on(date(2025, 2, 28)), 44);
    assert_eq!(foreign.age_on(date(2025, 3, 1)), 45);
    assert!(!format!("{foreign:?}").contains("1980"), "Debug must not show the number");
}

fn complete(first: &str) -> Result<ResidentId, huitong_codes::CodeError> {
    let mut last = Err(huitong_codes::CodeError::new("no check character fits"));
    for check in "0123456789X".chars() {
        last = ResidentId::parse(&format!("{first}{check}"), TODAY);
        if last.is_ok() {
            break;
        }
    }
    last
}

#[test]
fn divisions_of_the_country_and_of_chengdu() {
    let chengdu = division::find("510100").unwrap();
    assert_eq!(chengdu.full_name(), "四川省成都市");
    assert_eq!(chengdu.children().len(), 20);
    let towns: usize = chengdu.children().iter().map(|c| c.children().len()).sum();
    assert_eq!(towns, 261);
    assert_eq!(division::find("5101").unwrap(), chengdu);
    assert_eq!(division::find("510104000000").unwrap().name, "锦江区");
    assert_eq!(division::find("510107064000").unwrap().full_name(), "四川省成都市武侯区桂溪街道");
    assert_eq!(division::find("110101").unwrap().full_name(), "北京市东城区");
    assert_eq!(division::find("810000").unwrap().name, "香港特别行政区");
}

#[test]
fn retired_divisions_name_their_successor() {
    let reason = |code| message(Kind::Division, code);
    assert!(reason("510132").contains("已于2020年撤销，请改用 510118（新津区）"));
    assert!(reason("512721").contains("请改用 510115（温江区）"), "the chain 512721, 510123, 510115");
    assert!(reason("510102").contains("没有唯一的承接区划"));
    assert!(reason("510181094").contains("（永丰街道）已撤销"));
    assert!(reason("510199").contains("四川省成都市没有代码为 510199 的下级区划"));
    assert!(reason("51010").contains("现有5位"));
    assert!(reason("990101").contains("不存在"));
    for gone in division::retired() {
        assert!(division::parse(gone.code).is_err(), "{}", gone.code);
        if gone.level == division::Level::County && !["510102", "510103"].contains(&gone.code) {
            assert_eq!(gone.current().unwrap().status, division::Status::Current, "{}", gone.code);
        }
    }
}

#[test]
fn local_regions_have_towns_and_a_parent() {
    let high_tech = division::parse("5101g1").unwrap();
    assert_eq!((high_tech.name, high_tech.parent().unwrap().name), ("高新区", "成都市"));
    for region in division::local() {
        assert!(!region.children().is_empty());
        for town in region.children() {
            assert_eq!(town.local_region(), Some(region));
            assert_eq!(town.status, division::Status::Current);
        }
    }
    assert!(check(Kind::Division, "5101T1", TODAY).warning.is_some());
    assert!(message(Kind::Division, "5101Q1").contains("5101G1、5101T1、5101E1"));
}

#[test]
fn every_division_has_its_parent_and_order() {
    for pair in division::all().windows(2) {
        assert!(pair[0].code < pair[1].code);
    }
    for d in division::all() {
        assert_eq!(d.parent().is_none(), d.level == division::Level::Province, "{}", d.code);
    }
}

#[test]
fn industries_form_the_standards_tree() {
    use industry::Level::{Class, Division, Group, Section};
    let count = |level| industry::all().iter().filter(|i| i.level() == level).count();
    assert_eq!([count(Section), count(Division), count(Group), count(Class)], [20, 97, 473, 1380]);
    assert!(industry::all().iter().all(|i| (i.level() == Section) == i.parent().is_none()));
    let class = industry::parse("I6513").unwrap();
    assert_eq!(
        class.path(),
        "信息传输、软件和信息技术服务业 › 软件和信息技术服务业 › 软件开发 › 应用软件开发"
    );
    assert_eq!(industry::parse("9522").unwrap().name, "行业性团体");
    assert_eq!(industry::find("65").unwrap().children().len(), 8);
    assert!(message(Kind::Industry, "A6513").contains("属于门类 I"));
    assert!(message(Kind::Industry, "6515").contains("其上级 651（软件开发）存在"));
    assert!(message(Kind::Industry, "软件").contains("写法不对"));
    assert!(message(Kind::Industry, "00").contains("没有行业代码"));
}

#[test]
fn telephone_numbers() {
    let written =
        |input| Phone::parse(input).map(|p| p.to_string()).unwrap_or_else(|e| panic!("{input}: {e}"));
    assert_eq!(written("138 1234 5678"), "13812345678");
    assert_eq!(written("+86-138-1234-5678"), "13812345678");
    assert_eq!(written("(028)61880000"), "028-61880000");
    assert_eq!(written("02861880000"), "028-61880000");
    assert_eq!(written("028-61880000-123"), "028-61880000-123");
    assert_eq!(written("0833-2123456"), "0833-2123456");
    assert_eq!(written("4001234567"), "400-123-4567");
    assert_eq!(Phone::parse("13812345678").unwrap().masked(), "138****5678");
    let reason = |input| message(Kind::Phone, input);
    assert!(reason("12812345678").contains("第2位是“2”"));
    assert!(reason("1381234567").contains("应为11位，现有10位"));
    assert!(reason("61880000").contains("缺少区号"));
    assert!(reason("028-6188000").contains("应为8位，现有7位"));
    assert!(reason("0288-61880000").contains("区号“0288”不对"));
    assert!(reason("12345").contains("固定电话应带区号"));
    assert!(reason("400-12345").contains("400 电话应为10位"));
    assert!(reason("138****5678").contains("遮挡"));
    assert!(reason("13812345678/13912345678").contains("多个号码请分开"));
}

#[test]
fn the_usual_ways_of_writing_a_telephone_number_come_out_in_one() {
    let ways = [
        (
            "13812345678",
            "13812345678|86-13812345678|8613812345678|(+86)138 1234 5678|+86 138-1234-5678|0086 13812345678|+(86)13812345678|\
             １３８１２３４５６７８|（＋８６）１３８１２３４５６７８|138.1234.5678|138·1234·5678|013812345678|0138-1234-5678",
        ),
        (
            "028-61880000",
            "028-61880000|02861880000|(028)61880000|（028）6188 0000|028 6188 0000|028.6188.0000|028—61880000|０２８－６１８８００００|\
             +86-28-61880000|+86 28 6188 0000|86-028-61880000|+86 (0)28 61880000|0086-28-61880000|028-6188-0000|0 28 61880000",
        ),
        (
            "028-61880000-801",
            "028-61880000-801|028-61880000转801|028-61880000 转 801|028-61880000转分机801|028-61880000分机801|028-61880000#801|\
             028-61880000＃801|02861880000-801|028 61880000 801|(028)61880000-801|028-61880000 ext. 801|028-61880000x801|\
             +86 28 61880000转801|028-6188-0000-801|028-61880000（801）|028-61880000转：801",
        ),
        ("010-12345678", "010-12345678|+86 10 12345678|+861012345678|01012345678"),
        ("0833-2123456", "0833-2123456|08332123456|0833 212 3456|(0833)2123456"),
        ("0833-2123456-8", "0833-2123456-8|0833-2123456转8"),
        ("0571-87654321", "0571-8765-4321|057187654321|+86 571 87654321"),
        ("400-123-4567", "4001234567|400-123-4567|400 1234 567|+86 400 123 4567"),
        ("400-123-4567-801", "400-123-4567转801|400-123-4567-801|4001234567#801"),
    ];
    for (want, inputs) in ways {
        for input in inputs.split('|') {
            let phone = Phone::parse(input).unwrap_or_else(|e| panic!("{input}: {e}"));
            assert_eq!(phone.as_str(), want, "{input}");
        }
    }
}

#[test]
fn a_refused_telephone_number_is_shown_in_its_right_form_where_that_can_be_told() {
    for (input, part) in [
        ("13812345678/13912345678", "多个号码请分开填写；请写成 13812345678"),
        ("13812345678 13912345678", "请写成 13812345678"),
        ("028-61880000、028-61880001", "请写成 028-61880000"),
        ("028/61880000", "请写成 028-61880000"),
        ("电话：028-61880000", "请写成 028-61880000"),
        ("13812345678（王先生）", "请写成 13812345678"),
        ("13812345678转801", "手机号码没有分机；请写成 13812345678"),
        ("028-61880000-1234567", "请写成 028-61880000"),
        ("61880000", "成都的号码写成 028-61880000"),
    ] {
        let reason = message(Kind::Phone, input);
        assert!(reason.contains(part), "{input}: {reason}");
    }
    for nothing_to_tell in ["无", "12812345678", "138****5678", "12345", "0288-61880000"] {
        assert!(!message(Kind::Phone, nothing_to_tell).contains("请写成 1"), "{nothing_to_tell}");
    }
}

/// An identity number with its check sign: invented.
fn identity(first: &str) -> String {
    let signs = "0123456789X".chars().map(|sign| format!("{first}{sign}"));
    signs.filter(|number| ResidentId::parse(number, TODAY).is_ok()).collect()
}

#[test]
fn an_identity_number_is_no_social_credit_code() {
    for area in ["510106", "511502", "513401", "110101", "320102", "650102", "519998", "810000"] {
        for born in ["19990101", "19631224", "20040229"] {
            for nth in 1..120 {
                let number = identity(&format!("{area}{born}{nth:03}"));
                let reason = message(Kind::Uscc, &number);
                assert!(reason.contains("看起来是身份证号码，请不要填写"), "{reason}");
                assert!(!reason.contains(&number[..17]));
            }
        }
    }
}

#[test]
fn a_code_of_an_unknown_region_is_doubted() {
    let warned = |first: &str| {
        let code = Uscc::complete(first).unwrap();
        check(Kind::Uscc, code.as_str(), TODAY).warning
    };
    assert!(warned("51999819MJQ000015").is_some_and(|w| w.contains("“999819”不是已知的行政区划代码")));
    assert!(warned("91999999MJQ000015").is_some_and(|w| w.contains("不是已知的")));
    assert_eq!(warned("51510100MJQ000015"), None);
    assert_eq!(warned("51100000MJQ000015"), None, "what the ministries register");
}

#[test]
fn an_identity_number_is_found_in_a_text_however_it_is_written() {
    let number = identity("51010619990101029");
    let (area, born, rest) = (&number[..6], &number[6..14], &number[14..]);
    let wide: String = number.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let with_x =
        (1..200).map(|n| identity(&format!("51010619990101{n:03}"))).find(|n| n.ends_with('X')).unwrap();
    for text in [
        number.clone(),
        format!("我的身份证号是{number}，请核对。"),
        format!("身份证：{wide}；电话 13812345678"),
        format!("{area} {born} {rest}"),
        format!("电话 13812345678 身份证 {area} {born} {rest}"),
        format!("13812345678 {area}-{born}-{rest} 028-61880000"),
        format!("王某（{}）", with_x.to_lowercase()),
        format!("SFZ{number}"),
    ] {
        assert!(resident_id::stands_in(&text), "{text}");
    }
    for text in [
        "",
        "51510100MJQ000015B",
        "2025年3月14日 13812345678 028-61880000",
        "6222021001116245702",
        "201903140930123456",
        &number[..17],
        &format!("{number}1"),
        &format!("1{number}"),
        &format!("{area}  {born}  {rest}"),
    ] {
        assert!(!resident_id::stands_in(text), "{text}");
    }
}

#[test]
fn document_numbers() {
    let written = |input| DocNo::parse(input).unwrap_or_else(|e| panic!("{input}: {e}")).to_string();
    assert_eq!(written("成委社〔2026〕5号"), "成委社〔2026〕5号");
    assert_eq!(written("民发[2017]45号"), "民发〔2017〕45号");
    assert_eq!(written("发改经体（２０１７）１９９９号"), "发改经体〔2017〕1999号");
    let reason = |input| DocNo::parse(input).unwrap_err().message;
    assert!(reason("成委社〔2026〕第05号").contains("应写作 成委社〔2026〕5号"));
    assert!(reason("成委社2026年5号").contains("应形如"));
    assert!(reason("ABC〔2026〕5号").contains("应全为汉字"));
    assert!(reason("成委社〔26〕5号").contains("4位数字"));
    assert!(reason("成委社〔2026〕0号").contains("应形如"));
}

#[test]
fn money_is_read_and_written_without_rounding() {
    let fen = |input| Money::parse(input).unwrap_or_else(|e| panic!("{input}: {e}")).fen();
    assert_eq!(fen("1,234.56元"), 123_456);
    assert_eq!(fen("３．５万元"), 3_500_000);
    assert_eq!(fen("22.1798万元"), 22_179_800);
    assert_eq!(fen("66(万元)"), 66_000_000);
    assert_eq!((fen("¥20"), fen("-0.5"), fen("7分"), fen("1.20元")), (2_000, -50, 7, 120));
    assert_eq!(fen("0.2亿元"), 2_000_000_000);
    for wrong in ["", "1,23元", "十元", "1.2.3", "1.234元", "99999999999999999999元", "--5"] {
        assert!(Money::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Money::from_fen(123_456).to_string(), "1,234.56元");
    assert_eq!(Money::from_fen(-5).to_string(), "-0.05元");
    assert_eq!(Money::from_fen(22_179_800).in_wan(), "22.1798万元");
    assert_eq!(Money::from_fen(i64::MAX).checked_add(Money::from_fen(1)), None);
    assert_eq!(Money::checked_sum([Money::from_fen(3), Money::from_fen(4)]), Some(Money::from_fen(7)));
}

#[test]
fn a_kind_is_known_by_its_word() {
    for kind in Kind::ALL {
        assert_eq!(kind.key().parse::<Kind>(), Ok(kind));
    }
    assert!("uscc2".parse::<Kind>().unwrap_err().message.contains("resident-id"));
}
