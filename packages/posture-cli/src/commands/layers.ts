/** Which layers decide about connections, as an option says it. */
import { LAYERS, Layer } from '@backstage-zero-trust/posture-engine';
import { Option } from 'commander';
import { InputError } from '../errors';

/** For commands that list connections: the mesh alone opens and closes nothing. */
export function layersOption(): Option {
  return new Option(
    '--layers <layers>',
    'which layers decide: network or network,mesh; all that the source has if left out',
  ).argParser(text => {
    const layers = layersIn(text);
    if (!layers.includes('network')) {
      throw new InputError(
        'what the mesh lets through still has to pass the network: ask for --layers network,mesh',
      );
    }
    return LAYERS.filter(layer => layers.includes(layer));
  });
}

export function layersIn(text: string): Layer[] {
  return text.split(',').map(word => {
    const layer = LAYERS.find(known => known === word);
    if (!layer) {
      throw new InputError(
        `there is no layer "${word}"; there are ${LAYERS.join(' and ')}`,
      );
    }
    return layer;
  });
}
