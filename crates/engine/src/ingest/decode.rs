//! Bytes to text: byte order marks, UTF-8/16, GB18030, Big5, Shift-JIS; binary data recognised. It must not know formats.

use std::collections::HashSet;
use std::sync::LazyLock;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::structure::is_cjk;
use super::{Skip, SkipReason};

/// Decoded text of a file.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// WHATWG name of the encoding.
    pub encoding: String,
    /// Whether `text` is the file's own bytes from `file_offset` on (UTF-8).
    pub verbatim: bool,
    /// Bytes before the text (3 for a UTF-8 byte order mark).
    pub file_offset: usize,
}

/// The most frequent characters of written Chinese, simplified: the right decoding has many of them, a wrong one few.
const COMMON: &str = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运测试模型训练语言档笔习答案算网络软码户服器编版注推检索层参优";

static COMMON_SET: LazyLock<HashSet<char>> = LazyLock::new(|| COMMON.chars().collect());

/// How much of a file is looked at to guess its encoding.
const SAMPLE: usize = 64 << 10;

/// Decodes a text file.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Skip> {
    if let Some(what) = binary_kind(bytes) {
        return Err(Skip::new(SkipReason::Binary, format!("this is {what}, not text; give it its own extension, or remove it")));
    }
    let decoded = marked(bytes).or_else(|| utf8(bytes)).or_else(|| utf16(bytes)).map_or_else(|| legacy(bytes), Ok)?;
    if decoded.text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0').is_empty() && !decoded.text.contains('\0') {
        return Err(Skip::new(SkipReason::Empty, "the file has no text"));
    }
    let controls = decoded.text.chars().filter(|&c| is_odd_control(c)).count();
    if decoded.text.contains('\0') || controls > 4.max(decoded.text.chars().count() / 100) {
        return Err(Skip::new(SkipReason::Binary, "the file holds binary data, not text"));
    }
    Ok(decoded)
}

fn is_odd_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}' | '\u{85}')
}

/// What the first bytes say about well-known binary formats.
fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF87a", "a GIF image"),
        (b"GIF89a", "a GIF image"),
        (b"%PDF-", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive or an Office file"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"\x7fELF", "a program"),
        (b"SQLite format 3\0", "a database"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
        (b"OggS", "a sound file"),
        (b"ID3\x03", "a sound file"),
        (b"ID3\x04", "a sound file"),
        (b"wOFF", "a font"),
        (b"wOF2", "a font"),
    ];
    let riff = bytes.starts_with(b"RIFF") && matches!(bytes.get(8..12), Some(b"WEBP" | b"WAVE" | b"AVI "));
    let movie = bytes.get(4..8) == Some(b"ftyp") && bytes.first() == Some(&0);
    KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|&(_, what)| what).or((riff || movie).then_some("a media file"))
}

/// Text under a byte order mark.
fn marked(bytes: &[u8]) -> Option<Decoded> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return match std::str::from_utf8(rest) {
            Ok(text) => Some(Decoded { text: text.to_owned(), encoding: "UTF-8".into(), verbatim: true, file_offset: 3 }),
            Err(_) => Some(foreign(String::from_utf8_lossy(rest).into_owned(), "UTF-8")),
        };
    }
    for (mark, name, big) in [(b"\xff\xfe\x00\x00", "UTF-32LE", false), (b"\x00\x00\xfe\xff", "UTF-32BE", true)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return utf32(rest, big).map(|text| foreign(text, name));
        }
    }
    let (encoding, rest) =
        bytes.strip_prefix(b"\xff\xfe").map(|rest| (UTF_16LE, rest)).or_else(|| bytes.strip_prefix(b"\xfe\xff").map(|rest| (UTF_16BE, rest)))?;
    Some(foreign(encoding.decode_without_bom_handling(rest).0.into_owned(), encoding.name()))
}

fn utf32(bytes: &[u8], big: bool) -> Option<String> {
    bytes
        .chunks_exact(4)
        .map(|quad| {
            let quad: [u8; 4] = quad.try_into().ok()?;
            char::from_u32(if big { u32::from_be_bytes(quad) } else { u32::from_le_bytes(quad) })
        })
        .collect()
}

fn foreign(text: String, encoding: &str) -> Decoded {
    Decoded { text, encoding: encoding.into(), verbatim: false, file_offset: 0 }
}

/// UTF-8, strictly; or with so few broken places that it can be nothing else.
fn utf8(bytes: &[u8]) -> Option<Decoded> {
    match std::str::from_utf8(bytes) {
        // UTF-16 of ASCII text is valid UTF-8 with a NUL in every pair.
        Ok(text) if text.contains('\0') && utf16(bytes).is_some() => None,
        Ok(text) => Some(Decoded { text: text.to_owned(), encoding: "UTF-8".into(), verbatim: true, file_offset: 0 }),
        Err(error) => {
            let (mut broken, mut wide) = (0, 0);
            for chunk in bytes.utf8_chunks() {
                broken += usize::from(!chunk.invalid().is_empty());
                wide += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            }
            let cut_off = error.error_len().is_none() && wide >= 2;
            (cut_off || (wide >= 8 && broken * 50 <= wide)).then(|| foreign(String::from_utf8_lossy(bytes).into_owned(), "UTF-8"))
        }
    }
}

