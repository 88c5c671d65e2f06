//! A GGUF file: opened, mapped into memory, its header read, its tensors checked to be inside it. It must not know what the tensors compute.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K, BlockQ8_0, matmul, matmul_f16,
};
use candle_core::quantized::{GgmlDType, GgmlType, QStorage, QTensor, QuantizedType};
use candle_core::{CpuStorage, Device, Shape};
use half::{bf16, f16};
use memmap2::{Mmap, MmapMut};
use sidenote_engine::error::{Error, ErrorCode, Result};

use super::header;

/// A GGUF file whose header was read. The weights stay in the file: the system reads them when they are used and may drop them when memory is short.
pub struct Gguf {
    path: PathBuf,
    map: Arc<Mmap>,
    content: Content,
}

/// What every file begins with.
const MAGIC: [u8; 4] = *b"GGUF";

impl Gguf {
    /// Whether a file begins as one, whatever its name.
    ///
    /// # Errors
    /// `Io` if it cannot be read.
    pub fn begins(path: &Path) -> Result<bool> {
        let mut found = [0; MAGIC.len()];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut found));
        match read {
            Ok(()) => Ok(found == MAGIC),
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(e) => Err(Error::io("read", path, &e)),
        }
    }

    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// `Io` if it cannot be read, `ModelUnavailable` if it is no whole GGUF file, or one of several parts.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io("open", path, &e))?;
        let map = map(&file).map_err(|e| Error::io("read", path, &e))?;
        let damaged = |why: &str| unusable(path, why, "fetch the file again: it is damaged or its download was cut off");
        if map.is_empty() {
            return Err(damaged("it is empty"));
        }
        if map.get(..MAGIC.len()) != Some(MAGIC.as_slice()) {
            return Err(unusable(path, "it is no GGUF file", "name a file in the GGUF format, as for llama.cpp"));
        }
        // Of names that are there twice the reader would keep the last, and at an impossible step of the data it would fail.
        if let Some(why) = header::wrong(&map) {
            return Err(damaged(&why));
        }
        // The reader asserts in a few places that a damaged header could reach.
        let content = catch_unwind(AssertUnwindSafe(|| Content::read(&mut Cursor::new(&map[..]))))
            .map_err(|_| damaged("its header is damaged"))?
            .map_err(|e| damaged(&format!("its header cannot be read: {}", first_line(&e))))?;
        let gguf = Self { path: path.to_owned(), map: Arc::new(map), content };
        if gguf.number("split.count").is_some_and(|parts| parts > 1) {
            return Err(unusable(
                path,
                "it is one of several parts",
                "merge the parts with `llama-gguf-split --merge`, or choose a file that is whole",
            ));
        }
        let mut places = Vec::with_capacity(gguf.content.tensor_infos.len());
        for name in gguf.content.tensor_infos.keys() {
            let Some((start, size)) = gguf.bytes(name) else {
                return Err(damaged(&format!("it ends before its tensor `{name}` does")));
            };
            places.push((start, start + size, name));
        }
        places.sort_unstable();
        if let Some([(.., one), (.., other)]) = places.windows(2).find(|pair| pair[1].0 < pair[0].1) {
            return Err(damaged(&format!("its tensors `{one}` and `{other}` lie in the same place")));
        }
        Ok(gguf)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.map.len() as u64
    }

    /// A value of the header.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.content.metadata.get(key)
    }

    /// A text of the header.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.to_string().ok().map(String::as_str)
    }

    /// A whole number of the header, of whatever width.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::I8(n) => u64::try_from(*n).ok(),
            Value::I16(n) => u64::try_from(*n).ok(),
            Value::I32(n) => u64::try_from(*n).ok(),
            Value::I64(n) => u64::try_from(*n).ok(),
            Value::Bool(_) => None,
            other => other.to_u64().ok(),
        }
    }

    /// A number with a fraction of the header.
    #[must_use]
    pub fn fraction(&self, key: &str) -> Option<f64> {
        match self.value(key)? {
            Value::F64(n) => Some(*n),
            other => other.to_f32().ok().map(f64::from),
        }
    }

    /// A yes or no of the header.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.value(key)?.to_bool().ok()
    }

    /// A list of the header.
    #[must_use]
    pub fn list(&self, key: &str) -> Option<&[Value]> {
        self.value(key)?.to_vec().ok().map(Vec::as_slice)
    }

    /// The dimensions of a tensor, rows first.
    #[must_use]
    pub fn shape(&self, tensor: &str) -> Option<&[usize]> {
        Some(self.content.tensor_infos.get(tensor)?.shape.dims())
    }

    /// How a tensor's numbers are stored.
    #[must_use]
    pub fn stored(&self, tensor: &str) -> Option<GgmlDType> {
        Some(self.content.tensor_infos.get(tensor)?.ggml_dtype)
    }

    /// How the weights are stored, by the bytes they take: the form that takes most.
    #[must_use]
    pub fn mostly(&self) -> Option<GgmlDType> {
        let mut bytes: Vec<(GgmlDType, usize)> = Vec::new();
        for (name, info) in &self.content.tensor_infos {
            let size = self.bytes(name).map_or(0, |(_, size)| size);
            match bytes.iter_mut().find(|(kind, _)| *kind == info.ggml_dtype) {
                Some((_, sum)) => *sum += size,
                None => bytes.push((info.ggml_dtype, size)),
            }
        }
        bytes.into_iter().max_by_key(|(_, sum)| *sum).map(|(kind, _)| kind)
    }

    /// A tensor, mapped on the processor and copied to any other device.
    ///
    /// # Errors
    /// Those of candle; a tensor that is not there.
    pub fn tensor(&self, name: &str, device: &Device) -> candle_core::Result<QTensor> {
        let Some(info) = self.content.tensor_infos.get(name) else { candle_core::bail!("there is no tensor `{name}`") };
        let Some(place) = self.bytes(name) else { candle_core::bail!("the tensor `{name}` is not inside the file") };
        self.stored_at(place, info.ggml_dtype, info.shape.clone(), device)
    }

    /// Some rows of a matrix, as [`tensor`](Self::tensor).
    ///
    /// # Errors
    /// Those of candle; a matrix or rows that are not there.
    pub(super) fn rows(&self, name: &str, rows: Range<usize>, device: &Device) -> candle_core::Result<QTensor> {
        let (Some(stored), Some([_, columns])) = (self.stored(name), self.shape(name)) else { candle_core::bail!("there is no matrix `{name}`") };
        let Some(place) = self.bytes_of_rows(name, &rows) else { candle_core::bail!("the matrix `{name}` has no rows {rows:?}") };
        self.stored_at(place, stored, (rows.len(), *columns).into(), device)
    }

    fn stored_at(&self, (start, size): (usize, usize), kind: GgmlDType, shape: Shape, device: &Device) -> candle_core::Result<QTensor> {
        let storage = match device {
            Device::Cpu => QStorage::Cpu(self.mapped(kind, start, size)?),
            other => QStorage::from_data(Cow::Borrowed(&self.map[start..start + size]), other, kind)?,
        };
        QTensor::new(storage, shape)
    }

    /// Where some rows of a matrix lie.
    pub(super) fn span(&self, name: &str, rows: &Range<usize>) -> Option<Span> {
        let (start, size) = self.bytes_of_rows(name, rows)?;
        Some(Span { map: Arc::clone(&self.map), start, size })
    }

    /// Where the bytes of some rows of a matrix begin and how many they are.
    fn bytes_of_rows(&self, name: &str, rows: &Range<usize>) -> Option<(usize, usize)> {
        let (start, size) = self.bytes(name)?;
        let [all, _] = self.shape(name)? else { return None };
        // A row is whole blocks, so the rows are equally long.
        let row = size.checked_div(*all).filter(|_| rows.start <= rows.end && rows.end <= *all)?;
        Some((start + rows.start * row, rows.len() * row))
    }

    /// Where a tensor's bytes begin and how many they are; `None` if they are not all inside the file.
    fn bytes(&self, name: &str) -> Option<(usize, usize)> {
        let info = self.content.tensor_infos.get(name)?;
        let elements = info.shape.dims().iter().try_fold(1_usize, |product, n| product.checked_mul(*n))?;
        let last = info.shape.dims().last().copied().unwrap_or(0);
        if !last.is_multiple_of(info.ggml_dtype.block_size()) {
            return None;
        }
        let size = (elements / info.ggml_dtype.block_size()).checked_mul(info.ggml_dtype.type_size())?;
        let start = usize::try_from(self.content.tensor_data_offset.checked_add(info.offset)?).ok()?;
        // Blocks hold numbers of up to four bytes, which must lie evenly.
        (start.is_multiple_of(4) && start.checked_add(size)? <= self.map.len()).then_some((start, size))
    }

    fn mapped(&self, kind: GgmlDType, start: usize, size: usize) -> candle_core::Result<Box<dyn QuantizedType>> {
        fn boxed<T: GgmlType + 'static>(map: &Arc<Mmap>, start: usize, size: usize) -> Box<dyn QuantizedType> {
            Box::new(Mapped::<T> { map: Arc::clone(map), start, blocks: size / size_of::<T>(), of: PhantomData })
        }
        let make = match kind {
            GgmlDType::F32 => boxed::<f32>,
            GgmlDType::F16 => boxed::<f16>,
            GgmlDType::BF16 => boxed::<bf16>,
            GgmlDType::Q4_0 => boxed::<BlockQ4_0>,
            GgmlDType::Q4_1 => boxed::<BlockQ4_1>,
            GgmlDType::Q5_0 => boxed::<BlockQ5_0>,
            GgmlDType::Q5_1 => boxed::<BlockQ5_1>,
            GgmlDType::Q8_0 => boxed::<BlockQ8_0>,
            GgmlDType::Q2K => boxed::<BlockQ2K>,
            GgmlDType::Q3K => boxed::<BlockQ3K>,
            GgmlDType::Q4K => boxed::<BlockQ4K>,
            GgmlDType::Q5K => boxed::<BlockQ5K>,
            GgmlDType::Q6K => boxed::<BlockQ6K>,
            other => candle_core::bail!("weights stored as {other:?} are not supported"),
        };
        Ok(make(&self.map, start, size))
    }
}

