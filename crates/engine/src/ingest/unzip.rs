//! Opens the zip containers of DOCX and EPUB under limits: parts, unpacked bytes, ratio. It must not know what the parts mean.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Limits, Skip, SkipReason};

/// Parts of one container; real books have some thousands.
const MAX_PARTS: usize = 20_000;
/// Unpacked bytes of one part.
const MAX_PART: u64 = 128 << 20;
/// Unpacked bytes of all parts that are read.
const MAX_TOTAL: u64 = 512 << 20;
/// Unpacked to packed, looked at only past [`RATIO_FLOOR`]: deflate ends near 1000, text and XML stay well under 100.
const MAX_RATIO: u64 = 200;
const RATIO_FLOOR: u64 = 16 << 20;

/// A container that counts what is unpacked from it.
pub(super) struct Container<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl<'a> Container<'a> {
    /// Opens a container. `what` names the format in the sentence for the person.
    pub(super) fn open(bytes: &'a [u8], what: &str, limits: &Limits) -> Result<Self, Skip> {
        // An OLE header under a packed name is an encrypted (or very old) office file.
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            let marker: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            return Err(if bytes.windows(marker.len()).any(|w| w == marker.as_slice()) {
                Skip::new(SkipReason::Encrypted, "it needs a password; save it without one")
            } else {
                Skip::new(SkipReason::Damaged, format!("it is an old binary Office file, not a {what}; save it again as {what}"))
            });
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| Skip::new(SkipReason::Damaged, format!("the {what} container is broken: {e}")))?;
        if zip.len() > MAX_PARTS {
            return Err(Skip::new(SkipReason::Bomb, format!("it has {} parts, more than {MAX_PARTS}", zip.len())));
        }
        // Text of the permitted length, with markup around it, fits; a small limit makes a small budget.
        let left = MAX_TOTAL.min(limits.packed_bytes.saturating_mul(4).max(1 << 20));
        Ok(Self { zip, left })
    }

    /// Whether there is a part of this name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Unpacks one part; `None` when there is none of this name.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Skip> {
        let Some(index) = self.zip.index_for_name(name) else { return Ok(None) };
        let damaged = |e: &dyn std::fmt::Display| Skip::new(SkipReason::Damaged, format!("its part {name} cannot be unpacked: {e}"));
        let file = self.zip.by_index(index).map_err(|e| match e {
            zip::result::ZipError::UnsupportedArchive(m) if m.contains("assword") => {
                Skip::new(SkipReason::Encrypted, "it needs a password; save it without one")
            }
            e => damaged(&e),
        })?;
        let packed = file.compressed_size();
        // The declared size is not to be trusted: what is unpacked is counted.
        let cap = MAX_PART.min(self.left).min(packed.saturating_mul(MAX_RATIO).max(RATIO_FLOOR));
        let mut out = Vec::new();
        file.take(cap + 1).read_to_end(&mut out).map_err(|e| damaged(&e))?;
        let read = out.len() as u64;
        if read > cap {
            return Err(Skip::new(SkipReason::Bomb, format!("its part {name} unpacks to far more than its packed {packed} bytes")));
        }
        self.left -= read;
        Ok(Some(out))
    }

    /// Unpacks an XML part as text (UTF-8, or UTF-16 by its byte order mark).
    pub(super) fn read_text(&mut self, name: &str) -> Result<Option<String>, Skip> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        let (encoding, skip) = encoding_rs::Encoding::for_bom(&bytes).unwrap_or((encoding_rs::UTF_8, 0));
        let encoding = if skip == 0 { declared(&bytes).unwrap_or(encoding) } else { encoding };
        let body = bytes.get(skip..).unwrap_or_default();
        Ok(Some(encoding.decode_without_bom_handling(body).0.into_owned()))
    }
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(120))?;
    let head = std::str::from_utf8(head.split(|&b| b == b'>').next()?).ok()?;
    let rest = head.strip_prefix("<?xml")?.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next()?;
    encoding_rs::Encoding::for_label(rest.get(1..)?.split(quote).next()?.as_bytes())
}
