//! Furniture of several blocks: the byline between two page titles, and what hangs under a page: lists of other articles, cards.
//! It must not know single signs beyond what they are called.

use std::collections::HashSet;
use std::ops::Range;

use super::sign::{self, Sign};
use crate::document::{Block, BlockKind};
use crate::ingest::structure::{columns, ends_sentence, is_cjk};

fn of<'t>(text: &'t str, block: &Block) -> &'t str {
    text.get(block.span.clone()).unwrap_or("").trim()
}

/// Author, tags and the like between two copies of the page's title.
pub(super) fn byline(text: &str, blocks: &[Block]) -> Option<Range<usize>> {
    const HEAD: usize = 10;
    let head = blocks.get(..blocks.len().min(HEAD))?;
    for (first, block) in head.iter().enumerate().take(4) {
        let title = of(text, block);
        if !matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Paragraph) || !(8..=120).contains(&columns(title)) || ends_sentence(title) {
            continue;
        }
        let Some(second) = head.iter().rposition(|other| of(text, other) == title).filter(|&second| second > first + 1) else { continue };
        let short = |block: &Block| {
            let plain = matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Paragraph | BlockKind::Furniture);
            plain && of(text, block).lines().all(|line| columns(line) <= 80 && !ends_sentence(line))
        };
        if head.get(first + 1..second).is_some_and(|between| between.iter().all(short)) {
            return Some(first + 1..second);
        }
    }
    None
}

/// A line of the text with its offset.
struct Row<'t> {
    at: usize,
    line: &'t str,
}

fn rows(text: &str, from: usize) -> Vec<Row<'_>> {
    let mut at = from;
    text.get(from..)
        .unwrap_or("")
        .split_inclusive(['\n', '\r'])
        .filter_map(|raw| {
            let start = at;
            at += raw.len();
            let line = raw.trim();
            (!line.is_empty()).then(|| Row { at: start + (raw.len() - raw.trim_start().len()), line })
        })
        .collect()
}

/// Headings of other articles that are looked at: a page has one or two.
const RELATED: usize = 6;

/// Where the furniture at the end of a page begins.
pub(super) fn tail(text: &str, blocks: &[Block], signs: &[Option<Sign>], strong: bool) -> Option<usize> {
    let body_end = blocks.last()?.span.end;
    let text = text.get(..body_end)?;
    let related = signs.iter().enumerate().filter(|(_, sign)| **sign == Some(Sign::Related)).take(RELATED).find_map(|(at, _)| {
        let from = blocks.get(at)?.span.start;
        is_list_of_others(text, blocks, signs, at, strong).then_some(from)
    });
    let cards = cards(text);
    let from = match (related, cards) {
        (Some(one), Some(two)) => one.min(two),
        (one, two) => one.or(two)?,
    };
    Some(stray_before(text, blocks, from))
}

/// How many of the lines after a heading like `相关文章：` are titles and teasers of other pages.
fn is_list_of_others(text: &str, blocks: &[Block], signs: &[Option<Sign>], at: usize, strong: bool) -> bool {
    let Some(block) = blocks.get(at) else { return false };
    let rows = rows(text, block.span.end);
    let count = rows.len();
    if count < 3 {
        return false;
    }
    let teaser = |line: &str| line.ends_with("...") || line.ends_with('…') || line.ends_with("[…]") || line.ends_with("...]");
    let teasers = rows.iter().filter(|row| teaser(row.line)).count();
    let titles = rows
        .iter()
        .filter(|row| !teaser(row.line) && columns(row.line) <= 140 && (!ends_sentence(row.line) || !row.line.ends_with(['。', '；', ';', '.'])))
        .count();
    if (titles + teasers) * 10 < count * 8 {
        return false;
    }
    // A person's own reading list has links and book titles.
    let own =
        rows.iter().filter(|row| row.line.contains("[[") || row.line.contains("](") || row.line.contains("://") || row.line.contains('《')).count();
    if own * 5 > count {
        return false;
    }
    let near = signs
        .get(at.saturating_sub(3)..at)
        .unwrap_or(&[])
        .iter()
        .flatten()
        .any(|sign| matches!(sign, Sign::Address | Sign::TrackedAddress | Sign::Advert | Sign::PageControl));
    let teased = teasers >= 3 && teasers * 10 >= count * 3;
    let evidence = usize::from(near)
        + usize::from(strong)
        + usize::from(count >= 8)
        + 2 * usize::from(teased)
        + usize::from(unrelated(text, block.span.start, &rows));
    (near || strong || teased) && evidence >= 3
}

