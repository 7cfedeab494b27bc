//! Models as files: versioned, checksummed, read without trust.

use std::fmt;

use super::Quality;
use super::calibrate::Calibration;
use super::features::{Phrases, Vocabulary};
use super::model::{Machine, Model};

const MAGIC: &[u8; 8] = b"HUITONGD";
const VERSION: u32 = 2;

/// Why bytes are no model that this program can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelError {
    /// The bytes are something else.
    NotAModel,
    /// A model of another version of the format: the one found.
    OtherVersion(u32),
    /// Bytes are missing at the end.
    CutShort,
    /// The checksum or the content does not agree.
    Damaged,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::NotAModel => f.write_str("这不是派单模型文件"),
            ModelError::OtherVersion(found) => {
                write!(f, "模型文件的格式版本是 {found}，本程序使用版本 {VERSION}，请用本程序重新训练")
            }
            ModelError::CutShort => f.write_str("模型文件不完整（末尾缺少内容），请重新复制或重新训练"),
            ModelError::Damaged => f.write_str("模型文件已损坏（校验不一致），请重新复制或重新训练"),
        }
    }
}

impl std::error::Error for ModelError {}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64 ^ bytes.len() as u64;
    for part in bytes.chunks(8) {
        let mut word = [0u8; 8];
        word[..part.len()].copy_from_slice(part);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
    hash
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, n: usize) {
        self.0.extend((n as u32).to_le_bytes());
    }
    fn texts(&mut self, all: &[String]) {
        self.number(all.len());
        for text in all {
            self.number(text.len());
            self.0.extend(text.as_bytes());
        }
    }
    fn real(&mut self, x: f32) {
        self.0.extend(x.to_le_bytes());
    }
    fn exact(&mut self, x: f64) {
        self.0.extend(x.to_le_bytes());
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], ModelError> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(ModelError::Damaged)?;
        self.0 = rest;
        Ok(head)
    }
    fn word<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        self.take(N)?.try_into().map_err(|_| ModelError::Damaged)
    }
    fn number(&mut self) -> Result<usize, ModelError> {
        Ok(u32::from_le_bytes(self.word()?) as usize)
    }
    fn real(&mut self) -> Result<f32, ModelError> {
        let x = f32::from_le_bytes(self.word()?);
        if x.is_finite() { Ok(x) } else { Err(ModelError::Damaged) }
    }
    fn exact(&mut self) -> Result<f64, ModelError> {
        let x = f64::from_le_bytes(self.word()?);
        if x.is_finite() { Ok(x) } else { Err(ModelError::Damaged) }
    }
    /// A number of things that take at least `each` bytes, so that a damaged count asks for no memory.
    fn count(&mut self, each: usize) -> Result<usize, ModelError> {
        let n = self.number()?;
        if n.checked_mul(each).is_some_and(|need| need <= self.0.len()) {
            Ok(n)
        } else {
            Err(ModelError::Damaged)
        }
    }
    fn texts(&mut self) -> Result<Vec<String>, ModelError> {
        self.many(4, |r| {
            let length = r.count(1)?;
            String::from_utf8(r.take(length)?.to_vec()).map_err(|_| ModelError::Damaged)
        })
    }
    fn many<T>(
        &mut self,
        each: usize,
        one: impl Fn(&mut Self) -> Result<T, ModelError>,
    ) -> Result<Vec<T>, ModelError> {
        let n = self.count(each)?;
        (0..n).map(|_| one(self)).collect()
    }
}

