//! Pages of PDFs as pictures for the page: `note-page://localhost/<document>/<hash of the file>/<page>/<width>`. Ids and numbers go in, never paths; only
//! files that are what was indexed are drawn, one page at a time, within limits of size and time. It must not know what is marked on them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::FontQuery;
use hayro::hayro_interpret::hayro_cmap::CidFamily;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use sidenote_engine::engine::Paper;
use sidenote_engine::error::Result;
use tauri::http::{Response, StatusCode};

use crate::desk::{Desk, lock};
use crate::image;

/// Points of a picture across, and of a whole one.
const MOST_ACROSS: f32 = 4000.0;
const MOST_POINTS: f32 = 12_000_000.0;
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pages that may still be drawn when nobody waits for them any more: hayro cannot be stopped.
const MOST_LEFT: usize = 2;
/// Stack of the thread that draws: drawings nest as deep as a file likes.
const STACK_BYTES: usize = 64 << 20;

/// The PDF that is read now. It is kept: pages are asked for one by one.
#[derive(Default)]
pub(crate) struct Papers {
    open: Mutex<Option<Arc<Paper>>>,
    /// One page is drawn at a time: the machine has other things to do.
    drawing: Mutex<Drawing>,
}

/// What is drawn, and what was given up.
#[derive(Default)]
struct Drawing {
    /// Threads that draw, also those that nobody waits for.
    threads: Arc<AtomicUsize>,
    /// Pages that took too long, as their addresses name them: they are not begun again.
    too_slow: BTreeSet<(u64, String, usize)>,
}

impl Papers {
    /// A PDF as it was indexed.
    ///
    /// # Errors
    /// As [`Snapshot::paper`](sidenote_engine::engine::Snapshot::paper).
    pub(crate) fn open(&self, desk: &Desk, document: u64) -> Result<Arc<Paper>> {
        let snapshot = desk.snapshot()?;
        let hash = snapshot.file_of(document)?.hash;
        let mut open = lock(&self.open);
        if let Some(paper) = open.as_ref().filter(|paper| paper.document == document && paper.hash == hash) {
            return Ok(Arc::clone(paper));
        }
        // The one before goes first: files are large.
        *open = None;
        let paper = Arc::new(snapshot.paper(document)?);
        *open = Some(Arc::clone(&paper));
        Ok(paper)
    }
}

/// The address of a page; its width in points of the screen is put behind it.
pub(crate) fn address(paper: &Paper, number: usize) -> String {
    format!("{}/{}/{}/{number}", image::base("note-page"), paper.document, name(paper))
}

/// What tells the states of a file apart in addresses.
fn name(paper: &Paper) -> String {
    paper.hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The picture that an address's path means.
pub(crate) fn answer(desk: &Desk, path: &str) -> Response<Cow<'static, [u8]>> {
    match picture(desk, path) {
        Some(png) => image::respond(StatusCode::OK, "image/png", png),
        None => image::respond(StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    }
}

fn picture(desk: &Desk, path: &str) -> Option<Vec<u8>> {
    let mut parts = path.trim_start_matches('/').split('/');
    let (document, hash, number, width) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let paper = desk.papers.open(desk, document).ok()?;
    if name(&paper) != hash || parts.next().is_some() {
        return None;
    }
    let mut drawing = lock(&desk.papers.drawing);
    let page = (document, hash.to_owned(), number);
    if drawing.too_slow.contains(&page) {
        return None;
    }
    let bytes = Arc::clone(&paper.bytes);
    match aside(&drawing.threads, PATIENCE, move || png(bytes, number, width)) {
        Ok(picture) => picture,
        Err(given_up) => {
            if given_up == GivenUp::TooSlow {
                drawing.too_slow.insert(page);
            }
            None
        }
    }
}

/// Why there is no result.
#[derive(Debug, PartialEq)]
enum GivenUp {
    TooSlow,
    /// It panicked, or no thread could be had for it.
    Broken,
}

/// Does work on a thread of its own, which is left to itself where it takes too long; not while too many are left.
fn aside<T: Send + 'static>(
    threads: &Arc<AtomicUsize>,
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::result::Result<T, GivenUp> {
    if threads.load(Ordering::Acquire) >= MOST_LEFT {
        return Err(GivenUp::Broken);
    }
    let counted = Counted::new(threads);
    let (sender, receiver) = mpsc::sync_channel(1);
    let work = move || {
        let done = work();
        drop(counted);
        // Nobody listens any more after the time limit. A panic drops the sender.
        let _ = sender.send(done);
    };
    std::thread::Builder::new().name("page".into()).stack_size(STACK_BYTES).spawn(work).map_err(|_| GivenUp::Broken)?;
    receiver.recv_timeout(patience).map_err(|why| if why == RecvTimeoutError::Timeout { GivenUp::TooSlow } else { GivenUp::Broken })
}

/// One of the threads, as long as it lives.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(threads: &Arc<AtomicUsize>) -> Self {
        threads.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(threads))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Draws a page, 1-based, as a PNG of about this width.
