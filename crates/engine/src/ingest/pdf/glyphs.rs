//! Glyphs of a page to lines of text with their places. It must not know paragraphs, headings or furniture.

use std::collections::HashMap;

use hayro_interpret::font::{Glyph, GlyphRun, OutlineGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use skrifa::MetadataProvider;
use unicode_normalization::UnicodeNormalization;

use crate::ingest::build::is_cjk;

/// How far letters rise above their base line and hang below it, in sizes.
pub(super) const ASCENT: f64 = 0.88;
pub(super) const DESCENT: f64 = 0.22;

/// Glyphs that a glyph drawn over another (for a bold look) is looked for among.
const RECENT: usize = 200;

/// One line of text, upright, left to right (or one column of vertical text).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Its text.
    pub(super) text: String,
    /// Left edge, in points from the page's left.
    pub(super) left: f64,
    /// Right edge.
    pub(super) right: f64,
    /// Base line, in points from the page's top.
    pub(super) base: f64,
    /// Size of most of its characters.
    pub(super) size: f64,
    /// Whether it runs from top to bottom.
    pub(super) vertical: bool,
    /// Width of a character where all are as wide.
    pub(super) pitch: Option<f64>,
    /// From where to where each character reaches, in the direction of the line; only where it was asked for.
    pub(super) reach: Vec<(f32, f32)>,
    /// Whether characters are among them that have other widths in all but fixed-width fonts.
    telling: bool,
}

impl Line {
    /// Whether the line is program text by its font.
    pub(super) fn is_code(&self) -> bool {
        self.telling && self.pitch.is_some()
    }
}

/// One page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// 1-based.
    pub(super) number: u32,
    /// Height in points.
    pub(super) height: f64,
    /// Lines, as they are drawn: this is the reading order that the producer had.
    pub(super) lines: Vec<Line>,
    /// Turned text: stamps, watermarks.
    pub(super) turned: String,
}

impl Page {
    /// Characters of the page.
    pub(super) fn chars(&self) -> usize {
        self.lines.iter().map(|l| l.text.chars().count()).sum()
    }
}

/// Glyph → character of embedded fonts, for text without a map to Unicode.
#[derive(Default)]
pub(super) struct Fonts {
    maps: HashMap<u128, HashMap<u32, char>>,
}

impl Fonts {
    /// The character that the font's own table gives a glyph.
    fn character(&mut self, glyph: &OutlineGlyph) -> Option<char> {
        let font = glyph.font_data()?;
        let map = self.maps.entry(font.cache_key).or_insert_with(|| {
            let mut map: HashMap<u32, char> = HashMap::new();
            if let Ok(font) = skrifa::FontRef::new((*font.data).as_ref()) {
                for (code, id) in font.charmap().mappings() {
                    if let Some(c) = char::from_u32(code).filter(|&c| !is_private(c)) {
                        // Of several characters with one shape, the plain one: not a radical, not a compatibility form.
                        let held = map.entry(id.to_u32()).or_insert(c);
                        if is_compatible(*held) && !is_compatible(c) {
                            *held = c;
                        }
                    }
                }
            }
            map
        });
        map.get(&glyph.glyph_id().to_u32()).copied().filter(|c| *c != '\0')
    }
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..)
}

fn is_compatible(c: char) -> bool {
    std::iter::once(c).nfkc().next() != Some(c)
}

#[derive(Clone, Debug)]
struct Placed {
    text: String,
    left: f64,
    right: f64,
    base: f64,
    size: f64,
    advance: f64,
}

impl Placed {
    /// From where to where each of its characters reaches: those of a ligature share its room.
    fn reach(&self, vertical: bool) -> impl Iterator<Item = (f32, f32)> {
        let (from, to) = if vertical { (self.base - ASCENT * self.size, self.base + DESCENT * self.size) } else { (self.left, self.right) };
        let count = self.text.chars().count();
        let step = (to - from) / count.max(1) as f64;
        // Points of a page need no more than 32 bits.
        (0..count).map(move |i| ((from + step * i as f64) as f32, (from + step * (i + 1) as f64) as f32))
    }
}

/// The widths of a line's ASCII characters.
#[derive(Clone, Copy, Debug, Default)]
struct Widths {
    narrowest: f64,
    widest: f64,
    chars: usize,
    /// Whether characters were among them that are narrower or wider than others in all but fixed-width fonts.
    telling: bool,
}

