import type { ConditionerDefinition } from '../registry/plugin.ts';
import { convolutionalNetwork } from './convolutional-network.ts';
import { multilayerPerceptron } from './multilayer-perceptron.ts';
import { residualNetwork } from './residual-network.ts';
import { separateConditioner } from './separate.ts';

/** Core's conditioners by type id. */
export const conditioners: Record<string, ConditionerDefinition> = {
  mlp: multilayerPerceptron,
  resnet: residualNetwork,
  convnet: convolutionalNetwork,
  separate: separateConditioner,
};

export {
  activationOf,
  activationSchema,
  type Activation,
  type ActivationConfig,
  type ActivationName,
} from './activations.ts';
export { ConditionerBase, type ConditionerOptions } from './conditioner-base.ts';
export { inject, type Injection } from './context-injection.ts';
export { ConvolutionalNetwork, type ConvolutionalNetworkConfig } from './convolutional-network.ts';
export { ConvolutionLayer, type ConvolutionLayerOptions } from './convolution-layer.ts';
export { Dense, type DenseOptions } from './dense.ts';
export {
  drawBias,
  drawWeight,
  endInitialization,
  endSchema,
  hiddenInitialization,
  initializationSchema,
  type EndConfig,
  type Initialization,
  type InitializationConfig,
  type InitializationName,
} from './initialization.ts';
export { conditionerFromLayersModel, type LayersModelOptions } from './layers-model.ts';
export { MultilayerPerceptron, type MultilayerPerceptronConfig } from './multilayer-perceptron.ts';
export { OutputHead, outputSchema, type OutputConfig } from './output-head.ts';
export { ResidualNetwork, type ResidualNetworkConfig } from './residual-network.ts';
export { SeparateConditioner, type SeparateConfig } from './separate.ts';
export { assertVariableSize } from './variable-size.ts';
