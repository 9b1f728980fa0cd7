/** One shape for running pods and for templates, so that controls need not tell them apart. */
import { Metadata, Pod, PodSpec, PodTemplate, Resource } from './kinds';
import { ObjectReference, referenceTo } from './objects';
import type { OwnerKind } from './owners';

/** A running pod, or a template that stands for the pods it would make. */
export interface PodView {
  origin: 'pod' | 'template';
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** The same labels and annotations, where paths to fields look for them. */
  metadata: Pick<Metadata, 'labels' | 'annotations'>;
  spec: PodSpec;
  /** Empty for a template, and for a pod that has none yet. */
  ips: readonly string[];
  createdAt?: string;
  /** The object that holds the pod's metadata and spec, and where in it they are: '' for a pod, 'spec.template.' for a Deployment. */
  object: ObjectReference;
  path: string;
  /** For a pod: the template of its highest owner that was listed. */
  template?: PodView;
}

/** Remembered by identity, so that a snapshot shares the views of what did not change. */
const podViews = new WeakMap<Pod, PodView>();
const templateViews = new WeakMap<
  Resource<OwnerKind>,
  { view: PodView | undefined }
>();

export function viewOfPod(pod: Pod, template: PodView | undefined): PodView {
  const known = podViews.get(pod);
  if (known && known.template === template) {
    return known;
  }
  const { status, metadata, spec } = pod;
  const ips = (status?.podIPs ?? []).flatMap(({ ip }) => ip ?? []);
  const view: PodView = {
    origin: 'pod',
    ...headerOf(metadata),
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    spec,
    ips: ips.length === 0 && status?.podIP ? [status.podIP] : ips,
    ...(metadata.creationTimestamp === undefined
      ? {}
      : { createdAt: metadata.creationTimestamp }),
    object: referenceTo(pod),
    path: '',
    ...(template ? { template } : {}),
  };
  podViews.set(pod, view);
  return view;
}

/** Undefined where the owner has no template. */
export function viewOfTemplate(
  resource: Resource<OwnerKind>,
): PodView | undefined {
  const known = templateViews.get(resource);
  if (known) {
    return known.view;
  }
  const { template, path } = templateOf(resource);
  const view: PodView | undefined = template && {
    origin: 'template',
    ...headerOf(template.metadata ?? {}),
    name: resource.metadata.name,
    namespace: resource.metadata.namespace ?? 'default',
    spec: template.spec ?? { containers: [] },
    ips: [],
    object: referenceTo(resource),
    path,
  };
  templateViews.set(resource, { view });
  return view;
}

function headerOf({ labels, annotations }: PodView['metadata']) {
  return {
    labels: labels ?? {},
    annotations: annotations ?? {},
    metadata: { labels, annotations },
  };
}

function templateOf({ spec }: Resource<OwnerKind>): {
  template?: PodTemplate;
  path: string;
} {
  return spec && 'jobTemplate' in spec
    ? {
        template: spec.jobTemplate?.spec?.template,
        path: 'spec.jobTemplate.spec.template.',
      }
    : {
        template: spec && 'template' in spec ? spec.template : undefined,
        path: 'spec.template.',
      };
}
