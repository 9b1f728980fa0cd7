/** Rules that read as denials, and deny nobody, or not those whom they seem to. */
import {
  DIRECTIONS,
  Direction,
  PodClass,
  placeOf,
  rangeOf,
} from '../../../decisions';
import { isLargerThanPrivate } from '../../../network/breadth';
import type { CiliumText } from '../../../network/ciliumTexts';
import { CiliumRule } from '../../../network/cilium/refusals';
import { CiliumView } from '../../../network/ciliumView';
import { connectionsOf } from '../../../network/connections';
import { namesNobody } from '../../../network/ineffective/ciliumRules';
import { ClusterSnapshot, describeObject } from '../../../snapshot';
import {
  Deception,
  Detector,
  Selected,
  describeText,
  fieldOfText,
} from './deception';

/** Many workloads share the policies, and so the blocks. */
class PodsInBlocks {
  /** Use as `snapshot.derive(PodsInBlocks.of)`. */
  static of(this: void, snapshot: ClusterSnapshot): PodsInBlocks {
    return new PodsInBlocks(snapshot.derive(CiliumView.of));
  }

  readonly #known = new Map<string, readonly PodClass[]>();

  private constructor(private readonly view: CiliumView) {}

  find(blocks: readonly string[]): readonly PodClass[] {
    const key = blocks.join();
    const known = this.#known.get(key) ?? this.#search(blocks);
    this.#known.set(key, known);
    return known;
  }

  #search(blocks: readonly string[]): readonly PodClass[] {
    const ranges = blocks.flatMap(block => rangeOf(block) ?? []);
    return this.view.universe.podClasses.filter(
      ({ hostNetwork, pods }) =>
        !hostNetwork &&
        pods.some(({ ips }) =>
          ips.some(ip => {
            const place = placeOf(ip);
            return (
              place !== undefined &&
              ranges.some(({ from, to }) => place >= from && place <= to)
            );
          }),
        ),
    );
  }
}

export const denials: Detector = selected =>
  DIRECTIONS.flatMap(direction =>
    selected.texts.held.flatMap(text => {
      const section = `${direction}Deny` as const;
      return (text.text[section] ?? []).flatMap((rule: CiliumRule, index) => {
        const field = `${text.path}.${section}[${index}]`;
        return [
          ...deniesNobody(selected, text, rule, direction, field),
          ...sparesPods(selected, text, rule, direction, field),
        ];
      });
    }),
  );

function deniesNobody(
  { name, podClass, view }: Selected,
  text: CiliumText,
  rule: CiliumRule,
  direction: Direction,
  field: string,
): Deception[] {
  const reason = rule.icmps?.length
    ? undefined
    : namesNobody(field, `${direction}Deny`, rule) ?? noPorts(rule, field);
  const passesAnyway =
    !view.isShut(podClass, direction) ||
    view
      .rulesFor(podClass, direction)
      .some(({ rule: { effect } }) => effect === 'allow');
  if (!reason || !passesAnyway) {
    return [];
  }
  return [
    {
      severity: 'medium',
      message: `${describeText(text)} denies nobody what other rules open ${
        direction === 'ingress' ? `to ${name}` : `for ${name}`
      }, though it has a rule that reads as a denial.`,
      because: `${field}: ${reason.because}.`,
      evidence: [fieldOfText(text, reason.field)],
      fix: `Name in ${field} whom it is to deny, such as fromEntities or toEntities with "all", or remove it. What it denies is cut off then, whatever allows it.`,
    },
  ];
}

function noPorts({ toPorts }: CiliumRule, field: string) {
  return toPorts?.length && toPorts.every(({ ports }) => ports?.length === 0)
    ? { field: `${field}.toPorts`, because: 'its lists of ports are empty' }
    : undefined;
}

/** A block of addresses never means a pod, so that a denial of one spares the pods in it. */
function sparesPods(
  selected: Selected,
  text: CiliumText,
  rule: CiliumRule,
  direction: Direction,
  field: string,
): Deception[] {
  const blocks = [
    ...(rule.fromCIDR ?? []),
    ...(rule.toCIDR ?? []),
    ...[...(rule.fromCIDRSet ?? []), ...(rule.toCIDRSet ?? [])].flatMap(
      ({ cidr }) => cidr ?? [],
    ),
  ]
    .map(cidr =>
      cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`,
    )
    .filter(cidr => !isLargerThanPrivate(cidr));
  const spared = blocks.length > 0 && sparedPod(selected, blocks, direction);
  if (!spared) {
    return [];
  }
  const { name } = selected;
  const peer = describeObject(spared.pods[0].object);
  return [
    {
      severity: 'medium',
      message:
        direction === 'ingress'
          ? `${peer} can still reach ${name}, though ${describeText(
              text,
            )} denies its address.`
          : `${name} can still reach ${peer}, though ${describeText(
              text,
            )} denies its address.`,
      because: `${field} is a block of addresses, and to Cilium that never means a pod or a node of the cluster.`,
      evidence: [fieldOfText(text, field)],
      witness:
        direction === 'ingress'
          ? { from: peer, to: name, port: null }
          : { from: name, to: peer, port: null },
      fix: `Deny the pods by labels, with ${
        direction === 'ingress' ? 'fromEndpoints' : 'toEndpoints'
      } or the entity "cluster". They are cut off then, whatever allows them.`,
    },
  ];
}

function sparedPod(
  { podClass, snapshot, view }: Selected,
  blocks: readonly string[],
  direction: Direction,
): PodClass | undefined {
  if (view.settingsUnseen !== undefined) {
    return undefined;
  }
  const relation = snapshot.derive(connectionsOf).relation(podClass, direction);
  return snapshot
    .derive(PodsInBlocks.of)
    .find(blocks)
    .find(
      ({ id }) =>
        id !== podClass.id && relation.some(({ allowed }) => allowed.has(id)),
    );
}
