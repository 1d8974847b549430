//! burn's contestants: "burn flex" and "burn ndarray", its modules, gradients and optimizer on these two of its backends; "burn by
//! hand", the equations by its tensors on flex.

use std::ops::Range;

use bench_job::{Contestant, Examples, Job, LEARNING_RATE, Outcome};
use burn::module::Param;
use burn::nn::Linear;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use burn::tensor::activation::{relu, softmax};

fn main() -> Outcome {
    bench_job::run(begin)
}

fn begin(name: &str, job: &Job) -> Outcome<Box<dyn Contestant>> {
    match name {
        "burn flex" => Ok(Box::new(ByModules::new(job, Device::flex()))),
        #[expect(deprecated, reason = "flex is to take its place, but many still use it")]
        "burn ndarray" => Ok(Box::new(ByModules::new(job, Device::ndarray()))),
        "burn by hand" => Ok(Box::new(ByHand::new(job, &Device::flex()))),
        _ => Err(format!("there is no contestant {name:?}").into()),
    }
}

/// A data set as tensors.
struct Data {
    inputs: Tensor<2>,
    labels: Tensor<1, Int>,
}

impl Data {
    fn new(examples: &Examples, device: &Device) -> Self {
        let labels: Vec<i32> = examples.labels.iter().map(|&label| label.into()).collect();
        Self {
            inputs: matrix(&examples.inputs, examples.shape(), device),
            labels: Tensor::from_data(&labels[..], device),
        }
    }

    /// Loss and accuracy of these logits.
    fn measure(&self, logits: Tensor<2>, loss: &CrossEntropyLoss) -> [f32; 2] {
        let loss = loss.forward(logits.clone(), self.labels.clone()).into_scalar();
        let right = logits.argmax(1).squeeze_dim::<1>(1).equal(self.labels.clone());
        [loss, right.float().mean().into_scalar()]
    }
}

fn matrix(numbers: &[f32], shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), device)
}

/// W of a layer as burn has it, `(fan_in, fan_out)`.
fn weights(layer: &bench_job::Layer, device: &Device) -> Tensor<2> {
    Tensor::from_data(matrix(&layer.weights, layer.shape, device).transpose().into_data(), device)
}

#[derive(Module, Debug)]
struct Network {
    layers: Vec<Linear>,
}

impl Network {
    fn logits(&self, inputs: Tensor<2>) -> Tensor<2> {
        let mut logits = self.layers[0].forward(inputs);
        for layer in &self.layers[1..] {
            logits = layer.forward(relu(logits));
        }
        logits
    }
}

struct ByModules {
    /// Taken out during a step.
    network: Option<Network>,
    loss: CrossEntropyLoss,
    optimizer: ModuleOptimizer,
    train: Data,
    test: Data,
}

impl ByModules {
    fn new(job: &Job, device: Device) -> Self {
        let with_gradients = device.clone().autodiff();
        let layer = |layer: &bench_job::Layer| Linear {
            weight: Param::from_data(weights(layer, &device).into_data(), &with_gradients),
            bias: Some(Param::from_data(&layer.biases[..], &with_gradients)),
        };
        Self {
            network: Some(Network { layers: job.layers.iter().map(layer).collect() }),
            loss: CrossEntropyLossConfig::new().init(&with_gradients),
            optimizer: SgdConfig::new().init(),
            train: Data::new(&job.train, &with_gradients),
            test: Data::new(&job.test, &device),
        }
    }
}

impl Contestant for ByModules {
    fn step(&mut self, mini_batch: Range<usize>) -> Outcome {
        let network = self.network.take().ok_or("a step failed")?;
        let logits = network.logits(self.train.inputs.clone().slice(mini_batch.clone()));
        let loss = self.loss.forward(logits, self.train.labels.clone().slice(mini_batch));
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.optimizer.step(LEARNING_RATE, network, gradients));
        Ok(())
    }

    fn evaluate(&self) -> Outcome<[f32; 2]> {
        let network = self.network.as_ref().ok_or("a step failed")?.valid();
        Ok(self.test.measure(network.logits(self.test.inputs.clone()), &self.loss.valid()))
    }
}

struct ByHand {
    weights: Vec<Tensor<2>>,
    biases: Vec<Tensor<2>>,
    train: Data,
    targets: Tensor<2>,
    test: Data,
    loss: CrossEntropyLoss,
}

impl ByHand {
    fn new(job: &Job, device: &Device) -> Self {
        let train = Data::new(&job.train, device);
        let biases = |layer: &bench_job::Layer| matrix(&layer.biases, [1, layer.shape[0]], device);
        Self {
            weights: job.layers.iter().map(|layer| weights(layer, device)).collect(),
            biases: job.layers.iter().map(biases).collect(),
            targets: train.labels.clone().one_hot(10).float(),
            train,
            test: Data::new(&job.test, device),
            loss: CrossEntropyLossConfig::new().init(device),
        }
    }

    /// The inputs and what each layer makes of them; logits at the end.
    fn forward(&self, inputs: Tensor<2>) -> Vec<Tensor<2>> {
        let mut activations = vec![inputs];
        for (l, (weights, biases)) in self.weights.iter().zip(&self.biases).enumerate() {
            let z = activations[l].clone().matmul(weights.clone()) + biases.clone();
            activations.push(if l + 1 < self.weights.len() { relu(z) } else { z });
        }
        activations
    }
}

impl Contestant for ByHand {
    fn step(&mut self, mini_batch: Range<usize>) -> Outcome {
        let rate = LEARNING_RATE / mini_batch.len() as f64;
        let mut activations = self.forward(self.train.inputs.clone().slice(mini_batch.clone()));
        let outputs = softmax(activations.remove(self.weights.len()), 1);
        // η δ / n: what follows from it is the step itself.
        let mut delta = (outputs - self.targets.clone().slice(mini_batch)) * rate;
        for (l, a) in activations.into_iter().enumerate().rev() {
            let (step, sums) = (a.clone().transpose().matmul(delta.clone()), delta.clone().sum_dim(0));
            if l > 0 {
                delta = delta.matmul(self.weights[l].clone().transpose()).mask_fill(a.lower_equal_elem(0), 0);
            }
            self.weights[l] = self.weights[l].clone() - step;
            self.biases[l] = self.biases[l].clone() - sums;
        }
        Ok(())
    }

    fn evaluate(&self) -> Outcome<[f32; 2]> {
        let logits = self.forward(self.test.inputs.clone()).remove(self.weights.len());
        Ok(self.test.measure(logits, &self.loss))
    }
}
