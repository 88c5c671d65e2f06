//! The ends of lines: `\n` or `\r\n`, also both in one file. Pure: it must not know files.

use std::collections::{HashMap, VecDeque};

/// A text with `\n` at the end of its lines, with the ends that the same lines had before. A line that was edited ends as the one above it does.
pub(super) fn ended_as_before(before: &str, text: &str) -> String {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = text.split_inclusive('\n').collect();
    let same = |(old, new): &(&&str, &&str)| words(old) == words(new);
    let first = old.iter().zip(&new).take_while(same).count();
    let last = old[first..].iter().rev().zip(new[first..].iter().rev()).take_while(same).count();
    // Several places may have been edited at once: between them a line is known by its words, the second of the same words by the second of before.
    let mut between: HashMap<&str, VecDeque<&str>> = HashMap::new();
    for line in &old[first..old.len() - last] {
        between.entry(words(line)).or_default().push_back(end(line));
    }
    let mut above = old.first().map(|line| end(line)).filter(|end| !end.is_empty()).unwrap_or("\n");
    let mut out = String::with_capacity(text.len());
    for (at, line) in new.iter().enumerate() {
        let known = if at < first {
            Some(end(old[at]))
        } else if at >= new.len() - last {
            Some(end(old[old.len() - (new.len() - at)]))
        } else {
            between.get_mut(words(line)).and_then(VecDeque::pop_front)
        };
        above = known.filter(|end| !end.is_empty()).unwrap_or(above);
        out.push_str(words(line));
        out.push_str(if line.ends_with('\n') { above } else { "" });
    }
    out
}

fn words(line: &str) -> &str {
    line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line)
}

fn end(line: &str) -> &str {
    &line[words(line).len()..]
}
