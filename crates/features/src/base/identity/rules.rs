//! What logins and passwords must look like, how long sessions live, when a login is locked.

use huitong_codes::{resident_id, text};
use huitong_kernel::clock::{DAY, HOUR};

/// One minute in milliseconds.
pub const MINUTE: i64 = 60_000;

/// A session ends after so long without use (real time) [D].
pub const SESSION_IDLE: i64 = 30 * MINUTE;
/// A session ends after so long however much it is used (real time) [D].
pub const SESSION_LIFE: i64 = 12 * HOUR;
/// How exactly the last use of a session is kept; each note costs a write.
pub const SEEN_STEP: i64 = MINUTE;
/// So far may a clock be put right without ending sessions. What lies further ahead than a session lasts was written by a
/// clock that was wrong, and would else hold until that clock is right.
pub const CLOCK_SLACK: i64 = 10 * MINUTE;

/// How many wrong passwords count together, and how many of them lock a login where they were counted.
pub struct Meter {
    /// Wrong passwords in a row that lock.
    pub after: i64,
    /// They count together when they follow within this time (real time).
    pub window: i64,
}

/// Tries at a login from one network (GB/T 22239-2019 8.1.4 asks for a limit; the number is ours [D]).
pub const HERE: Meter = Meter { after: 5, window: 15 * MINUTE };
/// Tries at a login from all networks that are strange to it: against who guesses from many [D].
pub const EVERYWHERE: Meter = Meter { after: 50, window: DAY };
/// How long a login stays locked (real time) [D].
pub const LOCK_TIME: i64 = 30 * MINUTE;
/// How long a network is remembered after somebody signed in from there (real time) [D].
pub const NETWORK_LIFE: i64 = 90 * DAY;

/// How long the one-time link for the first administrator works (real time) [D].
pub const INVITATION_LIFE: i64 = 3 * DAY;
/// Longest life of a token, in days [D].
pub const TOKEN_DAYS: i64 = 90;
/// How exactly the last use of a token is kept: programs ask often, and each note costs a write.
pub const TOKEN_STEP: i64 = HOUR;

/// Fewest characters of a password (GB/T 22239-2019 8.1.4 asks for complexity; the number is ours [D]).
pub const PASSWORD_MIN: usize = 10;
/// Most characters of a password: longer ones only cost time.
pub const PASSWORD_MAX: usize = 128;
/// Characters that must remain when everything easily guessed is taken out.
const PASSWORD_CORE: usize = 6;

/// Role whose last holder may not be shut out.
pub const ADMINISTRATOR: &str = "system_admin";
/// Role that watches what administrators do.
pub const AUDITOR: &str = "auditor";

/// Whether one of two roles watches the other: they are never in one hand (GB/T 22239-2019 8.1.5, 三权分立).
pub fn watches(one: &str, other: &str) -> bool {
    matches!((one, other), (ADMINISTRATOR, AUDITOR) | (AUDITOR, ADMINISTRATOR))
}

/// The login as it is stored, or what is wrong with it.
pub fn login(typed: &str) -> Result<String, &'static str> {
    let login = text::key(typed).to_lowercase();
    if login.is_empty() {
        return Err("请填写用户名");
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let starts = login.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !(3..=32).contains(&login.chars().count()) || !starts || !login.chars().all(fits) {
        return Err("用户名须为 3 至 32 个字符，以字母或数字开头，只含字母、数字、点、短横和下划线");
    }
    Ok(login)
}

/// The login of a new account. No identity number becomes one: it stands in the journal, where many see it.
pub fn new_login(typed: &str) -> Result<String, &'static str> {
    match login(typed) {
        Ok(login) if resident_id::stands_in(&login) => Err("用户名不能用身份证号码，请换一个"),
        login => login,
    }
}

/// The name of a person as it is stored, or what is wrong with it.
pub fn name(typed: &str) -> Result<String, &'static str> {
    let name = text::name(typed);
    match name.chars().count() {
        _ if text::signs(&name) == 0 => Err("请填写姓名"),
        _ if resident_id::stands_in(&name) => Err("姓名里有身份证号码，请删去号码"),
        1..=50 if !typed.trim().contains('\n') => Ok(name),
        _ => Err("姓名最多 50 个字，不能换行"),
    }
}

/// What is wrong with a new password, if something is.
pub fn password_fault(password: &str, login: &str, name: &str) -> Option<&'static str> {
    let length = password.chars().count();
    if length == 0 {
        return Some("请填写密码");
    }
    if length < PASSWORD_MIN {
        return Some("密码至少 10 个字符");
    }
    if length > PASSWORD_MAX {
        return Some("密码最多 128 个字符");
    }
    if classes(password) < 3 {
        return Some("密码须含大写字母、小写字母、数字、符号中的至少三类");
    }
    let low = password.to_lowercase();
    if login.len() >= 3 && low.contains(&login.to_lowercase()) {
        return Some("密码不能包含用户名");
    }
    if name.chars().count() >= 2 && low.contains(&name.to_lowercase()) {
        return Some("密码不能包含姓名");
    }
    if core(&low) < PASSWORD_CORE {
        return Some("密码太容易被猜到：去掉常见词、拼音、年份和连续数字后所剩无几，请换一个");
    }
    None
}