/// UTF-16 without a byte order mark.
fn utf16(bytes: &[u8]) -> Option<Decoded> {
    if !bytes.len().is_multiple_of(2) || bytes.is_empty() {
        return None;
    }
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or(bytes);
    let zeros = sample.iter().filter(|&&b| b == 0).count();
    [UTF_16LE, UTF_16BE]
        .into_iter()
        .filter_map(|encoding| {
            let (text, _) = encoding.decode_without_bom_handling(sample);
            let mut known = 0_usize;
            let mut total = 0_usize;
            for c in simplified(&text).chars() {
                if is_odd_control(c) || c == '\u{fffd}' || matches!(c as u32, 0xe000..=0xf8ff) {
                    return None;
                }
                total += 1;
                let hangul = matches!(c as u32, 0xac00..=0xd7a3);
                known += usize::from(c.is_ascii() || is_cjk_sign(c) || COMMON_SET.contains(&c) || (zeros > 0 && (hangul || is_kana(c))));
            }
            (known * 2 >= total).then_some((known, encoding))
        })
        .max_by_key(|&(known, _)| known)
        .map(|(_, encoding)| foreign(encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding.name()))
}

fn is_kana(c: char) -> bool {
    matches!(c as u32, 0x3040..=0x30ff)
}

/// Punctuation of Chinese and Japanese.
fn is_cjk_sign(c: char) -> bool {
    matches!(c as u32, 0x3000..=0x3020 | 0xff01..=0xff5e) || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—' | '·')
}

fn simplified(text: &str) -> String {
    fast2s::convert(text)
}

/// How much a decoding reads like Chinese or Japanese, per character that is not ASCII, in thousandths.
fn likeness(text: &str, encoding: &'static Encoding) -> i64 {
    let (mut points, mut total) = (0_i64, 0_i64);
    for c in simplified(text).chars().filter(|c| !c.is_ascii()) {
        total += 1;
        points += match c {
            c if COMMON_SET.contains(&c) => 1000,
            c if is_cjk_sign(c) => 700,
            // GB18030 has the kana where EUC-JP has them: there they say little.
            c if is_kana(c) => {
                if encoding == GB18030 {
                    200
                } else {
                    900
                }
            }
            c if matches!(c as u32, 0xff61..=0xff9f | 0xe000..=0xf8ff | 0x3400..=0x4dbf) => -700,
            c if is_cjk(c) => 60,
            _ => -200,
        };
    }
    // Japanese without any kana is rarer than Chinese that happens to be valid in its encodings.
    let without_kana = (encoding == SHIFT_JIS || encoding == EUC_JP) && !text.chars().any(is_kana);
    let penalty = if without_kana { 500 } else { 0 };
    if total == 0 { 0 } else { points / total - penalty }
}

/// The encodings from before Unicode.
fn legacy(bytes: &[u8]) -> Result<Decoded, Skip> {
    if bytes.contains(&0) {
        return Err(Skip::new(SkipReason::Binary, "the file holds binary data, not text"));
    }
    let sample = sample(bytes);
    // The order breaks ties: Chinese first.
    let best = [GB18030, BIG5, SHIFT_JIS, EUC_JP]
        .into_iter()
        .filter_map(|encoding| {
            let (text, broken) = encoding.decode_without_bom_handling(sample);
            (!broken).then(|| (likeness(&text, encoding), encoding))
        })
        .rev()
        .max_by_key(|&(points, _)| points);
    let mut candidates = Vec::new();
    if let Some((points, encoding)) = best
        && points >= 280
    {
        candidates.push(encoding);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(sample, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    // A few characters without one common word: the level-1 block of GB 2312 is a better guess than an accented alphabet.
    let gb_points = likeness(&GB18030.decode_without_bom_handling(sample).0, GB18030);
    let korean = guess == EUC_KR && sample.iter().filter(|b| !b.is_ascii()).count() >= 16 && gb_points < 280;
    if !korean && (guess.is_single_byte() || guess == EUC_KR) && is_gb_level_one(sample) {
        candidates.push(GB18030);
    }
    candidates.push(guess);
    candidates.extend([GB18030, WINDOWS_1252]);
    for encoding in candidates {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        let letters = text.chars().filter(|c| !c.is_ascii()).all(|c| !is_odd_control(c));
        if !broken && letters {
            return Ok(foreign(text.into_owned(), encoding.name()));
        }
    }
    Err(Skip::new(SkipReason::Encoding, "the bytes are no text in UTF-8, UTF-16, GB18030, Big5 or Shift-JIS; save the file as UTF-8"))
}

/// The head of the file up to a line end, so that no character is cut.
fn sample(bytes: &[u8]) -> &[u8] {
    let head = bytes.get(..SAMPLE).unwrap_or(bytes);
    if head.len() == bytes.len() {
        return bytes;
    }
    match head.iter().rposition(|&b| b == b'\n') {
        Some(end) => head.get(..end).unwrap_or(head),
        None => bytes,
    }
}

/// All pairs are of the 3,755 characters of GB 2312 level 1 or its signs, and ASCII stands between whole pairs only.
fn is_gb_level_one(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let (mut han, mut words) = (0, 0);
    loop {
        match rest {
            [] => return han >= 2 && han >= words,
            [b, tail @ ..] if b.is_ascii() => {
                words += usize::from(b.is_ascii_alphabetic());
                rest = tail;
            }
            [0xb0..=0xd7, 0xa1..=0xfe, tail @ ..] => {
                han += 1;
                rest = tail;
            }
            [0xa1..=0xa3, 0xa1..=0xfe, tail @ ..] => rest = tail,
            _ => return false,
        }
    }
}
