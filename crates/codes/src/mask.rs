//! Hiding parts of names, numbers and addresses for readers who need not see them whole.

/// Masks a personal name: 张三 → `张*`, 张小三 → `张*三`; a single character becomes `*`.
pub fn name(name: &str) -> String {
    let chars: Vec<char> = name.trim().chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

/// Masks an identity number: the first 3 and the last 4 characters stay.
pub fn id(number: &str) -> String {
    keep(number.trim(), 3, 4)
}

/// Masks a telephone number: `138****5678`, `028-****5678`; other forms keep their last 4 characters.
pub fn phone(number: &str) -> String {
    let number = number.trim();
    match number.split_once('-') {
        Some((area, rest)) if number.starts_with('0') => format!("{area}-{}", keep(rest, 0, 4)),
        _ if number.len() == 11 && number.is_ascii() => keep(number, 3, 4),
        _ => keep(number, 0, 4),
    }
}

/// Masks a bank account: only the last 4 digits stay.
pub fn bank(account: &str) -> String {
    let digits: String = account.chars().filter(|c| !c.is_whitespace()).collect();
    keep(&digits, 0, 4)
}

/// Masks an address down to the street or town; an address that names none keeps its first 6 characters.
pub fn address(address: &str) -> String {
    let address = address.trim();
    let end = ["街道", "镇", "乡"]
        .iter()
        .find_map(|word| address.find(word).map(|at| at + word.len()))
        .unwrap_or_else(|| address.char_indices().nth(6).map_or(address.len(), |(at, _)| at));
    if end == address.len() { address.to_owned() } else { format!("{}****", &address[..end]) }
}

/// Whether a text carries a mask; such a value must never be accepted back from a form.
pub fn is_masked(value: &str) -> bool {
    value.contains(['*', '＊'])
}

// A value too short to hide anything is hidden whole.
fn keep(value: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = value.chars().collect();
    if chars.len() <= head + tail {
        return "*".repeat(chars.len());
    }
    let hidden = chars.len() - head - tail;
    let star = std::iter::repeat_n('*', hidden);
    chars[..head].iter().copied().chain(star).chain(chars[head + hidden..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_keeps_what_policy_allows() {
        assert_eq!(
            [name("张三"), name("张小三"), name("欧阳小三"), name("张")],
            ["张*", "张*三", "欧**三", "*"]
        );
        assert_eq!(id("510106198802291234"), "510***********1234");
        assert_eq!(phone("13812345678"), "138****5678");
        assert_eq!(phone("028-61880123"), "028-****0123");
        assert_eq!(phone("400-123-4567"), "********4567");
        assert_eq!(bank("6222 0210 0111 2345"), "************2345");
        assert_eq!(address("成都市武侯区桂溪街道天府大道1号"), "成都市武侯区桂溪街道****");
        assert_eq!(address("成都市武侯区某处1号"), "成都市武侯区****");
        assert_eq!(bank("123"), "***");
    }

    #[test]
    fn a_mask_is_recognised() {
        assert!(is_masked("138****5678") && is_masked("张＊") && !is_masked("张三"));
    }
}