/// How many of the four classes occur: upper and lower case letters, digits, everything else.
fn classes(password: &str) -> usize {
    let kinds: [fn(char) -> bool; 4] =
        [|c| c.is_uppercase(), |c| c.is_lowercase(), |c| c.is_ascii_digit(), |c| !c.is_alphanumeric()];
    kinds.iter().filter(|kind| password.chars().any(**kind)).count()
}

/// Words that guessers try first: English, pinyin, keyboard rows, lucky numbers.
const COMMON: [&str; 71] = [
    "administrator",
    "administrators",
    "guanliyuan",
    "1q2w3e4r5t",
    "qwertyuiop",
    "1qaz2wsx3edc",
    "password",
    "asdfghjkl",
    "zhongguo",
    "chengdu",
    "sichuan",
    "beijing",
    "shanghai",
    "chuanghui",
    "shehui",
    "gongzuo",
    "gongzuobu",
    "shehuigongzuo",
    "xiehui",
    "shanghui",
    "hangye",
    "hangyexiehui",
    "minzheng",
    "zhengfu",
    "dangjian",
    "zuzhibu",
    "huitong",
    "suqiu",
    "iloveyou",
    "woaini",
    "woaizhongguo",
    "welcome",
    "letmein",
    "sunshine",
    "monkey",
    "dragon",
    "secret",
    "default",
    "initial",
    "changeme",
    "change",
    "zxcvbnm",
    "zxcvb",
    "qwerty",
    "asdfgh",
    "asdf",
    "1q2w3e4r",
    "1q2w3e",
    "1qaz2wsx",
    "1qaz",
    "2wsx",
    "3edc",
    "admin",
    "root",
    "user",
    "test",
    "guest",
    "login",
    "mima",
    "nihao",
    "hello",
    "china",
    "qq",
    "abcdef",
    "abcd",
    "abc",
    "5201314",
    "1314",
    "520",
    "pass",
    "word",
];

/// Distinct guesses that remain: the characters left over without common words, years, runs and steps.
fn core(low: &str) -> usize {
    let mut rest: String = low.chars().map(plain).collect();
    let mut words = COMMON;
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    // Numbers are looked for before letters are read out of digits.
    let mut literal = low.to_owned();
    for word in words {
        literal = literal.replace(word, " ");
        rest = rest.replace(word, " ");
    }
    count_core(&literal).min(count_core(&rest))
}

/// Letters that are often written as digits or signs.
fn plain(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        other => other,
    }
}

/// Counts characters that neither repeat the one before nor step from it (aaa, 123, cba), leaving out years.
fn count_core(text: &str) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let mut count = 0;
    let mut place = 0;
    while place < chars.len() {
        if is_year(&chars[place..]) {
            place += 4;
            continue;
        }
        let c = chars[place];
        let before = place.checked_sub(1).and_then(|p| chars.get(p));
        let follows = before.is_some_and(|b| u32::from(*b).abs_diff(u32::from(c)) <= 1);
        if c != ' ' && !follows {
            count += 1;
        }
        place += 1;
    }
    count
}

fn is_year(chars: &[char]) -> bool {
    matches!(chars, ['1', '9', c, d, ..] | ['2', '0', c, d, ..] if c.is_ascii_digit() && d.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_lower_case_and_plain() {
        assert_eq!(login(" ChenXL "), Ok("chenxl".to_owned()));
        assert_eq!(login("intake-01"), Ok("intake-01".to_owned()));
        assert_eq!(login("a b c"), Ok("abc".to_owned()));
        for bad in ["", "ab", "-abc", "张三三", "a@b.c", &"x".repeat(33)] {
            assert!(login(bad).is_err(), "{bad}");
        }
        assert!(login("11010519491231002x").is_ok() && new_login("11010519491231002X").is_err());
        assert!(name("王五 110105 19491231 002X").is_err());
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let fault = |p: &str| password_fault(p, "chenxl", "陈晓岚").unwrap_or_default();
        assert!(fault("Kd7#mqTw").contains("至少 10 个字符"));
        assert!(fault("kdjqmqtwhe").contains("至少三类"));
        assert!(fault("kdjqmqtw38").contains("至少三类"));
        assert!(fault("xChenXL-38-Kd").contains("用户名"));
        assert!(fault("陈晓岚-38-Kd7mq").contains("姓名"));
        for weak in [
            "Password123!",
            "P@ssw0rd2024",
            "Admin@123456",
            "Chengdu@2025",
            "Aa123456789!",
            "Qwerty123456!",
            "Woaini5201314",
            "Guanliyuan#1",
            "1qaz2wsx!QAZ",
            "Abcd1234!@#",
            "AAAAaaaa1111",
            "Shehuigongzuo@1",
        ] {
            assert!(fault(weak).contains("容易被猜到"), "{weak}: {}", fault(weak));
        }
        assert!(fault(&format!("Aa1{}", "x".repeat(126))).contains("最多"));
    }

    #[test]
    fn ordinary_good_passwords_pass() {
        for good in ["Kd7#mqTw2x", "vier-Katzen-91-Tee", "竹叶青Mq7-雨后山", "Rm8tLq2vXc"] {
            assert_eq!(password_fault(good, "chenxl", "陈晓岚"), None, "{good}");
        }
    }
}
