/** How long manifests take to read, before anything is decided. */
import { stringify } from 'yaml';
import { parseManifests } from '../src';
import { generateCluster } from './generate';
import { timed } from './measure';

const CHARACTERS = 50 * 1024 * 1024;
/** As one file of a folder has, more or less. */
const CHARACTERS_OF_A_FILE = 1024 * 1024;

export function benchManifests(): string {
  const files: string[] = [];
  let text = '';
  let length = 0;
  for (const object of generateCluster(100_000)) {
    text += `---\n${stringify(object)}`;
    if (text.length >= CHARACTERS_OF_A_FILE) {
      files.push(text);
      length += text.length;
      text = '';
      if (length >= CHARACTERS) {
        break;
      }
    }
  }
  const { value: objects, milliseconds } = timed(() => {
    let count = 0;
    files.forEach((file, index) => {
      count += parseManifests(file, `${index}.yaml`).objects.length;
    });
    return count;
  });
  return `manifests: ${(length / 1024 / 1024).toFixed(0)} MiB of YAML in ${
    files.length
  } files, ${objects} objects, read in ${(milliseconds / 1000).toFixed(1)} s`;
}
