//! The tensors of `model.safetensors`, mapped into memory and never copied where they are used.
//!
//! A candle tensor owns its numbers, so loading through tensors would hold every weight twice: once in the page cache
//! and once on the heap. Here the file stays mapped and the loops in [`crate::kernel`] read it in place; starting costs
//! no reading, and two processes share one copy. Half precision stays half in memory and widens a few rows at a time.
//!
//! A model that is part of a program is read in place too, if its bytes begin at a multiple of [`ALIGNMENT`].

use std::{
    borrow::Cow,
    collections::HashMap,
    fs::File,
    io::{Cursor, Read, Seek},
    path::Path,
};

use candle_core::safetensors::MmapedSafetensors;
use half::{bf16, f16, slice::HalfFloatSliceExt as _};
use pulp::Arch;
use safetensors::{
    Dtype, SafeTensors,
    tensor::{Metadata, TensorView},
};

use crate::{
    error::LoadError,
    packed::{self, Packed},
};

/// What becomes of the weights when a model is loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weighting {
    /// They stay in the mapped file as they are.
    #[default]
    AsStored,
    /// Linear layers are turned into 8-bit integers on the heap, a quarter of the memory, for a little accuracy.
    Q8,
}

/// Where numbers in memory must begin to be read as they are.
const ALIGNMENT: usize = align_of::<f32>();

/// The tensors of a model, and those that were quantised when it was loaded.
pub(crate) struct Weights {
    tensors: Tensors,
    quantised: HashMap<String, Packed>,
}

/// Where the tensors lie.
enum Tensors {
    /// In a mapped file.
    Mapped(MmapedSafetensors),
    /// In memory, described by what was read of their header.
    Held { bytes: Held, metadata: Metadata, first: usize },
}

/// The bytes of a `model.safetensors` in memory.
enum Held {
    AsGiven(Cow<'static, [u8]>),
    /// Copied to where numbers may begin.
    Aligned(Vec<u64>, usize),
}

impl Held {
    /// Keeps the bytes where they are if numbers can be read there.
    fn new(bytes: Cow<'static, [u8]>) -> Self {
        if bytes.as_ptr().addr().is_multiple_of(ALIGNMENT) {
            return Self::AsGiven(bytes);
        }
        let mut aligned = vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
        bytemuck::cast_slice_mut(&mut aligned)[..bytes.len()].copy_from_slice(&bytes);
        Self::Aligned(aligned, bytes.len())
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::AsGiven(bytes) => bytes,
            Self::Aligned(aligned, length) => &bytemuck::cast_slice(aligned)[..*length],
        }
    }
}

/// A weight of a linear layer, `[rows, columns]` = `[out, in]`, row by row.
pub(crate) struct Matrix<'w> {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) data: Data<'w>,
}

/// The numbers of a matrix as they lie in memory.
pub(crate) enum Data<'w> {
    F32(Cow<'w, [f32]>),
    F16(&'w [f16]),
    Bf16(&'w [bf16]),
    Q8(&'w Packed),
}

impl Matrix<'_> {
    /// Writes the rows from `first` on, as many as fit, into `out`.
    pub(crate) fn widen(&self, arch: Arch, first: usize, out: &mut [f32]) {
        let range = first * self.columns..first * self.columns + out.len();
        match &self.data {
            Data::F32(values) => out.copy_from_slice(&values[range]),
            Data::F16(values) => values[range].convert_to_f32_slice(out),
            Data::Bf16(values) => values[range].convert_to_f32_slice(out),
            Data::Q8(packed) => packed.widen(arch, range, out),
        }
    }

    /// The weights from a row on are contiguous float32, if they are float32 at all.
    pub(crate) fn as_f32(&self) -> Option<&[f32]> {
        match &self.data {
            Data::F32(values) => Some(values),
            _ => None,
        }
    }
}

impl Weights {
    /// Maps the file, and quantises its matrices if asked to.
    pub(crate) fn open(path: &Path, weighting: Weighting) -> Result<Self, LoadError> {
        let tensors = Tensors::Mapped(map(path)?);
        let quantised = quantised(weighting, || File::open(path), path)?;
        Ok(Self { tensors, quantised })
    }

    /// Keeps the bytes of a file, and quantises its matrices if asked to.
    pub(crate) fn hold(bytes: Cow<'static, [u8]>, weighting: Weighting) -> Result<Self, LoadError> {
        let bytes = Held::new(bytes);
        let (header, metadata) = SafeTensors::read_metadata(bytes.bytes())
            .map_err(|error| LoadError::Weights(candle_core::Error::wrap(error)))?;
        let quantised =
            quantised(weighting, || Ok(Cursor::new(bytes.bytes())), Path::new("model.safetensors"))?;
        // The header's own length comes before it, in eight bytes.
        Ok(Self { tensors: Tensors::Held { bytes, metadata, first: 8 + header }, quantised })
    }

    /// Whether the file has a tensor of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        match &self.tensors {
            Tensors::Mapped(map) => map.get(name).is_ok(),
            Tensors::Held { metadata, .. } => metadata.info(name).is_some(),
        }
    }

    fn find(&self, name: &str) -> Option<TensorView<'_>> {
        match &self.tensors {
            Tensors::Mapped(map) => map.get(name).ok(),
            Tensors::Held { bytes, metadata, first } => {
                let info = metadata.info(name)?;
                let (begin, end) = info.data_offsets;
                let data = bytes.bytes().get(first + begin..first + end)?;
                TensorView::new(info.dtype, info.shape.clone(), data).ok()
            }
        }
    }

    fn view(&self, name: &str, shape: &[usize]) -> Result<TensorView<'_>, LoadError> {
        let view = self.find(name).ok_or_else(|| LoadError::MissingTensor { name: name.into() })?;
        if view.shape() != shape {
            return Err(LoadError::Shape {
                name: name.into(),
                expected: shape.to_vec(),
                found: view.shape().to_vec(),
            });
        }
        Ok(view)
    }

    /// A weight of a linear layer or an embedding table.
    pub(crate) fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Matrix<'_>, LoadError> {
        let view = self.view(name, &[rows, columns])?;
        let data = match self.quantised.get(name) {
            Some(packed) => Data::Q8(packed),
            None => data(name, &view)?,
        };
        Ok(Matrix { rows, columns, data })
    }

    /// The weight of a norm or a bias, as float32.
    pub(crate) fn vector(&self, name: &str, length: usize) -> Result<Cow<'_, [f32]>, LoadError> {
        let view = self.view(name, &[length])?;
        Ok(widened(data(name, &view)?))
    }

    /// A small table as float32, row by row.
    pub(crate) fn table(&self, name: &str, rows: usize, columns: usize) -> Result<Cow<'_, [f32]>, LoadError> {
        let view = self.view(name, &[rows, columns])?;
        Ok(widened(data(name, &view)?))
    }
}

