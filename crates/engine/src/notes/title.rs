//! The title in a note's text. Pure: it must not know files.

/// A new note's text: under its title as a heading, unless the text already begins with a title, with front matter, or with the same words.
#[must_use]
pub fn with_title(title: &str, text: &str) -> String {
    let title = title.trim();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim();
    if first.starts_with("# ") || first == "---" || first == "+++" || first == title {
        return text.to_owned();
    }
    if text.trim().is_empty() { format!("# {title}\n\n") } else { format!("# {title}\n\n{}", text.trim_start_matches('\n')) }
}

/// The text with another title, where it says one: the `title` of front matter, or the first heading of level 1. `None` where the title is only
/// the file's name.
#[must_use]
pub fn retitled(text: &str, title: &str) -> Option<String> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let body = crate::ingest::markdown::body(text);
    let mut at = 0;
    for line in text[..body].split_inclusive('\n') {
        if line.starts_with("title:") {
            // Quoted, so that no character of it means anything to YAML.
            let quoted = title.replace('\\', "\\\\").replace('"', "\\\"");
            return Some(format!("{}title: \"{quoted}\"{}{}", &text[..at], ending(line), &text[at + line.len()..]));
        }
        at += line.len();
    }
    let mut at = body;
    let mut code = false;
    for line in text[body..].split_inclusive('\n') {
        code ^= line.trim_start().starts_with("```");
        if !code && line.starts_with("# ") {
            return Some(format!("{}# {title}{}{}", &text[..at], ending(line), &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

fn ending(line: &str) -> &str {
    if line.ends_with("\r\n") {
        "\r\n"
    } else if line.ends_with('\n') {
        "\n"
    } else {
        ""
    }
}