/// The error of a file that is no model this program can run.
pub(crate) fn unusable(path: &Path, why: &str, hint: &str) -> Error {
    Error::new(ErrorCode::ModelUnavailable, format!("`{}` cannot be used: {why}", path.display()), hint)
}

/// The first line of an error that may carry a backtrace.
pub(crate) fn first_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

#[expect(unsafe_code, reason = "mapping a file is unsafe because another process could cut it; the store's files are written once and never changed")]
fn map(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: see the reason above.
    unsafe { Mmap::map(file) }
}

/// Bytes that stay in the mapped file.
pub(super) struct Span {
    map: Arc<Mmap>,
    start: usize,
    size: usize,
}

impl Span {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map[self.start..self.start + self.size]
    }

    /// Some of these bytes; `None` where there are fewer.
    pub(super) fn part(&self, part: Range<usize>) -> Option<Self> {
        let size = self.bytes().get(part.clone())?.len();
        Some(Self { map: Arc::clone(&self.map), start: self.start + part.start, size })
    }

    /// Bytes that are in no file.
    pub(super) fn of(bytes: &[u8]) -> std::io::Result<Self> {
        let mut map = MmapMut::map_anon(bytes.len())?;
        map.copy_from_slice(bytes);
        Ok(Self { map: Arc::new(map.make_read_only()?), start: 0, size: bytes.len() })
    }
}

