/** The reference evaluators by network, as one question and its answer. */
import { ClusterSnapshot, PodView, Protocol } from '../src';
import { referenceCalicoDecision } from '../src/testing/reference/referenceCalico';
import { referenceCilium } from '../src/testing/reference/referenceCilium';
import {
  ReferenceVerdict,
  referenceDecision,
} from '../src/testing/reference/referenceNetwork';
import type { Network } from './cluster';

export interface BenchQuestion {
  source: PodView;
  destination: PodView;
  protocol: Protocol;
  port: number;
}

export function referenceOf(
  network: Network,
  snapshot: ClusterSnapshot,
): (question: BenchQuestion) => ReferenceVerdict {
  switch (network) {
    case 'calico':
      return question => referenceCalicoDecision(snapshot, question);
    case 'cilium':
      return question => referenceCilium(snapshot, question).verdict;
    default:
      return question => referenceDecision(snapshot, question);
  }
}
