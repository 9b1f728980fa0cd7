/** What the controls mean; they do not change while somebody reads. */
import { useMemo } from 'react';
import useAsync from 'react-use/esm/useAsync';
import { useApi } from '@backstage/core-plugin-api';
import type { ControlDescription } from '@backstage-zero-trust/plugin-zero-trust-common';
import { zeroTrustApiRef } from '../../api';

/** By id; empty until they are known, and where they cannot be had. */
export function useControls(): ReadonlyMap<string, ControlDescription> {
  const api = useApi(zeroTrustApiRef);
  const { value } = useAsync(() => api.getControls(), [api]);
  return useMemo(
    () => new Map((value?.items ?? []).map(control => [control.id, control])),
    [value],
  );
}
