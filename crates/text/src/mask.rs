//! Personal data in free text becomes neutral marks: numbers of people, papers, cards and cars, addresses of mail, names with a title.

use std::sync::LazyLock;

use crate::normalize::{fold, is_han};

/// The sign that opens a mark.
pub const OPEN: char = '〔';
/// The sign that closes a mark.
pub const CLOSE: char = '〕';

const PHONE: &str = "〔电话〕";
const IDENTITY: &str = "〔证件号〕";
const CARD: &str = "〔卡号〕";
const PLATE: &str = "〔车牌〕";
const MAIL: &str = "〔邮箱〕";
const NAME: &str = "〔姓名〕";
const NUMBER: &str = "〔编号〕";

/// Replaces personal data by marks such as `〔电话〕`: mobile and landline numbers, identity numbers, bank cards, number plates,
/// e-mail addresses, names that carry a title (张先生) or stand behind 姓名, numbers of orders and other long numbers. Dates,
/// amounts and house numbers stay. Masking a masked text changes nothing.
pub fn mask(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let plain: Vec<char> = signs.iter().map(|c| fold(*c).unwrap_or(*c)).collect();
    let mut masked = String::with_capacity(text.len());
    let (mut at, mut after_mark) = (0, 0);
    while at < signs.len() {
        // What stands before a mark is no part of what follows it.
        match find(&plain[after_mark..], at - after_mark) {
            Some((length, mark)) => {
                masked.push_str(mark);
                at += length;
                after_mark = at;
            }
            None => {
                masked.push(signs[at]);
                at += 1;
            }
        }
    }
    masked
}

/// What is personal at this place: its length in signs and its mark.
fn find(text: &[char], at: usize) -> Option<(usize, &'static str)> {
    let c = text[at];
    let before = at.checked_sub(1).map(|i| text[i]);
    if c.is_ascii_alphanumeric() {
        if before.is_none_or(|b| !b.is_ascii_alphanumeric()) {
            if let Some(length) = mail(&text[at..]) {
                return Some((length, MAIL));
            }
            if let Some(length) = order_number(&text[at..]) {
                return Some((length, NUMBER));
            }
        }
        let begins = c.is_ascii_digit() && before.is_none_or(|b| !b.is_ascii_digit());
        return if begins { number(&text[at..]) } else { None };
    }
    if c == '+' {
        return number(&text[at + 1..]).filter(|(_, mark)| *mark == PHONE).map(|(n, mark)| (n + 1, mark));
    }
    if !is_han(c) {
        return None;
    }
    plate(&text[at..]).map(|n| (n, PLATE)).or_else(|| name(text, at).map(|n| (n, NAME)))
}

fn run(text: &[char], of: impl Fn(char) -> bool) -> usize {
    text.iter().take_while(|c| of(**c)).count()
}

fn mail(text: &[char]) -> Option<usize> {
    let local = run(text, |c| c.is_ascii_alphanumeric() || "._%+-".contains(c));
    if text.get(local) != Some(&'@') {
        return None;
    }
    let host = run(&text[local + 1..], |c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let host_text: String = text[local + 1..local + 1 + host].iter().collect();
    let host = host_text.trim_end_matches(['.', '-']).chars().count();
    (host >= 3 && host_text.contains('.')).then_some(local + 1 + host)
}

/// Letters and digits of a case, as HK20171231abefe2 or CD-2026-00012345.
fn order_number(text: &[char]) -> Option<usize> {
    let length = run(text, |c| c.is_ascii_alphanumeric() || c == '-');
    let code = &text[..length];
    let digits = code.iter().filter(|c| c.is_ascii_digit()).count();
    let letters = code.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let identity = length == 18 && letters == 1 && code[17] == 'x';
    (length >= 10 && digits >= 6 && letters >= 1 && !identity).then_some(length)
}

/// A number that begins here, by its digits; blanks and hyphens may stand between groups.
fn number(text: &[char]) -> Option<(usize, &'static str)> {
    let first = run(text, |c| c.is_ascii_digit());
    if first == 17 && text.get(17) == Some(&'x') {
        return Some((18, IDENTITY));
    }
    let mut ends = vec![first];
    while let Some(end) = ends.last().copied().filter(|_| ends.len() < 6) {
        let gap = usize::from(matches!(text.get(end), Some('-' | ' ' | '(' | ')')));
        let next = run(&text[(end + gap).min(text.len())..], |c| c.is_ascii_digit());
        if gap == 0 || next == 0 {
            break;
        }
        ends.push(end + gap + next);
    }
    for end in ends.iter().rev() {
        let digits: String = text[..*end].iter().filter(|c| c.is_ascii_digit()).collect();
        if let Some(mark) = kind(&digits, *end == first) {
            return Some((*end, mark));
        }
    }
    let counted = text.get(first).is_some_and(|c| "元万亿块平米人户吨公里".contains(*c));
    match first {
        7..=8 if counted || is_day(text, first) => None,
        7..=8 if matches!(text[0], '2'..='8') => Some((first, PHONE)),
        7.. if !counted => Some((first, NUMBER)),
        _ => None,
    }
}

fn kind(digits: &str, whole: bool) -> Option<&'static str> {
    let local = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    let mobile = |d: &str| d.len() == 11 && d.starts_with('1') && matches!(d.as_bytes()[1], b'3'..=b'9');
    let most = if whole { 12 } else { 16 };
    let landline =
        digits.starts_with('0') && (10..=most).contains(&digits.len()) && !digits.starts_with("00");
    let service = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    if mobile(digits) || mobile(local) || landline || service {
        return Some(PHONE);
    }
    match digits.len() {
        18 if whole && is_identity(digits) => Some(IDENTITY),
        15 if whole && is_month_and_day(&digits[8..12]) => Some(IDENTITY),
        16..=19 if whole || matches!(digits.as_bytes()[0], b'3'..=b'6') => Some(CARD),
        _ => None,
    }
}

