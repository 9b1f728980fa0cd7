/** Volumes come from the cluster's own objects and drivers only, never straight from a node or a remote server. */
import { JsonValue, Volume } from '../../../snapshot';
import { PodSecurityCheck } from '../check';
import { plural, quoted, refuse, unique } from '../pod';

const ALLOWED_SOURCES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** The source that is refused; a volume with only a name is an emptyDir. */
function refusedSource(volume: Volume): string | undefined {
  const sources = Object.keys(volume).filter(
    key => key !== 'name' && volume[key] !== undefined,
  );
  return sources.some(source => ALLOWED_SOURCES.includes(source))
    ? undefined
    : sources[0];
}

export const restrictedVolumes: PodSecurityCheck = {
  id: 'restrictedVolumes',
  level: 'restricted',
  versions: [
    {
      since: 0,
      replaces: ['hostPathVolumes'],
      checkPod: ({ spec }) => {
        const refused = (spec.volumes ?? []).flatMap((volume, index) => {
          const source = refusedSource(volume);
          return source === undefined
            ? []
            : [{ name: volume.name, source, index, content: volume[source] }];
        });
        return refuse(
          refused.map(({ source, index, content }) =>
            source === 'hostPath'
              ? {
                  field: `spec.volumes[${index}].hostPath.path`,
                  value: spec.volumes?.[index].hostPath?.path ?? null,
                }
              : {
                  field: `spec.volumes[${index}].${source}`,
                  value: content as JsonValue,
                },
          ),
          () =>
            `volume${plural(refused)} ${quoted(
              refused.map(({ name }) => name),
            )} must not be ${unique(refused.map(({ source }) => source)).join(
              ', ',
            )}`,
        );
      },
    },
  ],
};
