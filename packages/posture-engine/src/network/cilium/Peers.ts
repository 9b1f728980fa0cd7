/** Whom the peers of a rule are, among the endpoint classes. */
import { matchesSelector } from '../../selectors';
import {
  ALL_IPV4,
  ClassSet,
  Condition,
  LabelView,
  Look,
  PodClass,
  Universe,
  selectClasses,
} from '../../decisions';
import type { LabelSelector } from '../../snapshot';
import { identityLabels } from './labels';
import type { PeerTerm } from './policySpec';
import type { CiliumSettings } from './settings';

type Labels = Readonly<Record<string, string>>;

export interface PeerSets {
  certain: ClassSet;
  /** Peers if one of the conditions holds. */
  conditional: { classes: ClassSet; conditions: readonly Condition[] }[];
  /** Nobody can tell whether they are. */
  unknown: { classes: ClassSet; reason: string }[];
}

/** The condition on addresses that may be the API server's. */
export const WITH_API_SERVER = 'with the API server';

/** Why a rule that denies some condition's peers cannot be followed; only the API server's place is such a condition. */
export const API_SERVER_UNSEEN =
  'where the API server is, is not in view (EndpointSlice kubernetes)';

export class Peers {
  /** `apiServers` are addresses; undefined where nobody knows them. */
  static create(
    universe: Universe,
    settings: CiliumSettings,
    apiServers: readonly string[] | undefined,
  ): Peers {
    return new Peers(universe, settings, apiServers);
  }

  readonly everyone: ClassSet;
  readonly ownNode: ClassSet;
  readonly #otherNodes: ClassSet;
  readonly #nodes: ClassSet;
  readonly #apiServerOutside: ClassSet;
  readonly #apiServer: ClassSet;
  readonly #view: LabelView;
  /** What is no pod, with the labels that Cilium gives it. */
  readonly #others: { id: number; labels: Labels }[];

  private constructor(
    private readonly universe: Universe,
    private readonly settings: CiliumSettings,
    private readonly apiServers: readonly string[] | undefined,
  ) {
    const { podNetwork, external, nodeClasses } = universe;
    const nodes = (matches: (node: (typeof nodeClasses)[number]) => boolean) =>
      ClassSet.of(nodeClasses.filter(matches).map(({ id }) => id));
    this.ownNode = nodes(({ own }) => own);
    this.#otherNodes = nodes(({ own }) => !own);
    this.#nodes = nodes(() => true);
    this.everyone = ClassSet.union([podNetwork, external, this.#nodes]);
    this.#apiServerOutside = ClassSet.of(
      (apiServers ?? []).flatMap(
        address => universe.classOfAddress(address)?.id ?? [],
      ),
    );
    this.#apiServer = ClassSet.union([
      this.#apiServerOutside,
      nodes(({ apiServer }) => apiServer),
    ]);
    const { clusterName } = settings;
    this.#view = identityView(clusterName);
    this.#others = this.#labelledOthers();
  }

  labelsOf(podClass: PodClass): Labels {
    return identityLabels(podClass, this.settings.clusterName);
  }

  of(terms: readonly PeerTerm[]): PeerSets {
    const certain: ClassSet[] = [];
    const conditional: PeerSets['conditional'] = [];
    const unknown: PeerSets['unknown'] = [];
    const { external } = this.universe;
    for (const term of terms) {
      switch (term.kind) {
        case 'everyone':
          certain.push(this.everyone);
          break;
        case 'labels':
          certain.push(this.#matching(term.selector));
          if (term.purelyNegative) {
            certain.push(this.universe.podNetwork);
          }
          break;
        case 'entity':
          certain.push(this.#entity(term.entity));
          if (
            !this.apiServers &&
            (term.entity === 'kube-apiserver' || term.entity === 'cluster')
          ) {
            conditional.push({
              classes: ClassSet.union([external, this.#nodes]).subtract(
                this.#entity(term.entity),
              ),
              conditions: [WITH_API_SERVER],
            });
          }
          break;
        case 'block':
          certain.push(
            this.universe.block(term.cidr, term.except).intersect(external),
          );
          if (this.settings.blocksSelectNodes) {
            unknown.push({
              classes: this.#nodes,
              reason:
                'ConfigMap cilium-config sets policy-cidr-match-mode: nodes, and which nodes a block takes is not followed here',
            });
          }
          break;
        case 'names':
          conditional.push({ classes: external, conditions: term.conditions });
          break;
        default:
          unknown.push({
            classes: {
              anyone: this.everyone,
              outside: external,
              nodes: this.#nodes,
            }[term.among],
            reason: term.reason,
          });
      }
    }
    return { certain: ClassSet.union(certain), conditional, unknown };
  }

  #entity(entity: string): ClassSet {
    const { podNetwork, external } = this.universe;
    switch (entity) {
      case 'all':
        return this.everyone;
      case 'world':
        return external;
      case 'cluster':
        return ClassSet.union([
          podNetwork,
          this.#nodes,
          this.#apiServerOutside,
        ]);
      case 'host':
        return this.ownNode;
      case 'remote-node':
        return this.#otherNodes;
      case 'kube-apiserver':
        return this.#apiServer;
      default:
        // Endpoints of Cilium's own, and pods that it does not manage: nobody in view.
        return ClassSet.none;
    }
  }

  #matching(selector: LabelSelector): ClassSet {
    const { podNetwork, facts } = this.universe;
    const { clusterName } = this.settings;
    return facts.of(
      `${this.#view.name} ${JSON.stringify(selector)}`,
      lookAtIdentity(selector, clusterName),
      () =>
        ClassSet.union([
          selectClasses(podNetwork, selector, key =>
            this.universe.labelSets(this.#view, key),
          ),
          ClassSet.of(
            this.#others
              .filter(({ labels }) => matchesSelector(selector, labels))
              .map(({ id }) => id),
          ),
        ]),
    );
  }

  #labelledOthers() {
    const { externalClasses, nodeClasses } = this.universe;
    const reserved = (names: readonly string[]): Labels =>
      Object.fromEntries(names.map(name => [`reserved:${name}`, '']));
    return [
      ...externalClasses.map(({ id, ranges: [range] }) => {
        const family = range.from <= ALL_IPV4.to ? 'ipv4' : 'ipv6';
        return {
          id,
          labels: reserved([
            this.settings.dualStack ? `world-${family}` : 'world',
            ...(this.#apiServerOutside.has(id) ? ['kube-apiserver'] : []),
          ]),
        };
      }),
      ...nodeClasses.map(({ id, own, apiServer }) => ({
        id,
        labels: reserved([
          own ? 'host' : 'remote-node',
          ...(apiServer ? ['kube-apiserver'] : []),
        ]),
      })),
    ];
  }
}

/** Made here, where nothing of a snapshot is at hand that they could hold on to. */
function identityView(clusterName: string): LabelView {
  return {
    name: `cilium ${clusterName}`,
    labelsOf: podClass => identityLabels(podClass, clusterName),
  };
}

function lookAtIdentity(selector: LabelSelector, clusterName: string): Look {
  return podClass =>
    !podClass.hostNetwork &&
    matchesSelector(selector, identityLabels(podClass, clusterName));
}
