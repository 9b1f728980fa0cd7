/**
 * Rules with conditions add up like all others: where several cover a
 * connection one of their conditions must hold. Where a proxy is among them it
 * takes the connection, also where a plain rule covers it; that rule then lets
 * every request through.
 */
import {
  ClassSet,
  Condition,
  PortSet,
  RuleTest,
  TierRule,
} from '../../decisions';
import { CompiledRule, requestsOf } from './compileRule';
import { anyHttpTest, openTest } from './httpTest';
import type { Layer7 } from './policySpec';

export type ConditionalRule = CompiledRule & { layer7: Layer7 };

interface Cell {
  peers: ClassSet;
  rules: readonly ConditionalRule[];
}

export interface ConditionalTierRules {
  /** These go before plain rules, */
  proxied: TierRule[];
  /** and these after them. */
  others: TierRule[];
}

/** Puts ports together of which the same is true. */
class Merged {
  readonly #rules = new Map<string, { rule: TierRule; ports: PortSet[] }>();

  add(
    peers: ClassSet,
    ports: PortSet,
    conditions: readonly Condition[],
    decidedBy: TierRule['decidedBy'],
    requests?: readonly RuleTest[],
  ): void {
    if (peers.isEmpty) {
      return;
    }
    const key = [
      peers.key,
      conditions.join('|'),
      ...(requests ?? []).map(({ test }) => test.key),
    ].join('\u0000');
    const known = this.#rules.get(key);
    if (known) {
      known.ports.push(ports);
    } else {
      this.#rules.set(key, {
        rule: {
          effect: 'allow',
          peers,
          ports,
          conditions,
          decidedBy,
          ...(requests ? { requests } : {}),
        },
        ports: [ports],
      });
    }
  }

  get rules(): TierRule[] {
    return [...this.#rules.values()].map(({ rule, ports }) => ({
      ...rule,
      ports: PortSet.union(ports),
    }));
  }
}

/** `plain` is what lets through without conditions. */
export function conditionalRules(
  rules: readonly ConditionalRule[],
  plain: readonly Pick<CompiledRule, 'peers' | 'ports'>[],
): ConditionalTierRules {
  const within = PortSet.union(rules.map(({ ports }) => ports));
  const proxied = new Merged();
  const others = new Merged();
  const atoms = PortSet.atoms([
    within,
    ...rules.map(({ ports }) => ports),
    ...plain.map(({ ports }) => ports.intersect(within)),
  ]).filter(atom => within.contains(atom));
  for (const atom of rules.length === 0 ? [] : atoms) {
    const open = ClassSet.union(
      plain
        .filter(({ ports }) => ports.contains(atom))
        .map(({ peers }) => peers),
    );
    for (const cell of cellsOf(
      rules.filter(({ ports }) => ports.contains(atom)),
    )) {
      const [{ decidedBy }] = cell.rules;
      const proxy = cell.rules.find(({ layer7 }) => layer7.proxied);
      const conditions = [
        ...new Set(cell.rules.flatMap(({ layer7 }) => requestsOf(layer7))),
      ];
      if (proxy) {
        const { decidedBy: proxyField } = proxy;
        const any = requestsOf({ ...proxy.layer7, conditions: [] });
        const anyRequest = proxy.layer7.requests && [
          { test: anyHttpTest(any[0]), decidedBy: proxyField },
        ];
        proxied.add(
          cell.peers.intersect(open),
          atom,
          any,
          proxyField,
          anyRequest,
        );
        // What the proxy lets through without a condition makes the others void.
        const isVoid = cell.rules.some(
          ({ layer7 }) => layer7.conditions.length === 0,
        );
        proxied.add(
          cell.peers.subtract(open),
          atom,
          isVoid ? any : conditions,
          proxyField,
          isVoid ? anyRequest : testsOf(cell.rules),
        );
      } else {
        others.add(
          cell.peers,
          atom,
          conditions,
          decidedBy,
          testsOf(cell.rules),
        );
      }
    }
  }
  return { proxied: proxied.rules, others: others.rules };
}

/** Undefined where no rule says anything of HTTP. */
function testsOf(rules: readonly ConditionalRule[]): RuleTest[] | undefined {
  return rules.some(({ layer7 }) => layer7.requests)
    ? rules.flatMap(({ layer7, decidedBy }) =>
        (layer7.requests ?? requestsOf(layer7).map(openTest)).map(test => ({
          test,
          decidedBy,
        })),
      )
    : undefined;
}

/** The peers of the rules, apart by which of the rules take them. */
function cellsOf(rules: readonly ConditionalRule[]): Cell[] {
  let cells: Cell[] = [];
  for (const rule of rules) {
    let rest = rule.peers;
    const next: Cell[] = [];
    for (const cell of cells) {
      const inside = cell.peers.intersect(rule.peers);
      if (inside.isEmpty) {
        next.push(cell);
      } else {
        next.push({ peers: inside, rules: [...cell.rules, rule] });
        const outside = cell.peers.subtract(rule.peers);
        if (!outside.isEmpty) {
          next.push({ ...cell, peers: outside });
        }
        rest = rest.subtract(inside);
      }
    }
    if (!rest.isEmpty) {
      next.push({ peers: rest, rules: [rule] });
    }
    cells = next;
  }
  return cells;
}
