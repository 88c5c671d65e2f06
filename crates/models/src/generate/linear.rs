//! Products of a layer's numbers with its matrices: over the file itself where there are kernels for it, else in candle. It must not know what the
//! matrices are for.

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{CpuStorage, Module, Result, Storage, Tensor};

use super::gguf::Span;
use super::matrix::Matrix;
use super::rounded::Rounded;

/// A matrix of weights, and what is added to its products.
pub(super) struct Linear {
    weights: Weights,
    bias: Option<Tensor>,
}

/// Where the products are made.
pub(super) enum Weights {
    Here(Matrix),
    Candle(QMatMul),
}

impl Weights {
    /// Where they lie, if they lie in this machine's memory and there are kernels for them; else in candle, as a tensor.
    pub(super) fn new(
        span: Option<Span>,
        stored: GgmlDType,
        (rows, width): (usize, usize),
        tensor: impl FnOnce() -> Result<Arc<QTensor>>,
    ) -> Result<Self> {
        match span.and_then(|span| Matrix::new(span, stored, rows, width)) {
            Some(matrix) => Ok(Self::Here(matrix)),
            None => QMatMul::from_arc(tensor()?).map(Self::Candle),
        }
    }
}

impl Linear {
    pub(super) fn new(weights: Weights, bias: Option<Tensor>) -> Self {
        Self { weights, bias }
    }

    /// The product with one matrix.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [y] = Self::forward_all([self], x)?;
        Ok(y)
    }

    /// The products with several matrices that are as wide.
    pub(super) fn forward_all<const N: usize>(linears: [&Self; N], x: &Tensor) -> Result<[Tensor; N]> {
        let here: Vec<&Matrix> = linears.iter().filter_map(|linear| linear.here()).collect();
        let products = match <[&Matrix; N]>::try_from(here) {
            Ok(matrices) => products(matrices, x)?.into_iter().collect::<Vec<_>>(),
            Err(_) => linears.iter().map(|linear| linear.alone(x)).collect::<Result<_>>()?,
        };
        let with_bias = products.into_iter().zip(linears).map(|(y, linear)| linear.bias.as_ref().map_or(Ok(y.clone()), |bias| y.broadcast_add(bias)));
        let all = with_bias.collect::<Result<Vec<_>>>()?;
        all.try_into().map_err(|_| candle_core::Error::Msg("as many products as matrices".to_owned()))
    }

    fn here(&self) -> Option<&Matrix> {
        match &self.weights {
            Weights::Here(matrix) => Some(matrix),
            Weights::Candle(_) => None,
        }
    }

    fn alone(&self, x: &Tensor) -> Result<Tensor> {
        match &self.weights {
            Weights::Here(matrix) => {
                let [y] = products([matrix], x)?;
                Ok(y)
            }
            Weights::Candle(weights) => {
                let y = weights.forward(x)?;
                // The library rounds the numbers of `x` on the processor, and what is no number with them: it must not be lost.
                if !x.device().is_cpu() || x.sum_all()?.to_scalar::<f32>()?.is_finite() { Ok(y) } else { y.affine(f64::NAN, 0.0) }
            }
        }
    }
}

fn products<const N: usize>(matrices: [&Matrix; N], x: &Tensor) -> Result<[Tensor; N]> {
    let (rows, width) = x.dims2()?;
    let x = x.contiguous()?;
    let rounded = {
        let (storage, layout) = x.storage_and_layout();
        let Storage::Cpu(CpuStorage::F32(numbers)) = &*storage else { candle_core::bail!("numbers on the processor have 32 bits") };
        if matrices.iter().any(|matrix| matrix.width() != width) {
            candle_core::bail!("{width} numbers do not fit a matrix")
        }
        Rounded::new(&numbers[layout.start_offset()..layout.start_offset() + rows * width], width)
    };
    let mut failed = None;
    let products = Matrix::products(matrices, &rounded).map(|numbers| {
        let count = numbers.len() / rows.max(1);
        Tensor::from_vec(numbers, (rows, count), x.device()).unwrap_or_else(|error| {
            failed = Some(error);
            x.clone()
        })
    });
    failed.map_or(Ok(products), Err)
}
