/** Reading an agent's pod: its images, arguments and environment. */
import type { Container, PodView } from '../../snapshot';

/** A container and the path to it from the pod's root. */
export interface PlacedContainer {
  container: Container;
  path: string;
}

export function containersOf({ spec }: PodView): PlacedContainer[] {
  return spec.containers.map((container, index) => ({
    container,
    path: `spec.containers[${index}]`,
  }));
}

/** The container of a name, or whose image has a name: the last part of its repository. */
export function findContainer(
  pod: PodView,
  ...names: readonly string[]
): PlacedContainer | undefined {
  return containersOf(pod).find(
    ({ container: { name, image } }) =>
      names.includes(name) || names.includes(imageName(image) ?? ''),
  );
}

/** `quay.io/calico/node:v3.30.1@sha256:…` → `node`. */
export function imageName(image: string | undefined): string | undefined {
  return image && /([^/:@]+)(?::[^/@]*)?(?:@.*)?$/.exec(image)?.[1];
}

/** `quay.io/calico/node:v3.30.1@sha256:…` → `v3.30.1`. */
export function imageTag(image: string | undefined): string | undefined {
  return image && /:([^:/]+)$/.exec(image.split('@')[0])?.[1];
}

/** Major and minor of a tag such as `v3.30.1`. */
export function versionOfTag(
  tag: string | undefined,
): readonly [number, number] | undefined {
  const found = tag && /^v?(\d{1,4})\.(\d{1,4})(?![\d])/.exec(tag);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

export function isAtLeast(
  [major, minor]: readonly [number, number],
  [otherMajor, otherMinor]: readonly [number, number],
): boolean {
  return major > otherMajor || (major === otherMajor && minor >= otherMinor);
}

/** A flag's value and where it stands; of several the last counts. A flag without a value is `true`. */
export function flagOf(
  { container, path }: PlacedContainer,
  flag: string,
): { value: string; field: string } | undefined {
  const found = (['command', 'args'] as const).flatMap(list =>
    (container[list] ?? []).flatMap((text, index) => {
      const [name, value = 'true'] = splitOnce(text.replace(/^--?/, ''));
      return text.startsWith('-') && name === flag
        ? { value, field: `${path}.${list}[${index}]` }
        : [];
    }),
  );
  return found.at(-1);
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** A variable that is written down, in whatever container. */
export function variableOf(
  pod: PodView,
  variable: string,
): { value: string; field: string } | undefined {
  for (const { container, path } of containersOf(pod)) {
    const index = (container.env ?? []).findIndex(
      ({ name, value }) => name === variable && value !== undefined,
    );
    const value = container.env?.[index]?.value;
    if (value !== undefined) {
      return { value, field: `${path}.env[${index}].value` };
    }
  }
  return undefined;
}