impl Model {
    /// The model as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body =
            Writer(Vec::with_capacity(self.machine.weights.len() + self.machine.scales.len() * 12 + 4096));
        body.texts(&self.labels);
        let Quality { n, top1, top3, macro_f1, ece, auto_share, auto_precision } = self.quality;
        body.number(n as usize);
        [top1, top3, macro_f1, ece, auto_share, auto_precision].iter().for_each(|x| body.exact(*x));
        body.real(self.calibration.sharpness);
        body.real(self.calibration.cut);
        for list in [&self.calibration.weights, &self.calibration.labels] {
            body.number(list.len());
            list.iter().for_each(|x| body.real(*x));
        }
        let machine = &self.machine;
        body.texts(&machine.vocabulary.phrases.all);
        body.number(machine.vocabulary.keys.len());
        machine.vocabulary.keys.iter().for_each(|key| body.0.extend(key.to_le_bytes()));
        body.0.extend(&machine.vocabulary.frequencies);
        machine.scales.iter().for_each(|scale| body.real(*scale));
        machine.biases.iter().for_each(|bias| body.real(*bias));
        body.0.extend(machine.weights.iter().map(|w| w.to_le_bytes()[0]));
        let body = body.0;
        let mut file = Vec::with_capacity(body.len() + 28);
        file.extend(MAGIC);
        file.extend(VERSION.to_le_bytes());
        file.extend((body.len() as u64).to_le_bytes());
        file.extend(checksum(&body).to_le_bytes());
        file.extend(body);
        file
    }

    /// Reads a file; anything but a whole model of this version is refused with its reason.
    pub fn from_bytes(bytes: &[u8]) -> Result<Model, ModelError> {
        let magic = &bytes[..bytes.len().min(MAGIC.len())];
        if bytes.is_empty() || *magic != MAGIC[..magic.len()] {
            return Err(ModelError::NotAModel);
        }
        let mut head = Reader(&bytes[magic.len()..]);
        let short = |_| ModelError::CutShort;
        let version = u32::from_le_bytes(head.word().map_err(short)?);
        if version != VERSION {
            return Err(ModelError::OtherVersion(version));
        }
        let length = u64::from_le_bytes(head.word().map_err(short)?);
        let sum = u64::from_le_bytes(head.word().map_err(short)?);
        if (head.0.len() as u64) < length {
            return Err(ModelError::CutShort);
        }
        if head.0.len() as u64 != length || checksum(head.0) != sum {
            return Err(ModelError::Damaged);
        }
        read(&mut head)
    }
}

fn read(body: &mut Reader<'_>) -> Result<Model, ModelError> {
    let labels = body.texts()?;
    let classes = labels.len();
    let quality = Quality {
        n: body.number()? as u32,
        top1: body.exact()?,
        top3: body.exact()?,
        macro_f1: body.exact()?,
        ece: body.exact()?,
        auto_share: body.exact()?,
        auto_precision: body.exact()?,
    };
    let (sharpness, cut) = (body.real()?, body.real()?);
    let weights_of_signs = body.many(4, Reader::real)?;
    let corrections = body.many(4, Reader::real)?;
    let phrases = Phrases::new(body.texts()?);
    let features = body.count(13)?;
    let keys = (0..features).map(|_| Ok(u64::from_le_bytes(body.word()?))).collect::<Result<Vec<_>, _>>()?;
    let frequencies = body.take(features)?.to_vec();
    let scales = (0..features).map(|_| body.real()).collect::<Result<Vec<_>, _>>()?;
    let biases = (0..classes).map(|_| body.real()).collect::<Result<Vec<_>, _>>()?;
    let size = features.checked_mul(classes).ok_or(ModelError::Damaged)?;
    let weights: Vec<i8> = body.take(size)?.iter().map(|b| i8::from_le_bytes([*b])).collect();
    let vocabulary = Vocabulary::new(keys, frequencies, phrases);
    if !body.0.is_empty() || classes < 2 || vocabulary.numbers.len() != features {
        return Err(ModelError::Damaged);
    }
    let calibration = Calibration { sharpness, weights: weights_of_signs, labels: corrections, cut };
    Ok(Model {
        labels,
        machine: Machine { vocabulary, classes, weights, scales, biases },
        calibration,
        quality,
    })
}
