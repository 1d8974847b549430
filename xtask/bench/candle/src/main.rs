//! candle's contestants: "candle nn", its layers, gradients and optimizer; "candle by hand", the equations by its tensors.

use std::ops::Range;

use bench_job::{Contestant, Examples, Job, LEARNING_RATE, Outcome};
use candle_core::{D, DType, Device, Result, Tensor, Var};
use candle_nn::{Linear, Module, Optimizer, SGD, loss, ops};

fn main() -> Outcome {
    bench_job::run(begin)
}

fn begin(name: &str, job: &Job) -> Outcome<Box<dyn Contestant>> {
    match name {
        "candle nn" => Ok(Box::new(ByLayers::new(job)?)),
        "candle by hand" => Ok(Box::new(ByHand::new(job)?)),
        _ => Err(format!("there is no contestant {name:?}").into()),
    }
}

/// A data set as tensors.
struct Data {
    inputs: Tensor,
    labels: Tensor,
}

impl Data {
    fn new(examples: &Examples) -> Result<Self> {
        let labels: Vec<u32> = examples.labels.iter().map(|&label| label.into()).collect();
        let inputs = Tensor::from_slice(&examples.inputs, &examples.shape(), &Device::Cpu)?;
        Ok(Self { inputs, labels: Tensor::new(labels, &Device::Cpu)? })
    }

    /// Loss and accuracy of these logits.
    fn measure(&self, logits: &Tensor) -> Result<[f32; 2]> {
        let loss = loss::cross_entropy(logits, &self.labels)?.to_scalar()?;
        let right = logits.argmax(D::Minus1)?.eq(&self.labels)?;
        Ok([loss, right.to_dtype(DType::F32)?.mean_all()?.to_scalar()?])
    }
}

struct ByLayers {
    layers: Vec<Linear>,
    optimizer: SGD,
    train: Data,
    test: Data,
}

impl ByLayers {
    fn new(job: &Job) -> Result<Self> {
        let (mut layers, mut variables) = (Vec::new(), Vec::new());
        for layer in &job.layers {
            let weights = Var::from_slice(&layer.weights, &layer.shape, &Device::Cpu)?;
            let biases = Var::from_slice(&layer.biases, layer.shape[0], &Device::Cpu)?;
            layers.push(Linear::new(weights.as_tensor().clone(), Some(biases.as_tensor().clone())));
            variables.extend([weights, biases]);
        }
        let optimizer = SGD::new(variables, LEARNING_RATE)?;
        Ok(Self { layers, optimizer, train: Data::new(&job.train)?, test: Data::new(&job.test)? })
    }

    fn logits(&self, inputs: &Tensor) -> Result<Tensor> {
        let mut logits = self.layers[0].forward(inputs)?;
        for layer in &self.layers[1..] {
            logits = layer.forward(&logits.relu()?)?;
        }
        Ok(logits)
    }
}

impl Contestant for ByLayers {
    fn step(&mut self, mini_batch: Range<usize>) -> Outcome {
        let inputs = self.train.inputs.narrow(0, mini_batch.start, mini_batch.len())?;
        let labels = self.train.labels.narrow(0, mini_batch.start, mini_batch.len())?;
        let loss = loss::cross_entropy(&self.logits(&inputs)?, &labels)?;
        Ok(self.optimizer.backward_step(&loss)?)
    }

    fn evaluate(&self) -> Outcome<[f32; 2]> {
        Ok(self.test.measure(&self.logits(&self.test.inputs)?)?)
    }
}

struct ByHand {
    weights: Vec<Tensor>,
    biases: Vec<Tensor>,
    train: Data,
    targets: Tensor,
    test: Data,
}

impl ByHand {
    fn new(job: &Job) -> Result<Self> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for layer in &job.layers {
            weights.push(Tensor::from_slice(&layer.weights, &layer.shape, &Device::Cpu)?);
            biases.push(Tensor::from_slice(&layer.biases, (1, layer.shape[0]), &Device::Cpu)?);
        }
        let train = Data::new(&job.train)?;
        let targets = Tensor::eye(10, DType::F32, &Device::Cpu)?.index_select(&train.labels, 0)?;
        Ok(Self { weights, biases, train, targets, test: Data::new(&job.test)? })
    }

    /// The inputs and what each layer makes of them; logits at the end.
    fn forward(&self, inputs: Tensor) -> Result<Vec<Tensor>> {
        let mut activations = vec![inputs];
        for (l, (weights, biases)) in self.weights.iter().zip(&self.biases).enumerate() {
            let z = activations[l].matmul(&weights.t()?)?.broadcast_add(biases)?;
            activations.push(if l + 1 < self.weights.len() { z.relu()? } else { z });
        }
        Ok(activations)
    }
}

impl Contestant for ByHand {
    fn step(&mut self, mini_batch: Range<usize>) -> Outcome {
        let rate = LEARNING_RATE / mini_batch.len() as f64;
        let inputs = self.train.inputs.narrow(0, mini_batch.start, mini_batch.len())?;
        let activations = self.forward(inputs)?;
        let outputs = ops::softmax_last_dim(&activations[self.weights.len()])?;
        // η δ / n: what follows from it is the step itself.
        let targets = self.targets.narrow(0, mini_batch.start, mini_batch.len())?;
        let mut delta = ((outputs - targets)? * rate)?;
        for (l, a) in activations.iter().enumerate().take(self.weights.len()).rev() {
            let (step, sums) = (delta.t()?.matmul(a)?, delta.sum_keepdim(0)?);
            if l > 0 {
                delta = (delta.matmul(&self.weights[l])? * a.gt(0_f32)?.to_dtype(DType::F32)?)?;
            }
            self.weights[l] = (&self.weights[l] - step)?;
            self.biases[l] = (&self.biases[l] - sums)?;
        }
        Ok(())
    }

    fn evaluate(&self) -> Outcome<[f32; 2]> {
        let activations = self.forward(self.test.inputs.clone())?;
        Ok(self.test.measure(&activations[self.weights.len()])?)
    }
}
