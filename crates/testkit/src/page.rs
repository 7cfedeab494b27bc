//! An answer as a reader without a browser sees it: its words line by line, its forms field by field.

/// An answer.
pub struct Page {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: http::HeaderMap,
    /// As it came.
    pub bytes: Vec<u8>,
}

/// Elements that begin a line of their own.
const BLOCKS: &str = " address article aside blockquote br button caption details div dd dl dt fieldset footer form h1 h2 h3 h4 \
    header hr label legend li main nav ol option p section summary table tbody td th thead tr ul ";
/// Elements whose content nobody reads.
const UNREAD: [&str; 4] = ["script", "style", "svg", "template"];

impl Page {
    /// Puts an answer together.
    pub fn new(status: u16, headers: http::HeaderMap, bytes: Vec<u8>) -> Page {
        Page { status, headers, bytes }
    }

    /// The answer as text.
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header; "" where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What a reader reads, one line for each block; the frame included.
    pub fn text(&self) -> String {
        words(&self.html())
    }

    /// The same of the page's own content, without head, navigation and foot.
    pub fn main(&self) -> String {
        let html = self.html();
        let body = html.split_once("<main").map_or(html.as_str(), |(_, rest)| rest);
        let body = body.split_once("</main>").map_or(body, |(main, _)| main);
        words(body.split_once('>').map_or(body, |(_, rest)| rest))
    }

    /// The value of the first field of this name: input, textarea, or the chosen option.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields(name).into_iter().next()
    }

    /// The values of all hidden and typed fields of this name, in order; boxes and chips only where they are ticked.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let html = self.html();
        let mut found = Vec::new();
        for (place, _) in html.match_indices("<input") {
            let tag = html[place..].split('>').next().unwrap_or_default();
            let kind = attribute(tag, "type").unwrap_or_default();
            let unticked = matches!(kind.as_str(), "radio" | "checkbox") && !tag.contains(" checked");
            if attribute(tag, "name").as_deref() == Some(name) && !unticked {
                found.push(attribute(tag, "value").unwrap_or_default());
            }
        }
        for (place, _) in html.match_indices("<textarea") {
            let (tag, rest) = html[place..].split_once('>').unwrap_or_default();
            if attribute(tag, "name").as_deref() == Some(name) {
                let typed = rest.split_once("</textarea>").map_or(rest, |(typed, _)| typed);
                found.push(decoded(typed.strip_prefix('\n').unwrap_or(typed)));
            }
        }
        for (place, _) in html.match_indices("<select") {
            let (tag, rest) = html[place..].split_once('>').unwrap_or_default();
            if attribute(tag, "name").as_deref() == Some(name) {
                let options = rest.split("</select>").next().unwrap_or_default().split("<option").skip(1);
                let tags: Vec<&str> =
                    options.map(|option| option.split('>').next().unwrap_or_default()).collect();
                let chosen = tags.iter().find(|tag| tag.ends_with(" selected")).or(tags.first());
                found.extend(chosen.map(|tag| attribute(tag, "value").unwrap_or_default()));
            }
        }
        found
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(decoded(tag[start..].split('"').next().unwrap_or_default()))
}

/// Turns HTML into lines of words.
pub fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tail)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tail.split_once('>').unwrap_or((tail, ""));
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if BLOCKS.contains(&format!(" {name} ")) {
            text.push('\n');
        }
        rest = match UNREAD.contains(&name) && !tag.starts_with('/') && !tag.ends_with('/') {
            true => after.split_once(&format!("</{name}>")).map_or("", |(_, rest)| rest),
            false => after,
        };
    }
    text.push_str(rest);
    let lines = text.lines().map(|line| decoded(line).split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Text with its character references resolved: numbers, and the five names that matter.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        out.push_str(before);
        let known = tail.split_once(';').and_then(|(name, after)| Some((character(name)?, after)));
        match known {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = tail;
            }
        }
    }
    out + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines_and_signs_are_resolved() {
        let html = "<main><h1>提交  诉求</h1><p>a <b>b</b>&#38;&lt;c</p><svg><text>x</text></svg><ul><li>1</li><li>2</li></ul></main>";
        assert_eq!(words(html), "提交 诉求\na b&<c\n1\n2");
    }

    #[test]
    fn fields_are_read_as_a_browser_would_send_them() {
        let html = "<input type=\"hidden\" name=\"csrf\" value=\"t&#34;\"><input type=\"radio\" name=\"k\" value=\"a\">\
                    <input type=\"radio\" name=\"k\" value=\"b\" checked><textarea name=\"text\">\n一\n二</textarea>";
        let page = Page::new(200, http::HeaderMap::new(), html.into());
        assert_eq!(page.field("csrf").as_deref(), Some("t\""));
        assert_eq!(page.fields("k"), ["b"]);
        assert_eq!(page.field("text").as_deref(), Some("一\n二"));
    }
}
