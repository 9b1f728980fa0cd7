/** The section `demo` of the configuration. */
import { Config } from '@backstage/config';

export interface DemoOptions {
  /** Absolute path; published services are folders of it. */
  publishDirectory: string;
  /** Absolute path of the file in which the demo cluster says where it is. */
  stateFile: string;
}

export function readDemoOptions(config: Config): DemoOptions {
  const demo = config.getConfig('demo');
  return {
    publishDirectory: demo.getString('publishDirectory'),
    stateFile: demo.getString('stateFile'),
  };
}

/** Published when there is a new folder in the publish directory. */
export const PUBLISHED_TOPIC = 'demo.published';