impl Widths {
    fn add(&mut self, glyph: &Placed) {
        let mut chars = glyph.text.chars();
        let (Some(c), None) = (chars.next(), chars.next()) else { return };
        if c.is_ascii_graphic() {
            (self.narrowest, self.widest) =
                if self.chars == 0 { (glyph.advance, glyph.advance) } else { (self.narrowest.min(glyph.advance), self.widest.max(glyph.advance)) };
            self.chars += 1;
            self.telling |= matches!(c, 'i' | 'l' | 'j' | 't' | 'f' | 'm' | 'w' | 'M' | 'W' | 'I' | '{' | '}' | '(' | ')' | '/');
        }
    }

    /// The width that all have, if they have one.
    fn pitch(self) -> Option<f64> {
        (self.chars > 0 && self.widest - self.narrowest <= 0.02 * self.widest).then_some(self.widest).filter(|&w| w > 0.0)
    }
}

/// Collects the lines of one page while it is drawn.
pub(super) struct PageReader<'f> {
    fonts: &'f mut Fonts,
    area: Rect,
    left_over: usize,
    /// Whether the place of each character is wanted.
    placing: bool,
    lines: Vec<Line>,
    turned: String,
    /// The line that is being written: weight of each size, and whether a space was drawn.
    sizes: Vec<(f64, usize)>,
    widths: Widths,
    space: bool,
    open: bool,
    recent: std::collections::VecDeque<Placed>,
}

impl<'f> PageReader<'f> {
    /// A reader for a page of this area, that stops after `max` glyphs.
    pub(super) fn new(fonts: &'f mut Fonts, area: Rect, max: usize, placing: bool) -> Self {
        Self {
            fonts,
            area,
            left_over: max,
            placing,
            lines: Vec::new(),
            turned: String::new(),
            sizes: Vec::new(),
            widths: Widths::default(),
            space: false,
            open: false,
            recent: std::collections::VecDeque::new(),
        }
    }

    /// The page.
    pub(super) fn finish(mut self, number: u32) -> Page {
        self.end_line();
        self.lines.retain(|l| !l.text.trim().is_empty());
        Page { number, height: self.area.height(), lines: self.lines, turned: self.turned }
    }