/// Quantised weights that stay in the mapped file.
struct Mapped<T> {
    map: Arc<Mmap>,
    start: usize,
    blocks: usize,
    of: PhantomData<T>,
}

impl<T: GgmlType> Mapped<T> {
    #[expect(unsafe_code, reason = "candle's kernels take slices of blocks, and the bytes of the file are those blocks")]
    fn blocks(&self) -> &[T] {
        let bytes = &self.map[self.start..self.start + self.blocks * size_of::<T>()];
        // SAFETY: the bytes are inside the map (the line above), evenly placed (`Gguf::bytes`), and every block type is plain numbers, for which any
        // bytes are valid.
        unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast::<T>(), self.blocks) }
    }
}

impl<T: GgmlType> QuantizedType for Mapped<T> {
    fn dtype(&self) -> GgmlDType {
        T::DTYPE
    }

    fn matmul_t(&self, mkn: (usize, usize, usize), lhs: &[f32], dst: &mut [f32]) -> candle_core::Result<()> {
        matmul(mkn, lhs, self.blocks(), dst)
    }

    fn matmul_t_f16(&self, mkn: (usize, usize, usize), lhs: &[f16], dst: &mut [f16]) -> candle_core::Result<()> {
        matmul_f16(mkn, lhs, self.blocks(), dst)
    }

    fn embedding(&self, ids: &[u32], rows: usize, hidden: usize) -> candle_core::Result<CpuStorage> {
        let per_row = hidden / T::BLCK_SIZE;
        let blocks = self.blocks();
        if !hidden.is_multiple_of(T::BLCK_SIZE) || blocks.len() != rows * per_row {
            candle_core::bail!("an embedding table of {rows} rows and {hidden} columns does not fit its {} blocks", blocks.len())
        }
        let mut out = vec![0_f32; ids.len() * hidden];
        for (id, out) in ids.iter().zip(out.chunks_exact_mut(hidden)) {
            let row = *id as usize;
            if row >= rows {
                candle_core::bail!("there is no token {row}: the table has {rows} rows")
            }
            T::to_float(&blocks[row * per_row..(row + 1) * per_row], out);
        }
        Ok(CpuStorage::F32(out))
    }

    fn dequantize(&self, elements: usize) -> candle_core::Result<CpuStorage> {
        let mut out = vec![0_f32; elements];
        T::to_float(self.blocks(), &mut out);
        Ok(CpuStorage::F32(out))
    }

    fn storage_size_in_bytes(&self) -> usize {
        self.blocks * size_of::<T>()
    }

    fn as_ptr(&self) -> *const u8 {
        self.blocks().as_ptr().cast()
    }

    fn block_size(&self) -> usize {
        T::BLCK_SIZE
    }

    // Both write into weights, which are read here only.
    fn from_float(&mut self, _: &[f32]) {
        unreachable!("mapped weights are never written");
    }

    fn from_float_imatrix(&mut self, _: &[f32], _: &[f32], _: usize) {
        unreachable!("mapped weights are never written");
    }

    fn size(&self) -> usize {
        self.blocks * size_of::<T>()
    }
}
