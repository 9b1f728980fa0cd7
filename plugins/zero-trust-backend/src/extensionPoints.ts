/** What other modules add, checked as it comes. */
import type {
  ClusterSource,
  ZeroTrustClusterSourcesExtensionPoint,
  ZeroTrustControlsExtensionPoint,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import { CONTROLS, Control } from '@backstage-zero-trust/posture-engine';
import { ConflictError } from '@backstage/errors';

export class AddedClusterSources
  implements ZeroTrustClusterSourcesExtensionPoint
{
  readonly #sources = new Map<string, ClusterSource>();

  addClusterSource(source: ClusterSource): void {
    if (this.#sources.has(source.id)) {
      throw new ConflictError(
        `There are two cluster sources with the id "${source.id}"`,
      );
    }
    this.#sources.set(source.id, source);
  }

  /** Those of the configuration first. */
  with(configured: readonly ClusterSource[]): ClusterSource[] {
    const taken = configured.find(({ id }) => this.#sources.has(id));
    if (taken) {
      throw new ConflictError(
        `A module adds a cluster source with the id "${taken.id}", which is taken by one of the configuration`,
      );
    }
    return [...configured, ...this.#sources.values()];
  }
}

export class AddedControls implements ZeroTrustControlsExtensionPoint {
  readonly #controls = new Map(CONTROLS.map(control => [control.id, control]));

  addControl(control: Control): void {
    if (this.#controls.has(control.id)) {
      throw new ConflictError(
        `There are two controls with the id "${control.id}"`,
      );
    }
    this.#controls.set(control.id, control);
  }

  /** The suite's own first. */
  all(): Control[] {
    return [...this.#controls.values()];
  }
}