    fn unicode(&mut self, glyph: &Glyph<'_>) -> String {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => Some(String::from(c)),
            Some(BfString::String(s)) => Some(s),
            None => None,
        };
        let usable = |t: &String| !t.is_empty() && !t.chars().any(|c| c == '\u{FFFD}' || c.is_control() || is_private(c));
        let own = match (text.filter(usable), glyph) {
            (Some(text), _) => text,
            (None, Glyph::Outline(outline)) => self.fonts.character(outline).map_or_else(|| "\u{FFFD}".to_owned(), String::from),
            (None, Glyph::Type3(_)) => "\u{FFFD}".to_owned(),
        };
        own.chars().flat_map(plain).collect()
    }

    fn place(&mut self, glyph: Placed, vertical: bool) {
        if glyph.text.chars().all(char::is_whitespace) {
            self.space |= self.open;
            return;
        }
        let em = glyph.size.max(0.1);
        if let (true, Some(line)) = (self.open, self.lines.last_mut()) {
            let backwards = glyph.left < line.right - 0.2 * em;
            if !vertical
                && backwards
                && self
                    .recent
                    .iter()
                    .any(|r| r.text == glyph.text && (r.left - glyph.left).abs() < 0.25 * em && (r.base - glyph.base).abs() < 0.25 * em)
            {
                return;
            }
            let size = em.max(line.size);
            let same = if vertical {
                line.vertical && (glyph.left - line.left).abs() < 0.6 * size && glyph.base >= line.base - 0.2 * size
            } else {
                !line.vertical && (glyph.base - line.base).abs() <= 0.45 * size && glyph.left >= line.right - 0.8 * size && glyph.left >= line.left
            };
            if same {
                let gap = glyph.left - line.right;
                let cjk = line.text.chars().next_back().is_some_and(is_cjk) && glyph.text.chars().next().is_some_and(is_cjk);
                let apart = !vertical && gap > if cjk { 0.7 * em } else { 0.18 * em };
                if apart || self.space {
                    line.text.push(' ');
                    if self.placing {
                        let at = line.reach.last().map_or(0.0, |&(_, to)| to);
                        line.reach.push((at, at));
                    }
                }
                line.text.push_str(&glyph.text);
                if self.placing {
                    line.reach.extend(glyph.reach(vertical));
                }
                line.right = line.right.max(glyph.right);
                if vertical {
                    line.base = glyph.base;
                } else if em > line.size {
                    line.base = glyph.base;
                    line.size = em;
                }
                self.note(glyph);
                return;
            }
        }
        self.end_line();
        self.open = true;
        self.lines.push(Line {
            text: glyph.text.clone(),
            left: glyph.left,
            right: glyph.right,
            base: glyph.base,
            size: em,
            vertical,
            pitch: None,
            reach: if self.placing { glyph.reach(vertical).collect() } else { Vec::new() },
            telling: false,
        });
        self.note(glyph);
    }

    fn note(&mut self, glyph: Placed) {
        self.space = false;
        self.widths.add(&glyph);
        let chars = glyph.text.chars().count();
        match self.sizes.iter_mut().find(|(s, _)| (s - glyph.size).abs() < 0.25) {
            Some(size) => size.1 += chars,
            None => self.sizes.push((glyph.size, chars)),
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(glyph);
    }

    fn end_line(&mut self) {
        if let (true, Some(line)) = (self.open, self.lines.last_mut())
            && let Some(&(size, _)) = self.sizes.iter().max_by_key(|(_, chars)| *chars)
        {
            line.size = size;
            line.pitch = self.widths.pitch();
            line.telling = self.widths.telling;
            unstretch(line);
        }
        self.sizes.clear();
        self.widths = Widths::default();
        self.space = false;
        self.open = false;
    }

    fn glyph(&mut self, glyph: &Glyph<'_>, transform: Affine, vertical: bool) {
        let Some(left) = self.left_over.checked_sub(1) else { return };
        self.left_over = left;
        let origin = transform * Point::ZERO;
        let across = transform * Point::new(1000.0, 0.0) - origin;
        let up = transform * Point::new(0.0, 1000.0) - origin;
        let size = up.hypot();
        if !origin.is_finite() || !size.is_finite() || size <= 0.0 {
            return;
        }
        let text = self.unicode(glyph);
        if across.x <= 0.0 || across.y.abs() > 0.2 * across.x {
            self.turned.push_str(&text);
            return;
        }
        // What is drawn outside the page is not shown.
        if !self.area.inflate(size, size).contains(origin) {
            return;
        }
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(type3) => type3.advance_width(),
        };
        let advance = f64::from(advance.unwrap_or(500.0)).clamp(0.0, 4000.0);
        let right = if vertical { origin.x + size } else { (transform * Point::new(advance, 0.0)).x };
        self.place(Placed { text, left: origin.x, right, base: origin.y, size, advance: right - origin.x }, vertical);
    }
}

/// Takes the spaces out of a line of Chinese that is spaced out character by character.
fn unstretch(line: &mut Line) {
    let chars: Vec<char> = line.text.chars().collect();
    let is_gap = |w: &[char]| matches!(w, [a, ' ', b] if is_cjk(*a) && is_cjk(*b));
    let gaps = chars.windows(3).filter(|w| is_gap(w)).count();
    if gaps >= 3 && gaps * 2 >= chars.iter().filter(|&&c| is_cjk(c)).count() {
        let stays = |at: usize| at == 0 || chars.get(at - 1..at + 2).is_none_or(|w| !is_gap(w));
        line.text = chars.iter().enumerate().filter(|&(at, _)| stays(at)).map(|(_, &c)| c).collect();
        let mut at = 0..;
        line.reach.retain(|_| at.next().is_none_or(&stays));
    }
}

/// A character as a person would type it: radicals as the characters they look like, ligatures as letters.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (one, many) = match c {
        '\u{2E80}'..='\u{2FDF}' | '\u{FB00}'..='\u{FB06}' => (None, Some(std::iter::once(c).nfkc())),
        '\u{AD}' => (Some('-'), None),
        '\u{200B}' | '\u{FEFF}' | '\u{200C}' | '\u{200D}' => (None, None),
        c if c.is_whitespace() => (Some(' '), None),
        c => (Some(c), None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

impl<'a> Device<'a> for PageReader<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        let vertical = matches!(run.writing_mode(), WritingMode::Vertical);
        for glyph in run.glyphs() {
            self.glyph(glyph, props.transform * glyph.transform(), vertical);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