/// Check character of GB 11643 for a number of 18 digits.
fn is_identity(digits: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize] == digits.as_bytes()[17]
}

fn is_month_and_day(digits: &str) -> bool {
    let (month, day) = digits.split_at(2);
    (1..=12).contains(&month.parse().unwrap_or(0)) && (1..=31).contains(&day.parse().unwrap_or(0))
}

fn is_day(text: &[char], length: usize) -> bool {
    let digits: String = text[..length].iter().collect();
    length == 8 && (digits.starts_with("19") || digits.starts_with("20")) && is_month_and_day(&digits[4..])
}

const PROVINCES: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新港澳";

fn plate(text: &[char]) -> Option<usize> {
    if !text.get(1)?.is_ascii_alphabetic() || !PROVINCES.contains(text[0]) {
        return None;
    }
    let gap = usize::from(matches!(text.get(2), Some('·' | '•' | '-' | ' ' | '.')));
    let rest = &text[2 + gap..];
    let length = run(rest, |c| c.is_ascii_alphanumeric() || c == '*');
    let some = rest[..length].iter().any(|c| c.is_ascii_digit() || *c == '*');
    ((4..=7).contains(&length) && some).then_some(2 + gap + length)
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤符云文吉冼欧洪柯翁倪樊祝俞葛岑温庄殷柳甘";
const TITLES: [&str; 5] = ["先生", "女士", "小姐", "同志", "师傅"];

/// Whether a sign is one of the surnames; asked of every sign of a text.
fn is_surname(sign: char) -> bool {
    static SORTED: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut all: Vec<char> = SURNAMES.chars().collect();
        all.sort_unstable();
        all
    });
    SORTED.binary_search(&sign).is_ok()
}

fn starts(text: &[char], word: &str) -> bool {
    word.chars().enumerate().all(|(i, c)| text.get(i) == Some(&c))
}

/// A name that begins here and carries a title, or stands behind 姓名.
fn name(text: &[char], at: usize) -> Option<usize> {
    if !is_surname(text[at]) {
        return None;
    }
    let rest = &text[at..];
    let titled = |n: usize| rest.len() > n && TITLES.iter().any(|title| starts(&rest[n..], title));
    let begins = at == 0 || !is_han(text[at - 1]) || introduced(&text[..at]);
    let some = run(&rest[1..], |c| c == '某');
    if titled(1) || (some > 0 && titled(1 + some)) {
        return Some(1 + some + 2);
    }
    if some == 2 || (some == 1 && begins) {
        return Some(1 + some);
    }
    let given = (2..=3).find(|n| begins && titled(*n) && rest[1..*n].iter().all(|c| is_han(*c)));
    if let Some(n) = given {
        return Some(n + 2);
    }
    let asked = text[..at].iter().rev().take(3).collect::<String>();
    let asked = asked.trim_start_matches([':', ' ', '：', '为', '叫', '是']);
    asked.starts_with("名姓").then(|| 1 + run(&rest[1..], is_han).min(2))
}

fn introduced(before: &[char]) -> bool {
    ["市民", "业主", "居民", "村民", "群众", "人叫", "姓名", "我叫", "本人", "诉人", "系人", "责人"]
        .iter()
        .any(|word| before.len() >= 2 && starts(&before[before.len() - 2..], word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_of_personal_data_becomes_its_mark() {
        for (text, masked) in [
            ("电话13812345678联系", "电话〔电话〕联系"),
            ("电话１３８１２３４５６７８", "电话〔电话〕"),
            ("138-1234-5678，+86 138 1234 5678", "〔电话〕，〔电话〕"),
            ("0898-66225544或028 61880123-12", "〔电话〕或〔电话〕"),
            ("400-123-4567", "〔电话〕"),
            ("座机66225544", "座机〔电话〕"),
            ("身份证510106198802291234", "身份证〔证件号〕"),
            ("11010519491231002X，", "〔证件号〕，"),
            ("卡号6222 0210 0111 2345 678", "卡号〔卡号〕"),
            ("车牌川A12345和琼A*****", "车牌〔车牌〕和〔车牌〕"),
            ("川AD·12345", "川ad·12345"),
            ("京A·D1234挡道", "〔车牌〕挡道"),
            ("写信到zhang.san@example.com.", "写信到〔邮箱〕."),
            ("陈先生来电", "〔姓名〕来电"),
            ("姜某女士和市民李小红女士", "〔姓名〕和市民〔姓名〕"),
            ("姓名：张三丰", "姓名：〔姓名〕"),
            ("政府工单号HK20171231abefe2）", "政府工单号〔编号〕）"),
            ("工单20180317001234567890", "工单〔编号〕"),
        ] {
            assert_eq!(mask(text).to_lowercase(), masked, "{text}");
        }
    }

    #[test]
    fn dates_amounts_and_places_stay() {
        for text in [
            "2018-03-17 10:30",
            "20180317超时施工",
            "欠款12000000元",
            "35路公交车",
            "天府大道1号12栋",
            "发现女士用品",
            "位于某小区门口",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_masked_text_stays_as_it_is(text in "([0-9x ]{1,20}|[a-zA-Z@.]{1,9}|[王李川A先生女士姓名某：]{1,6}|.){0,12}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once.clone());
        }

        #[test]
        fn a_mobile_number_never_survives(before in "[^0-9]{0,5}", number in "1[3-9][0-9]{9}", after in "[^0-9]{0,5}") {
            let text = format!("{before}{number}{after}");
            prop_assert!(!mask(&text).contains(&number));
        }
    }
}