/// The quantised matrices, if they are asked for.
fn quantised<R: Read + Seek>(
    weighting: Weighting,
    open: impl Fn() -> std::io::Result<R>,
    path: &Path,
) -> Result<HashMap<String, Packed>, LoadError> {
    match weighting {
        Weighting::AsStored => Ok(HashMap::new()),
        Weighting::Q8 => {
            let io = |source| LoadError::Io { path: path.into(), source };
            packed::read(open().map_err(io)?).map_err(|error| match error {
                packed::ReadError::Io(source) => io(source),
                packed::ReadError::Header(error) => LoadError::Weights(candle_core::Error::wrap(error)),
            })
        }
    }
}

fn widened(data: Data<'_>) -> Cow<'_, [f32]> {
    match data {
        Data::F32(values) => values,
        Data::F16(values) => values.iter().map(|value| value.to_f32()).collect(),
        Data::Bf16(values) => values.iter().map(|value| value.to_f32()).collect(),
        Data::Q8(_) => Cow::Borrowed(&[]),
    }
}

/// The numbers of a view, in place where they are aligned. Writers align them; a file that does not is copied.
fn data<'w>(name: &str, view: &TensorView<'w>) -> Result<Data<'w>, LoadError> {
    let bytes: &'w [u8] = view.data();
    Ok(match view.dtype() {
        Dtype::F32 => match bytemuck::try_cast_slice(bytes) {
            Ok(values) => Data::F32(Cow::Borrowed(values)),
            Err(_) => Data::F32(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect()),
        },
        Dtype::F16 => match bytemuck::try_cast_slice(bytes) {
            Ok(values) => Data::F16(values),
            Err(_) => {
                Data::F32(bytes.as_chunks().0.iter().map(|two| f16::from_le_bytes(*two).to_f32()).collect())
            }
        },
        Dtype::BF16 => match bytemuck::try_cast_slice(bytes) {
            Ok(values) => Data::Bf16(values),
            Err(_) => {
                Data::F32(bytes.as_chunks().0.iter().map(|two| bf16::from_le_bytes(*two).to_f32()).collect())
            }
        },
        other => return Err(LoadError::Dtype { name: name.into(), dtype: format!("{other:?}") }),
    })
}

/// Maps the file.
#[allow(unsafe_code)]
fn map(path: &Path) -> Result<MmapedSafetensors, LoadError> {
    // Mapping fails on what cannot be opened with an error of candle; the system's own says more.
    File::open(path).map_err(|source| LoadError::Io { path: path.into(), source })?;
    // SAFETY: the mapping is read-only and private to this process, and nothing is written through it. The file must
    // not change while the model is in use: models are put in place by renaming a complete file and are not edited.
    unsafe { MmapedSafetensors::new(path) }.map_err(LoadError::Weights)
}