/// The titles share few words with the text above.
fn unrelated(text: &str, body_end: usize, rows: &[Row<'_>]) -> bool {
    let Some(body) = text.get(..body_end).filter(|body| body.len() >= 600) else { return false };
    let known: HashSet<String> = grams(body).collect();
    let (mut shared, mut total) = (0_usize, 0_usize);
    for gram in rows.iter().take(60).flat_map(|row| grams(row.line)) {
        total += 1;
        shared += usize::from(known.contains(&gram));
    }
    total > 0 && shared * 20 < total * 9
}

/// Pairs of Han, and Latin words.
fn grams(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut word = String::new();
    let mut last: Option<char> = None;
    text.chars().chain(std::iter::once(' ')).filter_map(move |c| {
        let han = is_cjk(c);
        let pair = match last {
            Some(before) if han => Some([before, c].iter().collect::<String>()),
            _ => None,
        };
        last = han.then_some(c);
        if c.is_alphanumeric() && !han {
            word.extend(c.to_lowercase());
            return None;
        }
        let done = std::mem::take(&mut word);
        pair.or((done.chars().count() > 1).then_some(done))
    })
}

/// Cards that recommend other things: each shows its name twice, then a line or two.
fn cards(text: &str) -> Option<usize> {
    /// Lines that one card may have.
    const REACH: usize = 8;
    let rows = rows(text, 0);
    let named = |row: &Row<'_>| columns(row.line) <= 60 && row.line.chars().any(char::is_alphabetic) && !ends_sentence(row.line);
    let pairs: Vec<usize> = (1..rows.len())
        .filter(|&n| match (rows.get(n - 1), rows.get(n)) {
            (Some(one), Some(two)) => one.line == two.line && named(one),
            _ => false,
        })
        .map(|n| n - 1)
        .collect();
    // From the last pair backwards, as far as the cards follow one another, and to the end of the page.
    let mut reached = rows.len();
    let mut first = None;
    let mut names = HashSet::new();
    for &pair in pairs.iter().rev() {
        if pair + REACH < reached {
            break;
        }
        reached = pair;
        first = Some(pair);
        names.insert(rows.get(pair).map_or("", |row| row.line));
    }
    let first = first?;
    let head = (1..=2).filter_map(|back| first.checked_sub(back)).find(|&n| rows.get(n).is_some_and(|row| sign::is_related(row.line)));
    let more = rows.last().is_some_and(|row| sign::is_control(row.line));
    let believed = names.len() >= 5 || (names.len() >= 3 && (head.is_some() || more));
    believed.then(|| rows.get(head.unwrap_or(first)).map(|row| row.at)).flatten()
}

/// A short stray line right above the tail (a tag, a heading with nothing under it) goes with it.
fn stray_before(text: &str, blocks: &[Block], from: usize) -> usize {
    let Some(last) = blocks.iter().rfind(|block| block.span.end <= from) else { return from };
    let line = of(text, last);
    let stray = match last.kind {
        BlockKind::Heading { .. } => true,
        BlockKind::Paragraph => line.lines().count() == 1 && !line.contains("://"),
        _ => false,
    };
    let bare = stray && columns(line) <= 40 && !ends_sentence(line) && !line.chars().any(|c| matches!(c, '，' | ',' | '：' | ':' | '。' | '、'));
    // The text above must have ended: a title without its text would be lost otherwise.
    let ended = blocks.iter().rfind(|block| block.span.end <= last.span.start).is_some_and(|block| ends_sentence(of(text, block)));
    if bare && ended { last.span.start } else { from }
}