fn png(bytes: Arc<Vec<u8>>, number: usize, width: u16) -> Option<Vec<u8>> {
    let pdf = Pdf::new(bytes).ok()?;
    let page = pdf.pages().get(number.checked_sub(1)?)?;
    let (own_width, own_height) = page.render_dimensions();
    let scale = scale(own_width, own_height, f32::from(width))?;
    let settings = InterpreterSettings { font_resolver: Arc::new(font), ..InterpreterSettings::default() };
    let size = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    hayro::render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &size).into_png().ok()
}

/// How much larger than the page its picture is.
fn scale(width: f32, height: f32, wanted: f32) -> Option<f32> {
    let sound = |side: f32| side.is_finite() && side >= 1.0;
    if !sound(width) || !sound(height) || wanted < 1.0 {
        return None;
    }
    let most = (MOST_ACROSS / width.max(height)).min((MOST_POINTS / (width * height)).sqrt());
    Some((wanted / width).min(most))
}

type FontFile = (hayro::hayro_interpret::font::FontData, u32);

/// A font for text whose file brings none: for Chinese, Japanese and Korean one of the system's, for the rest those inside the program.
fn font(query: &FontQuery) -> Option<FontFile> {
    match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(wanted) => {
            let eastern = wanted.character_collection.as_ref().and_then(|collection| cjk(&collection.family, wanted.is_serif));
            eastern.or_else(|| Some(wanted.pick_standard_font().get_font_data()))
        }
    }
}

