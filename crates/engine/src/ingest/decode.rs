//! Bytes to text: byte order marks, UTF-8/16, GB18030, Big5, Shift-JIS; binary data recognised. It must not know formats.

use super::Skip;

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

/// Decodes a text file.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Skip> {
    let _ = bytes;
    unimplemented!()
}
