import { pick, store } from './coupling.ts';
import { sizeOf, type Config, type Layer, type Mapped, type Site } from './layer.ts';
import { readMade, type MadeConfig } from './masked-network.ts';
import { along, readTransformer, type Transformer } from './transformer.ts';

type AutoregressiveConfig = MadeConfig & { readonly transformer: Config };

/**
 * zᵢ = T⁻¹(xᵢ; θᵢ(x before i)) (Papamakarios et al. 2017), or xᵢ = T(zᵢ; θᵢ(z before i)) (Kingma et al. 2016): the network
 * sees what the direction `onePass` starts from.
 */
const autoregressive =
  (onePass: Transformer['direction']) =>
  (config: AutoregressiveConfig, { dataShape, weights }: Site): Layer => {
    const size = sizeOf(dataShape);
    const transformer = readTransformer(config.transformer, weights.under('transformer'));
    const p = transformer.parameterCount;
    const { network, groups } = readMade(config, weights.under('conditioner'), size, p);
    const inOnePass = (input: Float64Array, context?: Float64Array): Mapped => {
      const output = new Float64Array(size);
      const all = Array.from({ length: size }, (_, i) => i);
      return {
        value: output,
        logDet: store(output, all, along(onePass, transformer, input, network(input, context), size)),
      };
    };
    // Group by group, each from the ones before it: no feature is computed from one that is not there yet.
    const opposite = onePass === 'inverse' ? 'forward' : 'inverse';
    const inTurn = (input: Float64Array, context?: Float64Array): Mapped => {
      const output = new Float64Array(size);
      let logDet = 0;
      for (const group of groups) {
        const parameters = network(output, context);
        const own = Float64Array.from(group.flatMap((i) => [...parameters.subarray(i * p, (i + 1) * p)]));
        logDet += store(output, group, along(opposite, transformer, pick(input, group), own, group.length));
      }
      return { value: output, logDet };
    };
    return {
      latentShape: dataShape,
      inverse: onePass === 'inverse' ? inOnePass : inTurn,
      forward: onePass === 'inverse' ? inTurn : inOnePass,
    };
  };

/** Readers of the autoregressive layers. */
export const autoregressiveLayers = { maf: autoregressive('inverse'), iaf: autoregressive('forward') };