/// Noto's collections hold the fonts of the languages in this order.
fn cjk(family: &CidFamily, serif: bool) -> Option<FontFile> {
    let index = match family {
        CidFamily::AdobeJapan1 => 0,
        CidFamily::AdobeKorea1 => 1,
        CidFamily::AdobeGB1 => 2,
        CidFamily::AdobeCNS1 => 3,
        _ => return None,
    };
    let noto = if serif { "NotoSerifCJK-Regular.ttc" } else { "NotoSansCJK-Regular.ttc" };
    let places = [
        (format!("/usr/share/fonts/opentype/noto/{noto}"), index),
        (format!("/usr/share/fonts/noto-cjk/{noto}"), index),
        (format!("/usr/share/fonts/google-noto-cjk/{noto}"), index),
        ("/System/Library/Fonts/PingFang.ttc".to_owned(), 0),
        ("/System/Library/Fonts/Hiragino Sans GB.ttc".to_owned(), 0),
        ("C:\\Windows\\Fonts\\msyh.ttc".to_owned(), 0),
        ("C:\\Windows\\Fonts\\simsun.ttc".to_owned(), 0),
    ];
    places.iter().find_map(|(file, index)| {
        let bytes = std::fs::read(Path::new(file)).ok()?;
        let data: hayro::hayro_interpret::font::FontData = Arc::new(bytes);
        Some((data, *index))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Instant;

    use hayro::vello_cpu::Pixmap;

    use super::*;

    #[test]
    fn a_picture_is_as_wide_as_wanted_and_never_larger_than_the_limits() {
        assert_eq!(scale(600.0, 800.0, 1200.0), Some(2.0));
        let huge = scale(600.0, 800.0, 65_000.0).unwrap_or_default();
        assert!(600.0 * huge <= super::MOST_ACROSS && 600.0 * 800.0 * huge * huge <= super::MOST_POINTS * 1.001);
        assert!(scale(14_400.0, 14_400.0, 9000.0).is_some_and(|s| 14_400.0 * s <= super::MOST_ACROSS));
        assert_eq!([scale(0.0, 800.0, 100.0), scale(f32::NAN, 800.0, 100.0), scale(600.0, 800.0, 0.0)], [None, None, None]);
    }

    #[test]
    fn pages_that_take_too_long_are_left_to_themselves_and_none_is_begun_while_too_many_are() {
        let (threads, soon) = (Arc::default(), Duration::from_millis(20));
        let held: Vec<_> = (0..MOST_LEFT)
            .map(|_| {
                let (release, wait) = channel::<()>();
                assert_eq!(aside(&threads, soon, move || wait.recv().is_ok()), Err(GivenUp::TooSlow));
                release
            })
            .collect();
        assert_eq!(aside(&threads, soon, || ()), Err(GivenUp::Broken));
        drop(held);
        let began = Instant::now();
        while threads.load(Ordering::Acquire) > 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "they have ended");
            std::thread::sleep(Duration::from_millis(1));
        }
        let broken: std::result::Result<(), GivenUp> = aside(&threads, PATIENCE, || panic!("a broken page"));
        assert_eq!((broken, aside(&threads, PATIENCE, || 7)), (Err(GivenUp::Broken), Ok(7)), "a page that cannot be drawn leaves no thread");
    }

    /// A page of 200 by 100 points with a word in each of two fonts that the file does not bring along.
    fn page() -> Arc<Vec<u8>> {
        let content = "BT /F1 20 Tf 20 60 Td (HHHH) Tj ET BT /F2 20 Tf 20 20 Td <91CF53167F13> Tj ET";
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>] >>".to_owned(),
        ];
        let body: String = objects.iter().enumerate().map(|(index, object)| format!("{} 0 obj\n{object}\nendobj\n", index + 1)).collect();
        // Without a table of its objects, as a broken file: it is read from the front.
        Arc::new(format!("%PDF-1.7\n{body}trailer\n<< /Size 7 /Root 1 0 R >>\n%%EOF\n").into_bytes())
    }

    #[test]
    fn text_is_drawn_where_it_stands_also_chinese_without_a_font_of_its_own() {
        let drawn = png(page(), 1, 400).expect("a picture");
        let picture = Pixmap::from_png(std::io::Cursor::new(drawn)).expect("a PNG file");
        assert_eq!((picture.width(), picture.height()), (400, 200));
        let dark = |left: u16, top: u16, right: u16, bottom: u16| {
            (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))).filter(|&(x, y)| picture.sample(x, y).r < 128).count()
        };
        // Twice as large as the page: `HHHH` from (40, 52) on, the Chinese below it.
        assert!(dark(40, 50, 160, 82) > 300, "the Latin word");
        assert_eq!(dark(200, 0, 400, 200), 0, "nothing stands on the right");
        if std::path::Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists() {
            assert!(dark(40, 124, 160, 166) > 300, "the Chinese word");
        }
        assert!(png(page(), 2, 400).is_none() && png(page(), 0, 400).is_none(), "there is no such page");
        assert!(png(Arc::new(b"no PDF".to_vec()), 1, 400).is_none());
    }
}
