/** No directory of the node may be mounted. */
import { PodSecurityCheck } from '../check';
import { plural, quoted, refuse } from '../pod';

export const hostPathVolumes: PodSecurityCheck = {
  id: 'hostPathVolumes',
  level: 'baseline',
  versions: [
    {
      since: 0,
      checkPod: ({ spec }) => {
        const volumes = (spec.volumes ?? []).flatMap((volume, index) =>
          volume.hostPath ? [{ volume, index }] : [],
        );
        return refuse(
          volumes.map(({ volume, index }) => ({
            field: `spec.volumes[${index}].hostPath.path`,
            value: volume.hostPath?.path ?? null,
          })),
          () =>
            `volume${plural(volumes)} ${quoted(
              volumes.map(({ volume }) => volume.name),
            )} must not be hostPath`,
        );
      },
    },
  ],
};
